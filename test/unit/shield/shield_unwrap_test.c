#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/buffer.h"
#include "base/memory.h"
#include "shield/shield_detect.h"
#include "shield/shield_fold.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct arena arena;

static int open_arena(void **state)
{
    (void)state;
    arena_init(&arena, 8 << 20);
    return 0;
}

static int close_arena(void **state)
{
    (void)state;
    arena_release(&arena);
    return 0;
}

struct listing {
    struct buffer out;
    uint32_t count;
    uint32_t count_max;
};

static bool list(void *context, const struct shield_inner *inner)
{
    struct listing *listing = context;
    buffer_printf(&listing->out, "%s%.*s%s%.*s", listing->count ? "|" : "", TEXT_PRINT(inner->key),
                  inner->is_number ? "#" : "=", TEXT_PRINT(inner->value));
    listing->count++;
    return listing->count < listing->count_max;
}

static void check(const char *value, const char *expected)
{
    struct listing listing = {.count_max = 1000};
    bool incomplete = false;
    buffer_init(&listing.out, 1 << 16);
    arena_rewind(&arena, 0);
    bool any = shield_unwrap(text_from(value), &arena, list, &listing, &incomplete);
    bool same = text_equal(buffer_text(&listing.out), text_from(expected));
    if (!same) print_error("%s\n  gave %.*s\n", value, TEXT_PRINT(buffer_text(&listing.out)));
    buffer_release(&listing.out);
    assert_true(same);
    assert_int_equal(any, expected[0] != 0);
    assert_false(incomplete);
}

static void opens_json(void **state)
{
    (void)state;
    check("{\"user\":\"i\",\"password\":\"Str-304\"}", "user=i|password=Str-304");
    check("{\"n\":4111111111111111,\"b\":true,\"z\":null}", "n#4111111111111111|b=true|z=null");
    check("{\"a\":{\"b\":{\"password\":\"x\"}}}", "password=x");
    check("{\"password\":{\"value\":\"x\"}}", "password=x");
    check("{\"passwords\":[\"x\",\"y\",3]}", "passwords=x|passwords=y|passwords#3");
    check("\"{\\\"password\\\":\\\"x\\\"}\"", "={\"password\":\"x\"}");
    check("{\\\"password\\\":\\\"x\\\"}", "={\"password\":\"x\"}");
    check("{\"a\":\"\\u0070\\u00e9\\ud83d\\ude00\\ud83d\\n\"}", "a=p\u00e9\U0001F600\uFFFD\n");
    check("[]", "");
    check("{}", "");
    check("{\"a\":\"\"}", "");
    check("{\"a\":1}\n{\"b\":2}", "a#1|b#2");
}

static void opens_json_that_is_broken(void **state)
{
    (void)state;
    check("{\"password\":\"hunt", "password=hunt");
    check("{\"password\":\"hunt\\", "password=hunt\\");
    check("{\"a\":{\"password\":\"x\"", "password=x");
    check("{password: hunter2, 'b': 'c'}", "password=hunter2|b=c");
    check("{'password': 'x'}", "password=x");
    check("POST /login {\"password\":\"x\"} -> 200", "password=x");
    check("{\"password\" \"x\"}", "password=x");
    check("{\"password\":\"x\"]}", "password=x");
    check("{\"a\":\"\\u12\"}", "a=u12");
}

static void pairs_names_with_values(void **state)
{
    (void)state;
    check("{\"name\":\"password\",\"value\":\"x\"}", "name=password|password=x");
    check("{\"value\":\"x\",\"name\":\"password\"}", "value=x|name=password|password=x");
    check("[{\"key\":\"token\",\"content\":\"x\"}]", "key=token|token=x");
    check("[\"authorization\",\"Bearer x\"]", "=authorization|=Bearer x|authorization=Bearer x");
    check("[[\"a\",\"b\"],[\"pin\",1234]]", "=a|=b|a=b|=pin|#1234|pin#1234");
    check("{\"name\":\"card\",\"value\":{\"x\":\"1\"}}", "name=card|x=1");
    check("{\"name\":\"card\",\"value\":[\"1\"]}", "name=card|card=1");
    check("[\"card\",{\"value\":\"1\"}]", "=card|card=1");
}

static void opens_forms_queries_and_cookies(void **state)
{
    (void)state;
    check("user=i&password=hunter2", "user=i|password=hunter2");
    check("a=b+c&p%40s=x%20y%zz", "a=b c|p@s=x y%zz");
    check("https://x.test/a?token=abc#access_token=d", "token=abc|access_token=d");
    check("password=hunter2", "password=hunter2");
    check("a=1; sid=xyz", "a=1|sid=xyz");
    check("Cookie: sid=xyz", "sid=xyz");
    check("Set-Cookie: sid=xyz; Path=/; HttpOnly", "sid=xyz|Path=/");
    check("Server=db;User Id=sa;Password=x", "Server=db|User Id=sa|Password=x");
    check("A=1\nDB_PASSWORD=x", "A=1|DB_PASSWORD=x");
    check("R&D costs a lot", "");
    check("1 + 1 = 2", "");
    check("x == y", "");
}

static void opens_xml(void **state)
{
    (void)state;
    check("<a><password>hunter2</password></a>", "password=hunter2");
    check("<input name=\"password\" value=\"x\">", "name=password|value=x|password=x");
    check("<field name='pin'>1234</field>", "name=pin|field=1234|pin=1234");
    check("<ns:Password>a&amp;b&#64;c&#x41;</ns:Password>", "Password=a&b@cA");
    check("<a><![CDATA[x<y]]></a>", "a=x<y");
    check("<!-- password=x -->", "=password=x");
    check("<?xml version=\"1.0\"?><p>x", "version=1.0|p=x");
    check("<a href=x/>", "href=x/");
    check("a < b and c > d", "");
    check("<3 you", "");
}

static void opens_encodings(void **state)
{
    (void)state;
    check("hello%20hunter2", "=hello hunter2");
    check("eyJwYXNzd29yZCI6ImgifQ==", "={\"password\":\"h\"}");
    check("eyJwYXNzd29yZCI6ImgifQ", "={\"password\":\"h\"}");
    check("see cGFzc3dvcmQgaHVudGVyMg== there", "=password hunter2");
    check("70617373776f72643d68756e74657232", "=password=hunter2");
    check("70617373776F72643D68756E74657232", "=password=hunter2");
    check("0YHQtdC60YDQtdGC0L3Ri9C5", "=\u0441\u0435\u043a\u0440\u0435\u0442\u043d\u044b\u0439");
    check("cGFzc3dvcmQgaHVu\ndGVyMg==", "=password hunter2");
}

static void leaves_ids_and_words_closed(void **state)
{
    (void)state;
    check("f47ac10b-58cc-4372-a567-0e02b2c3d479", "");
    check("da39a3ee5e6b4b0d3255bfef95601890afd80709", "");
    check("507f1f77bcf86cd799439011", "");
    check("d41d8cd98f00b204e9800998ecf8427e", "");
    check("4111111111111111", "");
    check("internationalizations", "");
    check("application/octet/stream/long", "");
    check("a plain sentence, nothing else", "");
    check("100% sure", "");
    check("", "");
    check(" ", "");
    check("{", "");
    check("<", "");
    check("=", "");
    check("%", "");
}

static void stops_when_the_visitor_says_so(void **state)
{
    (void)state;
    static const char *const values[] = {"{\"a\":1,\"b\":2}", "a=1&b=2", "<a>1</a><b>2</b>",
                                         "cGFzc3dvcmQgaHVudGVyMg== cGFzc3dvcmQgaHVudGVyMg=="};
    for (size_t i = 0; i < sizeof values / sizeof values[0]; i++) {
        struct listing listing = {.count_max = 1};
        bool incomplete = false;
        buffer_init(&listing.out, 1024);
        assert_true(shield_unwrap(text_from(values[i]), &arena, list, &listing, &incomplete));
        assert_int_equal(listing.count, 1);
        buffer_release(&listing.out);
    }
}

static void says_when_memory_or_depth_ran_out(void **state)
{
    (void)state;
    struct arena small;
    arena_init(&small, 8);
    static const char *const values[] = {"{\"a\":\"\\u0041 long enough text\"}",
                                         "a=%20%20%20%20%20%20&b=1", "<a>&amp;&amp;&amp;</a>",
                                         "cGFzc3dvcmQgaHVudGVyMg=="};
    for (size_t i = 0; i < sizeof values / sizeof values[0]; i++) {
        struct listing listing = {.count_max = 100};
        bool incomplete = false;
        buffer_init(&listing.out, 1024);
        arena_rewind(&small, 0);
        (void)shield_unwrap(text_from(values[i]), &small, list, &listing, &incomplete);
        assert_true(incomplete);
        buffer_release(&listing.out);
    }
    arena_release(&small);

    char deep[400];
    memset(deep, '[', sizeof deep);
    memcpy(deep + 300, "\"x\"", 3);
    struct listing listing = {.count_max = 100};
    bool incomplete = false;
    buffer_init(&listing.out, 1024);
    (void)shield_unwrap((struct text){deep, sizeof deep}, &arena, list, &listing, &incomplete);
    assert_true(incomplete);
    buffer_release(&listing.out);
}

static const char base64_letters[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

static size_t encode(const char *bytes, size_t size, char *out)
{
    size_t written = 0;
    for (size_t i = 0; i < size; i += 3) {
        uint32_t group = (uint32_t)(unsigned char)bytes[i] << 16;
        if (i + 1 < size) group |= (uint32_t)(unsigned char)bytes[i + 1] << 8;
        if (i + 2 < size) group |= (unsigned char)bytes[i + 2];
        for (int d = 0; d < 4; d++) {
            bool is_pad = (d == 2 && i + 1 >= size) || (d == 3 && i + 2 >= size);
            out[written++] = is_pad ? '=' : base64_letters[group >> (18 - 6 * d) & 63];
        }
    }
    return written;
}

static bool keep_first(void *context, const struct shield_inner *inner)
{
    *(struct text *)context = inner->value;
    return false;
}

/* Layer upon layer, up to the limit of a value: each call takes off one, and copies no more than
 * the value's size. */
static void takes_off_one_layer_of_base64_at_a_time(void **state)
{
    (void)state;
    enum { ROOM = 2 * SHIELD_VALUE_MAX };
    char *current = memory_alloc(ROOM, 1);
    char *next = memory_alloc(ROOM, 1);
    size_t size = (size_t)snprintf(current, ROOM, "the password is hunter2");
    unsigned layers = 0;
    while (size * 4 / 3 + 4 < SHIELD_VALUE_MAX) {
        size = encode(current, size, next);
        char *swap = current;
        current = next;
        next = swap;
        layers++;
    }
    struct text value = {current, size};
    for (unsigned i = 0; i < layers; i++) {
        bool incomplete = false;
        arena_rewind(&arena, 0);
        struct text inner = TEXT("");
        assert_true(shield_unwrap(value, &arena, keep_first, &inner, &incomplete));
        assert_true(arena.used <= value.size);
        memcpy(next, inner.bytes, inner.size);
        value = (struct text){next, inner.size};
    }
    assert_true(text_equal(value, TEXT("the password is hunter2")));
    memory_free(current);
    memory_free(next);
}

static bool count_bytes(void *context, const struct shield_inner *inner)
{
    *(size_t *)context += inner->key.size + inner->value.size;
    return true;
}

/* What is copied and given stays within a few times the value, whatever the value: the measure of
 * linearity that no clock disturbs. */
static void copies_and_gives_linearly(void **state)
{
    (void)state;
    static const char *const units[] = {"{\"a\":",
                                        "[",
                                        "{\\\"",
                                        "\"\\u0041\",",
                                        "a=%41&",
                                        "%41",
                                        "<a b=\"&amp;\">",
                                        "<!--",
                                        "<![CDATA[",
                                        "&#65;",
                                        "QUJD",
                                        "4142",
                                        "a=1;",
                                        "?a=1#",
                                        "{\"name\":\"a\",\"value\":\"b\"},",
                                        "[\"a\",\"b\"],",
                                        "'",
                                        "\\",
                                        "{'a'",
                                        "=",
                                        "cGFzc3dvcmQg "};
    char *bytes = memory_alloc(SHIELD_VALUE_MAX, 1);
    for (size_t u = 0; u < sizeof units / sizeof units[0]; u++) {
        for (size_t lead = 0; lead < 2; lead++) {
            size_t size = 0;
            if (lead) bytes[size++] = '[';
            while (size + strlen(units[u]) <= SHIELD_VALUE_MAX) {
                memcpy(bytes + size, units[u], strlen(units[u]));
                size += strlen(units[u]);
            }
            size_t given = 0;
            bool incomplete = false;
            arena_rewind(&arena, 0);
            (void)shield_unwrap((struct text){bytes, size}, &arena, count_bytes, &given,
                                &incomplete);
            assert_true(arena.used_max <= 4 * SHIELD_VALUE_MAX);
            if (given > 4 * size) fail_msg("%s: %zu bytes of %zu", units[u], given, size);
        }
    }
    memory_free(bytes);
}

/* Cut anywhere, changed anywhere: never past the end (the sanitizers watch exact copies), and every
 * inner value lies in the value or in the arena. */
static bool lies_inside(void *context, const struct shield_inner *inner)
{
    const struct text *value = context;
    const char *parts[] = {inner->key.bytes, inner->value.bytes};
    const size_t sizes[] = {inner->key.size, inner->value.size};
    for (int i = 0; i < 2; i++) {
        if (sizes[i] == 0) continue;
        const char *end = parts[i] + sizes[i];
        bool in_value = parts[i] >= value->bytes && end <= value->bytes + value->size;
        const char *memory = (const char *)arena.memory;
        bool in_arena = parts[i] >= memory && end <= memory + arena.used;
        if (sizes[i] > 0) assert_true(in_value || in_arena);
    }
    return true;
}

static void stays_inside_whatever_comes(void **state)
{
    (void)state;
    static const char *const seeds[] = {
        "{\"name\":\"pass\\u0041word\",\"value\":[\"a\",{\"b\":1}]}",
        "<a b='c'>&#65;</a><!-- x -->",
        "a=%41&b=c;d=e",
        "eyJwYXNzd29yZCI6ImgifQ==",
        "\"\\\"a\\\"\"",
        "[[\"a\",\"b\"],{'c':d}]"};
    for (unsigned seed = 0; seed < 30000; seed++) {
        srand(seed);
        struct text from = text_from(seeds[(size_t)rand() % (sizeof seeds / sizeof seeds[0])]);
        size_t size = (size_t)rand() % (from.size + 1);
        char *copy = test_malloc(size + 1);
        memcpy(copy, from.bytes, size);
        for (int i = rand() % 4; i > 0 && size > 0; i--) {
            copy[(size_t)rand() % size] = "{}[]\"'\\:,<>&=;%#?/!-"[rand() % 20];
        }
        struct text value = {copy, size};
        bool incomplete = false;
        arena_rewind(&arena, 0);
        (void)shield_unwrap(value, &arena, lies_inside, &value, &incomplete);
        (void)shield_is_markup(value);
        test_free(copy);
    }
}

static void knows_a_piece_of_a_page(void **state)
{
    (void)state;
    assert_true(shield_is_markup(TEXT("<div class=\"a\"><p id=b>x</p><a href='c'>y</a></div>")));
    assert_false(shield_is_markup(TEXT("<div class=\"a\"><p>x</p><a href='c'>y</a></div>")));
    assert_false(shield_is_markup(TEXT("<b>a</b> <i>b</i> <u>c</u> <p>d</p>")));
    assert_false(shield_is_markup(TEXT("a < b = c, d < e = f, g < h = i")));
    assert_true(shield_is_markup(TEXT("<INPUT TYPE=x><INPUT VALUE=y><INPUT NAME=z")));
    assert_false(shield_is_markup(TEXT("")));
    assert_false(shield_is_markup(TEXT("<<<<")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(opens_json),
        cmocka_unit_test(opens_json_that_is_broken),
        cmocka_unit_test(pairs_names_with_values),
        cmocka_unit_test(opens_forms_queries_and_cookies),
        cmocka_unit_test(opens_xml),
        cmocka_unit_test(opens_encodings),
        cmocka_unit_test(leaves_ids_and_words_closed),
        cmocka_unit_test(stops_when_the_visitor_says_so),
        cmocka_unit_test(says_when_memory_or_depth_ran_out),
        cmocka_unit_test(takes_off_one_layer_of_base64_at_a_time),
        cmocka_unit_test(copies_and_gives_linearly),
        cmocka_unit_test(stays_inside_whatever_comes),
        cmocka_unit_test(knows_a_piece_of_a_page),
    };
    return cmocka_run_group_tests(tests, open_arena, close_arena);
}
