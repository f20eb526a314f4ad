/* How large a pattern grows when its repetitions are written out, before anything compiles it.
 *
 * x{1000} is a thousand states and (x{1,1000}y){10} ten thousand: eight seconds of compilation for
 * twenty bytes of question. So the size is estimated from the text and refused above a limit, as
 * RE2 does with its program size. */
#ifndef CANDOR_PLAN_PATTERN_SIZE_H
#define CANDOR_PLAN_PATTERN_SIZE_H

#include "base/status.h"
#include "base/text.h"

enum {
    PATTERN_ATOM_COUNT_MAX = 1000, /* letters, classes and groups, repetitions written out */
    PATTERN_DEPTH_MAX = 50,        /* groups inside one another */
};

/* STATUS_INVALID above a limit, and for comments and free spacing, which RE2 lacks too and which
 * would hide brackets from this estimate. Malformed patterns may pass: the compiler refuses
 * them. */
enum status pattern_size_check(struct text expression, struct error *error) MUST_CHECK;

#endif
