/* What a proof is worth (spec/shield.md §7.4). All numbers stand here:
 *
 *   base of the tier          V 6   S 5   C 4     C and "needs context": nothing without context
 *   proof                     shape 0   proven +2   a published test value +2
 *   the key's classes         exactly the rule's context +3   as a word of it +2   outer keys +2
 *   the rule's own words      in the key +2
 *   30 before and 20 behind   a class +1   an own word +1
 *   harmless key              -3, unless what speaks for the rule is worth 2
 *   harmless shape            -3, likewise, and never against a proof
 *   all of it a UUID, a ULID, a digest or a date: -4, likewise
 *   enough                    5: SCORE_ENOUGH
 *   near                      2: SCORE_NEAR, for the drift watch
 */
#include "shield/benign.h"
#include "shield/matcher.h"

#include <string.h>

enum {
    BASE_V = 6,
    BASE_S = 5,
    BASE_C = 4,
    PROVEN = 2,
    KEY_EXACT = 3,
    KEY_STEM = 2,
    WINDOW = 1,
    BENIGN = -3,
    BENIGN_SHAPE = -4,
    WINDOW_BEFORE = 30, /* characters */
    WINDOW_BEHIND = 20,
    WORD_MAX = 24, /* a word that the window's edge would cut is taken whole, up to so much more */
};

static const uint64_t benign_classes =
    SHIELD_KEY_BIT(SHIELD_KEY_VERSION) | SHIELD_KEY_BIT(SHIELD_KEY_TIME) |
    SHIELD_KEY_BIT(SHIELD_KEY_IDENTIFIER) | SHIELD_KEY_BIT(SHIELD_KEY_MEASURE) |
    SHIELD_KEY_BIT(SHIELD_KEY_MEDIA);

static bool is_continuation(char byte)
{
    return ((unsigned char)byte & 0xc0) == 0x80;
}

static bool is_word(char byte)
{
    return (unsigned char)byte >= 0x80 || shield_charset_has(SHIELD_ALNUM, (uint8_t)byte);
}

static struct text window_before(struct text text, uint32_t end)
{
    size_t begin = end;
    for (int i = 0; i < WINDOW_BEFORE && begin > 0; i++) {
        begin--;
        while (begin > 0 && is_continuation(text.bytes[begin]))
            begin--;
    }
    for (int i = 0; i < WORD_MAX && begin > 0 && is_word(text.bytes[begin - 1]); i++)
        begin--;
    return text_slice(text, begin, end - begin);
}

static struct text window_behind(struct text text, uint32_t begin)
{
    size_t end = begin;
    for (int i = 0; i < WINDOW_BEHIND && end < text.size; i++) {
        end++;
        while (end < text.size && is_continuation(text.bytes[end]))
            end++;
    }
    for (int i = 0; i < WORD_MAX && end < text.size && is_word(text.bytes[end]); i++)
        end++;
    return text_slice(text, begin, end - begin);
}

static void join(const struct matcher_run *run, struct ruleset_mask *to,
                 const struct ruleset_mask *rules)
{
    for (uint32_t i = 0; i < run->set->mask_words; i++)
        to->bits[i] |= rules->bits[i];
}

static void join_classes(const struct matcher_run *run, struct ruleset_mask *to, uint64_t classes)
{
    for (; classes; classes &= classes - 1)
        join(run, to, &run->set->by_class[__builtin_ctzll(classes)]);
}

void score_know_key(struct matcher_run *run)
{
    const struct matcher_view *view = run->view;
    join_classes(run, &run->named, view->exact | view->stem | view->path);
    if (view->words) join(run, &run->named, view->words);
    join(run, &run->able, &run->set->without_context);
    join(run, &run->able, &run->named);
}

void score_know_text(struct matcher_run *run)
{
    if (run->has_text_context) return;
    run->has_text_context = true;
    if (!run->census.has_words) return;
    run->text_classes = shield_lexicon_words(run->matcher->lexicon, run->view->text);
    ruleset_find_words(run->set, run->view->text, &run->text_rules);
    join_classes(run, &run->spoken, run->text_classes);
    join(run, &run->spoken, &run->text_rules);
    join(run, &run->able, &run->spoken);
}

static uint64_t classes_for(const struct ruleset_rule *rule)
{
    return rule->context | rule->keys;
}

static int key_points(const struct matcher_run *run, uint32_t index)
{
    const struct matcher_view *view = run->view;
    uint64_t classes = classes_for(&run->set->rules[index]);
    int points = 0;
    if (classes & view->exact) {
        points = KEY_EXACT;
    } else if (classes & (view->stem | view->path)) {
        points = KEY_STEM;
    }
    if (view->words && ruleset_mask_has(view->words, index) && points < KEY_STEM) points = KEY_STEM;
    return points;
}

/* The whole text is looked at once; only when it names the rule's subject somewhere is the window
 * around this candidate read. */
static int window_points(struct matcher_run *run, uint32_t index, uint32_t begin, uint32_t end)
{
    if (begin == 0 && end == run->view->text.size) return 0;
    score_know_text(run);
    if (!ruleset_mask_has(&run->spoken, index)) return 0;
    uint64_t classes = classes_for(&run->set->rules[index]) & run->text_classes;
    bool has_word = ruleset_mask_has(&run->text_rules, index);
    struct text before = window_before(run->view->text, begin);
    struct text behind = window_behind(run->view->text, end);
    int points = 0;
    if (classes && (classes & (shield_lexicon_words(run->matcher->lexicon, before) |
                               shield_lexicon_words(run->matcher->lexicon, behind)))) {
        points += WINDOW;
    }
    if (has_word) {
        struct ruleset_mask found = {0};
        ruleset_find_words(run->set, before, &found);
        ruleset_find_words(run->set, behind, &found);
        if (ruleset_mask_has(&found, index)) points += WINDOW;
    }
    return points;
}

int score_context(struct matcher_run *run, uint32_t rule, uint32_t begin, uint32_t end)
{
    return key_points(run, rule) + window_points(run, rule, begin, end);
}

static bool has_benign_key(const struct matcher_run *run)
{
    uint64_t classes = run->view->exact | run->view->stem;
    return classes && !(classes & ~benign_classes);
}

void score_ask_all(struct matcher_run *run)
{
    if (has_benign_key(run)) return;
    memset(run->able.bits, 0xff, run->set->mask_words * sizeof *run->able.bits);
}

static bool has_benign_shape(struct matcher_run *run)
{
    if (!run->is_benign_known) {
        run->is_benign_known = true;
        run->is_benign = shield_is_benign(text_trim(run->view->text));
    }
    return run->is_benign;
}

/* The digits of a UUID or a date are no number, whatever sums they happen to pass. */
static bool is_whole_shape(struct matcher_run *run)
{
    if (!has_benign_shape(run)) return false;
    enum benign kind = shield_benign_kind(text_trim(run->view->text));
    return kind == BENIGN_UUID || kind == BENIGN_ULID || kind == BENIGN_DIGEST ||
           kind == BENIGN_DATE;
}

static int benign_points(struct matcher_run *run, enum shield_proof proof)
{
    if (is_whole_shape(run)) return BENIGN_SHAPE;
    bool is_weak = proof == SHIELD_SHAPE;
    return has_benign_key(run) || (is_weak && has_benign_shape(run)) ? BENIGN : 0;
}

static int base_of(enum shield_tier tier)
{
    switch (tier) {
    case SHIELD_TIER_V: return BASE_V;
    case SHIELD_TIER_S: return BASE_S;
    case SHIELD_TIER_C: return BASE_C;
    }
    return 0;
}

int score_of(struct matcher_run *run, const struct ruleset_rule *rule, enum shield_proof proof,
             int context)
{
    int score = base_of(rule->tier) + context;
    if (proof == SHIELD_PROVEN || proof == SHIELD_TEST) score += PROVEN;
    bool key_speaks = context >= KEY_STEM;
    if (!key_speaks) score += benign_points(run, proof);
    return score;
}
