/* Nanoseconds that a request's sender and one event cost: a user agent seen before and one seen for
 * the first time, long ones made to be slow, and the start. Prints a table; takes a few seconds. */
#include "base/check.h"
#include "enrich/enrich.h"
#include "os/os_clock.h"

#include <stdio.h>
#include <string.h>

enum { WARM_TURNS = 1000000, COLD_TURNS = 2000, AGENT_ROOM = 512 };

static const char agent[] = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, "
                            "like Gecko) Chrome/126.0.0.0 Safari/537.36 Site/";

static void look(struct enrich *enrich, const char *user_agent, uint32_t number)
{
    char address[4] = {8, (char)(number >> 16), (char)(number >> 8), (char)number};
    struct enrich_sender sender = {.peer = {address, 4}, .user_agent = text_from(user_agent)};
    struct enrich_facts facts;
    enrich_look(enrich, &sender, &facts);
}

static void report(const char *what, uint64_t began_ns, uint64_t turns)
{
    double spent_ns = (double)(os_clock_monotonic_ns() - began_ns);
    printf("%-44s %12.1f ns\n", what, spent_ns / (double)turns);
}

static void measure_looks(struct enrich *enrich)
{
    uint64_t began_ns = os_clock_monotonic_ns();
    for (uint32_t i = 0; i < WARM_TURNS; i++)
        look(enrich, agent, i * 2654435761U);
    report("request: known user agent, any address", began_ns, WARM_TURNS);

    began_ns = os_clock_monotonic_ns();
    for (uint32_t i = 0; i < COLD_TURNS; i++) {
        char fresh[sizeof agent + 16];
        (void)snprintf(fresh, sizeof fresh, "%s%u", agent, i);
        look(enrich, fresh, i);
    }
    report("request: new user agent", began_ns, COLD_TURNS);
}

static void measure_event(struct enrich *enrich)
{
    static const char *const names[] = {"$current_url",  "$referrer", "mp_lib", "$lib_version",
                                        "$screen_width", "plan",      "price",  "$insert"};
    enum { SENT = 28, CAPACITY = 40 };
    struct property properties[CAPACITY];
    struct enrich_facts facts = {
        .country = "DE", .is_browser = true, .browser = "Chrome", .os = "Windows"};
    struct arena arena;
    struct value ip = {.kind = VALUE_MISSING};
    struct enrich_wish wish = {.ip_asked = ENRICH_IP_YES, .ip = &ip, .arena = &arena};
    arena_init(&arena, 64);
    for (uint32_t i = 0; i < SENT; i++)
        properties[i].name = text_from(names[i % 8]);
    uint64_t began_ns = os_clock_monotonic_ns();
    for (uint32_t turn = 0; turn < WARM_TURNS; turn++) {
        uint32_t count = SENT;
        arena_rewind(&arena, 0);
        enrich_event(enrich, &facts, &wish, properties, &count, CAPACITY);
        assert(count > SENT);
    }
    report("event: 28 properties, 4 added", began_ns, WARM_TURNS);
    arena_release(&arena);
}

static void measure_hostile(struct enrich *enrich)
{
    static const char *const pieces[] = {"a", "bot", "A1 ", "; ", "/1.", "; build ) applewebkit "};
    double worst_ns = 0;
    for (size_t i = 0; i < sizeof pieces / sizeof *pieces; i++) {
        char longer[AGENT_ROOM + 1] = "";
        for (size_t size = 0; size + strlen(pieces[i]) < sizeof longer; size += strlen(pieces[i]))
            memcpy(longer + size, pieces[i], strlen(pieces[i]) + 1);
        uint64_t began_ns = os_clock_monotonic_ns();
        look(enrich, longer, 0);
        double spent_ns = (double)(os_clock_monotonic_ns() - began_ns);
        if (spent_ns > worst_ns) worst_ns = spent_ns;
    }
    printf("%-44s %12.1f ns\n", "request: the slowest made-up user agent", worst_ns);
}

int main(void)
{
    struct enrich *enrich = NULL;
    struct error error;
    struct enrich_options options = {.country_file = ""};
    uint64_t began_ns = os_clock_monotonic_ns();
    if (enrich_open(&options, &enrich, &error) != STATUS_OK) {
        (void)fprintf(stderr, "%s\n", error.message);
        return 1;
    }
    report("start", began_ns, 1);
    measure_looks(enrich);
    measure_event(enrich);
    measure_hostile(enrich);
    enrich_close(enrich);
    return 0;
}
