/* What a record costs on its way through the shield, on one core, all detectors on: nanoseconds for
 * an event as a browser sends it (some 640 bytes of names and values), and bytes a second of values
 * made to be expensive, with how the time grows when the value doubles. Prints a table; takes a few
 * seconds. */
#include "base/buffer.h"
#include "base/check.h"
#include "base/memory.h"
#include "crypt/secret.h"
#include "os/os_process.h"
#include "shield/shield.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    EVENTS = 20000,
    ROUNDS = 5,
    TURNS = 8, /* of one value, in a round */
    ITEMS_MAX = 64,
    ARENA_SIZE = 32 * 1024 * 1024,
    VALUE_SIZE = 64 * 1024, /* what is looked at of one value */
};

struct bench {
    struct shield *shield;
    struct shield_scratch *scratch;
    struct project project;
    struct arena arena;
    struct shield_item items[ITEMS_MAX];
    uint32_t item_count;
    char numbers[8][64];
};

/* Time of the processor, not of the wall: others use the machine, too. */
static uint64_t now_ns(void)
{
    struct os_process_usage usage;
    os_process_usage(&usage);
    return usage.cpu_ns;
}

static void put(struct bench *bench, const char *name, struct value value)
{
    assert(bench->item_count < ITEMS_MAX);
    bench->items[bench->item_count++] = (struct shield_item){text_from(name), value, false};
}

static void put_text(struct bench *bench, const char *name, const char *text)
{
    put(bench, name, value_from_text(text_from(text)));
}

/* A page view; every event differs in its ids, address, price and session. */
static void fill_event(struct bench *bench, unsigned i)
{
    static const char *const browsers[] = {"Chrome", "Safari", "Firefox", "Microsoft Edge"};
    static const char *const pages[] = {"/products", "/cart", "/account/orders", "/search"};
    bench->item_count = 0;
    snprintf(bench->numbers[0], 64, "190f3c5e1b2a4d-0e8f7a6b%04x-26001e51-1fa400",
             i * 7919 % 65536);
    snprintf(bench->numbers[1], 64, "https://shop.example.com%s/%u", pages[i % 4], i % 90);
    snprintf(bench->numbers[2], 64, "c56a4180-65aa-42ec-a945-%012x", i * 31);
    put_text(bench, "$os", i % 3 ? "Mac OS X" : "Windows");
    put_text(bench, "$browser", browsers[i % 4]);
    put(bench, "$browser_version", value_from_integer(120 + i % 9));
    put_text(bench, "$device_id", bench->numbers[0]);
    put_text(bench, "$current_url", bench->numbers[1]);
    put(bench, "$screen_height", value_from_integer(1117));
    put(bench, "$screen_width", value_from_integer(1728));
    put_text(bench, "mp_lib", "web");
    put_text(bench, "$lib_version", "2.83.0");
    put_text(bench, "$referrer", "https://www.example.org/");
    put_text(bench, "$referring_domain", "www.example.org");
    put_text(bench, "$initial_referrer", "$direct");
    put_text(bench, "$initial_referring_domain", "$direct");
    put_text(bench, "utm_source", "newsletter");
    put_text(bench, "utm_campaign", "autumn sale");
    put_text(bench, "plan", "pro");
    put_text(bench, "language", "de-DE");
    put_text(bench, "variant", "checkout-b");
    put(bench, "is_mobile", value_from_bool(false));
    put(bench, "price", value_from_decimal(i % 200 + 0.95));
    put(bench, "items", value_from_integer(i % 5));
    put(bench, "duration_ms", value_from_integer(i % 20000));
    put_text(bench, "session", bench->numbers[2]);
}

static size_t event_size(const struct bench *bench)
{
    struct buffer json;
    buffer_init(&json, 65536);
    for (uint32_t i = 0; i < bench->item_count; i++) {
        buffer_append_text(&json, bench->items[i].name);
        value_write_json(&bench->items[i].value, &json);
        buffer_append_string(&json, "\"\":,");
    }
    size_t size = json.size;
    buffer_release(&json);
    return size;
}

static void admit(struct bench *bench, struct text id)
{
    struct text event = TEXT("Page View");
    struct shield_record record = {
        .project = &bench->project,
        .now_ms = INT64_C(1790845270000),
        .country = {'D', 'E'},
        .event = &event,
        .ids = {&id},
        .id_count = 1,
        .items = bench->items,
        .item_count = bench->item_count,
        .arena = &bench->arena,
    };
    arena_rewind(&bench->arena, 0);
    (void)shield_admit(bench->shield, bench->scratch, &record);
}

static double measure_events(struct bench *bench, unsigned events)
{
    uint64_t best_ns = UINT64_MAX;
    for (int round = 0; round < ROUNDS; round++) {
        uint64_t filling_ns = now_ns();
        for (unsigned i = 0; i < events; i++)
            fill_event(bench, i);
        filling_ns = now_ns() - filling_ns;
        uint64_t began_ns = now_ns();
        for (unsigned i = 0; i < events; i++) {
            fill_event(bench, i);
            admit(bench, text_from(bench->numbers[0]));
        }
        uint64_t ns = now_ns() - began_ns - filling_ns;
        if (ns < best_ns) best_ns = ns;
    }
    return (double)best_ns / events;
}

/* One value of a family. */
static void fill_value(char *bytes, size_t size, const char *family)
{
    size_t period = strlen(family);
    for (size_t i = 0; i < size; i++)
        bytes[i] = family[i % period];
}

static void admit_value(struct bench *bench, char *bytes, size_t size)
{
    bench->item_count = 0;
    put(bench, "note", value_from_text((struct text){bytes, size}));
    admit(bench, TEXT(""));
}

static const char *fate_of(const struct bench *bench)
{
    return bench->items[0].value.kind == VALUE_NULL ? "removed" : "kept";
}

static uint64_t measure_value(struct bench *bench, char *bytes, size_t size)
{
    uint64_t best_ns = UINT64_MAX;
    for (int round = 0; round < ROUNDS; round++) {
        uint64_t began_ns = now_ns();
        for (int turn = 0; turn < TURNS; turn++)
            admit_value(bench, bytes, size);
        uint64_t ns = (now_ns() - began_ns) / TURNS;
        if (ns < best_ns) best_ns = ns;
    }
    return best_ns;
}

/* Half of a value, in whole periods of its family: cut inside one, its end could be another thing.
 */
static size_t half_size(const char *family)
{
    size_t period = strlen(family);
    return VALUE_SIZE / 2 / period * period;
}

static void measure_family(struct bench *bench, const char *name, const char *family)
{
    char *bytes = memory_alloc(VALUE_SIZE, 1);
    fill_value(bytes, VALUE_SIZE, family);
    size_t half = half_size(family);
    uint64_t half_ns = measure_value(bench, bytes, half);
    uint64_t whole_ns = measure_value(bench, bytes, 2 * half);
    printf("%-24s %8.1f MB/s   time(2n)/time(n) %5.2f   %s\n", name,
           (double)half * 2000 / (double)whole_ns, (double)whole_ns / (double)half_ns,
           fate_of(bench));
    memory_free(bytes);
}

static const struct {
    const char *name;
    const char *family;
} families[] = {
    {"letters", "a"},
    {"digits", "4111111111111111"},
    {"digits in ones", "4 1 "},
    {"digits in threes", "411 "},
    {"digits in fours", "4111-"},
    {"digits in sixes", "411111 "},
    {"at signs", "@"},
    {"addresses", "a@b.co "},
    {"almost addresses", "a.b.c.d@"},
    {"separators", " "},
    {"dots", "."},
    {"dashes", "-"},
    {"hex", "0123456789abcdef"},
    {"base64", "QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVo"},
    {"JSON brackets", "[{\"a\":"},
    {"braces", "{"},
    {"form pairs", "a=b&c=d&"},
    {"cookies", "a=b; c=d; "},
    {"tags", "<a b=c>"},
    {"percent signs", "%25"},
    {"words", "password is my card number "},
    {"addresses of pages", "https://a.b/?c=d "},
    {"JWT beginnings", "eyJ"},
    {"key beginnings", "sk-ghp_AKIA"},
    {"umlauts", "\xc3\xbc"},
    {"wide digits", "\xef\xbc\x94"},
};

/* Events, so many of them; all families, too, when no number is given. */
static void measure_all(struct bench *bench, const char *number)
{
    fill_event(bench, 1);
    size_t size = event_size(bench);
    unsigned events = number ? (unsigned)strtoul(number, NULL, 10) : EVENTS;
    assert(events > 0);
    double ns = measure_events(bench, events);
    printf("event of %zu bytes, %u properties: %.0f ns, %.0f MB/s\n", size, bench->item_count, ns,
           (double)size * 1000 / ns);
    for (size_t i = 0; i < sizeof families / sizeof *families && !number; i++)
        measure_family(bench, families[i].name, families[i].family);
}

/* Each family three times, for one that counts instructions: the whole value to warm up, half of
 * it, and the whole (bench/shield/instructions.py reads what callgrind says of each). */
static void count_families(struct bench *bench, const char *only)
{
    for (size_t i = 0; i < sizeof families / sizeof *families; i++) {
        if (only && strcmp(families[i].name, only) != 0) continue;
        char *bytes = memory_alloc(VALUE_SIZE, 1);
        fill_value(bytes, VALUE_SIZE, families[i].family);
        size_t half = half_size(families[i].family);
        admit_value(bench, bytes, 2 * half);
        admit_value(bench, bytes, half);
        admit_value(bench, bytes, 2 * half);
        printf("counted %s of %zu: %s\n", families[i].name, 2 * half, fate_of(bench));
        memory_free(bytes);
    }
}

/* With a number, so many events and nothing else: for a profiler. With "count", the families
 * alone, or the one that is named. */
int main(int argc, char **argv)
{
    struct error error = {0};
    static const struct shield_options options;
    crypt_init();
    struct bench *bench = MEMORY_NEW(struct bench);
    uint64_t began_ns = now_ns();
    if (shield_open(&options, &bench->shield, &error) != STATUS_OK) {
        fprintf(stderr, "%s\n", error.message);
        return 1;
    }
    printf("rules loaded in %.1f ms\n", (double)(now_ns() - began_ns) / 1e6);
    bench->scratch = shield_scratch_take(bench->shield);
    bench->project = (struct project){.id = 1, .zone = TEXT("UTC")};
    arena_init(&bench->arena, ARENA_SIZE);
    if (argc > 1 && strcmp(argv[1], "count") == 0) {
        count_families(bench, argc > 2 ? argv[2] : NULL);
    } else {
        measure_all(bench, argc > 1 ? argv[1] : NULL);
    }
    shield_scratch_give(bench->shield, bench->scratch);
    shield_close(bench->shield);
    arena_release(&bench->arena);
    memory_free(bench);
    return 0;
}
