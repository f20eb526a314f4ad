#include "store/profile_edit.h"

#include "base/arena.h"
#include "base/check.h"
#include "event/event_limits.h"
#include "store/profile_format.h"

enum { LIST_ARENA_SIZE = 32 << 20 }; /* elements and sets of two lists of the largest size */

void profile_edit_init(struct profile_edit *edit, struct text_index *names,
                       const struct profile *profile)
{
    *edit = (struct profile_edit){.names = names};
    buffer_init(&edit->run, PROFILE_SIZE_MAX);
    buffer_init(&edit->other, PROFILE_SIZE_MAX);
    if (!profile->exists) return;
    edit->exists = true;
    edit->property_count = profile->property_count;
    buffer_append(&edit->run, profile->bytes, profile->size);
}

void profile_edit_release(struct profile_edit *edit)
{
    buffer_release(&edit->run);
    buffer_release(&edit->other);
}

static struct block_cursor run_cursor(const struct profile_edit *edit)
{
    const uint8_t *bytes = (const uint8_t *)edit->run.bytes;
    if (!bytes) return (struct block_cursor){0};
    return (struct block_cursor){bytes, bytes + edit->run.size};
}

static bool find(const struct profile_edit *edit, struct text name, struct profile_property *out)
{
    uint32_t number = text_index_find(edit->names, name);
    if (number == TEXT_INDEX_NONE) return false;
    struct block_cursor cursor = run_cursor(edit);
    while (profile_property_next(&cursor, out)) {
        if (out->name == number) return true;
    }
    return false;
}

/* The run with the bytes between two places replaced by other's, which begin behind its first
 * part. */
static void begin_other(struct profile_edit *edit, const uint8_t *place)
{
    buffer_clear(&edit->other);
    if (edit->run.size == 0) return;
    buffer_append(&edit->other, edit->run.bytes, (size_t)((const char *)place - edit->run.bytes));
}

static void end_other(struct profile_edit *edit, const uint8_t *place)
{
    if (edit->run.size > 0) {
        const char *end = edit->run.bytes + edit->run.size;
        buffer_append(&edit->other, place, (size_t)(end - (const char *)place));
    }
    struct buffer run = edit->run;
    edit->run = edit->other;
    edit->other = run;
}

void profile_edit_put(struct profile_edit *edit, struct text name, const struct value *value)
{
    struct profile_property old;
    bool is_there = find(edit, name, &old);
    struct block_cursor all = run_cursor(edit);
    begin_other(edit, is_there ? old.first : all.end);
    buffer_append_varint(&edit->other, text_index_add(edit->names, name));
    value_encode(value, &edit->other);
    end_other(edit, is_there ? old.end : all.end);
    edit->property_count += !is_there;
    edit->exists = true;
}

static void put(struct profile_edit *edit, const struct profile_step *step,
                const struct value *value)
{
    profile_edit_put(edit, step->name, value);
    edit->is_effective = true;
}

static enum status refuse(struct error *error, const char *why)
{
    return error_set(error, STATUS_INVALID, "could not change the profile: %s", why);
}

static enum status add_number(struct profile_edit *edit, const struct profile_step *step,
                              struct error *error)
{
    struct profile_property old;
    if (!value_is_number(&step->value)) return refuse(error, "$add needs a number");
    if (!find(edit, step->name, &old)) {
        put(edit, step, &step->value);
        return STATUS_OK;
    }
    if (!value_is_number(&old.value)) return refuse(error, "$add to a value that is no number");
    char scratch[PROFILE_SUM_SIZE];
    struct value sum;
    if (!profile_number_sum(&old.value, &step->value, scratch, &sum)) {
        return refuse(error, "the sum of $add is too large");
    }
    put(edit, step, &sum);
    return STATUS_OK;
}

static enum status put_list(struct profile_edit *edit, const struct profile_step *step,
                            struct buffer *list, struct error *error)
{
    if (buffer_overflowed(list)) return refuse(error, "a list would be too large");
    struct value value = {.kind = VALUE_LIST, .text = buffer_text(list)};
    put(edit, step, &value);
    return STATUS_OK;
}

/* The old list without its bracket at the end, so that elements can follow. */
static void reopen_list(struct buffer *out, const struct value *list)
{
    if (!list) {
        buffer_append_byte(out, '[');
        return;
    }
    buffer_append(out, list->text.bytes, list->text.size - 1);
}

static void add_element(struct buffer *list, const struct value *element)
{
    if (list->size > 1) buffer_append_byte(list, ',');
    value_write_json(element, list);
}

static enum status append_element(struct profile_edit *edit, const struct profile_step *step,
                                  struct error *error)
{
    struct profile_property old;
    bool is_there = find(edit, step->name, &old);
    if (is_there && old.value.kind != VALUE_LIST) {
        return refuse(error, "$append to a value that is no list");
    }
    struct buffer list;
    buffer_init(&list, PROFILE_LIST_SIZE_MAX);
    reopen_list(&list, is_there ? &old.value : NULL);
    add_element(&list, &step->value);
    buffer_append_byte(&list, ']');
    enum status status = put_list(edit, step, &list, error);
    buffer_release(&list);
    return status;
}

/* A set of values by hash; the values stay where they are. The seed is the address of its memory,
 * as in base/text_index.h: no answer depends on it. */
struct value_set {
    const struct value **slots;
    uint32_t mask;
};

static bool value_set_init(struct value_set *set, uint32_t count, struct arena *arena)
{
    uint32_t slot_count = 16;
    while (slot_count < count * 2)
        slot_count *= 2;
    set->slots = ARENA_ARRAY(arena, const struct value *, slot_count);
    set->mask = slot_count - 1;
    return set->slots != NULL;
}

/* False when it was there. */
static bool value_set_add(struct value_set *set, const struct value *value)
{
    uint32_t place = (uint32_t)value_hash(value, (uint64_t)(uintptr_t)set->slots) & set->mask;
    while (set->slots[place]) {
        if (value_equal(set->slots[place], value)) return false;
        place = (place + 1) & set->mask;
    }
    set->slots[place] = value;
    return true;
}

struct elements {
    struct value *values;
    uint32_t count;
};

/* A value that is no list counts as a list of it: browsers send it so. */
static bool read_elements(const struct value *value, struct arena *arena, struct elements *out)
{
    if (value->kind == VALUE_LIST) {
        return value_list_elements(value, arena, &out->values, &out->count);
    }
    out->values = ARENA_ARRAY(arena, struct value, 1);
    if (!out->values) return false;
    out->values[0] = *value;
    out->count = 1;
    return true;
}

static enum status union_into(struct profile_edit *edit, const struct profile_step *step,
                              const struct value *old, struct arena *arena, struct buffer *list,
                              struct error *error)
{
    struct elements had = {0};
    struct elements added = {0};
    struct value_set set;
    if ((old && !read_elements(old, arena, &had)) || !read_elements(&step->value, arena, &added) ||
        !value_set_init(&set, had.count + added.count, arena)) {
        return refuse(error, "a list is too large");
    }
    reopen_list(list, old);
    for (uint32_t i = 0; i < had.count; i++)
        value_set_add(&set, &had.values[i]);
    bool is_new = !old;
    for (uint32_t i = 0; i < added.count; i++) {
        if (!value_set_add(&set, &added.values[i])) continue;
        add_element(list, &added.values[i]);
        is_new = true;
    }
    if (!is_new) return STATUS_OK;
    buffer_append_byte(list, ']');
    return put_list(edit, step, list, error);
}

static enum status remove_from(struct profile_edit *edit, const struct profile_step *step,
                               const struct value *old, struct arena *arena, struct buffer *list,
                               struct error *error)
{
    struct elements had = {0};
    if (!read_elements(old, arena, &had)) return refuse(error, "a list is too large");
    bool is_removed = false;
    buffer_append_byte(list, '[');
    for (uint32_t i = 0; i < had.count; i++) {
        if (value_equal(&had.values[i], &step->value)) {
            is_removed = true;
        } else {
            add_element(list, &had.values[i]);
        }
    }
    if (!is_removed) return STATUS_OK;
    buffer_append_byte(list, ']');
    return put_list(edit, step, list, error);
}

static enum status change_list(struct profile_edit *edit, const struct profile_step *step,
                               struct error *error)
{
    struct profile_property old;
    bool is_there = find(edit, step->name, &old);
    bool removes = step->operation == PROFILE_REMOVE;
    if (removes && (!is_there || old.value.kind != VALUE_LIST)) return STATUS_OK;
    if (is_there && old.value.kind != VALUE_LIST) {
        return refuse(error, "$union with a value that is no list");
    }
    struct arena arena;
    arena_init(&arena, LIST_ARENA_SIZE);
    struct buffer list;
    buffer_init(&list, PROFILE_LIST_SIZE_MAX);
    const struct value *value = is_there ? &old.value : NULL;
    enum status status = removes ? remove_from(edit, step, value, &arena, &list, error)
                                 : union_into(edit, step, value, &arena, &list, error);
    buffer_release(&list);
    arena_release(&arena);
    return status;
}

static void unset(struct profile_edit *edit, const struct profile_step *step)
{
    struct profile_property old;
    if (!find(edit, step->name, &old)) return;
    begin_other(edit, old.first);
    end_other(edit, old.end);
    edit->property_count--;
    edit->is_effective = true;
}

static void delete_all(struct profile_edit *edit)
{
    buffer_clear(&edit->run);
    edit->property_count = 0;
    edit->exists = false;
    edit->is_effective = false;
}

/* tidy: dispatch */
static enum status apply(struct profile_edit *edit, const struct profile_step *step,
                         struct error *error)
{
    struct profile_property old;
    switch (step->operation) {
    case PROFILE_SET: put(edit, step, &step->value); return STATUS_OK;
    case PROFILE_SET_ONCE:
        if (!find(edit, step->name, &old)) put(edit, step, &step->value);
        return STATUS_OK;
    case PROFILE_ADD: return add_number(edit, step, error);
    case PROFILE_APPEND: return append_element(edit, step, error);
    case PROFILE_UNION:
    case PROFILE_REMOVE: return change_list(edit, step, error);
    case PROFILE_UNSET: unset(edit, step); return STATUS_OK;
    case PROFILE_DELETE: delete_all(edit); return STATUS_OK;
    case PROFILE_TOUCH:
        edit->is_effective |= !edit->exists;
        edit->exists = true;
        return STATUS_OK;
    }
    UNREACHABLE("no other operation");
}

enum status profile_edit_step(struct profile_edit *edit, const struct profile_step *step,
                              struct error *error)
{
    TRY(apply(edit, step, error));
    if (buffer_overflowed(&edit->run)) return refuse(error, "the profile would be too large");
    return STATUS_OK;
}
