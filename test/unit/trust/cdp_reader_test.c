/* Messages out of bytes, however they are cut, and whatever they are. */
#include "trust/cdp.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { ARENA_SIZE = 1024 * 1024 };

struct scene {
    struct cdp_reader reader;
    struct arena arena;
    struct error error;
};

static void open_scene(struct scene *scene)
{
    cdp_reader_init(&scene->reader);
    arena_init(&scene->arena, ARENA_SIZE);
}

static void close_scene(struct scene *scene)
{
    cdp_reader_release(&scene->reader);
    arena_release(&scene->arena);
}

static const struct json_node *next(struct scene *scene, enum status expected)
{
    const struct json_node *message;
    arena_rewind(&scene->arena, 0);
    enum status status = cdp_reader_next(&scene->reader, &scene->arena, &message, &scene->error);
    assert_int_equal(status, expected);
    return message;
}

static void add(struct scene *scene, const void *bytes, size_t size)
{
    assert_int_equal(cdp_reader_add(&scene->reader, bytes, size, &scene->error), STATUS_OK);
}

static void gives_messages_however_they_are_cut(void **state)
{
    (void)state;
    static const char bytes[] = "{\"id\":1}\0{\"id\":22,\"result\":{}}\0{\"method\":\"a.b\"}";
    for (size_t step = 1; step <= sizeof bytes; step++) {
        struct scene scene;
        open_scene(&scene);
        int count = 0;
        for (size_t i = 0; i < sizeof bytes; i += step) {
            size_t size = sizeof bytes - i < step ? sizeof bytes - i : step;
            add(&scene, bytes + i, size);
            for (const struct json_node *one; (one = next(&scene, STATUS_OK));) {
                assert_non_null(json_find(one, count < 2 ? "id" : "method"));
                count++;
            }
        }
        assert_int_equal(count, 3);
        close_scene(&scene);
    }
}

static void passes_over_what_is_no_message(void **state)
{
    (void)state;
    static const char bytes[] = "\0[]\0{\0nul\0\"x\"\0{\"a\":1}";
    struct scene scene;
    open_scene(&scene);
    add(&scene, bytes, sizeof bytes);
    for (int i = 0; i < 5; i++)
        assert_null(next(&scene, STATUS_CORRUPT));
    assert_non_null(json_find(next(&scene, STATUS_OK), "a"));
    assert_null(next(&scene, STATUS_OK));
    close_scene(&scene);
}

static void refuses_a_message_above_the_limit(void **state)
{
    (void)state;
    struct scene scene;
    static char piece[1024 * 1024];
    open_scene(&scene);
    memset(piece, 'x', sizeof piece);
    for (int i = 0; i < CDP_MESSAGE_SIZE_MAX / (int)sizeof piece; i++)
        add(&scene, piece, sizeof piece);
    assert_null(next(&scene, STATUS_OK));
    assert_int_equal(cdp_reader_add(&scene.reader, piece, 1, &scene.error), STATUS_TOO_LARGE);
    close_scene(&scene);
}

/* Seeded: the number is in the message when it fails. */
static void survives_any_bytes(void **state)
{
    (void)state;
    static const char letters[] = "{}[]\",:\\u0d8 1e\0a";
    for (unsigned seed = 1; seed <= 2000; seed++) {
        struct scene scene;
        const struct json_node *message = NULL;
        uint32_t chance = seed;
        open_scene(&scene);
        for (int i = 0; i < 200; i++) {
            chance = chance * 1664525 + 1013904223;
            add(&scene, &letters[(chance >> 16) % sizeof letters], 1);
        }
        for (size_t left = scene.reader.used + 1; left != scene.reader.used;) {
            left = scene.reader.used;
            arena_rewind(&scene.arena, 0);
            enum status status =
                cdp_reader_next(&scene.reader, &scene.arena, &message, &scene.error);
            if (status != STATUS_OK && status != STATUS_CORRUPT) fail_msg("seed %u", seed);
        }
        close_scene(&scene);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gives_messages_however_they_are_cut),
        cmocka_unit_test(passes_over_what_is_no_message),
        cmocka_unit_test(refuses_a_message_above_the_limit),
        cmocka_unit_test(survives_any_bytes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
