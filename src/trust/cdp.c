#include "trust/cdp.h"

#include "base/check.h"
#include "base/memory.h"
#include "codec/json_writer.h"
#include "os/os_child.h"
#include "os/os_clock.h"
#include "os/os_own_folder.h"

#include <stdio.h>

enum {
    ARENA_SIZE = 256 * 1024 * 1024, /* of one message's tree: its pages come as they are used */
    READ_SIZE = 64 * 1024,
    CALL_MS_MAX = 20 * 1000,
    SESSION_SIZE = 128,
    WORDS_MAX = 24,
};

struct cdp {
    struct cdp_options options;
    struct os_child child;
    struct cdp_reader reader;
    struct arena arena;
    struct buffer out;
    uint64_t last_id;
    char session[SESSION_SIZE]; /* "" until there is a page */
    struct os_own_folder folder;
    char piece[READ_SIZE];
};

/* --- messages --- */

static struct text member(const struct json_node *object, const char *name)
{
    const struct json_node *node = json_find(object, name);
    return node ? node->text : TEXT("");
}

static enum status post(struct cdp *cdp, const char *method, struct text params,
                        struct error *error)
{
    struct json_writer writer;
    buffer_clear(&cdp->out);
    json_writer_init(&writer, &cdp->out);
    json_object_begin(&writer);
    json_key(&writer, "id");
    json_unsigned(&writer, ++cdp->last_id);
    json_key(&writer, "method");
    json_string(&writer, method);
    json_key(&writer, "params");
    json_raw(&writer, params.size > 0 ? params : TEXT("{}"));
    if (cdp->session[0] != '\0') {
        json_key(&writer, "sessionId");
        json_string(&writer, cdp->session);
    }
    json_object_end(&writer);
    buffer_append_byte(&cdp->out, '\0');
    return os_child_write(&cdp->child, cdp->out.bytes, cdp->out.size, error);
}

/* The next message, told if it is an event; *answer when it is the one to the last call. */
static enum status take(struct cdp *cdp, const struct json_node **answer, bool *any,
                        struct error *error)
{
    const struct json_node *message;
    uint64_t id;
    *answer = NULL;
    arena_rewind(&cdp->arena, 0);
    enum status status = cdp_reader_next(&cdp->reader, &cdp->arena, &message, error);
    *any = message || status == STATUS_CORRUPT;
    if (!message) return status == STATUS_CORRUPT ? STATUS_OK : status;
    if (text_to_u64(member(message, "id"), &id)) {
        if (id == cdp->last_id) *answer = message;
        return STATUS_OK;
    }
    const struct json_node *params = json_find(message, "params");
    if (params && cdp->options.event) {
        cdp->options.event(cdp->options.context, member(message, "method"), params);
    }
    return STATUS_OK;
}

static enum status hear(struct cdp *cdp, uint64_t deadline_ns, struct error *error)
{
    uint64_t now_ns = os_clock_monotonic_ns();
    size_t got;
    uint32_t rest_ms = now_ns < deadline_ns ? (uint32_t)((deadline_ns - now_ns) / 1000000) + 1 : 0;
    TRY(os_child_read(&cdp->child, cdp->piece, sizeof cdp->piece, rest_ms, &got, error));
    return got > 0 ? cdp_reader_add(&cdp->reader, cdp->piece, got, error) : STATUS_OK;
}

static enum status run(struct cdp *cdp, uint32_t milliseconds, const struct json_node **answer,
                       struct error *error)
{
    uint64_t deadline_ns = os_clock_monotonic_ns() + (uint64_t)milliseconds * 1000000;
    for (;;) {
        const struct json_node *found;
        bool any = true;
        while (any) {
            TRY(take(cdp, &found, &any, error));
            if (!found || !answer) continue;
            *answer = found;
            return STATUS_OK;
        }
        if (os_clock_monotonic_ns() >= deadline_ns) return STATUS_OK;
        TRY(hear(cdp, deadline_ns, error));
    }
}

enum status cdp_wait(struct cdp *cdp, uint32_t milliseconds, struct error *error)
{
    return run(cdp, milliseconds, NULL, error);
}

enum status cdp_call(struct cdp *cdp, const char *method, struct text params,
                     const struct json_node **result, struct error *error)
{
    const struct json_node *answer = NULL;
    TRY(post(cdp, method, params, error));
    TRY(run(cdp, CALL_MS_MAX, &answer, error));
    if (!answer) return error_set(error, STATUS_IO, "the browser did not answer to %s", method);
    if (result) *result = json_find(answer, "result");
    if (!json_find(answer, "error") && json_find(answer, "result")) return STATUS_OK;
    return error_set(error, STATUS_INVALID, "the browser refused %s", method);
}

enum status cdp_evaluate(struct cdp *cdp, struct text script, struct buffer *value,
                         struct error *error)
{
    struct buffer params;
    struct json_writer writer;
    const struct json_node *result;
    buffer_init(&params, CDP_MESSAGE_SIZE_MAX);
    json_writer_init(&writer, &params);
    json_object_begin(&writer);
    json_key(&writer, "expression");
    json_text(&writer, script);
    json_key(&writer, "returnByValue");
    json_bool(&writer, true);
    json_key(&writer, "awaitPromise");
    json_bool(&writer, true);
    json_object_end(&writer);
    enum status status = cdp_call(cdp, "Runtime.evaluate", buffer_text(&params), &result, error);
    buffer_release(&params);
    if (status != STATUS_OK) return status;
    const struct json_node *told = json_find(json_find(result, "result"), "value");
    if (!told || told->kind != JSON_TEXT) {
        return error_set(error, STATUS_INVALID, "a script in the page gave no text");
    }
    buffer_append_text(value, told->text);
    return STATUS_OK;
}

/* --- starting and ending --- */

static enum status start(struct cdp *cdp, const char *program, struct error *error)
{
    char folder[OS_PATH_SIZE + 32];
    TRY(os_own_folder_make(&cdp->folder, error));
    (void)snprintf(folder, sizeof folder, "--user-data-dir=%s", cdp->folder.path);
    const char *words[WORDS_MAX] = {program,
                                    "--headless",
                                    "--remote-debugging-pipe",
                                    folder,
                                    "--no-first-run",
                                    "--disable-gpu",
                                    "--disable-quic",
                                    "--disable-sync",
                                    "--disable-extensions",
                                    "--disable-background-networking",
                                    "--disable-component-update",
                                    "--disable-default-apps",
                                    "--disable-dev-shm-usage",
                                    "--no-default-browser-check",
                                    os_child_is_root() ? "--no-sandbox" : "--no-pings",
                                    "about:blank",
                                    NULL};
    return os_child_start(words, &cdp->child, error);
}

static enum status attach(struct cdp *cdp, struct error *error)
{
    const struct json_node *result;
    char params[256];
    TRY(cdp_call(cdp, "Target.createTarget", TEXT("{\"url\":\"about:blank\"}"), &result, error));
    struct text target = member(result, "targetId");
    int size =
        snprintf(params, sizeof params, "{\"targetId\":\"%.*s\",\"flatten\":true}",
                 (int)(target.size < 100 ? target.size : 100), target.bytes ? target.bytes : "");
    struct text asked = {params, (size_t)size};
    TRY(cdp_call(cdp, "Target.attachToTarget", asked, &result, error));
    if (text_to_string(member(result, "sessionId"), cdp->session, sizeof cdp->session)) {
        return STATUS_OK;
    }
    return error_set(error, STATUS_INVALID, "the browser gave no page");
}

enum status cdp_open(const struct cdp_options *options, struct cdp **out, struct error *error)
{
    char program[OS_PATH_SIZE];
    const char *name = options->program ? options->program : "chromium";
    if (!os_child_find(name, program)) {
        return error_set(error, STATUS_ABSENT,
                         "there is no \"%.100s\" to run: install Chromium, or name it with "
                         "--chromium PATH",
                         name);
    }
    struct cdp *cdp = memory_alloc(1, sizeof *cdp);
    cdp->options = *options;
    cdp_reader_init(&cdp->reader);
    arena_init(&cdp->arena, ARENA_SIZE);
    buffer_init(&cdp->out, 2 * (size_t)CDP_MESSAGE_SIZE_MAX);
    enum status status = start(cdp, program, error);
    if (status == STATUS_OK) status = attach(cdp, error);
    if (status != STATUS_OK) {
        cdp_close(cdp);
        return status;
    }
    *out = cdp;
    return STATUS_OK;
}

void cdp_close(struct cdp *cdp)
{
    if (!cdp) return;
    os_child_end(&cdp->child);
    os_own_folder_remove(&cdp->folder);
    cdp_reader_release(&cdp->reader);
    arena_release(&cdp->arena);
    buffer_release(&cdp->out);
    memory_free(cdp);
}
