/* Names: of properties (K09), of events (K10), and ids (leaks E10, E11). */
#include "shield/admit_internal.h"
#include "shield/pseudonym.h"

#include "codec/json_tree.h"
#include "codec/json_writer.h"
#include "shield/shield_url.h"

#include <string.h>

enum { EVENT_DIGITS_MAX = 5 /* in a row, in an event's name */ };

/* --- properties --- */

static bool look_at_name(struct admit *admit, struct text name, struct matcher_result *result)
{
    struct shield_folded folded;
    struct matcher_view view = {.is_name = true};
    if (!shield_fold(name, &admit->scratch->arena, &folded) || folded.cut) return false;
    view.text = folded.text;
    return admit_look(admit, &view, result);
}

/* Of a name only what is somebody's or secret counts: a name that looks random is only ugly. */
static bool counts_in_names(enum shield_class class)
{
    switch (class) {
    case SHIELD_ENTROPY:
    case SHIELD_CONTENT:
    case SHIELD_STRUCTURE:
    case SHIELD_SPECIAL:
    case SHIELD_CUSTOM: return false;
    default: return true;
    }
}

static bool is_name_data(struct admit *admit, struct text name)
{
    if (name.size > ADMIT_NAME_MAX) return true;
    struct matcher_result result;
    size_t mark = arena_mark(&admit->scratch->arena);
    bool is_data = !look_at_name(admit, name, &result);
    for (uint32_t i = 0; i < result.count; i++)
        is_data = is_data || counts_in_names(result.findings[i].rule->class);
    arena_rewind(&admit->scratch->arena, mark);
    return is_data;
}

/* Names that say nothing of their own: what is under them belongs to the name around. */
static bool is_generic(struct text name)
{
    static const struct text names[] = {
        TEXT_INIT("value"), TEXT_INIT("val"), TEXT_INIT("content"), TEXT_INIT("text"),
        TEXT_INIT("data"),  TEXT_INIT("raw"), TEXT_INIT("new"),     TEXT_INIT("old"),
    };
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (text_equal_fold(names[i], name)) return true;
    }
    return name.size > 0 && name.size <= 2 && name.bytes[0] >= '0' && name.bytes[0] <= '9';
}

static uint32_t harmless_digits(const struct ruleset *set, const struct key_reading *reading)
{
    uint32_t harmless = 0;
    uint64_t classes = reading->exact | reading->stem;
    for (uint32_t digits = 1; digits <= RULESET_NUMBER_DIGITS_MAX; digits++) {
        if (matcher_is_harmless_number(set, classes, &reading->words, digits))
            harmless |= UINT32_C(1) << digits;
    }
    return harmless;
}

static void judge_name(struct admit *admit, struct text name, struct key_reading *reading)
{
    reading->is_judged = true;
    reading->is_data = is_name_data(admit, name);
    reading->is_id_list = admit_is_id_list_name(name);
    reading->is_id = reading->is_id_list || admit_is_id_name(name);
    reading->is_generic = is_generic(name);
    reading->is_library = admit_tells_library(name);
    reading->is_keyed = (reading->exact | reading->stem) & admit->rules->keyed_classes;
    reading->harmless = harmless_digits(admit->rules, reading);
}

struct key_reading *admit_reading(struct admit *admit, struct text name)
{
    struct key_reading *reading =
        key_cache_read(&admit->scratch->keys, admit->rules, shield_lexicon_of(admit->shield), name);
    if (!reading->is_judged) judge_name(admit, name, reading);
    if (!reading->is_data) return reading;
    key_cache_forget(&admit->scratch->keys);
    return NULL;
}

static struct key_reading *reading_of(struct admit *admit, struct text name)
{
    struct key_reading *known = key_cache_next(&admit->scratch->keys, admit->rules, name);
    bool is_good = known && known->is_judged && !known->is_data;
    return is_good ? known : admit_reading(admit, name);
}

/* Of several of one name the last counts. */
static void note_library(struct admit *admit, struct text name, const struct value *value)
{
    if (value->kind != VALUE_TEXT) return;
    if (name.bytes[0] == 'm') {
        admit->library = value->text;
    } else {
        admit->version = value->text;
    }
}

void admit_read_names(struct admit *admit)
{
    const struct shield_record *record = admit->record;
    struct key_cache *keys = &admit->scratch->keys;
    struct key_reading **readings =
        ARENA_ARRAY_DIRTY(&admit->scratch->arena, struct key_reading *, record->item_count + 1);
    uint32_t replaced = keys->replaced;
    uint64_t names = 0;
    keys->data.is_data = true;
    for (uint32_t i = 0; i < record->item_count; i++) {
        struct text name = record->items[i].name;
        struct key_reading *reading = name.size > 0 ? reading_of(admit, name) : NULL;
        names += reading ? reading->hash : text_hash_seeded(name, keys->seed);
        if (reading && reading->is_library) note_library(admit, name, &record->items[i].value);
        if (!readings) continue;
        readings[i] = reading == &keys->spare ? NULL : reading;
        if (!reading && name.size > 0) readings[i] = &keys->data;
    }
    admit->names_hash = names;
    admit->readings = keys->replaced == replaced ? readings : NULL;
    admit->keys_replaced = replaced;
}

void admit_key_of(struct admit *admit, struct text name, const struct key_reading *reading,
                  const struct admit_key *around, struct admit_key *key)
{
    bool inherits = around && reading->is_generic;
    key->exact = reading->exact | (inherits ? around->exact : 0);
    key->stem = reading->stem | (inherits ? around->stem : 0);
    key->hash = reading->hash ^ (around ? around->hash * 31 : 0);
    key->path = around ? around->path | around->exact | around->stem : 0;
    key->words = inherits ? around->words : reading->words;
    if (admit->policy->own) {
        const struct shield_lexicon *lexicon = shield_lexicon_of(admit->shield);
        key->own_words =
            key_cache_read(&admit->scratch->keys, admit->policy->own, lexicon, name)->words;
    }
}

bool admit_read_key(struct admit *admit, struct text name, const struct admit_key *around,
                    struct admit_key *key)
{
    const struct key_reading *reading = admit_reading(admit, name);
    if (reading) admit_key_of(admit, name, reading, around, key);
    return reading != NULL;
}

/* --- events --- */

static bool is_digit(char byte)
{
    return byte >= '0' && byte <= '9';
}

/* Runs of six digits and more become [number]. */
static struct text without_numbers(struct text name, struct arena *arena)
{
    static const char marker[] = "[number]";
    char *bytes = arena_alloc_dirty(arena, 2 * name.size + 1, 1, 1);
    size_t size = 0;
    if (!bytes) return TEXT("[data]");
    for (size_t i = 0; i < name.size;) {
        size_t end = i;
        while (end < name.size && is_digit(name.bytes[end]))
            end++;
        if (end - i > EVENT_DIGITS_MAX) {
            memcpy(bytes + size, marker, sizeof marker - 1);
            size += sizeof marker - 1;
        } else {
            end = end > i ? end : i + 1;
            memcpy(bytes + size, name.bytes + i, end - i);
            size += end - i;
        }
        i = end;
    }
    return (struct text){bytes, size};
}

static bool has_long_number(struct text name)
{
    size_t run = 0;
    for (size_t i = 0; i < name.size; i++) {
        run = is_digit(name.bytes[i]) ? run + 1 : 0;
        if (run > EVENT_DIGITS_MAX) return true;
    }
    return false;
}

static bool is_word_byte(char byte)
{
    return (unsigned char)byte >= 0x80 || shield_charset_has(SHIELD_WORD, (uint8_t)byte);
}

/* Ids are asked for less than a text is: an @ between words names somebody at some place, and a
 * plus before digits alone is dialled. */
static bool looks_like_address(struct text id)
{
    ptrdiff_t at = text_find_byte(id, '@');
    if (at > 0 && (size_t)at + 1 < id.size) {
        return is_word_byte(id.bytes[at - 1]) && is_word_byte(id.bytes[at + 1]);
    }
    uint32_t digits = 0;
    if (id.size == 0 || id.bytes[0] != '+') return false;
    for (size_t i = 1; i < id.size; i++) {
        if (!is_digit(id.bytes[i]) && !strchr(" -()./", id.bytes[i])) return false;
        digits += is_digit(id.bytes[i]);
    }
    return digits >= 7;
}

/* An event's name is judged like a text without a key; where a value would go as a whole, a marker
 * stays, so that the event is still counted. */
static struct text clean_event_name(struct admit *admit, struct text name)
{
    if (name.size > ADMIT_NAME_MAX) return TEXT("[long]");
    static const struct admit_key no_key = {0};
    struct text replaced = name;
    switch (admit_text(admit, &no_key, name, false, &replaced)) {
    case ADMIT_KEEP: break;
    case ADMIT_REPLACE: name = replaced; break;
    case ADMIT_REMOVE: return TEXT("[data]");
    }
    if (looks_like_address(name)) return TEXT("[data]");
    return has_long_number(name) ? without_numbers(name, &admit->scratch->arena) : name;
}

void admit_event_name(struct admit *admit)
{
    struct shield_record *record = admit->record;
    uint64_t hash;
    admit->event = record->event ? *record->event : TEXT("");
    if (!record->event || record->event->size == 0) return;
    struct text name = *record->event;
    if (admit_is_known_clean(admit, 0, name, ADMIT_EVENT, &hash)) return;
    admit->event = TEXT("?");
    struct text cleaned = clean_event_name(admit, name);
    if (cleaned.bytes == name.bytes) {
        admit->event = name;
        admit_remember_clean(admit, hash);
        return;
    }
    admit_note_reason(admit, REASON_NAME_IS_DATA, SHIELD_REDACT, name);
    struct text kept = arena_text(record->arena, cleaned);
    *record->event = kept.bytes ? kept : TEXT("[data]");
}

/* --- ids --- */

enum id_kind { ID_PLAIN, ID_PERSON, ID_SECRET };

/* Of an id that was looked at already: what admit_text would do with it from there on. */
static enum id_kind kind_inside(struct admit *admit, const struct admit_key *key, struct text id,
                                const struct shield_folded *folded, uint64_t hash)
{
    if (id.size > admit->bytes_left) return ID_PERSON;
    admit->bytes_left -= id.size;
    if (!admit_is_clean_inside(admit, key, folded->text)) return ID_PERSON;
    admit_remember_clean(admit, hash);
    return ID_PLAIN;
}

static const struct admit_key no_key = {.hash = 1};

static enum id_kind kind_of_id(struct admit *admit, struct text id, bool is_drawn)
{
    struct matcher_result result;
    struct shield_folded folded;
    uint64_t hash = 0;
    if (!is_drawn && admit_is_known_clean(admit, no_key.hash, id, ADMIT_TEXT, &hash))
        return ID_PLAIN;
    if (!shield_fold(id, &admit->scratch->arena, &folded) || folded.cut) return ID_SECRET;
    if (!admit_look_id(admit, &no_key, folded.text, &result)) return ID_SECRET;
    enum id_kind kind = ID_PLAIN;
    bool is_judged = result.count == 0 && !shield_url_is_web(id); /* there is no more to it */
    for (uint32_t i = 0; i < result.count; i++) {
        enum shield_class class = result.findings[i].rule->class;
        if (policy_is_hard(class)) return ID_SECRET;
        if (counts_in_names(class)) kind = ID_PERSON;
    }
    if (kind != ID_PLAIN || looks_like_address(folded.text)) return ID_PERSON;
    if (is_judged) return kind_inside(admit, &no_key, id, &folded, hash);
    struct text replaced;
    return admit_text(admit, &no_key, id, false, &replaced) == ADMIT_KEEP ? ID_PLAIN : ID_PERSON;
}

static struct text device_prefix(struct text id)
{
    static const struct text prefix = TEXT_INIT("$device:");
    return text_starts_with(id, prefix) ? prefix : TEXT("");
}

uint64_t admit_hash_id(const struct admit *admit, struct text id)
{
    if (id.size == 0 || id.size > ADMIT_CLEAN_MAX) return 0;
    size_t first = device_prefix(id).size;
    struct text inner = text_slice(id, first, id.size - first);
    uint64_t hash = admit_clean_hash(admit, no_key.hash, inner, 8 * (uint64_t)ADMIT_TEXT);
    __builtin_prefetch(admit_clean_row(admit, hash));
    return hash;
}

void admit_reach_ids(const struct admit *admit)
{
    const struct shield_record *record = admit->record;
    for (uint32_t i = 0; i < record->id_count; i++) {
        const struct text *id = record->ids[i];
        if (id && id != record->drawn_id) (void)admit_hash_id(admit, *id);
    }
}

bool admit_id(struct admit *admit, struct text *id)
{
    bool is_drawn = id == admit->record->drawn_id;
    struct text prefix = device_prefix(*id);
    bool has_prefix = prefix.size > 0;
    struct text inner = text_slice(*id, prefix.size, id->size - prefix.size);
    if (inner.size == 0 || pseudonym_is_one(inner)) return true;
    bool was_silent = admit->is_silent;
    admit->is_silent = true;
    enum id_kind kind = kind_of_id(admit, inner, is_drawn);
    admit->is_silent = was_silent;
    if (kind == ID_SECRET) return false;
    if (kind == ID_PLAIN) return true;
    struct arena *arena = admit->record->arena;
    struct text made =
        pseudonym_make(shield_root_key_of(admit->shield), admit->record->project->id, inner, arena);
    if (made.size == 0) return false;
    if (!has_prefix) {
        *id = made;
        return true;
    }
    char *bytes = arena_alloc_dirty(arena, prefix.size + made.size, 1, 1);
    if (!bytes) return false;
    memcpy(bytes, prefix.bytes, prefix.size);
    memcpy(bytes + prefix.size, made.bytes, made.size);
    *id = (struct text){bytes, prefix.size + made.size};
    return true;
}

static bool admit_each_id(struct admit *admit)
{
    struct shield_record *record = admit->record;
    for (uint32_t i = 0; i < record->id_count; i++) {
        if (!record->ids[i] || record->ids[i]->size == 0) continue;
        struct text sent = *record->ids[i];
        if (!admit_id(admit, record->ids[i])) {
            admit_note_reason(admit, REASON_NAME_IS_DATA, SHIELD_REJECT, sent);
            return false;
        }
        bool is_same = record->ids[i]->bytes == sent.bytes;
        if (!is_same) admit_note_reason(admit, REASON_NAME_IS_DATA, SHIELD_HASH, sent);
    }
    return true;
}

bool admit_ids(struct admit *admit)
{
    size_t mark = admit_path_push(admit, TEXT("distinct_id"));
    bool are_good = admit_each_id(admit);
    admit_path_pop(admit, mark);
    return are_good;
}

/* --- lists of ids --- */

static bool write_ids(struct admit *admit, const struct json_node *list, struct json_writer *writer)
{
    json_array_begin(writer);
    for (const struct json_node *node = list->first_child; node; node = node->next) {
        struct text id = node->text;
        if (node->kind != JSON_TEXT && node->kind != JSON_NUMBER) return false;
        if (!admit_id(admit, &id)) return false;
        bool is_same = id.bytes == node->text.bytes;
        if (is_same && node->kind == JSON_NUMBER) {
            json_raw(writer, id);
        } else {
            json_text(writer, id);
        }
    }
    json_array_end(writer);
    return true;
}

enum admit_verdict admit_id_list(struct admit *admit, struct text json, struct text *replaced)
{
    struct arena *arena = &admit->scratch->arena;
    struct buffer *output = &admit->scratch->output;
    struct json_node *root = NULL;
    struct json_writer writer;
    struct error error;
    char *bytes = arena_alloc_dirty(arena, json.size + 1, 1, 1);
    if (!bytes || json.size > SHIELD_RECORD_MAX) return ADMIT_REMOVE;
    memcpy(bytes, json.bytes, json.size);
    if (json_tree_parse(bytes, json.size, arena, &root, &error) != STATUS_OK) return ADMIT_REMOVE;
    if (root->kind != JSON_ARRAY_BEGIN) return ADMIT_REMOVE;
    buffer_clear(output);
    json_writer_init(&writer, output);
    if (!write_ids(admit, root, &writer) || buffer_overflowed(output)) return ADMIT_REMOVE;
    *replaced = buffer_text(output);
    return text_equal(*replaced, json) ? ADMIT_KEEP : ADMIT_REPLACE;
}
