/* What the files of this room share: the api, one exchange, and how answers are made.
 *
 * An exchange is one request and the answer it will get. Its handler fills the response in and
 * returns, or fails with a status that becomes HTTP in one place (api_fail). Handlers that wait for
 * a disk, a lock or an engine run on a pool; the ones on an HTTP worker may not wait, because other
 * clients' events come through the same thread. */
#ifndef CANDOR_API_INTERNAL_H
#define CANDOR_API_INTERNAL_H

#include "api/api.h"
#include "api/api_pool.h"
#include "api/api_routes.h"
#include "api/cors.h"
#include "os/os_thread.h"

#include <stdatomic.h>

enum {
    API_QUERY_QUEUE_MAX = 64, /* questions waiting for a thread: then 503 */
    API_DESK_THREADS = 2,     /* pages, sign-ins, readiness: all short */
    API_DESK_QUEUE_MAX = 256, /* then 503 */
    API_LOCAL_THREADS = 2,    /* calls of verbs, which may be long */
    API_LOCAL_QUEUE_MAX = 64, /* then 503 */
    API_EXPORT_COUNT_MAX = 4, /* exports at once, with a thread each: then 503 */
    API_REQUEST_ID_SIZE = 65, /* with NUL */
};

enum { API_CODE_COUNT = 12 }; /* statuses that are counted apart, the last: all others */
enum { API_KIND_COUNT = 2 };  /* of questions */

enum api_rejection {
    API_REJECTED_DENIED,
    API_REJECTED_INVALID,
    API_REJECTED_UNSUPPORTED,
    API_REJECTED_TOO_LARGE,
    API_REJECTED_BUSY,
    API_REJECTED_FAILED,
};
enum { API_REJECTION_COUNT = API_REJECTED_FAILED + 1 };

struct api_counts {
    atomic_uint_least64_t requests[API_ENDPOINT_COUNT][API_CODE_COUNT];
    atomic_uint_least64_t ingest_bytes;
    atomic_uint_least64_t auth_failures;
    atomic_uint_least64_t query_count[API_KIND_COUNT];
    atomic_uint_least64_t query_ns[API_KIND_COUNT];
    atomic_uint_least64_t query_rows_read;
    atomic_uint_least64_t query_rejected[API_REJECTION_COUNT];
};

struct export_threads;

struct api {
    struct api_options options;
    atomic_bool ready;
    struct api_pool *queries;
    struct api_pool *desk;
    struct api_pool *locals;
    struct export_threads *exports;
    struct api_counts counts;
    uint64_t request_seed; /* of the ids that we give */
    atomic_uint_least64_t request_number;
};

struct api_exchange {
    struct api *api;
    struct http_request *request;
    const struct api_route *route;
    struct http_response response;
    bool taken;
    const char *problem_type; /* "" unless the handler knows better than the status */
    char problem_pointer[192];
};

/* --- api_answer.c --- */

/* The answer leaves, and is counted. */
void api_respond(struct api *api, struct http_request *request, enum api_endpoint endpoint,
                 struct http_response *response);

/* An error as an answer. code: 400 and above. words: for the client, or NULL for the code's own. */
void api_refuse(struct api_exchange *exchange, int code, const char *words);

/* What a status means to HTTP; 500s are logged, and the client is told nothing of them. */
void api_fail(struct api_exchange *exchange, const struct error *error);

/* One JSON answer that the handler writes into response.body. */
void api_begin_json(struct api_exchange *exchange, int code);

/* What a request's X-Request-Id says, if it is sane, else a new one. */
void api_request_id(struct api *api, const struct http_request *request,
                    char out[API_REQUEST_ID_SIZE]);
bool api_has_request_id(const struct http_request *request);

/* --- api_count.c --- */

const char *api_endpoint_name(enum api_endpoint endpoint);
int api_code_at(int index); /* 0: all others */
const char *api_rejection_name(enum api_rejection reason);
void api_count_answer(struct api *api, enum api_endpoint endpoint, int code);
void api_count_rejection(struct api *api, enum api_rejection reason);
void api_count_auth_failure(struct api *api);

/* --- authenticate.c --- */

/* The token of "Authorization: Bearer …", or "". */
struct text api_bearer(const struct http_request *request);
/* The project whose token the request brings, if that is of one of the kinds (NULL behind the
 * last); 0 when it is not, which is counted. Asks the control database: not on a worker. */
uint32_t api_project_of(struct api_exchange *exchange, const char *const *kinds, int64_t now_ms);
/* A wire_authenticate for /import; context is a struct api_gate. */
struct api_gate {
    struct api *api;
    const struct project_table *projects;
    int64_t now_ms;
};
const struct project *api_authenticate(void *gate, struct text user, struct text password,
                                       struct text project_id);
/* Does the request's cookie belong to a sign-in? Asks the control database: not on a worker. */
bool api_is_signed_in(struct api *api, const struct http_request *request);

/* --- the endpoints: each an api_handler --- */

enum status collect_track(struct api_exchange *exchange, struct error *error);
enum status collect_engage(struct api_exchange *exchange, struct error *error);
enum status collect_groups(struct api_exchange *exchange, struct error *error);
enum status collect_import(struct api_exchange *exchange, struct error *error);
enum status polite_record(struct api_exchange *exchange, struct error *error);
enum status polite_settings(struct api_exchange *exchange, struct error *error);
enum status polite_flags(struct api_exchange *exchange, struct error *error);
enum status polite_definitions(struct api_exchange *exchange, struct error *error);
enum status polite_first_time(struct api_exchange *exchange, struct error *error);
enum status polite_decide(struct api_exchange *exchange, struct error *error);
enum status query_post(struct api_exchange *exchange, struct error *error);
enum status health_alive(struct api_exchange *exchange, struct error *error);
enum status health_ready(struct api_exchange *exchange, struct error *error);
enum status health_version(struct api_exchange *exchange, struct error *error);
enum status metrics_get(struct api_exchange *exchange, struct error *error);
enum status page_get(struct api_exchange *exchange, struct error *error);
enum status page_now(struct api_exchange *exchange, struct error *error);
enum status sign_in_get(struct api_exchange *exchange, struct error *error);
enum status sign_out_post(struct api_exchange *exchange, struct error *error);
enum status sdk_file_get(struct api_exchange *exchange, struct error *error);
enum status sdk_versions_get(struct api_exchange *exchange, struct error *error);
enum status sdk_settings_get(struct api_exchange *exchange, struct error *error);
enum status shield_findings_get(struct api_exchange *exchange, struct error *error);
enum status shield_watch_get(struct api_exchange *exchange, struct error *error);

/* --- shield_get.c --- */

struct local_call;
typedef enum status api_shield_answer(const struct local_call *call, uint32_t project,
                                      struct buffer *out, struct error *error);
/* Answer with what `tell` says of the token's project; 401 without a token, DENIED for a project
 * that is not the token's. */
enum status api_shield_get(struct api_exchange *exchange, size_t arena_size,
                           api_shield_answer *tell, struct error *error);
enum status shield_versions_get(struct api_exchange *exchange, struct error *error);
enum status local_route_call(struct api_exchange *exchange, struct error *error);
enum status local_route_export(struct api_exchange *exchange, struct error *error);

/* Why the server should get no events now, as JSON texts joined by commas; empty when it should.
 * With_control asks the control database, too. */
enum health_depth { HEALTH_WITHOUT_CONTROL, HEALTH_WITH_CONTROL };
void health_reasons(struct api *api, enum health_depth depth, struct buffer *out);

/* The page, with a line about what went wrong (or NULL). */
enum status page_write(struct api_exchange *exchange, int code, const char *notice,
                       struct error *error);

struct export_threads *export_threads_make(void);
void export_threads_release(struct export_threads *threads); /* waits for them */

#endif
