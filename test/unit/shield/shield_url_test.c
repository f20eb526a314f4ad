#include "shield/shield_url.h"
#include "support/seeded.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <json-c/json.h>

static const char *vectors_file; /* set once, by main */

/* Stands for the detectors, which have tests of their own: nine digits in a row. */
static bool has_nine_digits(void *context, struct text value)
{
    int run = 0;
    (void)context;
    for (size_t i = 0; i < value.size && run < 9; i++)
        run = value.bytes[i] >= '0' && value.bytes[i] <= '9' ? run + 1 : 0;
    return run == 9;
}

static const struct shield_url_lists no_lists = {.is_secret = has_nine_digits};

static struct text template_of(const char *url, struct arena *arena)
{
    struct text out;
    assert_true(shield_url_template(text_from(url), &no_lists, arena, &out));
    return out;
}

static void agrees_with_the_description(void **state)
{
    char line[2048];
    int count = 0;
    struct arena arena;
    FILE *file = fopen(vectors_file, "r");
    (void)state;
    assert_non_null(file);
    arena_init(&arena, 1 << 16);
    while (fgets(line, sizeof line, file)) {
        struct json_object *vector = json_tokener_parse(line);
        const char *url = json_object_get_string(json_object_object_get(vector, "url"));
        const char *expected = json_object_get_string(json_object_object_get(vector, "template"));
        struct text got = template_of(url, &arena);
        if (!text_equal(got, text_from(expected))) {
            fail_msg("%s became %.*s, expected %s", url, TEXT_PRINT(got), expected);
        }
        json_object_put(vector);
        arena_rewind(&arena, 0);
        count++;
    }
    (void)fclose(file);
    arena_release(&arena);
    assert_true(count > 40);
}

static void keeps_the_words_and_parameters_of_a_project(void **state)
{
    struct text words[] = {TEXT("qzxk9")};
    struct text params[] = {TEXT("tab")};
    struct shield_url_lists lists = {
        .words = words, .word_count = 1, .params = params, .param_count = 1};
    struct arena arena;
    struct text out;
    (void)state;
    arena_init(&arena, 1 << 16);
    struct text url = TEXT("https://a.example.org/QZXK9/abc9?tab=One&utm_source=x&tab=two");
    assert_true(shield_url_template(url, &lists, &arena, &out));
    assert_true(text_equal(out, TEXT("https://a.example.org/qzxk9/:x?tab=one")));
    arena_release(&arena);
}

static bool find_seven(void *context, struct text value)
{
    (void)context;
    return text_find_byte(value, '7') != TEXT_NOT_FOUND;
}

static void asks_about_the_values_of_parameters(void **state)
{
    struct shield_url_lists lists = {.is_secret = find_seven};
    struct arena arena;
    struct text out;
    (void)state;
    arena_init(&arena, 1 << 16);
    struct text url = TEXT("/?utm_source=a7&ref=a6");
    assert_true(shield_url_template(url, &lists, &arena, &out));
    assert_true(text_equal(out, TEXT("/?ref=a6")));
    arena_release(&arena);
}

static void gives_a_referrer_its_domain(void **state)
{
    static const char *const pairs[][2] = {
        {"https://user:pw@deep.shop.example.co.uk:81/reset?token=x", "example.co.uk"},
        {"https://Example.ORG", "example.org"},
        {"http://10.1.2.3/x", ""},
        {"android-app://com.example.app/", ""},
        {"", ""},
        {"https://localhost/", "localhost"},
    };
    struct arena arena;
    (void)state;
    arena_init(&arena, 1 << 16);
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
        struct text out;
        assert_true(shield_url_domain(text_from(pairs[i][0]), &arena, &out));
        if (!text_equal(out, text_from(pairs[i][1]))) {
            fail_msg("%s gave %.*s", pairs[i][0], TEXT_PRINT(out));
        }
    }
    arena_release(&arena);
}

/* Pieces that mean something, in any order: nothing random is left. */
static void leaves_nothing_random_in_a_path(void **state)
{
    static const char *const pieces[] = {
        "https:", "//",         "/",   "?", "#", "@",  ":",          "%40",      "%25",
        ";",      "=",          "&",   ".", "a", "v1", "utm_source", "checkout", "q8Zt3WkP9sVx2LmN",
        "81",     "2025-01-31", "\xFF"};
    struct seeded seeded = seeded_begin("addresses");
    struct arena arena;
    (void)state;
    arena_init(&arena, 1 << 16);
    for (int turn = 0; turn < 20000; turn++) {
        char url[512] = "https://a.example.org/";
        size_t size = strlen(url);
        for (int i = 0; i < 12; i++) {
            const char *piece = pieces[seeded_next(&seeded) % (sizeof pieces / sizeof *pieces)];
            memcpy(url + size, piece, strlen(piece) + 1);
            size += strlen(piece);
        }
        struct text once = template_of(url, &arena);
        ptrdiff_t token = text_find(once, TEXT("q8Zt3WkP9sVx2LmN"));
        if (token != TEXT_NOT_FOUND) fail_msg("%s keeps the token: %.*s", url, TEXT_PRINT(once));
        arena_rewind(&arena, 0);
    }
    arena_release(&arena);
}

static void says_when_the_arena_is_used_up(void **state)
{
    struct arena arena;
    struct text out;
    (void)state;
    arena_init(&arena, 600);
    assert_true(shield_url_template(TEXT("/a"), &no_lists, &arena, &out));
    assert_false(shield_url_template(TEXT("/a"), &no_lists, &arena, &out));
    arena_release(&arena);
}

int main(int count, char **arguments)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(agrees_with_the_description),
        cmocka_unit_test(keeps_the_words_and_parameters_of_a_project),
        cmocka_unit_test(asks_about_the_values_of_parameters),
        cmocka_unit_test(gives_a_referrer_its_domain),
        cmocka_unit_test(leaves_nothing_random_in_a_path),
        cmocka_unit_test(says_when_the_arena_is_used_up),
    };
    if (count != 2) return 2;
    vectors_file = arguments[1];
    return cmocka_run_group_tests_name("addresses", tests, NULL, NULL);
}
