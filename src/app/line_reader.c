#include "app/line_reader.h"

#include "base/buffer.h"
#include "base/check.h"
#include "base/memory.h"
#include "codec/transfer.h"
#include "os/os_file.h"
#include "os/os_process.h"

#include <string.h>

enum { PACKED_SIZE = 256 * 1024 };

struct line_reader {
    const char *path;
    struct os_file file; /* closed for standard input */
    bool is_input;
    bool is_file_ended;
    bool is_ended; /* of the lines */
    bool is_sniffed;
    bool is_passing_over; /* the rest of a line that was too long */
    uint64_t position;
    struct transfer_gunzip *gunzip; /* NULL for a plain file */
    char *packed;                   /* read from the file, not used yet */
    struct text rest;               /* of packed */
    struct buffer carry;            /* the unfinished line */
};

enum status line_reader_open(const char *path, struct line_reader **out, struct error *error)
{
    struct os_file file = {.descriptor = -1};
    bool is_input = strcmp(path, "-") == 0;
    if (!is_input) TRY(os_file_open(&file, path, OS_FILE_READ, error));
    struct line_reader *reader = MEMORY_NEW(struct line_reader);
    reader->path = path;
    reader->file = file;
    reader->is_input = is_input;
    reader->packed = memory_take(NULL, PACKED_SIZE);
    buffer_init_secret(&reader->carry, LINE_SIZE_MAX, NULL);
    *out = reader;
    return STATUS_OK;
}

void line_reader_close(struct line_reader *reader)
{
    if (!reader) return;
    os_file_close(&reader->file);
    if (reader->gunzip) transfer_gunzip_close(reader->gunzip);
    buffer_release(&reader->carry);
    memory_give(NULL, reader->packed, PACKED_SIZE, PACKED_SIZE);
    memory_free(reader);
}

uint64_t line_reader_position(const struct line_reader *reader)
{
    return reader->position;
}

/* --- bytes --- */

static enum status read_file(struct line_reader *reader, char *bytes, size_t size, size_t *got,
                             struct error *error)
{
    if (reader->is_input) {
        TRY(os_read_input(bytes, size, got, error));
    } else {
        TRY(os_file_read_some(&reader->file, reader->position, bytes, size, got, error));
    }
    reader->position += *got;
    if (*got == 0) reader->is_file_ended = true;
    return STATUS_OK;
}

/* The first bytes say whether the file is gzip, whatever its name. A pipe may give them one by
 * one. */
static enum status sniff(struct line_reader *reader, struct error *error)
{
    size_t size = 0;
    reader->is_sniffed = true;
    while (size < 2 && !reader->is_file_ended) {
        size_t got = 0;
        TRY(read_file(reader, reader->packed + size, PACKED_SIZE - size, &got, error));
        size += got;
    }
    reader->rest = (struct text){reader->packed, size};
    if (transfer_is_gzip(reader->rest)) reader->gunzip = transfer_gunzip_open();
    return STATUS_OK;
}

static enum status read_plain(struct line_reader *reader, char *bytes, size_t size, size_t *got,
                              struct error *error)
{
    if (reader->rest.size == 0) return read_file(reader, bytes, size, got, error);
    *got = reader->rest.size < size ? reader->rest.size : size;
    memcpy(bytes, reader->rest.bytes, *got);
    reader->rest = text_slice(reader->rest, *got, reader->rest.size - *got);
    return STATUS_OK;
}

static enum status read_gzip(struct line_reader *reader, char *bytes, size_t size, size_t *got,
                             struct error *error)
{
    bool is_ended = false;
    *got = 0;
    while (*got == 0) {
        if (reader->rest.size == 0 && !reader->is_file_ended) {
            size_t packed_size = 0;
            TRY(read_file(reader, reader->packed, PACKED_SIZE, &packed_size, error));
            reader->rest = (struct text){reader->packed, packed_size};
        }
        TRY(transfer_gunzip_read(reader->gunzip, &reader->rest, bytes, size, got, &is_ended,
                                 error));
        if (*got > 0 || reader->rest.size > 0 || !reader->is_file_ended) continue;
        if (is_ended) return STATUS_OK;
        return error_set(error, STATUS_INVALID, "could not read \"%s\": its gzip is cut off",
                         reader->path);
    }
    return STATUS_OK;
}

/* *got is 0 at the end. */
static enum status read_some(struct line_reader *reader, char *bytes, size_t size, size_t *got,
                             struct error *error)
{
    assert(size > 0);
    if (!reader->is_sniffed) TRY(sniff(reader, error));
    return reader->gunzip ? read_gzip(reader, bytes, size, got, error)
                          : read_plain(reader, bytes, size, got, error);
}

/* --- lines --- */

/* Throw away the rest of the long line that these bytes begin with; what is left moves to the
 * front. */
static size_t pass_over(struct line_reader *reader, char *bytes, size_t size)
{
    if (!reader->is_passing_over) return size;
    char *end = memchr(bytes, '\n', size);
    if (!end) return 0;
    reader->is_passing_over = false;
    size_t left = size - (size_t)(end + 1 - bytes);
    memmove(bytes, end + 1, left);
    return left;
}

/* What is behind the last line's end is kept for the next piece. A line without an end that is as
 * long as a line may be is handed over as it is. */
static size_t keep_unfinished(struct line_reader *reader, char *bytes, size_t size)
{
    char *last = memrchr(bytes, '\n', size);
    size_t whole = last ? (size_t)(last + 1 - bytes) : 0;
    size_t unfinished = size - whole;
    if (unfinished >= LINE_SIZE_MAX) {
        reader->is_passing_over = true;
        return size;
    }
    buffer_append(&reader->carry, bytes + whole, unfinished);
    assert(!buffer_overflowed(&reader->carry));
    return whole;
}

static enum status fill(struct line_reader *reader, char *bytes, size_t aim, size_t *size,
                        struct error *error)
{
    while (*size < aim && !reader->is_ended) {
        size_t got = 0;
        TRY(read_some(reader, bytes + *size, aim - *size, &got, error));
        if (got == 0) reader->is_ended = true;
        *size += pass_over(reader, bytes + *size, got);
    }
    return STATUS_OK;
}

enum status line_reader_next(struct line_reader *reader, char *bytes, size_t room_size,
                             size_t piece_size, size_t *size, struct error *error)
{
    assert(room_size >= LINE_SIZE_MAX + piece_size);
    *size = 0;
    while (*size == 0 && (!reader->is_ended || reader->carry.size > 0)) {
        size_t filled = reader->carry.size;
        if (filled > 0) memcpy(bytes, reader->carry.bytes, filled);
        buffer_clear(&reader->carry);
        TRY(fill(reader, bytes, filled + piece_size, &filled, error));
        *size = reader->is_ended ? filled : keep_unfinished(reader, bytes, filled);
    }
    assert(*size <= room_size);
    return STATUS_OK;
}
