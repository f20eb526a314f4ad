/* The form that a block of codes is given: every code comes back, and no form takes more than the
 * plainest, which packs the codes into as many bits as the largest difference needs. */
#include "base/memory.h"
#include "store/segment_block.h"
#include "support/seeded.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

enum { ROWS = 20000, ROUNDS = 40, CODE_END = 1 << 30 };

struct scene {
    struct seeded seeded;
    struct segment_encoder encoder;
    uint32_t codes[ROWS];
    uint32_t decoded[ROWS];
    uint8_t raw[4 * ROWS + 8];
    uint32_t scratch[SEGMENT_SCRATCH_NUMBERS];
};

static int begin(void **state)
{
    struct scene *scene = MEMORY_NEW(struct scene);
    scene->seeded = seeded_begin("segment_form_test");
    segment_encoder_init(&scene->encoder);
    *state = scene;
    return 0;
}

static int end(void **state)
{
    struct scene *scene = *state;
    segment_encoder_release(&scene->encoder);
    memory_free(scene);
    return 0;
}

static uint32_t below(struct scene *scene, uint32_t count)
{
    return seeded_below(&scene->seeded, count);
}

static size_t plainest_size(const uint32_t *codes)
{
    uint32_t min = codes[0];
    uint32_t max = codes[0];
    for (uint32_t i = 1; i < ROWS; i++) {
        if (codes[i] < min) min = codes[i];
        if (codes[i] > max) max = codes[i];
    }
    uint32_t width = max == min ? 0 : 32 - (uint32_t)__builtin_clz(max - min);
    return bitpack_size(ROWS, width);
}

/* Encoded, decoded, and compared: with what went in, and with the plainest form. */
static struct segment_block encode(struct scene *scene, uint32_t *fresh_next)
{
    struct segment_block block;
    struct error error;
    segment_encode_codes(&scene->encoder, scene->codes, ROWS, fresh_next, &block);
    assert_true(block.raw_size <= 4 * ROWS);
    struct text stored = buffer_text(&scene->encoder.stored);
    assert_int_equal(stored.size, block.stored_size);
    assert_int_equal(
        block_decompress(block.compression, stored, scene->raw, block.raw_size, &error), STATUS_OK);
    struct segment_decode decode = {&block, scene->raw, ROWS, 0, ROWS, scene->scratch};
    assert_true(segment_decode_codes(&decode, CODE_END, scene->decoded));
    assert_memory_equal(scene->decoded, scene->codes, sizeof scene->codes);
    assert_true(block.stored_size <= plainest_size(scene->codes));
    return block;
}

static void one_code_takes_no_byte(void **state)
{
    struct scene *scene = *state;
    for (uint32_t i = 0; i < ROWS; i++)
        scene->codes[i] = 17;
    struct segment_block block = encode(scene, NULL);
    assert_int_equal(block.encoding, SEGMENT_CONSTANT);
    assert_int_equal(block.stored_size, 0);
}

static void codes_by_chance_are_packed(void **state)
{
    struct scene *scene = *state;
    for (int round = 0; round < ROUNDS; round++) {
        uint32_t count = 2 + below(scene, 1U << (1 + below(scene, 24)));
        uint32_t base = below(scene, 1 << 24);
        for (uint32_t i = 0; i < ROWS; i++)
            scene->codes[i] = base + below(scene, count);
        struct segment_block block = encode(scene, NULL);
        assert_int_equal(block.encoding, SEGMENT_PACKED);
    }
}

/* A few codes nearly always: whole bytes, which compress, take less than bits. */
static void rare_codes_cost_little(void **state)
{
    struct scene *scene = *state;
    for (uint32_t i = 0; i < ROWS; i++)
        scene->codes[i] = below(scene, 50) == 0 ? below(scene, 200) : i % 3;
    struct segment_block block = encode(scene, NULL);
    assert_true(block.stored_size * 2 < plainest_size(scene->codes));
}

static void fill_with_runs(struct scene *scene, uint32_t first, uint32_t longest, uint32_t count)
{
    uint32_t left = 0;
    uint32_t code = 0;
    for (uint32_t i = first; i < ROWS; i++, left--) {
        if (left == 0) {
            left = 1 + below(scene, longest);
            code = below(scene, count);
        }
        scene->codes[i] = code;
    }
}

static void long_runs_are_counted(void **state)
{
    struct scene *scene = *state;
    for (int round = 0; round < ROUNDS; round++) {
        fill_with_runs(scene, 0, 100 + below(scene, 2000), 1000);
        struct segment_block block = encode(scene, NULL);
        assert_int_equal(block.encoding, SEGMENT_RUNS);
        assert_true(block.stored_size * 10 < plainest_size(scene->codes));
    }
}

/* One long run makes every length wide: then runs may take more than the codes themselves. */
static void runs_beside_a_long_one_take_no_more_than_codes(void **state)
{
    struct scene *scene = *state;
    for (int round = 0; round < ROUNDS; round++) {
        uint32_t long_one = 1U << below(scene, 14);
        memset(scene->codes, 0, sizeof scene->codes);
        fill_with_runs(scene, long_one, 8 + below(scene, 8), 2 + below(scene, 3));
        (void)encode(scene, NULL);
    }
}

static void new_codes_in_their_order_take_a_few_bytes(void **state)
{
    struct scene *scene = *state;
    uint32_t next = 1000;
    for (uint32_t i = 0; i < ROWS; i++)
        scene->codes[i] = next + i;
    struct segment_block block = encode(scene, &next);
    assert_true(block.fresh);
    assert_int_equal(next, 1000 + ROWS);
    assert_true(block.stored_size <= 16);
}

/* What is new, and what was new a moment ago, is near the next new one. */
static void codes_seen_lately_are_told_from_the_newest(void **state)
{
    struct scene *scene = *state;
    uint32_t next = 1 << 20;
    uint32_t newest = next;
    for (uint32_t i = 0; i < ROWS; i++)
        scene->codes[i] = below(scene, 2) == 0 ? newest++ : newest - 1 - below(scene, 6);
    struct segment_block block = encode(scene, &next);
    assert_true(block.fresh);
    assert_true(block.stored_size <= bitpack_size(ROWS, 3));
}

static void a_block_without_new_codes_is_told_by_codes(void **state)
{
    struct scene *scene = *state;
    uint32_t next = 500;
    for (uint32_t i = 0; i < ROWS; i++)
        scene->codes[i] = below(scene, 500);
    struct segment_block block = encode(scene, &next);
    assert_false(block.fresh);
    assert_int_equal(next, 500);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(one_code_takes_no_byte, begin, end),
        cmocka_unit_test_setup_teardown(codes_by_chance_are_packed, begin, end),
        cmocka_unit_test_setup_teardown(rare_codes_cost_little, begin, end),
        cmocka_unit_test_setup_teardown(long_runs_are_counted, begin, end),
        cmocka_unit_test_setup_teardown(runs_beside_a_long_one_take_no_more_than_codes, begin, end),
        cmocka_unit_test_setup_teardown(new_codes_in_their_order_take_a_few_bytes, begin, end),
        cmocka_unit_test_setup_teardown(codes_seen_lately_are_told_from_the_newest, begin, end),
        cmocka_unit_test_setup_teardown(a_block_without_new_codes_is_told_by_codes, begin, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
