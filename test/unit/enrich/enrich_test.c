/* Facts of a request, and what of them its records get. */
#include "enrich/enrich.h"

#include "country_writer.h"
#include "enrich/agent_rules.h"
#include "os/os_file.h"
#include "os/os_log.h"
#include "os/os_thread.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#define IPHONE                                                                       \
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5_1 like Mac OS X) AppleWebKit/605.1.15 " \
    "(KHTML, like Gecko) Version/17.5 Mobile/15E148 Safari/604.1"
#define GOOGLEBOT "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"

enum { CAPACITY = 16 };

static const struct country_network networks[] = {
    {"192.0.2.0/24", "DE"}, {"198.51.100.0/24", "FR"}, {"2001:db8::/32", "BR"}};

struct fixture {
    struct enrich *enrich;
    struct arena arena;
};

static int set_up(void **state)
{
    static struct fixture fixture;
    char path[64];
    struct error error;
    (void)snprintf(path, sizeof path, "enrich_test.%d.mmdb", (int)getpid());
    country_write_file(path, networks, 3, COUNTRY_FLAT);
    struct enrich_options options = {.country_file = path,
                                     .trusted_proxies = TEXT("10.0.0.0/8 ::1")};
    assert_int_equal(enrich_open(&options, &fixture.enrich, &error), STATUS_OK);
    assert_int_equal(os_remove(path, &error), STATUS_OK);
    arena_init(&fixture.arena, 4096);
    *state = &fixture;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *fixture = *state;
    enrich_close(fixture->enrich);
    arena_release(&fixture->arena);
    return 0;
}

static struct enrich_facts look(struct fixture *fixture, struct text peer, const char *forwarded,
                                const char *user_agent)
{
    struct enrich_sender sender = {peer, text_from(forwarded), text_from(user_agent)};
    struct enrich_facts facts;
    memset(&facts, 0xff, sizeof facts);
    enrich_look(fixture->enrich, &sender, &facts);
    return facts;
}

static void finds_the_country_of_the_connection(void **state)
{
    struct fixture *fixture = *state;
    assert_string_equal(look(fixture, TEXT("\xc0\x00\x02\x07"), "", "").country, "DE");
    assert_string_equal(look(fixture, TEXT("\x7f\x00\x00\x01"), "", "").country, "");
    assert_string_equal(look(fixture, TEXT(""), "192.0.2.7", "").country, "");
    struct text v6 = TEXT("\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\1");
    assert_string_equal(look(fixture, v6, "", "").country, "BR");
}

static void believes_trusted_proxies_alone(void **state)
{
    struct fixture *fixture = *state;
    struct text proxy = TEXT("\x0a\x00\x00\x01");
    struct text stranger = TEXT("\xc0\x00\x02\x07");
    assert_string_equal(look(fixture, proxy, "198.51.100.1", "").country, "FR");
    assert_string_equal(look(fixture, proxy, "192.0.2.1, 198.51.100.1", "").country, "FR");
    assert_string_equal(look(fixture, proxy, "198.51.100.1, junk", "").country, "");
    assert_string_equal(look(fixture, stranger, "198.51.100.1", "").country, "DE");
}

static void says_the_same_of_a_user_agent_again(void **state)
{
    struct fixture *fixture = *state;
    struct enrich_facts first = look(fixture, TEXT("\xc0\x00\x02\x07"), "", IPHONE);
    struct enrich_facts again = look(fixture, TEXT(""), "", IPHONE);
    assert_string_equal(first.country, "DE");
    assert_string_equal(again.country, ""); /* nothing of the address was remembered */
    assert_string_equal(first.browser, again.browser);
    assert_string_equal(first.os, again.os);
    assert_int_equal(first.is_browser, again.is_browser);
}

/* --- events --- */

static const char *find(const struct property *properties, uint32_t count, const char *name)
{
    static char out[256];
    struct buffer json;
    (void)snprintf(out, sizeof out, "missing");
    for (uint32_t i = 0; i < count; i++) {
        if (!text_equal(properties[i].name, text_from(name))) continue;
        buffer_init(&json, sizeof out);
        value_write_json(&properties[i].value, &json);
        (void)text_to_string(buffer_text(&json), out, sizeof out);
        buffer_release(&json);
    }
    return out;
}

struct country_case {
    enum enrich_ip asked;
    bool is_import;
    struct value ip;
    const char *event;   /* mp_country_code, "" for none */
    const char *profile; /* $country_code */
};

#define MISSING               \
    {                         \
        .kind = VALUE_MISSING \
    }
#define SENT(literal)                                  \
    {                                                  \
        .kind = VALUE_TEXT, .text = TEXT_INIT(literal) \
    }
#define NUMBER(n)                           \
    {                                       \
        .kind = VALUE_INTEGER, .integer = n \
    }

/* The request comes from DE. */
static const struct country_case country_cases[] = {
    {ENRICH_IP_UNSAID, false, MISSING, "", "DE"},
    {ENRICH_IP_YES, false, MISSING, "DE", "DE"},
    {ENRICH_IP_NO, false, MISSING, "", ""},
    {ENRICH_IP_UNSAID, false, SENT("198.51.100.3"), "FR", "FR"},
    {ENRICH_IP_NO, false, SENT("198.51.100.3"), "FR", "FR"},
    {ENRICH_IP_YES, false, SENT("198.51.100.3"), "DE", "FR"},
    {ENRICH_IP_YES, false, SENT("0"), "", ""},
    {ENRICH_IP_YES, false, NUMBER(0), "", ""},
    {ENRICH_IP_YES, false, {.kind = VALUE_FALSE}, "", ""},
    {ENRICH_IP_YES, false, NUMBER(1), "DE", "DE"},
    {ENRICH_IP_UNSAID, false, NUMBER(1), "", "DE"},
    {ENRICH_IP_UNSAID, false, SENT("junk"), "", "DE"},
    {ENRICH_IP_UNSAID, false, SENT("127.0.0.1"), "", "DE"},
    {ENRICH_IP_UNSAID, false, {.kind = VALUE_NULL}, "", "DE"},
    {ENRICH_IP_UNSAID, true, MISSING, "", ""},
    {ENRICH_IP_UNSAID, true, SENT("2001:db8::9"), "BR", "BR"},
    {ENRICH_IP_YES, true, MISSING, "DE", "DE"},
};

static struct enrich_wish wish_of(struct fixture *fixture, const struct country_case *one)
{
    return (struct enrich_wish){.ip_asked = one->asked,
                                .is_import = one->is_import,
                                .ip = &one->ip,
                                .arena = &fixture->arena};
}

static void the_address_that_counts_gives_the_country(void **state)
{
    struct fixture *fixture = *state;
    struct enrich_facts facts = look(fixture, TEXT("\xc0\x00\x02\x07"), "", "curl/8");
    for (size_t i = 0; i < sizeof country_cases / sizeof *country_cases; i++) {
        const struct country_case *one = &country_cases[i];
        struct enrich_wish wish = wish_of(fixture, one);
        struct property properties[CAPACITY];
        struct profile_step steps[CAPACITY] = {{.operation = PROFILE_SET, .name = TEXT("plan")}};
        uint32_t count = 0;
        uint32_t step_count = 1;
        char event[8] = "missing";
        char profile[8] = "missing";
        if (one->event[0]) (void)snprintf(event, sizeof event, "\"%s\"", one->event);
        if (one->profile[0]) (void)snprintf(profile, sizeof profile, "%s", one->profile);
        arena_rewind(&fixture->arena, 0);
        enrich_event(fixture->enrich, &facts, &wish, properties, &count, CAPACITY);
        if (strcmp(find(properties, count, "mp_country_code"), event) != 0) {
            fail_msg("case %zu: event %s", i, find(properties, count, "mp_country_code"));
        }
        enrich_profile(fixture->enrich, &facts, &wish, steps, &step_count, CAPACITY);
        assert_int_equal(step_count, one->profile[0] ? 2 : 1);
        if (!one->profile[0]) continue;
        assert_true(text_equal(steps[1].name, TEXT("$country_code")));
        assert_true(text_equal(steps[1].value.text, text_from(profile)));
        assert_int_equal(steps[1].operation, PROFILE_SET);
    }
}

static const struct country_case asked = {.asked = ENRICH_IP_YES, .ip = MISSING};

static uint32_t enriched(struct fixture *fixture, const char *user_agent, const char *sent,
                         struct property *properties)
{
    struct enrich_facts facts = look(fixture, TEXT("\xc0\x00\x02\x07"), "", user_agent);
    static struct enrich_facts kept; /* texts borrow it */
    kept = facts;
    struct enrich_wish wish = wish_of(fixture, &asked);
    uint32_t count = 0;
    if (sent) properties[count++] = (struct property){text_from(sent), value_from_integer(7), 0};
    enrich_event(fixture->enrich, &kept, &wish, properties, &count, CAPACITY);
    return count;
}

static void fills_in_the_families_of_a_browser(void **state)
{
    struct property properties[CAPACITY];
    if (agent_rule_count == 0) skip();
    uint32_t count = enriched(*state, IPHONE, NULL, properties);
    assert_int_equal(count, 5);
    assert_string_equal(find(properties, count, "mp_country_code"), "\"DE\"");
    assert_string_equal(find(properties, count, "$browser"), "\"Mobile Safari\"");
    assert_string_equal(find(properties, count, "$browser_version"), "17");
    assert_string_equal(find(properties, count, "$os"), "\"iOS\"");
    assert_string_equal(find(properties, count, "$device"), "\"iPhone\"");
}

static void changes_nothing_that_the_client_said(void **state)
{
    static const char *const families[] = {"$browser", "$browser_version", "$os", "$device"};
    struct property properties[CAPACITY];
    for (size_t i = 0; i < sizeof families / sizeof *families; i++) {
        uint32_t count = enriched(*state, IPHONE, families[i], properties);
        assert_int_equal(count, 2); /* it and the country */
        assert_string_equal(find(properties, count, families[i]), "7");
    }
    uint32_t count = enriched(*state, "curl/8.5.0", "mp_country_code", properties);
    assert_int_equal(count, 1);
    count = enriched(*state, GOOGLEBOT, "$bot", properties);
    assert_string_equal(find(properties, count, "$bot"), "7");
}

static void marks_bots_and_says_nothing_of_programs(void **state)
{
    struct property properties[CAPACITY];
    if (agent_rule_count == 0) skip();
    uint32_t count = enriched(*state, GOOGLEBOT, NULL, properties);
    assert_int_equal(count, 2);
    assert_string_equal(find(properties, count, "$bot"), "true");
    count = enriched(*state, "python-requests/2.32.3", NULL, properties);
    assert_int_equal(count, 1);
    count = enriched(*state, "", NULL, properties);
    assert_int_equal(count, 1);
}

static void an_import_takes_nothing_from_the_user_agent(void **state)
{
    struct fixture *fixture = *state;
    static const struct country_case import = {.is_import = true, .ip = MISSING};
    struct enrich_wish wish = wish_of(fixture, &import);
    struct property properties[CAPACITY];
    static const char *const user_agents[] = {IPHONE, GOOGLEBOT};
    for (int i = 0; i < 2; i++) {
        struct enrich_facts facts = look(fixture, TEXT("\xc0\x00\x02\x07"), "", user_agents[i]);
        uint32_t count = 0;
        enrich_event(fixture->enrich, &facts, &wish, properties, &count, CAPACITY);
        assert_int_equal(count, 0);
    }
}

static void stops_where_there_is_no_room(void **state)
{
    struct fixture *fixture = *state;
    struct enrich_facts facts = look(fixture, TEXT("\xc0\x00\x02\x07"), "", IPHONE);
    struct enrich_wish wish = wish_of(fixture, &asked);
    for (uint32_t capacity = 0; capacity < 7; capacity++) {
        struct property properties[CAPACITY];
        uint32_t count = 0;
        enrich_event(fixture->enrich, &facts, &wish, properties, &count, capacity);
        assert_true(count <= capacity);
    }
    struct profile_step steps[1] = {{.operation = PROFILE_SET, .name = TEXT("plan")}};
    uint32_t count = 1;
    enrich_profile(fixture->enrich, &facts, &wish, steps, &count, 1);
    assert_int_equal(count, 1);
    struct arena small;
    arena_init(&small, 1);
    wish.arena = &small;
    struct property properties[CAPACITY];
    count = 0;
    enrich_event(fixture->enrich, &facts, &wish, properties, &count, CAPACITY);
    assert_string_equal(find(properties, count, "mp_country_code"), "missing");
    arena_release(&small);
}

/* --- profiles --- */

static void only_an_update_that_sets_something_gets_a_country(void **state)
{
    struct fixture *fixture = *state;
    struct enrich_facts facts = look(fixture, TEXT("\xc0\x00\x02\x07"), "", "");
    struct enrich_wish wish = wish_of(fixture, &asked);
    for (enum profile_operation operation = PROFILE_SET; operation <= PROFILE_TOUCH; operation++) {
        struct profile_step steps[CAPACITY] = {{.operation = operation, .name = TEXT("plan")}};
        uint32_t count = 1;
        enrich_profile(fixture->enrich, &facts, &wish, steps, &count, CAPACITY);
        bool sets = operation == PROFILE_SET || operation == PROFILE_SET_ONCE;
        assert_int_equal(count, sets ? 2 : 1);
    }
    struct profile_step own[CAPACITY] = {
        {.operation = PROFILE_SET, .name = TEXT("plan")},
        {.operation = PROFILE_UNSET, .name = TEXT("$country_code")},
    };
    uint32_t count = 2;
    enrich_profile(fixture->enrich, &facts, &wish, own, &count, CAPACITY);
    assert_int_equal(count, 2);
    struct profile_step gone[CAPACITY] = {
        {.operation = PROFILE_SET, .name = TEXT("plan")},
        {.operation = PROFILE_DELETE},
    };
    enrich_profile(fixture->enrich, &facts, &wish, gone, &count, CAPACITY);
    assert_int_equal(count, 2);
}

/* --- opening --- */

static void opens_without_a_file_of_its_own(void **state)
{
    (void)state;
    struct enrich *enrich;
    struct error error;
    struct enrich_options options = {.country_file = ""};
    os_log_set_level(OS_LOG_WARNING);
    assert_int_equal(enrich_open(&options, &enrich, &error), STATUS_OK);
    enrich_close(enrich);
    enrich_close(NULL);
}

static void refuses_settings_it_cannot_use(void **state)
{
    (void)state;
    struct enrich *enrich;
    struct error error;
    struct enrich_options options = {.country_file = "/nonexistent/file.mmdb"};
    assert_int_equal(enrich_open(&options, &enrich, &error), STATUS_IO);
    assert_non_null(strstr(error.message, "/nonexistent/file.mmdb"));
    options = (struct enrich_options){.country_file = "", .trusted_proxies = TEXT("here")};
    assert_int_equal(enrich_open(&options, &enrich, &error), STATUS_INVALID);
}

struct looker {
    struct fixture *fixture;
    struct os_thread thread;
    uint32_t wrong;
};

static void look_often(void *context)
{
    struct looker *looker = context;
    for (int i = 0; i < 2000; i++) {
        bool is_bot = i % 2;
        struct enrich_facts facts =
            look(looker->fixture, is_bot ? TEXT("\xc0\x00\x02\x07") : TEXT("\xc6\x33\x64\x01"), "",
                 is_bot ? GOOGLEBOT : IPHONE);
        looker->wrong += strcmp(facts.country, is_bot ? "DE" : "FR") != 0;
        looker->wrong += agent_rule_count > 0 && facts.is_bot != is_bot;
    }
}

static void many_threads_may_look(void **state)
{
    enum { THREADS = 4 };
    struct looker lookers[THREADS];
    for (int i = 0; i < THREADS; i++) {
        lookers[i] = (struct looker){.fixture = *state};
        os_thread_start(&lookers[i].thread, "looker", look_often, &lookers[i]);
    }
    for (int i = 0; i < THREADS; i++) {
        os_thread_join(&lookers[i].thread);
        assert_int_equal(lookers[i].wrong, 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds_the_country_of_the_connection),
        cmocka_unit_test(believes_trusted_proxies_alone),
        cmocka_unit_test(says_the_same_of_a_user_agent_again),
        cmocka_unit_test(the_address_that_counts_gives_the_country),
        cmocka_unit_test(fills_in_the_families_of_a_browser),
        cmocka_unit_test(changes_nothing_that_the_client_said),
        cmocka_unit_test(marks_bots_and_says_nothing_of_programs),
        cmocka_unit_test(an_import_takes_nothing_from_the_user_agent),
        cmocka_unit_test(stops_where_there_is_no_room),
        cmocka_unit_test(only_an_update_that_sets_something_gets_a_country),
        cmocka_unit_test(opens_without_a_file_of_its_own),
        cmocka_unit_test(refuses_settings_it_cannot_use),
        cmocka_unit_test(many_threads_may_look),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
