/* Writing a segment: header, directory, fixed columns, coded ones (segment_crew.c), footer. */
#include "store/segment.h"

#include "base/check.h"
#include "base/memory.h"
#include "store/segment_crew.h"

enum { PENDING_SIZE = 1 << 20 }; /* written at once */

struct segment_writer {
    const struct memtable_part *part;
    struct segment_identity identity;
    struct os_file *file;
    uint64_t written;      /* bytes in the file */
    struct buffer pending; /* behind them */
    struct buffer footer;
    struct segment_encoder encoder;
    uint32_t *row_blocks; /* first rows, and the end */
    uint32_t row_block_count;
    uint32_t *codes; /* of a block */
    int64_t *numbers;
    uint32_t person_end;
};

static enum status flush_pending(struct segment_writer *writer, struct error *error)
{
    if (writer->pending.size == 0) return STATUS_OK;
    TRY(os_file_write(writer->file, writer->written, writer->pending.bytes, writer->pending.size,
                      error));
    writer->written += writer->pending.size;
    buffer_clear(&writer->pending);
    return STATUS_OK;
}

static enum status refuse_size(const struct segment_writer *writer, struct error *error)
{
    return error_set(error, STATUS_TOO_LARGE,
                     "could not write segment \"%s\": its footer is larger than %d bytes",
                     writer->file->path, SEGMENT_FOOTER_SIZE_MAX);
}

/* Put the encoder's finished block into the file and its entry into entries. */
static enum status put_block(struct segment_writer *writer, uint32_t stream, uint32_t number,
                             struct segment_block *block, struct buffer *entries,
                             struct error *error)
{
    struct text stored = buffer_text(&writer->encoder.stored);
    uint64_t seed = segment_seed(writer->identity.id, stream, number);
    block->checksum = block_checksum(stored.bytes, stored.size, seed);
    segment_block_write(block, entries);
    buffer_append_text(&writer->pending, stored);
    if (writer->pending.size < PENDING_SIZE) return STATUS_OK;
    return flush_pending(writer, error);
}

/* Whole shards up to the least number of rows, cut at the most. */
static void cut_row_blocks(struct segment_writer *writer)
{
    const struct memtable_part *part = writer->part;
    uint32_t room = part->row_count / SEGMENT_BLOCK_ROWS_MIN + STORE_SHARD_COUNT + 2;
    writer->row_blocks = MEMORY_ARRAY(uint32_t, room);
    uint32_t first = 0;
    for (uint32_t shard = 0; shard < STORE_SHARD_COUNT; shard++) {
        uint32_t end = part->shard_first[shard + 1];
        while (end - first > SEGMENT_BLOCK_ROWS_MAX) {
            first += SEGMENT_BLOCK_ROWS_MAX;
            writer->row_blocks[++writer->row_block_count] = first;
        }
        bool is_full = end - first >= SEGMENT_BLOCK_ROWS_MIN || end == part->row_count;
        if (is_full && end > first) {
            writer->row_blocks[++writer->row_block_count] = end;
            first = end;
        }
    }
    assert(writer->row_block_count < room);
    assert(first == part->row_count);
}

static void write_summary(struct segment_writer *writer)
{
    const struct memtable_part *part = writer->part;
    struct buffer *footer = &writer->footer;
    buffer_append_varint(footer, writer->identity.project);
    buffer_append_varint(footer, writer->identity.id);
    buffer_append_varint(footer, part->row_count);
    buffer_append_varint(footer, zigzag(part->min_ms));
    buffer_append_varint(footer, zigzag(part->max_ms));
    buffer_append_varint(footer, writer->person_end);
    buffer_append_varint(footer, part->table->overflow_count);
    for (uint32_t shard = 0; shard < STORE_SHARD_COUNT; shard++) {
        buffer_append_varint(footer, part->shard_first[shard + 1] - part->shard_first[shard]);
    }
    buffer_append_varint(footer, writer->row_block_count);
    for (uint32_t i = 0; i < writer->row_block_count; i++) {
        buffer_append_varint(footer, writer->row_blocks[i + 1] - writer->row_blocks[i]);
    }
}

static enum status write_directory(struct segment_writer *writer, struct error *error)
{
    const struct memtable_part *part = writer->part;
    for (uint32_t shard = 0; shard < STORE_SHARD_COUNT; shard++) {
        uint32_t first = part->run_first[shard];
        uint32_t end = part->run_first[shard + 1];
        if (first == end) continue;
        struct buffer *raw = &writer->encoder.raw;
        buffer_clear(raw);
        uint32_t before = 0;
        for (uint32_t run = first; run < end; run++) {
            uint32_t place = part->runs[run].cluster >> 6;
            buffer_append_varint(raw, place - before);
            buffer_append_varint(raw, part->runs[run].count);
            before = place;
        }
        struct segment_block block;
        segment_encode_bytes(&writer->encoder, &block);
        buffer_append_varint(&writer->footer, end - first);
        TRY(put_block(writer, SEGMENT_STREAM_DIRECTORY, shard, &block, &writer->footer, error));
    }
    return STATUS_OK;
}

static const struct row_chunk *chunk_at(const struct segment_writer *writer, uint32_t sorted,
                                        uint32_t *place)
{
    uint32_t row = writer->part->rows[sorted];
    *place = row % CHUNK_ROWS;
    return writer->part->table->chunks[row / CHUNK_ROWS];
}

static void gather_numbers(const struct segment_writer *writer, enum segment_fixed column,
                           uint32_t first, uint32_t end)
{
    for (uint32_t i = first; i < end; i++) {
        uint32_t place;
        const struct row_chunk *chunk = chunk_at(writer, i, &place);
        int64_t number = chunk->received[place];
        if (column == SEGMENT_TIME) number = writer->part->times[i];
        if (column == SEGMENT_SEQUENCE) number = (int64_t)(chunk->arrivals[place] >> 16);
        writer->numbers[i - first] = number;
    }
}

/* run: the run of the first row; moved on to that of the row behind the last. */
static void gather_sent(struct segment_writer *writer, uint32_t first, uint32_t end, uint32_t *run)
{
    const struct row_run *runs = writer->part->runs;
    for (uint32_t i = first; i < end; i++) {
        while (i >= runs[*run].first + runs[*run].count)
            (*run)++;
        uint32_t place;
        const struct row_chunk *chunk = chunk_at(writer, i, &place);
        uint32_t person = chunk->persons[place];
        writer->codes[i - first] = person == runs[*run].cluster ? 0 : person + 1;
    }
}

static void gather_small(const struct segment_writer *writer, enum segment_fixed column,
                         uint32_t first, uint32_t end)
{
    for (uint32_t i = first; i < end; i++) {
        uint32_t place;
        const struct row_chunk *chunk = chunk_at(writer, i, &place);
        writer->codes[i - first] = column == SEGMENT_PLACE
                                       ? (uint32_t)(chunk->arrivals[place] & 0xffff)
                                       : chunk->flags[place];
    }
}

static enum status write_fixed(struct segment_writer *writer, enum segment_fixed column,
                               struct error *error)
{
    uint32_t run = 0;
    for (uint32_t i = 0; i < writer->row_block_count; i++) {
        uint32_t first = writer->row_blocks[i];
        uint32_t end = writer->row_blocks[i + 1];
        struct segment_block block;
        if (column == SEGMENT_TIME || column == SEGMENT_SEQUENCE || column == SEGMENT_RECEIVED) {
            gather_numbers(writer, column, first, end);
            segment_encode_numbers(&writer->encoder, writer->numbers, end - first, &block);
        } else {
            if (column == SEGMENT_SENT) {
                gather_sent(writer, first, end, &run);
            } else {
                gather_small(writer, column, first, end);
            }
            segment_encode_codes(&writer->encoder, writer->codes, end - first, NULL, &block);
        }
        TRY(put_block(writer, SEGMENT_STREAM_FIXED + (uint32_t)column, i, &block, &writer->footer,
                      error));
    }
    return STATUS_OK;
}

/* --- columns --- */

/* Large columns go to the file as they are, small ones gather. */
static enum status put_column(void *context, const struct segment_column_output *column,
                              struct error *error)
{
    struct segment_writer *writer = context;
    struct text blocks = buffer_text(&column->blocks);
    if (buffer_overflowed(&column->footer) || buffer_overflowed(&column->blocks)) {
        return refuse_size(writer, error);
    }
    buffer_append_text(&writer->footer, buffer_text(&column->footer));
    if (writer->pending.size + blocks.size > PENDING_SIZE) TRY(flush_pending(writer, error));
    if (blocks.size < PENDING_SIZE) {
        buffer_append_text(&writer->pending, blocks);
        return STATUS_OK;
    }
    TRY(os_file_write(writer->file, writer->written, blocks.bytes, blocks.size, error));
    writer->written += blocks.size;
    return STATUS_OK;
}

static enum status write_header(struct segment_writer *writer, struct error *error)
{
    buffer_append_u32(&writer->pending, SEGMENT_MAGIC);
    buffer_append_u32(&writer->pending, SEGMENT_VERSION);
    buffer_append_u32(&writer->pending, writer->identity.project);
    buffer_append_u32(&writer->pending, 0);
    buffer_append_u64(&writer->pending, writer->identity.id);
    buffer_append_u64(&writer->pending, 0);
    assert(writer->pending.size == SEGMENT_HEADER_SIZE);
    return flush_pending(writer, error);
}

static enum status write_footer(struct segment_writer *writer, struct error *error)
{
    TRY(flush_pending(writer, error));
    uint64_t offset = writer->written;
    struct text footer = buffer_text(&writer->footer);
    if (buffer_overflowed(&writer->footer)) return refuse_size(writer, error);
    buffer_append_text(&writer->pending, footer);
    buffer_append_u64(&writer->pending, offset);
    buffer_append_u64(&writer->pending, footer.size);
    buffer_append_u64(&writer->pending,
                      block_checksum(footer.bytes, footer.size, writer->identity.id));
    buffer_append_u32(&writer->pending, 0);
    buffer_append_u32(&writer->pending, SEGMENT_END_MAGIC);
    return flush_pending(writer, error);
}

static enum status write_with(struct segment_writer *writer, struct segment_crew *crew,
                              struct error *error)
{
    TRY(write_header(writer, error));
    write_summary(writer);
    TRY(write_directory(writer, error));
    for (int column = 0; column < SEGMENT_FIXED_COUNT; column++) {
        TRY(write_fixed(writer, (enum segment_fixed)column, error));
    }
    buffer_append_varint(&writer->footer, writer->part->column_count);
    TRY(segment_crew_put(crew, put_column, writer, error));
    return write_footer(writer, error);
}

/* While this thread writes what comes first in the file, others encode the columns behind it. */
static enum status write_contents(struct segment_writer *writer, unsigned thread_count,
                                  struct error *error)
{
    struct segment_columns columns = {
        .part = writer->part,
        .segment_id = writer->identity.id,
        .row_blocks = writer->row_blocks,
        .row_block_count = writer->row_block_count,
    };
    struct segment_crew *crew = segment_crew_start(&columns, thread_count);
    enum status status = write_with(writer, crew, error);
    segment_crew_end(crew);
    return status;
}

static uint32_t find_person_end(const struct memtable_part *part)
{
    uint32_t end = 0;
    for (uint32_t i = 0; i < part->run_count; i++) {
        uint32_t cluster = part->runs[i].cluster;
        if (cluster != STORE_NO_PERSON && cluster >= end) end = cluster + 1;
    }
    for (uint32_t i = 0; i < part->row_count; i++) {
        uint32_t person = part->table->chunks[i / CHUNK_ROWS]->persons[i % CHUNK_ROWS];
        if (person != STORE_NO_PERSON && person >= end) end = person + 1;
    }
    return end;
}

static void writer_init(struct segment_writer *writer, const struct memtable_part *part,
                        struct segment_identity identity, struct os_file *file)
{
    *writer = (struct segment_writer){.part = part, .identity = identity, .file = file};
    buffer_init(&writer->pending,
                (size_t)PENDING_SIZE + SEGMENT_FOOTER_SIZE_MAX + SEGMENT_BLOCK_BYTES_MAX);
    buffer_init(&writer->footer, SEGMENT_FOOTER_SIZE_MAX);
    segment_encoder_init(&writer->encoder);
    writer->codes = MEMORY_ARRAY(uint32_t, SEGMENT_BLOCK_ROWS_MAX);
    writer->numbers = MEMORY_ARRAY(int64_t, SEGMENT_BLOCK_ROWS_MAX);
    writer->person_end = find_person_end(part);
    cut_row_blocks(writer);
}

static void writer_release(struct segment_writer *writer)
{
    buffer_release(&writer->pending);
    buffer_release(&writer->footer);
    segment_encoder_release(&writer->encoder);
    memory_free(writer->codes);
    memory_free(writer->numbers);
    memory_free(writer->row_blocks);
}

/* A segment appears under its name whole and synced, or not at all. */
enum status segment_write(const struct memtable_part *part, struct segment_identity identity,
                          unsigned thread_count, const char *path, struct error *error)
{
    assert(part->row_count == part->table->row_count);
    struct os_file file;
    TRY(os_file_create(&file, path, error));
    struct segment_writer writer;
    writer_init(&writer, part, identity, &file);
    enum status status = write_contents(&writer, thread_count, error);
    writer_release(&writer);
    if (status == STATUS_OK) status = os_file_publish(&file, error);
    os_file_close(&file);
    return status;
}
