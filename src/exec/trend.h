/* Counts over time (spec/plan.md §2). */
#ifndef CANDOR_EXEC_TREND_H
#define CANDOR_EXEC_TREND_H

#include "exec/crew.h"
#include "exec/question.h"
#include "plan/result.h"

enum status trend_run(struct question *question, struct crew *crew, struct result *result,
                      struct error *error) MUST_CHECK;

#endif
