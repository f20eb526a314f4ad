#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

#include "check_aid.h"

#include "base/memory.h"

#include <string.h>

enum { DIGITS_MAX = 16 };

static uint32_t read_digits(struct text text, char digits[DIGITS_MAX])
{
    uint32_t count = 0;
    for (size_t i = 0; i < text.size && count < DIGITS_MAX; i++) {
        if (text.bytes[i] >= '0' && text.bytes[i] <= '9') digits[count++] = text.bytes[i];
    }
    return count;
}

enum shield_proof check_ask(shield_validator *check, const struct check_asked *asked,
                            struct shield_span *span)
{
    size_t size = asked->value.size;
    char *copy = MEMORY_ARRAY(char, size > 0 ? size : 1);
    memcpy(copy, asked->value.bytes, size);
    struct shield_candidate candidate = {
        .value = {copy, size},
        .end = (uint32_t)size,
        .key_classes = asked->key_classes,
        .has_context = asked->has_context,
        .group_count = 1,
    };
    if (asked->literal.size > 0) {
        ptrdiff_t place = text_find(asked->value, asked->literal);
        assert_true(place >= 0);
        candidate.begin = (uint32_t)place;
        candidate.end = candidate.begin + (uint32_t)asked->literal.size;
    }
    char digits[DIGITS_MAX];
    candidate.digits = digits;
    candidate.digit_count = read_digits(asked->literal, digits);
    *span = (struct shield_span){candidate.begin, candidate.end};
    enum shield_proof proof = check(&candidate, span);
    assert_true(span->begin <= span->end);
    assert_true(span->end <= size);
    memory_free(copy);
    return proof;
}

enum shield_proof check_text(shield_validator *check, const char *literal, const char *value)
{
    struct check_asked asked = {.literal = text_from(literal), .value = text_from(value)};
    struct shield_span span;
    return check_ask(check, &asked, &span);
}
