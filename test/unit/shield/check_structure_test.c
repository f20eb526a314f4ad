#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "shield/shield_key.h"
#include "shield/shield_validator.h"

static enum shield_proof ask(shield_validator *check, uint64_t classes, const char *value,
                             bool is_number)
{
    struct shield_candidate candidate = {.value = text_from(value), .key_classes = classes};
    candidate.end = (uint32_t)candidate.value.size;
    candidate.is_number = is_number;
    struct shield_span span = {0, candidate.end};
    enum shield_proof proof = check(&candidate, &span);
    assert_int_equal(span.begin, 0);
    assert_int_equal(span.end, candidate.end);
    return proof;
}

static void expect(shield_validator *check, enum shield_key_class key_class, const char *value,
                   enum shield_proof proof)
{
    if (ask(check, SHIELD_KEY_BIT(key_class), value, false) != proof) fail_msg("\"%s\"", value);
}

static void lets_answers_and_masks_go(void **state)
{
    (void)state;
    static const char *const answers[] = {"true",
                                          "FALSE",
                                          "Yes",
                                          "no",
                                          "on",
                                          "off",
                                          "enabled",
                                          "missing",
                                          "reset",
                                          "changed",
                                          "\u2022\u2022\u2022\u2022",
                                          "****",
                                          "xxxx",
                                          "....",
                                          "[Filtered]",
                                          " null ",
                                          "",
                                          "  "};
    shield_validator *const checks[] = {shield_check_key_credential, shield_check_key_personal,
                                        shield_check_key_payment, shield_check_key_special};
    for (size_t c = 0; c < sizeof checks / sizeof checks[0]; c++) {
        for (size_t i = 0; i < sizeof answers / sizeof answers[0]; i++) {
            if (ask(checks[c], UINT64_MAX, answers[i], false))
                fail_msg("%zu \"%s\"", c, answers[i]);
        }
    }
    expect(shield_check_key_credential, SHIELD_KEY_CREDENTIAL, "**", SHIELD_SHAPE);
    expect(shield_check_key_credential, SHIELD_KEY_CREDENTIAL, "****1", SHIELD_SHAPE);
    expect(shield_check_key_credential, SHIELD_KEY_CREDENTIAL, "\u2022\u2022\u2022x", SHIELD_SHAPE);
    expect(shield_check_key_credential, SHIELD_KEY_CREDENTIAL, "true!", SHIELD_SHAPE);
}

static void tells_a_secret_number_from_a_count(void **state)
{
    (void)state;
    uint64_t credential = SHIELD_KEY_BIT(SHIELD_KEY_CREDENTIAL);
    static const char *const counts[] = {"0", "1", "42", "999", "0.95", "-1", "1e9", "1234.5"};
    for (size_t i = 0; i < sizeof counts / sizeof counts[0]; i++) {
        assert_int_equal(ask(shield_check_key_credential, credential, counts[i], true), SHIELD_NOT);
    }
    assert_int_equal(ask(shield_check_key_credential, credential, "1234", true), SHIELD_SHAPE);
    assert_int_equal(ask(shield_check_key_credential, credential, "123", false), SHIELD_SHAPE);
    assert_int_equal(ask(shield_check_key_credential, credential, "12", false), SHIELD_NOT);
}

static void asks_codes_and_pins_for_digits(void **state)
{
    (void)state;
    expect(shield_check_key_credential, SHIELD_KEY_OTP, "123", SHIELD_NOT);
    expect(shield_check_key_credential, SHIELD_KEY_OTP, "1234", SHIELD_SHAPE);
    expect(shield_check_key_credential, SHIELD_KEY_OTP, "12345678901", SHIELD_NOT);
    expect(shield_check_key_credential, SHIELD_KEY_OTP, "123-456", SHIELD_SHAPE);
    expect(shield_check_key_credential, SHIELD_KEY_OTP, "by sms", SHIELD_NOT);
    expect(shield_check_key_credential, SHIELD_KEY_PIN, "1234", SHIELD_SHAPE);
    expect(shield_check_key_credential, SHIELD_KEY_PIN, "map", SHIELD_NOT);
    expect(shield_check_key_credential, SHIELD_KEY_PIN, "12", SHIELD_NOT);
    expect(shield_check_key_credential, SHIELD_KEY_CVV, "123", SHIELD_SHAPE);
    expect(shield_check_key_credential, SHIELD_KEY_CVV, "12345", SHIELD_NOT);
    expect(shield_check_key_credential, SHIELD_KEY_CVV, "12a", SHIELD_NOT);
}

static void asks_personal_keys_for_what_they_name(void **state)
{
    (void)state;
    expect(shield_check_key_personal, SHIELD_KEY_EMAIL, "a@b.org", SHIELD_SHAPE);
    expect(shield_check_key_personal, SHIELD_KEY_EMAIL, "weekly", SHIELD_NOT);
    expect(shield_check_key_personal, SHIELD_KEY_EMAIL, "5d41402abc4b2a76b9719d911017c592",
           SHIELD_SHAPE);
    expect(shield_check_key_personal, SHIELD_KEY_EMAIL, "5d41402abc4b2a76b9719d911017c59",
           SHIELD_NOT);
    expect(shield_check_key_personal, SHIELD_KEY_PHONE, "12345", SHIELD_NOT);
    expect(shield_check_key_personal, SHIELD_KEY_PHONE, "123456", SHIELD_SHAPE);
    expect(shield_check_key_personal, SHIELD_KEY_NAME, "Ada", SHIELD_SHAPE);
    expect(shield_check_key_personal, SHIELD_KEY_NAME, "Ada 2", SHIELD_NOT);
    expect(shield_check_key_personal, SHIELD_KEY_NAME, "a b c d e f", SHIELD_SHAPE);
    expect(shield_check_key_personal, SHIELD_KEY_NAME, "a b c d e f g", SHIELD_NOT);
    expect(shield_check_key_personal, SHIELD_KEY_AGE, "34", SHIELD_SHAPE);
    expect(shield_check_key_personal, SHIELD_KEY_AGE, "1234", SHIELD_NOT);
    expect(shield_check_key_personal, SHIELD_KEY_VERSION, "a@b.org", SHIELD_NOT);
}

static void asks_payment_keys_for_digits(void **state)
{
    (void)state;
    expect(shield_check_key_payment, SHIELD_KEY_CARD, "1234567", SHIELD_NOT);
    expect(shield_check_key_payment, SHIELD_KEY_CARD, "12345678", SHIELD_SHAPE);
    expect(shield_check_key_payment, SHIELD_KEY_CARD, "1234567890123456789", SHIELD_SHAPE);
    expect(shield_check_key_payment, SHIELD_KEY_CARD, "12345678901234567890", SHIELD_NOT);
    expect(shield_check_key_payment, SHIELD_KEY_CARD, "c-12345678", SHIELD_NOT);
    expect(shield_check_key_payment, SHIELD_KEY_CARD_EXPIRY, "12/29", SHIELD_SHAPE);
    expect(shield_check_key_payment, SHIELD_KEY_CARD_EXPIRY, "soon", SHIELD_NOT);
    expect(shield_check_key_payment, SHIELD_KEY_BANK, "1234", SHIELD_NOT);
    expect(shield_check_key_payment, SHIELD_KEY_BANK, "12345", SHIELD_SHAPE);
}

static void asks_special_keys_for_words(void **state)
{
    (void)state;
    expect(shield_check_key_special, SHIELD_KEY_HEALTH, "asthma", SHIELD_SHAPE);
    expect(shield_check_key_special, SHIELD_KEY_HEALTH, "97", SHIELD_NOT);
    expect(shield_check_key_special, SHIELD_KEY_HEALTH, "a", SHIELD_NOT);
    assert_int_equal(ask(shield_check_key_special, UINT64_MAX, "1e5", true), SHIELD_NOT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lets_answers_and_masks_go),
        cmocka_unit_test(tells_a_secret_number_from_a_count),
        cmocka_unit_test(asks_codes_and_pins_for_digits),
        cmocka_unit_test(asks_personal_keys_for_what_they_name),
        cmocka_unit_test(asks_payment_keys_for_digits),
        cmocka_unit_test(asks_special_keys_for_words),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
