#include "os/os_child.h"

#include "base/memory.h"
#include "base/text.h"
#include "os/os_clock.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

enum {
    CHILD_READS = 3,
    CHILD_WRITES = 4,
    SAFE_DESCRIPTOR = 10,
    WAIT_STEP_MS = 5,
};

enum status os_child_self(char out[OS_PATH_SIZE], struct error *error)
{
    ssize_t size = readlink("/proc/self/exe", out, OS_PATH_SIZE - 1);
    if (size < 0) return error_set_errno(error, "could not find this program");
    out[size] = '\0';
    return STATUS_OK;
}

bool os_child_find(const char *name, char out[OS_PATH_SIZE])
{
    const char *path = getenv("PATH");
    struct text rest = text_from(path ? path : "/usr/bin:/bin");
    if (strchr(name, '/')) {
        return text_to_string(text_from(name), out, OS_PATH_SIZE) && access(name, X_OK) == 0;
    }
    while (rest.size > 0) {
        struct text folder = text_split(rest, ':', &rest);
        int size = snprintf(out, OS_PATH_SIZE, "%.*s/%s", TEXT_PRINT(folder), name);
        if (folder.size > 0 && size < OS_PATH_SIZE && access(out, X_OK) == 0) return true;
    }
    return false;
}

static void close_both(const int ends[2])
{
    (void)close(ends[0]);
    (void)close(ends[1]);
}

/* A pipe whose ends lie above those that the child gets, so that none is overwritten. */
static enum status open_pipe(int ends[2], struct error *error)
{
    int low[2];
    if (pipe2(low, O_CLOEXEC) != 0) return error_set_errno(error, "could not make a pipe");
    ends[0] = fcntl(low[0], F_DUPFD_CLOEXEC, SAFE_DESCRIPTOR);
    ends[1] = fcntl(low[1], F_DUPFD_CLOEXEC, SAFE_DESCRIPTOR);
    close_both(low);
    if (ends[0] >= 0 && ends[1] >= 0) return STATUS_OK;
    return error_set_errno(error, "could not make a pipe");
}

static int spawn(const char *const *words, posix_spawn_file_actions_t *actions,
                 char *const *environment, pid_t *pid)
{
    posix_spawnattr_t how;
    sigset_t none;
    union {
        const char *const *fixed;
        char *const *any;
    } arguments = {.fixed = words}; /* posix_spawn does not write to them */
    (void)sigemptyset(&none);
    (void)posix_spawnattr_init(&how);
    (void)posix_spawnattr_setsigmask(&how, &none);
    (void)posix_spawnattr_setflags(&how, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK);
    int result = posix_spawn(pid, words[0], actions, &how, arguments.any, environment);
    (void)posix_spawnattr_destroy(&how);
    return result;
}

static int spawn_with_pipes(const char *const *words, int child_reads, int child_writes, pid_t *pid)
{
    posix_spawn_file_actions_t actions;
    (void)posix_spawn_file_actions_init(&actions);
    for (int stream = 0; stream <= 2; stream++)
        (void)posix_spawn_file_actions_addopen(&actions, stream, "/dev/null", O_RDWR, 0);
    (void)posix_spawn_file_actions_adddup2(&actions, child_reads, CHILD_READS);
    (void)posix_spawn_file_actions_adddup2(&actions, child_writes, CHILD_WRITES);
    int result = spawn(words, &actions, environ, pid);
    (void)posix_spawn_file_actions_destroy(&actions);
    return result;
}

enum status os_child_start(const char *const *words, struct os_child *out, struct error *error)
{
    int there[2];
    int back[2];
    pid_t pid = 0;
    *out = (struct os_child){0};
    (void)signal(SIGPIPE, SIG_IGN);
    TRY(open_pipe(there, error));
    enum status status = open_pipe(back, error);
    if (status != STATUS_OK) {
        close_both(there);
        return status;
    }
    int result = spawn_with_pipes(words, there[0], back[1], &pid);
    (void)close(there[0]);
    (void)close(back[1]);
    if (result == 0) {
        *out = (struct os_child){.pid = pid, .to = there[1], .from = back[0]};
        return STATUS_OK;
    }
    (void)close(there[1]);
    (void)close(back[0]);
    errno = result;
    return error_set_errno(error, "could not start \"%.200s\"", words[0]);
}

/* The variables that do not begin so; the list alone is new. */
static char **environment_without(const char *prefix)
{
    size_t count = 0;
    size_t kept = 0;
    while (environ[count])
        count++;
    char **list = MEMORY_ARRAY(char *, count + 1);
    for (size_t i = 0; i < count; i++) {
        bool is_left_out = prefix && strncmp(environ[i], prefix, strlen(prefix)) == 0;
        if (!is_left_out) list[kept++] = environ[i];
    }
    return list;
}

/* The file behind a standard stream, and how it is opened. */
static const char *stream_path(const char *told, int *flags)
{
    *flags = told ? O_WRONLY | O_CREAT | O_TRUNC : O_RDWR;
    return told ? told : "/dev/null";
}

static int spawn_with_files(const char *const *words, const char *const streams[3],
                            char *const *environment, pid_t *pid)
{
    posix_spawn_file_actions_t actions;
    (void)posix_spawn_file_actions_init(&actions);
    for (int stream = 0; stream <= 2; stream++) {
        int flags;
        const char *path = stream_path(streams[stream], &flags);
        (void)posix_spawn_file_actions_addopen(&actions, stream, path, flags, 0600);
    }
    int result = spawn(words, &actions, environment, pid);
    (void)posix_spawn_file_actions_destroy(&actions);
    return result;
}

/* In the child, between fork and exec: only what a signal handler may do. */
static void become(const char *const *words, const char *const streams[3], char *const *environment,
                   pid_t parent)
{
    sigset_t none;
    union {
        const char *const *fixed;
        char *const *any;
    } arguments = {.fixed = words};
    (void)setpgid(0, 0);
    (void)sigemptyset(&none);
    (void)sigprocmask(SIG_SETMASK, &none, NULL);
    if (prctl(PR_SET_PDEATHSIG, SIGTERM) != 0 || getppid() != parent) return;
    for (int stream = 0; stream <= 2; stream++) {
        int flags;
        const char *path = stream_path(streams[stream], &flags);
        int opened = open(path, flags, 0600);
        if (opened < 0 || (opened != stream && dup2(opened, stream) < 0)) return;
        if (opened != stream) (void)close(opened);
    }
    (void)execve(words[0], arguments.any, environment);
}

/* posix_spawn cannot say that it ends with us. */
static int fork_with_files(const char *const *words, const char *const streams[3],
                           char *const *environment, pid_t *pid)
{
    pid_t parent = getpid();
    *pid = fork();
    if (*pid < 0) return errno;
    if (*pid > 0) return 0;
    become(words, streams, environment, parent);
    _exit(127);
}

enum status os_child_run(const char *const *words, const struct os_child_options *options,
                         struct os_child *out, struct error *error)
{
    const char *streams[] = {NULL, options->output, options->errors};
    pid_t pid = 0;
    *out = (struct os_child){0};
    char **environment = environment_without(options->without);
    int result = options->ends_with_us ? fork_with_files(words, streams, environment, &pid)
                                       : spawn_with_files(words, streams, environment, &pid);
    memory_free(environment);
    if (result == 0) {
        *out = (struct os_child){.pid = pid, .to = -1, .from = -1};
        return STATUS_OK;
    }
    errno = result;
    return error_set_errno(error, "could not start \"%.200s\"", words[0]);
}

static void close_pipes(const struct os_child *child)
{
    if (child->to >= 0) (void)close(child->to);
    if (child->from >= 0) (void)close(child->from);
}

enum status os_child_wait(struct os_child *child, uint32_t timeout_ms, int *code,
                          struct error *error)
{
    int how = 0;
    if (child->pid == 0) return error_set(error, STATUS_ABSENT, "there is no other program");
    for (uint32_t waited = 0;; waited += WAIT_STEP_MS) {
        pid_t ended = waitpid(child->pid, &how, WNOHANG);
        if (ended < 0 && errno != EINTR) {
            return error_set_errno(error, "could not wait for the other program");
        }
        if (ended == child->pid) break;
        if (waited >= timeout_ms) {
            return error_set(error, STATUS_BUSY, "the other program did not end in time");
        }
        os_sleep_ms(WAIT_STEP_MS);
    }
    close_pipes(child);
    *child = (struct os_child){0};
    *code = WIFEXITED(how) ? WEXITSTATUS(how) : 128 + WTERMSIG(how);
    return STATUS_OK;
}

void os_child_ask_to_end(const struct os_child *child)
{
    if (child->pid != 0) (void)kill(child->pid, SIGTERM);
}

enum status os_child_write(const struct os_child *child, const void *bytes, size_t size,
                           struct error *error)
{
    const char *place = bytes;
    while (size > 0) {
        ssize_t written = write(child->to, place, size);
        if (written < 0 && errno == EINTR) continue;
        if (written < 0) return error_set_errno(error, "could not speak to the other program");
        place += written;
        size -= (size_t)written;
    }
    return STATUS_OK;
}

enum status os_child_read(const struct os_child *child, void *bytes, size_t size,
                          uint32_t timeout_ms, size_t *got, struct error *error)
{
    struct pollfd waiting = {.fd = child->from, .events = POLLIN};
    *got = 0;
    int ready = poll(&waiting, 1, (int)timeout_ms);
    if (ready == 0 || (ready < 0 && errno == EINTR)) return STATUS_OK;
    if (ready < 0) return error_set_errno(error, "could not wait for the other program");
    ssize_t size_read = read(child->from, bytes, size);
    if (size_read < 0 && errno == EINTR) return STATUS_OK;
    if (size_read < 0) return error_set_errno(error, "could not listen to the other program");
    if (size_read == 0) return error_set(error, STATUS_ABSENT, "the other program has ended");
    *got = (size_t)size_read;
    return STATUS_OK;
}

void os_child_end(struct os_child *child)
{
    if (child->pid == 0) return;
    (void)kill(-child->pid, SIGKILL);
    close_pipes(child);
    while (waitpid(child->pid, NULL, 0) < 0 && errno == EINTR)
        continue;
    *child = (struct os_child){0};
}

bool os_child_is_root(void)
{
    return geteuid() == 0;
}
