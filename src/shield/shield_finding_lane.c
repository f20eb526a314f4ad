#include "shield/shield_finding_lane.h"

#include "base/check.h"
#include "base/memory.h"
#include "crypt/secret.h"
#include "shield/shield_finding_table.h"

#include <string.h>

struct shield_finding_lane *finding_lane_make(struct shield_findings *findings)
{
    struct shield_finding_lane *lane = MEMORY_NEW(struct shield_finding_lane);
    lane->findings = findings;
    lane->day = INT64_MIN;
    os_mutex_init(&lane->mutex);
    secret_random(&lane->seed, sizeof lane->seed);
    return lane;
}

void finding_lane_free(struct shield_finding_lane *lane)
{
    os_mutex_release(&lane->mutex);
    memory_wipe(lane, sizeof *lane);
    memory_free(lane);
}

/* Under a seed that nobody outside knows: two findings are taken for one with a chance of some
 * 2^-64. */
static uint64_t hash_of(const struct shield_finding_lane *lane,
                        const struct shield_finding *finding)
{
    struct finding_key key = finding_bare_key(finding);
    uint64_t hash = text_hash_seeded(finding->event, lane->seed);
    hash = text_hash_seeded(finding->path, hash);
    hash = text_hash_seeded(finding->sdk, hash);
    return text_hash_seeded((struct text){(const char *)&key, sizeof key}, hash) | 1;
}

/* The slot of the hash, or the free one where it would go: at most half of them are taken. */
static struct lane_slot *slot_of(struct shield_finding_lane *lane, uint64_t hash)
{
    uint32_t place = (uint32_t)(hash >> 32) & (LANE_SLOTS - 1);
    while (lane->slots[place].hash != 0 && lane->slots[place].hash != hash)
        place = (place + 1) & (LANE_SLOTS - 1);
    return &lane->slots[place];
}

bool finding_lane_count(struct shield_finding_lane *lane, const struct shield_finding *finding,
                        struct text value)
{
    const struct lane_slot *slot = slot_of(lane, hash_of(lane, finding));
    if (slot->hash == 0) return false;
    struct lane_row *row = &lane->rows[slot->row];
    row->count += finding->count;
    if (value.size > 0) {
        row->has_values = true;
        (void)finding_sketch_add(row->registers, text_hash_seeded(value, lane->key));
    }
    return true;
}

static struct text copy_text(struct lane_row *row, size_t *used, struct text text)
{
    char *place = row->texts + *used;
    if (text.size > 0) memcpy(place, text.bytes, text.size);
    *used += text.size;
    return (struct text){place, text.size};
}

bool finding_lane_add(struct shield_finding_lane *lane, const struct shield_finding *finding)
{
    assert(!finding_lane_is_full(lane));
    if (finding->event.size + finding->path.size + finding->sdk.size > LANE_TEXTS) return false;
    uint64_t hash = hash_of(lane, finding);
    struct lane_slot *slot = slot_of(lane, hash);
    assert(slot->hash == 0);
    *slot = (struct lane_slot){hash, lane->row_count};
    struct lane_row *row = &lane->rows[lane->row_count++];
    size_t used = 0;
    row->count = 0;
    row->has_values = false;
    row->finding = *finding;
    row->finding.event = copy_text(row, &used, finding->event);
    row->finding.path = copy_text(row, &used, finding->path);
    row->finding.sdk = copy_text(row, &used, finding->sdk);
    memset(row->registers, 0, sizeof row->registers);
    return true;
}

void finding_lane_clear(struct shield_finding_lane *lane)
{
    memory_wipe(lane->rows, lane->row_count * sizeof *lane->rows);
    memory_wipe(&lane->key, sizeof lane->key);
    memset(lane->slots, 0, sizeof lane->slots);
    lane->row_count = 0;
    lane->day = INT64_MIN;
}
