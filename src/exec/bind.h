/* A question's numbers, given their meaning in each source. */
#ifndef CANDOR_EXEC_BIND_H
#define CANDOR_EXEC_BIND_H

#include "exec/question.h"

/* Fills sources, groups and needs_arrivals of a compiled question. */
enum status bind_sources(struct question *question, struct error *error) MUST_CHECK;

#endif
