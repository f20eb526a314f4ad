/* What each operator means, in one place: engines ask here, once per distinct value. */
#include "plan/plan_internal.h"

#include "base/check.h"
#include "base/memory.h"
#include "codec/utf8.h"

enum { FOLD_SMALL_SIZE = 2048 };

static bool text_holds(const struct plan_leaf *leaf, struct text text)
{
    switch (leaf->operator) {
    case PLAN_IS:
    case PLAN_IS_NOT:
        for (uint32_t i = 0; i < leaf->value_count; i++) {
            const struct value *value = &leaf->values[i];
            if (value->kind == VALUE_TEXT && text_equal(value->text, text)) {
                return leaf->operator== PLAN_IS;
            }
        }
        return leaf->operator== PLAN_IS_NOT;
    case PLAN_CONTAINS: return text_find(text, leaf->values[0].text) != TEXT_NOT_FOUND;
    case PLAN_NOT_CONTAINS: return text_find(text, leaf->values[0].text) == TEXT_NOT_FOUND;
    case PLAN_STARTS_WITH: return text_starts_with(text, leaf->values[0].text);
    case PLAN_MATCHES: return pattern_found(leaf->pattern, text);
    default: UNREACHABLE("the other operators do not compare texts");
    }
}

/* A pattern folds by itself; every other operator compares folded with folded. */
static bool folded_text_holds(const struct plan_leaf *leaf, struct text text)
{
    if (!leaf->fold || leaf->operator== PLAN_MATCHES) return text_holds(leaf, text);

    char small[FOLD_SMALL_SIZE];
    char *folded = text.size <= sizeof small ? small : MEMORY_ARRAY(char, text.size);
    size_t size = text.size > 0 ? utf8_fold(text, folded) : 0;
    bool holds = text_holds(leaf, (struct text){folded, size});
    if (folded != small) memory_free(folded);
    return holds;
}

static bool is_among(const struct plan_leaf *leaf, const struct value *value)
{
    for (uint32_t i = 0; i < leaf->value_count; i++) {
        if (value_equal(&leaf->values[i], value)) return true;
    }
    return false;
}

/* Numbers compare with numbers and ISO dates with ISO dates; false when the two have no order. */
static bool compare(const struct value *a, const struct value *b, int *order)
{
    if (value_is_number(a) && value_is_number(b)) {
        *order = value_compare_numbers(a, b);
        return true;
    }
    int64_t a_ms;
    int64_t b_ms;
    if (a->kind != VALUE_TEXT || b->kind != VALUE_TEXT) return false;
    if (!calendar_value_parse(a->text, &a_ms) || !calendar_value_parse(b->text, &b_ms)) {
        return false;
    }
    *order = a_ms < b_ms ? -1 : a_ms > b_ms;
    return true;
}

static bool order_holds(const struct plan_leaf *leaf, const struct value *value)
{
    int low;
    int high;
    if (!compare(value, &leaf->values[0], &low)) return false;
    switch (leaf->operator) {
    case PLAN_GREATER: return low > 0;
    case PLAN_AT_LEAST: return low >= 0;
    case PLAN_LESS: return low < 0;
    case PLAN_AT_MOST: return low <= 0;
    case PLAN_BETWEEN: return low >= 0 && compare(value, &leaf->values[1], &high) && high <= 0;
    default: UNREACHABLE("the other operators know no order");
    }
}

/* One value that is set: a scalar, an object, or a list inside a list. */
static bool scalar_holds(const struct plan_leaf *leaf, const struct value *value)
{
    switch (leaf->operator) {
    case PLAN_IS:
    case PLAN_IS_NOT:
        if (value->kind == VALUE_TEXT) return folded_text_holds(leaf, value->text);
        return is_among(leaf, value) == (leaf->operator== PLAN_IS);
    case PLAN_CONTAINS:
    case PLAN_NOT_CONTAINS:
    case PLAN_STARTS_WITH:
    case PLAN_MATCHES: return value->kind == VALUE_TEXT && folded_text_holds(leaf, value->text);
    case PLAN_GREATER:
    case PLAN_AT_LEAST:
    case PLAN_LESS:
    case PLAN_AT_MOST:
    case PLAN_BETWEEN: return order_holds(leaf, value);
    case PLAN_IS_SET: break;
    }
    UNREACHABLE("is_set looks at no value");
}

static bool is_missing(const struct value *value)
{
    return value->kind == VALUE_MISSING || value->kind == VALUE_NULL;
}

/* Any element must hold; for the two negative operators every one of at least one. */
static bool elements_hold(const struct plan_leaf *leaf, const struct value *elements,
                          uint32_t count)
{
    bool every = leaf->operator== PLAN_IS_NOT || leaf->operator== PLAN_NOT_CONTAINS;
    for (uint32_t i = 0; i < count; i++) {
        bool holds = is_missing(&elements[i]) ? leaf->or_missing : scalar_holds(leaf, &elements[i]);
        if (holds != every) return holds;
    }
    return every && count > 0;
}

/* A list of n bytes has at most n / 2 + 1 elements; four times that is more than copies need. */
static size_t list_scratch_size(size_t list_size)
{
    return 4096 + list_size * (sizeof(struct value) + 4);
}

static bool list_holds(const struct plan_leaf *leaf, const struct value *list,
                       struct arena *scratch)
{
    struct value *elements;
    uint32_t count;
    size_t mark = arena_mark(scratch);
    if (value_list_elements(list, scratch, &elements, &count)) {
        bool holds = elements_hold(leaf, elements, count);
        arena_rewind(scratch, mark);
        return holds;
    }
    arena_rewind(scratch, mark);

    struct arena larger;
    arena_init(&larger, list_scratch_size(list->text.size));
    bool fits = value_list_elements(list, &larger, &elements, &count);
    assert(fits);
    bool holds = elements_hold(leaf, elements, count);
    arena_release(&larger);
    return holds;
}

bool plan_leaf_holds(const struct plan_leaf *leaf, const struct value *value, struct arena *scratch)
{
    bool missing = is_missing(value);
    if (leaf->operator== PLAN_IS_SET && missing == !leaf->is_set) return true;
    if (missing) return leaf->or_missing;
    if (leaf->operator== PLAN_IS_SET) return false;
    if (value->kind == VALUE_LIST) return list_holds(leaf, value, scratch);
    return scalar_holds(leaf, value);
}
