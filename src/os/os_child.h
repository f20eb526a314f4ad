/* Another program. One is spoken to over two pipes: its descriptor 3 is read by it, its 4 written;
 * this is how a browser takes its debugging protocol. Another is left to itself, and what it prints
 * goes to files.
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
    int to;  /* -1 without pipes */
    int from;
};

/* The program that is running here. */
enum status os_child_self(char out[OS_PATH_SIZE], struct error *error) MUST_CHECK;

/* The first file of this name in PATH that may be run; a name with a slash is taken as it is. */
bool os_child_find(const char *name, char out[OS_PATH_SIZE]);

/* words: the program's path, its arguments, NULL. */
enum status os_child_start(const char *const *words, struct os_child *out,
                           struct error *error) MUST_CHECK;

struct os_child_options {
    const char *output;  /* a file for its standard output, made anew; NULL: nowhere */
    const char *errors;  /* likewise */
    const char *without; /* no variables of the environment that begin so; NULL: all */
    /* It is asked to end when the thread that starts it is gone, even by SIGKILL. Then a program
     * that cannot be started is one that ends with 127. */
    bool ends_with_us;
};

/* The same without pipes. */
enum status os_child_run(const char *const *words, const struct os_child_options *options,
                         struct os_child *out, struct error *error) MUST_CHECK;

/* Its exit status, or 128 and the signal that ended it; then it is gone. STATUS_BUSY when it has
 * not ended in time. */
enum status os_child_wait(struct os_child *child, uint32_t timeout_ms, int *code,
                          struct error *error) MUST_CHECK;

/* Asks it to end, as a supervisor does. */
void os_child_ask_to_end(const struct os_child *child);

enum status os_child_write(const struct os_child *child, const void *bytes, size_t size,
                           struct error *error) MUST_CHECK;

/* What has come; *got is 0 when the time was over before anything did. STATUS_ABSENT when the other
 * side has ended. */
enum status os_child_read(const struct os_child *child, void *bytes, size_t size,
                          uint32_t timeout_ms, size_t *got, struct error *error) MUST_CHECK;

/* Ends it and all it has started, at once; one that was never started: nothing. */
void os_child_end(struct os_child *child);

/* Whether this is root, for whom a browser refuses its own sandbox. */
bool os_child_is_root(void);

#endif
