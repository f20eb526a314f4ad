#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "shield/benign.h"

#include <stdlib.h>

static const struct {
    const char *value;
    enum benign kind;
} cases[] = {
    {"f47ac10b-58cc-4372-a567-0e02b2c3d479", BENIGN_UUID},
    {"F47AC10B-58CC-1372-8567-0E02B2C3D479", BENIGN_UUID},
    {"018f3c2e-7b1a-7cde-9f00-0123456789ab", BENIGN_UUID},
    {"{f47ac10b-58cc-4372-a567-0e02b2c3d479}", BENIGN_UUID},
    {"urn:uuid:f47ac10b-58cc-4372-a567-0e02b2c3d479", BENIGN_UUID},
    {"00000000-0000-0000-0000-000000000000", BENIGN_UUID},
    {" f47ac10b-58cc-4372-a567-0e02b2c3d479 ", BENIGN_UUID},
    {"f47ac10b-58cc-9372-a567-0e02b2c3d479", BENIGN_NOT}, /* no such version */
    {"f47ac10b-58cc-4372-c567-0e02b2c3d479", BENIGN_NOT}, /* nor variant */
    {"f47ac10b-58cc-4372-a567-0e02b2c3d47", BENIGN_NOT},
    {"g47ac10b-58cc-4372-a567-0e02b2c3d479", BENIGN_NOT},
    {"01ARZ3NDEKTSV4RRFFQ69G5FAV", BENIGN_ULID},
    {"01arz3ndektsv4rrffq69g5fav", BENIGN_ULID},
    {"01ARZ3NDEKTSV4RRFFQ69G5FAU", BENIGN_NOT}, /* U is no letter of it */
    {"01ARZ3NDEKtsv4RRFFQ69G5FAV", BENIGN_NOT},
    {"7ZZZZZZZZZTSV4RRFFQ69G5FAV", BENIGN_NOT}, /* the year 10889 */
    {"507f1f77bcf86cd799439011", BENIGN_DIGEST},
    {"d41d8cd98f00b204e9800998ecf8427e", BENIGN_DIGEST},
    {"da39a3ee5e6b4b0d3255bfef95601890afd80709", BENIGN_DIGEST},
    {"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855", BENIGN_DIGEST},
    {"D41D8CD98F00B204E9800998ECF8427E", BENIGN_DIGEST},
    {"D41d8CD98F00B204E9800998ECF8427E", BENIGN_NOT}, /* both cases */
    {"d41d8cd98f00b204e9800998ecf8427", BENIGN_NOT},
    {"411111111111111141111111", BENIGN_NOT}, /* digits alone */
    {"V1StGXR8_Z5jdHi6B-myT", BENIGN_NANOID},
    {"internationalizations", BENIGN_NOT}, /* 21 letters of one kind */
    {"V1StGXR8_Z5jdHi6B-my", BENIGN_NOT},
    {"175928847299117063", BENIGN_SNOWFLAKE},
    {"1541815603606036480", BENIGN_SNOWFLAKE},
    {"4111111111111111", BENIGN_NOT},
    {"6304000000000000000", BENIGN_NOT}, /* 19 digits that pass Luhn: a card, perhaps */
    {"1.2.3", BENIGN_VERSION},
    {"v10.0.1-rc.1+build.5", BENIGN_VERSION},
    {"120.0.6099.129-beta", BENIGN_VERSION},
    {"10.20.30.40", BENIGN_NOT}, /* an address */
    {"1.2", BENIGN_NOT},
    {"1.2.3 secret", BENIGN_NOT},
    {"1.2.3456789", BENIGN_NOT},
    {"2026-11-22", BENIGN_DATE},
    {"2026-11-22T10:20:30.123Z", BENIGN_DATE},
    {"2026-11-22 10:20:30+01:00", BENIGN_DATE},
    {"2026-13-22", BENIGN_NOT},
    {"2026-11-22Tsecret", BENIGN_NOT},
    {"2026-11-22T10:20 secret", BENIGN_NOT},
    {"#fff", BENIGN_COLOUR},
    {"#A1b2C3", BENIGN_COLOUR},
    {"rgba(0, 10, 255, 0.5)", BENIGN_COLOUR},
    {"#ffg", BENIGN_NOT},
    {"rgb(hunter2)", BENIGN_NOT},
    {"color: red; margin: 0 auto", BENIGN_CSS},
    {"width:100px;height:20px;", BENIGN_CSS},
    {"password: hunter2", BENIGN_NOT},
    {"user:pw@host;", BENIGN_NOT},
    {"M10 10H90V90H10Z M 5.5,5 l-3 2", BENIGN_SVG_PATH},
    {"m12.5 0c-2.2-1.1 3.4.5 5 5z", BENIGN_SVG_PATH},
    {"Messages from all", BENIGN_NOT},
    {"Malcazh1lsqtmvz9", BENIGN_NOT},
    {"data:image/png;base64,iVBORw0KGgo=", BENIGN_IMAGE},
    {"data:text/html;base64,PGI+", BENIGN_NOT},
    {"data:image/png;base64,<script>", BENIGN_NOT},
    {"", BENIGN_NOT},
    {" ", BENIGN_NOT},
    {"#", BENIGN_NOT},
    {"v", BENIGN_NOT},
    {"hunter2", BENIGN_NOT},
};

static void tells_what_programs_make(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        enum benign kind = shield_benign_kind(text_from(cases[i].value));
        if (kind != cases[i].kind) fail_msg("\"%s\": %d", cases[i].value, (int)kind);
        assert_int_equal(shield_is_benign(text_from(cases[i].value)), kind != BENIGN_NOT);
    }
}

/* No prefix of a benign value reads past its end: the sanitizers watch exact copies. */
static void reads_no_byte_beyond(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct text whole = text_from(cases[i].value);
        for (size_t size = 0; size <= whole.size; size++) {
            char *copy = test_malloc(size + 1);
            for (size_t b = 0; b < size; b++)
                copy[b] = whole.bytes[b];
            (void)shield_is_benign((struct text){copy, size});
            test_free(copy);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tells_what_programs_make),
        cmocka_unit_test(reads_no_byte_beyond),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
