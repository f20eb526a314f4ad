#include "app/import_piece.h"

#include "base/arena.h"
#include "codec/json_tree.h"
#include "codec/transfer.h"
#include "ingest/door.h"

#include <stdio.h>

enum { REFUSED_ARENA_SIZE = 64 * 1024 * 1024 };

void import_make_certain(char *bytes, size_t size)
{
    struct text text = {bytes, size};
    struct text trimmed = text_trim(text);
    if (trimmed.size == 0) return;
    bool is_array = trimmed.bytes[0] == '[';
    if (is_array || transfer_is_gzip(text)) bytes[trimmed.bytes - bytes] = '!';
}

void import_piece_decode(struct import_piece *piece, const struct import_options *options,
                         int64_t now_ms)
{
    line_map_read(&piece->lines, piece->bytes, piece->size);
    piece->verdict = (struct wire_verdict){.endpoint = WIRE_IMPORT};
    if (piece->lines.blank_count == piece->lines.line_count) return;
    import_make_certain(piece->bytes, piece->size);
    struct door door;
    door_init(&door, options->enrich, NULL);
    door_guard(&door, options->shield, now_ms);
    struct wire_request request = {
        .endpoint = WIRE_IMPORT,
        .query = options->strict ? TEXT("strict=1") : TEXT(""),
        .content_type = TEXT("application/x-ndjson"),
        .body = piece->bytes,
        .body_size = piece->size,
        .now_ms = now_ms,
        .projects = options->projects,
        .trusted_project = options->project,
        .admit = door_admit,
        .repeat = door_repeat,
        .admit_context = &door,
        .memory = options->memory,
    };
    wire_decode(&request, &piece->verdict);
    door_release(&door);
}

/* --- refusals --- */

static void note(struct import_result *result, uint64_t line, struct text words)
{
    if (result->refused_shown == IMPORT_REFUSED_SHOWN_MAX) return;
    struct import_refused *refused = &result->first_refused[result->refused_shown++];
    refused->line = line;
    snprintf(refused->words, sizeof refused->words, "%.*s", TEXT_PRINT(words));
}

static void note_records(const struct import_piece *piece, const struct json_node *records,
                         uint64_t first_line, struct import_result *result)
{
    for (const struct json_node *node = records->first_child; node; node = node->next) {
        const struct json_node *index = json_find(node, "index");
        const struct json_node *message = json_find(node, "message");
        uint64_t record = 0;
        if (!index || !message || !text_to_u64(index->text, &record)) continue;
        note(result, first_line + line_map_find(&piece->lines, record) + 1, message->text);
    }
}

/* The verdict tells refused records as JSON objects joined by commas. */
void import_piece_note_refused(struct import_piece *piece, uint64_t first_line,
                               struct import_result *result)
{
    if (piece->verdict.refused == 0 || result->refused_shown == IMPORT_REFUSED_SHOWN_MAX) return;
    struct buffer json;
    struct arena arena;
    struct error error;
    struct json_node *root = NULL;
    buffer_init(&json, piece->verdict.failed_records.size + 2);
    buffer_append_byte(&json, '[');
    buffer_append_text(&json, buffer_text(&piece->verdict.failed_records));
    buffer_append_byte(&json, ']');
    arena_init(&arena, REFUSED_ARENA_SIZE);
    bool is_told = piece->verdict.failed_records.size > 0 &&
                   json_tree_parse(json.bytes, json.size, &arena, &root, &error) == STATUS_OK;
    if (is_told) {
        note_records(piece, root, first_line, result);
    } else {
        const char *words = piece->verdict.error ? piece->verdict.error : "not a record";
        note(result, first_line + 1, text_from(words));
    }
    arena_release(&arena);
    buffer_release(&json);
}
