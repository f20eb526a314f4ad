/* What is echoed to browsers, and what is not. */
#include "api/cors.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void keeps_the_names_of_headers_and_drops_the_rest(void **state)
{
    (void)state;
    static const struct {
        const char *asked;
        const char *kept;
    } cases[] = {
        {"", ""},
        {"x-one", "x-one"},
        {" x-one ,\tX-Two,,", "x-one, X-Two"},
        {"content-type,authorization", "content-type, authorization"},
        {"a b, c", "c"},
        {"x:y, <b>, \"q\", x\r\nSet-Cookie: a, ok", "ok"},
        {"(), [], {}, @, \xc3\xa9, a=b, a/b", ""},
        {"!#$%&'*+-.^_`|~09azAZ", "!#$%&'*+-.^_`|~09azAZ"},
    };
    char out[256];
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_true(cors_header_list(text_from(cases[i].asked), out, sizeof out));
        assert_string_equal(out, cases[i].kept);
    }
    assert_true(cors_header_list((struct text){"a\0b, c", 6}, out, sizeof out));
    assert_string_equal(out, "c");
}

static void a_list_ends_where_its_room_does(void **state)
{
    (void)state;
    char nine[9];
    char out[8];
    assert_true(cors_header_list(TEXT("abc,def"), nine, sizeof nine));
    assert_string_equal(nine, "abc, def");
    assert_false(cors_header_list(TEXT("abc,def"), out, sizeof out));
    assert_string_equal(out, "abc");
    assert_true(cors_header_list(TEXT("abcdefg"), out, sizeof out));
    assert_false(cors_header_list(TEXT("abcdefgh"), out, sizeof out));
    assert_string_equal(out, "");
    char name[66];
    memset(name, 'a', 65);
    name[65] = '\0';
    char large[256];
    assert_true(cors_header_list(text_from(name), large, sizeof large));
    assert_string_equal(large, ""); /* too long to be a name */
}

static void lists_of_random_bytes_stay_lists_of_names(void **state)
{
    (void)state;
    unsigned seed = 20261122;
    srandom(seed);
    for (int round = 0; round < 20000; round++) {
        char asked[40];
        char out[24];
        size_t size = (size_t)random() % sizeof asked;
        for (size_t i = 0; i < size; i++)
            asked[i] = "ab,-; \r\n\"\0x\x80"[random() % 12];
        (void)cors_header_list((struct text){asked, size}, out, sizeof out);
        size_t kept = strlen(out);
        if (strspn(out, "abx-, ") != kept) print_message("seed %u, round %d\n", seed, round);
        assert_int_equal(strspn(out, "abx-, "), kept);
    }
}

static void echoes_origins_and_nothing_that_only_pretends(void **state)
{
    (void)state;
    static const char *const sane[] = {"null", "https://a.example", "http://[::1]:8080",
                                       "chrome-extension://abcdef"};
    static const char *const odd[] = {"",          " ",     "https://a b", "https://a,https://b",
                                      "\"x\"",     "a'b",   "a\tb",        "a\r\nX: y",
                                      "a\xc3\xa9", "a\x7f", "a\x01"};
    for (size_t i = 0; i < sizeof sane / sizeof *sane; i++) {
        assert_true(cors_origin_is_sane(text_from(sane[i])));
    }
    for (size_t i = 0; i < sizeof odd / sizeof *odd; i++) {
        assert_false(cors_origin_is_sane(text_from(odd[i])));
    }
    char name[CORS_ORIGIN_SIZE_MAX + 1];
    memset(name, 'a', sizeof name);
    assert_true(cors_origin_is_sane((struct text){name, sizeof name - 1}));
    assert_false(cors_origin_is_sane((struct text){name, sizeof name}));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keeps_the_names_of_headers_and_drops_the_rest),
        cmocka_unit_test(a_list_ends_where_its_room_does),
        cmocka_unit_test(lists_of_random_bytes_stay_lists_of_names),
        cmocka_unit_test(echoes_origins_and_nothing_that_only_pretends),
    };
    return cmocka_run_group_tests_name("cors", tests, NULL, NULL);
}
