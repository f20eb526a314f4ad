/* What a drill plants, and that its search finds it in every form, and in nothing else. */
#include "base/buffer.h"
#include "codec/transfer.h"
#include "trust/drill_canary.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define CANARY "Kx7?Qm2Zp9!vR4tB"

static void expect(const char *bytes, const char *form)
{
    const char *found = drill_canary_form(text_from(bytes), CANARY);
    if (!form) {
        if (found) fail_msg("found as %s in \"%s\"", found, bytes);
        return;
    }
    if (!found) fail_msg("not found as %s in \"%s\"", form, bytes);
    assert_string_equal(found, form);
}

static void finds_it_as_it_is_in_any_case_and_backwards(void **state)
{
    (void)state;
    expect(CANARY, "plain");
    expect("a=" CANARY ";", "plain");
    expect("xkX7?qM2zP9!Vr4Tby", "plain");
    expect("Bt4Rv!9pZ2mQ?7xK", "backwards");
    expect("a%3DKx7%3FQm2Zp9%21vR4tB", "percent");
    expect("%4b%78%37%3f%51%6d%32%5A%70%39%21%76%52%34%74%42", "percent");
}

static void finds_it_in_hex_of_either_case(void **state)
{
    (void)state;
    expect("0x4b78373f516d325a703921765234744200", "hex");
    expect("4B78373F516D325A7039217652347442", "hex");
}

/* Whatever stands before and behind it in what was encoded. */
static void finds_it_in_base64_at_any_offset(void **state)
{
    (void)state;
    for (size_t before = 0; before < 7; before++) {
        for (size_t behind = 0; behind < 7; behind++) {
            char plain[64] = "";
            struct buffer encoded;
            buffer_init(&encoded, 256);
            (void)snprintf(plain, sizeof plain, "%.*s" CANARY "%.*s", (int)before, "\xff{\"a\":1",
                           (int)behind, "~,\"b\":0");
            transfer_base64_encode(&encoded, text_from(plain));
            buffer_append_byte(&encoded, '\0');
            expect(encoded.bytes, "base64");
            for (size_t i = 0; i < encoded.size; i++) {
                if (encoded.bytes[i] == '+') encoded.bytes[i] = '-';
                if (encoded.bytes[i] == '/') encoded.bytes[i] = '_';
            }
            expect(encoded.bytes, "base64");
            buffer_release(&encoded);
        }
    }
}

static void finds_nothing_where_it_is_not(void **state)
{
    (void)state;
    expect("", NULL);
    expect("Kx7?Qm2Zp9!vR4t", NULL);
    expect("x7?Qm2Zp9!vR4tB", NULL);
    expect("%", NULL);
    expect("%%%4", NULL);
    expect("4B78373F516D325A70392176523474", NULL);
}

static void does_not_read_beyond_the_end(void **state)
{
    (void)state;
    size_t size = strlen(CANARY);
    for (size_t cut = 0; cut < size; cut++) {
        char *bytes = malloc(cut + 1);
        memcpy(bytes, CANARY, cut);
        assert_null(drill_canary_form((struct text){bytes, cut}, CANARY));
        free(bytes);
    }
}

static int luhn(const char *digits)
{
    int sum = 0;
    for (size_t i = 0; i < strlen(digits); i++) {
        int digit = digits[strlen(digits) - 1 - i] - '0';
        int doubled = 2 * digit > 9 ? 2 * digit - 9 : 2 * digit;
        sum += i % 2 == 1 ? doubled : digit;
    }
    return sum % 10;
}

static void draws_cards_that_are_right_and_texts_that_are_never_the_same(void **state)
{
    (void)state;
    struct drill_canaries before;
    drill_canaries_make(&before);
    for (int run = 0; run < 200; run++) {
        struct drill_canaries canaries;
        drill_canaries_make(&canaries);
        const char *card = canaries.texts[DRILL_CARD];
        assert_int_equal(strlen(card), 16);
        assert_int_equal(strspn(card, "0123456789"), 16);
        assert_int_equal(luhn(card), 0);
        for (int i = 0; i < DRILL_CANARY_COUNT; i++) {
            assert_true(strlen(canaries.texts[i]) > 8);
            assert_string_not_equal(canaries.texts[i], before.texts[i]);
        }
        for (int i = 0; i + 1 < DRILL_MARK_COUNT; i++)
            assert_string_not_equal(canaries.marks[i], canaries.marks[i + 1]);
        assert_string_not_equal(canaries.control, before.control);
        assert_null(strpbrk(canaries.texts[DRILL_PASSWORD], "\"\\'<>&"));
        before = canaries;
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds_it_as_it_is_in_any_case_and_backwards),
        cmocka_unit_test(finds_it_in_hex_of_either_case),
        cmocka_unit_test(finds_it_in_base64_at_any_offset),
        cmocka_unit_test(finds_nothing_where_it_is_not),
        cmocka_unit_test(does_not_read_beyond_the_end),
        cmocka_unit_test(draws_cards_that_are_right_and_texts_that_are_never_the_same),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
