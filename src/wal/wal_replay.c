/* Reading the log: what wal_format.h calls the reader's algorithm. The bytes may be anything. */
#include "base/check.h"
#include "base/memory.h"
#include "wal/wal_internal.h"

#include <stdio.h>
#include <string.h>

static enum status damaged(struct wal_file_id id, uint64_t offset, const char *why,
                           struct error *error)
{
    char name[WAL_NAME_SIZE];
    wal_format_log_name(id, name);
    return error_set(error, STATUS_CORRUPT, "log file \"%s\" is damaged at offset %llu: %s", name,
                     (unsigned long long)offset, why);
}

/* What the valid records behind a place say had been durable when they were written. */
struct testimony {
    uint64_t lowest; /* above highest: there was no record */
    uint64_t highest;
};

static struct testimony hear(struct text bytes, struct wal_file_id id, uint64_t offset)
{
    struct testimony heard = {.lowest = UINT64_MAX};
    for (; offset + WAL_RECORD_HEADER_SIZE <= bytes.size; offset += WAL_ALIGNMENT) {
        struct wal_record_header header;
        if (!wal_format_read_record_header(bytes.bytes + offset, id, offset, &header)) continue;
        if (heard.lowest > header.durable) heard.lowest = header.durable;
        if (heard.highest < header.durable) heard.highest = header.durable;
    }
    return heard;
}

/* A file without a valid header: prepared and never used, torn in its first write, or damaged. */
static enum status judge_headless(const struct wal_reader *reader, struct text bytes,
                                  struct wal_file_id id, struct error *error)
{
    bool is_whole = bytes.size > 0 && bytes.size % WAL_PAGE_SIZE == 0;
    if (!is_whole) return damaged(id, 0, "it has neither a header nor the size of a file", error);
    if (wal_format_number_inside(bytes.bytes) >= id.number) {
        return damaged(id, 0, "it holds a later file of the log", error);
    }
    struct testimony heard = hear(bytes, id, WAL_FILE_HEADER_SIZE);
    if (heard.lowest > heard.highest) return STATUS_OK;
    uint64_t missing = reader->next;
    if (missing == 0) missing = reader->knows_watermark ? reader->watermark + 1 : heard.lowest + 1;
    if (heard.highest < missing) return STATUS_OK;
    return damaged(id, 0, "the file header is not valid, but records behind it are", error);
}

/* The first sequence of a file has to follow what was read before it. */
static enum status follow(struct wal_reader *reader, struct wal_file_id id, uint64_t first,
                          struct error *error)
{
    uint64_t expected = reader->next;
    if (expected == 0 && !reader->knows_watermark) expected = first;
    if (expected == 0) expected = first <= reader->watermark ? first : reader->watermark + 1;
    bool is_forgotten = reader->knows_watermark && first <= reader->watermark + 1;
    if (first == expected || (first > expected && is_forgotten)) {
        reader->next = first;
        return STATUS_OK;
    }
    char name[WAL_NAME_SIZE];
    wal_format_log_name(id, name);
    return error_set(error, STATUS_CORRUPT,
                     "log file \"%s\" is damaged at offset 0: it starts with record %llu, but "
                     "record %llu has to come first",
                     name, (unsigned long long)first, (unsigned long long)expected);
}

static bool is_mark(const struct wal_reader *reader, const struct wal_record_header *header)
{
    return header->kind == WAL_KIND_MARK && header->size == 0 &&
           header->sequence == header->durable && header->sequence + 1 == reader->next;
}

/* False when the record at the offset is not the one that has to come, whole and in order. */
static bool read_record(const struct wal_reader *reader, struct text bytes, struct wal_file_id id,
                        uint64_t offset, struct wal_record_header *header)
{
    if (bytes.size - offset < WAL_RECORD_HEADER_SIZE) return false;
    if (!wal_format_read_record_header(bytes.bytes + offset, id, offset, header)) return false;
    if (is_mark(reader, header)) return true;
    if (header->sequence != reader->next || header->durable >= header->sequence) return false;
    if (header->size > WAL_RECORD_SIZE_MAX) return false;
    if (wal_format_record_size(header->size) > bytes.size - offset) return false;
    const char *payload = bytes.bytes + offset + WAL_RECORD_HEADER_SIZE;
    uint64_t checksum = wal_format_payload_checksum(payload, header->size, header->sequence);
    return checksum == header->payload_checksum;
}

static enum status hand_out(struct wal_reader *reader, const struct wal_record_header *header,
                            const char *payload, struct error *error)
{
    reader->next = header->sequence + 1;
    reader->record_count++;
    if (reader->first_sequence == 0) reader->first_sequence = header->sequence;
    if (!reader->replay || header->sequence <= reader->watermark) return STATUS_OK;
    struct wal_record record = {
        .sequence = header->sequence,
        .kind = (enum wal_kind)header->kind,
        .payload = {payload, header->size},
    };
    return reader->replay(reader->context, &record, error);
}

static enum status read_records(struct wal_reader *reader, struct text bytes, uint64_t made_size,
                                struct wal_file *file, struct error *error)
{
    uint64_t offset = WAL_FILE_HEADER_SIZE;
    struct wal_record_header header;
    while (read_record(reader, bytes, file->id, offset, &header)) {
        const char *payload = bytes.bytes + offset + WAL_RECORD_HEADER_SIZE;
        if (header.kind == WAL_EVENTS || header.kind == WAL_PROFILES) {
            TRY(hand_out(reader, &header, payload, error));
            file->last_sequence = header.sequence;
        } else if (header.kind != WAL_KIND_MARK) {
            return damaged(file->id, offset, "a record of an unknown kind", error);
        }
        offset += wal_format_record_size(header.size);
        file->used = offset;
    }
    struct testimony heard = hear(bytes, file->id, offset);
    bool is_end = heard.lowest > heard.highest || heard.highest < reader->next;
    if (is_end && (file->size == made_size || file->size == file->used)) return STATUS_OK;
    if (is_end) return damaged(file->id, offset, "the file has lost or gained bytes", error);
    return damaged(file->id, offset, "a record that was durable is not valid", error);
}

enum status wal_reader_read(struct wal_reader *reader, struct text bytes, struct wal_file_id id,
                            struct wal_file *out, struct error *error)
{
    *out = (struct wal_file){.id = id, .size = bytes.size};
    struct wal_file_header header = {0};
    enum wal_header_state state = WAL_HEADER_NONE;
    if (bytes.size >= WAL_FILE_HEADER_SIZE) {
        state = wal_format_read_file_header(bytes.bytes, id, &header);
    }
    switch (state) {
    case WAL_HEADER_NONE: return judge_headless(reader, bytes, id, error);
    case WAL_HEADER_NEWER:
        return error_set(error, STATUS_INVALID,
                         "could not read log file %llu: a newer version of the program wrote it",
                         (unsigned long long)id.number);
    case WAL_HEADER_VALID: break;
    }
    TRY(follow(reader, id, header.first_sequence, error));
    out->first_sequence = header.first_sequence;
    out->used = WAL_FILE_HEADER_SIZE;
    return read_records(reader, bytes, header.file_size, out, error);
}

static enum status read_file(struct wal_folder *folder, struct wal_reader *reader, const char *name,
                             struct wal_file_id id, struct error *error)
{
    char path[OS_PATH_SIZE];
    TRY(wal_folder_path(reader->folder, name, path, error));
    char *bytes;
    size_t size;
    enum status status = os_file_read_all(path, WAL_FILE_SIZE_MAX, &bytes, &size, error);
    if (status == STATUS_TOO_LARGE) return damaged(id, 0, "it is larger than a log file", error);
    if (status != STATUS_OK) return status;
    struct wal_file file;
    status = wal_reader_read(reader, (struct text){bytes, size}, id, &file, error);
    memory_free(bytes);
    if (status == STATUS_OK) wal_file_list_add(&folder->files, &file);
    return status;
}

/* Its renaming or removal did not reach the disk. */
static void pass_over(struct wal_folder *folder, struct wal_file_id id)
{
    struct wal_file forgotten = {.id = id};
    wal_file_list_add(&folder->files, &forgotten);
}

static enum status miss_oldest(const struct wal_folder *folder, struct error *error)
{
    return error_set(
        error, STATUS_CORRUPT,
        "could not read the log: its oldest file, number %llu, is missing, and with it "
        "records that are not in the store; restore the folder from a backup",
        (unsigned long long)folder->oldest);
}

static enum status read_files(struct wal_folder *folder, struct wal_reader *reader,
                              struct error *error)
{
    /* One watermark says better what is needed. */
    bool is_there = folder->oldest == 0 || reader->knows_watermark;
    for (size_t i = 0; i < folder->name_count; i++) { /* the order of names is that of numbers */
        struct wal_file_id id;
        if (!wal_format_parse_log_name(folder->names[i], &id)) continue;
        if (id.number < folder->oldest) {
            pass_over(folder, id);
            continue;
        }
        is_there = is_there || id.number == folder->oldest;
        if (!is_there) break;
        TRY(read_file(folder, reader, folder->names[i], id, error));
    }
    return is_there ? STATUS_OK : miss_oldest(folder, error);
}

static enum status check_newest(const struct wal_folder *folder, struct error *error)
{
    const struct wal_newest *newest = &folder->newest;
    bool has_used = newest->used == 0;
    bool has_made = newest->made == 0;
    for (size_t i = 0; i < folder->name_count; i++) {
        struct wal_file_id id;
        if (!wal_format_parse_log_name(folder->names[i], &id)) continue;
        has_used = has_used || id.number == newest->used;
        has_made = has_made || id.number == newest->made;
    }
    if (has_used && has_made) return STATUS_OK;
    uint64_t missing = has_used ? newest->made : newest->used;
    if (missing == folder->oldest) return miss_oldest(folder, error);
    return error_set(error, STATUS_CORRUPT,
                     "could not read the log: its file number %llu, one of the newest, is missing, "
                     "and maybe with it records that are not in the store; restore the folder from "
                     "a backup, or remove \"" WAL_NEWEST_NAME "\" from it to go on without them",
                     (unsigned long long)missing);
}

static bool has_log_file(const struct wal_folder *folder)
{
    struct wal_file_id id;
    for (size_t i = 0; i < folder->name_count; i++) {
        if (wal_format_parse_log_name(folder->names[i], &id)) return true;
    }
    return false;
}

static enum status check_emptied(const struct wal_folder *folder, const char *path,
                                 struct error *error)
{
    bool is_begun;
    TRY(wal_begun_read(path, &is_begun, error));
    if (!is_begun || has_log_file(folder)) return STATUS_OK;
    return error_set(error, STATUS_CORRUPT,
                     "could not read the log: the folder \"%.200s\" was emptied while it held "
                     "records that are not in the store; restore it from a backup, or remove "
                     "\"%.200s" WAL_BEGUN_SUFFIX "\" to go on without them",
                     path, path);
}

enum status wal_folder_read(struct wal_folder *folder, struct wal_reader *reader,
                            struct error *error)
{
    *folder = (struct wal_folder){0};
    enum status status = os_folder_list(reader->folder, &folder->names, &folder->name_count, error);
    if (status == STATUS_ABSENT) TRY(check_emptied(folder, reader->folder, error));
    TRY(status);
    TRY(wal_oldest_read(reader->folder, &folder->oldest, error));
    TRY(wal_newest_read(reader->folder, &folder->newest, error));
    TRY(check_newest(folder, error));
    TRY(read_files(folder, reader, error));
    return check_emptied(folder, reader->folder, error);
}

void wal_folder_release(struct wal_folder *folder)
{
    wal_file_list_release(&folder->files);
    os_folder_list_free(folder->names, folder->name_count);
    *folder = (struct wal_folder){0};
}

enum status wal_check(const char *folder, struct wal_check_result *out, struct error *error)
{
    struct wal_reader reader = {.folder = folder};
    struct wal_folder found;
    enum status status = wal_folder_read(&found, &reader, error);
    wal_folder_release(&found);
    *out = (struct wal_check_result){
        .record_count = reader.record_count,
        .first_sequence = reader.first_sequence,
        .last_sequence = reader.record_count > 0 ? reader.next - 1 : 0,
    };
    return status;
}
