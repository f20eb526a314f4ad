/* The keys of the objects that are open, each object's apart: was this key here before?
 *
 * A crit-bit tree per object (D. J. Bernstein; Morrison's PATRICIA, 1968): no hash that a hostile
 * client could make collide, and a walk is never longer than nine steps per byte of the key, so
 * all work together is linear in the input. Keys are borrowed and compared by their bytes.
 * Private to this room. */
#ifndef CANDOR_CODEC_JSON_KEY_SET_H
#define CANDOR_CODEC_JSON_KEY_SET_H

#include "base/text.h"
#include "codec/json_reader.h"

#include <stdbool.h>
#include <stdint.h>

enum { KEY_NODES_FIRST = 48 };

/* One key, and the fork that it made when it came (the first key of an object makes none). */
struct json_key_node {
    struct text key;
    uint32_t child[2]; /* of the fork: where the bit is 0, where it is 1 */
    uint32_t byte;     /* the first byte where the two sides differ */
    uint32_t bit;      /* the highest bit in which they do */
};

struct json_key_set {
    struct json_key_node *nodes; /* `first` until there are more */
    uint32_t count;
    uint32_t capacity;
    uint32_t level; /* objects that are open */
    uint32_t roots[JSON_DEPTH_MAX];
    uint32_t counts[JSON_DEPTH_MAX]; /* nodes in use when the object began */
    struct json_key_node first[KEY_NODES_FIRST];
};

void json_key_set_init(struct json_key_set *set);
void json_key_set_release(struct json_key_set *set);
void json_key_set_open(struct json_key_set *set);  /* an object begins */
void json_key_set_close(struct json_key_set *set); /* it ends: its keys are forgotten */

/* False if the innermost open object has the key already. */
bool json_key_set_add(struct json_key_set *set, struct text key);

#endif
