#include "ingest/duplicate_window.h"

#include "base/check.h"
#include "base/memory.h"

#include <stdatomic.h>

enum {
    SLOTS_FIRST = 64,
    RECENT_FIRST = 256,
};

/* One day of one project. Slot value 0 is empty; a key whose upper half is 0 is stored as 1. */
struct day_set {
    uint32_t project;
    uint32_t day;
    uint64_t *slots;
    uint32_t slot_count; /* a power of two */
    uint32_t count;
    uint64_t used_at; /* the window's clock when it was last asked */
};

struct added_key {
    uint32_t project;
    struct event_key key;
};

struct duplicate_window {
    struct duplicate_window_options options;
    struct day_set **days; /* few: searched from the newest use */
    uint32_t day_count;
    uint32_t last;  /* index of the set asked last */
    uint64_t clock; /* counts questions */
    struct added_key *recent;
    uint32_t recent_count;
    uint32_t recent_capacity;
    /* All events of the days without a set are in the backend and published: none was handed over
     * since the last settling, because each would have made its day's set. */
    bool is_settled;
    atomic_uint_fast64_t bytes;
};

struct duplicate_window *duplicate_window_make(const struct duplicate_window_options *options)
{
    assert(options->backend);
    struct duplicate_window *window = MEMORY_NEW(struct duplicate_window);
    window->options = *options;
    if (window->options.bytes_max == 0) window->options.bytes_max = DUPLICATE_WINDOW_BYTES_MAX;
    return window;
}

static void day_release(struct duplicate_window *window, struct day_set *day)
{
    atomic_fetch_sub(&window->bytes, (uint64_t)day->slot_count * sizeof(uint64_t));
    memory_free(day->slots);
    memory_free(day);
}

void duplicate_window_release(struct duplicate_window *window)
{
    for (uint32_t i = 0; i < window->day_count; i++)
        day_release(window, window->days[i]);
    memory_free(window->days);
    memory_free(window->recent);
    memory_free(window);
}

static uint64_t stored_half(struct event_key key)
{
    return key.high ? key.high : 1;
}

/* Where the search for a half begins: found again from the half alone when a set grows. */
static uint32_t home_slot(uint64_t half, uint32_t mask)
{
    return (uint32_t)((half * 0x9e3779b97f4a7c15ULL) >> 32) & mask;
}

static uint32_t find_slot(const struct day_set *day, uint64_t half)
{
    uint32_t mask = day->slot_count - 1;
    uint32_t slot = home_slot(half, mask);
    while (day->slots[slot] != 0 && day->slots[slot] != half)
        slot = (slot + 1) & mask;
    return slot;
}

static void day_grow(struct duplicate_window *window, struct day_set *day)
{
    uint32_t old_count = day->slot_count;
    uint64_t *old_slots = day->slots;
    day->slot_count = old_count ? old_count * 2 : SLOTS_FIRST;
    day->slots = MEMORY_ARRAY(uint64_t, day->slot_count);
    for (uint32_t i = 0; i < old_count; i++) {
        if (old_slots[i] != 0) day->slots[find_slot(day, old_slots[i])] = old_slots[i];
    }
    memory_free(old_slots);
    atomic_fetch_add(&window->bytes, (uint64_t)(day->slot_count - old_count) * sizeof(uint64_t));
}

/* True if the key was not there. */
static bool day_add(struct duplicate_window *window, struct day_set *day, struct event_key key)
{
    if ((uint64_t)(day->count + 1) * 10 > (uint64_t)day->slot_count * 7) day_grow(window, day);
    uint64_t half = stored_half(key);
    uint32_t slot = find_slot(day, half);
    if (day->slots[slot] != 0) return false;
    day->slots[slot] = half;
    day->count++;
    return true;
}

/* Take a key out and close the gap, so that no search stops early (Knuth 6.4, algorithm R). */
static void day_remove(struct day_set *day, struct event_key key)
{
    uint32_t mask = day->slot_count - 1;
    uint32_t gap = find_slot(day, stored_half(key));
    if (day->slots[gap] == 0) return;
    day->slots[gap] = 0;
    day->count--;
    for (uint32_t slot = (gap + 1) & mask; day->slots[slot] != 0; slot = (slot + 1) & mask) {
        uint32_t home = home_slot(day->slots[slot], mask);
        bool stays = gap <= slot ? home > gap && home <= slot : home > gap || home <= slot;
        if (stays) continue;
        day->slots[gap] = day->slots[slot];
        day->slots[slot] = 0;
        gap = slot;
    }
}

struct loading {
    struct duplicate_window *window;
    struct day_set *day;
};

static void load_key(void *context, struct event_key key)
{
    struct loading *loading = context;
    (void)day_add(loading->window, loading->day, key);
}

static enum status load_day(struct duplicate_window *window, struct day_set *day,
                            struct error *error)
{
    if (!window->is_settled && window->options.settle) {
        window->options.settle(window->options.context);
    }
    window->is_settled = true;
    struct loading loading = {.window = window, .day = day};
    return backend_day_keys(window->options.backend, day->project, day->day, load_key, &loading,
                            error);
}

static enum status make_day(struct duplicate_window *window, uint32_t project, uint32_t number,
                            struct day_set **out, struct error *error)
{
    struct day_set *day = MEMORY_NEW(struct day_set);
    day->project = project;
    day->day = number;
    day_grow(window, day);
    enum status status = load_day(window, day, error);
    if (status != STATUS_OK) {
        day_release(window, day);
        return status;
    }
    window->days = memory_resize(window->days, window->day_count + 1, sizeof(struct day_set *));
    window->days[window->day_count] = day;
    window->last = window->day_count++;
    *out = day;
    return STATUS_OK;
}

static bool is_day(const struct day_set *day, uint32_t project, uint32_t number)
{
    return day->day == number && day->project == project;
}

static struct day_set *find_day(struct duplicate_window *window, uint32_t project, uint32_t number)
{
    if (window->last < window->day_count && is_day(window->days[window->last], project, number)) {
        return window->days[window->last];
    }
    for (uint32_t i = window->day_count; i-- > 0;) {
        if (!is_day(window->days[i], project, number)) continue;
        window->last = i;
        return window->days[i];
    }
    return NULL;
}

static void remember(struct duplicate_window *window, uint32_t project, struct event_key key)
{
    if (window->recent_count == window->recent_capacity) {
        window->recent_capacity =
            window->recent_capacity ? window->recent_capacity * 2 : RECENT_FIRST;
        window->recent =
            memory_resize(window->recent, window->recent_capacity, sizeof(struct added_key));
    }
    window->recent[window->recent_count++] = (struct added_key){project, key};
}

enum status duplicate_window_add(struct duplicate_window *window, uint32_t project,
                                 struct event_key key, bool *known, struct error *error)
{
    uint32_t number = event_key_day(key);
    struct day_set *day = find_day(window, project, number);
    if (!day) TRY(make_day(window, project, number, &day, error));
    day->used_at = ++window->clock;
    *known = !day_add(window, day, key);
    if (!*known) remember(window, project, key);
    return STATUS_OK;
}

void duplicate_window_keep(struct duplicate_window *window)
{
    window->recent_count = 0;
}

void duplicate_window_forget(struct duplicate_window *window)
{
    for (uint32_t i = 0; i < window->recent_count; i++) {
        const struct added_key *added = &window->recent[i];
        struct day_set *day = find_day(window, added->project, event_key_day(added->key));
        if (day) day_remove(day, added->key);
    }
    window->recent_count = 0;
}

void duplicate_window_shrink(struct duplicate_window *window)
{
    assert(window->recent_count == 0);
    while (window->day_count > 1 && duplicate_window_bytes(window) > window->options.bytes_max) {
        uint32_t oldest = 0;
        for (uint32_t i = 1; i < window->day_count; i++) {
            if (window->days[i]->used_at < window->days[oldest]->used_at) oldest = i;
        }
        day_release(window, window->days[oldest]);
        window->is_settled = false;
        window->days[oldest] = window->days[--window->day_count];
        window->last = 0;
    }
}

uint64_t duplicate_window_bytes(const struct duplicate_window *window)
{
    return atomic_load(&window->bytes);
}
