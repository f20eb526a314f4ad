#include "shield/shield_watch.h"

#include "base/memory.h"
#include "codec/block.h"
#include "os/os_file.h"
#include "os/os_log.h"
#include "os/os_thread.h"
#include "shield/shield_surprise.h"

#include <math.h>
#include <string.h>

enum {
    TYPES = 6,
    LENGTHS = SHIELD_LENGTH_MORE + 1,
    KINDS = 6,
    MIXED_KINDS = 4,  /* the first ones: digits, small and capital letters, signs */
    MIXED_SHARE = 32, /* each is more than one in so many */
    SKETCH = 64,
    SHARE = 16, /* of a value among the kinds of its characters */
    LOOK_MAX = 256,
    MINUTE_MS = 60000,
    FADE_MAX = 4 * WATCH_WINDOW,
};

struct window {
    uint32_t count;
    uint32_t texts;
    uint32_t surprise; /* sum of means */
    uint32_t types[TYPES];
    uint32_t lengths[LENGTHS];
    uint32_t kinds[KINDS];
};

struct series {
    uint64_t key; /* 0: free */
    uint64_t seen;
    struct window past;
    struct window now;
    float distinct_past; /* share of different values of the windows before; below 0: not known */
    uint8_t sketch[SKETCH];
    bool is_fresh; /* the property was not known: judge it at WATCH_NEW */
    bool is_split; /* began with what another version's looked like */
};
_Static_assert(sizeof(struct series) <= 512, "fixed memory");

struct watched {
    uint32_t project; /* 0: free */
    uint64_t events;
};

struct shield_watch {
    struct os_mutex mutex; /* guards everything below */
    struct shield_findings *findings;
    char path[OS_PATH_SIZE]; /* "": memory only */
    struct watched projects[WATCH_PROJECTS];
    struct series *series;
    uint32_t series_count;
    uint64_t *known;  /* hashes of project, event and property */
    uint32_t *mature; /* beside it: a series of it + 1 that knows what it looks like */
    uint32_t known_count;
    struct shield_hold holds[WATCH_HOLDS];
    uint32_t hold_first;
    uint32_t hold_count;
};

/* --- places --- */

static struct watched *project_of(struct shield_watch *watch, uint32_t project)
{
    for (uint32_t i = 0; i < WATCH_PROJECTS; i++) {
        struct watched *watched = &watch->projects[(project + i) % WATCH_PROJECTS];
        if (watched->project == 0) watched->project = project;
        if (watched->project == project) return watched;
    }
    return NULL;
}

/* Slots are never full: a quarter stays free. The place, or NULL when it is new and there is no
 * room. */
static uint32_t *known_place(struct shield_watch *watch, uint64_t key, bool *is_new)
{
    uint32_t slot = (uint32_t)(key % WATCH_KNOWN);
    while (watch->known[slot] != 0 && watch->known[slot] != key)
        slot = (slot + 1) % WATCH_KNOWN;
    *is_new = watch->known[slot] == 0;
    if (*is_new) {
        if (watch->known_count >= WATCH_KNOWN / 4 * 3) return NULL;
        watch->known[slot] = key;
        watch->known_count++;
    }
    return &watch->mature[slot];
}

static struct series *series_place(struct shield_watch *watch, uint64_t key, bool *is_new)
{
    uint32_t slot = (uint32_t)(key % WATCH_SERIES);
    while (watch->series[slot].key != 0 && watch->series[slot].key != key)
        slot = (slot + 1) % WATCH_SERIES;
    *is_new = watch->series[slot].key == 0;
    if (*is_new) {
        if (watch->series_count >= WATCH_SERIES / 4 * 3) return NULL;
        watch->series_count++;
        watch->series[slot] = (struct series){.key = key, .distinct_past = -1};
    }
    return &watch->series[slot];
}

/* --- counting a value --- */

static int type_of(const struct value *value)
{
    switch (value->kind) {
    case VALUE_MISSING:
    case VALUE_NULL: return 0;
    case VALUE_FALSE:
    case VALUE_TRUE: return 1;
    case VALUE_INTEGER:
    case VALUE_DECIMAL:
    case VALUE_BIG_NUMBER: return 2;
    case VALUE_TEXT: return 3;
    case VALUE_LIST: return 4;
    case VALUE_OBJECT: break;
    }
    return 5;
}

static int length_of(size_t size)
{
    static const size_t ends[] = {0, 8, 16, 32, 64, 256, 4096};
    int length = 0;
    while (length < LENGTHS - 1 && size > ends[length])
        length++;
    return length;
}

static int kind_of(uint8_t byte)
{
    if (byte >= 0x80) return 5;
    if (byte >= '0' && byte <= '9') return 0;
    if (byte >= 'a' && byte <= 'z') return 1;
    if (byte >= 'A' && byte <= 'Z') return 2;
    return byte <= ' ' ? 4 : 3;
}

static void count_text(struct series *series, struct text text)
{
    uint32_t counts[KINDS] = {0};
    struct text looked = text_slice(text, 0, text.size < LOOK_MAX ? text.size : LOOK_MAX);
    for (size_t i = 0; i < looked.size; i++)
        counts[kind_of((uint8_t)looked.bytes[i])]++;
    for (int i = 0; i < KINDS && looked.size > 0; i++)
        series->now.kinds[i] += counts[i] * SHARE / (uint32_t)looked.size;
    series->now.lengths[length_of(text.size)]++;
    series->now.surprise += shield_surprise_mean(looked);
    series->now.texts++;
}

static void count(struct series *series, const struct value *value, uint64_t seed)
{
    uint64_t hash = value_hash(value, seed);
    uint64_t rest = hash / SKETCH | UINT64_C(1) << 57;
    uint8_t rank = (uint8_t)(__builtin_ctzll(rest) + 1);
    if (rank > series->sketch[hash % SKETCH]) series->sketch[hash % SKETCH] = rank;
    series->now.types[type_of(value)]++;
    if (value->kind == VALUE_TEXT) count_text(series, value->text);
    series->now.count++;
    series->seen++;
}

/* --- comparing --- */

/* Population stability index, with half a count in each bin so that none is empty. */
static double psi(const uint32_t *past, const uint32_t *now, int bins)
{
    double past_sum = 0, now_sum = 0, sum = 0;
    for (int i = 0; i < bins; i++) {
        past_sum += past[i] + 0.5;
        now_sum += now[i] + 0.5;
    }
    for (int i = 0; i < bins; i++) {
        double before = (past[i] + 0.5) / past_sum;
        double after = (now[i] + 0.5) / now_sum;
        sum += (after - before) * log(after / before);
    }
    return sum;
}

static double distinct_share(const struct series *series)
{
    double sum = 0;
    int empty = 0;
    for (int i = 0; i < SKETCH; i++) {
        sum += ldexp(1, -series->sketch[i]);
        empty += series->sketch[i] == 0;
    }
    double estimate = 0.709 * SKETCH * SKETCH / sum;
    if (estimate <= 2.5 * SKETCH && empty > 0) estimate = SKETCH * log((double)SKETCH / empty);
    double share = estimate / (series->now.count > 0 ? series->now.count : 1);
    return share < 1 ? share : 1;
}

static double mean_surprise(const struct window *window)
{
    return window->texts > 0 ? (double)window->surprise / window->texts : 0;
}

/* Signs are priced alike, so text of all kinds of characters mixed may cost a little less. */
static bool looks_random(const struct window *window)
{
    double mean = mean_surprise(window);
    uint32_t sum = 0;
    for (int i = 0; i < KINDS; i++)
        sum += window->kinds[i];
    bool is_mixed = true;
    for (int i = 0; i < MIXED_KINDS; i++)
        is_mixed = is_mixed && window->kinds[i] > sum / MIXED_SHARE;
    return mean >= WATCH_RANDOM || (is_mixed && mean >= WATCH_RANDOM_MIXED);
}

/* The number of the alarm, or 0. The strongest reason comes first. */
static int judge(const struct series *series)
{
    const struct window *past = &series->past;
    const struct window *now = &series->now;
    const double limit = 0.25;
    bool has_texts = past->texts >= WATCH_WINDOW / 2 && now->texts >= WATCH_WINDOW / 2;
    if (psi(past->types, now->types, TYPES) > limit) return 3;
    double rise = mean_surprise(now) - mean_surprise(past);
    if (has_texts && rise > SHIELD_SURPRISE_BIT && looks_random(now)) return 8;
    if (has_texts && psi(past->kinds, now->kinds, KINDS) > limit) return 4;
    if (has_texts && psi(past->lengths, now->lengths, LENGTHS) > limit) return 5;
    double share = distinct_share(series);
    bool is_known = series->distinct_past >= 0;
    if (is_known && share > 0.3 && share > 3 * (double)series->distinct_past) return 6;
    return 0;
}

static void add(uint32_t *past, const uint32_t *now, size_t count, bool halves)
{
    for (size_t i = 0; i < count; i++)
        past[i] = (halves ? past[i] / 2 : past[i]) + now[i];
}

/* The window joins those before it; after an alarm it takes their place: it is told once. */
static void turn_window(struct series *series, bool forgets)
{
    struct window *past = &series->past;
    double share = distinct_share(series);
    bool halves = past->count >= FADE_MAX;
    if (forgets) *past = (struct window){0};
    add(&past->count, &series->now.count, sizeof *past / sizeof past->count, halves);
    bool begins = forgets || series->distinct_past < 0;
    series->distinct_past =
        (float)(begins ? share : 0.75 * (double)series->distinct_past + 0.25 * share);
    series->now = (struct window){0};
    memset(series->sketch, 0, sizeof series->sketch);
}

/* --- telling --- */

static void ask_for_hold(struct shield_watch *watch, uint32_t project, struct text property)
{
    if (watch->hold_count == WATCH_HOLDS || property.size > sizeof watch->holds[0].property) return;
    uint32_t place = (watch->hold_first + watch->hold_count++) % WATCH_HOLDS;
    struct shield_hold *hold = &watch->holds[place];
    *hold = (struct shield_hold){.project = project, .size = property.size};
    memcpy(hold->property, property.bytes, property.size);
}

struct place {
    struct shield_watch *watch;
    const struct shield_sight *sight;
};

static void alarm_of(const struct place *place, struct text property, int number)
{
    const struct shield_record *record = place->sight->record;
    struct shield_finding finding = {
        .minute = record->now_ms / MINUTE_MS,
        .project = record->project->id,
        .event = place->sight->event,
        .path = property,
        .detector_version = 1,
        .tier = number == 1 ? SHIELD_TIER_V : SHIELD_TIER_S,
        .action = number == 1 ? SHIELD_QUARANTINE : SHIELD_ALLOW,
        .sdk = place->sight->sdk,
        .source = record->source,
        .alerts = number != 2,
        .count = 1,
    };
    memcpy(finding.detector, "W00", 4);
    finding.detector[2] = (char)('0' + number);
    memcpy(finding.country, "??", sizeof finding.country);
    shield_findings_note(place->watch->findings, &finding);
    if (number == 1) ask_for_hold(place->watch, record->project->id, property);
}

static void judge_new(const struct place *place, struct series *series, struct text property)
{
    series->is_fresh = false;
    bool is_text = 2 * series->now.texts >= series->now.count;
    alarm_of(place, property, is_text && looks_random(&series->now) ? 1 : 2);
}

static void look(const struct place *place, struct series *series, uint32_t *mature,
                 const struct shield_item *item)
{
    struct shield_watch *watch = place->watch;
    count(series, &item->value, series->key);
    if (series->is_fresh && series->now.count >= WATCH_NEW) judge_new(place, series, item->name);
    if (series->now.count < WATCH_WINDOW) return;
    int alarm = series->past.count >= WATCH_WINDOW ? judge(series) : 0;
    if (alarm > 0) alarm_of(place, item->name, series->is_split ? 7 : alarm);
    turn_window(series, alarm > 0);
    series->is_split = false;
    *mature = (uint32_t)(series - watch->series) + 1;
}

/* A version's series begins with what the property looked like in the one before. */
static void begin_series(struct shield_watch *watch, struct series *series, uint32_t mature)
{
    if (mature == 0) return;
    const struct series *other = &watch->series[mature - 1];
    series->past = other->past;
    series->distinct_past = other->distinct_past;
    series->is_split = true;
}

static void watch_item(const struct place *place, uint64_t event_key, uint64_t sdk_key,
                       bool is_learning, const struct shield_item *item)
{
    struct shield_watch *watch = place->watch;
    bool is_new = false, is_new_series = false;
    uint64_t key = text_hash_seeded(item->name, event_key) | 1;
    uint32_t *mature = known_place(watch, key, &is_new);
    if (!mature) return;
    struct series *series = series_place(watch, (key ^ sdk_key) | 1, &is_new_series);
    if (!series) return;
    if (is_new_series) begin_series(watch, series, *mature);
    if (is_new && !is_learning) series->is_fresh = true;
    look(place, series, mature, item);
}

void shield_watch_record(struct shield_watch *watch, const struct shield_sight *sight)
{
    const struct shield_record *record = sight->record;
    struct place place = {watch, sight};
    uint64_t event_key = text_hash_seeded(sight->event, record->project->id);
    uint64_t sdk_key = text_hash(sight->sdk);
    os_mutex_lock(&watch->mutex);
    struct watched *watched = project_of(watch, record->project->id);
    if (watched) watched->events += sight->events;
    for (uint32_t i = 0; watched && i < record->item_count; i++) {
        if (record->items[i].name.size == 0 || (sight->is_data && sight->is_data[i])) continue;
        watch_item(&place, event_key, sdk_key, watched->events <= WATCH_LEARN, &record->items[i]);
    }
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

/* --- the file: "CANDORW1", checksum u64 of the rest, WATCH_PROJECTS of (project u64, events u64),
 * then the keys of what is known --- */

enum {
    HEAD = 16,
    PROJECTS_SIZE = WATCH_PROJECTS * 16,
    FILE_MAX = HEAD + PROJECTS_SIZE + WATCH_KNOWN * 8
};
static const char magic[8] = {'C', 'A', 'N', 'D', 'O', 'R', 'W', '1'};

static bool take_file(struct shield_watch *watch, struct text bytes)
{
    bool is_new;
    if (bytes.size < HEAD + PROJECTS_SIZE || bytes.size % 8 != 0) return false;
    if (memcmp(bytes.bytes, magic, sizeof magic) != 0) return false;
    if (block_checksum(bytes.bytes + HEAD, bytes.size - HEAD, 0) != load_u64(bytes.bytes + 8)) {
        return false;
    }
    const char *at = bytes.bytes + HEAD;
    for (uint32_t i = 0; i < WATCH_PROJECTS; i++, at += 16)
        watch->projects[i] = (struct watched){(uint32_t)load_u64(at), load_u64(at + 8)};
    for (; at < bytes.bytes + bytes.size; at += 8)
        if (load_u64(at) != 0) (void)known_place(watch, load_u64(at), &is_new);
    return true;
}

struct shield_watch *shield_watch_open(const char *folder, struct shield_findings *findings)
{
    struct shield_watch *watch = MEMORY_NEW(struct shield_watch);
    struct error error = {0};
    char *bytes = NULL;
    size_t size = 0;
    os_mutex_init(&watch->mutex);
    watch->findings = findings;
    watch->series = MEMORY_ARRAY(struct series, WATCH_SERIES);
    watch->known = MEMORY_ARRAY(uint64_t, WATCH_KNOWN);
    watch->mature = MEMORY_ARRAY(uint32_t, WATCH_KNOWN);
    if (!folder || !os_path_join(watch->path, folder, "watch")) return watch;
    if (!os_exists(watch->path)) return watch;
    if (os_file_read_all(watch->path, FILE_MAX, &bytes, &size, &error) != STATUS_OK ||
        !take_file(watch, (struct text){bytes, size})) {
        os_log(OS_LOG_WARNING, "shield", "what was watched cannot be read: it is learnt anew");
    }
    memory_free(bytes);
    return watch;
}

static void write_file(const struct shield_watch *watch, struct buffer *out)
{
    buffer_append(out, magic, sizeof magic);
    buffer_append_u64(out, 0);
    for (uint32_t i = 0; i < WATCH_PROJECTS; i++) {
        buffer_append_u64(out, watch->projects[i].project);
        buffer_append_u64(out, watch->projects[i].events);
    }
    for (uint32_t i = 0; i < WATCH_KNOWN; i++) {
        if (watch->known[i] != 0) buffer_append_u64(out, watch->known[i]);
    }
    store_u64(out->bytes + 8, block_checksum(out->bytes + HEAD, out->size - HEAD, 0));
}

static enum status save_bytes(const struct shield_watch *watch, const struct buffer *bytes,
                              struct error *error)
{
    struct os_file file;
    TRY(os_file_create(&file, watch->path, error));
    enum status status = os_file_write(&file, 0, bytes->bytes, bytes->size, error);
    if (status == STATUS_OK) status = os_file_publish(&file, error);
    os_file_close(&file);
    return status;
}

enum status shield_watch_save(struct shield_watch *watch, struct error *error)
{
    struct buffer bytes;
    if (watch->path[0] == 0) return STATUS_OK;
    buffer_init(&bytes, FILE_MAX);
    os_mutex_lock(&watch->mutex);
    write_file(watch, &bytes);
    os_mutex_unlock(&watch->mutex);
    enum status status = save_bytes(watch, &bytes, error);
    buffer_release(&bytes);
    return status;
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
    memory_free(watch->known);
    memory_free(watch->mature);
    memory_free(watch);
}
