/* The files that tell which log files must be there: the oldest one needed, and the newest two
 * (wal_format.h). */
#include "base/check.h"
#include "base/memory.h"
#include "codec/block.h"
#include "wal/wal_internal.h"

#include <string.h>

enum { MAGIC_AT = 0, VERSION_AT = 8, NUMBERS_AT = 16, NUMBERS_MAX = 2 };

/* A bound's file: a number or two between a header and a checksum. */
struct form {
    const char *name;
    const char *magic;
    uint32_t number_count;
};

static const struct form oldest_form = {WAL_OLDEST_NAME, "candorwo", 1};
static const struct form newest_form = {WAL_NEWEST_NAME, "candorwn", 2};

static size_t checksum_at(const struct form *form)
{
    return NUMBERS_AT + 8 * (size_t)form->number_count;
}

static enum status damaged(const struct form *form, const char *why, struct error *error)
{
    return error_set(error, STATUS_CORRUPT, "log file \"%s\" is damaged: %s", form->name, why);
}

static enum status parse(const struct form *form, struct text bytes, uint64_t *numbers,
                         struct error *error)
{
    size_t size = checksum_at(form);
    if (bytes.size != size + 8) return damaged(form, "it has another size", error);
    if (load_u64(bytes.bytes + size) != block_checksum(bytes.bytes, size, 0)) {
        return damaged(form, "it fails its checksum", error);
    }
    if (memcmp(bytes.bytes + MAGIC_AT, form->magic, 8) != 0) {
        return damaged(form, "no magic number", error);
    }
    if (load_u64(bytes.bytes + VERSION_AT) != WAL_VERSION) {
        return error_set(error, STATUS_INVALID,
                         "could not read log file \"%s\": a newer version of "
                         "the program wrote it",
                         form->name);
    }
    for (uint32_t i = 0; i < form->number_count; i++) {
        numbers[i] = load_u64(bytes.bytes + NUMBERS_AT + 8 * i);
        bool is_number = numbers[i] > 0 && numbers[i] < UINT64_MAX / 2;
        if (!is_number) return damaged(form, "it names no file", error);
    }
    return STATUS_OK;
}

/* The numbers stay as they are when there is no file. */
static enum status read_bound(const char *folder, const struct form *form, uint64_t *numbers,
                              struct error *error)
{
    char path[OS_PATH_SIZE];
    TRY(wal_folder_path(folder, form->name, path, error));
    char *bytes;
    size_t size;
    enum status status = os_file_read_all(path, WAL_PAGE_SIZE, &bytes, &size, error);
    if (status == STATUS_ABSENT) return STATUS_OK;
    if (status == STATUS_TOO_LARGE) return damaged(form, "it has another size", error);
    TRY(status);
    status = parse(form, (struct text){bytes, size}, numbers, error);
    memory_free(bytes);
    return status;
}

static enum status remove_it(const char *folder, const char *path, struct error *error)
{
    if (!os_exists(path)) return STATUS_OK;
    TRY(os_remove(path, error));
    return os_folder_sync(folder, error);
}

/* A first number of 0 removes the file. */
static enum status write_bound(const char *folder, const struct form *form, const uint64_t *numbers,
                               struct error *error)
{
    char path[OS_PATH_SIZE];
    TRY(wal_folder_path(folder, form->name, path, error));
    if (numbers[0] == 0) return remove_it(folder, path, error);

    char bytes[NUMBERS_AT + 8 * NUMBERS_MAX + 8] = {0};
    size_t size = checksum_at(form);
    memcpy(bytes + MAGIC_AT, form->magic, 8);
    store_u64(bytes + VERSION_AT, WAL_VERSION);
    for (uint32_t i = 0; i < form->number_count; i++)
        store_u64(bytes + NUMBERS_AT + 8 * i, numbers[i]);
    store_u64(bytes + size, block_checksum(bytes, size, 0));
    struct os_file file;
    TRY(os_file_create(&file, path, error));
    enum status status = os_file_write(&file, 0, bytes, size + 8, error);
    if (status != STATUS_OK && file.disk_full) {
        status = STATUS_BUSY; /* as when a log file finds no room; nothing has changed */
        error->status = status;
    }
    if (status == STATUS_OK) status = os_file_publish(&file, error);
    os_file_close(&file);
    return status;
}

enum status wal_oldest_read(const char *folder, uint64_t *number, struct error *error)
{
    *number = 0;
    return read_bound(folder, &oldest_form, number, error);
}

enum status wal_oldest_write(const char *folder, uint64_t number, struct error *error)
{
    return write_bound(folder, &oldest_form, &number, error);
}

enum status wal_newest_read(const char *folder, struct wal_newest *newest, struct error *error)
{
    uint64_t numbers[NUMBERS_MAX] = {0};
    TRY(read_bound(folder, &newest_form, numbers, error));
    *newest = (struct wal_newest){.used = numbers[0], .made = numbers[1]};
    return STATUS_OK;
}

enum status wal_newest_write(const char *folder, struct wal_newest newest, struct error *error)
{
    uint64_t numbers[NUMBERS_MAX] = {newest.used, newest.made};
    assert((newest.used == 0) == (newest.made == 0));
    return write_bound(folder, &newest_form, numbers, error);
}
