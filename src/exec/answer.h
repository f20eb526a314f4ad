/* The table of an answer, cell by cell. Everything is copied into the result's arena: the question
 * and the snapshot are gone when the answer is read. One owner, one thread. */
#ifndef CANDOR_EXEC_ANSWER_H
#define CANDOR_EXEC_ANSWER_H

#include "plan/result.h"

#include "base/status.h"

enum { ANSWER_COLUMN_COUNT_MAX = 16 };

struct answer {
    struct result *result;
    struct result_column columns[ANSWER_COLUMN_COUNT_MAX];
    uint32_t column_count;
    uint64_t cell_count;
    uint64_t cell_capacity;
};

/* Columns first, then the rows' number, then cells row after row. */
void answer_begin(struct answer *answer, struct result *result);
void answer_column(struct answer *answer, struct text name, enum result_type type);
enum status answer_rows(struct answer *answer, uint64_t row_count, struct error *error) MUST_CHECK;

/* A value that lives in the result's arena already, or holds no bytes. */
void answer_cell(struct answer *answer, struct value value);

/* A copy whose bytes live in the result's arena. */
enum status answer_keep(struct answer *answer, const struct value *value, struct value *kept,
                        struct error *error) MUST_CHECK;

void answer_end(struct answer *answer); /* every cell is there */

#endif
