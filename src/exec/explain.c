#include "exec/explain.h"

#include "base/check.h"

enum { EXPLAIN_SIZE_MAX = 64 * 1024 };

static void write_trend(const struct plan *plan, struct buffer *out)
{
    static const char *const units[] = {"hour", "day", "week", "month", "quarter", "whole range"};
    buffer_printf(out, "count over time, by %s\n", units[plan->unit]);
    for (uint32_t i = 0; i < plan->measure_count; i++) {
        const struct plan_measure *measure = &plan->measures[i];
        buffer_printf(out, "  %c: %s of ", (char)('A' + (int)i),
                      measure->count == PLAN_COUNT_EVENTS ? "events" : "profiles");
        buffer_append_text(out, measure->matcher.label);
        buffer_append_string(out, measure->matcher.where ? ", filtered\n" : "\n");
    }
}

static void write_funnel(const struct plan *plan, struct buffer *out)
{
    buffer_printf(out, "funnel of profiles, steps in order, all within %lld ms of the first\n",
                  (long long)plan->window_ms);
    for (uint32_t i = 0; i < plan->step_count; i++) {
        buffer_printf(out, "  %u: ", i + 1);
        buffer_append_text(out, plan->steps[i].label);
        buffer_append_string(out, plan->steps[i].where ? ", filtered\n" : "\n");
    }
}

static void write_question(const struct question *question, struct buffer *out)
{
    const struct plan *plan = question->plan;
    char from[32];
    char to[32];
    if (plan->kind == PLAN_TREND) {
        write_trend(plan, out);
    } else {
        write_funnel(plan, out);
    }
    zone_instant_format(question->input->zone, question->span.from_ms, from);
    zone_instant_format(question->input->zone, question->span.to_ms, to);
    buffer_printf(out, "from %s to before %s\n", from, to);
    if (plan->where) buffer_append_string(out, "a filter narrows all of it\n");
    if (!plan->breakdown) return;
    buffer_printf(out, "broken down by the %s's ",
                  plan->breakdown->of == PLAN_OF_EVENT ? "event" : "profile");
    buffer_append_text(out, plan->breakdown->property);
    buffer_printf(out, ", top %u of %u values\n", plan->breakdown->top, question->groups.count);
}

static void write_work(const struct question *question, const struct result *result,
                       struct buffer *out)
{
    uint32_t all = snapshot_source_count(question->input->snapshot);
    buffer_printf(out,
                  "read %u of %u sources, the others lie outside the range or lack the events\n",
                  question->source_count, all);
    buffer_printf(out, "scanned %llu events and %llu bytes of files on %u threads in %.1f ms\n",
                  (unsigned long long)result->events_scanned,
                  (unsigned long long)result->bytes_scanned, question->input->thread_count,
                  result->elapsed_ms);
    buffer_printf(out, "asked %u filter leaves once for each distinct value\n",
                  question->leaf_count + question->person_set_count);
    if (question->has_scattered) {
        buffer_append_string(out, "walked people merged after their events were written apart\n");
    }
}

enum status explain_write(const struct question *question, struct result *result,
                          struct error *error)
{
    if (!question->plan->explain) return STATUS_OK;
    struct buffer words;
    buffer_init(&words, EXPLAIN_SIZE_MAX); /* cut where names are that long */
    write_question(question, &words);
    write_work(question, result, &words);
    result->explain = arena_text(&result->arena, buffer_text(&words));
    buffer_release(&words);
    if (result->explain.bytes) return STATUS_OK;
    return error_set(error, STATUS_TOO_LARGE, "the answer needs more than %zu bytes",
                     result->arena.capacity);
}
