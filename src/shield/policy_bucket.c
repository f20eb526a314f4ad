/* Coarser forms of values. What no form is known for is dropped: a network or a region would need
 * tables that we do not have, and half an address is still found by the rule that found it. */
#include "shield/policy.h"

#include "base/check.h"
#include "shield/shield_url.h"

#include <string.h>

enum {
    OUTWARD_INWARD_SIZE = 3, /* the second part of a British postcode */
    URL_GROWTH = 4,          /* "/1" becomes "/:int" */
};

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

/* Of a British, Canadian or Irish one the part before the space; of one that begins with a digit
 * two digits: a region. */
static bool keep_outward(struct text value, struct text *outward)
{
    value = text_trim(value);
    if (value.size > 2 && is_digit(value.bytes[0])) {
        *outward = text_slice(value, 0, 2);
        return is_digit(value.bytes[1]);
    }
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

static size_t url_size(struct text rest)
{
    size_t size = 0;
    while (size < rest.size && !memchr(" \t\r\n\"'<>`\\|{}", rest.bytes[size], 14))
        size++;
    return size;
}

/* Every address of the web in it by its template; without one the value is taken for a path. */
static bool make_templates(struct text value, struct arena *arena, struct text *out)
{
    static const struct shield_url_lists lists = {0};
    value = text_trim(value);
    if (text_find(value, TEXT("://")) < 0) return shield_url_template(value, &lists, arena, out);
    size_t capacity = URL_GROWTH * value.size + 64;
    char *bytes = arena_alloc_dirty(arena, capacity, 1, 1);
    size_t size = 0;
    if (!bytes) return false;
    for (size_t i = 0; i < value.size;) {
        struct text rest = text_slice(value, i, value.size - i);
        struct text part = text_slice(rest, 0, 1);
        size_t taken = 1;
        if (shield_url_is_web(rest)) {
            taken = url_size(rest);
            if (!shield_url_template(text_slice(rest, 0, taken), &lists, arena, &part))
                return false;
        }
        if (part.size > capacity - size) return false;
        memcpy(bytes + size, part.bytes, part.size);
        size += part.size;
        i += taken;
    }
    *out = (struct text){bytes, size};
    return true;
}

bool policy_bucket(const struct ruleset_rule *rule, struct text value, struct arena *arena,
                   struct text *out)
{
    switch (rule->bucket) {
    case BUCKET_YEAR: return find_year(value, out);
    case BUCKET_OUTWARD: return keep_outward(value, out);
    case BUCKET_DEGREE: return cut_decimals(value, arena, out);
    case BUCKET_FAMILY: return policy_family(value, arena, out);
    case BUCKET_TEMPLATE: return make_templates(value, arena, out);
    case BUCKET_NONE:
    case BUCKET_REGION:
    case BUCKET_NETWORK:
    case BUCKET_COUNT: return false;
    }
    UNREACHABLE("no such bucket");
}
