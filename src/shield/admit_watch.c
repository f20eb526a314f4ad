/* The drift watch's share of each record. Every record comes through here, so what is well known
 * costs one hash of its names and one look-up. */
#include "shield/admit_watch.h"

#include "crypt/secret.h"
#include "shield/admit_internal.h"
#include "shield/shield_watch.h"

#include <string.h>

_Static_assert((int)ADMIT_WATCH_FIRST >= (int)WATCH_WINDOW, "a burst fills a window");
_Static_assert(ADMIT_WATCH_FIRST <= UINT8_MAX, "counted in a byte");

/* --- the shape --- */

/* *place is what its properties' names are hashed under. */
static uint64_t shape_of(const struct admit *admit, uint64_t seed, uint64_t *place)
{
    const struct shield_record *record = admit->record;
    uint64_t around = text_hash_seeded(admit->event, seed + record->project->id);
    around += text_hash_seeded(admit->library, seed ^ 1);
    around += text_hash_seeded(admit->version, seed ^ 2);
    *place = around;
    uint64_t parts[] = {admit->names_hash, around};
    return text_hash_seeded((struct text){(const char *)parts, sizeof parts}, seed) | 1;
}

/* --- what was shown --- */

/* The place of a hash; a new one takes that of what was longest not asked for. */
static struct admit_shown *shown_of(struct admit_shown row[ADMIT_WATCH_WAYS], uint64_t hash)
{
    struct admit_shown *oldest = row;
    for (int i = 0; i < ADMIT_WATCH_WAYS; i++) {
        if (row[i].hash == hash) return &row[i];
        if (row[i].second < oldest->second) oldest = &row[i];
    }
    *oldest = (struct admit_shown){.hash = hash};
    return oldest;
}

/* Counts this one. */
static bool is_wanted(struct admit_shown *shown, uint32_t second)
{
    if (shown->second != second) {
        shown->second = second;
        shown->in_second = 0;
    }
    if (shown->first < ADMIT_WATCH_FIRST) {
        shown->first++;
        return true;
    }
    if (shown->in_second == ADMIT_WATCH_SECOND) return false;
    shown->in_second++;
    return true;
}

static bool wants_a_name(const struct admit *admit, uint64_t place, uint32_t second)
{
    struct admit_watched *watched = &admit->scratch->watched;
    const struct shield_record *record = admit->record;
    bool wants = false;
    for (uint32_t i = 0; i < record->item_count; i++) {
        uint64_t hash = text_hash_seeded(record->items[i].name, place) | 1;
        struct admit_shown *row = watched->names[hash >> 32 & (ADMIT_WATCH_ROWS - 1)];
        wants = is_wanted(shown_of(row, hash), second) || wants;
    }
    return wants;
}

/* How many records of its shape it stands for: itself and those left out before it, or 0. */
static uint32_t share_of(const struct admit *admit)
{
    struct admit_watched *watched = &admit->scratch->watched;
    uint32_t second = (uint32_t)(admit->record->now_ms / 1000);
    uint64_t place;
    uint64_t shape = shape_of(admit, watched->seed, &place);
    struct admit_shown *shown =
        shown_of(watched->shapes[shape >> 32 & (ADMIT_WATCH_ROWS - 1)], shape);
    bool is_shown = is_wanted(shown, second) && wants_a_name(admit, place, second);
    if (shown->left_out == ADMIT_WATCH_SHARE - 1) is_shown = true;
    uint32_t count = is_shown ? shown->left_out + 1U : 0;
    shown->left_out = is_shown ? 0 : (uint16_t)(shown->left_out + 1);
    return count;
}

/* --- showing --- */

/* How many events of the project this one stands for: itself, and those left out before it. */
static uint32_t count_events(struct admit_watched *watched, uint32_t project, bool is_shown)
{
    uint32_t place = project % ADMIT_WATCH_PROJECTS;
    if (watched->projects[place].project != project) {
        watched->projects[place].project = project;
        watched->projects[place].events = 0;
    }
    uint32_t events = ++watched->projects[place].events;
    if (is_shown) watched->projects[place].events = 0;
    return events;
}

/* False: its name is data. */
static bool read_item(struct admit *admit, const struct shield_item *item, bool *is_near)
{
    struct admit_key key;
    if (!admit_read_key(admit, item->name, NULL, &key)) return false;
    *is_near = admit_is_near(admit, &key, &item->value);
    return true;
}

static void show(struct admit *admit, uint32_t events, uint32_t count)
{
    const struct shield_record *record = admit->record;
    struct arena *arena = &admit->scratch->arena;
    bool *is_data = ARENA_ARRAY(arena, bool, record->item_count + 1);
    bool *is_near = ARENA_ARRAY(arena, bool, record->item_count + 1);
    if (!is_data || !is_near) return;
    for (uint32_t i = 0; i < record->item_count; i++)
        is_data[i] = !read_item(admit, &record->items[i], &is_near[i]);
    struct shield_sight sight = {
        .record = record,
        .event = admit->event,
        .sdk = admit_sdk(admit),
        .is_data = is_data,
        .is_near = is_near,
        .events = events,
        .count = count,
    };
    shield_watch_record(shield_watch_of(admit->shield), &sight);
}

void admit_watch(struct admit *admit)
{
    struct admit_watched *watched = &admit->scratch->watched;
    const struct shield_record *record = admit->record;
    if (record->source == SHIELD_FROM_SCAN) return;
    while (watched->seed == 0)
        secret_random(&watched->seed, sizeof watched->seed);
    uint32_t count = share_of(admit);
    uint32_t events = count_events(watched, record->project->id, count > 0);
    if (count == 0) return;
    admit->shown = count;
    admit->marks = ARENA_ARRAY(&admit->scratch->arena, uint8_t, record->item_count + 1);
    size_t mark = arena_mark(&admit->scratch->arena);
    show(admit, events, count);
    arena_rewind(&admit->scratch->arena, mark);
}
