/* Keys derived from the root key, and what they sign. */
#include "crypt/signing.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

static const uint8_t root[SECRET_KEY_SIZE] = {1, 2, 3};
static const uint8_t other_root[SECRET_KEY_SIZE] = {1, 2, 4};

static void gives_a_project_the_same_key_each_time(void **state)
{
    (void)state;
    struct signing_key first, second;
    signing_key_of_project(root, 7, &first);
    signing_key_of_project(root, 7, &second);
    assert_memory_equal(&first, &second, sizeof first);
    assert_int_equal(strlen(first.id), SIGNING_ID_SIZE - 1);
    signing_key_clear(&first);
    static const struct signing_key nothing = {0};
    assert_memory_equal(&first, &nothing, sizeof first);
}

/* A backup that is brought back must sign as before: these bytes may never change. */
static void keeps_the_key_of_a_known_root(void **state)
{
    (void)state;
    struct signing_key key;
    signing_key_of_project(root, 7, &key);
    static const uint8_t first_bytes[] = {0xde, 0x83, 0xe6, 0x45, 0x67, 0x7d, 0x95, 0xee};
    assert_memory_equal(key.public_key, first_bytes, sizeof first_bytes);
    assert_string_equal(key.id, "684508efcd22cbba4116e4e880e45b5f");
}

static void gives_each_project_root_and_stranger_another_key(void **state)
{
    (void)state;
    struct signing_key keys[6];
    signing_key_of_project(root, 1, &keys[0]);
    signing_key_of_project(root, 256, &keys[1]);
    signing_key_of_project(other_root, 1, &keys[2]);
    signing_key_of_stranger(root, TEXT("cdr_ing_test"), &keys[3]);
    signing_key_of_stranger(root, TEXT(""), &keys[4]);
    signing_key_of_stranger(root, ((struct text){"\1\0\0\0", 4}), &keys[5]); /* project 1's bytes */
    for (int i = 0; i < 6; i++) {
        for (int j = 0; j < i; j++) {
            assert_memory_not_equal(keys[i].public_key, keys[j].public_key, SIGNING_PUBLIC_SIZE);
            assert_string_not_equal(keys[i].id, keys[j].id);
        }
    }
}

static void refuses_a_signature_when_any_bit_is_changed(void **state)
{
    (void)state;
    struct signing_key key;
    uint8_t signature[SIGNATURE_SIZE];
    char message[] = "{\"v\":1}";
    struct text text = {message, sizeof message - 1};
    signing_key_of_project(root, 7, &key);
    signing_sign(&key, text, signature);
    assert_true(signing_verify(key.public_key, text, signature));
    for (size_t i = 0; i < SIGNATURE_SIZE; i++) {
        signature[i] ^= 1;
        assert_false(signing_verify(key.public_key, text, signature));
        signature[i] ^= 1;
    }
    for (size_t i = 0; i < text.size; i++) {
        message[i] ^= 1;
        assert_false(signing_verify(key.public_key, text, signature));
        message[i] ^= 1;
    }
    assert_false(signing_verify(key.public_key, text_slice(text, 0, text.size - 1), signature));
    key.public_key[0] ^= 1;
    assert_false(signing_verify(key.public_key, text, signature));
}

int main(void)
{
    crypt_init();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gives_a_project_the_same_key_each_time),
        cmocka_unit_test(keeps_the_key_of_a_known_root),
        cmocka_unit_test(gives_each_project_root_and_stranger_another_key),
        cmocka_unit_test(refuses_a_signature_when_any_bit_is_changed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
