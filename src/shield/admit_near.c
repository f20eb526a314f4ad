/* What the drift watch is told besides how values look: where a detector nearly found something,
 * and where one of tier V did. Of records that it is shown, so what it costs is seldom paid. */
#include "shield/admit_internal.h"
#include "shield/benign.h"
#include "shield/shield_url.h"
#include "shield/shield_watch.h"

#include <stdio.h>
#include <string.h>

enum {
    NUMBER_SIZE_MAX = 32,
    NUMBER_MIN = 100000, /* five digits prove nothing */
};

/* --- near misses --- */

/* Nothing was found, and something nearly was. */
static bool look(struct admit *admit, const struct admit_key *key, struct text text, bool is_number)
{
    struct shield_folded folded;
    struct matcher_result result;
    struct matcher_view view = {.exact = key->exact,
                                .stem = key->stem,
                                .path = key->path,
                                .words = &key->words,
                                .is_number = is_number,
                                .is_near_asked = true};
    size_t mark = arena_mark(&admit->scratch->arena);
    bool is_near = false;
    if (shield_is_benign(text))
        return false; /* not as a whole: the digits of a UUID are no number */
    if (shield_fold(text, &admit->scratch->arena, &folded) && !folded.cut) {
        view.text = folded.text;
        is_near = admit_look(admit, &view, &result) && result.is_near && result.count == 0;
    }
    arena_rewind(&admit->scratch->arena, mark);
    return is_near;
}

/* Values repeat, so what was looked at is remembered: by a hash whose lowest bit is the answer.
 * What is met again moves to the front, where what never is does not push it out. */
static bool look_once(struct admit *admit, const struct admit_key *key, struct text text,
                      bool is_number)
{
    uint64_t hash = text_hash_seeded(text, (admit->seed ^ key->hash) + is_number) & ~UINT64_C(1);
    uint64_t *row = admit->scratch->watched.looked[hash >> 32 & (ADMIT_WATCH_LOOKED - 1)];
    if ((row[0] & ~UINT64_C(1)) == hash) return row[0] & 1;
    if ((row[1] & ~UINT64_C(1)) != hash) {
        row[1] = hash | look(admit, key, text, is_number);
        return row[1] & 1;
    }
    uint64_t again = row[1];
    row[1] = row[0];
    row[0] = again;
    return again & 1;
}

bool admit_is_near(struct admit *admit, const struct admit_key *key, const struct value *value)
{
    char bytes[NUMBER_SIZE_MAX];
    if (value->kind == VALUE_TEXT) {
        struct text text = value->text;
        bool is_other = text.size == 0 || text.size > ADMIT_CLEAN_MAX || shield_url_is_web(text);
        return !is_other && look_once(admit, key, text, false);
    }
    if (value->kind != VALUE_INTEGER || value->integer < NUMBER_MIN) return false;
    int size = snprintf(bytes, sizeof bytes, "%lld", (long long)value->integer);
    return look_once(admit, key, (struct text){bytes, (size_t)size}, true);
}

/* --- what is sure --- */

enum mark {
    MARK_SURE = 1,
    MARK_IN_ADDRESS = 2, /* counts only if the address went with it: a template leaves it out */
};

void admit_mark(struct admit *admit, const struct shield_finding *finding, struct text value)
{
    bool is_sure = finding->tier == SHIELD_TIER_V && finding->action >= SHIELD_REDACT;
    if (!admit->marks || !is_sure || finding->is_test) return;
    uint8_t mark = shield_url_is_web(value) ? MARK_IN_ADDRESS : MARK_SURE;
    admit->marks[admit->item] = (uint8_t)(admit->marks[admit->item] | mark);
}

static bool is_sure(uint8_t marks, const struct shield_item *item)
{
    bool is_gone = item->is_removed || item->value.kind == VALUE_NULL;
    return marks & MARK_SURE || (marks && is_gone);
}

void admit_watch_end(struct admit *admit)
{
    const struct shield_record *record = admit->record;
    bool *marks = ARENA_ARRAY(&admit->scratch->arena, bool, record->item_count + 1);
    bool has_one = false;
    for (uint32_t i = 0; admit->marks && marks && i < record->item_count; i++) {
        marks[i] = is_sure(admit->marks[i], &record->items[i]);
        has_one = has_one || marks[i];
    }
    if (!has_one) return;
    struct shield_sight sight = {
        .record = record, .event = admit->event, .sdk = admit_sdk(admit), .count = admit->shown};
    shield_watch_sure(shield_watch_of(admit->shield), &sight, marks);
}
