#include "json_aid.h"

#include "codec/block.h"

static void writes_and_reads_varints(void **state)
{
    (void)state;
    for (int bit = 0; bit < 64; bit++) {
        for (int delta = -1; delta <= 1; delta++) {
            uint64_t number = (UINT64_C(1) << bit) + (uint64_t)(int64_t)delta;
            uint8_t bytes[VARINT_SIZE_MAX];
            size_t size = varint_write(bytes, number);
            assert_true(size <= VARINT_SIZE_MAX);
            struct block_cursor cursor = {bytes, bytes + size};
            uint64_t back;
            assert_true(cursor_varint(&cursor, &back));
            assert_true(back == number);
            assert_ptr_equal(cursor.place, bytes + size);
            for (size_t cut = 0; cut < size; cut++) {
                cursor = (struct block_cursor){bytes, bytes + cut};
                assert_false(cursor_varint(&cursor, &back));
            }
            assert_true(unzigzag(zigzag((int64_t)number)) == (int64_t)number);
        }
    }
    assert_true(zigzag(0) == 0 && zigzag(-1) == 1 && zigzag(1) == 2);
    assert_true(zigzag(INT64_MIN) == UINT64_MAX);
}

static void refuses_varints_that_do_not_fit(void **state)
{
    (void)state;
    uint8_t bytes[12];
    memset(bytes, 0xff, sizeof bytes);
    struct block_cursor cursor = {bytes, bytes + sizeof bytes};
    uint64_t number;
    assert_false(cursor_varint(&cursor, &number)); /* no end in ten bytes */
    bytes[9] = 2;                                  /* bit 64 */
    cursor.place = bytes;
    assert_false(cursor_varint(&cursor, &number));
    bytes[9] = 1;
    cursor.place = bytes;
    assert_true(cursor_varint(&cursor, &number));
    assert_true(number == UINT64_MAX);
}

static void refuses_to_read_behind_the_end(void **state)
{
    (void)state;
    struct buffer out;
    buffer_init(&out, 4096);
    buffer_append_sized(&out, TEXT("hello"));
    buffer_append_sized(&out, TEXT(""));
    buffer_append_u64(&out, UINT64_C(0x0123456789abcdef));
    buffer_append_u32(&out, 0xdeadbeef);
    assert_int_equal(out.size, 6 + 1 + 8 + 4);
    char *copy = exact_copy(buffer_text(&out));
    const uint8_t *bytes = (const uint8_t *)copy;

    struct block_cursor cursor = {bytes, bytes + out.size};
    struct text text;
    uint64_t number;
    const void *rest = copy;
    assert_true(cursor_text(&cursor, &text) && text_equal(text, TEXT("hello")));
    assert_true(cursor_text(&cursor, &text) && text.size == 0);
    assert_true(cursor_u64(&cursor, &number));
    assert_true(number == UINT64_C(0x0123456789abcdef));
    assert_false(cursor_u64(&cursor, &number));
    assert_false(cursor_bytes(&cursor, 5, &rest));
    assert_false(cursor_bytes(&cursor, UINT64_MAX, &rest));
    assert_true(cursor_bytes(&cursor, 4, &rest));
    assert_int_equal(load_u32(rest), 0xdeadbeef);
    assert_true(cursor_bytes(&cursor, 0, &rest));

    uint8_t liar[] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1, 'x'};
    cursor = (struct block_cursor){liar, liar + sizeof liar};
    assert_false(cursor_text(&cursor, &text));
    free(copy);
    buffer_release(&out);
}

static void naive_unpack(const uint8_t *in, uint32_t count, uint32_t width, uint32_t *numbers)
{
    for (uint32_t i = 0; i < count; i++) {
        numbers[i] = 0;
        for (uint32_t bit = 0; bit < width; bit++) {
            uint64_t place = (uint64_t)i * width + bit;
            numbers[i] |= (uint32_t)(in[place / 8] >> (place % 8) & 1) << bit;
        }
    }
}

static void packs_every_width_and_reads_no_byte_too_many(void **state)
{
    (void)state;
    struct seeded seeded = seeded_begin("bit packing");
    static const uint32_t counts[] = {0, 1, 2, 3, 7, 8, 9, 15, 16, 17, 31, 63, 64, 65, 100, 1000};
    for (uint32_t width = 0; width <= 32; width++) {
        for (size_t c = 0; c < sizeof counts / sizeof counts[0]; c++) {
            uint32_t count = counts[c];
            uint32_t numbers[1000];
            uint32_t back[1000];
            uint32_t naive[1000];
            for (uint32_t i = 0; i < count; i++) {
                uint64_t mask = (UINT64_C(1) << width) - 1;
                numbers[i] = (uint32_t)(seeded_next(&seeded) & mask);
                if (seeded_below(&seeded, 5) == 0) numbers[i] = (uint32_t)mask;
            }
            size_t size = bitpack_size(count, width);
            assert_int_equal(size, ((size_t)count * width + 7) / 8);
            uint8_t *packed = malloc(size > 0 ? size : 1);
            assert_non_null(packed);
            bitpack_write(numbers, count, width, packed);
            bitpack_read(packed, count, width, back);
            naive_unpack(packed, count, width, naive);
            assert_memory_equal(back, numbers, count * sizeof *back);
            assert_memory_equal(naive, numbers, count * sizeof *back);
            free(packed);
        }
    }
    assert_true(bitpack_size(UINT32_MAX, 32) == (size_t)UINT32_MAX * 4);
}

/* Random padding bits behind the last number are not part of it. */
static void ignores_bits_behind_the_last_number(void **state)
{
    (void)state;
    for (uint32_t width = 1; width < 32; width++) {
        uint8_t packed[64];
        memset(packed, 0xff, sizeof packed);
        uint32_t back[3];
        bitpack_read(packed, 3, width, back);
        assert_int_equal(back[2], (UINT32_C(1) << width) - 1);
    }
}

static void fill(struct seeded *seeded, struct buffer *out, size_t size, uint32_t kinds)
{
    buffer_clear(out);
    for (size_t i = 0; i < size; i++) {
        buffer_append_byte(out, (char)seeded_below(seeded, kinds));
    }
}

static void compresses_and_decompresses(void **state)
{
    (void)state;
    struct seeded seeded = seeded_begin("compression");
    static const size_t sizes[] = {0, 1, 2, 12, 13, 100, 4096, 65536, 200000};
    static const uint32_t kinds[] = {1, 4, 256};
    for (int wanted = BLOCK_PLAIN; wanted <= BLOCK_ZSTD; wanted++) {
        for (size_t i = 0; i < sizeof sizes / sizeof sizes[0] * 3; i++) {
            struct buffer raw;
            struct buffer packed;
            struct error error;
            buffer_init(&raw, 1 << 20);
            buffer_init(&packed, 1 << 20);
            fill(&seeded, &raw, sizes[i / 3], kinds[i % 3]);
            enum block_compression used;
            block_compress((enum block_compression)wanted, 3, buffer_text(&raw), &packed, &used);
            assert_false(buffer_overflowed(&packed));
            assert_true(packed.size <= raw.size);
            assert_true(used == (enum block_compression)wanted || used == BLOCK_PLAIN);
            if (wanted != BLOCK_PLAIN && raw.size >= 4096 && i % 3 == 0) {
                assert_int_equal(used, wanted);
                assert_true(packed.size < raw.size / 10);
            }
            if (used == BLOCK_PLAIN) assert_int_equal(packed.size, raw.size);

            char *copy = exact_copy(buffer_text(&packed));
            char *back = malloc(raw.size > 0 ? raw.size : 1);
            assert_non_null(back);
            struct text text = {copy, packed.size};
            assert_int_equal(block_decompress(used, text, back, raw.size, &error), STATUS_OK);
            if (raw.size > 0) assert_memory_equal(back, raw.bytes, raw.size);
            free(back);
            free(copy);
            buffer_release(&raw);
            buffer_release(&packed);
        }
    }
}

static void marks_the_buffer_that_cannot_hold_the_block(void **state)
{
    (void)state;
    struct buffer out;
    buffer_init(&out, 10);
    enum block_compression used = BLOCK_ZSTD;
    block_compress(BLOCK_LZ4, 1, TEXT("0123456789abcdef"), &out, &used);
    assert_true(buffer_overflowed(&out));
    assert_int_equal(used, BLOCK_PLAIN);
    buffer_release(&out);
}

static void refuses_damaged_cut_and_mislabelled_blocks(void **state)
{
    (void)state;
    struct seeded seeded = seeded_begin("damage");
    struct buffer raw;
    buffer_init(&raw, 1 << 20);
    fill(&seeded, &raw, 5000, 6);
    for (int wanted = BLOCK_LZ4; wanted <= BLOCK_ZSTD; wanted++) {
        struct buffer packed;
        buffer_init(&packed, 1 << 20);
        enum block_compression used;
        block_compress((enum block_compression)wanted, 1, buffer_text(&raw), &packed, &used);
        assert_int_equal(used, wanted);
        char back[5001];
        struct error error;
        struct text text = buffer_text(&packed);
        assert_int_equal(block_decompress(used, text, back, 4999, &error), STATUS_CORRUPT);
        assert_int_equal(block_decompress(used, text, back, 5001, &error), STATUS_CORRUPT);
        assert_int_equal(block_decompress(used, (struct text){0}, back, 0, &error), STATUS_CORRUPT);
        assert_int_equal(block_decompress((enum block_compression)7, text, back, 5000, &error),
                         STATUS_CORRUPT);
        for (size_t size = 0; size < text.size; size += 1 + size / 16) {
            char *cut = exact_copy(text_slice(text, 0, size));
            enum status status =
                block_decompress(used, (struct text){cut, size}, back, 5000, &error);
            assert_int_equal(status, STATUS_CORRUPT);
            free(cut);
        }
        for (int i = 0; i < 3000; i++) { /* any answer will do, but no harm */
            char *bad = exact_copy(text);
            bad[seeded_below(&seeded, (uint32_t)text.size)] ^=
                (char)(1 + seeded_below(&seeded, 255));
            enum status status =
                block_decompress(used, (struct text){bad, text.size}, back, 5000, &error);
            assert_true(status == STATUS_OK || status == STATUS_CORRUPT);
            free(bad);
        }
        buffer_release(&packed);
    }
    struct error error;
    char back[4];
    assert_int_equal(block_decompress(BLOCK_PLAIN, TEXT("abc"), back, 4, &error), STATUS_CORRUPT);
    assert_int_equal(block_decompress(BLOCK_PLAIN, TEXT("abc"), back, 3, &error), STATUS_OK);
    buffer_release(&raw);
}

/* Stored for ever: these numbers may never change. */
static void hashes_as_xxh3_does(void **state)
{
    (void)state;
    assert_true(block_checksum("", 0, 0) == UINT64_C(0x2d06800538d394c2));
    struct block_hash empty = block_hash128("", 0, 0);
    assert_true(empty.low == UINT64_C(0x6001c324468d497f));
    assert_true(empty.high == UINT64_C(0x99aa06d3014798d8));
    assert_true(block_checksum("a", 1, 0) == UINT64_C(0xe6c632b61e964e1f));
    assert_true(block_checksum("abc", 3, 0) != block_checksum("abc", 3, 1));
    assert_true(block_checksum("abc", 3, 0) != block_checksum("abd", 3, 0));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(writes_and_reads_varints),
        cmocka_unit_test(refuses_varints_that_do_not_fit),
        cmocka_unit_test(refuses_to_read_behind_the_end),
        cmocka_unit_test(packs_every_width_and_reads_no_byte_too_many),
        cmocka_unit_test(ignores_bits_behind_the_last_number),
        cmocka_unit_test(compresses_and_decompresses),
        cmocka_unit_test(marks_the_buffer_that_cannot_hold_the_block),
        cmocka_unit_test(refuses_damaged_cut_and_mislabelled_blocks),
        cmocka_unit_test(hashes_as_xxh3_does),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
