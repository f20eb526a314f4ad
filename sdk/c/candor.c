/* Made by tools/amalgamate.py from sdk/c/parts: change those, not this. */
/* Candor's native client. See candor.h.
 *
 * Its parts, in their order: bytes and checksums, JSON, what a value may not be, addresses,
 * properties, the queue, what is remembered, records, sending, the calls of candor.h. */
#include "candor.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* ---- Bytes and checksums ---- */

enum {
    RECORD_HEADER = 12,  /* u32 size, u32 CRC-32 of kind and payload, u8 kind, 3 zeros */
    QUEUE_HEADER = 16,   /* "CDRQ0001", u64 offset of the first record that was not sent */
    SUPER_BYTES = 4096,  /* super properties, encoded */
    DEVICE_BYTES = 1024, /* the device's properties as JSON members */
    TIMERS = 8,
    FILE_BYTES_DEFAULT = 1024 * 1024,
    FLUSH_INTERVAL_DEFAULT_MS = 10 * 1000,
    SESSION_TIMEOUT_DEFAULT_MS = 30 * 60 * 1000,
    BACKOFF_FIRST_MS = 1000,
    BACKOFF_MAX_MS = 10 * 60 * 1000,
    FILE_NAME_MAX = 512
};

static void put_u32(unsigned char *out, uint32_t number)
{
    for (int i = 0; i < 4; i++)
        out[i] = (unsigned char)(number >> (8 * i));
}

static uint32_t get_u32(const unsigned char *bytes)
{
    uint32_t number = 0;
    for (int i = 0; i < 4; i++)
        number |= (uint32_t)bytes[i] << (8 * i);
    return number;
}

static void put_u64(unsigned char *out, uint64_t number)
{
    put_u32(out, (uint32_t)number);
    put_u32(out + 4, (uint32_t)(number >> 32));
}

static uint64_t get_u64(const unsigned char *bytes)
{
    return get_u32(bytes) | (uint64_t)get_u32(bytes + 4) << 32;
}

/* CRC-32 of RFC 1952, a bit at a time: records are small and a table costs 1 KiB. */
static uint32_t crc_add(uint32_t crc, const void *bytes, size_t size)
{
    const unsigned char *at = bytes;
    crc = ~crc;
    for (size_t i = 0; i < size; i++) {
        crc ^= at[i];
        for (int bit = 0; bit < 8; bit++)
            crc = (crc >> 1) ^ (UINT32_C(0xEDB88320) & (0 - (crc & 1)));
    }
    return ~crc;
}

/* Bytes that grow up to their room; past it they carry a mark, asked for once at the end. */
struct writer {
    char *bytes;
    size_t size;
    size_t capacity;
    int overflowed;
};

static void put_bytes(struct writer *out, const void *bytes, size_t size)
{
    if (out->overflowed || size > out->capacity - out->size) {
        out->overflowed = 1;
        return;
    }
    memcpy(out->bytes + out->size, bytes, size);
    out->size += size;
}

static void put_string(struct writer *out, const char *string)
{
    put_bytes(out, string, strlen(string));
}

static void put_byte(struct writer *out, char byte)
{
    put_bytes(out, &byte, 1);
}

/* Copy what fits; 0 when it was cut. */
static int copy_string(char *out, size_t out_size, const char *string)
{
    size_t size = strlen(string);
    int fits = size < out_size;
    if (!fits) size = out_size - 1;
    memcpy(out, string, size);
    out[size] = '\0';
    return fits;
}

/* ---- JSON ---- */

/* The bytes of the code point here (RFC 3629), or 0 when it is none. */
static size_t code_point_size(const unsigned char *at, size_t left)
{
    static const unsigned char second_min[5] = {0x80, 0xA0, 0x80, 0x90, 0x80};
    size_t size = at[0] < 0x80 ? 1 : at[0] < 0xC2 ? 0 : at[0] < 0xE0 ? 2 : at[0] < 0xF0 ? 3 : 4;
    if (size <= 1) return size;
    if (size > left || at[0] > 0xF4) return 0;
    int kind = at[0] == 0xE0 ? 1 : at[0] == 0xF0 ? 3 : 0;
    unsigned char second_max = at[0] == 0xED ? 0x9F : at[0] == 0xF4 ? 0x8F : 0xBF;
    if (at[1] < second_min[kind] || at[1] > second_max) return 0;
    for (size_t i = 2; i < size; i++)
        if ((at[i] & 0xC0) != 0x80) return 0;
    return size;
}

static void put_escaped(struct writer *out, unsigned char byte)
{
    char escape[8];
    if (byte == '"' || byte == '\\') {
        put_byte(out, '\\');
        put_byte(out, (char)byte);
    } else if (byte < 0x20) {
        (void)snprintf(escape, sizeof escape, "\\u%04x", byte);
        put_string(out, escape);
    } else {
        put_byte(out, (char)byte);
    }
}

/* What is no UTF-8 becomes U+FFFD. */
static void put_json_bytes(struct writer *out, const char *text, size_t size)
{
    const unsigned char *at = (const unsigned char *)text;
    put_byte(out, '"');
    for (size_t i = 0; i < size;) {
        size_t step = code_point_size(at + i, size - i);
        if (step == 1) {
            put_escaped(out, at[i]);
        } else if (step == 0) {
            put_string(out, "\xEF\xBF\xBD");
            step = 1;
        } else {
            put_bytes(out, at + i, step);
        }
        i += step;
    }
    put_byte(out, '"');
}

static void put_json_text(struct writer *out, const char *text)
{
    put_json_bytes(out, text, strlen(text));
}

/* `,"name":`, without the comma when it is the first member. */
static void put_json_name(struct writer *out, const char *name)
{
    if (out->size > 0 && out->bytes[out->size - 1] != '{') put_byte(out, ',');
    put_json_text(out, name);
    put_byte(out, ':');
}

static void put_json_integer(struct writer *out, int64_t integer)
{
    char digits[24];
    (void)snprintf(digits, sizeof digits, "%lld", (long long)integer);
    put_string(out, digits);
}

/* The shortest form that reads back the same; a locale's comma becomes a point. */
static void put_json_number(struct writer *out, double number)
{
    char digits[40];
    for (int precision = 15; precision <= 17; precision++) {
        (void)snprintf(digits, sizeof digits, "%.*g", precision, number);
        if (strtod(digits, NULL) == number) break;
    }
    for (char *at = digits; *at; at++)
        if (*at == ',') *at = '.';
    put_string(out, digits);
}

static void put_member_text(struct writer *out, const char *name, const char *text)
{
    if (!text || !*text) return;
    put_json_name(out, name);
    put_json_text(out, text);
}

static void put_member_integer(struct writer *out, const char *name, int64_t integer)
{
    put_json_name(out, name);
    put_json_integer(out, integer);
}

/* ---- What a value may not be (spec/shield.md §6.5) ---- */

static int is_digit(char byte)
{
    return byte >= '0' && byte <= '9';
}

static int is_lower(char byte)
{
    return byte >= 'a' && byte <= 'z';
}

static int is_upper(char byte)
{
    return byte >= 'A' && byte <= 'Z';
}

static int is_letter(char byte)
{
    return is_lower(byte) || is_upper(byte);
}

static int is_word_byte(char byte)
{
    return is_letter(byte) || is_digit(byte) || byte == '_';
}

static char to_lower(char byte)
{
    return is_upper(byte) ? (char)(byte - 'A' + 'a') : byte;
}

static int is_luhn(const char *digits, size_t count)
{
    int sum = 0;
    for (size_t i = 0; i < count; i++) {
        int digit = digits[count - 1 - i] - '0';
        if (i % 2 == 1) digit = digit * 2 > 9 ? digit * 2 - 9 : digit * 2;
        sum += digit;
    }
    return sum % 10 == 0;
}

/* The ranges of ISO/IEC 7812 that issuers of payment cards use. */
static int is_card_range(const char *digits, size_t count)
{
    int two = (digits[0] - '0') * 10 + digits[1] - '0';
    int four = two * 100 + (digits[2] - '0') * 10 + digits[3] - '0';
    if (digits[0] == '4') return count == 13 || count == 16 || count == 19;
    if ((two >= 51 && two <= 55) || (four >= 2221 && four <= 2720)) return count == 16;
    if (two == 34 || two == 37) return count == 15;
    if (two == 36 || two == 38 || two == 39 || (four >= 3000 && four <= 3059)) {
        return count >= 14 && count <= 19;
    }
    if (four >= 3528 && four <= 3589) return count >= 16 && count <= 19;
    if (two == 62 || two == 65 || two == 81 || four == 6011 || (four >= 6440 && four <= 6499)) {
        return count >= 16 && count <= 19;
    }
    return (two == 50 || (two >= 56 && two <= 69)) && count >= 12 && count <= 19;
}

static int is_card(const char *digits, size_t count)
{
    return count >= 12 && count <= 19 && is_card_range(digits, count) && is_luhn(digits, count);
}

/* Digits with at most one separator between two of them, from here on. */
struct digit_phrase {
    char digits[20];
    size_t count;   /* at most 20 are kept; more are counted */
    size_t run_max; /* the longest without a separator */
    size_t size;
};

static struct digit_phrase read_digits(const char *at)
{
    struct digit_phrase phrase = {{0}, 0, 0, 0};
    size_t run = 0;
    for (size_t i = 0; at[i]; i++) {
        if (is_digit(at[i])) {
            if (phrase.count < sizeof phrase.digits) phrase.digits[phrase.count] = at[i];
            phrase.count++;
            run++;
            if (run > phrase.run_max) phrase.run_max = run;
            phrase.size = i + 1;
        } else if (run > 0 && strchr(" -./", at[i])) {
            run = 0;
        } else {
            break;
        }
    }
    return phrase;
}

static int is_hex(char byte)
{
    return is_digit(byte) || (to_lower(byte) >= 'a' && to_lower(byte) <= 'f');
}

/* 8-4-4-4-12 hex digits: its runs of digits are no numbers of anybody. */
static int is_uuid(const char *at)
{
    for (int i = 0; i < 36; i++) {
        int is_dash = i == 8 || i == 13 || i == 18 || i == 23;
        if (is_dash ? at[i] != '-' : !is_hex(at[i])) return 0;
    }
    return !is_word_byte(at[36]);
}

/* Any window of the phrase that a card fits in, or a run that is a number of somebody. */
static int phrase_is_secret(const struct digit_phrase *phrase)
{
    size_t count = phrase->count < sizeof phrase->digits ? phrase->count : sizeof phrase->digits;
    if (phrase->run_max >= 9) return 1;
    for (size_t size = 12; size <= 19 && size <= count; size++)
        for (size_t first = 0; first + size <= count; first++)
            if (is_card(phrase->digits + first, size)) return 1;
    return 0;
}

static int has_secret_digits(const char *text)
{
    for (size_t i = 0; text[i];) {
        int begins = i == 0 || !is_word_byte(text[i - 1]);
        if (begins && is_hex(text[i]) && is_uuid(text + i)) {
            i += 36;
        } else if (is_digit(text[i])) {
            struct digit_phrase phrase = read_digits(text + i);
            if (phrase_is_secret(&phrase)) return 1;
            i += phrase.size;
        } else {
            i++;
        }
    }
    return 0;
}

/* image@2x.png: endings of files that no domain has. */
static int is_file_ending(const char *at)
{
    static const char *const endings[] = {"png", "jpg",  "jpeg", "gif",
                                          "svg", "webp", "avif", "css"};
    for (size_t i = 0; i < sizeof endings / sizeof *endings; i++) {
        size_t size = strlen(endings[i]);
        if (strncmp(at, endings[i], size) == 0 && !is_word_byte(at[size])) return 1;
    }
    return 0;
}

/* local@domain.tld, with % and encoded at-signs counting as the sign they stand for. */
static int has_email(const char *text)
{
    for (size_t i = 1; text[i]; i++) {
        size_t sign = text[i] == '@' ? 1 : strncmp(text + i, "%40", 3) == 0 ? 3 : 0;
        if (sign == 0 || !(is_word_byte(text[i - 1]) || strchr(".+-", text[i - 1]))) continue;
        size_t dot = 0;
        size_t end = i + sign;
        while (is_word_byte(text[end]) || text[end] == '.' || text[end] == '-') {
            if (text[end] == '.') dot = end;
            end++;
        }
        int has_ending = dot > i + sign && is_letter(text[dot + 1]) && is_letter(text[dot + 2]);
        if (has_ending && !is_file_ending(text + dot + 1)) return 1;
    }
    return 0;
}

/* What tokens of well-known issuers begin with, and how many word bytes or dashes follow at
 * least. */
static const struct {
    const char *prefix;
    size_t tail_min;
} known_prefixes[] = {{"AKIA", 16},    {"ASIA", 16},    {"ghp_", 20},   {"gho_", 20},
                      {"ghs_", 20},    {"ghu_", 20},    {"ghr_", 20},   {"github_pat_", 20},
                      {"glpat-", 16},  {"xoxb-", 10},   {"xoxp-", 10},  {"sk_live_", 8},
                      {"rk_live_", 8}, {"sk_test_", 8}, {"whsec_", 16}, {"AIza", 30},
                      {"SG.", 20},     {"npm_", 20},    {"hf_", 20},    {"sk-", 20},
                      {"eyJ", 10},     {"cdr_", 20},    {"ya29.", 16},  {"GOCSPX-", 16}};

static int has_known_prefix(const char *text)
{
    for (size_t i = 0; text[i]; i++) {
        if (i > 0 && is_word_byte(text[i - 1])) continue;
        for (size_t p = 0; p < sizeof known_prefixes / sizeof *known_prefixes; p++) {
            size_t size = strlen(known_prefixes[p].prefix);
            if (strncmp(text + i, known_prefixes[p].prefix, size) != 0) continue;
            size_t tail = 0;
            while (is_word_byte(text[i + size + tail]) || text[i + size + tail] == '-' ||
                   text[i + size + tail] == '.') {
                tail++;
            }
            if (tail >= known_prefixes[p].tail_min) return 1;
        }
    }
    return 0;
}

/* ISO 13616: two letters, two digits, 11 to 30 more, modulo 97 after turning the first four to the
 * end. Spaces between are allowed. Returns 0 when it is none. */
static int is_iban(const char *at)
{
    char compact[36];
    size_t count = 0;
    for (size_t i = 0; count < 35 && (is_letter(at[i]) || is_digit(at[i]) || at[i] == ' '); i++)
        if (at[i] != ' ') compact[count++] = (char)(is_lower(at[i]) ? at[i] - 32 : at[i]);
    for (; count >= 15; count--) {
        unsigned rest = 0;
        for (size_t i = 0; i < count; i++) {
            char byte = compact[(i + 4) % count];
            rest = is_digit(byte) ? (rest * 10 + (unsigned)(byte - '0')) % 97
                                  : (rest * 100 + (unsigned)(byte - 'A') + 10) % 97;
        }
        if (rest == 1) return 1;
    }
    return 0;
}

static int has_iban(const char *text)
{
    for (size_t i = 0; text[i]; i++) {
        if ((i > 0 && is_word_byte(text[i - 1])) || !is_letter(text[i])) continue;
        if (is_letter(text[i + 1]) && is_digit(text[i + 2]) && is_digit(text[i + 3]) &&
            is_iban(text + i)) {
            return 1;
        }
    }
    return 0;
}

/* A run of 20 letters and digits or more that changes its kind (digit, lower, upper) more often
 * than words do: every third byte or so. */
static int has_random_run(const char *text)
{
    for (size_t i = 0; text[i];) {
        size_t size = 0;
        size_t changes = 0;
        size_t digits = 0;
        for (; is_word_byte(text[i + size]) || strchr("+/=", text[i + size] ? text[i + size] : ' ');
             size++) {
            char byte = text[i + size];
            digits += (size_t)is_digit(byte);
            if (size == 0) continue;
            char before = text[i + size - 1];
            changes += is_digit(byte) != is_digit(before) || is_upper(byte) != is_upper(before);
        }
        if (size >= 20 && digits > 0 && changes * 3 >= size && !is_uuid(text + i)) return 1;
        i += size > 0 ? size : 1;
    }
    return 0;
}

/* Words of names whose values are secrets, joined and in lower case; a name is cut into words at
 * separators and at changes of case, and each word and pair of words is looked up. */
static const char secret_words[] =
    " password passwd pwd passphrase passcode passwort kennwort senha clave motdepasse mdp"
    " wachtwoord losenord passord adgangskode salasana haslo heslo jelszo parola parol sifre"
    " contrasena matkhau katasandi secret token apikey accesskey privatekey secretkey auth"
    " authorization bearer credential credentials cookie session sessionid sid csrf xsrf jwt"
    " otp totp onetimecode pin pincode cvv cvc cvc2 securitycode seedphrase mnemonic ssn"
    " socialsecurity iban cardnumber ccnumber creditcard pan accountnumber routingnumber taxid"
    " nationalid passport passportnumber email mail phone telephone mobile firstname lastname"
    " fullname surname birthday birthdate dateofbirth dob streetaddress ip ipaddress imei"
    " macaddress idfa gaid aaid"
    " ";
/* The last word that makes a name one about a secret and not the secret. */
static const char harmless_ends[] =
    " count clicked reset length type strength enabled visible changed error page screen"
    " status step attempts shown form field verified method provider present valid opened sent"
    " domain"
    " ";
/* The same in scripts without capitals or spaces: found anywhere in a name. */
static const char *const secret_signs[] = {
    "\xE5\xAF\x86\xE7\xA0\x81",                         /* zh: password */
    "\xE5\xAF\x86\xE7\xA2\xBC",                         /* zh-Hant: password */
    "\xE3\x83\x91\xE3\x82\xB9\xE3\x83\xAF\xE3\x83\xBC", /* ja: password */
    "\xEB\xB9\x84\xEB\xB0\x80\xEB\xB2\x88\xED\x98\xB8", /* ko: password */
    "\xD0\xBF\xD0\xB0\xD1\x80\xD0\xBE\xD0\xBB",         /* ru: password */
    "contrase\xC3\xB1\x61",
    "l\xC3\xB6senord",
    "has\xC5\x82o"};

/* Is the word in a list of words, each with a space on both sides? */
static int is_listed(const char *list, const char *word)
{
    size_t size = strlen(word);
    for (const char *at = strstr(list, word); size > 0 && at; at = strstr(at + 1, word))
        if (at[-1] == ' ' && at[size] == ' ') return 1;
    return 0;
}

enum { WORD_MAX = 24 };

/* The next word of a name in lower case; returns what is left, or NULL when there is none.
 * Digits at a word's end are no part of it. */
static const char *next_word(const char *name, char word[WORD_MAX])
{
    size_t size = 0;
    while (*name && !is_letter(*name))
        name++;
    if (!*name) return NULL;
    int was_lower = 0;
    for (; is_letter(*name); name++) {
        if (is_upper(*name) && was_lower) break;
        was_lower = is_lower(*name);
        if (size < WORD_MAX - 1) word[size++] = to_lower(*name);
    }
    word[size] = '\0';
    return name;
}

static int is_secret_word(const char *word)
{
    return is_listed(secret_words, word);
}

/* pAssWord: the whole name without what stands between its letters. */
static int is_secret_joined(const char *name)
{
    char joined[WORD_MAX];
    size_t size = 0;
    for (; *name; name++) {
        if (is_letter(*name)) {
            if (size == WORD_MAX - 1) return 0;
            joined[size++] = to_lower(*name);
        }
    }
    joined[size] = '\0';
    return is_secret_word(joined);
}

static int is_secret_name(const char *name)
{
    char before[WORD_MAX] = "";
    char word[WORD_MAX];
    char pair[2 * WORD_MAX];
    int is_secret = is_secret_joined(name);
    for (size_t i = 0; i < sizeof secret_signs / sizeof *secret_signs; i++)
        if (strstr(name, secret_signs[i])) return 1;
    for (const char *rest = next_word(name, word); rest; rest = next_word(rest, word)) {
        (void)snprintf(pair, sizeof pair, "%s%s", before, word);
        if (is_secret_word(word) || is_secret_word(pair)) is_secret = 1;
        (void)copy_string(before, sizeof before, word);
    }
    return is_secret && !is_listed(harmless_ends, before);
}

/* order_id, uuid, sha: random by nature. */
static int is_identifier_name(const char *name)
{
    static const char ends[] = " id uuid guid sha hash etag build ";
    char word[WORD_MAX];
    char last[WORD_MAX] = "";
    for (const char *rest = next_word(name, word); rest; rest = next_word(rest, word))
        (void)copy_string(last, sizeof last, word);
    return is_listed(ends, last);
}

static int is_secret_text(const char *name, const char *text)
{
    return strstr(text, "-----BEGIN") != NULL || has_email(text) || has_secret_digits(text) ||
           has_known_prefix(text) || has_iban(text) ||
           (!is_identifier_name(name) && has_random_run(text));
}

static int is_secret_integer(int64_t integer)
{
    char digits[24];
    (void)snprintf(digits, sizeof digits, "%lld", (long long)integer);
    return integer > 0 && is_card(digits, strlen(digits));
}

/* ---- Addresses (spec/shield.md §6.3) ---- */
enum {
    PATH_SEGMENTS_MAX = 16,
    SEGMENT_MAX = 256,
    DECODES_MAX = 3,
    CAMPAIGN_VALUE_MAX = 40,
    ENCODED_MAX = 7 * CAMPAIGN_VALUE_MAX, /* every byte as %252541 */
};

/* Bit b of row a: the letters a and b are common neighbours (docs/url-template.md). */
static const uint32_t common_pairs[26] = {
    0x33EFDEF, 0x0124911, 0x01A4D95, 0x0164111, 0x0BEBD7F, 0x0104931, 0x0166991,
    0x0184111, 0x22EFE7F, 0x0000011, 0x01A4111, 0x01C4919, 0x010D113, 0x03C657D,
    0x07EFD5E, 0x01AC911, 0x0100000, 0x01E755D, 0x01CCD95, 0x01E4991, 0x00EB95F,
    0x0004111, 0x0000111, 0x0000000, 0x0000001, 0x0000111};

/* At most so many neighbours are rare in words, and one in eight. A change between a letter and a
 * digit is rare; two digits, and whatever stands beside another sign, are no neighbours. */
static int has_few_rare_pairs(const char *at, size_t size, size_t rare_max)
{
    size_t pairs = 0;
    size_t rare = 0;
    for (size_t i = 1; i < size; i++) {
        if (is_letter(at[i - 1]) && is_letter(at[i])) {
            pairs++;
            rare += !(common_pairs[to_lower(at[i - 1]) - 'a'] >> (to_lower(at[i]) - 'a') & 1);
        } else if ((is_letter(at[i - 1]) && is_digit(at[i])) ||
                   (is_digit(at[i - 1]) && is_letter(at[i]))) {
            pairs++;
            rare++;
        }
    }
    return rare <= rare_max + pairs / 8;
}

static int reads_like_words(const char *at, size_t size)
{
    if (size == 0 || size > 24) return 0;
    for (size_t i = 0; i < size; i++)
        if (at[i] != '-' && !is_letter(at[i])) return 0;
    return has_few_rare_pairs(at, size, 1);
}

static int hex_value(char byte)
{
    return is_digit(byte) ? byte - '0' : to_lower(byte) - 'a' + 10;
}

/* Decode %XX in place, until nothing changes or three times; a NUL becomes a space. */
static void percent_decode(char *text)
{
    for (int turn = 0; turn < DECODES_MAX; turn++) {
        char *out = text;
        for (const char *at = text; *at; at++) {
            char byte = *at;
            if (byte == '%' && is_hex(at[1]) && is_hex(at[2])) {
                byte = (char)(hex_value(at[1]) * 16 + hex_value(at[2]));
                at += 2;
            }
            *out++ = (char)(byte ? byte : ' ');
        }
        if (*out == '\0') return;
        *out = '\0';
    }
}

static int number_of(const char *digits, size_t count)
{
    int number = 0;
    for (size_t i = 0; i < count; i++)
        number = number * 10 + digits[i] - '0';
    return number;
}

/* YYYY-MM-DD, YYYY-MM and YYYYMMDD with a month and a day that exist. */
static int is_date(const char *at, size_t size)
{
    char digits[8];
    size_t count = 0;
    if (size != 7 && size != 8 && size != 10) return 0;
    for (size_t i = 0; i < size; i++) {
        int is_dash = size != 8 && (i == 4 || i == 7);
        if (is_dash ? at[i] != '-' : !is_digit(at[i])) return 0;
        if (!is_dash) digits[count++] = at[i];
    }
    int year = number_of(digits, 4);
    int month = number_of(digits + 4, 2);
    int day = count == 8 ? number_of(digits + 6, 2) : 1;
    return year >= 1900 && year < 2200 && month >= 1 && month <= 12 && day >= 1 && day <= 31;
}

/* Behind these stands a person or a secret, whatever it looks like. */
static int is_before_a_name(const char *at, size_t size)
{
    static const char *const names[] = {"u",       "user",     "users",    "people",    "person",
                                        "persons", "profile",  "profiles", "member",    "members",
                                        "account", "accounts", "customer", "customers", "client",
                                        "clients", "patient",  "patients", "invite",    "invites",
                                        "share",   "reset",    "verify",   "search"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        size_t same = 0;
        while (same < size && names[i][same] == to_lower(at[same]))
            same++;
        if (same == size && names[i][same] == '\0') return 1;
    }
    return 0;
}

static int is_page_ending(const char *at, size_t size)
{
    static const char *const endings[] = {"html", "htm", "php", "aspx", "jsp", "js", "mjs"};
    for (size_t i = 0; i < sizeof endings / sizeof *endings; i++)
        if (strlen(endings[i]) == size && strncmp(endings[i], at, size) == 0) return 1;
    return 0;
}

static int is_plain_segment(const char *at, size_t size)
{
    if (reads_like_words(at, size)) return 1;
    if (at[0] == 'v' && size >= 2 && size <= 3 && is_digit(at[1]) && is_digit(at[size - 1]))
        return 1;
    const char *dot = memchr(at, '.', size);
    if (!dot) return 0;
    size_t stem = (size_t)(dot - at);
    return reads_like_words(at, stem) && is_page_ending(dot + 1, size - stem - 1);
}

static const char *segment_kind(const char *at, size_t size, int is_name)
{
    size_t digits = 0;
    size_t letters = 0;
    size_t others = 0; /* not ASCII */
    for (size_t i = 0; i < size; i++) {
        digits += (size_t)is_digit(at[i]);
        letters += (size_t)is_letter(at[i]);
        others += (unsigned char)at[i] >= 0x80;
    }
    if (is_date(at, size)) return ":date";
    if (digits == size) return ":int";
    if (size == 36 && is_uuid(at)) return ":uuid";
    if (memchr(at, '@', size)) return ":email";
    if (!is_name && is_plain_segment(at, size)) return NULL;
    return size >= 16 && digits > 0 && letters > 0 && others == 0 ? ":token" : ":x";
}

static void put_segment(struct writer *out, const char *at, size_t size, int is_name)
{
    char segment[SEGMENT_MAX + 1];
    if (size == 0) return;
    if (size > SEGMENT_MAX) {
        put_string(out, ":token");
        return;
    }
    memcpy(segment, at, size); /* ends in a NUL for is_uuid */
    segment[size] = '\0';
    const char *kind = segment_kind(segment, size, is_name);
    if (kind) put_string(out, kind);
    for (size_t i = 0; !kind && i < size; i++)
        put_byte(out, to_lower(segment[i]));
}

static void put_path(struct writer *out, const char *path)
{
    size_t segments = 0;
    int is_name = 0;
    while (*path == '/') {
        put_byte(out, '/');
        path++;
        if (++segments > PATH_SEGMENTS_MAX) {
            put_string(out, ":more");
            return;
        }
        size_t size = strcspn(path, "/;");
        put_segment(out, path, size, is_name);
        if (size > 0) is_name = is_before_a_name(path, size);
        path += strcspn(path, "/");
    }
}

static int is_second_level(const char *label, size_t size, const char *last)
{
    static const char *const names[] = {"co", "com", "net", "org", "gov", "edu", "ac", "or", "ne"};
    if (strlen(last) != 2) return 0;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strlen(names[i]) == size && strncmp(names[i], label, size) == 0) return 1;
    return 0;
}

static int is_numeric_host(const char *host)
{
    return strchr(host, ':') != NULL || strspn(host, "0123456789.") == strlen(host);
}

/* The registrable domain and one label before it. */
static void put_host(struct writer *out, const char *host)
{
    const char *labels[64];
    size_t count = 0;
    if (is_numeric_host(host)) {
        put_string(out, ":ip");
        return;
    }
    for (const char *at = host; at && count < 64; at = strchr(at, '.') ? strchr(at, '.') + 1 : NULL)
        labels[count++] = at;
    size_t keep = 3;
    if (count >= 3) {
        const char *before = labels[count - 2];
        if (is_second_level(before, strcspn(before, "."), labels[count - 1])) keep = 4;
    }
    put_string(out, labels[count > keep ? count - keep : 0]);
}

static int is_campaign_value(const char *value)
{
    size_t size = strlen(value);
    if (size == 0 || size > CAMPAIGN_VALUE_MAX) return 0;
    for (size_t i = 0; i < size; i++)
        if (!is_word_byte(value[i]) && value[i] != '-') return 0;
    if (!has_few_rare_pairs(value, size, 2)) return 0; /* drawn by lot */
    return !is_secret_text("", value);
}

static int is_campaign_name(const char *name, size_t size, unsigned *seen)
{
    static const char *const names[] = {"utm_source", "utm_medium", "utm_campaign", "ref"};
    for (unsigned i = 0; i < sizeof names / sizeof *names; i++) {
        if (strlen(names[i]) != size || strncmp(names[i], name, size) != 0) continue;
        if (*seen >> i & 1) return 0;
        *seen |= 1u << i;
        return 1;
    }
    return 0;
}

static void put_query(struct writer *out, const char *query)
{
    unsigned seen = 0;
    char separator = '?';
    while (*query) {
        char value[ENCODED_MAX + 1];
        size_t size = strcspn(query, "&");
        size_t name_size = strcspn(query, "=&");
        size_t value_size = size > name_size ? size - name_size - 1 : 0;
        if (is_campaign_name(query, name_size, &seen) && value_size < sizeof value) {
            memcpy(value, query + name_size + 1, value_size);
            value[value_size] = '\0';
            percent_decode(value);
            if (is_campaign_value(value)) {
                put_byte(out, separator);
                put_bytes(out, query, name_size);
                put_byte(out, '=');
                for (const char *at = value; *at; at++)
                    put_byte(out, to_lower(*at));
                separator = '&';
            }
        }
        query += size + (query[size] == '&');
    }
}

/* The bytes of a scheme and its colon at the start, or 0. */
static size_t scheme_size(const char *url)
{
    size_t size = 0;
    while (is_letter(url[size]) ||
           (size > 0 && (is_digit(url[size]) || strchr("+-.", url[size] ? url[size] : ' '))))
        size++;
    return size >= 2 && url[size] == ':' ? size + 1 : 0;
}

static int is_http(const char *url, size_t scheme)
{
    char lower[8];
    for (size_t i = 0; i < scheme && i < sizeof lower; i++)
        lower[i] = to_lower(url[i]);
    return ((scheme == 5 && memcmp(lower, "http:", 5) == 0) ||
            (scheme == 6 && memcmp(lower, "https:", 6) == 0)) &&
           url[scheme] == '/' && url[scheme + 1] == '/';
}

/* Cut `user:password@host:port` into a host in lower case and a port ("" or ":80"). */
static void read_authority(const char *at, size_t size, char host[256], char port[8])
{
    host[0] = port[0] = '\0';
    for (size_t i = size; i > 0; i--) {
        if (at[i - 1] != '@') continue;
        at += i;
        size -= i;
        break;
    }
    size_t digits = 0;
    while (digits < size && is_digit(at[size - 1 - digits]))
        digits++;
    if (digits > 0 && digits <= 5 && digits < size && at[size - 1 - digits] == ':') {
        memcpy(port, at + size - 1 - digits, digits + 1);
        port[digits + 1] = '\0';
        size -= digits + 1;
    }
    if (size > 255) size = 255;
    for (size_t i = 0; i < size; i++)
        host[i] = to_lower(at[i]);
    host[size] = '\0';
}

/* See docs/url-template.md. Writes the template, without quotes. */
static void put_url_template(struct writer *out, const char *url)
{
    char rest[CANDOR_TEXT_MAX + 1];
    char host[256];
    char port[8];
    size_t scheme = scheme_size(url);
    if (scheme > 0 && !is_http(url, scheme)) {
        for (size_t i = 0; i < scheme; i++)
            put_byte(out, to_lower(url[i]));
        return;
    }
    if (scheme > 0) {
        url += scheme + 2;
        size_t authority = strcspn(url, "/?#");
        read_authority(url, authority, host, port);
        put_string(out, scheme == 5 ? "http://" : "https://");
        put_host(out, host);
        put_string(out, port);
        url += authority;
    }
    size_t path = strcspn(url, "?#");
    (void)copy_string(rest, sizeof rest, url);
    if (path > CANDOR_TEXT_MAX) path = CANDOR_TEXT_MAX;
    rest[path] = '\0';
    percent_decode(rest);
    put_path(out, rest);
    if (url[path] == '?') {
        (void)copy_string(rest, sizeof rest, url + path + 1);
        rest[strcspn(rest, "#")] = '\0';
        put_query(out, rest);
    }
}

/* ---- Properties ---- */

struct candor_property candor_null(const char *name)
{
    struct candor_property property = {name, CANDOR_KIND_NULL, 0, 0, NULL, NULL};
    return property;
}

struct candor_property candor_bool(const char *name, int truth)
{
    struct candor_property property = {name, CANDOR_KIND_BOOL, truth != 0, 0, NULL, NULL};
    return property;
}

struct candor_property candor_integer(const char *name, int64_t integer)
{
    struct candor_property property = {name, CANDOR_KIND_INTEGER, integer, 0, NULL, NULL};
    return property;
}

struct candor_property candor_number(const char *name, double number)
{
    struct candor_property property = {name, CANDOR_KIND_NUMBER, 0, number, NULL, NULL};
    return property;
}

struct candor_property candor_text(const char *name, const char *text)
{
    struct candor_property property = {name, CANDOR_KIND_TEXT, 0, 0, text, NULL};
    return property;
}

struct candor_property candor_texts(const char *name, const char *const *texts, size_t count)
{
    struct candor_property property = {name, CANDOR_KIND_TEXTS, (int64_t)count, 0, NULL, texts};
    return property;
}

struct candor_property candor_url(const char *name, const char *url)
{
    struct candor_property property = {name, CANDOR_KIND_URL, 0, 0, url, NULL};
    return property;
}

static int is_finite(double number)
{
    return number == number && number - number == 0;
}

/* Names that the client gives itself, or that would be read as something else. */
static int is_reserved(const char *name)
{
    static const char names[] = " token time distinct_id $device_id $user_id $insert_id ip $ip"
                                " $token $distinct_id ";
    return strchr(name, ' ') == NULL && is_listed(names, name);
}

static enum candor_status check_property(const struct candor_property *property)
{
    if (!property->name || !*property->name) return CANDOR_INVALID;
    if (strlen(property->name) > CANDOR_NAME_MAX || is_reserved(property->name))
        return CANDOR_INVALID;
    int has_text = property->kind == CANDOR_KIND_TEXT || property->kind == CANDOR_KIND_URL;
    if (has_text && !property->text) return CANDOR_INVALID;
    if (property->kind == CANDOR_KIND_NUMBER && !is_finite(property->number)) return CANDOR_INVALID;
    if (property->kind == CANDOR_KIND_TEXTS) {
        if (property->integer < 0 || property->integer > 255) return CANDOR_INVALID;
        if (property->integer > 0 && !property->texts) return CANDOR_INVALID;
        for (int64_t i = 0; i < property->integer; i++)
            if (!property->texts[i]) return CANDOR_INVALID;
    }
    return CANDOR_OK;
}

static enum candor_status check_properties(const struct candor_property *properties, size_t count)
{
    if (count > CANDOR_PROPERTIES_MAX || (count > 0 && !properties)) return CANDOR_INVALID;
    for (size_t i = 0; i < count; i++) {
        enum candor_status status = check_property(&properties[i]);
        if (status != CANDOR_OK) return status;
    }
    return CANDOR_OK;
}

static int looks_like_url(const char *text)
{
    size_t scheme = scheme_size(text);
    return scheme > 0 && is_http(text, scheme);
}

/* One text: as it is, as a template, or null. */
static void put_text_value(struct writer *out, const char *name, const char *text, int is_url,
                           uint64_t *removed)
{
    char template_bytes[2 * CANDOR_TEXT_MAX];
    int is_long = strlen(text) > CANDOR_TEXT_MAX;
    if (!is_long && (is_url || looks_like_url(text))) {
        struct writer template = {template_bytes, 0, sizeof template_bytes, 0};
        put_url_template(&template, text);
        if (!template.overflowed) {
            put_json_bytes(out, template.bytes, template.size);
            return;
        }
    } else if (!is_long && !is_secret_text(name, text)) {
        put_json_text(out, text);
        return;
    }
    ++*removed;
    put_string(out, "null");
}

/* A card number is one as an integer, and as a number without a fraction. */
static void put_number_value(struct writer *out, const struct candor_property *property,
                             uint64_t *removed)
{
    int is_integer = property->kind == CANDOR_KIND_INTEGER;
    int is_whole = property->number >= 0 && property->number < 9.2e18;
    int64_t whole = is_integer ? property->integer : is_whole ? (int64_t)property->number : 0;
    if (is_secret_integer(whole)) {
        ++*removed;
        put_string(out, "null");
    } else if (is_integer) {
        put_json_integer(out, property->integer);
    } else {
        put_json_number(out, property->number);
    }
}

static void put_value(struct writer *out, const struct candor_property *property, uint64_t *removed)
{
    int is_url = property->kind == CANDOR_KIND_URL;
    int is_harmless = property->kind == CANDOR_KIND_NULL || property->kind == CANDOR_KIND_BOOL;
    if (!is_harmless && !is_url && is_secret_name(property->name)) {
        ++*removed;
        put_string(out, "null");
        return;
    }
    switch (property->kind) {
    case CANDOR_KIND_NULL: put_string(out, "null"); return;
    case CANDOR_KIND_BOOL: put_string(out, property->integer ? "true" : "false"); return;
    case CANDOR_KIND_NUMBER:
    case CANDOR_KIND_INTEGER: put_number_value(out, property, removed); return;
    case CANDOR_KIND_TEXT:
    case CANDOR_KIND_URL:
        put_text_value(out, property->name, property->text, is_url, removed);
        return;
    case CANDOR_KIND_TEXTS:
        put_byte(out, '[');
        for (int64_t i = 0; i < property->integer; i++) {
            if (i > 0) put_byte(out, ',');
            put_text_value(out, property->name, property->texts[i], 0, removed);
        }
        put_byte(out, ']');
        return;
    }
}

/* A name that is itself a secret takes its value with it. */
static int is_secret_as_name(const char *name)
{
    return is_secret_text("", name);
}

static void put_properties(struct writer *out, const struct candor_property *properties,
                           size_t count, uint64_t *removed)
{
    for (size_t i = 0; i < count; i++) {
        int is_again = 0;
        for (size_t k = 0; k < i; k++)
            is_again |= strcmp(properties[k].name, properties[i].name) == 0;
        if (is_again) continue; /* the first wins */
        if (is_secret_as_name(properties[i].name)) {
            ++*removed;
            continue;
        }
        put_json_name(out, properties[i].name);
        put_value(out, &properties[i], removed);
    }
}

/* ---- The queue ---- */

/* Records that wait, oldest first, in memory or in a file. The file is a header (QUEUE_HEADER) and
 * records (RECORD_HEADER and a payload); what is sent moves the header's offset, so nothing is
 * rewritten until half of the file is behind it. */
struct queue {
    char *ring; /* memory: begin <= end, moved to the front when the end is reached */
    size_t ring_size;
    size_t begin;
    size_t end;
    FILE *file; /* NULL: memory */
    char name[FILE_NAME_MAX];
    uint64_t file_begin; /* of the first record that was not sent */
    uint64_t file_end;
    uint64_t file_max;
    uint64_t dropped;
    void (*sync)(void *context, void *file);
    void *sync_context;
};

static void write_record_header(unsigned char header[RECORD_HEADER], char kind, const char *payload,
                                size_t size)
{
    memset(header, 0, RECORD_HEADER);
    put_u32(header, (uint32_t)size);
    header[8] = (unsigned char)kind;
    put_u32(header + 4, crc_add(crc_add(0, &kind, 1), payload, size));
}

static uint64_t queue_bytes(const struct queue *queue)
{
    return queue->file ? queue->file_end - queue->file_begin : queue->end - queue->begin;
}

/* -- in memory -- */

static void ring_pop(struct queue *queue)
{
    uint32_t size = get_u32((const unsigned char *)queue->ring + queue->begin);
    queue->begin += RECORD_HEADER + size;
    if (queue->begin == queue->end) queue->begin = queue->end = 0;
}

static enum candor_status ring_push(struct queue *queue, char kind, const char *payload,
                                    size_t size)
{
    size_t needed = RECORD_HEADER + size;
    if (needed > queue->ring_size) return CANDOR_TOO_LARGE;
    while (queue->end - queue->begin + needed > queue->ring_size) {
        ring_pop(queue);
        queue->dropped++;
    }
    if (queue->end + needed > queue->ring_size) {
        memmove(queue->ring, queue->ring + queue->begin, queue->end - queue->begin);
        queue->end -= queue->begin;
        queue->begin = 0;
    }
    write_record_header((unsigned char *)queue->ring + queue->end, kind, payload, size);
    memcpy(queue->ring + queue->end + RECORD_HEADER, payload, size);
    queue->end += needed;
    return CANDOR_OK;
}

/* -- in a file -- */

static int seek_to(FILE *file, uint64_t offset)
{
    return offset <= (uint64_t)0x7FFFFFFF && fseek(file, (long)offset, SEEK_SET) == 0;
}

static int write_queue_header(FILE *file, uint64_t begin)
{
    unsigned char header[QUEUE_HEADER];
    memcpy(header, "CDRQ0001", 8);
    put_u64(header + 8, begin);
    return seek_to(file, 0) && fwrite(header, 1, sizeof header, file) == sizeof header;
}

static void finish_writing(struct queue *queue)
{
    (void)fflush(queue->file);
    if (queue->sync) queue->sync(queue->sync_context, queue->file);
}

/* The header of the record at the offset; 0 when there is no whole and sound one. The payload goes
 * to `payload` when it has room, else it is only checked. */
static size_t read_file_record(FILE *file, uint64_t offset, uint64_t file_size, char *kind,
                               char *payload, size_t room)
{
    unsigned char header[RECORD_HEADER];
    char piece[512];
    if (offset + RECORD_HEADER > file_size || !seek_to(file, offset)) return 0;
    if (fread(header, 1, sizeof header, file) != sizeof header) return 0;
    size_t size = get_u32(header);
    if (size > file_size - offset - RECORD_HEADER) return 0;
    *kind = (char)header[8];
    uint32_t crc = crc_add(0, kind, 1);
    if (payload && size <= room) {
        if (fread(payload, 1, size, file) != size) return 0;
        crc = crc_add(crc, payload, size);
    } else {
        for (size_t left = size; left > 0;) {
            size_t step = left < sizeof piece ? left : sizeof piece;
            if (fread(piece, 1, step, file) != step) return 0;
            crc = crc_add(crc, piece, step);
            left -= step;
        }
    }
    return crc == get_u32(header + 4) ? RECORD_HEADER + size : 0;
}

/* Of the record at the offset that was checked before. */
static size_t file_record_size(struct queue *queue, uint64_t offset)
{
    char kind;
    return read_file_record(queue->file, offset, queue->file_end, &kind, NULL, 0);
}

static int replace_file(const char *from, const char *to)
{
    if (rename(from, to) == 0) return 1;
    (void)remove(to); /* where rename does not replace */
    return rename(from, to) == 0;
}

static int copy_range(FILE *from, FILE *to, uint64_t begin, uint64_t end)
{
    char piece[512];
    if (!seek_to(from, begin)) return 0;
    while (begin < end) {
        size_t step = end - begin < sizeof piece ? (size_t)(end - begin) : sizeof piece;
        if (fread(piece, 1, step, from) != step || fwrite(piece, 1, step, to) != step) return 0;
        begin += step;
    }
    return 1;
}

static void name_with(char out[FILE_NAME_MAX], const char *name, const char *ending)
{
    struct writer writer = {out, 0, FILE_NAME_MAX - 1, 0};
    put_string(&writer, name);
    put_string(&writer, ending);
    out[writer.size] = '\0'; /* candor_open looked that names leave room for endings */
}

/* A file that holds only what waits. On failure the old one goes on. */
static int rewrite_file(struct queue *queue)
{
    char fresh_name[FILE_NAME_MAX];
    name_with(fresh_name, queue->name, ".new");
    FILE *fresh = fopen(fresh_name, "wb+");
    if (!fresh) return 0;
    uint64_t kept = queue->file_end - queue->file_begin;
    int is_good = write_queue_header(fresh, QUEUE_HEADER) &&
                  copy_range(queue->file, fresh, queue->file_begin, queue->file_end) &&
                  fflush(fresh) == 0;
    if (is_good && queue->sync) queue->sync(queue->sync_context, fresh);
    if (fclose(fresh) != 0 || !is_good) {
        (void)remove(fresh_name);
        return 0;
    }
    (void)fclose(queue->file);
    (void)replace_file(fresh_name, queue->name);
    queue->file = fopen(queue->name, "rb+");
    queue->file_begin = QUEUE_HEADER;
    queue->file_end = QUEUE_HEADER + kept;
    return queue->file != NULL;
}

static void file_pop(struct queue *queue)
{
    size_t size = file_record_size(queue, queue->file_begin);
    queue->file_begin = size > 0 ? queue->file_begin + size : queue->file_end;
}

/* Rewrite when more lies behind than before; say how far we are otherwise. */
static void file_settle(struct queue *queue)
{
    uint64_t behind = queue->file_begin - QUEUE_HEADER;
    if (behind > queue->file_end - queue->file_begin && behind > 4096 && rewrite_file(queue))
        return;
    if (!queue->file) return;
    (void)write_queue_header(queue->file, queue->file_begin);
    finish_writing(queue);
}

static enum candor_status file_push(struct queue *queue, char kind, const char *payload,
                                    size_t size)
{
    unsigned char header[RECORD_HEADER];
    uint64_t needed = RECORD_HEADER + size;
    if (needed > queue->file_max) return CANDOR_TOO_LARGE;
    int has_dropped = 0;
    while (queue->file_end - queue->file_begin + needed > queue->file_max) {
        file_pop(queue);
        queue->dropped++;
        has_dropped = 1;
    }
    if (has_dropped) file_settle(queue);
    write_record_header(header, kind, payload, size);
    if (!queue->file || !seek_to(queue->file, queue->file_end)) return CANDOR_IO;
    if (fwrite(header, 1, sizeof header, queue->file) != sizeof header) return CANDOR_IO;
    if (fwrite(payload, 1, size, queue->file) != size) return CANDOR_IO;
    finish_writing(queue);
    if (ferror(queue->file)) return CANDOR_IO;
    queue->file_end += needed;
    return CANDOR_OK;
}

/* Where records begin and end in a file of an earlier run; a torn end is rewritten away. */
static void take_up_file(struct queue *queue)
{
    unsigned char header[QUEUE_HEADER];
    queue->file_begin = queue->file_end = QUEUE_HEADER;
    if (fseek(queue->file, 0, SEEK_END) != 0) return;
    long end = ftell(queue->file);
    uint64_t file_size = end > 0 ? (uint64_t)end : 0;
    rewind(queue->file);
    if (fread(header, 1, sizeof header, queue->file) != sizeof header ||
        memcmp(header, "CDRQ0001", 8) != 0) {
        (void)rewrite_file(queue);
        return;
    }
    uint64_t begin = get_u64(header + 8);
    if (begin < QUEUE_HEADER || begin > file_size) begin = QUEUE_HEADER;
    uint64_t at = begin;
    char kind;
    for (size_t size; (size = read_file_record(queue->file, at, file_size, &kind, NULL, 0)) > 0;)
        at += size;
    queue->file_begin = begin;
    queue->file_end = at;
    if (at < file_size) (void)rewrite_file(queue);
}

static enum candor_status open_queue_file(struct queue *queue)
{
    char fresh_name[FILE_NAME_MAX];
    name_with(fresh_name, queue->name, ".new");
    queue->file = fopen(queue->name, "rb+");
    if (!queue->file && replace_file(fresh_name, queue->name)) {
        queue->file = fopen(queue->name, "rb+"); /* the last rewrite ended between two names */
    }
    (void)remove(fresh_name);
    if (queue->file) {
        take_up_file(queue);
        return queue->file ? CANDOR_OK : CANDOR_IO;
    }
    queue->file = fopen(queue->name, "wb+");
    queue->file_begin = queue->file_end = QUEUE_HEADER;
    if (!queue->file) return CANDOR_IO;
    if (!write_queue_header(queue->file, QUEUE_HEADER)) return CANDOR_IO;
    finish_writing(queue);
    return CANDOR_OK;
}

/* -- either -- */

static enum candor_status queue_push(struct queue *queue, char kind, const char *payload,
                                     size_t size)
{
    if (queue->file) return file_push(queue, kind, payload, size);
    return ring_push(queue, kind, payload, size);
}

/* The record at `skip` bytes behind the first; 0 at the end or when the payload has no room. */
static size_t queue_peek(struct queue *queue, uint64_t skip, char *kind, char *payload, size_t room)
{
    if (queue->file) {
        size_t size = read_file_record(queue->file, queue->file_begin + skip, queue->file_end, kind,
                                       payload, room);
        return size > RECORD_HEADER + room ? 0 : size;
    }
    if (queue->begin + skip >= queue->end) return 0;
    const char *at = queue->ring + queue->begin + (size_t)skip;
    size_t size = get_u32((const unsigned char *)at);
    if (size > room) return 0;
    *kind = at[8];
    memcpy(payload, at + RECORD_HEADER, size);
    return RECORD_HEADER + size;
}

static void queue_advance(struct queue *queue, size_t records)
{
    for (; records > 0 && queue_bytes(queue) > 0; records--) {
        if (queue->file) {
            file_pop(queue);
        } else {
            ring_pop(queue);
        }
    }
    if (queue->file) file_settle(queue);
}

static void queue_clear(struct queue *queue)
{
    queue->begin = queue->end = 0;
    if (!queue->file) return;
    queue->file_begin = queue->file_end;
    (void)rewrite_file(queue);
}

/* ---- What is remembered ---- */

struct timer {
    char event[64]; /* "" when free */
    int64_t begin_ms;
};

struct backoff {
    int attempt;
    int64_t until_ms;
};

struct candor {
    char key[CANDOR_ID_MAX + 1];
    char host[CANDOR_URL_MAX + 1];
    char device_id[33];              /* 128 random bits in hex */
    char user_id[CANDOR_ID_MAX + 1]; /* "" before identify */
    char app_version[64];
    char seen_version[64];    /* of the last start; "" before the first */
    int has_opened;           /* $ae_first_open was sent */
    int is_out;               /* opted out */
    int64_t session_begin_ms; /* 0: none */
    int64_t session_last_ms;
    char supers[SUPER_BYTES]; /* JSON members, each behind a u32 of its size */
    size_t supers_size;
    char device[DEVICE_BYTES]; /* JSON members, joined by commas */
    size_t device_size;
    struct timer timers[TIMERS];
    struct backoff backoff;
    int64_t next_flush_ms;
    int flush_interval_ms;
    int session_timeout_ms;
    int batch_max; /* halved by 413 */
    candor_transport *send;
    void *send_context;
    int64_t (*now)(void *context);
    void *now_context;
    void (*random)(void *context, void *bytes, size_t size);
    void *random_context;
    struct queue queue;
    struct candor_figures figures;
    char state_name[FILE_NAME_MAX]; /* "": nothing is kept */
    char *work;                     /* a record under way, or the body of a request */
    size_t work_size;
};

static int64_t now_ms(struct candor *candor)
{
    if (candor->now) return candor->now(candor->now_context);
    return (int64_t)time(NULL) * 1000;
}

static void random_bytes(struct candor *candor, unsigned char *bytes, size_t size)
{
    if (candor->random) {
        candor->random(candor->random_context, bytes, size);
        return;
    }
    FILE *source = fopen("/dev/urandom", "rb");
    size_t got = source ? fread(bytes, 1, size, source) : 0;
    if (source) (void)fclose(source);
    /* Without a source of randomness: SplitMix64 (Steele, Lea, Flood 2014) from the clocks. */
    uint64_t state = (uint64_t)time(NULL) * 1000003u + (uint64_t)clock() + (uintptr_t)candor +
                     candor->figures.recorded;
    for (; got < size; got++) {
        state += UINT64_C(0x9E3779B97F4A7C15);
        uint64_t mixed = (state ^ (state >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
        mixed = (mixed ^ (mixed >> 27)) * UINT64_C(0x94D049BB133111EB);
        bytes[got] = (unsigned char)(mixed >> 56);
    }
}

static void make_id(struct candor *candor, char *out, size_t bytes)
{
    static const char hex[] = "0123456789abcdef";
    unsigned char random[16];
    random_bytes(candor, random, bytes);
    for (size_t i = 0; i < bytes; i++) {
        out[2 * i] = hex[random[i] >> 4];
        out[2 * i + 1] = hex[random[i] & 15];
    }
    out[2 * bytes] = '\0';
}

/* The state's file: "CDRS0001", u32 size, u32 CRC-32, then fields, each a u32 size and its
 * bytes, in the order of save_state. Written beside and renamed. */
enum { STATE_HEADER = 16, STATE_FIELDS = 8 };

static void put_field(struct writer *out, const void *bytes, size_t size)
{
    unsigned char head[4];
    put_u32(head, (uint32_t)size);
    put_bytes(out, head, sizeof head);
    put_bytes(out, bytes, size);
}

static int write_file(const char *name, const void *bytes, size_t size, struct queue *queue)
{
    char fresh_name[FILE_NAME_MAX];
    name_with(fresh_name, name, ".new");
    FILE *file = fopen(fresh_name, "wb");
    if (!file) return 0;
    int is_good = fwrite(bytes, 1, size, file) == size && fflush(file) == 0;
    if (is_good && queue->sync) queue->sync(queue->sync_context, file);
    is_good = fclose(file) == 0 && is_good;
    if (!is_good) (void)remove(fresh_name);
    return is_good && replace_file(fresh_name, name);
}

static enum candor_status save_state(struct candor *candor)
{
    char numbers[64];
    unsigned char head[STATE_HEADER] = "CDRS0001";
    struct writer out = {candor->work, 0, candor->work_size, 0};
    if (!*candor->state_name) return CANDOR_OK;
    (void)snprintf(numbers, sizeof numbers, "%d %d", candor->has_opened, candor->is_out);
    put_bytes(&out, head, sizeof head);
    put_field(&out, candor->device_id, strlen(candor->device_id));
    put_field(&out, candor->user_id, strlen(candor->user_id));
    put_field(&out, candor->seen_version, strlen(candor->seen_version));
    put_field(&out, numbers, strlen(numbers));
    (void)snprintf(numbers, sizeof numbers, "%lld %lld", (long long)candor->session_begin_ms,
                   (long long)candor->session_last_ms);
    put_field(&out, numbers, strlen(numbers));
    put_field(&out, candor->supers, candor->supers_size);
    if (out.overflowed) return CANDOR_TOO_LARGE;
    put_u32((unsigned char *)out.bytes + 8, (uint32_t)(out.size - STATE_HEADER));
    put_u32((unsigned char *)out.bytes + 12,
            crc_add(0, out.bytes + STATE_HEADER, out.size - STATE_HEADER));
    return write_file(candor->state_name, out.bytes, out.size, &candor->queue) ? CANDOR_OK
                                                                               : CANDOR_IO;
}

/* The next field as a string into room, or 0. */
static int take_field(const char **at, size_t *left, char *out, size_t room, size_t *size)
{
    if (*left < 4) return 0;
    *size = get_u32((const unsigned char *)*at);
    if (*size > *left - 4 || *size >= room) return 0;
    memcpy(out, *at + 4, *size);
    out[*size] = '\0';
    *at += 4 + *size;
    *left -= 4 + *size;
    return 1;
}

/* Nothing at all is taken over when the file does not check. */
static int read_state(struct candor *candor, const char *bytes, size_t size)
{
    char numbers[64];
    char supers[SUPER_BYTES + 1];
    size_t field;
    const unsigned char *head = (const unsigned char *)bytes;
    if (size < STATE_HEADER || memcmp(bytes, "CDRS0001", 8) != 0) return 0;
    if (get_u32(head + 8) != size - STATE_HEADER) return 0;
    if (crc_add(0, bytes + STATE_HEADER, size - STATE_HEADER) != get_u32(head + 12)) return 0;
    const char *at = bytes + STATE_HEADER;
    size_t left = size - STATE_HEADER;
    long long begin = 0;
    long long last = 0;
    if (!take_field(&at, &left, candor->device_id, sizeof candor->device_id, &field) ||
        !take_field(&at, &left, candor->user_id, sizeof candor->user_id, &field) ||
        !take_field(&at, &left, candor->seen_version, sizeof candor->seen_version, &field) ||
        !take_field(&at, &left, numbers, sizeof numbers, &field) ||
        sscanf(numbers, "%d %d", &candor->has_opened, &candor->is_out) != 2 ||
        !take_field(&at, &left, numbers, sizeof numbers, &field) ||
        sscanf(numbers, "%lld %lld", &begin, &last) != 2 ||
        !take_field(&at, &left, supers, sizeof supers, &field)) {
        return 0;
    }
    candor->session_begin_ms = begin;
    candor->session_last_ms = last;
    memcpy(candor->supers, supers, field);
    candor->supers_size = field;
    return 1;
}

static void load_state(struct candor *candor)
{
    FILE *file = *candor->state_name ? fopen(candor->state_name, "rb") : NULL;
    size_t size = file ? fread(candor->work, 1, candor->work_size, file) : 0;
    if (file) (void)fclose(file);
    if (size == 0 || !read_state(candor, candor->work, size))
        make_id(candor, candor->device_id, 16);
}

/* ---- Records ---- */

/* Super properties that this call does not name itself. */
static void put_supers(struct candor *candor, struct writer *out,
                       const struct candor_property *properties, size_t count)
{
    for (size_t at = 0; at + 4 <= candor->supers_size;) {
        size_t size = get_u32((const unsigned char *)candor->supers + at);
        const char *name = candor->supers + at + 4; /* with its NUL, then the member's value */
        size_t name_size = strlen(name) + 1;
        int is_named = 0;
        for (size_t i = 0; i < count; i++)
            is_named |= strcmp(properties[i].name, name) == 0;
        if (!is_named) {
            put_json_name(out, name);
            put_bytes(out, name + name_size, size - name_size);
        }
        at += 4 + size;
    }
}

static void put_identity(struct candor *candor, struct writer *out)
{
    char device[48];
    (void)snprintf(device, sizeof device, "$device:%s", candor->device_id);
    put_member_text(out, "distinct_id", *candor->user_id ? candor->user_id : device);
    put_member_text(out, "$device_id", candor->device_id);
    put_member_text(out, "$user_id", candor->user_id);
}

/* Times go out to the second: finer ones would tell typing from tapping. */
static void put_event_head(struct candor *candor, struct writer *out, const char *event,
                           int64_t time_ms)
{
    char insert_id[33];
    make_id(candor, insert_id, 16);
    put_string(out, "{");
    put_member_text(out, "event", event);
    put_json_name(out, "properties");
    put_string(out, "{");
    put_member_text(out, "token", candor->key);
    put_member_integer(out, "time", time_ms / 1000);
    put_member_text(out, "$insert_id", insert_id);
    put_identity(candor, out);
    put_member_text(out, "mp_lib", "candor-c");
    put_member_text(out, "$lib_version", CANDOR_VERSION);
    if (candor->device_size > 0) {
        put_byte(out, ',');
        put_bytes(out, candor->device, candor->device_size);
    }
}

static enum candor_status keep_record(struct candor *candor, char kind, const struct writer *record)
{
    if (record->overflowed) return CANDOR_TOO_LARGE;
    enum candor_status status = queue_push(&candor->queue, kind, record->bytes, record->size);
    if (status != CANDOR_OK) return status;
    candor->figures.recorded++;
    return CANDOR_OK;
}

/* -1 when the event was not timed. */
static double take_duration(struct candor *candor, const char *event, int64_t time_ms)
{
    for (int i = 0; i < TIMERS; i++) {
        struct timer *timer = &candor->timers[i];
        if (strcmp(timer->event, event) != 0) continue;
        timer->event[0] = '\0';
        return time_ms > timer->begin_ms ? (double)(time_ms - timer->begin_ms) / 1000 : 0;
    }
    return -1;
}

static enum candor_status record_event(struct candor *candor, const char *event,
                                       const struct candor_property *properties, size_t count)
{
    struct writer out = {candor->work, 0, candor->work_size, 0};
    int64_t time_ms = now_ms(candor);
    put_event_head(candor, &out, event, time_ms);
    put_supers(candor, &out, properties, count);
    put_properties(&out, properties, count, &candor->figures.values_removed);
    double duration = take_duration(candor, event, time_ms);
    if (duration >= 0) {
        put_json_name(&out, "$duration");
        put_json_number(&out, duration);
    }
    put_string(&out, "}}");
    return keep_record(candor, 'E', &out);
}

static enum candor_status check_event(const struct candor *candor, const char *event)
{
    if (!event || !*event || strlen(event) > CANDOR_NAME_MAX) return CANDOR_INVALID;
    if (candor->is_out || is_secret_as_name(event)) return CANDOR_REFUSED;
    return CANDOR_OK;
}

/* ---- Sending ---- */

/* A body of records of one kind: `[…,…]`. Returns how many; *kind is theirs. */
static size_t gather_batch(struct candor *candor, struct writer *body, char *kind)
{
    size_t count = 0;
    uint64_t skip = 0;
    put_byte(body, '[');
    while (count < (size_t)candor->batch_max) {
        char record_kind;
        size_t used = body->size + (count > 0);
        if (used + 1 >= body->capacity) break;
        size_t size = queue_peek(&candor->queue, skip, &record_kind, body->bytes + used,
                                 body->capacity - used - 1);
        if (size == 0 || (count > 0 && record_kind != *kind)) break;
        *kind = record_kind;
        if (count > 0) body->bytes[body->size] = ',';
        body->size = used + size - RECORD_HEADER;
        skip += size;
        count++;
    }
    put_byte(body, ']');
    return count;
}

/* Full jitter (Brooker, AWS Architecture Blog 2015): anywhere up to a ceiling that doubles. */
static void wait_before_next(struct candor *candor, int retry_after_s)
{
    unsigned char random[4];
    int64_t ceiling = BACKOFF_FIRST_MS;
    for (int i = 0; i < candor->backoff.attempt && ceiling < BACKOFF_MAX_MS; i++)
        ceiling *= 2;
    if (ceiling > BACKOFF_MAX_MS) ceiling = BACKOFF_MAX_MS;
    random_bytes(candor, random, sizeof random);
    int64_t pause_ms = 1 + (int64_t)(get_u32(random) % (uint32_t)ceiling);
    if (retry_after_s > 0 && pause_ms < (int64_t)retry_after_s * 1000) {
        pause_ms = (int64_t)retry_after_s * 1000;
    }
    candor->backoff.attempt++;
    candor->backoff.until_ms = now_ms(candor) + pause_ms;
}

/* What the server's answer means for the batch. */
static enum candor_status settle_batch(struct candor *candor, int has_answer, size_t count,
                                       const struct candor_response *response)
{
    int status = has_answer ? response->status : 0;
    if (status >= 200 && status < 300) {
        candor->figures.sent += count;
        queue_advance(&candor->queue, count);
        candor->backoff.attempt = 0;
        return CANDOR_OK;
    }
    if (status == 413 && count > 1) {
        candor->batch_max = (int)(count / 2);
        return CANDOR_OK;
    }
    if (status >= 400 && status < 500 && status != 408 && status != 429) {
        candor->figures.dropped_refused += count;
        queue_advance(&candor->queue, count);
        return CANDOR_OK;
    }
    wait_before_next(candor, response->retry_after_s);
    return CANDOR_WAITING;
}

/* The first record is larger than a body may be: it can never be sent. */
static void drop_first(struct candor *candor)
{
    queue_advance(&candor->queue, 1);
    candor->figures.dropped_full++;
}

static enum candor_status send_batch(struct candor *candor)
{
    char url[CANDOR_URL_MAX + 16];
    char kind = 'E';
    struct writer body = {candor->work, 0, candor->work_size, 0};
    struct candor_response response = {0, 0};
    size_t count = gather_batch(candor, &body, &kind);
    if (count == 0) {
        drop_first(candor);
        return CANDOR_OK;
    }
    (void)snprintf(url, sizeof url, "%s%s", candor->host, kind == 'E' ? "/track?ip=1" : "/engage");
    int failed = candor->send(candor->send_context, url, "application/json", body.bytes, body.size,
                              &response);
    return settle_batch(candor, failed == 0, count, &response);
}

/* ---- The calls of candor.h ---- */

const char *candor_status_name(enum candor_status status)
{
    switch (status) {
    case CANDOR_OK: return "ok";
    case CANDOR_INVALID: return "invalid";
    case CANDOR_TOO_LARGE: return "too large";
    case CANDOR_REFUSED: return "refused";
    case CANDOR_IO: return "io";
    case CANDOR_WAITING: return "waiting";
    }
    return "unknown";
}

static void put_device(struct candor *candor, const struct candor_device *device)
{
    struct writer out = {candor->device, 0, sizeof candor->device, 0};
    char language[3] = "";
    put_member_text(&out, "$device", device->model_class);
    put_member_text(&out, "$os", device->os);
    put_member_text(&out, "$os_version", device->os_version);
    put_member_text(&out, "$carrier", device->carrier);
    put_member_text(&out, "$network", device->network);
    put_member_text(&out, "$app_version_string", device->app_version);
    if (device->language && is_letter(device->language[0]) && is_letter(device->language[1])) {
        language[0] = to_lower(device->language[0]);
        language[1] = to_lower(device->language[1]);
        put_member_text(&out, "$language", language);
    }
    if (device->screen_width > 0) put_member_integer(&out, "$screen_width", device->screen_width);
    if (device->screen_height > 0)
        put_member_integer(&out, "$screen_height", device->screen_height);
    candor->device_size = out.overflowed ? 0 : out.size;
}

static int or_default(int value, int otherwise)
{
    return value > 0 ? value : otherwise;
}

static enum candor_status take_options(struct candor *candor, const struct candor_options *options)
{
    if (!copy_string(candor->key, sizeof candor->key, options->key)) return CANDOR_INVALID;
    if (!copy_string(candor->host, sizeof candor->host, options->host)) return CANDOR_INVALID;
    if (options->file && strlen(options->file) + 16 > FILE_NAME_MAX) return CANDOR_INVALID;
    size_t host = strlen(candor->host);
    if (host > 0 && candor->host[host - 1] == '/') candor->host[host - 1] = '\0';
    if (options->device.app_version) {
        (void)copy_string(candor->app_version, sizeof candor->app_version,
                          options->device.app_version);
    }
    candor->flush_interval_ms = or_default(options->flush_interval_ms, FLUSH_INTERVAL_DEFAULT_MS);
    candor->session_timeout_ms =
        or_default(options->session_timeout_ms, SESSION_TIMEOUT_DEFAULT_MS);
    candor->batch_max = CANDOR_BATCH_MAX;
    candor->send = options->send;
    candor->send_context = options->send_context;
    candor->now = options->now_ms;
    candor->now_context = options->now_context;
    candor->random = options->random;
    candor->random_context = options->random_context;
    put_device(candor, &options->device);
    return CANDOR_OK;
}

static enum candor_status open_queue(struct candor *candor, const struct candor_options *options)
{
    struct queue *queue = &candor->queue;
    queue->file_max = options->file_bytes_max > 0 ? options->file_bytes_max : FILE_BYTES_DEFAULT;
    queue->sync = options->sync;
    queue->sync_context = options->sync_context;
    if (!options->file) return CANDOR_OK;
    (void)copy_string(queue->name, sizeof queue->name, options->file);
    name_with(candor->state_name, options->file, ".state");
    enum candor_status status = open_queue_file(queue);
    if (status != CANDOR_OK && queue->file) {
        (void)fclose(queue->file);
        queue->file = NULL;
    }
    return status;
}

enum candor_status candor_open(struct candor **out, void *memory, size_t memory_size,
                               const struct candor_options *options)
{
    *out = NULL;
    if (!memory || memory_size < CANDOR_MEMORY_MIN || memory_size < 2 * sizeof(struct candor)) {
        return CANDOR_INVALID;
    }
    if (!options || !options->key || !*options->key || !options->host) return CANDOR_INVALID;
    struct candor *candor = memory;
    memset(candor, 0, sizeof *candor);
    enum candor_status status = take_options(candor, options);
    if (status != CANDOR_OK) return status;
    size_t half = (memory_size - sizeof *candor) / 2;
    candor->work = (char *)memory + sizeof *candor;
    candor->work_size = half;
    candor->queue.ring = candor->work + half;
    candor->queue.ring_size =
        half - 2; /* a record that fits here fits in a body with its brackets */
    status = open_queue(candor, options);
    load_state(candor);
    candor->next_flush_ms = now_ms(candor) + candor->flush_interval_ms;
    *out = candor;
    enum candor_status saved = save_state(candor);
    return status != CANDOR_OK ? status : saved;
}

void candor_close(struct candor *candor)
{
    if (!candor) return;
    (void)save_state(candor);
    if (candor->queue.file) (void)fclose(candor->queue.file);
    candor->queue.file = NULL;
}

enum candor_status candor_track(struct candor *candor, const char *event,
                                const struct candor_property *properties, size_t count)
{
    enum candor_status status = check_event(candor, event);
    if (status == CANDOR_OK) status = check_properties(properties, count);
    if (status != CANDOR_OK) return status;
    if (candor->session_begin_ms > 0) candor->session_last_ms = now_ms(candor);
    return record_event(candor, event, properties, count);
}

enum candor_status candor_time_event(struct candor *candor, const char *event)
{
    struct timer *found = NULL;
    enum candor_status status = check_event(candor, event);
    if (status != CANDOR_OK) return status;
    if (strlen(event) >= sizeof found->event) return CANDOR_INVALID;
    for (int i = TIMERS - 1; i >= 0; i--) {
        struct timer *timer = &candor->timers[i];
        int is_same = strcmp(timer->event, event) == 0;
        if (is_same || (!timer->event[0] && (!found || !found->event[0]))) found = timer;
        if (is_same) break;
    }
    if (!found) return CANDOR_TOO_LARGE;
    (void)copy_string(found->event, sizeof found->event, event);
    found->begin_ms = now_ms(candor);
    return CANDOR_OK;
}

enum candor_status candor_identify(struct candor *candor, const char *user_id)
{
    if (!user_id || !*user_id || strlen(user_id) > CANDOR_ID_MAX) return CANDOR_INVALID;
    if (candor->is_out || is_secret_text("id", user_id)) return CANDOR_REFUSED;
    if (strcmp(candor->user_id, user_id) == 0) return CANDOR_OK;
    (void)copy_string(candor->user_id, sizeof candor->user_id, user_id);
    enum candor_status status = record_event(candor, "$identify", NULL, 0);
    enum candor_status saved = save_state(candor);
    return status != CANDOR_OK ? status : saved;
}

enum candor_status candor_reset(struct candor *candor)
{
    candor->user_id[0] = '\0';
    candor->supers_size = 0;
    candor->session_begin_ms = candor->session_last_ms = 0;
    memset(candor->timers, 0, sizeof candor->timers);
    make_id(candor, candor->device_id, 16);
    return save_state(candor);
}

static void put_profile_value(struct candor *candor, struct writer *out,
                              enum candor_profile_operation operation,
                              const struct candor_property *properties, size_t count)
{
    if (operation == CANDOR_DELETE) {
        put_string(out, "\"\"");
        return;
    }
    put_byte(out, operation == CANDOR_UNSET ? '[' : '{');
    if (operation != CANDOR_UNSET) {
        put_properties(out, properties, count, &candor->figures.values_removed);
    }
    for (size_t i = 0; operation == CANDOR_UNSET && i < count; i++) {
        if (i > 0) put_byte(out, ',');
        put_json_text(out, properties[i].name);
    }
    put_byte(out, operation == CANDOR_UNSET ? ']' : '}');
}

static enum candor_status check_profile(enum candor_profile_operation operation,
                                        const struct candor_property *properties, size_t count)
{
    enum candor_status status = check_properties(properties, count);
    if (status != CANDOR_OK) return status;
    if ((operation == CANDOR_DELETE) != (count == 0)) return CANDOR_INVALID;
    for (size_t i = 0; i < count; i++) {
        enum candor_kind kind = properties[i].kind;
        int is_number = kind == CANDOR_KIND_INTEGER || kind == CANDOR_KIND_NUMBER;
        if (operation == CANDOR_ADD && !is_number) return CANDOR_INVALID;
        if (operation == CANDOR_UNION && kind != CANDOR_KIND_TEXTS) return CANDOR_INVALID;
        if (operation == CANDOR_UNSET && is_secret_as_name(properties[i].name))
            return CANDOR_REFUSED;
    }
    return CANDOR_OK;
}

enum candor_status candor_profile(struct candor *candor, enum candor_profile_operation operation,
                                  const struct candor_property *properties, size_t count)
{
    static const char *const names[] = {"$set",   "$set_once", "$add",   "$append",
                                        "$union", "$unset",    "$delete"};
    char distinct_id[CANDOR_ID_MAX + 1];
    struct writer out = {candor->work, 0, candor->work_size, 0};
    if ((unsigned)operation >= sizeof names / sizeof *names) return CANDOR_INVALID;
    enum candor_status status = check_profile(operation, properties, count);
    if (status != CANDOR_OK) return status;
    if (candor->is_out) return CANDOR_REFUSED;
    (void)snprintf(distinct_id, sizeof distinct_id, "$device:%s", candor->device_id);
    put_string(&out, "{");
    put_member_text(&out, "$token", candor->key);
    put_member_text(&out, "$distinct_id", *candor->user_id ? candor->user_id : distinct_id);
    put_member_integer(&out, "$time", now_ms(candor) / 1000);
    put_json_name(&out, names[operation]);
    put_profile_value(candor, &out, operation, properties, count);
    put_string(&out, "}");
    return keep_record(candor, 'P', &out);
}

static void remove_super(struct candor *candor, const char *name)
{
    for (size_t at = 0; at + 4 <= candor->supers_size;) {
        size_t size = 4 + get_u32((const unsigned char *)candor->supers + at);
        if (strcmp(candor->supers + at + 4, name) == 0) {
            memmove(candor->supers + at, candor->supers + at + size,
                    candor->supers_size - at - size);
            candor->supers_size -= size;
            return;
        }
        at += size;
    }
}

/* u32 size, then the name with its NUL and the value in JSON. */
static enum candor_status add_super(struct candor *candor, const struct candor_property *property)
{
    struct writer out = {candor->supers, candor->supers_size, sizeof candor->supers, 0};
    unsigned char head[4] = {0};
    if (is_secret_as_name(property->name)) {
        candor->figures.values_removed++;
        return CANDOR_OK;
    }
    put_bytes(&out, head, sizeof head);
    put_bytes(&out, property->name, strlen(property->name) + 1);
    put_value(&out, property, &candor->figures.values_removed);
    if (out.overflowed) return CANDOR_TOO_LARGE;
    put_u32((unsigned char *)candor->supers + candor->supers_size,
            (uint32_t)(out.size - candor->supers_size - 4));
    candor->supers_size = out.size;
    return CANDOR_OK;
}

enum candor_status candor_super_set(struct candor *candor, const struct candor_property *properties,
                                    size_t count)
{
    enum candor_status status = check_properties(properties, count);
    if (status != CANDOR_OK) return status;
    if (candor->is_out) return CANDOR_REFUSED;
    for (size_t i = 0; i < count && status == CANDOR_OK; i++) {
        remove_super(candor, properties[i].name);
        status = add_super(candor, &properties[i]);
    }
    enum candor_status saved = save_state(candor);
    return status != CANDOR_OK ? status : saved;
}

enum candor_status candor_super_unset(struct candor *candor, const char *name)
{
    if (!name) return CANDOR_INVALID;
    remove_super(candor, name);
    return save_state(candor);
}

static enum candor_status end_session(struct candor *candor)
{
    int64_t length_ms = candor->session_last_ms - candor->session_begin_ms;
    candor->session_begin_ms = 0;
    struct candor_property length =
        candor_number("$ae_session_length", (double)(length_ms > 0 ? length_ms : 0) / 1000);
    return record_event(candor, "$ae_session", &length, 1);
}

static enum candor_status note_start(struct candor *candor)
{
    enum candor_status status = CANDOR_OK;
    if (!candor->has_opened) {
        status = record_event(candor, "$ae_first_open", NULL, 0);
        candor->has_opened = status == CANDOR_OK;
    } else if (*candor->app_version && strcmp(candor->app_version, candor->seen_version) != 0) {
        struct candor_property version = candor_text("$ae_updated_version", candor->app_version);
        status = record_event(candor, "$ae_updated", &version, 1);
    }
    if (status == CANDOR_OK) {
        (void)copy_string(candor->seen_version, sizeof candor->seen_version, candor->app_version);
    }
    return status;
}

enum candor_status candor_app_open(struct candor *candor)
{
    if (candor->is_out) return CANDOR_REFUSED;
    int64_t now = now_ms(candor);
    enum candor_status status = CANDOR_OK;
    int64_t pause_ms = now - candor->session_last_ms;
    int has_ended = pause_ms < 0 || pause_ms > candor->session_timeout_ms;
    if (candor->session_begin_ms > 0 && has_ended) status = end_session(candor);
    if (candor->session_begin_ms == 0) candor->session_begin_ms = now;
    candor->session_last_ms = now;
    if (status == CANDOR_OK) status = note_start(candor);
    enum candor_status saved = save_state(candor);
    return status != CANDOR_OK ? status : saved;
}

enum candor_status candor_app_close(struct candor *candor)
{
    if (candor->is_out) return CANDOR_REFUSED;
    if (candor->session_begin_ms == 0) return CANDOR_OK;
    candor->session_last_ms = now_ms(candor);
    return save_state(candor);
}

enum candor_status candor_opt_out(struct candor *candor)
{
    candor->is_out = 1;
    candor->supers_size = 0;
    candor->session_begin_ms = 0;
    candor->user_id[0] = '\0';
    memset(candor->timers, 0, sizeof candor->timers);
    make_id(candor, candor->device_id, 16);
    queue_clear(&candor->queue);
    return save_state(candor);
}

enum candor_status candor_opt_in(struct candor *candor)
{
    candor->is_out = 0;
    return save_state(candor);
}

enum candor_status candor_flush(struct candor *candor)
{
    enum candor_status status = CANDOR_OK;
    candor->next_flush_ms = now_ms(candor) + candor->flush_interval_ms;
    if (!candor->send) return queue_bytes(&candor->queue) > 0 ? CANDOR_WAITING : CANDOR_OK;
    while (status == CANDOR_OK && queue_bytes(&candor->queue) > 0)
        status = send_batch(candor);
    return status;
}

/* A session that nobody closed ends when its pause is long enough. */
static void end_old_session(struct candor *candor, int64_t now)
{
    if (candor->is_out || candor->session_begin_ms == 0) return;
    if (now - candor->session_last_ms <= candor->session_timeout_ms) return;
    (void)end_session(candor);
    (void)save_state(candor);
}

int64_t candor_tick(struct candor *candor)
{
    int64_t now = now_ms(candor);
    end_old_session(candor, now);
    /* A clock that was set back must not make us wait for years. */
    int64_t longest = now + BACKOFF_MAX_MS + candor->flush_interval_ms;
    if (candor->next_flush_ms > longest) candor->next_flush_ms = now;
    if (candor->backoff.until_ms > now + 24 * 3600 * 1000) candor->backoff.until_ms = now;
    int64_t due = candor->next_flush_ms;
    if (candor->backoff.attempt > 0 && candor->backoff.until_ms > due)
        due = candor->backoff.until_ms;
    if (now >= due) {
        (void)candor_flush(candor);
        due = candor->next_flush_ms;
        if (candor->backoff.attempt > 0 && candor->backoff.until_ms > due) {
            due = candor->backoff.until_ms;
        }
        now = now_ms(candor);
    }
    return due > now ? due - now : 0;
}

void candor_figures(const struct candor *candor, struct candor_figures *out)
{
    *out = candor->figures;
    out->dropped_full += candor->queue.dropped;
    out->queued_bytes = queue_bytes(&candor->queue);
}
