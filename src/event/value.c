#include "event/value.h"

#include "base/check.h"
#include "codec/block.h"
#include "codec/json_writer.h"
#include "codec/number.h"
#include "event/value_number.h"

#include <math.h>

struct value value_from_integer(int64_t number)
{
    return (struct value){.kind = VALUE_INTEGER, .integer = number};
}

/* A whole double within 64 bits is exactly that integer. */
struct value value_from_decimal(double number)
{
    assert(isfinite(number));
    bool fits = number >= -9223372036854775808.0 && number < 9223372036854775808.0;
    if (fits && number == (double)(int64_t)number) return value_from_integer((int64_t)number);
    return (struct value){.kind = VALUE_DECIMAL, .decimal = number};
}

struct value value_from_text(struct text text)
{
    return (struct value){.kind = VALUE_TEXT, .text = text};
}

struct value value_from_bool(bool truth)
{
    return (struct value){.kind = truth ? VALUE_TRUE : VALUE_FALSE};
}

bool value_is_number(const struct value *value)
{
    return value->kind >= VALUE_INTEGER && value->kind <= VALUE_BIG_NUMBER;
}

double value_number(const struct value *value)
{
    assert(value_is_number(value));
    if (value->kind == VALUE_INTEGER) return (double)value->integer;
    if (value->kind == VALUE_DECIMAL) return value->decimal;
    double nearest = 0;
    if (!number_parse(value->text, &nearest)) return 0; /* decoding has refused such bytes */
    return nearest;
}

bool value_equal_in_kind(const struct value *a, const struct value *b)
{
    assert_slow(a->kind == b->kind);
    switch (a->kind) {
    case VALUE_MISSING:
    case VALUE_NULL:
    case VALUE_FALSE:
    case VALUE_TRUE: return true;
    case VALUE_INTEGER: return a->integer == b->integer;
    case VALUE_DECIMAL: return a->decimal == b->decimal;
    case VALUE_BIG_NUMBER: return value_number_text_compare(a->text, b->text) == 0;
    case VALUE_TEXT:
    case VALUE_LIST:
    case VALUE_OBJECT: return text_equal(a->text, b->text);
    }
    UNREACHABLE("no other kind of value");
}

uint64_t value_hash_in_kind(const struct value *value, uint64_t key)
{
    uint64_t bits = 0;
    switch (value->kind) {
    case VALUE_MISSING:
    case VALUE_NULL:
    case VALUE_FALSE:
    case VALUE_TRUE: break;
    case VALUE_INTEGER: bits = (uint64_t)value->integer; break;
    case VALUE_DECIMAL: memcpy(&bits, &value->decimal, sizeof bits); break;
    case VALUE_BIG_NUMBER: return value_number_text_hash(value->text, key);
    case VALUE_TEXT:
    case VALUE_LIST:
    case VALUE_OBJECT: return text_hash_seeded(value->text, key);
    }
    return text_hash_seeded((struct text){(const char *)&bits, sizeof bits}, key);
}

/* The place of a kind in the order of results. */
static int kind_rank(enum value_kind kind)
{
    switch (kind) {
    case VALUE_FALSE: return 0;
    case VALUE_TRUE: return 1;
    case VALUE_INTEGER:
    case VALUE_DECIMAL:
    case VALUE_BIG_NUMBER: return 2;
    case VALUE_TEXT:
    case VALUE_LIST:
    case VALUE_OBJECT: return 3;
    case VALUE_NULL: return 4;
    case VALUE_MISSING: return 5;
    }
    UNREACHABLE("no other kind of value");
}

int value_compare(const struct value *a, const struct value *b)
{
    int rank = kind_rank(a->kind);
    int other = kind_rank(b->kind);
    if (rank != other) return rank < other ? -1 : 1;
    if (rank == 2) return value_compare_numbers(a, b);
    if (rank != 3) return 0;
    int order = text_compare(a->text, b->text);
    if (order != 0) return order < 0 ? -1 : 1;
    /* The text "[1]" and the list [1] are two values: text comes first. */
    return a->kind < b->kind ? -1 : a->kind > b->kind;
}

void value_write_json(const struct value *value, struct buffer *out)
{
    char scratch[VALUE_NUMBER_TEXT_SIZE];
    switch (value->kind) {
    case VALUE_MISSING:
    case VALUE_NULL: buffer_append_string(out, "null"); return;
    case VALUE_FALSE: buffer_append_string(out, "false"); return;
    case VALUE_TRUE: buffer_append_string(out, "true"); return;
    case VALUE_INTEGER:
    case VALUE_DECIMAL:
    case VALUE_BIG_NUMBER: buffer_append_text(out, value_number_text(value, scratch)); return;
    case VALUE_TEXT: json_escape(out, value->text); return;
    case VALUE_LIST:
    case VALUE_OBJECT: buffer_append_text(out, value->text); return;
    }
    UNREACHABLE("no other kind of value");
}

void value_encode(const struct value *value, struct buffer *out)
{
    buffer_append_byte(out, (char)value->kind);
    uint64_t bits;
    switch (value->kind) {
    case VALUE_MISSING:
    case VALUE_NULL:
    case VALUE_FALSE:
    case VALUE_TRUE: return;
    case VALUE_INTEGER: buffer_append_varint(out, zigzag(value->integer)); return;
    case VALUE_DECIMAL:
        memcpy(&bits, &value->decimal, sizeof bits);
        buffer_append_u64(out, bits);
        return;
    case VALUE_BIG_NUMBER:
    case VALUE_TEXT:
    case VALUE_LIST:
    case VALUE_OBJECT: buffer_append_sized(out, value->text); return;
    }
    UNREACHABLE("no other kind of value");
}

static bool decode_integer(struct block_cursor *cursor, struct value *out)
{
    uint64_t bits;
    if (!cursor_varint(cursor, &bits)) return false;
    out->kind = VALUE_INTEGER;
    out->integer = unzigzag(bits);
    return true;
}

/* A decimal that should have been an integer would make one number two values. */
static bool decode_decimal(struct block_cursor *cursor, struct value *out)
{
    uint64_t bits;
    double number;
    if (!cursor_u64(cursor, &bits)) return false;
    memcpy(&number, &bits, sizeof number);
    if (!isfinite(number)) return false;
    *out = value_from_decimal(number);
    return out->kind == VALUE_DECIMAL;
}

static bool decode_json(struct block_cursor *cursor, enum value_kind kind, struct value *out)
{
    out->kind = kind;
    if (!cursor_text(cursor, &out->text)) return false;
    if (out->text.size < 1) return false;
    if (kind == VALUE_LIST) return out->text.bytes[0] == '[';
    if (kind == VALUE_OBJECT) return out->text.bytes[0] == '{';
    double nearest;
    return number_parse(out->text, &nearest);
}

static __attribute__((noinline)) bool decode_rarer(struct block_cursor *cursor, uint8_t kind,
                                                   struct value *out)
{
    if (kind >= VALUE_KIND_COUNT) return false;
    if (kind == VALUE_DECIMAL) return decode_decimal(cursor, out);
    if (kind >= VALUE_BIG_NUMBER) return decode_json(cursor, (enum value_kind)kind, out);
    *out = (struct value){.kind = (enum value_kind)kind};
    return true;
}

/* Texts and integers are nearly all, and are read without a frame. */
bool value_decode(struct block_cursor *cursor, struct value *out)
{
    if (cursor->place >= cursor->end) return false;
    uint8_t kind = *cursor->place++;
    if (kind == VALUE_INTEGER) return decode_integer(cursor, out);
    if (kind != VALUE_TEXT) return decode_rarer(cursor, kind, out);
    out->kind = VALUE_TEXT;
    return cursor_text(cursor, &out->text);
}
