/* What an answer is broken down by: one property so far. */
#include "plan/plan_internal.h"

#include "base/check.h"

#include <math.h>

enum { BREAKDOWN_COUNT_MAX = 3 };

static const struct plan_key breakdown_keys[] = {
    {"property", PLAN_KEY_READ}, {"of", PLAN_KEY_READ}, {"top", PLAN_KEY_READ},
    {"buckets", PLAN_KEY_READ},  {"at", PLAN_KEY_READ}, /* the last: funnels only */
};

static enum status read_edges(struct plan_reader *reader, const struct plan_node *node,
                              struct plan_breakdown *out)
{
    TRY(plan_check_list(reader, node, 1, PLAN_BUCKET_COUNT_MAX));
    uint32_t count = node->json->child_count;
    double *edges = ARENA_ARRAY(reader->arena, double, count);
    if (!edges) return plan_refuse_size(reader);

    uint32_t index = 0;
    for (const struct json_node *json = node->json->first_child; json; json = json->next) {
        struct plan_node child = plan_element(node, json, index);
        if (json->kind != JSON_NUMBER) return plan_refuse(reader, &child, "expected a number");
        struct value value = value_from_number(json->text);
        edges[index] = value_number(&value);
        bool rises = index == 0 || edges[index] > edges[index - 1];
        if (!isfinite(edges[index]) || !rises) {
            return plan_refuse(reader, &child, "expected edges that rise");
        }
        index++;
    }
    out->edges = edges;
    out->edge_count = count;
    return STATUS_OK;
}

static enum status read_item(struct plan_reader *reader, const struct plan_node *node,
                             uint32_t step_count, struct plan_breakdown *out)
{
    static const struct plan_word subjects[] = {{"event", false}, {"profile", false}};
    uint32_t key_count = PLAN_COUNT_OF(breakdown_keys) - (step_count > 0 ? 0 : 1);
    TRY(plan_check_keys(reader, node, breakdown_keys, key_count));
    struct plan_node child;
    TRY(plan_need(reader, node, "property", &child));
    TRY(plan_read_text(reader, &child, &out->property));
    if (plan_find(node, "of", &child)) {
        uint32_t subject = 0;
        TRY(plan_read_word(reader, &child, subjects, PLAN_COUNT_OF(subjects), &subject));
        out->of = subject == 0 ? PLAN_OF_EVENT : PLAN_OF_PROFILE;
    }
    int64_t number = PLAN_TOP_DEFAULT;
    if (plan_find(node, "top", &child)) {
        TRY(plan_read_integer(reader, &child, 1, PLAN_TOP_MAX, &number));
    }
    out->top = (uint32_t)number;
    number = 1;
    if (plan_find(node, "at", &child)) {
        TRY(plan_read_integer(reader, &child, 1, step_count, &number));
    }
    out->at = (uint32_t)number;
    if (plan_find(node, "buckets", &child)) TRY(read_edges(reader, &child, out));
    return STATUS_OK;
}

enum status plan_read_breakdown(struct plan_reader *reader, const struct plan_node *node,
                                uint32_t step_count, const struct plan_breakdown **out)
{
    TRY(plan_check_list(reader, node, 0, BREAKDOWN_COUNT_MAX));
    if (node->json->child_count == 0) return STATUS_OK;
    struct plan_breakdown *breakdown = ARENA_ARRAY(reader->arena, struct plan_breakdown, 1);
    if (!breakdown) return plan_refuse_size(reader);

    uint32_t index = 0;
    for (const struct json_node *json = node->json->first_child; json; json = json->next) {
        struct plan_node child = plan_element(node, json, index);
        if (index > 0) return plan_refuse_later(reader, &child, "use one breakdown");
        TRY(read_item(reader, &child, step_count, breakdown));
        index++;
    }
    *out = breakdown;
    return STATUS_OK;
}
