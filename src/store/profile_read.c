/* Questions to the profiles, as they are now. */
#include "store/profile_table.h"

#include "base/arena.h"
#include "base/check.h"
#include "codec/json_writer.h"

/* One property of every profile of a group. */
struct column_walk {
    const struct profile_table *table;
    const struct profile_group *group;
    uint32_t name;
    struct text path; /* inside the property's object; NULL: the property itself */
    struct arena *arena;
    struct profile_cell *cells;
    size_t count;
};

static const struct profile_group *find_group(const struct profile_table *table, struct text key)
{
    uint32_t place = text_index_find(&table->group_keys, key);
    return place == TEXT_INDEX_NONE ? NULL : &table->groups[place];
}

static bool find_property(const struct profile *profile, uint32_t name, struct value *out)
{
    if (!profile->exists || profile->size == 0) return false;
    struct block_cursor cursor = cursor_over(profile->bytes, profile->size);
    struct profile_property property;
    while (profile_property_next(&cursor, &property)) {
        if (property.name != name) continue;
        *out = property.value;
        return true;
    }
    return false;
}

/* False when the arena is used up. */
static bool copy_text(struct arena *arena, struct text *text)
{
    *text = arena_text(arena, *text);
    return text->bytes != NULL;
}

static bool take_cell(struct column_walk *walk, uint32_t number, struct value value)
{
    if (walk->path.bytes) {
        if (!value_object_find(&value, walk->path, walk->arena, &value)) return false;
        if (value.kind == VALUE_MISSING) return true;
    } else if (value.kind >= VALUE_BIG_NUMBER && !copy_text(walk->arena, &value.text)) {
        return false;
    }
    struct text id = text_index_get(&walk->group->ids, number);
    if (!copy_text(walk->arena, &id)) return false;
    walk->cells[walk->count++] = (struct profile_cell){id, value};
    return true;
}

static bool walk_group(struct column_walk *walk)
{
    walk->count = 0;
    for (uint32_t number = 0; number < walk->group->ids.count; number++) {
        struct value value;
        if (!find_property(&walk->group->profiles[number], walk->name, &value)) continue;
        if (!take_cell(walk, number, value)) return false;
    }
    return true;
}

/* The whole name first; when no profile has it, the object before the first point and the path
 * behind it. */
static bool read_column(struct column_walk *walk, struct text property)
{
    walk->name = text_index_find(&walk->table->names, property);
    if (walk->name != TEXT_INDEX_NONE && !walk_group(walk)) return false;
    struct text rest;
    struct text object = text_split(property, '.', &rest);
    if (walk->count > 0 || rest.size == 0) return true;
    walk->name = text_index_find(&walk->table->names, object);
    walk->path = rest;
    return walk->name == TEXT_INDEX_NONE || walk_group(walk);
}

static bool start_walk(struct column_walk *walk, struct text property)
{
    walk->cells = ARENA_ARRAY_DIRTY(walk->arena, struct profile_cell, walk->group->ids.count);
    return walk->cells && read_column(walk, property);
}

enum status profile_table_column(struct profile_table *table, struct text group_key,
                                 struct text property, struct arena *arena,
                                 const struct profile_cell **cells, size_t *count,
                                 struct error *error)
{
    struct column_walk walk = {.table = table, .arena = arena};
    os_rwlock_read(&table->lock);
    walk.group = find_group(table, group_key);
    bool had_room = !walk.group || start_walk(&walk, property);
    os_rwlock_unlock(&table->lock);
    *cells = walk.cells;
    *count = walk.count;
    if (had_room) return STATUS_OK;
    return error_set(error, STATUS_TOO_LARGE,
                     "a profile property needs more than %zu bytes of memory", arena->capacity);
}

static void write_profile(const struct profile_table *table, const struct profile *profile,
                          struct text id, struct buffer *out)
{
    buffer_append_string(out, "{\"$distinct_id\":");
    json_escape(out, id);
    buffer_append_string(out, ",\"$properties\":{");
    struct block_cursor cursor = cursor_over(profile->bytes, profile->size);
    struct profile_property property;
    bool is_first = true;
    while (profile->size > 0 && profile_property_next(&cursor, &property)) {
        if (!is_first) buffer_append_byte(out, ',');
        is_first = false;
        json_escape(out, text_index_get(&table->names, property.name));
        buffer_append_byte(out, ':');
        value_write_json(&property.value, out);
    }
    buffer_append_string(out, "}}");
}

bool profile_table_json(struct profile_table *table, struct text group_key, struct text id,
                        struct buffer *out)
{
    os_rwlock_read(&table->lock);
    const struct profile_group *group = find_group(table, group_key);
    uint32_t number = group ? text_index_find(&group->ids, id) : TEXT_INDEX_NONE;
    bool is_there = number != TEXT_INDEX_NONE && group->profiles[number].exists;
    if (is_there) write_profile(table, &group->profiles[number], id, out);
    os_rwlock_unlock(&table->lock);
    return is_there;
}

/* --- all of them, line by line --- */

static const struct profile *find_next(const struct profile_table *table, struct profile_walk *walk)
{
    for (; walk->group < table->group_keys.count; walk->group++, walk->number = 0) {
        const struct profile_group *group = &table->groups[walk->group];
        for (; walk->number < group->ids.count; walk->number++, walk->property = 0)
            if (group->profiles[walk->number].exists) return &group->profiles[walk->number];
    }
    return NULL;
}

static void write_cut(const struct value *value, struct buffer *out)
{
    size_t begin = out->size;
    size_t size = PROFILE_CUT_SIZE;
    struct buffer json;
    value_write_json(value, out);
    if (out->size - begin <= size) return;
    while (((unsigned char)out->bytes[begin + size] & 0xc0) == 0x80)
        size--; /* never half a character */
    buffer_init(&json, PROFILE_CUT_SIZE);
    buffer_append(&json, out->bytes + begin, size);
    out->size = begin;
    json_escape(out, buffer_text(&json));
    buffer_release(&json);
}

/* From the walk's property on, up to a line's size. False: there is no more. */
static bool write_properties(const struct profile_table *table, const struct profile *profile,
                             struct profile_walk *walk, struct buffer *out)
{
    size_t begin = out->size;
    struct block_cursor cursor = cursor_over(profile->bytes, profile->size);
    struct profile_property property;
    uint32_t number = 0;
    bool has_more = profile->size > 0;
    bool is_first = true;
    for (; number < walk->property && profile_property_next(&cursor, &property); number++)
        continue;
    while (has_more && out->size - begin < PROFILE_LINE_SIZE) {
        has_more = profile_property_next(&cursor, &property);
        if (!has_more) break;
        if (!is_first) buffer_append_byte(out, ',');
        is_first = false;
        json_escape(out, text_index_get(&table->names, property.name));
        buffer_append_byte(out, ':');
        write_cut(&property.value, out);
        number++;
    }
    walk->property = number;
    return has_more && number < profile->property_count;
}

static void write_line(const struct profile_table *table, const struct profile *profile,
                       struct profile_walk *walk, struct buffer *out)
{
    const struct profile_group *group = &table->groups[walk->group];
    buffer_append_byte(out, '{');
    if (group->key.size > 0) {
        buffer_append_string(out, "\"$group_key\":");
        json_escape(out, group->key);
        buffer_append_byte(out, ',');
    }
    buffer_append_string(out, "\"$distinct_id\":");
    json_escape(out, text_index_get(&group->ids, walk->number));
    buffer_append_string(out, ",\"$properties\":{");
    bool has_more = write_properties(table, profile, walk, out);
    buffer_append_string(out, "}}\n");
    if (has_more) return;
    walk->number++;
    walk->property = 0;
}

bool profile_table_next(struct profile_table *table, struct profile_walk *walk, struct buffer *out)
{
    os_rwlock_read(&table->lock);
    const struct profile *profile = find_next(table, walk);
    if (profile) write_line(table, profile, walk, out);
    os_rwlock_unlock(&table->lock);
    return profile != NULL;
}
