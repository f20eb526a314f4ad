/* Any bytes as a candidate of every validator: nothing outside the value is read, and a span lies
 * within it. */
#include "shield/shield_key.h"
#include "shield/shield_validator.h"

#include <stdlib.h>
#include <string.h>

static shield_validator *const checks[] = {
#define VALIDATOR(name) shield_check_##name,
#include "shield/shield_validator_list.h"
#undef VALIDATOR
};

/* Digits with single separators, from the candidate's begin. */
static void join_digits(struct shield_candidate *candidate, char *digits)
{
    for (uint32_t i = candidate->begin; i < candidate->value.size; i++) {
        char byte = candidate->value.bytes[i];
        if (byte >= '0' && byte <= '9') {
            if (candidate->digit_count == SHIELD_DIGITS_MAX) break;
            bool begins = i == candidate->begin || candidate->value.bytes[i - 1] < '0' ||
                          candidate->value.bytes[i - 1] > '9';
            candidate->group_count += begins;
            digits[candidate->digit_count++] = byte;
            candidate->end = i + 1;
        } else if (byte == '\0' || !strchr(" -./", byte)) {
            break;
        }
    }
    candidate->digits = candidate->digit_count > 0 ? digits : NULL;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char digits[SHIELD_DIGITS_MAX];
    if (size < 4 || size > SHIELD_VALUE_MAX) return 0;
    struct shield_candidate candidate = {.value = {(const char *)data + 3, size - 3},
                                         .has_context = data[0] & 1,
                                         .is_number = data[0] & 2,
                                         .key_classes = UINT64_C(1) << (data[1] % 64)};
    candidate.begin = data[2] % (uint32_t)(size - 3);
    candidate.end = (uint32_t)(size - 3);
    if (data[0] & 4) join_digits(&candidate, digits);
    for (size_t i = 0; i < sizeof checks / sizeof *checks; i++) {
        struct shield_span span = {candidate.begin, candidate.end};
        if (checks[i](&candidate, &span) == SHIELD_NOT) continue;
        if (span.begin > span.end || span.end > candidate.value.size) abort();
    }
    return 0;
}
