/* Which versions of which library send events: trends broken down by the two properties that every
 * client sends, and the share of events that come from a version or a newer one. After a repair in
 * a library this is the question (spec/shield.md §1). */
#include "api/api_internal.h"
#include "api/api_local.h"
#include "base/check.h"
#include "codec/json_writer.h"
#include "plan/plan.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    DAYS_DEFAULT = 30,
    DAYS_MAX = 400,
    LIBRARY_COUNT_MAX = 16,
    VERSION_TOP = 200, /* of a library; rarer ones are counted together */
    VERSION_COUNT_MAX = LIBRARY_COUNT_MAX * (VERSION_TOP + 2),
    ARENA_SIZE = 64 * 1024 * 1024,
    SCRATCH_SIZE = 16 * 1024 * 1024, /* of one plan */
    RESULT_SIZE = 64 * 1024 * 1024,
};

struct version {
    struct text library; /* "" when it is not set */
    struct text number;
    struct text first, last; /* days, "2026-08-01"; "" when only the last hours had it */
    double events;           /* of the days */
    double recent;           /* of the last 24 hours */
    double recent_or_newer;  /* of the same library, this version or a newer one */
    double library_recent;
    bool is_sum; /* of all the rare ones */
};

struct versions {
    struct version *list;
    size_t count;
    double events;
};

struct asking {
    const struct api_options *rooms;
    uint32_t project;
    int64_t now_ms;
    struct arena *arena;   /* of what stays */
    struct arena *scratch; /* of one question */
    struct versions *versions;
};

/* --- the questions --- */

/* A trend of all events, broken down by one property; library NULL: of all libraries. */
struct question {
    const char *unit; /* of the time axis */
    int count;        /* of the units below, ending now */
    const char *span;
    const char *property;
    int top;
    const struct text *library;
};

static void write_library(struct json_writer *writer, const struct text *library)
{
    if (!library) return;
    json_key(writer, "where");
    json_object_begin(writer);
    json_key(writer, "property");
    json_string(writer, "mp_lib");
    if (library->size == 0) {
        json_key(writer, "is_set");
        json_bool(writer, false);
    } else {
        json_key(writer, "is");
        json_array_begin(writer);
        json_text(writer, *library);
        json_array_end(writer);
    }
    json_object_end(writer);
}

static void write_plan(const struct question *question, struct buffer *out)
{
    struct json_writer writer;
    json_writer_init(&writer, out);
    json_object_begin(&writer);
    buffer_printf(json_direct(&writer),
                  "\"kind\":\"trend\",\"unit\":\"%s\",\"time\":{\"last\":{\"count\":%d,"
                  "\"unit\":\"%s\"},\"zone\":\"UTC\"},\"measures\":[{\"event\":\"*\","
                  "\"count\":\"events\"}],\"breakdown\":[{\"property\":\"%s\",\"of\":\"event\","
                  "\"top\":%d}]",
                  question->unit, question->count, question->span, question->property,
                  question->top);
    write_library(&writer, question->library);
    json_object_end(&writer);
}

static enum status ask(const struct asking *asking, const struct question *question,
                       struct result *result, struct error *error)
{
    struct buffer json;
    struct plan plan;
    struct plan_problem problem = {0};
    buffer_init(&json, PLAN_SIZE_MAX);
    write_plan(question, &json);
    size_t mark = arena_mark(asking->scratch);
    result_init(result, RESULT_SIZE);
    enum status status = plan_parse(json.bytes, json.size, asking->scratch, &plan, &problem, error);
    if (status == STATUS_OK) {
        status = backend_run(asking->rooms->backend, asking->project, &plan, asking->now_ms, result,
                             error);
        plan_release(&plan);
    }
    arena_rewind(asking->scratch, mark);
    buffer_release(&json);
    return status;
}

/* --- collecting --- */

static struct text cell_text(const struct value *cell)
{
    return cell->kind == VALUE_TEXT ? cell->text : TEXT("");
}

/* The place of a library's version, new or old; NULL when there are too many. */
static struct version *place_of(const struct asking *asking, struct text library,
                                struct text number)
{
    struct versions *versions = asking->versions;
    for (size_t i = 0; i < versions->count; i++) {
        struct version *version = &versions->list[i];
        if (text_equal(version->library, library) && text_equal(version->number, number)) {
            return version;
        }
    }
    if (versions->count == VERSION_COUNT_MAX) return NULL;
    struct version *version = &versions->list[versions->count];
    *version = (struct version){
        .library = library,
        .number = arena_text(asking->arena, number),
        .is_sum = text_equal(number, TEXT("$other")),
    };
    if (!version->number.bytes) return NULL;
    versions->count++;
    return version;
}

/* measure, $lib_version, time, value: the rows of one version lie together, in order of time. */
static enum status take_days(const struct asking *asking, const struct text *library, int days,
                             struct error *error)
{
    struct question question = {"day", days, "day", "$lib_version", VERSION_TOP, library};
    struct result result;
    enum status status = ask(asking, &question, &result, error);
    for (uint64_t i = 0; status == STATUS_OK && i < result.row_count; i++) {
        assert(result.column_count == 4);
        const struct value *row = &result.cells[i * result.column_count];
        double events = value_is_number(&row[3]) ? value_number(&row[3]) : 0;
        struct version *version =
            events > 0 ? place_of(asking, *library, cell_text(&row[1])) : NULL;
        if (!version) continue;
        asking->versions->events += events;
        version->events += events;
        version->last = arena_text(asking->arena, cell_text(&row[2]));
        if (version->first.size == 0) version->first = version->last;
    }
    result_release(&result);
    return status;
}

/* measure, $lib_version, value */
static enum status take_hours(const struct asking *asking, const struct text *library,
                              struct error *error)
{
    struct question question = {"total", 24, "hour", "$lib_version", VERSION_TOP, library};
    struct result result;
    enum status status = ask(asking, &question, &result, error);
    for (uint64_t i = 0; status == STATUS_OK && i < result.row_count; i++) {
        assert(result.column_count == 3);
        const struct value *row = &result.cells[i * result.column_count];
        if (!value_is_number(&row[2]) || value_number(&row[2]) <= 0) continue;
        struct version *version = place_of(asking, *library, cell_text(&row[1]));
        if (version) version->recent = value_number(&row[2]);
    }
    result_release(&result);
    return status;
}

/* The libraries that sent most; "" stands for events that name none. */
static enum status find_libraries(const struct asking *asking, int days,
                                  struct text libraries[LIBRARY_COUNT_MAX], size_t *count,
                                  struct error *error)
{
    struct question question = {"total", days, "day", "mp_lib", LIBRARY_COUNT_MAX, NULL};
    struct result result;
    enum status status = ask(asking, &question, &result, error);
    *count = 0;
    for (uint64_t i = 0; status == STATUS_OK && i < result.row_count; i++) {
        assert(result.column_count == 3);
        const struct value *row = &result.cells[i * result.column_count];
        bool is_name = row[1].kind == VALUE_TEXT && row[1].text.size > 0;
        if (!is_name && row[1].kind != VALUE_NULL) continue; /* a number, a list: no library */
        if (is_name && text_equal(row[1].text, TEXT("$other"))) continue;
        if (*count == LIBRARY_COUNT_MAX) break;
        libraries[*count] = arena_text(asking->arena, cell_text(&row[1]));
        if (libraries[*count].bytes) *count += 1;
    }
    result_release(&result);
    return status;
}

static enum status collect(const struct asking *asking, int days, struct error *error)
{
    struct text libraries[LIBRARY_COUNT_MAX];
    size_t count = 0;
    asking->versions->list = ARENA_ARRAY(asking->arena, struct version, VERSION_COUNT_MAX);
    if (!asking->versions->list) {
        return error_set(error, STATUS_TOO_LARGE, "too little memory for the versions");
    }
    TRY(find_libraries(asking, days, libraries, &count, error));
    for (size_t i = 0; i < count; i++) {
        TRY(take_days(asking, &libraries[i], days, error));
        TRY(take_hours(asking, &libraries[i], error));
    }
    return STATUS_OK;
}

/* --- the order of versions --- */

/* The next part: digits, or what stands between dots and hyphens. */
static struct text next_part(struct text *rest)
{
    size_t size = 0;
    while (size < rest->size && rest->bytes[size] != '.' && rest->bytes[size] != '-')
        size++;
    struct text part = text_slice(*rest, 0, size);
    size_t used = size < rest->size && rest->bytes[size] == '.' ? size + 1 : size;
    *rest = text_slice(*rest, used, rest->size - used);
    return part;
}

static int compare_parts(struct text a, struct text b)
{
    uint64_t first, second;
    if (text_to_u64(a, &first) && text_to_u64(b, &second)) {
        return (first > second) - (first < second);
    }
    return text_compare(a, b);
}

/* 2.9.1 before 2.10.0, and 3.0.0-beta before 3.0.0. */
static int compare_numbers(struct text a, struct text b)
{
    while (a.size > 0 && b.size > 0) {
        bool is_early_a = a.bytes[0] == '-';
        bool is_early_b = b.bytes[0] == '-';
        if (is_early_a != is_early_b) return is_early_a ? -1 : 1;
        if (is_early_a) return text_compare(a, b);
        int order = compare_parts(next_part(&a), next_part(&b));
        if (order != 0) return order;
    }
    if (a.size == b.size) return 0;
    struct text longer = a.size > 0 ? a : b;
    bool is_early = longer.bytes[0] == '-';
    return (a.size > 0) == is_early ? -1 : 1;
}

/* By library, the newest version first; what is summed up comes last. */
static int compare_versions(const void *a, const void *b)
{
    const struct version *first = a;
    const struct version *second = b;
    if (first->is_sum != second->is_sum) return first->is_sum ? 1 : -1;
    int order = text_compare(first->library, second->library);
    if (order != 0) return order;
    return compare_numbers(second->number, first->number);
}

static void count_newer(struct versions *versions)
{
    if (versions->count > 1) {
        qsort(versions->list, versions->count, sizeof *versions->list, compare_versions);
    }
    for (size_t i = 0; i < versions->count; i++) {
        struct version *version = &versions->list[i];
        for (size_t k = 0; k < versions->count; k++) {
            const struct version *other = &versions->list[k];
            if (!text_equal(other->library, version->library)) continue;
            version->library_recent += other->recent;
            if (k <= i && !other->is_sum) version->recent_or_newer += other->recent;
        }
    }
}

/* --- the answer --- */

static double share(double part, double whole)
{
    return whole > 0 ? part / whole : 0;
}

static void write_version(struct json_writer *writer, const struct version *version,
                          const struct versions *versions)
{
    json_object_begin(writer);
    json_key(writer, "library");
    json_text(writer, version->library);
    json_key(writer, "version");
    json_text(writer, version->number);
    json_key(writer, "events");
    json_decimal(writer, version->events);
    json_key(writer, "share");
    json_decimal(writer, share(version->events, versions->events));
    json_key(writer, "first_seen");
    json_text(writer, version->first);
    json_key(writer, "last_seen");
    json_text(writer, version->last);
    json_key(writer, "events_24h");
    json_decimal(writer, version->recent);
    json_key(writer, "share_24h_this_or_newer");
    json_decimal(writer, share(version->recent_or_newer, version->library_recent));
    json_object_end(writer);
}

/* One for each library: about the newest version that was seen in the last day. */
static void write_sentences(struct json_writer *writer, const struct versions *versions)
{
    struct text told = {0};
    bool has_told = false;
    json_key(writer, "sentences");
    json_array_begin(writer);
    for (size_t i = 0; i < versions->count; i++) {
        const struct version *version = &versions->list[i];
        if (version->is_sum || version->recent <= 0 || version->number.size == 0) continue;
        if (has_told && text_equal(told, version->library)) continue;
        has_told = true;
        told = version->library;
        struct text library = told.size > 0 ? told : TEXT("an unnamed library");
        struct buffer words;
        buffer_init(&words, 2048);
        buffer_printf(&words,
                      "%.1f %% of %.*s's events of the last 24 h come from version %.*s or newer",
                      100 * share(version->recent_or_newer, version->library_recent),
                      TEXT_PRINT(library), TEXT_PRINT(version->number));
        json_text(writer, buffer_text(&words));
        buffer_release(&words);
    }
    json_array_end(writer);
}

static void write_answer(const struct versions *versions, int days, struct buffer *out)
{
    struct json_writer writer;
    json_writer_init(&writer, out);
    json_object_begin(&writer);
    json_key(&writer, "days");
    json_integer(&writer, days);
    json_key(&writer, "versions");
    json_array_begin(&writer);
    for (size_t i = 0; i < versions->count; i++)
        write_version(&writer, &versions->list[i], versions);
    json_array_end(&writer);
    write_sentences(&writer, versions);
    json_object_end(&writer);
}

static enum status answer_versions(const struct api_options *rooms, uint32_t project,
                                   struct text days_word, int64_t now_ms, struct arena *arena,
                                   struct buffer *out, struct error *error)
{
    uint64_t days = DAYS_DEFAULT;
    bool is_number = days_word.size == 0 || text_to_u64(days_word, &days);
    if (!is_number || days == 0 || days > DAYS_MAX) {
        return error_set(error, STATUS_INVALID, "days is a number from 1 to %d", DAYS_MAX);
    }
    struct versions versions = {0};
    struct arena scratch;
    struct asking asking = {rooms, project, now_ms, arena, &scratch, &versions};
    arena_init(&scratch, SCRATCH_SIZE);
    enum status status = collect(&asking, (int)days, error);
    arena_release(&scratch);
    if (status != STATUS_OK) return status;
    count_newer(&versions);
    write_answer(&versions, (int)days, out);
    return STATUS_OK;
}

enum status local_shield_versions(const struct local_call *call, struct error *error)
{
    struct project project;
    TRY(local_project(call, local_parameter(call, "project"), &project, error));
    ingest_settle(call->rooms->ingest);
    (void)backend_publish(call->rooms->backend);
    return answer_versions(call->rooms, project.id, local_parameter(call, "days"), call->now_ms,
                           call->arena, call->answer, error);
}

static enum status answer_project(const struct local_call *call, uint32_t project,
                                  struct buffer *out, struct error *error)
{
    return answer_versions(call->rooms, project, local_parameter(call, "days"), call->now_ms,
                           call->arena, out, error);
}

enum status shield_versions_get(struct api_exchange *exchange, struct error *error)
{
    return api_shield_get(exchange, ARENA_SIZE, answer_project, error);
}
