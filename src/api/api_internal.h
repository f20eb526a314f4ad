/* What the files of this room share: the api, one exchange, and how answers are made.
 *
 * An exchange is one request and the answer it will get. Its handler fills the response in and
 * returns, or fails with a status that becomes HTTP in one place (api_fail). Handlers that wait for
 * a disk, a lock or an engine run on a pool; the ones on an HTTP worker may not wait, because other
 * clients' events come through the same thread. */
#ifndef CANDOR_API_INTERNAL_H
#define CANDOR_API_INTERNAL_H

#include "api/api.h"
#include "api/api_pool.h"
#include "os/os_thread.h"

#include <stdatomic.h>

enum {
    API_QUERY_QUEUE_MAX = 64,  /* questions waiting for a thread: then 503 */
    API_DESK_THREADS = 2,      /* pages, sign-ins, readiness: all short */
    API_DESK_QUEUE_MAX = 256,  /* then 503 */
    API_LOCAL_THREADS = 2,     /* calls of verbs, which may be long */
    API_LOCAL_QUEUE_MAX = 64,  /* then 503 */
    API_EXPORT_COUNT_MAX = 4,  /* exports at once, with a thread each: then 503 */
    API_ORIGIN_SIZE_MAX = 256, /* of an Origin that is echoed */
    API_REQUEST_ID_SIZE = 65,  /* with NUL */
};

/* What is counted apart. The names are in api_count.c. */
enum api_endpoint {
    API_TRACK,
    API_ENGAGE,
    API_GROUPS,
    API_IMPORT,
    API_RECORD,
    API_SETTINGS,
    API_FLAGS,
    API_DECIDE,
    API_QUERY,
    API_PAGE,
    API_OPERATE, /* healthz, readyz, version, metrics */
    API_LOCAL,
    API_OTHER,
};
enum { API_ENDPOINT_COUNT = API_OTHER + 1 };
enum { API_CODE_COUNT = 12 }; /* statuses that are counted apart, the last: all others */
enum { API_KIND_COUNT = 2 };  /* of questions */

enum api_rejection {
    API_REJECTED_DENIED,
    API_REJECTED_INVALID,
    API_REJECTED_UNSUPPORTED,
    API_REJECTED_TOO_LARGE,
    API_REJECTED_BUSY,
    API_REJECTED_FAILED,
};
enum { API_REJECTION_COUNT = API_REJECTED_FAILED + 1 };

struct api_counts {
    atomic_uint_least64_t requests[API_ENDPOINT_COUNT][API_CODE_COUNT];
    atomic_uint_least64_t ingest_bytes;
    atomic_uint_least64_t auth_failures;
    atomic_uint_least64_t query_count[API_KIND_COUNT];
    atomic_uint_least64_t query_ns[API_KIND_COUNT];
    atomic_uint_least64_t query_rows_read;
    atomic_uint_least64_t query_rejected[API_REJECTION_COUNT];
};

struct export_threads;

struct api {
    struct api_options options;
    atomic_bool ready;
    struct api_pool *queries;
    struct api_pool *desk;
    struct api_pool *locals;
    struct export_threads *exports;
    struct api_counts counts;
    uint64_t request_seed; /* of the ids that we give */
    atomic_uint_least64_t request_number;
};

/* In whose words an error is told. */
enum api_manner {
    API_MANNER_CLIENT,  /* Mixpanel's clients: {"error","status"}, CORS on everything */
    API_MANNER_PROBLEM, /* RFC 9457 */
    API_MANNER_PAGE,    /* a person with a browser */
};

enum api_place {
    API_HERE,    /* on the HTTP worker: never waits */
    API_ON_DESK, /* on a pool */
    API_ON_QUERIES,
    API_ON_LOCALS,
};

enum api_method { API_GET = 1, API_POST = 2 }; /* HEAD goes with GET, OPTIONS with everything */

struct api_exchange;
/* Fills in exchange->response. API_HERE alone may also answer later: it sets taken, and then the
 * exchange is not touched again. */
typedef enum status api_handler(struct api_exchange *exchange, struct error *error);

struct api_route {
    const char *path; /* '*' stands for one segment that is not empty */
    enum api_endpoint endpoint;
    int methods;
    enum api_manner manner;
    enum api_place place;
    api_handler *handler;
};

struct api_exchange {
    struct api *api;
    struct http_request *request;
    const struct api_route *route;
    struct http_response response;
    bool taken;
    const char *problem_type; /* "" unless the handler knows better than the status */
    char problem_pointer[192];
};

/* --- api_routes.c --- */

/* The route of a path, with or without one slash at its end; NULL when there is none. */
const struct api_route *api_route_find(struct text path, bool is_local);
/* GET, POST, or 0 for others. HEAD is GET here. */
int api_method_of(struct text method);
/* "GET, HEAD, OPTIONS" and so on. */
const char *api_route_allow(const struct api_route *route);

/* --- api_answer.c --- */

/* The answer leaves, and is counted. */
void api_respond(struct api *api, struct http_request *request, enum api_endpoint endpoint,
                 struct http_response *response);

/* An error as an answer. code: 400 and above. words: for the client, or NULL for the code's own. */
void api_refuse(struct api_exchange *exchange, int code, const char *words);

/* What a status means to HTTP; 500s are logged, and the client is told nothing of them. */
void api_fail(struct api_exchange *exchange, const struct error *error);

/* One JSON answer that the handler writes into response.body. */
void api_begin_json(struct api_exchange *exchange, int code);

/* What a request's X-Request-Id says, if it is sane, else a new one. */
void api_request_id(struct api *api, const struct http_request *request,
                    char out[API_REQUEST_ID_SIZE]);

/* --- cors.c --- */

/* On every answer to a page of another origin, errors too. */
void cors_headers(const struct http_request *request, struct http_response *response);
void cors_preflight(const struct http_request *request, const struct api_route *route,
                    struct http_response *response);
/* Keeps the names of a list of headers that are names, joined by ", ". False when out is full. */
bool cors_header_list(struct text asked, char *out, size_t out_size);
bool cors_origin_is_sane(struct text origin);

/* --- api_count.c --- */

const char *api_endpoint_name(enum api_endpoint endpoint);
int api_code_at(int index); /* 0: all others */
const char *api_rejection_name(enum api_rejection reason);
void api_count_answer(struct api *api, enum api_endpoint endpoint, int code);
void api_count_rejection(struct api *api, enum api_rejection reason);
void api_count_auth_failure(struct api *api);

/* --- authenticate.c --- */

/* The token of "Authorization: Bearer …", or "". */
struct text api_bearer(const struct http_request *request);
/* A wire_authenticate for /import; context is a struct api_gate. */
struct api_gate {
    struct api *api;
    const struct project_table *projects;
    int64_t now_ms;
};
const struct project *api_authenticate(void *gate, struct text user, struct text password,
                                       struct text project_id);
/* Does the request's cookie belong to a sign-in? Asks the control database: not on a worker. */
bool api_is_signed_in(struct api *api, const struct http_request *request);

/* --- the endpoints: each an api_handler --- */

enum status collect_track(struct api_exchange *exchange, struct error *error);
enum status collect_engage(struct api_exchange *exchange, struct error *error);
enum status collect_groups(struct api_exchange *exchange, struct error *error);
enum status collect_import(struct api_exchange *exchange, struct error *error);
enum status polite_record(struct api_exchange *exchange, struct error *error);
enum status polite_settings(struct api_exchange *exchange, struct error *error);
enum status polite_flags(struct api_exchange *exchange, struct error *error);
enum status polite_definitions(struct api_exchange *exchange, struct error *error);
enum status polite_first_time(struct api_exchange *exchange, struct error *error);
enum status polite_decide(struct api_exchange *exchange, struct error *error);
enum status query_post(struct api_exchange *exchange, struct error *error);
enum status health_alive(struct api_exchange *exchange, struct error *error);
enum status health_ready(struct api_exchange *exchange, struct error *error);
enum status health_version(struct api_exchange *exchange, struct error *error);
enum status metrics_get(struct api_exchange *exchange, struct error *error);
enum status page_get(struct api_exchange *exchange, struct error *error);
enum status page_now(struct api_exchange *exchange, struct error *error);
enum status sign_in_get(struct api_exchange *exchange, struct error *error);
enum status sign_out_post(struct api_exchange *exchange, struct error *error);
enum status local_route_call(struct api_exchange *exchange, struct error *error);
enum status local_route_export(struct api_exchange *exchange, struct error *error);

/* Why the server should get no events now, as JSON texts joined by commas; empty when it should.
 * With_control asks the control database, too. */
enum health_depth { HEALTH_WITHOUT_CONTROL, HEALTH_WITH_CONTROL };
void health_reasons(struct api *api, enum health_depth depth, struct buffer *out);

/* The page, with a line about what went wrong (or NULL). */
enum status page_write(struct api_exchange *exchange, int code, const char *notice,
                       struct error *error);

struct export_threads *export_threads_make(void);
void export_threads_release(struct export_threads *threads); /* waits for them */

#endif
