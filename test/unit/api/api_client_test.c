/* What clients and questions are answered, with every real room behind it. */
#include "api_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const char *const origin[] = {"Origin: https://a.example", NULL};

static void check_cors(const struct answer *answer)
{
    assert_true(header_is(answer, "Access-Control-Allow-Origin", "https://a.example"));
    assert_true(header_is(answer, "Access-Control-Allow-Credentials", "true"));
    assert_true(header_is(answer, "Vary", "Origin"));
    assert_true(header_is(answer, "Access-Control-Expose-Headers", "Retry-After"));
    assert_true(header_is(answer, "Cross-Origin-Resource-Policy", "cross-origin"));
}

/* --- clients --- */

static void every_answer_to_a_client_has_cors_headers(void **state)
{
    (void)state;
    static const struct {
        const char *method;
        const char *target;
        const char *body;
        long code;
    } cases[] = {
        {"POST", "/track", "data=W10=", 200},
        {"GET", "/track?data=x", NULL, 200},
        {"POST", "/engage/", "data=W10=", 200},
        {"POST", "/groups", "data=W10=", 200},
        {"POST", "/import", "[]", 401},
        {"POST", "/record/?seq=1", "x", 200},
        {"GET", "/settings/", NULL, 200},
        {"GET", "/flags?context=%7B%7D", NULL, 200},
        {"GET", "/flags/definitions", NULL, 200},
        {"GET", "/decide?v=1", NULL, 200},
        {"POST", "/flags/1/first-time-events", "{}", 200},
        {"GET", "/nothing", NULL, 404},
        {"DELETE", "/track", NULL, 405},
        {"GET", "/record", NULL, 200},
        {"OPTIONS", "/track/", NULL, 204},
        {"OPTIONS", "/nothing", NULL, 204},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct answer answer = ask(cases[i].method, cases[i].target, origin, cases[i].body);
        if (answer.code != cases[i].code) print_message("%s\n", cases[i].target);
        assert_int_equal(answer.code, cases[i].code);
        check_cors(&answer);
        answer_release(&answer);
    }
}

static void a_body_over_the_limit_is_told_so_with_cors(void **state)
{
    (void)state;
    size_t size = HTTP_BODY_ENCODED_MAX + 1;
    struct buffer body;
    buffer_init(&body, size + 1);
    memset(buffer_reserve(&body, size + 1), 'x', size);
    body.bytes[size] = '\0';
    struct answer answer = ask("POST", "/track", origin, body.bytes);
    assert_int_equal(answer.code, 413);
    check_cors(&answer);
    assert_non_null(strstr(answer.body, "\"error\""));
    answer_release(&answer);
    buffer_release(&body);
}

static void a_preflight_allows_what_it_was_asked(void **state)
{
    (void)state;
    static const char *const asked[] = {"Origin: https://a.example",
                                        "Access-Control-Request-Method: POST",
                                        "Access-Control-Request-Headers: x-own, b@d", NULL};
    struct answer answer = ask("OPTIONS", "/record/", asked, NULL);
    assert_int_equal(answer.code, 204);
    check_cors(&answer);
    assert_true(header_is(&answer, "Access-Control-Max-Age", "86400"));
    assert_true(header_is(&answer, "Access-Control-Allow-Headers",
                          "Authorization, Content-Type, Content-Encoding, traceparent, "
                          "X-Requested-With, x-own"));
    answer_release(&answer);
    answer = ask("OPTIONS", "/api/v1/query", asked, NULL);
    assert_int_equal(answer.code, 204);
    assert_true(header_is(&answer, "Access-Control-Allow-Origin", NULL));
    assert_true(header_is(&answer, "Allow", "POST, OPTIONS"));
    answer_release(&answer);
}

static void import_takes_each_form_of_credentials_and_no_other(void **state)
{
    (void)state;
    char user[5][160];
    static const long codes[] = {200, 200, 200, 401, 401};
    const char *secrets[] = {fixture.shop.token, fixture.shop.secret, fixture.ingest_token,
                             fixture.query_token, "0123456789abcdef0123456789abcdef"};
    for (int i = 0; i < 5; i++) {
        (void)snprintf(user[i], sizeof user[i], "Authorization: Basic %s:", secrets[i]);
        const char *headers[] = {user[i], "Content-Type: application/json", NULL};
        struct answer answer = ask("POST", "/import", headers, "[{}]");
        assert_int_equal(answer.code, codes[i]);
        answer_release(&answer);
    }
    (void)snprintf(user[0], sizeof user[0], "Authorization: Bearer %s", fixture.ingest_token);
    const char *bearer[] = {user[0], "Content-Type: application/json", NULL};
    expect("POST", "/import", bearer, "[{}]", 200, "0");
    char target[96];
    (void)snprintf(target, sizeof target, "/import?project_id=%u", fixture.sample.id);
    expect("POST", target, bearer, "[{}]", 401, "Invalid credentials");
    (void)snprintf(target, sizeof target, "/import?project_id=%u", fixture.shop.id);
    expect("POST", target, bearer, "[{}]", 200, "0");
    (void)snprintf(user[1], sizeof user[1], "Authorization: Basic %s:password", fixture.shop.token);
    const char *password[] = {user[1], "Content-Type: application/json", NULL};
    expect("POST", "/import", password, "[{}]", 401, "Invalid credentials");
}

/* --- questions --- */

static void questions_need_a_query_token_of_their_project(void **state)
{
    (void)state;
    static const char trend[] =
        "{\"kind\":\"trend\",\"time\":{\"last\":{\"count\":1,\"unit\":\"day\"}},"
        "\"unit\":\"total\",\"measures\":[{\"event\":\"Asked\",\"count\":\"events\"}]%s}";
    char header[160];
    char plan[512];
    (void)snprintf(header, sizeof header, "Authorization: Bearer %s", fixture.query_token);
    const char *const headers[] = {header, "Content-Type: application/json", NULL};
    track(fixture.shop.token, "Asked");
    track(fixture.shop.token, "Asked");
    settle();

    (void)snprintf(plan, sizeof plan, trend, "");
    expect("POST", "/api/v1/query", headers, plan, 200, "\"rows\":[[\"A\",2]]");
    (void)snprintf(plan, sizeof plan, trend, ",\"project\":\"private <shop>\"");
    expect("POST", "/api/v1/query/", headers, plan, 200, "\"rows\":[[\"A\",2]]");
    (void)snprintf(plan, sizeof plan, trend, ",\"project\":\"open sample\"");
    expect("POST", "/api/v1/query", headers, plan, 403, "\"pointer\":\"/project\"");
    (void)snprintf(plan, sizeof plan, trend, ",\"project\":\"nobody's\"");
    expect("POST", "/api/v1/query", headers, plan, 403, "\"pointer\":\"/project\"");
    (void)snprintf(plan, sizeof plan, trend, ",\"oops\":1");
    expect("POST", "/api/v1/query", headers, plan, 400, "\"pointer\":\"/oops\"");
    expect("POST", "/api/v1/query", headers, "{\"kind\":\"flow\"}", 400, "unsupported");
    expect("POST", "/api/v1/query", headers, "{", 400, "\"pointer\":\"\"");
    expect("POST", "/api/v1/query", headers, "", 400, "expected a plan");
    expect("GET", "/api/v1/query", headers, NULL, 405, "\"status\":405");

    (void)snprintf(plan, sizeof plan, trend, "");
    struct answer answer = ask("POST", "/api/v1/query", NULL, plan);
    assert_int_equal(answer.code, 401);
    assert_true(header_is(&answer, "WWW-Authenticate", "Bearer realm=\"candor\""));
    assert_true(header_is(&answer, "Content-Type", "application/problem+json"));
    answer_release(&answer);
    (void)snprintf(header, sizeof header, "Authorization: Bearer %s", fixture.ingest_token);
    expect("POST", "/api/v1/query", headers, plan, 401, "query token");
}

static void a_plan_that_is_too_large_is_refused(void **state)
{
    (void)state;
    char header[160];
    (void)snprintf(header, sizeof header, "Authorization: Bearer %s", fixture.query_token);
    const char *const headers[] = {header, NULL};
    static char plan[300 * 1024];
    memset(plan, ' ', sizeof plan - 1);
    expect("POST", "/api/v1/query", headers, plan, 413, "\"status\":413");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_answer_to_a_client_has_cors_headers),
        cmocka_unit_test(a_body_over_the_limit_is_told_so_with_cors),
        cmocka_unit_test(a_preflight_allows_what_it_was_asked),
        cmocka_unit_test(import_takes_each_form_of_credentials_and_no_other),
        cmocka_unit_test(questions_need_a_query_token_of_their_project),
        cmocka_unit_test(a_plan_that_is_too_large_is_refused),
    };
    return cmocka_run_group_tests_name("api_client", tests, fixture_start, fixture_stop);
}
