/* What a drill is played with: a site, a server with a project, a browser, and an eye on all that
 * leaves the browser. Private to this room; one owner, one thread. */
#ifndef CANDOR_TRUST_DRILL_SCENE_H
#define CANDOR_TRUST_DRILL_SCENE_H

#include "os/os_own_folder.h"
#include "trust/drill.h"
#include "trust/drill_canary.h"
#include "trust/drill_server.h"
#include "trust/drill_site.h"
#include "trust/visit.h"

#define DRILL_PROJECT "drill"

enum { DRILL_SDK_VERSION_SIZE = 64, DRILL_KEY_SIZE = 96 };

/* Of one part of a drill. */
struct drill_left {
    uint32_t canaries[DRILL_CANARY_COUNT]; /* how often each left the browser */
    uint32_t collected;                    /* requests to the collection endpoints */
    bool marks[DRILL_MARK_COUNT];
    uint32_t mark_count;    /* how many of the marks left */
    uint64_t first_mark_ns; /* when the first of them did */
};

struct drill {
    const struct drill_options *options;
    struct drill_report *report;
    const char *part; /* of the rows to come */
    uint64_t begun_ns;
    struct os_own_folder folder;
    struct drill_canaries canaries;
    struct drill_site *site;
    struct drill_server *server;
    struct visit *visit;
    struct drill_left left;
    struct buffer answer; /* of the server or the page, until the next question */
    char token[DRILL_KEY_SIZE];
    char trust[DRILL_KEY_SIZE];
};

/* Everything that is opened here is closed by drill_scene_close, whatever happened. */
enum status drill_scene_open(struct drill *drill, struct error *error) MUST_CHECK;
void drill_scene_close(struct drill *drill);

/* --- the page --- */

enum drill_sdk { DRILL_OUR_SDK, DRILL_BROKEN_SDK };

enum status drill_visit(struct drill *drill, enum drill_sdk sdk, struct error *error) MUST_CHECK;

/* A call of the page's handle, such as "fill()"; its answer is in drill->answer. */
enum status drill_call(struct drill *drill, const char *call, struct error *error) MUST_CHECK;
enum status drill_press(struct drill *drill, const char *name, struct error *error) MUST_CHECK;
enum status drill_type(struct drill *drill, const char *name, const char *text,
                       struct error *error) MUST_CHECK;

/* Let the browser go on for so long. STATUS_IO: a signal came. */
enum status drill_pause(struct drill *drill, uint32_t milliseconds, struct error *error) MUST_CHECK;

/* --- the server --- */

/* The stored events of all days, as the product exports them, into drill->answer. */
enum status drill_export(struct drill *drill, struct error *error) MUST_CHECK;

/* How many stored events have this name and this version of the SDK; waits until there are that
 * many, or for ten seconds. */
enum status drill_count_events(struct drill *drill, const char *event, const char *version,
                               uint32_t expected, uint32_t *count, struct error *error) MUST_CHECK;

/* A member's text, or "". */
struct text drill_member(const struct json_node *object, const char *name);

/* --- the report --- */

/* Begins a row; the time until drill_row_end is what it took. */
struct drill_row *drill_row_begin(struct drill *drill, const char *tried);
void drill_row_end(struct drill *drill, struct drill_row *row, bool is_passed, const char *seen,
                   ...) __attribute__((format(printf, 4, 5)));
uint64_t drill_ms_since(uint64_t begun_ns);

#endif
