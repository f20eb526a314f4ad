/* One text or number. What is found is judged on the folded value; a span to redact is found again
 * in the raw one through the fold's origins. What a redaction leaves is looked at once more and
 * goes as a whole if anything is still in it: what was admitted once is admitted again, unchanged.
 */
#include "shield/admit_internal.h"
#include "shield/shield_url.h"

#include "base/check.h"

#include <string.h>

static struct matcher_view view_of(const struct admit_key *key, struct text text, bool is_number)
{
    return (struct matcher_view){.text = text,
                                 .exact = key->exact,
                                 .stem = key->stem,
                                 .path = key->path,
                                 .words = &key->words,
                                 .is_number = is_number};
}

bool admit_look(struct admit *admit, const struct matcher_view *view, struct matcher_result *result)
{
    struct shield_scratch *scratch = admit->scratch;
    result->count = 0;
    result->is_hard = false;
    result->is_incomplete = false;
    result->is_near = false;
    matcher_look(&scratch->matcher, admit->rules, view, result);
    return !result->is_incomplete;
}

/* With the project's own rules behind the built-in ones. */
static bool look_with_own(struct admit *admit, const struct admit_key *key,
                          struct matcher_view *view, struct matcher_result *result)
{
    view->is_reduced_address =
        view->text.size > 0 && text_equal(view->text, admit->reduced_address);
    if (!admit_look(admit, view, result)) return false;
    if (!admit->policy->own || result->is_hard) return true;
    view->words = &key->own_words;
    matcher_look(&admit->scratch->own_matcher, admit->policy->own, view, result);
    return !result->is_incomplete;
}

bool admit_look_all(struct admit *admit, const struct admit_key *key, struct text text,
                    bool is_number, struct matcher_result *result)
{
    struct matcher_view view = view_of(key, text, is_number);
    return look_with_own(admit, key, &view, result);
}

bool admit_look_id(struct admit *admit, const struct admit_key *key, struct text text,
                   struct matcher_result *result)
{
    struct matcher_view view = view_of(key, text, false);
    view.is_id = true;
    return look_with_own(admit, key, &view, result);
}

static struct policy_place place_of(const struct admit *admit, bool is_number)
{
    return (struct policy_place){
        .mode = admit->mode,
        .property = {admit->scratch->path, admit->scratch->path_size},
        .is_number = is_number,
        .is_identifier = admit->is_identifier,
        .is_harmless = admit->is_harmless,
        .is_named = admit->is_planned && admit->scratch->path_size == admit->planned_path,
        .is_template = admit->is_template,
        .now_ms = admit->record->now_ms,
    };
}

/* Note every finding; the strongest action of them. *bucket is a finding that asks for a bucket. */
static enum shield_action decide(struct admit *admit, const struct matcher_result *result,
                                 struct text raw, bool is_number,
                                 const struct matcher_finding **bucket)
{
    struct policy_place place = place_of(admit, is_number);
    enum shield_action strongest = SHIELD_ALLOW;
    for (uint32_t i = 0; i < result->count; i++) {
        const struct matcher_finding *finding = &result->findings[i];
        enum shield_action action = policy_action(admit->policy, &place, finding);
        if (action == SHIELD_ALLOW) continue;
        if (action == SHIELD_BUCKET) *bucket = finding;
        admit_note(admit, finding, action, raw);
        if (action > strongest) strongest = action;
    }
    return strongest;
}

/* The findings that only redact, in the order of their places; a bucket beside them is one. */
static uint32_t sort_spans(struct admit *admit, const struct matcher_result *result,
                           const struct matcher_finding *sorted[MATCHER_FINDINGS_MAX])
{
    struct policy_place place = place_of(admit, false);
    uint32_t count = 0;
    for (uint32_t i = 0; i < result->count; i++) {
        const struct matcher_finding *finding = &result->findings[i];
        enum shield_action action = policy_action(admit->policy, &place, finding);
        if (action != SHIELD_REDACT && action != SHIELD_BUCKET) continue;
        uint32_t at = count++;
        for (; at > 0 && sorted[at - 1]->span.begin > finding->span.begin; at--)
            sorted[at] = sorted[at - 1];
        sorted[at] = finding;
    }
    return count;
}

/* False when the arena is used up. */
static bool redact(struct admit *admit, struct text raw, const struct shield_folded *folded,
                   const struct matcher_result *result, struct text *out)
{
    const struct matcher_finding *sorted[MATCHER_FINDINGS_MAX];
    uint32_t count = sort_spans(admit, result, sorted);
    enum { MARKER_MAX = 16 };
    char *bytes =
        arena_alloc_dirty(&admit->scratch->arena, raw.size + (size_t)count * MARKER_MAX + 1, 1, 1);
    if (!bytes) return false;
    size_t size = 0;
    uint32_t place = 0;
    for (uint32_t i = 0; i < count; i++) {
        uint32_t begin;
        uint32_t end;
        shield_fold_origin(folded, sorted[i]->span.begin, sorted[i]->span.end, &begin, &end);
        if (end <= place) continue; /* inside the one before */
        if (begin > place) {
            memcpy(bytes + size, raw.bytes + place, begin - place);
            size += begin - place;
        }
        if (begin >= place) {
            struct text marker = policy_marker(sorted[i]->rule);
            assert(marker.size <= MARKER_MAX);
            memcpy(bytes + size, marker.bytes, marker.size);
            size += marker.size;
        }
        place = end;
    }
    if (raw.size > place) memcpy(bytes + size, raw.bytes + place, raw.size - place);
    size += raw.size - place;
    *out = (struct text){bytes, size};
    return true;
}

/* --- what is wrapped in a value --- */

struct unwrapping {
    struct admit *admit;
    const struct admit_key *key;
    uint32_t level;
    bool is_found; /* something in it has to go */
};

static bool is_clean_inside(struct admit *admit, const struct admit_key *key, struct text text,
                            uint32_t level);

/* A name inside a value; values without one stand under the key of what they were wrapped in. */
static bool on_inner(void *context, const struct shield_inner *inner)
{
    struct unwrapping *unwrapping = context;
    struct admit *admit = unwrapping->admit;
    struct admit_key key = *unwrapping->key;
    size_t mark = admit_path_push(admit, TEXT(""));
    bool is_name = inner->key.size > 0;
    if (is_name && !admit_read_key(admit, inner->key, unwrapping->key, &key)) {
        admit_note_reason(admit, REASON_KEY_IS_DATA, SHIELD_DROP, inner->key);
        unwrapping->is_found = true;
        return false;
    }
    if (is_name) (void)admit_path_push(admit, inner->key);
    struct matcher_result result;
    const struct matcher_finding *bucket = NULL;
    struct shield_folded folded;
    size_t arena_place = arena_mark(&admit->scratch->arena);
    bool is_seen = inner->value.size <= admit->bytes_left &&
                   shield_fold(inner->value, &admit->scratch->arena, &folded) && !folded.cut;
    if (is_seen) {
        admit->bytes_left -= inner->value.size;
        is_seen = admit_look_all(admit, &key, folded.text, inner->is_number, &result);
    }
    if (!is_seen) {
        admit_note_reason(admit, REASON_NOT_LOOKED_AT, SHIELD_DROP, inner->value);
        unwrapping->is_found = true;
    } else if (!policy_is_marker(inner->value) &&
               decide(admit, &result, inner->value, inner->is_number, &bucket) != SHIELD_ALLOW) {
        unwrapping->is_found = true;
    } else if (!inner->is_number &&
               !is_clean_inside(admit, &key, folded.text, unwrapping->level + 1)) {
        unwrapping->is_found = true;
    }
    arena_rewind(&admit->scratch->arena, arena_place);
    admit_path_pop(admit, mark);
    return !unwrapping->is_found;
}

static bool on_too_deep(void *context, const struct shield_inner *inner)
{
    struct unwrapping *unwrapping = context;
    bool is_code = inner->wrap == SHIELD_WRAP_BASE64 || inner->wrap == SHIELD_WRAP_HEX ||
                   inner->wrap == SHIELD_WRAP_PERCENT || inner->wrap == SHIELD_WRAP_JSON;
    if (is_code) unwrapping->is_found = true;
    return !is_code;
}

static bool is_clean_inside(struct admit *admit, const struct admit_key *key, struct text text,
                            uint32_t level)
{
    struct unwrapping unwrapping = {.admit = admit, .key = key, .level = level};
    bool is_incomplete = false;
    bool is_deepest = level == ADMIT_UNWRAP_MAX;
    size_t mark = arena_mark(&admit->scratch->arena);
    (void)shield_unwrap(text, &admit->scratch->arena, is_deepest ? on_too_deep : on_inner,
                        &unwrapping, &is_incomplete);
    arena_rewind(&admit->scratch->arena, mark);
    if (is_deepest && unwrapping.is_found) {
        admit_note_reason(admit, REASON_TOO_DEEP, SHIELD_DROP, text);
    }
    if (is_incomplete && !unwrapping.is_found) {
        admit_note_reason(admit, REASON_NOT_LOOKED_AT, SHIELD_DROP, text);
    }
    return !unwrapping.is_found && !is_incomplete;
}

bool admit_is_clean_inside(struct admit *admit, const struct admit_key *key, struct text folded)
{
    return is_clean_inside(admit, key, folded, 0);
}

/* --- a value --- */

/* Is there nothing more to be found in what a redaction or a bucket made? */
static bool is_clean(struct admit *admit, const struct admit_key *key, struct text raw,
                     bool is_number)
{
    struct shield_folded folded;
    struct matcher_result result;
    const struct matcher_finding *bucket = NULL;
    if (!shield_fold(raw, &admit->scratch->arena, &folded) || folded.cut) return false;
    if (!admit_look_all(admit, key, folded.text, is_number, &result)) return false;
    bool was_silent = admit->is_silent;
    admit->is_silent = true;
    enum shield_action action = decide(admit, &result, raw, is_number, &bucket);
    admit->is_silent = was_silent;
    return action == SHIELD_ALLOW;
}

static enum admit_verdict act(struct admit *admit, const struct admit_key *key, struct text raw,
                              const struct shield_folded *folded, enum shield_action action,
                              const struct matcher_result *result,
                              const struct matcher_finding *bucket, struct text *replaced)
{
    switch (action) {
    case SHIELD_ALLOW: return ADMIT_KEEP;
    case SHIELD_REDACT:
        if (redact(admit, raw, folded, result, replaced) &&
            is_clean(admit, key, *replaced, false)) {
            return ADMIT_REPLACE;
        }
        return ADMIT_REMOVE;
    case SHIELD_BUCKET:
        if (bucket && policy_bucket(bucket->rule, raw, &admit->scratch->arena, replaced) &&
            is_clean(admit, key, *replaced, false)) {
            return ADMIT_REPLACE;
        }
        return ADMIT_REMOVE;
    default: return ADMIT_REMOVE;
    }
}

/* The first SHIELD_VALUE_MAX bytes, never half a code point: more is not looked at, and not kept.
 */
static struct text cut(struct text raw)
{
    size_t size = SHIELD_VALUE_MAX;
    if (raw.size <= size) return raw;
    while (size > 0 && ((unsigned char)raw.bytes[size] & 0xc0) == 0x80)
        size--;
    return text_slice(raw, 0, size);
}

static enum admit_verdict judge(struct admit *admit, const struct admit_key *key, struct text raw,
                                bool is_number, struct text *replaced)
{
    struct shield_folded folded;
    struct matcher_result result;
    const struct matcher_finding *bucket = NULL;
    if (raw.size > admit->bytes_left || !shield_fold(raw, &admit->scratch->arena, &folded) ||
        folded.cut || !admit_look_all(admit, key, folded.text, is_number, &result)) {
        admit_note_reason(admit, REASON_NOT_LOOKED_AT, SHIELD_DROP, raw);
        return ADMIT_REMOVE;
    }
    admit->bytes_left -= raw.size;
    enum shield_action action = decide(admit, &result, raw, is_number, &bucket);
    enum admit_verdict verdict = act(admit, key, raw, &folded, action, &result, bucket, replaced);
    if (verdict == ADMIT_REMOVE || is_number) return verdict;
    struct text rest = verdict == ADMIT_REPLACE ? *replaced : folded.text;
    return is_clean_inside(admit, key, rest, 0) ? verdict : ADMIT_REMOVE;
}

/* Hashes of 64 bits under a seed that nobody outside knows: that a value is taken for another one
 * has a chance of some 2^-64, and a client cannot search for such a pair. */
bool admit_is_known_clean(const struct admit *admit, uint64_t key_hash, struct text raw,
                          enum admit_form form, uint64_t *hash)
{
    *hash = 0;
    if (raw.size > ADMIT_CLEAN_MAX || admit->scratch->is_thorough) return false;
    /* By an event's plan the same value under the same name may be judged in other ways. */
    uint64_t plan = (uint64_t)admit->is_identifier | (uint64_t)admit->is_harmless << 1 |
                    (uint64_t)admit->is_planned << 2;
    *hash = admit_clean_hash(admit, key_hash, raw, 8 * (uint64_t)form + plan);
    return admit_has_hash(admit, *hash);
}

bool admit_has_hash_behind(uint64_t row[SCRATCH_CLEAN_WAYS], uint64_t hash)
{
    for (uint32_t way = 1; way < SCRATCH_CLEAN_WAYS; way++) {
        if (row[way] != hash) continue;
        row[way] = row[way - 1];
        row[way - 1] = hash;
        return true;
    }
    return false;
}

void admit_remember_clean(struct admit *admit, uint64_t hash)
{
    if (hash == 0 || admit->has_loosened) return;
    uint64_t *row = admit_clean_row(admit, hash);
    memmove(&row[2], &row[1], (SCRATCH_CLEAN_WAYS - 2) * sizeof *row);
    row[1] = hash;
}

enum admit_verdict admit_find_outcome(struct admit *admit, uint64_t hash, struct text raw,
                                      struct text *replaced)
{
    struct outcome_look look;
    const struct outcome *outcome = outcome_cache_find(admit->scratch->outcomes, hash, &look);
    if (!outcome) return ADMIT_KEEP;
    for (uint32_t i = 0; i < outcome->note_count; i++)
        admit_note_again(admit, &outcome->notes[i], look, raw);
    *replaced = (struct text){outcome->bytes, outcome->size};
    return outcome->is_removed ? ADMIT_REMOVE : ADMIT_REPLACE;
}

static void remember_outcome(struct admit *admit, uint64_t hash, enum admit_verdict verdict,
                             struct text raw, struct text replaced)
{
    struct outcome outcome = {.note_count = admit->note_count,
                              .is_removed = verdict == ADMIT_REMOVE};
    if (hash == 0 || admit->has_loosened) return;
    if (!outcome.is_removed && replaced.size > OUTCOME_BYTES_MAX) return;
    memcpy(outcome.notes, admit->notes, sizeof outcome.notes);
    if (!outcome.is_removed && replaced.size > 0) {
        outcome.size = (uint32_t)replaced.size;
        memcpy(outcome.bytes, replaced.bytes, replaced.size);
    }
    outcome_cache_keep(admit->scratch->outcomes, hash, &outcome, admit_look_of(raw));
}

/* A template by the project's own lists, judged; many addresses become one. */
static enum admit_verdict judge_template(struct admit *admit, const struct admit_key *key,
                                         struct text made, struct text *replaced)
{
    uint64_t hash;
    *replaced = made;
    if (admit_is_known_clean(admit, key->hash, made, ADMIT_TEMPLATE, &hash)) return ADMIT_KEEP;
    admit->is_template = true;
    enum admit_verdict verdict = judge(admit, key, made, false, replaced);
    admit->is_template = false;
    if (verdict == ADMIT_KEEP) admit_remember_clean(admit, hash);
    return verdict;
}

/* As judge, but that nothing is made of what is found: it goes anyway. */
static bool is_clean_address(struct admit *admit, const struct admit_key *key, struct text raw)
{
    struct shield_folded folded;
    struct matcher_result result;
    const struct matcher_finding *bucket = NULL;
    if (raw.size > admit->bytes_left || !shield_fold(raw, &admit->scratch->arena, &folded) ||
        folded.cut || !admit_look_all(admit, key, folded.text, false, &result)) {
        admit_note_reason(admit, REASON_NOT_LOOKED_AT, SHIELD_DROP, raw);
        return false;
    }
    admit->bytes_left -= raw.size;
    if (decide(admit, &result, raw, false, &bucket) != SHIELD_ALLOW) return false;
    return is_clean_inside(admit, key, folded.text, 0);
}

/* An address of the web becomes its template (docs/url-template.md). What is found in the address
 * as it came is noted, and goes with what the template leaves out; the rest is judged again. */
static enum admit_verdict judge_address(struct admit *admit, const struct admit_key *key,
                                        struct text raw, struct text *replaced)
{
    struct text made;
    if (!shield_url_template(raw, &admit->policy->urls, &admit->scratch->arena, &made))
        return ADMIT_REMOVE;
    if (text_equal(made, raw)) return judge_template(admit, key, raw, replaced);
    admit->reduced_address = raw;
    if (is_clean_address(admit, key, raw))
        admit_note_reason(admit, REASON_ADDRESS, SHIELD_REDACT, raw);
    admit->reduced_address = TEXT("");
    enum admit_verdict verdict = judge_template(admit, key, made, replaced);
    return verdict == ADMIT_KEEP ? ADMIT_REPLACE : verdict;
}

static bool is_address(const struct admit *admit, struct text text)
{
    struct policy_place place = place_of(admit, false);
    return admit->mode != PROJECT_SHIELD_OPEN && shield_url_is_web(text) &&
           !policy_is_loosened(admit->policy, &place, "U01");
}

enum admit_verdict admit_text(struct admit *admit, const struct admit_key *key, struct text raw,
                              bool is_number, struct text *replaced)
{
    uint64_t hash;
    if (raw.size == 0) return ADMIT_KEEP;
    enum admit_form form = is_number ? ADMIT_NUMBER : ADMIT_TEXT;
    if (admit_is_known_clean(admit, key->hash, raw, form, &hash)) return ADMIT_KEEP;
    if (policy_is_marker(raw)) return ADMIT_KEEP;
    struct text looked_at = cut(raw);
    bool is_cut = looked_at.size < raw.size;
    if (is_cut) {
        hash = 0;
        admit_note_reason(admit, REASON_NOT_LOOKED_AT, SHIELD_TRUNCATE, raw);
    }
    enum admit_verdict verdict = admit_find_outcome(admit, hash, raw, replaced);
    if (verdict != ADMIT_KEEP) return verdict;
    admit_notes_begin(admit, looked_at);
    bool is_web = !is_number && is_address(admit, looked_at);
    verdict = is_web ? judge_address(admit, key, looked_at, replaced)
                     : judge(admit, key, looked_at, is_number, replaced);
    bool is_kept = admit_notes_end(admit);
    if (verdict != ADMIT_KEEP) {
        if (is_kept) remember_outcome(admit, hash, verdict, raw, *replaced);
        return verdict;
    }
    admit_remember_clean(admit, hash);
    *replaced = looked_at;
    return is_cut ? ADMIT_REPLACE : ADMIT_KEEP;
}
