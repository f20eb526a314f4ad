/* The page, what operators ask, and the local socket, with every real room behind them. */
#include "api_fixture.h"
#include "http/http_client.h"
#include "os/os_clock.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* --- the page --- */

static const char *const html[] = {"Accept: text/html", NULL};

/* The cookie of a new sign-in, as a header. */
static void sign_in(char cookie[256])
{
    char link[CONTROL_LINK_SIZE];
    struct error error = {0};
    assert_int_equal(control_owner_link(fixture.control, os_clock_now_ms(), link, &error),
                     STATUS_OK);
    struct answer answer = ask("HEAD", link, html, NULL); /* a preview uses nothing up */
    assert_int_equal(answer.code, 200);
    answer_release(&answer);
    answer = ask("GET", link, html, NULL);
    assert_int_equal(answer.code, 303);
    assert_true(header_is(&answer, "Location", "/"));
    const char *set = strcasestr(answer.head, "Set-Cookie: ");
    assert_non_null(set);
    assert_non_null(strstr(set, "; HttpOnly; SameSite=Strict; Path=/; Max-Age=43200\r\n"));
    const char *value = set + strlen("Set-Cookie: ");
    (void)snprintf(cookie, 256, "Cookie: other=1; %.*s", (int)strcspn(value, ";"), value);
    answer_release(&answer);
    expect("GET", link, html, NULL, 403, "used or has expired");
}

static void the_page_keeps_real_projects_to_their_owner(void **state)
{
    (void)state;
    track(fixture.shop.token, "Private visit");
    track(fixture.sample.token, "Open visit");
    settle();
    struct answer answer = ask("GET", "/", html, NULL);
    assert_int_equal(answer.code, 200);
    assert_non_null(strstr(answer.body, "open sample"));
    assert_non_null(strstr(answer.body, "Open visit"));
    assert_null(strstr(answer.body, "private"));
    assert_null(strstr(answer.body, "Private visit"));
    assert_null(strstr(answer.body, fixture.shop.token));
    assert_non_null(strstr(answer.body, "candor user link"));
    answer_release(&answer);

    char cookie[256];
    sign_in(cookie);
    const char *const owner[] = {"Accept: text/html", cookie, "Host: shop.example:99", NULL};
    answer = ask("GET", "/", owner, NULL);
    assert_non_null(strstr(answer.body, "private &lt;shop&gt;"));
    assert_non_null(strstr(answer.body, "Private visit"));
    assert_non_null(strstr(answer.body, "&lt;i&gt;pro&lt;/i&gt;"));
    assert_null(strstr(answer.body, "<i>pro"));
    assert_non_null(strstr(answer.body, fixture.shop.token));
    assert_null(strstr(answer.body, fixture.shop.secret));
    assert_non_null(strstr(answer.body, "curl http://shop.example:99/track"));
    answer_release(&answer);

    answer = ask("POST", "/sign-out", owner, "");
    assert_int_equal(answer.code, 303);
    assert_non_null(strstr(answer.head, "candor_session=; "));
    answer_release(&answer);
    answer = ask("GET", "/page/now", owner, NULL);
    assert_null(strstr(answer.body, "Private visit"));
    answer_release(&answer);
}

static void the_page_allows_itself_nothing_but_its_own(void **state)
{
    (void)state;
    struct answer answer = ask("GET", "/", html, NULL);
    const char *policy = strcasestr(answer.head, "Content-Security-Policy: ");
    assert_non_null(policy);
    assert_non_null(strstr(policy, "default-src 'none'; style-src 'sha256-"));
    assert_non_null(strstr(policy, "frame-ancestors 'none'"));
    assert_null(strstr(answer.head, "unsafe"));
    assert_null(strstr(answer.body, "http://127"
                                    ".0.0.1/"));
    assert_null(strstr(answer.body, "style=\""));
    assert_null(strstr(answer.body, " onclick"));
    assert_true(header_is(&answer, "Access-Control-Allow-Origin", NULL));
    assert_true(header_is(&answer, "Cache-Control", "no-store"));
    answer_release(&answer);
    expect("GET", "/", NULL, NULL, 200, "\"error\"");
    expect("GET", "/sign-in", html, NULL, 400, "no sign-in link");
    expect("GET", "/sign-in?link=cdr_lnk_x", html, NULL, 403, "used or has expired");
    expect("GET", "/sign-out", html, NULL, 405, "method");
}

/* --- operators --- */

static void readiness_tells_why_not(void **state)
{
    (void)state;
    expect("GET", "/healthz", NULL, NULL, 200, "ok");
    expect("GET", "/readyz", NULL, NULL, 200, "{\"ready\":true,\"reasons\":[]}");
    api_set_ready(fixture.api, false);
    expect("GET", "/readyz", NULL, NULL, 503,
           "\"reasons\":[\"the server is starting or stopping\"]");
    expect("GET", "/healthz", NULL, NULL, 200, "ok");
    api_set_ready(fixture.api, true);
    expect("GET", "/version", NULL, NULL, 200, "\"version\":\"0.1.0\"");
}

static void metrics_come_in_the_format_that_was_asked_for(void **state)
{
    (void)state;
    static const char *const open[] = {
        "Accept: application/openmetrics-text; version=1.0.0, text/plain", NULL};
    struct answer answer = ask("GET", "/metrics", NULL, NULL);
    assert_true(header_is(&answer, "Content-Type", "text/plain; version=0.0.4; charset=utf-8"));
    assert_non_null(strstr(answer.body, "# TYPE candor_ingest_events_total counter\n"));
    assert_null(strstr(answer.body, "# EOF"));
    answer_release(&answer);
    answer = ask("GET", "/metrics", open, NULL);
    assert_non_null(strstr(answer.body, "# TYPE candor_ingest_events counter\n"));
    assert_string_equal(answer.body + strlen(answer.body) - strlen("\n# EOF\n"), "\n# EOF\n");
    assert_null(strstr(answer.body, fixture.shop.token));
    answer_release(&answer);
}

static void local_paths_are_nowhere_in_public(void **state)
{
    (void)state;
    expect("GET", "/local/project/list", NULL, NULL, 404, "nothing at this path");
    expect("POST", "/local/flush", NULL, "{}", 404, "nothing at this path");
    expect("GET", "/local/export?project=1", NULL, NULL, 404, "nothing at this path");
    expect("GET", "//local/project/list", NULL, NULL, 404, "nothing at this path");
    expect("GET", "/x/../local/project/list", NULL, NULL, 404, "nothing at this path");
    expect("GET", "/%6cocal/project/list", NULL, NULL, 404, "nothing at this path");
}

/* --- the local socket --- */

static struct http_client *connect_locally(void)
{
    struct http_client *client = NULL;
    struct error error = {0};
    assert_int_equal(http_client_open(fixture.socket_path, &client, &error), STATUS_OK);
    return client;
}

static void verbs_are_answered_on_the_local_socket(void **state)
{
    (void)state;
    struct http_client *client = connect_locally();
    struct buffer answer;
    struct error error = {0};
    int code = 0;
    buffer_init(&answer, ANSWER_SIZE_MAX);
    assert_int_equal(http_client_call(client, "GET", "/local/project/list", NULL, TEXT(""), &code,
                                      &answer, &error),
                     STATUS_OK);
    assert_int_equal(code, 200);
    assert_true(text_find(buffer_text(&answer), TEXT("private <shop>")) >= 0);
    buffer_clear(&answer);
    assert_int_equal(http_client_call(client, "GET",
                                      "/local/export?project=none&from=2026-01-01"
                                      "&to=2026-01-02",
                                      NULL, TEXT(""), &code, &answer, &error),
                     STATUS_OK);
    assert_int_equal(code, 404);
    assert_true(text_find(buffer_text(&answer), TEXT("\"detail\":")) >= 0);
    buffer_clear(&answer);
    assert_int_equal(http_client_call(client, "GET", "/local/nothing/here", NULL, TEXT(""), &code,
                                      &answer, &error),
                     STATUS_OK);
    assert_int_equal(code, 404);
    buffer_release(&answer);
    http_client_close(client);
}

enum { IMPORT_COUNT = 30000 };

static void import_many(struct http_client *client)
{
    struct buffer lines;
    struct buffer answer;
    struct error error = {0};
    int code = 0;
    buffer_init(&lines, ANSWER_SIZE_MAX);
    buffer_init(&answer, ANSWER_SIZE_MAX);
    for (int i = 0; i < IMPORT_COUNT; i++) {
        buffer_printf(&lines,
                      "{\"event\":\"Old\",\"properties\":{\"time\":%d,\"distinct_id\":"
                      "\"u%d\",\"$insert_id\":\"i%d\",\"pad\":\"%0100d\"}}\n",
                      1700000000 + i, i % 100, i, i);
    }
    char target[64];
    (void)snprintf(target, sizeof target, "/local/import?project=%u", fixture.shop.id);
    assert_int_equal(http_client_call(client, "POST", target, "application/x-ndjson",
                                      buffer_text(&lines), &code, &answer, &error),
                     STATUS_OK);
    assert_int_equal(code, 200);
    assert_true(text_find(buffer_text(&answer), TEXT("\"stored\":30000")) >= 0);
    buffer_release(&lines);
    buffer_release(&answer);
}

struct counting {
    uint64_t lines;
    uint64_t lines_max; /* then the reader goes away */
    int sleep_ms;       /* now and then */
};

static enum status count_lines(void *context, const char *bytes, size_t size, struct error *error)
{
    struct counting *counting = context;
    for (size_t i = 0; i < size; i++)
        counting->lines += bytes[i] == '\n';
    if (counting->sleep_ms > 0) os_sleep_ms((uint32_t)counting->sleep_ms);
    if (counting->lines <= counting->lines_max) return STATUS_OK;
    return error_set(error, STATUS_INVALID, "enough");
}

static enum status export_all(struct http_client *client, struct counting *counting, int *code)
{
    struct error error = {0};
    char target[128];
    (void)snprintf(target, sizeof target, "/local/export?project=%u&from=2023-11-01&to=2023-11-30",
                   fixture.shop.id);
    return http_client_stream(client, "GET", target, code, count_lines, counting, &error);
}

static void an_export_comes_whole_to_a_slow_reader(void **state)
{
    (void)state;
    struct http_client *client = connect_locally();
    int code = 0;
    import_many(client);
    struct counting slow = {.lines_max = UINT64_MAX, .sleep_ms = 1};
    assert_int_equal(export_all(client, &slow, &code), STATUS_OK);
    assert_int_equal(code, 200);
    assert_int_equal(slow.lines, IMPORT_COUNT);
    http_client_close(client);
}

/* Reads some lines and goes. The places of those before are given back a moment later: 503 until
 * then. */
static enum status read_some_lines(void)
{
    for (int i = 0; i < 500; i++) {
        struct http_client *client = connect_locally();
        struct counting hasty = {.lines_max = 10};
        int code = 0;
        enum status status = export_all(client, &hasty, &code);
        http_client_close(client);
        if (status != STATUS_OK || code != 503) return status;
        os_sleep_ms(10);
    }
    return STATUS_BUSY;
}

static void a_reader_that_goes_away_ends_its_export(void **state)
{
    (void)state;
    /* More than there are places for exports: each must be given back. */
    for (int i = 0; i < 10; i++)
        assert_int_equal(read_some_lines(), STATUS_INVALID);
    struct counting patient = {.lines_max = UINT64_MAX};
    int code = 503;
    for (int i = 0; i < 500 && code == 503; i++) {
        struct http_client *client = connect_locally();
        patient.lines = 0;
        assert_int_equal(export_all(client, &patient, &code), STATUS_OK);
        http_client_close(client);
        if (code == 503) os_sleep_ms(10);
    }
    assert_int_equal(code, 200);
    assert_int_equal(patient.lines, IMPORT_COUNT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_page_keeps_real_projects_to_their_owner),
        cmocka_unit_test(the_page_allows_itself_nothing_but_its_own),
        cmocka_unit_test(readiness_tells_why_not),
        cmocka_unit_test(metrics_come_in_the_format_that_was_asked_for),
        cmocka_unit_test(local_paths_are_nowhere_in_public),
        cmocka_unit_test(verbs_are_answered_on_the_local_socket),
        cmocka_unit_test(an_export_comes_whole_to_a_slow_reader),
        cmocka_unit_test(a_reader_that_goes_away_ends_its_export),
    };
    return cmocka_run_group_tests_name("api_page", tests, fixture_start, fixture_stop);
}
