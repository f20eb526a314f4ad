/* The settings that browsers are given, as the server uses them itself (spec/shield.md P7): a
 * segment is in a route, a parameter on the list, or it does not stay. */
#include "shield/policy.h"

#include "codec/json_tree.h"

#include <string.h>

enum {
    SDK_ROOM = 4 * 1024 * 1024, /* touched only as far as the settings need */
    SDK_WORDS_MAX = 4096,
};

static const struct json_node *find_list(const struct json_node *root, const char *name)
{
    const struct json_node *list = json_find(root, name);
    return list && list->kind == JSON_ARRAY_BEGIN ? list : NULL;
}

/* "/k8s/:int": its literal segments are words of the project's. */
static void add_route(struct text *words, size_t *count, struct text route)
{
    while (route.size > 0 && *count < SDK_WORDS_MAX) {
        struct text segment = text_split(route, '/', &route);
        if (segment.size > 0 && segment.bytes[0] != ':') words[(*count)++] = segment;
    }
}

static void read_routes(struct policy *policy, const struct json_node *root)
{
    const struct json_node *list = find_list(root, "routes");
    if (!list || list->child_count == 0) return;
    struct text *routes = ARENA_ARRAY(&policy->sdk_memory, struct text, list->child_count);
    struct text *words = ARENA_ARRAY(&policy->sdk_memory, struct text, SDK_WORDS_MAX);
    if (!routes || !words) return;
    policy->urls.routes = routes;
    policy->urls.words = words;
    for (const struct json_node *node = list->first_child; node; node = node->next) {
        if (node->kind != JSON_TEXT) continue;
        routes[policy->urls.route_count++] = node->text;
        add_route(words, &policy->urls.word_count, node->text);
    }
}

static void read_params(struct policy *policy, const struct json_node *root)
{
    const struct json_node *list = find_list(root, "params");
    if (!list || list->child_count == 0) return;
    struct text *params = ARENA_ARRAY(&policy->sdk_memory, struct text, list->child_count);
    if (!params) return;
    policy->urls.params = params;
    for (const struct json_node *node = list->first_child; node; node = node->next)
        if (node->kind == JSON_TEXT) params[policy->urls.param_count++] = node->text;
}

void policy_read_sdk(struct policy *policy, struct text members)
{
    struct json_node *root = NULL;
    struct error error;
    if (members.size == 0 || members.size > SDK_ROOM / 4) return;
    arena_init(&policy->sdk_memory, SDK_ROOM);
    char *bytes = arena_alloc_dirty(&policy->sdk_memory, members.size + 2, 1, 1);
    if (!bytes) return;
    bytes[0] = '{';
    memcpy(bytes + 1, members.bytes, members.size);
    bytes[members.size + 1] = '}';
    if (json_tree_parse(bytes, members.size + 2, &policy->sdk_memory, &root, &error) != STATUS_OK) {
        return;
    }
    read_routes(policy, root);
    read_params(policy, root);
}
