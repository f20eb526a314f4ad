/* The coded columns of a segment under way. Private to the writing of segments. */
#ifndef CANDOR_STORE_SEGMENT_COLUMNS_H
#define CANDOR_STORE_SEGMENT_COLUMNS_H

#include "base/buffer.h"
#include "store/memtable_view.h"
#include "store/segment_block.h"

enum { SEGMENT_FOOTER_SIZE_MAX = 1 << 30 };

struct segment_columns {
    const struct memtable_part *part; /* nobody appends to it */
    uint64_t segment_id;
    const uint32_t *row_blocks; /* first rows, and the end */
    uint32_t row_block_count;
    unsigned thread_count; /* 0 and 1: the caller's alone */
};

/* A column as it goes into the file. */
struct segment_column_output {
    struct buffer blocks;
    struct buffer footer; /* what the footer says of it */
};

/* Called for each column in order, on the caller's thread; an error ends it. */
typedef enum status segment_column_put(void *context, const struct segment_column_output *column,
                                       struct error *error);

enum status segment_columns_write(const struct segment_columns *columns, segment_column_put *put,
                                  void *context, struct error *error) MUST_CHECK;

#endif
