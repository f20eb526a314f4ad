/* Every row of the answer tables of spec/wire.md §4.1, §4.2, §6.3, and the polite answers. */
#include "codec/json_tree.h"
#include "wire_exchange.h"

#include <string.h>

#define GOOD          "{\"event\":\"e\",\"properties\":{\"token\":\"tok1\"}}"
#define UNKNOWN       "{\"event\":\"e\",\"properties\":{\"token\":\"bogustoken\"}}"
#define OK            "{\"error\": null, \"status\": 1}"
#define FAILED(words) "{\"error\": \"" words "\", \"status\": 0}"

static const struct {
    enum wire_endpoint endpoint;
    const char *query;
    const char *json;
    const char *content_type;
    const char *body;
} answers[] = {
    {WIRE_TRACK, "", GOOD, "text/plain", "1"},
    {WIRE_TRACK, "verbose=0", GOOD, "text/plain", "1"},
    {WIRE_TRACK, "", "[{}]", "text/plain", "0"},
    {WIRE_TRACK, "", "", "text/plain", "0"},
    {WIRE_TRACK, "", "[" GOOD ",{}]", "text/plain", "1"},
    {WIRE_TRACK, "verbose=1", GOOD, "application/json", OK},
    {WIRE_TRACK, "verbose=2&ip=1&_=1750000000000", GOOD, "application/json", OK},
    {WIRE_TRACK, "verbose=1&strict=1", "[" GOOD ",7]", "application/json", OK},
    {WIRE_TRACK, "verbose=1", UNKNOWN, "application/json", OK},
    {WIRE_TRACK, "", UNKNOWN, "text/plain", "1"},
    {WIRE_TRACK, "verbose=1", "", "application/json", FAILED("data, missing or empty")},
    {WIRE_TRACK, "verbose=1", "[{}]", "application/json", FAILED("data, missing or empty")},
    {WIRE_TRACK, "verbose=1", "{\"properties\":{\"token\":\"tok1\"}}", "application/json",
     FAILED("event, missing")},
    {WIRE_TRACK, "verbose=1", "{\"event\":\"e\",\"properties\":{}}", "application/json",
     FAILED("token, missing or empty")},
    {WIRE_ENGAGE, "verbose=1", "{\"$distinct_id\":\"u\",\"$set\":{}}", "application/json",
     FAILED("$token, missing or empty")},
    {WIRE_ENGAGE, "verbose=1", "{\"$token\":\"bogus\",\"$distinct_id\":\"u\",\"$set\":{}}",
     "application/json", OK},
    {WIRE_GROUPS, "verbose=1", "[{}]", "application/json", FAILED("data, missing or empty")},
    {WIRE_TRACK, "callback=f", GOOD, "text/javascript", "f(1);"},
    {WIRE_TRACK, "callback=mp%5B0%5D.$cb_1", "[{}]", "text/javascript", "mp[0].$cb_1(0);"},
    {WIRE_TRACK, "callback=f&verbose=1", GOOD, "text/javascript", "f(" OK ");"},
    {WIRE_TRACK, "callback=alert(1)//", GOOD, "text/plain", "1"},
    {WIRE_TRACK, "callback=a%0Ab", GOOD, "text/plain", "1"},
    {WIRE_TRACK, "callback=", GOOD, "text/plain", "1"},
    {WIRE_TRACK, "callback=aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", GOOD,
     "text/plain", "1"},
    {WIRE_TRACK, "callback=aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", GOOD,
     "text/javascript", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa(1);"},
};

static void says_one_or_zero_in_every_form(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof answers / sizeof *answers; i++) {
        struct exchange exchange;
        exchange_init(&exchange, answers[i].endpoint, answers[i].query, "application/json",
                      text_from(answers[i].json));
        exchange_run(&exchange);
        assert_int_equal(exchange.answer.status, 200);
        assert_string_equal(exchange.answer.content_type, answers[i].content_type);
        assert_string_equal(exchange_answer(&exchange), answers[i].body);
        assert_int_equal(exchange.answer.retry_after_s, 0);
        exchange_release(&exchange);
    }
}

static void shows_an_image_whatever_came(void **state)
{
    (void)state;
    static const char *const bodies[] = {GOOD, "[{}]"};
    for (int i = 0; i < 2; i++) {
        struct exchange exchange;
        exchange_init(&exchange, WIRE_TRACK, "img=1&verbose=1&callback=f", "",
                      text_from(bodies[i]));
        exchange_run(&exchange);
        assert_int_equal(exchange.answer.status, 200);
        assert_string_equal(exchange.answer.content_type, "image/gif");
        assert_int_equal(exchange.answer.body.size, 43);
        assert_memory_equal(exchange.answer.body.bytes, "GIF89a\1\0\1\0", 10);
        exchange_release(&exchange);
    }
}

static void asks_to_come_back_when_the_commit_failed(void **state)
{
    (void)state;
    static const enum wire_commit commits[] = {WIRE_BUSY, WIRE_DISK_FULL, WIRE_FAILED};
    static const char *const queries[] = {"", "img=1", "strict=1", "callback=f"};
    for (int i = 0; i < 12; i++) {
        struct exchange exchange;
        exchange_init(&exchange, i % 2 ? WIRE_IMPORT : WIRE_TRACK, queries[i / 3], "",
                      text_from(GOOD));
        exchange.request.authorization = TEXT("Basic c2VjcmV0MTo=");
        exchange_run(&exchange);
        buffer_release(&exchange.answer.body);
        wire_answer(&exchange.verdict, commits[i % 3], &exchange.answer);
        assert_int_equal(exchange.answer.status, 503);
        assert_true(exchange.answer.retry_after_s > 0);
        assert_string_equal(exchange.answer.content_type, "application/json");
        assert_string_equal(exchange_answer(&exchange),
                            i % 2 ? "{\"code\":503,\"error\":\"a temporary failure occurred\","
                                    "\"status\":\"Service Unavailable\"}"
                                  : "{\"error\": \"a temporary failure occurred\", \"status\": 0}");
        exchange_release(&exchange);
    }
}

static const struct {
    enum wire_endpoint endpoint;
    int status;
    const char *words;
    const char *body;
    bool retries;
} refusals[] = {
    {WIRE_TRACK, 401, "who are you", "{\"error\": \"who are you\", \"status\": \"error\"}", false},
    {WIRE_TRACK, 403, "no", "{\"error\": \"no\", \"status\": \"error\"}", false},
    {WIRE_ENGAGE, 404, "no such path", "{\"error\": \"no such path\", \"status\": \"error\"}",
     false},
    {WIRE_TRACK, 405, "no \"PUT\"", "{\"error\": \"no \\\"PUT\\\"\", \"status\": \"error\"}",
     false},
    {WIRE_GROUPS, 413, "too large", "{\"error\": \"too large\", \"status\": 0}", false},
    {WIRE_TRACK, 429, "slower", "{\"error\": \"slower\", \"status\": 0}", true},
    {WIRE_TRACK, 503, "later", "{\"error\": \"later\", \"status\": 0}", true},
    {WIRE_IMPORT, 400, "bad", "{\"code\":400,\"error\":\"bad\",\"status\":\"Bad Request\"}", false},
    {WIRE_IMPORT, 401, "Invalid credentials",
     "{\"code\":401,\"error\":\"Invalid credentials\",\"status\":\"Unauthorized\"}", false},
    {WIRE_IMPORT, 403, "no", "{\"code\":403,\"error\":\"no\",\"status\":\"Forbidden\"}", false},
    {WIRE_IMPORT, 404, "no", "{\"code\":404,\"error\":\"no\",\"status\":\"Not Found\"}", false},
    {WIRE_IMPORT, 405, "no", "{\"code\":405,\"error\":\"no\",\"status\":\"Method Not Allowed\"}",
     false},
    {WIRE_IMPORT, 413, "request exceeds max limit of 10485760 bytes",
     "{\"code\":413,\"error\":\"request exceeds max limit of 10485760 bytes\","
     "\"status\":\"Request Entity Too Large\"}",
     false},
    {WIRE_IMPORT, 429, "Project exceeded rate limits.",
     "{\"code\":429,\"error\":\"Project exceeded rate limits.\",\"status\":\"Too Many Requests\"}",
     true},
    {WIRE_IMPORT, 418, "tea", "{\"code\":418,\"error\":\"tea\",\"status\":\"Error\"}", false},
};

static void words_refusals_in_the_dialect_of_the_endpoint(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof refusals / sizeof *refusals; i++) {
        struct wire_answer answer;
        wire_refuse(refusals[i].endpoint, refusals[i].status, refusals[i].words, &answer);
        assert_int_equal(answer.status, refusals[i].status);
        assert_string_equal(answer.content_type, "application/json");
        assert_int_equal(answer.retry_after_s > 0, refusals[i].retries);
        assert_true(text_equal(buffer_text(&answer.body), text_from(refusals[i].body)));
        buffer_release(&answer.body);
    }
}

static void answers_other_paths_politely(void **state)
{
    (void)state;
    static const struct {
        enum wire_polite which;
        const char *key; /* that clients cannot do without */
        enum json_kind kind;
    } cases[] = {
        {WIRE_POLITE_RECORD, "code", JSON_NUMBER},
        {WIRE_POLITE_SETTINGS, "recording", JSON_OBJECT_BEGIN},
        {WIRE_POLITE_SETTINGS, "sdk_config", JSON_OBJECT_BEGIN},
        {WIRE_POLITE_FLAGS, "flags", JSON_OBJECT_BEGIN},
        {WIRE_POLITE_FLAGS, "code", JSON_NUMBER},
        {WIRE_POLITE_FLAGS, "pending_first_time_events", JSON_ARRAY_BEGIN},
        {WIRE_POLITE_DEFINITIONS, "flags", JSON_ARRAY_BEGIN},
        {WIRE_POLITE_FIRST_TIME, "status", JSON_TEXT},
        {WIRE_POLITE_DECIDE, "notifications", JSON_ARRAY_BEGIN},
        {WIRE_POLITE_WELCOME, "error", JSON_TEXT},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct wire_answer answer;
        struct arena arena;
        struct json_node *root;
        struct error error = {0};
        arena_init(&arena, 64 * 1024);
        wire_polite(cases[i].which, &answer);
        assert_int_equal(answer.status, 200);
        assert_string_equal(answer.content_type, "application/json");
        assert_int_equal(
            json_tree_parse(answer.body.bytes, answer.body.size, &arena, &root, &error), STATUS_OK);
        const struct json_node *node = json_find(root, cases[i].key);
        assert_non_null(node);
        assert_int_equal(node->kind, cases[i].kind);
        arena_release(&arena);
        buffer_release(&answer.body);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(says_one_or_zero_in_every_form),
        cmocka_unit_test(shows_an_image_whatever_came),
        cmocka_unit_test(asks_to_come_back_when_the_commit_failed),
        cmocka_unit_test(words_refusals_in_the_dialect_of_the_endpoint),
        cmocka_unit_test(answers_other_paths_politely),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
