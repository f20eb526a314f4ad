#include "os/os_process.h"

#include "base/check.h"
#include "base/text.h"
#include "os/os_clock.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

enum {
    NS_PER_SECOND = 1000000000,
    STAT_FIELD_START = 22, /* of /proc/self/stat, counted from 1 as in proc(5) */
    STAT_FIELD_STATE = 3,  /* the first one behind the program's name */
};

static void fill_held(sigset_t *held)
{
    (void)sigemptyset(held);
    (void)sigaddset(held, SIGTERM);
    (void)sigaddset(held, SIGINT);
    (void)sigaddset(held, SIGHUP);
}

void os_signals_hold(void)
{
    sigset_t held;
    fill_held(&held);
    if (pthread_sigmask(SIG_BLOCK, &held, NULL) != 0) UNREACHABLE("a valid signal mask");
    if (signal(SIGPIPE, SIG_IGN) == SIG_ERR) UNREACHABLE("SIGPIPE can be ignored");
}

enum os_signal os_signal_wait(uint32_t timeout_ms)
{
    sigset_t held;
    fill_held(&held);
    uint64_t deadline_ns = os_clock_monotonic_ns() + (uint64_t)timeout_ms * 1000000;
    for (;;) {
        uint64_t now_ns = os_clock_monotonic_ns();
        uint64_t rest_ns = now_ns < deadline_ns ? deadline_ns - now_ns : 0;
        struct timespec rest = {
            .tv_sec = (time_t)(rest_ns / NS_PER_SECOND),
            .tv_nsec = (long)(rest_ns % NS_PER_SECOND),
        };
        int number = sigtimedwait(&held, NULL, &rest);
        if (number == SIGHUP) return OS_SIGNAL_RELOAD;
        if (number > 0) return OS_SIGNAL_STOP;
        if (errno != EINTR) return OS_SIGNAL_NONE; /* EAGAIN: the time is over */
    }
}

void os_raise_file_limit(void)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
    limit.rlim_cur = limit.rlim_max;
    (void)setrlimit(RLIMIT_NOFILE, &limit); /* refused: the old limit goes on to hold */
}

/* A core that is written all the same (by a collector that takes it from a pipe) has no private and
 * no shared anonymous memory. Best effort, and before the process is made opaque to itself. */
static void leave_memory_out_of_cores(void)
{
    static const char none[] = "0x10\n"; /* ELF headers alone */
    int descriptor = open("/proc/self/coredump_filter", O_WRONLY | O_CLOEXEC);
    if (descriptor < 0) return;
    ssize_t written = write(descriptor, none, sizeof none - 1);
    (void)written;
    (void)close(descriptor);
}

void os_forbid_core(void)
{
    struct rlimit none = {0};
    leave_memory_out_of_cores();
    if (setrlimit(RLIMIT_CORE, &none) != 0) UNREACHABLE("a limit can always be lowered");
    if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0) UNREACHABLE("0 is a valid value");
}

/* A file of /proc as text in the caller's buffer; empty when it cannot be read. Not through
 * os_file: looking at oneself is no failure worth injecting. */
static struct text read_proc(const char *path, char *buffer, size_t buffer_size)
{
    int descriptor = open(path, O_RDONLY | O_CLOEXEC);
    if (descriptor < 0) return (struct text){0};
    ssize_t size = read(descriptor, buffer, buffer_size);
    (void)close(descriptor);
    return (struct text){buffer, size > 0 ? (size_t)size : 0};
}

static uint64_t resident_bytes(void)
{
    char buffer[256];
    struct text rest = read_proc("/proc/self/statm", buffer, sizeof buffer);
    (void)text_split(rest, ' ', &rest); /* the whole size comes first */
    uint64_t pages = 0;
    (void)text_to_u64(text_split(rest, ' ', &rest), &pages);
    return pages * (uint64_t)sysconf(_SC_PAGESIZE);
}

/* Clock ticks after boot at which this process began. */
static uint64_t start_ticks(void)
{
    char buffer[1024];
    struct text rest = read_proc("/proc/self/stat", buffer, sizeof buffer);
    /* The name may hold spaces and parentheses: the fields start behind the last one. */
    const char *close_mark = rest.size ? memrchr(rest.bytes, ')', rest.size) : NULL;
    if (!close_mark) return 0;
    size_t skipped = (size_t)(close_mark - rest.bytes) + 1;
    rest = text_trim(text_slice(rest, skipped, rest.size - skipped));
    for (int field = STAT_FIELD_STATE; field < STAT_FIELD_START; field++) {
        (void)text_split(rest, ' ', &rest);
    }
    uint64_t ticks = 0;
    (void)text_to_u64(text_split(rest, ' ', &rest), &ticks);
    return ticks;
}

static int64_t started_ms(void)
{
    struct timespec since_boot;
    if (clock_gettime(CLOCK_BOOTTIME, &since_boot) != 0) UNREACHABLE("a clock every Linux has");
    int64_t up_ms = (int64_t)since_boot.tv_sec * 1000 + since_boot.tv_nsec / 1000000;
    int64_t start_ms = (int64_t)(start_ticks() * 1000 / (uint64_t)sysconf(_SC_CLK_TCK));
    return os_clock_now_ms() - up_ms + start_ms;
}

static uint64_t open_file_count(void)
{
    DIR *folder = opendir("/proc/self/fd");
    if (!folder) return 0;
    uint64_t count = 0;
    for (const struct dirent *entry; (entry = readdir(folder));) {
        if (entry->d_name[0] != '.') count++;
    }
    (void)closedir(folder);
    return count > 0 ? count - 1 : 0; /* without the one that looked */
}

void os_process_lower_priority(void)
{
    enum { LOWEST = 19 };
    (void)setpriority(PRIO_PROCESS, 0, LOWEST);
}

void os_process_usage(struct os_process_usage *out)
{
    struct timespec cpu;
    if (clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &cpu) != 0) UNREACHABLE("a clock of our own");
    *out = (struct os_process_usage){
        .resident_bytes = resident_bytes(),
        .cpu_ns = (uint64_t)cpu.tv_sec * NS_PER_SECOND + (uint64_t)cpu.tv_nsec,
        .open_files = open_file_count(),
        .started_ms = started_ms(),
    };
}

enum status os_print(const void *bytes, size_t size, struct error *error)
{
    const char *place = bytes;
    while (size > 0) {
        ssize_t written = write(STDOUT_FILENO, place, size);
        if (written < 0 && errno == EINTR) continue;
        if (written < 0) return error_set_errno(error, "could not write to standard output");
        place += written;
        size -= (size_t)written;
    }
    return STATUS_OK;
}

void os_print_error_line(const char *line)
{
    size_t size = strlen(line);
    char end[] = "\n";
    /* writev does not write to its bytes, but its type cannot say so. */
    union {
        const char *fixed;
        void *any;
    } bytes = {.fixed = line};
    struct iovec pieces[] = {{bytes.any, size}, {end, 1}};
    ssize_t written;
    do {
        written = writev(STDERR_FILENO, pieces, 2);
    } while (written < 0 && errno == EINTR);
}

enum status os_read_input(void *bytes, size_t size, size_t *got, struct error *error)
{
    ssize_t read_size;
    do {
        read_size = read(STDIN_FILENO, bytes, size);
    } while (read_size < 0 && errno == EINTR);
    *got = read_size > 0 ? (size_t)read_size : 0;
    if (read_size < 0) return error_set_errno(error, "could not read standard input");
    return STATUS_OK;
}

bool os_is_terminal(int descriptor)
{
    return isatty(descriptor) == 1;
}
