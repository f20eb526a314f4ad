/* What a validator is given and what it says. Private to the room.
 *
 * The engine finds places in a value where a rule's trigger fires (a literal, a phrase of digits, a
 * token, an '@', the key's class) and asks the rule's validator about each. A validator is a pure
 * function of the candidate: no memory, no state, time linear in the bytes it looks at, and it
 * looks
 * at no more than SHIELD_LOOK_MAX bytes beyond the candidate on either side. Any thread. */
#ifndef CANDOR_SHIELD_DETECT_H
#define CANDOR_SHIELD_DETECT_H

#include "base/text.h"

#include <stdbool.h>
#include <stdint.h>

enum {
    SHIELD_VALUE_MAX = 64 * 1024,   /* bytes of one value that are looked at (spec §7.2) */
    SHIELD_RECORD_MAX = 256 * 1024, /* of one record */
    SHIELD_LOOK_MAX = 4096,
    SHIELD_DIGITS_MAX = 40, /* digits of one phrase that are joined */
};

struct shield_candidate {
    struct text value; /* folded: NFKC, ASCII digits, nothing ignorable; may be cut at the end */
    uint32_t begin;    /* what triggered: the literal, the phrase, the token; the whole value for */
    uint32_t end;      /* the triggers `whole` and `key` */
    const char *digits; /* trigger digits: the phrase's digits joined, without separators */
    uint32_t digit_count;
    uint32_t group_count;    /* into how many groups separators cut them; 1 when there is none */
    uint64_t key_classes;    /* bits 1 << enum shield_key_class: of the key path, innermost first */
    bool has_context;        /* the key or the words around name this rule's subject. What is found
                             without is found with it: a validator never holds it against a value */
    bool is_number;          /* a JSON number, in its decimal form */
    bool is_reduced_address; /* all of it is an address of the web that is more than its template:
                                who knows need not be asked */
};

struct shield_span {
    uint32_t begin; /* in value: what a redaction replaces */
    uint32_t end;
};

enum shield_proof {
    SHIELD_NOT,    /* it is not that */
    SHIELD_SHAPE,  /* it looks like it; nothing proves it */
    SHIELD_PROVEN, /* a checksum, a decoded structure, or a prefix nobody else uses */
    SHIELD_TEST,   /* it is one of the published test values: acts, but alerts nobody */
};

/* *span is the candidate's begin and end before the call; widen or narrow it. */
typedef enum shield_proof shield_validator(const struct shield_candidate *candidate,
                                           struct shield_span *span);

/* A validator by its name in the rules file (`check NAME`), or NULL. shield_validator_list.h is the
 * one list of them. */
shield_validator *shield_validator_find(struct text name);

#endif
