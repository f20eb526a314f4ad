/* Properties that nobody may read until a person releases them (spec/shield.md §11): what is stored
 * of them stays, and is not shown. By name, in events and profiles alike. */
#ifndef CANDOR_BACKEND_HELD_H
#define CANDOR_BACKEND_HELD_H

#include "base/buffer.h"
#include "base/status.h"
#include "plan/plan.h"

/* held: a line for each name, as the project table has them. */
bool held_has(struct text held, struct text name);

/* STATUS_DENIED with the name when the plan names a held property, or a path into one. */
enum status held_check_plan(struct text held, const struct plan *plan,
                            struct error *error) MUST_CHECK;

/* The members of a JSON object without its braces, but for held ones, each with a comma before it
 * unless it is the first. False when it cannot be read: nothing of it may be shown. */
bool held_write_rest(struct text held, struct text object, struct buffer *out) MUST_CHECK;

#endif
