/* What the watch knows, over restarts: one file, written whole and published.
 *
 * "CANDORW4", checksum u64 of the rest, then:
 *   projects   u32 count; each u32 project, u64 events
 *   known      u32 count; each u64 key
 *   series     u32 count; each SERIES_FIXED bytes as write_series has them, then its three names
 *   volumes    u32 count; each VOLUME_FIXED bytes as write_volume has them, then its name
 * Numbers are little-endian. Of a series only the windows that are over are written: no sketch, and
 * no hash of a value. A file that ends early, says a count that has no room, or has a wrong
 * checksum is not read at all. */
#include "shield/shield_watch_internal.h"

#include "base/memory.h"
#include "codec/block.h"
#include "os/os_file.h"
#include "os/os_log.h"

#include <string.h>

enum {
    HEAD = 16,
    SERIES_FIXED = 7 * 8 + (8 + SERIES_SURE) * 4 + WINDOW_NUMBERS * 2,
    SERIES_ROOM = SERIES_FIXED + SERIES_PROPERTY + SERIES_EVENT + SERIES_SDK,
    VOLUME_FIXED = 6 * 8 + 2 * 4 + VOLUME_HOURS * VOLUME_WEEKS,
    FILE_MAX = HEAD + WATCH_PROJECTS * 12 + WATCH_KNOWN * 8 + WATCH_SERIES * SERIES_ROOM +
               WATCH_VOLUMES * (VOLUME_FIXED + VOLUME_EVENT) + 16,
};
_Static_assert((int)WATCH_PATH_SIZE == (int)OS_PATH_SIZE, "a path has room");

_Static_assert(WINDOW_NUMBERS % 2 == 0, "two are written as one");

static const char magic[8] = {'C', 'A', 'N', 'D', 'O', 'R', 'W', '4'};

/* --- reading --- */

struct reading {
    const char *at;
    size_t left;
    bool fails;
};

static const char *take(struct reading *reading, size_t size)
{
    static const char nothing[VOLUME_FIXED]; /* the largest that is ever taken */
    const char *at = reading->at;
    if (reading->fails || reading->left < size) {
        reading->fails = true;
        return nothing;
    }
    reading->at += size;
    reading->left -= size;
    return at;
}

static uint32_t take_u32(struct reading *reading)
{
    return load_u32(take(reading, 4));
}

static uint64_t take_u64(struct reading *reading)
{
    return load_u64(take(reading, 8));
}

/* So many entries, if there is room for them. */
static uint32_t take_count(struct reading *reading, uint32_t max)
{
    uint32_t count = take_u32(reading);
    if (count > max) reading->fails = true;
    return reading->fails ? 0 : count;
}

static uint8_t take_name(struct reading *reading, uint32_t size, char *place, size_t room)
{
    if (size > room) reading->fails = true;
    const char *bytes = take(reading, size);
    if (reading->fails) return 0;
    memcpy(place, bytes, size);
    return (uint8_t)size;
}

static void read_window(struct reading *reading, struct window *window)
{
    uint16_t numbers[WINDOW_NUMBERS];
    window->surprise = take_u32(reading);
    for (int i = 0; i < WINDOW_NUMBERS; i += 2) {
        uint32_t two = take_u32(reading);
        numbers[i] = (uint16_t)(two & UINT16_MAX);
        numbers[i + 1] = (uint16_t)(two >> 16);
    }
    window_set(window, numbers);
}

static struct sure_share take_sure(struct reading *reading)
{
    uint32_t two = take_u32(reading);
    return (struct sure_share){(uint16_t)(two & UINT16_MAX), (uint16_t)(two >> 16)};
}

/* Another series may be the first of its name than was. */
static void know_name(struct shield_watch *watch, const struct series *series)
{
    watch_know_name(watch, series);
    struct series *first = watch_namesake(watch, series);
    if (first && first->sure_minute < series->sure_minute) first->sure_minute = series->sure_minute;
}

static void read_series(struct shield_watch *watch, struct reading *reading)
{
    bool is_new, is_known;
    uint64_t key = take_u64(reading);
    if (reading->fails || key == 0) return;
    struct series *series = watch_series(watch, key, &is_new);
    series->property = take_u64(reading);
    series->total = take_u64(reading);
    series->around = take_u64(reading);
    series->event_total = take_u64(reading);
    series->near_total = take_u64(reading);
    series->sure_total = take_u64(reading);
    uint32_t share = take_u32(reading);
    series->project = take_u32(reading);
    series->first_minute = take_u32(reading);
    series->last_minute = take_u32(reading);
    series->signal_minute = take_u32(reading);
    series->sure_minute = take_u32(reading);
    for (int i = 0; i < SERIES_SURE; i++)
        series->sure[i] = take_sure(reading);
    uint32_t bits = take_u32(reading);
    read_window(reading, &series->past);
    memcpy(&series->distinct_past, &share, sizeof share);
    series->signal = (uint8_t)(bits & 0x7f);
    series->is_cut = bits >> 7 & 1;
    series->name_size = take_name(reading, bits >> 8 & 0xff, series->name, sizeof series->name);
    series->event_size = take_name(reading, bits >> 16 & 0xff, series->event, sizeof series->event);
    series->sdk_size = take_name(reading, bits >> 24 & 0xff, series->sdk, sizeof series->sdk);
    if (reading->fails) return;
    if (series->name_size > 0) know_name(watch, series);
    if (series->past.count < WATCH_WINDOW) return;
    uint32_t known = watch_known(watch, series->property, &is_known);
    if (known < WATCH_KNOWN) watch->settled[known] = (uint32_t)(series - watch->series) + 1;
}

static void read_volume(struct shield_watch *watch, struct reading *reading)
{
    bool is_new;
    uint64_t key = take_u64(reading);
    if (reading->fails || key == 0) return;
    struct volume *volume = watch_volume(watch, key, &is_new);
    volume->hour = take_u64(reading);
    volume->quiet_more = take_u64(reading);
    volume->quiet_fewer = take_u64(reading);
    volume->last_hour = take_u64(reading);
    volume->count = take_u64(reading);
    volume->project = take_u32(reading);
    uint32_t size = take_u32(reading);
    memcpy(volume->past, take(reading, sizeof volume->past), sizeof volume->past);
    volume->event_size = take_name(reading, size, volume->event, sizeof volume->event);
    volume->is_whole = false; /* nobody counted for a while */
}

static bool read_all(struct shield_watch *watch, struct text bytes)
{
    bool is_new;
    if (bytes.size < HEAD || memcmp(bytes.bytes, magic, sizeof magic) != 0) return false;
    if (block_checksum(bytes.bytes + HEAD, bytes.size - HEAD, 0) != load_u64(bytes.bytes + 8)) {
        return false;
    }
    struct reading reading = {bytes.bytes + HEAD, bytes.size - HEAD, false};
    uint32_t count = take_count(&reading, WATCH_PROJECTS);
    for (uint32_t i = 0; i < count && !reading.fails; i++) {
        uint32_t project = take_u32(&reading);
        struct watched *watched = project > 0 ? watch_project(watch, project) : NULL;
        uint64_t events = take_u64(&reading);
        if (watched) watched->events = events;
    }
    count = take_count(&reading, WATCH_KNOWN);
    for (uint32_t i = 0; i < count && !reading.fails; i++) {
        uint64_t key = take_u64(&reading);
        if (key != 0) (void)watch_known(watch, key, &is_new);
    }
    count = take_count(&reading, WATCH_SERIES);
    for (uint32_t i = 0; i < count && !reading.fails; i++)
        read_series(watch, &reading);
    count = take_count(&reading, WATCH_VOLUMES);
    for (uint32_t i = 0; i < count && !reading.fails; i++)
        read_volume(watch, &reading);
    return !reading.fails && reading.left == 0;
}

/* As if nothing had been read. */
static void clear(struct shield_watch *watch)
{
    memset(watch->projects, 0, sizeof watch->projects);
    memset(watch->series, 0, WATCH_SERIES * sizeof *watch->series);
    memset(watch->volumes, 0, WATCH_VOLUMES * sizeof *watch->volumes);
    memset(watch->known, 0, WATCH_KNOWN * sizeof *watch->known);
    memset(watch->settled, 0, WATCH_KNOWN * sizeof *watch->settled);
    watch->known_count = 0;
}

void watch_open_file(struct shield_watch *watch, const char *folder)
{
    struct error error = {0};
    char *bytes = NULL;
    size_t size = 0;
    if (!os_path_join(watch->path, folder, "watch") || !os_exists(watch->path)) return;
    if (os_file_read_all(watch->path, FILE_MAX, &bytes, &size, &error) != STATUS_OK ||
        !read_all(watch, (struct text){bytes, size})) {
        os_log(OS_LOG_WARNING, "shield", "what was watched cannot be read: it is learnt anew");
        clear(watch);
    }
    memory_free(bytes);
}

/* --- writing --- */

static void write_window(const struct window *window, struct buffer *out)
{
    uint16_t numbers[WINDOW_NUMBERS];
    window_get(window, numbers);
    buffer_append_u32(out, window->surprise);
    for (int i = 0; i < WINDOW_NUMBERS; i += 2)
        buffer_append_u32(out, (uint32_t)numbers[i + 1] << 16 | numbers[i]);
}

static void write_series(const struct series *series, struct buffer *out)
{
    uint32_t share;
    memcpy(&share, &series->distinct_past, sizeof share);
    buffer_append_u64(out, series->key);
    buffer_append_u64(out, series->property);
    buffer_append_u64(out, series->total);
    buffer_append_u64(out, series->around);
    buffer_append_u64(out, series->event_total);
    buffer_append_u64(out, series->near_total);
    buffer_append_u64(out, series->sure_total);
    buffer_append_u32(out, share);
    buffer_append_u32(out, series->project);
    buffer_append_u32(out, series->first_minute);
    buffer_append_u32(out, series->last_minute);
    buffer_append_u32(out, series->signal_minute);
    buffer_append_u32(out, series->sure_minute);
    for (int i = 0; i < SERIES_SURE; i++)
        buffer_append_u32(out, (uint32_t)series->sure[i].hits << 16 | series->sure[i].values);
    buffer_append_u32(out, (uint32_t)series->signal | (uint32_t)series->is_cut << 7 |
                               (uint32_t)series->name_size << 8 |
                               (uint32_t)series->event_size << 16 |
                               (uint32_t)series->sdk_size << 24);
    write_window(&series->past, out);
    buffer_append(out, series->name, series->name_size);
    buffer_append(out, series->event, series->event_size);
    buffer_append(out, series->sdk, series->sdk_size);
}

static void write_volume(const struct volume *volume, struct buffer *out)
{
    buffer_append_u64(out, volume->key);
    buffer_append_u64(out, volume->hour);
    buffer_append_u64(out, volume->quiet_more);
    buffer_append_u64(out, volume->quiet_fewer);
    buffer_append_u64(out, volume->last_hour);
    buffer_append_u64(out, volume->count);
    buffer_append_u32(out, volume->project);
    buffer_append_u32(out, volume->event_size);
    buffer_append(out, volume->past, sizeof volume->past);
    buffer_append(out, volume->event, volume->event_size);
}

/* A place for a count that is known later. */
static size_t begin_count(struct buffer *out)
{
    size_t place = out->size;
    buffer_append_u32(out, 0);
    return place;
}

static void write_places(const struct shield_watch *watch, struct buffer *out)
{
    uint32_t count = 0;
    size_t place = begin_count(out);
    for (uint32_t i = 0; i < WATCH_PROJECTS; i++) {
        if (watch->projects[i].project == 0) continue;
        buffer_append_u32(out, watch->projects[i].project);
        buffer_append_u64(out, watch->projects[i].events);
        count++;
    }
    store_u32(out->bytes + place, count);
    buffer_append_u32(out, watch->known_count);
    for (uint32_t i = 0; i < WATCH_KNOWN; i++)
        if (watch->known[i] != 0) buffer_append_u64(out, watch->known[i]);
}

static void write_counts(const struct shield_watch *watch, struct buffer *out)
{
    uint32_t count = 0;
    size_t place = begin_count(out);
    for (uint32_t i = 0; i < WATCH_SERIES; i++) {
        if (watch->series[i].key == 0) continue;
        write_series(&watch->series[i], out);
        count++;
    }
    store_u32(out->bytes + place, count);
    count = 0;
    place = begin_count(out);
    for (uint32_t i = 0; i < WATCH_VOLUMES; i++) {
        if (watch->volumes[i].key == 0) continue;
        write_volume(&watch->volumes[i], out);
        count++;
    }
    store_u32(out->bytes + place, count);
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
    buffer_append(&bytes, magic, sizeof magic);
    buffer_append_u64(&bytes, 0);
    os_mutex_lock(&watch->mutex);
    write_places(watch, &bytes);
    write_counts(watch, &bytes);
    os_mutex_unlock(&watch->mutex);
    store_u64(bytes.bytes + 8, block_checksum(bytes.bytes + HEAD, bytes.size - HEAD, 0));
    enum status status = save_bytes(watch, &bytes, error);
    buffer_release(&bytes);
    return status;
}
