#include "store/profile_table.h"

#include "base/arena.h"
#include "base/calendar.h"
#include "base/check.h"
#include "base/memory.h"
#include "store/profile_edit.h"
#include "store/profile_format.h"

enum {
    PROFILES_FIRST = 16,
    DIRTY_FIRST = 64,
    LAST_SEEN_SIZE = 19, /* of an instant's text, to the second */
};

struct profile_table *profile_table_make(void)
{
    struct profile_table *table = MEMORY_NEW(struct profile_table);
    atomic_init(&table->reference_count, 1);
    os_rwlock_init(&table->lock);
    text_index_init(&table->names);
    text_index_init(&table->group_keys);
    return table;
}

struct profile_table *profile_table_hold(struct profile_table *table)
{
    unsigned before = atomic_fetch_add(&table->reference_count, 1);
    assert(before > 0);
    return table;
}

void profile_table_drop(struct profile_table *table)
{
    unsigned before = atomic_fetch_sub(&table->reference_count, 1);
    assert(before > 0);
    if (before > 1) return;
    for (uint32_t i = 0; i < table->group_keys.count; i++) {
        struct profile_group *group = &table->groups[i];
        for (uint32_t k = 0; k < group->ids.count; k++)
            memory_free(group->profiles[k].bytes);
        memory_free(group->profiles);
        text_index_release(&group->ids);
    }
    memory_free(table->groups);
    memory_free(table->dirty);
    text_index_release(&table->names);
    text_index_release(&table->group_keys);
    os_rwlock_release(&table->lock);
    memory_free(table);
}

bool profile_property_next(struct block_cursor *cursor, struct profile_property *out)
{
    uint64_t name;
    if (cursor->place == cursor->end) return false;
    out->first = cursor->place;
    bool read = cursor_varint(cursor, &name) && value_decode(cursor, &out->value);
    assert(read); /* we wrote it */
    out->name = (uint32_t)name;
    out->end = cursor->place;
    return true;
}

static struct profile_place reach_profile(struct profile_table *table, struct text key,
                                          struct text id)
{
    uint32_t group_count = table->group_keys.count;
    uint32_t place = text_index_add(&table->group_keys, key);
    if (place == group_count) {
        table->groups = memory_resize(table->groups, group_count + 1, sizeof *table->groups);
        table->groups[place] =
            (struct profile_group){.key = text_index_get(&table->group_keys, place)};
        text_index_init(&table->groups[place].ids);
    }
    struct profile_group *group = &table->groups[place];
    uint32_t number = text_index_add(&group->ids, id);
    if (number >= group->capacity) {
        uint32_t capacity = group->capacity ? group->capacity * 2 : PROFILES_FIRST;
        group->profiles = memory_resize(group->profiles, capacity, sizeof(struct profile));
        for (uint32_t i = group->capacity; i < capacity; i++) {
            group->profiles[i] = (struct profile){0};
        }
        group->capacity = capacity;
    }
    return (struct profile_place){place, number};
}

static struct profile *profile_at(const struct profile_table *table, struct profile_place place)
{
    return &table->groups[place.group].profiles[place.number];
}

static void mark_dirty(struct profile_table *table, struct profile_place place)
{
    struct profile *profile = profile_at(table, place);
    if (table->first_sequence == 0) table->first_sequence = table->last_sequence;
    if (profile->is_dirty) return;
    profile->is_dirty = true;
    if (table->dirty_count == table->dirty_capacity) {
        table->dirty_capacity = table->dirty_capacity ? table->dirty_capacity * 2 : DIRTY_FIRST;
        table->dirty =
            memory_resize(table->dirty, table->dirty_capacity, sizeof(struct profile_place));
    }
    table->dirty[table->dirty_count++] = place;
}

void profile_table_begin(struct profile_table *table, uint64_t sequence)
{
    os_rwlock_write(&table->lock);
    assert(sequence > table->last_sequence);
    table->last_sequence = sequence;
}

void profile_table_end(struct profile_table *table)
{
    os_rwlock_unlock(&table->lock);
}

static void set_last_seen(struct profile_edit *edit, int64_t time_ms)
{
    char text[32];
    calendar_instant_format(time_ms, text);
    struct value value = value_from_text((struct text){text, LAST_SEEN_SIZE});
    profile_edit_put(edit, TEXT("$last_seen"), &value);
}

static void take_edit(struct profile_table *table, struct profile_place place,
                      const struct profile_edit *edit)
{
    struct profile *profile = profile_at(table, place);
    table->existing_count += edit->exists;
    table->existing_count -= profile->exists;
    profile->exists = edit->exists;
    profile->size = (uint32_t)edit->run.size;
    profile->property_count = edit->property_count;
    if (profile->size == 0) {
        memory_free(profile->bytes);
        profile->bytes = NULL;
    } else {
        profile->bytes = memory_resize(profile->bytes, profile->size, 1);
        memcpy(profile->bytes, edit->run.bytes, profile->size);
    }
    mark_dirty(table, place);
}

static enum status run_steps(struct profile_edit *edit, const struct profile_change *change,
                             struct error *error)
{
    for (uint32_t i = 0; i < change->step_count; i++) {
        TRY(profile_edit_step(edit, &change->steps[i], error));
    }
    bool is_seen = edit->exists && edit->is_effective && !(change->flags & PROFILE_KEEP_LAST_SEEN);
    if (is_seen) set_last_seen(edit, change->time_ms);
    if (!buffer_overflowed(&edit->run)) return STATUS_OK;
    return error_set(error, STATUS_INVALID, "could not change the profile: it would be too large");
}

enum status profile_table_change(struct profile_table *table, const struct profile_change *change,
                                 struct error *error)
{
    struct profile_place place = reach_profile(table, change->group_key, change->id);
    const struct profile *profile = profile_at(table, place);
    struct profile_edit edit;
    profile_edit_init(&edit, &table->names, profile);
    enum status status = run_steps(&edit, change, error);
    bool is_changed = edit.is_effective || edit.exists != profile->exists;
    if (status == STATUS_OK && is_changed) take_edit(table, place, &edit);
    profile_edit_release(&edit);
    return status;
}

/* --- dump and load --- */

static void dump_profile(const struct profile_table *table, struct profile_place place,
                         struct buffer *out)
{
    const struct profile_group *group = &table->groups[place.group];
    const struct profile *profile = profile_at(table, place);
    buffer_append_sized(out, group->key);
    buffer_append_sized(out, text_index_get(&group->ids, place.number));
    buffer_append_byte(out, profile->exists);
    buffer_append_varint(out, profile->property_count);
    struct block_cursor cursor = cursor_over(profile->bytes, profile->size);
    struct profile_property property;
    while (profile->size > 0 && profile_property_next(&cursor, &property)) {
        buffer_append_sized(out, text_index_get(&table->names, property.name));
        value_encode(&property.value, out);
    }
}

static void dump_add(struct profile_dump *dump, const struct profile_table *table,
                     struct profile_place place)
{
    bool is_full =
        dump->block_count == 0 || dump->blocks[dump->block_count - 1].size >= PROFILE_BLOCK_SIZE;
    if (is_full) {
        if (dump->block_count == dump->block_capacity) {
            dump->block_capacity = dump->block_capacity ? dump->block_capacity * 2 : 4;
            dump->blocks = memory_resize(dump->blocks, dump->block_capacity, sizeof(struct buffer));
            dump->profile_counts =
                memory_resize(dump->profile_counts, dump->block_capacity, sizeof(uint32_t));
        }
        buffer_init(&dump->blocks[dump->block_count], PROFILE_BLOCK_SIZE_MAX);
        dump->profile_counts[dump->block_count++] = 0;
    }
    dump_profile(table, place, &dump->blocks[dump->block_count - 1]);
    dump->profile_counts[dump->block_count - 1]++;
    dump->profile_count++;
}

static void dump_dirty(struct profile_table *table, struct profile_dump *dump)
{
    for (uint32_t i = 0; i < table->dirty_count; i++) {
        profile_at(table, table->dirty[i])->is_dirty = false;
        dump_add(dump, table, table->dirty[i]);
    }
    table->dirty_count = 0;
    table->first_sequence = 0;
}

static void dump_all(const struct profile_table *table, struct profile_dump *dump)
{
    for (uint32_t group = 0; group < table->group_keys.count; group++) {
        for (uint32_t number = 0; number < table->groups[group].ids.count; number++) {
            struct profile_place place = {group, number};
            if (profile_at(table, place)->exists) dump_add(dump, table, place);
        }
    }
}

void profile_table_dump(struct profile_table *table, enum profile_dump_which which,
                        struct profile_dump *dump)
{
    *dump = (struct profile_dump){0};
    if (which == PROFILE_DUMP_DIRTY) {
        os_rwlock_write(&table->lock);
        dump_dirty(table, dump);
    } else {
        os_rwlock_read(&table->lock);
        dump_all(table, dump);
    }
    os_rwlock_unlock(&table->lock);
}

void profile_dump_release(struct profile_dump *dump)
{
    for (uint32_t i = 0; i < dump->block_count; i++)
        buffer_release(&dump->blocks[i]);
    memory_free(dump->blocks);
    memory_free(dump->profile_counts);
    *dump = (struct profile_dump){0};
}

static bool load_properties(struct profile_table *table, struct block_cursor *cursor,
                            struct profile_edit *edit, uint64_t count)
{
    for (uint64_t i = 0; i < count; i++) {
        struct text name;
        struct value value;
        if (!cursor_text(cursor, &name) || !value_decode(cursor, &value)) return false;
        if (value.kind == VALUE_MISSING) return false;
        buffer_append_varint(&edit->run, text_index_add(&table->names, name));
        value_encode(&value, &edit->run);
    }
    edit->property_count = (uint32_t)count;
    return !buffer_overflowed(&edit->run);
}

bool profile_table_load(struct profile_table *table, struct block_cursor *cursor)
{
    struct text key;
    struct text id;
    const void *exists;
    uint64_t count;
    if (!cursor_text(cursor, &key) || !cursor_text(cursor, &id) ||
        !cursor_bytes(cursor, 1, &exists) || !cursor_varint(cursor, &count)) {
        return false;
    }
    uint8_t flag = *(const uint8_t *)exists;
    if (flag > 1 || (flag == 0 && count > 0) || count > UINT32_MAX) return false;
    struct profile_place place = reach_profile(table, key, id);
    struct profile_edit edit;
    profile_edit_init(&edit, &table->names, &(struct profile){0});
    edit.exists = flag;
    bool loaded = load_properties(table, cursor, &edit, count);
    if (loaded) take_edit(table, place, &edit);
    profile_edit_release(&edit);
    profile_at(table, place)->is_dirty = false;
    table->dirty_count = 0;
    return loaded;
}

struct profile_counts profile_table_counts(struct profile_table *table)
{
    os_rwlock_read(&table->lock);
    struct profile_counts counts = {
        .existing = table->existing_count,
        .dirty = table->dirty_count,
        .first_sequence = table->first_sequence,
        .last_sequence = table->last_sequence,
    };
    os_rwlock_unlock(&table->lock);
    return counts;
}
