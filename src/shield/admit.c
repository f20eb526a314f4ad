/* The walk of one record. */
#include "shield/admit_internal.h"

#include "base/check.h"
#include "base/memory.h"

#include <stdio.h>
#include <string.h>

enum { NUMBER_SIZE_MAX = 32 };

/* On an event the name stays visible with a null; in a profile a null would overwrite. */
static void remove_value(struct admit *admit, struct shield_item *item)
{
    if (admit_is_profile(admit)) {
        item->is_removed = true;
    } else {
        item->value = (struct value){.kind = VALUE_NULL};
    }
}

/* Into the record's own memory: the scratch's is wiped. */
static bool keep_text(struct admit *admit, struct text *text)
{
    struct text kept = arena_text(admit->record->arena, *text);
    *text = kept;
    return kept.bytes != NULL;
}

static void apply(struct admit *admit, struct shield_item *item, enum admit_verdict verdict,
                  struct text replaced)
{
    if (verdict == ADMIT_KEEP) return;
    if (verdict == ADMIT_REPLACE && keep_text(admit, &replaced)) {
        item->value.text = replaced;
        return;
    }
    remove_value(admit, item);
}

static size_t write_integer(int64_t integer, char bytes[NUMBER_SIZE_MAX])
{
    uint64_t rest = integer < 0 ? 0 - (uint64_t)integer : (uint64_t)integer;
    size_t place = NUMBER_SIZE_MAX;
    do {
        bytes[--place] = (char)('0' + rest % 10);
        rest /= 10;
    } while (rest > 0);
    if (integer < 0) bytes[--place] = '-';
    memmove(bytes, bytes + place, NUMBER_SIZE_MAX - place);
    return NUMBER_SIZE_MAX - place;
}

/* A number in its decimal form. Short ones and fractions tell something only under a name that
 * speaks of it. */
static void admit_number(struct admit *admit, const struct admit_key *key, struct shield_item *item)
{
    char bytes[NUMBER_SIZE_MAX];
    struct text text = {bytes, 0};
    const struct value *value = &item->value;
    uint64_t hash = 0; /* of a decimal's bytes: writing one out costs more than all else */
    bool is_keyed =
        ((key->exact | key->stem) & admit->rules->keyed_classes) != 0 || admit->policy->own;
    if (value->kind == VALUE_BIG_NUMBER) {
        text = value->text;
    } else if (value->kind == VALUE_INTEGER) {
        text.size = write_integer(value->integer, bytes);
    } else {
        struct text bits = {(const char *)&value->decimal, sizeof value->decimal};
        if (!is_keyed || admit_is_known_clean(admit, key->hash, bits, ADMIT_BITS, &hash)) return;
        text.size = (size_t)snprintf(bytes, sizeof bytes, "%.17g", value->decimal);
    }
    struct text replaced;
    if (admit_text(admit, key, text, true, &replaced) != ADMIT_KEEP) {
        remove_value(admit, item);
    } else {
        admit_remember_clean(admit, hash);
    }
}

/* A list or an object. What a plan or a hold says of its members is not remembered. */
static void admit_tree(struct admit *admit, const struct admit_key *key, struct shield_item *item)
{
    struct text replaced;
    uint64_t hash;
    (void)admit_is_known_clean(admit, key->hash, item->value.text, ADMIT_NESTED, &hash);
    enum admit_verdict verdict = admit_nested(admit, key, item->value.text, &replaced);
    if (verdict == ADMIT_KEEP && admit->is_plain) admit_remember_clean(admit, hash);
    apply(admit, item, verdict, replaced);
}

static void admit_value(struct admit *admit, const struct admit_key *key, struct shield_item *item)
{
    struct text replaced;
    switch (item->value.kind) {
    case VALUE_TEXT:
        apply(admit, item, admit_text(admit, key, item->value.text, false, &replaced), replaced);
        break;
    case VALUE_LIST:
    case VALUE_OBJECT: admit_tree(admit, key, item); break;
    case VALUE_INTEGER:
    case VALUE_DECIMAL:
    case VALUE_BIG_NUMBER: admit_number(admit, key, item); break;
    default: break; /* nothing can hide in true, false and null */
    }
}

static void leave_out(struct admit *admit, struct shield_item *item, enum admit_reason reason,
                      enum shield_action action)
{
    struct text value = item->value.kind >= VALUE_BIG_NUMBER ? item->value.text : TEXT("");
    admit_note_reason(admit, reason, action, value);
    item->is_removed = true;
}

static bool is_held(const struct policy *policy, struct text name)
{
    return policy->held.count > 0 && text_index_find(&policy->held, name) != TEXT_INDEX_NONE;
}

static bool is_autocapture(const struct admit *admit)
{
    enum shield_source source = admit->record->source;
    return source == SHIELD_FROM_AUTOCAPTURE || source == SHIELD_FROM_REPLAY ||
           admit_is_autocapture(admit->event);
}

/* What is decided by the name alone; true when that was enough. */
static bool admit_by_name(struct admit *admit, struct shield_item *item)
{
    if (is_held(admit->policy, item->name)) {
        leave_out(admit, item, REASON_HELD, SHIELD_QUARANTINE);
    } else if (admit->is_captured && !admit_is_captured(admit, item->name, &item->value)) {
        leave_out(admit, item, REASON_CLOSED_LIST, SHIELD_DROP);
    } else if (admit_is_profile(admit) && admit_is_naming_field(item->name)) {
        leave_out(admit, item, REASON_NAMING, SHIELD_TOKENISE);
    }
    return item->is_removed;
}

/* Ids and lists of ids. False: it is none. */
static bool admit_as_id(struct admit *admit, struct shield_item *item)
{
    struct text sent = item->value.text;
    struct text replaced = {0};
    enum admit_verdict verdict = ADMIT_KEEP;
    if (item->value.kind == VALUE_TEXT && admit_is_id_name(item->name)) {
        if (!admit_id(admit, &item->value.text)) verdict = ADMIT_REMOVE;
    } else if (item->value.kind >= VALUE_LIST && admit_is_id_list_name(item->name)) {
        verdict = admit_id_list(admit, sent, &replaced);
    } else {
        return false;
    }
    if (verdict == ADMIT_REMOVE) {
        admit_note_reason(admit, REASON_NAME_IS_DATA, SHIELD_DROP, sent);
    }
    apply(admit, item, verdict, replaced);
    return true;
}

/* Of a number that is not negative: by its bits, at most one too many. */
static uint32_t count_digits(int64_t integer)
{
    static const uint64_t powers[] = {
        0,
        10,
        100,
        1000,
        10000,
        100000,
        1000000,
        10000000,
        100000000,
        1000000000,
        10000000000,
        100000000000,
        1000000000000,
        10000000000000,
        100000000000000,
        1000000000000000,
        10000000000000000,
        100000000000000000,
        1000000000000000000,
    };
    uint64_t number = (uint64_t)integer;
    uint32_t bits = 64 - (uint32_t)__builtin_clzll(number | 1);
    uint32_t digits = bits * 1233 >> 12; /* log10(2) */
    return digits + (number >= powers[digits]);
}

/* Is it known by its bytes, or at least by its hash? Those that are known by their hash alone take
 * a place among those that are kept. */
static inline bool is_clean_text(const struct admit *admit, struct key_reading *reading,
                                 struct text text)
{
    struct key_clean *clean = &reading->clean;
    if (text.size == 0) return true;
    if (text.size > KEY_CLEAN_MAX) return admit_has_met(admit, reading->hash, text, ADMIT_TEXT);
    size_t kind = text.size ^ (uint8_t)text.bytes[0] ^ (uint8_t)text.bytes[text.size - 1];
    size_t slot = kind & (KEY_CLEAN_SLOTS - 1);
    struct text kept = {clean->values[slot].bytes, clean->values[slot].size};
    if (clean->seed == admit->seed && text_equal(kept, text)) return true;
    if (!admit_has_met(admit, reading->hash, text, ADMIT_TEXT)) return false;
    if (clean->seed != admit->seed) *clean = (struct key_clean){.seed = admit->seed};
    clean->values[slot].size = (uint8_t)text.size;
    memcpy(clean->values[slot].bytes, text.bytes, text.size);
    return true;
}

/* Most values of most records: nothing was found in the very same a while ago, or nothing could be.
 * As the long way would decide, without it. */
static inline bool is_known_clean(const struct admit *admit, struct key_reading *reading,
                                  const struct value *value)
{
    if (!admit->is_plain || reading->is_id) return false;
    switch (value->kind) {
    case VALUE_TEXT: return is_clean_text(admit, reading, value->text);
    case VALUE_INTEGER:
        return value->integer >= 0 && reading->harmless >> count_digits(value->integer) & 1;
    case VALUE_NULL:
    case VALUE_FALSE:
    case VALUE_TRUE: return true;
    case VALUE_DECIMAL: return !reading->is_keyed;
    case VALUE_LIST:
    case VALUE_OBJECT: return admit_has_met(admit, reading->hash, value->text, ADMIT_NESTED);
    default: return false;
    }
}

/* What has no value holds nothing but its name: $unset, and $delete, which has none. */
static void admit_item(struct admit *admit, struct shield_item *item,
                       const struct key_reading *known)
{
    struct admit_key key;
    bool has_value = item->value.kind != VALUE_MISSING;
    if (!has_value && item->name.size == 0) return;
    const struct key_reading *reading = known ? known : admit_reading(admit, item->name);
    if (!reading || reading->is_data) {
        size_t mark = admit_path_push(admit, TEXT("?"));
        leave_out(admit, item, REASON_KEY_IS_DATA, SHIELD_DROP);
        admit_path_pop(admit, mark);
        return;
    }
    if (!has_value) return;
    bool is_id = reading->is_id;
    admit_key_of(admit, item->name, reading, NULL, &key);
    size_t mark = admit_path_push(admit, item->name);
    if (!admit_by_name(admit, item) && !admit_by_plan(admit, item)) {
        if (!is_id || !admit_as_id(admit, item)) admit_value(admit, &key, item);
    }
    admit_path_pop(admit, mark);
    admit->is_planned = admit->is_identifier = admit->is_harmless = false;
}

static void wipe(struct shield_scratch *scratch)
{
    memory_wipe(scratch->arena.memory, scratch->arena.used_max);
    arena_rewind(&scratch->arena, 0);
    scratch->arena.used_max = 0;
    memory_wipe(scratch->path, sizeof scratch->path);
    if (scratch->output.size > 0) memory_wipe(scratch->output.bytes, scratch->output.size);
    buffer_clear(&scratch->output);
}

static bool is_plain(const struct admit *admit)
{
    const struct policy *policy = admit->policy;
    bool is_listed = policy->held.count > 0 || policy->plan || policy->own || admit->is_captured;
    return !is_listed && !admit_is_profile(admit) && !admit->scratch->is_thorough &&
           admit->mode != PROJECT_SHIELD_STRICT;
}

/* Names inside values are read beside the row of the record's own. */
static void admit_items(struct admit *admit)
{
    struct shield_record *record = admit->record;
    struct key_cache_entry *last = key_cache_leave(&admit->scratch->keys);
    for (uint32_t i = 0; i < record->item_count; i++) {
        struct key_reading *known = admit_known_reading(admit, i);
        if (known && is_known_clean(admit, known, &record->items[i].value)) continue;
        size_t mark = arena_mark(&admit->scratch->arena);
        admit->item = i;
        admit_item(admit, &record->items[i], known);
        arena_rewind(&admit->scratch->arena, mark);
    }
    key_cache_return(&admit->scratch->keys, last);
}

static enum shield_verdict walk(struct admit *admit)
{
    struct shield_record *record = admit->record;
    admit_read_names(admit);
    admit_event_name(admit);
    admit_watch(admit);
    admit->is_captured = is_autocapture(admit);
    admit->item = record->item_count;
    admit->is_plain = is_plain(admit);
    if (!admit_ids(admit)) return SHIELD_REFUSED;
    if (!admit_plan_event(admit)) return admit->verdict;
    admit_plan_required(admit);
    admit_items(admit);
    if (admit->marks) admit_watch_end(admit);
    return admit->verdict;
}

static uint64_t seed_of(const struct admit *admit)
{
    const struct shield_scratch *scratch = admit->scratch;
    uint64_t parts[] = {scratch->generation, scratch->policy->project, scratch->policy->revision};
    struct text bytes = {(const char *)parts, sizeof parts};
    return text_hash_seeded(bytes, scratch->keys.seed);
}

enum shield_verdict shield_admit(struct shield *shield, struct shield_scratch *scratch,
                                 struct shield_record *record)
{
    assert(record->project && record->arena);
    assert(record->id_count <= sizeof record->ids / sizeof *record->ids);
    shield_scratch_refresh(scratch, record->project);
    struct admit admit = {
        .shield = shield,
        .scratch = scratch,
        .record = record,
        .rules = scratch->rules,
        .policy = scratch->policy,
        .mode = policy_mode(scratch->policy, record->project, record->now_ms),
        .bytes_left = SHIELD_RECORD_MAX,
    };
    scratch->path_size = 0;
    scratch->matcher.is_thorough = scratch->is_thorough;
    scratch->own_matcher.is_thorough = scratch->is_thorough;
    admit.has_loosened = admit.policy->loosened_count > 0 || admit.mode == PROJECT_SHIELD_OPEN;
    admit.seed = seed_of(&admit);
    enum shield_verdict verdict = walk(&admit);
    wipe(scratch);
    return verdict;
}
