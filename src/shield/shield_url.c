#include "shield/shield_url.h"

#include "base/check.h"
#include "codec/transfer.h"
#include "shield/shield_rules.h"

#include <string.h>

/* What the template can be longer than the address: a word for each segment, a port, a scheme. */
enum { GROWTH_MAX = 512 };
_Static_assert(SHIELD_URL_ROUTE_MAX <= GROWTH_MAX / 2, "a route, and the rest");

struct url_writer {
    char *bytes; /* of the address's size and GROWTH_MAX more */
    size_t size;
    size_t capacity;
};

static void put(struct url_writer *out, struct text text)
{
    assert(text.size <= out->capacity - out->size);
    if (text.size > 0) memcpy(out->bytes + out->size, text.bytes, text.size);
    out->size += text.size;
}

static char to_lower(char byte)
{
    return byte >= 'A' && byte <= 'Z' ? (char)(byte - 'A' + 'a') : byte;
}

static bool is_digit(char byte)
{
    return byte >= '0' && byte <= '9';
}

static bool is_letter(char byte)
{
    return to_lower(byte) >= 'a' && to_lower(byte) <= 'z';
}

static void put_lower(struct url_writer *out, struct text text)
{
    assert(text.size <= out->capacity - out->size);
    for (size_t i = 0; i < text.size; i++)
        out->bytes[out->size++] = to_lower(text.bytes[i]);
}

/* ---- Words ---- */

/* Bit b of row a: the letters a and b are common neighbours (docs/url-template.md). */
static const uint32_t common_pairs[26] = {
    0x33EFDEF, 0x0124911, 0x01A4D95, 0x0164111, 0x0BEBD7F, 0x0104931, 0x0166991,
    0x0184111, 0x22EFE7F, 0x0000011, 0x01A4111, 0x01C4919, 0x010D113, 0x03C657D,
    0x07EFD5E, 0x01AC911, 0x0100000, 0x01E755D, 0x01CCD95, 0x01E4991, 0x00EB95F,
    0x0004111, 0x0000111, 0x0000000, 0x0000001, 0x0000111};

/* At most so many neighbours are rare in words, and one in eight. A change between a letter and a
 * digit is rare; two digits, and whatever stands beside another sign, are no neighbours. */
static bool has_few_rare_pairs(struct text text, size_t rare_max)
{
    size_t pairs = 0;
    size_t rare = 0;
    for (size_t i = 1; i < text.size; i++) {
        char before = text.bytes[i - 1];
        char after = text.bytes[i];
        if (is_letter(before) && is_letter(after)) {
            pairs++;
            rare += !((common_pairs[to_lower(before) - 'a'] >> (to_lower(after) - 'a')) & 1);
        } else if ((is_letter(before) && is_digit(after)) ||
                   (is_digit(before) && is_letter(after))) {
            pairs++;
            rare++;
        }
    }
    return rare <= rare_max + pairs / 8;
}

bool shield_reads_like_words(struct text text)
{
    if (text.size == 0 || text.size > 24) return false;
    for (size_t i = 0; i < text.size; i++)
        if (text.bytes[i] != '-' && !is_letter(text.bytes[i])) return false;
    return has_few_rare_pairs(text, 1);
}

static bool is_listed(const struct text *list, size_t count, struct text word)
{
    for (size_t i = 0; i < count; i++)
        if (text_equal_fold(list[i], word)) return true;
    return false;
}

static bool is_one_of(const char *const *list, size_t count, struct text word)
{
    for (size_t i = 0; i < count; i++)
        if (text_equal(text_from(list[i]), word)) return true;
    return false;
}
#define IS_ONE_OF(list, word) is_one_of((list), sizeof(list) / sizeof *(list), (word))

/* ---- Path ---- */

static int number_of(const char *digits, size_t count)
{
    int number = 0;
    for (size_t i = 0; i < count; i++)
        number = number * 10 + digits[i] - '0';
    return number;
}

/* YYYY-MM-DD, YYYY-MM and YYYYMMDD with a month and a day that exist. */
static bool is_date(struct text segment)
{
    char digits[8];
    size_t count = 0;
    if (segment.size != 7 && segment.size != 8 && segment.size != 10) return false;
    for (size_t i = 0; i < segment.size; i++) {
        bool is_dash = segment.size != 8 && (i == 4 || i == 7);
        if (is_dash ? segment.bytes[i] != '-' : !is_digit(segment.bytes[i])) return false;
        if (!is_dash) digits[count++] = segment.bytes[i];
    }
    int year = number_of(digits, 4);
    int month = number_of(digits + 4, 2);
    int day = count == 8 ? number_of(digits + 6, 2) : 1;
    return year >= 1900 && year < 2200 && month >= 1 && month <= 12 && day >= 1 && day <= 31;
}

static bool is_uuid(struct text segment)
{
    if (segment.size != 36) return false;
    for (size_t i = 0; i < 36; i++) {
        bool is_dash = i == 8 || i == 13 || i == 18 || i == 23;
        char byte = segment.bytes[i];
        if (is_dash ? byte != '-' : !shield_charset_has(SHIELD_HEX, (uint8_t)byte)) return false;
    }
    return true;
}

/* What an SDK has put there already: a template is its own template. */
static bool is_placeholder(struct text segment)
{
    static const char *const kinds[] = {":int",   ":uuid", ":date", ":email",
                                        ":token", ":more", ":x"};
    return IS_ONE_OF(kinds, segment);
}

/* Behind these stands a person or a secret, whatever it looks like. */
static bool is_before_a_name(struct text segment)
{
    static const char *const names[] = {"u",       "user",     "users",    "people",    "person",
                                        "persons", "profile",  "profiles", "member",    "members",
                                        "account", "accounts", "customer", "customers", "client",
                                        "clients", "patient",  "patients", "invite",    "invites",
                                        "share",   "reset",    "verify",   "search"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (text_equal_fold(text_from(names[i]), segment)) return true;
    return false;
}

static bool is_plain(struct text segment)
{
    static const char *const endings[] = {"html", "htm", "php", "aspx", "jsp", "js", "mjs"};
    if (shield_reads_like_words(segment)) return true;
    const char *bytes = segment.bytes;
    if (bytes[0] == 'v' && segment.size >= 2 && segment.size <= 3) {
        return is_digit(bytes[1]) && is_digit(bytes[segment.size - 1]);
    }
    ptrdiff_t dot = text_find_byte(segment, '.');
    if (dot == TEXT_NOT_FOUND) return false;
    struct text ending = text_slice(segment, (size_t)dot + 1, segment.size - (size_t)dot - 1);
    return shield_reads_like_words(text_slice(segment, 0, (size_t)dot)) &&
           IS_ONE_OF(endings, ending);
}

static bool is_kept(struct text segment, struct text before, const struct shield_url_lists *lists)
{
    if (is_placeholder(segment)) return true;
    if (is_listed(lists->words, lists->word_count, segment)) return true;
    return is_plain(segment) && !is_before_a_name(before);
}

/* What stands for the segment, or "" when it stays. */
static struct text kind_of(struct text segment, struct text before,
                           const struct shield_url_lists *lists)
{
    size_t digits = 0;
    size_t letters = 0;
    size_t others = 0; /* not ASCII */
    for (size_t i = 0; i < segment.size; i++) {
        digits += is_digit(segment.bytes[i]);
        letters += is_letter(segment.bytes[i]);
        others += (uint8_t)segment.bytes[i] >= 0x80;
    }
    if (segment.size > SHIELD_URL_SEGMENT_MAX) return TEXT(":token");
    if (is_date(segment)) return TEXT(":date");
    if (digits == segment.size) return TEXT(":int");
    if (is_uuid(segment)) return TEXT(":uuid");
    if (text_find_byte(segment, '@') != TEXT_NOT_FOUND) return TEXT(":email");
    if (is_kept(segment, before, lists)) return TEXT("");
    bool is_mixed = digits > 0 && letters > 0 && others == 0;
    return segment.size >= 16 && is_mixed ? TEXT(":token") : TEXT(":x");
}

/* Takes the next segment off a path that begins with a slash, without what follows a ';'. */
static struct text next_segment(struct text *path)
{
    struct text rest = text_slice(*path, 1, path->size - 1);
    ptrdiff_t end = text_find_byte(rest, '/');
    size_t size = end == TEXT_NOT_FOUND ? rest.size : (size_t)end;
    struct text segment = text_slice(rest, 0, size);
    ptrdiff_t cut = text_find_byte(segment, ';');
    *path = text_slice(rest, size, rest.size - size);
    if (cut != TEXT_NOT_FOUND) segment.size = (size_t)cut;
    return segment;
}

static bool fits(struct text wanted, struct text segment)
{
    if (text_equal_fold(wanted, segment)) return true;
    if (wanted.size == 0 || wanted.bytes[0] != ':' || segment.size == 0) return false;
    for (size_t i = 0; i < segment.size && text_equal(wanted, TEXT(":int")); i++)
        if (!is_digit(segment.bytes[i])) return false;
    return true;
}

static bool follows_route(struct text path, struct text route)
{
    while (path.size > 0 && path.bytes[0] == '/' && route.size > 0 && route.bytes[0] == '/') {
        struct text segment = next_segment(&path);
        if (!fits(next_segment(&route), segment)) return false;
    }
    return path.size == 0 && route.size == 0;
}

static void put_path(struct url_writer *out, struct text path, const struct shield_url_lists *lists)
{
    struct text before = TEXT("");
    for (size_t i = 0; i < lists->route_count; i++) {
        struct text route = lists->routes[i];
        if (route.size == 0 || route.size > SHIELD_URL_ROUTE_MAX) continue;
        if (!follows_route(path, route)) continue;
        put(out, route);
        return;
    }
    for (size_t segments = 0; path.size > 0 && path.bytes[0] == '/'; segments++) {
        put(out, TEXT("/"));
        if (segments == SHIELD_URL_SEGMENTS_MAX) {
            put(out, TEXT(":more"));
            return;
        }
        struct text segment = next_segment(&path);
        struct text kind = segment.size > 0 ? kind_of(segment, before, lists) : TEXT("");
        if (segment.size > 0) before = segment;
        if (kind.size > 0) {
            put(out, kind);
        } else {
            put_lower(out, segment);
        }
    }
}

/* ---- Host ---- */

static bool is_second_level(struct text label)
{
    static const char *const names[] = {"co", "com", "net", "org", "gov", "edu", "ac", "or", "ne"};
    return IS_ONE_OF(names, label);
}

static bool is_numeric(struct text host)
{
    if (text_find_byte(host, ':') != TEXT_NOT_FOUND) return true;
    for (size_t i = 0; i < host.size; i++)
        if (!is_digit(host.bytes[i]) && host.bytes[i] != '.') return false;
    return true;
}

/* Its last labels: the registrable domain and so many before it. In lower case. */
static struct text last_labels(struct text host, size_t before)
{
    size_t starts[5] = {0}; /* of the last labels, the very last first */
    size_t count = 0;
    size_t end = host.size;
    for (size_t i = host.size; i > 0 && count < 5; i--) {
        if (host.bytes[i - 1] == '.') starts[count++] = i;
    }
    if (count < 5) starts[count++] = 0;
    size_t keep = 2 + before;
    if (count >= 3 && end - starts[0] == 2) {
        struct text second = text_slice(host, starts[1], starts[0] - 1 - starts[1]);
        keep += is_second_level(second);
    }
    size_t first = starts[(count < keep ? count : keep) - 1];
    return text_slice(host, first, host.size - first);
}

struct authority {
    struct text host; /* lower case, in the arena */
    struct text port; /* with its colon; "" when there is none */
};

static bool read_authority(struct text text, struct arena *arena, struct authority *out)
{
    *out = (struct authority){TEXT(""), TEXT("")};
    for (size_t i = text.size; i > 0; i--) {
        if (text.bytes[i - 1] != '@') continue;
        text = text_slice(text, i, text.size - i);
        break;
    }
    size_t digits = 0;
    while (digits < text.size && is_digit(text.bytes[text.size - 1 - digits]))
        digits++;
    if (digits > 0 && digits <= 5 && digits < text.size &&
        text.bytes[text.size - 1 - digits] == ':') {
        out->port = text_slice(text, text.size - 1 - digits, digits + 1);
        text.size -= digits + 1;
    }
    if (text.size > 255) text.size = 255; /* no host is longer (RFC 1035) */
    char *lower = ARENA_ARRAY_DIRTY(arena, char, text.size + 1);
    if (!lower) return false;
    for (size_t i = 0; i < text.size; i++)
        lower[i] = to_lower(text.bytes[i]);
    out->host = (struct text){lower, text.size};
    return true;
}

/* ---- Query ---- */

static bool is_value_harmless(struct text value, const struct shield_url_lists *lists)
{
    if (value.size == 0 || value.size > SHIELD_URL_VALUE_MAX) return false;
    for (size_t i = 0; i < value.size; i++) {
        char byte = value.bytes[i];
        if (byte != '-' && !shield_charset_has(SHIELD_WORD, (uint8_t)byte)) return false;
    }
    if (!has_few_rare_pairs(value, 2)) return false; /* drawn by lot */
    return !lists->is_secret || !lists->is_secret(lists->context, value);
}

/* The parameter's place in the project's list, or -1. */
static int find_param(const struct shield_url_lists *lists, struct text name)
{
    static const struct text defaults[] = {TEXT_INIT("utm_source"), TEXT_INIT("utm_medium"),
                                           TEXT_INIT("utm_campaign"), TEXT_INIT("ref")};
    const struct text *list = lists->param_count > 0 ? lists->params : defaults;
    size_t count = lists->param_count > 0 ? lists->param_count : sizeof defaults / sizeof *defaults;
    if (count > SHIELD_URL_PARAMS_MAX) count = SHIELD_URL_PARAMS_MAX;
    for (size_t i = 0; i < count; i++)
        if (text_equal(list[i], name)) return (int)i;
    return -1;
}

static size_t decode(char *bytes, size_t size)
{
    for (int i = 0; i < SHIELD_URL_DECODES_MAX; i++) {
        size_t decoded = transfer_percent_decode(bytes, size, TRANSFER_PLUS_KEPT);
        if (decoded == size) break;
        size = decoded;
    }
    return size;
}

/* A value whose every byte is encoded as often as that is undone: %252541. */
enum { ENCODED_MAX = 7 * SHIELD_URL_VALUE_MAX };

static void put_query(struct url_writer *out, struct text query,
                      const struct shield_url_lists *lists)
{
    uint64_t seen = 0;
    struct text separator = TEXT("?");
    while (query.size > 0) {
        char value[ENCODED_MAX];
        struct text after;
        struct text pair = text_split(query, '&', &after);
        struct text encoded;
        struct text name = text_split(pair, '=', &encoded);
        query = after;
        int place = find_param(lists, name);
        if (place < 0 || (seen >> place & 1)) continue;
        seen |= UINT64_C(1) << place; /* the first of each name, whatever becomes of it */
        if (encoded.size > sizeof value) continue;
        memcpy(value, encoded.bytes, encoded.size);
        struct text plain = {value, decode(value, encoded.size)};
        if (!is_value_harmless(plain, lists)) continue;
        put(out, separator);
        put(out, name);
        put(out, TEXT("="));
        put_lower(out, plain);
        separator = TEXT("&");
    }
}

/* ---- The whole ---- */

/* With its colon; "" when there is none. */
static struct text scheme_of(struct text url)
{
    size_t size = 0;
    while (size < url.size) {
        char byte = url.bytes[size];
        bool is_inner = is_digit(byte) || byte == '+' || byte == '-' || byte == '.';
        if (!is_letter(byte) && !(size > 0 && is_inner)) break;
        size++;
    }
    bool is_scheme = size >= 2 && size < url.size && url.bytes[size] == ':';
    return text_slice(url, 0, is_scheme ? size + 1 : 0);
}

static bool is_web(struct text url, struct text scheme)
{
    bool is_http =
        text_equal_fold(scheme, TEXT("http:")) || text_equal_fold(scheme, TEXT("https:"));
    return is_http &&
           text_starts_with(text_slice(url, scheme.size, url.size - scheme.size), TEXT("//"));
}

bool shield_url_is_web(struct text value)
{
    if (value.size == 0 || to_lower(value.bytes[0]) != 'h') return false; /* most are none */
    struct text scheme = scheme_of(value);
    return scheme.size > 0 && is_web(value, scheme);
}

/* The first byte of a set, or the end. */
static size_t find_any(struct text text, const char *set)
{
    size_t at = 0;
    while (at < text.size && (text.bytes[at] == '\0' || !strchr(set, text.bytes[at])))
        at++;
    return at;
}

/* Path, query; what stands behind a '#' is dropped. */
static bool put_rest(struct url_writer *out, struct text rest, const struct shield_url_lists *lists,
                     struct arena *arena)
{
    size_t path_size = find_any(rest, "?#");
    char *path = ARENA_ARRAY_DIRTY(arena, char, path_size + 1);
    if (!path) return false;
    if (path_size > 0) memcpy(path, rest.bytes, path_size);
    put_path(out, (struct text){path, decode(path, path_size)}, lists);
    if (path_size == rest.size || rest.bytes[path_size] == '#') return true;
    struct text query = text_slice(rest, path_size + 1, rest.size - path_size - 1);
    query.size = find_any(query, "#");
    put_query(out, query, lists);
    return true;
}

static bool put_host(struct url_writer *out, struct text scheme, struct text text,
                     struct arena *arena)
{
    struct authority authority;
    if (!read_authority(text, arena, &authority)) return false;
    put_lower(out, scheme);
    put(out, TEXT("//"));
    put(out, is_numeric(authority.host) ? TEXT(":ip") : last_labels(authority.host, 1));
    put(out, authority.port);
    return true;
}

bool shield_url_template(struct text url, const struct shield_url_lists *lists, struct arena *arena,
                         struct text *out)
{
    struct url_writer writer = {.capacity = url.size + GROWTH_MAX};
    struct text scheme = scheme_of(url);
    writer.bytes = ARENA_ARRAY_DIRTY(arena, char, writer.capacity);
    if (!writer.bytes) return false;
    struct text rest = text_slice(url, scheme.size, url.size - scheme.size);
    if (scheme.size > 0 && !is_web(url, scheme)) {
        put_lower(&writer, scheme);
        rest.size = 0;
    } else if (scheme.size > 0) {
        rest = text_slice(rest, 2, rest.size - 2);
        size_t size = find_any(rest, "/?#");
        if (!put_host(&writer, scheme, text_slice(rest, 0, size), arena)) return false;
        rest = text_slice(rest, size, rest.size - size);
    }
    if (!put_rest(&writer, rest, lists, arena)) return false;
    *out = (struct text){writer.bytes, writer.size};
    return true;
}

bool shield_url_domain(struct text url, struct arena *arena, struct text *out)
{
    struct text scheme = scheme_of(url);
    struct authority authority;
    *out = TEXT("");
    if (scheme.size == 0 || !is_web(url, scheme)) return true;
    struct text rest = text_slice(url, scheme.size + 2, url.size - scheme.size - 2);
    rest.size = find_any(rest, "/?#");
    if (!read_authority(rest, arena, &authority)) return false;
    if (!is_numeric(authority.host)) *out = last_labels(authority.host, 0);
    return true;
}
