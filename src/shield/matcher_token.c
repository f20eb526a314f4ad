/* Maximal runs of a charset. All charsets at once: a byte has a bit for each it belongs to, and
 * only where bits change is there anything to do. */
#include "shield/matcher.h"

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

static void try_run(struct matcher_run *run, uint32_t charset, uint32_t begin, uint32_t end)
{
    const struct ruleset *set = run->set;
    uint32_t size = end - begin;
    if (size < set->token_range[charset].min || size > set->token_range[charset].max) return;
    const struct ruleset_sizes *sizes = set->by_token[charset];
    bool is_listed = size < RULESET_SIZES - 1;
    const struct ruleset_mask *by_size = &sizes->by_size[is_listed ? size : RULESET_SIZES - 1];
    uint32_t shape =
        run->matcher->is_thorough ? 0 : ruleset_shape(run->view->text.bytes + begin, size);
    struct ruleset_mask rules = {0};
    uint64_t any = 0;
    for (uint32_t i = 0; i < set->mask_words; i++)
        any |= rules.bits[i] = by_size->bits[i] & set->by_shape[shape].bits[i];
    if (!any) return;
    if (!is_listed) keep_takers(set, charset, size, &rules);
    struct matcher_trigger trigger = {.begin = begin, .end = end};
    matcher_try_each(run, &rules, &trigger);
}

void matcher_tokens(struct matcher_run *run)
{
    const struct text text = run->view->text;
    uint32_t begins[SHIELD_CHARSET_COUNT] = {0};
    uint32_t wanted = run->set->token_charsets;
    uint32_t open = 0;
    for (size_t i = 0; i <= text.size; i++) {
        uint32_t mask = i < text.size ? shield_charset_masks[(uint8_t)text.bytes[i]] & wanted : 0;
        uint32_t changed = mask ^ open;
        if (!changed) continue;
        for (uint32_t rest = changed & open; rest; rest &= rest - 1) {
            uint32_t charset = (uint32_t)__builtin_ctz(rest);
            try_run(run, charset, begins[charset], (uint32_t)i);
        }
        for (uint32_t rest = changed & mask; rest; rest &= rest - 1)
            begins[__builtin_ctz(rest)] = (uint32_t)i;
        open = mask;
        if (matcher_is_done(run)) return;
    }
}
