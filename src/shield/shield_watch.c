#include "shield/shield_watch_internal.h"

#include "base/memory.h"
#include "crypt/secret.h"
#include "os/os_log.h"

#include <string.h>

/* --- telling --- */

struct alarm {
    uint32_t project;
    int number;
    struct text event;
    struct text property; /* "": the event as a whole */
    struct text sdk;
    enum shield_source source;
    int64_t now_ms;
};

static void ask_for_hold(struct shield_watch *watch, const struct alarm *alarm)
{
    struct text property = alarm->property;
    if (watch->hold_count == WATCH_HOLDS || property.size > sizeof watch->holds[0].property) return;
    uint32_t place = (watch->hold_first + watch->hold_count++) % WATCH_HOLDS;
    struct shield_hold *hold = &watch->holds[place];
    *hold = (struct shield_hold){
        .project = alarm->project, .number = alarm->number, .size = property.size};
    memcpy(hold->property, property.bytes, property.size);
}

static void tell(struct shield_watch *watch, const struct alarm *alarm)
{
    bool holds = alarm->number == WATCH_NEW_RANDOM || alarm->number == WATCH_SURELY;
    struct shield_finding finding = {
        .minute = alarm->now_ms / WATCH_MINUTE_MS,
        .project = alarm->project,
        .event = alarm->event,
        .path = alarm->property,
        .detector_version = 1,
        .tier = holds ? SHIELD_TIER_V : SHIELD_TIER_S,
        .action = holds ? SHIELD_QUARANTINE : SHIELD_ALLOW,
        .sdk = alarm->sdk,
        .source = alarm->source,
        .alerts = alarm->number != WATCH_NEW_PROPERTY,
        .count = 1,
    };
    watch_detector(alarm->number, finding.detector);
    memcpy(finding.country, "??", sizeof finding.country);
    shield_findings_note(watch->findings, &finding);
    if (holds) ask_for_hold(watch, alarm);
}

/* --- a property --- */

struct place {
    struct shield_watch *watch;
    const struct shield_sight *sight;
    const struct series *event; /* of the event itself, as this library sends it */
    uint64_t event_key;
    uint64_t sdk_key;
    bool is_learning;
};

static void note_signal(const struct place *place, struct series *series, struct text property,
                        int number)
{
    const struct shield_sight *sight = place->sight;
    struct alarm alarm = {
        .project = sight->record->project->id,
        .number = number,
        .event = sight->event,
        .property = property,
        .sdk = sight->sdk,
        .source = sight->record->source,
        .now_ms = sight->record->now_ms,
    };
    series->signal = (uint8_t)number;
    series->signal_minute = (uint32_t)(alarm.now_ms / WATCH_MINUTE_MS);
    tell(place->watch, &alarm);
}

/* An id that an event brings which is new itself, and that looks so everywhere, is nothing new. */
static bool looks_so_elsewhere(const struct shield_watch *watch, const struct series *series)
{
    const struct series *other = watch_namesake(watch, series);
    if (!other || other == series) return false;
    return series_looks_random(other->past.count > 0 ? &other->past : &other->now);
}

static void judge_new(const struct place *place, struct series *series, struct text property)
{
    bool is_text = 2 * series->now.texts >= series->now.count;
    bool is_random =
        is_text && series_looks_random(&series->now) && !looks_so_elsewhere(place->watch, series);
    series->is_fresh = false;
    note_signal(place, series, property, is_random ? WATCH_NEW_RANDOM : WATCH_NEW_PROPERTY);
}

static void look(const struct place *place, struct series *series, uint32_t known, uint32_t i)
{
    struct shield_watch *watch = place->watch;
    const struct shield_sight *sight = place->sight;
    const struct shield_item *item = &sight->record->items[i];
    series_count(series, &item->value, watch->seed);
    if (sight->is_near && sight->is_near[i]) series_count_near(series, sight->count);
    if (series->is_fresh && series->now.count >= WATCH_NEW) judge_new(place, series, item->name);
    if (series->now.count < WATCH_WINDOW) return;
    int number = series->past.count >= WATCH_WINDOW ? series_judge(series) : 0;
    if (number > 0) note_signal(place, series, item->name, series->is_split ? WATCH_SPLIT : number);
    series_turn(series, number > 0);
    series->is_split = false;
    if (known < WATCH_KNOWN) watch->settled[known] = (uint32_t)(series - watch->series) + 1;
}

/* A version's series begins with what the property looked like in the one before. */
static void begin_split(const struct shield_watch *watch, struct series *series, uint32_t known)
{
    uint32_t settled = known < WATCH_KNOWN ? watch->settled[known] : 0;
    if (settled == 0) return;
    const struct series *other = &watch->series[settled - 1];
    if (other == series || other->property != series->property) return; /* it made room */
    series->past = other->past;
    series->distinct_past = other->distinct_past;
    series->is_split = true;
}

static struct series *series_of(const struct place *place, uint64_t key, struct text name,
                                bool *is_new)
{
    const struct shield_sight *sight = place->sight;
    struct series *series = watch_series(place->watch, (key ^ place->sdk_key) | 1, is_new);
    uint32_t minute = (uint32_t)(sight->record->now_ms / WATCH_MINUTE_MS);
    if (*is_new) {
        series->property = key;
        series->around = (place->event_key ^ place->sdk_key) | 1;
        series->project = sight->record->project->id;
        series->first_minute = minute;
        series->name_size = watch_copy(series->name, sizeof series->name, name);
        series->event_size = watch_copy(series->event, sizeof series->event, sight->event);
        series->sdk_size = watch_copy(series->sdk, sizeof series->sdk, sight->sdk);
        series->is_cut = series->name_size < name.size || series->event_size < sight->event.size ||
                         series->sdk_size < sight->sdk.size;
    }
    series->last_minute = minute;
    series->total += sight->count;
    return series;
}

static void watch_item(const struct place *place, uint32_t i)
{
    bool is_new, is_new_series;
    const struct shield_item *item = &place->sight->record->items[i];
    uint64_t key = text_hash_seeded(item->name, place->event_key) | 1;
    uint32_t known = watch_known(place->watch, key, &is_new);
    struct series *series = series_of(place, key, item->name, &is_new_series);
    if (is_new_series) {
        series->event_total = place->event->total - place->sight->count;
        begin_split(place->watch, series, known);
        watch_know_name(place->watch, series);
    }
    if (is_new && !place->is_learning) series->is_fresh = true;
    look(place, series, known, i);
}

/* --- an event --- */

static void tell_volume(struct shield_watch *watch, const struct volume *volume, int64_t now_ms)
{
    struct alarm alarm = {
        .project = volume->project,
        .number = WATCH_VOLUME,
        .event = {volume->event, volume->event_size},
        .source = SHIELD_FROM_MANUAL,
        .now_ms = now_ms,
    };
    tell(watch, &alarm);
}

static void count_volume(const struct place *place)
{
    bool is_new;
    const struct shield_sight *sight = place->sight;
    const struct shield_record *record = sight->record;
    uint64_t hour = (uint64_t)record->now_ms / WATCH_HOUR_MS;
    if (record->source == SHIELD_FROM_IMPORT) return; /* it is of another time */
    struct volume *volume = watch_volume(place->watch, place->event_key | 1, &is_new);
    if (is_new) {
        volume->hour = hour;
        volume->project = record->project->id;
        volume->event_size = watch_copy(volume->event, sizeof volume->event, sight->event);
    }
    bool is_odd = volume_turn(volume, hour) != VOLUME_USUAL;
    if (volume_add(volume, sight->count) != VOLUME_USUAL || is_odd) {
        tell_volume(place->watch, volume, record->now_ms);
    }
}

void shield_watch_tend(struct shield_watch *watch, int64_t now_ms)
{
    uint64_t hour = (uint64_t)now_ms / WATCH_HOUR_MS;
    os_mutex_lock(&watch->mutex);
    for (uint32_t i = 0; hour > watch->hour && i < WATCH_VOLUMES; i++) {
        struct volume *volume = &watch->volumes[i];
        if (volume->key == 0 || volume_turn(volume, hour) == VOLUME_USUAL) continue;
        tell_volume(watch, volume, now_ms);
    }
    if (hour > watch->hour) watch->hour = hour;
    os_mutex_unlock(&watch->mutex);
}

/* --- a record --- */

static void watch_items(struct place *place)
{
    bool is_new;
    const struct shield_sight *sight = place->sight;
    const struct shield_record *record = sight->record;
    place->event = series_of(place, place->event_key, TEXT(""), &is_new);
    for (uint32_t i = 0; i < record->item_count; i++) {
        if (record->items[i].name.size == 0 || (sight->is_data && sight->is_data[i])) continue;
        watch_item(place, i);
    }
}

static struct place place_of(struct shield_watch *watch, const struct shield_sight *sight)
{
    return (struct place){
        .watch = watch,
        .sight = sight,
        .event_key = text_hash_seeded(sight->event, sight->record->project->id),
        .sdk_key = text_hash(sight->sdk),
    };
}

void shield_watch_record(struct shield_watch *watch, const struct shield_sight *sight)
{
    struct place place = place_of(watch, sight);
    os_mutex_lock(&watch->mutex);
    struct watched *watched = watch_project(watch, sight->record->project->id);
    if (watched) {
        watched->events += sight->events;
        place.is_learning = watched->events <= WATCH_LEARN;
        watch_items(&place);
        count_volume(&place);
    }
    os_mutex_unlock(&watch->mutex);
}

/* --- what detectors found --- */

static bool is_quiet(const struct series *series, uint32_t minute)
{
    const uint32_t quiet = WATCH_SURE_DAYS * 24 * 60;
    return series->sure_minute > 0 && minute - series->sure_minute < quiet;
}

/* A hold is of the name: the first series of it remembers when it was asked for, so that what a
 * person released is not held again by the next event or version. */
static bool was_told_lately(const struct shield_watch *watch, struct series *series,
                            uint32_t minute)
{
    struct series *first = watch_namesake(watch, series);
    if (!first) first = series;
    if (is_quiet(first, minute) || is_quiet(series, minute)) return true;
    first->sure_minute = series->sure_minute = minute;
    return false;
}

static void count_sure(const struct place *place, struct text name)
{
    uint64_t key = text_hash_seeded(name, place->event_key) | 1;
    struct series *series = watch_find(place->watch, (key ^ place->sdk_key) | 1);
    uint32_t minute = (uint32_t)(place->sight->record->now_ms / WATCH_MINUTE_MS);
    if (!series || !series_count_sure(series, place->sight->count)) return;
    if (!was_told_lately(place->watch, series, minute))
        note_signal(place, series, name, WATCH_SURELY);
}

void shield_watch_sure(struct shield_watch *watch, const struct shield_sight *sight,
                       const bool *is_sure)
{
    struct place place = place_of(watch, sight);
    const struct shield_record *record = sight->record;
    os_mutex_lock(&watch->mutex);
    for (uint32_t i = 0; i < record->item_count; i++)
        if (is_sure[i]) count_sure(&place, record->items[i].name);
    os_mutex_unlock(&watch->mutex);
}

bool shield_watch_next_hold(struct shield_watch *watch, struct shield_hold *hold)
{
    os_mutex_lock(&watch->mutex);
    bool has_one = watch->hold_count > 0;
    if (has_one) {
        *hold = watch->holds[watch->hold_first];
        watch->hold_first = (watch->hold_first + 1) % WATCH_HOLDS;
        watch->hold_count--;
    }
    os_mutex_unlock(&watch->mutex);
    return has_one;
}

/* --- opening --- */

struct shield_watch *shield_watch_open(const char *folder, struct shield_findings *findings)
{
    struct shield_watch *watch = MEMORY_NEW(struct shield_watch);
    os_mutex_init(&watch->mutex);
    watch->findings = findings;
    secret_random(&watch->seed, sizeof watch->seed);
    watch->series = MEMORY_ARRAY(struct series, WATCH_SERIES); /* touched as far as it is used */
    watch->volumes = MEMORY_ARRAY(struct volume, WATCH_VOLUMES);
    watch->known = MEMORY_ARRAY(uint64_t, WATCH_KNOWN);
    watch->settled = MEMORY_ARRAY(uint32_t, WATCH_KNOWN);
    if (folder) watch_open_file(watch, folder);
    return watch;
}

void shield_watch_close(struct shield_watch *watch)
{
    struct error error = {0};
    if (!watch) return;
    if (shield_watch_save(watch, &error) != STATUS_OK) {
        os_log_error(OS_LOG_ERROR, "shield", "could not save what is watched", &error);
    }
    os_mutex_release(&watch->mutex);
    memory_free(watch->series);
    memory_free(watch->volumes);
    memory_free(watch->known);
    memory_free(watch->settled);
    memory_free(watch);
}
