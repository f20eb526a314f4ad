#include "shield/shield_finding_table.h"

#include "base/check.h"
#include "base/memory.h"

#include <string.h>

enum { FLAG_PLANNED = 1, FLAG_TEST = 2, FLAG_ALERTS = 4, SLOTS_MIN = 256 };

void finding_table_init(struct finding_table *table)
{
    *table = (struct finding_table){0};
    text_index_init(&table->texts);
}

void finding_table_release(struct finding_table *table)
{
    text_index_release(&table->texts);
    memory_free(table->items);
    memory_free(table->slots);
}

void finding_table_clear(struct finding_table *table)
{
    bool is_sum = table->is_sum;
    finding_table_release(table);
    finding_table_init(table);
    table->is_sum = is_sum;
}

static uint32_t number_of(struct finding_table *table, struct text text)
{
    return text_index_add(&table->texts, text);
}

struct finding_key finding_bare_key(const struct shield_finding *finding)
{
    struct finding_key key = {
        .minute = finding->minute,
        .project = finding->project,
        .version = finding->detector_version,
        .tier = (uint8_t)finding->tier,
        .action = (uint8_t)finding->action,
        .source = (uint8_t)finding->source,
        .length = (uint8_t)finding->length,
        .mask = finding->mask,
        .flags =
            (uint8_t)((finding->was_planned ? FLAG_PLANNED : 0) |
                      (finding->is_test ? FLAG_TEST : 0) | (finding->alerts ? FLAG_ALERTS : 0)),
    };
    memcpy(key.detector, finding->detector, sizeof key.detector);
    memcpy(key.country, finding->country, sizeof key.country);
    return key;
}

static struct finding_key key_of(struct finding_table *table, const struct shield_finding *finding)
{
    struct finding_key key = finding_bare_key(finding);
    if (table->is_sum) key.minute = 0;
    key.event = number_of(table, finding->event);
    key.path = number_of(table, finding->path);
    key.sdk = number_of(table, finding->sdk);
    return key;
}

struct shield_finding finding_of_key(const struct finding_key *key)
{
    struct shield_finding finding = {
        .minute = key->minute,
        .project = key->project,
        .detector_version = key->version,
        .tier = (enum shield_tier)key->tier,
        .action = (enum shield_action)key->action,
        .source = (enum shield_source)key->source,
        .length = (enum shield_length)key->length,
        .mask = key->mask,
        .was_planned = (key->flags & FLAG_PLANNED) != 0,
        .is_test = (key->flags & FLAG_TEST) != 0,
        .alerts = (key->flags & FLAG_ALERTS) != 0,
    };
    memcpy(finding.detector, key->detector, sizeof finding.detector);
    memcpy(finding.country, key->country, sizeof finding.country);
    return finding;
}

static uint32_t slot_of(const struct finding_table *table, const struct finding_key *key)
{
    struct text bytes = {(const char *)key, sizeof *key};
    uint32_t slot = (uint32_t)text_hash_seeded(bytes, table->texts.seed) & (table->slot_count - 1);
    while (table->slots[slot] != 0 &&
           memcmp(&table->items[table->slots[slot] - 1].key, key, sizeof *key) != 0) {
        slot = (slot + 1) & (table->slot_count - 1);
    }
    return slot;
}

static void grow(struct finding_table *table)
{
    if (table->slots && table->count < table->slot_count / 2) return;
    table->slot_count = table->slots ? 2 * table->slot_count : SLOTS_MIN;
    memory_free(table->slots);
    table->slots = MEMORY_ARRAY(uint32_t, table->slot_count);
    table->capacity = table->slot_count / 2;
    table->items = memory_resize(table->items, table->capacity, sizeof *table->items);
    for (uint32_t i = 0; i < table->count; i++)
        table->slots[slot_of(table, &table->items[i].key)] = i + 1;
}

static void add_to(struct finding_item *item, const struct shield_finding *finding,
                   int64_t last_minute)
{
    item->count += finding->count;
    if (finding->distinct > item->distinct) item->distinct = finding->distinct;
    if (finding->minute < item->first_minute) item->first_minute = finding->minute;
    if (last_minute > item->last_minute) item->last_minute = last_minute;
}

static bool find_and_add(struct finding_table *table, const struct shield_finding *finding,
                         int64_t last_minute, uint32_t count_max)
{
    grow(table);
    struct finding_key key = key_of(table, finding);
    uint32_t slot = slot_of(table, &key);
    if (table->slots[slot] != 0) {
        add_to(&table->items[table->slots[slot] - 1], finding, last_minute);
        return true;
    }
    if (table->count >= count_max) return false;
    table->items[table->count] = (struct finding_item){
        .key = key, .first_minute = finding->minute, .last_minute = last_minute};
    add_to(&table->items[table->count], finding, last_minute);
    table->slots[slot] = ++table->count;
    return true;
}

void finding_table_add(struct finding_table *table, const struct shield_finding *finding,
                       int64_t last_minute)
{
    if (find_and_add(table, finding, last_minute, SHIELD_FINDINGS_MAX)) return;
    struct shield_finding coarse = *finding;
    coarse.event = coarse.path = TEXT("?");
    coarse.sdk = TEXT("");
    coarse.length = SHIELD_LENGTH_0;
    coarse.mask = 0;
    coarse.distinct = 0;
    memcpy(coarse.country, "??", sizeof coarse.country);
    if (!find_and_add(table, &coarse, last_minute, 2 * SHIELD_FINDINGS_MAX)) {
        table->lost += finding->count;
    }
}

struct shield_finding finding_table_get(const struct finding_table *table, uint32_t index)
{
    assert(index < table->count);
    const struct finding_item *item = &table->items[index];
    struct shield_finding finding = finding_of_key(&item->key);
    finding.minute = item->first_minute;
    finding.event = text_index_get(&table->texts, item->key.event);
    finding.path = text_index_get(&table->texts, item->key.path);
    finding.sdk = text_index_get(&table->texts, item->key.sdk);
    finding.count = item->count;
    finding.distinct = item->distinct;
    return finding;
}
