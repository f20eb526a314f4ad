/* How validators read a candidate's bytes: every step is bounded, and past the end stands a NUL
 * that no charset has. Private to the room's check_*.c. */
#ifndef CANDOR_SHIELD_CHECK_READING_H
#define CANDOR_SHIELD_CHECK_READING_H

#include "base/check.h"
#include "shield/shield_detect.h"
#include "shield/shield_rules.h"

#define READING_NO_PLACE UINT32_MAX

static inline uint8_t reading_byte(struct text value, uint32_t at)
{
    return at < value.size ? (uint8_t)value.bytes[at] : 0;
}

/* The end of the run of this charset that begins at `at`, at most size_max bytes on. */
uint32_t reading_run(struct text value, uint32_t at, enum shield_charset charset,
                     uint32_t size_max);

/* Its beginning, when it ends before `at`. */
uint32_t reading_run_back(struct text value, uint32_t at, enum shield_charset charset,
                          uint32_t size_max);

/* The place after these bytes, at most count_max of them; the set is a string. */
uint32_t reading_skip(struct text value, uint32_t at, const char *set, uint32_t count_max);

/* The first place of any byte of the set in [at, at + size_max), or that end, or the value's. */
uint32_t reading_until(struct text value, uint32_t at, const char *set, uint32_t size_max);

static inline bool reading_is_word(uint8_t byte) /* ASCII letter, digit or underscore */
{
    return shield_charset_has(SHIELD_WORD, byte);
}

bool reading_is_printable(uint8_t byte);

/* Does the value have this string at the place? The second without ASCII case: give it in lower. */
bool reading_has(struct text value, uint32_t at, const char *string);
bool reading_has_fold(struct text value, uint32_t at, const char *string);

/* The part of the value within so many bytes (SHIELD_LOOK_MAX at most) of the candidate. */
struct text reading_around(const struct shield_candidate *candidate, uint32_t before,
                           uint32_t after);

/* The first place of a lower-case string, without ASCII case, or READING_NO_PLACE. */
uint32_t reading_find_fold(struct text text, const char *string);

static inline struct text reading_slice(struct text value, uint32_t begin, uint32_t end)
{
    assert(begin <= end && end <= value.size);
    return (struct text){value.bytes + begin, end - begin};
}

struct text reading_literal(const struct shield_candidate *candidate);

/* Without spaces, quotes and brackets around it. */
struct text reading_bare(struct text text);

/* What kinds of bytes a text has. */
struct reading_kinds {
    uint32_t digits, lowers, uppers, others;
};
struct reading_kinds reading_kinds(struct text text);

/* "xxxxxxxx", "1234567890", "your_key_here", "<token>": what stands where a secret will. */
bool reading_is_placeholder(struct text text);

/* Not words and no placeholder: what a machine drew. Sure from about 16 bytes on. */
bool reading_is_random(struct text text);

/* The value that follows a label: quotes, spaces, colons, equals signs and backslashes are stepped
 * over, then it goes to the next space, quote, comma, semicolon, ampersand or closing bracket. */
struct text reading_labelled(struct text value, uint32_t at, uint32_t size_max);

#endif
