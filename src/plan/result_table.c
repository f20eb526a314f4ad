/* Cells come from event data, which may hold control characters and even terminal commands: they
 * are shown as \u00XX, never sent. Widths count code points, so wide scripts stand out a little. */
#include "plan/result_table.h"

#include "base/check.h"
#include "base/memory.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { CELL_SIZE_MAX = 1 << 20 };

/* C0, DEL, and C1 as UTF-8 writes it (c2 80 to c2 9f). */
static size_t control_size(struct text text, size_t place)
{
    unsigned char byte = (unsigned char)text.bytes[place];
    if (byte < 0x20 || byte == 0x7f) return 1;
    if (byte != 0xc2 || place + 1 >= text.size) return 0;
    unsigned char next = (unsigned char)text.bytes[place + 1];
    return next >= 0x80 && next < 0xa0 ? 2 : 0;
}

static void append_visible(struct buffer *out, struct text text)
{
    for (size_t i = 0; i < text.size; i++) {
        size_t size = control_size(text, i);
        if (size == 0) {
            buffer_append_byte(out, text.bytes[i]);
        } else {
            buffer_printf(out, "\\u%04x", (unsigned char)text.bytes[i + size - 1]);
            i += size - 1;
        }
    }
}

/* People read four decimals; JSON and CSV have them all. Small ones would vanish, so they stay. */
static void append_decimal(struct buffer *out, const struct value *value)
{
    double size = fabs(value->decimal);
    if (size < 0.001 || size > 1e15) {
        value_write_json(value, out);
        return;
    }
    char digits[40];
    int length = snprintf(digits, sizeof digits, "%.4f", value->decimal);
    while (digits[length - 1] == '0')
        length--;
    if (digits[length - 1] == '.') length--;
    buffer_append(out, digits, (size_t)length);
}

static void append_cell(struct buffer *out, const struct value *value)
{
    switch (value->kind) {
    case VALUE_TEXT:
    case VALUE_LIST:
    case VALUE_OBJECT: append_visible(out, value->text); return;
    case VALUE_MISSING:
    case VALUE_NULL:
    case VALUE_FALSE:
    case VALUE_TRUE:
    case VALUE_INTEGER:
    case VALUE_BIG_NUMBER: value_write_json(value, out); return;
    case VALUE_DECIMAL: append_decimal(out, value); return;
    }
    UNREACHABLE("no other kind of value");
}

static size_t width_of(struct text text)
{
    size_t width = 0;
    for (size_t i = 0; i < text.size; i++)
        width += ((unsigned char)text.bytes[i] & 0xc0) != 0x80;
    return width;
}

static void append_spaces(struct buffer *out, size_t count)
{
    for (size_t i = 0; i < count; i++)
        buffer_append_byte(out, ' ');
}

enum side { SIDE_LEFT, SIDE_RIGHT };

/* Two spaces part the columns; nothing follows the last text of a line. */
static void append_padded(struct buffer *out, struct text text, size_t width, enum side side,
                          bool is_last)
{
    size_t padding = width - width_of(text);
    if (side == SIDE_RIGHT) append_spaces(out, padding);
    buffer_append_text(out, text);
    if (side == SIDE_LEFT && !is_last) append_spaces(out, padding);
    buffer_append_string(out, is_last ? "\n" : "  ");
}

struct table {
    const struct result *result;
    struct buffer cell; /* the text of one cell at a time */
    size_t *widths;
};

static struct text heading(struct table *table, uint32_t column)
{
    buffer_clear(&table->cell);
    append_visible(&table->cell, table->result->columns[column].name);
    return buffer_text(&table->cell);
}

static struct text cell(struct table *table, uint64_t row, uint32_t column)
{
    const struct result *result = table->result;
    buffer_clear(&table->cell);
    append_cell(&table->cell, &result->cells[row * result->column_count + column]);
    return buffer_text(&table->cell);
}

static void measure(struct table *table)
{
    const struct result *result = table->result;
    for (uint32_t column = 0; column < result->column_count; column++) {
        size_t widest = width_of(heading(table, column));
        for (uint64_t row = 0; row < result->row_count; row++) {
            size_t width = width_of(cell(table, row, column));
            if (widest < width) widest = width;
        }
        table->widths[column] = widest;
    }
}

static void write_heading(struct table *table, struct buffer *out)
{
    const struct result *result = table->result;
    for (uint32_t column = 0; column < result->column_count; column++) {
        bool is_number = result->columns[column].type == RESULT_NUMBER;
        append_padded(out, heading(table, column), table->widths[column],
                      is_number ? SIDE_RIGHT : SIDE_LEFT, column + 1 == result->column_count);
    }
    for (uint32_t column = 0; column < result->column_count; column++) {
        for (size_t i = 0; i < table->widths[column]; i++)
            buffer_append_byte(out, '-');
        buffer_append_string(out, column + 1 == result->column_count ? "\n" : "  ");
    }
}

static void write_rows(struct table *table, struct buffer *out)
{
    const struct result *result = table->result;
    for (uint64_t row = 0; row < result->row_count; row++) {
        for (uint32_t column = 0; column < result->column_count; column++) {
            bool is_number = result->columns[column].type == RESULT_NUMBER;
            append_padded(out, cell(table, row, column), table->widths[column],
                          is_number ? SIDE_RIGHT : SIDE_LEFT, column + 1 == result->column_count);
        }
    }
}

void result_table_write(const struct result *result, struct buffer *out)
{
    struct table table = {.result = result};
    buffer_init(&table.cell, CELL_SIZE_MAX);
    table.widths = MEMORY_ARRAY(size_t, result->column_count);
    measure(&table);
    write_heading(&table, out);
    write_rows(&table, out);
    buffer_printf(out, "(%llu row%s)\n", (unsigned long long)result->row_count,
                  result->row_count == 1 ? "" : "s");
    if (result->explain.size > 0) buffer_append_text(out, result->explain);
    memory_free(table.widths);
    buffer_release(&table.cell);
}
