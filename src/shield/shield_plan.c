#include "shield/shield_plan.h"

#include "base/calendar.h"
#include "base/memory.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { ARENA_SIZE = 64 * 1024 * 1024, KEY_SIZE_MAX = SHIELD_PLAN_NAME_MAX + 4 };

struct reading {
    struct shield_plan *plan;
    struct shield_plan_source source;
    struct error *error;
    struct text event;    /* for messages */
    struct text property; /* likewise */
};

static enum status complain(const struct reading *reading, const struct json_node *node,
                            const char *what)
{
    struct text event = reading->event;
    struct text property = reading->property;
    return error_set(reading->error, STATUS_INVALID, "line %u: %.*s%s%.*s%s\"%.*s\" %s",
                     shield_plan_line(&reading->source, node),
                     event.size > 60 ? 60 : (int)event.size, event.bytes ? event.bytes : "",
                     event.size > 0 ? ": " : "", property.size > 60 ? 60 : (int)property.size,
                     property.bytes ? property.bytes : "", property.size > 0 ? ": " : "",
                     node->key.size > 60 ? 60 : (int)node->key.size,
                     node->key.bytes ? node->key.bytes : "", what);
}

static bool is_object(const struct json_node *node)
{
    return node->kind == JSON_OBJECT_BEGIN;
}

static int word_of(struct text word, const char *const *words, int count)
{
    for (int i = 0; i < count; i++) {
        if (text_equal(word, text_from(words[i]))) return i;
    }
    return -1;
}

static bool is_name_good(struct text name)
{
    return name.size > 0 && name.size <= SHIELD_PLAN_NAME_MAX &&
           text_find_byte(name, '*') == TEXT_NOT_FOUND;
}

/* --- one property --- */

static enum status read_enum(const struct reading *reading, const struct json_node *node,
                             struct shield_plan_property *property)
{
    if (node->kind != JSON_ARRAY_BEGIN || node->child_count == 0 ||
        node->child_count > SHIELD_PLAN_ENUM_MAX) {
        return complain(reading, node, "is a list of 1 to 1000 texts");
    }
    for (const struct json_node *word = node->first_child; word; word = word->next) {
        bool is_word = word->kind == JSON_TEXT || word->kind == JSON_NUMBER;
        if (!is_word) return complain(reading, node, "holds something that is no text");
        (void)text_index_add(&property->words, word->text);
    }
    return STATUS_OK;
}

static enum status read_pattern(const struct reading *reading, const struct json_node *node,
                                struct shield_plan_property *property)
{
    if (node->kind != JSON_TEXT || node->text.size > SHIELD_PLAN_PATTERN_MAX ||
        text_find_byte(node->text, '\0') != TEXT_NOT_FOUND) {
        return complain(reading, node, "is a text of at most 256 bytes");
    }
    if (property->pattern) return complain(reading, node, "is given twice");
    const char *refusal = shield_plan_compile(reading->plan, node->text, &property->pattern);
    return refusal ? complain(reading, node, refusal) : STATUS_OK;
}

static enum status read_bound(const struct reading *reading, const struct json_node *node,
                              double *bound, bool *is_given)
{
    if (node->kind != JSON_NUMBER) return complain(reading, node, "is a number");
    struct value value = value_from_number(node->text);
    *bound = value_number(&value);
    *is_given = true;
    return isfinite(*bound) ? STATUS_OK : complain(reading, node, "is too large");
}

static enum status read_flag(const struct reading *reading, const struct json_node *node,
                             bool *flag)
{
    *flag = node->kind == JSON_TRUE;
    if (*flag || node->kind == JSON_FALSE) return STATUS_OK;
    return complain(reading, node, "is true or false");
}

static enum status read_type(const struct reading *reading, const struct json_node *node,
                             struct shield_plan_property *property)
{
    static const char *const types[] = {"text", "number", "integer", "bool", "timestamp",
                                        "enum", "list",   "object",  "any"};
    int type = node->kind == JSON_TEXT ? word_of(node->text, types, SHIELD_PLAN_TYPE_COUNT) : -1;
    if (type < 0) {
        return complain(reading, node,
                        "is text, number, integer, bool, timestamp, enum, list, object or any");
    }
    property->type = (enum shield_plan_type)type;
    return STATUS_OK;
}

static enum status read_member(const struct reading *reading, const struct json_node *node,
                               struct shield_plan_property *property)
{
    static const char *const for_people[] = {"category", "purpose", "legal_basis", "retention",
                                             "owner",    "example", "description"};
    struct text key = node->key;
    if (text_equal(key, TEXT("type"))) return read_type(reading, node, property);
    if (text_equal(key, TEXT("enum"))) return read_enum(reading, node, property);
    if (text_equal(key, TEXT("pattern"))) return read_pattern(reading, node, property);
    if (text_equal(key, TEXT("min"))) {
        return read_bound(reading, node, &property->min, &property->has_min);
    }
    if (text_equal(key, TEXT("max"))) {
        return read_bound(reading, node, &property->max, &property->has_max);
    }
    if (text_equal(key, TEXT("required"))) return read_flag(reading, node, &property->is_required);
    if (text_equal(key, TEXT("identifier"))) {
        return read_flag(reading, node, &property->is_identifier);
    }
    if (word_of(key, for_people, sizeof for_people / sizeof *for_people) < 0) {
        return complain(reading, node, "is no word of a property");
    }
    bool is_text = !is_object(node) && node->kind != JSON_ARRAY_BEGIN;
    if (!is_text && !text_equal(key, TEXT("example"))) return complain(reading, node, "is a text");
    if (text_equal(key, TEXT("category"))) property->category = shield_plan_category_of(node->text);
    return STATUS_OK;
}

static enum status check_property(const struct reading *reading, const struct json_node *node,
                                  const struct shield_plan_property *property)
{
    bool is_number = property->type == SHIELD_PLAN_NUMBER || property->type == SHIELD_PLAN_INTEGER;
    bool has_bound = property->has_min || property->has_max;
    if (has_bound && !is_number) return complain(reading, node, "has bounds and is no number");
    if (property->has_min && property->has_max && property->min > property->max) {
        return complain(reading, node, "has a min above its max");
    }
    bool is_everywhere = property->event >= SHIELD_PLAN_PROFILES;
    if (is_everywhere && property->is_required) {
        return complain(reading, node, "is required: only an event's own can be");
    }
    bool is_enum = property->type == SHIELD_PLAN_ENUM;
    if (is_enum != (property->words.count > 0)) {
        return complain(reading, node, "needs both type enum and the list enum, or neither");
    }
    if (property->pattern && property->type != SHIELD_PLAN_TEXT) {
        return complain(reading, node, "has a pattern and is no text");
    }
    return STATUS_OK;
}

static struct text key_of(char bytes[KEY_SIZE_MAX], uint32_t event, struct text name)
{
    memcpy(bytes, &event, sizeof event);
    memcpy(bytes + sizeof event, name.bytes, name.size);
    return (struct text){bytes, name.size + sizeof event};
}

static enum status read_property(struct reading *reading, uint32_t event,
                                 const struct json_node *node)
{
    char bytes[KEY_SIZE_MAX];
    struct shield_plan *plan = reading->plan;
    if (!is_name_good(node->key)) return complain(reading, node, "cannot be a property's name");
    if (!is_object(node)) return complain(reading, node, "is no property: expected {type: …}");
    if (plan->property_count == SHIELD_PLAN_PROPERTIES_MAX) {
        return error_set(reading->error, STATUS_TOO_LARGE, "a plan has at most %d properties",
                         SHIELD_PLAN_PROPERTIES_MAX);
    }
    if (text_index_add(&plan->keys, key_of(bytes, event, node->key)) != plan->property_count) {
        return complain(reading, node, "is there twice");
    }
    struct shield_plan_property *property = &plan->properties[plan->property_count++];
    text_index_init(&property->words);
    property->event = event;
    struct text key = text_index_get(&plan->keys, plan->property_count - 1);
    property->name = text_slice(key, sizeof event, key.size - sizeof event);
    reading->property = property->name;
    for (const struct json_node *member = node->first_child; member; member = member->next)
        TRY(read_member(reading, member, property));
    reading->property = (struct text){0};
    return check_property(reading, node, property);
}

static enum status read_properties(struct reading *reading, uint32_t event,
                                   const struct json_node *node)
{
    if (!is_object(node)) return complain(reading, node, "is a list of names with {type: …}");
    for (const struct json_node *child = node->first_child; child; child = child->next)
        TRY(read_property(reading, event, child));
    return STATUS_OK;
}

/* --- events and the whole --- */

static enum status read_event(struct reading *reading, uint32_t event, const struct json_node *node)
{
    if (node->kind == JSON_NULL) return STATUS_OK;
    if (!is_object(node)) return complain(reading, node, "is no event: expected {properties: …}");
    for (const struct json_node *member = node->first_child; member; member = member->next) {
        bool is_note = text_equal(member->key, TEXT("owner")) ||
                       text_equal(member->key, TEXT("description")) ||
                       text_equal(member->key, TEXT("purpose"));
        if (is_note) continue;
        if (!text_equal(member->key, TEXT("properties"))) {
            return complain(reading, member, "is no word of an event");
        }
        TRY(read_properties(reading, event, member));
    }
    return STATUS_OK;
}

static enum status read_events(struct reading *reading, const struct json_node *node)
{
    if (!is_object(node)) return complain(reading, node, "is a list of names");
    for (const struct json_node *child = node->first_child; child; child = child->next) {
        uint32_t number = reading->plan->events.count;
        if (!is_name_good(child->key)) return complain(reading, child, "cannot be an event's name");
        if (number == SHIELD_PLAN_EVENTS_MAX) {
            return error_set(reading->error, STATUS_TOO_LARGE, "a plan has at most %d events",
                             SHIELD_PLAN_EVENTS_MAX);
        }
        if (text_index_add(&reading->plan->events, child->key) != number) {
            return complain(reading, child, "is there twice");
        }
        reading->event = child->key;
        reading->plan->begins[number] = reading->plan->property_count;
        TRY(read_event(reading, number, child));
        reading->event = (struct text){0};
    }
    return STATUS_OK;
}

static enum status read_stage(struct reading *reading, const struct json_node *node)
{
    static const char *const stages[] = {"quarantine", "watch", "refuse"};
    int stage = node->kind == JSON_TEXT ? word_of(node->text, stages, 3) : -1;
    if (stage < 0) return complain(reading, node, "is watch, quarantine or refuse");
    reading->plan->stage = (enum shield_plan_stage)stage;
    return STATUS_OK;
}

static enum status read_part(struct reading *reading, const struct json_node *node)
{
    if (text_equal(node->key, TEXT("mode"))) return read_stage(reading, node);
    if (text_equal(node->key, TEXT("shared"))) {
        return read_properties(reading, SHIELD_PLAN_SHARED, node);
    }
    if (text_equal(node->key, TEXT("profiles"))) {
        return read_event(reading, SHIELD_PLAN_PROFILES, node);
    }
    if (text_equal(node->key, TEXT("events"))) return read_events(reading, node);
    return complain(reading, node, "is no part of a plan: mode, shared, profiles and events are");
}

static enum status read_plan(struct reading *reading, struct text source, struct arena *arena)
{
    const struct json_node *root = NULL;
    TRY(shield_plan_read(source, arena, &reading->source, &root, reading->error));
    if (!root || !is_object(root)) {
        return error_set(reading->error, STATUS_INVALID,
                         "line 1: a plan has mode, shared, profiles and events");
    }
    for (const struct json_node *part = root->first_child; part; part = part->next)
        TRY(read_part(reading, part));
    return STATUS_OK;
}

enum status shield_plan_make(struct text source, struct shield_plan **out, struct error *error)
{
    struct shield_plan *plan = MEMORY_NEW(struct shield_plan);
    struct reading reading = {.plan = plan, .error = error};
    struct arena arena;
    text_index_init(&plan->events);
    text_index_init(&plan->keys);
    text_index_init(&plan->patterns);
    plan->begins = MEMORY_ARRAY(uint32_t, SHIELD_PLAN_EVENTS_MAX);
    plan->properties = MEMORY_ARRAY(struct shield_plan_property, SHIELD_PLAN_PROPERTIES_MAX);
    arena_init(&arena, ARENA_SIZE);
    enum status status = read_plan(&reading, source, &arena);
    arena_release(&arena);
    if (status == STATUS_OK) {
        *out = plan;
    } else {
        shield_plan_release(plan);
    }
    return status;
}

void shield_plan_release(struct shield_plan *plan)
{
    if (!plan) return;
    for (uint32_t i = 0; i < plan->property_count; i++)
        text_index_release(&plan->properties[i].words);
    shield_plan_release_patterns(plan);
    memory_free(plan->properties);
    memory_free(plan->begins);
    text_index_release(&plan->events);
    text_index_release(&plan->keys);
    memory_free(plan);
}

/* --- asking --- */

uint32_t shield_plan_event(const struct shield_plan *plan, struct text name)
{
    return text_index_find(&plan->events, name);
}

const struct shield_plan_property *shield_plan_find(const struct shield_plan *plan, uint32_t event,
                                                    struct text name)
{
    char bytes[KEY_SIZE_MAX];
    if (name.size == 0 || name.size > SHIELD_PLAN_NAME_MAX) return NULL;
    uint32_t found = text_index_find(&plan->keys, key_of(bytes, event, name));
    bool is_event = event != SHIELD_PLAN_PROFILES;
    if (found == TEXT_INDEX_NONE && is_event) {
        found = text_index_find(&plan->keys, key_of(bytes, SHIELD_PLAN_SHARED, name));
    }
    return found == TEXT_INDEX_NONE ? NULL : &plan->properties[found];
}

/* --- values --- */

/* A text that is a number in its usual form, and nothing else. */
static void number_from_text(struct value *value)
{
    struct text text = value->text;
    if (value->kind != VALUE_TEXT || text.size == 0 || text.size > 24) return;
    int64_t integer;
    char back[24];
    if (!text_to_i64(text, &integer)) return;
    int size = snprintf(back, sizeof back, "%lld", (long long)integer);
    if (!text_equal(text, (struct text){back, (size_t)size})) return; /* "007" says more than 7 */
    *value = (struct value){.kind = VALUE_INTEGER, .integer = integer};
}

static void text_from_number(struct value *value, struct arena *arena)
{
    char bytes[24];
    if (value->kind != VALUE_INTEGER) return;
    int size = snprintf(bytes, sizeof bytes, "%lld", (long long)value->integer);
    struct text text = arena_text(arena, (struct text){bytes, (size_t)size});
    if (text.bytes) *value = (struct value){.kind = VALUE_TEXT, .text = text};
}

static enum shield_plan_fit check_number(const struct shield_plan_property *property,
                                         struct value *value)
{
    number_from_text(value);
    if (!value_is_number(value)) return SHIELD_PLAN_MISFIT;
    double number = value_number(value);
    bool is_whole = value->kind == VALUE_INTEGER ||
                    (fabs(number) <= 9007199254740992.0 && number == floor(number));
    if (property->type == SHIELD_PLAN_INTEGER && !is_whole) return SHIELD_PLAN_MISFIT;
    if (property->has_min && number < property->min) return SHIELD_PLAN_MISFIT;
    if (property->has_max && number > property->max) return SHIELD_PLAN_MISFIT;
    bool is_bounded = property->has_min && property->has_max;
    /* A range that could hold a card or a phone number proves nothing. */
    bool is_narrow = is_bounded && property->min > -1e6 && property->max < 1e6;
    return is_narrow && property->type == SHIELD_PLAN_INTEGER ? SHIELD_PLAN_PROVEN
                                                              : SHIELD_PLAN_FITS;
}

static enum shield_plan_fit check_bool(struct value *value)
{
    bool is_true = value->kind == VALUE_TEXT && text_equal(value->text, TEXT("true"));
    bool is_false = value->kind == VALUE_TEXT && text_equal(value->text, TEXT("false"));
    if (is_true || is_false) *value = value_from_bool(is_true);
    return value->kind == VALUE_TRUE || value->kind == VALUE_FALSE ? SHIELD_PLAN_PROVEN
                                                                   : SHIELD_PLAN_MISFIT;
}

/* ISO dates and times, or a number of seconds or milliseconds from 2000 to 2100. */
static enum shield_plan_fit check_timestamp(struct value *value)
{
    int64_t ms;
    if (value->kind == VALUE_TEXT) {
        return calendar_value_parse(value->text, &ms) ? SHIELD_PLAN_PROVEN : SHIELD_PLAN_MISFIT;
    }
    if (!value_is_number(value)) return SHIELD_PLAN_MISFIT;
    double number = value_number(value);
    bool is_seconds = number >= 946684800.0 && number < 4102444800.0;
    bool is_ms = number >= 946684800000.0 && number < 4102444800000.0;
    return is_seconds || is_ms ? SHIELD_PLAN_PROVEN : SHIELD_PLAN_MISFIT;
}

static enum shield_plan_fit check_text(const struct shield_plan_property *property,
                                       struct value *value, hs_scratch_t *room)
{
    if (value->kind != VALUE_TEXT) return SHIELD_PLAN_MISFIT;
    if (property->type == SHIELD_PLAN_ENUM) {
        bool is_listed = text_index_find(&property->words, value->text) != TEXT_INDEX_NONE;
        return is_listed ? SHIELD_PLAN_PROVEN : SHIELD_PLAN_MISFIT;
    }
    if (!property->pattern) return SHIELD_PLAN_FITS;
    return shield_plan_matches(property->pattern, value->text, room) ? SHIELD_PLAN_FITS
                                                                     : SHIELD_PLAN_MISFIT;
}

enum shield_plan_fit shield_plan_check(const struct shield_plan_property *property,
                                       struct value *value, hs_scratch_t *room, struct arena *arena)
{
    if (value->kind == VALUE_NULL || value->kind == VALUE_MISSING) return SHIELD_PLAN_FITS;
    switch (property->type) {
    case SHIELD_PLAN_NUMBER:
    case SHIELD_PLAN_INTEGER: return check_number(property, value);
    case SHIELD_PLAN_BOOL: return check_bool(value);
    case SHIELD_PLAN_TIMESTAMP: return check_timestamp(value);
    case SHIELD_PLAN_TEXT:
    case SHIELD_PLAN_ENUM: text_from_number(value, arena); return check_text(property, value, room);
    case SHIELD_PLAN_LIST: return value->kind == VALUE_LIST ? SHIELD_PLAN_FITS : SHIELD_PLAN_MISFIT;
    case SHIELD_PLAN_OBJECT:
        return value->kind == VALUE_OBJECT ? SHIELD_PLAN_FITS : SHIELD_PLAN_MISFIT;
    case SHIELD_PLAN_ANY:
    case SHIELD_PLAN_TYPE_COUNT: break;
    }
    return SHIELD_PLAN_FITS;
}
