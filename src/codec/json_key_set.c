#include "codec/json_key_set.h"

#include "base/check.h"
#include "base/memory.h"

#include <string.h>

/* A reference is a node's number and, in its lowest bit, whether its fork or its key is meant. */
static const uint32_t REFERENCE_NONE = UINT32_MAX;

static uint32_t key_reference(uint32_t node)
{
    return node << 1;
}

static uint32_t fork_reference(uint32_t node)
{
    return node << 1 | 1;
}

static bool is_fork(uint32_t reference)
{
    return (reference & 1) != 0;
}

void json_key_set_init(struct json_key_set *set)
{
    set->nodes = set->first; /* the nodes stay unset: this runs once per nested value */
    set->count = 0;
    set->capacity = KEY_NODES_FIRST;
    set->level = 0;
}

void json_key_set_release(struct json_key_set *set)
{
    if (set->nodes != set->first) memory_free(set->nodes);
    set->nodes = NULL;
}

void json_key_set_open(struct json_key_set *set)
{
    assert(set->level < JSON_DEPTH_MAX);
    set->roots[set->level] = REFERENCE_NONE;
    set->counts[set->level] = set->count;
    set->level++;
}

void json_key_set_close(struct json_key_set *set)
{
    assert(set->level > 0);
    set->level--;
    set->count = set->counts[set->level];
}

static uint32_t new_node(struct json_key_set *set, struct text key)
{
    assert(set->count < UINT32_MAX / 4);
    if (set->count == set->capacity) {
        bool is_first = set->nodes == set->first;
        uint32_t capacity = set->capacity * 2;
        struct json_key_node *nodes =
            memory_resize(is_first ? NULL : set->nodes, capacity, sizeof *nodes);
        if (is_first) memcpy(nodes, set->first, sizeof set->first);
        set->nodes = nodes;
        set->capacity = capacity;
    }
    set->nodes[set->count].key = key;
    return set->count++;
}

/* A byte with a ninth bit for "there is one", so that a key differs from its own prefixes. */
static uint32_t symbol(struct text key, size_t index)
{
    return index < key.size ? 0x100 | (unsigned char)key.bytes[index] : 0;
}

static unsigned side(const struct json_key_node *fork, struct text key)
{
    return (symbol(key, fork->byte) & fork->bit) != 0;
}

/* The key that shares every bit tested on the way: equal, if any is. */
static struct text nearest_key(const struct json_key_set *set, uint32_t reference, struct text key)
{
    while (is_fork(reference)) {
        const struct json_key_node *fork = &set->nodes[reference >> 1];
        reference = fork->child[side(fork, key)];
    }
    return set->nodes[reference >> 1].key;
}

static size_t shared_prefix(struct text a, struct text b)
{
    size_t size = a.size < b.size ? a.size : b.size;
    size_t shared = 0;
    while (shared < size && a.bytes[shared] == b.bytes[shared])
        shared++;
    return shared;
}

/* Forks stand in the order of the bits they test, from the front of the key to its end. */
static bool stands_before(const struct json_key_node *fork, uint32_t byte, uint32_t bit)
{
    return fork->byte != byte ? fork->byte < byte : fork->bit > bit;
}

static void insert(struct json_key_set *set, uint32_t *root, struct text key, uint32_t byte,
                   uint32_t bit)
{
    uint32_t number = new_node(set, key);
    struct json_key_node *node = &set->nodes[number];
    node->byte = byte;
    node->bit = bit;

    uint32_t *place = root;
    while (is_fork(*place)) {
        struct json_key_node *fork = &set->nodes[*place >> 1];
        if (!stands_before(fork, byte, bit)) break;
        place = &fork->child[side(fork, key)];
    }
    unsigned own_side = side(node, key);
    node->child[own_side] = key_reference(number);
    node->child[!own_side] = *place;
    *place = fork_reference(number);
}

bool json_key_set_add(struct json_key_set *set, struct text key)
{
    assert(set->level > 0);
    uint32_t *root = &set->roots[set->level - 1];
    if (*root == REFERENCE_NONE) {
        *root = key_reference(new_node(set, key));
        return true;
    }
    struct text nearest = nearest_key(set, *root, key);
    size_t byte = shared_prefix(nearest, key);
    uint32_t difference = symbol(nearest, byte) ^ symbol(key, byte);
    if (difference == 0) return false;
    assert(byte < UINT32_MAX);
    uint32_t bit = 1U << (31 - __builtin_clz(difference));
    insert(set, root, key, (uint32_t)byte, bit);
    return true;
}
