/* Cases that a person can read: what happened, what is asked, which table must come back.
 *
 * A case is a text file of sections. A line that begins with '#' says something to the reader.
 *
 *   zone: America/New_York          optional, default UTC
 *   week_start: 7                   optional, 1 Monday to 7 Sunday, default 1
 *   now: 2026-08-10T12:00:00Z       optional, default the first instant of 2027
 *
 *   events:                         in order of arrival; one thing a line
 *   2026-08-01T10:00:00Z | u1 | Sign Up | {"plan": "pro"}
 *   2026-08-01T10:00:00Z | - | Heartbeat           no distinct_id, no properties
 *   tie | $device:1 | u1                           the device belongs to the user from here on
 *   profile | u1 | {"country": "DE"}
 *   flush                                          what came so far goes into a segment
 *
 *   plan:                           JSON over any number of lines
 *   {"kind": "trend", …}
 *
 *   table:                          a heading, then rows of JSON cells
 *   measure | time         | value
 *   "A"     | "2026-08-01" | 129
 *
 * Instead of a table: `refused: /pointer` or `unsupported: /pointer`.
 *
 * Each case runs as it is written, with every event in a segment of its own, and with all of it in
 * memory: where rows lie must not show in an answer. */
#include "base/memory.h"
#include "codec/json_reader.h"
#include "support/exec_scene.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CASE_SIZE_MAX = 1 << 20, ARENA_SIZE = 8 * 1024 * 1024, FIELDS_MAX = 16 };

enum storage { STORAGE_AS_WRITTEN, STORAGE_IN_SEGMENTS, STORAGE_IN_MEMORY };
static const char *const storage_names[] = {"as written", "in segments", "in memory"};

struct conformance_case {
    const char *path;
    struct arena arena;
    struct text zone;
    int week_start;
    int64_t now_ms;
    struct text events; /* sections, without their headings */
    struct text plan;
    struct text table;
    struct text refused; /* the pointer; bytes NULL: a table is expected */
    bool is_unsupported;
};

static void stop(const struct conformance_case *conformance, const char *what, struct text line)
{
    fprintf(stderr, "%s: %s: %.*s\n", conformance->path, what, TEXT_PRINT(line));
    exit(1);
}

/* A line without its comment sign is content; blank lines and comments are passed over. */
static bool next_line(struct text *rest, struct text *line)
{
    while (rest->size > 0) {
        *line = text_split(*rest, '\n', rest);
        bool is_comment = line->size > 0 && line->bytes[0] == '#';
        if (!is_comment && text_trim(*line).size > 0) return true;
    }
    return false;
}

static uint32_t split_fields(struct text line, struct text *fields)
{
    uint32_t count = 0;
    for (;;) {
        ptrdiff_t bar = text_find(line, TEXT(" | "));
        if (bar == TEXT_NOT_FOUND || count == FIELDS_MAX - 1) break;
        fields[count++] = text_trim(text_slice(line, 0, (size_t)bar));
        line = text_slice(line, (size_t)bar + 3, line.size - (size_t)bar - 3);
    }
    fields[count++] = text_trim(line);
    return count;
}

/* The rest of "name: rest", if the line begins so. */
static bool takes(struct text line, const char *name, struct text *rest)
{
    struct text word = text_from(name);
    if (!text_starts_with(line, word)) return false;
    *rest = text_trim(text_slice(line, word.size, line.size - word.size));
    return true;
}

static bool is_heading(struct text line)
{
    static const char *const names[] = {
        "zone:", "week_start:", "now:", "events:", "plan:", "table:", "refused:", "unsupported:"};
    struct text rest;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (takes(line, names[i], &rest)) return true;
    }
    return false;
}

/* Everything up to the next heading. */
static struct text section(struct text *rest)
{
    struct text whole = *rest;
    struct text line;
    for (;;) {
        struct text before = *rest;
        if (!next_line(rest, &line)) return whole;
        if (!is_heading(line)) continue;
        /* The heading is read again by the caller. */
        size_t passed = (size_t)(line.bytes - whole.bytes);
        *rest = text_slice(before, (size_t)(line.bytes - before.bytes),
                           before.size - (size_t)(line.bytes - before.bytes));
        return text_slice(whole, 0, passed);
    }
}

static void read_heading(struct conformance_case *conformance, struct text line, struct text *rest)
{
    struct text value;
    uint64_t number;
    if (takes(line, "zone:", &value)) {
        conformance->zone = value;
    } else if (takes(line, "week_start:", &value) && text_to_u64(value, &number)) {
        conformance->week_start = (int)number;
    } else if (takes(line, "now:", &value)) {
        if (!calendar_instant_parse(value, &conformance->now_ms)) stop(conformance, "now", line);
    } else if (takes(line, "refused:", &value) || takes(line, "unsupported:", &value)) {
        conformance->refused = value;
        conformance->is_unsupported = line.bytes[0] == 'u';
    } else if (takes(line, "events:", &value)) {
        conformance->events = section(rest);
    } else if (takes(line, "plan:", &value)) {
        conformance->plan = section(rest);
    } else if (takes(line, "table:", &value)) {
        conformance->table = section(rest);
    } else {
        stop(conformance, "unknown line", line);
    }
}

static void read_case(struct conformance_case *conformance, struct text content)
{
    conformance->zone = TEXT("UTC");
    conformance->week_start = 1;
    if (!calendar_instant_parse(TEXT("2027-01-01T00:00:00Z"), &conformance->now_ms)) abort();
    struct text line;
    while (next_line(&content, &line))
        read_heading(conformance, line, &content);
    bool is_whole = conformance->plan.size > 0 &&
                    (conformance->refused.bytes != NULL) != (conformance->table.size > 0);
    if (!is_whole) stop(conformance, "expected a plan, and a table or a refusal", TEXT(""));
}

/* --- what happened --- */

/* A JSON object as properties, nested values as compact JSON. */
static uint32_t read_properties(struct conformance_case *conformance, struct text json,
                                struct property *properties)
{
    struct text copy = arena_text(&conformance->arena, json);
    struct json_reader reader;
    json_reader_init(&reader, (char *)(uintptr_t)copy.bytes, copy.size);
    if (json_next(&reader).kind != JSON_OBJECT_BEGIN) stop(conformance, "no object", json);
    uint32_t count = 0;
    for (;;) {
        struct json_token key = json_next(&reader);
        if (key.kind == JSON_OBJECT_END) return count;
        if (key.kind != JSON_KEY || count == FIELDS_MAX) stop(conformance, "bad JSON", json);
        struct property *property = &properties[count++];
        property->name = key.text;
        struct json_token token = json_next(&reader);
        struct buffer nested;
        switch (token.kind) {
        case JSON_TEXT: property->value = value_from_text(token.text); break;
        case JSON_NUMBER: property->value = value_from_number(token.text); break;
        case JSON_TRUE:
        case JSON_FALSE: property->value = value_from_bool(token.kind == JSON_TRUE); break;
        case JSON_NULL: property->value = (struct value){.kind = VALUE_NULL}; break;
        case JSON_OBJECT_BEGIN:
        case JSON_ARRAY_BEGIN:
            buffer_init(&nested, CASE_SIZE_MAX);
            if (!json_copy_compact(&reader, &nested, NULL)) stop(conformance, "bad JSON", json);
            property->value.kind = token.kind == JSON_ARRAY_BEGIN ? VALUE_LIST : VALUE_OBJECT;
            property->value.text = arena_text(&conformance->arena, buffer_text(&nested));
            buffer_release(&nested);
            break;
        default: stop(conformance, "bad JSON", json);
        }
    }
}

static void add_event(struct conformance_case *conformance, struct exec_scene *scene,
                      const struct text *fields, uint32_t count)
{
    struct property properties[FIELDS_MAX] = {0};
    struct naive_event event = {.distinct_id = fields[1], .name = fields[2]};
    if (!calendar_instant_parse(fields[0], &event.time_ms)) stop(conformance, "time", fields[0]);
    if (text_equal(fields[1], TEXT("-"))) event.distinct_id = TEXT("");
    event.properties = properties;
    if (count == 4) event.property_count = read_properties(conformance, fields[3], properties);
    exec_scene_add(scene, &event, 1);
}

static void add_profile(struct conformance_case *conformance, struct exec_scene *scene,
                        const struct text *fields)
{
    struct property properties[FIELDS_MAX] = {0};
    uint32_t count = read_properties(conformance, fields[2], properties);
    for (uint32_t i = 0; i < count; i++) {
        struct naive_profile profile = {fields[1], properties[i].name, properties[i].value};
        exec_scene_profile(scene, &profile);
    }
}

static void play(struct conformance_case *conformance, struct exec_scene *scene,
                 enum storage storage)
{
    struct text rest = conformance->events;
    struct text line;
    while (next_line(&rest, &line)) {
        struct text fields[FIELDS_MAX];
        uint32_t count = split_fields(line, fields);
        if (text_equal(fields[0], TEXT("flush"))) {
            if (storage == STORAGE_AS_WRITTEN) exec_scene_flush(scene);
        } else if (count == 3 && text_equal(fields[0], TEXT("tie"))) {
            exec_scene_tie(scene, &(struct naive_tie){fields[1], fields[2]});
        } else if (count == 3 && text_equal(fields[0], TEXT("profile"))) {
            add_profile(conformance, scene, fields);
        } else if (count == 3 || count == 4) {
            add_event(conformance, scene, fields, count);
        } else {
            stop(conformance, "no event", line);
        }
        if (storage == STORAGE_IN_SEGMENTS) exec_scene_flush(scene);
    }
    exec_scene_publish(scene);
}

/* --- what came back --- */

static void append_row(struct buffer *out, const struct text *cells, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        if (i > 0) buffer_append_string(out, " | ");
        buffer_append_text(out, cells[i]);
    }
    buffer_append_byte(out, '\n');
}

/* The expected table with one space around each bar. */
static void write_expected(const struct conformance_case *conformance, struct buffer *out)
{
    struct text rest = conformance->table;
    struct text line;
    while (next_line(&rest, &line)) {
        struct text fields[FIELDS_MAX];
        append_row(out, fields, split_fields(line, fields));
    }
}

static void write_found(const struct result *result, struct buffer *out)
{
    for (uint32_t i = 0; i < result->column_count; i++) {
        if (i > 0) buffer_append_string(out, " | ");
        buffer_append_text(out, result->columns[i].name);
    }
    buffer_append_byte(out, '\n');
    for (uint64_t row = 0; row < result->row_count; row++) {
        for (uint32_t i = 0; i < result->column_count; i++) {
            if (i > 0) buffer_append_string(out, " | ");
            value_write_json(&result->cells[row * result->column_count + i], out);
        }
        buffer_append_byte(out, '\n');
    }
}

static bool compare_table(const struct conformance_case *conformance, const struct result *result,
                          enum storage storage)
{
    struct buffer expected;
    struct buffer found;
    buffer_init(&expected, CASE_SIZE_MAX);
    buffer_init(&found, CASE_SIZE_MAX);
    write_expected(conformance, &expected);
    write_found(result, &found);
    bool same = text_equal(buffer_text(&expected), buffer_text(&found));
    if (!same) {
        fprintf(stderr, "%s (%s): expected\n%.*sbut found\n%.*s", conformance->path,
                storage_names[storage], TEXT_PRINT(buffer_text(&expected)),
                TEXT_PRINT(buffer_text(&found)));
    }
    buffer_release(&expected);
    buffer_release(&found);
    return same;
}

static bool ask(struct conformance_case *conformance, const struct plan *plan, enum storage storage)
{
    struct exec_scene scene;
    exec_scene_begin(&scene);
    play(conformance, &scene, storage);
    struct text name = plan->time.zone.size > 0 ? plan->time.zone : conformance->zone;
    struct zone *zone = exec_scene_zone(arena_text(&conformance->arena, name).bytes);
    struct naive_moment moment = {zone, conformance->week_start, conformance->now_ms};
    struct exec_scene_ask options = {
        .plan = plan, .moment = &moment, .thread_count = 2, .memory_max = ARENA_SIZE};
    struct result result;
    struct error error = {0};
    result_init(&result, ARENA_SIZE);
    bool answered = exec_scene_ask(&scene, &options, &result, &error) == STATUS_OK;
    if (!answered) fprintf(stderr, "%s: %s\n", conformance->path, error.message);
    bool same = answered && compare_table(conformance, &result, storage);
    result_release(&result);
    zone_release(zone);
    exec_scene_end(&scene);
    return same;
}

static bool expect_refusal(const struct conformance_case *conformance, enum status status,
                           const struct plan_problem *problem, const struct error *error)
{
    bool refused = status == STATUS_INVALID &&
                   problem->unsupported == conformance->is_unsupported &&
                   text_equal(text_from(problem->pointer), conformance->refused);
    if (!refused) {
        fprintf(stderr, "%s: expected a refusal at %.*s, found \"%s\" at \"%s\"\n",
                conformance->path, TEXT_PRINT(conformance->refused), error->message,
                problem->pointer);
    }
    return refused;
}

static bool run_case(struct conformance_case *conformance)
{
    struct text copy = arena_text(&conformance->arena, conformance->plan);
    struct plan plan;
    struct plan_problem problem;
    struct error error = {0};
    enum status status = plan_parse((char *)(uintptr_t)copy.bytes, copy.size, &conformance->arena,
                                    &plan, &problem, &error);
    if (conformance->refused.bytes) {
        if (status == STATUS_OK) plan_release(&plan);
        return expect_refusal(conformance, status, &problem, &error);
    }
    if (status != STATUS_OK) {
        fprintf(stderr, "%s: %s\n", conformance->path, error.message);
        return false;
    }
    bool same = true;
    for (int storage = STORAGE_AS_WRITTEN; storage <= STORAGE_IN_MEMORY; storage++) {
        same = ask(conformance, &plan, (enum storage)storage) && same;
    }
    plan_release(&plan);
    return same;
}

static bool run_file(const char *path)
{
    char *bytes;
    size_t size;
    struct error error = {0};
    if (os_file_read_all(path, CASE_SIZE_MAX, &bytes, &size, &error) != STATUS_OK) {
        fprintf(stderr, "%s\n", error.message);
        return false;
    }
    struct conformance_case conformance = {.path = path};
    arena_init(&conformance.arena, ARENA_SIZE);
    read_case(&conformance, (struct text){bytes, size});
    bool same = run_case(&conformance);
    arena_release(&conformance.arena);
    memory_free(bytes);
    return same;
}

static bool is_wanted(const char *name, char *const *chosen, int chosen_count)
{
    if (!text_ends_with(text_from(name), TEXT(".case"))) return false;
    for (int i = 0; i < chosen_count; i++) {
        if (strcmp(chosen[i], name) == 0) return true;
    }
    return chosen_count == 0;
}

/* Arguments: the folder of the cases; then, if wanted, the names of some of them. */
int main(int argument_count, char **arguments)
{
    char **names;
    size_t count;
    struct error error = {0};
    if (argument_count < 2 || os_folder_list(arguments[1], &names, &count, &error) != STATUS_OK) {
        fprintf(stderr, "usage: conformance_test FOLDER [NAME…]\n%s\n", error.message);
        return 2;
    }
    unsigned ran = 0;
    unsigned failed = 0;
    for (size_t i = 0; i < count; i++) {
        char path[OS_PATH_SIZE];
        if (!is_wanted(names[i], arguments + 2, argument_count - 2) ||
            !os_path_join(path, arguments[1], names[i])) {
            continue;
        }
        ran++;
        failed += !run_file(path);
    }
    os_folder_list_free(names, count);
    printf("%u cases, %u failed\n", ran, failed);
    return ran > 0 && failed == 0 ? 0 : 1;
}
