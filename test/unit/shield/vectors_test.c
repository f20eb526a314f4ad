/* Every detector's vectors (test/shield/vectors/ID.jsonl) through the one door. A "+" or a "!" is
 * to be found by this detector, or to be removed by a rule that cannot be loosened; a "-" is not to
 * be found by it. The values are made up: a failure may show them. */
#include "shield_scene.h"

#include "codec/json_tree.h"
#include "codec/json_writer.h"
#include "os/os_file.h"
#include "shield/ruleset.h"
#include "shield/shield_builtin.h"

#include "base/memory.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FILE_SIZE_MAX = 16 * 1024 * 1024, SHOWN_MAX = 12, PATH_SIZE = 512 };

struct tally {
    uint32_t lines;
    uint32_t wrong;
    uint32_t missed[3]; /* of '+', '!' and of '-' */
};

static bool is_right(struct shield_scene *scene, const char *detector, char kind,
                     const char *before, const char *after)
{
    bool is_found = shield_scene_found(scene, detector) > 0;
    if (kind == '-') return !is_found;
    if (is_found) return true;
    bool is_hard = scene->verdict != SHIELD_ADMITTED;
    char detectors[512];
    (void)shield_scene_detectors(scene, detectors, sizeof detectors);
    is_hard = is_hard || strpbrk(detectors, "SK") != NULL;
    is_hard = is_hard || strstr(detectors, "F0"); /* cards */
    return is_hard && strcmp(before, after) != 0;
}

/* A line of "mode":"strict" meets a plan that lists its own key, and nothing else. */
static void set_mode(struct shield_scene *scene, const struct json_node *root, struct text event,
                     struct text name, struct buffer *plan)
{
    bool is_strict = json_is_text(json_find(root, "mode"), "strict");
    scene->project.shield_revision++;
    scene->project.shield_mode = is_strict ? PROJECT_SHIELD_STRICT : PROJECT_SHIELD_GUARDED;
    scene->project.shield_plan = TEXT("");
    if (!is_strict) return;
    buffer_append_string(plan, "{\"events\":{");
    json_escape(plan, event);
    buffer_append_string(plan, ":{\"properties\":{");
    json_escape(plan, name);
    buffer_append_string(plan, ":{\"type\":\"any\"}}}}}");
    scene->project.shield_plan = buffer_text(plan);
}

/* {"is":"+","key":"note","value":…}, and where it matters "event", "id", "source":"profile",
 * "mode":"strict". */
static void run_line(struct shield_scene *scene, const char *detector, struct text line,
                     struct tally *tally, uint32_t number)
{
    struct arena arena;
    struct error error = {0};
    struct json_node *root = NULL;
    arena_init(&arena, 4 * 1024 * 1024);
    struct text copy = arena_text(&arena, line);
    char *bytes = (char *)arena.memory + ((const uint8_t *)copy.bytes - arena.memory);
    if (json_tree_parse(bytes, copy.size, &arena, &root, &error) != STATUS_OK) {
        fail_msg("%s.jsonl:%u: %s", detector, number, error.message);
    }
    const struct json_node *is = json_find(root, "is");
    const struct json_node *key = json_find(root, "key");
    const struct json_node *event = json_find(root, "event");
    const struct json_node *id = json_find(root, "id");
    if (!is || is->text.size != 1) fail_msg("%s.jsonl:%u: no \"is\"", detector, number);
    char kind = is->text.bytes[0];

    /* The value as it was written: from behind "value": to the last brace. */
    ptrdiff_t at = text_find(line, TEXT("\"value\":"));
    struct text value = TEXT("null");
    if (at >= 0) {
        value = text_slice(line, (size_t)at + 8, line.size - (size_t)at - 8);
        while (value.size > 0 && value.bytes[value.size - 1] != '}')
            value.size--;
        value.size--;
    }
    struct buffer properties;
    buffer_init(&properties, FILE_SIZE_MAX);
    buffer_append_string(&properties, "{\"");
    struct text name = key ? key->text : TEXT("value");
    for (size_t i = 0; i < name.size; i++) {
        if (name.bytes[i] == '"' || name.bytes[i] == '\\') buffer_append_byte(&properties, '\\');
        buffer_append_byte(&properties, name.bytes[i]);
    }
    buffer_append_string(&properties, "\":");
    buffer_append_text(&properties, value);
    buffer_append_byte(&properties, '}');
    scene->source = json_is_text(json_find(root, "source"), "profile") ? SHIELD_FROM_PROFILE
                                                                       : SHIELD_FROM_MANUAL;
    struct text event_name = event ? event->text : TEXT("Viewed");
    struct buffer plan;
    buffer_init(&plan, PATH_SIZE);
    set_mode(scene, root, event_name, name, &plan);
    const char *after =
        shield_scene_admit(scene, event_name, id ? id->text : TEXT(""), buffer_text(&properties));
    buffer_release(&plan);
    buffer_append_byte(&properties, 0);
    tally->lines++;
    if (!is_right(scene, detector, kind, properties.bytes, after)) {
        tally->wrong++;
        char found[256];
        tally->missed[kind == '+' ? 0 : kind == '!' ? 1 : 2]++;
        if (tally->wrong <= SHOWN_MAX) {
            print_message("%s.jsonl:%u: '%c' %s\n  -> %.120s [%s]\n", detector, number, kind,
                          properties.bytes, after,
                          shield_scene_detectors(scene, found, sizeof found));
        }
    }
    buffer_release(&properties);
    arena_release(&arena);
}

static uint32_t run_file(const char *folder, const char *name)
{
    char path[PATH_SIZE];
    char detector[4] = {name[0], name[1], name[2], 0};
    char *bytes = NULL;
    size_t size = 0;
    struct error error = {0};
    struct shield_scene *scene = MEMORY_NEW(struct shield_scene);
    struct tally tally = {0};
    snprintf(path, sizeof path, "%s/%s", folder, name);
    if (os_file_read_all(path, FILE_SIZE_MAX, &bytes, &size, &error) != STATUS_OK) {
        fail_msg("%s", error.message);
    }
    shield_scene_open(scene);
    struct text rest = {bytes, size};
    for (uint32_t number = 1; rest.size > 0; number++) {
        struct text line = text_trim(text_split(rest, '\n', &rest));
        if (line.size > 0) run_line(scene, detector, line, &tally, number);
    }
    shield_scene_close(scene);
    memory_free(scene);
    memory_free(bytes);
    if (tally.wrong > 0) {
        print_message("%s: %u of %u wrong: + %u, ! %u, - %u\n", detector, tally.wrong, tally.lines,
                      tally.missed[0], tally.missed[1], tally.missed[2]);
    }
    return tally.wrong;
}

static int is_vectors(const struct dirent *entry)
{
    size_t size = strlen(entry->d_name);
    return size == 9 && strcmp(entry->d_name + 3, ".jsonl") == 0;
}

/* SHIELD_ONLY=S08 in the environment runs one file. */
static void every_detector_keeps_to_its_vectors(void **state)
{
    (void)state;
    const char *folder = getenv("SHIELD_VECTORS");
    const char *only = getenv("SHIELD_ONLY");
    assert_non_null(folder);
    struct dirent **names = NULL;
    int count = scandir(folder, &names, is_vectors, alphasort);
    assert_true(count >= 0);
    uint32_t wrong = 0;
    for (int i = 0; i < count; i++) {
        bool is_wanted = !only || strncmp(only, names[i]->d_name, 3) == 0;
        if (is_wanted) wrong += run_file(folder, names[i]->d_name);
        free(names[i]);
    }
    free(names);
    assert_int_equal(wrong, 0);
}

/* Names and structure the walk finds itself have no rule: pairs, wrapped and encoded values, names
 * that are data. */
static bool has_rule(const struct ruleset *set, const char *detector)
{
    static const char *const walks[] = {"K05", "K06", "K07", "K09", "K10"};
    for (size_t i = 0; i < sizeof walks / sizeof *walks; i++) {
        if (strcmp(walks[i], detector) == 0) return true;
    }
    for (uint32_t i = 0; i < set->rule_count; i++) {
        if (strcmp(set->rules[i].id, detector) == 0) return !set->rules[i].is_off;
    }
    return false;
}

static void count_kinds(const char *folder, const char *detector, uint32_t counts[3])
{
    char path[PATH_SIZE];
    char *bytes = NULL;
    size_t size = 0;
    struct error error = {0};
    snprintf(path, sizeof path, "%s/%s.jsonl", folder, detector);
    if (os_file_read_all(path, FILE_SIZE_MAX, &bytes, &size, &error) != STATUS_OK) return;
    struct text rest = {bytes, size};
    while (rest.size > 0) {
        struct text line = text_split(rest, '\n', &rest);
        if (text_find(line, TEXT("\"is\": \"+\"")) >= 0) counts[0]++;
        if (text_find(line, TEXT("\"is\": \"-\"")) >= 0) counts[1]++;
        if (text_find(line, TEXT("\"is\": \"!\"")) >= 0) counts[2]++;
    }
    memory_free(bytes);
}

/* spec/shield.md §14 and §15, T1. SHIELD_TABLE=1 in the environment shows how many there are. */
static void every_detector_has_a_rule_and_enough_vectors(void **state)
{
    (void)state;
    static const struct {
        char letter;
        int count;
    } groups[] = {{'K', 10}, {'S', 40}, {'F', 15}, {'P', 16}, {'N', 40},
                  {'H', 4},  {'D', 10}, {'L', 3},  {'U', 5}};
    const char *folder = getenv("SHIELD_VECTORS");
    struct ruleset *set = NULL;
    struct error error = {0};
    uint32_t detectors = 0;
    uint32_t short_of = 0;
    assert_int_equal(ruleset_make(shield_builtin_rules, RULESET_BUILTIN, &set, &error), STATUS_OK);
    for (size_t i = 0; i < sizeof groups / sizeof *groups; i++) {
        for (int number = 1; number <= groups[i].count; number++, detectors++) {
            char detector[16];
            uint32_t counts[3] = {0};
            snprintf(detector, sizeof detector, "%c%02d", groups[i].letter, number);
            count_kinds(folder, detector, counts);
            bool is_enough = counts[0] >= 20 && counts[1] >= 20 && counts[2] >= 10;
            bool is_good = is_enough && has_rule(set, detector);
            if (!is_good) short_of++;
            if (!is_good || getenv("SHIELD_TABLE")) {
                print_message("%s: + %u, - %u, ! %u%s\n", detector, counts[0], counts[1], counts[2],
                              has_rule(set, detector) ? "" : ", no rule in force");
            }
        }
    }
    ruleset_drop(set);
    assert_int_equal(detectors, 143);
    assert_int_equal(short_of, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_detector_has_a_rule_and_enough_vectors),
        cmocka_unit_test(every_detector_keeps_to_its_vectors),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
