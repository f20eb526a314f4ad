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
