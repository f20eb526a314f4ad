/* The third part: each press of a button tells a new property, unlike words and known to no
 * detector. What must come is the alarm; what has been stored until then is told as well. */
#include "trust/drill_2018.h"

#include "os/os_clock.h"
#include "trust/drill_search.h"

#include <stdio.h>

#define MARKED "$el_attr__data-state"

enum {
    PRESSES_AFTER = 6,    /* once the property is held */
    ALARM_MS_MAX = 60000, /* spec: within 60 s of the 20th */
    POLL_MS = 100,
    NAMES_ROOM = 24,
};
_Static_assert(DRILL_2018_PRESSES + PRESSES_AFTER <= DRILL_MARK_COUNT, "a mark for each press");

static enum status has_answer(struct drill *drill, const char *target, struct text word,
                              uint64_t *since_ns, struct error *error)
{
    if (*since_ns > 0) return STATUS_OK;
    TRY(drill_server_get(drill->server, target, &drill->answer, error));
    if (text_find(buffer_text(&drill->answer), word) != TEXT_NOT_FOUND) {
        *since_ns = os_clock_monotonic_ns();
    }
    return STATUS_OK;
}

static enum status look_for_alarm(struct drill_2018 *story, struct error *error)
{
    TRY(has_answer(story->drill, "/local/shield/findings?project=" DRILL_PROJECT,
                   TEXT("\"path\":\"" MARKED "\",\"detector\":\"W01\""), &story->found_ns, error));
    return has_answer(story->drill, "/local/shield/show?project=" DRILL_PROJECT,
                      TEXT("{\"property\":\"" MARKED "\",\"by\":\"drift watch\""), &story->held_ns,
                      error);
}

static enum status press_marked(struct drill_2018 *story, struct error *error)
{
    struct drill *drill = story->drill;
    char call[96];
    (void)snprintf(call, sizeof call, "mark('%s')", drill->canaries.marks[story->presses++]);
    TRY(drill_call(drill, call, error));
    TRY(drill_press(drill, "go", error));
    return visit_fetch_bodies(drill->visit, error);
}

static uint64_t alarm_ns(struct drill_2018 *story)
{
    return drill_site_alarm_with(story->drill->site, TEXT("\"detector\":\"W01\""),
                                 TEXT("\"path\":\"" MARKED "\""));
}

/* The row's time counts from the first value that left the browser. */
static void end_alarm_row(struct drill_2018 *story, struct drill_row *row, uint64_t came_ns,
                          const char *seen)
{
    uint64_t first_ns = story->drill->left.first_mark_ns;
    bool has_come = came_ns > first_ns && first_ns > 0;
    drill_row_end(story->drill, row, has_come, "%s", has_come ? seen : "it did not come");
    row->took_ms = has_come ? (came_ns - first_ns) / 1000000 : row->took_ms;
}

static enum status raise_alarm(struct drill_2018 *story, struct error *error)
{
    struct drill *drill = story->drill;
    struct drill_row *row = drill_row_begin(drill, "a new property that no detector knows");
    TRY(drill_call(drill, "clear()", error));
    for (int i = 0; i < DRILL_2018_PRESSES; i++) {
        TRY(press_marked(story, error));
        TRY(look_for_alarm(story, error));
    }
    TRY(drill_call(drill, "flush()", error));
    TRY(drill_pause(drill, DRILL_2018_SETTLE_MS, error));
    TRY(visit_fetch_bodies(drill->visit, error));
    uint32_t left = drill->left.mark_count;
    drill_row_end(drill, row, left == DRILL_2018_PRESSES, "%u presses, %u values left the browser",
                  DRILL_2018_PRESSES, left);
    uint64_t begun_ns = os_clock_monotonic_ns();
    while (drill_ms_since(begun_ns) < ALARM_MS_MAX) {
        TRY(look_for_alarm(story, error));
        if (story->found_ns > 0 && story->held_ns > 0 && alarm_ns(story) > 0) break;
        TRY(drill_pause(drill, POLL_MS, error));
    }
    return STATUS_OK;
}

static void tell_alarm(struct drill_2018 *story)
{
    struct drill *drill = story->drill;
    struct drill_row *row = drill_row_begin(drill, "is it among the findings?");
    end_alarm_row(story, row, story->found_ns, "W01, counted from the first value that left");
    row = drill_row_begin(drill, "is it held?");
    end_alarm_row(story, row, story->held_ns, "by the drift watch, counted likewise");
    row = drill_row_begin(drill, "are people told?");
    end_alarm_row(story, row, alarm_ns(story), "by the webhook, counted likewise");
}

/* Names of properties that are not the one; how many. */
static uint32_t list_others(const struct json_node *root, char out[DRILL_TEXT_SIZE])
{
    const struct json_node *list = json_find(root, "held");
    uint32_t count = 0;
    size_t used = 0;
    for (const struct json_node *one = list ? list->first_child : NULL; one; one = one->next) {
        struct text name = drill_member(one, "property");
        if (text_equal(name, TEXT(MARKED))) continue;
        if (used + name.size + NAMES_ROOM < DRILL_TEXT_SIZE) {
            int size = snprintf(out + used, DRILL_TEXT_SIZE - used, "%s%.*s",
                                count > 0 ? ", " : ": ", TEXT_PRINT(name));
            used += (size_t)size;
        }
        count++;
    }
    return count;
}

/* The price of an alarm: told, because no rule says how high it may be. */
static enum status tell_other_holds(struct drill_2018 *story, struct error *error)
{
    struct drill *drill = story->drill;
    struct arena arena;
    struct json_node *root = NULL;
    char names[DRILL_TEXT_SIZE] = "";
    struct drill_row *row = drill_row_begin(drill, "what else is held?");
    TRY(drill_server_get(drill->server, "/local/shield/show?project=" DRILL_PROJECT, &drill->answer,
                         error));
    arena_init(&arena, 1024 * 1024);
    enum status status =
        json_tree_parse(drill->answer.bytes, drill->answer.size, &arena, &root, error);
    uint32_t count = status == STATUS_OK ? list_others(root, names) : 0;
    drill_row_end(drill, row, true, "%u properties%s", count, names);
    row->verdict = DRILL_TOLD;
    arena_release(&arena);
    return status;
}

/* Of the marks of a range: how many the export shows, which is in drill->answer, and how many the
 * server keeps anywhere. */
static enum status count_marks(struct drill *drill, uint32_t begin, uint32_t end, uint32_t *shown,
                               uint32_t *kept, struct error *error)
{
    struct drill_searched searched = {.mark_begin = begin, .mark_end = end};
    *shown = 0;
    for (uint32_t i = begin; i < end; i++)
        *shown += drill_canary_stands_in(buffer_text(&drill->answer), drill->canaries.marks[i]);
    TRY(drill_search(drill, DRILL_WHILE_IT_RUNS, &searched, error));
    *kept = searched.marks;
    return STATUS_OK;
}

/* What no detector knows is stored until it is held: told, because it is so. Shown it is not. */
static enum status count_before_hold(struct drill_2018 *story, struct error *error)
{
    struct drill *drill = story->drill;
    uint32_t shown;
    uint32_t kept;
    if (story->held_ns == 0) return STATUS_OK; /* its row says so */
    struct drill_row *row = drill_row_begin(drill, "its values from before the hold");
    uint32_t expected = story->old_events;
    TRY(drill_count_events(drill, DRILL_2018_PLAIN_EVENT, story->broken_version, expected + 1,
                           &story->old_events, error));
    TRY(count_marks(drill, 0, story->presses, &shown, &kept, error));
    drill_row_end(drill, row, shown == 0, "%u of %u are stored, %u are shown", kept, story->presses,
                  shown);
    if (shown == 0) row->verdict = DRILL_TOLD;
    return STATUS_OK;
}

static enum status press_after_hold(struct drill_2018 *story, struct error *error)
{
    struct drill *drill = story->drill;
    uint32_t first = story->presses;
    uint32_t stored;
    uint32_t shown;
    uint32_t kept;
    if (story->held_ns == 0) return STATUS_OK;
    struct drill_row *row = drill_row_begin(drill, "and its values after that?");
    for (int i = 0; i < PRESSES_AFTER; i++)
        TRY(press_marked(story, error));
    TRY(drill_call(drill, "flush()", error));
    TRY(drill_pause(drill, DRILL_2018_SETTLE_MS, error));
    TRY(visit_fetch_bodies(drill->visit, error));
    uint32_t left = drill->left.mark_count - first;
    TRY(drill_count_events(drill, DRILL_2018_PLAIN_EVENT, story->broken_version,
                           story->old_events + PRESSES_AFTER, &stored, error));
    bool has_arrived = stored >= story->old_events + PRESSES_AFTER && left == PRESSES_AFTER;
    TRY(count_marks(drill, first, story->presses, &shown, &kept, error));
    drill_row_end(drill, row, has_arrived && kept == 0, "%u left, %u events stored, %u values%s",
                  left, stored - story->old_events, kept,
                  has_arrived ? "" : ": too few, this proves nothing");
    return STATUS_OK;
}

enum status drill_2018_play_alarm(struct drill_2018 *story, struct error *error)
{
    struct drill *drill = story->drill;
    drill->part = "alarm";
    TRY(drill_count_events(drill, DRILL_2018_PLAIN_EVENT, story->broken_version, 1,
                           &story->old_events, error));
    TRY(raise_alarm(story, error));
    tell_alarm(story);
    TRY(count_before_hold(story, error));
    TRY(press_after_hold(story, error));
    return tell_other_holds(story, error);
}
