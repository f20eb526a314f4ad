/* A small JSON document as a tree in an arena: for plans, configuration and answers, never for
 * events. Of equal keys the first wins. Nodes are owned by the arena; texts borrow the input,
 * which must stay and is written into (see json_reader.h). */
#ifndef CANDOR_CODEC_JSON_TREE_H
#define CANDOR_CODEC_JSON_TREE_H

#include "base/arena.h"
#include "base/status.h"
#include "codec/json_reader.h"

struct json_node {
    enum json_kind kind; /* OBJECT_BEGIN, ARRAY_BEGIN, TEXT, NUMBER, TRUE, FALSE or NULL */
    struct text key;     /* inside an object */
    struct text text;    /* of a text or a number */
    struct json_node *first_child;
    struct json_node *next; /* its next sibling */
    uint32_t child_count;
};

/* STATUS_INVALID for bad JSON (the message has the byte offset), TOO_LARGE past the arena. */
enum status json_tree_parse(char *bytes, size_t size, struct arena *arena, struct json_node **root,
                            struct error *error) MUST_CHECK;

/* NULL when the node is no object or has no such key. */
const struct json_node *json_find(const struct json_node *object, const char *key);
bool json_is_text(const struct json_node *node, const char *value);

#endif
