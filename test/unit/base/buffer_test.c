#include "base_aid.h"

#include "base/buffer.h"

#include <string.h>

static void grows_and_keeps_its_bytes(void **state)
{
    (void)state;
    struct buffer buffer;
    buffer_init(&buffer, 1 << 20);
    assert_null(buffer.bytes);
    assert_int_equal(buffer_text(&buffer).size, 0);
    for (int i = 0; i < 100000; i++)
        buffer_append_byte(&buffer, (char)(i * 7));
    assert_int_equal(buffer.size, 100000);
    for (int i = 0; i < 100000; i++)
        assert_int_equal(buffer.bytes[i], (char)(i * 7));
    buffer_clear(&buffer);
    assert_int_equal(buffer.size, 0);
    assert_true(buffer.capacity >= 100000);
    buffer_append_string(&buffer, "ab");
    buffer_append_text(&buffer, TEXT("cd"));
    buffer_append_text(&buffer, (struct text){0});
    buffer_append(&buffer, NULL, 0);
    buffer_printf(&buffer, "%d-%s", 42, "x");
    assert_true(text_equal(buffer_text(&buffer), TEXT("abcd42-x")));
    buffer_release(&buffer);
    assert_null(buffer.bytes);
    assert_int_equal(buffer.size_max, 1 << 20);
}

static void marks_and_adds_nothing_after_the_mark(void **state)
{
    (void)state;
    struct buffer buffer;
    buffer_init(&buffer, 10);
    buffer_append_string(&buffer, "0123456789");
    assert_false(buffer_overflowed(&buffer)); /* full is not too full */
    buffer_append_string(&buffer, "");
    assert_false(buffer_overflowed(&buffer));
    buffer_append_byte(&buffer, 'x');
    assert_true(buffer_overflowed(&buffer));
    assert_int_equal(buffer.size, 10);
    buffer_clear(&buffer);
    assert_false(buffer_overflowed(&buffer));
    buffer_append_string(&buffer, "0123456");
    buffer_append_string(&buffer, "too much");
    buffer_append_string(&buffer, "x"); /* would fit, but comes after the mark */
    assert_true(text_equal(buffer_text(&buffer), TEXT("0123456")));
    assert_null(buffer_reserve(&buffer, 1));
    buffer_release(&buffer);
}

static void holds_no_more_memory_than_its_maximum(void **state)
{
    (void)state;
    static const size_t maxima[] = {1, 10, 255, 256, 257, 1000, 100000};
    for (size_t i = 0; i < sizeof maxima / sizeof maxima[0]; i++) {
        struct buffer buffer;
        buffer_init(&buffer, maxima[i]);
        for (size_t j = 0; j < maxima[i]; j++) {
            buffer_append_byte(&buffer, 'x');
            assert_true(buffer.capacity <= maxima[i]);
        }
        assert_int_equal(buffer.size, maxima[i]);
        assert_false(buffer_overflowed(&buffer));
        buffer_release(&buffer);
    }
    struct buffer buffer;
    buffer_init(&buffer, SIZE_MAX);
    buffer_append_byte(&buffer, 'x');
    assert_null(buffer_reserve(&buffer, SIZE_MAX));
    assert_true(buffer_overflowed(&buffer));
    buffer_release(&buffer);
}

static void reserves_room_that_does_not_count_until_used(void **state)
{
    (void)state;
    struct buffer buffer;
    buffer_init(&buffer, 1000);
    char *place = buffer_reserve(&buffer, 600);
    assert_non_null(place);
    assert_int_equal(buffer.size, 0);
    memset(place, 'y', 600);
    buffer_advance(&buffer, 5);
    assert_true(text_equal(buffer_text(&buffer), TEXT("yyyyy")));
    assert_non_null(buffer_reserve(&buffer, 995));
    assert_null(buffer_reserve(&buffer, 996));
    buffer_release(&buffer);
}

static void formats_texts_longer_than_its_first_memory(void **state)
{
    (void)state;
    struct buffer buffer;
    buffer_init(&buffer, 4096);
    buffer_printf(&buffer, "%01000d", 7);
    assert_int_equal(buffer.size, 1000);
    assert_int_equal(buffer.bytes[999], '7');
    buffer_printf(&buffer, "%04000d", 7);
    assert_true(buffer_overflowed(&buffer));
    assert_int_equal(buffer.size, 1000);
    buffer_release(&buffer);
}

static void formats_a_text_that_fills_it_exactly(void **state)
{
    (void)state;
    struct buffer buffer;
    buffer_init(&buffer, 5);
    buffer_printf(&buffer, "%s", "12345");
    assert_false(buffer_overflowed(&buffer));
    assert_true(text_equal(buffer_text(&buffer), TEXT("12345")));
    buffer_printf(&buffer, "%s", "");
    assert_false(buffer_overflowed(&buffer));
    buffer_release(&buffer);
}

/* A source that keeps account, and says what it was given back. */
struct account {
    size_t taken;
    size_t given;
    size_t used;
};

static void *take(void *context, size_t size)
{
    struct account *account = context;
    account->taken += size;
    return memory_alloc(size, 1);
}

static void give(void *context, void *memory, size_t size, size_t used)
{
    struct account *account = context;
    account->given += size;
    account->used += used;
    memory_free(memory);
}

static void a_secret_one_gives_all_back_to_be_overwritten(void **state)
{
    (void)state;
    struct account account = {0};
    const struct memory_source source = {take, give, &account};
    struct buffer buffer;
    buffer_init_secret(&buffer, 5000, &source);
    for (int i = 0; i < 5000; i++)
        buffer_append_byte(&buffer, (char)i);
    assert_false(buffer_overflowed(&buffer));
    for (int i = 0; i < 5000; i++)
        assert_int_equal(buffer.bytes[i], (char)i);
    buffer_append_byte(&buffer, 'x');
    assert_true(buffer_overflowed(&buffer));
    buffer_release(&buffer);
    assert_true(account.taken > 5000);
    assert_int_equal(account.given, account.taken);
    assert_int_equal(account.used, account.taken);

    buffer_append_byte(&buffer, 'x'); /* a released one begins anew, as secret as before */
    assert_true(account.taken > account.given);
    buffer_release(&buffer);
    assert_int_equal(account.given, account.taken);
}

static void a_secret_one_lives_on_the_heap_without_a_source(void **state)
{
    (void)state;
    struct buffer buffer;
    buffer_init_secret(&buffer, 1000, NULL);
    buffer_printf(&buffer, "%0999d", 7);
    assert_int_equal(buffer.size, 999);
    assert_int_equal(buffer.bytes[998], '7');
    buffer_release(&buffer);
    buffer_release(&buffer);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(grows_and_keeps_its_bytes),
        cmocka_unit_test(marks_and_adds_nothing_after_the_mark),
        cmocka_unit_test(holds_no_more_memory_than_its_maximum),
        cmocka_unit_test(reserves_room_that_does_not_count_until_used),
        cmocka_unit_test(formats_texts_longer_than_its_first_memory),
        cmocka_unit_test(formats_a_text_that_fills_it_exactly),
        cmocka_unit_test(a_secret_one_gives_all_back_to_be_overwritten),
        cmocka_unit_test(a_secret_one_lives_on_the_heap_without_a_source),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
