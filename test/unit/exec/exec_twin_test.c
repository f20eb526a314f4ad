/* Random projects, random plans: the engine and the naive twins must give the same table, cell by
 * cell. Values repeat, times collide and lie at the borders of days in zones that shift, people are
 * merged before and after their events were written, and rows lie in several segments and the
 * memtable. CANDOR_TEST_SEED and CANDOR_TEST_ROUNDS make longer campaigns. */
#include "support/exec_scene.h"
#include "support/naive_funnel.h"
#include "support/naive_trend.h"
#include "support/seeded.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define PICK(seeded, list) (list)[seeded_below((seeded), sizeof(list) / sizeof((list)[0]))]

enum { ARENA_SIZE = 32 * 1024 * 1024, PLANS_PER_PROJECT = 12 };

static const char *const event_names[] = {"A", "B", "C", "D"};
static const char *const ids[] = {"u0",         "u1",         "u2",         "u3",
                                  "$device:d0", "$device:d1", "$device:d2", "$device:d3",
                                  "$device:d4", "u4",         "u5",         ""};
static const char *const json_values[] = {"null",
                                          "true",
                                          "false",
                                          "0",
                                          "1",
                                          "1.0",
                                          "2.5",
                                          "-3",
                                          "10",
                                          "20",
                                          "\"a\"",
                                          "\"b\"",
                                          "\"ä\"",
                                          "\"\"",
                                          "\"10\"",
                                          "\"$other\"",
                                          "[]",
                                          "[\"a\",\"b\"]",
                                          "[1,1.0,\"a\",null]",
                                          "[\"a\",\"a\"]",
                                          "[[1],{\"k\":2}]",
                                          "{\"b\":1}",
                                          "{\"b\":{\"c\":\"a\"}}",
                                          "{\"b\":null,\"c\":[1]}",
                                          "\"2026-03-08\"",
                                          "12345678901234567890123"};
static const char *const property_names[] = {"p", "q", "o", "o.b", "o.b.c", "l"};
static const char *const zones[] = {"UTC", "America/New_York", "Australia/Lord_Howe",
                                    "Asia/Kathmandu"};

static struct value value_of(const char *json)
{
    struct text text = text_from(json);
    switch (json[0]) {
    case 'n': return (struct value){.kind = VALUE_NULL};
    case 't': return value_from_bool(true);
    case 'f': return value_from_bool(false);
    case '"': return value_from_text(text_slice(text, 1, text.size - 2));
    case '[': return (struct value){.kind = VALUE_LIST, .text = text};
    case '{': return (struct value){.kind = VALUE_OBJECT, .text = text};
    default: return value_from_number(text);
    }
}

/* Eight days around a shift of the clocks in New York (8 March) and one in Lord Howe (5 April). */
static int64_t pick_time(struct seeded *seeded)
{
    static const int64_t bases[] = {INT64_C(1772755200000), INT64_C(1775088000000)};
    int64_t base = bases[seeded_below(seeded, 2)];
    int64_t hour = seeded_below(seeded, 24 * 8);
    int64_t ms = base + hour * 3600000;
    uint32_t way = seeded_below(seeded, 6);
    if (way == 0 || way > 3) return ms;
    if (way == 1) return ms - 1;
    if (way == 2) return ms + seeded_below(seeded, 4) * 900000;
    return ms + seeded_below(seeded, 3600000);
}

/* Few people with many events; or, where the number of people says so, many with few, so that a
 * shard holds several. */
static struct text pick_id(struct seeded *seeded, const struct naive_data *data)
{
    if (data->id_count == 0 || seeded_below(seeded, 4) == 0) {
        return text_from(PICK(seeded, ids));
    }
    char id[32];
    uint32_t number = seeded_below(seeded, data->id_count);
    snprintf(id, sizeof id, number % 3 == 0 ? "$device:w%u" : "w%u", number);
    return arena_text(data->arena, text_from(id));
}

static struct text pick_id_like(struct seeded *seeded, const struct naive_data *data, bool device)
{
    for (;;) {
        struct text id = pick_id(seeded, data);
        bool is_device = text_starts_with(id, TEXT("$device:"));
        if (id.size > 0 && is_device == device) return id;
    }
}

static void make_event(struct seeded *seeded, struct naive_data *data)
{
    struct naive_event *event = &data->events[data->event_count++];
    event->name = text_from(PICK(seeded, event_names));
    event->time_ms = pick_time(seeded);
    event->distinct_id = pick_id(seeded, data);
    event->properties = ARENA_ARRAY(data->arena, struct property, 6);
    for (uint32_t i = 0; i < 6; i++) {
        if (seeded_below(seeded, 3) == 0) continue;
        const char *json = i == 1 && seeded_below(seeded, 4) ? "1" : PICK(seeded, json_values);
        event->properties[event->property_count++] =
            (struct property){.name = text_from(property_names[i]), .value = value_of(json)};
    }
}

static void make_tie(struct seeded *seeded, struct naive_data *data, struct exec_scene *scene)
{
    struct naive_tie *tie = &data->ties[data->tie_count++];
    tie->device = pick_id_like(seeded, data, true);
    tie->user = pick_id_like(seeded, data, false);
    exec_scene_tie(scene, tie);
}

static void make_profile(struct seeded *seeded, struct naive_data *data, struct exec_scene *scene)
{
    struct naive_profile *profile = &data->profiles[data->profile_count++];
    profile->id = pick_id_like(seeded, data, seeded_below(seeded, 4) == 0);
    profile->name = text_from(seeded_below(seeded, 2) ? "p" : "q");
    profile->value = value_of(PICK(seeded, json_values));
    exec_scene_profile(scene, profile);
}

/* Events in order of arrival, with everything else happening in between. */
static void make_project(struct seeded *seeded, struct naive_data *data, struct exec_scene *scene)
{
    uint32_t batch_count = 1 + seeded_below(seeded, 8);
    for (uint32_t i = 0; i < batch_count; i++) {
        uint32_t first = data->event_count;
        uint32_t size = 1 + seeded_below(seeded, 40);
        for (uint32_t j = 0; j < size; j++)
            make_event(seeded, data);
        exec_scene_add(scene, &data->events[first], size);
        for (uint32_t j = seeded_below(seeded, 3); j > 0; j--)
            make_tie(seeded, data, scene);
        if (seeded_below(seeded, 2) == 0) make_profile(seeded, data, scene);
        if (seeded_below(seeded, 2) == 0) exec_scene_publish(scene);
        if (seeded_below(seeded, 3) == 0) exec_scene_flush(scene);
    }
    for (uint32_t i = seeded_below(seeded, 4); i > 0; i--)
        make_profile(seeded, data, scene);
    if (seeded_below(seeded, 3) == 0) make_tie(seeded, data, scene);
    exec_scene_publish(scene);
}

/* JSON of a plan, put together piece by piece. */
static void add(struct buffer *json, const char *text)
{
    buffer_append_string(json, text);
}

static void add_leaf(struct seeded *seeded, struct buffer *json)
{
    static const char *const operands[] = {"\"is\":[\"a\",1]",
                                           "\"is\":[true,10,\"10\"]",
                                           "\"is_not\":[\"a\"]",
                                           "\"is_not\":[1,\"b\"],\"or_missing\":true",
                                           "\"contains\":\"a\"",
                                           "\"not_contains\":\"b\"",
                                           "\"starts_with\":\"Ä\",\"fold\":true",
                                           "\"matches\":\"^.$\"",
                                           "\"greater\":1",
                                           "\"at_least\":1",
                                           "\"less\":2.5",
                                           "\"at_most\":2.5",
                                           "\"between\":[0,10]",
                                           "\"is_set\":true",
                                           "\"is_set\":false",
                                           "\"at_least\":\"2026-03-08\""};
    static const char *const people[] = {"{\"person\":[\"u0\",\"u1\"]}",
                                         "{\"person\":[\"$device:d0\",\"nobody\"]}"};
    if (seeded_below(seeded, 8) == 0) {
        add(json, PICK(seeded, people));
        return;
    }
    bool of_profile = seeded_below(seeded, 4) == 0;
    const char *name =
        of_profile ? (seeded_below(seeded, 2) ? "p" : "q") : PICK(seeded, property_names);
    buffer_printf(json, "{\"property\":\"%s\",\"of\":\"%s\",%s}", name,
                  of_profile ? "profile" : "event", PICK(seeded, operands));
}

static void add_filter(struct seeded *seeded, struct buffer *json, uint32_t depth)
{
    uint32_t kind = seeded_below(seeded, depth > 0 ? 6 : 3);
    if (kind <= 2) {
        add_leaf(seeded, json);
    } else if (kind == 3) {
        add(json, "{\"not\":");
        add_filter(seeded, json, depth - 1);
        add(json, "}");
    } else {
        add(json, kind == 4 ? "{\"all\":[" : "{\"any\":[");
        uint32_t count = seeded_below(seeded, 4);
        for (uint32_t i = 0; i < count; i++) {
            if (i > 0) add(json, ",");
            add_filter(seeded, json, depth - 1);
        }
        add(json, "]}");
    }
}

static void add_matcher(struct seeded *seeded, struct buffer *json)
{
    static const char *const names[] = {"\"A\"", "\"B\"", "\"C\"",         "\"*\"",
                                        "\"A\"", "\"B\"", "[\"A\",\"D\"]", "\"nothing\""};
    buffer_printf(json, "{\"event\":%s", PICK(seeded, names));
    if (seeded_below(seeded, 3) == 0) {
        add(json, ",\"where\":");
        add_filter(seeded, json, 2);
    }
}

static void add_time(struct seeded *seeded, struct buffer *json)
{
    uint32_t kind = seeded_below(seeded, 4);
    if (kind == 0) {
        add(json, "\"time\":{\"from\":\"2026-03-07\",\"to\":\"2026-03-09\"}");
    } else if (kind == 1) {
        uint32_t from = 1 + seeded_below(seeded, 28);
        buffer_printf(json, "\"time\":{\"from\":\"2026-03-%02u\",\"to\":\"2026-04-%02u\"}", from,
                      1 + seeded_below(seeded, 12));
    } else if (kind == 2) {
        buffer_printf(json,
                      "\"time\":{\"from\":\"2026-03-%02uT%02u:%02u:00Z\",\"to\":"
                      "\"2026-04-05T%02u:30:00+10:30\"}",
                      6 + seeded_below(seeded, 8), seeded_below(seeded, 24),
                      seeded_below(seeded, 60), seeded_below(seeded, 24));
    } else {
        static const char *const units[] = {"day", "week", "month"};
        buffer_printf(json, "\"time\":{\"last\":{\"count\":%u,\"unit\":\"%s\"}}",
                      1 + seeded_below(seeded, 4), PICK(seeded, units));
    }
}

static void add_breakdown(struct seeded *seeded, struct buffer *json, uint32_t step_count)
{
    if (seeded_below(seeded, 3) == 0) return;
    bool of_profile = seeded_below(seeded, 4) == 0;
    const char *name =
        of_profile ? (seeded_below(seeded, 2) ? "p" : "q") : PICK(seeded, property_names);
    buffer_printf(json, ",\"breakdown\":[{\"property\":\"%s\",\"of\":\"%s\"", name,
                  of_profile ? "profile" : "event");
    if (seeded_below(seeded, 3)) buffer_printf(json, ",\"top\":%u", 1 + seeded_below(seeded, 5));
    if (seeded_below(seeded, 4) == 0) add(json, ",\"buckets\":[0,1,2.5,10]");
    if (step_count > 0 && seeded_below(seeded, 2)) {
        buffer_printf(json, ",\"at\":%u", 1 + seeded_below(seeded, step_count));
    }
    add(json, "}]");
}

static void write_trend(struct seeded *seeded, struct buffer *json)
{
    static const char *const units[] = {"hour", "day", "day", "week", "month", "quarter", "total"};
    uint32_t count = 1 + seeded_below(seeded, 3);
    buffer_printf(json, "\"unit\":\"%s\",\"measures\":[", PICK(seeded, units));
    for (uint32_t i = 0; i < count; i++) {
        if (i > 0) add(json, ",");
        add_matcher(seeded, json);
        buffer_printf(json, ",\"count\":\"%s\"}", seeded_below(seeded, 2) ? "events" : "profiles");
    }
    add(json, "]");
    add_breakdown(seeded, json, 0);
}

static void write_funnel(struct seeded *seeded, struct buffer *json)
{
    static const char *const units[] = {"second", "minute", "hour", "hour", "day", "week"};
    uint32_t count = 2 + seeded_below(seeded, 3);
    add(json, "\"steps\":[");
    for (uint32_t i = 0; i < count; i++) {
        if (i > 0) add(json, ",");
        add_matcher(seeded, json);
        add(json, "}");
    }
    add(json, "]");
    if (seeded_below(seeded, 4)) {
        buffer_printf(json, ",\"window\":{\"count\":%u,\"unit\":\"%s\"}",
                      1 + seeded_below(seeded, 8), PICK(seeded, units));
    }
    add_breakdown(seeded, json, count);
}

static void write_plan(struct seeded *seeded, struct buffer *json)
{
    bool is_trend = seeded_below(seeded, 2);
    buffer_printf(json, "{\"kind\":\"%s\",", is_trend ? "trend" : "funnel");
    add_time(seeded, json);
    add(json, ",");
    if (seeded_below(seeded, 4) == 0) {
        add(json, "\"where\":");
        add_filter(seeded, json, 2);
        add(json, ",");
    }
    if (is_trend) {
        write_trend(seeded, json);
    } else {
        write_funnel(seeded, json);
    }
    add(json, "}");
}

static void print_cell(const struct value *value)
{
    struct buffer text;
    buffer_init(&text, 1 << 16);
    value_write_json(value, &text);
    fprintf(stderr, " %.*s", TEXT_PRINT(buffer_text(&text)));
    buffer_release(&text);
}

static void print_rows(const char *title, const struct value *cells, uint64_t row_count,
                       uint32_t column_count)
{
    fprintf(stderr, "%s: %llu rows\n", title, (unsigned long long)row_count);
    for (uint64_t row = 0; row < row_count && row < 60; row++) {
        for (uint32_t i = 0; i < column_count; i++)
            print_cell(&cells[row * column_count + i]);
        fprintf(stderr, "\n");
    }
}

static bool same_tables(const struct result *result, const struct naive_table *table)
{
    if (result->row_count != table->row_count) return false;
    if (result->column_count != table->column_count) return false;
    for (uint64_t i = 0; i < table->cell_count; i++) {
        if (result->cells[i].kind != table->cells[i].kind) return false;
        if (!value_equal(&result->cells[i], &table->cells[i])) return false;
    }
    return true;
}

/* One plan: the engine on a few threads against the twin. */
static void ask_both(struct exec_scene *scene, struct naive_data *data,
                     const struct naive_moment *moment, struct seeded *seeded, uint64_t seed)
{
    struct buffer json;
    buffer_init(&json, 1 << 16);
    write_plan(seeded, &json);
    size_t mark = arena_mark(data->arena);
    struct text copy = arena_text(data->arena, buffer_text(&json));
    struct plan plan;
    struct plan_problem problem;
    struct error error = {0};
    if (plan_parse((char *)(uintptr_t)copy.bytes, copy.size, data->arena, &plan, &problem,
                   &error) != STATUS_OK) {
        fail_msg("CANDOR_TEST_SEED=%llu %.*s: %s", (unsigned long long)seed,
                 TEXT_PRINT(buffer_text(&json)), error.message);
    }
    struct naive_table table;
    if (plan.kind == PLAN_TREND) {
        naive_trend(data, &plan, moment, &table);
    } else {
        naive_funnel(data, &plan, moment, &table);
    }
    struct exec_scene_ask ask = {.plan = &plan,
                                 .moment = moment,
                                 .thread_count = 1 + seeded_below(seeded, 3),
                                 .memory_max = 32 * 1024 * 1024,
                                 .hash_seed = seeded_next(seeded)};
    struct result result;
    result_init(&result, 16 * 1024 * 1024);
    enum status status = exec_scene_ask(scene, &ask, &result, &error);
    if (status != STATUS_OK || !same_tables(&result, &table)) {
        fprintf(stderr, "%s\n", error.message);
        print_rows("engine", result.cells, result.row_count, result.column_count);
        print_rows("twin", table.cells, table.row_count, table.column_count);
        fail_msg("CANDOR_TEST_SEED=%llu zone %.*s: %.*s", (unsigned long long)seed,
                 TEXT_PRINT(zone_name(moment->zone)), TEXT_PRINT(buffer_text(&json)));
    }
    result_release(&result);
    plan_release(&plan);
    arena_rewind(data->arena, mark);
    buffer_release(&json);
}

static void run_project(uint64_t seed)
{
    struct seeded seeded = seeded_from(seed);
    struct arena arena;
    arena_init(&arena, ARENA_SIZE);
    struct naive_data *data = calloc(1, sizeof *data);
    data->arena = &arena;
    struct exec_scene scene;
    exec_scene_begin(&scene);
    data->id_count = seeded_below(&seeded, 2) ? seeded_below(&seeded, 400) : 0;
    make_project(&seeded, data, &scene);
    for (int i = 0; i < PLANS_PER_PROJECT; i++) {
        struct zone *zone = exec_scene_zone(PICK(&seeded, zones));
        struct naive_moment moment = {.zone = zone,
                                      .week_start = 1 + (int)seeded_below(&seeded, 7),
                                      .now_ms = pick_time(&seeded)};
        ask_both(&scene, data, &moment, &seeded, seed);
        zone_release(zone);
    }
    exec_scene_end(&scene);
    free(data);
    arena_release(&arena);
}

static void answers_random_plans_as_the_naive_twins_do(void **state)
{
    (void)state;
    const char *wanted = getenv("CANDOR_TEST_ROUNDS");
    uint64_t rounds = wanted ? strtoull(wanted, NULL, 10) : 30;
    uint64_t seed = seeded_seed("random projects");
    for (uint64_t i = 0; i < rounds; i++)
        run_project(seed + i);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(answers_random_plans_as_the_naive_twins_do),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
