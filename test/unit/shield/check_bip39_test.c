/* Seed phrases against BIP-39's own vectors and a naive twin. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

#include "shield/shield_bip39.h"

#include "check_aid.h"

#include "crypt/secret.h"

#include <stdio.h>
#include <string.h>

static enum shield_proof ask(const char *value)
{
    return check_text(shield_check_seed_phrase, "", value);
}

static void knows_the_phrases_of_the_standard(void **state)
{
    (void)state;
    static const char *const phrases[] = {
        "abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon "
        "about",
        "legal winner thank year wave sausage worth useful legal winner thank yellow",
        "letter advice cage absurd amount doctor acoustic avoid letter advice cage above",
        "zoo zoo zoo zoo zoo zoo zoo zoo zoo zoo zoo wrong",
        "abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon "
        "abandon abandon abandon abandon abandon abandon agent",
        "zoo zoo zoo zoo zoo zoo zoo zoo zoo zoo zoo zoo zoo zoo zoo zoo zoo zoo zoo zoo zoo zoo "
        "zoo vote",
        "ozone drill grab fiber curtain grace pudding thank cruise elder eight picnic",
        "void come effort suffer camp survey warrior heavy shoot primary clutch crush open amazing "
        "screen patrol group space point ten exist slush involve unfold",
    };
    for (size_t i = 0; i < sizeof phrases / sizeof phrases[0]; i++)
        assert_int_equal(ask(phrases[i]), SHIELD_PROVEN);
}

static void finds_a_phrase_in_other_words_and_says_where(void **state)
{
    (void)state;
    static const char value[] = "my words are ozone drill grab fiber curtain grace pudding thank "
                                "cruise elder eight picnic!";
    struct check_asked asked = {.value = text_from(value)};
    struct shield_span span;
    assert_int_equal(check_ask(shield_check_seed_phrase, &asked, &span), SHIELD_PROVEN);
    assert_int_equal(span.begin, 13);
    assert_int_equal(span.end, strlen(value) - 1);
}

static void reads_lists_capitals_and_the_first_four_letters(void **state)
{
    (void)state;
    assert_int_equal(ask("1. ozone\n2. drill\n3. grab\n4. fiber\n5. curtain\n6. grace\n7. pudding\n"
                         "8. thank\n9. cruise\n10. elder\n11. eight\n12. picnic\n"),
                     SHIELD_PROVEN);
    assert_int_equal(ask("OZONE DRILL GRAB FIBER CURTAIN GRACE PUDDING THANK CRUISE ELDER EIGHT "
                         "PICNIC"),
                     SHIELD_PROVEN);
    assert_int_equal(ask("ozon dril grab fibe curt grac pudd than crui elde eigh picn"),
                     SHIELD_PROVEN);
}

static void lets_pass_eleven_words_and_words_of_no_checksum(void **state)
{
    (void)state;
    assert_int_equal(ask("ozone drill grab fiber curtain grace pudding thank cruise elder eight"),
                     SHIELD_NOT);
    assert_int_equal(ask("ozone drill grab fiber curtain grace pudding thank cruise elder eight "
                         "zoo"),
                     SHIELD_NOT);
    assert_int_equal(ask("ozone drill grab fiber curtain grace and pudding thank cruise elder "
                         "eight picnic"),
                     SHIELD_NOT);
    assert_int_equal(ask(""), SHIELD_NOT);
}

/* A value of such words alone is taken after so many tries: no text is, and time is bounded. */
static void is_bounded_on_thousands_of_words(void **state)
{
    (void)state;
    static char value[60000];
    size_t size = 0;
    for (uint32_t i = 0; size + 9 < sizeof value; i++) {
        size_t word_size = strnlen(shield_bip39_words[i % 7 * 100], SHIELD_BIP39_WORD_SIZE);
        memcpy(value + size, shield_bip39_words[i % 7 * 100], word_size);
        value[size + word_size] = ' ';
        size += word_size + 1;
    }
    struct check_asked asked = {.value = {value, size}};
    struct shield_span span;
    assert_int_equal(check_ask(shield_check_seed_phrase, &asked, &span), SHIELD_PROVEN);
}

/* The twin: entropy to words the slow way, bit by bit. */
static void write_phrase(const uint8_t *entropy, uint32_t size, char *out, size_t out_size)
{
    uint8_t bytes[33];
    uint8_t hash[SECRET_HASH_SIZE];
    secret_hash((struct text){(const char *)entropy, size}, hash);
    memcpy(bytes, entropy, size);
    bytes[size] = hash[0];
    uint32_t words = size * 8 / 32 * 3;
    size_t used = 0;
    for (uint32_t i = 0; i < words; i++) {
        uint32_t number = 0;
        for (uint32_t j = i * 11; j < i * 11 + 11; j++)
            number = number * 2 + (bytes[j / 8] >> (7 - j % 8) & 1U);
        int wrote = snprintf(out + used, out_size - used, "%s%.8s", i ? " " : "",
                             shield_bip39_words[number]);
        used += (size_t)wrote;
    }
}

static void agrees_with_a_naive_twin_on_random_entropy(void **state)
{
    (void)state;
    for (int i = 0; i < 2000; i++) {
        uint8_t entropy[32];
        uint32_t size = 16 + (uint32_t)(i % 5) * 4;
        secret_random(entropy, size);
        char value[256];
        write_phrase(entropy, size, value, sizeof value);
        if (ask(value) != SHIELD_PROVEN) fail_msg("missed: %s", value);
    }
}

int main(void)
{
    crypt_init();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(knows_the_phrases_of_the_standard),
        cmocka_unit_test(finds_a_phrase_in_other_words_and_says_where),
        cmocka_unit_test(reads_lists_capitals_and_the_first_four_letters),
        cmocka_unit_test(lets_pass_eleven_words_and_words_of_no_checksum),
        cmocka_unit_test(is_bounded_on_thousands_of_words),
        cmocka_unit_test(agrees_with_a_naive_twin_on_random_entropy),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
