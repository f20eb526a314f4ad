#include "backend_scene.h"

#include "base/memory.h"
#include "event/batch.h"

#include <string.h>
#include <unistd.h>

enum { BATCH_SIZE_MAX = 32 * 1024 * 1024 };

static void open_it(struct scene *scene)
{
    scene->options.folder = scene->folder;
    scene->options.projects = project_slot_make();
    scene->options.query_threads = 1;
    assert_int_equal(backend_open(&scene->options, &scene->backend, &scene->error), STATUS_OK);
}

static void close_it(struct scene *scene)
{
    backend_close(scene->backend);
    project_slot_release(scene->options.projects);
}

void scene_begin(struct scene *scene, const struct backend_options *options)
{
    *scene = (struct scene){.options = options ? *options : (struct backend_options){0}};
    const char *place = access("/dev/shm", W_OK) == 0 ? "/dev/shm" : ".";
    (void)snprintf(scene->folder, sizeof scene->folder, "%s/candor-backend-XXXXXX", place);
    assert_non_null(mkdtemp(scene->folder));
    open_it(scene);
}

void scene_end(struct scene *scene)
{
    char command[128];
    close_it(scene);
    memory_free(scene->rows);
    (void)snprintf(command, sizeof command, "rm -rf %s", scene->folder);
    assert_int_equal(system(command), 0);
}

void scene_reopen(struct scene *scene)
{
    close_it(scene);
    open_it(scene);
}

static void add_event(struct batch_writer *writer, uint32_t number, int64_t time_ms)
{
    char id[32];
    char person[32];
    (void)snprintf(id, sizeof id, "e%u", number);
    (void)snprintf(person, sizeof person, "person %u", number % SCENE_PERSONS);
    struct property property = {.name = TEXT("n"), .value = value_from_integer(number)};
    struct event event = {
        .name = TEXT("Seen, \"twice\""),
        .time_ms = time_ms,
        .distinct_id = text_from(person),
        .insert_id = text_from(id),
        .key = event_key_make(TEXT("Seen, \"twice\""), text_from(person), text_from(id), time_ms),
        .flags = EVENT_HAS_KEY,
        .property_count = 1,
        .properties = &property,
    };
    assert_true(batch_writer_add(writer, &event));
}

/* The rows from first on as a record. */
static enum status apply(struct scene *scene, uint64_t sequence, uint32_t first, uint32_t count,
                         bool is_damaged)
{
    struct batch_writer writer;
    size_t last = 0;
    batch_writer_init(&writer, scene->rows[first].project, scene->rows[first].time_ms,
                      BATCH_SIZE_MAX);
    for (uint32_t i = first; i < first + count; i++) {
        last = writer.bytes.size;
        add_event(&writer, i, scene->rows[i].time_ms);
    }
    struct text bytes = batch_writer_finish(&writer);
    if (is_damaged) memset(writer.bytes.bytes + last, 0xff, writer.bytes.size - last);
    enum status status = backend_apply_events(scene->backend, sequence, bytes, &scene->error);
    batch_writer_release(&writer);
    return status;
}

static enum status add(struct scene *scene, uint32_t project, const int64_t *times, uint32_t count,
                       bool is_damaged)
{
    uint32_t first = scene->row_count;
    scene->row_count += count;
    scene->rows = memory_resize(scene->rows, scene->row_count, sizeof *scene->rows);
    for (uint32_t i = 0; i < count; i++) {
        scene->rows[first + i] = (struct scene_row){.time_ms = times[i], .project = project};
    }
    return apply(scene, ++scene->sequence, first, count, is_damaged);
}

void scene_add(struct scene *scene, uint32_t project, const int64_t *times, uint32_t count)
{
    assert_int_equal(add(scene, project, times, count, false), STATUS_OK);
}

void scene_add_half(struct scene *scene, uint32_t project, const int64_t *times, uint32_t count)
{
    assert_int_equal(add(scene, project, times, count, true), STATUS_CORRUPT);
}

void scene_repeat(struct scene *scene, uint64_t sequence, uint32_t first, uint32_t count)
{
    assert_int_equal(apply(scene, sequence, first, count, false), STATUS_OK);
}

void scene_flush(struct scene *scene)
{
    bool flushed;
    assert_int_equal(
        backend_flush(scene->backend, BACKEND_FLUSH_ALL, false, &flushed, &scene->error),
        STATUS_OK);
}

struct backend_figures scene_figures(struct scene *scene, uint32_t project)
{
    struct backend_figures figures;
    backend_figures(scene->backend, project, &figures);
    return figures;
}

uint32_t scene_next_number(struct text *lines)
{
    struct text needle = TEXT("\"$insert_id\":\"e");
    ptrdiff_t place = text_find(*lines, needle);
    if (place == TEXT_NOT_FOUND) return UINT32_MAX;
    size_t start = (size_t)place + needle.size;
    uint32_t number = 0;
    while (lines->bytes[start] != '"')
        number = number * 10 + (uint32_t)(lines->bytes[start++] - '0');
    *lines = text_slice(*lines, start, lines->size - start);
    return number;
}

struct heard {
    uint32_t *numbers;
    uint32_t count;
    uint32_t capacity;
};

static enum status hear(void *context, struct text lines, struct error *error)
{
    struct heard *heard = context;
    (void)error;
    assert_true(text_ends_with(lines, TEXT("\n"))); /* whole lines */
    uint32_t number;
    while ((number = scene_next_number(&lines)) != UINT32_MAX) {
        assert_true(heard->count < heard->capacity);
        heard->numbers[heard->count++] = number;
    }
    return STATUS_OK;
}

static const struct scene_row *sorted_rows;

static int compare_numbers(const void *a, const void *b)
{
    uint32_t left = *(const uint32_t *)a;
    uint32_t right = *(const uint32_t *)b;
    int64_t left_ms = sorted_rows[left].time_ms;
    int64_t right_ms = sorted_rows[right].time_ms;
    if (left_ms != right_ms) return left_ms < right_ms ? -1 : 1;
    return (left > right) - (left < right);
}

static uint32_t expect(const struct scene *scene, int64_t from_ms, int64_t to_ms, uint32_t *numbers)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < scene->row_count; i++) {
        const struct scene_row *row = &scene->rows[i];
        bool is_in = row->time_ms >= from_ms && row->time_ms < to_ms;
        if (is_in && row->project == SCENE_PROJECT) numbers[count++] = i;
    }
    sorted_rows = scene->rows;
    qsort(numbers, count, sizeof *numbers, compare_numbers);
    return count;
}

uint32_t scene_check_export(struct scene *scene, int64_t from_ms, int64_t to_ms)
{
    uint32_t *expected = MEMORY_ARRAY(uint32_t, scene->row_count + 1);
    struct heard heard = {.numbers = MEMORY_ARRAY(uint32_t, scene->row_count + 1),
                          .capacity = scene->row_count + 1};
    struct backend_export span = {.project = SCENE_PROJECT, .from_ms = from_ms, .to_ms = to_ms};
    uint64_t rows;
    uint32_t count = expect(scene, from_ms, to_ms, expected);
    assert_int_equal(backend_export(scene->backend, &span, hear, &heard, &rows, &scene->error),
                     STATUS_OK);
    assert_int_equal(rows, count);
    assert_int_equal(heard.count, count);
    for (uint32_t i = 0; i < count; i++)
        assert_int_equal(heard.numbers[i], expected[i]);
    memory_free(heard.numbers);
    memory_free(expected);
    return count;
}
