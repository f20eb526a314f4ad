/* Any bytes as a collection request: the counts add up, what was accepted reads back from the
 * batches, and every answer has a body.
 *
 * The first byte chooses the endpoint and who asks, the second the content type and encoding, the
 * third how many of the bytes are the query; the rest is the body. */
#include "wire/wire.h"

#include "base/check.h"
#include "base/memory.h"
#include "event/profile_change.h"

#include <stddef.h>
#include <stdint.h>
#include <string.h>

enum { CONTROL_SIZE = 3, ARENA_SIZE = 16 << 20 };

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static const char *const content_types[] = {
    "",
    "application/json",
    "application/x-ndjson",
    "application/x-www-form-urlencoded",
    "text/plain;charset=UTF-8",
    "multipart/form-data; boundary=b",
    "multipart/form-data; boundary=\"b",
    "image/gif",
};
static const char *const encodings[] = {"", "gzip", "deflate", "br"};

static const struct project *authenticate(void *context, struct text user, struct text password,
                                          struct text project_id)
{
    (void)project_id;
    bool is_known = user.size + password.size > 0 && (user.size & 1) == 0;
    return is_known ? project_table_by_id(context, 1) : NULL;
}

static uint32_t count_events(struct text bytes, struct arena *arena)
{
    struct error error;
    struct batch_reader reader;
    enum status status = batch_reader_init(&reader, bytes, arena, &error);
    assert(status == STATUS_OK);
    for (uint32_t count = 0;; count++) {
        struct event event;
        bool done = false;
        status = batch_reader_next(&reader, &event, &done, &error);
        assert(status == STATUS_OK);
        if (done) return count;
        assert(event.name.size > 0);
        assert(event.property_count <= EVENT_PROPERTY_COUNT_MAX);
        assert((event.flags & EVENT_HAS_KEY) == 0 || event.insert_id.size > 0);
    }
}

static uint32_t count_changes(struct text bytes, struct arena *arena)
{
    struct error error;
    struct profile_batch_reader reader;
    enum status status = profile_batch_reader_init(&reader, bytes, arena, &error);
    assert(status == STATUS_OK);
    for (uint32_t count = 0;; count++) {
        struct profile_change change;
        bool done = false;
        status = profile_batch_reader_next(&reader, &change, &done, &error);
        assert(status == STATUS_OK);
        if (done) return count;
        assert(change.id.size > 0);
        assert(change.step_count > 0);
    }
}

static void check_verdict(const struct wire_verdict *verdict)
{
    uint32_t accepted = 0;
    for (uint32_t i = 0; i < verdict->batch_count; i++) {
        const struct wire_batch *batch = &verdict->batches[i];
        struct arena arena;
        arena_init(&arena, ARENA_SIZE);
        struct text bytes = buffer_text(&batch->bytes);
        uint32_t count =
            batch->is_profiles ? count_changes(bytes, &arena) : count_events(bytes, &arena);
        assert(count == batch->count);
        accepted += count;
        arena_release(&arena);
    }
    assert(accepted == verdict->accepted);
    assert(verdict->received > 0);
    assert(verdict->received == verdict->accepted + verdict->refused + verdict->ignored);
}

static void check_answers(const struct wire_verdict *verdict)
{
    for (enum wire_commit commit = WIRE_DURABLE; commit <= WIRE_FAILED; commit++) {
        struct wire_answer answer;
        wire_answer(verdict, commit, &answer);
        assert(answer.body.size > 0);
        assert(answer.body.bytes[answer.body.size - 1] != '\n');
        assert(answer.status == 200 || answer.status == 400 || answer.status == 401 ||
               answer.status == 413 || answer.status == 503);
        buffer_release(&answer.body);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    if (size < CONTROL_SIZE) return 0;
    uint8_t control[CONTROL_SIZE];
    memcpy(control, bytes, sizeof control);
    const char *rest = (const char *)bytes + CONTROL_SIZE;
    size_t rest_size = size - CONTROL_SIZE;
    size_t query_size = control[2] < rest_size ? control[2] : rest_size;
    size_t body_size = rest_size - query_size;
    char *body = memory_alloc(body_size, 1); /* of exactly its size: reads behind it are seen */
    if (body_size > 0) memcpy(body, rest + query_size, body_size);

    struct project project = {.id = 1, .name = TEXT("p"), .token = TEXT("t"), .zone = TEXT("UTC")};
    struct project_table *projects = project_table_make(&project, 1);
    static const char *const authorizations[] = {"", "Basic dDo=", "Bearer x", "Basic a:b"};
    struct wire_request request = {
        .endpoint = (enum wire_endpoint)(control[0] & 3),
        .query = {rest, query_size},
        .content_type = text_from(content_types[control[1] & 7]),
        .content_encoding = text_from(encodings[control[1] >> 3 & 3]),
        .authorization = text_from(authorizations[control[0] >> 2 & 3]),
        .body = body_size > 0 ? body : NULL,
        .body_size = body_size,
        .now_ms = INT64_C(1750000000000),
        .projects = projects,
        .authenticate = authenticate,
        .authenticate_context = projects,
        .trusted_project = control[0] & 16 ? project_table_by_id(projects, 1) : NULL,
    };
    struct wire_verdict verdict;
    wire_decode(&request, &verdict);
    memory_free(body);
    check_verdict(&verdict);
    check_answers(&verdict);
    wire_verdict_release(&verdict);
    project_table_drop(projects);
    return 0;
}
