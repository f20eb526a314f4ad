/* Any bytes as files of the log: refused, or read without gaps, and a log that opened goes on.
 *
 * The first byte says how: as they are, or with checksums made good, so that sizes, kinds and
 * sequences that no writer would put down reach the reader. The second byte is the watermark, the
 * third splits the rest into two files. */
#include "wal/wal.h"

#include "base/check.h"
#include "base/memory.h"
#include "codec/block.h"
#include "os/os_file.h"
#include "wal/wal_format.h"

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { CONTROL_SIZE = 3, PAYLOAD_CHECKSUM_AT = 24, FILE_SIZE = 4096 };

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

struct replayed {
    uint64_t last;
    uint64_t count;
};

static enum status take(void *context, const struct wal_record *record, struct error *error)
{
    (void)error;
    struct replayed *replayed = context;
    if (replayed->count > 0) assert(record->sequence == replayed->last + 1);
    assert(record->payload.size <= WAL_RECORD_SIZE_MAX);
    (void)block_checksum(record->payload.bytes, record->payload.size, 0); /* touches all of it */
    replayed->last = record->sequence;
    replayed->count++;
    return STATUS_OK;
}

/* Valid checksums around whatever is there. */
static void make_good(char *bytes, size_t size, struct wal_file_id id, uint64_t first)
{
    if (size < WAL_FILE_HEADER_SIZE) return;
    struct wal_file_header header = {.id = id, .first_sequence = first, .file_size = size};
    wal_format_write_file_header(&header, bytes);
    size_t at = WAL_FILE_HEADER_SIZE;
    while (at + WAL_RECORD_HEADER_SIZE <= size) {
        char *record = bytes + at;
        uint64_t record_size = wal_format_record_size(load_u32(record));
        if (record_size <= size - at) {
            uint64_t sum = wal_format_payload_checksum(record + WAL_RECORD_HEADER_SIZE,
                                                       load_u32(record), load_u64(record + 8));
            store_u64(record + PAYLOAD_CHECKSUM_AT, sum);
        }
        wal_format_seal_record(record, id, at);
        at += record_size <= size - at ? (size_t)record_size : WAL_ALIGNMENT;
    }
}

/* Padded with zeros to whole pages, as a log file is. */
static void put_file(const char *folder, struct wal_file_id id, const uint8_t *bytes, size_t size,
                     bool is_made_good)
{
    size_t whole = (size + FILE_SIZE - 1) / FILE_SIZE * FILE_SIZE;
    if (size % 8 == 7) whole = size; /* and sometimes not */
    char *content = memory_alloc(whole, 1);
    if (size > 0) memcpy(content, bytes, size);
    if (is_made_good) make_good(content, whole, id, id.number);
    char name[WAL_NAME_SIZE];
    char path[OS_PATH_SIZE];
    wal_format_log_name(id, name);
    bool fits = os_path_join(path, folder, name);
    assert(fits);
    FILE *stream = fopen(path, "wb");
    assert(stream);
    size_t written = fwrite(content, 1, whole, stream);
    assert(written == whole);
    (void)fclose(stream);
    memory_free(content);
}

static void go_on(const struct wal_options *options, uint64_t watermark)
{
    struct error error;
    struct wal *wal;
    struct replayed before = {0};
    enum status status = wal_open(options, watermark, take, &before, &wal, &error);
    if (status != STATUS_OK) {
        assert(status == STATUS_CORRUPT || status == STATUS_INVALID);
        return;
    }
    uint64_t sequence = 0;
    struct text payload = TEXT("more");
    status = wal_append(wal, WAL_EVENTS, &payload, 1, &sequence, &error);
    assert(status == STATUS_OK);
    status = wal_sync(wal, &error);
    assert(status == STATUS_OK);
    wal_close(wal);
    struct replayed after = {0};
    status = wal_open(options, watermark, take, &after, &wal, &error);
    assert(status == STATUS_OK);
    assert(after.count == before.count + 1);
    assert(after.last == sequence);
    wal_close(wal);
}

static void remove_folder(const char *folder)
{
    char **names;
    size_t count;
    struct error error;
    enum status status = os_folder_list(folder, &names, &count, &error);
    assert(status == STATUS_OK);
    for (size_t i = 0; i < count; i++) {
        char path[OS_PATH_SIZE];
        if (os_path_join(path, folder, names[i])) (void)unlink(path);
    }
    os_folder_list_free(names, count);
    (void)rmdir(folder);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    if (size < CONTROL_SIZE) return 0;
    bool is_made_good = (bytes[0] & 1) != 0;
    uint64_t watermark = bytes[1];
    const uint8_t *rest = bytes + CONTROL_SIZE;
    size_t rest_size = size - CONTROL_SIZE;
    size_t first_size = (bytes[0] & 2) ? rest_size * bytes[2] / 256 : rest_size;

    char folder[OS_PATH_SIZE];
    const char *root = os_exists("/dev/shm") ? "/dev/shm" : P_tmpdir;
    (void)snprintf(folder, sizeof folder, "%s/candor-fuzz-XXXXXX", root);
    if (!mkdtemp(folder)) return 0;
    put_file(folder, (struct wal_file_id){1, 77}, rest, first_size, is_made_good);
    if (first_size < rest_size) {
        put_file(folder, (struct wal_file_id){2, 78}, rest + first_size, rest_size - first_size,
                 is_made_good);
    }
    struct wal_check_result result;
    struct error error;
    enum status status = wal_check(folder, &result, &error);
    assert(status == STATUS_OK || status == STATUS_CORRUPT || status == STATUS_INVALID);
    struct wal_options options = {.folder = folder, .file_size = FILE_SIZE};
    go_on(&options, watermark);
    remove_folder(folder);
    return 0;
}
