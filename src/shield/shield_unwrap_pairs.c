/* Pairs with an equals sign: forms and queries (parted by &), cookies, connection strings and
 * settings (by ; or line ends). */
#include "shield/shield_unwrap_internal.h"

#include <string.h>

enum { NAME_SIZE_MAX = 128 };

static int hex_digit(char byte)
{
    if (byte >= '0' && byte <= '9') return byte - '0';
    char lower = (char)(byte | 0x20);
    return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

static bool is_percent(struct text text, size_t place)
{
    return text.bytes[place] == '%' && text.size - place >= 3 &&
           hex_digit(text.bytes[place + 1]) >= 0 && hex_digit(text.bytes[place + 2]) >= 0;
}

static bool needs_decoding(struct text text, enum plus plus)
{
    for (size_t i = 0; i < text.size; i++) {
        if (is_percent(text, i) || (plus == PLUS_IS_SPACE && text.bytes[i] == '+')) return true;
    }
    return false;
}

struct text unwrap_decode_percent(struct unwrap *unwrap, struct text text, enum plus plus)
{
    if (!needs_decoding(text, plus)) return text;
    char *out = unwrap_reserve(unwrap, text.size);
    if (!out) return TEXT("");
    size_t size = 0;
    for (size_t i = 0; i < text.size; i++) {
        char byte = text.bytes[i];
        if (is_percent(text, i)) {
            byte = (char)(hex_digit(text.bytes[i + 1]) * 16 + hex_digit(text.bytes[i + 2]));
            i += 2;
        } else if (byte == '+' && plus == PLUS_IS_SPACE) {
            byte = ' ';
        }
        out[size++] = byte;
    }
    unwrap_settle(unwrap, out, size);
    return (struct text){out, size};
}

void unwrap_percent(struct unwrap *unwrap, struct text text)
{
    if (text_find_byte(text, '%') < 0) return;
    struct text decoded = unwrap_decode_percent(unwrap, text, PLUS_STAYS);
    if (decoded.bytes == text.bytes) return;
    unwrap_give(unwrap, &(struct shield_inner){.wrap = SHIELD_WRAP_PERCENT, .value = decoded});
}

/* A name without space or quote, an equals sign, and something behind it. */
static bool split_pair(struct text part, struct text *name, struct text *value)
{
    ptrdiff_t equals = text_find_byte(part, '=');
    if (equals <= 0) return false;
    *name = text_trim(text_slice(part, 0, (size_t)equals));
    *value = text_trim(text_slice(part, (size_t)equals + 1, part.size - (size_t)equals - 1));
    if (name->size == 0 || name->size > NAME_SIZE_MAX || value->size == 0) return false;
    for (size_t i = 0; i < name->size; i++) {
        if (strchr(" \t\"'<>{}", name->bytes[i])) return false; /* also a zero byte */
    }
    return value->bytes[0] != '='; /* base64 ends so */
}

/* Connection strings have names of two words: "User Id=sa;Initial Catalog=x". */
static bool split_loose_pair(struct text part, struct text *name, struct text *value)
{
    if (split_pair(part, name, value)) return true;
    ptrdiff_t equals = text_find_byte(part, '=');
    if (equals <= 0 || equals > 40) return false;
    *name = text_trim(text_slice(part, 0, (size_t)equals));
    *value = text_trim(text_slice(part, (size_t)equals + 1, part.size - (size_t)equals - 1));
    ptrdiff_t space = text_find_byte(*name, ' ');
    if (space <= 0 || value->size == 0) return false;
    return text_find_byte(text_slice(*name, (size_t)space + 1, name->size - (size_t)space - 1),
                          ' ') < 0;
}

static struct text next_part(struct text *rest, enum shield_wrap wrap)
{
    bool is_form = wrap == SHIELD_WRAP_FORM;
    const char first = is_form ? '&' : ';';
    const char second = is_form ? '?' : '\n';
    const char third = is_form ? '#' : '\n';
    size_t size = 0;
    while (size < rest->size && rest->bytes[size] != first && rest->bytes[size] != second &&
           rest->bytes[size] != third)
        size++;
    struct text part = {rest->bytes, size};
    size_t used = size < rest->size ? size + 1 : size;
    *rest = (struct text){rest->bytes + used, rest->size - used};
    return part;
}

/* Two are as good as more. */
static size_t count_pairs(struct text text, enum shield_wrap wrap)
{
    size_t count = 0;
    while (text.size > 0 && count < 2) {
        struct text name;
        struct text value;
        count += split_pair(next_part(&text, wrap), &name, &value);
    }
    return count;
}

static void give_pairs(struct unwrap *unwrap, struct text text, enum shield_wrap wrap)
{
    enum plus plus = wrap == SHIELD_WRAP_FORM ? PLUS_IS_SPACE : PLUS_STAYS;
    while (text.size > 0 && !unwrap->is_over) {
        struct text part = next_part(&text, wrap);
        struct shield_inner inner = {.wrap = wrap};
        bool is_pair = wrap == SHIELD_WRAP_FORM ? split_pair(part, &inner.key, &inner.value)
                                                : split_loose_pair(part, &inner.key, &inner.value);
        if (!is_pair) continue;
        inner.key = unwrap_decode_percent(unwrap, inner.key, plus);
        inner.value = unwrap_decode_percent(unwrap, inner.value, plus);
        unwrap_give(unwrap, &inner);
    }
}

/* Behind "Cookie:" and the like a single pair is enough. */
static bool strip_header(struct text *text)
{
    static const struct text headers[] = {TEXT_INIT("cookie:"), TEXT_INIT("set-cookie:")};
    for (size_t i = 0; i < sizeof headers / sizeof headers[0]; i++) {
        if (!text_starts_with_fold(*text, headers[i])) continue;
        *text = text_slice(*text, headers[i].size, text->size - headers[i].size);
        return true;
    }
    return false;
}

static bool has_space(struct text text)
{
    for (size_t i = 0; i < text.size; i++) {
        if (text.bytes[i] == ' ' || text.bytes[i] == '\n' || text.bytes[i] == '\t') return true;
    }
    return false;
}

void unwrap_pairs(struct unwrap *unwrap, struct text text)
{
    if (text_find_byte(text, '=') < 0) return;
    bool is_header = strip_header(&text);
    size_t cookies = count_pairs(text, SHIELD_WRAP_COOKIE);
    bool is_cookie = cookies >= 2 || (cookies == 1 && is_header);
    bool is_query = text_find_byte(text, '?') >= 0 || text_find_byte(text, '#') >= 0;
    size_t fields = count_pairs(text, SHIELD_WRAP_FORM);
    bool is_form = fields >= 2 || (fields == 1 && (is_query || !has_space(text)));
    if (is_cookie) {
        give_pairs(unwrap, text, SHIELD_WRAP_COOKIE);
    } else if (is_form) {
        give_pairs(unwrap, text, SHIELD_WRAP_FORM);
    }
}
