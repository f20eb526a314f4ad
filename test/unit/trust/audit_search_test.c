/* Canaries behind every wrapping that a page can make, and in nothing else. */
#include "base/buffer.h"
#include "codec/transfer.h"
#include "trust/audit.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define PREFIX "molaferiku"

struct seen {
    int count;
    uint32_t last;
    char wrapping[AUDIT_TEXT_SIZE];
};

static void found(void *context, uint32_t canary, const char *wrapping)
{
    struct seen *seen = context;
    seen->count++;
    seen->last = canary;
    (void)snprintf(seen->wrapping, sizeof seen->wrapping, "%s", wrapping);
}

static struct seen search(struct text bytes)
{
    struct seen seen = {0};
    audit_search(bytes, PREFIX, found, &seen);
    return seen;
}

static void expect(struct text bytes, uint32_t canary, const char *wrapping)
{
    struct seen seen = search(bytes);
    if (seen.count == 0) fail_msg("not found behind %s", wrapping);
    assert_int_equal(seen.last, canary);
    assert_string_equal(seen.wrapping, wrapping);
}

static void finds_what_is_plain_or_written_in_another_way(void **state)
{
    (void)state;
    expect(TEXT("a=" PREFIX "017"), 17, "plain");
    expect(TEXT("MOLAFERIKU999"), 999, "plain");
    expect(TEXT("x=%6dolaferiku003"), 3, "percent");
    expect(TEXT("x=%256dolaferiku003"), 3, "percent+percent");
    expect(TEXT("{\"a\":\"\\u006dol\\u0061feriku003\"}"), 3, "json");
    expect(TEXT("v=6d6f6c61666572696b75303137"), 17, "hex");
}

static void finds_what_is_packed(void **state)
{
    (void)state;
    struct buffer gzip;
    struct buffer base64;
    struct buffer form;
    buffer_init(&gzip, 4096);
    buffer_init(&base64, 4096);
    buffer_init(&form, 4096);
    transfer_gzip(TEXT("{\"event\":\"" PREFIX "123\"}"), 6, &gzip);
    expect(buffer_text(&gzip), 123, "gzip");
    transfer_base64_encode(&base64, buffer_text(&gzip));
    buffer_append_string(&form, "data=");
    buffer_append_text(&form, buffer_text(&base64));
    expect(buffer_text(&form), 123, "base64+gzip");
    buffer_clear(&base64);
    buffer_clear(&form);
    transfer_base64_encode(&base64, TEXT("[{\"p\":\"" PREFIX "042\"}]"));
    buffer_printf(&form, "ip=1&data=%.*s&verbose=1", TEXT_PRINT(buffer_text(&base64)));
    expect(buffer_text(&form), 42, "base64");
    buffer_release(&gzip);
    buffer_release(&base64);
    buffer_release(&form);
}

static void finds_nothing_where_nothing_is(void **state)
{
    (void)state;
    static const char *const harmless[] = {
        "",
        "m",
        PREFIX,
        PREFIX "01",
        PREFIX "01x",
        "molaferik",
        "%",
        "%%%",
        "\\u00",
        "\\u006",
        "====================",
        "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
    };
    for (size_t i = 0; i < sizeof harmless / sizeof *harmless; i++)
        assert_int_equal(search(text_from(harmless[i])).count, 0);
    assert_int_equal(search((struct text){"\x1f\x8b\x08\0\0\0\0\0\0\0", 10}).count, 0);
}

static void ends_on_bytes_that_unpack_for_ever(void **state)
{
    (void)state;
    static char zeros[8 * 1024 * 1024];
    struct buffer once;
    struct buffer twice;
    buffer_init(&once, sizeof zeros);
    buffer_init(&twice, sizeof zeros);
    transfer_gzip((struct text){zeros, sizeof zeros}, 9, &once);
    transfer_gzip(buffer_text(&once), 9, &twice);
    assert_int_equal(search(buffer_text(&twice)).count, 0);
    memset(zeros, 'A', sizeof zeros); /* base64 of zeros, again and again */
    assert_int_equal(search((struct text){zeros, sizeof zeros}).count, 0);
    buffer_release(&once);
    buffer_release(&twice);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds_what_is_plain_or_written_in_another_way),
        cmocka_unit_test(finds_what_is_packed),
        cmocka_unit_test(finds_nothing_where_nothing_is),
        cmocka_unit_test(ends_on_bytes_that_unpack_for_ever),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
