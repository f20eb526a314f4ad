/* Steps in order (spec/plan.md §3). */
#ifndef CANDOR_EXEC_FUNNEL_H
#define CANDOR_EXEC_FUNNEL_H

#include "exec/crew.h"
#include "exec/question.h"
#include "plan/result.h"

enum status funnel_run(struct question *question, struct crew *crew, struct result *result,
                       struct error *error) MUST_CHECK;

#endif
