#include "store_scene.h"

#include "base/memory.h"

#include <string.h>
#include <unistd.h>

enum {
    ARENA_SIZE_MIN = 1 << 20,
    APPLY_ARENA_SIZE = 1 << 18,
    TIME_SPREAD_DAYS = 40,
    BATCH_SIZE_MAX = 64 << 20
};
static const int64_t time_base = INT64_C(1785000000000);

void scene_begin(struct scene *scene, uint64_t seed)
{
    memset(scene, 0, sizeof *scene);
    scene->random = seeded_from(seed);
    scene->shape = (struct scene_shape){.persons = 500, .names = 40, .properties_max = 20};
    scene->flush_threads = (unsigned)(seed % 4);
    scene->canonical = MEMORY_ARRAY(uint32_t, SCENE_PERSONS_MAX);
    for (uint32_t i = 0; i < SCENE_PERSONS_MAX; i++)
        scene->canonical[i] = i;
    /* Syncs are free in memory, so that many scenes take seconds. */
    const char *root = getenv("TMPDIR");
    if (!root) root = os_exists("/dev/shm") ? "/dev/shm" : P_tmpdir;
    (void)snprintf(scene->folder, sizeof scene->folder, "%s/candor-store-XXXXXX", root);
    assert_non_null(mkdtemp(scene->folder));
}

void scene_remove_files(const struct scene *scene)
{
    struct error error;
    char **names;
    size_t count;
    MUST(os_folder_list(scene->folder, &names, &count, &error), &error);
    for (size_t i = 0; i < count; i++) {
        char path[OS_PATH_SIZE];
        assert_true(os_path_join(path, scene->folder, names[i]));
        assert_int_equal(unlink(path), 0);
    }
    os_folder_list_free(names, count);
}

void scene_forget_twin(struct scene *scene, uint32_t project)
{
    struct twin *twin = &scene->twins[project];
    for (uint32_t i = 0; i < twin->count; i++)
        memory_free(twin->rows[i].text);
    memory_free(twin->rows);
    *twin = (struct twin){0};
}

void scene_end(struct scene *scene)
{
    scene_close(scene);
    for (uint32_t project = 0; project <= SCENE_PROJECTS; project++)
        scene_forget_twin(scene, project);
    memory_free(scene->canonical);
    scene_remove_files(scene);
    assert_int_equal(rmdir(scene->folder), 0);
}

enum status scene_open(struct scene *scene, struct error *error)
{
    struct store_options options = {
        .folder = scene->folder,
        .flush_threads = scene->flush_threads,
    };
    return store_open(&options, &scene->store, error);
}

void scene_must_open(struct scene *scene)
{
    struct error error;
    MUST(scene_open(scene, &error), &error);
}

void scene_close(struct scene *scene)
{
    if (scene->store) store_close(scene->store);
    scene->store = NULL;
}

/* --- events by chance --- */

static const char *const words[] = {
    "",           "a",    "Berlin", "日本語", "naïve", "\"quoted\"", "line\nbreak",
    "emoji 🙂", "true", "null",   "5",      "[1]",   "{}",         "a longer text of some words",
};
static const char *const numbers[] = {
    "0",
    "-1",
    "5",
    "5.5",
    "0.1",
    "1e400",
    "12345678901234567890123",
    "1e3",
    "9007199254740993",
    "-0.000001",
    "0.1000000000000000000001",
    "1e-9",
    "9223372036854775807",
};
static const char *const lists[] = {"[]", "[1,2,3]", "[\"a\",null,{\"b\":[true]}]"};
static const char *const objects[] = {"{}", "{\"a\":1}", "{\"a\":{\"b\":\"c\"}}"};

#define PICK(random, array) ((array)[seeded_below((random), sizeof(array) / sizeof *(array))])

static struct value random_value(struct seeded *random, char scratch[64])
{
    switch (seeded_below(random, 12)) {
    case 0: return (struct value){.kind = VALUE_NULL};
    case 1: return value_from_bool(seeded_below(random, 2));
    case 2: return value_from_number(text_from(PICK(random, numbers)));
    case 3: return value_from_integer((int64_t)seeded_next(random));
    case 4: return value_from_decimal((double)seeded_below(random, 1000) / 7);
    case 5: return (struct value){.kind = VALUE_LIST, .text = text_from(PICK(random, lists))};
    case 6: return (struct value){.kind = VALUE_OBJECT, .text = text_from(PICK(random, objects))};
    case 7: return value_from_integer(seeded_below(random, 50));
    case 8:
        (void)snprintf(scratch, 64, "%016llx", (unsigned long long)seeded_next(random));
        return value_from_text(text_from(scratch));
    default: return value_from_text(text_from(PICK(random, words)));
    }
}

/* Names by chance without a name twice; the first ones are in most events. */
static uint32_t random_properties(struct scene *scene, struct property *out, char (*names)[32],
                                  char (*scratch)[64])
{
    struct seeded *random = &scene->random;
    uint32_t wanted = seeded_below(random, scene->shape.properties_max + 1);
    uint32_t number = 0;
    uint32_t count = 0;
    while (count < wanted && number < scene->shape.names) {
        (void)snprintf(names[count], 32, "property %u", number);
        out[count] = (struct property){
            .name = text_from(names[count]),
            .value = random_value(random, scratch[count]),
        };
        count++;
        uint32_t far = scene->shape.names / 8 + 1;
        number += seeded_below(random, 4) ? 1 : 1 + seeded_below(random, far);
    }
    return count;
}

static struct event random_event(struct scene *scene, char id[32])
{
    struct seeded *random = &scene->random;
    static const char *const names[] = {"open", "view", "buy", "close", "日本"};
    int64_t day = (int64_t)seeded_below(random, TIME_SPREAD_DAYS) * 86400000;
    struct event event = {
        .name = text_from(PICK(random, names)),
        .time_ms = time_base + day + (int64_t)seeded_below(random, 5) * 1000,
    };
    if (seeded_below(random, 50) == 0) event.time_ms = (int64_t)(seeded_next(random) >> 14);
    if (seeded_below(random, 4)) {
        (void)snprintf(id, 32, "id-%llx", (unsigned long long)seeded_next(random));
        event.insert_id = text_from(id);
    }
    if (seeded_below(random, 3) == 0) event.flags |= EVENT_IMPORTED;
    if (scene->shape.with_dropped && seeded_below(random, 10) == 0) event.flags |= EVENT_DROPPED;
    return event;
}

struct text scene_make_batch(struct scene *scene, uint32_t project, uint32_t count)
{
    struct batch_writer writer;
    batch_writer_init(&writer, project, time_base + (int64_t)scene->sequence * 7, BATCH_SIZE_MAX);
    uint32_t room = scene->shape.properties_max + 1;
    struct property *properties = MEMORY_ARRAY(struct property, room);
    char(*names)[32] = memory_alloc(room, 32);
    char(*scratch)[64] = memory_alloc(room, 64);
    for (uint32_t i = 0; i < count; i++) {
        char id[32];
        char person[16] = "";
        struct event event = random_event(scene, id);
        if (seeded_below(&scene->random, 20)) {
            (void)snprintf(person, sizeof person, "%u",
                           seeded_below(&scene->random, scene->shape.persons));
        }
        event.distinct_id = text_from(person);
        event.property_count = random_properties(scene, properties, names, scratch);
        event.properties = properties;
        assert_true(batch_writer_add(&writer, &event));
    }
    memory_free(properties);
    memory_free(names);
    memory_free(scratch);
    struct text bytes = batch_writer_finish(&writer);
    char *copy = memory_alloc(bytes.size, 1);
    memcpy(copy, bytes.bytes, bytes.size);
    batch_writer_release(&writer);
    return (struct text){copy, bytes.size};
}

/* --- the twin --- */

static int compare_lines(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static char *make_line(struct text name, const struct value *value)
{
    struct buffer line;
    buffer_init(&line, 1 << 20);
    buffer_printf(&line, "%.*s|%d|", TEXT_PRINT(name), (int)value->kind);
    value_write_json(value, &line);
    buffer_append_byte(&line, '\0');
    return line.bytes;
}

static char *join_lines(char **lines, uint32_t count)
{
    qsort(lines, count, sizeof *lines, compare_lines);
    struct buffer text;
    buffer_init(&text, 16 << 20);
    for (uint32_t i = 0; i < count; i++) {
        buffer_append_string(&text, lines[i]);
        buffer_append_byte(&text, '\n');
        memory_free(lines[i]);
    }
    buffer_append_byte(&text, '\0');
    return text.bytes;
}

static char *event_text(const struct event *event)
{
    char **lines = MEMORY_ARRAY(char *, event->property_count + 2);
    struct value name = value_from_text(event->name);
    struct value insert_id = value_from_text(event->insert_id);
    uint32_t count = 0;
    lines[count++] = make_line(TEXT(" event"), &name);
    if (event->insert_id.size > 0) lines[count++] = make_line(TEXT(" insert_id"), &insert_id);
    for (uint32_t i = 0; i < event->property_count; i++) {
        lines[count++] = make_line(event->properties[i].name, &event->properties[i].value);
    }
    char *text = join_lines(lines, count);
    memory_free(lines);
    return text;
}

static uint32_t person_of(struct text distinct_id)
{
    uint64_t number;
    return text_to_u64(distinct_id, &number) ? (uint32_t)number : STORE_NO_PERSON;
}

static void twin_add(struct twin *twin, const struct event *event, uint64_t arrival,
                     int64_t received_ms)
{
    if (twin->count == twin->capacity) {
        twin->capacity = twin->capacity ? twin->capacity * 2 : 64;
        twin->rows = memory_resize(twin->rows, twin->capacity, sizeof(struct twin_row));
    }
    twin->rows[twin->count++] = (struct twin_row){
        .arrival = arrival,
        .time_ms = event->time_ms,
        .received_ms = received_ms,
        .person = person_of(event->distinct_id),
        .flags = event->flags & EVENT_IMPORTED,
        .text = event_text(event),
    };
}

void scene_apply(struct scene *scene, uint32_t project, uint64_t sequence, struct text batch,
                 enum scene_twin twin)
{
    struct arena arena;
    arena_init(&arena, APPLY_ARENA_SIZE); /* names and one event's properties */
    struct error error;
    struct batch_reader reader;
    MUST(batch_reader_init(&reader, batch, &arena, &error), &error);
    struct store_appender appender;
    bool is_new =
        store_append_begin(scene->store, project, sequence, reader.header.received_ms, &appender);
    for (;;) {
        struct event event;
        bool done;
        MUST(batch_reader_next(&reader, &event, &done, &error), &error);
        if (done) break;
        uint32_t index = reader.event_index - 1;
        if (is_new) {
            struct store_row row = {
                .event = event, .person = person_of(event.distinct_id), .index = index};
            store_append_rows(&appender, &row, 1);
        }
        if (twin == SCENE_WITH_TWIN) {
            twin_add(&scene->twins[project], &event, sequence << 16 | index,
                     reader.header.received_ms);
        }
    }
    if (is_new) store_append_end(&appender);
    arena_release(&arena);
}

void scene_append(struct scene *scene, uint32_t project, uint32_t count)
{
    struct text batch = scene_make_batch(scene, project, count);
    scene_apply(scene, project, ++scene->sequence, batch, SCENE_WITH_TWIN);
    memory_free((char *)(uintptr_t)batch.bytes);
}

struct store_clusters scene_clusters(const struct scene *scene)
{
    return (struct store_clusters){scene->canonical, SCENE_PERSONS_MAX};
}

void scene_publish(struct scene *scene, uint32_t project)
{
    (void)store_publish(scene->store, project, scene_clusters(scene));
}

void scene_must_flush(struct scene *scene, uint32_t project)
{
    struct error error;
    MUST(store_flush(scene->store, project, scene_clusters(scene), &error), &error);
}

/* --- comparing --- */

/* Everything one source says about its rows. */
struct reading {
    struct row_source *source;
    struct arena arena;
    uint32_t row_count;
    int64_t *times;
    int64_t *received;
    uint64_t *arrivals;
    uint32_t *sent;
    uint32_t *clusters;
    uint8_t *flags;
    uint32_t column_count;
    uint32_t **codes; /* by column */
    struct row_dictionary *dictionaries;
};

static enum status read_fixed(struct reading *reading, struct row_range all, struct error *error)
{
    TRY(row_source_times(reading->source, all, reading->times, error));
    TRY(row_source_received(reading->source, all, reading->received, error));
    TRY(row_source_arrivals(reading->source, all, reading->arrivals, error));
    TRY(row_source_sent_persons(reading->source, all, reading->sent, error));
    return row_source_flags(reading->source, all, reading->flags, error);
}

static enum status read_runs(struct reading *reading, struct error *error)
{
    uint32_t row = 0;
    for (uint32_t shard = 0; shard < STORE_SHARD_COUNT; shard++) {
        const struct row_run *runs;
        uint32_t count;
        struct row_range range = row_source_shard(reading->source, shard);
        assert_int_equal(range.first, row);
        TRY(row_source_runs(reading->source, shard, &reading->arena, &runs, &count, error));
        for (uint32_t i = 0; i < count; i++) {
            assert_int_equal(runs[i].first, row);
            assert_true(runs[i].count > 0);
            assert_int_equal(store_shard(runs[i].cluster), shard);
            for (uint32_t k = 0; k < runs[i].count; k++)
                reading->clusters[row++] = runs[i].cluster;
        }
        assert_int_equal(range.end, row);
    }
    assert_int_equal(row, reading->row_count);
    return STATUS_OK;
}

static enum status read_columns(struct reading *reading, struct row_range all, struct error *error)
{
    for (uint32_t column = 0; column < reading->column_count; column++) {
        reading->codes[column] = ARENA_ARRAY(&reading->arena, uint32_t, reading->row_count);
        assert_non_null(reading->codes[column]);
        TRY(row_source_codes(reading->source, column, all, reading->codes[column], error));
        TRY(row_source_dictionary(reading->source, column, &reading->arena,
                                  &reading->dictionaries[column], error));
        const struct row_dictionary *dictionary = &reading->dictionaries[column];
        assert_int_equal(dictionary->values[0].kind, VALUE_MISSING);
        for (uint32_t row = 0; row < reading->row_count; row++)
            assert_true(reading->codes[column][row] < dictionary->count);
        if (column <= ROW_COLUMN_INSERT_ID) continue;
        struct text name = row_source_column_name(reading->source, column);
        assert_int_equal(row_source_find_column(reading->source, name), column);
    }
    return STATUS_OK;
}

/* Ranges by chance give the same as the whole. */
static enum status read_ranges(struct reading *reading, struct seeded *random, struct error *error)
{
    uint32_t *codes = ARENA_ARRAY(&reading->arena, uint32_t, reading->row_count + 1);
    int64_t *times = ARENA_ARRAY(&reading->arena, int64_t, reading->row_count + 1);
    for (int i = 0; i < 6; i++) {
        uint32_t first = seeded_below(random, reading->row_count + 1);
        uint32_t end = first + seeded_below(random, reading->row_count - first + 1);
        uint32_t column = seeded_below(random, reading->column_count);
        struct row_range range = {first, end};
        TRY(row_source_codes(reading->source, column, range, codes, error));
        TRY(row_source_times(reading->source, range, times, error));
        assert_memory_equal(codes, reading->codes[column] + first,
                            (end - first) * sizeof(uint32_t));
        assert_memory_equal(times, reading->times + first, (end - first) * sizeof(int64_t));
    }
    return STATUS_OK;
}

static enum status read_source(struct reading *reading, struct row_source *source,
                               struct seeded *random, struct error *error)
{
    reading->source = source;
    reading->row_count = row_source_row_count(source);
    reading->column_count = row_source_column_count(source);
    struct arena *arena = &reading->arena;
    uint32_t rows = reading->row_count;
    reading->times = ARENA_ARRAY(arena, int64_t, rows);
    reading->received = ARENA_ARRAY(arena, int64_t, rows);
    reading->arrivals = ARENA_ARRAY(arena, uint64_t, rows);
    reading->sent = ARENA_ARRAY(arena, uint32_t, rows);
    reading->clusters = ARENA_ARRAY(arena, uint32_t, rows);
    reading->flags = ARENA_ARRAY(arena, uint8_t, rows);
    reading->codes = ARENA_ARRAY(arena, uint32_t *, reading->column_count);
    reading->dictionaries = ARENA_ARRAY(arena, struct row_dictionary, reading->column_count);
    struct row_range all = {0, rows};
    TRY(read_fixed(reading, all, error));
    TRY(read_runs(reading, error));
    TRY(read_columns(reading, all, error));
    return read_ranges(reading, random, error);
}

static void check_order(const struct reading *reading)
{
    int64_t min = INT64_MAX;
    int64_t max = INT64_MIN;
    for (uint32_t row = 0; row < reading->row_count; row++) {
        if (reading->times[row] < min) min = reading->times[row];
        if (reading->times[row] > max) max = reading->times[row];
        if (row == 0) continue;
        uint32_t before = store_person_order(reading->clusters[row - 1]);
        uint32_t here = store_person_order(reading->clusters[row]);
        assert_true(before <= here);
        if (before < here) continue;
        assert_true(reading->times[row - 1] <= reading->times[row]);
        if (reading->times[row - 1] < reading->times[row]) continue;
        assert_true(reading->arrivals[row - 1] < reading->arrivals[row]);
    }
    int64_t said_min;
    int64_t said_max;
    row_source_time_range(reading->source, &said_min, &said_max);
    assert_true(said_min == min);
    assert_true(said_max == max);
}

/* The overflow column holds properties as one object: take it apart. */
static uint32_t add_overflow(struct reading *reading, const struct value *object, char **lines)
{
    uint32_t count = 0;
    for (uint32_t number = 0; number < 4096; number++) {
        char name[32];
        struct value value;
        (void)snprintf(name, sizeof name, "property %u", number);
        size_t mark = arena_mark(&reading->arena);
        assert_true(value_object_find(object, text_from(name), &reading->arena, &value));
        if (value.kind != VALUE_MISSING) lines[count++] = make_line(text_from(name), &value);
        arena_rewind(&reading->arena, mark);
    }
    return count;
}

static char *row_text(struct reading *reading, uint32_t row)
{
    char **lines = MEMORY_ARRAY(char *, reading->column_count + 4096);
    uint32_t count = 0;
    for (uint32_t column = 0; column < reading->column_count; column++) {
        uint32_t code = reading->codes[column][row];
        if (code == 0) continue;
        const struct value *value = &reading->dictionaries[column].values[code];
        struct text name = row_source_column_name(reading->source, column);
        if (column == ROW_COLUMN_EVENT) name = TEXT(" event");
        if (column == ROW_COLUMN_INSERT_ID) name = TEXT(" insert_id");
        if (text_equal(name, TEXT(ROW_OVERFLOW_COLUMN))) {
            count += add_overflow(reading, value, lines + count);
            continue;
        }
        lines[count++] = make_line(name, value);
    }
    char *text = join_lines(lines, count);
    memory_free(lines);
    return text;
}

static struct twin_row *twin_find(struct twin *twin, uint64_t arrival)
{
    uint32_t first = 0;
    uint32_t end = twin->count;
    while (first < end) {
        uint32_t middle = (first + end) / 2;
        if (twin->rows[middle].arrival < arrival) {
            first = middle + 1;
        } else {
            end = middle;
        }
    }
    if (first == twin->count || twin->rows[first].arrival != arrival) {
        fail_msg("a row came that was never sent: arrival %llx", (unsigned long long)arrival);
    }
    return &twin->rows[first];
}

static void check_rows(struct reading *reading, struct twin *twin)
{
    for (uint32_t row = 0; row < reading->row_count; row++) {
        struct twin_row *expected = twin_find(twin, reading->arrivals[row]);
        if (expected->seen++) fail_msg("a row came twice");
        assert_true(expected->time_ms == reading->times[row]);
        assert_true(expected->received_ms == reading->received[row]);
        assert_int_equal(expected->person, reading->sent[row]);
        assert_int_equal(expected->flags, reading->flags[row]);
        if (expected->person == STORE_NO_PERSON) {
            assert_int_equal(reading->clusters[row], STORE_NO_PERSON);
        }
        char *text = row_text(reading, row);
        assert_string_equal(text, expected->text);
        memory_free(text);
    }
}

/* Enough for the codes of one source and the dictionaries of the whole project. */
static size_t reading_size(const struct scene *scene, const struct row_source *source,
                           const struct twin *twin)
{
    size_t rows = row_source_row_count(source);
    size_t columns = row_source_column_count(source);
    size_t values = twin->count * ((size_t)scene->shape.properties_max + 2);
    return ARENA_SIZE_MIN + rows * (columns * sizeof(uint32_t) + 64) + columns * 512 + values * 100;
}

static enum status read_snapshot(struct scene *scene, struct snapshot *snapshot, struct twin *twin,
                                 struct error *error)
{
    for (uint32_t i = 0; i < snapshot_source_count(snapshot); i++) {
        struct reading reading = {0};
        struct row_source *source = snapshot_source(snapshot, i);
        arena_init(&reading.arena, reading_size(scene, source, twin));
        enum status status = read_source(&reading, source, &scene->random, error);
        if (status == STATUS_OK) {
            check_order(&reading);
            check_rows(&reading, twin);
        }
        arena_release(&reading.arena);
        TRY(status);
    }
    return STATUS_OK;
}

enum status scene_read(struct scene *scene, uint32_t project, uint32_t visible, struct error *error)
{
    struct twin *twin = &scene->twins[project];
    for (uint32_t i = 0; i < twin->count; i++)
        twin->rows[i].seen = 0;
    struct snapshot *snapshot;
    MUST(store_snapshot(scene->store, project, &snapshot, error), error);
    enum status status = read_snapshot(scene, snapshot, twin, error);
    snapshot_release(snapshot);
    TRY(status);
    for (uint32_t i = 0; i < twin->count; i++) {
        if ((twin->rows[i].seen > 0) != (i < visible)) {
            fail_msg("row %u of %u: seen %u times, %u are visible", i, twin->count,
                     twin->rows[i].seen, visible);
        }
    }
    return STATUS_OK;
}

void scene_check(struct scene *scene, uint32_t project, uint32_t visible)
{
    struct error error;
    MUST(scene_read(scene, project, visible, &error), &error);
}

void scene_check_all(struct scene *scene, uint32_t project)
{
    scene_check(scene, project, scene->twins[project].count);
}
