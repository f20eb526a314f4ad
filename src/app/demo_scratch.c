/* Texts of one event, one behind the other in fixed room. The room is made for the longest event
 * that the words can give: running out is our mistake. */
#include "app/demo_internal.h"

#include "base/check.h"

#include <string.h>

void demo_scratch_clear(struct demo_scratch *scratch)
{
    scratch->count = 0;
    scratch->used = 0;
}

size_t demo_text_begin(const struct demo_scratch *scratch)
{
    return scratch->used;
}

void demo_append(struct demo_scratch *scratch, struct text text)
{
    assert(text.size <= DEMO_SCRATCH_SIZE - scratch->used);
    if (text.size > 0) memcpy(scratch->bytes + scratch->used, text.bytes, text.size);
    scratch->used += text.size;
}

/* At least so many digits, with zeros in front. */
void demo_append_number(struct demo_scratch *scratch, uint64_t number, unsigned digits)
{
    char reversed[20];
    unsigned size = 0;
    do {
        reversed[size++] = (char)('0' + number % 10);
        number /= 10;
    } while (number > 0 || size < digits);
    assert(size <= DEMO_SCRATCH_SIZE - scratch->used);
    while (size > 0)
        scratch->bytes[scratch->used++] = reversed[--size];
}

void demo_append_cents(struct demo_scratch *scratch, int32_t cents)
{
    assert(cents >= 0);
    demo_append_number(scratch, (uint64_t)cents / 100, 1);
    if (cents % 100 == 0) return;
    demo_append(scratch, TEXT("."));
    bool is_one_digit = cents % 10 == 0;
    demo_append_number(scratch, (uint64_t)(is_one_digit ? cents % 100 / 10 : cents % 100),
                       is_one_digit ? 1 : 2);
}

struct text demo_text_end(struct demo_scratch *scratch, size_t begin)
{
    return (struct text){scratch->bytes + begin, scratch->used - begin};
}

struct text demo_user_id(struct demo_scratch *scratch, uint32_t person)
{
    size_t begin = demo_text_begin(scratch);
    demo_append(scratch, TEXT("u_"));
    demo_append_number(scratch, person + 10001, 6);
    return demo_text_end(scratch, begin);
}

struct value demo_cents_value(int32_t cents)
{
    return value_from_decimal(cents / 100.0);
}
