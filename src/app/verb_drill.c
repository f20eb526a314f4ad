/* candor drill */
#include "app/verb.h"
#include "base/memory.h"
#include "codec/json_writer.h"
#include "os/os_process.h"
#include "trust/drill.h"

#include <stdio.h>
#include <string.h>

enum { OUT_SIZE_MAX = 1024 * 1024 };

static const char *const verdicts[] = {
    [DRILL_TOLD] = "told", [DRILL_PASSED] = "ok", [DRILL_FAILED] = "failed"};

/* --- what there is --- */

static enum verb_exit list_drills(const struct invocation *invocation)
{
    struct buffer out;
    struct error error;
    struct json_writer writer;
    buffer_init(&out, OUT_SIZE_MAX);
    json_writer_init(&writer, &out);
    if (invocation->wants_json) json_array_begin(&writer);
    for (uint32_t i = 0; i < drill_kind_count; i++) {
        if (!invocation->wants_json) {
            buffer_printf(&out, "%s  %s\n", drill_kinds[i].name, drill_kinds[i].story);
            continue;
        }
        json_object_begin(&writer);
        json_key(&writer, "drill");
        json_string(&writer, drill_kinds[i].name);
        json_key(&writer, "story");
        json_string(&writer, drill_kinds[i].story);
        json_object_end(&writer);
    }
    if (invocation->wants_json) {
        json_array_end(&writer);
        buffer_append_byte(&out, '\n');
    }
    enum status status = verb_print(&out, &error);
    buffer_release(&out);
    return status == STATUS_OK ? VERB_DONE : verb_failed("list the drills", &error);
}

/* --- as data --- */

static void write_row(struct json_writer *writer, const struct drill_row *row)
{
    json_object_begin(writer);
    json_key(writer, "part");
    json_string(writer, row->part);
    json_key(writer, "tried");
    json_string(writer, row->tried);
    json_key(writer, "seen");
    json_string(writer, row->seen);
    json_key(writer, "ms");
    json_unsigned(writer, row->took_ms);
    json_key(writer, "verdict");
    json_string(writer, verdicts[row->verdict]);
    json_object_end(writer);
}

static void write_through(struct json_writer *writer, const struct drill_through *through)
{
    json_object_begin(writer);
    json_key(writer, "what");
    json_string(writer, through->canary);
    json_key(writer, "form");
    json_string(writer, through->form);
    json_key(writer, "place");
    json_string(writer, through->place);
    json_object_end(writer);
}

static void write_json(const struct drill_options *options, const struct drill_report *report,
                       struct buffer *out)
{
    struct json_writer writer;
    json_writer_init(&writer, out);
    json_object_begin(&writer);
    json_key(&writer, "drill");
    json_string(&writer, options->kind->name);
    json_key(&writer, "mode");
    json_string(&writer, options->mode);
    json_key(&writer, "passed");
    json_bool(&writer, report->has_passed);
    json_key(&writer, "ms");
    json_unsigned(&writer, report->took_ms);
    json_key(&writer, "rows");
    json_array_begin(&writer);
    for (uint32_t i = 0; i < report->row_count; i++)
        write_row(&writer, &report->rows[i]);
    json_array_end(&writer);
    json_key(&writer, "through");
    json_array_begin(&writer);
    for (uint32_t i = 0; i < report->through_count; i++)
        write_through(&writer, &report->through[i]);
    json_array_end(&writer);
    json_key(&writer, "left_out");
    json_unsigned(&writer, report->through_left_out);
    if (report->folder[0] != '\0') {
        json_key(&writer, "folder");
        json_string(&writer, report->folder);
    }
    json_object_end(&writer);
    buffer_append_byte(out, '\n');
}

/* --- for people --- */

/* As wide as the widest of a column. */
struct widths {
    int part;
    int tried;
    int seen;
};

static void widen(int *width, const char *text)
{
    int size = (int)strlen(text);
    if (size > *width) *width = size;
}

static void write_line(struct buffer *out, const struct widths *widths, const struct drill_row *row)
{
    buffer_printf(out, "%-*s  %-*s  %-*s  %7.2f s  %s\n", widths->part, row->part, widths->tried,
                  row->tried, widths->seen, row->seen, (double)row->took_ms / 1000,
                  verdicts[row->verdict]);
}

static void write_rows(const struct drill_report *report, struct buffer *out)
{
    struct widths widths = {4, 5, 4};
    for (uint32_t i = 0; i < report->row_count; i++) {
        widen(&widths.part, report->rows[i].part);
        widen(&widths.tried, report->rows[i].tried);
        widen(&widths.seen, report->rows[i].seen);
    }
    buffer_printf(out, "%-*s  %-*s  %-*s  %9s  %s\n", widths.part, "part", widths.tried, "tried",
                  widths.seen, "seen", "took", "verdict");
    for (uint32_t i = 0; i < report->row_count; i++)
        write_line(out, &widths, &report->rows[i]);
}

static void write_table(const struct drill_report *report, struct buffer *out)
{
    write_rows(report, out);
    for (uint32_t i = 0; i < report->through_count; i++) {
        const struct drill_through *through = &report->through[i];
        buffer_printf(out, "got through: %s in %s (%s)\n", through->canary, through->place,
                      through->form);
    }
    if (report->through_left_out > 0) {
        buffer_printf(out, "got through: %u more\n", report->through_left_out);
    }
    if (report->folder[0] != '\0') buffer_printf(out, "kept: %s\n", report->folder);
    buffer_printf(out, "%s in %.1f s\n", report->has_passed ? "passed" : "failed",
                  (double)report->took_ms / 1000);
}

static enum status tell(const struct invocation *invocation, const struct drill_options *options,
                        const struct drill_report *report, struct error *error)
{
    struct buffer out;
    buffer_init(&out, OUT_SIZE_MAX);
    if (invocation->wants_json) {
        write_json(options, report, &out);
    } else {
        write_table(report, &out);
    }
    enum status status = verb_print(&out, error);
    buffer_release(&out);
    return status;
}

static enum verb_exit play(const struct invocation *invocation, const struct drill_options *options,
                           struct drill_report *report)
{
    struct error error;
    struct error untold;
    enum status status = drill_run(options, report, &error);
    bool has_begun = status == STATUS_OK || report->row_count > 1;
    enum status told = has_begun ? tell(invocation, options, report, &untold) : STATUS_OK;
    if (status != STATUS_OK) return verb_failed("play the drill to its end", &error);
    if (told != STATUS_OK) return verb_failed("tell of the drill", &untold);
    return report->has_passed ? VERB_DONE : VERB_FAILED;
}

static bool is_mode(const char *mode)
{
    return strcmp(mode, "guarded") == 0 || strcmp(mode, "strict") == 0 || strcmp(mode, "open") == 0;
}

enum verb_exit verb_drill(const struct invocation *invocation)
{
    const char *mode = invocation_value(invocation, "mode");
    if (invocation->operand_count == 0) return list_drills(invocation);
    struct drill_options options = {
        .kind = drill_find(text_from(invocation->operands[0])),
        .chromium = invocation_value(invocation, "chromium"),
        .mode = mode ? mode : "guarded",
        .keeps_folder = invocation_has(invocation, "keep"),
    };
    if (!options.kind) {
        return verb_misused("cannot drill: there is no such drill; \"candor drill\" lists them");
    }
    if (!is_mode(options.mode)) {
        return verb_misused("cannot drill: --mode is guarded, strict or open");
    }
    struct drill_report *report = MEMORY_NEW(struct drill_report);
    os_signals_hold();
    enum verb_exit exit = play(invocation, &options, report);
    memory_free(report);
    return exit;
}
