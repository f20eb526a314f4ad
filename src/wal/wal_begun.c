/* The file beside the folder that tells that the log holds something (wal_format.h). */
#include "base/check.h"
#include "wal/wal_internal.h"

#include <stdio.h>
#include <string.h>

static const char words[] =
    "Beside this file lies the log. It may hold events that are nowhere else.\n";

static enum status begun_path(const char *folder, char out[OS_PATH_SIZE], struct error *error)
{
    int size = snprintf(out, OS_PATH_SIZE, "%s" WAL_BEGUN_SUFFIX, folder);
    if (size > 0 && size < OS_PATH_SIZE) return STATUS_OK;
    return error_set(error, STATUS_INVALID, "the name of the log's folder is too long");
}

enum status wal_begun_read(const char *folder, bool *is_begun, struct error *error)
{
    char path[OS_PATH_SIZE];
    TRY(begun_path(folder, path, error));
    *is_begun = os_exists(path);
    return STATUS_OK;
}

enum status wal_begun_write(const char *folder, struct error *error)
{
    char path[OS_PATH_SIZE];
    TRY(begun_path(folder, path, error));
    struct os_file file;
    TRY(os_file_create(&file, path, error));
    enum status status = os_file_write(&file, 0, words, sizeof words - 1, error);
    if (status != STATUS_OK && file.disk_full) {
        status = STATUS_BUSY; /* nothing has changed */
        error->status = status;
    }
    if (status == STATUS_OK) status = os_file_publish(&file, error);
    os_file_close(&file);
    return status;
}

enum status wal_begun_remove(const char *folder, struct error *error)
{
    char path[OS_PATH_SIZE];
    char parent[OS_PATH_SIZE];
    TRY(begun_path(folder, path, error));
    if (!os_exists(path)) return STATUS_OK;
    TRY(os_remove(path, error));
    os_path_folder(path, parent);
    return os_folder_sync(parent, error);
}
