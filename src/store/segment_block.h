/* Numbers of one row block to bytes and back (segment_format.h). Decoders take hostile bytes. */
#ifndef CANDOR_STORE_SEGMENT_BLOCK_H
#define CANDOR_STORE_SEGMENT_BLOCK_H

#include "base/buffer.h"
#include "codec/block.h"
#include "store/segment_format.h"

#include <stdbool.h>

/* Room for one block under way. One owner, one thread. */
struct segment_encoder {
    struct buffer raw;
    struct buffer other;  /* the other way of packing the same block, to compare */
    struct buffer stored; /* the finished bytes, until the next call */
    uint32_t *symbols;    /* SEGMENT_BLOCK_ROWS_MAX each */
    uint32_t *run_symbols;
    uint32_t *run_lengths;
};

void segment_encoder_init(struct segment_encoder *encoder);
void segment_encoder_release(struct segment_encoder *encoder);

/* Encode codes. fresh_next: the column's next unseen code, moved on; NULL where codes are not
 * numbered by appearance. All but offset and checksum of the entry is set. */
void segment_encode_codes(struct segment_encoder *encoder, const uint32_t *codes, uint32_t count,
                          uint32_t *fresh_next, struct segment_block *block);

/* The same for 64-bit numbers. */
void segment_encode_numbers(struct segment_encoder *encoder, const int64_t *numbers, uint32_t count,
                            struct segment_block *block);

/* Compress what is in encoder->raw as it is. */
void segment_encode_bytes(struct segment_encoder *encoder, struct segment_block *block);

/* A footer's entry. Reading sets *offset forward by the stored size. */
void segment_block_write(const struct segment_block *block, struct buffer *out);
bool segment_block_read(struct block_cursor *cursor, uint64_t *offset, struct segment_block *block);

/* Decode rows first … first + count - 1 of a block of rows rows. raw holds raw_size bytes and 8
 * more; scratch holds SEGMENT_SCRATCH_NUMBERS. False when the bytes are damaged or a
 * code is not below code_end. */
enum { SEGMENT_SCRATCH_NUMBERS = 3 * SEGMENT_BLOCK_ROWS_MAX };

struct segment_decode {
    const struct segment_block *block;
    const uint8_t *raw;
    uint32_t rows;
    uint32_t first;
    uint32_t count;
    uint32_t *scratch;
};
bool segment_decode_codes(const struct segment_decode *decode, uint64_t code_end, uint32_t *out);
bool segment_decode_numbers(const struct segment_decode *decode, int64_t *out);

#endif
