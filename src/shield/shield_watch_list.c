/* What people are shown of the watch: copied under the lock, sorted and handed out without it. */
#include "shield/shield_watch_internal.h"

#include "base/memory.h"

#include <stdlib.h>

enum { ALARMED_MINUTES = 24 * 60 };

struct listed {
    struct series series;
    uint64_t event_total; /* now */
};

static struct text name_of(const struct series *series)
{
    return (struct text){series->name, series->name_size};
}

static struct text event_of(const struct series *series)
{
    return (struct text){series->event, series->event_size};
}

static struct text sdk_of(const struct series *series)
{
    return (struct text){series->sdk, series->sdk_size};
}

static int compare(const void *a, const void *b)
{
    const struct listed *first = a;
    const struct listed *second = b;
    int order = text_compare(event_of(&first->series), event_of(&second->series));
    if (order == 0) order = text_compare(name_of(&first->series), name_of(&second->series));
    return order != 0 ? order : text_compare(sdk_of(&first->series), sdk_of(&second->series));
}

static enum shield_watch_state state_of(const struct series *series, bool is_learning,
                                        int64_t minute)
{
    bool alerts = series->signal != 0 && series->signal != WATCH_NEW_PROPERTY;
    if (alerts && minute - series->signal_minute < ALARMED_MINUTES) return WATCH_STATE_ALARMED;
    bool is_settled = series->name_size == 0 || series->past.count >= WATCH_WINDOW;
    return is_learning || !is_settled ? WATCH_STATE_LEARNING : WATCH_STATE_SETTLED;
}

static void hand_out(const struct listed *listed, enum shield_watch_state state,
                     shield_watch_visit *visit, void *context)
{
    const struct series *series = &listed->series;
    bool is_known = listed->event_total > series->event_total;
    uint64_t events = is_known ? listed->event_total - series->event_total : 0;
    struct shield_watch_row row = {
        .event = event_of(series),
        .property = name_of(series),
        .sdk = sdk_of(series),
        .is_cut = series->is_cut,
        .count = series->total,
        .near = series->near_total,
        .sure = series->sure_total,
        .presence = events > series->total ? (double)series->total / (double)events : 1,
        .first_minute = series->first_minute,
        .last_minute = series->last_minute,
        .state = state,
        .signal_minute = series->signal_minute,
    };
    if (series->signal > 0) watch_detector(series->signal, row.signal);
    visit(context, &row);
}

static uint64_t copy_rows(struct shield_watch *watch, uint32_t project, struct listed *out)
{
    uint64_t count = 0;
    for (uint32_t i = 0; i < WATCH_SERIES; i++) {
        const struct series *series = &watch->series[i];
        if (series->key == 0 || series->project != project) continue;
        if (count < WATCH_ROWS_MAX) {
            const struct series *around = watch_find(watch, series->around);
            out[count] = (struct listed){*series, around ? around->total : 0};
        }
        count++;
    }
    return count;
}

uint64_t shield_watch_read(struct shield_watch *watch, uint32_t project, int64_t now_ms,
                           shield_watch_visit *visit, void *context)
{
    struct listed *rows = MEMORY_ARRAY(struct listed, WATCH_ROWS_MAX);
    os_mutex_lock(&watch->mutex);
    const struct watched *watched = watch_project(watch, project);
    bool is_learning = !watched || watched->events < WATCH_LEARN;
    uint64_t count = copy_rows(watch, project, rows);
    os_mutex_unlock(&watch->mutex);
    size_t shown = count < WATCH_ROWS_MAX ? (size_t)count : WATCH_ROWS_MAX;
    if (shown > 1) qsort(rows, shown, sizeof *rows, compare);
    for (size_t i = 0; i < shown; i++) {
        hand_out(&rows[i], state_of(&rows[i].series, is_learning, now_ms / WATCH_MINUTE_MS), visit,
                 context);
    }
    memory_free(rows);
    return count;
}
