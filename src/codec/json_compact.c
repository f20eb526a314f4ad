/* json_copy_compact of json_reader.h: one pass, one set of keys. Most of what clients send is
 * compact already, so bytes that need no change are not written token by token: they are a run,
 * copied at once when something interrupts it. */
#include "base/buffer.h"
#include "base/check.h"
#include "codec/json_key_set.h"
#include "codec/json_reader.h"
#include "codec/json_writer.h"

struct compaction {
    struct json_reader *reader;
    struct buffer *out;
    size_t run; /* where the bytes begin that are not copied yet; they end where the reader is */
    uint32_t duplicates;
    struct json_key_set keys;
};

/* What stands around a token's text: quotes and a key's colon, or the bracket that has no text. */
static const uint8_t around[] = {
    [JSON_OBJECT_BEGIN] = 1, [JSON_OBJECT_END] = 1, [JSON_ARRAY_BEGIN] = 1, [JSON_ARRAY_END] = 1,
    [JSON_KEY] = 3,          [JSON_TEXT] = 2,       [JSON_NULL] = 0,
};

static void copy_run(struct compaction *compaction, size_t end)
{
    const char *first = compaction->reader->bytes + compaction->run;
    buffer_append(compaction->out, first, end - compaction->run);
}

static bool comma_follows(const char *place)
{
    while (*place == ' ' || *place == '\n' || *place == '\r' || *place == '\t')
        place++;
    return *place == ',';
}

/* White space stands before the token, or it was decoded to fewer bytes. before: where the token
 * before it ended. size: of this one when it is compact. */
static __attribute__((noinline)) void interrupt(struct compaction *compaction,
                                                struct json_token token, size_t before, size_t size)
{
    struct buffer *out = compaction->out;
    const struct json_reader *reader = compaction->reader;
    copy_run(compaction, before);
    if (comma_follows(reader->bytes + before)) buffer_append_byte(out, ',');

    compaction->run = reader->offset - size;
    if (token.kind != JSON_KEY && token.kind != JSON_TEXT) return;
    if (token.text.bytes == reader->bytes + compaction->run + 1) return;
    json_escape(out, token.text);
    if (token.kind == JSON_KEY) buffer_append_byte(out, ':');
    compaction->run = reader->offset;
}

/* The key was read, and its object has it already. */
static bool drop_member(struct compaction *compaction, size_t before)
{
    copy_run(compaction, before);
    compaction->duplicates++;
    if (json_next(compaction->reader).kind == JSON_ERROR) return false;
    if (!json_skip(compaction->reader)) return false;
    compaction->run = compaction->reader->offset;
    return true;
}

static inline bool copy_token(struct compaction *compaction, struct json_token token, size_t before)
{
    switch (token.kind) {
    case JSON_ERROR: return false;
    case JSON_OBJECT_BEGIN: json_key_set_open(&compaction->keys); break;
    case JSON_OBJECT_END: json_key_set_close(&compaction->keys); break;
    case JSON_KEY:
        if (!json_key_set_add(&compaction->keys, token.text)) {
            return drop_member(compaction, before);
        }
        break;
    default: break;
    }
    /* Escapes and white space only ever take more bytes than the compact form, so equal sizes say
     * that it stands there. */
    const struct json_reader *reader = compaction->reader;
    size_t size = token.text.size + around[token.kind];
    size_t comma = reader->bytes[before] == ',';
    if (reader->offset - before != size + comma) interrupt(compaction, token, before, size);
    return true;
}

bool json_copy_compact(struct json_reader *reader, struct buffer *out, uint32_t *duplicates)
{
    assert(reader->depth > 0);
    assert(reader->offset > 0);
    uint32_t depth = reader->depth - 1;
    struct compaction compaction; /* no initialiser: it would clear 2 KB of nodes each time */
    compaction.reader = reader;
    compaction.out = out;
    compaction.run = reader->offset - 1; /* at its bracket */
    compaction.duplicates = 0;
    json_key_set_init(&compaction.keys);

    if (reader->is_object & 1) json_key_set_open(&compaction.keys);
    bool is_good = true;
    while (is_good && reader->depth > depth) {
        size_t before = reader->offset;
        is_good = copy_token(&compaction, json_next(reader), before);
    }
    if (is_good) copy_run(&compaction, reader->offset);

    json_key_set_release(&compaction.keys);
    if (duplicates) *duplicates = compaction.duplicates;
    return is_good;
}
