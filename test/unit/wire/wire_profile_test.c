/* /engage and /groups: every operation of spec/wire.md §12. */
#include "wire_exchange.h"

#include <stdio.h>
#include <string.h>

static const char *const operation_names[PROFILE_OPERATION_COUNT] = {
    [PROFILE_SET] = "set",       [PROFILE_SET_ONCE] = "set_once", [PROFILE_ADD] = "add",
    [PROFILE_APPEND] = "append", [PROFILE_UNION] = "union",       [PROFILE_REMOVE] = "remove",
    [PROFILE_UNSET] = "unset",   [PROFILE_DELETE] = "delete",     [PROFILE_TOUCH] = "touch",
};

/* "set a=1;delete;" */
static const char *describe(struct exchange *exchange, const struct profile_change *change)
{
    struct buffer out;
    buffer_init(&out, 1024 * 1024);
    for (uint32_t i = 0; i < change->step_count; i++) {
        const struct profile_step *step = &change->steps[i];
        buffer_append_string(&out, operation_names[step->operation]);
        if (step->name.size > 0) buffer_append_byte(&out, ' ');
        buffer_append_text(&out, step->name);
        if (step->value.kind != VALUE_MISSING) {
            buffer_printf(&out, "=%s", exchange_json(exchange, &step->value));
        }
        buffer_append_byte(&out, ';');
    }
    const char *string = exchange_string(exchange, buffer_text(&out));
    buffer_release(&out);
    return string;
}

static void engage(struct exchange *exchange, const char *query, const char *json)
{
    exchange_init(exchange, WIRE_ENGAGE, query, "application/json", text_from(json));
    exchange_run(exchange);
}

static const struct {
    const char *operations;
    const char *steps; /* NULL: the record is refused; "": it is ignored */
} operations[] = {
    {"\"$set\":{\"a\":1,\"b\":\"x\",\"c\":null,\"d\":[ 1 ]}",
     "set a=1;set b=\"x\";set c=null;set d=[1];"},
    {"\"$set_once\":{\"a\":true}", "set_once a=true;"},
    {"\"$add\":{\"a\":-1.5,\"b\":2}", "add a=-1.5;add b=2;"},
    {"\"$append\":{\"a\":[1,2],\"b\":{\"$amount\": 5}}",
     "append a=[1,2];append b={\"$amount\":5};"},
    {"\"$union\":{\"a\":[\"x\",\"y\"]}", "union a=[\"x\",\"y\"];"},
    {"\"$union\":{\"a\":\"q\\\"\\u00fc\",\"b\":1.50,\"c\":{\"d\":1},\"e\":null,\"f\":[]}",
     "union a=[\"q\\\"\xc3\xbc\"];union b=[1.5];union c=[{\"d\":1}];union e=[null];union f=[];"},
    {"\"$remove\":{\"a\":\"x\",\"b\":[1]}", "remove a=\"x\";remove b=[1];"},
    {"\"$unset\":[\"a\",\"b\"]", "unset a;unset b;"},
    {"\"$unset\":\"a\"", "unset a;"},
    {"\"$delete\":\"\"", "delete;"},
    {"\"$delete\":null", "delete;"},
    {"\"$delete\":{\"a\":[1]}", "delete;"},
    {"\"$set\":{\"a\":1},\"$unset\":[\"b\"],\"$add\":{\"c\":1}", "set a=1;unset b;add c=1;"},
    {"\"$delete\":\"u\",\"$set\":{\"a\":1}", "delete;set a=1;"},
    {"\"$set\":{}", "touch;"},
    {"\"$set_once\":{}", "touch;"},
    {"\"$union\":{}", "touch;"},
    {"\"$set\":{},\"$unset\":[]", "touch;"},
    {"\"$merge\":{\"a\":[1]}", ""},
    {"\"$merge\":{\"a\":1},\"$set\":{\"b\":1}", "set b=1;"},
    {"\"$remove\":{}", ""},
    {"\"$unset\":[]", ""},
    {"\"$set\":{\"a\":1,\"a\":2},\"$set\":{\"z\":1},\"$set_once\":{\"a\":3}",
     "set a=1;set_once a=3;"},
    {"\"$ip\":\"1.2.3.4\",\"$mp_metadata\":{\"a\":1},\"$set\":{\"a\":1},\"$latitude\":1",
     "set a=1;"},
    {"\"$add\":{\"a\":\"1\"}", NULL},
    {"\"$add\":{\"a\":1,\"b\":null}", NULL},
    {"\"$add\":{\"a\":[1]}", NULL},
    {"\"$set\":[1]", NULL},
    {"\"$set\":\"a\"", NULL},
    {"\"$set\":null", NULL},
    {"\"$union\":[]", NULL},
    {"\"$unset\":{\"a\":1}", NULL},
    {"\"$unset\":[\"a\",1]", NULL},
    {"\"$unset\":[[\"a\"]]", NULL},
    {"\"$set\":{\"a\":1},\"$add\":{\"b\":false}", NULL},
    {"\"$sett\":{\"a\":1}", NULL},
    {"\"a\":1", NULL},
};

static void turns_operations_into_steps(void **state)
{
    (void)state;
    for (size_t i = 0; i < 2 * sizeof operations / sizeof *operations; i++) {
        char json[512];
        bool is_group = i % 2;
        const char *wanted = operations[i / 2].steps;
        (void)snprintf(json, sizeof json, "[{\"$token\":\"tok1\",%s,%s},{}]",
                       is_group ? "\"$group_key\":\"company\",\"$group_id\":\"g\""
                                : "\"$distinct_id\":\"u\"",
                       operations[i / 2].operations);
        struct exchange exchange;
        exchange_init(&exchange, is_group ? WIRE_GROUPS : WIRE_ENGAGE, "", "", text_from(json));
        exchange_run(&exchange);
        const struct wire_verdict *verdict = &exchange.verdict;
        assert_int_equal(verdict->received, 2);
        if (!wanted) {
            if (verdict->refused_by[WIRE_REFUSED_OPERATION] != 1) fail_msg("accepted %s", json);
        } else if (wanted[0] == '\0') {
            assert_int_equal(verdict->ignored, 1);
            assert_string_equal(exchange_answer(&exchange), "1");
        } else {
            if (verdict->accepted != 1) fail_msg("refused %s", json);
            struct profile_change change = exchange_change(&exchange, 0);
            assert_string_equal(describe(&exchange, &change), wanted);
            assert_string_equal(exchange_string(&exchange, change.id), is_group ? "g" : "u");
            assert_string_equal(exchange_string(&exchange, change.group_key),
                                is_group ? "company" : "");
            assert_int_equal(change.time_ms, NOW_MS);
            assert_int_equal(change.flags, 0);
        }
        exchange_release(&exchange);
    }
}

static const struct {
    enum wire_endpoint endpoint;
    const char *record; /* without its operation */
    const char *id;     /* NULL: refused for the reason */
    enum wire_refusal reason;
} subjects[] = {
    {WIRE_ENGAGE, "\"$token\":\"tok1\",\"$distinct_id\":\"u\"", "u", 0},
    {WIRE_ENGAGE, "\"$token\":\"tok1\",\"$distinct_id\":17", "17", 0},
    {WIRE_ENGAGE, "\"$token\":\"tok1\",\"$distinct_id\":\"$device:d\",\"$device_id\":\"d\"",
     "$device:d", 0},
    {WIRE_ENGAGE, "\"$distinct_id\":\"u\"", NULL, WIRE_REFUSED_TOKEN},
    {WIRE_ENGAGE, "\"$token\":\"\",\"$distinct_id\":\"u\"", NULL, WIRE_REFUSED_TOKEN},
    {WIRE_ENGAGE, "\"token\":\"tok1\",\"$distinct_id\":\"u\"", NULL, WIRE_REFUSED_TOKEN},
    {WIRE_ENGAGE, "\"$token\":\"other\",\"$distinct_id\":\"u\"", NULL, WIRE_REFUSED_PROJECT},
    {WIRE_ENGAGE, "\"$token\":\"tok1\"", NULL, WIRE_REFUSED_DISTINCT_ID},
    {WIRE_ENGAGE, "\"$token\":\"tok1\",\"$distinct_id\":\"\"", NULL, WIRE_REFUSED_DISTINCT_ID},
    {WIRE_ENGAGE, "\"$token\":\"tok1\",\"$distinct_id\":null", NULL, WIRE_REFUSED_DISTINCT_ID},
    {WIRE_ENGAGE, "\"$token\":\"tok1\",\"$distinct_id\":[\"u\"]", NULL, WIRE_REFUSED_DISTINCT_ID},
    {WIRE_ENGAGE, "\"$token\":\"tok1\",\"$distinct_id\":\"Null\"", NULL, WIRE_REFUSED_DISTINCT_ID},
    {WIRE_ENGAGE, "\"$token\":\"tok1\",\"$distinct_id\":0", NULL, WIRE_REFUSED_DISTINCT_ID},
    {WIRE_GROUPS, "\"$token\":\"tok2\",\"$group_key\":\"k\",\"$group_id\":\"g\"", "g", 0},
    {WIRE_GROUPS, "\"$token\":\"tok2\",\"$group_key\":\"k\",\"$group_id\":42", "42", 0},
    {WIRE_GROUPS, "\"$token\":\"tok2\",\"$group_key\":\"k\",\"$group_id\":0", "0", 0},
    {WIRE_GROUPS, "\"$token\":\"tok2\",\"$group_key\":\"na\",\"$group_id\":\"NA\"", "NA", 0},
    {WIRE_GROUPS, "\"$token\":\"tok2\",\"$group_id\":\"g\"", NULL, WIRE_REFUSED_DISTINCT_ID},
    {WIRE_GROUPS, "\"$token\":\"tok2\",\"$group_key\":1,\"$group_id\":\"g\"", NULL,
     WIRE_REFUSED_DISTINCT_ID},
    {WIRE_GROUPS, "\"$token\":\"tok2\",\"$group_key\":\"\",\"$group_id\":\"g\"", NULL,
     WIRE_REFUSED_DISTINCT_ID},
    {WIRE_GROUPS, "\"$token\":\"tok2\",\"$group_key\":\"k\"", NULL, WIRE_REFUSED_DISTINCT_ID},
    {WIRE_GROUPS, "\"$token\":\"tok2\",\"$group_key\":\"k\",\"$group_id\":[\"g\"]", NULL,
     WIRE_REFUSED_DISTINCT_ID},
    {WIRE_GROUPS, "\"$group_key\":\"k\",\"$group_id\":\"g\"", NULL, WIRE_REFUSED_TOKEN},
};

static void finds_whom_an_update_is_about(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof subjects / sizeof *subjects; i++) {
        char json[256];
        (void)snprintf(json, sizeof json, "{\"$set\":{\"a\":1},%s}", subjects[i].record);
        struct exchange exchange;
        exchange_init(&exchange, subjects[i].endpoint, "", "", text_from(json));
        exchange_run(&exchange);
        if (subjects[i].id) {
            if (exchange.verdict.accepted != 1) fail_msg("refused %s", json);
            struct profile_change change = exchange_change(&exchange, 0);
            assert_string_equal(exchange_string(&exchange, change.id), subjects[i].id);
        } else if (exchange.verdict.refused_by[subjects[i].reason] != 1) {
            fail_msg("wrong reason for %s", json);
        }
        bool is_one = subjects[i].id || subjects[i].reason == WIRE_REFUSED_PROJECT;
        assert_string_equal(exchange_answer(&exchange), is_one ? "1" : "0");
        exchange_release(&exchange);
    }
}

static void reads_time_and_flags(void **state)
{
    (void)state;
    static const struct {
        const char *keys;
        int64_t time_ms;
        uint32_t flags;
    } cases[] = {
        {"\"$time\":1749999999.5", 1749999999500, 0},
        {"\"$time\":1749999999500", 1749999999500, 0},
        {"\"$time\":\"1749999999\"", 1749999999000, 0},
        {"\"$time\":4102444800", NOW_MS, 0},
        {"\"$time\":-5", NOW_MS, 0},
        {"\"$time\":\"never\"", NOW_MS, 0},
        {"\"$time\":{}", NOW_MS, 0},
        {"\"$ignore_time\":true", NOW_MS, PROFILE_KEEP_LAST_SEEN},
        {"\"$ignore_time\":\"true\",\"$ignore_alias\":true", NOW_MS,
         PROFILE_KEEP_LAST_SEEN | PROFILE_LITERAL_ID},
        {"\"$ignore_time\":false,\"$ignore_alias\":\"\"", NOW_MS, 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char json[256];
        (void)snprintf(json, sizeof json,
                       "{\"$token\":\"tok1\",\"$distinct_id\":\"u\",\"$set\":{\"a\":1},%s}",
                       cases[i].keys);
        struct exchange exchange;
        engage(&exchange, "", json);
        struct profile_change change = exchange_change(&exchange, 0);
        assert_int_equal(change.time_ms, cases[i].time_ms);
        assert_int_equal(change.flags, cases[i].flags);
        exchange_release(&exchange);
    }
}

static void limits_the_steps_of_a_record(void **state)
{
    (void)state;
    for (int above = 0; above < 2; above++) {
        for (int shape = 0; shape < 2; shape++) {
            struct buffer json;
            buffer_init(&json, 1024 * 1024);
            buffer_append_string(&json, "{\"$token\":\"tok1\",\"$distinct_id\":\"u\",");
            buffer_append_string(&json, shape ? "\"$unset\":[" : "\"$set\":{");
            for (int i = 0; i < 2000 + above; i++)
                buffer_printf(&json, "%s\"p%d\"%s", i ? "," : "", i, shape ? "" : ":1");
            buffer_append_string(&json, shape ? "]}" : "}}");
            struct exchange exchange;
            exchange_init(&exchange, WIRE_ENGAGE, "", "", buffer_text(&json));
            exchange_run(&exchange);
            assert_int_equal(exchange.verdict.accepted, !above);
            assert_int_equal(exchange.verdict.refused_by[WIRE_REFUSED_LIMIT], above);
            exchange_release(&exchange);
            buffer_release(&json);
        }
    }
}

static void takes_lists_of_256_kibibytes(void **state)
{
    (void)state;
    for (int above = 0; above < 2; above++) {
        struct buffer json;
        buffer_init(&json, 1024 * 1024);
        buffer_append_string(&json, "{\"$token\":\"tok1\",\"$distinct_id\":\"u\",\"$append\":"
                                    "{\"a\":[\"");
        for (int i = 0; i < 256 * 1024 - 4 + above; i++)
            buffer_append_byte(&json, 'x');
        buffer_append_string(&json, "\"]}}");
        struct exchange exchange;
        exchange_init(&exchange, WIRE_ENGAGE, "", "", buffer_text(&json));
        exchange_run(&exchange);
        assert_int_equal(exchange.verdict.accepted, !above);
        exchange_release(&exchange);
        buffer_release(&json);
    }
}

static void tells_each_failed_update_when_strict(void **state)
{
    (void)state;
    struct exchange exchange;
    engage(&exchange, "strict=1",
           "[{\"$token\":\"tok1\",\"$distinct_id\":\"u\",\"$set\":{\"a\":1}},"
           "{\"$token\":\"tok1\",\"$set\":{\"a\":1}},"
           "{\"$token\":\"tok1\",\"$distinct_id\":\"u\",\"$add\":{\"a\":\"x\"}}]");
    assert_int_equal(exchange.answer.status, 400);
    assert_string_equal(
        exchange_answer(&exchange),
        "{\"code\":400,\"error\":\"some data points in the request failed validation\","
        "\"failed_records\":[{\"index\":1,\"insert_id\":\"\",\"$insert_id\":\"\","
        "\"field\":\"$distinct_id\",\"message\":\"'$distinct_id' is invalid: must be text or a "
        "number that names someone\"},{\"index\":2,\"insert_id\":\"\",\"$insert_id\":\"\","
        "\"field\":\"\",\"message\":\"an update operation has a wrong value\"}],"
        "\"num_records_imported\":1,\"status\":\"Bad Request\"}");
    exchange_release(&exchange);

    engage(&exchange, "strict=1",
           "[{\"$token\":\"tok1\",\"$distinct_id\":\"u\",\"$set\":{\"a\":1}}]");
    assert_int_equal(exchange.answer.status, 200);
    assert_string_equal(exchange_answer(&exchange),
                        "{\"code\":200,\"num_records_imported\":1,\"status\":\"OK\"}");
    exchange_release(&exchange);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(turns_operations_into_steps),
        cmocka_unit_test(finds_whom_an_update_is_about),
        cmocka_unit_test(reads_time_and_flags),
        cmocka_unit_test(limits_the_steps_of_a_record),
        cmocka_unit_test(takes_lists_of_256_kibibytes),
        cmocka_unit_test(tells_each_failed_update_when_strict),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
