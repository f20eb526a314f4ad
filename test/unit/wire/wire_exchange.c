#include "wire_exchange.h"

#include "base/buffer.h"
#include "base/check.h"
#include "base/memory.h"

#include <string.h>

enum { ARENA_SIZE = 4 * 1024 * 1024 };

static const struct project *authenticate(void *context, struct text user, struct text password,
                                          struct text project_id)
{
    const struct project_table *projects = context;
    if (text_equal(user, TEXT("secret1")) && password.size == 0) {
        return project_table_by_id(projects, 1);
    }
    if (text_equal(user, TEXT("robot")) && text_equal(password, TEXT("pass"))) {
        return project_table_by_name(projects, project_id);
    }
    if (user.size == 0 && text_equal(password, TEXT("bearer2"))) {
        return project_table_by_id(projects, 2);
    }
    return project_table_by_token(projects, user);
}

void exchange_init(struct exchange *exchange, enum wire_endpoint endpoint, const char *query,
                   const char *content_type, struct text body)
{
    struct project projects[] = {
        {.id = 1, .name = TEXT("one"), .token = TEXT("tok1"), .zone = TEXT("UTC")},
        {.id = 2, .name = TEXT("two"), .token = TEXT("tok2"), .zone = TEXT("UTC")},
    };
    *exchange = (struct exchange){.body = body};
    exchange->projects = project_table_make(projects, 2);
    arena_init(&exchange->arena, ARENA_SIZE);
    exchange->request = (struct wire_request){.endpoint = endpoint,
                                              .query = text_from(query),
                                              .content_type = text_from(content_type),
                                              .now_ms = NOW_MS,
                                              .projects = exchange->projects,
                                              .authenticate = authenticate,
                                              .authenticate_context = exchange->projects};
}

/* The body is a copy of exactly its size, so that a sanitizer sees a read behind it, and is gone
 * before anything of the verdict is looked at. */
void exchange_run(struct exchange *exchange)
{
    char *bytes = memory_alloc(exchange->body.size, 1);
    if (exchange->body.size > 0) memcpy(bytes, exchange->body.bytes, exchange->body.size);
    exchange->request.body = exchange->body.size > 0 ? bytes : NULL;
    exchange->request.body_size = exchange->body.size;
    wire_decode(&exchange->request, &exchange->verdict);
    if (exchange->body.size > 0) memory_wipe(bytes, exchange->body.size);
    memory_free(bytes);
    wire_answer(&exchange->verdict, WIRE_DURABLE, &exchange->answer);

    const struct wire_verdict *verdict = &exchange->verdict;
    assert_int_equal(verdict->received, verdict->accepted + verdict->refused + verdict->ignored);
    uint32_t by_reason = 0;
    for (int i = 0; i < WIRE_REFUSAL_COUNT; i++)
        by_reason += verdict->refused_by[i];
    assert_int_equal(verdict->refused, by_reason);
}

void exchange_release(struct exchange *exchange)
{
    wire_verdict_release(&exchange->verdict);
    buffer_release(&exchange->answer.body);
    project_table_drop(exchange->projects);
    arena_release(&exchange->arena);
}

const char *exchange_string(struct exchange *exchange, struct text text)
{
    struct text copy = arena_text(&exchange->arena, text);
    assert_non_null(copy.bytes);
    return copy.bytes;
}

const char *exchange_answer(struct exchange *exchange)
{
    return exchange_string(exchange, buffer_text(&exchange->answer.body));
}

static void open_batch(struct exchange *exchange, uint32_t index, struct batch_reader *reader)
{
    struct error error = {0};
    const struct wire_batch *batch = &exchange->verdict.batches[index];
    enum status status =
        batch_reader_init(reader, buffer_text(&batch->bytes), &exchange->arena, &error);
    assert_int_equal(status, STATUS_OK);
    assert_int_equal(reader->header.project, batch->project);
    assert_int_equal(reader->header.received_ms, NOW_MS);
    assert_int_equal(reader->header.event_count, batch->count);
}

uint32_t exchange_read_count(struct exchange *exchange)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < exchange->verdict.batch_count; i++) {
        struct error error = {0};
        const struct wire_batch *batch = &exchange->verdict.batches[i];
        assert_true(batch->count > 0);
        bool done = false;
        struct batch_reader events;
        struct profile_batch_reader changes;
        if (batch->is_profiles) {
            assert_int_equal(profile_batch_reader_init(&changes, buffer_text(&batch->bytes),
                                                       &exchange->arena, &error),
                             STATUS_OK);
        } else {
            open_batch(exchange, i, &events);
        }
        for (;; count++) {
            struct event event;
            struct profile_change change;
            enum status status = batch->is_profiles
                                     ? profile_batch_reader_next(&changes, &change, &done, &error)
                                     : batch_reader_next(&events, &event, &done, &error);
            assert_int_equal(status, STATUS_OK);
            if (done) break;
        }
    }
    return count;
}

struct event exchange_event(struct exchange *exchange, uint32_t index, uint32_t *project)
{
    for (uint32_t i = 0; i < exchange->verdict.batch_count; i++) {
        struct batch_reader reader;
        open_batch(exchange, i, &reader);
        for (;; index--) {
            struct error error = {0};
            struct event event;
            bool done = false;
            assert_int_equal(batch_reader_next(&reader, &event, &done, &error), STATUS_OK);
            if (done) break;
            if (project) *project = reader.header.project;
            if (index == 0) return event;
        }
    }
    fail_msg("there is no such event");
    return (struct event){0};
}

struct profile_change exchange_change(struct exchange *exchange, uint32_t index)
{
    for (uint32_t i = 0; i < exchange->verdict.batch_count; i++) {
        struct error error = {0};
        struct profile_batch_reader reader;
        struct text bytes = buffer_text(&exchange->verdict.batches[i].bytes);
        assert_int_equal(profile_batch_reader_init(&reader, bytes, &exchange->arena, &error),
                         STATUS_OK);
        for (;; index--) {
            struct profile_change change;
            bool done = false;
            assert_int_equal(profile_batch_reader_next(&reader, &change, &done, &error), STATUS_OK);
            if (done) break;
            if (index == 0) return change;
        }
    }
    fail_msg("there is no such change");
    return (struct profile_change){0};
}

const char *exchange_json(struct exchange *exchange, const struct value *value)
{
    if (value->kind == VALUE_MISSING) return "missing";
    struct buffer json;
    buffer_init(&json, 1024 * 1024);
    value_write_json(value, &json);
    const char *string = exchange_string(exchange, buffer_text(&json));
    buffer_release(&json);
    return string;
}

const char *exchange_property(struct exchange *exchange, const struct event *event,
                              const char *name)
{
    for (uint32_t i = 0; i < event->property_count; i++) {
        if (!text_equal(event->properties[i].name, text_from(name))) continue;
        return exchange_json(exchange, &event->properties[i].value);
    }
    return "missing";
}

void exchange_track(struct exchange *exchange, const char *json)
{
    exchange_init(exchange, WIRE_TRACK, "", "application/json", text_from(json));
    exchange_run(exchange);
}

void exchange_properties(struct exchange *exchange, const char *properties)
{
    struct buffer json;
    buffer_init(&json, 16 * 1024 * 1024);
    buffer_append_string(&json, EXCHANGE_EVENT_OPEN);
    buffer_append_string(&json, properties);
    buffer_append_string(&json, "}}");
    exchange_init(exchange, WIRE_TRACK, "", "", buffer_text(&json));
    exchange_run(exchange);
    buffer_release(&json);
}

void exchange_import(struct exchange *exchange, const char *query, const char *json)
{
    exchange_init(exchange, WIRE_IMPORT, query, "application/json", text_from(json));
    exchange->request.authorization = TEXT("Basic c2VjcmV0MTo="); /* secret1: */
    exchange_run(exchange);
}
