#include "trust/audit.h"

#include "base/check.h"
#include "trust/wrapping.h"

enum { DIGITS = 3 };

struct search {
    struct text prefix;
    audit_found *found;
    void *context;
};

static bool is_digit(char byte)
{
    return byte >= '0' && byte <= '9';
}

/* The prefix in any case, and three digits behind it. */
static void look_plainly(void *context, struct text bytes, const char *wrapping)
{
    const struct search *search = context;
    struct text prefix = search->prefix;
    size_t whole = prefix.size + DIGITS;
    for (size_t i = 0; i + whole <= bytes.size; i++) {
        if ((bytes.bytes[i] | 0x20) != prefix.bytes[0]) continue;
        if (!text_equal_fold(text_slice(bytes, i, prefix.size), prefix)) continue;
        const char *digits = bytes.bytes + i + prefix.size;
        if (!is_digit(digits[0]) || !is_digit(digits[1]) || !is_digit(digits[2])) continue;
        int canary = (digits[0] - '0') * 100 + (digits[1] - '0') * 10 + digits[2] - '0';
        search->found(search->context, (uint32_t)canary, wrapping);
    }
}

void audit_search(struct text bytes, const char *prefix, audit_found *found, void *context)
{
    assert(prefix[0] != '\0');
    struct search search = {text_from(prefix), found, context};
    wrapping_walk(bytes, look_plainly, &search);
}
