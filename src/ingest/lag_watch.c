#include "ingest/lag_watch.h"

#include "base/check.h"

#include <string.h>

void lag_watch_init(struct lag_watch *watch)
{
    memset(watch, 0, sizeof *watch); /* too large for a temporary */
    os_mutex_init(&watch->mutex);
}

void lag_watch_release(struct lag_watch *watch)
{
    os_mutex_release(&watch->mutex);
}

static struct lag_mark *newest_mark(struct lag_watch *watch)
{
    assert(watch->count > 0);
    return &watch->marks[(watch->first + watch->count - 1) % LAG_MARKS_MAX];
}

/* Whether the newest mark takes a record of now. */
static bool is_shared(struct lag_watch *watch, uint64_t now_ns)
{
    if (watch->count == 0) return false;
    if (watch->count == LAG_MARKS_MAX) return true;
    return now_ns - newest_mark(watch)->begun_ns < (uint64_t)LAG_MARK_MS * 1000 * 1000;
}

void lag_watch_note(struct lag_watch *watch, uint64_t sequence, uint64_t now_ns)
{
    os_mutex_lock(&watch->mutex);
    if (!is_shared(watch, now_ns)) {
        watch->count++;
        newest_mark(watch)->begun_ns = now_ns;
    }
    newest_mark(watch)->last_sequence = sequence;
    os_mutex_unlock(&watch->mutex);
}

static void drop_visible(struct lag_watch *watch, uint64_t visible_sequence)
{
    while (watch->count > 0 && watch->marks[watch->first].last_sequence <= visible_sequence) {
        watch->first = (watch->first + 1) % LAG_MARKS_MAX;
        watch->count--;
    }
}

uint64_t lag_watch_age(struct lag_watch *watch, uint64_t visible_sequence, uint64_t now_ns)
{
    os_mutex_lock(&watch->mutex);
    drop_visible(watch, visible_sequence);
    uint64_t begun_ns = watch->count > 0 ? watch->marks[watch->first].begun_ns : now_ns;
    os_mutex_unlock(&watch->mutex);
    return begun_ns < now_ns ? now_ns - begun_ns : 0;
}
