#include "exec/row_scan.h"

#include "base/check.h"
#include "exec/memory_limit.h"

#include <string.h>

/* Two reads, two compares and one write a row; the cursor moves by 0 or 1. */
static uint32_t keep_matching(const uint32_t *restrict codes, const int64_t *restrict times,
                              const uint32_t *restrict event_masks, struct plan_span span,
                              uint32_t *restrict rows, uint32_t *restrict masks, uint32_t count)
{
    uint32_t kept = 0;
    for (uint32_t row = 0; row < count; row++) {
        uint32_t mask = event_masks[codes[row]];
        rows[kept] = row;
        masks[kept] = mask;
        kept += (mask != 0) & (times[row] >= span.from_ms) & (times[row] < span.to_ms);
    }
    return kept;
}

static enum status select_rows(struct row_scan *scan, struct error *error)
{
    uint32_t count = scan->row_count;
    uint32_t *codes = ARENA_ARRAY_DIRTY(scan->scratch, uint32_t, count);
    int64_t *times = ARENA_ARRAY_DIRTY(scan->scratch, int64_t, count);
    scan->rows = ARENA_ARRAY_DIRTY(scan->scratch, uint32_t, count);
    scan->masks = ARENA_ARRAY_DIRTY(scan->scratch, uint32_t, count);
    if (!codes || !times || !scan->rows || !scan->masks) {
        return memory_limit_passed(scan->scratch, error);
    }
    TRY(row_source_codes(scan->bound->source, ROW_COLUMN_EVENT, scan->range, codes, error));
    TRY(row_source_times(scan->bound->source, scan->range, times, error));
    scan->row_times = times;
    scan->count = keep_matching(codes, times, scan->bound->event_masks, scan->question->scanned,
                                scan->rows, scan->masks, count);
    return STATUS_OK;
}

static enum status read_codes(struct row_scan *scan, uint32_t property, const uint32_t **codes,
                              struct error *error)
{
    assert(property < scan->question->property_count);
    if (!scan->codes[property]) {
        uint32_t *read = ARENA_ARRAY_DIRTY(scan->scratch, uint32_t, scan->row_count);
        if (!read) return memory_limit_passed(scan->scratch, error);
        TRY(row_property_codes(&scan->bound->properties[property], scan->bound->source, scan->range,
                               read, scan->scratch, error));
        scan->codes[property] = read;
    }
    *codes = scan->codes[property];
    return STATUS_OK;
}

/* Rows and runs rise together. */
static enum status read_persons(struct row_scan *scan, struct error *error)
{
    const struct row_run *runs;
    uint32_t run_count;
    TRY(row_source_runs(scan->bound->source, scan->shard, scan->scratch, &runs, &run_count, error));
    uint32_t *persons = ARENA_ARRAY_DIRTY(scan->scratch, uint32_t, scan->count);
    if (!persons) return memory_limit_passed(scan->scratch, error);

    uint32_t run = 0;
    for (uint32_t i = 0; i < scan->count; i++) {
        uint32_t row = scan->range.first + scan->rows[i];
        while (row >= runs[run].first + runs[run].count)
            run++;
        assert_slow(run < run_count);
        persons[i] = question_person(scan->question, runs[run].cluster);
    }
    scan->persons = persons;
    return STATUS_OK;
}

/* A look-up in two tables a row. */
static void keep_by_code(const uint8_t *restrict table, const uint32_t *restrict codes,
                         const uint32_t *restrict rows, uint8_t *restrict keeps, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++)
        keeps[i] = table[codes[rows[i]]];
}

static enum status run_operation(struct row_scan *scan, const struct row_operation *operation,
                                 uint8_t **stack, uint32_t *depth, struct error *error)
{
    uint32_t count = scan->count;
    switch (operation->kind) {
    case ROW_OPERATION_TRUE: memset(stack[(*depth)++], 1, count); return STATUS_OK;
    case ROW_OPERATION_FALSE: memset(stack[(*depth)++], 0, count); return STATUS_OK;
    case ROW_OPERATION_EVENT: {
        const uint32_t *codes;
        uint32_t leaf = operation->argument;
        TRY(read_codes(scan, scan->question->leaves[leaf].property, &codes, error));
        keep_by_code(scan->bound->leaf_keeps[leaf], codes, scan->rows, stack[(*depth)++], count);
        return STATUS_OK;
    }
    case ROW_OPERATION_PERSON: {
        const uint64_t *set = scan->question->person_sets[operation->argument];
        uint8_t *keeps = stack[(*depth)++];
        for (uint32_t i = 0; i < count; i++) {
            keeps[i] = person_set_has(set, question_place(scan->question, scan->persons[i]));
        }
        return STATUS_OK;
    }
    case ROW_OPERATION_AND:
        (*depth)--;
        row_filter_and(stack[*depth - 1], stack[*depth], count);
        return STATUS_OK;
    case ROW_OPERATION_OR:
        (*depth)--;
        row_filter_or(stack[*depth - 1], stack[*depth], count);
        return STATUS_OK;
    case ROW_OPERATION_NOT: row_filter_not(stack[*depth - 1], count); return STATUS_OK;
    }
    UNREACHABLE("no other operation");
}

/* Clear these bits of the masks of rows that the filter does not keep. */
static enum status apply_filter(struct row_scan *scan, const struct row_filter *filter,
                                uint32_t bits, struct error *error)
{
    if (!filter->operations || scan->count == 0) return STATUS_OK;
    uint8_t **stack = ARENA_ARRAY(scan->scratch, uint8_t *, filter->depth_max);
    if (!stack) return memory_limit_passed(scan->scratch, error);
    for (uint32_t i = 0; i < filter->depth_max; i++) {
        stack[i] = ARENA_ARRAY_DIRTY(scan->scratch, uint8_t, scan->count);
        if (!stack[i]) return memory_limit_passed(scan->scratch, error);
    }
    uint32_t depth = 0;
    for (uint32_t i = 0; i < filter->count; i++) {
        TRY(run_operation(scan, &filter->operations[i], stack, &depth, error));
    }
    assert(depth == 1);
    for (uint32_t i = 0; i < scan->count; i++) {
        scan->masks[i] &= ~(bits & (uint32_t)(stack[0][i] - 1));
    }
    return STATUS_OK;
}

/* Rows that no matcher takes any more fall out; persons follow. */
static void drop_unmatched(struct row_scan *scan)
{
    uint32_t kept = 0;
    for (uint32_t i = 0; i < scan->count; i++) {
        uint32_t mask = scan->masks[i];
        scan->rows[kept] = scan->rows[i];
        if (scan->persons) scan->persons[kept] = scan->persons[i];
        scan->masks[kept] = mask;
        kept += mask != 0;
    }
    scan->count = kept;
}

static enum status filter_rows(struct row_scan *scan, struct error *error)
{
    const struct question *question = scan->question;
    TRY(apply_filter(scan, &question->where, UINT32_MAX, error));
    for (uint32_t i = 0; i < question->matcher_count; i++) {
        TRY(apply_filter(scan, &question->matcher_wheres[i], UINT32_C(1) << i, error));
    }
    return STATUS_OK;
}

static enum status read_entries(struct row_scan *scan, struct error *error)
{
    const struct question *question = scan->question;
    uint32_t *entries = ARENA_ARRAY(scan->scratch, uint32_t, scan->count);
    if (!entries) return memory_limit_passed(scan->scratch, error);
    scan->entries = entries;
    if (question->person_entries) {
        for (uint32_t i = 0; i < scan->count; i++) {
            entries[i] = question->person_entries[question_place(question, scan->persons[i])];
        }
        return STATUS_OK;
    }
    if (question->group_property == QUESTION_NO_PROPERTY) return STATUS_OK;
    const uint32_t *codes;
    TRY(read_codes(scan, question->group_property, &codes, error));
    for (uint32_t i = 0; i < scan->count; i++) {
        entries[i] = scan->bound->group_entries[codes[scan->rows[i]]];
    }
    return STATUS_OK;
}

static enum status read_arrivals(struct row_scan *scan, struct error *error)
{
    uint64_t *arrivals = ARENA_ARRAY_DIRTY(scan->scratch, uint64_t, scan->row_count);
    if (!arrivals) return memory_limit_passed(scan->scratch, error);
    scan->row_arrivals = arrivals;
    return row_source_arrivals(scan->bound->source, scan->range, arrivals, error);
}

enum status row_scan_read(struct row_scan *scan, const struct question *question,
                          const struct bound_source *bound, uint32_t shard, int wants,
                          struct arena *scratch, struct error *error)
{
    *scan =
        (struct row_scan){.question = question, .bound = bound, .shard = shard, .scratch = scratch};
    scan->range = row_source_shard(bound->source, shard);
    assert(scan->range.first <= scan->range.end);
    scan->row_count = scan->range.end - scan->range.first;
    if (scan->row_count == 0) return STATUS_OK;
    scan->codes = ARENA_ARRAY(scratch, const uint32_t *, question->property_count);
    if (!scan->codes) return memory_limit_passed(scratch, error);

    TRY(question_check_deadline(question, error));
    TRY(select_rows(scan, error));
    if (scan->count == 0) return STATUS_OK;
    if (question->needs_persons || wants & ROW_SCAN_PERSONS) TRY(read_persons(scan, error));
    TRY(filter_rows(scan, error));
    drop_unmatched(scan);
    if (scan->count == 0) return STATUS_OK;
    if (wants & ROW_SCAN_ENTRIES) TRY(read_entries(scan, error));
    if (wants & ROW_SCAN_ARRIVALS) TRY(read_arrivals(scan, error));
    return STATUS_OK;
}
