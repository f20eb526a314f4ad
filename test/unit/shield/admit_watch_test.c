/* What the drift watch is shown, under any load: 10,000 events within one second, on one thread or
 * on several, and then a property that is new. Its 20th occurrence is its 20th, and not later. */
#include "base/memory.h"
#include "crypt/secret.h"
#include "shield/shield_watch.h"
#include "shield_scene.h"

#include <stdio.h>
#include <string.h>

enum { BURST = 10000, THREADS_MAX = 8, ITEMS_MAX = 32, ROOM = 65536 };

/* A shield and the scratches of several threads; all that comes, comes within one second. */
struct burst {
    struct shield *shield;
    struct shield_scratch *scratches[THREADS_MAX];
    uint32_t thread_count;
    uint32_t turn;
    struct project project;
    struct arena arena;
    struct shield_item items[ITEMS_MAX];
    uint32_t item_count;
    char names[ITEMS_MAX][64];
    char value[32];
};

static uint64_t seed = 20261122;

static uint32_t chance(uint32_t below)
{
    seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (uint32_t)(seed >> 33) % below;
}

static void burst_begin(struct burst *burst, uint32_t thread_count)
{
    static const struct shield_options options;
    struct error error = {0};
    crypt_init();
    *burst = (struct burst){.thread_count = thread_count,
                            .project = {.id = 1, .name = TEXT("p"), .zone = TEXT("UTC")}};
    assert_int_equal(shield_open(&options, &burst->shield, &error), STATUS_OK);
    for (uint32_t i = 0; i < thread_count; i++)
        burst->scratches[i] = shield_scratch_take(burst->shield);
    arena_init(&burst->arena, ROOM);
}

static void burst_end(struct burst *burst)
{
    for (uint32_t i = 0; i < burst->thread_count; i++)
        shield_scratch_give(burst->shield, burst->scratches[i]);
    arena_release(&burst->arena);
    shield_close(burst->shield);
}

static void put(struct burst *burst, const char *name, const char *value)
{
    assert_true(burst->item_count < ITEMS_MAX);
    burst->items[burst->item_count++] =
        (struct shield_item){.name = text_from(name), .value = value_from_text(text_from(value))};
}

static void begin(struct burst *burst, const char *version)
{
    static const char *const pages[] = {"home", "pricing", "team"};
    burst->item_count = 0;
    put(burst, "mp_lib", "web");
    put(burst, "$lib_version", version);
    put(burst, "page", pages[chance(3)]);
}

static void put_random(struct burst *burst, const char *name)
{
    for (int i = 0; i < 18; i++)
        burst->value[i] = (char)(33 + chance(94));
    burst->value[18] = 0;
    put(burst, name, burst->value);
}

/* On one thread after the other. */
static void send(struct burst *burst)
{
    struct text event = TEXT("Clicked");
    struct text id = TEXT("p1");
    struct shield_record record = {
        .project = &burst->project,
        .now_ms = INT64_C(1790000000000),
        .country = {'?', '?'},
        .event = &event,
        .ids = {&id},
        .id_count = 1,
        .items = burst->items,
        .item_count = burst->item_count,
        .arena = &burst->arena,
    };
    arena_rewind(&burst->arena, 0);
    (void)shield_admit(burst->shield, burst->scratches[burst->turn++ % burst->thread_count],
                       &record);
}

static bool tell(void *context, const struct shield_finding *finding, int64_t last_minute)
{
    char *all = context;
    (void)last_minute;
    if (finding->detector[0] != 'W') return true;
    size_t used = strlen(all);
    assert_true(used + 128 < ROOM);
    (void)snprintf(all + used, ROOM - used, "%s %.*s ", finding->detector, (int)finding->path.size,
                   finding->path.bytes);
    return true;
}

static const char *alarms(struct burst *burst)
{
    static char all[ROOM];
    all[0] = 0;
    shield_findings_read(shield_findings_of(burst->shield), 1, INT64_MIN, INT64_MAX, tell, all);
    return all;
}

static void tells_at_the_20th_value_after_a_burst(uint32_t thread_count)
{
    struct burst burst;
    burst_begin(&burst, thread_count);
    for (int i = 0; i < BURST; i++) {
        begin(&burst, "1.4.0");
        send(&burst);
    }
    for (int i = 0; i < WATCH_NEW - 1; i++) {
        begin(&burst, "1.5.0");
        put_random(&burst, "$el_attr__value");
        send(&burst);
    }
    assert_string_equal(alarms(&burst), "");
    begin(&burst, "1.5.0");
    put_random(&burst, "$el_attr__value");
    send(&burst);
    assert_string_equal(alarms(&burst), "W01 $el_attr__value ");
    struct shield_hold hold;
    assert_true(shield_watch_next_hold(shield_watch_of(burst.shield), &hold));
    assert_string_equal(hold.property, "$el_attr__value");
    burst_end(&burst);
}

static void on_one_thread_no_occurrence_of_what_is_new_is_lost(void **state)
{
    (void)state;
    tells_at_the_20th_value_after_a_burst(1);
}

static void nor_on_several_threads(void **state)
{
    (void)state;
    for (uint32_t threads = 2; threads <= THREADS_MAX; threads++)
        tells_at_the_20th_value_after_a_burst(threads);
}

/* The new property comes within the same burst, one record in a hundred, of the same version. */
static void nor_amid_what_is_known(void **state)
{
    (void)state;
    struct burst burst;
    burst_begin(&burst, 3);
    int sent = 0;
    for (int i = 0; i < BURST || sent < WATCH_NEW; i++) {
        begin(&burst, "1.4.0");
        if (i >= BURST && i % 100 == 0) {
            assert_string_equal(alarms(&burst), "");
            put_random(&burst, "trace");
            sent++;
        }
        send(&burst);
    }
    assert_string_equal(alarms(&burst), "W01 trace ");
    burst_end(&burst);
}

/* 15 optional properties make 32,768 shapes, more than are remembered. */
static void nor_amid_more_shapes_than_are_remembered(void **state)
{
    (void)state;
    struct burst burst;
    uint64_t began = seed;
    burst_begin(&burst, 2);
    for (int i = 0; i < 15; i++)
        (void)snprintf(burst.names[i], sizeof burst.names[i], "option %c", 'a' + i);
    for (int i = 0; i < BURST + 3 * WATCH_NEW; i++) {
        begin(&burst, "1.4.0");
        for (int k = 0; k < 15; k++)
            if (chance(2)) put(&burst, burst.names[k], "yes");
        if (i >= BURST && i % 3 == 0) put_random(&burst, "trace");
        if (i == BURST + 3 * (WATCH_NEW - 1)) assert_string_equal(alarms(&burst), "");
        send(&burst);
    }
    print_message("seed %llu\n", (unsigned long long)began);
    assert_string_equal(alarms(&burst), "W01 trace ");
    burst_end(&burst);
}

/* "ooo…" of a size, with another letter at a place. */
static void spell(char out[64], uint32_t size, uint32_t place)
{
    memset(out, 'o', size);
    out[size] = 0;
    if (place < size) out[place] = 'a';
}

/* Names of many sizes that differ in one byte, wherever it is, are different names. */
static void nor_by_a_name_that_is_nearly_known(void **state)
{
    (void)state;
    static const uint32_t sizes[] = {1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 24, 33};
    enum { SIZES = sizeof sizes / sizeof *sizes, KNOWN = 3000 };
    struct burst burst;
    char name[64], wanted[80];
    burst_begin(&burst, 1);
    for (int i = 0; i < KNOWN; i++) {
        begin(&burst, "1.4.0");
        for (uint32_t k = 0; k < SIZES; k++) {
            spell(burst.names[k], sizes[k], UINT32_MAX);
            put(&burst, burst.names[k], "yes");
        }
        send(&burst);
    }
    for (uint32_t k = 0; k < SIZES; k++) {
        for (uint32_t place = 0; place < sizes[k]; place++) {
            spell(name, sizes[k], place);
            (void)snprintf(wanted, sizeof wanted, "W01 %s ", name);
            for (int i = 0; i < WATCH_NEW; i++) {
                begin(&burst, "1.4.0");
                for (uint32_t other = 0; other < SIZES; other++)
                    if (other != k) put(&burst, burst.names[other], "yes");
                put_random(&burst, name);
                send(&burst);
            }
            if (!strstr(alarms(&burst), wanted)) fail_msg("not told: %s", wanted);
        }
    }
    burst_end(&burst);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(on_one_thread_no_occurrence_of_what_is_new_is_lost),
        cmocka_unit_test(nor_on_several_threads),
        cmocka_unit_test(nor_amid_what_is_known),
        cmocka_unit_test(nor_amid_more_shapes_than_are_remembered),
        cmocka_unit_test(nor_by_a_name_that_is_nearly_known),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
