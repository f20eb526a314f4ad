#include "exec/answer.h"

#include "base/check.h"

#include <string.h>

static enum status refuse_size(const struct answer *answer, struct error *error)
{
    return error_set(error, STATUS_TOO_LARGE, "the answer needs more than %zu bytes",
                     answer->result->arena.capacity);
}

void answer_begin(struct answer *answer, struct result *result)
{
    *answer = (struct answer){.result = result};
}

void answer_column(struct answer *answer, struct text name, enum result_type type)
{
    assert(answer->column_count < ANSWER_COLUMN_COUNT_MAX);
    answer->columns[answer->column_count++] = (struct result_column){name, type};
}

enum status answer_keep(struct answer *answer, const struct value *value, struct value *kept,
                        struct error *error)
{
    *kept = *value;
    switch (value->kind) {
    case VALUE_BIG_NUMBER:
    case VALUE_TEXT:
    case VALUE_LIST:
    case VALUE_OBJECT:
        kept->text = arena_text(&answer->result->arena, value->text);
        return kept->text.bytes ? STATUS_OK : refuse_size(answer, error);
    case VALUE_MISSING: kept->kind = VALUE_NULL; return STATUS_OK;
    case VALUE_NULL:
    case VALUE_FALSE:
    case VALUE_TRUE:
    case VALUE_INTEGER:
    case VALUE_DECIMAL: return STATUS_OK;
    }
    UNREACHABLE("no other kind of value");
}

enum status answer_rows(struct answer *answer, uint64_t row_count, struct error *error)
{
    struct result *result = answer->result;
    struct result_column *columns =
        ARENA_ARRAY(&result->arena, struct result_column, answer->column_count);
    if (!columns) return refuse_size(answer, error);
    for (uint32_t i = 0; i < answer->column_count; i++) {
        columns[i].type = answer->columns[i].type;
        columns[i].name = arena_text(&result->arena, answer->columns[i].name);
        if (!columns[i].name.bytes) return refuse_size(answer, error);
    }
    answer->cell_capacity = row_count * answer->column_count;
    result->cells = ARENA_ARRAY_DIRTY(&result->arena, struct value, answer->cell_capacity);
    if (!result->cells) return refuse_size(answer, error);
    result->columns = columns;
    result->column_count = answer->column_count;
    result->row_count = row_count;
    return STATUS_OK;
}

void answer_cell(struct answer *answer, struct value value)
{
    assert(answer->cell_count < answer->cell_capacity);
    assert_slow(value.kind != VALUE_MISSING);
    answer->result->cells[answer->cell_count++] = value;
}

void answer_end(struct answer *answer)
{
    assert(answer->cell_count == answer->cell_capacity);
}
