/* What was admitted is admitted again, unchanged, and no detector that proves finds anything in it:
 * seeded random records of everything that a value can be, made of pieces that rules look for. */
#include "shield_scene.h"

#include "shield/shield_rules.h"
#include "support/seeded.h"

#include <stdio.h>
#include <string.h>

enum { RECORDS = 1500, JSON_SIZE = 16 * 1024, DEPTH_MAX = 4 };

static struct shield_scene scene;

static const char *const pieces[] = {
    "4111111111111111",
    "4111 1111-1111 1111",
    "AKIAQ7ZLR5TX2ND4MPEW",
    "id.ingrid310@example.org",
    "+47 912 34 567",
    "GB29 NWBK 6016 1331 9268 19",
    "219-09-9999",
    "Bearer abc123def456ghi789",
    "password=hunter2hunter2",
    "https://shop.example.com/cart/17?token=abc&utm_source=mail",
    "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl",
    "3f2504e0-4f89-11d3-9a0c-0305e82c3301",
    "1764547200000",
    "203.0.113.77",
    "59.913868, 10.752245",
    "SW1A 1AA",
    "1987-04-23",
    "[email]",
    "[card]",
    "$pseudonym:abcdefghijklmnopqrstuvwxyz",
    "the quick brown fox",
    "pro",
    "17",
    "1.5",
    "xkcd9Zq2LmT7vB4nR8wY1",
    "NDExMTExMTExMTExMTExMQ==",
    "%34%31%31%31111111111111",
    "{\\\"password\\\":\\\"x9\\\"}",
    "<b class=\\\"a\\\">Ingrid</b>",
    "f\\u00fcr",
    "\\ud83d\\ude00",
};
static const char *const keys[] = {
    "note",    "password", "email",      "card",         "id",    "url", "value",
    "name",    "plan",     "birth_date", "postcode",     "ip",    "lat", "phone",
    "session", "text",     "fields",     "$current_url", "count",
};
#define ONE_OF(random, list) (list)[seeded_below((random), sizeof(list) / sizeof *(list))]

struct writer {
    struct seeded *random;
    char json[JSON_SIZE];
    size_t size;
};

static void put(struct writer *writer, const char *text)
{
    size_t size = strlen(text);
    assert_true(writer->size + size < JSON_SIZE);
    memcpy(writer->json + writer->size, text, size + 1);
    writer->size += size;
}

static void put_text(struct writer *writer)
{
    static const char *const glue[] = {" ", ", ", "", "; ", " is ", "\\n", " card "};
    put(writer, "\"");
    for (uint32_t i = seeded_below(writer->random, 4); i < 4; i++) {
        put(writer, ONE_OF(writer->random, pieces));
        if (i < 3) put(writer, ONE_OF(writer->random, glue));
    }
    put(writer, "\"");
}

static void put_value(struct writer *writer, int depth);

static void put_members(struct writer *writer, int depth, bool is_object)
{
    put(writer, is_object ? "{" : "[");
    uint32_t count = seeded_below(writer->random, 4);
    for (uint32_t i = 0; i < count; i++) {
        if (i > 0) put(writer, ",");
        if (is_object) {
            put(writer, "\"");
            put(writer, ONE_OF(writer->random, keys));
            put(writer, i == 0 ? "\":" : i == 1 ? "_b\":" : "_c\":");
        }
        put_value(writer, depth + 1);
    }
    put(writer, is_object ? "}" : "]");
}

static void put_value(struct writer *writer, int depth)
{
    static const char *const plain[] = {
        "true", "false", "null",      "4111111111111111",
        "81",   "-1.25", "59.913868", "123456789012345678901234567890",
        "\"\""};
    uint32_t kind = seeded_below(writer->random, 8);
    if (kind < 4 || depth == DEPTH_MAX) {
        put_text(writer);
    } else if (kind < 6) {
        put(writer, ONE_OF(writer->random, plain));
    } else {
        put_members(writer, depth, kind == 6);
    }
}

static void make_record(struct writer *writer)
{
    writer->size = 0;
    put(writer, "{");
    for (int i = 0; i < 6; i++) {
        char key[48];
        const char *name = ONE_OF(writer->random, keys);
        snprintf(key, sizeof key, "%s\"%s%s%d\":", i ? "," : "", name, i ? "_" : "", i);
        put(writer, key);
        put_value(writer, 0);
    }
    put(writer, "}");
}

/* Of the findings of a record, those by a rule that proves. */
static bool look_for_proof(void *context, const struct shield_finding *finding, int64_t last_minute)
{
    bool *is_found = context;
    (void)last_minute;
    if (finding->tier == SHIELD_TIER_V) *is_found = true;
    return true;
}

static bool has_proof(void)
{
    bool is_found = false;
    int64_t minute = scene.now_ms / 60000;
    shield_findings_read(shield_findings_of(scene.shield), scene.project.id, minute, minute + 1,
                         look_for_proof, &is_found);
    return is_found;
}

static void admits_twice_what_it_admits_once(void **state)
{
    (void)state;
    static struct writer writer;
    static char once[2 * JSON_SIZE];
    static const enum shield_source sources[] = {SHIELD_FROM_MANUAL, SHIELD_FROM_PROFILE,
                                                 SHIELD_FROM_IMPORT};
    struct seeded random = seeded_begin("twice_test");
    uint32_t changed = 0;
    writer.random = &random;
    for (int i = 0; i < RECORDS; i++) {
        make_record(&writer);
        scene.source = sources[i % 3];
        struct text sent = {writer.json, writer.size};
        snprintf(once, sizeof once, "%s",
                 shield_scene_admit(&scene, TEXT("Viewed"), TEXT(""), sent));
        changed += !text_equal(sent, text_from(once));
        const char *twice = shield_scene_admit(&scene, TEXT("Viewed"), TEXT(""), text_from(once));
        size_t same = 0;
        while (once[same] && once[same] == twice[same])
            same++;
        size_t from = same > 80 ? same - 80 : 0;
        if (strcmp(once, twice) != 0) {
            fail_msg("record %d\nonce  %.160s\ntwice %.160s", i, once + from, twice + from);
        }
        if (has_proof()) fail_msg("record %d\nsent %s\nonce %s", i, writer.json, once);
    }
    assert_true(changed > RECORDS / 2);
}

static int open_scene(void **state)
{
    (void)state;
    shield_scene_open(&scene);
    return 0;
}

static int close_scene(void **state)
{
    (void)state;
    shield_scene_close(&scene);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(admits_twice_what_it_admits_once),
    };
    return cmocka_run_group_tests(tests, open_scene, close_scene);
}
