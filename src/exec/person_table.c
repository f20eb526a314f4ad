#include "exec/person_table.h"

#include "base/check.h"
#include "exec/memory_limit.h"

#include <string.h>

/* The person whose profile has this id; person_count when it is nobody's own profile. */
static uint32_t profile_person(const struct question *question, struct text id)
{
    uint32_t number = identity_find(question->input->identity, question->input->project, id);
    if (number >= question->person_count) return question->person_count;
    return question->canonical[number] == number ? number : question->person_count;
}

static enum status read_cells(const struct question *question, struct text property,
                              const struct profile_cell **cells, size_t *count, struct error *error)
{
    return snapshot_profile_column(question->input->snapshot, TEXT(""), property, question->arena,
                                   cells, count, error);
}

/* Empty, with a place for everyone and one for all who are unknown. */
static uint64_t *set_make(const struct question *question)
{
    return ARENA_ARRAY(question->arena, uint64_t, (size_t)question->person_count / 64 + 1);
}

static void set_put(uint64_t *set, uint32_t place, bool is_in)
{
    uint64_t bit = UINT64_C(1) << place % 64;
    set[place / 64] = is_in ? set[place / 64] | bit : set[place / 64] & ~bit;
}

enum status person_set_of_leaf(const struct question *question, const struct plan_leaf *leaf,
                               uint64_t **set, struct error *error)
{
    assert(leaf->of == PLAN_OF_PROFILE);
    uint32_t count = question->person_count;
    *set = set_make(question);
    if (!*set) return memory_limit_passed(question->arena, error);

    struct value missing = {.kind = VALUE_MISSING};
    if (plan_leaf_holds(leaf, &missing, question->arena)) {
        memset(*set, 0xff, ((size_t)count / 64 + 1) * sizeof **set);
    }

    const struct profile_cell *cells;
    size_t cell_count;
    size_t mark = arena_mark(question->arena);
    TRY(read_cells(question, leaf->property, &cells, &cell_count, error));
    for (size_t i = 0; i < cell_count; i++) {
        uint32_t person = profile_person(question, cells[i].id);
        if (person == count) continue;
        set_put(*set, person, plan_leaf_holds(leaf, &cells[i].value, question->arena));
    }
    arena_rewind(question->arena, mark);
    return STATUS_OK;
}

enum status person_set_of_ids(const struct question *question, const struct text *ids,
                              uint32_t count, uint64_t **set, struct error *error)
{
    *set = set_make(question);
    if (!*set) return memory_limit_passed(question->arena, error);
    for (uint32_t i = 0; i < count; i++) {
        uint32_t number =
            identity_find(question->input->identity, question->input->project, ids[i]);
        if (number < question->person_count) set_put(*set, question->canonical[number], true);
    }
    return STATUS_OK;
}

enum status person_table_entries(struct question *question, struct text property,
                                 const uint32_t **entries, struct error *error)
{
    uint32_t count = question->person_count;
    uint32_t *made = ARENA_ARRAY(question->arena, uint32_t, count + 1);
    if (!made) return memory_limit_passed(question->arena, error);
    assert(made[count] == GROUP_NULL);

    const struct profile_cell *cells; /* stay: groups borrow their values */
    size_t cell_count;
    TRY(read_cells(question, property, &cells, &cell_count, error));
    for (size_t i = 0; i < cell_count; i++) {
        uint32_t person = profile_person(question, cells[i].id);
        if (person == count) continue;
        TRY(group_table_entry(&question->groups, &cells[i].value, &made[person], error));
    }
    *entries = made;
    return STATUS_OK;
}
