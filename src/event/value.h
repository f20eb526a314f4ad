/* A property's value: any JSON.
 *
 * Integers and decimals are one type to a question; two kinds keep 64-bit integers exact. A number
 * that neither can hold (12345678901234567890123, 0.1000000000000000000001) keeps its text.
 * value_from_number picks the kind so that equal numbers of the two binary kinds are the same
 * value: 5, 5.0 and 5e0 are all the integer 5. Texts, lists and objects borrow their bytes; lists
 * and objects are compact JSON text. */
#ifndef CANDOR_EVENT_VALUE_H
#define CANDOR_EVENT_VALUE_H

#include "base/buffer.h"
#include "base/text.h"

#include <stdbool.h>
#include <stdint.h>

enum value_kind {
    VALUE_MISSING = 0, /* the property is absent */
    VALUE_NULL,
    VALUE_FALSE,
    VALUE_TRUE,
    VALUE_INTEGER,
    VALUE_DECIMAL,    /* finite, and no integer below 2^53 */
    VALUE_BIG_NUMBER, /* text: a JSON number that integer and decimal would change */
    VALUE_TEXT,
    VALUE_LIST,
    VALUE_OBJECT,
};
enum { VALUE_KIND_COUNT = VALUE_OBJECT + 1 };

struct value {
    enum value_kind kind;
    union {
        int64_t integer;
        double decimal;
        struct text text;
    };
};

struct value value_from_number(struct text number); /* valid by JSON's grammar */
struct value value_from_decimal(double number);     /* finite */
struct value value_from_integer(int64_t number);
struct value value_from_text(struct text text);
struct value value_from_bool(bool truth);

bool value_is_number(const struct value *value);
double value_number(const struct value *value); /* of a number; nearest double of a big one */

/* Exact equality and a hash that agrees with it. Clients choose values: under a seed that they
 * cannot know they cannot choose values that fall together. */
static inline bool value_equal(const struct value *a, const struct value *b);
static inline uint64_t value_hash(const struct value *value, uint64_t seed);

/* Of two values of one kind, and of any. */
bool value_equal_in_kind(const struct value *a, const struct value *b);
uint64_t value_hash_in_kind(const struct value *value, uint64_t key);

/* Here, because values are compared by the dozen for each event, and most are texts. */
static inline bool value_equal(const struct value *a, const struct value *b)
{
    if (a->kind != b->kind) return false;
    if (a->kind == VALUE_TEXT) return text_equal(a->text, b->text);
    return value_equal_in_kind(a, b);
}

static inline uint64_t value_hash(const struct value *value, uint64_t seed)
{
    uint64_t key = seed + (uint64_t)value->kind; /* equal values are of one kind */
    if (value->kind == VALUE_TEXT) return text_hash_seeded(value->text, key);
    return value_hash_in_kind(value, key);
}

/* The order of results (spec/plan.md §8): false, true, numbers by size, text (and objects and
 * lists) by bytes, then null and missing. */
int value_compare(const struct value *a, const struct value *b);

/* Numbers by size, exactly, whatever their kinds. */
int value_compare_numbers(const struct value *a, const struct value *b);

/* As JSON. Missing is written null. */
void value_write_json(const struct value *value, struct buffer *out);

/* Stored form: kind byte, then zigzag varint, 8 bytes, or sized text. The cursor is hostile. */
struct block_cursor;
void value_encode(const struct value *value, struct buffer *out);
bool value_decode(struct block_cursor *cursor, struct value *out); /* texts borrow the cursor's */

/* Walk a stored list or reach into a stored object ("a.b"). Needs scratch space because JSON is
 * decoded in place: give an arena; values borrow from it. */
struct arena;
/* The elements of a list, in order. False when the arena is used up. */
bool value_list_elements(const struct value *list, struct arena *arena, struct value **elements,
                         uint32_t *count);
/* The value at a path of object keys; VALUE_MISSING when there is none. */
bool value_object_find(const struct value *object, struct text path, struct arena *arena,
                       struct value *out);

#endif
