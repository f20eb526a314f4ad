/* What a value is as a whole (spec/shield.md §14.6, U01 to U05, and P16): addresses, messages,
 * names of files, cards of persons and calendars, pictures and voices. */
#include "shield/check_national.h"
#include "shield/check_reading.h"
#include "shield/shield_key.h"
#include "shield/shield_url.h"
#include "shield/shield_validator.h"
#include "shield/shield_wordlist.h"

enum {
    URL_ROOM = 8 * 1024, /* for its template */
    URL_SIZE_MAX = 2048, /* a longer one is taken for one with a query */
    MESSAGE_SIZE_MIN = 41,
    MESSAGE_WORDS_MIN = 6,
    FILE_SIZE_MAX = 255,
    FILE_DIGITS_MIN = 6,
    PICTURE_SIZE_MIN = 2048,
};

/* ---- U01 ---- */

static const char url_ends[] = " \t\r\n\"'<>`\\|{}";

/* Is its template another than itself? */
static bool has_more_than_template(struct text url)
{
    uint8_t memory[URL_ROOM];
    struct arena arena = {.memory = memory, .capacity = sizeof memory};
    static const struct shield_url_lists lists = {0};
    struct text made;
    if (url.size > URL_SIZE_MAX) return true;
    if (!shield_url_template(url, &lists, &arena, &made)) return true;
    return !text_equal(made, url);
}

/* "http" or "https" before "://". */
static bool find_scheme(struct text value, uint32_t at, uint32_t *begin)
{
    *begin = reading_run_back(value, at, SHIELD_ALNUM, 16);
    struct text scheme = reading_slice(value, *begin, at);
    return text_equal_fold(scheme, TEXT("http")) || text_equal_fold(scheme, TEXT("https"));
}

static bool has_query(struct text url)
{
    return text_find_byte(url, '?') >= 0 || text_find_byte(url, '#') >= 0 ||
           text_find_byte(url, '@') >= 0;
}

/* A path or a query without a scheme: only under its key, and only when it has the marks of one. */
static bool is_path_value(struct text value)
{
    if (value.size < 2 || reading_until(value, 0, url_ends, SHIELD_LOOK_MAX) < value.size) {
        return false;
    }
    return value.bytes[0] == '/' || text_find_byte(value, '?') >= 0;
}

enum shield_proof shield_check_url(const struct shield_candidate *candidate,
                                   struct shield_span *span)
{
    struct text value = candidate->value;
    bool is_keyed = candidate->key_classes & SHIELD_KEY_BIT(SHIELD_KEY_URL);
    bool is_whole = candidate->begin == 0 && candidate->end == value.size;
    if (is_whole) {
        struct text text = text_trim(value);
        bool is_path = is_keyed && !shield_url_is_web(text) && is_path_value(text);
        return is_path && has_more_than_template(text) ? SHIELD_SHAPE : SHIELD_NOT;
    }
    uint32_t begin = 0;
    if (!find_scheme(value, candidate->begin, &begin)) return SHIELD_NOT;
    uint32_t end = reading_until(value, begin, url_ends, SHIELD_LOOK_MAX);
    struct text url = reading_slice(value, begin, end);
    bool is_all = url.size == text_trim(value).size;
    if (!is_all && !is_keyed && !has_query(url)) return SHIELD_NOT;
    *span = (struct shield_span){begin, end};
    if (is_all && candidate->is_reduced_address) return SHIELD_SHAPE;
    return has_more_than_template(url) ? SHIELD_SHAPE : SHIELD_NOT;
}

/* ---- U03 ---- */

enum shield_proof shield_check_message(const struct shield_candidate *candidate,
                                       struct shield_span *span)
{
    struct shield_word word;
    uint32_t at = 0;
    uint32_t words = 0;
    (void)span;
    if (candidate->value.size < MESSAGE_SIZE_MIN) return SHIELD_NOT;
    while (words < MESSAGE_WORDS_MIN && shield_word_next(candidate->value, &at, &word))
        words++;
    return words == MESSAGE_WORDS_MIN ? SHIELD_SHAPE : SHIELD_NOT;
}

/* ---- U04 ---- */

static bool has_file_ending(struct text text, size_t *stem)
{
    static const char *const endings[] = {
        ".pdf",  ".doc", ".docx", ".odt",   ".rtf",     ".txt", ".xls",  ".xlsx", ".ods",
        ".csv",  ".ppt", ".pptx", ".jpg",   ".jpeg",    ".png", ".heic", ".gif",  ".tif",
        ".tiff", ".bmp", ".zip",  ".eml",   ".msg",     ".vcf", ".ics",  ".mp3",  ".m4a",
        ".wav",  ".mp4", ".mov",  ".pages", ".numbers", ".webp"};
    for (size_t i = 0; i < sizeof endings / sizeof *endings; i++) {
        size_t size = strlen(endings[i]);
        if (text.size <= size) continue;
        struct text end = text_slice(text, text.size - size, size);
        if (!text_equal_fold(end, text_from(endings[i]))) continue;
        *stem = text.size - size;
        return true;
    }
    return false;
}

/* A given and a family name side by side, whatever stands between. */
static bool names_person(struct text stem)
{
    uint32_t at = 0;
    uint32_t before = 0;
    struct shield_word word;
    while (shield_word_next(stem, &at, &word)) {
        for (uint32_t begin = word.begin; begin < word.end;) {
            uint32_t end = begin;
            while (end < word.end && stem.bytes[end] != '-' && stem.bytes[end] != '\'')
                end++;
            uint32_t lists = shield_lists_of(reading_slice(stem, begin, end));
            bool is_pair = ((before & SHIELD_LIST_GIVEN) && (lists & SHIELD_LIST_FAMILY)) ||
                           ((before & SHIELD_LIST_FAMILY) && (lists & SHIELD_LIST_GIVEN));
            bool is_weak = (before & SHIELD_LIST_WEAK) && (lists & SHIELD_LIST_WEAK);
            if (is_pair && !is_weak && !((before | lists) & SHIELD_LIST_BRAND)) return true;
            before = lists;
            begin = end + 1;
        }
    }
    return false;
}

/* Six digits in a row that are no date: a number of somebody or of a contract. */
static bool has_number(struct text stem)
{
    for (size_t i = 0; i < stem.size;) {
        size_t end = i;
        while (end < stem.size && is_digit_byte(stem.bytes[end]))
            end++;
        bool is_date = end - i == 8 && is_long_ymd(stem.bytes + i);
        bool is_moment = end - i == 6 || end - i == 14; /* 123059; 20250131123059 */
        if (end - i >= FILE_DIGITS_MIN && !is_date && !is_moment) return true;
        i = end > i ? end : i + 1;
    }
    return false;
}

enum shield_proof shield_check_file_name(const struct shield_candidate *candidate,
                                         struct shield_span *span)
{
    struct text text = reading_bare(candidate->value);
    size_t stem = 0;
    (void)span;
    if (text.size > FILE_SIZE_MAX || !has_file_ending(text, &stem)) return SHIELD_NOT;
    size_t begin = stem;
    while (begin > 0 && text.bytes[begin - 1] != '/' && text.bytes[begin - 1] != '\\')
        begin--;
    struct text name = text_slice(text, begin, stem - begin);
    return names_person(name) || has_number(name) ? SHIELD_SHAPE : SHIELD_NOT;
}

/* ---- U05 ---- */

/* Any of a card's, an event's or a MECARD's lines behind its first. */
enum shield_proof shield_check_contact_card(const struct shield_candidate *candidate,
                                            struct shield_span *span)
{
    static const char *const fields[] = {"version:", "fn:",       "fn;",  "n:",      "n;",
                                         "tel",      "email",     "adr",  "summary", "dtstart",
                                         "attendee", "organizer", "uid:", "prodid",  "begin:v"};
    struct text rest =
        reading_slice(candidate->value, candidate->end, (uint32_t)candidate->value.size);
    if (rest.size > 512) rest = text_slice(rest, 0, 512);
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++) {
        if (reading_find_fold(rest, fields[i]) == READING_NO_PLACE) continue;
        *span = (struct shield_span){candidate->begin, (uint32_t)candidate->value.size};
        return SHIELD_PROVEN;
    }
    return SHIELD_NOT;
}

/* ---- P16 ---- */

/* A voice or a film always; a picture when its name says of whom, or when it is larger than what
 * pages are decorated with. Drawings in SVG are a page's own. */
enum shield_proof shield_check_media(const struct shield_candidate *candidate,
                                     struct shield_span *span)
{
    struct text value = candidate->value;
    uint32_t comma = reading_until(value, candidate->end, ",\"'<>", 128);
    if (reading_byte(value, comma) != ',') return SHIELD_NOT;
    struct text head = reading_slice(value, candidate->begin, comma);
    bool is_base64 = text_ends_with(head, TEXT(";base64"));
    uint32_t end = reading_until(value, comma + 1, "\"'<>) ", SHIELD_VALUE_MAX);
    uint32_t size = end - comma - 1;
    if (!is_base64 || size < 16) return SHIELD_NOT;
    *span = (struct shield_span){candidate->begin, end};
    if (!reading_has_fold(value, candidate->begin, "data:image/")) return SHIELD_PROVEN;
    if (reading_has_fold(value, candidate->end, "svg")) return SHIELD_NOT;
    return candidate->has_context || size >= PICTURE_SIZE_MIN ? SHIELD_SHAPE : SHIELD_NOT;
}
