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

enum status person_table_leaf(const struct question *question, const struct plan_leaf *leaf,
                              uint8_t **table, struct error *error)
{
    assert(leaf->of == PLAN_OF_PROFILE);
    uint32_t count = question->person_count;
    uint8_t *keeps = ARENA_ARRAY_DIRTY(question->arena, uint8_t, count + 1);
    if (!keeps) return memory_limit_passed(question->arena, error);

    struct value missing = {.kind = VALUE_MISSING};
    memset(keeps, plan_leaf_holds(leaf, &missing, question->arena), count + 1);

    const struct profile_cell *cells;
    size_t cell_count;
    size_t mark = arena_mark(question->arena);
    TRY(read_cells(question, leaf->property, &cells, &cell_count, error));
    for (size_t i = 0; i < cell_count; i++) {
        uint32_t person = profile_person(question, cells[i].id);
        if (person == count) continue;
        keeps[person] = plan_leaf_holds(leaf, &cells[i].value, question->arena);
    }
    arena_rewind(question->arena, mark);
    *table = keeps;
    return STATUS_OK;
}

enum status person_table_ids(const struct question *question, const struct text *ids,
                             uint32_t count, uint8_t **table, struct error *error)
{
    uint8_t *keeps = ARENA_ARRAY(question->arena, uint8_t, question->person_count + 1);
    if (!keeps) return memory_limit_passed(question->arena, error);
    for (uint32_t i = 0; i < count; i++) {
        uint32_t number =
            identity_find(question->input->identity, question->input->project, ids[i]);
        if (number < question->person_count) keeps[question->canonical[number]] = 1;
    }
    *table = keeps;
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
