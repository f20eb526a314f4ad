/* The middle of numbers that are in no order. */
#ifndef CANDOR_EXEC_MEDIAN_H
#define CANDOR_EXEC_MEDIAN_H

#include <stdint.h>

/* Between the two middle ones when there are two (spec/plan.md §2: linear between closest ranks).
 * Reorders the numbers; count is at least 1. */
double median_find(int64_t *numbers, uint64_t count);

#endif
