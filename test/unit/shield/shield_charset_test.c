#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

#include "shield/shield_rules.h"

#include <string.h>

#define DIGITS "0123456789"
#define LOWERS "abcdefghijklmnopqrstuvwxyz"
#define UPPERS "ABCDEFGHIJKLMNOPQRSTUVWXYZ"

static void has_the_bytes_of_its_alphabet_and_no_others(void **state)
{
    (void)state;
    static const char *const alphabets[SHIELD_CHARSET_COUNT] = {
        [SHIELD_DIGIT] = DIGITS,
        [SHIELD_HEX] = DIGITS "abcdefABCDEF",
        [SHIELD_LOWER] = LOWERS,
        [SHIELD_UPPER] = UPPERS,
        [SHIELD_ALNUM] = DIGITS LOWERS UPPERS,
        [SHIELD_BASE32] = UPPERS "234567",
        [SHIELD_BASE58] = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz",
        [SHIELD_BASE64] = DIGITS LOWERS UPPERS "+/=",
        [SHIELD_BASE64URL] = DIGITS LOWERS UPPERS "-_",
        [SHIELD_WORD] = DIGITS LOWERS UPPERS "_",
    };
    for (int charset = 0; charset < SHIELD_CHARSET_COUNT; charset++) {
        for (int byte = 0; byte < 256; byte++) {
            bool expected = byte != 0 && strchr(alphabets[charset], byte) != NULL;
            assert_int_equal(shield_charset_has((enum shield_charset)charset, (uint8_t)byte),
                             expected);
        }
    }
}

/* Each byte at each place of a run, and the run's end at each place of the memory. */
static void counts_letters_up_to_the_first_other_byte(void **state)
{
    (void)state;
    enum { SIZE = 20 };
    char bytes[SIZE];
    for (int byte = 0; byte < 256; byte++) {
        bool is_letter = byte != 0 && strchr(LOWERS UPPERS, byte) != NULL;
        for (size_t place = 0; place < SIZE; place++) {
            memcpy(bytes, "aZzAbYyBmNnMgHhGkLlK", SIZE);
            bytes[place] = (char)byte;
            for (size_t size = 0; size <= SIZE; size++) {
                size_t expected = is_letter || size < place ? size : place;
                assert_int_equal(shield_letter_run(bytes, size), expected);
                if (size <= place) continue;
                assert_int_equal(shield_letter_run(bytes + place, size - place),
                                 is_letter ? size - place : 0);
            }
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(counts_letters_up_to_the_first_other_byte),
        cmocka_unit_test(has_the_bytes_of_its_alphabet_and_no_others),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
