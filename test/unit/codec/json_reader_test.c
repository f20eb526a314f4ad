/* The reader against a table of what RFC 8259 allows, against a naive reader of the grammar, and
 * against json-c, whose values must be ours. */
#include "json_aid.h"
#include "naive_json.h"

#include "codec/number.h"

#include <json-c/json.h>

static enum json_error read_all(struct json_reader *reader)
{
    for (;;) {
        struct json_token token = json_next(reader);
        if (token.kind == JSON_END) return JSON_ERROR_NONE;
        if (token.kind == JSON_ERROR) return reader->error;
    }
}

static enum json_error verdict(struct text text)
{
    struct json_reader reader;
    char *copy = exact_copy(text);
    json_reader_init(&reader, copy, text.size);
    enum json_error error = read_all(&reader);
    /* What was said once is said again. */
    enum json_kind last = json_next(&reader).kind;
    assert_int_equal(last, error == JSON_ERROR_NONE ? JSON_END : JSON_ERROR);
    assert_true(reader.offset <= text.size);
    free(copy);
    return error;
}

static const struct text accepted[] = {
    TEXT_INIT("{}"),
    TEXT_INIT("[]"),
    TEXT_INIT(" \t\r\n[ \t\r\n] \t\r\n"),
    TEXT_INIT("null"),
    TEXT_INIT("true"),
    TEXT_INIT(" false "),
    TEXT_INIT("\"\""),
    TEXT_INIT("\"\x7f\""),
    TEXT_INIT("\"/\\/\""),
    TEXT_INIT("0"),
    TEXT_INIT("-0"),
    TEXT_INIT("-0.0e-0"),
    TEXT_INIT("1e999"),
    TEXT_INIT("1E+00400"),
    TEXT_INIT("123456789012345678901234567890.5"),
    TEXT_INIT("[1,2 ,3, 4]"),
    TEXT_INIT("{\"\":0}"),
    TEXT_INIT("{\"a\":1,\"a\":2}"),
    TEXT_INIT("{\"a\" :\n{\"b\": [ ] } , \"c\":[{}]}"),
    TEXT_INIT("\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u0000\\uABcd\""),
    TEXT_INIT("\"\\ud83d\\ude00\""),
    TEXT_INIT("\"\\uDBFF\\uDFFF\""),
    TEXT_INIT("\"\\ufffe\\uffff\\ud7ff\\ue000\""),
    TEXT_INIT("\"\xc2\x80 \xdf\xbf \xe0\xa0\x80 \xed\x9f\xbf \xee\x80\x80 \xf4\x8f\xbf\xbf\""),
    TEXT_INIT("\"\xe2\x80\xa8\xe2\x80\xa9\""),
    TEXT_INIT("[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]"), /* 32 levels */
};

static void accepts_what_the_grammar_allows(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof accepted / sizeof accepted[0]; i++) {
        if (verdict(accepted[i]) != JSON_ERROR_NONE) fail_msg("refused: %s", accepted[i].bytes);
    }
}

struct refusal {
    struct text text;
    enum json_error error;
};

static const struct refusal refused[] = {
    {TEXT_INIT(""), JSON_ERROR_TRUNCATED},
    {TEXT_INIT(" \n"), JSON_ERROR_TRUNCATED},
    {TEXT_INIT("\xef\xbb\xbf{}"), JSON_ERROR_SYNTAX}, /* a byte order mark */
    {TEXT_INIT("[1,]"), JSON_ERROR_SYNTAX},
    {TEXT_INIT("[,1]"), JSON_ERROR_SYNTAX},
    {TEXT_INIT("[1,,2]"), JSON_ERROR_SYNTAX},
    {TEXT_INIT("[1 2]"), JSON_ERROR_SYNTAX},
    {TEXT_INIT("[1;2]"), JSON_ERROR_SYNTAX},
    {TEXT_INIT("{\"a\":1,}"), JSON_ERROR_SYNTAX},
    {TEXT_INIT("{,}"), JSON_ERROR_SYNTAX},
    {TEXT_INIT("{\"a\"}"), JSON_ERROR_SYNTAX},
    {TEXT_INIT("{\"a\",1}"), JSON_ERROR_SYNTAX},
    {TEXT_INIT("{\"a\"::1}"), JSON_ERROR_SYNTAX},
    {TEXT_INIT("{\"a\":}"), JSON_ERROR_SYNTAX},
    {TEXT_INIT("{\"a\":1 \"b\":2}"), JSON_ERROR_SYNTAX},
    {TEXT_INIT("{a:1}"), JSON_ERROR_SYNTAX},
    {TEXT_INIT("{'a':1}"), JSON_ERROR_SYNTAX},
    {TEXT_INIT("{1:1}"), JSON_ERROR_SYNTAX},
    {TEXT_INIT("{null:1}"), JSON_ERROR_SYNTAX},
    {TEXT_INIT("[}"), JSON_ERROR_SYNTAX},
    {TEXT_INIT("{]"), JSON_ERROR_SYNTAX},
    {TEXT_INIT("[1}"), JSON_ERROR_SYNTAX},
    {TEXT_INIT("{\"a\":1]"), JSON_ERROR_SYNTAX},
    {TEXT_INIT("]"), JSON_ERROR_SYNTAX},
    {TEXT_INIT("[]]"), JSON_ERROR_SYNTAX},
    {TEXT_INIT("{}{}"), JSON_ERROR_SYNTAX},
    {TEXT_INIT("[] x"), JSON_ERROR_SYNTAX},
    {TEXT_INIT("1 2"), JSON_ERROR_SYNTAX},
    {TEXT_INIT("01"), JSON_ERROR_SYNTAX},
    {TEXT_INIT("-01"), JSON_ERROR_SYNTAX},
    {TEXT_INIT("[00]"), JSON_ERROR_SYNTAX},
    {TEXT_INIT("+1"), JSON_ERROR_SYNTAX},
    {TEXT_INIT(".5"), JSON_ERROR_SYNTAX},
    {TEXT_INIT("[1.]"), JSON_ERROR_SYNTAX},
    {TEXT_INIT("[1.e1]"), JSON_ERROR_SYNTAX},
    {TEXT_INIT("[-]"), JSON_ERROR_SYNTAX},
    {TEXT_INIT("[--1]"), JSON_ERROR_SYNTAX},
    {TEXT_INIT("[1e]"), JSON_ERROR_SYNTAX},
    {TEXT_INIT("[1e+]"), JSON_ERROR_SYNTAX},
    {TEXT_INIT("[1e1.5]"), JSON_ERROR_SYNTAX},
    {TEXT_INIT("[1_000]"), JSON_ERROR_SYNTAX},
    {TEXT_INIT("[0x1]"), JSON_ERROR_SYNTAX},
    {TEXT_INIT("[NaN]"), JSON_ERROR_SYNTAX},
    {TEXT_INIT("[Infinity]"), JSON_ERROR_SYNTAX},
    {TEXT_INIT("[-Infinity]"), JSON_ERROR_SYNTAX},
    {TEXT_INIT("[True]"), JSON_ERROR_SYNTAX},
    {TEXT_INIT("[nul]"), JSON_ERROR_SYNTAX},
    {TEXT_INIT("[nulll]"), JSON_ERROR_SYNTAX},
    {TEXT_INIT("[truefalse]"), JSON_ERROR_SYNTAX},
    {TEXT_INIT("[\v1]"), JSON_ERROR_SYNTAX},
    {TEXT_INIT("[\f1]"), JSON_ERROR_SYNTAX},
    {TEXT_INIT("[\xc2\xa0]"), JSON_ERROR_SYNTAX}, /* a no-break space is no white space */
    {TEXT_INIT("[1]\0"), JSON_ERROR_SYNTAX},
    {TEXT_INIT("[1/* no */]"), JSON_ERROR_SYNTAX},
    {TEXT_INIT("'a'"), JSON_ERROR_SYNTAX},
    {TEXT_INIT("\"\\a\""), JSON_ERROR_SYNTAX},
    {TEXT_INIT("\"\\x41\""), JSON_ERROR_SYNTAX},
    {TEXT_INIT("\"\\'\""), JSON_ERROR_SYNTAX},
    {TEXT_INIT("\"\\U0041\""), JSON_ERROR_SYNTAX},
    {TEXT_INIT("\"\\u004\""), JSON_ERROR_SYNTAX},
    {TEXT_INIT("\"\\u 041\""), JSON_ERROR_SYNTAX},
    {TEXT_INIT("\"\\u-041\""), JSON_ERROR_SYNTAX},
    {TEXT_INIT("\"\\u00g1\""), JSON_ERROR_SYNTAX},
    {TEXT_INIT("\"a\nb\""), JSON_ERROR_CONTROL},
    {TEXT_INIT("\"\t\""), JSON_ERROR_CONTROL},
    {TEXT_INIT("\"\0\""), JSON_ERROR_CONTROL},
    {TEXT_INIT("\"0123456789abcdef\x1f\""), JSON_ERROR_CONTROL},
    {TEXT_INIT("{\"a\x01\":1}"), JSON_ERROR_CONTROL},
    {TEXT_INIT("\"\\n\x1f\""), JSON_ERROR_CONTROL},
    {TEXT_INIT("\"\\ud800\""), JSON_ERROR_UTF8},
    {TEXT_INIT("\"\\udc00\""), JSON_ERROR_UTF8},
    {TEXT_INIT("\"\\udfff\\ud800\""), JSON_ERROR_UTF8},
    {TEXT_INIT("\"\\ud800\\ud800\""), JSON_ERROR_UTF8},
    {TEXT_INIT("\"\\ud800\\u0041\""), JSON_ERROR_UTF8},
    {TEXT_INIT("\"\\ud800\\n\""), JSON_ERROR_UTF8},
    {TEXT_INIT("\"\\ud800x\""), JSON_ERROR_UTF8},
    {TEXT_INIT("\"\\ud800\\udc0x\""), JSON_ERROR_SYNTAX},
    {TEXT_INIT("\"\x80\""), JSON_ERROR_UTF8},
    {TEXT_INIT("\"\xc3\""), JSON_ERROR_UTF8},
    {TEXT_INIT("\"\xc0\x80\""), JSON_ERROR_UTF8},         /* overlong */
    {TEXT_INIT("\"\xe0\x9f\xbf\""), JSON_ERROR_UTF8},     /* overlong */
    {TEXT_INIT("\"\xed\xa0\x80\""), JSON_ERROR_UTF8},     /* a surrogate */
    {TEXT_INIT("\"\xf4\x90\x80\x80\""), JSON_ERROR_UTF8}, /* above U+10FFFF */
    {TEXT_INIT("\"\xff\""), JSON_ERROR_UTF8},
    {TEXT_INIT("\"\xc3\\u00a9\""), JSON_ERROR_UTF8},
    {TEXT_INIT("\"\xe2\x82\\n\xac\""), JSON_ERROR_UTF8},
    {TEXT_INIT("{\"\xff\":1}"), JSON_ERROR_UTF8},
    {TEXT_INIT("[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[["), JSON_ERROR_DEPTH}, /* 33 */
    {TEXT_INIT("[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[{\"a\":1}"), JSON_ERROR_DEPTH},
};

static void refuses_what_the_grammar_forbids_and_says_why(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++) {
        enum json_error error = verdict(refused[i].text);
        if (error != refused[i].error) {
            fail_msg("%s: %s", refused[i].text.bytes, json_error_words(error));
        }
    }
}

/* A number or a word may end anywhere; what has an end of its own may not lack it. */
static void says_truncated_at_every_byte_before_the_end(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof accepted / sizeof accepted[0]; i++) {
        struct text whole = text_trim(accepted[i]);
        if (!strchr("[{\"", whole.bytes[0])) continue;
        for (size_t size = 0; size < whole.size; size++) {
            enum json_error error = verdict(text_slice(whole, 0, size));
            if (error != JSON_ERROR_TRUNCATED) fail_msg("%zu bytes of %s", size, whole.bytes);
        }
    }
    assert_int_equal(verdict(TEXT("tru")), JSON_ERROR_TRUNCATED);
    assert_int_equal(verdict(TEXT("-")), JSON_ERROR_TRUNCATED);
    assert_int_equal(verdict(TEXT("1.")), JSON_ERROR_TRUNCATED);
    assert_int_equal(verdict(TEXT("1e")), JSON_ERROR_TRUNCATED);
    assert_int_equal(verdict(TEXT("1e-")), JSON_ERROR_TRUNCATED);
}

static void check_token(struct json_reader *reader, enum json_kind kind, struct text text)
{
    struct json_token token = json_next(reader);
    assert_int_equal(token.kind, kind);
    assert_int_equal(token.text.size, text.size);
    if (text.size > 0) assert_memory_equal(token.text.bytes, text.bytes, text.size);
}

static void decodes_keys_texts_and_numbers(void **state)
{
    (void)state;
    char json[] = " {\"k\\u00e9y\\n\" : \"\\ud83d\\ude00 \\/ 0123456789abcdef \\u0000.\" , "
                  "\"n\":[ -1.50e+2,true,false ,null,\"\"]}\n";
    struct json_reader reader;
    json_reader_init(&reader, json, sizeof json - 1);
    check_token(&reader, JSON_OBJECT_BEGIN, TEXT(""));
    check_token(&reader, JSON_KEY, TEXT("k\xc3\xa9y\n"));
    check_token(&reader, JSON_TEXT, TEXT("\xf0\x9f\x98\x80 / 0123456789abcdef \0."));
    check_token(&reader, JSON_KEY, TEXT("n"));
    check_token(&reader, JSON_ARRAY_BEGIN, TEXT(""));
    check_token(&reader, JSON_NUMBER, TEXT("-1.50e+2"));
    check_token(&reader, JSON_TRUE, TEXT("true"));
    check_token(&reader, JSON_FALSE, TEXT("false"));
    check_token(&reader, JSON_NULL, TEXT("null"));
    check_token(&reader, JSON_TEXT, TEXT(""));
    check_token(&reader, JSON_ARRAY_END, TEXT(""));
    check_token(&reader, JSON_OBJECT_END, TEXT(""));
    check_token(&reader, JSON_END, TEXT(""));
    check_token(&reader, JSON_END, TEXT(""));
}

/* Every place of the closing quote, the escape and the bad byte within and around a step. */
static void finds_marks_at_every_place_of_a_step(void **state)
{
    (void)state;
    for (size_t size = 0; size < 70; size++) {
        for (size_t mark = 0; mark < size; mark++) {
            char json[80];
            memset(json, 'x', sizeof json);
            json[0] = '"';
            json[size + 1] = '"';
            struct text text = {json, size + 2};
            assert_int_equal(verdict(text), JSON_ERROR_NONE);
            json[mark + 1] = '\x1f';
            assert_int_equal(verdict(text), JSON_ERROR_CONTROL);
            json[mark + 1] = '\x80';
            assert_int_equal(verdict(text), JSON_ERROR_UTF8);
            json[mark + 1] = '"';
            assert_int_equal(verdict(text), JSON_ERROR_SYNTAX);
            json[mark + 1] = '\\';
            enum json_error expected = mark + 1 == size ? JSON_ERROR_TRUNCATED : JSON_ERROR_SYNTAX;
            assert_int_equal(verdict(text), expected);
        }
    }
}

static void reads_several_values_one_after_another(void **state)
{
    (void)state;
    char json[] = "\n{\"a\":[1]}\n[2]\"x\" true\r\n3\n\n";
    struct json_reader reader;
    json_reader_init(&reader, json, sizeof json - 1);
    int count = 0;
    while (json_reader_next_value(&reader)) {
        assert_int_equal(read_all(&reader), JSON_ERROR_NONE);
        count++;
    }
    assert_int_equal(count, 5);
    assert_int_equal(reader.error, JSON_ERROR_NONE);
    assert_false(json_reader_next_value(&reader));
}

static void refuses_several_values_that_run_into_each_other(void **state)
{
    (void)state;
    static const char *const runs[] = {"1-2", "truefalse", "01", "null\"\""};
    for (size_t i = 0; i < sizeof runs / sizeof runs[0]; i++) {
        char json[16];
        assert_true(text_to_string(text_from(runs[i]), json, sizeof json));
        struct json_reader reader;
        json_reader_init(&reader, json, strlen(json));
        assert_true(json_reader_next_value(&reader));
        assert_int_equal(read_all(&reader), JSON_ERROR_NONE);
        assert_false(json_reader_next_value(&reader));
        assert_int_equal(reader.error, JSON_ERROR_SYNTAX);
        assert_false(json_reader_next_value(&reader));
        assert_int_equal(json_next(&reader).kind, JSON_ERROR);
    }
}

static void gives_no_value_from_white_space(void **state)
{
    (void)state;
    char json[] = " \r\n";
    struct json_reader reader;
    json_reader_init(&reader, json, sizeof json - 1);
    assert_false(json_reader_next_value(&reader));
    assert_int_equal(reader.error, JSON_ERROR_NONE);
    json_reader_init(&reader, NULL, 0);
    assert_false(json_reader_next_value(&reader));
    assert_int_equal(json_next(&reader).kind, JSON_ERROR);
}

static void skips_containers_and_nothing_else(void **state)
{
    (void)state;
    char json[] = "{\"a\":{\"b\":[1,{}],\"c\":\"\\n\"},\"d\":[[],2],\"e\":3}";
    struct json_reader reader;
    json_reader_init(&reader, json, sizeof json - 1);
    check_token(&reader, JSON_OBJECT_BEGIN, TEXT(""));
    check_token(&reader, JSON_KEY, TEXT("a"));
    assert_true(json_skip(&reader)); /* after a key: nothing to pass */
    check_token(&reader, JSON_OBJECT_BEGIN, TEXT(""));
    assert_true(json_skip(&reader));
    check_token(&reader, JSON_KEY, TEXT("d"));
    check_token(&reader, JSON_ARRAY_BEGIN, TEXT(""));
    assert_true(json_skip(&reader));
    check_token(&reader, JSON_KEY, TEXT("e"));
    check_token(&reader, JSON_NUMBER, TEXT("3"));
    assert_true(json_skip(&reader));
    check_token(&reader, JSON_OBJECT_END, TEXT(""));
    assert_true(json_skip(&reader));
    check_token(&reader, JSON_END, TEXT(""));
}

static void skips_as_strictly_as_it_reads(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++) {
        struct buffer json;
        buffer_init(&json, 1024);
        buffer_append_byte(&json, '[');
        buffer_append_text(&json, refused[i].text);
        enum json_error expected = verdict(buffer_text(&json));
        struct json_reader reader;
        json_reader_init(&reader, json.bytes, json.size);
        assert_int_equal(json_next(&reader).kind, JSON_ARRAY_BEGIN);
        if (json_skip(&reader)) {
            assert_int_equal(read_all(&reader), expected); /* "[" and "]" are fine together */
        } else {
            assert_int_equal(reader.error, expected);
            assert_false(json_skip(&reader));
        }
        buffer_release(&json);
    }
}

static void agrees_with_the_naive_reader_on_mutated_documents(void **state)
{
    (void)state;
    struct document_maker maker = {.seeded = seeded_begin("mutations")};
    buffer_init(&maker.out, 1 << 20);
    uint32_t accepted_count = 0;
    for (int i = 0; i < 20000; i++) {
        make_document(&maker, 5);
        mutate(&maker.seeded, &maker.out);
        struct text text = buffer_text(&maker.out);
        bool is_accepted = verdict(text) == JSON_ERROR_NONE;
        accepted_count += is_accepted;
        if (is_accepted != naive_accepts(text)) {
            fail_msg("document %d: we say %d: %.*s", i, is_accepted, TEXT_PRINT(text));
        }
    }
    assert_true(accepted_count > 500); /* both sides are reached */
    assert_true(accepted_count < 19500);
    buffer_release(&maker.out);
}

/* Before each token another reader of the same bytes is offered a key: the one that comes, the one
 * before it, or one that cannot come. */
static void takes_a_key_only_where_it_reads_that_key(void **state)
{
    (void)state;
    struct document_maker maker = {.seeded = seeded_begin("keys"), .equal_keys = true};
    buffer_init(&maker.out, 1 << 20);
    uint32_t taken_count = 0;
    for (int i = 0; i < 5000; i++) {
        make_document(&maker, 5);
        if (i % 2 == 0) mutate(&maker.seeded, &maker.out);
        struct text text = buffer_text(&maker.out);
        char *copies[2] = {exact_copy(text), exact_copy(text)};
        struct json_reader reader;
        struct json_reader taker;
        struct text before = TEXT("no such key");
        json_reader_init(&reader, copies[0], text.size);
        json_reader_init(&taker, copies[1], text.size);
        for (;;) {
            struct json_token token = json_next(&reader);
            bool is_plain = token.kind == JSON_KEY && json_key_is_plain(&reader, token.text);
            struct text offered = is_plain && maker.seeded.state % 2 ? token.text : before;
            bool is_taken = json_take_key(&taker, offered);
            if (is_taken) {
                assert_true(is_plain);
                assert_true(text_equal(token.text, offered));
                assert_memory_equal(taker.bytes + taker.offset - 2 - offered.size, offered.bytes,
                                    offered.size);
                taken_count++;
            } else {
                assert_int_equal(json_next(&taker).kind, token.kind);
            }
            assert_int_equal(taker.offset, reader.offset);
            assert_int_equal(taker.error, reader.error);
            if (token.kind == JSON_ERROR || token.kind == JSON_END) break;
            if (is_plain) before = token.text;
            (void)seeded_next(&maker.seeded);
        }
        free(copies[0]);
        free(copies[1]);
    }
    assert_true(taken_count > 1000);
    buffer_release(&maker.out);
}

static void compare_with_json_c(struct json_reader *reader, struct json_token token,
                                struct json_object *theirs);

static void compare_object(struct json_reader *reader, struct json_object *theirs)
{
    assert_int_equal(json_object_get_type(theirs), json_type_object);
    int count = 0;
    for (struct json_token key; (key = json_next(reader)).kind == JSON_KEY; count++) {
        char name[256];
        assert_true(text_to_string(key.text, name, sizeof name));
        struct json_object *value;
        assert_true(json_object_object_get_ex(theirs, name, &value));
        compare_with_json_c(reader, json_next(reader), value);
    }
    assert_int_equal(count, json_object_object_length(theirs));
}

static void compare_array(struct json_reader *reader, struct json_object *theirs)
{
    assert_int_equal(json_object_get_type(theirs), json_type_array);
    size_t count = 0;
    for (struct json_token item; (item = json_next(reader)).kind != JSON_ARRAY_END; count++) {
        compare_with_json_c(reader, item, json_object_array_get_idx(theirs, count));
    }
    assert_int_equal(count, json_object_array_length(theirs));
}

static void compare_scalar(struct json_token token, struct json_object *theirs)
{
    double number;
    switch (token.kind) {
    case JSON_TEXT:
        assert_int_equal(json_object_get_type(theirs), json_type_string);
        assert_int_equal(token.text.size, json_object_get_string_len(theirs));
        assert_memory_equal(token.text.bytes, json_object_get_string(theirs), token.text.size);
        break;
    case JSON_NUMBER:
        assert_true(number_parse(token.text, &number));
        assert_true(number == json_object_get_double(theirs));
        break;
    case JSON_NULL: assert_null(theirs); break;
    default:
        assert_int_equal(json_object_get_type(theirs), json_type_boolean);
        assert_int_equal(token.kind == JSON_TRUE, json_object_get_boolean(theirs));
        break;
    }
}

static void compare_with_json_c(struct json_reader *reader, struct json_token token,
                                struct json_object *theirs)
{
    if (token.kind == JSON_OBJECT_BEGIN) {
        compare_object(reader, theirs);
    } else if (token.kind == JSON_ARRAY_BEGIN) {
        compare_array(reader, theirs);
    } else {
        compare_scalar(token, theirs);
    }
}

static void reads_the_same_values_as_json_c(void **state)
{
    (void)state;
    struct document_maker maker = {.seeded = seeded_begin("json-c")};
    buffer_init(&maker.out, 1 << 20);
    struct json_tokener *tokener = json_tokener_new_ex(64);
    for (int i = 0; i < 3000; i++) {
        make_document(&maker, 6);
        struct text text = buffer_text(&maker.out);
        json_tokener_reset(tokener);
        struct json_object *theirs = json_tokener_parse_ex(tokener, text.bytes, (int)text.size);
        if (!theirs) fail_msg("json-c refuses document %d: %.*s", i, TEXT_PRINT(text));
        struct json_reader reader;
        char *copy = exact_copy(text);
        json_reader_init(&reader, copy, text.size);
        compare_with_json_c(&reader, json_next(&reader), theirs);
        assert_int_equal(json_next(&reader).kind, JSON_END);
        json_object_put(theirs);
        free(copy);
    }
    json_tokener_free(tokener);
    buffer_release(&maker.out);
}

static void leaves_unread_bytes_alone(void **state)
{
    (void)state;
    struct document_maker maker = {.seeded = seeded_begin("unread bytes")};
    buffer_init(&maker.out, 1 << 20);
    for (int i = 0; i < 2000; i++) {
        make_document(&maker, 4);
        if (i % 2) mutate(&maker.seeded, &maker.out);
        struct text text = buffer_text(&maker.out);
        char *copy = exact_copy(text);
        struct json_reader reader;
        json_reader_init(&reader, copy, text.size);
        struct json_token token;
        while ((token = json_next(&reader)).kind != JSON_END && token.kind != JSON_ERROR) {
            size_t left = text.size - reader.offset;
            assert_memory_equal(copy + reader.offset, text.bytes + reader.offset, left);
        }
        free(copy);
    }
    buffer_release(&maker.out);
}

static void has_words_for_every_error(void **state)
{
    (void)state;
    for (int error = JSON_ERROR_NONE; error <= JSON_ERROR_CONTROL; error++) {
        assert_true(strlen(json_error_words((enum json_error)error)) > 4);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(accepts_what_the_grammar_allows),
        cmocka_unit_test(refuses_what_the_grammar_forbids_and_says_why),
        cmocka_unit_test(says_truncated_at_every_byte_before_the_end),
        cmocka_unit_test(decodes_keys_texts_and_numbers),
        cmocka_unit_test(finds_marks_at_every_place_of_a_step),
        cmocka_unit_test(reads_several_values_one_after_another),
        cmocka_unit_test(refuses_several_values_that_run_into_each_other),
        cmocka_unit_test(gives_no_value_from_white_space),
        cmocka_unit_test(skips_containers_and_nothing_else),
        cmocka_unit_test(skips_as_strictly_as_it_reads),
        cmocka_unit_test(agrees_with_the_naive_reader_on_mutated_documents),
        cmocka_unit_test(takes_a_key_only_where_it_reads_that_key),
        cmocka_unit_test(reads_the_same_values_as_json_c),
        cmocka_unit_test(leaves_unread_bytes_alone),
        cmocka_unit_test(has_words_for_every_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
