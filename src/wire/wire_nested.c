/* What can be said of JSON by its brackets, quotes and commas alone. */
#include "wire/wire_internal.h"

#include "base/check.h"

/* The position of the closing quote of the text whose opening quote stands at first, or the end. */
static size_t text_end(struct text json, size_t first)
{
    for (size_t i = first + 1; i < json.size; i++) {
        if (json.bytes[i] == '"') return i;
        if (json.bytes[i] == '\\') i++;
    }
    return json.size;
}

ptrdiff_t wire_value_end(struct text json, size_t first)
{
    size_t depth = 0;
    for (size_t i = first; i < json.size; i++) {
        switch (json.bytes[i]) {
        case '"': i = text_end(json, i); break;
        case '{':
        case '[': depth++; continue;
        case '}':
        case ']':
            if (depth == 0) return TEXT_NOT_FOUND;
            depth--;
            break;
        default: continue;
        }
        if (i >= json.size) return TEXT_NOT_FOUND;
        if (depth == 0) return (ptrdiff_t)(i + 1);
    }
    return TEXT_NOT_FOUND;
}

bool wire_nested_fits(struct text compact)
{
    /* One member takes a byte and its comma another. */
    if (compact.size <= 2 * EVENT_NESTED_COUNT_MAX) return true;
    uint32_t commas[JSON_DEPTH_MAX + 1] = {0};
    size_t depth = 0;
    for (size_t i = 0; i < compact.size; i++) {
        switch (compact.bytes[i]) {
        case '"': i = text_end(compact, i); break;
        case '{':
        case '[':
            assert(depth < JSON_DEPTH_MAX); /* the reader went before */
            commas[++depth] = 0;
            break;
        case '}':
        case ']':
            assert(depth > 0);
            depth--;
            break;
        case ',':
            if (++commas[depth] >= EVENT_NESTED_COUNT_MAX) return false;
            break;
        default: break;
        }
    }
    return true;
}
