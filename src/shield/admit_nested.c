/* Lists and objects: every member under its name, and digits that were split over the places of a
 * list as one number. A member that has to go is left out; what stays is written again. */
#include "shield/admit_internal.h"

#include "codec/json_tree.h"
#include "codec/json_writer.h"

#include <string.h>

enum {
    PAIR_NAME_MAX = 64,
    SPLIT_PARTS_MIN = 2,
    WALKS_MAX = 3, /* more, once something was taken out */
    SPLIT_PARTS_MAX = 19,
    SPLIT_PART_DIGITS_MAX = 8,
    PLACE_PARTS_MAX = 3, /* GeoJSON's may have a height */
    PLACE_PART_MAX = 24,
};

struct walk {
    struct admit *admit;
    struct json_writer writer;
    bool is_changed;
    bool is_incomplete;
};

/* What has to be said before the value itself: its name, once something is written. */
static void write_name(struct walk *walk, const struct json_node *node, bool is_member)
{
    if (is_member) json_key_text(&walk->writer, node->key);
}

static const struct json_node *find_any(const struct json_node *object, const char *const *names,
                                        size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct text name = text_from(names[i]);
        for (const struct json_node *node = object->first_child; node; node = node->next) {
            if (text_equal_fold(node->key, name)) return node;
        }
    }
    return NULL;
}

/* {"name":"password","value":"x"} and ["password","x"]: the name that a neighbour stands for. */
static struct text pair_name(const struct json_node *parent, const struct json_node *node)
{
    static const char *const name_keys[] = {"name", "key", "id", "field", "label"};
    static const char *const value_keys[] = {"value", "val", "content", "data", "text"};
    const struct json_node *name = NULL;
    if (parent->kind == JSON_OBJECT_BEGIN) {
        const struct json_node *value =
            find_any(parent, value_keys, sizeof value_keys / sizeof *value_keys);
        if (value == node) name = find_any(parent, name_keys, sizeof name_keys / sizeof *name_keys);
    } else if (parent->child_count == 2 && node != parent->first_child) {
        name = parent->first_child;
    }
    bool is_name = name && name != node && name->kind == JSON_TEXT && name->text.size > 0 &&
                   name->text.size <= PAIR_NAME_MAX;
    return is_name ? name->text : TEXT("");
}

static bool is_digit_part(const struct json_node *node)
{
    if (node->kind != JSON_TEXT && node->kind != JSON_NUMBER) return false;
    if (node->text.size == 0 || node->text.size > SPLIT_PART_DIGITS_MAX) return false;
    for (size_t i = 0; i < node->text.size; i++) {
        if (node->text.bytes[i] < '0' || node->text.bytes[i] > '9') return false;
    }
    return true;
}

/* "4111","1111","1111","1111": joined they are a number that is proven. A list of counts could be
 * any number, so nothing less than proof acts, and only of what is hard. */
static bool is_split_number(struct admit *admit, const struct admit_key *key,
                            const struct json_node *parent)
{
    char joined[SPLIT_PARTS_MAX * (SPLIT_PART_DIGITS_MAX + 1)];
    size_t size = 0;
    if (parent->child_count < SPLIT_PARTS_MIN || parent->child_count > SPLIT_PARTS_MAX)
        return false;
    for (const struct json_node *node = parent->first_child; node; node = node->next) {
        if (!is_digit_part(node)) return false;
        if (size > 0) joined[size++] = ' ';
        memcpy(joined + size, node->text.bytes, node->text.size);
        size += node->text.size;
    }
    struct matcher_view view = {.text = {joined, size},
                                .exact = key->exact,
                                .stem = key->stem,
                                .path = key->path,
                                .words = &key->words};
    struct matcher_result result;
    if (!admit_look(admit, &view, &result) || !result.is_hard) return false;
    for (uint32_t i = 0; i < result.count; i++) {
        const struct matcher_finding *finding = &result.findings[i];
        bool is_proven = finding->proof == SHIELD_PROVEN || finding->proof == SHIELD_TEST ||
                         finding->rule->keys != 0; /* its name says so */
        if (!is_proven || !policy_is_hard(finding->rule->class)) continue;
        admit_note(admit, finding, SHIELD_DROP, view.text);
        return true;
    }
    return false;
}

/* [59.913, 10.752]: two or three numbers of a list whose name says that they are a place. */
static bool is_place(struct admit *admit, const struct admit_key *key,
                     const struct json_node *parent)
{
    char joined[PLACE_PARTS_MAX * (PLACE_PART_MAX + 2)];
    size_t size = 0;
    if (parent->child_count < 2 || parent->child_count > PLACE_PARTS_MAX) return false;
    for (const struct json_node *node = parent->first_child; node; node = node->next) {
        if (node->kind != JSON_NUMBER || node->text.size > PLACE_PART_MAX) return false;
        if (size > 0) joined[size++] = ',';
        memcpy(joined + size, node->text.bytes, node->text.size);
        size += node->text.size;
    }
    struct matcher_view view = {.text = {joined, size},
                                .exact = key->exact,
                                .stem = key->stem,
                                .path = key->path,
                                .words = &key->words};
    struct matcher_result result;
    if (!admit_look(admit, &view, &result)) return false;
    for (uint32_t i = 0; i < result.count; i++) {
        const struct ruleset_rule *rule = result.findings[i].rule;
        uint32_t index = (uint32_t)(rule - admit->rules->rules);
        if (rule->class != SHIELD_PLACE || !ruleset_mask_has(&key->words, index)) continue;
        admit_note(admit, &result.findings[i], SHIELD_DROP, view.text);
        return true;
    }
    return false;
}

static bool write_node(struct walk *walk, const struct json_node *node, bool is_member,
                       const struct admit_key *key, uint32_t depth);

/* A member under its own name, or a place of a list under the list's. */
static void write_child(struct walk *walk, const struct json_node *parent,
                        const struct json_node *node, const struct admit_key *around,
                        uint32_t depth)
{
    struct admit *admit = walk->admit;
    struct admit_key key = *around;
    bool is_member = parent->kind == JSON_OBJECT_BEGIN;
    if (is_member && !admit_read_key(admit, node->key, around, &key)) {
        admit_note_reason(admit, REASON_KEY_IS_DATA, SHIELD_DROP, node->key);
        walk->is_changed = true;
        return;
    }
    size_t mark = admit_path_push(admit, is_member ? node->key : TEXT(""));
    struct text name = pair_name(parent, node);
    struct admit_key named;
    size_t planned_path = admit->planned_path;
    if (name.size > 0 && admit_read_key(admit, name, &key, &named)) {
        named.path |= key.exact | key.stem;
        key = named;
        admit->planned_path = SIZE_MAX; /* the plan lists the pair, not what it names */
    }
    if (!write_node(walk, node, is_member, &key, depth)) walk->is_changed = true;
    admit->planned_path = planned_path;
    admit_path_pop(admit, mark);
}

static bool write_container(struct walk *walk, const struct json_node *node, bool is_member,
                            const struct admit_key *key, uint32_t depth)
{
    if (depth == ADMIT_NEST_MAX) {
        admit_note_reason(walk->admit, REASON_TOO_DEEP, SHIELD_DROP, TEXT(""));
        return false;
    }
    if (is_split_number(walk->admit, key, node) || is_place(walk->admit, key, node)) return false;
    bool is_object = node->kind == JSON_OBJECT_BEGIN;
    write_name(walk, node, is_member);
    if (is_object) {
        json_object_begin(&walk->writer);
    } else {
        json_array_begin(&walk->writer);
    }
    for (const struct json_node *child = node->first_child; child; child = child->next)
        write_child(walk, node, child, key, depth + 1);
    if (is_object) {
        json_object_end(&walk->writer);
    } else {
        json_array_end(&walk->writer);
    }
    return true;
}

/* False: nothing was written. */
static bool write_leaf(struct walk *walk, const struct json_node *node, bool is_member,
                       const struct admit_key *key)
{
    struct text text = node->text;
    bool is_number = node->kind == JSON_NUMBER;
    size_t mark = arena_mark(&walk->admit->scratch->arena);
    enum admit_verdict verdict = admit_text(walk->admit, key, node->text, is_number, &text);
    if (verdict == ADMIT_REPLACE && is_number) verdict = ADMIT_REMOVE;
    if (verdict == ADMIT_REPLACE) walk->is_changed = true;
    if (verdict != ADMIT_REMOVE) write_name(walk, node, is_member);
    if (verdict != ADMIT_REMOVE && is_number) json_raw(&walk->writer, node->text);
    if (verdict != ADMIT_REMOVE && !is_number) json_text(&walk->writer, text);
    arena_rewind(&walk->admit->scratch->arena, mark);
    return verdict != ADMIT_REMOVE;
}

static bool write_node(struct walk *walk, const struct json_node *node, bool is_member,
                       const struct admit_key *key, uint32_t depth)
{
    switch (node->kind) {
    case JSON_OBJECT_BEGIN:
    case JSON_ARRAY_BEGIN: return write_container(walk, node, is_member, key, depth);
    case JSON_TEXT:
    case JSON_NUMBER: return write_leaf(walk, node, is_member, key);
    default: write_name(walk, node, is_member); break;
    }
    switch (node->kind) {
    case JSON_TRUE:
    case JSON_FALSE: json_bool(&walk->writer, node->kind == JSON_TRUE); break;
    default: json_null(&walk->writer); break;
    }
    return true;
}

static enum admit_verdict not_looked_at(struct admit *admit, struct text json)
{
    admit_note_reason(admit, REASON_NOT_LOOKED_AT, SHIELD_DROP, json);
    return ADMIT_REMOVE;
}

static enum admit_verdict walk_once(struct admit *admit, const struct admit_key *key,
                                    struct text json, struct text *replaced)
{
    struct arena *arena = &admit->scratch->arena;
    struct buffer *output = &admit->scratch->output;
    struct walk walk = {.admit = admit};
    struct json_node *root = NULL;
    struct error error;
    if (json.size > SHIELD_RECORD_MAX) return not_looked_at(admit, json);
    struct text copy = arena_text(arena, json);
    if (!copy.bytes) return not_looked_at(admit, json);
    char *bytes = (char *)arena->memory + ((const uint8_t *)copy.bytes - arena->memory);
    if (json_tree_parse(bytes, copy.size, arena, &root, &error) != STATUS_OK) {
        return not_looked_at(admit, json);
    }
    buffer_clear(output);
    json_writer_init(&walk.writer, output);
    if (!write_node(&walk, root, false, key, 0)) return ADMIT_REMOVE;
    if (!walk.is_changed) return ADMIT_KEEP;
    if (buffer_overflowed(output)) return not_looked_at(admit, json);
    *replaced = buffer_text(output);
    return ADMIT_REPLACE;
}

/* Nothing is noted twice, and the second look does not use up what the record may have. */
static enum admit_verdict walk_again(struct admit *admit, const struct admit_key *key,
                                     struct text json, struct text *replaced)
{
    bool was_silent = admit->is_silent;
    size_t bytes_left = admit->bytes_left;
    admit->is_silent = true;
    admit->bytes_left = SHIELD_RECORD_MAX;
    enum admit_verdict verdict = walk_once(admit, key, json, replaced);
    admit->is_silent = was_silent;
    admit->bytes_left = bytes_left;
    return verdict;
}

/* What was taken out of a list can make its rest look like something else, a name before a value
 * for one; so it is walked until it stays as it is. */
enum admit_verdict admit_nested(struct admit *admit, const struct admit_key *key, struct text json,
                                struct text *replaced)
{
    enum admit_verdict verdict = walk_once(admit, key, json, replaced);
    for (int i = 0; i < WALKS_MAX && verdict == ADMIT_REPLACE; i++) {
        struct text made = arena_text(&admit->scratch->arena, *replaced);
        if (!made.bytes) return not_looked_at(admit, json);
        verdict = walk_again(admit, key, made, replaced);
        if (verdict != ADMIT_KEEP) continue;
        *replaced = made;
        return ADMIT_REPLACE;
    }
    return verdict == ADMIT_REPLACE ? not_looked_at(admit, json) : verdict;
}
