#include "event/project_table.h"

#include "base/check.h"
#include "base/memory.h"
#include "base/text_index.h"

#include <stdatomic.h>

struct project_table {
    atomic_uint reference_count;
    struct project *projects; /* texts borrow from the index of texts */
    size_t count;
    struct text_index texts;
    struct text_index tokens; /* a token's number is its project's place */
    uint32_t *places_by_id;   /* sorted by the project's id */
};

struct project_slot {
    atomic_flag lock; /* held for a handful of instructions */
    struct project_table *table;
};

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

struct project_table *project_table_make(const struct project *projects, size_t count)
{
    assert(count < UINT32_MAX);
    struct project_table *table = MEMORY_NEW(struct project_table);
    atomic_init(&table->reference_count, 1);
    table->projects = MEMORY_ARRAY(struct project, count);
    table->places_by_id = MEMORY_ARRAY(uint32_t, count);
    text_index_init(&table->texts);
    text_index_init(&table->tokens);
    for (size_t i = 0; i < count; i++)
        add_project(table, &projects[i]);
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
    memory_free(table->places_by_id);
    memory_free(table->projects);
    memory_free(table);
}

const struct project *project_table_by_token(const struct project_table *table, struct text token)
{
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
