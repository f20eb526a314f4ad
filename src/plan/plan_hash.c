/* The normalised form of a question, and its hash.
 *
 * Every part is written in one way, defaults spelled out and sizes before texts, so that two
 * documents that ask the same (keys in another order, numbers written otherwise) give the same
 * bytes. What does not change the answer ("fresh") is left out. */
#include "plan/plan_internal.h"

#include "base/check.h"
#include "codec/block.h"

#include <string.h>

static void write_number(struct buffer *out, uint64_t number)
{
    buffer_append_varint(out, number);
}

static void write_leaf(struct buffer *out, const struct plan_leaf *leaf)
{
    buffer_append_sized(out, leaf->property);
    write_number(out, leaf->of);
    write_number(out, leaf->operator);
    write_number(out, leaf->fold);
    write_number(out, leaf->or_missing);
    write_number(out, leaf->is_set);
    write_number(out, leaf->value_count);
    for (uint32_t i = 0; i < leaf->value_count; i++)
        value_encode(&leaf->values[i], out);
    if (leaf->pattern) buffer_append_sized(out, pattern_expression(leaf->pattern));
}

/* Recursion, as deep as the document was. */
static void write_filter(struct buffer *out, const struct plan_filter *filter)
{
    write_number(out, filter ? 1 : 0);
    if (!filter) return;
    write_number(out, filter->kind);
    write_number(out, filter->child_count);
    for (uint32_t i = 0; i < filter->child_count; i++)
        write_filter(out, &filter->children[i]);
    write_number(out, filter->distinct_id_count);
    for (uint32_t i = 0; i < filter->distinct_id_count; i++) {
        buffer_append_sized(out, filter->distinct_ids[i]);
    }
    if (filter->kind == PLAN_LEAF) write_leaf(out, &filter->leaf);
}

static void write_matcher(struct buffer *out, const struct plan_matcher *matcher)
{
    write_number(out, matcher->any);
    write_number(out, matcher->name_count);
    for (uint32_t i = 0; i < matcher->name_count; i++) {
        buffer_append_sized(out, matcher->names[i]);
    }
    write_filter(out, matcher->where);
}

static void write_breakdown(struct buffer *out, const struct plan_breakdown *breakdown)
{
    write_number(out, breakdown ? 1 : 0);
    if (!breakdown) return;
    buffer_append_sized(out, breakdown->property);
    write_number(out, breakdown->of);
    write_number(out, breakdown->top);
    write_number(out, breakdown->at);
    write_number(out, breakdown->edge_count);
    for (uint32_t i = 0; i < breakdown->edge_count; i++) {
        uint64_t bits;
        memcpy(&bits, &breakdown->edges[i], sizeof bits);
        buffer_append_u64(out, bits);
    }
}

static void write_time(struct buffer *out, const struct plan_time *time)
{
    write_number(out, time->kind);
    write_number(out, zigzag(time->from));
    write_number(out, zigzag(time->to));
    write_number(out, time->last_count);
    write_number(out, time->last_unit);
    buffer_append_sized(out, time->zone);
}

uint64_t plan_hash(const struct plan *plan)
{
    /* Nothing is written at more than a few times the size it had as JSON. */
    struct buffer form;
    buffer_init(&form, (size_t)PLAN_SIZE_MAX * 16);
    write_number(&form, plan->kind);
    buffer_append_sized(&form, plan->project);
    write_time(&form, &plan->time);
    write_filter(&form, plan->where);
    write_breakdown(&form, plan->breakdown);
    write_number(&form, plan->explain);
    write_number(&form, plan->unit);
    write_number(&form, plan->measure_count);
    for (uint32_t i = 0; i < plan->measure_count; i++) {
        write_matcher(&form, &plan->measures[i].matcher);
        write_number(&form, plan->measures[i].count);
    }
    write_number(&form, plan->step_count);
    for (uint32_t i = 0; i < plan->step_count; i++)
        write_matcher(&form, &plan->steps[i]);
    write_number(&form, zigzag(plan->window_ms));
    assert(!buffer_overflowed(&form));

    struct text bytes = buffer_text(&form);
    uint64_t hash = block_checksum(bytes.bytes, bytes.size, 0);
    buffer_release(&form);
    return hash;
}
