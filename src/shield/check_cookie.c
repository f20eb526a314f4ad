/* S30: cookies, as a whole header or as pairs whose names say that they keep a login. */
#include "shield/check_reading.h"
#include "shield/shield_validator.h"

enum { VALUE_MAX = 256, VALUE_MIN = 6, LIST_REACH = 128 };

/* Names that no form and no sentence has. */
static const char *const framework_names[] = {
    "connect.sid=", "phpsessid=",          "jsessionid=",     "asp.net_sessionid=",
    "csrftoken=",   "laravel_session=",    "xsrf-token",      "__secure-",
    "__host-",      "wordpress_logged_in", "rack.session=",   "sails.sid=",
    "aspsessionid", ".aspnetcore.",        "remember_token=",
};

static bool is_framework_name(const struct shield_candidate *candidate)
{
    for (size_t i = 0; i < sizeof framework_names / sizeof framework_names[0]; i++) {
        if (reading_has_fold(candidate->value, candidate->begin, framework_names[i])) return true;
    }
    return false;
}

static struct text read_value(struct text value, uint32_t at)
{
    return reading_slice(value, at, reading_until(value, at, "=;, \t\r\n\"'&<>", VALUE_MAX));
}

/* Not a word of the language ("session=expired"): it has a digit, or letters no word has. */
static bool is_kept(struct text text)
{
    if (text.size < VALUE_MIN || reading_is_placeholder(text)) return false;
    struct reading_kinds kinds = reading_kinds(text);
    bool is_mixed = kinds.digits > 0 && kinds.lowers + kinds.uppers > 0;
    return is_mixed || kinds.digits >= 12 || reading_is_random(text);
}

/* Other pairs of the list, or a cookie's attributes. */
static bool is_in_list(const struct shield_candidate *candidate)
{
    static const char *const signs[] = {"; path=",   "; httponly", "; secure", "; samesite",
                                        "; max-age", "; expires",  "; domain"};
    struct text around = reading_around(candidate, LIST_REACH, LIST_REACH);
    for (size_t i = 0; i < sizeof signs / sizeof signs[0]; i++) {
        if (reading_find_fold(around, signs[i]) != READING_NO_PLACE) return true;
    }
    uint32_t semicolon = reading_find_fold(around, ";");
    if (semicolon == READING_NO_PLACE) return false;
    uint32_t next = reading_skip(around, semicolon + 1, " ", 1);
    uint32_t equals = reading_until(around, next, "= ;", 64);
    return reading_byte(around, equals) == '=' || candidate->begin > 1;
}

/* The candidate is a header's name with its colon, or a cookie's with its equals sign. */
enum shield_proof shield_check_cookie(const struct shield_candidate *candidate,
                                      struct shield_span *span)
{
    struct text value = candidate->value;
    uint32_t equals = candidate->end;
    bool is_header = reading_byte(value, candidate->end - 1) == ':';
    uint8_t before = candidate->begin > 0 ? (uint8_t)value.bytes[candidate->begin - 1] : 0;
    if (!is_header && (before == '?' || before == '&')) return SHIELD_NOT; /* S37's */
    if (is_header || reading_byte(value, candidate->end - 1) != '=') {
        equals = reading_until(value, candidate->end, "=\r\n", 128) + 1;
        if (reading_byte(value, equals - 1) != '=') return SHIELD_NOT;
    }
    struct text kept = read_value(value, equals);
    if (!is_kept(kept) && !(is_header && kept.size >= 3 && !reading_is_placeholder(kept)))
        return SHIELD_NOT;
    if (!is_header && !is_framework_name(candidate) && !is_in_list(candidate) &&
        !candidate->has_context)
        return SHIELD_NOT;
    span->end = is_header ? reading_until(value, equals, "\r\n", SHIELD_VALUE_MAX)
                          : equals + (uint32_t)kept.size;
    return is_header || is_framework_name(candidate) ? SHIELD_PROVEN : SHIELD_SHAPE;
}
