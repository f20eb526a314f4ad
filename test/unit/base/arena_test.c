#include "base_aid.h"

#include "base/arena.h"

#include <string.h>

static void hands_out_aligned_zeroed_memory(void **state)
{
    (void)state;
    struct seeded seeded = seeded_begin("arena");
    struct arena arena;
    arena_init(&arena, 1 << 16);
    memset(arena.memory, 0xff, arena.capacity);
    for (int i = 0; i < 300; i++) {
        size_t alignment = (size_t)1 << seeded_below(&seeded, 7);
        size_t count = seeded_below(&seeded, 20);
        uint8_t *items = arena_alloc(&arena, count, 3, alignment);
        assert_non_null(items);
        assert_int_equal((size_t)(items - arena.memory) % alignment, 0);
        for (size_t j = 0; j < count * 3; j++)
            assert_int_equal(items[j], 0);
        memset(items, 0xff, count * 3); /* an overlap with a later item would show */
    }
    arena_release(&arena);
    assert_null(arena.memory);
}

static void stops_at_its_budget(void **state)
{
    (void)state;
    struct arena arena;
    arena_init(&arena, 100);
    assert_non_null(arena_alloc(&arena, 99, 1, 1));
    assert_null(arena_alloc(&arena, 1, 8, 8)); /* no room for the padding */
    assert_null(arena_alloc(&arena, 2, 1, 1));
    assert_non_null(arena_alloc(&arena, 1, 1, 1));
    assert_null(arena_alloc(&arena, 1, 1, 1));
    assert_non_null(arena_alloc(&arena, 0, 8, 1));
    assert_int_equal(arena.used, 100);
    arena_release(&arena);
}

static void survives_counts_whose_size_overflows(void **state)
{
    (void)state;
    struct arena arena;
    arena_init(&arena, 1024);
    assert_null(arena_alloc(&arena, SIZE_MAX, 8, 8));
    assert_null(arena_alloc(&arena, SIZE_MAX / 8 + 2, 8, 8));
    assert_null(arena_alloc_dirty(&arena, (size_t)1 << 63, 2, 1));
    assert_int_equal(arena.used, 0);
    arena_release(&arena);
}

static void rewinds_and_clears_what_was_there(void **state)
{
    (void)state;
    struct arena arena;
    arena_init(&arena, 256);
    assert_non_null(ARENA_ARRAY(&arena, uint64_t, 4));
    size_t mark = arena_mark(&arena);
    char *secret = ARENA_ARRAY(&arena, char, 100);
    memset(secret, 's', 100);
    arena_rewind(&arena, mark);
    char *again = ARENA_ARRAY(&arena, char, 100);
    assert_ptr_equal(again, secret);
    for (int i = 0; i < 100; i++)
        assert_int_equal(again[i], 0);
    assert_int_equal(arena.used_max, 132);
    arena_rewind(&arena, 0);
    assert_int_equal(arena.used_max, 132); /* the high-water mark stays */
    char *dirty = ARENA_ARRAY_DIRTY(&arena, char, 1);
    assert_non_null(dirty);
    arena_release(&arena);
}

static void copies_texts_with_a_nul_behind(void **state)
{
    (void)state;
    struct arena arena;
    arena_init(&arena, 10);
    struct text empty = arena_text(&arena, (struct text){0});
    assert_non_null(empty.bytes);
    assert_int_equal(empty.bytes[0], 0);
    struct text copy = arena_text(&arena, TEXT("12345678"));
    assert_int_equal(copy.size, 8);
    assert_string_equal(copy.bytes, "12345678");
    assert_null(arena_text(&arena, (struct text){0}).bytes); /* not even the NUL fits */
    arena_release(&arena);
}

static void *take(void *context, size_t size)
{
    (void)context;
    return memory_alloc(size, 1);
}

static void give(void *context, void *memory, size_t size, size_t used)
{
    size_t *told = context;
    assert_int_equal(size, 4096);
    *told = used;
    memory_free(memory);
}

static void a_secret_one_tells_how_much_to_overwrite(void **state)
{
    (void)state;
    size_t told = 0;
    const struct memory_source source = {take, give, &told};
    struct arena arena;
    arena_init_secret(&arena, 4096, &source);
    assert_non_null(ARENA_ARRAY(&arena, char, 1000));
    arena_rewind(&arena, 0);
    assert_non_null(ARENA_ARRAY(&arena, char, 10));
    arena_release(&arena);
    assert_int_equal(told, 1000);
    arena_release(&arena); /* nothing is left to give */
    arena_init_secret(&arena, 4096, NULL);
    assert_non_null(ARENA_ARRAY(&arena, char, 4096));
    assert_null(ARENA_ARRAY(&arena, char, 1));
    arena_release(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hands_out_aligned_zeroed_memory),
        cmocka_unit_test(stops_at_its_budget),
        cmocka_unit_test(survives_counts_whose_size_overflows),
        cmocka_unit_test(rewinds_and_clears_what_was_there),
        cmocka_unit_test(copies_texts_with_a_nul_behind),
        cmocka_unit_test(a_secret_one_tells_how_much_to_overwrite),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
