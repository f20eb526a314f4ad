/* Literals and patterns. Hyperscan says where a literal ends; the word boundary before it and the
 * tail behind it are looked at here. */
#include "shield/matcher.h"

static bool is_alnum(uint8_t byte)
{
    return shield_charset_has(SHIELD_ALNUM, byte);
}

/* The end of the tail, or 0 when it is too short or goes on. */
static size_t tail_end(struct text text, size_t begin, const struct ruleset_rule *rule)
{
    if (rule->tail.max == 0) return begin;
    size_t end = begin;
    while (end < text.size && end - begin <= rule->tail.max &&
           shield_charset_has(rule->tail_charset, (uint8_t)text.bytes[end]))
        end++;
    size_t size = end - begin;
    return size >= rule->tail.min && size <= rule->tail.max ? end : 0;
}

static void try_literal(struct matcher_run *run, const struct ruleset_literal *literal,
                        size_t begin)
{
    struct text text = run->view->text;
    bool begins_word = is_alnum((uint8_t)literal->text.bytes[0]);
    if (literal->is_prefix && begins_word && begin > 0 &&
        is_alnum((uint8_t)text.bytes[begin - 1])) {
        return;
    }
    size_t end = tail_end(text, begin + literal->text.size, &run->set->rules[literal->rule]);
    if (end == 0) return;
    struct matcher_trigger trigger = {
        .rule = literal->rule, .begin = (uint32_t)begin, .end = (uint32_t)end};
    matcher_try(run, &trigger);
}

static int on_literal(unsigned id, unsigned long long from, unsigned long long to, unsigned flags,
                      void *context)
{
    (void)from;
    (void)flags;
    struct matcher_run *run = context;
    const struct ruleset_literal *literal = &run->set->literals[id];
    try_literal(run, literal, (size_t)to - literal->text.size);
    return matcher_is_done(run);
}

static bool is_placed(struct text text, size_t place, const struct ruleset_rule *rule)
{
    if (rule->again > 0) {
        size_t next = place + rule->again;
        if (next >= text.size || text.bytes[next] != text.bytes[place]) return false;
    }
    if (!rule->has_after) return true;
    return place > 0 && shield_charset_has(rule->after, (uint8_t)text.bytes[place - 1]);
}

/* The literals that are the byte at this place. */
static void try_byte(struct matcher_run *run, size_t place, uint32_t first)
{
    const struct ruleset *set = run->set;
    const struct ruleset_literal *literal;
    for (uint32_t next = first; next > 0; next = literal->next) {
        literal = &set->literals[next - 1];
        if (is_placed(run->view->text, place, &set->rules[literal->rule]))
            try_literal(run, literal, place);
    }
}

void matcher_bytes(struct matcher_run *run)
{
    struct text text = run->view->text;
    const uint16_t *by_byte = run->set->by_byte;
    for (size_t i = 0; i < text.size; i++) {
        uint32_t first = by_byte[(uint8_t)text.bytes[i]];
        if (first == 0) continue;
        try_byte(run, i, first);
        if (matcher_is_done(run)) return;
    }
}

static int on_pattern(unsigned id, unsigned long long from, unsigned long long to, unsigned flags,
                      void *context)
{
    (void)flags;
    struct matcher_run *run = context;
    struct matcher_trigger trigger = {
        .rule = run->set->patterns[id].rule, .begin = (uint32_t)from, .end = (uint32_t)to};
    matcher_try(run, &trigger);
    return matcher_is_done(run);
}

static void scan(struct matcher_run *run, const hs_database_t *database, match_event_handler found)
{
    if (!database) return;
    struct text text = run->view->text;
    hs_error_t result =
        hs_scan(database, text.bytes, (unsigned)text.size, 0, run->matcher->scratch, found, run);
    if (result != HS_SUCCESS && result != HS_SCAN_TERMINATED) run->result->is_incomplete = true;
}

void matcher_literals(struct matcher_run *run)
{
    scan(run, run->set->literal_database, on_literal);
}

void matcher_patterns(struct matcher_run *run)
{
    scan(run, run->set->pattern_database, on_pattern);
}
