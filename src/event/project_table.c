#include "event/project_table.h"

#include "base/check.h"
#include "base/memory.h"
#include "base/text_index.h"

#include <stdatomic.h>
#include <string.h>

struct project_table {
    atomic_uint reference_count;
    struct project *projects; /* texts borrow from the index of texts */
    size_t count;
    struct text_index texts;
    struct text_index tokens; /* a token's number is its project's place */
    uint32_t *places_by_id;   /* sorted by the project's id */
    struct text_index keys;   /* hashes of write keys, by their number */
    uint32_t *key_places;     /* by a key's number: its project's place */
    char *long_texts;         /* plans and rules, one behind the other: looked for by nobody */
    size_t long_used;
};

struct project_slot {
    atomic_flag lock; /* held for a handful of instructions */
    struct project_table *table;
};

static const char key_prefix[] = "cdr_ing_";

const struct text project_sdk_default =
    TEXT_INIT("\"autocapture\":false,\"routes\":[],"
              "\"params\":[],\"dictionary\":null,\"observe\":false,\"sample\":1,\"hold\":[]");

enum project_shield project_shield_at(const struct project *project, int64_t now_ms)
{
    int64_t until_ms = project->shield_mode_until_ms;
    bool has_ended = until_ms != 0 && until_ms <= now_ms;
    return has_ended ? PROJECT_SHIELD_GUARDED : project->shield_mode;
}

/* --- making --- */

static size_t long_size(const struct project *project)
{
    return project->shield_plan.size + project->shield_rules.size + project->shield_loosened.size +
           project->shield_held.size + project->sdk_settings.size + project->dictionary_salt.size +
           project->dictionary_hashes.size;
}

static struct text keep_long(struct project_table *table, struct text text)
{
    if (text.size == 0) return TEXT("");
    char *place = table->long_texts + table->long_used;
    memcpy(place, text.bytes, text.size);
    table->long_used += text.size;
    return (struct text){place, text.size};
}

static void keep_shield(struct project_table *table, struct project *project)
{
    project->shield_plan = keep_long(table, project->shield_plan);
    project->shield_rules = keep_long(table, project->shield_rules);
    project->shield_loosened = keep_long(table, project->shield_loosened);
    project->shield_held = keep_long(table, project->shield_held);
    project->sdk_settings = keep_long(table, project->sdk_settings);
    project->dictionary_salt = keep_long(table, project->dictionary_salt);
    project->dictionary_hashes = keep_long(table, project->dictionary_hashes);
}

static struct text keep_text(struct project_table *table, struct text text)
{
    return text_index_get(&table->texts, text_index_add(&table->texts, text));
}

static void add_project(struct project_table *table, const struct project *project)
{
    assert(project->id > 0);
    uint32_t place = (uint32_t)table->count;
    struct project copy = *project;
    copy.name = keep_text(table, project->name);
    copy.token = keep_text(table, project->token);
    copy.zone = keep_text(table, project->zone);
    copy.secret = keep_text(table, project->secret);
    keep_shield(table, &copy);
    uint32_t number = text_index_add(&table->tokens, project->token);
    assert(number == place); /* tokens are unique */
    table->projects[place] = copy;
    table->count++;

    uint32_t slot = place;
    for (; slot > 0; slot--) {
        uint32_t before = table->places_by_id[slot - 1];
        if (table->projects[before].id < project->id) break;
        assert(table->projects[before].id != project->id);
        table->places_by_id[slot] = before;
    }
    table->places_by_id[slot] = place;
}

static uint32_t place_of(const struct project_table *table, uint32_t id)
{
    const struct project *project = project_table_by_id(table, id);
    assert(project); /* a key belongs to a project of the table */
    return (uint32_t)(project - table->projects);
}

static void add_key(struct project_table *table, const struct project_key *key)
{
    struct text hash = {(const char *)key->hash, sizeof key->hash};
    uint32_t count = table->keys.count;
    uint32_t number = text_index_add(&table->keys, hash);
    assert(number == count); /* keys are unique */
    table->key_places[number] = place_of(table, key->project);
}

struct project_table *project_table_make(const struct project *projects, size_t count)
{
    return project_table_make_keyed(projects, count, NULL, 0);
}

struct project_table *project_table_make_keyed(const struct project *projects, size_t count,
                                               const struct project_key *keys, size_t key_count)
{
    assert(count < UINT32_MAX);
    assert(key_count < UINT32_MAX);
    struct project_table *table = MEMORY_NEW(struct project_table);
    atomic_init(&table->reference_count, 1);
    table->projects = MEMORY_ARRAY(struct project, count);
    table->places_by_id = MEMORY_ARRAY(uint32_t, count);
    text_index_init(&table->texts);
    text_index_init(&table->tokens);
    text_index_init(&table->keys);
    table->key_places = MEMORY_ARRAY(uint32_t, key_count);
    size_t size = 0;
    for (size_t i = 0; i < count; i++)
        size += long_size(&projects[i]);
    table->long_texts = MEMORY_ARRAY(char, size);
    for (size_t i = 0; i < count; i++)
        add_project(table, &projects[i]);
    for (size_t i = 0; i < key_count; i++)
        add_key(table, &keys[i]);
    assert(table->long_used == size);
    return table;
}

struct project_table *project_table_hold(struct project_table *table)
{
    unsigned before = atomic_fetch_add(&table->reference_count, 1);
    assert(before > 0);
    return table;
}

void project_table_drop(struct project_table *table)
{
    if (!table) return;
    unsigned before = atomic_fetch_sub(&table->reference_count, 1);
    assert(before > 0);
    if (before > 1) return;
    text_index_release(&table->texts);
    text_index_release(&table->tokens);
    text_index_release(&table->keys);
    memory_free(table->key_places);
    memory_free(table->long_texts);
    memory_free(table->places_by_id);
    memory_free(table->projects);
    memory_free(table);
}

/* --- looking up --- */

/* The checksum in the key spares noise the hashing. */
static const struct project *by_key(const struct project_table *table, struct text token)
{
    uint8_t hash[SECRET_HASH_SIZE];
    struct text kind;
    if (!secret_token_well_formed(token, &kind)) return NULL;
    secret_hash(token, hash);
    uint32_t number = text_index_find(&table->keys, (struct text){(char *)hash, sizeof hash});
    return number == TEXT_INDEX_NONE ? NULL : &table->projects[table->key_places[number]];
}

const struct project *project_table_by_token(const struct project_table *table, struct text token)
{
    if (text_starts_with(token, text_from(key_prefix))) return by_key(table, token);
    uint32_t place = text_index_find(&table->tokens, token);
    return place == TEXT_INDEX_NONE ? NULL : &table->projects[place];
}

const struct project *project_table_by_id(const struct project_table *table, uint32_t id)
{
    size_t first = 0;
    size_t end = table->count;
    while (first < end) {
        size_t middle = first + (end - first) / 2;
        const struct project *project = &table->projects[table->places_by_id[middle]];
        if (project->id == id) return project;
        if (project->id < id) {
            first = middle + 1;
        } else {
            end = middle;
        }
    }
    return NULL;
}

const struct project *project_table_by_name(const struct project_table *table, struct text name)
{
    for (size_t i = 0; i < table->count; i++) {
        if (text_equal(table->projects[i].name, name)) return &table->projects[i];
    }
    uint64_t id;
    if (!text_to_u64(name, &id) || id > UINT32_MAX) return NULL;
    return project_table_by_id(table, (uint32_t)id);
}

size_t project_table_count(const struct project_table *table)
{
    return table->count;
}

const struct project *project_table_at(const struct project_table *table, size_t index)
{
    assert(index < table->count);
    return &table->projects[index];
}

struct project_slot *project_slot_make(void)
{
    struct project_slot *slot = MEMORY_NEW(struct project_slot);
    atomic_flag_clear(&slot->lock);
    slot->table = project_table_make(NULL, 0);
    return slot;
}

void project_slot_release(struct project_slot *slot)
{
    if (!slot) return;
    project_table_drop(slot->table);
    memory_free(slot);
}

static void slot_lock(struct project_slot *slot)
{
    while (atomic_flag_test_and_set_explicit(&slot->lock, memory_order_acquire))
        continue;
}

static void slot_unlock(struct project_slot *slot)
{
    atomic_flag_clear_explicit(&slot->lock, memory_order_release);
}

/* The lock keeps the table from going between the look and the hold. */
struct project_table *project_slot_take(struct project_slot *slot)
{
    slot_lock(slot);
    struct project_table *table = project_table_hold(slot->table);
    slot_unlock(slot);
    return table;
}

void project_slot_publish(struct project_slot *slot, struct project_table *table)
{
    assert(table);
    slot_lock(slot);
    struct project_table *before = slot->table;
    slot->table = table;
    slot_unlock(slot);
    project_table_drop(before);
}
