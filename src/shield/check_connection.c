/* S28: a password inside the address of a service. */
#include "shield/check_reading.h"
#include "shield/shield_validator.h"

enum { AUTHORITY_MAX = 512, SCHEME_MAX = 24, PAIRS_WINDOW = 120, PASSWORD_MAX = 256 };

static const char *const blanks[] = {"password", "passwd", "pass", "secret", "null", "none"};

/* What a manual writes where the password goes, or what was taken out before. */
static bool is_blank(struct text password)
{
    if (password.size == 0 || reading_is_placeholder(password)) return true;
    if (password.bytes[0] == ':' || password.bytes[0] == '#') return password.size == 1;
    for (size_t i = 0; i < sizeof blanks / sizeof blanks[0]; i++) {
        if (text_equal_fold(password, text_from(blanks[i]))) return true;
    }
    return false;
}

/* The candidate is "://". */
static enum shield_proof check_address(const struct shield_candidate *candidate,
                                       struct shield_span *span)
{
    struct text value = candidate->value;
    uint32_t scheme = candidate->begin;
    while (scheme > 0 && candidate->begin - scheme < SCHEME_MAX) {
        uint8_t byte = (uint8_t)value.bytes[scheme - 1];
        if (!shield_charset_has(SHIELD_ALNUM, byte) && byte != '+' && byte != '-') break;
        scheme--;
    }
    if (candidate->begin - scheme < 2) return SHIELD_NOT;
    uint32_t end = reading_until(value, candidate->end, "/?# \t\r\n\"'`<>\\", AUTHORITY_MAX);
    struct text authority = reading_slice(value, candidate->end, end);
    size_t at = authority.size;
    while (at > 0 && authority.bytes[at - 1] != '@')
        at--;
    if (at == 0 || at == authority.size) return SHIELD_NOT;

    struct text password;
    struct text user = text_split(text_slice(authority, 0, at - 1), ':', &password);
    if (user.size == at - 1 || is_blank(password)) return SHIELD_NOT;
    *span = (struct shield_span){scheme, end};
    return SHIELD_PROVEN;
}

static bool names_server(struct text around)
{
    static const char *const names[] = {
        "server=",   "server =", "data source", "host=",   "uid=", "user id",
        "username=", "user=",    "database",    "dbname=", "dsn=", "initial catalog"};
    for (uint32_t at = 0; at < around.size; at++) {
        bool begins_word = at == 0 || !reading_is_word((uint8_t)around.bytes[at - 1]);
        for (size_t i = 0; begins_word && i < sizeof names / sizeof names[0]; i++) {
            if (reading_has_fold(around, at, names[i])) return true;
        }
    }
    return false;
}

/* "Server=db;User Id=app;Password=…;": the candidate is "password=" or "pwd=", with other pairs
 * of such a list near it. */
static enum shield_proof check_pairs(const struct shield_candidate *candidate,
                                     struct shield_span *span)
{
    struct text value = candidate->value;
    uint32_t begin = reading_skip(value, candidate->end, " '\"", 2);
    uint32_t end = reading_until(value, begin, ";'\"\r\n", PASSWORD_MAX);
    if (reading_find_fold(reading_slice(value, begin, end), "=") != READING_NO_PLACE)
        end = reading_until(value, begin, "; ", PASSWORD_MAX); /* libpq parts them by spaces */
    struct text password = reading_slice(value, begin, end);
    if (is_blank(password)) return SHIELD_NOT;
    if (!names_server(reading_around(candidate, PAIRS_WINDOW, PAIRS_WINDOW))) return SHIELD_NOT;
    *span = (struct shield_span){begin, end};
    return SHIELD_PROVEN;
}

enum shield_proof shield_check_connection(const struct shield_candidate *candidate,
                                          struct shield_span *span)
{
    bool is_address = reading_has(candidate->value, candidate->begin, "://");
    return is_address ? check_address(candidate, span) : check_pairs(candidate, span);
}
