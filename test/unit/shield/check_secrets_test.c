/* Secrets of a known shape: published examples, near misses, and where a find begins and ends. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

#include "shield/shield_surprise.h"

#include "check_aid.h"

#include "crypt/secret.h"

#include <stdio.h>
#include <string.h>

#define RFC7519_HEADER "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9"
#define RFC7519_PAYLOAD                                                    \
    "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxl" \
    "LmNvbS9pc19yb290Ijp0cnVlfQ"
#define RFC7519 RFC7519_HEADER "." RFC7519_PAYLOAD ".dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"

static void expect_span(shield_validator *check, const char *literal, const char *value,
                        const char *found)
{
    struct check_asked asked = {.literal = text_from(literal), .value = text_from(value)};
    struct shield_span span;
    enum shield_proof proof = check_ask(check, &asked, &span);
    assert_int_not_equal(proof, SHIELD_NOT);
    struct text text = text_slice(asked.value, span.begin, span.end - span.begin);
    assert_true(text_equal(text, text_from(found)));
}

static void knows_the_tokens_of_rfc_7519(void **state)
{
    (void)state;
    assert_int_equal(check_text(shield_check_jwt, "eyJ", RFC7519), SHIELD_PROVEN);
    assert_int_equal(
        check_text(shield_check_jwt, "eyJ", "eyJhbGciOiJub25lIn0." RFC7519_PAYLOAD "."),
        SHIELD_PROVEN);
    /* RFC 7519 A.1: an encrypted one, its parts cut to their beginnings. */
    assert_int_equal(check_text(shield_check_jwt, "eyJ",
                                "eyJhbGciOiJSU0ExXzUiLCJlbmMiOiJBMTI4Q0JDLUhTMjU2In0."
                                "QR1Owv2ug2WyPBnbQrRARTeEk9kDO2w8qDcjiHnSJflSdv1iNqhWXaKH4MqAkQtM."
                                "AxY8DCtDaGlsbGljb3RoZQ.MKOle7UQrG6nSxTLX6Mqwt0orbHvAKeWnDYvpIAeZ72"
                                "deHxz3roJDXQyhxx0wKaMHDjUEOKIwrtkHthpqEanSBNYHZgmNOV7sln1Eu9g3J8."
                                "fiK51VwhsxJ-siBMR-YFiA"),
                     SHIELD_PROVEN);
    expect_span(shield_check_jwt, "eyJ", "token=" RFC7519 "&x=1", RFC7519);
}

static void takes_a_token_that_was_cut_off(void **state)
{
    (void)state;
    for (size_t size = 1; size <= strlen(RFC7519); size++) {
        char value[256];
        snprintf(value, sizeof value, "%.*s", (int)size, RFC7519);
        if (size < 3) continue;
        bool has_payload = size >= strlen(RFC7519_HEADER) + 1 + 10;
        assert_int_equal(check_text(shield_check_jwt, "eyJ", value),
                         has_payload ? SHIELD_PROVEN : SHIELD_NOT);
    }
}

static void lets_pass_parts_that_are_no_header(void **state)
{
    (void)state;
    assert_int_equal(check_text(shield_check_jwt, "eyJ", RFC7519_PAYLOAD "." RFC7519_HEADER),
                     SHIELD_NOT);
    assert_int_equal(check_text(shield_check_jwt, "eyJ", "eyJhIjoiYWxnIn0.eyJhIjoiYWxnIn0"),
                     SHIELD_NOT);
}

static void finds_keys_by_prefix_and_exact_length(void **state)
{
    (void)state;
    static const char key[] = "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";
    assert_int_equal(check_text(shield_check_provider_token, "ghp_", key), SHIELD_PROVEN);
    char value[80];
    snprintf(value, sizeof value, "%sx", key);
    assert_int_equal(check_text(shield_check_provider_token, "ghp_", value), SHIELD_NOT);
    snprintf(value, sizeof value, "%.*s", (int)sizeof key - 2, key);
    assert_int_equal(check_text(shield_check_provider_token, "ghp_", value), SHIELD_NOT);
    snprintf(value, sizeof value, "(%s).", key);
    expect_span(shield_check_provider_token, "ghp_", value, key);
}

static void calls_test_keys_what_they_are(void **state)
{
    (void)state;
    assert_int_equal(
        check_text(shield_check_provider_token, "sk_test_", "sk_test_4eC39HqLyjWDarjtT1zdp7dc"),
        SHIELD_TEST);
    assert_int_equal(check_text(shield_check_aws_access_key, "AKIA", "AKIAIOSFODNN7EXAMPLE"),
                     SHIELD_TEST);
    assert_int_equal(check_text(shield_check_aws_secret, "aws_secret",
                                "aws_secret_access_key = wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"),
                     SHIELD_TEST);
}

static void takes_twilios_account_only_in_context(void **state)
{
    (void)state;
    struct check_asked asked = {.literal = TEXT("AC"),
                                .value = TEXT("AC7f3a9c02e1b84d5566a0b9e3f81c2d74")};
    struct shield_span span;
    assert_int_equal(check_ask(shield_check_provider_token, &asked, &span), SHIELD_NOT);
    asked.has_context = true;
    assert_int_equal(check_ask(shield_check_provider_token, &asked, &span), SHIELD_SHAPE);
}

static void decodes_basic_authorization(void **state)
{
    (void)state;
    /* RFC 7617: "Aladdin:open sesame". */
    expect_span(shield_check_authorization, "Basic",
                "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==", "QWxhZGRpbjpvcGVuIHNlc2FtZQ==");
    assert_int_equal(check_text(shield_check_authorization, "Basic", "Basic YWxhZGRpbg=="),
                     SHIELD_NOT);
    assert_int_equal(check_text(shield_check_authorization, "basic", "basic authentication"),
                     SHIELD_NOT);
}

static void finds_passwords_in_addresses(void **state)
{
    (void)state;
    expect_span(shield_check_connection, "://", "at postgres://u:p4@db/x now",
                "postgres://u:p4@db");
    assert_int_equal(check_text(shield_check_connection, "://", "postgres://u:@db"), SHIELD_NOT);
    assert_int_equal(check_text(shield_check_connection, "://", "https://a.test/x:y@z"),
                     SHIELD_NOT);
    expect_span(shield_check_connection, "Password=", "Server=db;Password=hunter2;App=x",
                "hunter2");
}

/* Both ends of each length, and the key's class instead of words. */
static void takes_codes_of_four_to_eight_digits(void **state)
{
    (void)state;
    for (int size = 1; size <= 10; size++) {
        char digits[12];
        snprintf(digits, sizeof digits, "%.*s", size, "4930217584");
        struct check_asked asked = {.literal = text_from(digits),
                                    .value = text_from(digits),
                                    .has_context = true,
                                    .key_classes = SHIELD_KEY_BIT(SHIELD_KEY_OTP)};
        struct shield_span span;
        assert_int_equal(check_ask(shield_check_one_time_code, &asked, &span),
                         size >= 4 && size <= 8 ? SHIELD_SHAPE : SHIELD_NOT);
    }
}

static void lets_identifiers_pass_as_no_entropy(void **state)
{
    (void)state;
    static const char *const benign[] = {
        "3f2504e0-4f89-11d3-9a0c-0305e82c3301",
        "01ARZ3NDEKTSV4RRFFQ69G5FAV",
        "507f1f77bcf86cd799439011",
        "9fceb02d0ae598e95dc970b74767f19372d61af8",
        "d41d8cd98f00b204e9800998ecf8427e",
        "V1StGXR8_Z5jdHi6B-myT",
        "clh3am1f30000udocl363eofy",
        "18f7c2a3b4d5e6-0a1b2c3d4e5f6-26031e51-1fa400-18f7c2a3b4d6f",
        "getUserAccountSettingsFromLocalStorage",
        "/products/kitchen-and-dining/cast-iron-skillet-26cm/reviews",
        "Rechtsschutzversicherungsgesellschaften",
        "12345678901234567890123456789012",
    };
    for (size_t i = 0; i < sizeof benign / sizeof benign[0]; i++)
        assert_int_equal(check_text(shield_check_entropy, "", benign[i]), SHIELD_NOT);
}

/* Drawn base62 of 24 letters: at most 1 in 200 may pass. */
static void finds_what_a_machine_drew(void **state)
{
    (void)state;
    static const char base62[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    int missed = 0;
    for (int i = 0; i < 2000; i++) {
        char value[25] = {0};
        uint8_t bytes[24];
        secret_random(bytes, sizeof bytes);
        for (size_t j = 0; j < sizeof bytes; j++)
            value[j] = base62[bytes[j] % 62];
        missed += check_text(shield_check_entropy, "", value) == SHIELD_NOT;
    }
    assert_in_range(missed, 0, 10);
}

static void is_surprised_by_drawn_letters_only(void **state)
{
    (void)state;
    assert_int_equal(shield_surprise_mean(TEXT("")), 0);
    assert_in_range(shield_surprise_mean(TEXT("home_recommendations")), 40, 72);
    assert_in_range(shield_surprise_mean(TEXT("the quick brown fox jumps")), 40, 80);
    assert_in_range(shield_surprise_mean(TEXT("A1b2C3d4E5f6G7h8I9j0")), 90, 255);
    assert_in_range(shield_surprise_mean(TEXT("zQWBuTSOoRi4A9spHcVY")), 90, 255);
}

int main(void)
{
    crypt_init();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(knows_the_tokens_of_rfc_7519),
        cmocka_unit_test(takes_a_token_that_was_cut_off),
        cmocka_unit_test(lets_pass_parts_that_are_no_header),
        cmocka_unit_test(finds_keys_by_prefix_and_exact_length),
        cmocka_unit_test(calls_test_keys_what_they_are),
        cmocka_unit_test(takes_twilios_account_only_in_context),
        cmocka_unit_test(decodes_basic_authorization),
        cmocka_unit_test(finds_passwords_in_addresses),
        cmocka_unit_test(takes_codes_of_four_to_eight_digits),
        cmocka_unit_test(lets_identifiers_pass_as_no_entropy),
        cmocka_unit_test(finds_what_a_machine_drew),
        cmocka_unit_test(is_surprised_by_drawn_letters_only),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
