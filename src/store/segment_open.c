/* Opening a segment: trailer and footer are read and every entry is walked once, so that what is
 * kept in memory can be trusted by the readers. */
#include "store/segment.h"

#include "base/check.h"
#include "base/memory.h"

#include <string.h>

enum {
    SHOWN_MAX = 200,
    FOOTER_SIZE_MAX = 1 << 30,
    ENTRY_SIZE_MIN = 2,
};

enum status segment_refuse(const char *path, const char *why, struct error *error)
{
    size_t size = strlen(path);
    const char *shown = size > SHOWN_MAX ? path + size - SHOWN_MAX : path;
    return error_set(error, STATUS_CORRUPT, "could not read segment \"%s\": %s", shown, why);
}

static enum status refuse(const struct segment *segment, const char *why, struct error *error)
{
    return segment_refuse(segment->file.path, why, error);
}

static enum status check_header(struct segment *segment, struct error *error)
{
    uint8_t header[SEGMENT_HEADER_SIZE];
    TRY(os_file_read(&segment->file, 0, header, sizeof header, error));
    if (load_u32(header) != SEGMENT_MAGIC) return refuse(segment, "it has no magic number", error);
    if (load_u32(header + 4) != SEGMENT_VERSION) {
        return refuse(segment, "its version is unknown", error);
    }
    if (load_u32(header + 8) != segment->project || load_u64(header + 16) != segment->id) {
        return refuse(segment, "it is another segment", error);
    }
    if (load_u32(header + 12) != 0 || load_u64(header + 24) != 0) {
        return refuse(segment, "its reserved bytes are in use", error);
    }
    return STATUS_OK;
}

static enum status load_footer(struct segment *segment, uint64_t *footer_offset,
                               struct error *error)
{
    TRY(os_file_size(&segment->file, &segment->file_bytes, error));
    if (segment->file_bytes < SEGMENT_HEADER_SIZE + SEGMENT_TRAILER_SIZE) {
        return refuse(segment, "it is cut off", error);
    }
    TRY(check_header(segment, error));
    uint8_t trailer[SEGMENT_TRAILER_SIZE];
    uint64_t trailer_offset = segment->file_bytes - SEGMENT_TRAILER_SIZE;
    TRY(os_file_read(&segment->file, trailer_offset, trailer, sizeof trailer, error));
    uint64_t offset = load_u64(trailer);
    uint64_t size = load_u64(trailer + 8);
    if (load_u32(trailer + 28) != SEGMENT_END_MAGIC || load_u32(trailer + 24) != 0) {
        return refuse(segment, "its end is missing", error);
    }
    if (size > FOOTER_SIZE_MAX || offset < SEGMENT_HEADER_SIZE || offset > trailer_offset ||
        size != trailer_offset - offset) {
        return refuse(segment, "its footer is out of bounds", error);
    }
    segment->footer_size = size;
    segment->footer = memory_alloc(size, 1);
    TRY(os_file_read(&segment->file, offset, segment->footer, size, error));
    if (block_checksum(segment->footer, size, segment->id) != load_u64(trailer + 16)) {
        return refuse(segment, "its footer fails its checksum", error);
    }
    *footer_offset = offset;
    return STATUS_OK;
}

static bool read_u32(struct block_cursor *cursor, uint32_t limit, uint32_t *out)
{
    uint64_t number;
    if (!cursor_varint(cursor, &number) || number > limit) return false;
    *out = (uint32_t)number;
    return true;
}

static bool read_summary(struct segment *segment, struct block_cursor *cursor)
{
    uint64_t project;
    uint64_t id;
    uint64_t min;
    uint64_t max;
    if (!cursor_varint(cursor, &project) || !cursor_varint(cursor, &id) ||
        !read_u32(cursor, INT32_MAX, &segment->row_count) || !cursor_varint(cursor, &min) ||
        !cursor_varint(cursor, &max) || !read_u32(cursor, UINT32_MAX, &segment->person_end) ||
        !cursor_varint(cursor, &segment->overflow_count)) {
        return false;
    }
    segment->min_ms = unzigzag(min);
    segment->max_ms = unzigzag(max);
    return project == segment->project && id == segment->id && segment->row_count > 0 &&
           segment->min_ms <= segment->max_ms;
}

static bool read_shards(struct segment *segment, struct block_cursor *cursor)
{
    uint32_t row = 0;
    for (uint32_t shard = 0; shard < STORE_SHARD_COUNT; shard++) {
        uint32_t count;
        segment->shard_first[shard] = row;
        if (!read_u32(cursor, segment->row_count - row, &count)) return false;
        row += count;
    }
    segment->shard_first[STORE_SHARD_COUNT] = row;
    return row == segment->row_count;
}

static bool read_row_blocks(struct segment *segment, struct block_cursor *cursor)
{
    uint32_t count;
    uint32_t room = (uint32_t)((cursor->end - cursor->place) & UINT32_MAX);
    if (!read_u32(cursor, room, &count) || count == 0) return false;
    segment->row_block_first = MEMORY_ARRAY(uint32_t, (size_t)count + 1);
    segment->row_block_count = count;
    uint32_t row = 0;
    for (uint32_t i = 0; i < count; i++) {
        uint32_t rows;
        segment->row_block_first[i] = row;
        uint32_t left = segment->row_count - row;
        uint32_t limit = left < SEGMENT_BLOCK_ROWS_MAX ? left : SEGMENT_BLOCK_ROWS_MAX;
        if (!read_u32(cursor, limit, &rows) || rows == 0) return false;
        row += rows;
    }
    segment->row_block_first[count] = row;
    return row == segment->row_count;
}

static bool read_directory(struct segment *segment, struct block_cursor *cursor, uint64_t *offset)
{
    for (uint32_t shard = 0; shard < STORE_SHARD_COUNT; shard++) {
        uint32_t rows = segment->shard_first[shard + 1] - segment->shard_first[shard];
        if (rows == 0) continue;
        if (!read_u32(cursor, rows, &segment->shard_runs[shard])) return false;
        if (segment->shard_runs[shard] == 0) return false;
        if (!segment_block_read(cursor, offset, &segment->directory[shard])) return false;
    }
    return true;
}

static bool pass_entries(struct block_cursor *cursor, uint32_t count, uint64_t *offset)
{
    struct segment_block block;
    for (uint32_t i = 0; i < count; i++) {
        if (!segment_block_read(cursor, offset, &block)) return false;
    }
    return true;
}

static bool read_fixed(struct segment *segment, struct block_cursor *cursor, uint64_t *offset)
{
    for (int column = 0; column < SEGMENT_FIXED_COUNT; column++) {
        segment->fixed[column] = cursor->place;
        segment->fixed_offset[column] = *offset;
        if (!pass_entries(cursor, segment->row_block_count, offset)) return false;
    }
    return true;
}

/* The values of all dictionary blocks and the missing one are the column's values. */
static bool read_dictionary_entries(struct segment_column *column, struct block_cursor *cursor,
                                    uint64_t *offset)
{
    uint32_t room = column->value_count - 1;
    if (!read_u32(cursor, room, &column->dictionary_block_count)) return false;
    column->dictionary = cursor->place;
    column->dictionary_offset = *offset;
    for (uint32_t i = 0; i < column->dictionary_block_count; i++) {
        uint32_t values;
        if (!read_u32(cursor, room, &values) || values == 0) return false;
        if (!pass_entries(cursor, 1, offset)) return false;
        room -= values;
    }
    return room == 0;
}

static bool read_column(struct segment *segment, struct block_cursor *cursor, uint64_t *offset,
                        struct segment_column *column)
{
    if (!cursor_text(cursor, &column->name)) return false;
    if (!read_u32(cursor, INT32_MAX, &column->value_count)) return false;
    if (column->value_count == 0) return false;
    column->codes = cursor->place;
    column->codes_offset = *offset;
    if (!pass_entries(cursor, segment->row_block_count, offset)) return false;
    return read_dictionary_entries(column, cursor, offset);
}

static bool read_columns(struct segment *segment, struct block_cursor *cursor, uint64_t *offset)
{
    uint32_t count;
    if (!read_u32(cursor, SEGMENT_COLUMNS_MAX, &count)) return false;
    if (count <= ROW_COLUMN_INSERT_ID) return false;
    if (count > (uint64_t)(cursor->end - cursor->place) / ENTRY_SIZE_MIN) return false;
    segment->columns = MEMORY_ARRAY(struct segment_column, count);
    segment->column_count = count;
    for (uint32_t i = 0; i < count; i++) {
        if (!read_column(segment, cursor, offset, &segment->columns[i])) return false;
        if (i <= ROW_COLUMN_INSERT_ID) continue;
        uint32_t number = text_index_add(&segment->column_index, segment->columns[i].name);
        if (number + ROW_COLUMN_INSERT_ID + 1 != i) return false; /* a name twice */
    }
    return true;
}

static enum status read_footer(struct segment *segment, struct error *error)
{
    uint64_t footer_offset = 0;
    TRY(load_footer(segment, &footer_offset, error));
    struct block_cursor cursor = {segment->footer, segment->footer + segment->footer_size};
    uint64_t offset = SEGMENT_HEADER_SIZE;
    bool whole = read_summary(segment, &cursor) && read_shards(segment, &cursor) &&
                 read_row_blocks(segment, &cursor) && read_directory(segment, &cursor, &offset) &&
                 read_fixed(segment, &cursor, &offset) && read_columns(segment, &cursor, &offset);
    if (!whole || cursor.place != cursor.end) {
        return refuse(segment, "its footer is damaged", error);
    }
    if (offset != footer_offset) return refuse(segment, "its blocks do not add up", error);
    return STATUS_OK;
}

static void segment_free(struct segment *segment)
{
    os_file_close(&segment->file);
    text_index_release(&segment->column_index);
    memory_free(segment->row_block_first);
    memory_free(segment->columns);
    memory_free(segment->footer);
    memory_free(segment);
}

enum status segment_open(const char *path, struct segment_identity identity, struct segment **out,
                         struct error *error)
{
    struct segment *segment = MEMORY_NEW(struct segment);
    atomic_init(&segment->reference_count, 1);
    text_index_init(&segment->column_index);
    segment->id = identity.id;
    segment->project = identity.project;
    enum status status = os_file_open(&segment->file, path, OS_FILE_READ, error);
    if (status == STATUS_ABSENT) status = segment_refuse(path, "it is missing", error);
    if (status == STATUS_OK) status = read_footer(segment, error);
    if (status != STATUS_OK) {
        segment_free(segment);
        return status;
    }
    *out = segment;
    return STATUS_OK;
}

struct segment *segment_hold(struct segment *segment)
{
    unsigned before = atomic_fetch_add(&segment->reference_count, 1);
    assert(before > 0);
    return segment;
}

void segment_drop(struct segment *segment)
{
    unsigned before = atomic_fetch_sub(&segment->reference_count, 1);
    assert(before > 0);
    if (before == 1) segment_free(segment);
}
