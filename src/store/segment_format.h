/* A segment file: the rows of one flush, column by column. Specified here and nowhere else.
 *
 * Little-endian; "varint" is LEB128, "signed" a zigzag varint, "sized" a varint size and bytes.
 *
 *   header   32 bytes: u32 magic "CSG1" | u32 version (1) | u32 project | u32 0 | u64 segment id |
 *            u64 0
 *   blocks   one after another, without gaps, in the order in which the footer names them
 *   footer   below
 *   trailer  32 bytes: u64 footer offset | u64 footer size | u64 checksum of the footer, seeded
 *            with the segment id | u32 0 | u32 magic "1GSC"
 *
 *   footer:  varint project | varint segment id | varint rows | signed smallest time | signed
 *            largest time | varint person_end | varint overflow properties
 *            64 times: varint rows of the shard
 *            varint row block count, and for each: varint rows
 *            for each shard with rows: varint runs, block entry        (the person directory)
 *            for each of 6 fixed columns, for each row block: block entry
 *            varint coded column count, and for each:
 *                sized name | varint value count, with the missing value
 *                for each row block: block entry
 *                varint dictionary block count, and for each: varint values, block entry
 *
 *   block entry:
 *            u8 encoding (enum segment_encoding) | SEGMENT_FRESH | compression << 4
 *            varint base
 *            unless the encoding is CONSTANT:
 *                varint span | u8 width | u8 run_width | varint run count | varint fresh first
 *                varint raw size | varint stored size
 *                u64 checksum of the stored bytes, seeded with (segment id, stream, block number):
 *                a block that was moved or swapped with another is refused
 *
 * Rows are sorted by (store_person_order(cluster), time, arrival). Row blocks end at the end of a
 * shard once they hold SEGMENT_BLOCK_ROWS_MIN rows, and at SEGMENT_BLOCK_ROWS_MAX in any case, so
 * that reading a large shard decodes few rows of others.
 *
 * Encodings of codes (a block of n numbers below 2^32; base is the smallest, base + span the
 * largest symbol):
 *   CONSTANT  every symbol is base; no bytes
 *   PACKED    n symbols less base, bit-packed with width
 *   RUNS      run count symbols less base, bit-packed with width, then as many lengths less 1,
 *             bit-packed with run_width; the lengths add up to n
 *   With SEGMENT_FRESH a symbol is not the code itself: 0 is code 0 (missing), 1 is the next code
 *   that no earlier row of the column has (counting from "fresh first"), k > 1 is the code k - 1
 *   below that next one. A column of distinct values is one run of 1.
 * Encodings of 64-bit numbers:
 *   DELTA     n differences from the number before, zigzag, divided by the scale (width 0: 1,
 *             width 1: 1000), the first from base (a signed varint in its zigzag form). First
 *             (n + 3) / 4 bytes of 2-bit classes, low bits first, then the bytes: class 0, 1, 2, 3
 *             is 1, 2, 3, 5 bytes. span is unused but for times, where base + span is the largest
 *             time of the block and base the smallest.
 *   WIDE      n times 8 bytes
 * The person directory of a shard: for each run, varint (cluster >> 6) less the one before, and
 *   varint rows; encoding BYTES.
 * A dictionary block: varint groups, and for each a u8 kind and a varint count: the kinds of its
 *   values in order. Then for each value with a payload: integers signed, decimals 8 bytes, sizes
 *   of texts as varints, in order; then the bytes of the texts; encoding BYTES. Codes count from 1.
 *
 * Fixed columns: 0 time, 1 sequence (arrival >> 16), 2 place in the batch (arrival & 65535), 3
 * received time, 4 sent person (0: the cluster, else the number and 1), 5 flags. 0, 1 and 3 are
 * 64-bit numbers, the others codes. Coded columns: 0 event, 1 insert_id, then properties.
 *
 * A reader opens the trailer, then the footer, checks both, and that the blocks' sizes add up to
 * the footer's offset. Each block is checked when it is read. Version 1 is the only one. */
#ifndef CANDOR_STORE_SEGMENT_FORMAT_H
#define CANDOR_STORE_SEGMENT_FORMAT_H

#include <stdbool.h>
#include <stdint.h>

enum {
    SEGMENT_MAGIC = 0x31475343,
    SEGMENT_END_MAGIC = 0x43534731,
    SEGMENT_VERSION = 1,
    SEGMENT_HEADER_SIZE = 32,
    SEGMENT_TRAILER_SIZE = 32,
    SEGMENT_BLOCK_ROWS_MIN = 16384,
    SEGMENT_BLOCK_ROWS_MAX = 65536,
    SEGMENT_DICTIONARY_VALUES_MAX = 65536, /* of one dictionary block */
    SEGMENT_DICTIONARY_BYTES = 1 << 20,    /* a dictionary block ends when it is past this */
    SEGMENT_BLOCK_BYTES_MAX = 1 << 30,     /* raw, of any block */
    SEGMENT_COLUMNS_MAX = 1 << 16,
    SEGMENT_FRESH = 8,
};

enum segment_encoding {
    SEGMENT_CONSTANT = 0,
    SEGMENT_PACKED = 1,
    SEGMENT_RUNS = 2,
    SEGMENT_DELTA = 3,
    SEGMENT_WIDE = 4,
    SEGMENT_BYTES = 5,
};
enum { SEGMENT_ENCODING_COUNT = SEGMENT_BYTES + 1 };

enum segment_fixed {
    SEGMENT_TIME,
    SEGMENT_SEQUENCE,
    SEGMENT_PLACE,
    SEGMENT_RECEIVED,
    SEGMENT_SENT,
    SEGMENT_FLAGS,
};
enum { SEGMENT_FIXED_COUNT = SEGMENT_FLAGS + 1 };

/* Streams, for the checksums' seeds. */
enum {
    SEGMENT_STREAM_DIRECTORY = 0, /* block number: the shard */
    SEGMENT_STREAM_FIXED = 1,     /* and the column */
    SEGMENT_STREAM_CODED = 16,    /* and 2 × the column; the dictionary's is one more */
};

/* What the footer says about a block. */
struct segment_block {
    uint64_t offset; /* not stored: blocks have no gaps */
    uint64_t checksum;
    uint64_t base;
    uint64_t span;
    uint32_t raw_size;
    uint32_t stored_size;
    uint32_t run_count;
    uint32_t fresh_first;
    uint8_t encoding;
    uint8_t compression;
    uint8_t width;
    uint8_t run_width;
    bool fresh;
};

static inline uint64_t segment_seed(uint64_t segment, uint32_t stream, uint32_t number)
{
    uint64_t seed = segment * UINT64_C(0x9e3779b97f4a7c15);
    return (seed ^ stream) * UINT64_C(0xd6e8feb86659fd93) + number;
}

#endif
