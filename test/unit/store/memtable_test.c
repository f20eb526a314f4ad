/* A memtable against its twin: a plain table of which value each row has in each column. Values
 * are numbered by column, and the twin knows nothing of dictionaries, hashes or chunks. */
#include "store/memtable.h"

#include "base/memory.h"
#include "store/row_source.h"
#include "support/seeded.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

enum {
    ROWS = 4000,      /* four chunks */
    COLUMNS = 120,    /* more that are large than one event may keep waiting */
    BATCH_ROWS = 250, /* names have other numbers in the next batch */
    TEXT_SIZE = 40,
    PROPERTIES_MAX = COLUMNS * 2,
    TOGETHER_MAX = 30, /* rows settled at once */
};

/* What the table borrows until it is settled. */
struct twin_row {
    char texts[PROPERTIES_MAX][TEXT_SIZE];
    struct property properties[PROPERTIES_MAX];
};

struct twin {
    struct seeded random;
    uint32_t (*numbers)[COLUMNS]; /* of the value, from 1; 0: none */
    uint32_t name_of[COLUMNS];    /* name_index in this batch */
    struct memtable *table;
    struct column_names names;
    struct twin_row together[TOGETHER_MAX];
    uint32_t together_count;
};

/* The value with this number; columns differ in kinds. Bytes are written to scratch. */
static struct value value_of(uint32_t column, uint32_t number, char scratch[TEXT_SIZE])
{
    if (column % 7 == 5) return value_from_integer((int64_t)number - 3);
    if (column % 7 == 6) return value_from_decimal(number + 0.5);
    if (number == 1 && column % 2 == 0) return value_from_bool(true);
    if (number == 2 && column % 2 == 0) return (struct value){.kind = VALUE_NULL};
    uint32_t form = column % 7;
    int size = form == 1   ? snprintf(scratch, TEXT_SIZE, "a text of some length: %u", number)
               : form == 2 ? snprintf(scratch, TEXT_SIZE, "[%u]", number)
               : form == 3 ? snprintf(scratch, TEXT_SIZE, "{\"a\":%u}", number)
                           : snprintf(scratch, TEXT_SIZE, "%u", number);
    struct value value = value_from_text((struct text){scratch, (size_t)size});
    if (form == 2) value.kind = VALUE_LIST;
    if (form == 3) value.kind = VALUE_OBJECT;
    return value;
}

/* Few values, some hundreds, or nearly as many as rows. */
static uint32_t draw_number(struct twin *twin, uint32_t column)
{
    if (column < 10) return 1 + seeded_below(&twin->random, 1 + column % 4);
    if (column < 20) return 1 + seeded_below(&twin->random, 300);
    return 1 + seeded_below(&twin->random, 1000000);
}

static bool draws_column(struct twin *twin, uint32_t column)
{
    if (column % 10 == 8) return seeded_below(&twin->random, 5) == 0; /* pairs */
    if (column % 10 == 9) return seeded_below(&twin->random, 3) == 0; /* pairs, then all rows */
    return seeded_below(&twin->random, 20) > 0;
}

static struct text name_of(uint32_t column)
{
    static const char names[] = "nameNAMEnameNAMEnameNAMEnameNAMEnameNAMEnameNAMEnameNAME"
                                "nameNAMEnameNAMEnameNAMEnameNAMEnameNAMEnameNAMEnameNAME"
                                "nameNAMEnameNAME";
    return (struct text){names + column % 4, 1 + column}; /* no two of a size */
}

static void put_property(struct twin *twin, struct event *event, uint32_t row, uint32_t column)
{
    uint32_t number = draw_number(twin, column);
    uint32_t i = event->property_count++;
    struct twin_row *borrowed = &twin->together[twin->together_count];
    borrowed->properties[i] = (struct property){
        .name = name_of(column),
        .value = value_of(column, number, borrowed->texts[i]),
        .name_index = twin->name_of[column],
    };
    if (twin->numbers[row][column] == 0) twin->numbers[row][column] = number;
}

/* Sometimes a name comes twice: the first value counts, whether or not it had to wait. */
static void append_row(struct twin *twin, uint32_t row)
{
    struct twin_row *borrowed = &twin->together[twin->together_count];
    struct event event = {.name = TEXT("it"), .properties = borrowed->properties};
    uint32_t first = seeded_below(&twin->random, COLUMNS);
    for (uint32_t i = 0; i < COLUMNS; i++) {
        uint32_t column = (first + i) % COLUMNS;
        if (!draws_column(twin, column)) continue;
        put_property(twin, &event, row, column);
        if (seeded_below(&twin->random, 10) == 0) put_property(twin, &event, row, column);
    }
    memtable_append(twin->table, &(struct memtable_row){.event = &event, .arrival = row});
    assert_int_equal(twin->table->row_count, row + 1);
    twin->together_count++;
}

static void settle(struct twin *twin)
{
    memtable_settle(twin->table);
    memset(twin->together, '!', twin->together_count * sizeof twin->together[0]);
    twin->together_count = 0;
}

static void begin_batch(struct twin *twin, uint64_t sequence)
{
    memtable_begin_batch(twin->table, sequence);
    uint32_t turn = seeded_below(&twin->random, 3); /* the same names, or turned by one or two */
    for (uint32_t i = 0; i < COLUMNS; i++)
        twin->name_of[i] = (i + turn) % COLUMNS;
}

/* Codes come in order of arrival, one for each distinct value. */
static void check_column(const struct twin *twin, uint32_t column)
{
    int found = memtable_find_column(twin->table, name_of(column));
    assert_true(found > ROW_COLUMN_INSERT_ID);
    const struct memtable_column *of = twin->table->columns[found];
    uint32_t *rows = MEMORY_ARRAY(uint32_t, ROWS);
    uint32_t *codes = MEMORY_ARRAY(uint32_t, ROWS);
    uint32_t *numbers = MEMORY_ARRAY(uint32_t, ROWS + 1); /* by code */
    for (uint32_t i = 0; i < ROWS; i++)
        rows[i] = i;
    memtable_column_gather(of, rows, ROWS, codes);
    uint32_t code_end = 1;
    for (uint32_t row = 0; row < ROWS; row++) {
        uint32_t number = twin->numbers[row][column];
        assert_int_equal(codes[row] == 0, number == 0);
        if (number == 0) continue;
        assert_true(codes[row] <= code_end);
        if (codes[row] == code_end) numbers[code_end++] = number;
        assert_int_equal(numbers[codes[row]], number);
        char scratch[TEXT_SIZE];
        struct value value = value_of(column, number, scratch);
        assert_true(value_equal(&of->dictionary.values[codes[row]], &value));
        uint32_t first = 1;
        while (numbers[first] != number)
            first++;
        assert_int_equal(codes[row], first);
    }
    assert_int_equal(of->dictionary.count, code_end);
    memory_free(rows);
    memory_free(codes);
    memory_free(numbers);
}

static void gives_each_row_the_first_value_of_each_name(void **state)
{
    (void)state;
    struct twin *twin = MEMORY_NEW(struct twin);
    twin->random = seeded_begin("memtable");
    twin->numbers = memory_alloc(ROWS, sizeof *twin->numbers);
    column_names_init(&twin->names);
    twin->table = memtable_make(&twin->names, seeded_next(&twin->random));
    for (uint32_t row = 0; row < ROWS; row++) {
        if (row % BATCH_ROWS == 0) begin_batch(twin, row / BATCH_ROWS + 1);
        append_row(twin, row);
        bool is_last = twin->together_count == TOGETHER_MAX || row + 1 == ROWS;
        if (is_last || seeded_below(&twin->random, 12) == 0) settle(twin);
    }
    for (uint32_t column = 0; column < COLUMNS; column++)
        check_column(twin, column);
    memtable_drop(twin->table);
    column_names_release(&twin->names);
    memory_free(twin->numbers);
    memory_free(twin);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gives_each_row_the_first_value_of_each_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
