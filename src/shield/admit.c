/* The walk of one record. */
#include "shield/admit_internal.h"

#include "base/check.h"
#include "base/memory.h"

#include <stdio.h>
#include <string.h>

enum { NUMBER_SIZE_MAX = 32, ITEMS_AHEAD = 32 };

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

/* What is known of a value at first sight; else the hash (an odd number) by which it may be. */
enum { NOTHING_KNOWN = 0, KNOWN_CLEAN = 2 };

static size_t slot_of(struct text text)
{
    size_t kind = text.size ^ (uint8_t)text.bytes[0] ^ (uint8_t)text.bytes[text.size - 1];
    return kind & (KEY_CLEAN_SLOTS - 1);
}

/* Where it may be known, as clean or for what becomes of it, is near when it is asked for. */
static inline uint64_t hash_ahead(const struct admit *admit, const struct key_reading *reading,
                                  struct text text, enum admit_form form)
{
    if (text.size > ADMIT_CLEAN_MAX) return NOTHING_KNOWN;
    uint64_t hash = admit_clean_hash(admit, reading->hash, text, 8 * (uint64_t)form);
    __builtin_prefetch(admit_clean_row(admit, hash));
    outcome_cache_reach(admit->scratch->outcomes, hash);
    return hash;
}

static inline uint64_t glance_at_text(const struct admit *admit, const struct key_reading *reading,
                                      struct text text)
{
    const struct key_clean *clean = &reading->clean;
    if (text.size == 0) return KNOWN_CLEAN;
    if (text.size <= KEY_CLEAN_MAX && clean->seed == admit->seed) {
        size_t slot = slot_of(text);
        struct text kept = {clean->values[slot].bytes, clean->values[slot].size};
        if (text_equal(kept, text)) return KNOWN_CLEAN;
    }
    return hash_ahead(admit, reading, text, ADMIT_TEXT);
}

_Static_assert(NOTHING_KNOWN == 0, "as admit_hash_id says it");

static inline uint64_t glance_at_id(const struct admit *admit, const struct key_reading *reading,
                                    const struct value *value)
{
    bool is_one = value->kind == VALUE_TEXT && !reading->is_id_list;
    return is_one ? admit_hash_id(admit, value->text) : NOTHING_KNOWN;
}

/* Most values of most records: nothing was found in the very same a while ago, or nothing could be.
 * As the long way would decide, without it. */
static inline uint64_t glance_at(const struct admit *admit, const struct key_reading *reading,
                                 const struct value *value)
{
    bool is_harmless = false;
    if (reading->is_data) return NOTHING_KNOWN;
    if (reading->is_id) return glance_at_id(admit, reading, value);
    switch (value->kind) {
    case VALUE_TEXT: return glance_at_text(admit, reading, value->text);
    case VALUE_LIST:
    case VALUE_OBJECT: return hash_ahead(admit, reading, value->text, ADMIT_NESTED);
    case VALUE_INTEGER:
        is_harmless = value->integer >= 0 && reading->harmless >> count_digits(value->integer) & 1;
        break;
    case VALUE_NULL:
    case VALUE_FALSE:
    case VALUE_TRUE: is_harmless = true; break;
    case VALUE_DECIMAL: is_harmless = !reading->is_keyed; break;
    default: break;
    }
    return is_harmless ? KNOWN_CLEAN : NOTHING_KNOWN;
}

/* One that is known by its hash alone takes a place among those that are known by their bytes. */
static void keep_bytes(const struct admit *admit, struct key_reading *reading,
                       const struct value *value)
{
    struct key_clean *clean = &reading->clean;
    struct text text = value->text;
    if (value->kind != VALUE_TEXT || text.size > KEY_CLEAN_MAX) return;
    if (clean->seed != admit->seed) *clean = (struct key_clean){.seed = admit->seed};
    size_t slot = slot_of(text);
    clean->values[slot].size = (uint8_t)text.size;
    memcpy(clean->values[slot].bytes, text.bytes, text.size);
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

/* The long way would ask for it by the same hash, and ask nothing else before: nothing but rules
 * speaks of this property. */
static bool has_known_outcome(struct admit *admit, struct shield_item *item, uint64_t seen)
{
    struct text replaced;
    if (item->value.kind != VALUE_TEXT) return false;
    size_t mark = admit_path_push(admit, item->name);
    enum admit_verdict verdict = admit_find_outcome(admit, seen, item->value.text, &replaced);
    apply(admit, item, verdict, replaced);
    admit_path_pop(admit, mark);
    return verdict != ADMIT_KEEP;
}

/* By what is known of this very value. An id is known as clean, or not at all. */
static inline bool is_settled(struct admit *admit, struct shield_item *item,
                              struct key_reading *known, uint64_t seen)
{
    bool is_id = !known || known->is_id;
    if (seen == NOTHING_KNOWN) return false;
    if (seen == KNOWN_CLEAN) return true;
    if (!admit_has_hash(admit, seen)) return !is_id && has_known_outcome(admit, item, seen);
    if (!is_id) keep_bytes(admit, known, &item->value);
    return true;
}

static void admit_one(struct admit *admit, uint32_t number, uint64_t seen)
{
    struct shield_item *item = &admit->record->items[number];
    struct key_reading *known = admit_known_reading(admit, number);
    admit->item = number;
    if (is_settled(admit, item, known, seen)) return;
    size_t mark = arena_mark(&admit->scratch->arena);
    admit_item(admit, item, known);
    arena_rewind(&admit->scratch->arena, mark);
}

/* Names inside values are read beside the row of the record's own. Values are looked up in a table
 * that is larger than the processor's nearest memory, so some are asked for before any is used. */
static void admit_items(struct admit *admit)
{
    struct shield_record *record = admit->record;
    struct key_cache_entry *last = key_cache_leave(&admit->scratch->keys);
    for (uint32_t first = 0; first < record->item_count; first += ITEMS_AHEAD) {
        uint64_t seen[ITEMS_AHEAD];
        uint32_t rest = record->item_count - first;
        uint32_t count = rest < ITEMS_AHEAD ? rest : ITEMS_AHEAD;
        for (uint32_t i = 0; i < count; i++) {
            const struct key_reading *known = admit_known_reading(admit, first + i);
            bool is_plain = admit->is_plain && known;
            const struct value *value = &record->items[first + i].value;
            seen[i] = is_plain ? glance_at(admit, known, value) : NOTHING_KNOWN;
        }
        for (uint32_t i = 0; i < count; i++)
            admit_one(admit, first + i, seen[i]);
    }
    key_cache_return(&admit->scratch->keys, last);
}

static enum shield_verdict walk(struct admit *admit)
{
    struct shield_record *record = admit->record;
    admit_reach_ids(admit);
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
