/* Which rules take which digits: by how many they are, in how many groups, and what else a glance
 * tells of them. */
#include "shield/ruleset.h"

static uint64_t bits_up_to(uint32_t last)
{
    return (UINT64_C(2) << last) - 1;
}

static uint64_t groups_of(const struct ruleset_rule *rule)
{
    uint32_t min = rule->groups_min > 0 ? rule->groups_min : 1;
    uint32_t max = rule->groups_max < SHIELD_DIGITS_MAX ? rule->groups_max : SHIELD_DIGITS_MAX;
    return bits_up_to(max) & ~bits_up_to(min - 1);
}

static enum ruleset_wish wish_of(const struct ruleset_rule *rule)
{
    if (rule->has_luhn) return RULESET_LUHN;
    if (rule->is_dialled) return RULESET_DIALLED;
    if (rule->is_dotted) return RULESET_DOTTED;
    return rule->groups_max == 1 ? RULESET_ONE_GROUP : RULESET_NO_WISH;
}

static void add_count(enum ruleset_wish wish, uint32_t digits, uint64_t counts,
                      struct ruleset_groups *groups)
{
    groups->any[digits] |= counts;
    groups->counts[wish] |= UINT64_C(1) << digits;
    if (wish != RULESET_NO_WISH) return;
    groups->plain[digits] |= counts;
    while (counts & ~bits_up_to(groups->plain_max))
        groups->plain_max++;
}

void ruleset_add_groups(const struct ruleset_rule *rule, bool is_spoken,
                        struct ruleset_groups *groups)
{
    enum ruleset_wish wish = wish_of(rule);
    uint64_t counts = groups_of(rule);
    bool is_free = is_spoken || rule->written_count == 0;
    for (uint32_t i = 0; is_free && i < rule->digits_count; i++) {
        for (uint32_t count = rule->digits[i].min; count <= rule->digits[i].max; count++)
            add_count(wish, count, counts, groups);
    }
    for (uint32_t i = 0; !is_free && i < rule->written_count; i++) {
        const struct ruleset_written *written = &rule->written[i];
        uint64_t as_written = written->is_open ? counts & ~bits_up_to(written->groups - 1)
                                               : counts & UINT64_C(1) << written->groups;
        add_count(wish, written->digits, as_written, groups);
    }
}

bool ruleset_is_written(const struct ruleset_rule *rule, uint32_t digits, uint64_t begins)
{
    for (uint32_t i = 0; i < rule->written_count; i++) {
        const struct ruleset_written *written = &rule->written[i];
        if (written->digits == digits && !((begins ^ written->begins) & written->told)) return true;
    }
    return false;
}

static void index_wishes(struct ruleset *set, uint32_t index)
{
    const struct ruleset_rule *rule = &set->rules[index];
    uint32_t wishes = (uint32_t)rule->has_luhn << RULESET_LUHN |
                      (uint32_t)rule->is_dialled << RULESET_DIALLED |
                      (uint32_t)rule->is_dotted << RULESET_DOTTED;
    for (uint32_t granted = 0; granted < 1U << RULESET_WISHES; granted++)
        if (!(wishes & ~granted)) ruleset_mask_add(&set->by_granted[granted], index);
}

static void index_groups(struct ruleset *set, uint32_t index)
{
    uint64_t groups = groups_of(&set->rules[index]);
    for (uint32_t count = 1; count <= SHIELD_DIGITS_MAX; count++)
        if (groups >> count & 1) ruleset_mask_add(&set->by_groups[count], index);
}

void ruleset_index_digits(struct ruleset *set, uint32_t index)
{
    const struct ruleset_rule *rule = &set->rules[index];
    if (rule->digits_count == 0) return;
    ruleset_mask_add(&set->with_digits, index);
    if (rule->written_count > 0) ruleset_mask_add(&set->with_written, index);
    index_wishes(set, index);
    index_groups(set, index);
    ruleset_add_groups(rule, true, &set->groups);
    if (ruleset_mask_has(&set->without_context, index))
        ruleset_add_groups(rule, false, &set->groups_unspoken);
    for (uint32_t i = 0; i < rule->digits_count; i++) {
        const struct ruleset_range *range = &rule->digits[i];
        for (uint32_t count = range->min; count <= range->max; count++)
            ruleset_mask_add(&set->by_digits[count], index);
        if (range->min < set->digits_min) set->digits_min = range->min;
    }
}
