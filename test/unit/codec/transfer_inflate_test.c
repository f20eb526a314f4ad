#include "json_aid.h"

#include "codec/transfer.h"

#include <zlib.h>

static void fill(struct seeded *seeded, struct buffer *out, size_t size)
{
    buffer_clear(out);
    while (out->size < size) {
        buffer_append_byte(out, (char)('a' + seeded_below(seeded, 8)));
    }
}

/* zlib's own writer, with any window: 15 + 16 gzip, 15 zlib, -15 raw. */
static void deflate_with(int window, struct text text, struct buffer *out)
{
    z_stream stream = {0};
    assert_int_equal(deflateInit2(&stream, 6, Z_DEFLATED, window, 8, Z_DEFAULT_STRATEGY), Z_OK);
    size_t room = deflateBound(&stream, (uLong)text.size) + 64;
    char *place = buffer_reserve(out, room);
    assert_non_null(place);
    char *copy = exact_copy(text);
    stream.next_in = (Bytef *)copy;
    stream.avail_in = (uInt)text.size;
    stream.next_out = (Bytef *)place;
    stream.avail_out = (uInt)room;
    assert_int_equal(deflate(&stream, Z_FINISH), Z_STREAM_END);
    buffer_advance(out, room - stream.avail_out);
    assert_int_equal(deflateEnd(&stream), Z_OK);
    free(copy);
}

static enum status inflate_exact(enum transfer_format format, struct text text, uint32_t ratio,
                                 struct buffer *out)
{
    struct error error;
    char *copy = exact_copy(text);
    enum status status =
        transfer_inflate(format, (struct text){copy, text.size}, ratio, out, &error);
    free(copy);
    return status;
}

static void inflates_every_wrapping(void **state)
{
    (void)state;
    struct seeded seeded = seeded_begin("wrappings");
    static const size_t sizes[] = {0, 1, 5, 1000, 70000, 500000};
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        struct buffer raw;
        struct buffer packed;
        struct buffer back;
        buffer_init(&raw, 1 << 20);
        buffer_init(&packed, 1 << 20);
        buffer_init(&back, 1 << 20);
        fill(&seeded, &raw, sizes[i]);
        static const int windows[] = {15 + 16, 15, -15};
        for (int kind = 0; kind < 3; kind++) {
            buffer_clear(&packed);
            buffer_clear(&back);
            deflate_with(windows[kind], buffer_text(&raw), &packed);
            enum transfer_format format = kind == 0 ? TRANSFER_GZIP : TRANSFER_DEFLATE;
            assert_int_equal(transfer_is_gzip(buffer_text(&packed)), kind == 0);
            assert_int_equal(inflate_exact(format, buffer_text(&packed), 1100, &back), STATUS_OK);
            assert_true(text_equal(buffer_text(&back), buffer_text(&raw)));
        }
        buffer_clear(&packed);
        buffer_clear(&back);
        transfer_gzip(buffer_text(&raw), 6, &packed);
        assert_int_equal(inflate_exact(TRANSFER_GZIP, buffer_text(&packed), 1100, &back),
                         STATUS_OK);
        assert_true(text_equal(buffer_text(&back), buffer_text(&raw)));
        buffer_release(&raw);
        buffer_release(&packed);
        buffer_release(&back);
    }
}

static void joins_several_gzip_members(void **state)
{
    (void)state;
    struct buffer packed;
    struct buffer back;
    buffer_init(&packed, 1 << 16);
    buffer_init(&back, 11);
    transfer_gzip(TEXT("hello"), 1, &packed);
    transfer_gzip(TEXT(""), 1, &packed);
    transfer_gzip(TEXT(" world"), 9, &packed);
    transfer_gzip(TEXT(""), 1, &packed);
    assert_int_equal(inflate_exact(TRANSFER_GZIP, buffer_text(&packed), 10, &back), STATUS_OK);
    assert_true(text_equal(buffer_text(&back), TEXT("hello world")));

    buffer_append_string(&packed, "x"); /* what follows must be a member too */
    buffer_clear(&back);
    assert_int_equal(inflate_exact(TRANSFER_GZIP, buffer_text(&packed), 10, &back), STATUS_INVALID);
    buffer_release(&packed);
    buffer_release(&back);
}

static void refuses_what_is_cut_off_at_every_byte(void **state)
{
    (void)state;
    struct seeded seeded = seeded_begin("cut off");
    struct buffer raw;
    buffer_init(&raw, 1 << 20);
    fill(&seeded, &raw, 3000);
    static const int windows[] = {15 + 16, 15, -15};
    for (int kind = 0; kind < 3; kind++) {
        struct buffer packed;
        struct buffer back;
        buffer_init(&packed, 1 << 20);
        buffer_init(&back, 1 << 20);
        deflate_with(windows[kind], buffer_text(&raw), &packed);
        enum transfer_format format = kind == 0 ? TRANSFER_GZIP : TRANSFER_DEFLATE;
        for (size_t size = 0; size < packed.size; size++) {
            buffer_clear(&back);
            struct text cut = text_slice(buffer_text(&packed), 0, size);
            assert_int_equal(inflate_exact(format, cut, 1100, &back), STATUS_INVALID);
        }
        buffer_append_string(&packed, "rest");
        buffer_clear(&back);
        assert_int_equal(inflate_exact(format, buffer_text(&packed), 1100, &back), STATUS_INVALID);
        buffer_release(&packed);
        buffer_release(&back);
    }
    buffer_release(&raw);
}

/* A byte changed anywhere in a gzip member is found, but for its header's time, flags of the
 * system and the like. */
static void refuses_damage_or_gives_the_right_bytes(void **state)
{
    (void)state;
    struct seeded seeded = seeded_begin("gzip damage");
    struct buffer raw;
    struct buffer packed;
    buffer_init(&raw, 1 << 20);
    buffer_init(&packed, 1 << 20);
    fill(&seeded, &raw, 2000);
    transfer_gzip(buffer_text(&raw), 6, &packed);
    for (int i = 0; i < 5000; i++) {
        struct buffer back;
        buffer_init(&back, 1 << 16);
        char *bad = exact_copy(buffer_text(&packed));
        bad[seeded_below(&seeded, (uint32_t)packed.size)] ^= (char)(1 + seeded_below(&seeded, 255));
        struct error error;
        enum status status =
            transfer_inflate(TRANSFER_GZIP, (struct text){bad, packed.size}, 1100, &back, &error);
        if (status == STATUS_OK) {
            assert_true(text_equal(buffer_text(&back), buffer_text(&raw)));
        } else {
            assert_true(status == STATUS_INVALID || status == STATUS_TOO_LARGE);
        }
        free(bad);
        buffer_release(&back);
    }
    buffer_release(&raw);
    buffer_release(&packed);
}

static void refuses_what_grows_beyond_a_limit(void **state)
{
    (void)state;
    struct buffer zeros;
    struct buffer packed;
    buffer_init(&zeros, 1 << 20);
    buffer_init(&packed, 1 << 20);
    memset(buffer_reserve(&zeros, 1 << 20), 0, 1 << 20);
    buffer_advance(&zeros, 1 << 20);
    transfer_gzip(buffer_text(&zeros), 9, &packed);
    uint32_t ratio = (uint32_t)((1 << 20) / packed.size);

    struct buffer back;
    buffer_init(&back, 1 << 20);
    assert_int_equal(inflate_exact(TRANSFER_GZIP, buffer_text(&packed), ratio, &back),
                     STATUS_TOO_LARGE);
    assert_int_equal(inflate_exact(TRANSFER_GZIP, buffer_text(&packed), ratio + 1, &back),
                     STATUS_OK);
    assert_true(text_equal(buffer_text(&back), buffer_text(&zeros)));
    assert_true(back.capacity <= back.size_max);
    assert_int_equal(inflate_exact(TRANSFER_GZIP, buffer_text(&packed), ratio + 1, &back),
                     STATUS_TOO_LARGE); /* the buffer is full by now */
    buffer_release(&back);

    buffer_init(&back, (1 << 20) - 1);
    assert_int_equal(inflate_exact(TRANSFER_GZIP, buffer_text(&packed), UINT32_MAX, &back),
                     STATUS_TOO_LARGE);
    assert_true(back.capacity <= back.size_max);
    buffer_release(&back);
    buffer_release(&zeros);
    buffer_release(&packed);
}

/* The size at a gzip member's end is only a hint: nothing may depend on it. */
static void does_not_trust_the_size_that_a_member_claims(void **state)
{
    (void)state;
    struct buffer packed;
    struct buffer back;
    buffer_init(&packed, 4096);
    buffer_init(&back, 1 << 20);
    transfer_gzip(TEXT("hello hello hello hello"), 1, &packed);
    transfer_gzip(TEXT(""), 1, &packed); /* claims 0, behind 23 bytes */
    assert_int_equal(inflate_exact(TRANSFER_GZIP, buffer_text(&packed), 100, &back), STATUS_OK);
    assert_int_equal(back.size, 23);
    memset(packed.bytes + packed.size - 4, 0xff, 4);
    assert_int_equal(inflate_exact(TRANSFER_GZIP, buffer_text(&packed), 100, &back),
                     STATUS_INVALID);
    assert_true(back.capacity <= 2 * 100 * packed.size);
    buffer_release(&packed);
    buffer_release(&back);
}

static void marks_the_buffer_that_cannot_hold_the_gzip(void **state)
{
    (void)state;
    struct buffer out;
    buffer_init(&out, 10);
    transfer_gzip(TEXT("hello"), 1, &out);
    assert_true(buffer_overflowed(&out));
    buffer_release(&out);
    buffer_init(&out, 1);
    buffer_append_byte(&out, 'x');
    transfer_gzip(TEXT("hello"), 1, &out);
    assert_true(buffer_overflowed(&out));
    buffer_release(&out);
}

struct piecewise {
    struct buffer out;
    bool ended;
    enum status status;
};

/* Pieces of the given sizes in and out; stops when the input is used up and no more comes. */
static void gunzip(struct text packed, size_t in_piece, size_t out_piece, struct piecewise *result)
{
    struct transfer_gunzip *stream = transfer_gunzip_open();
    struct error error;
    result->ended = false;
    result->status = STATUS_OK;
    char *room = malloc(out_piece);
    assert_non_null(room);
    while (result->status == STATUS_OK) {
        size_t size = packed.size < in_piece ? packed.size : in_piece;
        char *piece = exact_copy(text_slice(packed, 0, size));
        struct text input = {piece, size};
        size_t got;
        result->status =
            transfer_gunzip_read(stream, &input, room, out_piece, &got, &result->ended, &error);
        size_t taken = size - input.size;
        packed = text_slice(packed, taken, packed.size - taken);
        free(piece);
        buffer_append(&result->out, room, got);
        if (taken == 0 && got == 0) break;
    }
    free(room);
    transfer_gunzip_close(stream);
}

static void gunzips_a_file_in_pieces_of_any_size(void **state)
{
    (void)state;
    struct seeded seeded = seeded_begin("pieces");
    struct buffer raw;
    struct buffer part;
    struct buffer packed;
    buffer_init(&raw, 1 << 20);
    buffer_init(&part, 1 << 20);
    buffer_init(&packed, 1 << 20);
    for (int member = 0; member < 4; member++) {
        fill(&seeded, &part, member == 2 ? 0 : 7000);
        buffer_append_text(&raw, buffer_text(&part));
        transfer_gzip(buffer_text(&part), 6, &packed);
    }
    static const size_t pieces[] = {1, 2, 7, 100, 4096, 1 << 20};
    for (size_t i = 0; i < 36; i++) {
        struct piecewise result;
        buffer_init(&result.out, 1 << 20);
        gunzip(buffer_text(&packed), pieces[i / 6], pieces[i % 6], &result);
        assert_int_equal(result.status, STATUS_OK);
        assert_true(result.ended);
        assert_true(text_equal(buffer_text(&result.out), buffer_text(&raw)));
        buffer_release(&result.out);
    }
    buffer_release(&raw);
    buffer_release(&part);
    buffer_release(&packed);
}

static void tells_a_cut_off_file_from_a_whole_one(void **state)
{
    (void)state;
    struct buffer packed;
    buffer_init(&packed, 4096);
    transfer_gzip(TEXT("hello"), 1, &packed);
    size_t first_size = packed.size;
    transfer_gzip(TEXT("world"), 1, &packed);
    for (size_t size = 0; size <= packed.size; size++) {
        struct piecewise result;
        buffer_init(&result.out, 4096);
        gunzip(text_slice(buffer_text(&packed), 0, size), 5, 100, &result);
        assert_int_equal(result.status, STATUS_OK);
        assert_int_equal(result.ended, size == first_size || size == packed.size);
        buffer_release(&result.out);
    }
    packed.bytes[first_size] = 'x';
    struct piecewise result;
    buffer_init(&result.out, 4096);
    gunzip(buffer_text(&packed), 5, 100, &result);
    assert_int_equal(result.status, STATUS_INVALID);
    buffer_release(&result.out);
    buffer_release(&packed);
    transfer_gunzip_close(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(inflates_every_wrapping),
        cmocka_unit_test(joins_several_gzip_members),
        cmocka_unit_test(refuses_what_is_cut_off_at_every_byte),
        cmocka_unit_test(refuses_damage_or_gives_the_right_bytes),
        cmocka_unit_test(refuses_what_grows_beyond_a_limit),
        cmocka_unit_test(does_not_trust_the_size_that_a_member_claims),
        cmocka_unit_test(marks_the_buffer_that_cannot_hold_the_gzip),
        cmocka_unit_test(gunzips_a_file_in_pieces_of_any_size),
        cmocka_unit_test(tells_a_cut_off_file_from_a_whole_one),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
