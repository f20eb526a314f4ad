#include "json_aid.h"

#include "codec/transfer.h"

static void check_percent(const char *in, enum transfer_plus plus, const char *expected)
{
    char *bytes = exact_copy(text_from(in));
    size_t size = transfer_percent_decode(bytes, strlen(in), plus);
    assert_int_equal(size, strlen(expected));
    assert_memory_equal(bytes, expected, size);
    free(bytes);
}

static void decodes_percent_escapes(void **state)
{
    (void)state;
    check_percent("", TRANSFER_PLUS_KEPT, "");
    check_percent("%7B%22a%22%3a1%7d", TRANSFER_PLUS_KEPT, "{\"a\":1}");
    check_percent("a+b%2Bc", TRANSFER_PLUS_KEPT, "a+b+c");
    check_percent("a+b%2Bc", TRANSFER_PLUS_IS_SPACE, "a b+c");
    check_percent("%25%32%35", TRANSFER_PLUS_KEPT, "%25"); /* decoded once, not twice */
}

static void leaves_broken_escapes_as_they_are(void **state)
{
    (void)state;
    check_percent("100%", TRANSFER_PLUS_KEPT, "100%");
    check_percent("%4", TRANSFER_PLUS_KEPT, "%4");
    check_percent("%g1%1g%%41", TRANSFER_PLUS_KEPT, "%g1%1g%A");
    check_percent("%-1% 1%0x", TRANSFER_PLUS_KEPT, "%-1% 1%0x");
}

static void walks_a_form(void **state)
{
    (void)state;
    struct text rest = TEXT("data=a%20b&verbose=1&&flag&=x&empty=&last=a=b&");
    static const char *const pairs[][2] = {{"data", "a%20b"}, {"verbose", "1"}, {"flag", ""},
                                           {"", "x"},         {"empty", ""},    {"last", "a=b"}};
    struct text name;
    struct text value;
    for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++) {
        assert_true(transfer_form_next(&rest, &name, &value));
        assert_true(text_equal(name, text_from(pairs[i][0])));
        assert_true(text_equal(value, text_from(pairs[i][1])));
    }
    assert_false(transfer_form_next(&rest, &name, &value));
    rest = TEXT("&&&");
    assert_false(transfer_form_next(&rest, &name, &value));
    rest = (struct text){0};
    assert_false(transfer_form_next(&rest, &name, &value));
}

static bool decode(const char *in, struct buffer *out)
{
    char *bytes = exact_copy(text_from(in));
    size_t size;
    bool is_good = transfer_base64_decode(bytes, strlen(in), &size);
    buffer_clear(out);
    if (is_good) buffer_append(out, bytes, size);
    free(bytes);
    return is_good;
}

static void decodes_the_base64_that_clients_send(void **state)
{
    (void)state;
    static const char *const pairs[][2] = {
        {"", ""},
        {"YQ==", "a"},
        {"YQ", "a"},
        {"YQ=", "a"},
        {"YWI=", "ab"},
        {"YWI", "ab"},
        {"YWJj", "abc"},
        {"Y\r\nWJ\nj\n", "abc"},
        {"YWJj\r\nZGVm", "abcdef"},
        {"YQ=\n=\r\n", "a"},
        {"+/+/", "\xfb\xff\xbf"},
        {"-_-_", "\xfb\xff\xbf"},
        {" / /", "\xfb\xff\xbf"},
        {"YWJjZ", NULL},
        {"Y", NULL},
        {"YWJ*", NULL},
        {"YQ==YQ==", NULL},
        {"YQ=Q", NULL},
        {"YW\tJj", NULL},
        {"\x80", NULL},
        {"YWJj.", NULL},
        {"YQ==x", NULL},
    };
    struct buffer out;
    buffer_init(&out, 64);
    for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++) {
        bool is_good = decode(pairs[i][0], &out);
        if (is_good != (pairs[i][1] != NULL)) fail_msg("%s", pairs[i][0]);
        if (is_good) assert_true(text_equal(buffer_text(&out), text_from(pairs[i][1])));
    }
    buffer_release(&out);
}

/* In every dress: standard or URL-safe letters, lost plus signs, line breaks, no padding. */
static void decodes_what_it_encodes_in_every_dress(void **state)
{
    (void)state;
    struct seeded seeded = seeded_begin("base64");
    struct buffer encoded;
    struct buffer dressed;
    buffer_init(&encoded, 4096);
    buffer_init(&dressed, 8192);
    for (int i = 0; i < 4000; i++) {
        char raw[100];
        uint32_t size = seeded_below(&seeded, sizeof raw);
        for (uint32_t j = 0; j < size; j++)
            raw[j] = (char)seeded_next(&seeded);
        buffer_clear(&encoded);
        buffer_clear(&dressed);
        transfer_base64_encode(&encoded, (struct text){raw, size});
        assert_int_equal(encoded.size, (size + 2) / 3 * 4);
        uint32_t dress = seeded_below(&seeded, 16);
        for (size_t j = 0; j < encoded.size; j++) {
            char byte = encoded.bytes[j];
            if (byte == '=' && (dress & 1)) break;
            if (byte == '+' && (dress & 2)) byte = (dress & 4) ? '-' : ' ';
            if (byte == '/' && (dress & 2)) byte = (dress & 4) ? '_' : '/';
            buffer_append_byte(&dressed, byte);
            if ((dress & 8) && seeded_below(&seeded, 7) == 0)
                buffer_append_string(&dressed, "\r\n");
        }
        char *bytes = exact_copy(buffer_text(&dressed));
        size_t back;
        assert_true(transfer_base64_decode(bytes, dressed.size, &back));
        assert_int_equal(back, size);
        assert_memory_equal(bytes, raw, size);
        free(bytes);
    }
    buffer_release(&encoded);
    buffer_release(&dressed);
}

static void finds_every_bad_byte_of_base64(void **state)
{
    (void)state;
    static const char good[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/-_ =\r\n";
    for (int byte = 0; byte < 256; byte++) {
        char bytes[8] = {'A', 'A', 'A', 'A', 'A', 'A', 'A', (char)byte};
        size_t size;
        bool is_good = byte != 0 && strchr(good, byte) != NULL;
        assert_int_equal(transfer_base64_decode(bytes, sizeof bytes, &size), is_good);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(decodes_percent_escapes),
        cmocka_unit_test(leaves_broken_escapes_as_they_are),
        cmocka_unit_test(walks_a_form),
        cmocka_unit_test(decodes_the_base64_that_clients_send),
        cmocka_unit_test(decodes_what_it_encodes_in_every_dress),
        cmocka_unit_test(finds_every_bad_byte_of_base64),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
