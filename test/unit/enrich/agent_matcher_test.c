/* User agents of the day, what uap-core calls them, and what we say. */
#include "enrich/agent_matcher.h"

#include "enrich/agent_rules.h"
#include "enrich/agent_words.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define WEBKIT "AppleWebKit/537.36 (KHTML, like Gecko) "
#define APPLE  "AppleWebKit/605.1.15 (KHTML, like Gecko) "

enum what { BROWSER, BOT, PROGRAM };

struct agent {
    const char *user_agent;
    const char *families; /* browser, version, system, device of uap-core */
    const char *said;     /* what events get */
    enum what what;
};

static const struct agent agents[] = {
    {"Mozilla/5.0 (Windows NT 10.0; Win64; x64) " WEBKIT "Chrome/126.0.0.0 Safari/537.36",
     "Chrome|126|Windows|Other", "Chrome|126|Windows|", BROWSER},
    {"Mozilla/5.0 (Windows NT 10.0; Win64; x64) " WEBKIT
     "Chrome/126.0.0.0 Safari/537.36 Edg/126.0.0.0",
     "Edge|126|Windows|Other", "Microsoft Edge|126|Windows|", BROWSER},
    {"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) " APPLE "Version/17.5 Safari/605.1.15",
     "Safari|17|Mac OS X|Mac", "Safari|17|Mac OS X|", BROWSER},
    {"Mozilla/5.0 (X11; Ubuntu; Linux x86_64; rv:127.0) Gecko/20100101 Firefox/127.0",
     "Firefox|127|Ubuntu|Other", "Firefox|127|Linux|", BROWSER},
    {"Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) " WEBKIT "Chrome/126.0.0.0 Safari/537.36",
     "Chrome|126|Chrome OS|Other", "Chrome|126|Chrome OS|", BROWSER},
    {"Mozilla/5.0 (iPhone; CPU iPhone OS 17_5_1 like Mac OS X) " APPLE
     "Version/17.5 Mobile/15E148 Safari/604.1",
     "Mobile Safari|17|iOS|iPhone", "Mobile Safari|17|iOS|iPhone", BROWSER},
    {"Mozilla/5.0 (iPad; CPU OS 16_6 like Mac OS X) " APPLE
     "CriOS/126.0.6478.54 Mobile/15E148 Safari/604.1",
     "Chrome Mobile iOS|126|iOS|iPad", "Chrome iOS|126|iOS|iPad", BROWSER},
    {"Mozilla/5.0 (Linux; Android 10; K) " WEBKIT "Chrome/126.0.0.0 Mobile Safari/537.36",
     "Chrome Mobile|126|Android|K", "Chrome|126|Android|Android", BROWSER},
    {"Mozilla/5.0 (Linux; Android 14; SM-S918B) " WEBKIT
     "SamsungBrowser/25.0 Chrome/121.0.0.0 Mobile Safari/537.36",
     "Samsung Internet|25|Android|Samsung SM-S918B", "Samsung Internet|25|Android|Samsung SM-S918B",
     BROWSER},
    {"Mozilla/5.0 (Windows NT 10.0; WOW64; Trident/7.0; rv:11.0) like Gecko", "IE|11|Windows|Other",
     "Internet Explorer|11|Windows|", BROWSER},
    {"Opera/9.80 (Windows NT 6.1; WOW64) Presto/2.12.388 Version/12.18", "Opera|12|Windows|Other",
     "Opera|12|Windows|", BROWSER},
    {"Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
     "Googlebot|2|Other|Spider", NULL, BOT},
    {"Mozilla/5.0 (Linux; Android 6.0.1; Nexus 5X Build/MMB29P) " WEBKIT
     "Chrome/126.0.6478.126 Mobile Safari/537.36 (compatible; Googlebot/2.1)",
     "Googlebot|2|Android|Spider", NULL, BOT},
    {"Mozilla/5.0 (X11; Linux x86_64) " WEBKIT "HeadlessChrome/126.0.0.0 Safari/537.36",
     "HeadlessChrome|126|Linux|Other", NULL, BOT},
    {"facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)",
     "FacebookBot|1|Other|Spider", NULL, BOT},
    {"python-requests/2.32.3", "Python Requests|2|Other|Other", NULL, PROGRAM},
    {"curl/8.5.0", "curl|8|Other|Other", NULL, PROGRAM},
    {"Go-http-client/1.1", "Go-http-client|1|Other|Other", NULL, PROGRAM},
    {"Java/17.0.1", "Java|17|Other|Spider", NULL, PROGRAM},
    {"node", "Other||Other|Other", NULL, PROGRAM},
    {"MyApp/1 CFNetwork/1496.0.7 Darwin/23.5.0", "MyApp|1|iOS|iOS-Device", NULL, PROGRAM},
    {"", "Other||Other|Other", NULL, PROGRAM},
};
enum { AGENT_COUNT = sizeof agents / sizeof *agents };

static struct agent_matcher *opened(void)
{
    struct agent_matcher *matcher;
    struct error error;
    assert_int_equal(agent_matcher_open(&matcher, &error), STATUS_OK);
    if (agent_rule_count == 0) skip();
    return matcher;
}

static void knows_user_agents_of_the_day(void **state)
{
    (void)state;
    struct agent_matcher *matcher = opened();
    for (int i = 0; i < AGENT_COUNT; i++) {
        struct agent_families found;
        char line[4 * ENRICH_FAMILY_SIZE];
        assert_true(agent_matcher_find(matcher, text_from(agents[i].user_agent), &found));
        (void)snprintf(line, sizeof line, "%s|%s|%s|%s", found.browser, found.version, found.os,
                       found.device);
        assert_string_equal(line, agents[i].families);
    }
    agent_matcher_close(matcher);
}

static void says_it_in_the_words_of_browser_sdks(void **state)
{
    (void)state;
    struct agent_matcher *matcher = opened();
    for (int i = 0; i < AGENT_COUNT; i++) {
        struct agent_families found;
        struct enrich_facts facts = {0};
        struct text user_agent = text_from(agents[i].user_agent);
        (void)agent_matcher_find(matcher, user_agent, &found);
        agent_words_read(&found, user_agent, &facts);
        if (facts.is_bot != (agents[i].what == BOT)) fail_msg("bot: %s", agents[i].user_agent);
        assert_int_equal(facts.is_browser, agents[i].what == BROWSER);
        if (!agents[i].said) continue;
        char line[4 * ENRICH_FAMILY_SIZE];
        (void)snprintf(line, sizeof line, "%s|%d|%s|%s", facts.browser, facts.browser_version,
                       facts.os, facts.device);
        assert_string_equal(line, agents[i].said);
    }
    agent_matcher_close(matcher);
}

/* Any bytes may come in a header; texts of events are UTF-8 without control characters. */
static void says_nothing_but_printable_ascii(void **state)
{
    (void)state;
    struct agent_matcher *matcher = opened();
    static const char *const hostile[] = {
        "Mozilla/5.0 (Linux; Android 9; \xff\xfe Build/X) AppleWebKit/537.36 Chrome/99 Mobile",
        "Mozilla/5.0 (Linux; Android 9; a\x01 Build/X) AppleWebKit/537.36 Chrome/99 Mobile",
        "Mozilla/5.0 (Linux; Android 9; \xc3\xa4 Build/X) AppleWebKit/537.36 Chrome/99 Mobile",
    };
    for (size_t i = 0; i < sizeof hostile / sizeof *hostile; i++) {
        struct agent_families found;
        struct enrich_facts facts = {0};
        (void)agent_matcher_find(matcher, text_from(hostile[i]), &found);
        agent_words_read(&found, text_from(hostile[i]), &facts);
        assert_string_equal(facts.device, "");
        assert_string_equal(facts.os, "Android");
    }
    agent_matcher_close(matcher);
}

static void reads_versions_that_are_numbers(void **state)
{
    (void)state;
    static const struct {
        const char *version;
        int32_t number;
    } cases[] = {{"126", 126},
                 {"", -1},
                 {"x1", -1},
                 {"12a", 12},
                 {"2147483647", INT32_MAX},
                 {"2147483648", -1},
                 {"99999999999999999999999", -1},
                 {"007", 7}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct agent_families families = {.browser = "B"};
        struct enrich_facts facts = {0};
        (void)text_to_string(text_from(cases[i].version), families.version, ENRICH_FAMILY_SIZE);
        agent_words_read(&families, TEXT("Mozilla/5.0"), &facts);
        assert_int_equal(facts.browser_version, cases[i].number);
    }
}

/* What is behind the limit is not looked at, and long families are cut. */
static void survives_long_user_agents(void **state)
{
    (void)state;
    struct agent_matcher *matcher = opened();
    char longer[2 * AGENT_SIZE_MAX];
    struct agent_families found;
    memset(longer, 'x', sizeof longer);
    memcpy(longer + AGENT_SIZE_MAX, " Firefox/127.0", 14);
    assert_true(agent_matcher_find(matcher, (struct text){longer, sizeof longer}, &found));
    assert_string_equal(found.browser, "Other");
    memcpy(longer + 64, "/1 CFNetwork/1", 14);
    assert_true(agent_matcher_find(matcher, (struct text){longer, 100}, &found));
    assert_int_equal(strlen(found.browser), ENRICH_FAMILY_SIZE - 1);
    agent_matcher_close(matcher);
}

static void survives_any_bytes(void **state)
{
    (void)state;
    struct agent_matcher *matcher = opened();
    srand(20261122);
    for (int turn = 0; turn < 300; turn++) {
        char bytes[200];
        const char *base = agents[(unsigned)rand() % AGENT_COUNT].user_agent;
        size_t size = strlen(base) < sizeof bytes ? strlen(base) : sizeof bytes;
        memcpy(bytes, base, size);
        for (int i = 0; size > 0 && i < 6; i++)
            bytes[(size_t)rand() % size] = (char)rand();
        struct agent_families found;
        assert_true(agent_matcher_find(matcher, (struct text){bytes, size}, &found));
        assert_true(strlen(found.browser) < ENRICH_FAMILY_SIZE);
    }
    agent_matcher_close(matcher);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(knows_user_agents_of_the_day),
        cmocka_unit_test(says_it_in_the_words_of_browser_sdks),
        cmocka_unit_test(says_nothing_but_printable_ascii),
        cmocka_unit_test(reads_versions_that_are_numbers),
        cmocka_unit_test(survives_long_user_agents),
        cmocka_unit_test(survives_any_bytes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
