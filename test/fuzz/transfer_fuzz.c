/* Any bytes as what wraps a request's body. The first byte says which wrapping. */
#include "base/buffer.h"
#include "base/check.h"
#include "base/memory.h"
#include "codec/block.h"
#include "codec/transfer.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

enum { OUTPUT_MAX = 1 << 16, RATIO_MAX = 200 };

static char *copy_of(struct text text)
{
    char *copy = memory_alloc(text.size, 1);
    if (text.size > 0) memcpy(copy, text.bytes, text.size);
    return copy;
}

static void try_form(struct text text)
{
    struct text rest = text;
    struct text name;
    struct text value;
    size_t seen = 0;
    while (transfer_form_next(&rest, &name, &value)) {
        seen += name.size + value.size;
        char *copy = copy_of(value);
        size_t size = transfer_percent_decode(copy, value.size, TRANSFER_PLUS_IS_SPACE);
        assert(size <= value.size);
        memory_free(copy);
    }
    assert(seen <= text.size);
}

/* What decodes was base64 of something: encoding it again and decoding gives the same. */
static void try_base64(struct text text)
{
    char *copy = copy_of(text);
    size_t size;
    if (transfer_base64_decode(copy, text.size, &size)) {
        assert(size <= text.size / 4 * 3 + 3);
        struct buffer encoded;
        buffer_init(&encoded, 2 * size + 8);
        transfer_base64_encode(&encoded, (struct text){copy, size});
        size_t back;
        bool is_good = size == 0 || transfer_base64_decode(encoded.bytes, encoded.size, &back);
        assert(is_good);
        if (size > 0) assert(back == size);
        if (size > 0) assert(memcmp(encoded.bytes, copy, size) == 0);
        buffer_release(&encoded);
    }
    memory_free(copy);
}

static enum status inflate(enum transfer_format format, struct text text, struct buffer *out)
{
    struct error error;
    char *copy = copy_of(text);
    struct text input = {copy, text.size};
    enum status status = transfer_inflate(format, input, RATIO_MAX, out, &error);
    assert(status == STATUS_OK || status == STATUS_INVALID || status == STATUS_TOO_LARGE);
    assert(out->capacity <= out->size_max);
    assert(out->size <= text.size * RATIO_MAX);
    memory_free(copy);
    return status;
}

/* The second opinion on a gzip text: zlib's, in small pieces. */
static bool gunzip(struct text text, struct buffer *out)
{
    struct transfer_gunzip *stream = transfer_gunzip_open();
    bool ended = false;
    struct error error;
    char room[97];
    for (;;) {
        size_t got;
        size_t before = text.size;
        enum status status =
            transfer_gunzip_read(stream, &text, room, sizeof room, &got, &ended, &error);
        if (status != STATUS_OK) ended = false;
        buffer_append(out, room, got);
        if (status != STATUS_OK || buffer_overflowed(out)) break;
        if (got == 0 && text.size == before) break;
    }
    transfer_gunzip_close(stream);
    return ended;
}

static void try_gzip(struct text text)
{
    struct buffer ours;
    struct buffer theirs;
    buffer_init(&ours, OUTPUT_MAX);
    buffer_init(&theirs, OUTPUT_MAX);
    enum status status = inflate(TRANSFER_GZIP, text, &ours);
    bool is_whole = gunzip(text, &theirs);
    bool fits = !buffer_overflowed(&theirs) && theirs.size <= text.size * RATIO_MAX;
    /* libdeflate passes over a header's own checksum, so it may take what zlib refuses. */
    if (is_whole && fits) {
        assert(status == STATUS_OK);
        assert(text_equal(buffer_text(&ours), buffer_text(&theirs)));
    }
    buffer_release(&ours);
    buffer_release(&theirs);
}

static void try_deflate(struct text text)
{
    struct buffer out;
    buffer_init(&out, OUTPUT_MAX);
    (void)inflate(TRANSFER_DEFLATE, text, &out);
    buffer_release(&out);
}

static void try_block(struct text text)
{
    char out[4096];
    struct error error;
    for (int used = BLOCK_PLAIN; used <= BLOCK_ZSTD + 1; used++) {
        enum status status =
            block_decompress((enum block_compression)used, text, out, sizeof out, &error);
        assert(status == STATUS_OK || status == STATUS_CORRUPT);
    }
    struct block_cursor cursor = {(const uint8_t *)text.bytes,
                                  (const uint8_t *)text.bytes + text.size};
    struct text part;
    while (cursor_text(&cursor, &part))
        (void)block_checksum(part.bytes, part.size, 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    if (size == 0) return 0;
    struct text text = {(const char *)bytes + 1, size - 1};
    switch (bytes[0] % 5) {
    case 0: try_form(text); break;
    case 1: try_base64(text); break;
    case 2: try_gzip(text); break;
    case 3: try_deflate(text); break;
    default: try_block(text); break;
    }
    return 0;
}
