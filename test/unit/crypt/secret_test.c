#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

#include "crypt/secret.h"

#include <stdio.h>
#include <string.h>

static void makes_tokens_that_are_well_formed(void **state)
{
    (void)state;
    static const char *const kinds[] = {"ing", "qry", "row", "pd", "adm", "scim", "vfy"};
    for (int i = 0; i < 700; i++) {
        char token[SECRET_TOKEN_SIZE];
        const char *kind = kinds[i % 7];
        secret_token_make(kind, token);
        assert_int_equal(strlen(token), 4 + strlen(kind) + 1 + 43 + 1 + 6);
        struct text found;
        assert_true(secret_token_well_formed(text_from(token), &found));
        assert_true(text_equal(found, text_from(kind)));
        assert_ptr_equal(found.bytes, token + 4); /* borrowed */
    }
}

static void makes_no_token_twice(void **state)
{
    (void)state;
    char tokens[200][SECRET_TOKEN_SIZE];
    for (int i = 0; i < 200; i++) {
        secret_token_make("qry", tokens[i]);
        for (int j = 0; j < i; j++)
            assert_string_not_equal(tokens[i], tokens[j]);
    }
}

/* The checksum finds every single change, so no damaged token costs a look-up. */
static void refuses_a_token_with_any_byte_changed(void **state)
{
    (void)state;
    char token[SECRET_TOKEN_SIZE];
    struct text kind;
    secret_token_make("qry", token);
    size_t size = strlen(token);
    for (size_t i = 0; i < size; i++) {
        char before = token[i];
        for (int byte = 0; byte < 256; byte++) {
            token[i] = (char)byte;
            bool expected = token[i] == before;
            assert_int_equal(secret_token_well_formed((struct text){token, size}, &kind), expected);
        }
        token[i] = before;
    }
}

static void refuses_a_token_of_another_size(void **state)
{
    (void)state;
    char token[SECRET_TOKEN_SIZE + 1];
    struct text kind;
    secret_token_make("qry", token);
    size_t size = strlen(token);
    token[size] = '0';
    for (size_t i = 0; i <= size + 1; i++) {
        bool is_good = secret_token_well_formed((struct text){token, i}, &kind);
        assert_int_equal(is_good, i == size);
    }
    assert_false(secret_token_well_formed((struct text){0}, &kind));
}

/* Made with another implementation of CRC-32 and base 62; the form may never change. */
static void recognises_a_token_made_elsewhere(void **state)
{
    (void)state;
    struct text kind;
    assert_true(secret_token_well_formed(
        TEXT("cdr_qry_0000000000000000000000000000000000000000000_3lcehi"), &kind));
    assert_true(secret_token_well_formed(
        TEXT("cdr_ing_AbCdEfGhIjKlMnOpQrStUvWxYz0123456789aBcDeFg_1opAwn"), &kind));
    assert_false(secret_token_well_formed(
        TEXT("cdr_qry_0000000000000000000000000000000000000000000_000000"), &kind));
}

static void hashes_as_sha256_does(void **state)
{
    (void)state;
    static const uint8_t abc[SECRET_HASH_SIZE] = {0xba, 0x78, 0x16, 0xbf, 0x8f, 0x01, 0xcf, 0xea,
                                                  0x41, 0x41, 0x40, 0xde, 0x5d, 0xae, 0x22, 0x23,
                                                  0xb0, 0x03, 0x61, 0xa3, 0x96, 0x17, 0x7a, 0x9c,
                                                  0xb4, 0x10, 0xff, 0x61, 0xf2, 0x00, 0x15, 0xad};
    static const uint8_t nothing[4] = {0xe3, 0xb0, 0xc4, 0x42};
    uint8_t hash[SECRET_HASH_SIZE];
    secret_hash(TEXT("abc"), hash);
    assert_memory_equal(hash, abc, sizeof hash);
    secret_hash((struct text){0}, hash);
    assert_memory_equal(hash, nothing, sizeof nothing);
}

static void makes_hex_that_looks_like_a_project_token(void **state)
{
    (void)state;
    char one[SECRET_HEX_SIZE];
    char other[SECRET_HEX_SIZE];
    secret_hex_make(one);
    secret_hex_make(other);
    assert_int_equal(strlen(one), 32);
    assert_int_equal(strspn(one, "0123456789abcdef"), 32);
    assert_string_not_equal(one, other);
}

static void fills_every_byte_with_chance(void **state)
{
    (void)state;
    uint8_t seen[64] = {0};
    for (int i = 0; i < 64; i++) {
        uint8_t bytes[64];
        secret_random(bytes, sizeof bytes);
        for (size_t j = 0; j < sizeof bytes; j++)
            seen[j] |= bytes[j];
    }
    for (size_t j = 0; j < sizeof seen; j++)
        assert_int_equal(seen[j], 0xff);
}

static void compares_bytes(void **state)
{
    (void)state;
    assert_true(secret_equal("abc", "abc", 3));
    assert_false(secret_equal("abc", "abd", 3));
    assert_false(secret_equal("xbc", "abc", 3));
    assert_true(secret_equal("a", "b", 0));
}

static int begin(void **state)
{
    (void)state;
    crypt_init();
    crypt_init(); /* a second time does no harm */
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(makes_tokens_that_are_well_formed),
        cmocka_unit_test(makes_no_token_twice),
        cmocka_unit_test(refuses_a_token_with_any_byte_changed),
        cmocka_unit_test(refuses_a_token_of_another_size),
        cmocka_unit_test(recognises_a_token_made_elsewhere),
        cmocka_unit_test(hashes_as_sha256_does),
        cmocka_unit_test(makes_hex_that_looks_like_a_project_token),
        cmocka_unit_test(fills_every_byte_with_chance),
        cmocka_unit_test(compares_bytes),
    };
    return cmocka_run_group_tests(tests, begin, NULL);
}
