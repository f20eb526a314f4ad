/* The short cuts decide nothing: what is remembered, asked in another order, or not asked at all
 * must leave every record as it would be without (shield_scratch_be_thorough). */
#include "shield_scene.h"

#include "codec/json_writer.h"
#include "shield/ruleset.h"
#include "shield/shield_builtin.h"
#include "support/seeded.h"

#include <stdio.h>
#include <string.h>

enum { RECORDS = 4000, ITEMS_MAX = 5, PARTS_MAX = 6, VALUE_MAX = 512, TOKENS = 20000 };

static const char *const keys[] = {
    "note",        "plan",    "session", "$current_url", "$referrer", "duration_ms",
    "price",       "card",    "user_id", "id",           "email",     "steuer_id",
    "$device_id",  "iban",    "tax",     "passport",     "sku",       "order number",
    "description", "address", "pin",     "query",        "otp",       "kontonummer",
};

/* What stands in values, whole or in pieces: harmless, found without context, found with it. */
static const char *const parts[] = {
    "4111111111111111",
    "4111 1111 1111 1111",
    "378282246310005",
    "DE89370400440532013000",
    "GB29 NWBK 6016 1331 9268 19",
    "QQ123456C",
    "AB 12 34 56 C",
    "131052-308T",
    "255081416802538",
    "2 55 08 14 168 025 38",
    "RSSMRA85T10A562S",
    "ABCPK1234F",
    "HEGG560427MVZRRL04",
    "11010519491231002X",
    "S1234567D",
    "A123456789",
    "12345678Z",
    "1EG4-TE5-MK73",
    "078-05-1120",
    "123456782",
    "65929970489",
    "2 55 08 2A 168 025 97",
    "12-34-56 12345678",
    "800101-1234567",
    "640823-3234",
    "85.07.30-033.28",
    "390.533.447-05",
    "2345 6789 0124",
    "203.0.113.9",
    "4 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1",
    "0 0 4 4 2 0 7 9 4 6 0 9 5 8",
    "86095742719",
    "DEUTDEFF500",
    "bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdq",
    "AKIAIOSFODNN7EXAMPLE",
    "ghp_16C7e42F292c6912E7710c838347Ae178B4a",
    "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJlc2lnbmF0dXJl",
    "https://shop.example.com/cart/17?ref=mail",
    "https://a.example/reset/f00dfacecafe0123?token=abcdef0123456789",
    "http://user:hunter2secret@db.internal/",
    "c56a4180-65aa-42ec-a945-5fd21dec0538",
    "190f3c5e1b2a4d-0e8f7a6b1ac4-26001e51-1fa400",
    "01ARZ3NDEKTSV4RRFFQ69G5FAV",
    "da39a3ee5e6b4b0d3255bfef95601890afd80709",
    "2026-11-22T10:20:30Z",
    "120.0.6099.129",
    "password: hunter2horse",
    "verification code",
    "steuer id",
    "my passport number is",
    "numero national",
    "iban",
    "pan card",
    "social security",
    "checkout-b",
    "autumn sale",
    "{\"name\":\"password\",\"value\":\"x1y2z3w4\"}",
    "[\"4111\",\"1111\",\"1111\",\"1111\"]",
    "a=b&session=0123456789abcdef",
    "sid=abcdef0123456789; theme=dark",
    "cGFzc3dvcmQ9aHVudGVyMg==",
    "%34%31%31%31%31%31%31%31%31%31%31%31%31%31%31%31",
    "70617373776f72643d68756e74657232",
    "<input type=\"text\" name=\"x\"><a href=\"y\" b=\"z\"><i c=\"d\">",
    "Stra\xc3\x9f\x65",
    "\xef\xbc\x94\xef\xbc\x91\xef\xbc\x91\xef\xbc\x91",
};
static const char *const joints[] = {"", " ", "-", ".", "/", ": ", "=", "&", ", ", "\n", "_", "\""};

#define ONE_OF(seeded, list) (list)[seeded_below(seeded, sizeof(list) / sizeof *(list))]

static void put(char *value, size_t *size, const char *string)
{
    size_t more = strlen(string);
    if (*size + more >= VALUE_MAX) return;
    memcpy(value + *size, string, more);
    *size += more;
}

/* Change a byte to another of its kind, or to any. */
static void mutate(struct seeded *seeded, char *value, size_t size)
{
    static const char any[] = "0123456789abcXYZ .-_/:=&%\"{}[]<>@+";
    if (size == 0) return;
    char *byte = &value[seeded_below(seeded, (uint32_t)size)];
    if ((unsigned char)*byte >= 0x80) return;
    *byte = *byte >= '0' && *byte <= '9' ? (char)('0' + seeded_below(seeded, 10))
                                         : any[seeded_below(seeded, sizeof any - 1)];
}

static size_t make_value(struct seeded *seeded, char value[VALUE_MAX])
{
    size_t size = 0;
    uint32_t count = 1 + seeded_below(seeded, PARTS_MAX);
    if (seeded_below(seeded, 3) == 0) count = 1;
    for (uint32_t i = 0; i < count; i++) {
        if (i > 0) put(value, &size, ONE_OF(seeded, joints));
        put(value, &size, ONE_OF(seeded, parts));
    }
    for (uint32_t i = seeded_below(seeded, 4); i > 1; i--)
        mutate(seeded, value, size);
    return size;
}

static void write_value(struct seeded *seeded, struct json_writer *writer)
{
    char value[VALUE_MAX];
    switch (seeded_below(seeded, 8)) {
    case 0: json_unsigned(writer, seeded_next(seeded) >> seeded_below(seeded, 60)); break;
    case 1: {
        int size = snprintf(value, sizeof value, "%u.%02u", seeded_below(seeded, 300),
                            seeded_below(seeded, 100));
        json_raw(writer, (struct text){value, (size_t)size});
        break;
    }
    case 2:
        json_array_begin(writer);
        for (uint32_t i = seeded_below(seeded, 4); i > 0; i--)
            json_text(writer, (struct text){value, make_value(seeded, value)});
        json_array_end(writer);
        break;
    default: json_text(writer, (struct text){value, make_value(seeded, value)}); break;
    }
}

static void make_properties(struct seeded *seeded, struct buffer *properties)
{
    struct json_writer writer;
    buffer_clear(properties);
    json_writer_init(&writer, properties);
    json_object_begin(&writer);
    for (uint32_t i = 1 + seeded_below(seeded, ITEMS_MAX); i > 0; i--) {
        json_key_text(&writer, text_from(ONE_OF(seeded, keys)));
        write_value(seeded, &writer);
    }
    json_object_end(&writer);
}

/* A sum over what was noted of the newest record, whatever the order, but for what is told once a
 * property: the drift watch's. */
static uint64_t sum_detectors(struct shield_scene *scene)
{
    char all[256];
    struct text rest = text_from(shield_scene_detectors(scene, all, sizeof all));
    uint64_t sum = 0;
    while (rest.size > 0) {
        struct text name = text_split(rest, ' ', &rest);
        if (name.size > 0 && name.bytes[0] != 'W') sum += text_hash(name);
    }
    return sum;
}

static struct shield_scene quick;
static struct shield_scene thorough;

static void open_both(void)
{
    shield_scene_open(&quick);
    shield_scene_open(&thorough);
    shield_scratch_be_thorough(thorough.scratch);
}

static void close_both(void)
{
    shield_scene_close(&quick);
    shield_scene_close(&thorough);
}

static void assert_same(uint32_t record, struct text event, struct text id, struct text properties)
{
    const char *slow = shield_scene_admit(&thorough, event, id, properties);
    uint64_t noted = sum_detectors(&thorough);
    for (int turn = 0; turn < 2; turn++) { /* then what was remembered decides */
        const char *fast = shield_scene_admit(&quick, event, id, properties);
        if (strcmp(fast, slow) != 0) {
            fail_msg("record %u: \"%.*s\" became %s, and %s", record, TEXT_PRINT(properties), fast,
                     slow);
        }
        assert_true(sum_detectors(&quick) == noted);
        assert_int_equal(quick.verdict, thorough.verdict);
        assert_true(text_equal(quick.event, thorough.event));
        assert_true(text_equal(quick.id, thorough.id));
    }
}

/* What once was decided in two ways. */
static void decides_the_same_of_what_was_hard(void **state)
{
    (void)state;
    static const char *const records[] = {
        "{\"card\":\"cGFzc3dvcmQ9aHVudGVyMg==.numero national\\nAB 12 34 56 CAB 12 34 56 "
        "C_1EG4-TE5-MK73\"}",
    };
    open_both();
    for (uint32_t i = 0; i < sizeof records / sizeof *records; i++)
        assert_same(i, TEXT("Viewed"), TEXT("u1"), text_from(records[i]));
    close_both();
}

static void decides_the_same_with_and_without_short_cuts(void **state)
{
    (void)state;
    struct seeded seeded = seeded_begin("admit_quick");
    struct buffer properties;
    open_both();
    buffer_init(&properties, 1 << 20);
    for (uint32_t i = 0; i < RECORDS; i++) {
        char id[VALUE_MAX];
        struct text sent = {id, make_value(&seeded, id)};
        struct text event = text_from(ONE_OF(&seeded, parts));
        make_properties(&seeded, &properties);
        assert_same(i, event, sent, buffer_text(&properties));
    }
    buffer_release(&properties);
    close_both();
}

static struct ruleset *builtin(void)
{
    struct ruleset *set = NULL;
    struct error error = {0};
    if (ruleset_make(shield_builtin_rules, RULESET_BUILTIN, &set, &error) != STATUS_OK)
        fail_msg("%s", error.message);
    return set;
}

/* A run of letters and digits, such as a rule takes, before one of the parts. */
static uint32_t make_token(struct seeded *seeded, const struct ruleset_rule *rule,
                           char value[VALUE_MAX], size_t *size)
{
    static const char bytes[] = "0123456789012345678901234567ABCDEFGHIJKLMNOPQRSTUVWXYZabcxyz";
    const struct ruleset_range *range = &rule->token[0].range;
    uint32_t count = range->min + seeded_below(seeded, range->max - range->min + 1);
    if (count > 64) count = 64;
    for (uint32_t i = 0; i < count; i++)
        value[i] = bytes[seeded_below(seeded, sizeof bytes - 1)];
    *size = count;
    put(value, size, ONE_OF(seeded, joints));
    put(value, size, ONE_OF(seeded, parts));
    return count;
}

static void a_validator_refuses_what_has_not_its_rule_s_form(void **state)
{
    (void)state;
    struct seeded seeded = seeded_begin("forms");
    struct ruleset *set = builtin();
    uint32_t asked = 0;
    for (uint32_t i = 0; i < set->rule_count * TOKENS / 50; i++) {
        const struct ruleset_rule *rule = &set->rules[i % set->rule_count];
        char value[VALUE_MAX];
        size_t size;
        if (!rule->has_form) continue;
        uint32_t end = make_token(&seeded, rule, value, &size);
        if (ruleset_mask_has(&set->by_shape[ruleset_shape(value, end)], i % set->rule_count))
            continue;
        struct shield_candidate candidate = {
            .value = {value, size}, .end = end, .has_context = true};
        struct shield_span span = {0, end};
        asked++;
        if (rule->check(&candidate, &span) != SHIELD_NOT)
            fail_msg("%s takes %.*s", rule->id, (int)end, value);
    }
    assert_true(asked > TOKENS / 10);
    ruleset_drop(set);
}

/* Digits in groups, so many as a rule takes; half of them are no day of a month. */
struct grouped {
    char value[128];
    size_t size;
    char digits[SHIELD_DIGITS_MAX];
    uint32_t digit_count;
    uint32_t group_count;
    uint64_t begins; /* as ruleset_is_written takes them */
    bool is_dotted;
};

static void make_grouped(struct seeded *seeded, const struct ruleset_rule *rule,
                         struct grouped *grouped)
{
    const struct ruleset_range *range = &rule->digits[seeded_below(seeded, rule->digits_count)];
    uint32_t count = range->min + seeded_below(seeded, range->max - range->min + 1);
    char joint = "-. /"[seeded_below(seeded, 4)];
    uint32_t rest = 0;
    *grouped = (struct grouped){.is_dotted = true};
    for (uint32_t i = 0; i < count; i++, rest--) {
        if (rest == 0) {
            if (i > 0 && seeded_below(seeded, 8) == 0) joint = "-. /"[seeded_below(seeded, 4)];
            if (i > 0) grouped->value[grouped->size++] = joint;
            if (i > 0 && joint != '.') grouped->is_dotted = false;
            grouped->group_count++;
            grouped->begins |= UINT64_C(1) << (count - i);
            rest = 1 + seeded_below(seeded, 6);
        }
        char digit = (char)('0' + seeded_below(seeded, i % 2 == 0 && i < 6 ? 3 : 10));
        grouped->digits[grouped->digit_count++] = digit;
        grouped->value[grouped->size++] = digit;
    }
}

static void a_validator_refuses_what_is_not_written_as_its_rule_says(void **state)
{
    (void)state;
    struct seeded seeded = seeded_begin("written");
    struct ruleset *set = builtin();
    uint32_t asked = 0;
    for (uint32_t i = 0; i < set->rule_count * TOKENS / 20; i++) {
        const struct ruleset_rule *rule = &set->rules[i % set->rule_count];
        struct grouped grouped;
        if (!rule->is_dotted && rule->written_count == 0) continue;
        make_grouped(&seeded, rule, &grouped);
        bool is_written = ruleset_is_written(rule, grouped.digit_count, grouped.begins);
        if (rule->is_dotted ? grouped.is_dotted : is_written) continue;
        struct shield_candidate candidate = {
            .value = {grouped.value, grouped.size},
            .end = (uint32_t)grouped.size,
            .digits = grouped.digits,
            .digit_count = grouped.digit_count,
            .group_count = grouped.group_count,
            .has_context = rule->is_dotted,
        };
        struct shield_span span = {0, candidate.end};
        asked++;
        if (rule->check(&candidate, &span) != SHIELD_NOT)
            fail_msg("%s takes %.*s", rule->id, (int)grouped.size, grouped.value);
    }
    assert_true(asked > TOKENS / 10);
    ruleset_drop(set);
}

static void context_turns_no_finding_into_none(void **state)
{
    (void)state;
    struct seeded seeded = seeded_begin("context");
    struct ruleset *set = builtin();
    uint32_t found = 0;
    for (uint32_t i = 0; i < set->rule_count * TOKENS / 20; i++) {
        const struct ruleset_rule *rule = &set->rules[i % set->rule_count];
        char value[VALUE_MAX];
        char digits[SHIELD_DIGITS_MAX];
        uint32_t digit_count = 0;
        size_t size = make_value(&seeded, value);
        if (!rule->check || size == 0) continue;
        uint32_t begin = seeded_below(&seeded, 2) ? 0 : seeded_below(&seeded, (uint32_t)size);
        uint32_t end = begin + 1 + seeded_below(&seeded, (uint32_t)size - begin);
        for (uint32_t at = begin; at < end && digit_count < SHIELD_DIGITS_MAX; at++)
            if (value[at] >= '0' && value[at] <= '9') digits[digit_count++] = value[at];
        if (rule->digits_count > 0 && digit_count == 0) continue;
        struct shield_candidate candidate = {.value = {value, size}, .begin = begin, .end = end};
        if (rule->digits_count > 0) candidate.digits = digits;
        if (rule->digits_count > 0) candidate.digit_count = digit_count;
        candidate.group_count = 1;
        struct shield_span span = {begin, end};
        if (rule->check(&candidate, &span) == SHIELD_NOT) continue;
        found++;
        candidate.has_context = true;
        span = (struct shield_span){begin, end};
        if (rule->check(&candidate, &span) == SHIELD_NOT) fail_msg("%s at %u", rule->id, begin);
    }
    assert_true(found > 100);
    ruleset_drop(set);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(decides_the_same_of_what_was_hard),
        cmocka_unit_test(decides_the_same_with_and_without_short_cuts),
        cmocka_unit_test(a_validator_refuses_what_has_not_its_rule_s_form),
        cmocka_unit_test(a_validator_refuses_what_is_not_written_as_its_rule_says),
        cmocka_unit_test(context_turns_no_finding_into_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
