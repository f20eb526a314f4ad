/* A validator asked as the engine asks it, about one place of a value. */
#ifndef CANDOR_TEST_CHECK_AID_H
#define CANDOR_TEST_CHECK_AID_H

#include "shield/shield_key.h"
#include "shield/shield_validator.h"

struct check_asked {
    struct text literal; /* the first place of it is the candidate; empty: the whole value */
    struct text value;
    uint64_t key_classes;
    bool has_context;
};

/* The proof; *span is what the validator set. The value is copied to memory of its exact size, so
 * that a sanitizer sees any byte read beyond. Fails when the span is not in the value. */
enum shield_proof check_ask(shield_validator *check, const struct check_asked *asked,
                            struct shield_span *span);

/* The same for a literal in a value, without key or context. */
enum shield_proof check_text(shield_validator *check, const char *literal, const char *value);

#endif
