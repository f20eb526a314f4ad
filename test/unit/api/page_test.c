/* What reaches HTML of what clients sent. */
#include "api/html.h"
#include "api/page_view.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { OUT_SIZE = 64 * 1024 };

/* The C string of what a function wrote; valid until the next call. */
static const char *finish(struct buffer *out)
{
    static char string[OUT_SIZE];
    assert_true(text_to_string(buffer_text(out), string, sizeof string));
    buffer_release(out);
    return string;
}

static const char *escaped(struct text text)
{
    struct buffer out;
    buffer_init(&out, OUT_SIZE);
    html_text(&out, text);
    return finish(&out);
}

static const char *named(struct text text, size_t points)
{
    struct buffer out;
    buffer_init(&out, OUT_SIZE);
    html_name(&out, text, points);
    return finish(&out);
}

static void escapes_markup_in_every_place(void **state)
{
    (void)state;
    assert_string_equal(escaped(TEXT("<b>&\"'</b>")), "&lt;b&gt;&amp;&quot;&#39;&lt;/b&gt;");
    assert_string_equal(escaped(TEXT("plain — é")), "plain — é");
    assert_string_equal(escaped(TEXT("a\nb\tc")), "a b c");
    assert_string_equal(escaped(TEXT("a\x01\x7f")), "a\xef\xbf\xbd\xef\xbf\xbd");
    assert_string_equal(escaped((struct text){"a\0b", 3}), "a\xef\xbf\xbd"
                                                           "b");
    assert_string_equal(escaped(TEXT("")), "");
    assert_string_equal(escaped((struct text){0}), "");
}

static void names_are_cut_at_characters_and_keep_their_direction(void **state)
{
    (void)state;
    assert_string_equal(named(TEXT("ééé"), 3), "<bdi>ééé</bdi>");
    assert_string_equal(named(TEXT("éééé"), 3), "<bdi>ééé…</bdi>");
    assert_string_equal(named(TEXT("<<"), 1), "<bdi>&lt;…</bdi>");
    assert_string_equal(named(TEXT("\xff\xfe"), 9), "<bdi>\xef\xbf\xbd</bdi>");
    assert_string_equal(named(TEXT("\xc3"), 9), "<bdi>\xef\xbf\xbd</bdi>");
    assert_string_equal(named(TEXT(""), 9), "<bdi></bdi>");
}

static void random_text_never_makes_markup(void **state)
{
    (void)state;
    unsigned seed = 20261123;
    srandom(seed);
    for (int round = 0; round < 20000; round++) {
        char bytes[24];
        size_t size = (size_t)random() % sizeof bytes;
        for (size_t i = 0; i < size; i++)
            bytes[i] = "<>&\"'a=/\0\xc3\xa9\x80"[random() % 12];
        const char *made = named((struct text){bytes, size}, 10);
        const char *inside = made + strlen("<bdi>");
        size_t length = strlen(made) - strlen("<bdi></bdi>");
        size_t clean = strcspn(inside, "<>\"'");
        if (clean != length) print_message("seed %u, round %d\n", seed, round);
        assert_int_equal(clean, length);
    }
}

static void numbers_have_groups_of_three(void **state)
{
    (void)state;
    static const struct {
        uint64_t number;
        const char *words;
    } cases[] = {{0, "0"},
                 {999, "999"},
                 {1000, "1,000"},
                 {1234567, "1,234,567"},
                 {UINT64_MAX, "18,446,744,073,709,551,615"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct buffer out;
        buffer_init(&out, 64);
        html_number(&out, cases[i].number);
        assert_string_equal(finish(&out), cases[i].words);
    }
}

static void a_host_is_taken_only_if_it_reads_like_one(void **state)
{
    (void)state;
    static const char *const sane[] = {"localhost:8080", "a-b.example", "[::1]:80", "1.2.3.4"};
    static const char *const odd[] = {"",         "a b",        "a/b",   "x\"y",   "$(rm)",
                                      "<script>", "-e http://", "a;b",   "a\nb",   "a'b",
                                      "a@b",      "\xc3\xa9",   "a`b`c", "a&b=c?", "a\\b"};
    char host[PAGE_HOST_SIZE];
    for (size_t i = 0; i < sizeof sane / sizeof *sane; i++) {
        page_host(text_from(sane[i]), host);
        assert_string_equal(host, sane[i]);
    }
    for (size_t i = 0; i < sizeof odd / sizeof *odd; i++) {
        page_host(text_from(odd[i]), host);
        assert_string_equal(host, "localhost");
    }
    char long_name[PAGE_HOST_SIZE];
    memset(long_name, 'a', sizeof long_name);
    page_host((struct text){long_name, sizeof long_name}, host);
    assert_string_equal(host, "localhost");
}

static const char *event_table(const char *json)
{
    struct buffer events;
    struct buffer out;
    buffer_init(&events, OUT_SIZE);
    buffer_init(&out, OUT_SIZE);
    buffer_append_string(&events, json);
    page_write_events(&out, &events);
    buffer_release(&events);
    return finish(&out);
}

static void shows_an_event_without_what_its_library_added(void **state)
{
    (void)state;
    const char *table = event_table(
        "[{\"event\":\"Buy <it>\",\"properties\":{\"time\":1722470400.25,"
        "\"distinct_id\":\"a-very-long-distinct-id\",\"$insert_id\":\"i\",\"mp_lib\":\"web\","
        "\"plan\":\"pro\",\"n\":1.50,\"list\":[1],\"gone\":null,\"more\":true,\"x\":{}}}]");
    assert_non_null(strstr(table, "<td>2024-08-01 00:00:00</td><td><bdi>Buy &lt;it&gt;</bdi></td>"
                                  "<td><bdi>a-very-long-di…</bdi></td>"
                                  "<td><bdi>plan</bdi>: <bdi>pro</bdi>, <bdi>n</bdi>: "
                                  "<bdi>1.50</bdi>, <bdi>list</bdi>: […], <bdi>gone</bdi>: null "
                                  "<small>and 2 more</small></td>"));
}

static void shows_odd_events_as_far_as_it_can(void **state)
{
    (void)state;
    assert_string_equal(event_table("[]"), "");
    assert_string_equal(event_table(""), "");
    assert_string_equal(event_table("not json"), "");
    static const char empty_row[] = "<tr><td></td><td></td><td></td><td></td></tr>";
    static const char *const odd[] = {
        "[{}]",
        "[7]",
        "[{\"event\":5,\"properties\":[]}]",
        "[{\"properties\":{\"time\":\"x\",\"distinct_id\":null}}]",
        "[{\"properties\":{\"time\":1e300,\"distinct_id\":{}}}]",
        "[{\"properties\":{\"time\":-1e300}}]",
        "[{\"properties\":{\"time\":253402300800}}]",
        "[{\"properties\":{\"$a\":1,\"mp_b\":2}}]",
    };
    for (size_t i = 0; i < sizeof odd / sizeof *odd; i++) {
        assert_non_null(strstr(event_table(odd[i]), empty_row));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(escapes_markup_in_every_place),
        cmocka_unit_test(names_are_cut_at_characters_and_keep_their_direction),
        cmocka_unit_test(random_text_never_makes_markup),
        cmocka_unit_test(numbers_have_groups_of_three),
        cmocka_unit_test(a_host_is_taken_only_if_it_reads_like_one),
        cmocka_unit_test(shows_an_event_without_what_its_library_added),
        cmocka_unit_test(shows_odd_events_as_far_as_it_can),
    };
    return cmocka_run_group_tests_name("page", tests, NULL, NULL);
}
