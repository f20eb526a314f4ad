/* Every layer of what left a browser is visited, once, and no more than three deep. */
#include "base/buffer.h"
#include "codec/transfer.h"
#include "trust/wrapping.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

struct seen {
    const char *word;
    int visits;
    int times;
    char wrapping[WRAPPING_SIZE];
};

static void visit(void *context, struct text bytes, const char *wrapping)
{
    struct seen *seen = context;
    seen->visits++;
    if (text_find(bytes, text_from(seen->word)) == TEXT_NOT_FOUND) return;
    seen->times++;
    (void)snprintf(seen->wrapping, sizeof seen->wrapping, "%s", wrapping);
}

static struct seen walk(struct text bytes, const char *word)
{
    struct seen seen = {.word = word};
    wrapping_walk(bytes, visit, &seen);
    return seen;
}

static void visits_what_is_plain_once(void **state)
{
    (void)state;
    struct seen seen = walk(TEXT("{\"a\":\"a secret\"}"), "a secret");
    assert_int_equal(seen.visits, 1);
    assert_int_equal(seen.times, 1);
    assert_string_equal(seen.wrapping, "plain");
    seen = walk(TEXT(""), "x");
    assert_int_equal(seen.visits, 1);
}

static void encode(struct buffer *buffer)
{
    struct buffer encoded;
    buffer_init(&encoded, 4096);
    transfer_base64_encode(&encoded, buffer_text(buffer));
    buffer_clear(buffer);
    buffer_append_text(buffer, buffer_text(&encoded));
    buffer_release(&encoded);
}

static void opens_three_layers_and_no_fourth(void **state)
{
    (void)state;
    struct buffer bytes;
    buffer_init(&bytes, 4096);
    buffer_append_string(&bytes, "a secret of eighteen");
    for (int layer = 1; layer <= 3; layer++) {
        encode(&bytes);
        assert_int_equal(walk(buffer_text(&bytes), "a secret").times, 1);
    }
    assert_string_equal(walk(buffer_text(&bytes), "a secret").wrapping, "base64+base64+base64");
    encode(&bytes);
    assert_int_equal(walk(buffer_text(&bytes), "a secret").times, 0);
    buffer_release(&bytes);
}

static void opens_gzip_around_json(void **state)
{
    (void)state;
    struct buffer plain;
    struct buffer packed;
    buffer_init(&plain, 4096);
    buffer_init(&packed, 4096);
    for (int i = 0; i < 20; i++) /* what does not shrink is not packed */
        buffer_append_string(&plain, "[{\"v\":\"\\u0061 secret\"}]");
    transfer_gzip(buffer_text(&plain), 6, &packed);
    struct seen seen = walk(buffer_text(&packed), "a secret");
    assert_int_equal(seen.times, 1);
    assert_string_equal(seen.wrapping, "gzip+json");
    buffer_release(&plain);
    buffer_release(&packed);
}

static void lives_through_hostile_bytes(void **state)
{
    (void)state;
    unsigned seed = 20260803;
    print_message("seed %u\n", seed);
    srand(seed);
    for (int run = 0; run < 500; run++) {
        static const char alphabet[] = "\x1f\x8b\x78%u00\\=+/-_aA09 \xff";
        size_t size = (size_t)(rand() % 300);
        char *bytes = malloc(size + 1);
        for (size_t i = 0; i < size; i++)
            bytes[i] = alphabet[(size_t)rand() % (sizeof alphabet - 1)];
        assert_true(walk((struct text){bytes, size}, "never there").visits >= 1);
        free(bytes);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(visits_what_is_plain_once),
        cmocka_unit_test(opens_three_layers_and_no_fourth),
        cmocka_unit_test(opens_gzip_around_json),
        cmocka_unit_test(lives_through_hostile_bytes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
