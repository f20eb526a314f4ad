/* A plan in words, and the work that answering it took. */
#ifndef CANDOR_EXEC_EXPLAIN_H
#define CANDOR_EXEC_EXPLAIN_H

#include "exec/question.h"
#include "plan/result.h"

/* Sets result->explain, owned by the result; the other figures are there already. */
enum status explain_write(const struct question *question, struct result *result,
                          struct error *error) MUST_CHECK;

#endif
