/* Making, naming, recycling and removing the files of the log. */
#include "base/check.h"
#include "base/memory.h"
#include "os/os_clock.h"
#include "wal/wal_internal.h"

#include <stdio.h>
#include <string.h>

enum {
    ZEROS_SIZE = 1024 * 1024,
    FILES_FIRST = 8,
};

void wal_file_list_add(struct wal_file_list *list, const struct wal_file *file)
{
    if (list->count == list->capacity) {
        list->capacity = list->capacity ? list->capacity * 2 : FILES_FIRST;
        list->items = memory_resize(list->items, list->capacity, sizeof *list->items);
    }
    list->items[list->count++] = *file;
}

void wal_file_list_remove_first(struct wal_file_list *list)
{
    assert(list->count > 0);
    list->count--;
    memmove(list->items, list->items + 1, list->count * sizeof *list->items);
}

void wal_file_list_release(struct wal_file_list *list)
{
    memory_free(list->items);
    *list = (struct wal_file_list){0};
}

enum status wal_folder_path(const char *folder, const char *name, char out[OS_PATH_SIZE],
                            struct error *error)
{
    if (os_path_join(out, folder, name)) return STATUS_OK;
    return error_set(error, STATUS_INVALID, "could not name a log file: the path is too long");
}

static enum status log_path(const struct wal_supply *supply, struct wal_file_id id,
                            char out[OS_PATH_SIZE], struct error *error)
{
    char name[WAL_NAME_SIZE];
    wal_format_log_name(id, name);
    return wal_folder_path(supply->folder, name, out, error);
}

static enum status spare_path(const struct wal_supply *supply, uint64_t number,
                              char out[OS_PATH_SIZE], struct error *error)
{
    char name[WAL_NAME_SIZE];
    wal_format_spare_name(number, name);
    return wal_folder_path(supply->folder, name, out, error);
}

void wal_supply_init(struct wal_supply *supply, const char *folder, uint64_t file_size)
{
    assert(file_size > 0);
    assert(file_size % WAL_PAGE_SIZE == 0);
    *supply = (struct wal_supply){.file_size = file_size, .next_number = 1};
    (void)snprintf(supply->folder, sizeof supply->folder, "%s", folder);
    os_mutex_init(&supply->making);
    os_mutex_init(&supply->lock);
}

void wal_supply_release(struct wal_supply *supply)
{
    if (supply->has_next) os_file_close(&supply->next.file);
    os_mutex_release(&supply->making);
    os_mutex_release(&supply->lock);
}

void wal_supply_pass_number(struct wal_supply *supply, uint64_t number)
{
    if (supply->next_number <= number) supply->next_number = number + 1;
}

void wal_supply_add_spare(struct wal_supply *supply, uint64_t number)
{
    os_mutex_lock(&supply->lock);
    assert(supply->spare_count < WAL_SPARES_MAX);
    supply->spares[supply->spare_count++] = number;
    os_mutex_unlock(&supply->lock);
    atomic_fetch_add(&supply->idle_bytes, supply->file_size);
}

static bool pop_spare(struct wal_supply *supply, uint64_t *number)
{
    os_mutex_lock(&supply->lock);
    bool found = supply->spare_count > 0;
    if (found) *number = supply->spares[--supply->spare_count];
    os_mutex_unlock(&supply->lock);
    if (found) atomic_fetch_sub(&supply->idle_bytes, supply->file_size);
    return found;
}

static bool has_room_for_spare(struct wal_supply *supply)
{
    os_mutex_lock(&supply->lock);
    bool has_room = supply->spare_count < WAL_SPARES_MAX;
    os_mutex_unlock(&supply->lock);
    return has_room;
}

/* Zeros in every block, so that later writes change no metadata of the file. */
static enum status write_zeros(struct os_file *file, uint64_t size, struct error *error)
{
    size_t piece = size < ZEROS_SIZE ? (size_t)size : ZEROS_SIZE;
    char *zeros = memory_alloc(piece, 1);
    enum status status = STATUS_OK;
    for (uint64_t offset = 0; offset < size && status == STATUS_OK; offset += piece) {
        if (size - offset < piece) piece = (size_t)(size - offset);
        status = os_file_write(file, offset, zeros, piece, error);
    }
    memory_free(zeros);
    return status;
}

/* A full disk is not damage: the unfinished file goes, and a later call may find room. */
static enum status make_new(const char *path, uint64_t size, struct os_file *file,
                            struct error *error)
{
    enum status status = os_file_create(file, path, error);
    if (status == STATUS_OK) status = write_zeros(file, size, error);
    if (status == STATUS_OK) status = os_file_publish(file, error);
    if (status == STATUS_OK) return STATUS_OK;
    os_file_close(file);
    if (!file->disk_full) return status;
    error->status = STATUS_BUSY;
    return STATUS_BUSY;
}

/* Its bytes stay: the salt in the new name makes every checksum in it stale. A spare that cannot
 * be renamed is left alone until the folder is opened again. */
static enum status recycle(const struct wal_supply *supply, uint64_t spare, const char *path,
                           struct os_file *file, struct error *error)
{
    char old_path[OS_PATH_SIZE];
    TRY(spare_path(supply, spare, old_path, error));
    TRY(os_rename(old_path, path, error));
    TRY(os_folder_sync(supply->folder, error));
    return os_file_open(file, path, OS_FILE_WRITE, error);
}

/* Under the making lock. */
static enum status make_file(struct wal_supply *supply, uint64_t size, struct wal_fresh *out,
                             struct error *error)
{
    *out = (struct wal_fresh){.id.number = supply->next_number++, .size = size};
    os_random_bytes(&out->id.salt, sizeof out->id.salt);
    char path[OS_PATH_SIZE];
    TRY(log_path(supply, out->id, path, error));
    uint64_t spare;
    if (size == supply->file_size && pop_spare(supply, &spare)) {
        return recycle(supply, spare, path, &out->file, error);
    }
    return make_new(path, size, &out->file, error);
}

/* That a file is there is on disk before anything is in it, so that it cannot go unnoticed. Said
 * when it is made, ahead of its use: whoever waits for an answer does not wait for this. A log's
 * first file is named as the oldest one. */
static enum status name_newest(struct wal_supply *supply, uint64_t made, struct error *error)
{
    struct wal_newest newest = {.used = supply->taken, .made = supply->taken ? made : 0};
    bool is_said = newest.used == supply->newest.used && newest.made == supply->newest.made;
    if (is_said) return STATUS_OK;
    TRY(wal_newest_write(supply->folder, newest, error));
    supply->newest = newest;
    return STATUS_OK;
}

/* Under the making lock, as what follows. */
static enum status make_next(struct wal_supply *supply, struct error *error)
{
    if (!supply->has_next) {
        TRY(make_file(supply, supply->file_size, &supply->next, error));
        supply->has_next = true;
        atomic_fetch_add(&supply->idle_bytes, supply->file_size);
    }
    return name_newest(supply, supply->next.id.number, error);
}

static enum status settle(struct wal_supply *supply, uint64_t last, struct error *error)
{
    supply->taken = last;
    uint64_t made = supply->has_next ? supply->next.id.number : last;
    enum status status = name_newest(supply, made, error);
    if (status != STATUS_BUSY) return status;
    TRY(wal_newest_write(supply->folder, (struct wal_newest){0}, error));
    supply->newest = (struct wal_newest){0};
    return STATUS_OK;
}

enum status wal_supply_settle(struct wal_supply *supply, uint64_t last, struct error *error)
{
    os_mutex_lock(&supply->making);
    enum status status = settle(supply, last, error);
    os_mutex_unlock(&supply->making);
    return status;
}

enum status wal_supply_prepare(struct wal_supply *supply, struct error *error)
{
    os_mutex_lock(&supply->making);
    enum status status = make_next(supply, error);
    os_mutex_unlock(&supply->making);
    return status;
}

static struct wal_fresh give_next(struct wal_supply *supply)
{
    assert(supply->has_next);
    supply->has_next = false;
    atomic_fetch_sub(&supply->idle_bytes, supply->file_size);
    return supply->next;
}

/* The next file's number must not come after that of a file made later. */
static enum status drop_next(struct wal_supply *supply, struct error *error)
{
    if (!supply->has_next) return STATUS_OK;
    struct wal_fresh next = give_next(supply);
    os_file_close(&next.file);
    struct wal_file file = {.id = next.id, .size = next.size};
    return wal_supply_retire(supply, &file, error);
}

/* A file for one large group. The next one goes when nothing names it any more. */
static enum status make_large(struct wal_supply *supply, uint64_t size, struct wal_fresh *out,
                              struct error *error)
{
    TRY(make_file(supply, size, out, error));
    enum status status = name_newest(supply, out->id.number, error);
    if (status == STATUS_OK) status = drop_next(supply, error);
    if (status == STATUS_OK) return STATUS_OK;
    os_file_close(&out->file);
    if (status != STATUS_BUSY) return status;
    struct wal_file file = {.id = out->id, .size = size};
    struct error ignored; /* an unused file is in nobody's way */
    (void)!wal_supply_remove(supply, &file, &ignored);
    return status;
}

static enum status take(struct wal_supply *supply, uint64_t size, struct wal_fresh *out,
                        struct error *error)
{
    if (size > supply->file_size) {
        TRY(make_large(supply, size, out, error));
    } else {
        TRY(make_next(supply, error));
        *out = give_next(supply);
    }
    supply->taken = out->id.number;
    return STATUS_OK;
}

enum status wal_supply_take(struct wal_supply *supply, uint64_t group_size, struct wal_fresh *out,
                            struct error *error)
{
    assert(group_size > 0);
    uint64_t pages = (WAL_FILE_HEADER_SIZE + group_size + WAL_PAGE_SIZE - 1) / WAL_PAGE_SIZE;
    os_mutex_lock(&supply->making);
    enum status status = take(supply, pages * WAL_PAGE_SIZE, out, error);
    os_mutex_unlock(&supply->making);
    assert(status != STATUS_OK || out->size >= WAL_FILE_HEADER_SIZE + group_size);
    return status;
}

enum status wal_supply_retire(struct wal_supply *supply, const struct wal_file *file,
                              struct error *error)
{
    if (file->size != supply->file_size || !has_room_for_spare(supply)) {
        return wal_supply_remove(supply, file, error);
    }
    char path[OS_PATH_SIZE];
    char new_path[OS_PATH_SIZE];
    TRY(log_path(supply, file->id, path, error));
    TRY(spare_path(supply, file->id.number, new_path, error));
    TRY(os_rename(path, new_path, error));
    wal_supply_add_spare(supply, file->id.number); /* the committer alone adds: there is room */
    return STATUS_OK;
}

enum status wal_supply_remove(struct wal_supply *supply, const struct wal_file *file,
                              struct error *error)
{
    char path[OS_PATH_SIZE];
    TRY(log_path(supply, file->id, path, error));
    return os_remove(path, error);
}

static enum status clear(struct wal_supply *supply, struct error *error)
{
    if (supply->has_next) {
        struct wal_fresh next = give_next(supply);
        TRY(settle(supply, 0, error));
        os_file_close(&next.file);
        struct wal_file file = {.id = next.id};
        TRY(wal_supply_remove(supply, &file, error));
    }
    uint64_t spare;
    while (pop_spare(supply, &spare)) {
        char path[OS_PATH_SIZE];
        TRY(spare_path(supply, spare, path, error));
        TRY(os_remove(path, error));
    }
    return os_folder_sync(supply->folder, error);
}

enum status wal_supply_clear(struct wal_supply *supply, struct error *error)
{
    os_mutex_lock(&supply->making);
    enum status status = clear(supply, error);
    os_mutex_unlock(&supply->making);
    return status;
}
