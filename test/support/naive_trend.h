/* Trend by its words in spec/plan.md §2: for every cell of the answer, look at every event. */
#ifndef CANDOR_TEST_NAIVE_TREND_H
#define CANDOR_TEST_NAIVE_TREND_H

#include "support/naive_data.h"

void naive_trend(const struct naive_data *data, const struct plan *plan,
                 const struct naive_moment *moment, struct naive_table *out);

#endif
