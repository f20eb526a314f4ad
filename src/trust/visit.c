#include "trust/visit.h"

#include "base/memory.h"
#include "codec/json_writer.h"
#include "codec/transfer.h"
#include "os/os_clock.h"
#include "trust/cdp.h"

#include <stdio.h>

enum {
    LOAD_MS_MAX = 15 * 1000,
    STEP_MS = 100,     /* between clicks: room for what they set off */
    SETTLE_MS = 500,   /* what a page does when it has loaded */
    UNSEEN_MAX = 1000, /* requests whose body the browser tells only when asked */
    ID_SIZE = 64,
    PARAMS_SIZE_MAX = 64 * 1024,
    POINT_SIZE_MAX = 100,
};

struct unseen {
    char id[ID_SIZE];
    char host[VISIT_HOST_SIZE];
};

struct visit {
    struct visit_options options;
    struct cdp *cdp;
    char host[VISIT_HOST_SIZE]; /* of the request that is being looked at */
    struct unseen unseen[UNSEEN_MAX];
    uint32_t unseen_count;
    struct visit_figures figures;
    bool is_loaded;
};

/* --- what leaves --- */

static void tell(struct visit *visit, struct text bytes)
{
    visit->options.sent(visit->options.context, visit->host, bytes);
}

static struct text member(const struct json_node *object, const char *name)
{
    const struct json_node *node = json_find(object, name);
    return node ? node->text : TEXT("");
}

static void set_host(struct visit *visit, struct text url)
{
    ptrdiff_t scheme = text_find(url, TEXT("://"));
    size_t begin = scheme == TEXT_NOT_FOUND ? 0 : (size_t)scheme + 3;
    struct text rest = text_slice(url, begin, url.size - begin);
    struct text host = text_split(rest, '/', &rest);
    host = text_split(host, '?', &rest);
    if (host.size >= VISIT_HOST_SIZE) host.size = VISIT_HOST_SIZE - 1;
    (void)text_to_string(host, visit->host, sizeof visit->host);
}

/* Base64 of one piece of a body, as the browser tells it. */
static void tell_encoded(struct visit *visit, struct text base64)
{
    struct buffer copy;
    size_t size;
    if (base64.size == 0) return;
    buffer_init(&copy, base64.size);
    buffer_append_text(&copy, base64);
    if (transfer_base64_decode(copy.bytes, copy.size, &size)) {
        tell(visit, (struct text){copy.bytes, size});
    } else {
        visit->figures.unseen++;
    }
    buffer_release(&copy);
}

static void remember_unseen(struct visit *visit, struct text id)
{
    if (visit->unseen_count == UNSEEN_MAX || id.size >= ID_SIZE) {
        visit->figures.unseen++;
        return;
    }
    struct unseen *unseen = &visit->unseen[visit->unseen_count++];
    (void)text_to_string(id, unseen->id, ID_SIZE);
    (void)snprintf(unseen->host, VISIT_HOST_SIZE, "%s", visit->host);
}

static void see_body(struct visit *visit, const struct json_node *request, struct text id)
{
    const struct json_node *pieces = json_find(request, "postDataEntries");
    const struct json_node *whole = json_find(request, "postData");
    if (pieces && pieces->first_child) {
        for (const struct json_node *piece = pieces->first_child; piece; piece = piece->next)
            tell_encoded(visit, member(piece, "bytes"));
    } else if (whole) {
        tell(visit, whole->text);
    } else if (json_find(request, "hasPostData")) {
        remember_unseen(visit, id);
    }
}

static void see_request(struct visit *visit, const struct json_node *params)
{
    const struct json_node *request = json_find(params, "request");
    struct text url = member(request, "url");
    bool is_visit = text_equal(member(params, "type"), TEXT("Document"));
    if (is_visit || !text_starts_with(url, TEXT("http"))) return; /* ours, or data: */
    visit->figures.requests++;
    set_host(visit, url);
    tell(visit, url);
    see_body(visit, request, member(params, "requestId"));
    const struct json_node *headers = json_find(request, "headers");
    for (const struct json_node *one = headers ? headers->first_child : NULL; one; one = one->next)
        if (!text_equal_fold(one->key, TEXT("referer"))) tell(visit, one->text);
}

static void see(void *context, struct text method, const struct json_node *params)
{
    struct visit *visit = context;
    if (text_equal(method, TEXT("Page.loadEventFired"))) visit->is_loaded = true;
    if (text_equal(method, TEXT("Network.requestWillBeSent"))) see_request(visit, params);
    if (text_equal(method, TEXT("Network.webSocketCreated"))) {
        set_host(visit, member(params, "url"));
        tell(visit, member(params, "url"));
    }
    if (text_equal(method, TEXT("Network.webSocketFrameSent"))) {
        tell(visit, member(json_find(params, "response"), "payloadData"));
    }
}

/* One call whose only parameter is a text. */
static enum status call(struct visit *visit, const char *method, const char *name, struct text text,
                        const struct json_node **result, struct error *error)
{
    struct buffer params;
    struct json_writer writer;
    buffer_init(&params, PARAMS_SIZE_MAX);
    json_writer_init(&writer, &params);
    json_object_begin(&writer);
    json_key(&writer, name);
    json_text(&writer, text);
    json_object_end(&writer);
    enum status status = buffer_overflowed(&params)
                             ? error_set(error, STATUS_TOO_LARGE, "too long for %s", method)
                             : cdp_call(visit->cdp, method, buffer_text(&params), result, error);
    buffer_release(&params);
    return status;
}

static enum status fetch_body(struct visit *visit, const struct unseen *unseen, struct error *error)
{
    const struct json_node *result = NULL;
    enum status status = call(visit, "Network.getRequestPostData", "requestId",
                              text_from(unseen->id), &result, error);
    if (status == STATUS_INVALID) { /* it is gone */
        visit->figures.unseen++;
        return STATUS_OK;
    }
    if (status != STATUS_OK) return status;
    (void)snprintf(visit->host, sizeof visit->host, "%s", unseen->host);
    const struct json_node *is_encoded = json_find(result, "base64Encoded");
    if (is_encoded && is_encoded->kind == JSON_TRUE) {
        tell_encoded(visit, member(result, "postData"));
    } else {
        tell(visit, member(result, "postData"));
    }
    return STATUS_OK;
}

enum status visit_fetch_bodies(struct visit *visit, struct error *error)
{
    while (visit->unseen_count > 0) {
        struct unseen unseen = visit->unseen[--visit->unseen_count];
        TRY(fetch_body(visit, &unseen, error));
    }
    return STATUS_OK;
}

struct visit_figures visit_figures(const struct visit *visit)
{
    struct visit_figures figures = visit->figures;
    figures.unseen += visit->unseen_count;
    return figures;
}

/* --- using the page --- */

enum status visit_wait(struct visit *visit, uint32_t milliseconds, struct error *error)
{
    return cdp_wait(visit->cdp, milliseconds, error);
}

enum status visit_go(struct visit *visit, struct text url, struct error *error)
{
    const struct json_node *result;
    visit->is_loaded = false;
    TRY(call(visit, "Page.navigate", "url", url, &result, error));
    if (json_find(result, "errorText")) {
        return error_set(error, STATUS_IO, "the page could not be loaded: %.*s",
                         TEXT_PRINT(member(result, "errorText")));
    }
    uint64_t deadline_ns = os_clock_monotonic_ns() + LOAD_MS_MAX * UINT64_C(1000000);
    while (!visit->is_loaded && os_clock_monotonic_ns() < deadline_ns)
        TRY(cdp_wait(visit->cdp, STEP_MS, error));
    return cdp_wait(visit->cdp, SETTLE_MS, error);
}

enum status visit_ask(struct visit *visit, struct text script, struct buffer *answer,
                      struct error *error)
{
    buffer_clear(answer);
    return cdp_evaluate(visit->cdp, script, answer, error);
}

enum status visit_insert(struct visit *visit, struct text text, struct error *error)
{
    return call(visit, "Input.insertText", "text", text, NULL, error);
}

static enum status press_key(struct visit *visit, struct text key, struct error *error)
{
    static const char *const kinds[] = {"keyDown", "keyUp"};
    struct buffer params;
    enum status status = STATUS_OK;
    buffer_init(&params, PARAMS_SIZE_MAX);
    for (int i = 0; i < 2 && status == STATUS_OK; i++) {
        struct json_writer writer;
        buffer_clear(&params);
        json_writer_init(&writer, &params);
        json_object_begin(&writer);
        json_key(&writer, "type");
        json_string(&writer, kinds[i]);
        json_key(&writer, "key");
        json_text(&writer, key);
        json_key(&writer, "text");
        json_text(&writer, i == 0 ? key : TEXT(""));
        json_object_end(&writer);
        status = cdp_call(visit->cdp, "Input.dispatchKeyEvent", buffer_text(&params), NULL, error);
    }
    buffer_release(&params);
    return status;
}

enum status visit_type(struct visit *visit, struct text text, struct error *error)
{
    for (size_t i = 0; i < text.size; i++)
        TRY(press_key(visit, text_slice(text, i, 1), error));
    return STATUS_OK;
}

enum status visit_click(struct visit *visit, struct text point, struct error *error)
{
    static const char *const kinds[] = {"mousePressed", "mouseReleased"};
    char params[2 * POINT_SIZE_MAX];
    if (point.size == 0 || point.size > POINT_SIZE_MAX) return STATUS_OK; /* not to be seen */
    for (int i = 0; i < 2; i++) {
        int size = snprintf(params, sizeof params,
                            "{\"type\":\"%s\",%.*s,\"button\":\"left\",\"clickCount\":1}", kinds[i],
                            TEXT_PRINT(point));
        struct text asked = {params, (size_t)size};
        TRY(cdp_call(visit->cdp, "Input.dispatchMouseEvent", asked, NULL, error));
    }
    return cdp_wait(visit->cdp, STEP_MS, error);
}

/* --- opening --- */

static enum status watch(struct visit *visit, struct error *error)
{
    static const char *const domains[] = {"Page.enable", "Runtime.enable", "Network.enable"};
    for (size_t i = 0; i < sizeof domains / sizeof *domains; i++)
        TRY(cdp_call(visit->cdp, domains[i], TEXT(""), NULL, error));
    return STATUS_OK;
}

enum status visit_open(const struct visit_options *options, struct visit **out, struct error *error)
{
    struct visit *visit = MEMORY_NEW(struct visit);
    visit->options = *options;
    struct cdp_options browser = {.program = options->chromium, .event = see, .context = visit};
    enum status status = cdp_open(&browser, &visit->cdp, error);
    if (status == STATUS_OK) status = watch(visit, error);
    if (status != STATUS_OK) {
        visit_close(visit);
        return status;
    }
    *out = visit;
    return STATUS_OK;
}

void visit_close(struct visit *visit)
{
    if (!visit) return;
    cdp_close(visit->cdp);
    memory_free(visit);
}
