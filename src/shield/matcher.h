/* One folded value through one rule set: triggers, validators, scores. Private to the room.
 *
 *   matcher.c          a candidate to its validator; the order of triggers; the budget
 *   matcher_census.c   one pass that says which of the others can be left out
 *   matcher_literal.c  literals and patterns, by Hyperscan
 *   matcher_digits.c   phrases of digits: groups joined by separators
 *   matcher_token.c    runs of a charset
 *   score.c           what a proof is worth in its context
 *
 * Work is bounded by a budget of validator calls for each value (MATCHER_CALLS_*): when it is used
 * up the value counts as not looked at, which removes it. One owner, one thread. */
#ifndef CANDOR_SHIELD_MATCHER_H
#define CANDOR_SHIELD_MATCHER_H

#include "shield/key_cache.h"
#include "shield/ruleset.h"

enum {
    MATCHER_FINDINGS_MAX = 64, /* of one value; with more the value is removed as a whole */
    MATCHER_CALLS_FREE = 2048,
    MATCHER_CALLS_PER_BYTE = 4,
};

/* A value under its key. */
struct matcher_view {
    struct text text; /* folded */
    uint64_t exact;   /* classes of the key itself, exact and by a word of it */
    uint64_t stem;
    uint64_t path;                    /* classes of the keys that it stands under */
    const struct ruleset_mask *words; /* rules of which an own word is in the key; or NULL */
    bool is_number;
    bool is_name;            /* of an event, or a key: no rule that wants context acts */
    bool is_id;              /* ids are drawn: that one looks random is not looked for */
    bool is_reduced_address; /* an address of the web that is more than its template */
    bool is_near_asked; /* for the drift watch: rules that want context are asked without any */
};

struct matcher_finding {
    const struct ruleset_rule *rule;
    struct shield_span span; /* in the view's text */
    enum shield_proof proof;
    bool is_whole; /* the span is all of the value */
};

struct matcher_result {
    struct matcher_finding findings[MATCHER_FINDINGS_MAX];
    uint32_t count;
    bool is_hard;       /* a credential or a card number is among them: the search was ended */
    bool is_incomplete; /* not everything could be looked at */
    bool is_near;       /* something in it came near to being a finding: SCORE_NEAR */
};

struct matcher {
    hs_scratch_t *scratch;
    const struct shield_lexicon *lexicon; /* borrowed */
    bool is_thorough;                     /* takes no short cuts: for the test that compares */
};

/* What kinds of bytes a value has. */
struct matcher_census {
    uint32_t kinds; /* mask of ruleset_byte */
    uint32_t digits;
    uint32_t run_max; /* of bytes that a token could be of */
    bool has_words;   /* something in it could be a word */
};

struct matcher_census matcher_count_bytes(struct text text);

/* Letters and digits of ASCII alone. */
static inline bool matcher_is_word(const struct matcher_census *census)
{
    return !(census->kinds & ~(uint32_t)RULESET_LETTERS_DIGITS);
}

/* One value on its way through one set. */
struct matcher_run {
    struct matcher *matcher;
    const struct ruleset *set;
    const struct matcher_view *view;
    struct matcher_result *result;
    struct matcher_census census;
    uint64_t calls_left;
    struct ruleset_mask able;  /* rules that may act: by the key, and by the text once it is read */
    struct ruleset_mask named; /* rules that the key speaks for */
    struct ruleset_mask spoken; /* rules that words of the text speak for, once it is read */
    const struct ruleset_mask *fitting; /* rules that a value of this size could be of */
    bool has_text_context;              /* the two below are known */
    uint64_t text_classes;              /* of all words of the value: no window has more */
    struct ruleset_mask text_rules;
    bool is_benign_known;
    bool is_benign;
};

/* From now on Hyperscan's scratches of this process stand in memory of os_memory.h. Before the
 * first of them is made; again is nothing. */
void matcher_shelter(void);

enum status matcher_prepare(struct matcher *matcher, const struct ruleset *set,
                            struct error *error) MUST_CHECK; /* scratch for this set, too */
void matcher_release(struct matcher *matcher);

/* Could no rule find anything in a whole number of so many digits under these classes of a key? */
bool matcher_is_harmless_number(const struct ruleset *set, uint64_t classes,
                                const struct ruleset_mask *words, uint32_t digits);

/* Adds to the result; the caller begins with an empty one. */
void matcher_look(struct matcher *matcher, const struct ruleset *set,
                  const struct matcher_view *view, struct matcher_result *result);

/* --- for the files of the matcher --- */

/* What a trigger found; digits only for phrases. */
struct matcher_trigger {
    uint32_t rule;
    uint32_t begin;
    uint32_t end;
    const char *digits;
    uint32_t digit_count;
    uint32_t group_count;
};

void matcher_try(struct matcher_run *run, const struct matcher_trigger *trigger);
/* True when nothing more has to be found. */
static inline bool matcher_is_done(const struct matcher_run *run)
{
    return run->result->is_hard || run->result->is_incomplete;
}

/* Ask those of the rules about the place that could act on it: none that needs context where the
 * value has none anywhere. The trigger's own rule is not looked at. */
void matcher_try_each(struct matcher_run *run, const struct ruleset_mask *rules,
                      const struct matcher_trigger *trigger);

void matcher_literals(struct matcher_run *run);
void matcher_bytes(struct matcher_run *run); /* literals of one byte */
void matcher_patterns(struct matcher_run *run);
void matcher_digits(struct matcher_run *run);
void matcher_tokens(struct matcher_run *run);

/* --- score.c --- */

/* Rules that may act with no other context than the key's. */
void score_know_key(struct matcher_run *run);
/* Add all others, whatever they want: for near misses. Not under a harmless name, where nothing
 * that lacks context would be near. */
void score_ask_all(struct matcher_run *run);
/* Then read the text's words, and add the rules that they speak for. */
void score_know_text(struct matcher_run *run);
/* Points that key and neighbourhood give to a candidate of the rule; 0: no context. */
int score_context(struct matcher_run *run, uint32_t rule, uint32_t begin, uint32_t end);
/* Points from which a finding acts, and from which it nearly does: a harmless name or a harmless
 * shape stands between the two. */
enum { SCORE_ENOUGH = 5, SCORE_NEAR = 2 };
/* What a proof of this strength is worth with so much context. */
int score_of(struct matcher_run *run, const struct ruleset_rule *rule, enum shield_proof proof,
             int context);
static inline bool score_acts(struct matcher_run *run, const struct ruleset_rule *rule,
                              enum shield_proof proof, int context)
{
    return score_of(run, rule, proof, context) >= SCORE_ENOUGH;
}
#endif
