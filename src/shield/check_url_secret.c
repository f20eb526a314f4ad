/* S35 to S37: what stands in an address and opens a door. */
#include "shield/check_reading.h"
#include "shield/shield_validator.h"

#include <string.h>

enum { VALUE_MAX = 2048, STATE_REACH = 512, NAME_MAX_SIZE = 32 };

struct share {
    const char *place;        /* of the host and path; the candidate's literal */
    enum shield_charset tail; /* what follows */
    uint32_t min;
};

/* Who holds such an address can post to a channel or read a document. */
static const struct share shares[] = {
    {"webhook.office.com/webhookb2/", SHIELD_BASE64URL, 20},
    {"outlook.office.com/webhook/", SHIELD_BASE64URL, 20},
    {"outlook.office365.com/webhook/", SHIELD_BASE64URL, 20},
    {"hooks.zapier.com/hooks/catch/", SHIELD_DIGIT, 5},
    {"discord.com/api/webhooks/", SHIELD_DIGIT, 17},
    {"discordapp.com/api/webhooks/", SHIELD_DIGIT, 17},
    {"hooks.slack.com/services/", SHIELD_ALNUM, 8},
    {"chat.googleapis.com/v1/spaces/", SHIELD_BASE64URL, 8},
    {"maker.ifttt.com/trigger/", SHIELD_BASE64URL, 2},
    {"hook.integromat.com/", SHIELD_ALNUM, 20},
    {"docs.google.com/document/d/", SHIELD_BASE64URL, 25},
    {"docs.google.com/spreadsheets/d/", SHIELD_BASE64URL, 25},
    {"docs.google.com/presentation/d/", SHIELD_BASE64URL, 25},
    {"docs.google.com/forms/d/", SHIELD_BASE64URL, 25},
    {"drive.google.com/file/d/", SHIELD_BASE64URL, 25},
    {"drive.google.com/drive/folders/", SHIELD_BASE64URL, 25},
    {"drive.google.com/open?id=", SHIELD_BASE64URL, 25},
    {"dropbox.com/s/", SHIELD_ALNUM, 12},
    {"dropbox.com/sh/", SHIELD_ALNUM, 12},
    {"dropbox.com/scl/fi/", SHIELD_ALNUM, 15},
    {"dropbox.com/scl/fo/", SHIELD_ALNUM, 15},
    {"1drv.ms/", SHIELD_LOWER, 1},
    {"we.tl/t-", SHIELD_ALNUM, 8},
    {"wetransfer.com/downloads/", SHIELD_HEX, 20},
    {"icloud.com/iclouddrive/", SHIELD_BASE64URL, 15},
    {"calendar.google.com/calendar/ical/", SHIELD_BASE64URL, 1},
};

static bool needs_more(const char *place)
{
    return strcmp(place, "chat.googleapis.com/v1/spaces/") == 0 ||
           strcmp(place, "maker.ifttt.com/trigger/") == 0 ||
           strcmp(place, "calendar.google.com/calendar/ical/") == 0;
}

/* Addresses of these hosts that are public have no key further on. */
static bool has_more(struct text path)
{
    return reading_find_fold(path, "key=") != READING_NO_PLACE ||
           reading_find_fold(path, "/key/") != READING_NO_PLACE ||
           reading_find_fold(path, "/private-") != READING_NO_PLACE;
}

enum shield_proof shield_check_share_url(const struct shield_candidate *candidate,
                                         struct shield_span *span)
{
    struct text value = candidate->value;
    struct text literal = reading_literal(candidate);
    for (size_t i = 0; i < sizeof shares / sizeof shares[0]; i++) {
        const struct share *share = &shares[i];
        if (!text_equal_fold(literal, text_from(share->place))) continue;
        uint32_t run = reading_run(value, candidate->end, share->tail, VALUE_MAX);
        uint32_t end = reading_until(value, run, " \t\r\n\"'<>)", VALUE_MAX);
        struct text path = reading_slice(value, candidate->end, end);
        if (run - candidate->end < share->min || reading_is_placeholder(path)) return SHIELD_NOT;
        if (needs_more(share->place) && !has_more(path)) return SHIELD_NOT;
        span->end = end;
        return SHIELD_PROVEN;
    }
    return SHIELD_NOT;
}

/* A parameter begins the text or follows what parts parameters. The literal may be the end of its
 * name ("access_token="), when the rest is of it by a hyphen or an underscore. */
static bool begins_parameter(const struct shield_candidate *candidate)
{
    struct text value = candidate->value;
    uint32_t begin = candidate->begin;
    uint8_t before = begin > 0 ? (uint8_t)value.bytes[begin - 1] : 0;
    if ((before == '_' || before == '-') && !reading_has_fold(value, begin, "code="))
        begin = reading_run_back(value, begin, SHIELD_BASE64URL, NAME_MAX_SIZE);
    if (begin == 0) return true;
    return strchr("?&#; \t\n\"'({,/=", value.bytes[begin - 1]) != NULL;
}

static struct text read_parameter(struct text value, uint32_t at)
{
    return reading_slice(value, at, reading_until(value, at, "=&#; \t\r\n\"'<>,)}", VALUE_MAX));
}

/* OAuth's code is short and its name common: it must look drawn, or stand beside a state. */
static bool is_code(const struct shield_candidate *candidate, struct text code)
{
    struct reading_kinds kinds = reading_kinds(code);
    if (code.size < 8 || reading_is_placeholder(code) || kinds.digits == code.size) return false;
    struct text around = reading_around(candidate, STATE_REACH, STATE_REACH);
    bool has_state = reading_find_fold(around, "state=") != READING_NO_PLACE;
    if (has_state) return kinds.digits > 0 || reading_is_random(code);
    return code.size >= 16 && reading_is_random(code);
}

/* A value that opens something: eight bytes or more, no word. */
static bool is_token(struct text token)
{
    if (token.size < 6 || reading_is_placeholder(token)) return false;
    struct reading_kinds kinds = reading_kinds(token);
    bool is_mixed = kinds.digits > 0 && kinds.lowers + kinds.uppers > 0;
    return is_mixed || kinds.digits >= 6 || reading_is_random(token);
}

/* The last part of a path such as /reset/… or /magic-link/…: long, and drawn by a machine. */
static enum shield_proof check_path(const struct shield_candidate *candidate,
                                    struct shield_span *span)
{
    struct text value = candidate->value;
    uint32_t begin = candidate->end;
    for (uint32_t parts = 0; parts < 3; parts++) {
        uint32_t end = reading_until(value, begin, "/?&#; \t\r\n\"'<>", VALUE_MAX);
        struct text part = reading_slice(value, begin, end);
        if (part.size >= 16 && reading_is_random(part)) {
            *span = (struct shield_span){begin, end};
            return SHIELD_SHAPE;
        }
        if (reading_byte(value, end) != '/') break;
        begin = end + 1;
    }
    return SHIELD_NOT;
}

/* The candidate is a parameter's name with its equals sign, or a path's word between slashes. */
enum shield_proof shield_check_url_token(const struct shield_candidate *candidate,
                                         struct shield_span *span)
{
    struct text value = candidate->value;
    uint8_t last = reading_byte(value, candidate->end - 1);
    if (last == '/') return check_path(candidate, span);
    if (!begins_parameter(candidate)) return SHIELD_NOT;

    struct text found = read_parameter(value, candidate->end);
    *span = (struct shield_span){candidate->end, candidate->end + (uint32_t)found.size};
    if (reading_has_fold(value, candidate->begin, "code="))
        return is_code(candidate, found) ? SHIELD_SHAPE : SHIELD_NOT;
    if (reading_has_fold(value, candidate->begin, "ticket="))
        return reading_has(found, 0, "ST-") && found.size >= 10 ? SHIELD_PROVEN : SHIELD_NOT;
    if (reading_has_fold(value, candidate->begin, "saml"))
        return found.size >= 40 && !reading_is_placeholder(found) ? SHIELD_PROVEN : SHIELD_NOT;
    return is_token(found) ? SHIELD_SHAPE : SHIELD_NOT;
}

/* ";jsessionid=…", "?sid=…", "/(S(…))/": a session kept in the address. */
enum shield_proof shield_check_url_session(const struct shield_candidate *candidate,
                                           struct shield_span *span)
{
    struct text value = candidate->value;
    bool is_aspnet = reading_has(value, candidate->begin, "(S(");
    if (!is_aspnet && (candidate->begin == 0 || !strchr("?&;#", value.bytes[candidate->begin - 1])))
        return SHIELD_NOT;
    uint32_t end = reading_until(value, candidate->end, "&#; \t\r\n\"'<>,)!.", VALUE_MAX);
    struct text id = reading_slice(value, candidate->end, end);
    if (is_aspnet && (reading_byte(value, end) != ')' || id.size != 24)) return SHIELD_NOT;
    if (id.size < 8 || reading_is_placeholder(id)) return SHIELD_NOT;
    struct reading_kinds kinds = reading_kinds(id);
    bool is_mixed = kinds.digits > 0 && kinds.lowers + kinds.uppers > 0;
    if (!is_mixed && !reading_is_random(id)) return SHIELD_NOT;
    *span = (struct shield_span){candidate->end, end};
    return SHIELD_SHAPE;
}
