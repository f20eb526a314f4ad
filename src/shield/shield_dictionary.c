#include "shield/shield_dictionary.h"

#include "base/check.h"
#include "codec/block.h"

#include <utf8proc.h>

enum { HASH_SIZE = 8, HASH_DIGITS = 16 };

/* --- the normal form --- */

/* What "\s" of JavaScript is. */
static bool is_space(int32_t code)
{
    if (code >= 0x09 && code <= 0x0d) return true;
    if (code >= 0x2000 && code <= 0x200a) return true;
    switch (code) {
    case 0x20:
    case 0xa0:
    case 0x1680:
    case 0x2028:
    case 0x2029:
    case 0x202f:
    case 0x205f:
    case 0x3000:
    case 0xfeff: return true;
    default: return false;
    }
}

/* Runs of white space become one space, none at either end; in place. */
static utf8proc_ssize_t join_spaces(int32_t *codes, utf8proc_ssize_t count)
{
    utf8proc_ssize_t kept = 0;
    bool is_due = false;
    for (utf8proc_ssize_t i = 0; i < count; i++) {
        if (is_space(codes[i])) {
            is_due = kept > 0;
            continue;
        }
        int32_t code = codes[i];
        if (is_due) codes[kept++] = ' '; /* at most at i - 1: a space was skipped */
        is_due = false;
        codes[kept++] = code;
    }
    return kept;
}

/* The text in normal form, in the arena; bytes NULL when there is none. No decomposition has more
 * than four code points for each byte of a text. */
static struct text normalize(struct text text, struct arena *arena)
{
    static const utf8proc_option_t options = UTF8PROC_STABLE | UTF8PROC_COMPOSE;
    static const struct text none = {0};
    utf8proc_ssize_t room = 4 * (utf8proc_ssize_t)text.size + 4;
    int32_t *codes = ARENA_ARRAY(arena, int32_t, (size_t)room + 1);
    if (!codes) return none;
    utf8proc_ssize_t count = utf8proc_decompose((const uint8_t *)text.bytes,
                                                (utf8proc_ssize_t)text.size, codes, room, options);
    if (count < 0 || count > room) return none;
    count = utf8proc_normalize_utf32(codes, count, options);
    if (count < 0) return none;
    count = join_spaces(codes, count);
    utf8proc_ssize_t size = utf8proc_reencode(codes, count, UTF8PROC_STABLE);
    if (size < 0) return none;
    return (struct text){(const char *)codes, (size_t)size};
}

/* --- the hash --- */

static uint32_t mix(uint32_t x)
{
    x ^= x >> 16;
    x *= 0x85ebca6bU;
    x ^= x >> 13;
    x *= 0xc2b2ae35U;
    return x ^ x >> 16;
}

struct lanes {
    uint32_t high, low;
};

static void add(struct lanes *lanes, const char *bytes, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        lanes->high = (lanes->high ^ (unsigned char)bytes[i]) * 0x9e3779b1U;
        lanes->low = (lanes->low ^ (unsigned char)bytes[i]) * 0x5f356495U;
    }
}

bool shield_dictionary_hash(struct text salt, struct text text, struct arena *arena, uint64_t *out)
{
    if (text.size > SHIELD_DICTIONARY_TEXT_MAX) return false;
    struct text normal = normalize(text, arena);
    if (!normal.bytes) return false;
    struct lanes lanes = {0xdeadbeefU, 0x41c6ce57U};
    add(&lanes, salt.bytes, salt.size);
    add(&lanes, "", 1); /* its NUL */
    add(&lanes, normal.bytes, normal.size);
    uint32_t high = mix(lanes.high ^ (uint32_t)(salt.size + 1 + normal.size));
    *out = (uint64_t)high << 32 | mix(lanes.low ^ high);
    return true;
}

bool shield_dictionary_parse(struct text hex, uint64_t *out)
{
    if (hex.size != HASH_DIGITS) return false;
    *out = 0;
    for (size_t i = 0; i < hex.size; i++) {
        char byte = hex.bytes[i];
        bool is_digit = byte >= '0' && byte <= '9';
        bool is_letter = byte >= 'a' && byte <= 'f';
        if (!is_digit && !is_letter) return false;
        *out = *out << 4 | (uint64_t)(is_digit ? byte - '0' : byte - 'a' + 10);
    }
    return true;
}

/* --- the list --- */

static bool is_among(struct text sorted, uint64_t hash)
{
    size_t first = 0;
    size_t end = sorted.size / HASH_SIZE;
    while (first < end) {
        size_t middle = first + (end - first) / 2;
        uint64_t found = load_u64(sorted.bytes + middle * HASH_SIZE);
        if (found == hash) return true;
        if (found < hash) {
            first = middle + 1;
        } else {
            end = middle;
        }
    }
    return false;
}

bool shield_dictionary_lists(const struct project *project, struct text text, struct arena *arena)
{
    uint64_t hash;
    if (project->dictionary_hashes.size == 0) return false;
    if (!shield_dictionary_hash(project->dictionary_salt, text, arena, &hash)) return false;
    return is_among(project->dictionary_hashes, hash);
}
