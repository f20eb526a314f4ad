/* What a room above may do to a record on its way into a batch. */
#include "wire_exchange.h"

#include <stdio.h>
#include <string.h>

#define EVENT(name, properties) \
    "{\"event\":\"" name "\",\"properties\":{\"token\":\"tok1\"" properties "}}"

/* What the last call saw, and what it is to do. */
struct gate {
    uint32_t calls;
    uint32_t project;
    char name[32];
    enum wire_endpoint endpoint;
    bool is_profile;
    enum wire_ip ip_asked;
    char ip[64];
    size_t text_size;    /* of the first property or step, when it is a text */
    const char *refused; /* the event to refuse, or NULL */
    bool fills;          /* add properties up to the capacity */
    bool changes;        /* drop the first property, double the text of the second */
    const char *rule;    /* that refuses it, or NULL */
    const char *blamed;  /* the property */
    uint32_t repeats;    /* calls of repeat */
};

static void note(struct gate *gate, const struct project *project, const struct wire_record *record)
{
    gate->calls++;
    gate->project = project->id;
    gate->endpoint = record->endpoint;
    gate->is_profile = record->is_profile;
    gate->ip_asked = record->ip_asked;
    struct text name = record->is_profile ? record->change.id : record->event.name;
    assert_true(text_to_string(name, gate->name, sizeof gate->name));
    const struct value *first = NULL;
    if (record->property_count > 0) first = &record->properties[0].value;
    if (record->step_count > 0) first = &record->steps[0].value;
    gate->text_size = first && first->kind == VALUE_TEXT ? first->text.size : 0;
    struct buffer json;
    buffer_init(&json, sizeof gate->ip);
    value_write_json(&record->ip, &json);
    assert_true(
        text_to_string(record->ip.kind == VALUE_MISSING ? TEXT("missing") : buffer_text(&json),
                       gate->ip, sizeof gate->ip));
    buffer_release(&json);
}

static struct text doubled(struct arena *arena, struct text text)
{
    char *bytes = ARENA_ARRAY(arena, char, 2 * text.size);
    assert_non_null(bytes);
    memcpy(bytes, text.bytes, text.size);
    memcpy(bytes + text.size, text.bytes, text.size);
    return (struct text){bytes, 2 * text.size};
}

static void change(struct wire_record *record)
{
    assert_int_equal(record->property_count, 2);
    record->properties[0].value.text = doubled(record->arena, record->properties[1].value.text);
    record->property_count = 1;
    record->event.name = TEXT("renamed");
}

static void fill_properties(struct wire_record *record)
{
    while (record->property_count < record->property_capacity) {
        char name[16];
        int size = snprintf(name, sizeof name, "added%u", record->property_count);
        struct text kept = arena_text(record->arena, (struct text){name, (size_t)size});
        assert_non_null(kept.bytes);
        record->properties[record->property_count++] =
            (struct property){.name = kept, .value = value_from_bool(true)};
    }
}

static void fill_steps(struct wire_record *record)
{
    while (record->step_count < record->step_capacity)
        record->steps[record->step_count++] = (struct profile_step){
            .operation = PROFILE_SET, .name = TEXT("added"), .value = value_from_integer(1)};
}

static bool admit(void *context, const struct project *project, struct wire_record *record)
{
    struct gate *gate = context;
    note(gate, project, record);
    if (gate->refused && strcmp(gate->name, gate->refused) == 0) {
        if (gate->rule) snprintf(record->refused_by, sizeof record->refused_by, "%s", gate->rule);
        record->refused_path = arena_text(record->arena, text_from(gate->blamed));
        return false;
    }
    if (gate->changes) change(record);
    if (gate->fills && record->is_profile) fill_steps(record);
    if (gate->fills && !record->is_profile) fill_properties(record);
    return true;
}

/* "secret…" may not be repeated; of an id a piece stays, of a name nothing. */
static void repeat(void *context, const struct project *project, struct text *id, struct text *name,
                   struct arena *arena)
{
    struct gate *gate = context;
    gate->repeats++;
    assert_int_equal(project->id, 1);
    if (text_starts_with(*id, TEXT("secret"))) *id = arena_text(arena, TEXT("$pseudonym:a"));
    if (text_starts_with(*name, TEXT("secret"))) *name = TEXT("");
}

static void run(struct exchange *exchange, struct gate *gate, enum wire_endpoint endpoint,
                const char *query, const char *type, const char *body)
{
    exchange_init(exchange, endpoint, query, type, text_from(body));
    exchange->request.admit = admit;
    exchange->request.admit_context = gate;
    exchange_run(exchange);
}

static void sees_each_record_that_is_right_once(void **state)
{
    (void)state;
    struct gate gate = {0};
    struct exchange exchange;
    run(&exchange, &gate, WIRE_TRACK, "", "application/json",
        "[" EVENT("one", "") ",{\"event\":\"\"}," EVENT("two", ",\"time\":1") "," EVENT(
            "three", ",\"$ignore\":true") "," EVENT("four", "") "]");
    assert_int_equal(gate.calls, 2);
    assert_string_equal(gate.name, "four");
    assert_int_equal(gate.project, 1);
    assert_int_equal(gate.endpoint, WIRE_TRACK);
    assert_false(gate.is_profile);
    assert_int_equal(exchange.verdict.accepted, 2);
    exchange_release(&exchange);
}

static void stores_what_was_made_of_the_record(void **state)
{
    (void)state;
    struct gate gate = {.changes = true};
    struct exchange exchange;
    run(&exchange, &gate, WIRE_TRACK, "", "application/json",
        "[" EVENT("a", ",\"x\":\"1\",\"y\":\"ab\"") "," EVENT("b",
                                                              ",\"x\":\"1\",\"y\":\"cd\"") "]");
    assert_int_equal(exchange.verdict.accepted, 2);
    struct event event = exchange_event(&exchange, 0, NULL);
    assert_int_equal(event.property_count, 1);
    assert_string_equal(exchange_string(&exchange, event.name), "renamed");
    assert_string_equal(exchange_property(&exchange, &event, "x"), "\"abab\"");
    event = exchange_event(&exchange, 1, NULL);
    assert_string_equal(exchange_property(&exchange, &event, "x"), "\"cdcd\"");
    exchange_release(&exchange);
}

/* A key of what was sent would be a hash of a name or an address that must not be kept. */
static void makes_the_key_of_what_is_stored(void **state)
{
    (void)state;
    struct gate gate = {.changes = true};
    struct exchange exchange;
    run(&exchange, &gate, WIRE_TRACK, "", "application/json",
        "[" EVENT("a", ",\"x\":\"1\",\"y\":\"b\",\"$insert_id\":\"i-1\"") "]");
    assert_int_equal(exchange.verdict.accepted, 1);
    struct event event = exchange_event(&exchange, 0, NULL);
    struct event_key key =
        event_key_make(TEXT("renamed"), event.distinct_id, event.insert_id, event.time_ms);
    assert_memory_equal(&event.key, &key, sizeof key);
    exchange_release(&exchange);
}

/* A client sent all it may, and there is still room. */
static void has_room_for_more_properties_than_may_be_sent(void **state)
{
    (void)state;
    char body[8192];
    size_t size = (size_t)snprintf(body, sizeof body, "{\"event\":\"e\",\"properties\":{");
    for (int i = 0; i < EVENT_PROPERTY_COUNT_MAX; i++)
        size += (size_t)snprintf(body + size, sizeof body - size, "\"sent%d\":%d,", i, i);
    (void)snprintf(body + size, sizeof body - size, "\"token\":\"tok1\"}}");
    struct gate gate = {.fills = true};
    struct exchange exchange;
    run(&exchange, &gate, WIRE_TRACK, "", "application/json", body);
    assert_int_equal(exchange.verdict.accepted, 1);
    struct event event = exchange_event(&exchange, 0, NULL);
    assert_int_equal(event.property_count, EVENT_PROPERTY_COUNT_MAX + WIRE_SPARE_COUNT);
    assert_string_equal(exchange_property(&exchange, &event, "sent254"), "254");
    assert_string_equal(exchange_property(&exchange, &event, "added286"), "true");
    exchange_release(&exchange);
}

static void has_room_for_more_steps(void **state)
{
    (void)state;
    struct gate gate = {.fills = true};
    struct exchange exchange;
    run(&exchange, &gate, WIRE_ENGAGE, "", "application/json",
        "[{\"$token\":\"tok1\",\"$distinct_id\":\"d\",\"$set\":{\"x\":1}}]");
    assert_true(gate.is_profile);
    assert_string_equal(gate.name, "d");
    struct profile_change found = exchange_change(&exchange, 0);
    assert_true(found.step_count > WIRE_SPARE_COUNT);
    assert_string_equal(exchange_string(&exchange, found.steps[found.step_count - 1].name),
                        "added");
    exchange_release(&exchange);
}

static void sees_texts_whole_that_are_stored_short(void **state)
{
    (void)state;
    static const struct {
        enum wire_endpoint endpoint;
        const char *before;
        const char *behind;
    } cases[] = {
        {WIRE_TRACK, "{\"event\":\"one\",\"properties\":{\"token\":\"tok1\",\"x\":\"", "\"}}"},
        {WIRE_ENGAGE, "{\"$token\":\"tok1\",\"$distinct_id\":\"a\",\"$set\":{\"x\":\"", "\"}}"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct gate gate = {0};
        struct exchange exchange;
        char body[512];
        snprintf(body, sizeof body, "%s%0300d%s", cases[i].before, 0, cases[i].behind);
        run(&exchange, &gate, cases[i].endpoint, "", "application/json", body);
        assert_int_equal(gate.text_size, 300);
        assert_int_equal(exchange.verdict.truncated_texts, 1);
        exchange_release(&exchange);
    }
}

static void answers_a_refused_record_like_a_stored_one(void **state)
{
    (void)state;
    struct gate gate = {.refused = "bad"};
    struct exchange exchange;
    run(&exchange, &gate, WIRE_TRACK, "", "application/json", EVENT("bad", ""));
    assert_int_equal(exchange.verdict.accepted, 0);
    assert_int_equal(exchange.verdict.batch_count, 0);
    assert_int_equal(exchange.verdict.refused_by[WIRE_REFUSED_SHIELD], 1);
    assert_int_equal(exchange.answer.status, 200);
    assert_string_equal(exchange_string(&exchange, buffer_text(&exchange.answer.body)), "1");
    exchange_release(&exchange);
}

/* One bad record of a strict request: what the answer says of it. */
static void complains(struct gate *gate, enum wire_endpoint endpoint, const char *record,
                      const char *words)
{
    struct exchange exchange;
    exchange_init(&exchange, endpoint, "strict=1", "application/json", text_from(record));
    if (endpoint == WIRE_IMPORT) {
        exchange.request.trusted_project = project_table_by_id(exchange.projects, 1);
    }
    exchange.request.admit = admit;
    exchange.request.repeat = repeat;
    exchange.request.admit_context = gate;
    exchange_run(&exchange);
    assert_int_equal(exchange.answer.status, 400);
    const char *body = exchange_string(&exchange, buffer_text(&exchange.answer.body));
    if (!strstr(body, words)) fail_msg("%s has no %s", body, words);
    assert_null(strstr(body, "secret"));
    exchange_release(&exchange);
}

#define IMPORTED(name, more) \
    "{\"event\":\"" name "\",\"properties\":{\"time\":" NOW_S ",\"distinct_id\":\"d\"" more "}}"

static void tells_which_rule_refused_which_property(void **state)
{
    (void)state;
    struct gate gate = {.refused = "bad", .rule = "Z04", .blamed = "colour"};
    complains(&gate, WIRE_IMPORT, IMPORTED("bad", ",\"$insert_id\":\"i2\""),
              "\"insert_id\":\"i2\",\"$insert_id\":\"i2\",\"field\":\"properties.colour\","
              "\"message\":\"'properties.colour' is invalid: the project's rules do not admit this "
              "record (rule Z04)\",\"rule\":\"Z04\"}");
    gate.blamed = "";
    complains(&gate, WIRE_IMPORT, IMPORTED("bad", ",\"$insert_id\":\"i2\""),
              "\"field\":\"\",\"message\":\"the project's rules do not admit this record (rule "
              "Z04)\",\"rule\":\"Z04\"}");
    gate.blamed = "secret name";
    complains(&gate, WIRE_IMPORT, IMPORTED("bad", ",\"$insert_id\":\"secret-id\""),
              "\"insert_id\":\"$pseudonym:a\",\"$insert_id\":\"$pseudonym:a\",\"field\":\"\"");
    assert_int_equal(gate.repeats, 3);
}

static void repeats_nothing_that_may_not_be_told(void **state)
{
    (void)state;
    struct gate gate = {0};
    complains(&gate, WIRE_IMPORT, IMPORTED("ok", ",\"$insert_id\":\"secret@x.example\""),
              "\"insert_id\":\"$pseudonym:a\",\"$insert_id\":\"$pseudonym:a\","
              "\"field\":\"properties.$insert_id\"");
    complains(&gate, WIRE_IMPORT, IMPORTED("ok", ",\"$insert_id\":\"i\",\"secret\":\"\\ud800\""),
              "\"insert_id\":\"i\",\"$insert_id\":\"i\",\"field\":\"properties\"");
    assert_int_equal(gate.repeats, 2);
    complains(&gate, WIRE_ENGAGE, "{\"$insert_id\":\"secret\",\"$set\":{\"a\":1}}",
              "\"insert_id\":\"\"");
    assert_int_equal(gate.repeats, 2); /* nobody knows whose rules they are */
}

static void tells_a_strict_import_of_a_refused_record(void **state)
{
    (void)state;
    struct gate gate = {.refused = "bad"};
    struct exchange exchange;
    exchange_init(&exchange, WIRE_IMPORT, "strict=1", "application/json",
                  TEXT("[{\"event\":\"good\",\"properties\":{\"time\":" NOW_S
                       ",\"distinct_id\":\"d\",\"$insert_id\":\"i1\"}},"
                       "{\"event\":\"bad\",\"properties\":{\"time\":" NOW_S
                       ",\"distinct_id\":\"d\",\"$insert_id\":\"i2\",\"secret\":\"canary\"}}]"));
    exchange.request.trusted_project = project_table_by_id(exchange.projects, 1);
    exchange.request.admit = admit;
    exchange.request.admit_context = &gate;
    exchange_run(&exchange);
    const char *answer = exchange_string(&exchange, buffer_text(&exchange.answer.body));
    assert_int_equal(exchange.answer.status, 400);
    assert_non_null(strstr(answer, "\"index\":1,\"insert_id\":\"i2\""));
    assert_non_null(strstr(answer, "rules do not admit"));
    assert_null(strstr(answer, "canary"));
    assert_int_equal(exchange.verdict.accepted, 1);
    exchange_release(&exchange);
}

struct ip_case {
    enum wire_endpoint endpoint;
    const char *query;
    const char *body;
    enum wire_ip asked;
    const char *ip; /* as JSON, or "missing" */
};

#define FORM "data=" EVENT("e", "")

static const struct ip_case ip_cases[] = {
    {WIRE_TRACK, "", EVENT("e", ""), WIRE_IP_UNSAID, "missing"},
    {WIRE_TRACK, "ip=1", EVENT("e", ""), WIRE_IP_YES, "missing"},
    {WIRE_TRACK, "ip=0", EVENT("e", ""), WIRE_IP_NO, "missing"},
    {WIRE_TRACK, "ip=", EVENT("e", ""), WIRE_IP_NO, "missing"},
    {WIRE_TRACK, "ip=1&ip=0", EVENT("e", ""), WIRE_IP_YES, "missing"},
    {WIRE_TRACK, "", FORM "&ip=0", WIRE_IP_NO, "missing"},
    {WIRE_TRACK, "", FORM "&ip=1", WIRE_IP_YES, "missing"},
    {WIRE_TRACK, "ip=1", FORM "&ip=0", WIRE_IP_YES, "missing"},
    {WIRE_TRACK, "", EVENT("e", ",\"ip\":\"1.2.3.4\""), WIRE_IP_UNSAID, "\"1.2.3.4\""},
    {WIRE_TRACK, "", EVENT("e", ",\"ip\":0"), WIRE_IP_UNSAID, "0"},
    {WIRE_TRACK, "", EVENT("e", ",\"ip\":true"), WIRE_IP_UNSAID, "true"},
    {WIRE_TRACK, "", EVENT("e", ",\"ip\":null"), WIRE_IP_UNSAID, "null"},
    {WIRE_TRACK, "", EVENT("e", ",\"ip\":[\"1.2.3.4\"]"), WIRE_IP_UNSAID, "missing"},
    {WIRE_TRACK, "", EVENT("e", ",\"ip\":{}"), WIRE_IP_UNSAID, "missing"},
    {WIRE_ENGAGE, "ip=0",
     "{\"$token\":\"tok1\",\"$distinct_id\":\"d\",\"$ip\":\"::1\",\"$set\":{\"x\":1}}", WIRE_IP_NO,
     "\"::1\""},
    {WIRE_ENGAGE, "", "{\"$token\":\"tok1\",\"$distinct_id\":\"d\",\"ip\":0,\"$set\":{\"x\":1}}",
     WIRE_IP_UNSAID, "0"},
};

static void hands_over_what_is_said_of_addresses(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof ip_cases / sizeof *ip_cases; i++) {
        const struct ip_case *one = &ip_cases[i];
        struct gate gate = {0};
        struct exchange exchange;
        run(&exchange, &gate, one->endpoint, one->query, "", one->body);
        if (gate.calls != 1 || gate.ip_asked != one->asked || strcmp(gate.ip, one->ip) != 0) {
            fail_msg("case %zu: %u calls, asked %d, ip %s", i, gate.calls, (int)gate.ip_asked,
                     gate.ip);
        }
        exchange_release(&exchange);
    }
}

/* Nor is it kept under a name of its own. */
static void stores_no_address(void **state)
{
    (void)state;
    struct gate gate = {0};
    struct exchange exchange;
    run(&exchange, &gate, WIRE_TRACK, "", "application/json", EVENT("e", ",\"ip\":\"1.2.3.4\""));
    struct event event = exchange_event(&exchange, 0, NULL);
    assert_int_equal(event.property_count, 0);
    exchange_release(&exchange);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sees_each_record_that_is_right_once),
        cmocka_unit_test(stores_what_was_made_of_the_record),
        cmocka_unit_test(makes_the_key_of_what_is_stored),
        cmocka_unit_test(has_room_for_more_properties_than_may_be_sent),
        cmocka_unit_test(has_room_for_more_steps),
        cmocka_unit_test(sees_texts_whole_that_are_stored_short),
        cmocka_unit_test(answers_a_refused_record_like_a_stored_one),
        cmocka_unit_test(tells_which_rule_refused_which_property),
        cmocka_unit_test(repeats_nothing_that_may_not_be_told),
        cmocka_unit_test(tells_a_strict_import_of_a_refused_record),
        cmocka_unit_test(hands_over_what_is_said_of_addresses),
        cmocka_unit_test(stores_no_address),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
