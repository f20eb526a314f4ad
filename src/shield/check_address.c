/* Where somebody lives, is met and drives (spec/shield.md §14.4): postal addresses and postcodes
 * (P07, P08), profiles (P12), plates and numbers of vehicles (P13, P14). */
#include "shield/check_national.h"
#include "shield/check_reading.h"
#include "shield/shield_key.h"
#include "shield/shield_validator.h"

enum {
    STREET_WORDS_MAX = 4, /* between a house number and the word for a street */
    STREET_SIZE_MAX = 48,
    POSTCODE_REACH = 80,
    ADDRESS_SIZE_MAX = 300,
    PROFILE_SIZE_MAX = 60,
    VIN_SIZE = 17,
};

/* ---- P08 ---- */

/* '9' a digit, 'A' a letter, ' ' an optional space or dash, anything else itself. */
static bool has_shape(struct text text, const char *shape)
{
    size_t at = 0;
    for (; *shape; shape++) {
        char byte = at < text.size ? upper_of(text.bytes[at]) : '\0';
        if (*shape == ' ') {
            at += byte == ' ' || byte == '-';
            continue;
        }
        bool fits = *shape == '9'   ? is_digit_byte(byte)
                    : *shape == 'A' ? is_upper_byte(byte)
                                    : byte == *shape;
        if (!fits) return false;
        at++;
    }
    return at == text.size;
}

/* Outward codes have six forms; the inward's letters leave out what is misread. */
static bool is_british_postcode(struct text text)
{
    static const char *const shapes[] = {"A9 9AA",   "A99 9AA", "AA9 9AA",
                                         "AA99 9AA", "A9A 9AA", "AA9A 9AA"};
    bool fits = false;
    for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++)
        fits = fits || has_shape(text, shapes[i]);
    if (!fits) return false;
    for (size_t i = text.size - 2; i < text.size; i++)
        if (strchr("CIKMOV", upper_of(text.bytes[i]))) return false;
    return strchr("QVX", upper_of(text.bytes[0])) == NULL;
}

static bool is_postcode(struct text text)
{
    static const char *const shapes[] = {
        "99999",    "99999-9999", "9999",     "999 99",   "999999",    "99-999",    "9999-999",
        "9999 AA",  "A9A 9A9",    "A99 A9A9", "A9W A9A9", "99999-999", "999-9999",  "999 9999",
        "AD999",    "LV-9999",    "LT-99999", "MD-9999",  "L-9999",    "B-9999",    "A-9999",
        "D-99999",  "CH-9999",    "F-99999",  "I-99999",  "E-99999",   "SE-999 99", "999 999",
        "AA9 9AA",  "DK-9999",    "N-9999",   "FI-99999", "9999999",   "A9999AAA",  "〒999-9999",
        "AA9 AA9A", "AA99 99",    "VG9999",   "BB99999",  "MSR9999",   "999",
    };
    if (is_british_postcode(text)) return true;
    for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++)
        if (has_shape(text, shapes[i])) return true;
    return false;
}

/* What has the shape of a British postcode and is a product: "E5 2GB". */
static bool is_amount(struct text text)
{
    struct text unit = text_slice(text, text.size - 2, 2);
    return text_equal_fold(unit, TEXT("GB")) || text_equal_fold(unit, TEXT("TB")) ||
           text_equal_fold(unit, TEXT("HD")) || text_equal_fold(unit, TEXT("PS")) ||
           text_equal_fold(unit, TEXT("HP")) || text_equal_fold(unit, TEXT("XL")) ||
           text_equal_fold(unit, TEXT("ST")) || text_equal_fold(unit, TEXT("ND")) ||
           text_equal_fold(unit, TEXT("RD")) || text_equal_fold(unit, TEXT("TH"));
}

/* Upper case, with its space: only so it is told from names of things. */
static bool is_british_in_text(const struct shield_candidate *candidate, struct shield_span *span)
{
    struct text value = candidate->value;
    uint32_t space = candidate->end;
    uint32_t end = space + 4;
    if (reading_byte(value, space) != ' ' || end > value.size) return false;
    if (reading_is_word(reading_byte(value, end))) return false;
    if (candidate->begin > 0 && strchr("-_#./", reading_byte(value, candidate->begin - 1))) {
        return false;
    }
    struct text text = reading_slice(value, candidate->begin, end);
    for (size_t i = 0; i < text.size; i++)
        if (text.bytes[i] >= 'a' && text.bytes[i] <= 'z') return false;
    if (!is_british_postcode(text) || is_amount(text)) return false;
    span->end = end;
    return true;
}

enum shield_proof shield_check_postcode(const struct shield_candidate *candidate,
                                        struct shield_span *span)
{
    bool is_keyed = candidate->key_classes & SHIELD_KEY_BIT(SHIELD_KEY_POSTCODE);
    if (is_keyed && is_postcode(text_trim(reading_literal(candidate)))) return SHIELD_PROVEN;
    if (candidate->is_number || candidate->end - candidate->begin > 4) return SHIELD_NOT;
    return is_british_in_text(candidate, span) ? SHIELD_SHAPE : SHIELD_NOT;
}

/* ---- P07 ---- */

static bool is_name_byte(uint8_t byte)
{
    return byte >= 0x80 || reading_is_word(byte) || (byte && strchr(" .'-", byte));
}

/* A house number of at most five digits and a letter, that ends or begins there. */
static bool is_house_number(struct text value, uint32_t begin, uint32_t *end)
{
    uint32_t at = begin;
    while (at - begin < 6 && is_digit_byte((char)reading_byte(value, at)))
        at++;
    uint32_t digits = at - begin;
    if (digits == 0 || digits > 5) return false;
    uint8_t letter = reading_byte(value, at) | 0x20;
    uint8_t behind = reading_byte(value, at + 1);
    if (shield_charset_has(SHIELD_LOWER, letter) && !reading_is_word(behind) && behind < 0x80) at++;
    uint8_t next = reading_byte(value, at);
    if (reading_is_word(next) || next >= 0x80) return false;
    if ((next == '.' || next == ':') && is_digit_byte((char)reading_byte(value, at + 1)))
        return false;
    *end = at;
    return true;
}

/* "221b Baker Street": back over at most four words with capitals to a number. */
static bool has_number_before(struct text value, uint32_t at, uint32_t *begin)
{
    uint32_t words = 0;
    for (uint32_t place = at; place > 0 && at - place < STREET_SIZE_MAX;) {
        place--;
        uint8_t byte = reading_byte(value, place);
        if (byte == ',' && at - place < 3) continue;
        if (!is_name_byte(byte)) return false;
        bool begins = place == 0 || reading_byte(value, place - 1) == ' ' ||
                      reading_byte(value, place - 1) == ',' ||
                      reading_byte(value, place - 1) == '\n';
        if (!begins || byte == ' ') continue;
        uint32_t end = 0;
        if (is_digit_byte((char)byte) && is_house_number(value, place, &end)) {
            *begin = place;
            return true;
        }
        bool is_capital = byte >= 0x80 || is_upper_byte((char)byte) || is_digit_byte((char)byte);
        if (!is_capital || ++words > STREET_WORDS_MAX) return false;
    }
    return false;
}

/* "Hauptstraße 12", "Calle de Alcalá 48", "via Roma, 1": over at most four words to a number. */
static bool has_number_behind(struct text value, uint32_t at, uint32_t *end)
{
    uint32_t words = 0;
    for (uint32_t place = at; place < value.size && place - at < STREET_SIZE_MAX; place++) {
        uint8_t byte = reading_byte(value, place);
        if (is_digit_byte((char)byte)) return is_house_number(value, place, end);
        if (byte != ',' && !is_name_byte(byte)) return false;
        words += byte == ' ';
        if (words > STREET_WORDS_MAX + 1) return false;
    }
    return false;
}

/* A postcode, or a flat, between there and there: the second sign of an address. */
static bool has_second_part(struct text text)
{
    static const char *const words[] = {"apt",  "apartment", "suite", "unit ",    "floor", "flat ",
                                        "piso", "etage",     "leil",  "postcode", "zip"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (reading_find_fold(text, words[i]) != READING_NO_PLACE) return true;
    for (uint32_t at = 0; at < text.size;) {
        uint32_t end = at;
        while (end < text.size &&
               (reading_is_word((uint8_t)text.bytes[end]) || text.bytes[end] == '-'))
            end++;
        uint32_t two = reading_skip(text, end, " ", 1);
        while (two > end && two < text.size && reading_is_word((uint8_t)text.bytes[two]))
            two++;
        struct text one = reading_slice(text, at, end);
        if (one.size >= 4 && is_digit_byte(one.bytes[0]) && is_postcode(one)) return true;
        struct text both = reading_slice(text, at, two);
        bool has_digit =
            both.size > 5 && (is_digit_byte(both.bytes[0]) || is_digit_byte(both.bytes[1]) ||
                              is_digit_byte(both.bytes[2]));
        if (has_digit && is_postcode(both)) return true;
        at = end > at ? end + 1 : at + 1;
    }
    return false;
}

/* Under its key: some words, with a letter at least. */
static bool is_keyed_address(struct text text)
{
    uint32_t letters = 0;
    uint32_t digits = 0;
    uint32_t gaps = 0;
    if (text.size < 5 || text.size > ADDRESS_SIZE_MAX) return false;
    if (text_find(text, TEXT("://")) >= 0 || text_find_byte(text, '@') >= 0) return false;
    for (size_t i = 0; i < text.size; i++) {
        uint8_t byte = (uint8_t)text.bytes[i];
        letters += byte >= 0x80 || shield_charset_has(SHIELD_LOWER, byte | 0x20);
        digits += is_digit_byte((char)byte);
        gaps += byte == ' ' || byte == ',' || byte == '\n';
        if (byte && strchr("{}[]=<>;", byte)) return false;
    }
    return letters >= 3 && (gaps > 0 || (digits > 0 && letters > digits));
}

enum shield_proof shield_check_postal(const struct shield_candidate *candidate,
                                      struct shield_span *span)
{
    struct text value = candidate->value;
    bool is_keyed = candidate->key_classes & SHIELD_KEY_BIT(SHIELD_KEY_ADDRESS);
    if (candidate->begin == 0 && candidate->end == value.size && is_keyed) {
        return is_keyed_address(text_trim(value)) ? SHIELD_SHAPE : SHIELD_NOT;
    }
    uint32_t begin = candidate->begin;
    uint32_t end = candidate->end;
    while (
        begin > 0 && candidate->begin - begin < STREET_SIZE_MAX &&
        (reading_is_word(reading_byte(value, begin - 1)) || reading_byte(value, begin - 1) >= 0x80))
        begin--; /* "Hauptstraße": the whole word */
    uint32_t first = begin;
    uint32_t last = end;
    if (!has_number_before(value, begin, &first) && !has_number_behind(value, end, &last)) {
        return SHIELD_NOT;
    }
    uint32_t reach =
        last + POSTCODE_REACH < value.size ? last + POSTCODE_REACH : (uint32_t)value.size;
    uint32_t back = first > POSTCODE_REACH / 2 ? first - POSTCODE_REACH / 2 : 0;
    bool is_whole = has_second_part(reading_slice(value, last, reach)) ||
                    has_second_part(reading_slice(value, back, first));
    if (!is_whole && !candidate->has_context) return SHIELD_NOT;
    *span = (struct shield_span){first, last};
    return is_whole ? SHIELD_PROVEN : SHIELD_SHAPE;
}

/* ---- P12 ---- */

/* Paths that are a site's own. */
static bool is_site_path(struct text name)
{
    static const char own[] =
        " about account accounts api app apps blog business careers contact cookies developers"
        " discover docs download events explore features help hashtag home i in intent jobs legal"
        " login logout marketplace messages new news notifications oauth pages p people photo"
        " plugins policies policy post posts pricing privacy r reel reels search security settings"
        " share sharer signup sitemap status stories support tags terms topics tos tr tv u user"
        " users video videos watch web school company groups pulse learning feed sharing v hc en"
        " dialog joinchat s addstickers trending orgs sponsors collections enterprise ";
    char wanted[24];
    if (name.size == 0 || name.size > sizeof wanted - 3) return name.size == 0;
    wanted[0] = ' ';
    for (size_t i = 0; i < name.size; i++)
        wanted[i + 1] = (char)(is_upper_byte(name.bytes[i]) ? name.bytes[i] | 0x20 : name.bytes[i]);
    wanted[name.size + 1] = ' ';
    wanted[name.size + 2] = '\0';
    return strstr(own, wanted) != NULL;
}

static bool is_profile_byte(uint8_t byte)
{
    return byte >= 0x80 || reading_is_word(byte) || byte == '.' || byte == '-' || byte == '%';
}

/* Behind a host: the first segment of the path, when nothing but a query or the end follows it. */
static bool is_profile(const struct shield_candidate *candidate, struct shield_span *span)
{
    struct text value = candidate->value;
    uint8_t before = candidate->begin > 0 ? reading_byte(value, candidate->begin - 1) : '/';
    if (reading_is_word(before) || before == '-') return false;
    uint32_t begin = reading_skip(value, candidate->end, "@", 1);
    uint32_t end = begin;
    while (end - begin <= PROFILE_SIZE_MAX && is_profile_byte(reading_byte(value, end)))
        end++;
    while (end > begin && reading_byte(value, end - 1) == '.')
        end--;
    if (end - begin < 2 || end - begin > PROFILE_SIZE_MAX) return false;
    if (is_site_path(reading_slice(value, begin, end))) return false;
    struct text rest = reading_slice(value, end, (uint32_t)value.size);
    bool goes_on = rest.size > 1 && rest.bytes[0] == '/' && is_profile_byte((uint8_t)rest.bytes[1]);
    if (goes_on && begin == candidate->end) return false; /* owner/repository, a post */
    *span = (struct shield_span){candidate->begin, end};
    return true;
}

/* A handle under its key: "@ann.vane", "ann_v". */
static bool is_handle(struct text text)
{
    if (text.size < 2 || text.size > PROFILE_SIZE_MAX) return false;
    size_t begin = text.bytes[0] == '@';
    for (size_t i = begin; i < text.size; i++) {
        bool is_mark = text.bytes[i] == '#' || text.bytes[i] == ' ';
        if (!is_profile_byte((uint8_t)text.bytes[i]) && !is_mark) return false;
    }
    return text.size - begin >= 2;
}

enum shield_proof shield_check_profile(const struct shield_candidate *candidate,
                                       struct shield_span *span)
{
    static const struct text nobody[] = {
        TEXT_INIT("true"),  TEXT_INIT("false"), TEXT_INIT("null"),  TEXT_INIT("guest"),
        TEXT_INIT("unset"), TEXT_INIT("none"),  TEXT_INIT("empty"), TEXT_INIT("anonymous")};
    struct text text = text_trim(candidate->value);
    bool is_whole = candidate->begin == 0 && candidate->end == candidate->value.size;
    bool is_keyed = candidate->key_classes & SHIELD_KEY_BIT(SHIELD_KEY_SOCIAL);
    if (is_whole && is_keyed) {
        for (size_t i = 0; i < sizeof nobody / sizeof *nobody; i++)
            if (text_equal_fold(nobody[i], text)) return SHIELD_NOT;
        return is_handle(text) ? SHIELD_SHAPE : SHIELD_NOT;
    }
    return is_profile(candidate, span) ? SHIELD_PROVEN : SHIELD_NOT;
}

/* ---- P13, P14 ---- */

/* Two to nine letters and digits of both kinds, in at most three groups. */
enum shield_proof shield_check_plate(const struct shield_candidate *candidate,
                                     struct shield_span *span)
{
    struct text value = candidate->value;
    uint32_t letters = 0;
    uint32_t digits = 0;
    uint32_t at = candidate->begin;
    uint32_t end = at;
    uint32_t groups = 0;
    if (!candidate->has_context || candidate->is_number) return SHIELD_NOT;
    while (groups < 3) {
        uint32_t begin = at;
        while (at - begin < 9 && (shield_charset_has(SHIELD_ALNUM, reading_byte(value, at)) ||
                                  reading_byte(value, at) >= 0x80)) {
            bool is_digit = is_digit_byte((char)reading_byte(value, at));
            digits += is_digit;
            letters += !is_digit && (reading_byte(value, at) & 0xc0) != 0x80;
            if (reading_byte(value, at) >= 'a' && reading_byte(value, at) <= 'z') break;
            at++;
        }
        if (at == begin) break;
        end = at;
        groups++;
        bool is_gap = strchr(" -.", reading_byte(value, at)) && reading_byte(value, at);
        if (!is_gap) break;
        at++;
    }
    if (reading_is_word(reading_byte(value, end))) return SHIELD_NOT;
    if (digits < 1 || digits > 6 || letters < 1 || letters > 6) return SHIELD_NOT;
    if (letters + digits < 4 || letters + digits > 9) return SHIELD_NOT;
    *span = (struct shield_span){candidate->begin, end};
    return SHIELD_SHAPE;
}

/* ISO 3779's letters as numbers, A first; I, O and Q are left out. */
static int vin_number(char byte)
{
    static const char numbers[] = "12345678.12345.7.923456789";
    if (is_digit_byte(byte)) return byte - '0';
    if (!is_upper_byte(byte) || numbers[byte - 'A'] == '.') return -1;
    return numbers[byte - 'A'] - '0';
}

/* Where a check digit is wanted it stands in the ninth place; elsewhere a word has to say what it
 * is. */
enum shield_proof shield_check_vin(const struct shield_candidate *candidate,
                                   struct shield_span *span)
{
    static const int weights[VIN_SIZE] = {8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2};
    int sum = 0;
    uint32_t letters = 0;
    bool has_lower = false;
    (void)span;
    if (candidate->end - candidate->begin != VIN_SIZE) return SHIELD_NOT;
    for (uint32_t i = 0; i < VIN_SIZE; i++) {
        uint8_t raw = reading_byte(candidate->value, candidate->begin + i);
        int number = vin_number(upper_of((char)raw));
        if (number < 0) return SHIELD_NOT;
        sum += number * weights[i];
        letters += !is_digit_byte((char)raw);
        has_lower |= raw >= 'a';
        if (i >= VIN_SIZE - 4 && !is_digit_byte((char)raw)) return SHIELD_NOT;
    }
    if (letters < 3 || letters > 13) return SHIELD_NOT;
    char check = (char)upper_of((char)reading_byte(candidate->value, candidate->begin + 8));
    bool is_proven = check == (sum % 11 == 10 ? 'X' : (char)('0' + sum % 11));
    if (is_proven && !has_lower) return SHIELD_PROVEN;
    return candidate->has_context ? SHIELD_SHAPE : SHIELD_NOT;
}
