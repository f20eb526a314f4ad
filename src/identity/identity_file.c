#include "identity/identity_file.h"

#include "base/check.h"
#include "base/memory.h"
#include "codec/block.h"
#include "identity/identity_format.h"

#include <stdio.h>
#include <string.h>

static const size_t FILE_SIZE_MAX = (size_t)16 << 30;

void identity_file_init(struct identity_file *file, const char *path, uint32_t project)
{
    *file = (struct identity_file){.file = {.descriptor = -1}, .project = project};
    (void)snprintf(file->path, sizeof file->path, "%s", path);
}

void identity_file_release(struct identity_file *file)
{
    os_file_close(&file->file);
}

/* --- entries --- */

void identity_entry_id(struct buffer *out, struct text distinct_id)
{
    buffer_append_varint(out, IDENTITY_ENTRY_ID);
    buffer_append_sized(out, distinct_id);
}

void identity_entry_tie(struct buffer *out, uint32_t device, uint32_t user)
{
    buffer_append_varint(out, IDENTITY_ENTRY_TIE);
    buffer_append_varint(out, device);
    buffer_append_varint(out, user);
}

static bool take_id(struct block_cursor *cursor, struct people *people)
{
    struct text id;
    if (!cursor_text(cursor, &id) || id.size == 0) return false;
    uint32_t expected = people->ids.count;
    return people_number(people, id) == expected; /* a known id again would shift the others */
}

static bool take_tie(struct block_cursor *cursor, struct people *people)
{
    uint64_t device;
    uint64_t user;
    if (!cursor_varint(cursor, &device) || !cursor_varint(cursor, &user)) return false;
    if (device >= people->ids.count || user >= people->ids.count) return false;
    return people_tie(people, (uint32_t)device, (uint32_t)user);
}

static bool take_entries(struct text entries, struct people *people)
{
    const uint8_t *bytes = (const uint8_t *)entries.bytes;
    struct block_cursor cursor = {bytes, bytes + entries.size};
    while (cursor.place < cursor.end) {
        uint64_t kind;
        if (!cursor_varint(&cursor, &kind)) return false;
        if (kind == IDENTITY_ENTRY_ID) {
            if (!take_id(&cursor, people)) return false;
        } else if (kind != IDENTITY_ENTRY_TIE || !take_tie(&cursor, people)) {
            return false;
        }
    }
    return true;
}

/* --- chunks --- */

/* The payload of a valid chunk at this offset, or false. */
static bool find_chunk(struct text bytes, size_t offset, struct text *payload)
{
    if (bytes.size - offset < IDENTITY_CHUNK_HEADER_SIZE) return false;
    const char *place = bytes.bytes + offset;
    if (load_u32(place) != (uint32_t)IDENTITY_CHUNK_MAGIC) return false;
    size_t size = load_u32(place + 4);
    if (size > bytes.size - offset - IDENTITY_CHUNK_HEADER_SIZE) return false;
    *payload = text_slice(bytes, offset + IDENTITY_CHUNK_HEADER_SIZE, size);
    return block_checksum(payload->bytes, size, offset) == load_u64(place + 8);
}

static bool has_chunk_after(struct text bytes, size_t offset)
{
    struct text payload;
    for (size_t place = offset + 1; place + IDENTITY_CHUNK_HEADER_SIZE <= bytes.size; place++) {
        if (find_chunk(bytes, place, &payload)) return true;
    }
    return false;
}

static enum status damaged(const struct identity_file *file, size_t offset, struct error *error)
{
    return error_set(error, STATUS_CORRUPT,
                     "could not read \"%s\": damaged at byte %zu; restore it from a backup",
                     file->path, offset);
}

static void write_header(uint8_t header[IDENTITY_HEADER_SIZE], uint32_t project)
{
    memset(header, 0, IDENTITY_HEADER_SIZE);
    store_u64(header, IDENTITY_FILE_MAGIC);
    store_u32(header + 8, IDENTITY_VERSION);
    store_u32(header + 12, project);
    store_u64(header + 24, block_checksum(header, 24, 0));
}

static enum status take_chunks(struct identity_file *file, struct text bytes, struct people *people,
                               struct error *error)
{
    uint8_t expected[IDENTITY_HEADER_SIZE];
    write_header(expected, file->project);
    if (bytes.size < sizeof expected) return STATUS_OK; /* torn while it was made */
    if (memcmp(bytes.bytes, expected, sizeof expected) != 0) {
        if (!has_chunk_after(bytes, IDENTITY_HEADER_SIZE - 1)) return STATUS_OK;
        return damaged(file, 0, error);
    }
    size_t offset = sizeof expected;
    struct text payload;
    while (find_chunk(bytes, offset, &payload)) {
        if (!take_entries(payload, people)) return damaged(file, offset, error);
        offset += IDENTITY_CHUNK_HEADER_SIZE + payload.size;
        file->end = offset;
    }
    return has_chunk_after(bytes, offset) ? damaged(file, offset, error) : STATUS_OK;
}

enum status identity_file_load(struct identity_file *file, struct people *people,
                               struct error *error)
{
    assert(people->ids.count == 0);
    char *bytes;
    size_t size;
    enum status status = os_file_read_all(file->path, FILE_SIZE_MAX, &bytes, &size, error);
    if (status == STATUS_ABSENT) return STATUS_OK;
    if (status != STATUS_OK) return status;
    file->end = 0;
    status = take_chunks(file, (struct text){bytes, size}, people, error);
    memory_free(bytes);
    return status;
}

/* --- appending --- */

static enum status open_for_append(struct identity_file *file, struct error *error)
{
    TRY(os_file_open(&file->file, file->path, OS_FILE_WRITE_NEW, error));
    if (file->end > 0) return STATUS_OK;
    uint8_t header[IDENTITY_HEADER_SIZE];
    write_header(header, file->project);
    TRY(os_file_write(&file->file, 0, header, sizeof header, error));
    file->end = sizeof header; /* synced with the first chunk */
    return STATUS_OK;
}

static enum status write_chunk(struct identity_file *file, struct text entries, struct error *error)
{
    if (file->file.descriptor < 0) TRY(open_for_append(file, error));
    uint8_t header[IDENTITY_CHUNK_HEADER_SIZE];
    store_u32(header, (uint32_t)IDENTITY_CHUNK_MAGIC);
    store_u32(header + 4, (uint32_t)entries.size);
    store_u64(header + 8, block_checksum(entries.bytes, entries.size, file->end));
    /* What a torn chunk left behind must not look like a chunk after this one. */
    TRY(os_file_truncate(&file->file, file->end, error));
    TRY(os_file_write(&file->file, file->end, header, sizeof header, error));
    TRY(os_file_write(&file->file, file->end + sizeof header, entries.bytes, entries.size, error));
    return os_file_sync(&file->file, error);
}

enum status identity_file_append(struct identity_file *file, struct text entries,
                                 struct error *error)
{
    assert(entries.size > 0);
    assert(entries.size <= IDENTITY_CHUNK_SIZE_MAX);
    uint64_t synced_end = file->end;
    enum status status = write_chunk(file, entries, error);
    if (status == STATUS_OK) {
        file->end += IDENTITY_CHUNK_HEADER_SIZE + entries.size;
        return STATUS_OK;
    }
    /* The kernel may have dropped the pages: everything unsynced is written anew next time,
     * through a new descriptor. */
    os_file_close(&file->file);
    file->end = synced_end;
    return status;
}
