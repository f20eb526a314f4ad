/* What is said when a question's budget is used up. */
#ifndef CANDOR_EXEC_MEMORY_LIMIT_H
#define CANDOR_EXEC_MEMORY_LIMIT_H

#include "base/arena.h"
#include "base/status.h"

static inline enum status memory_limit_passed(const struct arena *arena, struct error *error)
{
    return error_set(error, STATUS_TOO_LARGE,
                     "the question needs more than the %zu bytes that this part of it may use: "
                     "ask for a shorter range, fewer values or a longer unit",
                     arena->capacity);
}

#endif
