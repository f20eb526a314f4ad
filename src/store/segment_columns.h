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
};

/* A column as it goes into the file. */
struct segment_column_output {
    struct buffer blocks;
    struct buffer footer; /* what the footer says of it */
};

void segment_column_output_init(struct segment_column_output *out);
void segment_column_output_release(struct segment_column_output *out);

/* What one thread needs to encode columns. */
struct segment_lane {
    const struct segment_columns *columns;
    struct segment_encoder encoder;
    struct buffer entries; /* of the codes' blocks */
    uint32_t *codes;       /* of a block */
};

void segment_lane_init(struct segment_lane *lane, const struct segment_columns *columns);
void segment_lane_release(struct segment_lane *lane);

/* Behind what out holds. */
void segment_column_encode(struct segment_lane *lane, uint32_t column,
                           struct segment_column_output *out);

#endif
