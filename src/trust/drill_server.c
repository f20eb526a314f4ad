#include "trust/drill_server.h"

#include "base/memory.h"
#include "http/http_client.h"
#include "os/os_child.h"
#include "os/os_clock.h"

#include <stdio.h>
#include <string.h>

enum {
    INIT_MS_MAX = 30 * 1000,
    START_MS_MAX = 60 * 1000,
    STOP_MS_MAX = 15 * 1000,
    STEP_MS = 20,
    SAID_SIZE_MAX = 64 * 1024,
    ORIGIN_SIZE = 64,
};

struct drill_server {
    char program[OS_PATH_SIZE];
    char data[OS_PATH_SIZE];
    char config[OS_PATH_SIZE];
    char said[OS_PATH_SIZE];
    char log[OS_PATH_SIZE];
    char socket[OS_PATH_SIZE];
    char origin[ORIGIN_SIZE];
    struct os_child child;
    struct http_client *client;
};

/* --- starting --- */

static enum status name_files(struct drill_server *server, const char *folder, struct error *error)
{
    bool fits = os_path_join(server->data, folder, "data") &&
                os_path_join(server->config, folder, "candor.ini") &&
                os_path_join(server->said, folder, "said") &&
                os_path_join(server->log, folder, "log") &&
                os_path_join(server->socket, server->data, "candor.sock");
    if (fits) return STATUS_OK;
    return error_set(error, STATUS_INVALID, "the name of the temporary folder is too long");
}

static enum status write_config(const struct drill_server *server, const char *webhook,
                                struct error *error)
{
    struct os_file file;
    char lines[256];
    int size = snprintf(lines, sizeof lines, "[shield]\nwebhook = %s\n", webhook);
    TRY(os_file_create(&file, server->config, error));
    enum status status = os_file_write(&file, 0, lines, (size_t)size, error);
    if (status == STATUS_OK) status = os_file_publish(&file, error);
    os_file_close(&file);
    return status;
}

/* No setting of the environment: a drill must not reach anybody's webhook or folder. */
static enum status run(struct drill_server *server, const char *const *words, struct error *error)
{
    struct os_child_options options = {
        .output = server->said, .errors = server->log, .without = "CANDOR_", .ends_with_us = true};
    return os_child_run(words, &options, &server->child, error);
}

static enum status make_folder(struct drill_server *server, struct error *error)
{
    int code;
    const char *words[] = {server->program, "init", "--data", server->data, NULL};
    TRY(run(server, words, error));
    TRY(os_child_wait(&server->child, INIT_MS_MAX, &code, error));
    if (code == 0) return STATUS_OK;
    return error_set(error, STATUS_IO, "could not make the drill's data folder: init ended with %d",
                     code);
}

/* "listening on http://127.0.0.1:4711\n"; false while it is not all there. */
static bool read_origin(struct drill_server *server, struct error *error)
{
    char *bytes = NULL;
    size_t size = 0;
    if (os_file_read_all(server->said, SAID_SIZE_MAX, &bytes, &size, error) != STATUS_OK) {
        return false;
    }
    struct text rest;
    struct text said = {bytes, size};
    struct text ready = TEXT("listening on ");
    bool is_whole = text_starts_with(said, ready) && text_find_byte(said, '\n') != TEXT_NOT_FOUND;
    struct text line = text_split(said, '\n', &rest);
    struct text origin = is_whole ? text_slice(line, ready.size, line.size - ready.size) : TEXT("");
    bool is_read = is_whole && text_to_string(origin, server->origin, sizeof server->origin);
    memory_free(bytes);
    return is_read;
}

static enum status wait_until_ready(struct drill_server *server, struct error *error)
{
    for (uint32_t waited = 0; waited < START_MS_MAX; waited += STEP_MS) {
        struct error ignored;
        int code;
        if (read_origin(server, &ignored)) return STATUS_OK;
        if (os_child_wait(&server->child, STEP_MS, &code, &ignored) == STATUS_OK) {
            return error_set(error, STATUS_IO, "the drill's server ended with %d", code);
        }
    }
    return error_set(error, STATUS_IO, "the drill's server was not ready in time");
}

static enum status serve(struct drill_server *server, struct error *error)
{
    const char *words[] = {server->program, "serve",    "--data",      server->data, "--config",
                           server->config,  "--listen", "127.0.0.1:0", NULL};
    TRY(run(server, words, error));
    TRY(wait_until_ready(server, error));
    return http_client_open(server->socket, &server->client, error);
}

static enum status start(struct drill_server *server, const struct drill_server_options *options,
                         struct error *error)
{
    TRY(name_files(server, options->folder, error));
    TRY(os_child_self(server->program, error));
    TRY(write_config(server, options->webhook, error));
    TRY(make_folder(server, error));
    return serve(server, error);
}

enum status drill_server_start(const struct drill_server_options *options,
                               struct drill_server **out, struct error *error)
{
    struct drill_server *server = MEMORY_NEW(struct drill_server);
    enum status status = start(server, options, error);
    if (status != STATUS_OK) {
        drill_server_close(server);
        return status;
    }
    *out = server;
    return STATUS_OK;
}

/* --- ending --- */

enum status drill_server_stop(struct drill_server *server, struct error *error)
{
    int code;
    http_client_close(server->client);
    server->client = NULL;
    os_child_ask_to_end(&server->child);
    TRY(os_child_wait(&server->child, STOP_MS_MAX, &code, error));
    if (code == 0) return STATUS_OK;
    return error_set(error, STATUS_IO, "the drill's server ended with %d", code);
}

void drill_server_close(struct drill_server *server)
{
    if (!server) return;
    http_client_close(server->client);
    os_child_end(&server->child);
    memory_free(server);
}

const char *drill_server_origin(const struct drill_server *server)
{
    return server->origin;
}

const char *drill_server_data(const struct drill_server *server)
{
    return server->data;
}

const char *drill_server_log(const struct drill_server *server)
{
    return server->log;
}

/* --- asking --- */

static enum status call(struct drill_server *server, const char *method, const char *target,
                        struct text body, struct buffer *answer, struct error *error)
{
    int code = 0;
    buffer_clear(answer);
    TRY(http_client_call(server->client, method, target, NULL, body, &code, answer, error));
    if (code >= 200 && code < 300) return STATUS_OK;
    return error_set(error, STATUS_IO, "the drill's server answered %s with status %d", target,
                     code);
}

enum status drill_server_get(struct drill_server *server, const char *target, struct buffer *answer,
                             struct error *error)
{
    return call(server, "GET", target, TEXT(""), answer, error);
}

enum status drill_server_post(struct drill_server *server, const char *target, struct text body,
                              struct buffer *answer, struct error *error)
{
    return call(server, "POST", target, body, answer, error);
}
