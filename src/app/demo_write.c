#include "app/demo_write.h"

#include "base/check.h"
#include "base/memory.h"
#include "codec/json_writer.h"
#include "event/batch.h"
#include "os/os_clock.h"
#include "os/os_thread.h"

#include <string.h>

enum {
    BATCH_EVENTS = 4000,
    BATCH_SIZE_MAX = 16 * 1024 * 1024,
    FLIGHTS = 4, /* batches under way: one made while others are written and applied */
    BUSY_WAIT_MS = 1,
    POST_EVENTS = 4000,
    POST_TRIES = 600, /* a queue that is full empties; a disk that is full does not */
    POST_WAIT_MS = 100,
    POST_PROFILES = 1000,
    POST_SIZE_MAX = 16 * 1024 * 1024,
    ANSWER_SIZE_MAX = 1024 * 1024,
    ANSWER_ARENA_SIZE = 1024 * 1024,
};

/* --- into an engine --- */

struct demo_writer;

/* One batch on its way. */
struct flight {
    struct demo_writer *writer;
    struct wire_batch batch;
    struct ingest_work work;
    enum ingest_outcome outcome;
    bool is_under_way; /* under the writer's lock */
};

struct demo_writer {
    const struct demo *demo;
    uint32_t project;
    struct ingest *ingest;
    struct os_mutex mutex;
    struct os_condition landed;
    struct flight flights[FLIGHTS];
    uint64_t flight_count; /* begun so far */
    uint64_t stored;       /* events */
    bool has_failed;
    struct demo_scratch *scratch;
};

/* On the committer's thread. */
static void land(struct ingest_work *work, enum ingest_outcome outcome)
{
    struct flight *flight = work->context;
    struct demo_writer *writer = flight->writer;
    os_mutex_lock(&writer->mutex);
    flight->outcome = outcome;
    flight->is_under_way = false;
    os_condition_signal(&writer->landed);
    os_mutex_unlock(&writer->mutex);
}

/* Wait until the flight has landed, and count what it carried. */
static void finish(struct demo_writer *writer, struct flight *flight)
{
    os_mutex_lock(&writer->mutex);
    while (flight->is_under_way)
        os_condition_wait(&writer->landed, &writer->mutex);
    os_mutex_unlock(&writer->mutex);
    if (flight->batch.count == 0) return;

    struct wire_verdict verdict = {
        .endpoint = flight->batch.is_profiles ? WIRE_ENGAGE : WIRE_IMPORT,
        .received = flight->batch.count,
        .accepted = flight->batch.count,
        .batches = &flight->batch,
        .batch_count = 1,
    };
    ingest_count(writer->ingest, &verdict, &flight->work, flight->outcome);
    if (flight->outcome != INGEST_DURABLE) {
        writer->has_failed = true;
    } else if (!flight->batch.is_profiles) {
        writer->stored += flight->batch.count - flight->work.duplicates;
    }
    buffer_release(&flight->batch.bytes);
    flight->batch.count = 0;
}

/* Takes the bytes over. */
static void begin(struct demo_writer *writer, struct buffer bytes, uint32_t count, bool is_profiles)
{
    struct flight *flight = &writer->flights[writer->flight_count++ % FLIGHTS];
    finish(writer, flight);
    flight->batch = (struct wire_batch){
        .project = writer->project, .is_profiles = is_profiles, .count = count, .bytes = bytes};
    flight->work = (struct ingest_work){
        .batches = &flight->batch, .batch_count = 1, .done = land, .context = flight};
    flight->is_under_way = true;
    enum ingest_outcome outcome = ingest_submit(writer->ingest, &flight->work);
    while (outcome == INGEST_BUSY) {
        os_sleep_ms(BUSY_WAIT_MS);
        outcome = ingest_submit(writer->ingest, &flight->work);
    }
    if (outcome != INGEST_DURABLE) land(&flight->work, outcome);
}

/* The same events as by a running server's /import: marked as imported there, so here, too. */
static struct buffer make_batch(struct demo_writer *writer, uint64_t first, uint64_t count)
{
    struct batch_writer batch;
    batch_writer_init(&batch, writer->project, os_clock_now_ms(), BATCH_SIZE_MAX);
    for (uint64_t i = first; i < first + count; i++) {
        struct event event;
        demo_event(writer->demo, i, writer->scratch, &event);
        event.flags |= EVENT_IMPORTED;
        bool fits = batch_writer_add(&batch, &event);
        assert(fits); /* an event takes at most a few kilobytes */
    }
    (void)batch_writer_finish(&batch);
    struct buffer bytes = batch.bytes;
    batch.bytes = (struct buffer){0}; /* now ours */
    batch_writer_release(&batch);
    return bytes;
}

static void write_events(struct demo_writer *writer)
{
    uint64_t total = demo_event_count(writer->demo);
    for (uint64_t first = 0; first < total && !writer->has_failed; first += BATCH_EVENTS) {
        uint64_t count = total - first < BATCH_EVENTS ? total - first : BATCH_EVENTS;
        begin(writer, make_batch(writer, first, count), (uint32_t)count, false);
    }
}

static void write_profiles(struct demo_writer *writer)
{
    uint32_t total = demo_profile_count(writer->demo);
    for (uint32_t first = 0; first < total && !writer->has_failed; first += BATCH_EVENTS) {
        uint32_t count = total - first < BATCH_EVENTS ? total - first : BATCH_EVENTS;
        struct buffer bytes;
        buffer_init(&bytes, BATCH_SIZE_MAX);
        profile_batch_begin(&bytes, writer->project, os_clock_now_ms());
        for (uint32_t i = first; i < first + count; i++) {
            struct profile_change change;
            demo_profile(writer->demo, i, writer->scratch, &change);
            profile_batch_add(&bytes, &change);
        }
        assert(!buffer_overflowed(&bytes));
        begin(writer, bytes, count, true);
    }
}

enum status demo_write_engine(const struct demo *demo, uint32_t project, struct engine *engine,
                              uint64_t *stored, struct error *error)
{
    struct demo_writer writer = {.demo = demo, .project = project, .ingest = engine->ingest};
    writer.scratch = MEMORY_NEW(struct demo_scratch);
    os_mutex_init(&writer.mutex);
    os_condition_init(&writer.landed);
    for (int i = 0; i < FLIGHTS; i++)
        writer.flights[i].writer = &writer;
    write_events(&writer);
    write_profiles(&writer);
    for (int i = 0; i < FLIGHTS; i++)
        finish(&writer, &writer.flights[i]);
    os_condition_release(&writer.landed);
    os_mutex_release(&writer.mutex);
    memory_free(writer.scratch);
    *stored = writer.stored;
    if (!writer.has_failed) return engine_flush(engine, error);
    return error_set(error, STATUS_IO, "the sample could not be written: see to the disk");
}

/* --- to a server --- */

static void write_value(struct json_writer *writer, const struct value *value)
{
    switch (value->kind) {
    case VALUE_MISSING:
    case VALUE_NULL: json_null(writer); return;
    case VALUE_FALSE: json_bool(writer, false); return;
    case VALUE_TRUE: json_bool(writer, true); return;
    case VALUE_INTEGER: json_integer(writer, value->integer); return;
    case VALUE_DECIMAL: json_decimal(writer, value->decimal); return;
    case VALUE_TEXT: json_text(writer, value->text); return;
    case VALUE_BIG_NUMBER:
    case VALUE_LIST:
    case VALUE_OBJECT: json_raw(writer, value->text); return;
    }
    UNREACHABLE("a value has one of the kinds above");
}

static void write_event_json(const struct event *event, struct buffer *out)
{
    struct json_writer writer;
    json_writer_init(&writer, out);
    json_object_begin(&writer);
    json_key(&writer, "event");
    json_text(&writer, event->name);
    json_key(&writer, "properties");
    json_object_begin(&writer);
    json_key(&writer, "time");
    json_integer(&writer, event->time_ms);
    json_key(&writer, "distinct_id");
    json_text(&writer, event->distinct_id);
    json_key(&writer, "$insert_id");
    json_text(&writer, event->insert_id);
    for (uint32_t i = 0; i < event->property_count; i++) {
        json_key_text(&writer, event->properties[i].name);
        write_value(&writer, &event->properties[i].value);
    }
    json_object_end(&writer);
    json_object_end(&writer);
    buffer_append_byte(out, '\n');
}

static void write_profile_json(const struct profile_change *change, const char *token,
                               struct buffer *out)
{
    struct json_writer writer;
    json_writer_init(&writer, out);
    json_object_begin(&writer);
    json_key(&writer, "$token");
    json_string(&writer, token);
    json_key(&writer, "$distinct_id");
    json_text(&writer, change->id);
    json_key(&writer, "$time");
    json_integer(&writer, change->time_ms);
    json_key(&writer, "$ip");
    json_string(&writer, "0");
    json_key(&writer, "$set");
    json_object_begin(&writer);
    for (uint32_t i = 0; i < change->step_count; i++) {
        json_key_text(&writer, change->steps[i].name);
        write_value(&writer, &change->steps[i].value);
    }
    json_object_end(&writer);
    json_object_end(&writer);
}

/* What the requests of one demo have in common. */
struct posting {
    const struct demo *demo;
    struct local *local;
    struct demo_scratch *scratch;
    struct buffer body;
    struct buffer answer;
    const char *token;
};

static enum status post(struct posting *posting, const char *target, const char *type,
                        struct error *error)
{
    enum status status = STATUS_BUSY;
    assert(!buffer_overflowed(&posting->body));
    for (int tries = 0; status == STATUS_BUSY && tries < POST_TRIES; tries++) {
        if (tries > 0) os_sleep_ms(POST_WAIT_MS);
        buffer_clear(&posting->answer);
        status = local_call(posting->local, "POST", target, type, buffer_text(&posting->body),
                            &posting->answer, error);
    }
    return status;
}

static enum status post_events(struct posting *posting, const char *target, uint64_t *stored,
                               struct error *error)
{
    uint64_t total = demo_event_count(posting->demo);
    for (uint64_t i = 0; i < total;) {
        buffer_clear(&posting->body);
        for (uint64_t end = i + POST_EVENTS; i < end && i < total; i++) {
            struct event event;
            demo_event(posting->demo, i, posting->scratch, &event);
            write_event_json(&event, &posting->body);
        }
        TRY(post(posting, target, "application/x-ndjson", error));
        struct arena arena;
        const struct json_node *root = NULL;
        arena_init(&arena, ANSWER_ARENA_SIZE);
        enum status status = local_parse(&posting->answer, &arena, &root, error);
        if (status == STATUS_OK) *stored += local_number(root, "stored");
        arena_release(&arena);
        TRY(status);
    }
    return STATUS_OK;
}

static enum status post_profiles(struct posting *posting, struct error *error)
{
    uint32_t total = demo_profile_count(posting->demo);
    for (uint32_t i = 0; i < total;) {
        buffer_clear(&posting->body);
        buffer_append_byte(&posting->body, '[');
        for (uint32_t end = i + POST_PROFILES; i < end && i < total; i++) {
            struct profile_change change;
            demo_profile(posting->demo, i, posting->scratch, &change);
            if (posting->body.size > 1) buffer_append_byte(&posting->body, ',');
            write_profile_json(&change, posting->token, &posting->body);
        }
        buffer_append_byte(&posting->body, ']');
        TRY(post(posting, "/engage", "application/json", error));
        if (text_equal(text_trim(buffer_text(&posting->answer)), TEXT("1"))) continue;
        return error_set(error, STATUS_INVALID, "the server did not take the sample's profiles");
    }
    return STATUS_OK;
}

static enum status post_all(struct posting *posting, const char *target, uint64_t *stored,
                            struct error *error)
{
    TRY(post_events(posting, target, stored, error));
    TRY(post_profiles(posting, error));
    buffer_clear(&posting->body);
    buffer_append_string(&posting->body, "{}");
    return post(posting, "/local/flush", NULL, error);
}

enum status demo_write_server(const struct demo *demo, const char *project, const char *token,
                              struct local *local, uint64_t *stored, struct error *error)
{
    struct buffer target;
    const char *path = NULL;
    struct posting posting = {.demo = demo, .local = local, .token = token};
    posting.scratch = MEMORY_NEW(struct demo_scratch);
    buffer_init(&posting.body, POST_SIZE_MAX);
    buffer_init(&posting.answer, ANSWER_SIZE_MAX);
    target_begin(&target, "/local/import");
    target_add(&target, "project", project);
    enum status status = target_end(&target, &path, error);
    *stored = 0;
    if (status == STATUS_OK) status = post_all(&posting, path, stored, error);
    buffer_release(&target);
    buffer_release(&posting.answer);
    buffer_release(&posting.body);
    memory_free(posting.scratch);
    return status;
}
