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

static void try_run(struct matcher_run *run, uint32_t charset, uint32_t begin, uint32_t end)
{
    const struct ruleset *set = run->set;
    uint32_t size = end - begin;
    if (size < set->token_range[charset].min || size > set->token_range[charset].max) return;
    const struct ruleset_list *list = &set->by_token[charset];
    for (uint32_t i = 0; i < list->count; i++) {
        if (!takes(&set->rules[list->rules[i]], charset, size)) continue;
        if (!matcher_may_act(run, list->rules[i])) continue;
        struct matcher_trigger trigger = {.rule = list->rules[i], .begin = begin, .end = end};
        matcher_try(run, &trigger);
    }
}

void matcher_tokens(struct matcher_run *run)
{
    const struct text text = run->view->text;
    const uint16_t *masks = run->set->charset_masks;
    uint32_t begins[SHIELD_CHARSET_COUNT] = {0};
    uint32_t wanted = run->set->token_charsets;
    uint32_t open = 0;
    for (size_t i = 0; i <= text.size; i++) {
        uint32_t mask = i < text.size ? masks[(uint8_t)text.bytes[i]] & wanted : 0;
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
