/* A user agent as its family and major version: "Chrome 120". The first product of the list that is
 * in it is what people call it; most call themselves by several names. */
#include "shield/policy.h"

#include <string.h>

enum { FAMILY_SIZE_MAX = 64, MAJOR_DIGITS_MAX = 5 };

static bool is_digit(char byte)
{
    return byte >= '0' && byte <= '9';
}

static bool is_name(char byte)
{
    return is_digit(byte) || (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') ||
           byte == '-' || byte == '_';
}

/* "Chrome 120" from what stands behind the product's slash. */
static bool write_family(struct text name, struct text version, struct arena *arena,
                         struct text *out)
{
    char *bytes = arena_alloc_dirty(arena, FAMILY_SIZE_MAX, 1, 1);
    size_t digits = 0;
    if (!bytes || name.size + MAJOR_DIGITS_MAX + 1 > FAMILY_SIZE_MAX) return false;
    while (digits < version.size && digits < MAJOR_DIGITS_MAX && is_digit(version.bytes[digits]))
        digits++;
    if (digits == 0) return false;
    memcpy(bytes, name.bytes, name.size);
    bytes[name.size] = ' ';
    memcpy(bytes + name.size + 1, version.bytes, digits);
    *out = (struct text){bytes, name.size + 1 + digits};
    return true;
}

/* Behind this product's name and slash, or {0}. */
static struct text version_of(struct text agent, struct text product)
{
    ptrdiff_t at = text_find(agent, product);
    if (at < 0) return (struct text){0};
    return text_slice(agent, (size_t)at + product.size, agent.size - (size_t)at - product.size);
}

bool policy_family(struct text agent, struct arena *arena, struct text *out)
{
    static const struct {
        struct text product;
        struct text family;
    } known[] = {
        {TEXT_INIT("Edg/"), TEXT_INIT("Edge")},
        {TEXT_INIT("EdgA/"), TEXT_INIT("Edge")},
        {TEXT_INIT("EdgiOS/"), TEXT_INIT("Edge")},
        {TEXT_INIT("OPR/"), TEXT_INIT("Opera")},
        {TEXT_INIT("SamsungBrowser/"), TEXT_INIT("Samsung Internet")},
        {TEXT_INIT("YaBrowser/"), TEXT_INIT("Yandex")},
        {TEXT_INIT("Vivaldi/"), TEXT_INIT("Vivaldi")},
        {TEXT_INIT("FxiOS/"), TEXT_INIT("Firefox")},
        {TEXT_INIT("CriOS/"), TEXT_INIT("Chrome")},
        {TEXT_INIT("Firefox/"), TEXT_INIT("Firefox")},
        {TEXT_INIT("Chrome/"), TEXT_INIT("Chrome")},
        {TEXT_INIT("Version/"), TEXT_INIT("Safari")},
        {TEXT_INIT("rv:"), TEXT_INIT("Internet Explorer")},
        {TEXT_INIT("MSIE "), TEXT_INIT("Internet Explorer")},
    };
    agent = text_trim(agent);
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        struct text version = version_of(agent, known[i].product);
        if (version.size == 0 || !is_digit(version.bytes[0])) continue;
        return write_family(known[i].family, version, arena, out);
    }
    size_t size = 0;
    while (size < agent.size && size < 32 && is_name(agent.bytes[size]))
        size++;
    if (size == 0 || size >= agent.size || agent.bytes[size] != '/') return false;
    struct text version = text_slice(agent, size + 1, agent.size - size - 1);
    return write_family(text_slice(agent, 0, size), version, arena, out);
}
