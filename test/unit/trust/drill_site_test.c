/* A drill's site: pages for a browser, and an ear for alarms. */
#include "http/http_post.h"
#include "trust/drill_site.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static int post(const struct drill_site *site, const char *path, const char *json)
{
    char address[64];
    struct error error;
    int code = 0;
    (void)snprintf(address, sizeof address, "http://127.0.0.1:%u%s",
                   (unsigned)drill_site_port(site), path);
    assert_int_equal(http_post(address, text_from(json), 5000, &code, &error), STATUS_OK);
    return code;
}

static void keeps_alarms_and_tells_when_they_came(void **state)
{
    (void)state;
    struct drill_site *site;
    struct error error;
    uint64_t last_ns = 1;
    assert_int_equal(drill_site_open(&site, &error), STATUS_OK);
    assert_int_equal(drill_site_alarms(site, &last_ns), 0);
    assert_int_equal(last_ns, 0);

    assert_int_equal(post(site, "/alarm", "{\"a\":1,\"b\":2}"), 204);
    uint64_t first_ns = drill_site_alarm_with(site, TEXT("\"a\":1"), TEXT("\"b\":2"));
    assert_true(first_ns > 0);
    assert_int_equal(post(site, "/alarm", "{\"a\":1,\"b\":3}"), 204);
    assert_int_equal(drill_site_alarms(site, &last_ns), 2);
    assert_true(last_ns > first_ns);
    assert_int_equal(drill_site_alarm_with(site, TEXT("\"a\":1"), TEXT("\"b\":2")), first_ns);
    assert_int_equal(drill_site_alarm_with(site, TEXT("\"b\":2"), TEXT("\"b\":3")), 0);

    struct buffer all;
    buffer_init(&all, 4096);
    drill_site_copy_alarms(site, &all);
    assert_true(text_equal(buffer_text(&all), TEXT("{\"a\":1,\"b\":2}\n{\"a\":1,\"b\":3}\n")));
    buffer_release(&all);
    drill_site_close(site);
}

static void gives_its_page_and_nothing_else(void **state)
{
    (void)state;
    struct drill_site *site;
    struct error error;
    uint64_t last_ns;
    assert_int_equal(drill_site_open(&site, &error), STATUS_OK);
    assert_int_equal(post(site, "/", "{}"), 200);
    assert_int_equal(post(site, "/etc/passwd", "{}"), 404);
    assert_int_equal(post(site, "/alarm/x", "{}"), 404);
    assert_int_equal(drill_site_alarms(site, &last_ns), 0);
    assert_true(text_find(drill_page, TEXT("globalThis.drill")) != TEXT_NOT_FOUND);
    drill_site_close(site);
    drill_site_close(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keeps_alarms_and_tells_when_they_came),
        cmocka_unit_test(gives_its_page_and_nothing_else),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
