/* Sockets that listen. What comes in through them is the http room's business.
 *
 * Descriptors are plain numbers, closed by os_socket_close. Any thread. */
#ifndef CANDOR_OS_SOCKET_H
#define CANDOR_OS_SOCKET_H

#include "base/status.h"

#include <stdint.h>

/* address: "127.0.0.1:8080", "[::1]:8080" or "localhost:8080"; port 0 takes a free one, and *port
 * tells which. STATUS_INVALID when it reads otherwise. */
enum status os_socket_listen_tcp(const char *address, int *descriptor, uint16_t *port,
                                 struct error *error) MUST_CHECK;

/* A local socket under a path, for this user alone (mode 0600). One that nobody listens on any
 * more is replaced; STATUS_BUSY when somebody does. */
enum status os_socket_listen_local(const char *path, int *descriptor,
                                   struct error *error) MUST_CHECK;

void os_socket_close(int descriptor);

#endif
