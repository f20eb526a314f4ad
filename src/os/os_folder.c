/* The half of os_file.h that works on names rather than on open files. */
#include "base/check.h"
#include "base/memory.h"
#include "os/os_file.h"
#include "os/os_internal.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

enum {
    FOLDER_MODE = 0700,
    NAMES_FIRST = 16,
};

void os_path_folder(const char *path, char out[OS_PATH_SIZE])
{
    const char *slash = strrchr(path, '/');
    if (!slash) {
        (void)snprintf(out, OS_PATH_SIZE, ".");
        return;
    }
    size_t size = slash == path ? 1 : (size_t)(slash - path); /* the root keeps its slash */
    assert(size < OS_PATH_SIZE);
    memcpy(out, path, size);
    out[size] = '\0';
}

enum status os_rename(const char *from, const char *to, struct error *error)
{
    if (os_fault_strikes(OS_FAULT_CALL_RENAME) || rename(from, to) != 0) {
        return error_set_errno(error, "could not rename \"%s\"", os_path_shown(from));
    }
    return STATUS_OK;
}

enum status os_remove(const char *path, struct error *error)
{
    if (os_fault_strikes(OS_FAULT_CALL_REMOVE) || (unlink(path) != 0 && errno != ENOENT)) {
        return error_set_errno(error, "could not remove \"%s\"", os_path_shown(path));
    }
    return STATUS_OK;
}

bool os_exists(const char *path)
{
    struct stat found;
    return stat(path, &found) == 0;
}

static enum status make_one(const char *path, struct error *error)
{
    if (mkdir(path, FOLDER_MODE) == 0) {
        char parent[OS_PATH_SIZE];
        os_path_folder(path, parent);
        return os_folder_sync(parent, error);
    }
    if (errno == EEXIST) {
        struct stat found;
        if (stat(path, &found) == 0 && S_ISDIR(found.st_mode)) return STATUS_OK;
        errno = ENOTDIR;
    }
    return error_set_errno(error, "could not make the folder \"%s\"", os_path_shown(path));
}

enum status os_folder_make(const char *path, struct error *error)
{
    char prefix[OS_PATH_SIZE];
    size_t size = strlen(path);
    while (size > 1 && path[size - 1] == '/')
        size--;
    bool fits = size > 0 && size < OS_PATH_SIZE;
    if (!fits) errno = size == 0 ? ENOENT : ENAMETOOLONG;
    if (!fits || os_fault_strikes(OS_FAULT_CALL_OPEN)) {
        return error_set_errno(error, "could not make the folder \"%s\"", os_path_shown(path));
    }
    memcpy(prefix, path, size);
    prefix[size] = '\0';
    for (size_t i = 1; i < size; i++) {
        if (prefix[i] != '/' || prefix[i - 1] == '/') continue;
        prefix[i] = '\0';
        TRY(make_one(prefix, error));
        prefix[i] = '/';
    }
    return make_one(prefix, error);
}

enum status os_folder_sync(const char *path, struct error *error)
{
    const char *shown = os_path_shown(path);
    if (os_fault_strikes(OS_FAULT_CALL_SYNC)) {
        return error_set_errno(error, "could not sync the folder \"%s\"", shown);
    }
    int descriptor = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (descriptor < 0) return error_set_errno(error, "could not open the folder \"%s\"", shown);
    enum status status = STATUS_OK;
    if (fsync(descriptor) != 0) {
        status = error_set_errno(error, "could not sync the folder \"%s\"", shown);
    }
    (void)close(descriptor);
    return status;
}

struct name_list {
    char **names;
    size_t count;
    size_t capacity;
};

static void add_name(struct name_list *list, const char *name)
{
    if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0) return;
    if (list->count == list->capacity) {
        list->capacity = list->capacity ? list->capacity * 2 : NAMES_FIRST;
        list->names = memory_resize(list->names, list->capacity, sizeof(char *));
    }
    size_t size = strlen(name) + 1;
    list->names[list->count] = memory_alloc(size, 1);
    memcpy(list->names[list->count++], name, size);
}

static int compare_names(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static enum status list_names(DIR *folder, const char *path, struct name_list *list,
                              struct error *error)
{
    for (;;) {
        errno = 0; /* the only way to tell the end from a failure */
        const struct dirent *entry = readdir(folder);
        if (!entry) break;
        add_name(list, entry->d_name);
    }
    if (errno == 0) return STATUS_OK;
    return error_set_errno(error, "could not list the folder \"%s\"", os_path_shown(path));
}

enum status os_folder_list(const char *path, char ***names, size_t *count, struct error *error)
{
    *names = NULL;
    *count = 0;
    DIR *folder = os_fault_strikes(OS_FAULT_CALL_OPEN) ? NULL : opendir(path);
    if (!folder) {
        bool is_absent = errno == ENOENT;
        (void)error_set_errno(error, "could not list the folder \"%s\"", os_path_shown(path));
        if (is_absent) error->status = STATUS_ABSENT;
        return error->status;
    }
    struct name_list list = {0};
    enum status status = list_names(folder, path, &list, error);
    (void)closedir(folder);
    if (status != STATUS_OK) {
        os_folder_list_free(list.names, list.count);
        return status;
    }
    if (list.count > 0) qsort(list.names, list.count, sizeof(char *), compare_names);
    *names = list.names;
    *count = list.count;
    return STATUS_OK;
}

void os_folder_list_free(char **names, size_t count)
{
    for (size_t i = 0; i < count; i++)
        memory_free(names[i]);
    memory_free(names);
}

enum status os_disk_space(const char *path, struct os_disk_space *out, struct error *error)
{
    struct statvfs found;
    if (os_fault_strikes(OS_FAULT_CALL_READ) || statvfs(path, &found) != 0) {
        return error_set_errno(error, "could not ask for the space of \"%s\"", os_path_shown(path));
    }
    out->free_bytes = (uint64_t)found.f_bavail * found.f_frsize;
    out->total_bytes = (uint64_t)found.f_blocks * found.f_frsize;
    return STATUS_OK;
}
