/* Gzip and deflate of transfer.h: whole bodies by libdeflate, long files by zlib. */
#include "base/check.h"
#include "base/memory.h"
#include "codec/block.h"
#include "codec/transfer.h"

#include <libdeflate.h>
#include <limits.h>
#include <stddef.h>

#define ZLIB_CONST /* its input is const only then */
#include <zlib.h>

enum {
    GUESS_MIN = 1024, /* the first room for output when the input says nothing about it */
    GUESS_RATIO = 4,
    GZIP_SIZE_MIN = 18, /* header and trailer */
};

bool transfer_is_gzip(struct text bytes)
{
    return text_starts_with(bytes, TEXT("\x1f\x8b"));
}

enum wrapping { WRAPPED_GZIP, WRAPPED_ZLIB, WRAPPED_RAW };

struct inflation {
    struct libdeflate_decompressor *decompressor;
    struct buffer *out;
    size_t size_max; /* of out, by its own maximum and by the ratio */
    size_t size_guess;
    enum wrapping wrapping;
};

static enum libdeflate_result decompress_into(const struct inflation *inflation, struct text bytes,
                                              char *place, size_t room, size_t *in_size,
                                              size_t *out_size)
{
    struct libdeflate_decompressor *decompressor = inflation->decompressor;
    switch (inflation->wrapping) {
    case WRAPPED_GZIP:
        return libdeflate_gzip_decompress_ex(decompressor, bytes.bytes, bytes.size, place, room,
                                             in_size, out_size);
    case WRAPPED_ZLIB:
        return libdeflate_zlib_decompress_ex(decompressor, bytes.bytes, bytes.size, place, room,
                                             in_size, out_size);
    case WRAPPED_RAW:
        return libdeflate_deflate_decompress_ex(decompressor, bytes.bytes, bytes.size, place, room,
                                                in_size, out_size);
    }
    UNREACHABLE("an unknown wrapping");
}

static enum status refuse_damaged(struct error *error)
{
    return error_set(error, STATUS_INVALID,
                     "could not decompress the data: it is damaged or cut off");
}

static enum status refuse_large(struct error *error)
{
    return error_set(error, STATUS_TOO_LARGE,
                     "could not decompress the data: it grows beyond the limit");
}

/* One member, whole. libdeflate wants all the room at once and begins anew when there was too
 * little; the room doubles, so the work is at most twice what the last attempt takes. */
static enum status inflate_member(const struct inflation *inflation, struct text *bytes,
                                  struct error *error)
{
    struct buffer *out = inflation->out;
    size_t room_max = inflation->size_max - out->size;
    size_t room = inflation->size_guess < room_max ? inflation->size_guess : room_max;
    for (;;) {
        char nothing; /* full to the last byte: an empty member still fits */
        char *place = room > 0 ? buffer_reserve(out, room) : &nothing;
        if (!place) return refuse_large(error); /* marked before it came here */
        size_t in_size = 0;
        size_t out_size = 0;
        enum libdeflate_result result =
            decompress_into(inflation, *bytes, place, room, &in_size, &out_size);
        if (result == LIBDEFLATE_SUCCESS) {
            assert(in_size <= bytes->size);
            assert(out_size <= room);
            buffer_advance(out, out_size);
            *bytes = text_slice(*bytes, in_size, bytes->size - in_size);
            return STATUS_OK;
        }
        if (result != LIBDEFLATE_INSUFFICIENT_SPACE) return refuse_damaged(error);
        if (room == room_max) return refuse_large(error);
        room = room > room_max / 2 ? room_max : room * 2;
    }
}

/* A gzip file ends with its size modulo 2^32: right when there is one member and nobody lies.
 * It is a hint only; one too large costs address space that is never touched. */
static size_t guess_size(enum transfer_format format, struct text bytes)
{
    size_t guess = bytes.size <= SIZE_MAX / GUESS_RATIO ? bytes.size * GUESS_RATIO : bytes.size;
    if (format == TRANSFER_GZIP && bytes.size >= GZIP_SIZE_MIN) {
        guess = load_u32(bytes.bytes + bytes.size - 4);
    }
    return guess < GUESS_MIN ? GUESS_MIN : guess;
}

static enum status inflate_gzip(struct inflation *inflation, struct text bytes, struct error *error)
{
    inflation->wrapping = WRAPPED_GZIP;
    do {
        TRY(inflate_member(inflation, &bytes, error));
    } while (bytes.size > 0);
    return STATUS_OK;
}

/* HTTP's "deflate" means zlib's form; some clients send the bare stream. */
static enum status inflate_deflate(struct inflation *inflation, struct text bytes,
                                   struct error *error)
{
    size_t size_before = inflation->out->size;
    struct text rest = bytes;
    inflation->wrapping = WRAPPED_ZLIB;
    enum status status = inflate_member(inflation, &rest, error);
    if (status == STATUS_INVALID) {
        assert(inflation->out->size == size_before);
        rest = bytes;
        inflation->wrapping = WRAPPED_RAW;
        status = inflate_member(inflation, &rest, error);
    }
    TRY(status);
    return rest.size == 0 ? STATUS_OK : refuse_damaged(error);
}

static size_t output_max(struct text bytes, uint32_t ratio_max, const struct buffer *out)
{
    size_t room = out->size_max - out->size;
    size_t by_ratio;
    if (__builtin_mul_overflow(bytes.size, (size_t)ratio_max, &by_ratio)) by_ratio = SIZE_MAX;
    return out->size + (by_ratio < room ? by_ratio : room);
}

enum status transfer_inflate(enum transfer_format format, struct text bytes, uint32_t ratio_max,
                             struct buffer *out, struct error *error)
{
    assert(ratio_max > 0);
    if (bytes.size == 0) return refuse_damaged(error);
    struct inflation inflation = {.decompressor = libdeflate_alloc_decompressor(),
                                  .out = out,
                                  .size_max = output_max(bytes, ratio_max, out),
                                  .size_guess = guess_size(format, bytes)};
    if (!inflation.decompressor) UNREACHABLE("the machine is out of memory");
    enum status status = format == TRANSFER_GZIP ? inflate_gzip(&inflation, bytes, error)
                                                 : inflate_deflate(&inflation, bytes, error);
    libdeflate_free_decompressor(inflation.decompressor);
    return status;
}

void transfer_gzip(struct text bytes, int level, struct buffer *out)
{
    assert(level >= 1);
    assert(level <= 12);
    struct libdeflate_compressor *compressor = libdeflate_alloc_compressor(level);
    if (!compressor) UNREACHABLE("the machine is out of memory");
    size_t bound = libdeflate_gzip_compress_bound(compressor, bytes.size);
    size_t room = out->size_max - out->size;
    if (room > bound) room = bound;
    char *place = room > 0 ? buffer_reserve(out, room) : NULL;
    size_t size = 0;
    if (place) {
        const char *first = bytes.bytes ? bytes.bytes : "";
        size = libdeflate_gzip_compress(compressor, first, bytes.size, place, room);
    }
    if (size > 0) {
        buffer_advance(out, size);
    } else {
        (void)buffer_reserve(out, room + 1); /* does not fit: leaves the mark */
    }
    libdeflate_free_compressor(compressor);
}

struct transfer_gunzip {
    z_stream stream;
    bool is_between; /* a member has ended and no other begun */
};

/* What zlib keeps of the text it made is overwritten when it is let go. */
struct gunzip_room {
    size_t size;
    _Alignas(16) unsigned char bytes[];
};

static void *take_room(void *context, uInt count, uInt item_size)
{
    (void)context;
    size_t size = sizeof(struct gunzip_room) + (size_t)count * item_size;
    struct gunzip_room *room = memory_take(NULL, size);
    room->size = size;
    return room->bytes;
}

static void give_room(void *context, void *bytes)
{
    (void)context;
    void *room = (unsigned char *)bytes - offsetof(struct gunzip_room, bytes);
    size_t size = ((struct gunzip_room *)room)->size;
    memory_give(NULL, room, size, size);
}

struct transfer_gunzip *transfer_gunzip_open(void)
{
    struct transfer_gunzip *gunzip = MEMORY_NEW(struct transfer_gunzip);
    gunzip->stream.zalloc = take_room;
    gunzip->stream.zfree = give_room;
    int result = inflateInit2(&gunzip->stream, 15 + 16); /* the largest window, gzip form only */
    if (result != Z_OK) UNREACHABLE("the machine is out of memory");
    return gunzip;
}

void transfer_gunzip_close(struct transfer_gunzip *stream)
{
    if (!stream) return;
    (void)inflateEnd(&stream->stream);
    memory_free(stream);
}

static uInt bounded(size_t size)
{
    return size < UINT_MAX ? (uInt)size : UINT_MAX;
}

enum status transfer_gunzip_read(struct transfer_gunzip *stream, struct text *input, char *out,
                                 size_t out_size, size_t *got, bool *ended, struct error *error)
{
    z_stream *z = &stream->stream;
    *got = 0;
    while (*got < out_size) {
        if (stream->is_between) {
            if (input->size == 0) break;
            (void)inflateReset(z);
            stream->is_between = false;
        }
        uInt in_room = bounded(input->size);
        uInt out_room = bounded(out_size - *got);
        z->next_in = (z_const Bytef *)input->bytes;
        z->avail_in = in_room;
        z->next_out = (Bytef *)out + *got;
        z->avail_out = out_room;
        int result = inflate(z, Z_NO_FLUSH);
        size_t taken = in_room - z->avail_in;
        size_t made = out_room - z->avail_out;
        *input = text_slice(*input, taken, input->size - taken);
        *got += made;
        if (result == Z_STREAM_END) {
            stream->is_between = true;
        } else if (result != Z_OK && result != Z_BUF_ERROR) {
            return refuse_damaged(error);
        } else if (taken == 0 && made == 0) {
            break; /* wants more input */
        }
    }
    *ended = stream->is_between && input->size == 0;
    return STATUS_OK;
}
