#include "shield/matcher.h"

#include "base/check.h"
#include "base/memory.h"
#include "os/os_memory.h"

#include <string.h>

/* Hyperscan's scratch remembers pieces of what it scans. Its size stands before it, for giving it
 * back; 64 bytes, so that it stays aligned. */
enum { SCRATCH_HEAD = 64 };

static void *take_scratch(size_t size)
{
    size_t *memory = os_memory_take(size + SCRATCH_HEAD, NULL);
    *memory = size + SCRATCH_HEAD;
    return (char *)memory + SCRATCH_HEAD;
}

static void give_scratch(void *scratch)
{
    if (!scratch) return;
    void *memory = (char *)scratch - SCRATCH_HEAD;
    os_memory_give(memory, *(size_t *)memory);
}

void matcher_shelter(void)
{
    hs_error_t result = hs_set_scratch_allocator(take_scratch, give_scratch);
    assert(result == HS_SUCCESS);
    (void)result;
}

enum status matcher_prepare(struct matcher *matcher, const struct ruleset *set, struct error *error)
{
    hs_error_t result = HS_SUCCESS;
    if (set->literal_database) result = hs_alloc_scratch(set->literal_database, &matcher->scratch);
    if (result == HS_SUCCESS && set->pattern_database) {
        result = hs_alloc_scratch(set->pattern_database, &matcher->scratch);
    }
    if (result == HS_SUCCESS) return STATUS_OK;
    return error_set(error, STATUS_TOO_LARGE, "could not make room for the rules' matcher");
}

void matcher_release(struct matcher *matcher)
{
    (void)hs_free_scratch(matcher->scratch);
    matcher->scratch = NULL;
}

static bool is_hard(const struct ruleset_rule *rule)
{
    return rule->class == SHIELD_CREDENTIAL || rule->class == SHIELD_CARD;
}

static bool is_wrapping(char byte)
{
    switch (byte) {
    case ' ':
    case '\t':
    case '\n':
    case '\r':
    case '"':
    case '\'':
    case '(':
    case ')':
    case '[':
    case ']':
    case '<':
    case '>': return true;
    default: return false;
    }
}

/* All of the text but white space, quotes and brackets around it. */
static struct shield_span inner_span(struct text text)
{
    struct shield_span span = {0, (uint32_t)text.size};
    while (span.begin < span.end && is_wrapping(text.bytes[span.begin]))
        span.begin++;
    while (span.end > span.begin && is_wrapping(text.bytes[span.end - 1]))
        span.end--;
    return span;
}

static bool covers_all(struct text text, struct shield_span span)
{
    struct shield_span inner = inner_span(text);
    return span.begin <= inner.begin && span.end >= inner.end;
}

/* The same rule over an overlapping place is one finding. */
static bool joins_last(struct matcher_result *result, const struct matcher_finding *finding)
{
    if (result->count == 0) return false;
    struct matcher_finding *last = &result->findings[result->count - 1];
    bool overlaps = finding->span.begin < last->span.end && last->span.begin < finding->span.end;
    if (last->rule != finding->rule || !overlaps) return false;
    if (finding->span.begin < last->span.begin) last->span.begin = finding->span.begin;
    if (finding->span.end > last->span.end) last->span.end = finding->span.end;
    if (finding->is_whole) last->is_whole = true;
    if (finding->proof == SHIELD_PROVEN) last->proof = SHIELD_PROVEN;
    return true;
}

static void add_finding(struct matcher_run *run, const struct matcher_finding *finding)
{
    struct matcher_result *result = run->result;
    if (is_hard(finding->rule)) result->is_hard = true;
    if (joins_last(result, finding)) return;
    if (result->count == MATCHER_FINDINGS_MAX) {
        result->is_incomplete = true;
        return;
    }
    result->findings[result->count++] = *finding;
}

static bool is_in(struct ruleset_range range, size_t size)
{
    return range.max == 0 || (size >= range.min && size <= range.max);
}

static bool wants_context(const struct ruleset_rule *rule)
{
    return rule->needs_context || rule->tier == SHIELD_TIER_C;
}

/* Without a validator the trigger is all the proof there is. */
static enum shield_proof ask(const struct ruleset_rule *rule, struct shield_candidate *candidate,
                             bool has_context, struct shield_span *span)
{
    if (!rule->check) return rule->tier == SHIELD_TIER_V ? SHIELD_PROVEN : SHIELD_SHAPE;
    *span = (struct shield_span){candidate->begin, candidate->end};
    candidate->has_context = has_context;
    return rule->check(candidate, span);
}

/* Reading the words around for context costs far more than most validators do: what is nothing even
 * with context need not have it looked for. The answer with context; SHIELD_NOT: nothing, whatever
 * stands around. */
static enum shield_proof ask_with_context(const struct matcher_run *run,
                                          const struct ruleset_rule *rule,
                                          struct shield_candidate *candidate,
                                          struct shield_span *span)
{
    if (run->matcher->is_thorough) return SHIELD_SHAPE;
    return ask(rule, candidate, true, span);
}

/* Near is what a harmless name or a harmless shape alone speaks against, and what is proven and
 * lacks nothing but the context that its rule wants. What acts is noted as a finding besides. */
static void ask_near(struct matcher_run *run, const struct ruleset_rule *rule,
                     struct shield_candidate *candidate, int context)
{
    struct shield_span span = {candidate->begin, candidate->end};
    enum shield_proof proof = ask(rule, candidate, true, &span);
    if (proof == SHIELD_NOT || proof == SHIELD_TEST) return;
    int score = score_of(run, rule, proof, context);
    bool has_context =
        context > 0 || (!wants_context(rule) && ask(rule, candidate, false, &span) != SHIELD_NOT);
    bool is_near =
        has_context ? score >= SCORE_NEAR : proof == SHIELD_PROVEN && score >= SCORE_ENOUGH;
    if (is_near) run->result->is_near = true;
}

/* Nothing in the name speaks for the rule, nor any word of the text: that is known unread. */
static bool has_no_context(const struct matcher_run *run, uint32_t index,
                           const struct shield_candidate *candidate)
{
    if (run->matcher->is_thorough || run->view->is_near_asked) return false;
    if (ruleset_mask_has(&run->named, index)) return false;
    bool is_all = candidate->begin == 0 && candidate->end == candidate->value.size;
    return is_all || (run->has_text_context && !ruleset_mask_has(&run->spoken, index));
}

static void try_rule(struct matcher_run *run, uint32_t index, struct shield_candidate *candidate)
{
    const struct ruleset_rule *rule = &run->set->rules[index];
    size_t size = candidate->value.size;
    int context = 0;
    if (!is_in(rule->size, size) || matcher_is_done(run)) return;
    if (run->view->is_id && rule->class == SHIELD_ENTROPY) return;
    if (run->calls_left-- == 0) {
        run->result->is_incomplete = true;
        return;
    }
    struct shield_span span = {candidate->begin, candidate->end};
    enum shield_proof proof = SHIELD_SHAPE;
    if (!has_no_context(run, index, candidate)) {
        proof = ask_with_context(run, rule, candidate, &span);
        if (proof == SHIELD_NOT) return;
        context = score_context(run, index, candidate->begin, candidate->end);
        if (run->view->is_near_asked) ask_near(run, rule, candidate, context);
    }
    if (context == 0 && wants_context(rule)) return;
    if (context == 0 || run->matcher->is_thorough) proof = ask(rule, candidate, context > 0, &span);
    if (proof == SHIELD_NOT || !score_acts(run, rule, proof, context)) return;
    assert(span.begin <= span.end && span.end <= size);
    struct matcher_finding finding = {rule, span, proof, covers_all(run->view->text, span)};
    add_finding(run, &finding);
}

static struct shield_candidate candidate_of(const struct matcher_run *run,
                                            const struct matcher_trigger *trigger)
{
    const struct matcher_view *view = run->view;
    assert(trigger->begin <= trigger->end && trigger->end <= view->text.size);
    return (struct shield_candidate){
        .value = view->text,
        .begin = trigger->begin,
        .end = trigger->end,
        .digits = trigger->digits,
        .digit_count = trigger->digit_count,
        .group_count = trigger->group_count,
        .key_classes = view->exact | view->stem | view->path,
        .is_number = view->is_number,
        .is_reduced_address = view->is_reduced_address,
    };
}

void matcher_try(struct matcher_run *run, const struct matcher_trigger *trigger)
{
    struct shield_candidate candidate = candidate_of(run, trigger);
    try_rule(run, trigger->rule, &candidate);
}

/* The text's words are read when the first rule is met that only they could speak for. */
static bool may_act(struct matcher_run *run, uint32_t index,
                    const struct shield_candidate *candidate)
{
    if (ruleset_mask_has(&run->able, index)) return true;
    bool is_all = candidate->begin == 0 && candidate->end == run->view->text.size;
    if (is_all) return false; /* no words stand around it */
    score_know_text(run);
    return ruleset_mask_has(&run->able, index);
}

void matcher_try_each(struct matcher_run *run, const struct ruleset_mask *rules,
                      const struct matcher_trigger *trigger)
{
    struct shield_candidate candidate = candidate_of(run, trigger);
    for (uint32_t word = 0; word < run->set->mask_words; word++) {
        uint64_t bits = rules->bits[word] & run->fitting->bits[word];
        if (run->has_text_context) bits &= run->able.bits[word];
        for (; bits; bits &= bits - 1) {
            uint32_t index = word * 64 + (uint32_t)__builtin_ctzll(bits);
            if (may_act(run, index, &candidate)) try_rule(run, index, &candidate);
        }
    }
}

static void try_whole(struct matcher_run *run)
{
    const struct ruleset_list *list = &run->set->whole;
    struct matcher_trigger trigger = {.end = (uint32_t)run->view->text.size};
    if (!run->census.has_words && run->census.run_max < run->set->whole_run_min) return;
    for (uint32_t i = 0; i < list->count; i++) {
        const struct ruleset_rule *rule = &run->set->rules[list->rules[i]];
        if (rule->whole_words && !run->census.has_words) continue;
        if (run->census.run_max < rule->whole_run) continue;
        if (!ruleset_mask_has(&run->able, list->rules[i])) continue; /* no text is around it */
        trigger.rule = list->rules[i];
        matcher_try(run, &trigger);
    }
}

/* A key trigger is asked only under such a key. */
static void try_keyed(struct matcher_run *run)
{
    const struct ruleset *set = run->set;
    uint64_t classes = run->view->exact | run->view->stem;
    if (!(classes & set->keyed_classes)) return;
    struct shield_span inner = inner_span(run->view->text);
    struct matcher_trigger trigger = {.begin = inner.begin, .end = inner.end};
    for (uint32_t i = 0; i < set->keyed.count; i++) {
        trigger.rule = set->keyed.rules[i];
        if (set->rules[trigger.rule].keys & classes) matcher_try(run, &trigger);
    }
}

/* Each digit of a word with letters in it touches one, or stands in a row that does. */
static bool is_word_with_letters(const struct matcher_run *run)
{
    bool has_letters = run->census.kinds & ~(uint32_t)RULESET_DIGIT;
    return has_letters && matcher_is_word(&run->census) && !run->matcher->is_thorough;
}

static bool has_digits(const struct matcher_run *run)
{
    const struct ruleset *set = run->set;
    return run->census.digits >= set->digits_min && !is_word_with_letters(run) &&
           ruleset_masks_meet(set, &set->with_digits, run->fitting);
}

static bool is_whole_number_asked(const struct ruleset *set, uint32_t digits)
{
    for (uint32_t i = 0; i < set->whole.count; i++) {
        const struct ruleset_rule *rule = &set->rules[set->whole.rules[i]];
        if (!rule->whole_words && digits >= rule->whole_run) return true;
    }
    return false;
}

bool matcher_is_harmless_number(const struct ruleset *set, uint64_t classes,
                                const struct ruleset_mask *words, uint32_t digits)
{
    bool is_looked_at = digits > RULESET_NUMBER_DIGITS_MAX || (classes & set->keyed_classes) ||
                        set->pattern_database || digits >= set->scan_min[RULESET_DIGIT] ||
                        set->byte_kinds & RULESET_DIGIT || is_whole_number_asked(set, digits);
    if (is_looked_at) return false;
    uint64_t rules = 0;
    for (uint32_t word = 0; word < set->mask_words; word++) {
        uint64_t able = set->without_context.bits[word] | words->bits[word];
        for (uint64_t rest = classes; rest; rest &= rest - 1)
            able |= set->by_class[__builtin_ctzll(rest)].bits[word];
        rules |= able & set->by_number[digits].bits[word];
    }
    return rules == 0;
}

/* By its bytes alone: no trigger of the set could be in the value, and its key is none. */
static bool is_out_of_reach(const struct ruleset *set, const struct matcher_view *view,
                            const struct matcher_census *census)
{
    if (census->has_words || census->run_max >= set->whole_run_min) return false;
    if ((view->exact | view->stem) & set->keyed_classes || set->pattern_database) return false;
    return view->text.size < set->scan_min[census->kinds] && !(census->kinds & set->byte_kinds) &&
           census->digits < set->digits_min && census->run_max < set->token_min;
}

void matcher_look(struct matcher *matcher, const struct ruleset *set,
                  const struct matcher_view *view, struct matcher_result *result)
{
    size_t size = view->text.size;
    assert(size <= UINT32_MAX);
    struct matcher_census census = matcher_count_bytes(view->text);
    if (!matcher->is_thorough && is_out_of_reach(set, view, &census)) return;
    struct matcher_run run = {
        .matcher = matcher, .set = set, .view = view, .result = result, .census = census};
    run.fitting = ruleset_by_value(set, size);
    run.calls_left = MATCHER_CALLS_FREE + MATCHER_CALLS_PER_BYTE * (uint64_t)size;
    score_know_key(&run);
    if (view->is_near_asked) score_ask_all(&run);
    if (!run.census.has_words) score_know_text(&run);
    try_keyed(&run);
    try_whole(&run);
    if (matcher_is_done(&run)) return;
    if (size >= set->scan_min[run.census.kinds]) matcher_literals(&run);
    if (run.census.kinds & set->byte_kinds && !matcher_is_done(&run)) matcher_bytes(&run);
    if (has_digits(&run) && !matcher_is_done(&run)) matcher_digits(&run);
    if (run.census.run_max >= set->token_min && !matcher_is_done(&run)) matcher_tokens(&run);
    if (set->pattern_database && !matcher_is_done(&run)) matcher_patterns(&run);
}
