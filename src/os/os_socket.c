#include "os/os_socket.h"

#include "base/check.h"
#include "base/text.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

enum { HOST_SIZE = 64 };

union address {
    struct sockaddr any;
    struct sockaddr_in v4;
    struct sockaddr_in6 v6;
};

/* "host:port" apart; the host of "[::1]:80" comes without brackets. */
static bool split_address(const char *address, char host[HOST_SIZE], uint16_t *port)
{
    const char *colon = strrchr(address, ':');
    if (!colon) return false;
    struct text name = {address, (size_t)(colon - address)};
    if (name.size >= 2 && name.bytes[0] == '[' && name.bytes[name.size - 1] == ']') {
        name = text_slice(name, 1, name.size - 2);
        if (text_find_byte(name, ':') == TEXT_NOT_FOUND) return false;
    } else if (text_find_byte(name, ':') != TEXT_NOT_FOUND) {
        return false; /* ::1:80 could be read in two ways */
    }
    uint64_t number;
    if (!text_to_u64(text_from(colon + 1), &number) || number > UINT16_MAX) return false;
    *port = (uint16_t)number;
    return text_to_string(name, host, HOST_SIZE);
}

static bool parse_address(const char *text, union address *out, socklen_t *size)
{
    char host[HOST_SIZE];
    uint16_t port;
    if (!split_address(text, host, &port)) return false;
    if (strcmp(host, "localhost") == 0) (void)text_to_string(TEXT("127.0.0.1"), host, HOST_SIZE);

    *out = (union address){0};
    if (inet_pton(AF_INET, host, &out->v4.sin_addr) == 1) {
        out->v4.sin_family = AF_INET;
        out->v4.sin_port = htons(port);
        *size = sizeof out->v4;
        return true;
    }
    if (inet_pton(AF_INET6, host, &out->v6.sin6_addr) == 1) {
        out->v6.sin6_family = AF_INET6;
        out->v6.sin6_port = htons(port);
        *size = sizeof out->v6;
        return true;
    }
    return false;
}

static enum status bind_tcp(int descriptor, const union address *address, socklen_t size,
                            const char *words, struct error *error)
{
    const int on = 1; /* for TCP_DEFER_ACCEPT: seconds */
    (void)setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    (void)setsockopt(descriptor, IPPROTO_TCP, TCP_DEFER_ACCEPT, &on, sizeof on);
    if (address->any.sa_family == AF_INET6) {
        (void)setsockopt(descriptor, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on);
    }
    if (bind(descriptor, &address->any, size) != 0 || listen(descriptor, SOMAXCONN) != 0) {
        return error_set_errno(error, "could not listen on \"%s\"", words);
    }
    return STATUS_OK;
}

static enum status bound_port(int descriptor, uint16_t *port, struct error *error)
{
    union address address;
    socklen_t size = sizeof address;
    if (getsockname(descriptor, &address.any, &size) != 0) {
        return error_set_errno(error, "could not ask for the port");
    }
    *port = ntohs(address.any.sa_family == AF_INET6 ? address.v6.sin6_port : address.v4.sin_port);
    return STATUS_OK;
}

enum status os_socket_listen_tcp(const char *address, int *descriptor, uint16_t *port,
                                 struct error *error)
{
    union address parsed;
    socklen_t size;
    if (!parse_address(address, &parsed, &size)) {
        return error_set(error, STATUS_INVALID,
                         "cannot listen on \"%s\": expected an address and a port, such as "
                         "127.0.0.1:8080 or [::1]:8080",
                         address);
    }
    int made = socket(parsed.any.sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (made < 0) return error_set_errno(error, "could not make a socket");
    enum status status = bind_tcp(made, &parsed, size, address, error);
    if (status == STATUS_OK) status = bound_port(made, port, error);
    if (status != STATUS_OK) {
        os_socket_close(made);
        return status;
    }
    *descriptor = made;
    return STATUS_OK;
}

/* Does anybody answer there? A socket file outlives its server when that was killed. */
static bool is_listened_to(const struct sockaddr_un *address)
{
    int probe = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (probe < 0) return true;
    bool answered = connect(probe, (const struct sockaddr *)address, sizeof *address) == 0;
    bool refused = !answered && (errno == ECONNREFUSED || errno == ENOENT);
    os_socket_close(probe);
    return !refused;
}

static enum status remove_stale(const struct sockaddr_un *address, struct error *error)
{
    struct stat found;
    if (lstat(address->sun_path, &found) != 0) return STATUS_OK;
    if (!S_ISSOCK(found.st_mode)) {
        return error_set(error, STATUS_INVALID, "cannot listen on \"%s\": it is not a socket",
                         address->sun_path);
    }
    if (is_listened_to(address)) {
        return error_set(error, STATUS_BUSY, "cannot listen on \"%s\": another server does",
                         address->sun_path);
    }
    if (unlink(address->sun_path) != 0 && errno != ENOENT) {
        return error_set_errno(error, "could not remove \"%s\"", address->sun_path);
    }
    return STATUS_OK;
}

/* Nobody can connect between bind and listen, so the mode is right before the first one does. */
static enum status bind_local(int descriptor, const struct sockaddr_un *address,
                              struct error *error)
{
    if (bind(descriptor, (const struct sockaddr *)address, sizeof *address) != 0 ||
        chmod(address->sun_path, S_IRUSR | S_IWUSR) != 0 || listen(descriptor, SOMAXCONN) != 0) {
        return error_set_errno(error, "could not listen on \"%s\"", address->sun_path);
    }
    return STATUS_OK;
}

enum status os_socket_listen_local(const char *path, int *descriptor, struct error *error)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    if (!text_to_string(text_from(path), address.sun_path, sizeof address.sun_path)) {
        return error_set(error, STATUS_TOO_LARGE,
                         "cannot listen on \"%s\": a socket's path has at most %zu bytes", path,
                         sizeof address.sun_path - 1);
    }
    TRY(remove_stale(&address, error));
    int made = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (made < 0) return error_set_errno(error, "could not make a socket");
    enum status status = bind_local(made, &address, error);
    if (status != STATUS_OK) {
        os_socket_close(made);
        return status;
    }
    *descriptor = made;
    return STATUS_OK;
}

void os_socket_close(int descriptor)
{
    assert(descriptor >= 0);
    (void)close(descriptor);
}

enum os_accept os_socket_accept(int listening, struct os_peer *out)
{
    for (;;) {
        out->address_size = sizeof out->address;
        out->descriptor =
            accept4(listening, &out->address.any, &out->address_size, SOCK_CLOEXEC | SOCK_NONBLOCK);
        if (out->descriptor >= 0) return OS_ACCEPT_GOT;
        if (errno == EINVAL) return OS_ACCEPT_STOPPED;
        bool is_short = errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM;
        if (is_short) return OS_ACCEPT_LATER;
        /* Else this one connection failed before it was ours: accept(2) lists the reasons. */
    }
}

void os_socket_stop(int descriptor)
{
    (void)shutdown(descriptor, SHUT_RDWR);
}

size_t os_socket_peek(int descriptor, void *bytes, size_t size)
{
    ssize_t got = recv(descriptor, bytes, size, MSG_PEEK | MSG_DONTWAIT);
    return got > 0 ? (size_t)got : 0;
}
