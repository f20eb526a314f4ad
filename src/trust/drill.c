#include "trust/drill.h"

#include "base/memory.h"
#include "os/os_clock.h"
#include "trust/drill_2018.h"
#include "trust/drill_scene.h"

#include <string.h>

const struct drill_kind drill_kinds[] = {
    {"2018-autocapture", "an SDK sends attributes in which a framework and a password manager left "
                         "what was typed"},
};
const uint32_t drill_kind_count = sizeof drill_kinds / sizeof *drill_kinds;

const struct drill_kind *drill_find(struct text name)
{
    for (uint32_t i = 0; i < drill_kind_count; i++)
        if (text_equal(text_from(drill_kinds[i].name), name)) return &drill_kinds[i];
    return NULL;
}

static bool has_passed(const struct drill_report *report)
{
    bool is_clean = report->through_count == 0 && report->row_count > 0;
    for (uint32_t i = 0; i < report->row_count; i++)
        is_clean = is_clean && report->rows[i].verdict != DRILL_FAILED;
    return is_clean;
}

enum status drill_run(const struct drill_options *options, struct drill_report *out,
                      struct error *error)
{
    uint64_t begun_ns = os_clock_monotonic_ns();
    struct drill *drill = MEMORY_NEW(struct drill);
    memset(out, 0, sizeof *out); /* too large to be made on the stack first */
    drill->options = options;
    drill->report = out;
    drill_canaries_make(&drill->canaries);
    enum status status = drill_2018_play(drill, error);
    drill_scene_close(drill);
    memory_free(drill);
    out->took_ms = drill_ms_since(begun_ns);
    out->has_passed = status == STATUS_OK && has_passed(out);
    return status;
}
