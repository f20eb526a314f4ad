/* Health and belief (spec/shield.md §14.6, H01 to H04). */
#include "shield/check_national.h"
#include "shield/check_reading.h"
#include "shield/shield_key.h"
#include "shield/shield_validator.h"
#include "shield/shield_wordlist.h"

enum {
    BELIEF_WORDS_MAX = 3, /* that are looked at behind "I am" */
    BELIEF_VALUE_WORDS_MAX = 4,
    NUMBER_DIGITS_MIN = 5,
};

/* ---- H01 ---- */

enum shield_proof shield_check_record_number(const struct shield_candidate *candidate,
                                             struct shield_span *span)
{
    struct text text = reading_literal(candidate);
    struct reading_kinds kinds = reading_kinds(text);
    (void)span;
    if (!candidate->has_context || kinds.digits < NUMBER_DIGITS_MIN) return SHIELD_NOT;
    bool is_moment = text.size >= 10 && kinds.digits == text.size && candidate->is_number;
    bool is_named = candidate->key_classes & SHIELD_KEY_BIT(SHIELD_KEY_HEALTH);
    if (is_moment && !is_named) return SHIELD_NOT;
    return SHIELD_SHAPE;
}

/* ---- H02 ---- */

/* A letter, a digit, a digit or A or B, then up to four more, behind a dot or at once. */
enum shield_proof shield_check_icd(const struct shield_candidate *candidate,
                                   struct shield_span *span)
{
    struct text value = candidate->value;
    uint32_t begin = candidate->begin;
    uint32_t end = candidate->end;
    char first = byte_at(candidate, begin);
    char third = byte_at(candidate, begin + 2);
    if (!candidate->has_context || end - begin > 7) return SHIELD_NOT;
    bool is_category = is_upper_byte(first) && is_digit_byte(byte_at(candidate, begin + 1)) &&
                       (is_digit_byte(third) || third == 'A' || third == 'B');
    if (!is_category) return SHIELD_NOT;
    for (uint32_t i = begin + 3; i < end; i++)
        if (!is_digit_byte(byte_at(candidate, i)) && i + 1 < end) return SHIELD_NOT;
    if (begin > 0 && strchr("-_./#", reading_byte(value, begin - 1))) return SHIELD_NOT;
    if (end == begin + 3 && reading_byte(value, end) == '.') {
        uint32_t behind = reading_run(value, end + 1, SHIELD_ALNUM, 5);
        if (behind - end > 5) return SHIELD_NOT;
        if (behind > end + 1) end = behind;
    }
    *span = (struct shield_span){begin, end};
    return SHIELD_SHAPE;
}

/* ---- H03 ---- */

/* The lists of two words together, then of the first alone. *word grows over the second. Few words
 * begin a phrase of the lists: the second is read behind those alone. */
static uint32_t lists_of_phrase(struct text value, struct shield_word *word, uint32_t *at)
{
    uint32_t behind = word->end;
    struct shield_word next;
    uint32_t first = shield_lists_and_begins_of(reading_slice(value, word->begin, word->end));
    if (reading_byte(value, word->end) == ' ' && (first & SHIELD_LIST_BEGINS) &&
        shield_word_next(value, &behind, &next) && next.begin == word->end + 1) {
        uint32_t lists = shield_lists_of(reading_slice(value, word->begin, next.end));
        if (lists) {
            word->end = next.end;
            *at = next.end;
            return lists;
        }
    }
    return first & ~(uint32_t)SHIELD_LIST_BEGINS;
}

enum { MEDICAL = SHIELD_LIST_MEDICINE | SHIELD_LIST_ILLNESS };

/* Scripts without spaces: each run of two to five characters could be a word on the list. Returns
 * how many are. */
static uint32_t count_inside(struct text value, const struct shield_word *word)
{
    uint32_t count = 0;
    uint32_t end =
        word->end < word->begin + SHIELD_LOOK_MAX ? word->end : word->begin + SHIELD_LOOK_MAX;
    if (word->has_case || (uint8_t)value.bytes[word->begin] < 0xe3) return 0;
    for (uint32_t begin = word->begin; begin + 6 <= end;) {
        uint32_t size = 6;
        while (size <= 15 && begin + size <= end &&
               !(shield_lists_of(reading_slice(value, begin, begin + size)) & MEDICAL))
            size += 3;
        bool is_listed = size <= 15 && begin + size <= end;
        count += is_listed;
        begin += is_listed ? size : 3;
    }
    return count;
}

/* Two different words of the lists, or one under its key. */
enum shield_proof shield_check_medical_text(const struct shield_candidate *candidate,
                                            struct shield_span *span)
{
    struct text value = candidate->value;
    uint32_t at = candidate->begin;
    struct shield_word word;
    struct shield_word found = {0};
    bool is_keyed = candidate->key_classes & SHIELD_KEY_BIT(SHIELD_KEY_HEALTH);
    uint32_t wanted = is_keyed ? 1 : 2;
    if (candidate->is_number || shield_words_listed_max(value) < wanted) return SHIELD_NOT;
    while (shield_word_next(value, &at, &word)) {
        uint32_t inside = count_inside(value, &word);
        if (word.end - word.begin > 64 && inside == 0) continue;
        bool is_listed = inside > 0 || (lists_of_phrase(value, &word, &at) & MEDICAL);
        if (!is_listed) continue;
        bool is_other =
            found.end > 0 && !text_equal_fold(reading_slice(value, found.begin, found.end),
                                              reading_slice(value, word.begin, word.end));
        if (is_keyed || is_other || inside > 1) {
            *span = (struct shield_span){found.end > 0 ? found.begin : word.begin, word.end};
            return SHIELD_PROVEN;
        }
        if (found.end == 0) found = word;
    }
    return SHIELD_NOT;
}

/* ---- H04 ---- */

/* One of the next words, in the same sentence. */
static bool is_belief_near(struct text value, uint32_t at, uint32_t *end)
{
    uint32_t before = at;
    struct shield_word word;
    for (int i = 0; i < BELIEF_WORDS_MAX && shield_word_next(value, &at, &word); i++) {
        if (word.end - word.begin > 64 || word.begin - before > 3) return false;
        for (uint32_t place = before; place < word.begin; place++)
            if (strchr(".!?\n", value.bytes[place])) return false;
        uint32_t lists = lists_of_phrase(value, &word, &at);
        *end = word.end;
        before = at;
        if (lists & SHIELD_LIST_BELIEF) return true;
    }
    return false;
}

/* Under its key: some words, whatever they say. */
static bool is_stated(struct text value)
{
    uint32_t at = 0;
    uint32_t words = 0;
    struct shield_word word;
    static const struct text nothing[] = {
        TEXT_INIT("true"), TEXT_INIT("false"),  TEXT_INIT("null"), TEXT_INIT("yes"),
        TEXT_INIT("no"),   TEXT_INIT("none"),   TEXT_INIT("n/a"),  TEXT_INIT("unset"),
        TEXT_INIT("set"),  TEXT_INIT("unknown")};
    for (size_t i = 0; i < sizeof nothing / sizeof *nothing; i++)
        if (text_equal_fold(nothing[i], text_trim(value))) return false;
    while (shield_word_next(value, &at, &word))
        words++;
    return words >= 1 && words <= BELIEF_VALUE_WORDS_MAX && value.size <= 64;
}

enum shield_proof shield_check_belief(const struct shield_candidate *candidate,
                                      struct shield_span *span)
{
    struct text value = candidate->value;
    bool is_keyed = candidate->key_classes & SHIELD_KEY_BIT(SHIELD_KEY_BELIEF);
    bool is_whole = candidate->begin == 0 && candidate->end == value.size;
    uint32_t end = 0;
    if (candidate->is_number) return SHIELD_NOT;
    if (is_keyed && is_whole) return is_stated(value) ? SHIELD_SHAPE : SHIELD_NOT;
    uint8_t before = candidate->begin > 0 ? reading_byte(value, candidate->begin - 1) : ' ';
    if (reading_is_word(before) || before >= 0x80) return SHIELD_NOT;
    if (!is_belief_near(value, candidate->end, &end)) return SHIELD_NOT;
    *span = (struct shield_span){candidate->begin, end};
    return SHIELD_SHAPE;
}
