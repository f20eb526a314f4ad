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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(has_the_bytes_of_its_alphabet_and_no_others),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
