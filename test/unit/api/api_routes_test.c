/* Which path leads where. */
#include "api/api_routes.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static const struct api_route *find(const char *path)
{
    return api_route_find(text_from(path), false);
}

static void finds_every_path_of_a_client_with_and_without_a_slash(void **state)
{
    (void)state;
    static const struct {
        const char *bare;
        const char *slashed;
        enum api_endpoint endpoint;
    } cases[] = {
        {"/track", "/track/", API_TRACK},
        {"/engage", "/engage/", API_ENGAGE},
        {"/groups", "/groups/", API_GROUPS},
        {"/import", "/import/", API_IMPORT},
        {"/record", "/record/", API_RECORD},
        {"/settings", "/settings/", API_SETTINGS},
        {"/flags", "/flags/", API_FLAGS},
        {"/flags/definitions", "/flags/definitions/", API_FLAGS},
        {"/flags/a-1/first-time-events", "/flags/a-1/first-time-events/", API_FLAGS},
        {"/decide", "/decide/", API_DECIDE},
        {"/healthz", "/healthz/", API_OPERATE},
        {"/api/v1/query", "/api/v1/query/", API_QUERY},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_non_null(find(cases[i].bare));
        assert_int_equal(find(cases[i].bare)->endpoint, cases[i].endpoint);
        assert_ptr_equal(find(cases[i].bare), find(cases[i].slashed));
    }
    assert_int_equal(find("/")->endpoint, API_PAGE);
}

static void finds_nothing_at_what_only_looks_like_a_path(void **state)
{
    (void)state;
    static const char *const paths[] = {
        "",
        "/track//",
        "/trackx",
        "/trac",
        "track",
        "/track/x",
        "/Track",
        "/flags/",
        "/flags//x",
        "/flags/x",
        "/flags//first-time-events",
        "*",
        "/*",
        "/track\nevil",
        "/flags/a/b/first-time-events",
        "/api/v1",
        "/local/*",
        "/local/export",
        "/local/project/list",
    };
    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) {
        if (strcmp(paths[i], "/flags/") == 0) continue; /* that is one */
        const struct api_route *route = find(paths[i]);
        if (route) print_message("%s leads to %s\n", paths[i], route->path);
        assert_null(route);
    }
    /* A path is bytes: a NUL in it hides nothing. */
    assert_null(api_route_find((struct text){"/track\0x", 8}, true));
}

static void shows_local_calls_to_the_local_socket_alone(void **state)
{
    (void)state;
    assert_null(api_route_find(TEXT("/local/flush"), false));
    assert_int_equal(api_route_find(TEXT("/local/flush"), true)->endpoint, API_LOCAL);
    assert_int_equal(api_route_find(TEXT("/local/project/list"), true)->endpoint, API_LOCAL);
    assert_int_equal(api_route_find(TEXT("/track"), true)->endpoint, API_TRACK);
    const struct api_route *export = api_route_find(TEXT("/local/export"), true);
    assert_int_equal(export->methods, API_GET);
    assert_int_equal(export->place, API_HERE);
}

static void knows_methods_in_any_case(void **state)
{
    (void)state;
    assert_int_equal(api_method_of(TEXT("post")), API_POST);
    assert_int_equal(api_method_of(TEXT("PoSt")), API_POST);
    assert_int_equal(api_method_of(TEXT("get")), API_GET);
    assert_int_equal(api_method_of(TEXT("Head")), API_GET);
    assert_int_equal(api_method_of(TEXT("PUT")), 0);
    assert_int_equal(api_method_of(TEXT("POSTX")), 0);
    assert_int_equal(api_method_of(TEXT("")), 0);
    assert_string_equal(api_route_allow(find("/track")), "GET, HEAD, POST, OPTIONS");
    assert_string_equal(api_route_allow(find("/metrics")), "GET, HEAD, OPTIONS");
    assert_string_equal(api_route_allow(find("/sign-out")), "POST, OPTIONS");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds_every_path_of_a_client_with_and_without_a_slash),
        cmocka_unit_test(finds_nothing_at_what_only_looks_like_a_path),
        cmocka_unit_test(shows_local_calls_to_the_local_socket_alone),
        cmocka_unit_test(knows_methods_in_any_case),
    };
    return cmocka_run_group_tests_name("api_routes", tests, NULL, NULL);
}
