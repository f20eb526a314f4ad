/* Three parts on one page: our SDK, which must send nothing of what is planted; a broken build of
 * it, which must send everything, so that the server is what keeps it out; and a property that no
 * detector knows, which must raise the alarm. A part that proves nothing is a failure, and the
 * last. */
#include "trust/drill_2018.h"

#include "os/os_clock.h"
#include "trust/drill_search.h"

#include <stdio.h>
#include <string.h>

enum {
    /* The watch learns a project's first 1,000 events, and looks at 256 a second of what it has
     * seen often. */
    TRAFFIC_BURSTS = 8,
    TRAFFIC_BURST = 200,
    TRAFFIC_MS = 1000,
    QUIET_MS_MIN = 2000,   /* without an alarm: those of the part before are through */
    QUIET_MS_MAX = 120000, /* for that */
    POLL_MS = 100,
    DETECTORS_MAX = 24,
    NUMBER_SIZE = 24,
};

/* --- using the page --- */

static enum status take_version(struct drill *drill, char out[DRILL_SDK_VERSION_SIZE],
                                struct error *error)
{
    TRY(drill_call(drill, "version()", error));
    struct text version = buffer_text(&drill->answer);
    if (version.size > 0 && text_to_string(version, out, DRILL_SDK_VERSION_SIZE)) return STATUS_OK;
    return error_set(error, STATUS_INVALID, "the page did not load its SDK");
}

/* What a person does, and what the password manager does when she comes back. */
static enum status use_form(struct drill *drill, struct error *error)
{
    const struct drill_canaries *canaries = &drill->canaries;
    char call[96];
    (void)snprintf(call, sizeof call, "plant('%s')", canaries->texts[DRILL_TOKEN]);
    TRY(drill_call(drill, call, error));
    TRY(drill_type(drill, "email", canaries->texts[DRILL_EMAIL], error));
    TRY(drill_type(drill, "password", canaries->texts[DRILL_PASSWORD], error));
    TRY(drill_type(drill, "card_number", canaries->texts[DRILL_CARD], error));
    TRY(drill_press(drill, "go", error));
    TRY(drill_call(drill, "fill()", error));
    TRY(drill_press(drill, "password", error));
    TRY(drill_press(drill, "go", error));
    TRY(drill_call(drill, "flush()", error));
    TRY(drill_pause(drill, DRILL_2018_SETTLE_MS, error));
    return visit_fetch_bodies(drill->visit, error);
}

static uint32_t count_left(const struct drill *drill)
{
    uint32_t count = 0;
    for (int i = 0; i < DRILL_CANARY_COUNT; i++)
        count += drill->left.canaries[i] > 0;
    return count;
}

/* Of events that autocapture sends for what was done: each kind at least once. Where one did not
 * come, nobody waits for the next. */
static enum status count_captured(struct drill *drill, const char *version, uint32_t *count,
                                  bool *has_all, struct error *error)
{
    static const char *const events[] = {"$mp_click", "$mp_input_change", "$mp_submit"};
    *count = 0;
    *has_all = true;
    for (size_t i = 0; i < sizeof events / sizeof *events; i++) {
        uint32_t found;
        TRY(drill_count_events(drill, events[i], version, *has_all, &found, error));
        *count += found;
        *has_all = *has_all && found > 0;
    }
    return STATUS_OK;
}

/* --- the first part: our SDK --- */

static enum status send_traffic(struct drill_2018 *story, struct error *error)
{
    struct drill *drill = story->drill;
    const uint32_t sent = TRAFFIC_BURSTS * TRAFFIC_BURST;
    char call[96];
    uint32_t stored;
    struct drill_row *row = drill_row_begin(drill, "ordinary events, from which the watch learns");
    (void)snprintf(call, sizeof call, "traffic(%d,'%s')", TRAFFIC_BURST, drill->canaries.control);
    for (int i = 0; i < TRAFFIC_BURSTS; i++) {
        TRY(drill_call(drill, call, error));
        TRY(drill_pause(drill, TRAFFIC_MS, error));
    }
    TRY(drill_count_events(drill, drill->canaries.control, story->our_version, sent, &stored,
                           error));
    drill_row_end(drill, row, stored == sent, "%u sent, %u stored", sent, stored);
    return STATUS_OK;
}

static enum status play_ours(struct drill_2018 *story, struct error *error)
{
    struct drill *drill = story->drill;
    uint32_t captured;
    bool has_all;
    drill->part = "our SDK";
    TRY(drill_visit(drill, DRILL_OUR_SDK, error));
    TRY(take_version(drill, story->our_version, error));
    struct drill_row *row = drill_row_begin(drill, "type, fill and press; read all that leaves");
    TRY(use_form(drill, error));
    TRY(count_captured(drill, story->our_version, &captured, &has_all, error));
    uint32_t unseen = visit_figures(drill->visit).unseen;
    uint32_t left = count_left(drill);
    bool is_proof = has_all && drill->left.collected > 0 && unseen == 0;
    drill_row_end(drill, row, is_proof && left == 0,
                  "%u of %d planted texts left; %u requests, %u events arrived%s%s", left,
                  (int)DRILL_CANARY_COUNT, drill->left.collected, captured,
                  has_all ? "" : ": too few, this proves nothing",
                  unseen > 0 ? ": not all could be read" : "");
    story->is_proven = is_proof;
    return is_proof ? send_traffic(story, error) : STATUS_OK;
}

/* --- the second part: the broken build --- */

static enum status break_sdk(struct drill_2018 *story, struct error *error)
{
    struct drill *drill = story->drill;
    const uint32_t *times = drill->left.canaries;
    TRY(drill_visit(drill, DRILL_BROKEN_SDK, error));
    TRY(take_version(drill, story->broken_version, error));
    struct drill_row *row = drill_row_begin(drill, "the same with an SDK that sends attributes");
    TRY(use_form(drill, error));
    bool is_proof = count_left(drill) == DRILL_CANARY_COUNT;
    drill_row_end(drill, row, is_proof, "left: password %u times, e-mail %u, card %u, token %u%s",
                  times[DRILL_PASSWORD], times[DRILL_EMAIL], times[DRILL_CARD], times[DRILL_TOKEN],
                  is_proof ? "" : ": too few, this proves nothing");
    story->is_proven = is_proof;
    return STATUS_OK;
}

static enum status count_arrived(struct drill_2018 *story, struct error *error)
{
    struct drill *drill = story->drill;
    uint32_t captured;
    uint32_t old;
    bool has_all;
    struct drill_row *row = drill_row_begin(drill, "do its events arrive?");
    TRY(count_captured(drill, story->broken_version, &captured, &has_all, error));
    TRY(drill_count_events(drill, DRILL_2018_OLD_EVENT, story->broken_version, 1, &old, error));
    drill_row_end(drill, row, has_all && old > 0, "%u captured, %u by the event's name of 2018%s",
                  captured, old, has_all && old > 0 ? "" : ": too few, this proves nothing");
    return STATUS_OK;
}

struct removed {
    struct text detector;
    uint64_t count;
};

/* Of an element or a form: what our SDK never sends. */
static bool is_attribute(struct text path)
{
    return text_starts_with(path, TEXT("$el_attr__")) || text_starts_with(path, TEXT("$form_"));
}

/* Sums of a version's findings by detector; how many detectors. Alarms of the watch are others. */
static uint32_t sum_removed(const struct json_node *root, const char *version,
                            struct removed all[DETECTORS_MAX])
{
    const struct json_node *list = json_find(root, "findings");
    uint32_t kinds = 0;
    for (const struct json_node *one = list ? list->first_child : NULL; one; one = one->next) {
        struct text detector = drill_member(one, "detector");
        uint64_t count = 0;
        uint32_t i = 0;
        if (!text_ends_with(drill_member(one, "sdk"), text_from(version))) continue;
        if (!is_attribute(drill_member(one, "path")) || text_starts_with(detector, TEXT("W")))
            continue;
        if (!text_to_u64(drill_member(one, "count"), &count)) continue;
        while (i < kinds && !text_equal(all[i].detector, detector))
            i++;
        if (i == DETECTORS_MAX) continue;
        if (i == kinds) all[kinds++] = (struct removed){.detector = detector};
        all[i].count += count;
    }
    return kinds;
}

static uint64_t write_removed(const struct removed *all, uint32_t kinds, char out[DRILL_TEXT_SIZE])
{
    uint64_t total = 0;
    size_t used = 0;
    for (uint32_t i = 0; i < kinds; i++) {
        total += all[i].count;
        int size = snprintf(out + used, DRILL_TEXT_SIZE - NUMBER_SIZE - used, "%s%.*s %llu",
                            i > 0 ? ", " : "", TEXT_PRINT(all[i].detector),
                            (unsigned long long)all[i].count);
        used += (size_t)size;
        if (used >= DRILL_TEXT_SIZE - 2 * NUMBER_SIZE) break;
    }
    return total;
}

static enum status count_removed(struct drill_2018 *story, struct error *error)
{
    struct drill *drill = story->drill;
    struct arena arena;
    struct json_node *root = NULL;
    struct removed all[DETECTORS_MAX];
    char words[DRILL_TEXT_SIZE] = "";
    struct drill_row *row = drill_row_begin(drill, "values that the server removed, by detector");
    TRY(drill_server_get(drill->server, "/local/shield/findings?project=" DRILL_PROJECT,
                         &drill->answer, error));
    arena_init(&arena, 16 * 1024 * 1024);
    enum status status =
        json_tree_parse(drill->answer.bytes, drill->answer.size, &arena, &root, error);
    uint32_t kinds = status == STATUS_OK ? sum_removed(root, story->broken_version, all) : 0;
    uint64_t total = write_removed(all, kinds, words);
    arena_release(&arena);
    drill_row_end(drill, row, total > 0, "%llu: %s", (unsigned long long)total, words);
    return status;
}

static enum status search_store(struct drill *drill, const char *tried,
                                enum drill_search_where where, struct drill_searched *searched,
                                struct error *error)
{
    struct drill_row *row = drill_row_begin(drill, tried);
    TRY(drill_search(drill, where, searched, error));
    uint32_t found = searched->found + searched->marks;
    drill_row_end(drill, row, found == 0 && searched->controls > 0,
                  "%u files, %u answers, %.1f MiB: planted texts in %u, an ordinary one in %u",
                  searched->files, searched->answers, (double)searched->bytes / (1024 * 1024),
                  found, searched->controls);
    return STATUS_OK;
}

/* Alarms are told one by one, twice a second. */
static enum status wait_for_quiet(struct drill_2018 *story, struct error *error)
{
    struct drill *drill = story->drill;
    uint64_t last_ns = 0;
    uint64_t begun_ns = os_clock_monotonic_ns();
    struct drill_row *row = drill_row_begin(drill, "are people told?");
    uint32_t count = 0;
    while (drill_ms_since(begun_ns) < QUIET_MS_MAX) {
        TRY(drill_pause(drill, POLL_MS, error));
        count = drill_site_alarms(drill->site, &last_ns);
        if (drill_ms_since(last_ns > begun_ns ? last_ns : begun_ns) > QUIET_MS_MIN) break;
    }
    drill_row_end(drill, row, count > 0, "%u alarms by the webhook, one for each kind", count);
    return STATUS_OK;
}

static enum status play_broken(struct drill_2018 *story, struct error *error)
{
    struct drill_searched searched = {0};
    story->drill->part = "broken SDK";
    TRY(break_sdk(story, error));
    if (!story->is_proven) return STATUS_OK;
    TRY(count_arrived(story, error));
    TRY(count_removed(story, error));
    TRY(search_store(story->drill, "search log, segments and answers", DRILL_WHILE_IT_RUNS,
                     &searched, error));
    return wait_for_quiet(story, error);
}

/* --- the end: files at rest --- */

static enum status play_end(struct drill_2018 *story, struct error *error)
{
    struct drill *drill = story->drill;
    struct drill_searched searched = {
        .mark_begin = story->held_ns > 0 ? DRILL_2018_PRESSES : 0,
        .mark_end = story->held_ns > 0 ? story->presses : 0,
    };
    drill->part = "at rest";
    TRY(search_store(drill, "search log, segments and answers", DRILL_WHILE_IT_RUNS, &searched,
                     error));
    TRY(drill_server_stop(drill->server, error));
    searched =
        (struct drill_searched){.mark_begin = searched.mark_begin, .mark_end = searched.mark_end};
    return search_store(drill, "stop the server; search its files", DRILL_AT_REST, &searched,
                        error);
}

enum status drill_2018_play(struct drill *drill, struct error *error)
{
    struct drill_2018 story = {.drill = drill};
    drill->part = "scene";
    struct drill_row *row = drill_row_begin(drill, "a server, a project, a page, a browser");
    TRY(drill_scene_open(drill, error));
    drill_row_end(drill, row, true, "on this machine, in a temporary folder");
    TRY(play_ours(&story, error));
    if (story.is_proven) TRY(play_broken(&story, error));
    if (story.is_proven) TRY(drill_2018_play_alarm(&story, error));
    return story.is_proven ? play_end(&story, error) : STATUS_OK;
}
