/* Phrases of digits: groups joined by one or two separators, "4111 1111-1111.1111".
 *
 * Every contiguous range of groups whose digits together are as many as a rule takes is asked
 * about, ending at the group just read, so the work for a group is bounded by SHIELD_DIGITS_MAX
 * ranges. A group that touches an ASCII letter is part of a word, not of a number: no range begins
 * or ends there. Nor in a decimal fraction ("0.1234567890"). */
#include "base/check.h"
#include "shield/matcher.h"

#include <string.h>

enum {
    GROUPS_KEPT = SHIELD_DIGITS_MAX, /* a group has at least one digit */
    GROUPS_ROOM = 4 * GROUPS_KEPT,
    SEPARATORS_MAX = 2,
    PLUS_BEFORE_MAX = 3,
    FRACTION_WHOLE_MAX = 3, /* digits before the point of what is taken for a fraction */
    FRACTION_MIN = 6,       /* and behind it */
    DIGITS_ROOM = 16 * SHIELD_DIGITS_MAX,
    LONG_MIN = 128, /* bytes of a value for which it is worth to know what rules in force take */
};

struct group {
    uint32_t begin;
    uint32_t end;
    uint32_t digits_at; /* in phrase.digits */
    bool touches_before;
    bool touches_after;
    bool has_plus;
    char separator; /* before it, when it is one byte; else 0 */
};

struct phrase {
    struct group groups[GROUPS_ROOM];
    uint32_t group_count;
    char digits[DIGITS_ROOM];
    /* Luhn's sums (ISO/IEC 7812-1, annex B) of all digits before a place, two in one: with those at
     * even places doubled in the lower half, and with those at odd ones in the upper. */
    uint32_t sums[DIGITS_ROOM + 1];
    uint32_t digit_count;
    struct ruleset_mask open; /* rules that fit the value and may act, as far as that is known */
    bool has_text_context;    /* it is known in full */
    const struct ruleset_groups *groups_taken; /* by them, at least */
    struct ruleset_groups open_groups;         /* and exactly, if that is known */
};

static bool is_digit(char byte)
{
    return byte >= '0' && byte <= '9';
}

static bool is_letter(char byte)
{
    return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z');
}

static bool is_separator(char byte)
{
    switch (byte) {
    case ' ':
    case '-':
    case '.':
    case '/':
    case '_':
    case '\t':
    case '\n':
    case '\r':
    case '(':
    case ')': return true;
    default: return false;
    }
}

_Static_assert(9 * DIGITS_ROOM <= UINT16_MAX, "no half of a sum runs over");

static void add_digits(struct phrase *phrase, const char *bytes, uint32_t size)
{
    /* What a digit adds at an even place; at an odd one the halves change places. */
    static const uint32_t steps[10] = {0,           2 | 1 << 16, 4 | 2 << 16, 6 | 3 << 16,
                                       8 | 4 << 16, 1 | 5 << 16, 3 | 6 << 16, 5 | 7 << 16,
                                       7 | 8 << 16, 9 | 9 << 16};
    uint32_t *sums = phrase->sums + phrase->digit_count;
    uint32_t turn = phrase->digit_count % 2 * 16;
    uint32_t sum = *sums;
    memcpy(phrase->digits + phrase->digit_count, bytes, size);
    for (uint32_t i = 0; i < size; i++, turn ^= 16) {
        uint32_t step = steps[bytes[i] - '0'];
        sum += step << turn | step >> (-turn & 31);
        sums[i + 1] = sum;
    }
    phrase->digit_count += size;
}

/* Of the digits from there to the last one: of these the last stands as it is, the one before it is
 * doubled, and so on. */
static bool passes_luhn(const struct phrase *phrase, uint32_t from)
{
    uint32_t sums = phrase->sums[phrase->digit_count] - phrase->sums[from];
    return (sums >> phrase->digit_count % 2 * 16 & UINT16_MAX) % 10 == 0;
}

/* "+44", "+ 44", "+(44". */
static bool has_plus_before(struct text text, uint32_t begin)
{
    for (uint32_t i = 1; i <= PLUS_BEFORE_MAX && i <= begin; i++)
        if (text.bytes[begin - i] == '+') return true;
    return false;
}

static bool is_dialled(const struct phrase *phrase, const struct group *first)
{
    const char *digits = phrase->digits + first->digits_at;
    uint32_t count = phrase->digit_count - first->digits_at;
    return first->has_plus || (digits[0] == '0' && count > 1 && digits[1] == '0');
}

static void know_open_groups(const struct ruleset *set, struct phrase *phrase)
{
    memset(&phrase->open_groups, 0, sizeof phrase->open_groups);
    phrase->groups_taken = &phrase->open_groups;
    for (uint32_t word = 0; word < set->mask_words; word++) {
        uint64_t bits = phrase->open.bits[word] & set->with_digits.bits[word];
        for (; bits; bits &= bits - 1) {
            uint32_t index = word * 64 + (uint32_t)__builtin_ctzll(bits);
            ruleset_add_groups(set, index, &phrase->open_groups);
        }
    }
}

static void know_open_rules(const struct matcher_run *run, struct phrase *phrase)
{
    phrase->has_text_context = run->has_text_context;
    phrase->groups_taken = &run->set->groups;
    for (uint32_t i = 0; i < run->set->mask_words; i++) {
        phrase->open.bits[i] = run->fitting->bits[i];
        if (run->has_text_context) phrase->open.bits[i] &= run->able.bits[i];
    }
    bool is_long = run->view->text.size >= LONG_MIN && !run->matcher->is_thorough;
    if (run->has_text_context && is_long) know_open_groups(run->set, phrase);
}

/* Of the rules for so many digits in so many groups those that could take these. False: none. */
static bool choose_rules(const struct ruleset *set, const struct phrase *phrase,
                         uint32_t digit_count, uint32_t group_count,
                         const struct ruleset_mask *allowed, struct ruleset_mask *rules)
{
    const uint64_t *counted = set->by_digits[digit_count].bits;
    const uint64_t *grouped = set->by_groups[group_count].bits;
    uint64_t any = 0;
    for (uint32_t i = 0; i < set->mask_words; i++) {
        uint64_t bits = counted[i] & grouped[i] & phrase->open.bits[i] & allowed->bits[i];
        any |= rules->bits[i] = bits;
    }
    return any != 0;
}

static void try_range(struct matcher_run *run, struct phrase *phrase, const struct group *first,
                      const struct ruleset_mask *rules)
{
    const struct group *last = &phrase->groups[phrase->group_count - 1];
    struct matcher_trigger trigger = {
        .begin = first->begin,
        .end = last->end,
        .digits = phrase->digits + first->digits_at,
        .digit_count = phrase->digit_count - first->digits_at,
        .group_count = (uint32_t)(last - first) + 1,
    };
    matcher_try_each(run, rules, &trigger);
    if (run->has_text_context != phrase->has_text_context) know_open_rules(run, phrase);
}

/* All ranges that end with the newest group. Most are none of any rule's, so they are told by one
 * bit: of a value of single digits there are ten for each byte. */
static void try_ranges(struct matcher_run *run, struct phrase *phrase)
{
    const struct ruleset *set = run->set;
    bool is_thorough = run->matcher->is_thorough;
    struct ruleset_mask rules;
    const struct ruleset_groups *taken = phrase->groups_taken;
    uint32_t groups_max = phrase->group_count < taken->max ? phrase->group_count : taken->max;
    if (phrase->groups[phrase->group_count - 1].touches_after) return;
    const struct group *first = &phrase->groups[phrase->group_count];
    for (uint32_t groups = 1; groups <= groups_max; groups++) {
        first--;
        uint32_t digit_count = phrase->digit_count - first->digits_at;
        if (digit_count > SHIELD_DIGITS_MAX) return;
        uint64_t bit = UINT64_C(1) << groups;
        if (!(taken->any[digit_count] & bit) || first->touches_before) continue;
        bool is_luhn = is_thorough ||
                       ((taken->luhn[digit_count] & bit) && passes_luhn(phrase, first->digits_at));
        bool has_plus = is_thorough || is_dialled(phrase, first);
        if (!is_luhn && !has_plus && !(taken->plain[digit_count] & bit)) continue;
        const struct ruleset_mask *allowed = &set->allowed_digits[is_luhn][has_plus];
        if (!choose_rules(set, phrase, digit_count, groups, allowed, &rules)) continue;
        try_range(run, phrase, first, &rules);
        if (matcher_is_done(run)) return;
    }
}

/* Groups behind which more digits stand than a range may have are forgotten, several at once. */
static void make_room(struct phrase *phrase, uint32_t size)
{
    if (phrase->group_count < GROUPS_ROOM && phrase->digit_count + size <= DIGITS_ROOM) return;
    uint32_t first = 0;
    while (first < phrase->group_count &&
           phrase->digit_count - phrase->groups[first].digits_at > SHIELD_DIGITS_MAX)
        first++;
    uint32_t kept_from =
        first < phrase->group_count ? phrase->groups[first].digits_at : phrase->digit_count;
    kept_from -= kept_from % 2; /* what stands at an even place still does */
    phrase->digit_count -= kept_from;
    memmove(phrase->digits, phrase->digits + kept_from, phrase->digit_count);
    uint32_t base = phrase->sums[kept_from]; /* no half of any behind it is less */
    for (uint32_t i = 0; i <= phrase->digit_count; i++)
        phrase->sums[i] = phrase->sums[kept_from + i] - base;
    phrase->group_count -= first;
    memmove(phrase->groups, phrase->groups + first, phrase->group_count * sizeof *phrase->groups);
    for (uint32_t i = 0; i < phrase->group_count; i++)
        phrase->groups[i].digits_at -= kept_from;
    assert(phrase->group_count <= GROUPS_KEPT);
}

static void clear(struct phrase *phrase)
{
    phrase->group_count = 0;
    phrase->digit_count = 0;
    phrase->sums[0] = 0;
}

/* "0.123456789": a short group, a point, a long one, and neither before nor behind them more. */
static bool is_fraction(const struct matcher_run *run, const struct phrase *phrase,
                        const struct group *group)
{
    struct text text = run->view->text;
    if (phrase->group_count != 1 || group->separator != '.') return false;
    if (run->view->is_number) return true; /* its digits are as many as a double has */
    uint32_t whole = phrase->groups[0].end - phrase->groups[0].begin;
    if (whole > FRACTION_WHOLE_MAX || group->end - group->begin < FRACTION_MIN) return false;
    bool goes_on = group->end + 1 < text.size && is_separator(text.bytes[group->end]) &&
                   is_digit(text.bytes[group->end + 1]);
    return !goes_on;
}

static void take_group(struct matcher_run *run, struct phrase *phrase, struct group group)
{
    struct text text = run->view->text;
    uint32_t size = group.end - group.begin;
    if (size > SHIELD_DIGITS_MAX || is_fraction(run, phrase, &group)) {
        clear(phrase);
        return;
    }
    make_room(phrase, size);
    group.digits_at = phrase->digit_count;
    group.touches_before = group.begin > 0 && is_letter(text.bytes[group.begin - 1]);
    group.has_plus = has_plus_before(text, group.begin);
    group.touches_after = group.end < text.size && is_letter(text.bytes[group.end]);
    add_digits(phrase, text.bytes + group.begin, size);
    phrase->groups[phrase->group_count++] = group;
    try_ranges(run, phrase);
}

/* Behind a group: where the next one begins when separators alone lie between, else 0. */
static size_t next_group(struct text text, size_t place)
{
    size_t end = place;
    while (end < text.size && end - place < SEPARATORS_MAX && is_separator(text.bytes[end]))
        end++;
    return end > place && end < text.size && is_digit(text.bytes[end]) ? end : 0;
}

/* Digits that a letter follows end no range, and the letter ends the phrase. */
static bool is_open_behind(struct text text, size_t end)
{
    return end < text.size && is_letter(text.bytes[end]);
}

void matcher_digits(struct matcher_run *run)
{
    struct text text = run->view->text;
    struct phrase phrase;
    struct group group = {0};
    clear(&phrase);
    know_open_rules(run, &phrase);
    size_t place = 0;
    while (place < text.size && !matcher_is_done(run)) {
        if (!is_digit(text.bytes[place])) {
            while (place < text.size && !is_digit(text.bytes[place]))
                place++;
            clear(&phrase);
            group.separator = 0;
            continue;
        }
        group.begin = (uint32_t)place;
        while (place < text.size && is_digit(text.bytes[place]))
            place++;
        group.end = (uint32_t)place;
        if (is_open_behind(text, place)) continue;
        take_group(run, &phrase, group);
        size_t next = next_group(text, place);
        if (next == 0) continue;
        group.separator = next == place + 1 ? text.bytes[place] : 0;
        place = next;
    }
}
