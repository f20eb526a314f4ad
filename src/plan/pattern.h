/* A search pattern in RE2-like syntax: linear time, no back-references, no look-around. Compiled by
 * the Hyperscan API (docs/decisions/0002-hyperscan-for-search-patterns.md). Patterns are immutable
 * and may be shared: the scratch space that a search needs is kept inside. */
#ifndef CANDOR_PLAN_PATTERN_H
#define CANDOR_PLAN_PATTERN_H

#include "base/status.h"
#include "base/text.h"

#include <stdbool.h>

struct pattern;
enum pattern_case { PATTERN_CASE_COUNTS, PATTERN_CASE_FOLDED };

enum status pattern_compile(struct text expression, enum pattern_case letters, struct pattern **out,
                            struct error *error) MUST_CHECK;
void pattern_release(struct pattern *pattern);

/* As it was written; borrowed. */
struct text pattern_expression(const struct pattern *pattern);

/* True if the pattern occurs anywhere in the valid UTF-8 text. Any thread. */
bool pattern_found(const struct pattern *pattern, struct text text);

#endif
