#include "shield_scene.h"

#include "base/memory.h"
#include "codec/json_reader.h"
#include "codec/json_writer.h"
#include "crypt/secret.h"

#include <stdio.h>
#include <string.h>

enum { MINUTE_MS = 60000 };

void shield_scene_open(struct shield_scene *scene)
{
    static const uint8_t root_key[SECRET_KEY_SIZE] = {7};
    struct shield_options options = {.root_key = root_key};
    struct error error = {0};
    memset(scene, 0, sizeof *scene);
    crypt_init();
    if (shield_open(&options, &scene->shield, &error) != STATUS_OK) fail_msg("%s", error.message);
    scene->scratch = shield_scratch_take(scene->shield);
    scene->project = (struct project){.id = 1, .name = TEXT("scene"), .zone = TEXT("UTC")};
    scene->source = SHIELD_FROM_MANUAL;
    scene->now_ms = INT64_C(1790000000000);
    arena_init(&scene->arena, SCENE_ARENA_SIZE);
    buffer_init(&scene->json, SCENE_ARENA_SIZE);
}

void shield_scene_close(struct shield_scene *scene)
{
    shield_scratch_give(scene->shield, scene->scratch);
    shield_close(scene->shield);
    arena_release(&scene->arena);
    buffer_release(&scene->json);
}

static struct value read_value(struct shield_scene *scene, struct json_reader *reader,
                               struct json_token token)
{
    struct buffer compact;
    struct value value = {.kind = token.kind == JSON_ARRAY_BEGIN ? VALUE_LIST : VALUE_OBJECT};
    switch (token.kind) {
    case JSON_TEXT: return value_from_text(token.text);
    case JSON_NUMBER: return value_from_number(token.text);
    case JSON_TRUE:
    case JSON_FALSE: return value_from_bool(token.kind == JSON_TRUE);
    case JSON_NULL: return (struct value){.kind = VALUE_NULL};
    default: break;
    }
    buffer_init(&compact, SCENE_ARENA_SIZE);
    assert_true(json_copy_compact(reader, &compact, NULL));
    value.text = arena_text(&scene->arena, buffer_text(&compact));
    buffer_release(&compact);
    return value;
}

static void read_items(struct shield_scene *scene, struct text properties)
{
    struct text copy = arena_text(&scene->arena, properties);
    struct json_reader reader;
    scene->item_count = 0;
    json_reader_init(
        &reader, (char *)scene->arena.memory + ((const uint8_t *)copy.bytes - scene->arena.memory),
        copy.size);
    assert_int_equal(json_next(&reader).kind, JSON_OBJECT_BEGIN);
    for (;;) {
        struct json_token key = json_next(&reader);
        if (key.kind == JSON_OBJECT_END) return;
        if (key.kind != JSON_KEY) fail_msg("a test's properties are no JSON");
        assert_true(scene->item_count < SCENE_ITEMS_MAX);
        struct shield_item *item = &scene->items[scene->item_count++];
        *item = (struct shield_item){.name = key.text};
        item->value = read_value(scene, &reader, json_next(&reader));
    }
}

static const char *write_items(struct shield_scene *scene)
{
    struct json_writer writer;
    buffer_clear(&scene->json);
    json_writer_init(&writer, &scene->json);
    json_object_begin(&writer);
    for (uint32_t i = 0; i < scene->item_count; i++) {
        if (scene->items[i].is_removed) continue;
        json_key_text(&writer, scene->items[i].name);
        value_write_json(&scene->items[i].value, json_direct(&writer));
    }
    json_object_end(&writer);
    buffer_append_byte(&scene->json, 0);
    return scene->json.bytes;
}

const char *shield_scene_admit(struct shield_scene *scene, struct text event, struct text id,
                               struct text properties)
{
    arena_rewind(&scene->arena, 0);
    scene->now_ms += MINUTE_MS;
    read_items(scene, properties);
    scene->event = arena_text(&scene->arena, event);
    scene->id = arena_text(&scene->arena, id);
    bool is_profile = scene->source == SHIELD_FROM_PROFILE || scene->source == SHIELD_FROM_GROUP;
    struct shield_record record = {
        .project = &scene->project,
        .source = scene->source,
        .now_ms = scene->now_ms,
        .country = {'?', '?'},
        .event = is_profile ? NULL : &scene->event,
        .ids = {&scene->id},
        .id_count = 1,
        .items = scene->items,
        .item_count = scene->item_count,
        .arena = &scene->arena,
    };
    scene->verdict = shield_admit(scene->shield, scene->scratch, &record);
    return write_items(scene);
}

const char *shield_scene_value(struct shield_scene *scene, const char *key, const char *json)
{
    struct buffer properties;
    struct json_writer writer;
    buffer_init(&properties, SCENE_ARENA_SIZE);
    json_writer_init(&writer, &properties);
    json_object_begin(&writer);
    json_key_text(&writer, text_from(key));
    json_raw(&writer, text_from(json));
    json_object_end(&writer);
    const char *out = shield_scene_admit(scene, TEXT("Viewed"), TEXT(""), buffer_text(&properties));
    buffer_release(&properties);
    return out;
}

struct looking {
    const char *detector;
    uint64_t count;
    char *out;
    size_t size;
};

static bool look(void *context, const struct shield_finding *finding, int64_t last_minute)
{
    struct looking *looking = context;
    (void)last_minute;
    if (looking->out) {
        size_t used = strlen(looking->out);
        snprintf(looking->out + used, looking->size - used, "%s ", finding->detector);
    }
    bool is_asked = !looking->detector || strncmp(looking->detector, finding->detector, 3) == 0;
    if (is_asked) looking->count += finding->count;
    return true;
}

static void read_findings(struct shield_scene *scene, struct looking *looking)
{
    int64_t minute = scene->now_ms / MINUTE_MS;
    shield_findings_read(shield_findings_of(scene->shield), scene->project.id, minute, minute + 1,
                         look, looking);
}

uint64_t shield_scene_found(struct shield_scene *scene, const char *detector)
{
    struct looking looking = {.detector = detector};
    read_findings(scene, &looking);
    return looking.count;
}

const char *shield_scene_detectors(struct shield_scene *scene, char *out, size_t size)
{
    struct looking looking = {.out = out, .size = size};
    out[0] = 0;
    read_findings(scene, &looking);
    return out;
}
