/* Any bytes as JSON: tokens or an error, the same whether read, skipped or copied, and what was
 * copied reads as JSON and copies to itself. */
#include "base/arena.h"
#include "base/buffer.h"
#include "base/check.h"
#include "base/memory.h"
#include "codec/json_reader.h"
#include "codec/json_tree.h"
#include "codec/number.h"
#include "codec/utf8.h"

#include <math.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

enum { ARENA_SIZE = 1 << 20 };

/* Exactly as large as the input, so that the sanitizer sees its end. */
static char *copy_of(const void *bytes, size_t size)
{
    char *copy = memory_alloc(size, 1);
    if (size > 0) memcpy(copy, bytes, size);
    return copy;
}

static void check_number(struct text text)
{
    double number;
    bool is_number = number_parse(text, &number);
    assert(is_number);
    bool is_same = number_text_same(text, text);
    assert(is_same);
    if (!isfinite(number)) return;
    char out[NUMBER_TEXT_SIZE];
    double back;
    is_number = number_parse((struct text){out, number_format(number, out)}, &back);
    assert(is_number);
    assert(memcmp(&back, &number, sizeof back) == 0);
}

static enum json_error read_all(struct json_reader *reader, const char *input)
{
    for (;;) {
        struct json_token token = json_next(reader);
        if (token.kind == JSON_ERROR) return reader->error;
        if (token.kind == JSON_END) return JSON_ERROR_NONE;
        size_t left = reader->size - reader->offset;
        assert(memcmp(reader->bytes + reader->offset, input + reader->offset, left) == 0);
        if (token.kind == JSON_NUMBER) check_number(token.text);
        if (token.kind == JSON_TEXT || token.kind == JSON_KEY) assert(utf8_valid(token.text));
    }
}

static enum json_error skip_all(const void *bytes, size_t size)
{
    struct json_reader reader;
    char *copy = copy_of(bytes, size);
    json_reader_init(&reader, copy, size);
    (void)json_next(&reader);
    if (json_skip(&reader)) (void)json_next(&reader);
    memory_free(copy);
    return reader.error;
}

static bool compact(const void *bytes, size_t size, struct buffer *out)
{
    struct json_reader reader;
    char *copy = copy_of(bytes, size);
    json_reader_init(&reader, copy, size);
    enum json_kind kind = json_next(&reader).kind;
    bool is_container = kind == JSON_OBJECT_BEGIN || kind == JSON_ARRAY_BEGIN;
    bool is_good = is_container && json_copy_compact(&reader, out, NULL);
    memory_free(copy);
    return is_good;
}

static void check_compact(const void *bytes, size_t size)
{
    struct buffer once;
    struct buffer twice;
    buffer_init(&once, 8 * size + 64); /* an escape of one byte has six */
    buffer_init(&twice, 8 * size + 64);
    if (compact(bytes, size, &once)) {
        assert(!buffer_overflowed(&once));
        bool is_good = compact(once.bytes, once.size, &twice);
        assert(is_good);
        assert(text_equal(buffer_text(&once), buffer_text(&twice)));
    }
    buffer_release(&once);
    buffer_release(&twice);
}

static void check_tree(const void *bytes, size_t size, enum json_error expected)
{
    struct arena arena;
    struct error error;
    struct json_node *root;
    arena_init(&arena, ARENA_SIZE);
    char *copy = copy_of(bytes, size);
    enum status status = json_tree_parse(copy, size, &arena, &root, &error);
    if (status != STATUS_TOO_LARGE) {
        assert((status == STATUS_OK) == (expected == JSON_ERROR_NONE));
    }
    memory_free(copy);
    arena_release(&arena);
}

static void read_several(const void *bytes, size_t size)
{
    struct json_reader reader;
    char *copy = copy_of(bytes, size);
    json_reader_init(&reader, copy, size);
    while (json_reader_next_value(&reader)) {
        if (read_all(&reader, (const char *)bytes) != JSON_ERROR_NONE) break;
    }
    memory_free(copy);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    struct json_reader reader;
    char *copy = copy_of(bytes, size);
    json_reader_init(&reader, copy, size);
    enum json_error error = read_all(&reader, (const char *)bytes);
    memory_free(copy);

    enum json_error skipped = skip_all(bytes, size);
    assert(skipped == error);
    check_compact(bytes, size);
    check_tree(bytes, size, error);
    read_several(bytes, size);
    return 0;
}
