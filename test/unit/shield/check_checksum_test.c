/* Checksums against published vectors and against each single change. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

#include "shield/check_checksum.h"

#include "check_aid.h"

#include "crypt/secret.h"

#include <string.h>

static void knows_the_bech32_of_bip_173(void **state)
{
    (void)state;
    static const char *const valid[] = {
        "A12UEL5L",
        "a12uel5l",
        ("an83characterlonghumanreadablepartthatcontainsthenumber1and"
         "theexcludedcharactersbio1tt5tgs"),
        "abcdef1qpzry9x8gf2tvdw0s3jn54khce6mua7lmqqqxw",
        "split1checkupstagehandshakeupstreamerranterredcaperred2y9e3w",
        "?1ezyfcl",
        "AGE-SECRET-KEY-1N84CR29PJTUQA22ALHP4YDL5ZFMXPW5GVETVY3UK58ZD6NPNPDLS4MCZFS",
    };
    static const char *const invalid[] = {
        "\x20"
        "1nwldj5",
        "\x7f"
        "1axkwrx",
        "pzry9x0s0muk", /* no separator */
        "1pzry9x0s0muk",
        "x1b4n0q5v",
        "li1dgmt3",
        "A1G7SGD8",
        "10a06t8",
        "1qzzfhee",
        "A12uEL5L", /* both cases */
        "",
        "1",
    };
    for (size_t i = 0; i < sizeof valid / sizeof valid[0]; i++)
        assert_true(checksum_bech32(text_from(valid[i])));
    for (size_t i = 0; i < sizeof invalid / sizeof invalid[0]; i++)
        assert_false(checksum_bech32(text_from(invalid[i])));
}

static void knows_the_bech32m_of_bip_350(void **state)
{
    (void)state;
    static const char *const valid[] = {
        "A1LQFN3A",
        "a1lqfn3a",
        ("an83characterlonghumanreadablepartthatcontainsthetheexcluded"
         "charactersbioandnumber11sg7hg6"),
        "abcdef1l7aum6echk45nj3s0wdvt2fg8x9yrzpqzd3ryx",
        "split1checkupstagehandshakeupstreamerranterredcaperredlc445v",
        "?1v759aa",
    };
    for (size_t i = 0; i < sizeof valid / sizeof valid[0]; i++) {
        assert_true(checksum_bech32m(text_from(valid[i])));
        assert_false(checksum_bech32(text_from(valid[i])));
    }
    assert_false(checksum_bech32m(TEXT("abcdef1qpzry9x8gf2tvdw0s3jn54khce6mua7lmqqqxw")));
    assert_false(checksum_bech32m(TEXT("M1VUXWEZ")));
    assert_false(checksum_bech32m(TEXT("16plkw9")));
    assert_false(checksum_bech32m(TEXT("1p2gdwpf")));
}

static void knows_the_case_of_eip_55(void **state)
{
    (void)state;
    static const char *const valid[] = {
        "5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed", "fB6916095ca1df60bB79Ce92cE3Ea74c37c5d359",
        "dbF03B407c01E7cD3CBea99509d93f8DDDC8C6FB", "D1220A0cf47c7B9Be7A2E6BA89F429762e7b9aDb",
        "52908400098527886E0F7030069857D2E4169EE7", "27b1fdb04752bbc536007a920d24acb045561c26",
    };
    for (size_t i = 0; i < sizeof valid / sizeof valid[0]; i++) {
        char text[41];
        memcpy(text, valid[i], sizeof text);
        assert_true(checksum_eip55(text_from(text)));
        for (size_t place = 0; place < 40; place++) {
            if (text[place] < 'A') continue;
            text[place] ^= 0x20;
            assert_false(checksum_eip55(text_from(text)));
            text[place] ^= 0x20;
        }
    }
    assert_false(checksum_eip55(TEXT("5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAe")));
    assert_false(checksum_eip55(TEXT("")));
}

static void refuses_bech32_with_any_letter_changed(void **state)
{
    (void)state;
    char text[] = "abcdef1qpzry9x8gf2tvdw0s3jn54khce6mua7lmqqqxw";
    static const char letters[] = "qpzry9x8gf2tvdw0s3jn54khce6mua7l";
    for (size_t i = 7; text[i]; i++) {
        char before = text[i];
        for (size_t j = 0; letters[j]; j++) {
            text[i] = letters[j];
            assert_int_equal(checksum_bech32(text_from(text)), letters[j] == before);
        }
        text[i] = before;
    }
}

static void knows_the_base58_of_published_keys(void **state)
{
    (void)state;
    uint8_t bytes[96];
    /* Bitcoin's wiki on WIF; BIP-32's first master key. */
    struct text wif = TEXT("5HueCGU8rMjxEXxiPuD5BDku4MkFqeZyd4dZ1jvhTVqvbTLvyTJ");
    assert_int_equal(checksum_base58(wif, bytes, sizeof bytes), 33);
    assert_int_equal(bytes[0], 0x80);
    assert_int_equal(bytes[1], 0x0c);
    struct text extended = TEXT(
        "xprv9s21ZrQH143K3QTDL4LXw2F7HEK3wJUD2nW2nRk4stbPy6cq3jPPqjiChkVvvNKmPGJxWUtg6LnF5kejMR"
        "NNU3TGtRBeJgk33yuGBxrMPHi");
    assert_int_equal(checksum_base58(extended, bytes, sizeof bytes), 78);
    assert_int_equal(bytes[0], 0x04);
    assert_int_equal(bytes[1], 0x88);
    assert_int_equal(checksum_base58(TEXT("1111111111111111111114oLvT2"), bytes, sizeof bytes), 21);
    assert_int_equal(checksum_base58(TEXT(""), bytes, sizeof bytes), 0);
    assert_int_equal(checksum_base58(TEXT("1111"), bytes, sizeof bytes), 0);
    assert_int_equal(checksum_base58(extended, bytes, 40), 0); /* no room */
}

static void refuses_base58_with_any_digit_changed(void **state)
{
    (void)state;
    char text[] = "KwdMAjGmerYanjeui5SHS7JkmpZvVipYvB2LJGU1ZxJwYvP98617";
    uint8_t bytes[96];
    assert_int_equal(checksum_base58(text_from(text), bytes, sizeof bytes), 34);
    for (size_t i = 0; text[i]; i++) {
        char before = text[i];
        for (int byte = '1'; byte <= 'z'; byte++) {
            if (byte == before) continue;
            text[i] = (char)byte;
            assert_int_equal(checksum_base58(text_from(text), bytes, sizeof bytes), 0);
        }
        text[i] = before;
    }
}

static void knows_the_crc_of_githubs_and_grafanas_keys(void **state)
{
    (void)state;
    assert_true(checksum_base62_crc(TEXT("zQWBuTSOoRi4A9spHcVY5ncnsDkxkJ0mLq17")));
    assert_false(checksum_base62_crc(TEXT("zQWBuTSOoRi4A9spHcVY5ncnsDkxkJ0mLq18")));
    assert_false(checksum_base62_crc(TEXT("0mLq17")));
    assert_false(checksum_base62_crc(TEXT("")));
    assert_true(checksum_hex_crc(TEXT("glsa_ThisI5NtTheTok3nYou8reLo0k1ngF0r_0a2a3df7")));
    assert_false(checksum_hex_crc(TEXT("glsa_ThisI5NtTheTok3nYou8reLo0k1ngF0r_0a2a3df8")));
    assert_false(checksum_hex_crc(TEXT("glsa_ThisI5NtTheTok3nYou8reLo0k1ngF0r_0A2A3DF7")));
    assert_false(checksum_hex_crc(TEXT("_00000000")));
}

static void finds_every_token_that_candor_makes(void **state)
{
    (void)state;
    for (int i = 0; i < 500; i++) {
        char token[SECRET_TOKEN_SIZE];
        secret_token_make(i % 2 ? "qry" : "ing", token);
        assert_int_equal(check_text(shield_check_candor_token, "cdr_", token), SHIELD_PROVEN);
        token[strlen(token) - 1] ^= 1;
        assert_int_equal(check_text(shield_check_candor_token, "cdr_", token), SHIELD_NOT);
    }
}

int main(void)
{
    crypt_init();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(knows_the_bech32_of_bip_173),
        cmocka_unit_test(knows_the_bech32m_of_bip_350),
        cmocka_unit_test(knows_the_case_of_eip_55),
        cmocka_unit_test(refuses_bech32_with_any_letter_changed),
        cmocka_unit_test(knows_the_base58_of_published_keys),
        cmocka_unit_test(refuses_base58_with_any_digit_changed),
        cmocka_unit_test(knows_the_crc_of_githubs_and_grafanas_keys),
        cmocka_unit_test(finds_every_token_that_candor_makes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
