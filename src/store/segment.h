/* An immutable file of rows (segment_format.h): writing one, opening one, reading its columns.
 *
 * An open segment keeps its footer and a file descriptor and nothing else: blocks are read with
 * pread when they are asked for. Any number of threads may read, each with its own scratch. */
#ifndef CANDOR_STORE_SEGMENT_H
#define CANDOR_STORE_SEGMENT_H

#include "base/text_index.h"
#include "os/os_file.h"
#include "store/memtable_view.h"
#include "store/row_source.h"
#include "store/segment_block.h"

struct segment_column {
    struct text name; /* borrowed from the footer */
    uint32_t value_count;
    uint32_t dictionary_block_count;
    const uint8_t *codes; /* places of the entries in the footer */
    const uint8_t *dictionary;
    uint64_t codes_offset; /* of the first block of each */
    uint64_t dictionary_offset;
};

struct segment {
    atomic_uint reference_count;
    struct os_file file;
    uint64_t id;
    uint32_t project;
    uint32_t row_count;
    int64_t min_ms;
    int64_t max_ms;
    uint32_t person_end;
    uint64_t overflow_count;
    uint64_t file_bytes;
    uint32_t shard_first[STORE_SHARD_COUNT + 1];
    uint32_t shard_runs[STORE_SHARD_COUNT];
    struct segment_block directory[STORE_SHARD_COUNT];
    uint32_t row_block_count;
    uint32_t *row_block_first; /* one more than blocks */
    const uint8_t *fixed[SEGMENT_FIXED_COUNT];
    uint64_t fixed_offset[SEGMENT_FIXED_COUNT];
    struct segment_column *columns;
    uint32_t column_count;
    struct text_index column_index; /* a property's number + 2 is its column */
    uint8_t *footer;
    size_t footer_size;
};

struct segment_identity {
    uint64_t id;
    uint32_t project;
};

/* Write every row of a part, which nobody appends to any more, to a new file. The file's bytes do
 * not depend on the number of threads; 0 and 1 are the caller's alone. */
enum status segment_write(const struct memtable_part *part, struct segment_identity identity,
                          unsigned thread_count, const char *path, struct error *error) MUST_CHECK;

/* STATUS_CORRUPT with the file's name unless it is whole and the one expected. */
enum status segment_open(const char *path, struct segment_identity identity, struct segment **out,
                         struct error *error) MUST_CHECK;
struct segment *segment_hold(struct segment *segment);
void segment_drop(struct segment *segment);

enum { SEGMENT_KEPT_BLOCKS = 64, SEGMENT_KEPT_SIZE_MAX = 1 << 18 };

/* A block as it was before compression. */
struct segment_kept_block {
    const struct segment *segment; /* NULL: empty */
    uint32_t stream;
    uint32_t number;
    uint8_t *raw;
    size_t capacity;
};

/* Room for reading blocks, reused from call to call. One thread at a time. The blocks read last are
 * kept, because a block holds the rows of several shards and questions go shard by shard; the
 * segments must stay while the scratch is used. */
struct segment_scratch {
    uint8_t *stored;
    size_t stored_capacity;
    const uint8_t *raw; /* of the block read last; borrowed from a kept one, or from large */
    struct segment_kept_block kept[SEGMENT_KEPT_BLOCKS];
    struct segment_kept_block large; /* too large to keep */
    uint32_t *numbers;               /* SEGMENT_SCRATCH_NUMBERS */
    uint8_t *codes;                  /* of a range, for callers of segment_read_codes */
    size_t codes_capacity;
    uint64_t bytes_read;
};
void segment_scratch_init(struct segment_scratch *scratch);
void segment_scratch_release(struct segment_scratch *scratch);
uint32_t *segment_scratch_codes(struct segment_scratch *scratch, uint32_t count);

/* One column's rows of a range. Numbers for TIME, SEQUENCE and RECEIVED, codes for the others. */
enum status segment_read_numbers(const struct segment *segment, enum segment_fixed column,
                                 struct row_range range, struct segment_scratch *scratch,
                                 int64_t *out, struct error *error) MUST_CHECK;
enum status segment_read_fixed_codes(const struct segment *segment, enum segment_fixed column,
                                     struct row_range range, struct segment_scratch *scratch,
                                     uint32_t *out, struct error *error) MUST_CHECK;
enum status segment_read_codes(const struct segment *segment, uint32_t column,
                               struct row_range range, struct segment_scratch *scratch,
                               uint32_t *out, struct error *error) MUST_CHECK;
/* runs holds shard_runs[shard] runs. */
enum status segment_read_runs(const struct segment *segment, uint32_t shard,
                              struct segment_scratch *scratch, struct row_run *runs,
                              struct error *error) MUST_CHECK;
enum status segment_read_dictionary(const struct segment *segment, uint32_t column,
                                    struct segment_scratch *scratch, struct arena *arena,
                                    struct row_dictionary *out, struct error *error) MUST_CHECK;

/* Read and check one block into scratch->raw (with 8 bytes behind it). */
enum status segment_read_block(const struct segment *segment, uint32_t stream, uint32_t number,
                               const struct segment_block *block, struct segment_scratch *scratch,
                               struct error *error) MUST_CHECK;

/* Read and check everything in the file. */
enum status segment_verify(const struct segment *segment, struct error *error) MUST_CHECK;

/* STATUS_CORRUPT in words that name the file. */
enum status segment_refuse(const char *path, const char *why, struct error *error);

#endif
