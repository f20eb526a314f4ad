/* A result as aligned columns for people. */
#ifndef CANDOR_PLAN_RESULT_TABLE_H
#define CANDOR_PLAN_RESULT_TABLE_H

#include "plan/result.h"

void result_table_write(const struct result *result, struct buffer *out);

#endif
