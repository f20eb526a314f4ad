/* A filter tree as a flat program of operations on a stack, so that rows are judged column by
 * column: each operation runs over all rows that are still alive. Immutable after init. */
#ifndef CANDOR_EXEC_ROW_FILTER_H
#define CANDOR_EXEC_ROW_FILTER_H

#include "base/arena.h"
#include "base/status.h"
#include "plan/plan.h"

#include <stdint.h>

enum row_operation_kind {
    ROW_OPERATION_TRUE,
    ROW_OPERATION_FALSE,
    ROW_OPERATION_EVENT,  /* push: a leaf over an event property; argument: its number */
    ROW_OPERATION_PERSON, /* push: something about the person; argument: its table */
    ROW_OPERATION_AND,
    ROW_OPERATION_OR,
    ROW_OPERATION_NOT,
};

struct row_operation {
    enum row_operation_kind kind;
    uint32_t argument;
};

struct row_filter {
    const struct row_operation *operations; /* NULL: every row is kept */
    uint32_t count;
    uint32_t depth_max; /* of the stack */
};

/* Gives numbers to leaves: what to push for a leaf of each sort. */
struct row_filter_naming {
    void *context;
    enum status (*leaf)(void *context, const struct plan_filter *filter,
                        struct row_operation *operation, struct error *error);
};

/* NULL is the filter that keeps every row. Owned by the arena. */
enum status row_filter_init(struct row_filter *filter, const struct plan_filter *tree,
                            const struct row_filter_naming *naming, struct arena *arena,
                            struct error *error) MUST_CHECK;

/* The nodes of a tree, itself included; 0 for NULL. */
uint32_t row_filter_node_count(const struct plan_filter *tree);

/* Combine two columns of truth, or turn one, in place of the first. */
void row_filter_and(uint8_t *restrict keeps, const uint8_t *restrict others, uint32_t count);
void row_filter_or(uint8_t *restrict keeps, const uint8_t *restrict others, uint32_t count);
void row_filter_not(uint8_t *keeps, uint32_t count);

#endif
