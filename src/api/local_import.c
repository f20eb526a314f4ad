/* candor import: a chunk of lines through the walk that every batch takes. */
#include "api/api_local.h"
#include "base/check.h"
#include "codec/json_writer.h"
#include "ingest/door.h"
#include "wire/wire.h"

#include <string.h>

static enum status of_outcome(enum ingest_outcome outcome, struct error *error)
{
    switch (outcome) {
    case INGEST_DURABLE: return STATUS_OK;
    case INGEST_BUSY:
        return error_set(error, STATUS_BUSY, "could not import: the server is busy; try again");
    case INGEST_DISK_FULL:
        return error_set(error, STATUS_BUSY,
                         "could not import: the disk reserve is reached; make room and try again");
    case INGEST_FAILED: break;
    }
    return error_set(error, STATUS_IO,
                     "could not import: the log cannot be written; see the server's own log");
}

/* {"line","message"} of the first refused records; lines count from 1 within the chunk. */
static void write_refused(struct json_writer *writer, const struct local_call *call,
                          const struct wire_verdict *verdict)
{
    json_key(writer, "first_refused");
    json_array_begin(writer);
    struct text failed = buffer_text(&verdict->failed_records);
    char *list = ARENA_ARRAY(call->arena, char, failed.size + 3);
    struct json_node *root = NULL;
    struct error ignored;
    if (list) {
        list[0] = '[';
        if (failed.size > 0) memcpy(list + 1, failed.bytes, failed.size);
        list[failed.size + 1] = ']';
        if (json_tree_parse(list, failed.size + 2, call->arena, &root, &ignored) != STATUS_OK) {
            root = NULL;
        }
    }
    const struct json_node *node = root ? root->first_child : NULL;
    for (int i = 0; node && i < LOCAL_IMPORT_REFUSED_MAX; i++, node = node->next) {
        const struct json_node *index = json_find(node, "index");
        const struct json_node *message = json_find(node, "message");
        uint64_t number = 0;
        if (!index || !message || !text_to_u64(index->text, &number)) continue;
        json_object_begin(writer);
        json_key(writer, "line");
        json_unsigned(writer, number + 1);
        json_key(writer, "message");
        json_text(writer, message->text);
        json_object_end(writer);
    }
    json_array_end(writer);
}

static void write_counts(const struct local_call *call, const struct wire_verdict *verdict,
                         uint32_t duplicates)
{
    struct json_writer writer;
    json_writer_init(&writer, call->answer);
    json_object_begin(&writer);
    json_key(&writer, "read");
    json_unsigned(&writer, verdict->received);
    json_key(&writer, "stored");
    json_unsigned(&writer, verdict->accepted - duplicates);
    json_key(&writer, "duplicate");
    json_unsigned(&writer, duplicates);
    json_key(&writer, "refused");
    json_unsigned(&writer, verdict->refused);
    json_key(&writer, "ignored");
    json_unsigned(&writer, verdict->ignored);
    write_refused(&writer, call, verdict);
    json_object_end(&writer);
}

static enum status commit(const struct local_call *call, const struct wire_verdict *verdict,
                          struct error *error)
{
    struct ingest_work work = {.batches = verdict->batches, .batch_count = verdict->batch_count};
    enum ingest_outcome outcome = INGEST_DURABLE;
    if (work.batch_count > 0) outcome = ingest_submit_wait(call->rooms->ingest, &work);
    ingest_count(call->rooms->ingest, verdict, &work, outcome);
    TRY(of_outcome(outcome, error));
    write_counts(call, verdict, work.duplicates);
    return STATUS_OK;
}

enum status local_import(const struct local_call *call, struct error *error)
{
    struct project project;
    TRY(local_project(call, local_parameter(call, "project"), &project, error));
    bool strict = text_equal(local_parameter(call, "strict"), TEXT("1"));

    /* Decoding writes into the lines. */
    struct buffer lines;
    buffer_init_secret(&lines, call->body.size + 1, call->rooms->memory);
    buffer_append_text(&lines, call->body);
    struct project_table *table = project_slot_take(call->rooms->projects);
    const struct project *listed = project_table_by_id(table, project.id); /* with its policy */
    assert(listed);
    struct door door;
    door_init(&door, call->rooms->enrich, NULL);
    door_guard(&door, call->rooms->shield, call->now_ms);
    struct wire_request request = {
        .endpoint = WIRE_IMPORT,
        .query = strict ? TEXT("strict=1") : TEXT(""),
        .content_type = TEXT("application/x-ndjson"),
        .content_encoding = TEXT(""),
        .authorization = TEXT(""),
        .body = lines.bytes,
        .body_size = lines.size,
        .now_ms = call->now_ms,
        .projects = table,
        .trusted_project = listed,
        .admit = door_admit,
        .repeat = door_repeat,
        .admit_context = &door,
        .memory = call->rooms->memory,
    };
    struct wire_verdict verdict;
    wire_decode(&request, &verdict);
    door_release(&door);
    project_table_drop(table);
    enum status status = commit(call, &verdict, error);
    wire_verdict_release(&verdict);
    buffer_release(&lines);
    return status;
}
