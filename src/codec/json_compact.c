/* json_copy_compact of json_reader.h: one pass, one writer, one set of keys. */
#include "base/buffer.h"
#include "base/check.h"
#include "codec/json_key_set.h"
#include "codec/json_reader.h"
#include "codec/json_writer.h"

struct compaction {
    struct json_reader *reader;
    struct json_writer writer;
    struct json_key_set keys;
    uint32_t duplicates;
};

static bool copy_key(struct compaction *compaction, struct text key)
{
    if (json_key_set_add(&compaction->keys, key)) {
        json_key_text(&compaction->writer, key);
        return true;
    }
    compaction->duplicates++;
    return json_next(compaction->reader).kind != JSON_ERROR && json_skip(compaction->reader);
}

static bool copy_token(struct compaction *compaction, struct json_token token)
{
    struct json_writer *writer = &compaction->writer;
    switch (token.kind) {
    case JSON_OBJECT_BEGIN:
        json_key_set_open(&compaction->keys);
        json_object_begin(writer);
        return true;
    case JSON_OBJECT_END:
        json_key_set_close(&compaction->keys);
        json_object_end(writer);
        return true;
    case JSON_ARRAY_BEGIN: json_array_begin(writer); return true;
    case JSON_ARRAY_END: json_array_end(writer); return true;
    case JSON_KEY: return copy_key(compaction, token.text);
    case JSON_TEXT: json_text(writer, token.text); return true;
    case JSON_NUMBER: json_raw(writer, token.text); return true;
    case JSON_TRUE: json_bool(writer, true); return true;
    case JSON_FALSE: json_bool(writer, false); return true;
    case JSON_NULL: json_null(writer); return true;
    case JSON_ERROR: return false;
    case JSON_END: break;
    }
    UNREACHABLE("the end comes after the last container");
}

bool json_copy_compact(struct json_reader *reader, struct buffer *out, uint32_t *duplicates)
{
    assert(reader->depth > 0);
    uint32_t depth = reader->depth - 1;
    struct compaction compaction; /* no initialiser: it would clear 2 KB of nodes each time */
    compaction.reader = reader;
    compaction.duplicates = 0;
    json_writer_init(&compaction.writer, out);
    json_key_set_init(&compaction.keys);

    bool is_object = (reader->is_object & 1) != 0;
    struct json_token first = {.kind = is_object ? JSON_OBJECT_BEGIN : JSON_ARRAY_BEGIN};
    bool is_good = copy_token(&compaction, first);
    while (is_good && reader->depth > depth)
        is_good = copy_token(&compaction, json_next(reader));

    json_key_set_release(&compaction.keys);
    if (duplicates) *duplicates = compaction.duplicates;
    return is_good;
}
