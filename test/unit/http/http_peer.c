#include "http_peer.h"

#include "base/check.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

struct http_server *peer_serve(http_handler *handler, void *context, uint64_t body_size_max)
{
    struct http_options options = {
        .listen = "127.0.0.1:0",
        .thread_count = 2,
        .body_size_max = body_size_max,
        .handler = handler,
        .context = context,
    };
    struct http_server *server = NULL;
    struct error error = {0};
    if (http_server_start(&options, &server, &error) != STATUS_OK) {
        (void)fprintf(stderr, "%s\n", error.message);
        abort();
    }
    return server;
}

uint32_t peer_sum(const char *bytes, size_t size)
{
    uint32_t sum = 2166136261U;
    for (size_t i = 0; i < size; i++)
        sum = (sum ^ (uint8_t)bytes[i]) * 16777619U;
    return sum;
}

void peer_answer(struct http_request *request, int status, const char *words)
{
    struct http_response response;
    http_response_init(&response, status, "text/plain");
    http_response_header_literal(&response, "X-Kind", "test");
    buffer_append_string(&response.body, words);
    http_respond(request, &response);
}

void peer_echo(void *context, struct http_request *request)
{
    (void)context;
    size_t size;
    char *body = http_request_body(request, &size);
    int problem = (int)http_request_problem(request);
    static const int codes[] = {200, 413, 503, 503};
    struct http_response response;
    http_response_init(&response, codes[problem], "text/plain");
    http_response_header_literal(&response, "X-Kind", "test");
    buffer_printf(&response.body, "%.*s\n%.*s\n%.*s\n%d\n%.*s\n%.*s\n%zu\n%u\n",
                  TEXT_PRINT(http_request_method(request)), TEXT_PRINT(http_request_path(request)),
                  TEXT_PRINT(http_request_query(request)), problem,
                  TEXT_PRINT(http_request_header(request, "X-Say")),
                  TEXT_PRINT(http_request_cookie(request, "c")), size, peer_sum(body, size));
    http_respond(request, &response);
}

int peer_connect(const struct http_server *server)
{
    int peer = socket(AF_INET, SOCK_STREAM, 0);
    assert(peer >= 0);
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_port = htons(http_server_port(server)),
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    const int on = 1;
    const struct timeval patience = {.tv_sec = 10};
    (void)setsockopt(peer, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    (void)setsockopt(peer, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    (void)setsockopt(peer, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
    if (connect(peer, (struct sockaddr *)&address, sizeof address) != 0) {
        (void)close(peer);
        return -1;
    }
    return peer;
}

void peer_close(int peer)
{
    (void)close(peer);
}

void peer_half_close(int peer)
{
    (void)shutdown(peer, SHUT_WR);
}

bool peer_send(int peer, const char *bytes, size_t size)
{
    while (size > 0) {
        ssize_t sent = send(peer, bytes, size, MSG_NOSIGNAL);
        if (sent <= 0) return false;
        bytes += sent;
        size -= (size_t)sent;
    }
    return true;
}

bool peer_say(int peer, const char *words)
{
    return peer_send(peer, words, strlen(words));
}

static bool read_byte(int peer, char *byte)
{
    return recv(peer, byte, 1, 0) == 1;
}

/* A line without its end; false when the connection ends. */
static bool read_line(int peer, char *line, size_t size)
{
    size_t used = 0;
    char byte;
    while (read_byte(peer, &byte)) {
        if (byte == '\n') {
            if (used > 0 && line[used - 1] == '\r') used--;
            line[used] = '\0';
            return true;
        }
        assert(used + 1 < size);
        line[used++] = byte;
    }
    return false;
}

static void read_body(int peer, struct peer_answer *answer, size_t size)
{
    assert(answer->body_size + size < sizeof answer->body);
    for (size_t i = 0; i < size; i++) {
        if (!read_byte(peer, &answer->body[answer->body_size])) return;
        answer->body_size++;
    }
    answer->body[answer->body_size] = '\0';
}

void peer_read_head(int peer, struct peer_answer *answer)
{
    memset(answer, 0, sizeof *answer);
    char line[4096];
    if (!read_line(peer, line, sizeof line)) return;
    answer->status = (int)strtol(line + strlen("HTTP/1.1 "), NULL, 10);
    size_t used = 0;
    while (read_line(peer, line, sizeof line) && line[0] != '\0') {
        int size = snprintf(answer->head + used, sizeof answer->head - used, "%s\n", line);
        used += (size_t)size;
        assert(used < sizeof answer->head);
    }
}

static const char *header(const struct peer_answer *answer, const char *name)
{
    for (const char *line = answer->head; *line; line = strchr(line, '\n') + 1) {
        if (strncasecmp(line, name, strlen(name)) == 0 && line[strlen(name)] == ':') {
            return line + strlen(name) + 2;
        }
    }
    return NULL;
}

bool peer_header_is(const struct peer_answer *answer, const char *name, const char *value)
{
    const char *found = header(answer, name);
    if (!found || !value) return !found && !value;
    return strncmp(found, value, strlen(value)) == 0 && found[strlen(value)] == '\n';
}

void peer_read(int peer, struct peer_answer *answer)
{
    peer_read_head(peer, answer);
    const char *size = header(answer, "Content-Length");
    if (size) read_body(peer, answer, (size_t)strtoul(size, NULL, 10));
    if (!peer_header_is(answer, "Transfer-Encoding", "chunked")) return;
    char line[64];
    while (read_line(peer, line, sizeof line)) {
        size_t piece = (size_t)strtoul(line, NULL, 16);
        read_body(peer, answer, piece);
        bool whole = read_line(peer, line, sizeof line);
        if (!whole || piece == 0) return;
    }
    answer->status = -1; /* broken off before the last chunk */
}

bool peer_is_closed(int peer)
{
    char byte;
    return recv(peer, &byte, 1, 0) <= 0;
}
