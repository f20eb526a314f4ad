#include "os/os_file.h"

#include "base/check.h"
#include "base/memory.h"
#include "os/os_internal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    PATH_SHOWN_MAX = 200,
    FILE_MODE = 0600,
};

static const char temporary_suffix[] = ".tmp";

const char *os_path_shown(const char *path)
{
    size_t size = strlen(path);
    return size > PATH_SHOWN_MAX ? path + size - PATH_SHOWN_MAX : path;
}

bool os_path_join(char out[OS_PATH_SIZE], const char *folder, const char *name)
{
    size_t size = strlen(folder);
    const char *between = size > 0 && folder[size - 1] == '/' ? "" : "/";
    int written = snprintf(out, OS_PATH_SIZE, "%s%s%s", folder, between, name);
    return written > 0 && written < OS_PATH_SIZE;
}

static bool is_full(int number)
{
    return number == ENOSPC || number == EDQUOT;
}

/* The words of errno, and a note on the file when a full disk was the reason. */
static enum status fail(struct os_file *file, const char *attempt, struct error *error)
{
    if (is_full(errno)) file->disk_full = true;
    return error_set_errno(error, "could not %s \"%s\"", attempt, os_path_shown(file->path));
}

static bool set_path(char out[OS_PATH_SIZE], const char *path, const char *suffix)
{
    int written = snprintf(out, OS_PATH_SIZE, "%s%s", path, suffix);
    if (written > 0 && written < OS_PATH_SIZE) return true;
    errno = ENAMETOOLONG;
    return false;
}

/* -1 with errno, as open(2), but never interrupted. */
static int open_descriptor(const char *path, int flags)
{
    int descriptor;
    do {
        descriptor = open(path, flags | O_CLOEXEC, FILE_MODE);
    } while (descriptor < 0 && errno == EINTR);
    return descriptor;
}

enum status os_file_create(struct os_file *file, const char *path, struct error *error)
{
    *file = (struct os_file){.descriptor = -1};
    if (!set_path(file->path, path, "")) return fail(file, "make", error);
    if (!set_path(file->path_temporary, path, temporary_suffix)) return fail(file, "make", error);
    if (os_fault_strikes(OS_FAULT_CALL_OPEN)) return fail(file, "make", error);
    file->descriptor = open_descriptor(file->path_temporary, O_RDWR | O_CREAT | O_TRUNC);
    if (file->descriptor < 0) return fail(file, "make", error);
    return STATUS_OK;
}

enum status os_file_publish(struct os_file *file, struct error *error)
{
    assert(file->descriptor >= 0);
    assert(file->path_temporary[0] != '\0');
    assert(!file->published);
    TRY(os_file_sync(file, error));
    TRY(os_rename(file->path_temporary, file->path, error));
    file->published = true; /* from here on the temporary name is gone */
    char folder[OS_PATH_SIZE];
    os_path_folder(file->path, folder);
    return os_folder_sync(folder, error);
}

/* A name that is not durable must not stay: the next open would take it for an old one. */
static enum status make_durably(struct os_file *file, struct error *error)
{
    file->descriptor = open_descriptor(file->path, O_RDWR | O_CREAT | O_EXCL);
    if (file->descriptor < 0) return fail(file, "make", error);
    char folder[OS_PATH_SIZE];
    os_path_folder(file->path, folder);
    enum status status = os_folder_sync(folder, error);
    if (status == STATUS_OK) return STATUS_OK;
    os_file_close(file);
    (void)unlink(file->path);
    return status;
}

enum status os_file_open(struct os_file *file, const char *path, enum os_file_mode mode,
                         struct error *error)
{
    *file = (struct os_file){.descriptor = -1};
    if (!set_path(file->path, path, "")) return fail(file, "open", error);
    if (os_fault_strikes(OS_FAULT_CALL_OPEN)) return fail(file, "open", error);
    file->descriptor = open_descriptor(path, mode == OS_FILE_READ ? O_RDONLY : O_RDWR);
    if (file->descriptor >= 0) return STATUS_OK;
    bool is_absent = errno == ENOENT;
    if (is_absent && mode == OS_FILE_WRITE_NEW) return make_durably(file, error);
    (void)fail(file, "open", error);
    if (is_absent) error->status = STATUS_ABSENT;
    return error->status;
}

void os_file_close(struct os_file *file)
{
    if (file->descriptor < 0) return;
    /* Nothing to learn from close(2): what had to be durable was synced before. */
    (void)close(file->descriptor);
    file->descriptor = -1;
    if (file->path_temporary[0] == '\0' || file->published) return;
    struct error ignored; /* a leftover is overwritten by the next os_file_create */
    if (os_remove(file->path_temporary, &ignored) != STATUS_OK) return;
    file->path_temporary[0] = '\0';
}

enum status os_file_read_some(const struct os_file *file, uint64_t offset, void *bytes, size_t size,
                              size_t *got, struct error *error)
{
    assert(file->descriptor >= 0);
    *got = 0;
    const char *shown = os_path_shown(file->path);
    if (os_fault_strikes(OS_FAULT_CALL_READ)) {
        return error_set_errno(error, "could not read \"%s\"", shown);
    }
    while (*got < size) {
        char *place = (char *)bytes + *got;
        ssize_t read_size = pread(file->descriptor, place, size - *got, (off_t)(offset + *got));
        if (read_size == 0) break;
        if (read_size > 0) {
            *got += (size_t)read_size;
        } else if (errno != EINTR) {
            return error_set_errno(error, "could not read \"%s\"", shown);
        }
    }
    assert(*got <= size);
    return STATUS_OK;
}

enum status os_file_read(const struct os_file *file, uint64_t offset, void *bytes, size_t size,
                         struct error *error)
{
    size_t got;
    TRY(os_file_read_some(file, offset, bytes, size, &got, error));
    if (got == size) return STATUS_OK;
    return error_set(error, STATUS_CORRUPT,
                     "could not read \"%s\": it ends %zu bytes short of offset %llu",
                     os_path_shown(file->path), size - got, (unsigned long long)(offset + size));
}

enum status os_file_write(struct os_file *file, uint64_t offset, const void *bytes, size_t size,
                          struct error *error)
{
    assert(file->descriptor >= 0);
    if (os_fault_strikes_write(file->descriptor, offset, bytes, size)) {
        return fail(file, "write", error);
    }
    size_t done = 0;
    while (done < size) {
        const char *place = (const char *)bytes + done;
        ssize_t written = pwrite(file->descriptor, place, size - done, (off_t)(offset + done));
        if (written > 0) {
            done += (size_t)written;
        } else if (written == 0) {
            errno = EIO; /* POSIX leaves it open what this means; it must not loop for ever */
            return fail(file, "write", error);
        } else if (errno != EINTR) {
            return fail(file, "write", error);
        }
    }
    return STATUS_OK;
}

enum status os_file_size(const struct os_file *file, uint64_t *size, struct error *error)
{
    assert(file->descriptor >= 0);
    struct stat found;
    if (os_fault_strikes(OS_FAULT_CALL_READ) || fstat(file->descriptor, &found) != 0) {
        return error_set_errno(error, "could not look at \"%s\"", os_path_shown(file->path));
    }
    *size = (uint64_t)found.st_size;
    return STATUS_OK;
}

enum status os_file_truncate(struct os_file *file, uint64_t size, struct error *error)
{
    assert(file->descriptor >= 0);
    if (os_fault_strikes(OS_FAULT_CALL_TRUNCATE)) return fail(file, "truncate", error);
    if (ftruncate(file->descriptor, (off_t)size) != 0) return fail(file, "truncate", error);
    return STATUS_OK;
}

enum status os_file_sync(struct os_file *file, struct error *error)
{
    assert(file->descriptor >= 0);
    if (os_fault_strikes(OS_FAULT_CALL_SYNC)) return fail(file, "sync", error);
    if (fsync(file->descriptor) != 0) return fail(file, "sync", error);
    return STATUS_OK;
}

enum status os_file_sync_data(struct os_file *file, struct error *error)
{
    assert(file->descriptor >= 0);
    if (os_fault_strikes(OS_FAULT_CALL_SYNC)) return fail(file, "sync", error);
    if (fdatasync(file->descriptor) != 0) return fail(file, "sync", error);
    return STATUS_OK;
}

static enum status read_whole(const struct os_file *file, size_t size_max, char **bytes,
                              size_t *size, struct error *error)
{
    uint64_t file_size;
    TRY(os_file_size(file, &file_size, error));
    if (file_size > size_max) {
        return error_set(error, STATUS_TOO_LARGE,
                         "could not read \"%s\": it has %llu bytes, the limit is %zu",
                         os_path_shown(file->path), (unsigned long long)file_size, size_max);
    }
    char *memory = memory_resize(NULL, (size_t)file_size + 1, 1);
    enum status status = os_file_read(file, 0, memory, (size_t)file_size, error);
    if (status != STATUS_OK) {
        memory_free(memory);
        return status;
    }
    memory[file_size] = '\0';
    *bytes = memory;
    *size = (size_t)file_size;
    return STATUS_OK;
}

enum status os_file_read_all(const char *path, size_t size_max, char **bytes, size_t *size,
                             struct error *error)
{
    *bytes = NULL;
    *size = 0;
    struct os_file file;
    TRY(os_file_open(&file, path, OS_FILE_READ, error));
    enum status status = read_whole(&file, size_max, bytes, size, error);
    os_file_close(&file);
    return status;
}

enum status os_file_of_bytes(struct os_file *file, const void *bytes, size_t size,
                             struct error *error)
{
    *file = (struct os_file){.descriptor = -1, .path = "a file in memory"};
    if (os_fault_strikes(OS_FAULT_CALL_OPEN)) return fail(file, "make", error);
    file->descriptor = memfd_create("candor", MFD_CLOEXEC);
    if (file->descriptor < 0) return fail(file, "make", error);
    (void)snprintf(file->path, sizeof file->path, "/proc/self/fd/%d", file->descriptor);
    enum status status = os_file_write(file, 0, bytes, size, error);
    if (status != STATUS_OK) os_file_close(file);
    return status;
}

enum status os_file_lock(struct os_file *file, struct error *error)
{
    assert(file->descriptor >= 0);
    if (os_fault_strikes(OS_FAULT_CALL_OPEN)) return fail(file, "lock", error);
    if (flock(file->descriptor, LOCK_EX | LOCK_NB) == 0) return STATUS_OK;
    if (errno != EWOULDBLOCK) return fail(file, "lock", error);
    return error_set(error, STATUS_BUSY, "could not lock \"%s\": another process holds it",
                     os_path_shown(file->path));
}
