#include "json_aid.h"

#include "codec/json_writer.h"

static void places_commas_and_colons(void **state)
{
    (void)state;
    struct buffer out;
    struct json_writer writer;
    buffer_init(&out, 4096);
    json_writer_init(&writer, &out);
    json_object_begin(&writer);
    json_key(&writer, "a");
    json_array_begin(&writer);
    json_array_end(&writer);
    json_key_text(&writer, TEXT("b\""));
    json_array_begin(&writer);
    json_integer(&writer, INT64_MIN);
    json_unsigned(&writer, UINT64_MAX);
    json_decimal(&writer, 0.1);
    json_decimal(&writer, -1e300);
    json_object_begin(&writer);
    json_object_end(&writer);
    json_object_begin(&writer);
    json_key(&writer, "");
    json_null(&writer);
    json_object_end(&writer);
    json_bool(&writer, true);
    json_bool(&writer, false);
    json_raw(&writer, TEXT("[1,2]"));
    json_array_end(&writer);
    json_key(&writer, "c");
    json_string(&writer, "x");
    json_object_end(&writer);
    static const char expected[] =
        "{\"a\":[],\"b\\\"\":[-9223372036854775808,18446744073709551615,0.1,-1e+300,{},"
        "{\"\":null},true,false,[1,2]],\"c\":\"x\"}";
    assert_int_equal(out.size, sizeof expected - 1);
    assert_memory_equal(out.bytes, expected, sizeof expected - 1);
    buffer_release(&out);
}

static void separates_values_at_the_top(void **state)
{
    (void)state;
    struct buffer out;
    struct json_writer writer;
    buffer_init(&out, 64);
    json_writer_init(&writer, &out);
    json_text(&writer, TEXT(""));
    assert_true(text_equal(buffer_text(&out), TEXT("\"\"")));
    buffer_release(&out);
}

/* Every byte alone and at every place of a 16-byte step comes back from the reader. */
static void escapes_so_that_the_reader_gives_it_back(void **state)
{
    (void)state;
    for (int byte = 0; byte < 0x80; byte++) {
        for (size_t place = 0; place < 35; place++) {
            char text[35];
            memset(text, 'x', sizeof text);
            text[place] = (char)byte;
            struct buffer out;
            buffer_init(&out, 256);
            json_escape(&out, (struct text){text, sizeof text});
            struct json_reader reader;
            json_reader_init(&reader, out.bytes, out.size);
            struct json_token token = json_next(&reader);
            assert_int_equal(token.kind, JSON_TEXT);
            assert_int_equal(token.text.size, sizeof text);
            assert_memory_equal(token.text.bytes, text, sizeof text);
            buffer_release(&out);
        }
    }
}

static void escapes_no_more_than_it_must(void **state)
{
    (void)state;
    struct buffer out;
    buffer_init(&out, 256);
    json_escape(&out, TEXT("/\x7f\xc3\xa9\xe2\x80\xa8<>&'\b\f\n\r\t\x1f\"\\"));
    assert_true(text_equal(buffer_text(&out), TEXT("\"/\x7f\xc3\xa9\xe2\x80\xa8<>&'"
                                                   "\\b\\f\\n\\r\\t\\u001f\\\"\\\\\"")));
    buffer_release(&out);
}

static void marks_the_buffer_when_it_is_full(void **state)
{
    (void)state;
    struct buffer out;
    struct json_writer writer;
    buffer_init(&out, 8);
    json_writer_init(&writer, &out);
    json_array_begin(&writer);
    json_string(&writer, "0123456789");
    json_array_end(&writer);
    assert_true(buffer_overflowed(&out));
    buffer_release(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(places_commas_and_colons),
        cmocka_unit_test(separates_values_at_the_top),
        cmocka_unit_test(escapes_so_that_the_reader_gives_it_back),
        cmocka_unit_test(escapes_no_more_than_it_must),
        cmocka_unit_test(marks_the_buffer_when_it_is_full),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
