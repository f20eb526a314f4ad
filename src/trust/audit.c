#include "trust/audit.h"

#include "base/check.h"
#include "base/memory.h"
#include "codec/json_writer.h"
#include "codec/transfer.h"
#include "os/os_clock.h"
#include "trust/audit_script.h"
#include "trust/cdp.h"

#include <stdio.h>
#include <string.h>

enum {
    LOAD_MS_MAX = 15 * 1000,
    STEP_MS = 100, /* between clicks: room for what they set off */
    LEAVE_MS = 500,
    UNSEEN_MAX = 200, /* requests whose body the browser tells only when asked */
    ID_SIZE = 64,
    SCRIPT_SIZE_MAX = 32 * 1024,
    COUNT_MAX = 100,
};

struct audit {
    const struct audit_options *options;
    struct audit_report *report;
    struct cdp *cdp;
    char host[AUDIT_HOST_SIZE]; /* of the request that is being looked at */
    char unseen[UNSEEN_MAX][ID_SIZE];
    char unseen_hosts[UNSEEN_MAX][AUDIT_HOST_SIZE];
    uint32_t unseen_count;
    bool is_loaded;
};

/* --- what leaves --- */

static void found(void *context, uint32_t canary, const char *wrapping)
{
    struct audit *audit = context;
    struct audit_report *report = audit->report;
    for (uint32_t i = 0; i < report->leak_count; i++) {
        struct audit_leak *leak = &report->leaks[i];
        bool is_same = leak->canary == canary && strcmp(leak->host, audit->host) == 0;
        if (!is_same || strcmp(leak->wrapping, wrapping) != 0) continue;
        leak->times++;
        return;
    }
    if (report->leak_count == AUDIT_LEAKS_MAX) {
        report->left_out++;
        return;
    }
    struct audit_leak *leak = &report->leaks[report->leak_count++];
    *leak = (struct audit_leak){.canary = canary, .times = 1};
    (void)snprintf(leak->host, sizeof leak->host, "%s", audit->host);
    (void)snprintf(leak->wrapping, sizeof leak->wrapping, "%s", wrapping);
}

static void search(struct audit *audit, struct text bytes)
{
    audit_search(bytes, audit->report->prefix, found, audit);
}

static struct text member(const struct json_node *object, const char *name)
{
    const struct json_node *node = json_find(object, name);
    return node ? node->text : TEXT("");
}

static void set_host(struct audit *audit, struct text url)
{
    ptrdiff_t scheme = text_find(url, TEXT("://"));
    size_t begin = scheme == TEXT_NOT_FOUND ? 0 : (size_t)scheme + 3;
    struct text rest = text_slice(url, begin, url.size - begin);
    struct text host = text_split(rest, '/', &rest);
    host = text_split(host, '?', &rest);
    if (host.size >= AUDIT_HOST_SIZE) host.size = AUDIT_HOST_SIZE - 1;
    (void)text_to_string(host, audit->host, sizeof audit->host);
}

/* Base64 of one piece of a body, as the browser tells it. */
static void search_encoded(struct audit *audit, struct text base64)
{
    struct buffer copy;
    size_t size;
    if (base64.size == 0) return;
    buffer_init(&copy, base64.size);
    buffer_append_text(&copy, base64);
    if (transfer_base64_decode(copy.bytes, copy.size, &size)) {
        search(audit, (struct text){copy.bytes, size});
    }
    buffer_release(&copy);
}

static void search_body(struct audit *audit, const struct json_node *request, struct text id)
{
    const struct json_node *pieces = json_find(request, "postDataEntries");
    const struct json_node *whole = json_find(request, "postData");
    if (pieces && pieces->first_child) {
        for (const struct json_node *piece = pieces->first_child; piece; piece = piece->next)
            search_encoded(audit, member(piece, "bytes"));
    } else if (whole) {
        search(audit, whole->text);
    } else if (json_find(request, "hasPostData") && audit->unseen_count < UNSEEN_MAX &&
               id.size < ID_SIZE) {
        uint32_t place = audit->unseen_count++;
        (void)text_to_string(id, audit->unseen[place], ID_SIZE);
        (void)snprintf(audit->unseen_hosts[place], AUDIT_HOST_SIZE, "%s", audit->host);
    }
}

static void see_request(struct audit *audit, const struct json_node *params)
{
    const struct json_node *request = json_find(params, "request");
    struct text url = member(request, "url");
    bool is_visit = text_equal(member(params, "type"), TEXT("Document"));
    if (is_visit || !text_starts_with(url, TEXT("http"))) return; /* ours, or data: */
    audit->report->request_count++;
    set_host(audit, url);
    search(audit, url);
    search_body(audit, request, member(params, "requestId"));
    const struct json_node *headers = json_find(request, "headers");
    for (const struct json_node *one = headers ? headers->first_child : NULL; one; one = one->next)
        if (!text_equal_fold(one->key, TEXT("referer"))) search(audit, one->text);
}

static void see(void *context, struct text method, const struct json_node *params)
{
    struct audit *audit = context;
    if (text_equal(method, TEXT("Page.loadEventFired"))) audit->is_loaded = true;
    if (text_equal(method, TEXT("Network.requestWillBeSent"))) see_request(audit, params);
    if (text_equal(method, TEXT("Network.webSocketCreated"))) {
        set_host(audit, member(params, "url"));
        search(audit, member(params, "url"));
    }
    if (text_equal(method, TEXT("Network.webSocketFrameSent"))) {
        search(audit, member(json_find(params, "response"), "payloadData"));
    }
}

/* Bodies that were not told along with their requests. */
static enum status ask_for_bodies(struct audit *audit, struct error *error)
{
    for (uint32_t i = 0; i < audit->unseen_count; i++) {
        struct buffer params;
        struct json_writer writer;
        const struct json_node *result = NULL;
        buffer_init(&params, SCRIPT_SIZE_MAX);
        json_writer_init(&writer, &params);
        json_object_begin(&writer);
        json_key(&writer, "requestId");
        json_string(&writer, audit->unseen[i]);
        json_object_end(&writer);
        enum status status = cdp_call(audit->cdp, "Network.getRequestPostData",
                                      buffer_text(&params), &result, error);
        buffer_release(&params);
        if (status == STATUS_INVALID) continue; /* it is gone */
        if (status != STATUS_OK) return status;
        (void)snprintf(audit->host, sizeof audit->host, "%s", audit->unseen_hosts[i]);
        const struct json_node *is_encoded = json_find(result, "base64Encoded");
        if (is_encoded && is_encoded->kind == JSON_TRUE) {
            search_encoded(audit, member(result, "postData"));
        } else {
            search(audit, member(result, "postData"));
        }
    }
    return STATUS_OK;
}

/* --- using the page --- */

/* A verb of the handle in the page, with its answer in the buffer. */
static enum status ask(struct audit *audit, const char *verb, uint32_t index, struct buffer *answer,
                       struct error *error)
{
    char script[64];
    int size = snprintf(script, sizeof script, "globalThis['%s'].%s(%u)", audit->report->prefix,
                        verb, index);
    buffer_clear(answer);
    return cdp_evaluate(audit->cdp, (struct text){script, (size_t)size}, answer, error);
}

static enum status type_into(struct audit *audit, uint32_t index, struct buffer *answer,
                             struct error *error)
{
    char params[AUDIT_TEXT_SIZE];
    TRY(ask(audit, "focus", index, answer, error));
    struct text typed = buffer_text(answer);
    if (typed.size != AUDIT_PREFIX_SIZE + 2) return STATUS_OK; /* the page has changed it */
    int size = snprintf(params, sizeof params, "{\"text\":\"%.*s\"}", TEXT_PRINT(typed));
    TRY(cdp_call(audit->cdp, "Input.insertText", (struct text){params, (size_t)size}, NULL, error));
    return ask(audit, "typed", index, answer, error);
}

static enum status click(struct audit *audit, uint32_t index, struct buffer *answer,
                         struct error *error)
{
    static const char *const kinds[] = {"mousePressed", "mouseReleased"};
    char params[256];
    TRY(ask(audit, "point", index, answer, error));
    struct text point = buffer_text(answer);
    if (point.size == 0 || point.size > 100) return STATUS_OK; /* not to be seen */
    for (int i = 0; i < 2; i++) {
        int size = snprintf(params, sizeof params,
                            "{\"type\":\"%s\",%.*s,\"button\":\"left\",\"clickCount\":1}", kinds[i],
                            TEXT_PRINT(point));
        struct text asked = {params, (size_t)size};
        TRY(cdp_call(audit->cdp, "Input.dispatchMouseEvent", asked, NULL, error));
    }
    return cdp_wait(audit->cdp, STEP_MS, error);
}

static enum status plant(struct audit *audit, uint32_t *fields, uint32_t *clicks,
                         struct buffer *answer, struct error *error)
{
    struct buffer script;
    struct text rest;
    uint64_t first = 0;
    uint64_t second = 0;
    buffer_init(&script, SCRIPT_SIZE_MAX);
    buffer_printf(&script, "%s('%s')", audit_script, audit->report->prefix);
    buffer_clear(answer);
    enum status status = cdp_evaluate(audit->cdp, buffer_text(&script), answer, error);
    buffer_release(&script);
    if (status != STATUS_OK) return status;
    (void)text_to_u64(text_split(buffer_text(answer), ',', &rest), &first);
    (void)text_to_u64(rest, &second);
    *fields = first < COUNT_MAX ? (uint32_t)first : COUNT_MAX;
    *clicks = second < COUNT_MAX ? (uint32_t)second : COUNT_MAX;
    return STATUS_OK;
}

/* What each canary is called. */
static enum status read_places(struct audit *audit, struct buffer *answer, struct error *error)
{
    struct arena arena;
    struct json_node *list;
    TRY(ask(audit, "places", 0, answer, error));
    arena_init(&arena, 1024 * 1024);
    enum status status = json_tree_parse(answer->bytes, answer->size, &arena, &list, error);
    const struct json_node *one = status == STATUS_OK ? list->first_child : NULL;
    for (; one && audit->report->canary_count < AUDIT_CANARIES_MAX; one = one->next) {
        struct text place = one->text;
        char *out = audit->report->places[audit->report->canary_count++];
        if (place.size >= AUDIT_TEXT_SIZE) place.size = AUDIT_TEXT_SIZE - 1;
        (void)text_to_string(place, out, AUDIT_TEXT_SIZE);
    }
    arena_release(&arena);
    return status;
}

static enum status use_page(struct audit *audit, struct buffer *answer, struct error *error)
{
    uint32_t fields;
    uint32_t clicks;
    TRY(plant(audit, &fields, &clicks, answer, error));
    TRY(read_places(audit, answer, error));
    for (uint32_t i = 0; i < fields; i++)
        TRY(type_into(audit, i, answer, error));
    for (uint32_t i = 0; i < clicks; i++)
        TRY(click(audit, i, answer, error));
    return ask(audit, "submit", 0, answer, error);
}

/* --- the visit --- */

static enum status go(struct audit *audit, const char *url, struct error *error)
{
    struct buffer params;
    struct json_writer writer;
    const struct json_node *result;
    struct buffer address;
    buffer_init(&address, SCRIPT_SIZE_MAX);
    buffer_init(&params, 2 * SCRIPT_SIZE_MAX);
    struct text fragment;
    struct text before = text_split(text_from(url), '#', &fragment);
    buffer_append_text(&address, before);
    bool has_query = text_find_byte(before, '?') != TEXT_NOT_FOUND;
    buffer_printf(&address, "%saudit=%s000", has_query ? "&" : "?", audit->report->prefix);
    if (fragment.size > 0) buffer_printf(&address, "#%.*s", TEXT_PRINT(fragment));
    json_writer_init(&writer, &params);
    json_object_begin(&writer);
    json_key(&writer, "url");
    json_text(&writer, buffer_text(&address));
    json_object_end(&writer);
    enum status status =
        cdp_call(audit->cdp, "Page.navigate", buffer_text(&params), &result, error);
    buffer_release(&address);
    buffer_release(&params);
    if (status != STATUS_OK || !json_find(result, "errorText")) return status;
    return error_set(error, STATUS_IO, "the page could not be loaded: %.*s",
                     TEXT_PRINT(member(result, "errorText")));
}

static enum status visit(struct audit *audit, struct error *error)
{
    static const char *const domains[] = {"Page.enable", "Runtime.enable", "Network.enable"};
    struct buffer answer;
    for (size_t i = 0; i < sizeof domains / sizeof *domains; i++)
        TRY(cdp_call(audit->cdp, domains[i], TEXT(""), NULL, error));
    TRY(go(audit, audit->options->url, error));
    uint64_t deadline_ns = os_clock_monotonic_ns() + LOAD_MS_MAX * UINT64_C(1000000);
    while (!audit->is_loaded && os_clock_monotonic_ns() < deadline_ns)
        TRY(cdp_wait(audit->cdp, STEP_MS, error));
    TRY(cdp_wait(audit->cdp, LEAVE_MS, error)); /* what a page does when it has loaded */
    buffer_init(&answer, CDP_MESSAGE_SIZE_MAX);
    enum status status = use_page(audit, &answer, error);
    if (status == STATUS_OK) status = cdp_wait(audit->cdp, audit->options->wait_ms, error);
    /* Told that it is left, and kept: what a page sends when it really goes is told by nobody. */
    if (status == STATUS_OK) status = ask(audit, "leave", 0, &answer, error);
    buffer_release(&answer);
    if (status != STATUS_OK) return status;
    TRY(cdp_wait(audit->cdp, LEAVE_MS, error));
    return ask_for_bodies(audit, error);
}

/* Consonants and vowels in turn: it reads like a word, so that a filter against random texts is not
 * what keeps it in. */
static void make_prefix(char out[AUDIT_PREFIX_SIZE])
{
    uint8_t chance[AUDIT_PREFIX_SIZE];
    os_random_bytes(chance, sizeof chance);
    for (int i = 0; i < AUDIT_PREFIX_SIZE - 1; i++)
        out[i] = i % 2 == 0 ? "bdfghklmnprstvz"[chance[i] % 15] : "aeiou"[chance[i] % 5];
    out[AUDIT_PREFIX_SIZE - 1] = '\0';
}

enum status audit_page(const struct audit_options *options, struct audit_report *out,
                       struct error *error)
{
    *out = (struct audit_report){
        .places = memory_alloc(AUDIT_CANARIES_MAX, AUDIT_TEXT_SIZE),
        .leaks = MEMORY_ARRAY(struct audit_leak, AUDIT_LEAKS_MAX),
    };
    make_prefix(out->prefix);
    struct audit *audit = memory_alloc(1, sizeof *audit);
    audit->options = options;
    audit->report = out;
    struct cdp_options browser = {.program = options->chromium, .event = see, .context = audit};
    enum status status = cdp_open(&browser, &audit->cdp, error);
    if (status == STATUS_OK) status = visit(audit, error);
    cdp_close(audit->cdp);
    memory_free(audit);
    return status;
}

void audit_report_release(struct audit_report *report)
{
    memory_free(report->places);
    memory_free(report->leaks);
    *report = (struct audit_report){0};
}
