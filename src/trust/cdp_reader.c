#include "trust/cdp.h"

#include "base/check.h"

#include <string.h>

void cdp_reader_init(struct cdp_reader *reader)
{
    reader->used = 0;
    buffer_init(&reader->bytes, 2 * (size_t)CDP_MESSAGE_SIZE_MAX);
}

void cdp_reader_release(struct cdp_reader *reader)
{
    buffer_release(&reader->bytes);
}

enum status cdp_reader_add(struct cdp_reader *reader, const void *bytes, size_t size,
                           struct error *error)
{
    struct buffer *held = &reader->bytes;
    assert(reader->used <= held->size);
    if (reader->used > 0) {
        memmove(held->bytes, held->bytes + reader->used, held->size - reader->used);
        held->size -= reader->used;
        reader->used = 0;
    }
    if (held->size + size > CDP_MESSAGE_SIZE_MAX) {
        return error_set(error, STATUS_TOO_LARGE, "the browser sent a message above %d bytes",
                         CDP_MESSAGE_SIZE_MAX);
    }
    buffer_append(held, bytes, size);
    assert(!buffer_overflowed(held));
    return STATUS_OK;
}

enum status cdp_reader_next(struct cdp_reader *reader, struct arena *arena,
                            const struct json_node **message, struct error *error)
{
    struct buffer *held = &reader->bytes;
    struct json_node *root = NULL;
    *message = NULL;
    size_t left = held->size - reader->used;
    if (left == 0) return STATUS_OK;
    char *begin = held->bytes + reader->used;
    const char *end = memchr(begin, '\0', left);
    if (!end) return STATUS_OK;
    size_t size = (size_t)(end - begin);
    reader->used += size + 1;
    enum status status = json_tree_parse(begin, size, arena, &root, error);
    if (status == STATUS_OK && root->kind == JSON_OBJECT_BEGIN) {
        *message = root;
        return STATUS_OK;
    }
    return error_set(error, STATUS_CORRUPT, "the browser sent what is no message");
}
