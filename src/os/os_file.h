/* Files and folders.
 *
 * All paths are C strings. Every call can be made to fail by os_fault.h in the twin library
 * os_faulty, at any of its occurrences. Handles: one thread at a time, except where said. */
#ifndef CANDOR_OS_FILE_H
#define CANDOR_OS_FILE_H

#include "base/status.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { OS_PATH_SIZE = 1024 };

struct os_file {
    int descriptor; /* -1: closed */
    bool published;
    bool disk_full; /* a failed call on this file said so (ENOSPC, EDQUOT): not damage, no room */
    char path[OS_PATH_SIZE];           /* the final name, for messages and for publishing */
    char path_temporary[OS_PATH_SIZE]; /* "" unless made by os_file_create */
};

/* Join folder and name; false when the result does not fit. */
bool os_path_join(char out[OS_PATH_SIZE], const char *folder, const char *name);

/* The folder that a path is in: "." for a bare name. */
void os_path_folder(const char *path, char out[OS_PATH_SIZE]);

/* A new file under a temporary name beside its final one. It appears under its name whole and
 * synced by os_file_publish (sync, rename, sync of the folder), or not at all: os_file_close
 * removes what was not published. Mode 0600. */
enum status os_file_create(struct os_file *file, const char *path, struct error *error) MUST_CHECK;
enum status os_file_publish(struct os_file *file, struct error *error) MUST_CHECK;

enum os_file_mode {
    OS_FILE_READ,
    OS_FILE_WRITE,     /* must be there; read and write */
    OS_FILE_WRITE_NEW, /* made when it is not there (0600, folder synced); read and write */
};

/* STATUS_ABSENT when there is no such file. */
enum status os_file_open(struct os_file *file, const char *path, enum os_file_mode mode,
                         struct error *error) MUST_CHECK;
void os_file_close(struct os_file *file); /* closed already: does nothing */

/* Whole sizes only; short reads and EINTR are continued. A read past the end is STATUS_CORRUPT
 * (the caller knew the size). Reads: any thread at the same time. */
enum status os_file_read(const struct os_file *file, uint64_t offset, void *bytes, size_t size,
                         struct error *error) MUST_CHECK;
enum status os_file_write(struct os_file *file, uint64_t offset, const void *bytes, size_t size,
                          struct error *error) MUST_CHECK;

/* As much as there is, up to size; *got is 0 at the end. */
enum status os_file_read_some(const struct os_file *file, uint64_t offset, void *bytes, size_t size,
                              size_t *got, struct error *error) MUST_CHECK;

enum status os_file_size(const struct os_file *file, uint64_t *size,
                         struct error *error) MUST_CHECK;
enum status os_file_truncate(struct os_file *file, uint64_t size, struct error *error) MUST_CHECK;

/* fsync, or fdatasync where only contents matter. After a failure the file is dead: never retry,
 * the kernel may have marked the pages clean (spec/reliability.md §5.6). */
enum status os_file_sync(struct os_file *file, struct error *error) MUST_CHECK;
enum status os_file_sync_data(struct os_file *file, struct error *error) MUST_CHECK;

enum status os_rename(const char *from, const char *to, struct error *error) MUST_CHECK;
enum status os_remove(const char *path, struct error *error) MUST_CHECK; /* absent is OK */
bool os_exists(const char *path);

/* These bytes as a file that is on no disk. Others in this process can open it by file->path until
 * it is closed; nobody else can, and nothing of it stays. */
enum status os_file_of_bytes(struct os_file *file, const void *bytes, size_t size,
                             struct error *error) MUST_CHECK;

/* A whole small file into memory that the caller frees with memory_free; a NUL is added behind.
 * STATUS_TOO_LARGE above size_max. */
enum status os_file_read_all(const char *path, size_t size_max, char **bytes, size_t *size,
                             struct error *error) MUST_CHECK;

enum status os_folder_make(const char *path,
                           struct error *error) MUST_CHECK; /* 0700; there is OK */
enum status os_folder_sync(const char *path, struct error *error) MUST_CHECK;

/* The names in a folder in byte order, without "." and "..". Free each name and the list. */
enum status os_folder_list(const char *path, char ***names, size_t *count,
                           struct error *error) MUST_CHECK;
void os_folder_list_free(char **names, size_t count);

/* One process at a time: an exclusive lock on a file, kept until close or the process ends.
 * STATUS_BUSY when another process holds it. */
enum status os_file_lock(struct os_file *file, struct error *error) MUST_CHECK;

struct os_disk_space {
    uint64_t free_bytes; /* for an unprivileged writer */
    uint64_t total_bytes;
};
enum status os_disk_space(const char *path, struct os_disk_space *out,
                          struct error *error) MUST_CHECK;

#endif
