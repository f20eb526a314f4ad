/* Funnel by its words in spec/plan.md §3: every try of every person, one after the other. */
#ifndef CANDOR_TEST_NAIVE_FUNNEL_H
#define CANDOR_TEST_NAIVE_FUNNEL_H

#include "support/naive_data.h"

void naive_funnel(const struct naive_data *data, const struct plan *plan,
                  const struct naive_moment *moment, struct naive_table *out);

#endif
