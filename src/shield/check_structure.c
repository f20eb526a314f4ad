/* What is found by its key alone (K01 to K04), and pieces of pages (K08). The key's class is the
 * proof; these checks only let go what cannot be the thing itself: an answer (true, "reset"), a
 * mask, a number of things. */
#include "shield/benign.h"
#include "shield/shield_fold.h"
#include "shield/shield_key.h"
#include "shield/shield_validator.h"

#include <string.h>

enum {
    ANSWER_MAX = 24,
    COUNT_DIGITS_MAX = 3, /* a JSON number that small is a count or a flag, not a secret */
    CARD_DIGITS_MIN = 8,
    CARD_DIGITS_MAX = 19,
    BANK_DIGITS_MIN = 5,
    PHONE_DIGITS_MIN = 6,
    NAME_WORDS_MAX = 6,
    NAME_SIZE_MAX = 120,
    GENDER_MAX = 24,
};

#define BIT(name) SHIELD_KEY_BIT(SHIELD_KEY_##name)

struct tally {
    size_t digits;
    size_t letters; /* bytes above ASCII count as such */
    size_t spaces;
    size_t others;
};

static bool is_digit(char byte)
{
    return byte >= '0' && byte <= '9';
}

static struct tally count_kinds(struct text text)
{
    struct tally tally = {0};
    for (size_t i = 0; i < text.size; i++) {
        char byte = text.bytes[i];
        char lower = (char)(byte | 0x20);
        if (is_digit(byte))
            tally.digits++;
        else if ((lower >= 'a' && lower <= 'z') || (byte & 0x80))
            tally.letters++;
        else if (byte == ' ')
            tally.spaces++;
        else
            tally.others++;
    }
    return tally;
}

/* What forms and interfaces answer in the place of a value. Sorted by nothing: there are few. */
static const char *const answers[] = {
    "true",
    "false",
    "yes",
    "no",
    "on",
    "off",
    "null",
    "none",
    "nil",
    "undefined",
    "nan",
    "n/a",
    "na",
    "unknown",
    "empty",
    "missing",
    "present",
    "absent",
    "enabled",
    "disabled",
    "active",
    "inactive",
    "reset",
    "changed",
    "unchanged",
    "updated",
    "created",
    "deleted",
    "removed",
    "set",
    "unset",
    "not set",
    "valid",
    "invalid",
    "verified",
    "unverified",
    "correct",
    "incorrect",
    "wrong",
    "expired",
    "required",
    "optional",
    "ok",
    "success",
    "succeeded",
    "failed",
    "failure",
    "error",
    "pending",
    "requested",
    "sent",
    "clicked",
    "shown",
    "hidden",
    "visible",
    "weak",
    "medium",
    "strong",
    "masked",
    "redacted",
    "filtered",
    "[filtered]",
    "[redacted]",
    "<redacted>",
    "[removed]",
    "(hidden)",
    "[object object]",
    "{}",
    "[]",
    "prefer not to say",
    "provided",
    "not provided",
    "opted_in",
    "opted_out",
    "granted",
    "denied",
    "accepted",
    "declined",
};

static bool is_mask(struct text text)
{
    static const char *const dots[] = {"*", "\u2022", "\u25CF", "\u00B7", ".", "x", "X", "#", "_"};
    for (size_t i = 0; i < sizeof dots / sizeof dots[0]; i++) {
        struct text dot = text_from(dots[i]);
        if (!text_starts_with(text, dot) || text.size < 3 * dot.size) continue;
        size_t place = 0;
        while (place + dot.size <= text.size &&
               memcmp(text.bytes + place, dot.bytes, dot.size) == 0) {
            place += dot.size;
        }
        return place == text.size;
    }
    return false;
}

static bool is_answer(struct text text)
{
    if (text.size == 0 || is_mask(text)) return true;
    if (text.size > ANSWER_MAX) return false;
    for (size_t i = 0; i < sizeof answers / sizeof answers[0]; i++) {
        if (text_equal_fold(text, text_from(answers[i]))) return true;
    }
    return false;
}

static struct text value_of(const struct shield_candidate *candidate)
{
    return text_trim(candidate->value);
}

/* 1, 42, 0.95, -1: a count, a flag, a share. */
static bool is_small_number(const struct shield_candidate *candidate, struct text text)
{
    struct tally tally = count_kinds(text);
    if (!candidate->is_number) return text.size < 2 || (text.size == 2 && tally.digits == 2);
    return tally.digits <= COUNT_DIGITS_MAX || tally.others > 0 || tally.letters > 0;
}

/* 4 to 10 digits in groups, or letters and digits as backup codes have them. */
static bool is_code(struct text text)
{
    struct tally tally = count_kinds(text);
    if (tally.letters == 0) return tally.digits >= 4 && tally.digits <= 10 && tally.others <= 3;
    size_t size = tally.digits + tally.letters;
    return tally.digits > 0 && tally.spaces == 0 && size >= 4 && size <= 32;
}

static bool is_pin(struct text text)
{
    struct tally tally = count_kinds(text);
    return tally.letters == 0 && tally.digits >= 3 && tally.digits <= 12 &&
           tally.others + tally.spaces < tally.digits;
}

static bool is_cvv(struct text text)
{
    return count_kinds(text).digits == text.size && (text.size == 3 || text.size == 4);
}

enum shield_proof shield_check_key_credential(const struct shield_candidate *candidate,
                                              struct shield_span *span)
{
    (void)span;
    struct text text = value_of(candidate);
    uint64_t classes = candidate->key_classes;
    if (is_answer(text)) return SHIELD_NOT;
    if (classes & BIT(CVV) && is_cvv(text)) return SHIELD_SHAPE;
    if (classes & BIT(PIN) && is_pin(text)) return SHIELD_SHAPE;
    if (is_small_number(candidate, text)) return SHIELD_NOT;
    if (classes & (BIT(CREDENTIAL) | BIT(SESSION) | BIT(COOKIE) | BIT(SEED))) return SHIELD_SHAPE;
    return classes & BIT(OTP) && is_code(text) ? SHIELD_SHAPE : SHIELD_NOT;
}

static bool is_all_hex(struct text text)
{
    for (size_t i = 0; i < text.size; i++) {
        char lower = (char)(text.bytes[i] | 0x20);
        if (!is_digit(text.bytes[i]) && (lower < 'a' || lower > 'f')) return false;
    }
    return true;
}

/* An address, also one written around (at), or its digest. */
static bool is_email(struct text text, const struct tally *tally)
{
    if (text_find_byte(text, '@') > 0 || text_find(text, TEXT("%40")) > 0) return true;
    if (text_find(text, TEXT("(at)")) > 0 || text_find(text, TEXT("[at]")) > 0) return true;
    bool has_size = text.size == 32 || text.size == 40 || text.size == 64;
    return has_size && tally->others == 0 && is_all_hex(text);
}

/* One to six words of letters, with what stands in names. */
static bool is_name(struct text text, const struct tally *tally)
{
    if (tally->digits > 0 || tally->letters < 2 || text.size > NAME_SIZE_MAX) return false;
    if (tally->spaces >= NAME_WORDS_MAX) return false;
    for (size_t i = 0; i < text.size; i++) {
        char byte = text.bytes[i];
        char lower = (char)(byte | 0x20);
        bool is_letter = (lower >= 'a' && lower <= 'z') || (byte & 0x80);
        if (!is_letter && (!byte || !strchr(" .'-,", byte))) return false;
    }
    return true;
}

static bool is_address(struct text text, const struct tally *tally)
{
    bool is_web = text_find(text, TEXT("://")) > 0;
    return tally->letters >= 3 && text.size >= 5 && !is_web;
}

static bool is_birth(struct text text, const struct tally *tally)
{
    return tally->digits >= 2 && tally->digits <= 17 && text.size <= 40;
}

static bool is_number_of_somebody(struct text text, const struct tally *tally)
{
    return tally->digits >= 3 && text.size <= 64 && tally->spaces <= 6;
}

static bool is_age(struct text text, const struct tally *tally)
{
    if (tally->digits == 0 || tally->digits > 3 || tally->letters > 0 || text.size > 5)
        return false;
    return tally->others == 0 || text_find_byte(text, '.') > 0 || text_find_byte(text, '-') > 0;
}

static bool is_handle(struct text text, const struct tally *tally)
{
    return tally->letters >= 2 && text.size <= 200 && tally->spaces <= 2;
}

static bool is_short_text(struct text text, const struct tally *tally)
{
    return text.size <= GENDER_MAX && tally->letters > 0 && tally->digits == 0;
}

static bool is_phone(struct text text, const struct tally *tally)
{
    return tally->digits >= PHONE_DIGITS_MIN && tally->digits <= 20 && tally->letters <= 8 &&
           text.size <= 48;
}

static bool is_postcode(struct text text, const struct tally *tally)
{
    return tally->digits > 0 && text.size >= 3 && text.size <= 12;
}

static const struct {
    uint64_t classes;
    bool (*matches)(struct text text, const struct tally *tally);
} personal[] = {
    {BIT(EMAIL), is_email},
    {BIT(PHONE), is_phone},
    {BIT(NAME), is_name},
    {BIT(ADDRESS), is_address},
    {BIT(POSTCODE), is_postcode},
    {BIT(BIRTH), is_birth},
    {BIT(AGE), is_age},
    {BIT(GENDER), is_short_text},
    {BIT(SOCIAL), is_handle},
    {BIT(NATIONAL) | BIT(PASSPORT) | BIT(LICENCE) | BIT(VEHICLE) | BIT(EMPLOYEE),
     is_number_of_somebody},
};

enum shield_proof shield_check_key_personal(const struct shield_candidate *candidate,
                                            struct shield_span *span)
{
    (void)span;
    struct text text = value_of(candidate);
    if (is_answer(text)) return SHIELD_NOT;
    struct tally tally = count_kinds(text);
    for (size_t i = 0; i < sizeof personal / sizeof personal[0]; i++) {
        if (!(candidate->key_classes & personal[i].classes)) continue;
        if (personal[i].matches(text, &tally)) return SHIELD_SHAPE;
    }
    return SHIELD_NOT;
}

static bool is_card_number(struct text text, const struct tally *tally)
{
    (void)text;
    return tally->letters == 0 && tally->digits >= CARD_DIGITS_MIN &&
           tally->digits <= CARD_DIGITS_MAX && tally->others + tally->spaces <= tally->digits;
}

/* MM/YY and its like: two to six digits, at most a separator between them. */
static bool is_expiry(struct text text, const struct tally *tally)
{
    return tally->letters == 0 && tally->digits >= 1 && tally->digits <= 8 && text.size <= 10;
}

static bool is_account(struct text text, const struct tally *tally)
{
    return tally->digits >= BANK_DIGITS_MIN && text.size <= 64;
}

enum shield_proof shield_check_key_payment(const struct shield_candidate *candidate,
                                           struct shield_span *span)
{
    (void)span;
    struct text text = value_of(candidate);
    uint64_t classes = candidate->key_classes;
    if (is_answer(text) || shield_benign_kind(text) == BENIGN_UUID) return SHIELD_NOT;
    struct tally tally = count_kinds(text);
    bool is_found = (classes & BIT(CARD) && is_card_number(text, &tally)) ||
                    (classes & BIT(CARD_EXPIRY) && is_expiry(text, &tally)) ||
                    (classes & BIT(CVV) && is_cvv(text)) ||
                    (classes & (BIT(BANK) | BIT(WALLET)) && is_account(text, &tally));
    return is_found ? SHIELD_SHAPE : SHIELD_NOT;
}

/* Words, or the codes of diagnoses (F32.1): a letter and more behind it. */
enum shield_proof shield_check_key_special(const struct shield_candidate *candidate,
                                           struct shield_span *span)
{
    (void)span;
    struct text text = value_of(candidate);
    if (candidate->is_number || is_answer(text)) return SHIELD_NOT;
    enum benign kind = shield_benign_kind(text);
    if (kind != BENIGN_NOT) return SHIELD_NOT;
    struct tally tally = count_kinds(text);
    return tally.letters > 0 && text.size >= 2 ? SHIELD_SHAPE : SHIELD_NOT;
}

enum shield_proof shield_check_markup(const struct shield_candidate *candidate,
                                      struct shield_span *span)
{
    (void)span;
    return shield_is_markup(candidate->value) ? SHIELD_PROVEN : SHIELD_NOT;
}
