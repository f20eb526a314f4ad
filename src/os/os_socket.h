/* Sockets that listen. What comes in through them is the http room's business.
 *
 * Descriptors are plain numbers, closed by os_socket_close. Any thread. */
#ifndef CANDOR_OS_SOCKET_H
#define CANDOR_OS_SOCKET_H

#include "base/status.h"

#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

/* address: "127.0.0.1:8080", "[::1]:8080" or "localhost:8080"; port 0 takes a free one, and *port
 * tells which. STATUS_INVALID when it reads otherwise. */
enum status os_socket_listen_tcp(const char *address, int *descriptor, uint16_t *port,
                                 struct error *error) MUST_CHECK;

/* A local socket under a path, for this user alone (mode 0600). One that nobody listens on any
 * more is replaced; STATUS_BUSY when somebody does. */
enum status os_socket_listen_local(const char *path, int *descriptor,
                                   struct error *error) MUST_CHECK;

void os_socket_close(int descriptor);

/* A connection that came in. */
struct os_peer {
    int descriptor; /* non-blocking */
    union {
        struct sockaddr any;
        struct sockaddr_storage storage;
    } address;
    socklen_t address_size;
};

enum os_accept {
    OS_ACCEPT_GOT,
    OS_ACCEPT_LATER,   /* out of descriptors or memory: try again in a moment */
    OS_ACCEPT_STOPPED, /* os_socket_stop was called */
};

/* Waits for the next connection. Over TCP it comes with its first bytes as a rule: the kernel holds
 * it back until they are there, for about a second. */
enum os_accept os_socket_accept(int listening, struct os_peer *out);

/* A listening socket takes no more, a connection ends both ways. The descriptor stays open. */
void os_socket_stop(int descriptor);

/* The bytes that are there, left where they are; may be none. */
size_t os_socket_peek(int descriptor, void *bytes, size_t size);

#endif
