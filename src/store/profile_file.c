#include "store/profile_file.h"

#include "base/check.h"
#include "base/memory.h"
#include "os/os_file.h"
#include "store/profile_format.h"

#include <string.h>

enum { ZSTD_LEVEL = 3, SHOWN_MAX = 200, HEAD_SUMMED = 16 };

static uint64_t block_seed(uint64_t id, uint32_t number, const uint8_t *head)
{
    uint64_t seed = id * UINT64_C(0x9e3779b97f4a7c15) + number;
    return block_checksum(head, HEAD_SUMMED, seed);
}

static enum status write_block(struct os_file *file, uint64_t *offset,
                               const struct profile_dump *dump, uint64_t id, uint32_t number,
                               struct error *error)
{
    struct text raw = buffer_text(&dump->blocks[number]);
    struct buffer out;
    buffer_init(&out, PROFILE_BLOCK_HEADER_SIZE + raw.size);
    char *place = buffer_reserve(&out, PROFILE_BLOCK_HEADER_SIZE);
    assert(place);
    buffer_advance(&out, PROFILE_BLOCK_HEADER_SIZE);
    enum block_compression used;
    block_compress(BLOCK_ZSTD, ZSTD_LEVEL, raw, &out, &used);
    uint8_t *head = (uint8_t *)out.bytes;
    size_t stored_size = out.size - PROFILE_BLOCK_HEADER_SIZE;
    store_u32(head, (uint32_t)raw.size);
    store_u32(head + 4, (uint32_t)stored_size);
    store_u32(head + 8, used);
    store_u32(head + 12, dump->profile_counts[number]);
    store_u64(head + HEAD_SUMMED, block_checksum(head + PROFILE_BLOCK_HEADER_SIZE, stored_size,
                                                 block_seed(id, number, head)));
    enum status status = os_file_write(file, *offset, out.bytes, out.size, error);
    *offset += out.size;
    buffer_release(&out);
    return status;
}

static enum status write_contents(struct os_file *file, const struct profile_dump *dump,
                                  struct profile_file_identity identity, uint64_t *bytes,
                                  struct error *error)
{
    uint8_t header[PROFILE_HEADER_SIZE] = {0};
    store_u32(header, PROFILE_MAGIC);
    store_u32(header + 4, PROFILE_VERSION);
    store_u32(header + 8, identity.project);
    store_u64(header + 16, identity.id);
    TRY(os_file_write(file, 0, header, sizeof header, error));
    uint64_t offset = sizeof header;
    for (uint32_t i = 0; i < dump->block_count; i++) {
        if (buffer_overflowed(&dump->blocks[i])) {
            return error_set(error, STATUS_TOO_LARGE,
                             "could not write profiles: one is larger than %d bytes",
                             PROFILE_BLOCK_SIZE_MAX);
        }
        TRY(write_block(file, &offset, dump, identity.id, i, error));
    }
    uint8_t trailer[PROFILE_TRAILER_SIZE] = {0};
    store_u32(trailer + 4, dump->block_count);
    store_u64(trailer + 8, dump->profile_count);
    store_u64(trailer + HEAD_SUMMED, block_checksum(trailer, HEAD_SUMMED, identity.id));
    TRY(os_file_write(file, offset, trailer, sizeof trailer, error));
    *bytes = offset + sizeof trailer;
    return STATUS_OK;
}

enum status profile_file_write(const struct profile_dump *dump,
                               struct profile_file_identity identity, const char *path,
                               uint64_t *bytes, struct error *error)
{
    struct os_file file;
    TRY(os_file_create(&file, path, error));
    enum status status = write_contents(&file, dump, identity, bytes, error);
    if (status == STATUS_OK) status = os_file_publish(&file, error);
    os_file_close(&file);
    return status;
}

/* --- reading --- */

struct profile_reader {
    struct os_file file;
    struct profile_file_identity identity;
    struct profile_table *table;
    uint64_t size;
    uint64_t offset;
    uint32_t block_count;
    uint64_t profile_count;
    uint8_t *stored; /* of the block under way */
    uint8_t *raw;
};

static enum status refuse_path(const char *path, const char *why, struct error *error)
{
    size_t size = strlen(path);
    const char *shown = size > SHOWN_MAX ? path + size - SHOWN_MAX : path;
    return error_set(error, STATUS_CORRUPT, "could not read profiles \"%s\": %s", shown, why);
}

static enum status refuse(const struct profile_reader *reader, const char *why, struct error *error)
{
    return refuse_path(reader->file.path, why, error);
}

static enum status read_header(struct profile_reader *reader, struct error *error)
{
    uint8_t header[PROFILE_HEADER_SIZE];
    TRY(os_file_size(&reader->file, &reader->size, error));
    if (reader->size < PROFILE_HEADER_SIZE + PROFILE_TRAILER_SIZE) {
        return refuse(reader, "it is cut off", error);
    }
    TRY(os_file_read(&reader->file, 0, header, sizeof header, error));
    if (load_u32(header) != PROFILE_MAGIC || load_u32(header + 12) != 0) {
        return refuse(reader, "it has no magic number", error);
    }
    if (load_u32(header + 4) != PROFILE_VERSION) {
        return refuse(reader, "its version is unknown", error);
    }
    if (load_u32(header + 8) != reader->identity.project ||
        load_u64(header + 16) != reader->identity.id) {
        return refuse(reader, "it is another file", error);
    }
    reader->offset = sizeof header;
    return STATUS_OK;
}

static enum status load_profiles(struct profile_reader *reader, size_t raw_size, uint32_t count,
                                 struct error *error)
{
    struct block_cursor cursor = {reader->raw, reader->raw + raw_size};
    for (uint32_t i = 0; i < count; i++) {
        if (!profile_table_load(reader->table, &cursor)) {
            return refuse(reader, "a profile is damaged", error);
        }
    }
    if (cursor.place != cursor.end) return refuse(reader, "a block is too long", error);
    reader->profile_count += count;
    return STATUS_OK;
}

static enum status read_block(struct profile_reader *reader, const uint8_t *head,
                              struct error *error)
{
    uint32_t raw_size = load_u32(head);
    uint32_t stored_size = load_u32(head + 4);
    uint64_t behind = reader->offset + PROFILE_BLOCK_HEADER_SIZE;
    if (raw_size > PROFILE_BLOCK_SIZE_MAX || stored_size > reader->size - behind) {
        return refuse(reader, "a block is out of bounds", error);
    }
    reader->stored = memory_resize(reader->stored, stored_size + 1, 1);
    reader->raw = memory_resize(reader->raw, raw_size + 1, 1);
    TRY(os_file_read(&reader->file, behind, reader->stored, stored_size, error));
    uint64_t seed = block_seed(reader->identity.id, reader->block_count, head);
    if (block_checksum(reader->stored, stored_size, seed) != load_u64(head + HEAD_SUMMED)) {
        return refuse(reader, "a block fails its checksum", error);
    }
    struct text stored = {(const char *)reader->stored, stored_size};
    enum block_compression compression = (enum block_compression)load_u32(head + 8);
    if (block_decompress(compression, stored, reader->raw, raw_size, error) != STATUS_OK) {
        return refuse(reader, "a block does not decompress", error);
    }
    reader->offset = behind + stored_size;
    reader->block_count++;
    return load_profiles(reader, raw_size, load_u32(head + 12), error);
}

static enum status check_trailer(const struct profile_reader *reader, const uint8_t *trailer,
                                 struct error *error)
{
    if (reader->offset + PROFILE_TRAILER_SIZE != reader->size || load_u32(trailer) != 0) {
        return refuse(reader, "its end is damaged", error);
    }
    uint64_t checksum = block_checksum(trailer, HEAD_SUMMED, reader->identity.id);
    if (checksum != load_u64(trailer + HEAD_SUMMED) ||
        load_u32(trailer + 4) != reader->block_count ||
        load_u64(trailer + 8) != reader->profile_count) {
        return refuse(reader, "its end is damaged", error);
    }
    return STATUS_OK;
}

_Static_assert(PROFILE_TRAILER_SIZE == PROFILE_BLOCK_HEADER_SIZE, "one read serves both");

static enum status read_contents(struct profile_reader *reader, struct error *error)
{
    TRY(read_header(reader, error));
    for (;;) {
        uint8_t head[PROFILE_BLOCK_HEADER_SIZE];
        if (reader->size - reader->offset < sizeof head) {
            return refuse(reader, "it is cut off", error);
        }
        TRY(os_file_read(&reader->file, reader->offset, head, sizeof head, error));
        if (reader->offset + sizeof head == reader->size) {
            return check_trailer(reader, head, error);
        }
        TRY(read_block(reader, head, error));
    }
}

enum status profile_file_read(const char *path, struct profile_file_identity identity,
                              struct profile_table *table, struct error *error)
{
    struct profile_reader reader = {.identity = identity, .table = table};
    enum status status = os_file_open(&reader.file, path, OS_FILE_READ, error);
    if (status == STATUS_ABSENT) return refuse_path(path, "it is missing", error);
    if (status == STATUS_OK) status = read_contents(&reader, error);
    memory_free(reader.stored);
    memory_free(reader.raw);
    os_file_close(&reader.file);
    return status;
}
