#include "http/http_client.h"

#include "base/check.h"
#include "base/memory.h"

#include <curl/curl.h>
#include <stdbool.h>

enum { CONNECT_TIMEOUT_MS = 5000 };

struct http_client {
    CURL *curl;
};

/* What the library says of failures is about sockets, never about contents. */
static enum status explain(CURLcode code, struct error *error)
{
    enum status status = code == CURLE_COULDNT_CONNECT ? STATUS_ABSENT : STATUS_IO;
    return error_set(error, status, "could not talk to the server: %s", curl_easy_strerror(code));
}

/* A proxy of the environment is not for a local socket. */
static void set_fixed_options(CURL *curl, const char *unix_path)
{
    (void)curl_easy_setopt(curl, CURLOPT_UNIX_SOCKET_PATH, unix_path);
    (void)curl_easy_setopt(curl, CURLOPT_PROXY, "");
    (void)curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    (void)curl_easy_setopt(curl, CURLOPT_PATH_AS_IS, 1L);
    (void)curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS, (long)CONNECT_TIMEOUT_MS);
    (void)curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http");
}

static enum status try_connection(const char *unix_path, struct error *error)
{
    CURL *probe = curl_easy_init();
    if (!probe) return error_set(error, STATUS_IO, "could not start the HTTP client");
    set_fixed_options(probe, unix_path);
    (void)curl_easy_setopt(probe, CURLOPT_URL, "http://localhost/");
    (void)curl_easy_setopt(probe, CURLOPT_CONNECT_ONLY, 1L);
    CURLcode code = curl_easy_perform(probe);
    curl_easy_cleanup(probe);
    return code == CURLE_OK ? STATUS_OK : explain(code, error);
}

enum status http_client_open(const char *unix_path, struct http_client **out, struct error *error)
{
    TRY(try_connection(unix_path, error));
    CURL *curl = curl_easy_init();
    if (!curl) return error_set(error, STATUS_IO, "could not start the HTTP client");
    set_fixed_options(curl, unix_path);
    struct http_client *client = MEMORY_NEW(struct http_client);
    client->curl = curl;
    *out = client;
    return STATUS_OK;
}

void http_client_close(struct http_client *client)
{
    if (!client) return;
    curl_easy_cleanup(client->curl);
    memory_free(client);
}

struct receiver {
    http_client_piece *piece;
    void *context;
    struct error *error;
    enum status status;
};

static size_t receive(char *bytes, size_t size, size_t count, void *context)
{
    struct receiver *receiver = context;
    receiver->status = receiver->piece(receiver->context, bytes, size * count, receiver->error);
    return receiver->status == STATUS_OK ? size * count : CURL_WRITEFUNC_ERROR;
}

static void set_method(CURL *curl, const char *method, struct text body)
{
    (void)curl_easy_setopt(curl, CURLOPT_HTTPGET, 1L);
    if (body.size > 0 || text_equal(text_from(method), TEXT("POST"))) {
        (void)curl_easy_setopt(curl, CURLOPT_POST, 1L);
        (void)curl_easy_setopt(curl, CURLOPT_POSTFIELDS, body.size > 0 ? body.bytes : "");
        (void)curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)body.size);
    }
    (void)curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, method);
    (void)curl_easy_setopt(curl, CURLOPT_NOBODY,
                           text_equal(text_from(method), TEXT("HEAD")) ? 1L : 0L);
}

/* An empty "Expect:" keeps the library from waiting a second for a 100 before large bodies. */
static struct curl_slist *make_headers(const char *content_type)
{
    struct buffer line;
    buffer_init(&line, 256);
    buffer_printf(&line, "Content-Type: %s", content_type);
    buffer_append_byte(&line, '\0');
    assert(!buffer_overflowed(&line));
    struct curl_slist *headers = curl_slist_append(NULL, "Expect:");
    headers = curl_slist_append(headers, line.bytes);
    buffer_release(&line);
    return headers;
}

static enum status perform(CURL *curl, const char *target, struct receiver *receiver, int *code,
                           struct error *error)
{
    struct buffer url;
    buffer_init(&url, SIZE_MAX);
    buffer_append_string(&url, "http://localhost");
    buffer_append_string(&url, target);
    buffer_append_byte(&url, '\0');
    (void)curl_easy_setopt(curl, CURLOPT_URL, url.bytes);
    (void)curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, receive);
    (void)curl_easy_setopt(curl, CURLOPT_WRITEDATA, receiver);
    CURLcode result = curl_easy_perform(curl);
    buffer_release(&url);

    if (receiver->status != STATUS_OK) return receiver->status;
    if (result != CURLE_OK) return explain(result, error);
    long answered = 0;
    (void)curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &answered);
    *code = (int)answered;
    return STATUS_OK;
}

static enum status keep_piece(void *context, const char *bytes, size_t size, struct error *error)
{
    struct buffer *answer = context;
    buffer_append(answer, bytes, size);
    if (!buffer_overflowed(answer)) return STATUS_OK;
    return error_set(error, STATUS_TOO_LARGE, "the server's answer is over %zu bytes",
                     answer->size_max);
}

enum status http_client_call(struct http_client *client, const char *method, const char *target,
                             const char *content_type, struct text body, int *code,
                             struct buffer *answer, struct error *error)
{
    struct receiver receiver = {.piece = keep_piece, .context = answer, .error = error};
    struct curl_slist *headers = make_headers(content_type ? content_type : "application/json");
    set_method(client->curl, method, body);
    (void)curl_easy_setopt(client->curl, CURLOPT_HTTPHEADER, headers);
    enum status status = perform(client->curl, target, &receiver, code, error);
    (void)curl_easy_setopt(client->curl, CURLOPT_HTTPHEADER, NULL);
    curl_slist_free_all(headers);
    return status;
}

enum status http_client_stream(struct http_client *client, const char *method, const char *target,
                               int *code, http_client_piece *piece, void *context,
                               struct error *error)
{
    struct receiver receiver = {.piece = piece, .context = context, .error = error};
    set_method(client->curl, method, TEXT(""));
    return perform(client->curl, target, &receiver, code, error);
}
