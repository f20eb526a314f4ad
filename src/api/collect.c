/* /track, /engage, /groups, /import: decoded on the HTTP worker, committed by the committer, and
 * answered from there when the records are durable. Nothing of the request is needed after it was
 * decoded but the request itself. */
#include "api/api_internal.h"
#include "base/check.h"
#include "base/memory.h"
#include "ingest/door.h"
#include "os/os_clock.h"

#include <stdio.h>

struct collecting {
    struct api *api;
    struct http_request *request;
    enum api_endpoint endpoint;
    struct http_response response; /* its headers are ready before the commit */
    struct wire_verdict verdict;
    struct ingest_work work;
};

static enum wire_commit commit_of(enum ingest_outcome outcome)
{
    switch (outcome) {
    case INGEST_DURABLE: return WIRE_DURABLE;
    case INGEST_BUSY: return WIRE_BUSY;
    case INGEST_DISK_FULL: return WIRE_DISK_FULL;
    case INGEST_FAILED: return WIRE_FAILED;
    }
    UNREACHABLE("no other outcome");
}

static void put_answer(struct http_response *response, struct wire_answer *answer)
{
    response->status = answer->status;
    response->content_type = answer->content_type;
    response->body = answer->body;
    if (answer->retry_after_s > 0) {
        char seconds[16];
        (void)snprintf(seconds, sizeof seconds, "%d", answer->retry_after_s);
        http_response_header(response, "Retry-After", seconds);
    }
    if (answer->status == 401) {
        http_response_header_literal(response, "WWW-Authenticate", "Basic realm=\"candor\"");
    }
}

/* On the committer's thread as a rule: short, and never waits. */
static void finish(struct ingest_work *work, enum ingest_outcome outcome)
{
    struct collecting *collecting = work->context;
    struct wire_answer answer;
    ingest_count(collecting->api->options.ingest, &collecting->verdict, work, outcome);
    wire_answer(&collecting->verdict, commit_of(outcome), &answer);
    put_answer(&collecting->response, &answer);
    /* A page chose the name of its callback, and another for the next request. */
    if (collecting->verdict.callback.size > 0) collecting->response.is_common = false;
    api_respond(collecting->api, collecting->request, collecting->endpoint, &collecting->response);
    wire_verdict_release(&collecting->verdict);
    memory_free(collecting);
}

enum { FORWARDED_SIZE_MAX = 1024 };

static void open_door(struct door *door, struct enrich *enrich, const struct http_request *request)
{
    char forwarded[FORWARDED_SIZE_MAX];
    struct enrich_sender sender = {
        .peer = http_request_peer(request),
        .forwarded_for =
            http_request_headers(request, "X-Forwarded-For", forwarded, sizeof forwarded),
        .user_agent = http_request_header(request, "User-Agent"),
    };
    door_init(door, enrich, &sender);
    memory_wipe(forwarded, sizeof forwarded);
}

static void decode(struct collecting *collecting, enum wire_endpoint endpoint)
{
    struct http_request *request = collecting->request;
    struct project_table *projects = project_slot_take(collecting->api->options.projects);
    int64_t now_ms = os_clock_now_ms();
    struct api_gate gate = {collecting->api, projects, now_ms};
    struct door door;
    open_door(&door, collecting->api->options.enrich, request);
    door_guard(&door, collecting->api->options.shield, now_ms);
    door_learn(&door, collecting->api->options.observed, now_ms);
    struct wire_request decoded = {
        .endpoint = endpoint,
        .query = http_request_query(request),
        .content_type = http_request_header(request, "Content-Type"),
        .content_encoding = http_request_header(request, "Content-Encoding"),
        .authorization = http_request_header(request, "Authorization"),
        .is_get = api_method_of(http_request_method(request)) == API_GET,
        .now_ms = now_ms,
        .projects = projects,
        .authenticate = api_authenticate,
        .authenticate_context = &gate,
        .admit = door_admit,
        .repeat = door_repeat,
        .admit_context = &door,
        .memory = collecting->api->options.memory,
    };
    decoded.body = http_request_body(request, &decoded.body_size);
    (void)atomic_fetch_add_explicit(&collecting->api->counts.ingest_bytes,
                                    decoded.body_size + decoded.query.size, memory_order_relaxed);
    wire_decode(&decoded, &collecting->verdict);
    door_release(&door);
    project_table_drop(projects);
}

/* Asks what the endpoint is like; nothing is collected. */
static void answer_head(struct api_exchange *exchange)
{
    exchange->response.content_type = "text/plain";
    buffer_append_byte(&exchange->response.body, '1');
}

static enum status collect(struct api_exchange *exchange, enum wire_endpoint endpoint)
{
    if (text_equal_fold(http_request_method(exchange->request), TEXT("HEAD"))) {
        answer_head(exchange);
        return STATUS_OK;
    }
    struct collecting *collecting = MEMORY_NEW(struct collecting);
    collecting->api = exchange->api;
    collecting->request = exchange->request;
    collecting->endpoint = exchange->route->endpoint;
    collecting->response = exchange->response;
    exchange->taken = true;
    decode(collecting, endpoint);

    struct ingest_work *work = &collecting->work;
    *work = (struct ingest_work){
        .batches = collecting->verdict.batches,
        .batch_count = collecting->verdict.batch_count,
        .done = finish,
        .context = collecting,
    };
    if (work->batch_count == 0) {
        finish(work, INGEST_DURABLE); /* nothing was taken, so nothing has to be durable */
        return STATUS_OK;
    }
    enum ingest_outcome outcome = ingest_submit(exchange->api->options.ingest, work);
    if (outcome != INGEST_DURABLE) finish(work, outcome);
    return STATUS_OK;
}

enum status collect_track(struct api_exchange *exchange, struct error *error)
{
    (void)error;
    return collect(exchange, WIRE_TRACK);
}

enum status collect_engage(struct api_exchange *exchange, struct error *error)
{
    (void)error;
    return collect(exchange, WIRE_ENGAGE);
}

enum status collect_groups(struct api_exchange *exchange, struct error *error)
{
    (void)error;
    return collect(exchange, WIRE_GROUPS);
}

enum status collect_import(struct api_exchange *exchange, struct error *error)
{
    (void)error;
    return collect(exchange, WIRE_IMPORT);
}
