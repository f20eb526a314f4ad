#include "exec/trend_counts.h"

#include "base/check.h"
#include "exec/memory_limit.h"

static size_t cell_count(const struct trend_shape *shape)
{
    return (size_t)shape->measure_count * shape->slots->count * shape->axis->count;
}

enum status trend_counts_init(struct trend_counts *counts, const struct trend_shape *shape,
                              struct arena *arena, struct error *error)
{
    assert(shape->measure_count > 0);
    assert(shape->axis->count > 0);
    assert((shape->event_bits & shape->profile_bits) == 0);
    *counts = (struct trend_counts){.shape = shape};
    size_t cells = cell_count(shape);
    counts->counts = ARENA_ARRAY(arena, uint64_t, cells);
    counts->is_present = ARENA_ARRAY(arena, uint8_t, shape->slots->count);
    if (!counts->counts || !counts->is_present) return memory_limit_passed(arena, error);
    if (shape->profile_bits == 0) return STATUS_OK;
    counts->stamps = ARENA_ARRAY(arena, uint32_t, cells);
    return counts->stamps ? STATUS_OK : memory_limit_passed(arena, error);
}

static size_t cell_at(const struct trend_shape *shape, uint32_t measure, uint32_t slot,
                      uint32_t bucket)
{
    assert_slow(slot < shape->slots->count);
    assert_slow(bucket < shape->axis->count);
    return ((size_t)measure * shape->slots->count + slot) * shape->axis->count + bucket;
}

/* The common question, one measure without lists: two look-ups and an addition a row. */
static void add_single(struct trend_counts *counts, const struct row_scan *scan)
{
    const struct trend_shape *shape = counts->shape;
    for (uint32_t i = 0; i < scan->count; i++) {
        uint32_t slot = shape->slots->slot_of_group[scan->entries[i]];
        uint32_t bucket = time_axis_bucket(shape->axis, scan->row_times[scan->rows[i]]);
        counts->is_present[slot] = 1;
        counts->counts[cell_at(shape, 0, slot, bucket)]++;
    }
}

static void add_any(struct trend_counts *counts, const struct row_scan *scan)
{
    const struct trend_shape *shape = counts->shape;
    for (uint32_t i = 0; i < scan->count; i++) {
        const uint32_t *slots;
        uint32_t slot_count = group_slots_of(shape->slots, scan->entries[i], &slots);
        uint32_t bucket = time_axis_bucket(shape->axis, scan->row_times[scan->rows[i]]);
        for (uint32_t j = 0; j < slot_count; j++) {
            counts->is_present[slots[j]] = 1;
            uint32_t bits = scan->masks[i] & shape->event_bits;
            for (; bits != 0; bits &= bits - 1) {
                uint32_t measure = (uint32_t)__builtin_ctz(bits);
                counts->counts[cell_at(shape, measure, slots[j], bucket)]++;
            }
        }
    }
}

void trend_counts_add_rows(struct trend_counts *counts, const struct row_scan *scan)
{
    if (scan->count == 0) return;
    assert(scan->entries);
    const struct trend_shape *shape = counts->shape;
    bool is_single = scan->question->matcher_count == 1 && shape->event_bits == 1 &&
                     scan->question->groups.set_count == 0;
    if (is_single) {
        add_single(counts, scan);
    } else {
        add_any(counts, scan);
    }
}

void trend_counts_add_person(struct trend_counts *counts, const struct person_hit *hits,
                             uint32_t count)
{
    const struct trend_shape *shape = counts->shape;
    uint32_t stamp = ++counts->person;
    assert(stamp != 0);
    for (uint32_t i = 0; i < count; i++) {
        const uint32_t *slots;
        uint32_t slot_count = group_slots_of(shape->slots, hits[i].entry, &slots);
        uint32_t bucket = time_axis_bucket(shape->axis, hits[i].time_ms);
        for (uint32_t j = 0; j < slot_count; j++) {
            uint32_t bits = hits[i].mask & shape->profile_bits;
            for (; bits != 0; bits &= bits - 1) {
                uint32_t measure = (uint32_t)__builtin_ctz(bits);
                size_t cell = cell_at(shape, measure, slots[j], bucket);
                counts->counts[cell] += counts->stamps[cell] != stamp;
                counts->stamps[cell] = stamp;
            }
        }
    }
}

void trend_counts_merge(struct trend_counts *counts, const struct trend_counts *others)
{
    assert(counts->shape == others->shape);
    size_t cells = cell_count(counts->shape);
    for (size_t i = 0; i < cells; i++)
        counts->counts[i] += others->counts[i];
    for (uint32_t i = 0; i < counts->shape->slots->count; i++) {
        counts->is_present[i] |= others->is_present[i];
    }
}

uint64_t trend_counts_get(const struct trend_counts *counts, uint32_t measure, uint32_t slot,
                          uint32_t bucket)
{
    return counts->counts[cell_at(counts->shape, measure, slot, bucket)];
}
