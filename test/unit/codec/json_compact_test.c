/* json_copy_compact against a naive twin that remembers an object's keys in a list. */
#include "json_aid.h"

#include "codec/json_writer.h"

static bool compact(struct text text, struct buffer *out, uint32_t *duplicates)
{
    char *copy = exact_copy(text);
    struct json_reader reader;
    json_reader_init(&reader, copy, text.size);
    (void)json_next(&reader);
    bool is_good = json_copy_compact(&reader, out, duplicates);
    if (is_good) is_good = json_next(&reader).kind == JSON_END;
    free(copy);
    return is_good;
}

static void check_compact(struct text json, struct text expected, uint32_t expected_duplicates)
{
    struct buffer out;
    buffer_init(&out, 4096);
    uint32_t duplicates = 77;
    assert_true(compact(json, &out, &duplicates));
    assert_int_equal(out.size, expected.size);
    assert_memory_equal(out.bytes, expected.bytes, expected.size);
    assert_int_equal(duplicates, expected_duplicates);
    buffer_release(&out);
}

static void drops_white_space_and_needless_escapes(void **state)
{
    (void)state;
    check_compact(
        TEXT(" [ 1 , -0.50E+3 ,\n\"\\u0061\\/\\u00e9\\n\\u0001\\\"\" , { } , [ ] , null ]"),
        TEXT("[1,-0.50E+3,\"a/\xc3\xa9\\n\\u0001\\\"\",{},[],null]"), 0);
    check_compact(TEXT("{ \"b\" : true , \"a\" : { \"b\" : false } }"),
                  TEXT("{\"b\":true,\"a\":{\"b\":false}}"), 0);
    check_compact(TEXT("[]"), TEXT("[]"), 0);
    check_compact(TEXT("{}"), TEXT("{}"), 0);
}

static void keeps_the_first_of_equal_keys(void **state)
{
    (void)state;
    check_compact(TEXT("{\"a\":1,\"\\u0061\":[{\"a\":1,\"a\":2}],\"b\":{\"a\":3},\"a\":4}"),
                  TEXT("{\"a\":1,\"b\":{\"a\":3}}"), 2);
    check_compact(TEXT("[{\"a\":1},{\"a\":2}]"), TEXT("[{\"a\":1},{\"a\":2}]"), 0);
    check_compact(TEXT("{\"\":1,\"\\u0000\":2,\"\\u0000\\u0000\":3,\"\":4,\"\\u0000\":5}"),
                  TEXT("{\"\":1,\"\\u0000\":2,\"\\u0000\\u0000\":3}"), 2);
    check_compact(TEXT("{\"ab\":1,\"a\":2,\"abc\":3,\"a\":4,\"ab\":5,\"abc\":6,\"b\":7}"),
                  TEXT("{\"ab\":1,\"a\":2,\"abc\":3,\"b\":7}"), 3);
}

/* Mended in place: a half by as many bytes, a pair of halves by fewer, an escaped half too. */
static void mends_halves_of_pairs_between_what_stays(void **state)
{
    (void)state;
    char json[] = "{\"a\":1,\"\xed\xa0\xbd\":2,\"b\":[\"x\xed\xa0\xbd\xed\xb8\x80\",3],"
                  "\"\\ud83d\":4,\"c\":\"\\udc00\",\"d\":5}";
    struct text expected = TEXT("{\"a\":1,\"\xef\xbf\xbd\":2,\"b\":[\"x\xf0\x9f\x98\x80\",3],"
                                "\"c\":\"\xef\xbf\xbd\",\"d\":5}");
    struct json_reader reader;
    struct buffer out;
    uint32_t duplicates;
    buffer_init(&out, 128);
    json_reader_init(&reader, json, sizeof json - 1);
    reader.replaces_surrogates = true;
    (void)json_next(&reader);
    assert_true(json_copy_compact(&reader, &out, &duplicates));
    assert_int_equal(out.size, expected.size);
    assert_memory_equal(out.bytes, expected.bytes, expected.size);
    assert_int_equal(duplicates, 1);
    buffer_release(&out);
}

static void reads_on_behind_the_nested_value(void **state)
{
    (void)state;
    char json[] = "{\"a\":{\"x\" : 1,\"x\":2},\"b\":2}";
    struct json_reader reader;
    struct buffer out;
    buffer_init(&out, 64);
    json_reader_init(&reader, json, sizeof json - 1);
    (void)json_next(&reader);
    (void)json_next(&reader);
    assert_int_equal(json_next(&reader).kind, JSON_OBJECT_BEGIN);
    assert_true(json_copy_compact(&reader, &out, NULL));
    assert_true(text_equal(buffer_text(&out), TEXT("{\"x\":1}")));
    struct json_token key = json_next(&reader);
    assert_int_equal(key.kind, JSON_KEY);
    assert_true(text_equal(key.text, TEXT("b")));
    buffer_release(&out);
}

static void refuses_what_the_reader_refuses(void **state)
{
    (void)state;
    static const char *const bad[] = {"[1,]",
                                      "{\"a\":1,\"a\":}",
                                      "{\"a\":1,\"a\":[1,\"\\x\"]}",
                                      "[\"\\ud800\"]",
                                      "[[",
                                      "{\"a\":1,\"a\"",
                                      "[1}"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct buffer out;
        buffer_init(&out, 4096);
        assert_false(compact(text_from(bad[i]), &out, NULL));
        buffer_release(&out);
    }
}

static void marks_the_buffer_and_still_reads_to_the_end(void **state)
{
    (void)state;
    struct buffer out;
    buffer_init(&out, 8);
    assert_true(compact(TEXT("[\"0123456789\",1,2,3]"), &out, NULL));
    assert_true(buffer_overflowed(&out));
    buffer_release(&out);
    buffer_init(&out, 8);
    assert_false(compact(TEXT("[\"0123456789\",1,2,x]"), &out, NULL));
    buffer_release(&out);
}

enum { NAIVE_KEYS_MAX = 64 };

static void naive_copy(struct json_reader *reader, struct json_token token,
                       struct json_writer *writer, uint32_t *duplicates);

static void naive_object(struct json_reader *reader, struct json_writer *writer,
                         uint32_t *duplicates)
{
    struct text keys[NAIVE_KEYS_MAX];
    size_t count = 0;
    json_object_begin(writer);
    for (struct json_token key; (key = json_next(reader)).kind == JSON_KEY;) {
        bool is_known = false;
        for (size_t i = 0; i < count; i++)
            is_known = is_known || text_equal(keys[i], key.text);
        struct json_token value = json_next(reader);
        if (is_known) {
            assert_true(json_skip(reader));
            (*duplicates)++;
            continue;
        }
        assert_true(count < NAIVE_KEYS_MAX);
        keys[count++] = key.text;
        json_key_text(writer, key.text);
        naive_copy(reader, value, writer, duplicates);
    }
    json_object_end(writer);
}

static void naive_copy(struct json_reader *reader, struct json_token token,
                       struct json_writer *writer, uint32_t *duplicates)
{
    if (token.kind == JSON_OBJECT_BEGIN) {
        naive_object(reader, writer, duplicates);
    } else if (token.kind == JSON_ARRAY_BEGIN) {
        json_array_begin(writer);
        while ((token = json_next(reader)).kind != JSON_ARRAY_END) {
            naive_copy(reader, token, writer, duplicates);
        }
        json_array_end(writer);
    } else if (token.kind == JSON_TEXT) {
        json_text(writer, token.text);
    } else {
        json_raw(writer, token.text);
    }
}

static void agrees_with_the_naive_copy(void **state)
{
    (void)state;
    struct document_maker maker = {.seeded = seeded_begin("naive copy"), .equal_keys = true};
    struct buffer ours;
    struct buffer theirs;
    buffer_init(&maker.out, 1 << 20);
    buffer_init(&ours, 1 << 20);
    buffer_init(&theirs, 1 << 20);
    uint32_t total = 0;
    for (int i = 0; i < 3000; i++) {
        make_document(&maker, 6);
        buffer_clear(&ours);
        buffer_clear(&theirs);
        uint32_t our_duplicates;
        uint32_t their_duplicates = 0;
        assert_true(compact(buffer_text(&maker.out), &ours, &our_duplicates));

        struct json_reader reader;
        struct json_writer writer;
        json_reader_init(&reader, maker.out.bytes, maker.out.size);
        json_writer_init(&writer, &theirs);
        naive_copy(&reader, json_next(&reader), &writer, &their_duplicates);
        assert_int_equal(our_duplicates, their_duplicates);
        assert_int_equal(ours.size, theirs.size);
        assert_memory_equal(ours.bytes, theirs.bytes, ours.size);
        total += our_duplicates;
    }
    assert_true(total > 1000);
    buffer_release(&maker.out);
    buffer_release(&ours);
    buffer_release(&theirs);
}

static void compacts_compact_text_to_itself(void **state)
{
    (void)state;
    struct document_maker maker = {.seeded = seeded_begin("twice")};
    struct buffer once;
    struct buffer twice;
    buffer_init(&maker.out, 1 << 20);
    buffer_init(&once, 1 << 20);
    buffer_init(&twice, 1 << 20);
    for (int i = 0; i < 500; i++) {
        make_document(&maker, 6);
        buffer_clear(&once);
        buffer_clear(&twice);
        assert_true(compact(buffer_text(&maker.out), &once, NULL));
        assert_true(compact(buffer_text(&once), &twice, NULL));
        assert_true(text_equal(buffer_text(&once), buffer_text(&twice)));
    }
    buffer_release(&maker.out);
    buffer_release(&once);
    buffer_release(&twice);
}

/* Four megabytes of different keys, of growing keys and of deep objects: were any step quadratic,
 * this would take minutes. */
static void survives_hostile_keys(void **state)
{
    (void)state;
    enum { SIZE = 4 << 20 };
    for (int shape = 0; shape < 3; shape++) {
        struct buffer json;
        buffer_init(&json, (size_t)SIZE + 65536);
        buffer_append_byte(&json, '{');
        for (uint32_t i = 0; json.size < SIZE; i++) {
            if (i > 0) buffer_append_byte(&json, ',');
            if (shape == 0) buffer_printf(&json, "\"%x\":0", i);
            if (shape == 1) buffer_printf(&json, "\"%0*d\":0", (int)(i % 60000) + 1, 0);
            if (shape == 2) buffer_printf(&json, "\"k\":{\"%u\":{}}", i);
        }
        buffer_append_byte(&json, '}');
        assert_false(buffer_overflowed(&json));
        struct buffer out;
        buffer_init(&out, (size_t)SIZE + 65536);
        assert_true(compact(buffer_text(&json), &out, NULL));
        buffer_release(&out);
        buffer_release(&json);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(drops_white_space_and_needless_escapes),
        cmocka_unit_test(keeps_the_first_of_equal_keys),
        cmocka_unit_test(mends_halves_of_pairs_between_what_stays),
        cmocka_unit_test(reads_on_behind_the_nested_value),
        cmocka_unit_test(refuses_what_the_reader_refuses),
        cmocka_unit_test(marks_the_buffer_and_still_reads_to_the_end),
        cmocka_unit_test(agrees_with_the_naive_copy),
        cmocka_unit_test(compacts_compact_text_to_itself),
        cmocka_unit_test(survives_hostile_keys),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
