/* Filters, as written: {"all": […]}, {"any": […]}, {"not": …}, {"person": […]} or a leaf. */
#include "plan/plan_internal.h"

#include "base/check.h"
#include "codec/utf8.h"

#include <string.h>

enum operand_kind {
    OPERAND_VALUES,  /* a list of texts, numbers, booleans */
    OPERAND_TEXT,    /* one text */
    OPERAND_PATTERN, /* one pattern */
    OPERAND_ORDERED, /* a number or an ISO date */
    OPERAND_RANGE,   /* two of those, of one sort */
    OPERAND_BOOL,
};

struct operator_rule {
    const char *name;
    enum plan_operator operator;
    enum operand_kind operand;
};

static const struct operator_rule operator_rules[] = {
    {"is", PLAN_IS, OPERAND_VALUES},
    {"is_not", PLAN_IS_NOT, OPERAND_VALUES},
    {"contains", PLAN_CONTAINS, OPERAND_TEXT},
    {"not_contains", PLAN_NOT_CONTAINS, OPERAND_TEXT},
    {"starts_with", PLAN_STARTS_WITH, OPERAND_TEXT},
    {"matches", PLAN_MATCHES, OPERAND_PATTERN},
    {"greater", PLAN_GREATER, OPERAND_ORDERED},
    {"at_least", PLAN_AT_LEAST, OPERAND_ORDERED},
    {"less", PLAN_LESS, OPERAND_ORDERED},
    {"at_most", PLAN_AT_MOST, OPERAND_ORDERED},
    {"between", PLAN_BETWEEN, OPERAND_RANGE},
    {"is_set", PLAN_IS_SET, OPERAND_BOOL},
};

static const struct plan_key leaf_keys[] = {
    {"property", PLAN_KEY_READ},    {"of", PLAN_KEY_READ},       {"is", PLAN_KEY_READ},
    {"is_not", PLAN_KEY_READ},      {"contains", PLAN_KEY_READ}, {"not_contains", PLAN_KEY_READ},
    {"starts_with", PLAN_KEY_READ}, {"matches", PLAN_KEY_READ},  {"greater", PLAN_KEY_READ},
    {"at_least", PLAN_KEY_READ},    {"less", PLAN_KEY_READ},     {"at_most", PLAN_KEY_READ},
    {"between", PLAN_KEY_READ},     {"is_set", PLAN_KEY_READ},   {"fold", PLAN_KEY_READ},
    {"or_missing", PLAN_KEY_READ},
};

static enum status fold_text(struct plan_reader *reader, struct text *text)
{
    char *folded = ARENA_ARRAY_DIRTY(reader->arena, char, text->size + 1);
    if (!folded) return plan_refuse_size(reader);
    *text = (struct text){folded, utf8_fold(*text, folded)};
    return STATUS_OK;
}

static enum status read_scalar(struct plan_reader *reader, const struct plan_node *node, bool fold,
                               struct value *out)
{
    switch (node->json->kind) {
    case JSON_TEXT: {
        struct text text = node->json->text;
        if (fold) TRY(fold_text(reader, &text));
        *out = value_from_text(text);
        return STATUS_OK;
    }
    case JSON_NUMBER: *out = value_from_number(node->json->text); return STATUS_OK;
    case JSON_TRUE:
    case JSON_FALSE: *out = value_from_bool(node->json->kind == JSON_TRUE); return STATUS_OK;
    case JSON_NULL:
        return plan_refuse(reader, node, "expected a value, for what is not set use \"is_set\"");
    default: return plan_refuse(reader, node, "expected a text, a number, true or false");
    }
}

static enum status read_values(struct plan_reader *reader, const struct plan_node *node, bool fold,
                               struct plan_leaf *leaf)
{
    TRY(plan_check_list(reader, node, 0, PLAN_VALUE_COUNT_MAX));
    uint32_t count = node->json->child_count;
    struct value *values = ARENA_ARRAY(reader->arena, struct value, count);
    if (!values) return plan_refuse_size(reader);

    uint32_t index = 0;
    for (const struct json_node *json = node->json->first_child; json; json = json->next) {
        struct plan_node child = plan_element(node, json, index);
        TRY(read_scalar(reader, &child, fold, &values[index]));
        index++;
    }
    leaf->values = values;
    leaf->value_count = count;
    return STATUS_OK;
}

/* A number, or a text that is an ISO date: the two sorts that have an order. */
static enum status read_ordered(struct plan_reader *reader, const struct plan_node *node,
                                struct value *out)
{
    int64_t ms;
    bool is_date = node->json->kind == JSON_TEXT && calendar_value_parse(node->json->text, &ms);
    if (!is_date && node->json->kind != JSON_NUMBER) {
        return plan_refuse(reader, node, "expected a number or an ISO date");
    }
    return read_scalar(reader, node, false, out);
}

static bool range_rises(const struct value *low, const struct value *high)
{
    if (value_is_number(low)) return value_compare_numbers(low, high) <= 0;
    int64_t low_ms = 0;
    int64_t high_ms = 0;
    bool is_date = calendar_value_parse(low->text, &low_ms);
    assert(is_date);
    is_date = calendar_value_parse(high->text, &high_ms);
    assert(is_date);
    return low_ms <= high_ms;
}

static enum status read_range(struct plan_reader *reader, const struct plan_node *node,
                              struct value *values)
{
    TRY(plan_check_list(reader, node, 2, 2));
    struct plan_node low = plan_element(node, node->json->first_child, 0);
    struct plan_node high = plan_element(node, node->json->first_child->next, 1);
    TRY(read_ordered(reader, &low, &values[0]));
    TRY(read_ordered(reader, &high, &values[1]));
    if (value_is_number(&values[0]) != value_is_number(&values[1])) {
        return plan_refuse(reader, &high, "expected two numbers or two dates");
    }
    if (!range_rises(&values[0], &values[1])) {
        return plan_refuse(reader, node, "expected the low end first");
    }
    return STATUS_OK;
}

static enum status read_pattern(struct plan_reader *reader, const struct plan_node *node, bool fold,
                                struct plan_leaf *leaf)
{
    struct text expression;
    TRY(plan_read_text(reader, node, &expression));
    if (reader->pattern_count == PLAN_PATTERN_COUNT_MAX) {
        return plan_refuse(reader, node, "expected at most %d patterns in a plan",
                           PLAN_PATTERN_COUNT_MAX);
    }
    struct pattern *pattern;
    struct error error = {0};
    enum pattern_case letters = fold ? PATTERN_CASE_FOLDED : PATTERN_CASE_COUNTS;
    if (pattern_compile(expression, letters, &pattern, &error) != STATUS_OK) {
        return plan_refuse(reader, node, "%s", error.message);
    }
    reader->patterns[reader->pattern_count++] = pattern;
    leaf->pattern = pattern;
    return STATUS_OK;
}

static enum status read_operand(struct plan_reader *reader, const struct plan_node *node,
                                enum operand_kind operand, struct plan_leaf *leaf)
{
    if (operand == OPERAND_VALUES) return read_values(reader, node, leaf->fold, leaf);
    if (operand == OPERAND_PATTERN) return read_pattern(reader, node, leaf->fold, leaf);
    if (operand == OPERAND_BOOL) return plan_read_bool(reader, node, &leaf->is_set);

    struct value *values = ARENA_ARRAY(reader->arena, struct value, 2);
    if (!values) return plan_refuse_size(reader);
    leaf->values = values;
    leaf->value_count = operand == OPERAND_RANGE ? 2 : 1;
    if (operand == OPERAND_RANGE) return read_range(reader, node, values);
    if (operand == OPERAND_ORDERED) return read_ordered(reader, node, &values[0]);
    struct text text;
    TRY(plan_read_text(reader, node, &text));
    return read_scalar(reader, node, leaf->fold, &values[0]);
}

/* The one operator of a leaf. */
static enum status find_operator(struct plan_reader *reader, const struct plan_node *node,
                                 const struct operator_rule **rule, struct plan_node *operand)
{
    *rule = NULL;
    for (uint32_t i = 0; i < PLAN_COUNT_OF(operator_rules); i++) {
        struct plan_node found;
        if (!plan_find(node, operator_rules[i].name, &found)) continue;
        if (*rule) return plan_refuse(reader, &found, "expected one operator, not two");
        *rule = &operator_rules[i];
        *operand = found;
    }
    if (*rule) return STATUS_OK;
    return plan_refuse(reader, node, "expected an operator such as \"is\" or \"is_set\"");
}

static bool compares_text(enum operand_kind operand)
{
    return operand == OPERAND_VALUES || operand == OPERAND_TEXT || operand == OPERAND_PATTERN;
}

static enum status read_leaf(struct plan_reader *reader, const struct plan_node *node,
                             struct plan_leaf *leaf)
{
    static const struct plan_word subjects[] = {{"event", false}, {"profile", false}};
    TRY(plan_check_keys(reader, node, leaf_keys, PLAN_COUNT_OF(leaf_keys)));
    struct plan_node child;
    TRY(plan_need(reader, node, "property", &child));
    TRY(plan_read_text(reader, &child, &leaf->property));
    if (plan_find(node, "of", &child)) {
        uint32_t subject = 0;
        TRY(plan_read_word(reader, &child, subjects, PLAN_COUNT_OF(subjects), &subject));
        leaf->of = subject == 0 ? PLAN_OF_EVENT : PLAN_OF_PROFILE;
    }
    if (plan_find(node, "or_missing", &child)) {
        TRY(plan_read_bool(reader, &child, &leaf->or_missing));
    }

    const struct operator_rule *rule;
    struct plan_node operand;
    TRY(find_operator(reader, node, &rule, &operand));
    leaf->operator= rule->operator;
    if (plan_find(node, "fold", &child)) {
        TRY(plan_read_bool(reader, &child, &leaf->fold));
        if (leaf->fold && !compares_text(rule->operand)) {
            return plan_refuse(reader, &child, "expected false: \"%s\" compares no text",
                               rule->name);
        }
    }
    return read_operand(reader, &operand, rule->operand, leaf);
}

static enum status read_person(struct plan_reader *reader, const struct plan_node *node,
                               struct plan_filter *filter)
{
    TRY(plan_check_list(reader, node, 1, PLAN_VALUE_COUNT_MAX));
    uint32_t count = node->json->child_count;
    struct text *ids = ARENA_ARRAY(reader->arena, struct text, count);
    if (!ids) return plan_refuse_size(reader);

    uint32_t index = 0;
    for (const struct json_node *json = node->json->first_child; json; json = json->next) {
        struct plan_node child = plan_element(node, json, index);
        TRY(plan_read_text(reader, &child, &ids[index]));
        index++;
    }
    filter->kind = PLAN_PERSON;
    filter->distinct_ids = ids;
    filter->distinct_id_count = count;
    return STATUS_OK;
}

static enum status read_into(struct plan_reader *reader, const struct plan_node *node,
                             struct plan_filter *filter);

/* Recursion, as deep as the JSON reader lets documents be. */
static enum status read_children(struct plan_reader *reader, const struct plan_node *node,
                                 struct plan_filter *filter)
{
    TRY(plan_check_list(reader, node, 0, PLAN_VALUE_COUNT_MAX));
    uint32_t count = node->json->child_count;
    struct plan_filter *children = ARENA_ARRAY(reader->arena, struct plan_filter, count);
    if (!children) return plan_refuse_size(reader);

    uint32_t index = 0;
    for (const struct json_node *json = node->json->first_child; json; json = json->next) {
        struct plan_node child = plan_element(node, json, index);
        TRY(read_into(reader, &child, &children[index]));
        index++;
    }
    filter->children = children;
    filter->child_count = count;
    return STATUS_OK;
}

static enum status read_negation(struct plan_reader *reader, const struct plan_node *node,
                                 struct plan_filter *filter)
{
    struct plan_filter *child = ARENA_ARRAY(reader->arena, struct plan_filter, 1);
    if (!child) return plan_refuse_size(reader);
    filter->kind = PLAN_NOT;
    filter->children = child;
    filter->child_count = 1;
    return read_into(reader, node, child);
}

static enum status read_into(struct plan_reader *reader, const struct plan_node *node,
                             struct plan_filter *filter)
{
    static const struct plan_key forms[] = {{"all", PLAN_KEY_READ},
                                            {"any", PLAN_KEY_READ},
                                            {"not", PLAN_KEY_READ},
                                            {"person", PLAN_KEY_READ},
                                            {"in_cohort", PLAN_KEY_LATER}};
    if (node->json->kind != JSON_OBJECT_BEGIN) {
        return plan_refuse(reader, node, "expected a filter object");
    }
    struct plan_node child;
    if (plan_find(node, "property", &child)) {
        filter->kind = PLAN_LEAF;
        return read_leaf(reader, node, &filter->leaf);
    }
    TRY(plan_check_keys(reader, node, forms, PLAN_COUNT_OF(forms)));
    if (node->json->child_count != 1) {
        return plan_refuse(reader, node,
                           "expected one of \"all\", \"any\", \"not\", \"person\", \"property\"");
    }
    if (plan_find(node, "person", &child)) return read_person(reader, &child, filter);
    if (plan_find(node, "not", &child)) return read_negation(reader, &child, filter);
    filter->kind = plan_find(node, "all", &child) ? PLAN_ALL : PLAN_ANY;
    bool found = filter->kind == PLAN_ALL || plan_find(node, "any", &child);
    assert(found);
    return read_children(reader, &child, filter);
}

enum status plan_read_filter(struct plan_reader *reader, const struct plan_node *node,
                             const struct plan_filter **out)
{
    struct plan_filter *filter = ARENA_ARRAY(reader->arena, struct plan_filter, 1);
    if (!filter) return plan_refuse_size(reader);
    *out = filter;
    return read_into(reader, node, filter);
}
