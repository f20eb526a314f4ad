/* What a property's name says about its value. Private to the room.
 *
 * A name is folded (NFKC, case, the confusable letters of UTS 39), cut into words at separators and
 * at changes of case ("userPwd2" is user, pwd), and its words and neighbouring pairs of words are
 * looked up in the lexicon (rules/keys.txt, 30 languages). Whole words only: "compass" is no
 * password. A stop list takes names out again ("token_count", "password_reset_clicked"). */
#ifndef CANDOR_SHIELD_KEY_H
#define CANDOR_SHIELD_KEY_H

#include "base/status.h"
#include "base/text.h"

#include <stdbool.h>
#include <stdint.h>

enum shield_key_class {
    SHIELD_KEY_CREDENTIAL, /* password, secret, token, api key, auth, private key */
    SHIELD_KEY_OTP,        /* one-time codes, 2fa */
    SHIELD_KEY_PIN,
    SHIELD_KEY_SESSION, /* session ids, csrf */
    SHIELD_KEY_COOKIE,
    SHIELD_KEY_SEED, /* seed phrase, mnemonic, TOTP seed */
    SHIELD_KEY_CARD,
    SHIELD_KEY_CVV,
    SHIELD_KEY_CARD_EXPIRY,
    SHIELD_KEY_BANK, /* iban, account, routing, sort code, bic */
    SHIELD_KEY_WALLET,
    SHIELD_KEY_MONEY, /* salary, balance, income */
    SHIELD_KEY_EMAIL,
    SHIELD_KEY_PHONE,
    SHIELD_KEY_NAME, /* of a person: first name, last name, full name; "name" alone is none */
    SHIELD_KEY_ADDRESS,
    SHIELD_KEY_POSTCODE,
    SHIELD_KEY_BIRTH,
    SHIELD_KEY_AGE,
    SHIELD_KEY_GENDER,
    SHIELD_KEY_NATIONAL, /* ssn, national id, tax id, nino, cpf, … */
    SHIELD_KEY_PASSPORT,
    SHIELD_KEY_LICENCE, /* of a driver */
    SHIELD_KEY_HEALTH,
    SHIELD_KEY_BELIEF, /* religion, union, politics, orientation, ethnicity, biometrics, criminal */
    SHIELD_KEY_SOCIAL, /* handle, profile address */
    SHIELD_KEY_VEHICLE,
    SHIELD_KEY_EMPLOYEE, /* employee, student, customer, patient number */
    SHIELD_KEY_COORDINATE,
    SHIELD_KEY_PLACE, /* geohash, plus code */
    SHIELD_KEY_WIFI,
    SHIELD_KEY_IP,
    SHIELD_KEY_MAC,
    SHIELD_KEY_DEVICE, /* imei, iccid, imsi, serial number, host name */
    SHIELD_KEY_ADVERTISING,
    SHIELD_KEY_FINGERPRINT,
    SHIELD_KEY_USER_AGENT,
    SHIELD_KEY_SEARCH,  /* q, query, search */
    SHIELD_KEY_MESSAGE, /* comment, note, message body */
    SHIELD_KEY_FILE,
    SHIELD_KEY_URL,
    /* benign: what speaks against a finding */
    SHIELD_KEY_VERSION,
    SHIELD_KEY_TIME,
    SHIELD_KEY_IDENTIFIER, /* id, uuid, order, sku, isbn, sha, trace */
    SHIELD_KEY_MEASURE,    /* count, size, length, width, x, y, price, duration */
    SHIELD_KEY_MEDIA,      /* image, svg, css, path */
    SHIELD_KEY_CLASS_COUNT,
};
_Static_assert(SHIELD_KEY_CLASS_COUNT <= 64, "a bit for each class");

#define SHIELD_KEY_BIT(key_class) (UINT64_C(1) << (key_class))

struct shield_lexicon; /* immutable once made; any thread */

/* From the text of rules/keys.txt (its grammar stands at its top). STATUS_INVALID names the line.
   */
enum status shield_lexicon_make(struct text file, struct shield_lexicon **out,
                                struct error *error) MUST_CHECK;
void shield_lexicon_release(struct shield_lexicon *lexicon);

/* The class that goes by this word in the lexicon's file ("credential"), or -1. */
int shield_key_class_by_name(struct text name);
const char *shield_key_class_name(enum shield_key_class key_class);

enum { SHIELD_KEY_WORDS_MAX = 16, SHIELD_KEY_FOLDED_MAX = 256 };

/* A name taken apart. */
struct shield_key {
    char folded[SHIELD_KEY_FOLDED_MAX]; /* words joined by single spaces: "user pwd"; no NUL */
    size_t folded_size;
    struct text words[SHIELD_KEY_WORDS_MAX]; /* borrow folded */
    uint32_t word_count;
    uint64_t exact;  /* classes that the whole name stands for */
    uint64_t stem;   /* classes that a word of it, or a pair of words, stands for */
    bool is_stopped; /* on the stop list: exact and stem are 0 */
};
void shield_key_read(const struct shield_lexicon *lexicon, struct text name,
                     struct shield_key *key);

/* Classes named by the words of running text of any length: of a whole value, and of the window
 * around a candidate (30 characters before and 20 after, spec §7.4). */
uint64_t shield_lexicon_words(const struct shield_lexicon *lexicon, struct text text);

#endif
