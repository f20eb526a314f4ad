#include "api/api.h"

#include "api/api_internal.h"
#include "base/check.h"
#include "base/memory.h"
#include "os/os_clock.h"

struct api *api_open(const struct api_options *options)
{
    struct api *api = MEMORY_NEW(struct api);
    api->options = *options;
    api->queries = api_pool_open("query", os_processor_count(), API_QUERY_QUEUE_MAX);
    api->desk = api_pool_open("desk", API_DESK_THREADS, API_DESK_QUEUE_MAX);
    api->locals = api_pool_open("local", API_LOCAL_THREADS, API_LOCAL_QUEUE_MAX);
    api->exports = export_threads_make();
    os_random_bytes(&api->request_seed, sizeof api->request_seed);
    return api;
}

/* The HTTP servers have stopped by now: nothing is kept, so the pools are empty. */
void api_close(struct api *api)
{
    export_threads_release(api->exports);
    api_pool_close(api->queries);
    api_pool_close(api->desk);
    api_pool_close(api->locals);
    memory_free(api);
}

void api_set_ready(struct api *api, bool ready)
{
    atomic_store(&api->ready, ready);
}

/* --- one request --- */

static void exchange_init(struct api_exchange *exchange, struct api *api,
                          struct http_request *request, const struct api_route *route)
{
    *exchange = (struct api_exchange){.api = api, .request = request, .route = route};
    http_response_init(&exchange->response, 200, NULL);
    /* A page of another origin may not read an id; whoever sends one gets it back. */
    bool is_client = route && route->manner == API_MANNER_CLIENT;
    exchange->response.is_common = is_client && !api_has_request_id(request);
    if (!exchange->response.is_common) {
        char id[API_REQUEST_ID_SIZE];
        api_request_id(api, request, id);
        http_response_header(&exchange->response, "X-Request-Id", id);
    }
    http_response_header_literal(&exchange->response, "X-Content-Type-Options", "nosniff");
    if (!route || route->manner == API_MANNER_CLIENT) cors_headers(request, &exchange->response);
    if (route && route->manner == API_MANNER_SDK) cors_open(&exchange->response);
}

static void exchange_end(struct api_exchange *exchange)
{
    enum api_endpoint endpoint = exchange->route ? exchange->route->endpoint : API_OTHER;
    api_respond(exchange->api, exchange->request, endpoint, &exchange->response);
}

static void run_handler(struct api_exchange *exchange)
{
    struct error error = {0};
    enum status status = exchange->route->handler(exchange, &error);
    if (exchange->taken) return;
    if (status != STATUS_OK) api_fail(exchange, &error);
    exchange_end(exchange);
}

static void run_job(void *context)
{
    struct api_exchange *exchange = context;
    run_handler(exchange);
    memory_free(exchange);
}

static struct api_pool *pool_of(struct api *api, enum api_place place)
{
    switch (place) {
    case API_HERE: return NULL;
    case API_ON_DESK: return api->desk;
    case API_ON_QUERIES: return api->queries;
    case API_ON_LOCALS: return api->locals;
    }
    UNREACHABLE("no other place");
}

/* The request is kept from the moment it is queued: the pool may be done with it before the queue
 * function returns. */
static void run_elsewhere(struct api_exchange *exchange, struct api_pool *pool)
{
    struct api_exchange *job = MEMORY_NEW(struct api_exchange);
    *job = *exchange;
    if (api_pool_put(pool, run_job, job)) return;
    memory_free(job);
    if (exchange->route->endpoint == API_QUERY) {
        api_count_rejection(exchange->api, API_REJECTED_BUSY);
    }
    api_refuse(exchange, 503, "too many requests are waiting: try again");
    exchange_end(exchange);
}

/* The answer that needs no handler: 0, or the code of a refusal. */
static int refusal_of(const struct api_exchange *exchange)
{
    switch (http_request_problem(exchange->request)) {
    case HTTP_FINE: break;
    case HTTP_BODY_TOO_LARGE: return 413;
    case HTTP_OVERLOADED:
    case HTTP_STOPPING: return 503;
    }
    if (!exchange->route) return 404;
    int method = api_method_of(http_request_method(exchange->request));
    return (exchange->route->methods & method) != 0 ? 0 : 405;
}

static const char *words_of(int code)
{
    switch (code) {
    case 404: return "there is nothing at this path";
    case 405: return "this path does not take that method";
    case 413: return "the request is too large";
    case 503: return "a temporary failure occurred";
    default: return NULL;
    }
}

static bool is_preflight(const struct http_request *request)
{
    return text_equal_fold(http_request_method(request), TEXT("OPTIONS"));
}

static void answer_preflight(struct api *api, struct http_request *request,
                             const struct api_route *route)
{
    struct http_response response;
    http_response_init(&response, 204, NULL);
    cors_preflight(request, route, &response);
    api_respond(api, request, route ? route->endpoint : API_OTHER, &response);
}

void api_handle(void *context, struct http_request *request)
{
    struct api *api = context;
    bool is_local = http_request_is_local(request);
    const struct api_route *route = api_route_find(http_request_path(request), is_local);
    if (is_preflight(request)) {
        answer_preflight(api, request, route);
        return;
    }
    struct api_exchange exchange;
    exchange_init(&exchange, api, request, route);
    int code = refusal_of(&exchange);
    if (code != 0) {
        api_refuse(&exchange, code, words_of(code));
        exchange_end(&exchange);
        return;
    }
    struct api_pool *pool = pool_of(api, route->place);
    if (pool) {
        run_elsewhere(&exchange, pool);
    } else {
        run_handler(&exchange);
    }
}
