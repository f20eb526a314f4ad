/* A plan's text as a tree. YAML comes as events of libyaml and is built without recursion; an alias
 * is refused, so no text can grow beyond its size. In front of each key of YAML stands its line. */
#include "shield/shield_plan.h"

#include "codec/block.h"
#include "codec/utf8.h"

#include <string.h>
#include <yaml.h>

enum { LINE_SIZE = 4 };

struct builder {
    struct arena *arena;
    struct error *error;
    struct json_node *stack[SHIELD_PLAN_DEPTH_MAX];
    struct json_node *last[SHIELD_PLAN_DEPTH_MAX];
    uint32_t depth;
    struct text key; /* bytes NULL: the next scalar of an object is one */
    struct json_node *root;
};

static enum status too_large(struct error *error)
{
    return error_set(error, STATUS_TOO_LARGE, "the plan has too much in it");
}

static enum status copy_scalar(struct builder *builder, const yaml_event_t *event, struct text *out)
{
    size_t size = event->data.scalar.length;
    char *bytes = ARENA_ARRAY(builder->arena, char, size + LINE_SIZE + 1);
    if (!bytes) return too_large(builder->error);
    store_u32(bytes, (uint32_t)event->start_mark.line + 1);
    if (size > 0) memcpy(bytes + LINE_SIZE, event->data.scalar.value, size);
    *out = (struct text){bytes + LINE_SIZE, size};
    return STATUS_OK;
}

static size_t digits_at(struct text text, size_t at)
{
    size_t count = 0;
    while (at + count < text.size && text.bytes[at + count] >= '0' && text.bytes[at + count] <= '9')
        count++;
    return count;
}

/* By JSON's grammar. */
static bool is_number(struct text text)
{
    size_t at = text.size > 0 && text.bytes[0] == '-';
    size_t whole = digits_at(text, at);
    if (whole == 0 || (whole > 1 && text.bytes[at] == '0')) return false;
    at += whole;
    if (at < text.size && text.bytes[at] == '.') {
        size_t places = digits_at(text, at + 1);
        if (places == 0) return false;
        at += 1 + places;
    }
    if (at < text.size && (text.bytes[at] | 0x20) == 'e') {
        at++;
        if (at < text.size && (text.bytes[at] == '+' || text.bytes[at] == '-')) at++;
        size_t power = digits_at(text, at);
        if (power == 0) return false;
        at += power;
    }
    return at == text.size;
}

static enum json_kind plain_kind(struct text text)
{
    if (text_equal(text, TEXT("true"))) return JSON_TRUE;
    if (text_equal(text, TEXT("false"))) return JSON_FALSE;
    if (text.size == 0 || text_equal(text, TEXT("null")) || text_equal(text, TEXT("~"))) {
        return JSON_NULL;
    }
    return is_number(text) ? JSON_NUMBER : JSON_TEXT;
}

static enum status place(struct builder *builder, struct json_node *node)
{
    if (builder->depth == 0) {
        builder->root = node;
        return STATUS_OK;
    }
    struct json_node *parent = builder->stack[builder->depth - 1];
    struct json_node **last = &builder->last[builder->depth - 1];
    node->key = builder->key;
    builder->key = (struct text){0};
    if (*last) {
        (*last)->next = node;
    } else {
        parent->first_child = node;
    }
    *last = node;
    parent->child_count++;
    return STATUS_OK;
}

static enum status begin(struct builder *builder, enum json_kind kind)
{
    struct json_node *node = ARENA_ARRAY(builder->arena, struct json_node, 1);
    if (!node || builder->depth == SHIELD_PLAN_DEPTH_MAX) return too_large(builder->error);
    node->kind = kind;
    TRY(place(builder, node));
    builder->stack[builder->depth] = node;
    builder->last[builder->depth++] = NULL;
    return STATUS_OK;
}

static bool awaits_key(const struct builder *builder)
{
    return builder->depth > 0 && builder->stack[builder->depth - 1]->kind == JSON_OBJECT_BEGIN &&
           !builder->key.bytes;
}

static enum status complain(const struct builder *builder, const yaml_event_t *event,
                            const char *what)
{
    return error_set(builder->error, STATUS_INVALID, "line %u: %s",
                     (unsigned)event->start_mark.line + 1, what);
}

static enum status add_scalar(struct builder *builder, const yaml_event_t *event)
{
    struct text text;
    if (event->data.scalar.anchor) return complain(builder, event, "anchors are not allowed");
    TRY(copy_scalar(builder, event, &text));
    if (awaits_key(builder)) {
        builder->key = text;
        return STATUS_OK;
    }
    struct json_node *node = ARENA_ARRAY(builder->arena, struct json_node, 1);
    if (!node) return too_large(builder->error);
    node->kind = event->data.scalar.plain_implicit ? plain_kind(text) : JSON_TEXT;
    node->text = text;
    return place(builder, node);
}

static enum status take(struct builder *builder, const yaml_event_t *event)
{
    bool is_begin =
        event->type == YAML_MAPPING_START_EVENT || event->type == YAML_SEQUENCE_START_EVENT;
    if (is_begin && awaits_key(builder)) return complain(builder, event, "a name is a text");
    switch (event->type) {
    case YAML_ALIAS_EVENT: return complain(builder, event, "aliases are not allowed");
    case YAML_SCALAR_EVENT: return add_scalar(builder, event);
    case YAML_MAPPING_START_EVENT:
        if (event->data.mapping_start.anchor) break;
        return begin(builder, JSON_OBJECT_BEGIN);
    case YAML_SEQUENCE_START_EVENT:
        if (event->data.sequence_start.anchor) break;
        return begin(builder, JSON_ARRAY_BEGIN);
    case YAML_MAPPING_END_EVENT:
    case YAML_SEQUENCE_END_EVENT: builder->depth--; return STATUS_OK;
    case YAML_DOCUMENT_START_EVENT:
        if (builder->root) return complain(builder, event, "one document is enough");
        return STATUS_OK;
    default: return STATUS_OK;
    }
    return complain(builder, event, "anchors are not allowed");
}

static enum status read_events(yaml_parser_t *parser, struct builder *builder)
{
    for (bool goes_on = true; goes_on;) {
        yaml_event_t event;
        if (!yaml_parser_parse(parser, &event)) {
            return error_set(builder->error, STATUS_INVALID, "line %u: it is no YAML: %s",
                             (unsigned)parser->problem_mark.line + 1,
                             parser->problem ? parser->problem : "unreadable");
        }
        goes_on = event.type != YAML_STREAM_END_EVENT;
        enum status status = take(builder, &event);
        yaml_event_delete(&event);
        if (status != STATUS_OK) return status;
    }
    return STATUS_OK;
}

static enum status read_yaml(struct text source, struct arena *arena, const struct json_node **root,
                             struct error *error)
{
    struct builder builder = {.arena = arena, .error = error};
    yaml_parser_t parser;
    if (!yaml_parser_initialize(&parser)) {
        return error_set(error, STATUS_TOO_LARGE, "too little memory to read YAML");
    }
    yaml_parser_set_encoding(&parser, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(&parser, (const unsigned char *)source.bytes, source.size);
    enum status status = read_events(&parser, &builder);
    yaml_parser_delete(&parser);
    *root = builder.root;
    return status;
}

enum status shield_plan_read(struct text source, struct arena *arena,
                             struct shield_plan_source *out, const struct json_node **root,
                             struct error *error)
{
    struct json_node *node = NULL;
    *root = NULL;
    *out = (struct shield_plan_source){0};
    if (source.size > SHIELD_PLAN_SIZE_MAX) {
        return error_set(error, STATUS_TOO_LARGE, "a plan has at most %d bytes",
                         SHIELD_PLAN_SIZE_MAX);
    }
    if (!utf8_valid(source) || text_find_byte(source, 0) != TEXT_NOT_FOUND) {
        return error_set(error, STATUS_INVALID, "the plan is not text in UTF-8");
    }
    out->is_yaml = !text_starts_with(text_trim(source), TEXT("{"));
    if (out->is_yaml) return read_yaml(source, arena, root, error);
    out->copy = ARENA_ARRAY(arena, char, source.size + 1);
    if (!out->copy) return too_large(error);
    memcpy(out->copy, source.bytes, source.size);
    TRY(json_tree_parse(out->copy, source.size, arena, &node, error));
    *root = node;
    return STATUS_OK;
}

unsigned shield_plan_line(const struct shield_plan_source *source, const struct json_node *node)
{
    if (!node->key.bytes) return 1;
    if (source->is_yaml) return load_u32(node->key.bytes - LINE_SIZE);
    unsigned line = 1;
    for (const char *at = source->copy; at < node->key.bytes; at++)
        line += *at == '\n';
    return line;
}
