#include "app/local.h"

#include "base/check.h"
#include "base/memory.h"
#include "http/http_client.h"
#include "os/os_clock.h"

#include <stdio.h>
#include <string.h>

enum {
    WAIT_MS = 3000, /* for a server that starts or stops, or a verb that ends */
    WAIT_STEP_MS = 20,
    REFUSAL_SIZE_MAX = 64 * 1024,
    TARGET_SIZE_MAX = 8 * 1024,
};

struct local {
    struct data_folder folder;
    struct http_client *client; /* NULL: the engine is ours */
    struct engine engine;
};

/* --- opening --- */

/* The socket first: a server holds the lock all its life. */
static enum status try_to_reach(struct local *local, struct error *error)
{
    enum status status = STATUS_ABSENT;
    if (os_exists(local->folder.socket_path)) {
        status = http_client_open(local->folder.socket_path, &local->client, error);
    }
    if (status != STATUS_ABSENT) return status;
    return data_folder_lock(&local->folder, error);
}

static enum status open_steps(struct local *local, const struct config *config, struct error *error)
{
    TRY(data_folder_open(config_text(config, CONFIG_data_folder), &local->folder, error));
    enum status status = try_to_reach(local, error);
    for (int waited_ms = 0; status == STATUS_BUSY && waited_ms < WAIT_MS;
         waited_ms += WAIT_STEP_MS) {
        os_sleep_ms(WAIT_STEP_MS);
        status = try_to_reach(local, error);
    }
    if (status != STATUS_OK || local->client) return status;
    return engine_open(&local->folder, config, ENGINE_FOR_VERB, &local->engine, error);
}

enum status local_open(const struct config *config, struct local **out, struct error *error)
{
    struct local *local = MEMORY_NEW(struct local);
    local->folder = (struct data_folder){.lock.descriptor = -1, .folder.descriptor = -1};
    enum status status = open_steps(local, config, error);
    if (status == STATUS_OK) {
        *out = local;
    } else {
        local_close(local);
    }
    return status;
}

void local_close(struct local *local)
{
    if (!local) return;
    http_client_close(local->client);
    engine_close(&local->engine);
    data_folder_close(&local->folder);
    memory_free(local);
}

struct engine *local_engine(struct local *local)
{
    return local->client ? NULL : &local->engine;
}

const struct data_folder *local_folder(const struct local *local)
{
    return &local->folder;
}

/* --- calling --- */

/* The status that an HTTP code came from. */
static enum status status_of(int code)
{
    switch (code) {
    case 401:
    case 403: return STATUS_DENIED;
    case 404: return STATUS_ABSENT;
    case 413: return STATUS_TOO_LARGE;
    case 429:
    case 503: return STATUS_BUSY;
    default: return code < 500 ? STATUS_INVALID : STATUS_IO;
    }
}

/* A refusal is problem+json (RFC 9457): "detail" has the words. */
static enum status refuse(int code, struct buffer *answer, struct error *error)
{
    struct arena arena;
    arena_init(&arena, REFUSAL_SIZE_MAX);
    const struct json_node *root = NULL;
    struct error ignored;
    enum status status = status_of(code);
    struct text words = {0};
    if (local_parse(answer, &arena, &root, &ignored) == STATUS_OK) {
        words = local_text(root, "detail");
        if (words.size == 0) words = local_text(root, "title");
        if (words.size == 0) words = local_text(root, "error");
    }
    if (words.size > 0) {
        status = error_set(error, status, "%.*s", TEXT_PRINT(words));
    } else {
        status = error_set(error, status, "the server answered with status %d", code);
    }
    arena_release(&arena);
    return status;
}

static enum status call_server(struct local *local, const char *method, const char *target,
                               const char *content_type, struct text body, struct buffer *answer,
                               struct error *error)
{
    int code = 0;
    TRY(http_client_call(local->client, method, target, content_type, body, &code, answer, error));
    return code == 200 ? STATUS_OK : refuse(code, answer, error);
}

enum status local_call(struct local *local, const char *method, const char *target,
                       const char *content_type, struct text body, struct buffer *answer,
                       struct error *error)
{
    if (local->client) {
        return call_server(local, method, target, content_type, body, answer, error);
    }
    return api_local(local->engine.api, method, target, body, answer, error);
}

/* --- exporting --- */

/* A refusal comes as a body, too, and the code is known at the end only. So the beginning is held
 * back: a refusal is never longer than this. */
struct receiving {
    struct buffer held;
    bool is_flowing;
    api_piece *piece;
    void *context;
};

static enum status let_go(struct receiving *receiving, struct error *error)
{
    receiving->is_flowing = true;
    if (receiving->held.size == 0) return STATUS_OK;
    return receiving->piece(receiving->context, buffer_text(&receiving->held), error);
}

static enum status take_piece(void *context, const char *bytes, size_t size, struct error *error)
{
    struct receiving *receiving = context;
    if (!receiving->is_flowing) {
        if (size <= receiving->held.size_max - receiving->held.size) {
            buffer_append(&receiving->held, bytes, size);
            return STATUS_OK;
        }
        TRY(let_go(receiving, error));
    }
    return receiving->piece(receiving->context, (struct text){bytes, size}, error);
}

static enum status export_from_server(struct local *local, const char *target,
                                      struct receiving *receiving, struct error *error)
{
    int code = 0;
    TRY(http_client_stream(local->client, "GET", target, &code, take_piece, receiving, error));
    if (code != 200) return refuse(code, &receiving->held, error);
    return receiving->is_flowing ? STATUS_OK : let_go(receiving, error);
}

enum status local_export(struct local *local, const char *target, api_piece *piece, void *context,
                         struct error *error)
{
    if (!local->client) return api_local_export(local->engine.api, target, piece, context, error);
    struct receiving receiving = {.piece = piece, .context = context};
    buffer_init(&receiving.held, REFUSAL_SIZE_MAX);
    enum status status = export_from_server(local, target, &receiving, error);
    buffer_release(&receiving.held);
    return status;
}

/* --- targets --- */

void target_begin(struct buffer *out, const char *path)
{
    buffer_init(out, TARGET_SIZE_MAX);
    buffer_append_string(out, path);
}

static bool is_unreserved(char byte)
{
    return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') ||
           (byte >= '0' && byte <= '9') || (byte != '\0' && strchr("-._~", byte));
}

void target_add(struct buffer *out, const char *name, const char *value)
{
    if (!value) return;
    bool is_first = text_find_byte(buffer_text(out), '?') == TEXT_NOT_FOUND;
    buffer_printf(out, "%c%s=", is_first ? '?' : '&', name);
    for (; *value != '\0'; value++) {
        if (is_unreserved(*value)) {
            buffer_append_byte(out, *value);
        } else {
            buffer_printf(out, "%%%02X", (unsigned)(unsigned char)*value);
        }
    }
}

enum status target_end(struct buffer *out, const char **target, struct error *error)
{
    buffer_append_byte(out, '\0');
    *target = out->bytes;
    if (!buffer_overflowed(out)) return STATUS_OK;
    return error_set(error, STATUS_TOO_LARGE, "the flags are too long");
}

/* --- answers --- */

enum status local_parse(struct buffer *answer, struct arena *arena, const struct json_node **root,
                        struct error *error)
{
    struct json_node *node = NULL;
    TRY(json_tree_parse(answer->bytes, answer->size, arena, &node, error));
    *root = node;
    return STATUS_OK;
}

uint64_t local_number(const struct json_node *object, const char *key)
{
    const struct json_node *node = json_find(object, key);
    uint64_t number = 0;
    if (!node || node->kind != JSON_NUMBER || !text_to_u64(node->text, &number)) return 0;
    return number;
}

struct text local_text(const struct json_node *object, const char *key)
{
    const struct json_node *node = json_find(object, key);
    return node && node->kind == JSON_TEXT ? node->text : (struct text){0};
}

const struct json_node *local_find_project(const struct json_node *projects, const char *name)
{
    for (const struct json_node *node = projects->first_child; node; node = node->next) {
        const struct json_node *id = json_find(node, "id");
        if (text_equal(local_text(node, "name"), text_from(name))) return node;
        if (id && text_equal(id->text, text_from(name))) return node;
    }
    return NULL;
}
