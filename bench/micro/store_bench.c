/* What the store costs: appending, publishing, flushing, reading back, bytes an event:
 *   store_bench FOLDER [EVENTS]
 * Events have 25 properties: sticky ones of the person, a few of the event, and 5 texts that never
 * repeat. A second pass has 15 properties and one random insert_id of 16 characters, for the size
 * on disk. Times are the processor's, but for reading, which takes too short. The folder says
 * which disk is measured; it must be absent or empty. */
#include "base/memory.h"
#include "event/batch.h"
#include "os/os_clock.h"
#include "os/os_process.h"
#include "store/row_source.h"
#include "store/store.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    BATCH_EVENTS = 20,
    PERSON_EVENTS = 25, /* on average */
    TEXT_SIZE = 40,
    PROPERTIES_MAX = 25,
    BATCH_SIZE_MAX = 1 << 20,
    PUBLISH_EVENTS = 50000,
};

struct kind {
    const char *name;
    uint32_t property_count;
    uint32_t unique_count; /* of the properties: texts that never repeat */
};

struct maker {
    uint64_t state;
    const struct kind *kind;
    uint32_t persons;
    char texts[PROPERTIES_MAX + 1][TEXT_SIZE];
    char names[PROPERTIES_MAX][TEXT_SIZE];
    struct property properties[PROPERTIES_MAX];
};

static uint64_t next(struct maker *maker)
{
    maker->state ^= maker->state >> 12;
    maker->state ^= maker->state << 25;
    maker->state ^= maker->state >> 27;
    return maker->state * UINT64_C(2685821657736338717);
}

static uint32_t below(struct maker *maker, uint32_t count)
{
    return (uint32_t)((next(maker) >> 32) % count);
}

static void must(enum status status, const struct error *error)
{
    if (status == STATUS_OK) return;
    (void)fprintf(stderr, "store_bench: %s\n", error->message);
    exit(1);
}

static struct text random_text(struct maker *maker, char *out, uint32_t size)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
    for (uint32_t i = 0; i < size; i++)
        out[i] = letters[below(maker, 62)];
    return (struct text){out, size};
}

/* Property number: unique, of the event, or of the person. */
static struct value make_value(struct maker *maker, uint32_t number, uint32_t person)
{
    char *scratch = maker->texts[number];
    if (number < maker->kind->unique_count) {
        return value_from_text(random_text(maker, scratch, 16));
    }
    switch (number % 5) {
    case 0: return value_from_integer(below(maker, 30000));
    case 1:
        (void)snprintf(scratch, TEXT_SIZE, "/page/%u", below(maker, below(maker, 300) + 1));
        return value_from_text(text_from(scratch));
    case 2: return value_from_bool(below(maker, 10) == 0);
    default:
        (void)snprintf(scratch, TEXT_SIZE, "value %u of %u", person * 31 % (number * 3), number);
        return value_from_text(text_from(scratch));
    }
}

static uint32_t make_event(struct maker *maker, struct event *event, uint32_t person, int64_t time)
{
    static const char *const names[] = {"view", "click", "open", "search", "buy", "close"};
    *event = (struct event){
        .name = text_from(names[below(maker, below(maker, 6) + 1)]),
        .time_ms = time,
        .insert_id = random_text(maker, maker->texts[PROPERTIES_MAX], 16),
        .property_count = maker->kind->property_count,
        .properties = maker->properties,
    };
    for (uint32_t i = 0; i < event->property_count; i++) {
        maker->properties[i].name = text_from(maker->names[i]);
        maker->properties[i].value = make_value(maker, i, person);
    }
    return person;
}

/* A client sends a few events of one person at once; a request of a server mixes persons. */
struct batch {
    struct text bytes;
    uint32_t persons[BATCH_EVENTS];
};

static struct batch make_batch(struct maker *maker, int64_t now)
{
    struct batch batch;
    struct batch_writer writer;
    batch_writer_init(&writer, 1, now, BATCH_SIZE_MAX);
    uint32_t person = below(maker, maker->persons);
    int64_t time = now - 60000;
    for (uint32_t i = 0; i < BATCH_EVENTS; i++) {
        struct event event;
        if (i % 5 == 0) person = below(maker, maker->persons);
        time += below(maker, 3000);
        batch.persons[i] = make_event(maker, &event, person, time);
        if (!batch_writer_add(&writer, &event)) abort();
    }
    struct text bytes = batch_writer_finish(&writer);
    char *copy = memory_alloc(bytes.size, 1);
    memcpy(copy, bytes.bytes, bytes.size);
    batch.bytes = (struct text){copy, bytes.size};
    batch_writer_release(&writer);
    return batch;
}

static void append(struct store *store, const struct batch *batch, uint64_t sequence,
                   struct arena *arena)
{
    struct error error;
    struct batch_reader reader;
    struct store_appender appender;
    size_t mark = arena_mark(arena);
    must(batch_reader_init(&reader, batch->bytes, arena, &error), &error);
    if (!store_append_begin(store, 1, sequence, reader.header.received_ms, &appender)) abort();
    for (;;) {
        struct event event;
        bool done;
        must(batch_reader_next(&reader, &event, &done, &error), &error);
        if (done) break;
        uint32_t index = reader.event_index - 1;
        struct store_row row = {.event = event, .person = batch->persons[index], .index = index};
        store_append_rows(&appender, &row, 1);
    }
    store_append_end(&appender);
    arena_rewind(arena, mark);
}

/* Of the processor, so that what else the machine does is not counted. */
static uint64_t cpu_ns(void)
{
    struct os_process_usage usage;
    os_process_usage(&usage);
    return usage.cpu_ns;
}

/* Every column of every shard, as a question would. */
static void read_all(struct store *store, uint32_t events)
{
    struct error error;
    struct snapshot *snapshot;
    must(store_snapshot(store, 1, &snapshot, &error), &error);
    uint32_t *codes = MEMORY_ARRAY(uint32_t, events);
    int64_t *times = MEMORY_ARRAY(int64_t, events);
    uint64_t code_ns = 0;
    uint64_t time_ns = 0;
    uint64_t columns = 0;
    for (uint32_t i = 0; i < snapshot_source_count(snapshot); i++) {
        struct row_source *source = snapshot_source(snapshot, i);
        columns = row_source_column_count(source);
        for (uint32_t shard = 0; shard < STORE_SHARD_COUNT; shard++) {
            struct row_range range = row_source_shard(source, shard);
            uint64_t begin_ns = os_clock_monotonic_ns();
            must(row_source_times(source, range, times, &error), &error);
            time_ns += os_clock_monotonic_ns() - begin_ns;
            begin_ns = os_clock_monotonic_ns();
            for (uint32_t column = 0; column < columns; column++)
                must(row_source_codes(source, column, range, codes, &error), &error);
            code_ns += os_clock_monotonic_ns() - begin_ns;
        }
    }
    printf("  read: times %.1f ns a row, codes %.1f ns a row and column, %.1f bytes a row\n",
           (double)time_ns / events, (double)code_ns / events / (double)columns,
           (double)snapshot_bytes_read(snapshot) / events);
    memory_free(codes);
    memory_free(times);
    snapshot_release(snapshot);
}

static void flush(struct store *store, uint32_t events)
{
    struct error error;
    struct store_figures figures;
    struct store_clusters nobody = {0};
    uint64_t begin_ns = cpu_ns();
    must(store_flush(store, 1, nobody, &error), &error);
    double seconds = (double)(cpu_ns() - begin_ns) / 1e9;
    store_figures(store, 1, &figures);
    printf("  flush: %.0f k events/s (%.2f s), %.1f bytes an event\n", events / seconds / 1e3,
           seconds, (double)figures.segment_bytes / events);
}

static void fill(struct store *store, struct maker *maker, uint32_t events)
{
    struct store_clusters nobody = {0};
    struct arena arena;
    arena_init(&arena, 1 << 20);
    uint64_t append_ns = 0;
    uint64_t publish_ns = 0;
    uint64_t publish_ns_max = 0;
    int64_t now = INT64_C(1785000000000);
    struct batch *batches = MEMORY_ARRAY(struct batch, PUBLISH_EVENTS / BATCH_EVENTS);
    uint64_t sequence = 1;
    for (uint32_t done = 0; done < events; done += PUBLISH_EVENTS) {
        for (uint32_t i = 0; i < PUBLISH_EVENTS / BATCH_EVENTS; i++)
            batches[i] = make_batch(maker, now += 40);
        uint64_t begin_ns = cpu_ns();
        for (uint32_t i = 0; i < PUBLISH_EVENTS / BATCH_EVENTS; i++)
            append(store, &batches[i], sequence++, &arena);
        append_ns += cpu_ns() - begin_ns;
        for (uint32_t i = 0; i < PUBLISH_EVENTS / BATCH_EVENTS; i++)
            memory_free((char *)(uintptr_t)batches[i].bytes.bytes);
        begin_ns = cpu_ns();
        (void)store_publish(store, 1, nobody);
        uint64_t took_ns = cpu_ns() - begin_ns;
        publish_ns += took_ns;
        if (took_ns > publish_ns_max) publish_ns_max = took_ns;
    }
    memory_free(batches);
    arena_release(&arena);
    struct store_memtable_figures figures;
    store_memtable_figures(store, 1, &figures);
    printf("  append: %.2f us an event, %.0f bytes of memory an event\n",
           (double)append_ns / events / 1e3, (double)figures.bytes / (double)figures.rows);
    printf("  publish every %d: %.0f ns an event, longest %.1f ms\n", PUBLISH_EVENTS,
           (double)publish_ns / events, (double)publish_ns_max / 1e6);
}

static void measure(const char *folder, const struct kind *kind, uint32_t events)
{
    struct error error;
    char path[1024];
    (void)snprintf(path, sizeof path, "%s-%s", folder, kind->name);
    struct store *store;
    struct store_options options = {.folder = path};
    must(store_open(&options, &store, &error), &error);
    struct maker *maker = MEMORY_NEW(struct maker);
    maker->state = 88172645463325252;
    maker->kind = kind;
    maker->persons = events / PERSON_EVENTS + 1;
    for (uint32_t i = 0; i < PROPERTIES_MAX; i++)
        (void)snprintf(maker->names[i], TEXT_SIZE, "some property %u", i);
    printf("%s: %u properties, %u of them unique\n", kind->name, kind->property_count,
           kind->unique_count);
    fill(store, maker, events);
    read_all(store, events);
    flush(store, events);
    read_all(store, events);
    memory_free(maker);
    store_close(store);
    struct os_process_usage usage;
    os_process_usage(&usage);
    uint64_t begin_ns = cpu_ns();
    must(store_open(&options, &store, &error), &error);
    printf("  open: %.1f ms, process %.0f MB\n", (double)(cpu_ns() - begin_ns) / 1e6,
           (double)usage.resident_bytes / 1e6);
    store_close(store);
}

int main(int argc, char **argv)
{
    static const struct kind kinds[] = {
        {.name = "wide", .property_count = 25, .unique_count = 5},
        {.name = "usual", .property_count = 15, .unique_count = 0},
    };
    if (argc < 2) {
        (void)fprintf(stderr, "usage: store_bench FOLDER [EVENTS]\n");
        return 2;
    }
    uint32_t events = argc > 2 ? (uint32_t)strtoul(argv[2], NULL, 10) : 500000;
    events = events / PUBLISH_EVENTS * PUBLISH_EVENTS + PUBLISH_EVENTS;
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        measure(argv[1], &kinds[i], events);
    return 0;
}
