/* What questions cost over a store of a given size, in memory's page cache:
 *   exec_bench [EVENTS] [SEGMENTS]
 * A tenth as many people as events, some of them merged from a device; 20 event names by a steep
 * curve, 60 countries, 200 pages, 4 plans, prices. Each question is asked several times; the
 * smallest time counts. */
#include "base/memory.h"
#include "os/os_clock.h"
#include "support/exec_scene.h"
#include "support/seeded.h"

#include <stdio.h>
#include <stdlib.h>

enum {
    BATCH_EVENTS = 1000,
    PEOPLE_SHARE = 10,
    DAYS = 90,
    RUNS = 7,
    JSON_SIZE = 2048,
    MEMORY_MAX = 1 << 30,
};
#define FIRST_MS INT64_C(1785542400000) /* 2026-08-01 */

struct bench {
    struct exec_scene scene;
    struct seeded seeded;
    uint32_t event_count;
    uint32_t person_count;
    struct arena arena;
};

/* Small numbers far more often than large ones. */
static uint32_t steep(struct bench *bench, uint32_t count)
{
    uint32_t limit = 1 + seeded_below(&bench->seeded, count);
    return seeded_below(&bench->seeded, 1 + seeded_below(&bench->seeded, limit));
}

static struct text words(struct bench *bench, const char *format, uint32_t number)
{
    char text[48];
    int size = snprintf(text, sizeof text, "%s%u", format, number);
    return arena_text(&bench->arena, (struct text){text, (size_t)size});
}

static void make_event(struct bench *bench, uint32_t index, struct naive_event *event,
                       struct property *properties)
{
    uint32_t person = seeded_below(&bench->seeded, bench->person_count);
    bool is_device = person % 5 == 0 && seeded_below(&bench->seeded, 3) == 0;
    int64_t late_ms = seeded_below(&bench->seeded, 600000);
    int64_t step_ms = (int64_t)DAYS * CALENDAR_DAY_MS / bench->event_count;
    properties[0] = (struct property){.name = TEXT("country"),
                                      .value = value_from_text(words(bench, "C", person % 60))};
    properties[1] = (struct property){
        .name = TEXT("page"), .value = value_from_text(words(bench, "/page/", steep(bench, 200)))};
    properties[2] = (struct property){.name = TEXT("plan"),
                                      .value = value_from_text(words(bench, "plan", person % 4))};
    properties[3] = (struct property){
        .name = TEXT("price"), .value = value_from_integer(seeded_below(&bench->seeded, 500))};
    *event = (struct naive_event){
        .name = words(bench, "Event ", steep(bench, 20)),
        .time_ms = FIRST_MS + (int64_t)index * step_ms - late_ms,
        .distinct_id = words(bench, is_device ? "$device:" : "user", person),
        .property_count = 4,
        .properties = properties,
    };
}

static void fill(struct bench *bench, uint32_t segments)
{
    struct naive_event *events = MEMORY_ARRAY(struct naive_event, BATCH_EVENTS);
    struct property *properties = MEMORY_ARRAY(struct property, BATCH_EVENTS * 4);
    uint32_t per_segment = bench->event_count / (segments > 0 ? segments : 1);
    uint32_t flushed = 0;
    for (uint32_t first = 0; first < bench->event_count; first += BATCH_EVENTS) {
        arena_rewind(&bench->arena, 0);
        for (uint32_t i = 0; i < BATCH_EVENTS; i++) {
            make_event(bench, first + i, &events[i], &properties[(size_t)i * 4]);
        }
        exec_scene_add(&bench->scene, events, BATCH_EVENTS);
        bool is_full = first + BATCH_EVENTS >= (flushed + 1) * per_segment;
        if (!is_full || flushed == segments) continue;
        exec_scene_flush(&bench->scene);
        flushed++;
    }
    for (uint32_t person = 0; person < bench->person_count; person += 5) {
        arena_rewind(&bench->arena, 0);
        struct naive_tie tie = {words(bench, "$device:", person), words(bench, "user", person)};
        exec_scene_tie(&bench->scene, &tie);
    }
    exec_scene_publish(&bench->scene);
    memory_free(events);
    memory_free(properties);
}

static void measure(struct bench *bench, const char *title, const char *question, unsigned threads)
{
    char json[JSON_SIZE];
    int size = snprintf(json, sizeof json,
                        "{\"time\":{\"from\":\"2026-08-01\",\"to\":\"2026-10-29\"},%s}", question);
    arena_rewind(&bench->arena, 0);
    struct plan plan;
    struct plan_problem problem;
    struct error error = {0};
    if (plan_parse(json, (size_t)size, &bench->arena, &plan, &problem, &error) != STATUS_OK) {
        fprintf(stderr, "exec_bench: %s\n", error.message);
        exit(1);
    }
    struct zone *zone = zone_utc();
    struct naive_moment moment = {zone, 1, FIRST_MS + DAYS * CALENDAR_DAY_MS};
    struct exec_scene_ask ask = {
        .plan = &plan, .moment = &moment, .thread_count = threads, .memory_max = MEMORY_MAX};
    double best_ms = 0;
    uint64_t scanned = 0;
    for (int run = 0; run < RUNS; run++) {
        struct result result;
        result_init(&result, 64 << 20);
        if (exec_scene_ask(&bench->scene, &ask, &result, &error) != STATUS_OK) {
            fprintf(stderr, "exec_bench: %s\n", error.message);
            exit(1);
        }
        if (run == 0 || result.elapsed_ms < best_ms) best_ms = result.elapsed_ms;
        scanned = result.events_scanned;
        result_release(&result);
    }
    printf("%-44s %u  %8.2f ms  %6.1f ns an event\n", title, threads, best_ms,
           scanned > 0 ? best_ms * 1e6 / (double)scanned : 0.0);
    zone_release(zone);
    plan_release(&plan);
}

struct question {
    const char *title;
    const char *json;
};

#define DAILY      "\"kind\":\"trend\",\"unit\":\"day\",\"measures\":"
#define BY_COUNTRY ",\"breakdown\":[{\"property\":\"country\"}]"
static const struct question questions[] = {
    {"events by day, one name", DAILY "[{\"event\":\"Event 1\",\"count\":\"events\"}]"},
    {"events by day, any name", DAILY "[{\"event\":\"*\",\"count\":\"events\"}]"},
    {"events by day, filter on page",
     DAILY "[{\"event\":\"*\",\"count\":\"events\",\"where\":{\"property\":\"page\",\"contains\":"
           "\"9\"}}]"},
    {"people by day, any name", DAILY "[{\"event\":\"*\",\"count\":\"profiles\"}]"},
    {"events by day and top country", DAILY "[{\"event\":\"*\",\"count\":\"events\"}]" BY_COUNTRY},
    {"people by day and top country",
     DAILY "[{\"event\":\"*\",\"count\":\"profiles\"}]" BY_COUNTRY},
    {"funnel of 3 steps, 7 days",
     "\"kind\":\"funnel\",\"window\":{\"count\":7,\"unit\":\"day\"},\"steps\":[{\"event\":"
     "\"Event 0\"},{\"event\":\"Event 1\"},{\"event\":\"Event 2\"}]"},
    {"funnel of 3 steps by country",
     "\"kind\":\"funnel\",\"window\":{\"count\":7,\"unit\":\"day\"},\"steps\":[{\"event\":"
     "\"Event 0\"},{\"event\":\"Event 1\"},{\"event\":\"Event 2\"}]" BY_COUNTRY},
};

int main(int argument_count, char **arguments)
{
    struct bench bench = {.seeded = seeded_from(1)};
    bench.event_count = argument_count > 1 ? (uint32_t)strtoul(arguments[1], NULL, 10) : 1000000;
    uint32_t segments = argument_count > 2 ? (uint32_t)strtoul(arguments[2], NULL, 10) : 1;
    bench.person_count = bench.event_count / PEOPLE_SHARE + 1;
    arena_init(&bench.arena, 64 << 20);
    exec_scene_begin(&bench.scene);
    fill(&bench, segments);
    printf("%u events, %u segments and the memtable; question, threads, least of %d runs\n",
           bench.event_count, segments, RUNS);
    for (size_t i = 0; i < sizeof questions / sizeof questions[0]; i++) {
        for (unsigned threads = 1; threads <= 2; threads++) {
            measure(&bench, questions[i].title, questions[i].json, threads);
        }
    }
    exec_scene_end(&bench.scene);
    arena_release(&bench.arena);
    return 0;
}
