/* Drills: an incident of the past, played against this program on this machine, with a browser, a
 * server and a data folder of its own, to see what becomes of it now. Nothing in it is simulated
 * but the page, its framework and its password manager.
 *
 * One thread, which must hold its signals (os_process.h): a signal ends a drill early. */
#ifndef CANDOR_TRUST_DRILL_H
#define CANDOR_TRUST_DRILL_H

#include "base/status.h"
#include "base/text.h"

#include <stdbool.h>
#include <stdint.h>

enum {
    DRILL_ROWS_MAX = 40,
    DRILL_THROUGH_MAX = 100,
    DRILL_TEXT_SIZE = 120,
    DRILL_PATH_SIZE = 1024,
};

/* What can be played. */
struct drill_kind {
    const char *name;
    const char *story;
};
extern const struct drill_kind drill_kinds[];
extern const uint32_t drill_kind_count;
const struct drill_kind *drill_find(struct text name); /* NULL when there is none */

enum drill_verdict { DRILL_TOLD, DRILL_PASSED, DRILL_FAILED };

struct drill_row {
    const char *part; /* "our SDK" */
    char tried[DRILL_TEXT_SIZE];
    char seen[DRILL_TEXT_SIZE];
    uint64_t took_ms;
    enum drill_verdict verdict;
};

/* A planted text that was found where it must not be. */
struct drill_through {
    const char *canary; /* "password" */
    const char *form;   /* "plain" */
    char place[DRILL_TEXT_SIZE];
};

struct drill_report {
    struct drill_row rows[DRILL_ROWS_MAX];
    uint32_t row_count;
    struct drill_through through[DRILL_THROUGH_MAX];
    uint32_t through_count;
    uint32_t through_left_out;
    uint64_t took_ms;
    char folder[DRILL_PATH_SIZE]; /* of what was kept, or "" */
    bool has_passed;
};

struct drill_options {
    const struct drill_kind *kind;
    const char *chromium; /* NULL: in PATH */
    const char *mode;     /* of the project's shield: guarded, strict, open */
    bool keeps_folder;
};

/* Not STATUS_OK: it could not be played to its end. The rows until then are in the report. */
enum status drill_run(const struct drill_options *options, struct drill_report *out,
                      struct error *error) MUST_CHECK;

#endif
