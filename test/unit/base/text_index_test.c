#include "base_aid.h"

#include "base/text_index.h"

#include <stdio.h>
#include <string.h>

static struct text number_text(char *bytes, size_t size, uint32_t number)
{
    int length = snprintf(bytes, size, "text %u", number);
    return (struct text){bytes, (size_t)length};
}

static void is_empty_at_first(void **state)
{
    (void)state;
    struct text_index index;
    text_index_init(&index);
    assert_int_equal(text_index_find(&index, TEXT("a")), TEXT_INDEX_NONE);
    assert_int_equal(text_index_find(&index, (struct text){0}), TEXT_INDEX_NONE);
    assert_int_equal(index.count, 0);
    text_index_release(&index);
}

static void numbers_texts_in_the_order_of_arrival(void **state)
{
    (void)state;
    struct text_index index;
    text_index_init(&index);
    assert_int_equal(text_index_add(&index, TEXT("b")), 0);
    assert_int_equal(text_index_add(&index, (struct text){0}), 1);
    assert_int_equal(text_index_add(&index, TEXT("a\0b")), 2);
    assert_int_equal(text_index_add(&index, TEXT("a\0c")), 3);
    assert_int_equal(text_index_add(&index, TEXT("b")), 0);
    assert_int_equal(text_index_add(&index, TEXT("")), 1);
    assert_int_equal(text_index_find(&index, TEXT("a\0b")), 2);
    assert_int_equal(text_index_find(&index, TEXT("a")), TEXT_INDEX_NONE);
    assert_int_equal(index.count, 4);
    assert_true(text_equal(text_index_get(&index, 2), TEXT("a\0b")));
    assert_int_equal(text_index_get(&index, 1).size, 0);
    text_index_release(&index);
    assert_int_equal(index.count, 0);
    assert_int_equal(text_index_add(&index, TEXT("anew")), 0); /* usable after release */
    text_index_release(&index);
}

static void takes_room_for_many_at_once(void **state)
{
    (void)state;
    char bytes[32];
    for (uint32_t reserved = 0; reserved < 200; reserved += 9) {
        struct text_index index;
        text_index_init(&index);
        text_index_reserve(&index, reserved);
        assert_int_equal(text_index_find(&index, TEXT("")), TEXT_INDEX_NONE);
        uint32_t slots = index.slot_count;
        for (uint32_t i = 0; i < 300; i++) {
            assert_int_equal(text_index_add(&index, number_text(bytes, sizeof bytes, i)), i);
            if (i + 1 == reserved) assert_int_equal(index.slot_count, slots);
        }
        for (uint32_t i = 0; i < 300; i++) {
            assert_int_equal(text_index_find(&index, number_text(bytes, sizeof bytes, i)), i);
        }
        text_index_release(&index);
    }
}

static void keeps_texts_where_they_are_while_it_grows(void **state)
{
    (void)state;
    struct text_index index;
    text_index_init(&index);
    char bytes[32];
    (void)text_index_add(&index, TEXT("the first"));
    struct text first = text_index_get(&index, 0);
    size_t total_before = index.bytes_total;
    for (uint32_t i = 0; i < 50000; i++) {
        assert_int_equal(text_index_add(&index, number_text(bytes, sizeof bytes, i)), i + 1);
    }
    assert_ptr_equal(text_index_get(&index, 0).bytes, first.bytes);
    assert_true(text_equal(first, TEXT("the first")));
    assert_true(index.bytes_total > total_before + 50000 * 10);
    assert_true((uint64_t)index.count * 10 <= (uint64_t)index.slot_count * 7);
    for (uint32_t i = 0; i < 50000; i++) {
        struct text text = number_text(bytes, sizeof bytes, i);
        assert_int_equal(text_index_find(&index, text), i + 1);
        assert_true(text_equal(text_index_get(&index, i + 1), text));
    }
    text_index_release(&index);
}

static void copies_texts_larger_than_a_block(void **state)
{
    (void)state;
    struct text_index index;
    text_index_init(&index);
    static char large[3 << 20];
    memset(large, 'x', sizeof large);
    (void)text_index_add(&index, TEXT("small"));
    (void)text_index_add(&index, (struct text){large, sizeof large});
    (void)text_index_add(&index, TEXT("another"));
    large[5] = 'y'; /* the index has its own copy */
    assert_int_equal(text_index_get(&index, 1).bytes[5], 'x');
    assert_int_equal(text_index_find(&index, TEXT("another")), 2);
    text_index_release(&index);
}

/* A list that is searched from the front is the twin. */
static void agrees_with_a_list(void **state)
{
    (void)state;
    struct seeded seeded = seeded_begin("text index");
    struct text_index index;
    text_index_init(&index);
    char texts[400][8];
    size_t sizes[400];
    uint32_t count = 0;
    for (int i = 0; i < 5000; i++) {
        char bytes[8];
        struct text text = {bytes, seeded_below(&seeded, 4)};
        for (size_t j = 0; j < sizeof bytes; j++)
            bytes[j] = (char)seeded_below(&seeded, 7);
        uint32_t expected = TEXT_INDEX_NONE;
        for (uint32_t j = 0; j < count; j++) {
            if (text_equal((struct text){texts[j], sizes[j]}, text)) expected = j;
        }
        assert_int_equal(text_index_find(&index, text), expected);
        if (expected == TEXT_INDEX_NONE) {
            assert_true(count < 400);
            memcpy(texts[count], bytes, sizeof bytes);
            sizes[count] = text.size;
            expected = count++;
        }
        assert_int_equal(text_index_add(&index, text), expected);
    }
    assert_int_equal(index.count, count);
    text_index_release(&index);
}

/* Texts that fall together under one seed do not under another: two live indexes differ in it. */
static void seeds_every_index_differently(void **state)
{
    (void)state;
    struct text_index a;
    struct text_index b;
    text_index_init(&a);
    text_index_init(&b);
    (void)text_index_add(&a, TEXT("x"));
    (void)text_index_add(&b, TEXT("x"));
    assert_true(a.seed != 0);
    assert_true(a.seed != b.seed);
    assert_true(text_hash_seeded(TEXT("x"), a.seed) != text_hash_seeded(TEXT("x"), b.seed));
    text_index_release(&a);
    text_index_release(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(is_empty_at_first),
        cmocka_unit_test(seeds_every_index_differently),
        cmocka_unit_test(numbers_texts_in_the_order_of_arrival),
        cmocka_unit_test(takes_room_for_many_at_once),
        cmocka_unit_test(keeps_texts_where_they_are_while_it_grows),
        cmocka_unit_test(copies_texts_larger_than_a_block),
        cmocka_unit_test(agrees_with_a_list),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
