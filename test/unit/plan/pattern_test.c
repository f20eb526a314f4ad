#include "plan/pattern.h"

#include "plan/plan.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static struct pattern *compile(const char *expression, enum pattern_case letters)
{
    struct pattern *pattern = NULL;
    struct error error = {0};
    enum status status = pattern_compile(text_from(expression), letters, &pattern, &error);
    if (status != STATUS_OK) fail_msg("%s: %s", expression, error.message);
    return pattern;
}

static bool found(const char *expression, enum pattern_case letters, struct text text)
{
    struct pattern *pattern = compile(expression, letters);
    bool result = pattern_found(pattern, text);
    pattern_release(pattern);
    return result;
}

static void searches_anywhere_in_the_text(void **state)
{
    (void)state;
    assert_true(found("b+c", PATTERN_CASE_COUNTS, TEXT("aabbbcd")));
    assert_false(found("^b+c", PATTERN_CASE_COUNTS, TEXT("aabbbcd")));
    assert_true(found("d$", PATTERN_CASE_COUNTS, TEXT("aabbbcd")));
    assert_true(found("\\d{3}-\\d{2}", PATTERN_CASE_COUNTS, TEXT("no 123-45 yes")));
    assert_true(found("(?:a|b)\\.x", PATTERN_CASE_COUNTS, TEXT("a.x")));
    assert_false(found("(?:a|b)\\.x", PATTERN_CASE_COUNTS, TEXT("aax")));
}

static void finds_in_empty_texts_what_is_empty(void **state)
{
    (void)state;
    assert_true(found("a*", PATTERN_CASE_COUNTS, TEXT("")));
    assert_true(found("a*", PATTERN_CASE_COUNTS, (struct text){NULL, 0}));
    assert_true(found("^$", PATTERN_CASE_COUNTS, TEXT("")));
    assert_false(found("a+", PATTERN_CASE_COUNTS, TEXT("")));
}

static void counts_characters_not_bytes(void **state)
{
    (void)state;
    assert_true(found("^.$", PATTERN_CASE_COUNTS, TEXT("ä")));
    assert_true(found("^[äö]+$", PATTERN_CASE_COUNTS, TEXT("äöä")));
    assert_false(found("^.$", PATTERN_CASE_COUNTS, TEXT("äö")));
}

static void folds_case_only_when_asked(void **state)
{
    (void)state;
    assert_false(found("hello", PATTERN_CASE_COUNTS, TEXT("HELLO")));
    assert_true(found("hello", PATTERN_CASE_FOLDED, TEXT("HELLO")));
    assert_true(found("ÄÖ", PATTERN_CASE_FOLDED, TEXT("xäöx")));
}

static void refuses_what_linear_time_cannot_do(void **state)
{
    (void)state;
    static const char *const refused[] = {"(a)\\1",
                                          "(?=a)",
                                          "(?!a)b",
                                          "(?<=a)b",
                                          "(?<!a)b",
                                          "(?>a+)b",
                                          "a++b",
                                          "(",
                                          "[a",
                                          "a{2,1}",
                                          "*a",
                                          "\\",
                                          "(?P<n>a)(?P=n)",
                                          "a{1001}",
                                          "a{1,1001}",
                                          "a{99999999999999999999}",
                                          "(a{40}){40}",
                                          "([a{1000}]b){1001}",
                                          "((a|b{30}){10}c){5}",
                                          "\\Qa{1}\\E{1001}",
                                          "(?#[)a",
                                          "(?x)# [\n",
                                          "(?i-x:a)",
                                          "[a{9}",
                                          "\\p{L",
                                          "a{600}b{600}",
                                          "(a{500})b{600}",
                                          "x{3}{400}"};
    for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++) {
        struct pattern *pattern = NULL;
        struct error error = {0};
        enum status status =
            pattern_compile(text_from(refused[i]), PATTERN_CASE_COUNTS, &pattern, &error);
        if (status != STATUS_INVALID) fail_msg("%s is taken", refused[i]);
        assert_true(strlen(error.message) > 0);
    }
}

static void takes_braces_that_repeat_nothing(void **state)
{
    (void)state;
    assert_true(found("\\{2000\\}", PATTERN_CASE_COUNTS, TEXT("{2000}")));
    char letters[1000];
    memset(letters, 'a', sizeof letters);
    assert_true(found("a{1000}", PATTERN_CASE_COUNTS, (struct text){letters, 1000}));
    assert_false(found("a{1000}", PATTERN_CASE_COUNTS, (struct text){letters, 999}));
    assert_true(found("a{2,}", PATTERN_CASE_COUNTS, TEXT("aa")));
    assert_true(found("[]{2000}]b", PATTERN_CASE_COUNTS, TEXT("}b")));
    assert_true(found("[^]x]{2}", PATTERN_CASE_COUNTS, TEXT("x12")));
    assert_true(found("[[:digit:]]{2}", PATTERN_CASE_COUNTS, TEXT("x12")));
    assert_true(found("a{,2000}", PATTERN_CASE_COUNTS, TEXT("a{,2000}")));
    assert_true(found("\\p{L}{2}", PATTERN_CASE_COUNTS, TEXT("1ab")));
    assert_true(found("(?i:ab){2}", PATTERN_CASE_COUNTS, TEXT("ABab")));
    assert_true(found("\\Q{2000}\\E", PATTERN_CASE_COUNTS, TEXT("{2000}")));
}

static void refuses_a_pattern_above_the_limit(void **state)
{
    (void)state;
    char long_one[PLAN_PATTERN_SIZE_MAX + 1];
    memset(long_one, 'a', sizeof long_one);
    struct pattern *pattern = NULL;
    struct error error = {0};
    struct text text = {long_one, sizeof long_one};
    assert_int_equal(pattern_compile(text, PATTERN_CASE_COUNTS, &pattern, &error), STATUS_INVALID);
    text.size--;
    assert_int_equal(pattern_compile(text, PATTERN_CASE_COUNTS, &pattern, &error), STATUS_OK);
    assert_true(text_equal(pattern_expression(pattern), text));
    pattern_release(pattern);
}

struct searcher {
    const struct pattern *pattern;
    uint32_t wrong;
};

static void *search_often(void *context)
{
    struct searcher *searcher = context;
    for (int i = 0; i < 2000; i++) {
        char text[32];
        int size = snprintf(text, sizeof text, "user-%d@x", i);
        bool expected = i % 10 == 7;
        bool is_found = pattern_found(searcher->pattern, (struct text){text, (size_t)size});
        if (is_found != expected) searcher->wrong++;
    }
    return NULL;
}

static void serves_more_threads_than_the_pool_has_places(void **state)
{
    (void)state;
    enum { THREADS = 20 };
    struct pattern *pattern = compile("7@", PATTERN_CASE_COUNTS);
    pthread_t threads[THREADS];
    struct searcher searchers[THREADS];
    for (int i = 0; i < THREADS; i++) {
        searchers[i] = (struct searcher){.pattern = pattern};
        assert_int_equal(pthread_create(&threads[i], NULL, search_often, &searchers[i]), 0);
    }
    for (int i = 0; i < THREADS; i++) {
        pthread_join(threads[i], NULL);
        assert_int_equal(searchers[i].wrong, 0);
    }
    pattern_release(pattern);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(searches_anywhere_in_the_text),
        cmocka_unit_test(finds_in_empty_texts_what_is_empty),
        cmocka_unit_test(counts_characters_not_bytes),
        cmocka_unit_test(folds_case_only_when_asked),
        cmocka_unit_test(refuses_what_linear_time_cannot_do),
        cmocka_unit_test(takes_braces_that_repeat_nothing),
        cmocka_unit_test(refuses_a_pattern_above_the_limit),
        cmocka_unit_test(serves_more_threads_than_the_pool_has_places),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
