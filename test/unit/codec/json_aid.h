/* What the JSON tests share: exact copies that a sanitizer watches, and seeded documents. */
#ifndef CANDOR_TEST_JSON_AID_H
#define CANDOR_TEST_JSON_AID_H

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

#include "base/buffer.h"
#include "codec/json_reader.h"
#include "support/seeded.h"

#include <stdlib.h>
#include <string.h>

/* Nothing lies behind the last byte: a read there is found by the address sanitizer. */
static inline char *exact_copy(struct text text)
{
    char *copy = malloc(text.size > 0 ? text.size : 1);
    assert_non_null(copy);
    if (text.size > 0) memcpy(copy, text.bytes, text.size);
    return copy;
}

/* Random documents: valid JSON with odd white space, escapes and numbers. */
struct document_maker {
    struct seeded seeded;
    struct buffer out;
    uint32_t key_count; /* keys get a number: no two are equal */
    bool equal_keys;    /* or they come from a few: many are */
};

void make_document(struct document_maker *maker, uint32_t depth_max);
void mutate(struct seeded *seeded, struct buffer *bytes);

#endif
