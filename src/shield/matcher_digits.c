/* Phrases of digits: groups joined by one or two separators, "4111 1111-1111.1111".
 *
 * Every contiguous range of groups whose digits together are as many as a rule takes is asked
 * about, ending at the group just read, so the work for a group is bounded by SHIELD_DIGITS_MAX
 * ranges. A group that touches an ASCII letter is part of a word, not of a number: no range begins
 * or ends there. Nor in a decimal fraction ("0.1234567890"). */
#include "base/check.h"
#include "shield/check_national.h"
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
    PLACES = 64,    /* of a set; SHIELD_DIGITS_MAX are needed */
};

struct group {
    uint32_t begin;
    uint32_t end;
    char separator; /* before it, when it is one byte; else 0 */
};

/* Luhn's sums (ISO/IEC 7812-1, annex B) of all digits so far, modulo 10: with those at even places
 * doubled in the lower half, and with those at odd ones in the upper. And the places at which
 * groups began, by the sums that there were: of a place some digits back the bit is as much higher,
 * in a circle. A range passes when the sum before it is the sum behind it. */
struct luhn {
    uint32_t digit_count; /* of all phrases */
    uint64_t sums;
    uint64_t places[2][10];
    uint8_t noted[PLACES][2]; /* the sums at each place */
};

/* In a set of places bit n is the one before the last n digits. */
struct phrase {
    struct {
        uint32_t begin;         /* in the value */
        uint32_t digits_before; /* as luhn.digit_count counts them */
    } groups[GROUPS_ROOM];
    uint32_t group_count;
    char digits[DIGITS_ROOM];
    uint32_t digit_count;
    uint64_t cuts;     /* where groups begin */
    uint64_t starts;   /* those of them that no letter stands before */
    uint64_t dialled;  /* those that a plus sign stands shortly before, or two zeros behind */
    uint64_t undotted; /* those with anything else than a single dot before them */
    struct luhn luhn;
    struct ruleset_mask open; /* rules that fit the value and may act, as far as that is known */
    struct ruleset_mask unspoken; /* those that want digits written as they say, for nothing else
                                     speaks for them; likewise */
    bool has_text_context;        /* both are known in full */
    const struct ruleset_groups *taken; /* what rules in force take, at least */
    struct ruleset_groups taken_here;   /* and exactly, if that is known */
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

static uint32_t sum_of(const struct luhn *luhn, uint32_t half)
{
    return (uint32_t)(luhn->sums >> half * 32);
}

static void note_begin(struct luhn *luhn)
{
    uint32_t place = -luhn->digit_count % PLACES;
    uint64_t bit = UINT64_C(1) << place;
    for (uint32_t half = 0; half < 2; half++) {
        uint32_t sum = sum_of(luhn, half);
        luhn->places[half][luhn->noted[place][half]] &= ~bit;
        luhn->places[half][sum] |= bit;
        luhn->noted[place][half] = (uint8_t)sum;
    }
}

/* The places from which on the digits pass: of these the last stands as it is, the one before it is
 * doubled, and so on. */
static uint64_t passing_luhn(const struct luhn *luhn)
{
    uint32_t half = luhn->digit_count % 2;
    uint64_t places = luhn->places[half][sum_of(luhn, half)];
    uint32_t turn = luhn->digit_count % PLACES;
    return places << turn | places >> (-turn % PLACES);
}

/* Of both halves what is left of them by ten. */
static uint64_t modulo_10(uint64_t sums)
{
    _Static_assert(9 * (SHIELD_DIGITS_MAX + 1) < 1 << 14, "so far 6,554 / 65,536 is a tenth");
    uint64_t tenths = sums * 6554 >> 16 & (UINT16_MAX | (uint64_t)UINT16_MAX << 32);
    return sums - tenths * 10;
}

#define STEP(even, odd) ((even) | (uint64_t)(odd) << 32)

static void add_digits(struct phrase *phrase, const char *bytes, uint32_t size)
{
    /* What a digit adds at an even place; at an odd one the halves change places. */
    static const uint64_t steps[10] = {STEP(0, 0), STEP(2, 1), STEP(4, 2), STEP(6, 3), STEP(8, 4),
                                       STEP(1, 5), STEP(3, 6), STEP(5, 7), STEP(7, 8), STEP(9, 9)};
    struct luhn *luhn = &phrase->luhn;
    char *digits = phrase->digits + phrase->digit_count;
    uint32_t turn = luhn->digit_count % 2 * 32;
    uint64_t sums = luhn->sums;
    for (uint32_t i = 0; i < size; i++, turn ^= 32) {
        uint64_t step = steps[bytes[i] - '0'];
        sums += step << turn | step >> (-turn & 63);
        digits[i] = bytes[i];
    }
    luhn->sums = modulo_10(sums);
    luhn->digit_count += size;
    phrase->digit_count += size;
}

/* "+44", "+ 44", "+(44"; behind another group it would stand before that. */
static bool has_plus_before(struct text text, uint32_t begin, bool is_first)
{
    _Static_assert(PLUS_BEFORE_MAX == 3, "a digit and a separator are nearer than that");
    if (!is_first) return begin >= PLUS_BEFORE_MAX && text.bytes[begin - PLUS_BEFORE_MAX] == '+';
    for (uint32_t at = begin > PLUS_BEFORE_MAX ? begin - PLUS_BEFORE_MAX : 0; at < begin; at++)
        if (text.bytes[at] == '+') return true;
    return false;
}

static void know_taken(const struct ruleset *set, struct phrase *phrase)
{
    memset(&phrase->taken_here, 0, sizeof phrase->taken_here);
    phrase->taken = &phrase->taken_here;
    for (uint32_t word = 0; word < set->mask_words; word++) {
        uint64_t bits = phrase->open.bits[word] & set->with_digits.bits[word];
        for (; bits; bits &= bits - 1) {
            uint32_t index = word * 64 + (uint32_t)__builtin_ctzll(bits);
            ruleset_add_groups(&set->rules[index], !ruleset_mask_has(&phrase->unspoken, index),
                               &phrase->taken_here);
        }
    }
}

static void know_open_rules(const struct matcher_run *run, struct phrase *phrase)
{
    const struct ruleset *set = run->set;
    bool is_thorough = run->matcher->is_thorough;
    bool is_all_asked = is_thorough || run->view->is_near_asked || !run->has_text_context;
    uint64_t spoken_for = 0;
    phrase->has_text_context = run->has_text_context;
    for (uint32_t i = 0; i < set->mask_words; i++) {
        uint64_t spoken = is_all_asked ? UINT64_MAX : run->named.bits[i] | run->spoken.bits[i];
        phrase->open.bits[i] = run->fitting->bits[i];
        if (run->has_text_context) phrase->open.bits[i] &= run->able.bits[i];
        phrase->unspoken.bits[i] = set->with_written.bits[i] & ~spoken;
        spoken_for |= spoken & set->with_digits.bits[i];
    }
    phrase->taken = spoken_for ? &set->groups : &set->groups_unspoken;
    bool is_long = run->view->text.size >= LONG_MIN && !is_thorough;
    if (spoken_for && run->has_text_context && is_long) know_taken(set, phrase);
}

/* A range that ends with the newest group. */
struct range {
    uint32_t digit_count;
    uint32_t group_count;
    uint64_t cuts;   /* up to its begin */
    uint32_t wishes; /* that it grants, a bit for each ruleset_wish */
};

/* Of rules that nothing speaks for those that want them written so. */
static uint64_t leave_out_unwritten(const struct ruleset *set, const struct range *range,
                                    uint32_t word, uint64_t rules, uint64_t unspoken)
{
    for (uint64_t bits = unspoken; bits; bits &= bits - 1) {
        uint32_t index = word * 64 + (uint32_t)__builtin_ctzll(bits);
        if (!ruleset_is_written(&set->rules[index], range->digit_count, range->cuts))
            rules &= ~(bits & -bits);
    }
    return rules;
}

/* Of the rules for so many digits in so many groups those that could take these. False: none. */
static bool choose_rules(const struct ruleset *set, const struct phrase *phrase,
                         const struct range *range, struct ruleset_mask *rules)
{
    const uint64_t *counted = set->by_digits[range->digit_count].bits;
    const uint64_t *grouped = set->by_groups[range->group_count].bits;
    const uint64_t *granted = set->by_granted[range->wishes].bits;
    uint64_t any = 0;
    for (uint32_t i = 0; i < set->mask_words; i++) {
        uint64_t bits = counted[i] & grouped[i] & phrase->open.bits[i] & granted[i];
        uint64_t unspoken = bits & phrase->unspoken.bits[i];
        if (unspoken) bits = leave_out_unwritten(set, range, i, bits, unspoken);
        any |= rules->bits[i] = bits;
    }
    return any != 0;
}

static void try_range(struct matcher_run *run, struct phrase *phrase, const struct range *range,
                      uint32_t end)
{
    struct ruleset_mask rules;
    if (!choose_rules(run->set, phrase, range, &rules)) return;
    struct matcher_trigger trigger = {
        .begin = phrase->groups[phrase->group_count - range->group_count].begin,
        .end = end,
        .digits = phrase->digits + phrase->digit_count - range->digit_count,
        .digit_count = range->digit_count,
        .group_count = range->group_count,
    };
    matcher_try_each(run, &rules, &trigger);
    if (run->has_text_context != phrase->has_text_context) know_open_rules(run, phrase);
}

/* All places up to the first of a set, or all. */
static uint64_t up_to_first(uint64_t places)
{
    return places ^ (places - 1);
}

/* The places of the last so many groups, at least. */
static uint64_t of_last_groups(const struct phrase *phrase, uint32_t count)
{
    if (phrase->group_count <= count) return UINT64_MAX;
    uint32_t before = phrase->groups[phrase->group_count - 1 - count].digits_before;
    uint32_t digits = phrase->luhn.digit_count - before;
    return digits < PLACES ? (UINT64_C(1) << digits) - 1 : UINT64_MAX;
}

/* All ranges that end with the newest group. Most are none of any rule's, so what they could be is
 * told of all at once: of a value of single digits there are ten for each byte. */
static void try_ranges(struct matcher_run *run, struct phrase *phrase, uint32_t end)
{
    const struct ruleset_groups *taken = phrase->taken;
    const uint64_t *counts = taken->counts;
    uint64_t all = run->matcher->is_thorough ? UINT64_MAX : 0;
    uint64_t luhn = passing_luhn(&phrase->luhn) | all;
    uint64_t dialled = phrase->dialled | all;
    uint64_t dotted = up_to_first(phrase->undotted) | all;
    uint64_t one_group = up_to_first(phrase->cuts);
    uint64_t wished = (counts[RULESET_LUHN] & luhn) | (counts[RULESET_DIALLED] & dialled) |
                      (counts[RULESET_DOTTED] & dotted) | (counts[RULESET_ONE_GROUP] & one_group);
    uint64_t plain = counts[RULESET_NO_WISH] & of_last_groups(phrase, taken->plain_max);
    for (uint64_t places = phrase->starts & (plain | wished); places; places &= places - 1) {
        uint64_t bit = places & -places;
        struct range range = {.digit_count = (uint32_t)__builtin_ctzll(places)};
        range.cuts = phrase->cuts & up_to_first(bit);
        range.group_count = (uint32_t)__builtin_popcountll(range.cuts);
        uint64_t groups = (wished & bit ? taken->any : taken->plain)[range.digit_count];
        if (!(groups >> range.group_count & 1)) continue;
        range.wishes = (luhn & bit ? 1U << RULESET_LUHN : 0) |
                       (dialled & bit ? 1U << RULESET_DIALLED : 0) |
                       (dotted & bit ? 1U << RULESET_DOTTED : 0);
        try_range(run, phrase, &range, end);
        if (matcher_is_done(run)) return;
    }
}

/* A range has no more groups and digits than are kept. */
static void make_room(struct phrase *phrase, uint32_t size)
{
    if (phrase->group_count == GROUPS_ROOM) {
        memmove(phrase->groups, phrase->groups + GROUPS_ROOM - GROUPS_KEPT,
                GROUPS_KEPT * sizeof *phrase->groups);
        phrase->group_count = GROUPS_KEPT;
    }
    if (phrase->digit_count + size > DIGITS_ROOM) {
        uint32_t left_out = phrase->digit_count - SHIELD_DIGITS_MAX;
        memmove(phrase->digits, phrase->digits + left_out, SHIELD_DIGITS_MAX);
        phrase->digit_count = SHIELD_DIGITS_MAX;
    }
}

static void clear(struct phrase *phrase)
{
    phrase->group_count = 0;
    phrase->digit_count = 0;
    phrase->cuts = 0;
    phrase->starts = 0;
    phrase->dialled = 0;
    phrase->undotted = 0;
}

/* "0.123456789": a short group, a point, a long one, and neither before nor behind them more. */
static bool is_fraction(const struct matcher_run *run, const struct phrase *phrase,
                        const struct group *group)
{
    struct text text = run->view->text;
    if (phrase->group_count != 1 || group->separator != '.') return false;
    if (run->view->is_number) return true; /* its digits are as many as a double has */
    if (phrase->digit_count > FRACTION_WHOLE_MAX || group->end - group->begin < FRACTION_MIN)
        return false;
    bool goes_on = group->end + 1 < text.size && is_separator(text.bytes[group->end]) &&
                   is_digit(text.bytes[group->end + 1]);
    return !goes_on;
}

/* A place before the newest group's digits. */
static uint64_t add_place(uint64_t places, bool is_in, uint32_t size)
{
    return (places | is_in) << size;
}

/* Of two zeros the second may be a group by itself, or begin one. */
static void add_dialled(struct phrase *phrase, struct text text, const struct group *group,
                        bool has_plus)
{
    const uint64_t single = UINT64_C(1) << 1; /* the place of a group of one digit */
    const char *bytes = text.bytes + group->begin;
    uint32_t size = group->end - group->begin;
    bool is_behind_zero = (phrase->cuts & single) && phrase->digits[phrase->digit_count - 1] == '0';
    if (is_behind_zero && bytes[0] == '0') phrase->dialled |= single;
    bool has_zeros = size > 1 && bytes[0] == '0' && bytes[1] == '0';
    phrase->dialled = add_place(phrase->dialled, has_plus || has_zeros, size);
}

static void take_group(struct matcher_run *run, struct phrase *phrase, const struct group *group)
{
    struct text text = run->view->text;
    uint32_t begin = group->begin;
    uint32_t size = group->end - begin;
    if (size > SHIELD_DIGITS_MAX || is_fraction(run, phrase, group)) {
        clear(phrase);
        return;
    }
    make_room(phrase, size);
    add_dialled(phrase, text, group, has_plus_before(text, begin, phrase->group_count == 0));
    phrase->groups[phrase->group_count].begin = begin;
    phrase->groups[phrase->group_count++].digits_before = phrase->luhn.digit_count;
    note_begin(&phrase->luhn);
    add_digits(phrase, text.bytes + begin, size);
    bool is_in_word = begin > 0 && is_letter(text.bytes[begin - 1]);
    phrase->cuts = add_place(phrase->cuts, true, size);
    phrase->starts = add_place(phrase->starts, !is_in_word, size);
    phrase->undotted = add_place(phrase->undotted, group->separator != '.', size);
    try_ranges(run, phrase, group->end);
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

/* A value of digits alone, as many ids are: one group, and one range. */
static void try_number(struct matcher_run *run, struct phrase *phrase)
{
    struct text text = run->view->text;
    uint32_t size = (uint32_t)text.size;
    bool is_thorough = run->matcher->is_thorough;
    if (size > SHIELD_DIGITS_MAX) return;
    memcpy(phrase->digits, text.bytes, size);
    phrase->digit_count = size;
    phrase->groups[0].begin = 0;
    phrase->group_count = 1;
    know_open_rules(run, phrase);
    bool is_dialled = size > 1 && text.bytes[0] == '0' && text.bytes[1] == '0';
    bool has_luhn = is_thorough || digits_pass_luhn(phrase->digits, size);
    uint32_t wishes = (has_luhn ? 1U << RULESET_LUHN : 0) | 1U << RULESET_DOTTED |
                      (is_dialled || is_thorough ? 1U << RULESET_DIALLED : 0);
    struct range range = {
        .digit_count = size, .group_count = 1, .cuts = UINT64_C(1) << size, .wishes = wishes};
    try_range(run, phrase, &range, size);
}

void matcher_digits(struct matcher_run *run)
{
    struct text text = run->view->text;
    struct phrase phrase;
    struct group group = {0};
    clear(&phrase);
    if (run->census.digits == text.size) {
        try_number(run, &phrase);
        return;
    }
    memset(&phrase.luhn, 0, sizeof phrase.luhn);
    know_open_rules(run, &phrase);
    size_t place = 0;
    while (place < text.size && !matcher_is_done(run)) {
        if (!is_digit(text.bytes[place])) {
            while (place < text.size && !is_digit(text.bytes[place]))
                place++;
            if (phrase.group_count > 0) clear(&phrase);
            group.separator = 0;
            continue;
        }
        group.begin = (uint32_t)place;
        while (place < text.size && is_digit(text.bytes[place]))
            place++;
        group.end = (uint32_t)place;
        if (is_open_behind(text, place)) continue;
        take_group(run, &phrase, &group);
        size_t next = next_group(text, place);
        if (next == 0) continue;
        group.separator = next == place + 1 ? text.bytes[place] : 0;
        place = next;
    }
}
