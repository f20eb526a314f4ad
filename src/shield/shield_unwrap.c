#include "base/check.h"
#include "shield/shield_rules.h"
#include "shield/shield_unwrap_internal.h"

#include <string.h>

enum { WRAPPED_MIN = 3 /* bytes: "a=b", "[1]" */ };

void unwrap_give(struct unwrap *unwrap, const struct shield_inner *inner)
{
    if (unwrap->is_over || inner->value.size == 0) return;
    unwrap->has_visited = true;
    if (!unwrap->visit(unwrap->context, inner)) unwrap->is_over = true;
}

char *unwrap_reserve(struct unwrap *unwrap, size_t size)
{
    char *bytes = ARENA_ARRAY_DIRTY(unwrap->arena, char, size);
    if (bytes) return bytes;
    unwrap->incomplete = true;
    unwrap->is_over = true;
    return NULL;
}

void unwrap_settle(struct unwrap *unwrap, const char *bytes, size_t size)
{
    size_t begin = (size_t)((const uint8_t *)bytes - unwrap->arena->memory);
    assert(begin + size <= unwrap->arena->used);
    arena_rewind(unwrap->arena, begin + size);
}

static bool is_one_of(struct text key, const struct text *names, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (text_equal_fold(key, names[i])) return true;
    }
    return false;
}

bool unwrap_is_name_key(struct text key)
{
    static const struct text names[] = {
        TEXT_INIT("name"),  TEXT_INIT("key"), TEXT_INIT("id"),    TEXT_INIT("field"),
        TEXT_INIT("label"), TEXT_INIT("k"),   TEXT_INIT("param"), TEXT_INIT("attribute"),
    };
    return is_one_of(key, names, sizeof names / sizeof names[0]);
}

bool unwrap_is_value_key(struct text key)
{
    static const struct text names[] = {
        TEXT_INIT("value"), TEXT_INIT("val"), TEXT_INIT("content"),
        TEXT_INIT("data"),  TEXT_INIT("v"),   TEXT_INIT("text"),
    };
    return is_one_of(key, names, sizeof names / sizeof names[0]);
}

/* Letters, digits, - and _ alone, as ids are of: of all that is read here it could be base64. */
static bool is_one_run(struct text text)
{
    size_t i = 0;
    while (i < text.size && shield_charset_has(SHIELD_BASE64URL, (uint8_t)text.bytes[i]))
        i++;
    return i == text.size;
}

static void unwrap_signed(struct unwrap *unwrap, struct text text)
{
    unwrap_json(unwrap, text);
    if (!unwrap->has_visited && !unwrap->is_over) unwrap_xml(unwrap, text);
    if (!unwrap->has_visited && !unwrap->is_over) unwrap_pairs(unwrap, text);
    if (!unwrap->has_visited && !unwrap->is_over) unwrap_percent(unwrap, text);
}

bool shield_unwrap(struct text value, struct arena *arena, shield_inner_visit *visit, void *context,
                   bool *incomplete)
{
    struct unwrap unwrap = {.arena = arena, .visit = visit, .context = context};
    struct text text = text_trim(value);
    if (text.size < WRAPPED_MIN) return false;
    if (!is_one_run(text)) unwrap_signed(&unwrap, text);
    if (!unwrap.has_visited && !unwrap.is_over) unwrap_encoded(&unwrap, text);
    if (unwrap.incomplete) *incomplete = true;
    return unwrap.has_visited;
}
