/* The rule set: which triggers lead to which validators, and what a finding costs. Private to the
 * room.
 *
 * Rules are text, so that a rule can be added without a new program. The built-in set is the files
 * rules/NAME.rules joined in the order of their names; a file in the data folder may replace it
 * (`candor shield rules`), and a project may add rules of its own (SHIELD_RULES_PROJECT: only
 * `literal`, `key` and `pattern` triggers). Grammar, one statement a line, `#` begins a comment:
 *
 *   set NAME VERSION                 first statement of a set: "set builtin 2026-11-22"
 *   rule ID TITLE                    begins a rule: "rule S08 GitHub token". Then, in any
 *                                  order; triggers, context, words and written may be given
 *                                  again, digits and token up to 4 times, all else once:
 *     version N                      of this rule, default 1
 *     tier V|S|C                     verified, strong, needs context (spec §7.4)
 *     class CLASS                    row of the policy matrix: credential card bank national
 *     contact
 *                                    special device place entropy content structure custom
 *     prefix WORD…                   trigger: literals, found anywhere not inside a longer word
 *     fold_prefix WORD…              the same without case
 *     infix WORD…                    trigger: literals, also inside words ("://", "@")
 *     fold_infix WORD…
 *     digits MIN[-MAX]               trigger: a phrase of so many digits, groups joined
 *     groups [MIN-]MAX               so many groups; default 1-8
 *     luhn                           of the digits: those that pass Luhn's check
 *     dialled                        of the digits: those that begin with 00, and those with a plus
 *                                    sign at most three bytes before them
 *     dotted                         of the digits: those whose groups are joined by single dots
 *     written FORM…                  of the digits: the groups without which the rule does not act
 *                                    unless its context speaks for it: 3-2-4, or 2-2-10* when the
 *                                    last may be cut further; at most 4
 *     token CHARSET MIN[-MAX]        trigger: a maximal run of the charset with this length:
 *                                    digit hex lower upper alnum base32 base58 base64 base64url
 *                                    word
 *     form FORM…                     of the token's first bytes, looked at before the validator is
 *                                    asked: A a letter, 9 a digit, X either; at most 4 places,
 *                                    several forms: any of them; with a plus sign behind it the
 *                                    token is as long at least
 *     capital                        of the token: with a capital in it, or a byte outside ASCII
 *                                    before it
 *     key CLASS…                     trigger: the property's key is of a key class (shield_key.h);
 *                                    the candidate is the whole value but white
 *                                    space, quotes and brackets around it
 *     whole [words|run MIN]          trigger: every value once; with a word in it; with
 *                                    so many bytes in a row that are no space
 *     after CHARSET                  its literals of one byte count only behind a byte of it,
 *     again N                        and if the same byte stands again N bytes on
 *     size MIN[-MAX]                 of the whole value, checked before any trigger of this rule
 *     literal TEXT                   trigger, to the end of the line: an infix with spaces
 *     pattern REGEX                  trigger, to the end of the line: Hyperscan's syntax without \p
 *                                    and (?x); at most 64 positions and 1,024 states, 4,096 in all
 *                                    (pattern_cost.h); project rules only
 *     tail CHARSET MIN[-MAX]         after a prefix: a run of so many, then no further one; extends
 *                                    the span
 *     check NAME                     the validator; without one the trigger and tail are the proof
 *     context CLASS…                 key classes that speak for it (+3 exact, +2 as a word)
 *     words WORD… "TWO WORDS"…       of its own: in the key +2, in the text around +1; has_context
 *     needs context                  no finding without context
 *     action drop|redact|bucket|tokenise   what the built-in policy does at least; default drop
 *     bucket year|region|degree|network|family|outward|template     how, for bucket
 *     alert                          tell a person (not for SHIELD_TEST)
 *     strict                         in force in strict mode only, and not for a property that the
 *                                    tracking plan names; classes special, entropy, content,
 *                                    structure and custom: what is hard, and what names and ids are
 *                                    judged by, holds in every mode
 *     off                            listed and tested, and not in force: the figure is below goal
 *
 * A rule has at least one trigger. Several triggers: any of them. Ids are a letter and two digits;
 * a project's own begin with X. */
#ifndef CANDOR_SHIELD_RULES_H
#define CANDOR_SHIELD_RULES_H

#include "shield/shield_detect.h"
#include "shield/shield_key.h"

enum shield_tier { SHIELD_TIER_V, SHIELD_TIER_S, SHIELD_TIER_C };

enum shield_class {
    SHIELD_CREDENTIAL, /* keys, cookies, one-time codes, PEM, seed phrases: hard */
    SHIELD_CARD,       /* card numbers, CVV, PIN, track data: hard */
    SHIELD_BANK,
    SHIELD_NATIONAL, /* national ids, passport, licence */
    SHIELD_CONTACT,  /* e-mail, phone, name, address, birth date */
    SHIELD_SPECIAL,  /* health, belief, minors */
    SHIELD_DEVICE,   /* IP, MAC, IMEI, advertising id */
    SHIELD_PLACE,    /* precise location */
    SHIELD_ENTROPY,
    SHIELD_CONTENT, /* addresses with queries, messages, file names */
    SHIELD_STRUCTURE,
    SHIELD_CUSTOM, /* a project's own */
    SHIELD_CLASS_COUNT,
};

enum shield_charset {
    SHIELD_DIGIT,
    SHIELD_HEX,
    SHIELD_LOWER,
    SHIELD_UPPER,
    SHIELD_ALNUM,
    SHIELD_BASE32,    /* A-Z 2-7 */
    SHIELD_BASE58,    /* without 0 O I l */
    SHIELD_BASE64,    /* A-Z a-z 0-9 + / = */
    SHIELD_BASE64URL, /* A-Z a-z 0-9 - _ */
    SHIELD_WORD,      /* A-Z a-z 0-9 _ */
    SHIELD_CHARSET_COUNT,
};

/* Bit 1 << charset for each charset that has the byte. */
extern const uint16_t shield_charset_masks[256];

static inline bool shield_charset_has(enum shield_charset charset, uint8_t byte)
{
    return shield_charset_masks[byte] >> charset & 1;
}

/* How many letters of ASCII the bytes begin with. */
size_t shield_letter_run(const char *bytes, size_t size);

enum shield_action { /* by strength (spec §8.1), the strongest wins */
                     SHIELD_ALLOW,
                     SHIELD_QUARANTINE,
                     SHIELD_TRUNCATE,
                     SHIELD_BUCKET,
                     SHIELD_REDACT,
                     SHIELD_HASH,
                     SHIELD_TOKENISE,
                     SHIELD_DROP,
                     SHIELD_REJECT,
};

#endif
