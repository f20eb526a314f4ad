/* Maximal runs of a charset, charset by charset: those of which no rule could act are left out. */
#include "shield/matcher.h"

enum { SHORT_MAX = 64 };

static bool takes(const struct ruleset_rule *rule, uint32_t charset, uint32_t size)
{
    for (uint32_t i = 0; i < rule->token_count; i++) {
        const struct ruleset_run *run = &rule->token[i];
        if (run->charset == charset && size >= run->range.min && size <= run->range.max)
            return true;
    }
    return false;
}

/* Those that take a run of this very size, which is beyond the sizes listed. */
static void keep_takers(const struct ruleset *set, uint32_t charset, uint32_t size,
                        struct ruleset_mask *rules)
{
    for (uint32_t i = 0; i < set->rule_count; i++) {
        if (ruleset_mask_has(rules, i) && !takes(&set->rules[i], charset, size))
            rules->bits[i / 64] &= ~(UINT64_C(1) << i % 64);
    }
}

/* "Ł" is in no charset: a word that begins with it stands before the run. */
static bool has_capital(struct text text, uint32_t begin, uint32_t end)
{
    if (begin > 0 && (uint8_t)text.bytes[begin - 1] >= 0x80) return true;
    for (uint32_t i = begin; i < end; i++)
        if (shield_charset_has(SHIELD_UPPER, (uint8_t)text.bytes[i])) return true;
    return false;
}

/* False: none are left. */
static bool leave_out_capitals(const struct ruleset *set, struct ruleset_mask *rules)
{
    uint64_t any = 0;
    for (uint32_t i = 0; i < set->mask_words; i++)
        any |= rules->bits[i] &= ~set->with_capital.bits[i];
    return any != 0;
}

/* Rules that want tokens and that the value's size and bytes allow, and its context, if it is known
 * by now. False: there are none. */
static bool know_open_rules(const struct matcher_run *run, struct ruleset_mask *open)
{
    const struct ruleset *set = run->set;
    const uint32_t capitals = RULESET_UPPER_HEX | RULESET_UPPER | RULESET_OTHER;
    bool may_have_capital = run->matcher->is_thorough || (run->census.kinds & capitals);
    uint64_t any = 0;
    for (uint32_t i = 0; i < set->mask_words; i++) {
        uint64_t bits = set->with_any_token.bits[i] & run->fitting->bits[i];
        if (run->has_text_context) bits &= run->able.bits[i];
        if (!may_have_capital) bits &= ~set->with_capital.bits[i];
        any |= open->bits[i] = bits;
    }
    return any != 0;
}

static void try_run(struct matcher_run *run, struct ruleset_mask *open, uint32_t charset,
                    uint32_t begin, uint32_t end)
{
    const struct ruleset *set = run->set;
    uint32_t size = end - begin;
    if (size < set->token_range[charset].min || size > set->token_range[charset].max) return;
    const struct ruleset_sizes *sizes = set->by_token[charset];
    bool is_listed = size < RULESET_SIZES - 1;
    const struct ruleset_mask *by_size = &sizes->by_size[is_listed ? size : RULESET_SIZES - 1];
    uint32_t shape =
        run->matcher->is_thorough ? 0 : ruleset_shape(run->view->text.bytes + begin, size);
    struct ruleset_mask rules;
    uint64_t any = 0;
    for (uint32_t i = 0; i < set->mask_words; i++) {
        any |= rules.bits[i] = by_size->bits[i] & set->by_shape[shape].bits[i] & open->bits[i];
    }
    if (!any) return;
    bool wants_capital =
        !run->matcher->is_thorough && ruleset_masks_meet(set, &rules, &set->with_capital);
    if (wants_capital && !has_capital(run->view->text, begin, end) &&
        !leave_out_capitals(set, &rules)) {
        return;
    }
    if (!is_listed) keep_takers(set, charset, size, &rules);
    struct matcher_trigger trigger = {.begin = begin, .end = end};
    bool had_text_context = run->has_text_context;
    matcher_try_each(run, &rules, &trigger);
    if (run->has_text_context != had_text_context) (void)know_open_rules(run, open);
}

/* All runs of one charset that are long enough. Of such a run the byte at place `shortest` is one,
 * too: where it is not, everything up to the last byte that is no member is passed over unseen. */
static void try_charset(struct matcher_run *run, struct ruleset_mask *open, uint32_t charset)
{
    const uint8_t *bytes = (const uint8_t *)run->view->text.bytes;
    uint32_t size = (uint32_t)run->view->text.size;
    uint32_t least = run->set->token_range[charset].min;
    uint32_t shortest = least > 0 ? least : 1;
    uint32_t at = 0; /* where the next run could begin */
    while (at + shortest <= size && !matcher_is_done(run)) {
        uint32_t begin = at + shortest;
        while (begin > at && shield_charset_has(charset, bytes[begin - 1]))
            begin--;
        if (begin > at) {
            at = begin;
            continue;
        }
        uint32_t end = at + shortest;
        while (end < size && shield_charset_has(charset, bytes[end]))
            end++;
        try_run(run, open, charset, at, end);
        at = end + 1;
    }
}

/* The charsets that have all bytes of a text, and those that have any, a bit each: of a short word,
 * which is one run of each that has it. Of others it is not worth to know. */
struct held {
    uint32_t all;
    uint32_t any;
};

static struct held charsets_of(const struct matcher_run *run)
{
    struct text text = run->view->text;
    struct held held = {.all = UINT32_MAX};
    bool is_short_word = text.size <= SHORT_MAX && matcher_is_word(&run->census);
    bool is_worth_it = is_short_word && !run->matcher->is_thorough;
    if (!is_worth_it) return (struct held){.any = UINT32_MAX};
    for (size_t i = 0; i < text.size; i++) {
        uint32_t mask = shield_charset_masks[(uint8_t)text.bytes[i]];
        held.all &= mask;
        held.any |= mask;
    }
    return held;
}

void matcher_tokens(struct matcher_run *run)
{
    const struct ruleset *set = run->set;
    struct text text = run->view->text;
    struct ruleset_mask open;
    if (!know_open_rules(run, &open)) return;
    struct held held = charsets_of(run);
    for (uint32_t rest = set->token_charsets & held.any; rest; rest &= rest - 1) {
        uint32_t charset = (uint32_t)__builtin_ctz(rest);
        if (run->census.run_max < set->token_range[charset].min) continue;
        if (!ruleset_masks_meet(set, &open, &set->with_token[charset])) continue;
        if (!(held.all >> charset & 1)) {
            try_charset(run, &open, charset);
        } else if (!matcher_is_done(run)) {
            try_run(run, &open, charset, 0, (uint32_t)text.size);
        }
    }
}
