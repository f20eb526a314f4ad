#include "support/naive_leaf.h"

#include "base/check.h"
#include "codec/json_tree.h"

#include <string.h>

enum { NAIVE_ELEMENTS_MAX = 64, NAIVE_ARENA_SIZE = 64 * 1024, NAIVE_TEXT_SIZE = 512 };

static struct value value_of(const struct json_node *node)
{
    switch (node->kind) {
    case JSON_TEXT: return value_from_text(node->text);
    case JSON_NUMBER: return value_from_number(node->text);
    case JSON_TRUE: return value_from_bool(true);
    case JSON_FALSE: return value_from_bool(false);
    case JSON_NULL: return (struct value){.kind = VALUE_NULL};
    case JSON_ARRAY_BEGIN: return (struct value){.kind = VALUE_LIST, .text = TEXT("[…]")};
    default: return (struct value){.kind = VALUE_OBJECT, .text = TEXT("{…}")};
    }
}

uint32_t naive_elements(const struct value *list, struct arena *arena, struct value *out,
                        uint32_t count_max)
{
    struct text copy = arena_text(arena, list->text);
    struct json_node *root;
    struct error error = {0};
    enum status status =
        json_tree_parse((char *)(uintptr_t)copy.bytes, copy.size, arena, &root, &error);
    assert(status == STATUS_OK);
    uint32_t count = 0;
    for (const struct json_node *node = root->first_child; node; node = node->next) {
        assert(count < count_max);
        out[count++] = value_of(node);
    }
    return count;
}

/* Lower case for the letters that tests use: ASCII and the two-byte pairs of Latin and Greek. */
static struct text lower(struct text text, char *out)
{
    static const char *const pairs[][2] = {{"Ä", "ä"}, {"Ö", "ö"}, {"Σ", "σ"}, {"Ж", "ж"}};
    assert(text.size <= NAIVE_TEXT_SIZE);
    for (size_t i = 0; i < text.size; i++) {
        char byte = text.bytes[i];
        out[i] = byte >= 'A' && byte <= 'Z' ? (char)(byte + 32) : byte;
        for (size_t pair = 0; pair < 4 && i > 0; pair++) {
            if (memcmp(text.bytes + i - 1, pairs[pair][0], 2) == 0) {
                memcpy(out + i - 1, pairs[pair][1], 2);
            }
        }
    }
    return (struct text){out, text.size};
}

static bool found_here(const char *expression, const char *text);

/* The place behind the character at this one. */
static const char *behind(const char *text)
{
    text++;
    while (((unsigned char)*text & 0xc0) == 0x80)
        text++;
    return text;
}

/* After Rob Pike's matcher: x* then the rest. */
static bool found_star(char letter, const char *expression, const char *text)
{
    for (;;) {
        if (found_here(expression, text)) return true;
        if (*text == '\0' || (letter != '.' && letter != *text)) return false;
        text = behind(text);
    }
}

static bool found_here(const char *expression, const char *text)
{
    if (expression[0] == '\0') return true;
    if (expression[1] == '*') return found_star(expression[0], expression + 2, text);
    if (expression[0] == '$' && expression[1] == '\0') return *text == '\0';
    if (*text == '\0') return false;
    if (expression[0] == '.') return found_here(expression + 1, behind(text));
    return expression[0] == *text && found_here(expression + 1, text + 1);
}

bool naive_pattern_found(struct text expression, struct text text, bool fold)
{
    char pattern[NAIVE_TEXT_SIZE + 1] = {0};
    char subject[NAIVE_TEXT_SIZE + 1] = {0};
    memcpy(pattern, expression.bytes, expression.size);
    if (text.size > 0) memcpy(subject, text.bytes, text.size);
    if (fold) {
        lower(expression, pattern);
        lower(text, subject);
    }
    if (pattern[0] == '^') return found_here(pattern + 1, subject);
    for (const char *place = subject;; place++) {
        if (found_here(pattern, place)) return true;
        if (*place == '\0') return false;
    }
}

static bool text_leaf_holds(const struct plan_leaf *leaf, struct text text)
{
    char mine[NAIVE_TEXT_SIZE];
    char theirs[NAIVE_TEXT_SIZE];
    if (leaf->operator== PLAN_MATCHES) {
        return naive_pattern_found(pattern_expression(leaf->pattern), text, leaf->fold);
    }
    struct text operand = leaf->values[0].text;
    if (leaf->fold) {
        text = lower(text, mine);
        operand = lower(operand, theirs);
    }
    bool found = false;
    for (size_t i = 0; i + operand.size <= text.size; i++) {
        bool here = memcmp(text.bytes + i, operand.bytes, operand.size) == 0;
        if (here && (i == 0 || leaf->operator!= PLAN_STARTS_WITH)) found = true;
    }
    return leaf->operator== PLAN_NOT_CONTAINS ? !found : found;
}

static bool same(const struct plan_leaf *leaf, const struct value *a, const struct value *b)
{
    if (value_is_number(a) && value_is_number(b)) return value_compare_numbers(a, b) == 0;
    if (a->kind != b->kind) return false;
    if (a->kind == VALUE_TRUE || a->kind == VALUE_FALSE) return true;
    if (a->kind != VALUE_TEXT) return false;
    if (!leaf->fold) return text_equal(a->text, b->text);
    char mine[NAIVE_TEXT_SIZE];
    char theirs[NAIVE_TEXT_SIZE];
    return text_equal(lower(a->text, mine), lower(b->text, theirs));
}

/* -1, 0, 1, or 2 when the two have no order. */
static int order_of(const struct value *a, const struct value *b)
{
    if (value_is_number(a) && value_is_number(b)) return value_compare_numbers(a, b);
    int64_t first;
    int64_t second;
    if (a->kind != VALUE_TEXT || b->kind != VALUE_TEXT) return 2;
    if (!calendar_value_parse(a->text, &first)) return 2;
    if (!calendar_value_parse(b->text, &second)) return 2;
    return first < second ? -1 : first > second;
}

static bool set_value_holds(const struct plan_leaf *leaf, const struct value *value)
{
    bool among = false;
    switch (leaf->operator) {
    case PLAN_IS:
    case PLAN_IS_NOT:
        for (uint32_t i = 0; i < leaf->value_count; i++) {
            if (same(leaf, value, &leaf->values[i])) among = true;
        }
        return leaf->operator== PLAN_IS ? among : !among;
    case PLAN_CONTAINS:
    case PLAN_NOT_CONTAINS:
    case PLAN_STARTS_WITH:
    case PLAN_MATCHES: return value->kind == VALUE_TEXT && text_leaf_holds(leaf, value->text);
    case PLAN_GREATER: return order_of(value, &leaf->values[0]) == 1;
    case PLAN_LESS: return order_of(value, &leaf->values[0]) == -1;
    case PLAN_AT_LEAST:
        return order_of(value, &leaf->values[0]) == 1 || order_of(value, &leaf->values[0]) == 0;
    case PLAN_AT_MOST: return order_of(value, &leaf->values[0]) <= 0;
    case PLAN_BETWEEN: {
        int low = order_of(value, &leaf->values[0]);
        int high = order_of(value, &leaf->values[1]);
        return low != 2 && low >= 0 && high <= 0;
    }
    case PLAN_IS_SET: break;
    }
    UNREACHABLE("is_set looks at no value");
}

static bool one_holds(const struct plan_leaf *leaf, const struct value *value)
{
    bool missing = value->kind == VALUE_MISSING || value->kind == VALUE_NULL;
    return missing ? leaf->or_missing : set_value_holds(leaf, value);
}

bool naive_leaf_holds(const struct plan_leaf *leaf, const struct value *value)
{
    bool missing = value->kind == VALUE_MISSING || value->kind == VALUE_NULL;
    if (leaf->operator== PLAN_IS_SET) {
        return leaf->is_set == !missing || (missing && leaf->or_missing);
    }
    if (missing || value->kind != VALUE_LIST) return one_holds(leaf, value);

    struct value elements[NAIVE_ELEMENTS_MAX];
    struct arena arena;
    arena_init(&arena, NAIVE_ARENA_SIZE);
    uint32_t count = naive_elements(value, &arena, elements, NAIVE_ELEMENTS_MAX);
    uint32_t held = 0;
    for (uint32_t i = 0; i < count; i++)
        held += one_holds(leaf, &elements[i]);
    arena_release(&arena);
    bool every = leaf->operator== PLAN_IS_NOT || leaf->operator== PLAN_NOT_CONTAINS;
    return every ? count > 0 && held == count : held > 0;
}
