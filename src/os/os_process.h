/* The process itself: signals to wait for, limits, memory and CPU used, standard streams. */
#ifndef CANDOR_OS_PROCESS_H
#define CANDOR_OS_PROCESS_H

#include "base/status.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Block SIGTERM, SIGINT and SIGHUP in this and all later threads, ignore SIGPIPE. Call first. */
void os_signals_hold(void);

enum os_signal { OS_SIGNAL_NONE, OS_SIGNAL_STOP, OS_SIGNAL_RELOAD };

/* Wait for one of the held signals; NONE when the time is over. */
enum os_signal os_signal_wait(uint32_t timeout_ms);

/* Raise the soft limit of open files to the hard one. */
void os_raise_file_limit(void);

/* No core file with request bytes in it: RLIMIT_CORE 0, PR_SET_DUMPABLE 0, and what is written all
 * the same holds no anonymous memory (coredump_filter). */
void os_forbid_core(void);

/* From here on everything else goes first. Best effort. */
void os_process_lower_priority(void);

struct os_process_usage {
    uint64_t resident_bytes;
    uint64_t cpu_ns;
    uint64_t open_files;
    int64_t started_ms;
};
void os_process_usage(struct os_process_usage *out);

/* All of the bytes to standard output or error. */
enum status os_print(const void *bytes, size_t size, struct error *error) MUST_CHECK;
void os_print_error_line(const char *line);

/* Some bytes from standard input; *got is 0 at the end. */
enum status os_read_input(void *bytes, size_t size, size_t *got, struct error *error) MUST_CHECK;
bool os_is_terminal(int descriptor); /* 0 in, 1 out, 2 error */

#endif
