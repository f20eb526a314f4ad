/* Persons (spec/shield.md §14.4): names under their key and in text (P05, P06), birth dates and
 * ages (P09, P10), gender (P11), and numbers of a person (P15). */
#include "shield/check_national.h"
#include "shield/check_reading.h"
#include "shield/shield_key.h"
#include "shield/shield_validator.h"
#include "shield/shield_wordlist.h"

enum {
    NAME_WORDS_MAX = 5,
    NAME_SIZE_MAX = 100,
    NAME_LETTERS_MIN = 2,
    GAP_MAX = 2,
    TITLES_MAX = 3,
    STEPS_MAX = 4, /* words from a given name to the family's */
    WORD_SIZE_MAX = 40,
};

/* The value without what stands around it: spaces and quotes. */
static void trim(const struct shield_candidate *candidate, struct shield_span *span)
{
    uint32_t begin = candidate->begin;
    uint32_t end = candidate->end;
    while (begin < end && strchr(" \t\r\n\"'([<", reading_byte(candidate->value, begin)))
        begin++;
    while (begin < end && strchr(" \t\r\n\"')]>", reading_byte(candidate->value, end - 1)))
        end--;
    *span = (struct shield_span){begin, end};
}

static struct text trimmed(const struct shield_candidate *candidate, struct shield_span *span)
{
    trim(candidate, span);
    return reading_slice(candidate->value, span->begin, span->end);
}

/* One of the words of a list, each between bars. */
static bool is_one_of(struct text text, const char *list)
{
    for (const char *word = list + 1; *word;) {
        size_t size = strcspn(word, "|");
        if (text_equal_fold((struct text){word, size}, text)) return true;
        word += size + 1;
    }
    return false;
}

/* What stands under a key without being anybody's. */
static bool is_nobody(struct text text)
{
    return is_one_of(text, "|true|false|null|none|nil|unknown|guest|anonymous|n/a|na|test|default|"
                           "undefined|empty|yes|no|set|unset|hidden|shown|optional|required|valid|"
                           "invalid|missing|changed|admin|root|user|system|other|others|any|all|"
                           "redacted|masked|private|public|");
}

/* ---- P05 ---- */

enum shield_proof shield_check_person_name(const struct shield_candidate *candidate,
                                           struct shield_span *span)
{
    struct text text = trimmed(candidate, span);
    uint32_t words = 0;
    uint32_t at = span->begin;
    struct shield_word word;
    if (candidate->is_number || text.size < NAME_LETTERS_MIN || text.size > NAME_SIZE_MAX) {
        return SHIELD_NOT;
    }
    if (is_nobody(text) || is_digit_byte(text.bytes[0])) return SHIELD_NOT;
    for (size_t i = 0; i < text.size; i++) {
        if ((uint8_t)text.bytes[i] < 0x80 && !reading_is_word((uint8_t)text.bytes[i]) &&
            !strchr(" .,'-\t()", text.bytes[i])) {
            return SHIELD_NOT;
        }
        if (is_digit_byte(text.bytes[i]) || text.bytes[i] == '_') return SHIELD_NOT;
    }
    while (shield_word_next(candidate->value, &at, &word) && word.begin < span->end)
        words++;
    return words >= 1 && words <= NAME_WORDS_MAX ? SHIELD_SHAPE : SHIELD_NOT;
}

/* ---- P06 ---- */

static uint32_t lists_of(struct text value, const struct shield_word *word)
{
    return shield_lists_of(reading_slice(value, word->begin, word->end));
}

/* Only a space, a comma and a space, or an initial with its dot between two words of a name. */
static bool is_name_gap(struct text value, uint32_t begin, uint32_t end)
{
    if (end - begin > GAP_MAX || end == begin) return false;
    for (uint32_t i = begin; i < end; i++)
        if (!strchr(" ,.", reading_byte(value, i)) || reading_byte(value, i) == 0) return false;
    return reading_byte(value, end - 1) == ' ';
}

/* Words that a name goes on with: Mary van der Berg, José de la Cruz. */
static bool is_particle(struct text word)
{
    return is_one_of(word, "|van|von|de|der|den|del|della|di|da|dos|la|le|el|al|bin|ibn|af|ten|");
}

static bool is_part_of_name(struct text value, const struct shield_word *word, uint32_t lists)
{
    bool is_word = word->end - word->begin > 2 || (lists & SHIELD_LIST_FAMILY);
    return word->is_capital && word->has_case && is_word && !(lists & SHIELD_LIST_BRAND) &&
           reading_byte(value, word->end) != '@';
}

/* A given name at `word`: does a family name follow it, in at most three words? */
static bool is_full_name(struct text value, const struct shield_word *first, uint32_t lists,
                         bool is_titled, uint32_t *end)
{
    struct shield_word word = *first;
    uint32_t at = first->end;
    bool is_weak = lists & SHIELD_LIST_WEAK;
    bool is_noble = false;
    for (int i = 0; i < STEPS_MAX; i++) {
        struct shield_word next;
        if (!shield_word_next(value, &at, &next)) return false;
        if (!is_name_gap(value, word.end, next.begin)) return false;
        uint32_t more = lists_of(value, &next);
        if (more & SHIELD_LIST_BRAND) return false;
        bool is_family = (more & SHIELD_LIST_FAMILY) && next.is_capital;
        bool is_proven = is_family && !(is_weak && (more & SHIELD_LIST_WEAK));
        if (is_proven || ((is_titled || is_noble) && is_part_of_name(value, &next, more))) {
            *end = next.end;
            uint32_t behind = next.end;
            struct shield_word last;
            if (!shield_word_next(value, &behind, &last)) return true;
            bool goes_on = is_name_gap(value, next.end, last.begin) && last.is_capital;
            return !(goes_on && (lists_of(value, &last) & SHIELD_LIST_BRAND));
        }
        struct text bytes = reading_slice(value, next.begin, next.end);
        bool is_initial = bytes.size == 1 && is_upper_byte(bytes.bytes[0]);
        is_noble = is_noble || (is_particle(bytes) && !is_weak);
        if (!is_initial && !is_particle(bytes) && !(more & SHIELD_LIST_GIVEN)) return false;
        word = next;
    }
    return false;
}

/* Behind "Mr", "Frau", "Dear": any word with a capital, and the one behind that. */
static bool is_titled_name(struct text value, uint32_t at, struct shield_span *span)
{
    struct shield_word word;
    uint32_t lists = SHIELD_LIST_TITLE;
    for (int i = 0; i < TITLES_MAX && (lists & SHIELD_LIST_TITLE); i++) { /* Dear Prof. Dr. */
        uint32_t before = at;
        if (!shield_word_next(value, &at, &word)) return false;
        if (!is_name_gap(value, before, word.begin) || !word.has_case) return false;
        lists = lists_of(value, &word);
    }
    bool is_name = lists & (SHIELD_LIST_GIVEN | SHIELD_LIST_FAMILY);
    if (!is_part_of_name(value, &word, lists) || !is_name) return false;
    *span = (struct shield_span){word.begin, word.end};
    uint32_t end = 0;
    if (is_full_name(value, &word, lists, true, &end)) span->end = end;
    return true;
}

static bool is_letter_byte(uint8_t byte)
{
    return byte >= 0x80 || shield_charset_has(SHIELD_ALNUM, byte);
}

/* The word that ends before this place, or nothing. */
static struct text word_before(struct text value, uint32_t at)
{
    uint32_t end = at;
    while (end > 0 && at - end < GAP_MAX && strchr(" .", reading_byte(value, end - 1)))
        end--;
    uint32_t begin = end;
    while (begin > 0 && end - begin < WORD_SIZE_MAX &&
           is_letter_byte(reading_byte(value, begin - 1)))
        begin--;
    return end < at ? reading_slice(value, begin, end) : (struct text){0};
}

static bool is_name_at(struct text value, const struct shield_word *word, struct shield_span *span)
{
    uint32_t end = 0;
    if (!word->is_capital || word->begin == word->end) return false;
    bool has_title = shield_lists_of(word_before(value, word->begin)) & SHIELD_LIST_TITLE;
    if (has_title && is_titled_name(value, word->begin - 1, span)) return true;
    uint32_t lists = lists_of(value, word);
    if (!(lists & (SHIELD_LIST_GIVEN | SHIELD_LIST_WEAK))) return false;
    if (!is_full_name(value, word, lists, false, &end)) return false;
    *span = (struct shield_span){word->begin, end};
    return true;
}

/* A word is asked alone; the value as a whole is read word by word. */
/* What no word begins with is ASCII and no letter. */
static bool may_begin_word(uint8_t byte)
{
    return byte >= 0x80 || shield_charset_has(SHIELD_LOWER, byte | 0x20);
}

/* The next word that begins before the end. To look for one behind it, from every token of a value
 * of digits, would cost the square of its size. */
static bool next_word_before(struct text value, uint32_t *at, uint32_t end,
                             struct shield_word *word)
{
    while (*at < end && !may_begin_word((uint8_t)value.bytes[*at]))
        (*at)++;
    return *at < end && shield_word_next(value, at, word) && word->begin < end;
}

/* A name begins with a capital, or with a letter outside ASCII that might be one. */
static bool may_hold_name(struct text value, uint32_t begin, uint32_t end)
{
    if (begin > 0 && (uint8_t)value.bytes[begin - 1] >= 0x80) return true;
    for (uint32_t i = begin; i < end; i++) {
        uint8_t byte = (uint8_t)value.bytes[i];
        if (byte >= 0x80 || is_upper_byte((char)byte)) return true;
    }
    return false;
}

enum shield_proof shield_check_person_text(const struct shield_candidate *candidate,
                                           struct shield_span *span)
{
    struct text value = candidate->value;
    if (!candidate->has_context || candidate->is_number) return SHIELD_NOT;
    uint32_t at = candidate->begin;
    uint32_t end = candidate->end < at + SHIELD_LOOK_MAX ? candidate->end : at + SHIELD_LOOK_MAX;
    if (!may_hold_name(value, at, end)) return SHIELD_NOT;
    /* "Ł" is in no charset: a word that begins with it is read from there. */
    for (int i = 0; i < WORD_SIZE_MAX && at > 0 && is_letter_byte(reading_byte(value, at - 1)); i++)
        at--;
    struct shield_word word;
    bool is_found = false;
    while (next_word_before(value, &at, end, &word)) {
        struct shield_span name;
        if (!is_name_at(value, &word, &name)) continue;
        if (!is_found) span->begin = name.begin;
        span->end = name.end;
        is_found = true;
        at = name.end;
    }
    return is_found ? SHIELD_PROVEN : SHIELD_NOT;
}

/* ---- P09, P10 ---- */

/* Month names of seven languages, by their first three letters. */
static bool has_month_name(struct text text)
{
    static const char *const months[] = {
        "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec",
        "okt", "dez", "mai", "maj", "ene", "abr", "ago", "dic", "set", "out", "fev", "fév",
        "avr", "déc", "gen", "mag", "giu", "lug", "ott", "des", "янв", "фев", "мар", "апр"};
    uint32_t at = 0;
    struct shield_word word;
    while (shield_word_next(text, &at, &word)) {
        for (size_t i = 0; i < sizeof months / sizeof *months; i++)
            if (reading_has_fold(text, word.begin, months[i])) return true;
    }
    return false;
}

static bool is_birth_year(uint32_t year)
{
    return year >= 1900 && year <= 2049;
}

/* Digits of a date in any order that is written: Y-M-D, D.M.Y, M/D/Y. */
static bool is_date_of(const char *digits, uint32_t count)
{
    if (count != 8) return false;
    if (is_long_ymd(digits)) return true;
    bool has_year = is_birth_year(digits_number(digits + 4, 4));
    uint32_t first = digits_number(digits, 2);
    uint32_t second = digits_number(digits + 2, 2);
    return has_year && (is_month_and_day(first, second) || is_month_and_day(second, first));
}

/* Numbers of one or two digits and a year, as "5/3/1984"; *numbers is how many there are. */
static bool is_loose_date(struct text text, uint32_t *numbers)
{
    uint32_t years = 0;
    uint32_t parts = 0;
    *numbers = 0;
    for (size_t i = 0; i < text.size;) {
        size_t end = i;
        while (end < text.size && is_digit_byte(text.bytes[end]))
            end++;
        size_t size = end - i;
        if (size > 0) (*numbers)++;
        if (size == 4) years += is_birth_year(digits_number(text.bytes + i, 4));
        if (size == 1 || size == 2) parts += digits_number(text.bytes + i, (uint32_t)size) <= 99;
        i = size > 0 ? end : i + 1;
    }
    return (years == 1 && parts >= 2) || (years == 0 && parts == 3) ||
           (years == 1 && parts == 1 && has_month_name(text));
}

static bool has_east_asian_date(struct text text)
{
    return text_find(text, TEXT("月")) >= 0 && text_find(text, TEXT("日")) >= 0;
}

/* Under its key any date is one; beside a word it has to be a full one. */
enum shield_proof shield_check_birth(const struct shield_candidate *candidate,
                                     struct shield_span *span)
{
    if (candidate->digits && is_date_of(candidate->digits, candidate->digit_count)) {
        return candidate->has_context ? SHIELD_SHAPE : SHIELD_NOT;
    }
    bool is_keyed = candidate->key_classes & SHIELD_KEY_BIT(SHIELD_KEY_BIRTH);
    if (candidate->digits || !is_keyed) return SHIELD_NOT;
    struct text text = trimmed(candidate, span);
    uint32_t numbers = 0;
    if (text.size == 0 || text.size > 64) return SHIELD_NOT;
    if (is_loose_date(text, &numbers) || has_east_asian_date(text)) return SHIELD_SHAPE;
    /* Seconds or milliseconds since 1970, or a date without marks. */
    bool is_bare = numbers == 1 && text.size >= 6 && text.size <= 14;
    for (size_t i = 0; is_bare && i < text.size; i++)
        is_bare = is_digit_byte(text.bytes[i]) || (i == 0 && text.bytes[i] == '-');
    return is_bare ? SHIELD_SHAPE : SHIELD_NOT;
}

/* 0 to 120, with or without a word for years. */
enum shield_proof shield_check_age(const struct shield_candidate *candidate,
                                   struct shield_span *span)
{
    struct text text = trimmed(candidate, span);
    uint32_t size = 0;
    while (size < text.size && is_digit_byte(text.bytes[size]))
        size++;
    if (size == 0 || size > 3 || digits_number(text.bytes, size) > 120) return SHIELD_NOT;
    struct text rest = text_trim(text_slice(text, size, text.size - size));
    if (text_equal(rest, TEXT(".0"))) return SHIELD_SHAPE;
    bool is_years = rest.size == 0 ||
                    is_one_of(rest, "|y|yo|y/o|years|year|yrs|years old|year old|jahre|jahre alt|"
                                    "ans|años|anni|jaar|år|lat|лет|歳|岁|anos|yaş|");
    return is_years ? SHIELD_SHAPE : SHIELD_NOT;
}

/* ---- P11 ---- */

enum shield_proof shield_check_gender(const struct shield_candidate *candidate,
                                      struct shield_span *span)
{
    struct text text = trimmed(candidate, span);
    bool is_listed = is_one_of(
        text,
        "|male|female|m|f|w|d|x|mr|mrs|ms|miss|mx|mr.|mrs.|ms.|man|woman|boy|girl|men|women|"
        "nonbinary|non-binary|non binary|transgender|trans|genderqueer|genderfluid|agender|"
        "intersex|cis|cisgender|he/him|she/her|they/them|he|she|they|"
        "männlich|weiblich|divers|mann|frau|herr|homme|femme|masculin|féminin|monsieur|madame|"
        "hombre|mujer|masculino|femenino|feminino|homem|mulher|uomo|donna|maschio|femmina|signor|"
        "signora|vrouw|mannelijk|vrouwelijk|kvinne|kvinna|mand|kvinde|mies|nainen|kobieta|"
        "mężczyzna|muž|žena|férfi|nő|мужской|женский|мужчина|женщина|м|ж|чоловік|жінка|erkek|"
        "kadın|男|女|男性|女性|남|여|남성|여성|남자|여자|ذكر|أنثى|זכר|נקבה|पुरुष|महिला|");
    return is_listed ? SHIELD_SHAPE : SHIELD_NOT;
}

/* ---- P15 ---- */

/* Letters, digits and single marks, with two digits at least, and nothing a program drew. */
enum shield_proof shield_check_person_number(const struct shield_candidate *candidate,
                                             struct shield_span *span)
{
    struct text text = trimmed(candidate, span);
    uint32_t digits = 0;
    if (text.size < 3 || text.size > 32) return SHIELD_NOT;
    for (size_t i = 0; i < text.size; i++) {
        if (is_digit_byte(text.bytes[i])) digits++;
        bool is_mark = i > 0 && strchr("-/._ ", text.bytes[i]);
        if (!shield_charset_has(SHIELD_ALNUM, (uint8_t)text.bytes[i]) && !is_mark)
            return SHIELD_NOT;
    }
    return digits >= 2 ? SHIELD_SHAPE : SHIELD_NOT;
}
