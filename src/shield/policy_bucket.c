/* Coarser forms of values. What no form is known for is dropped: a network or a region would need
 * tables that we do not have, and half an address is still found by the rule that found it. */
#include "shield/policy.h"

#include "base/check.h"

enum { OUTWARD_INWARD_SIZE = 3 /* the second part of a British postcode */ };

static bool is_digit(char byte)
{
    return byte >= '0' && byte <= '9';
}

/* The four digits in a row that stand alone. */
static bool find_year(struct text value, struct text *year)
{
    for (size_t i = 0; i < value.size;) {
        size_t end = i;
        while (end < value.size && is_digit(value.bytes[end]))
            end++;
        if (end - i == 4) {
            *year = text_slice(value, i, 4);
            return true;
        }
        i = end > i ? end : i + 1;
    }
    return false;
}

static bool keep_outward(struct text value, struct text *outward)
{
    value = text_trim(value);
    ptrdiff_t space = text_find_byte(value, ' ');
    if (space > 0) {
        *outward = text_slice(value, 0, (size_t)space);
        return true;
    }
    if (value.size <= OUTWARD_INWARD_SIZE + 1) return false;
    *outward = text_slice(value, 0, value.size - OUTWARD_INWARD_SIZE);
    return true;
}

/* Every number keeps one digit behind its point: a tenth of a degree is some 11 km. */
static bool cut_decimals(struct text value, struct arena *arena, struct text *out)
{
    char *bytes = arena_alloc_dirty(arena, value.size + 1, 1, 1);
    if (!bytes) return false;
    size_t size = 0;
    size_t decimals = 0;
    bool is_behind_point = false;
    for (size_t i = 0; i < value.size; i++) {
        char byte = value.bytes[i];
        if (is_digit(byte)) {
            decimals += is_behind_point;
            if (decimals > 1) continue;
        } else {
            is_behind_point = byte == '.' && i > 0 && is_digit(value.bytes[i - 1]);
            decimals = 0;
        }
        bytes[size++] = byte;
    }
    *out = (struct text){bytes, size};
    return size < value.size;
}

bool policy_bucket(const struct ruleset_rule *rule, struct text value, struct arena *arena,
                   struct text *out)
{
    switch (rule->bucket) {
    case BUCKET_YEAR: return find_year(value, out);
    case BUCKET_OUTWARD: return keep_outward(value, out);
    case BUCKET_DEGREE: return cut_decimals(value, arena, out);
    case BUCKET_NONE:
    case BUCKET_REGION:
    case BUCKET_NETWORK:
    case BUCKET_FAMILY:
    case BUCKET_COUNT: return false;
    }
    UNREACHABLE("no such bucket");
}
