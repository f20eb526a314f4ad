/* Endpoints: one file each, one table of routes (api_routes.c). Turns requests into calls of the
 * rooms below, and a status into HTTP in one place.
 *
 * The same functions serve the verbs of the command line: on a running server through the local
 * socket (paths under /local/), on a stopped folder called directly (api_local). */
#ifndef CANDOR_API_H
#define CANDOR_API_H

#include "backend/backend.h"
#include "base/buffer.h"
#include "base/status.h"
#include "control/control.h"
#include "event/project_table.h"
#include "http/http.h"
#include "ingest/ingest.h"

#include <stdbool.h>
#include <stdint.h>

struct api;

/* Are a tracking plan and a project's rules sound? Either may be "". */
typedef enum status api_policy_check(void *context, struct text plan, struct text rules,
                                     struct error *error);

struct api_options {
    struct control *control;
    struct project_slot *projects;
    struct backend *backend;
    struct ingest *ingest;
    struct enrich *enrich;              /* NULL: events get no country and no families */
    struct observed *observed;          /* NULL: texts that pages show are not learned */
    struct shield *shield;              /* NULL: what comes in is stored as it is (tests) */
    const struct memory_source *memory; /* for what is not filtered yet; NULL: the heap */
    const char *folder;                 /* for the disk figures */
    const char *version;                /* "0.1.0" */
    const char *commit;                 /* short hash or "unknown" */
    int64_t started_ms;
    const uint8_t *root_key;        /* SECRET_KEY_SIZE bytes, borrowed: signs settings of SDKs */
    api_policy_check *check_policy; /* NULL: plans and rules are kept as they come */
    void *policy_context;
};

struct api *api_open(const struct api_options *options);
void api_close(struct api *api);

/* An http_handler; context is the api. */
void api_handle(void *api, struct http_request *request);

/* While the server starts or stops, /readyz says so. */
void api_set_ready(struct api *api, bool ready);

/* --- the local calls: what verbs do, on a folder that is ours --- */

/* target: "/local/project/create" etc.; body: JSON, or NDJSON for import. The answer is JSON (or
 * what the format asks for). Errors are the one line a person reads.
 *
 *   POST /local/project/create   {"name","zone"?,"sample"?} → {"name","id","token","secret"}
 *   GET  /local/project/list     → [{"name","id","token","zone","sample","events"}]
 *   POST /local/token/create     {"project","kind"} → {"token","kind","project","expires"}
 *   GET  /local/token/list?project=P → [{"id","kind","created","expires","used","revoked"}]
 *   POST /local/token/revoke     {"id"} → {}
 *   POST /local/user/link        {} → {"owner_link"}
 *   POST /local/import?project=P&strict=0|1   NDJSON → {"read","stored","duplicate","refused",
 *                                "ignored","first_refused":[{"line","message"}…10]}
 *   POST /local/query?project=P&format=json|csv|table   a plan → the result
 *   GET  /local/export?project=P&from=D&to=D&format=jsonl|csv → lines, streamed; a trailer line is
 *                                not added: the byte count ends it. held=shown: with what is held.
 *                                what=profiles: all of them, with what is held; no days
 *   GET  /local/project/show?name=P → one of the list, with "trust": the key its SDKs trust
 *   POST /local/shield/mode      {"project","mode","by"?,"reason"?} → {"mode","until"}
 *   POST /local/shield/plan?project=P&by=M  the plan's text → {"revision"}; and /rules likewise
 *   GET  /local/shield/plan?project=P&revision=N → {"text"}; and /rules likewise
 *   POST /local/shield/loosen    {"project","property","detector","by","until","reason"} → {}
 *   POST /local/shield/hold      {"project","property","by","reason"} → {}; and /release likewise
 *   POST /local/shield/settings  {"project","autocapture"?,"observe"?,"sample"?,"routes"?,
 *                                "params"?,"dictionary"?} → {}
 *   GET  /local/shield/dictionary?project=P → {"observe","uploaded","listed","waiting",
 *                                "learned":[{"hash","since"}],"forgotten":[{"hash","by","since"}]}
 *   POST /local/shield/dictionary-forget  {"project","hash","by"?} → {}
 *   POST /local/shield/dictionary-clear   {"project","by"?} → {}
 *   GET  /local/shield/show?project=P → all of it
 *   GET  /local/shield/findings?project=P&days=N|from=D&to=D → {"from","to","findings":[…],"total",
 *                                "left_out"}
 *   GET  /local/shield/watch?project=P → {"series":[…],"left_out"}
 *   GET  /local/shield/versions?project=P&days=N → {"days","versions":[…],"sentences":[…]}
 *   POST /local/shield/inspect-link {"project","url"} → {"link","until"}
 *   POST /local/flush            {} → {}   memtables to segments (verify, demo, tests)
 *   POST /local/verify           {} → {"checked":…}
 */
enum status api_local(struct api *api, const char *method, const char *target, struct text body,
                      struct buffer *answer, struct error *error) MUST_CHECK;

/* The same for the one call that streams. */
typedef enum status api_piece(void *context, struct text bytes, struct error *error);
enum status api_local_export(struct api *api, const char *target, api_piece *piece, void *context,
                             struct error *error) MUST_CHECK;

#endif
