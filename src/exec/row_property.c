#include "exec/row_property.h"

#include "base/check.h"
#include "exec/memory_limit.h"

#include <string.h>

/* One column that may hold the property, and the path inside its objects ("": the value itself). */
struct candidate {
    int column;
    struct text path;
};

static uint32_t find_candidates(struct row_source *source, struct text name,
                                struct candidate *candidates)
{
    uint32_t count = 0;
    candidates[count++] = (struct candidate){row_source_find_column(source, name), TEXT("")};
    for (size_t i = name.size; i > 0 && count < ROW_PROPERTY_PART_MAX - 1; i--) {
        if (name.bytes[i - 1] != '.') continue;
        struct text column = text_slice(name, 0, i - 1);
        struct text path = text_slice(name, i, name.size - i);
        if (column.size == 0 || path.size == 0) continue;
        candidates[count++] = (struct candidate){row_source_find_column(source, column), path};
    }
    int overflow = row_source_find_column(source, TEXT(ROW_OVERFLOW_COLUMN));
    candidates[count++] = (struct candidate){overflow, name};
    return count;
}

/* What lies behind the path in each distinct object of the column. */
static enum status reach_into(const struct row_dictionary *dictionary, struct text path,
                              struct value *values, uint8_t *is_set, struct arena *arena,
                              struct error *error)
{
    is_set[0] = 0;
    for (uint32_t code = 1; code < dictionary->count; code++) {
        struct value *value = &values[code - 1];
        *value = (struct value){.kind = VALUE_MISSING};
        if (dictionary->values[code].kind == VALUE_OBJECT &&
            !value_object_find(&dictionary->values[code], path, arena, value)) {
            return memory_limit_passed(arena, error);
        }
        is_set[code] = value->kind != VALUE_MISSING;
    }
    return STATUS_OK;
}

/* The plain case, nearly always the only one: the column's dictionary is the property's. */
static enum status take_column(struct row_property *property, struct row_source *source,
                               uint32_t column, struct arena *arena, struct error *error)
{
    struct row_dictionary dictionary;
    TRY(row_source_dictionary(source, column, arena, &dictionary, error));
    assert(dictionary.count > 0);
    *property = (struct row_property){.values = dictionary.values, .count = dictionary.count};
    property->parts[0] =
        (struct row_property_part){.column = column, .base = 1, .count = dictionary.count};
    property->part_count = 1;
    return STATUS_OK;
}

static enum status join_columns(struct row_property *property, struct row_source *source,
                                const struct candidate *candidates, uint32_t candidate_count,
                                struct arena *arena, struct error *error)
{
    struct row_dictionary dictionaries[ROW_PROPERTY_PART_MAX];
    uint32_t total = 1;
    for (uint32_t i = 0; i < candidate_count; i++) {
        TRY(row_source_dictionary(source, (uint32_t)candidates[i].column, arena, &dictionaries[i],
                                  error));
        total += dictionaries[i].count - 1;
    }
    struct value *values = ARENA_ARRAY(arena, struct value, total);
    if (!values) return memory_limit_passed(arena, error);

    *property = (struct row_property){.values = values, .count = total};
    uint32_t base = 1;
    for (uint32_t i = 0; i < candidate_count; i++) {
        struct row_property_part *part = &property->parts[property->part_count++];
        uint32_t count = dictionaries[i].count;
        *part = (struct row_property_part){
            .column = (uint32_t)candidates[i].column, .base = base, .count = count};
        if (candidates[i].path.size == 0) {
            memcpy(values + base, dictionaries[i].values + 1, (count - 1) * sizeof *values);
        } else {
            uint8_t *is_set = ARENA_ARRAY_DIRTY(arena, uint8_t, count);
            if (!is_set) return memory_limit_passed(arena, error);
            part->is_set = is_set;
            TRY(reach_into(&dictionaries[i], candidates[i].path, values + base, is_set, arena,
                           error));
        }
        base += count - 1;
    }
    assert(base == total);
    return STATUS_OK;
}

enum status row_property_init(struct row_property *property, struct row_source *source,
                              struct text name, struct arena *arena, struct error *error)
{
    struct candidate candidates[ROW_PROPERTY_PART_MAX];
    uint32_t count = find_candidates(source, name, candidates);
    uint32_t kept = 0;
    for (uint32_t i = 0; i < count; i++) {
        if (candidates[i].column != ROW_COLUMN_NONE) candidates[kept++] = candidates[i];
    }
    if (kept == 1 && candidates[0].path.size == 0) {
        return take_column(property, source, (uint32_t)candidates[0].column, arena, error);
    }
    return join_columns(property, source, candidates, kept, arena, error);
}

/* Two reads and a conditional move a row. */
static void join_codes(const struct row_property_part *part, const uint32_t *restrict codes,
                       uint32_t *restrict out, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        uint32_t code = codes[i];
        bool is_set = part->is_set ? part->is_set[code] != 0 : code != 0;
        if (out[i] == 0 && is_set) out[i] = part->base + code - 1;
    }
}

enum status row_property_codes(const struct row_property *property, struct row_source *source,
                               struct row_range range, uint32_t *out, struct arena *scratch,
                               struct error *error)
{
    uint32_t count = range.end - range.first;
    bool is_plain = property->part_count == 1 && !property->parts[0].is_set;
    if (is_plain) return row_source_codes(source, property->parts[0].column, range, out, error);

    memset(out, 0, count * sizeof *out);
    for (uint32_t i = 0; i < property->part_count; i++) {
        size_t mark = arena_mark(scratch);
        uint32_t *codes = ARENA_ARRAY_DIRTY(scratch, uint32_t, count);
        if (!codes) return memory_limit_passed(scratch, error);
        TRY(row_source_codes(source, property->parts[i].column, range, codes, error));
        join_codes(&property->parts[i], codes, out, count);
        arena_rewind(scratch, mark);
    }
    return STATUS_OK;
}
