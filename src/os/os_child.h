/* Another program, spoken to over two pipes: its descriptor 3 is read by it, its 4 written. This is
 * how a browser takes its debugging protocol. Its standard streams go nowhere.
 *
 * One owner, one thread. */
#ifndef CANDOR_OS_CHILD_H
#define CANDOR_OS_CHILD_H

#include "base/status.h"
#include "os/os_file.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct os_child {
    int pid; /* also of its process group; 0 when there is none */
    int to;
    int from;
};

/* The first file of this name in PATH that may be run; a name with a slash is taken as it is. */
bool os_child_find(const char *name, char out[OS_PATH_SIZE]);

/* words: the program's path, its arguments, NULL. */
enum status os_child_start(const char *const *words, struct os_child *out,
                           struct error *error) MUST_CHECK;

enum status os_child_write(const struct os_child *child, const void *bytes, size_t size,
                           struct error *error) MUST_CHECK;

/* What has come; *got is 0 when the time was over before anything did. STATUS_ABSENT when the other
 * side has ended. */
enum status os_child_read(const struct os_child *child, void *bytes, size_t size,
                          uint32_t timeout_ms, size_t *got, struct error *error) MUST_CHECK;

/* Ends it and all it has started, at once; one that was never started: nothing. */
void os_child_end(struct os_child *child);

/* A new folder for this user alone, under $TMPDIR or the usual place; and away with it. */
enum status os_child_folder_make(char out[OS_PATH_SIZE], struct error *error) MUST_CHECK;
void os_child_folder_remove(const char *path);

/* Whether this is root, for whom a browser refuses its own sandbox. */
bool os_child_is_root(void);

#endif
