/* The file that tells which log file is the oldest one needed (wal_format.h). */
#include "base/check.h"
#include "base/memory.h"
#include "codec/block.h"
#include "wal/wal_internal.h"

#include <string.h>

enum { MAGIC_AT = 0, VERSION_AT = 8, NUMBER_AT = 16, CHECKSUM_AT = 24 };

static const char magic[] = "candorwo";

static enum status damaged(const char *why, struct error *error)
{
    return error_set(error, STATUS_CORRUPT, "log file \"%s\" is damaged: %s", WAL_OLDEST_NAME, why);
}

static enum status parse(struct text bytes, uint64_t *number, struct error *error)
{
    if (bytes.size != WAL_OLDEST_SIZE) return damaged("it has another size", error);
    if (load_u64(bytes.bytes + CHECKSUM_AT) != block_checksum(bytes.bytes, CHECKSUM_AT, 0)) {
        return damaged("it fails its checksum", error);
    }
    if (memcmp(bytes.bytes + MAGIC_AT, magic, 8) != 0) return damaged("no magic number", error);
    if (load_u64(bytes.bytes + VERSION_AT) != WAL_VERSION) {
        return error_set(error, STATUS_INVALID,
                         "could not read log file \"%s\": a newer version of "
                         "the program wrote it",
                         WAL_OLDEST_NAME);
    }
    *number = load_u64(bytes.bytes + NUMBER_AT);
    if (*number == 0 || *number >= UINT64_MAX / 2) return damaged("it names no file", error);
    return STATUS_OK;
}

enum status wal_oldest_read(const char *folder, uint64_t *number, struct error *error)
{
    char path[OS_PATH_SIZE];
    *number = 0;
    TRY(wal_folder_path(folder, WAL_OLDEST_NAME, path, error));
    char *bytes;
    size_t size;
    enum status status = os_file_read_all(path, WAL_PAGE_SIZE, &bytes, &size, error);
    if (status == STATUS_ABSENT) return STATUS_OK;
    if (status == STATUS_TOO_LARGE) return damaged("it has another size", error);
    TRY(status);
    status = parse((struct text){bytes, size}, number, error);
    memory_free(bytes);
    return status;
}

static enum status remove_it(const char *folder, const char *path, struct error *error)
{
    if (!os_exists(path)) return STATUS_OK;
    TRY(os_remove(path, error));
    return os_folder_sync(folder, error);
}

enum status wal_oldest_write(const char *folder, uint64_t number, struct error *error)
{
    char path[OS_PATH_SIZE];
    TRY(wal_folder_path(folder, WAL_OLDEST_NAME, path, error));
    if (number == 0) return remove_it(folder, path, error);

    char bytes[WAL_OLDEST_SIZE] = {0};
    memcpy(bytes + MAGIC_AT, magic, 8);
    store_u64(bytes + VERSION_AT, WAL_VERSION);
    store_u64(bytes + NUMBER_AT, number);
    store_u64(bytes + CHECKSUM_AT, block_checksum(bytes, CHECKSUM_AT, 0));
    struct os_file file;
    TRY(os_file_create(&file, path, error));
    enum status status = os_file_write(&file, 0, bytes, sizeof bytes, error);
    if (status != STATUS_OK && file.disk_full) {
        status = STATUS_BUSY; /* as when a log file finds no room; nothing has changed */
        error->status = status;
    }
    if (status == STATUS_OK) status = os_file_publish(&file, error);
    os_file_close(&file);
    return status;
}
