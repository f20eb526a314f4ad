/* GET /local/export: rows go through a small pipe from a thread of the export's own to the HTTP
 * worker. The thread waits for a reader that is slow, the worker waits for nobody: when the pipe is
 * empty the connection sleeps until there is more. */
#include "api/api_internal.h"
#include "base/check.h"
#include "base/memory.h"

#include <string.h>

enum { PIPE_SIZE = 2 * 1024 * 1024 };

struct export_thread {
    struct os_thread thread;
    struct api_exchange exchange;
    struct buffer target; /* as a C string */
    struct os_mutex mutex;
    struct os_condition changed;
    struct buffer pipe;
    size_t taken;     /* of the pipe, by the worker */
    bool is_flowing;  /* the head has left, as a stream */
    bool is_sleeping; /* the worker found the pipe empty */
    bool has_ended;   /* no more comes */
    bool is_broken;   /* because of a failure */
    bool is_done;     /* the stream is over */
    bool is_finished; /* the thread is */
};

struct export_threads {
    struct os_mutex mutex;
    struct export_thread *running[API_EXPORT_COUNT_MAX];
};

/* --- the worker's end --- */

static int64_t fill(void *context, char *bytes, size_t size)
{
    struct export_thread *export = context;
    os_mutex_lock(&export->mutex);
    size_t there = export->pipe.size - export->taken;
    int64_t got = HTTP_STREAM_LATER;
    if (there > 0) {
        got = (int64_t)(there < size ? there : size);
        memcpy(bytes, export->pipe.bytes + export->taken, (size_t)got);
        export->taken += (size_t)got;
        os_condition_signal(&export->changed);
    } else if (export->has_ended) {
        got = export->is_broken ? HTTP_STREAM_BROKEN : 0;
    } else {
        export->is_sleeping = true;
    }
    os_mutex_unlock(&export->mutex);
    return got;
}

static void done(void *context)
{
    struct export_thread *export = context;
    os_mutex_lock(&export->mutex);
    export->is_done = true;
    os_condition_signal(&export->changed);
    os_mutex_unlock(&export->mutex);
}

/* --- the thread's end --- */

static void wake_worker(struct export_thread *export)
{
    if (!export->is_sleeping || export->is_done) return;
    export->is_sleeping = false;
    http_stream_more(export->exchange.request);
}

/* The first rows are there, so the question was a good one: the head may leave. */
static void start_flowing(struct export_thread *export)
{
    struct api_exchange *exchange = &export->exchange;
    struct http_stream stream = {.fill = fill, .done = done, .context = export};
    export->is_flowing = true;
    api_count_answer(exchange->api, API_LOCAL, 200);
    http_respond_stream(exchange->request, &exchange->response, &stream);
}

static bool wait_for_room(struct export_thread *export, size_t size)
{
    for (;;) {
        if (export->is_done) return false;
        if (export->taken == export->pipe.size) {
            buffer_clear(&export->pipe);
            export->taken = 0;
        }
        if (export->pipe.size == 0 || export->pipe.size + size <= PIPE_SIZE) return true;
        os_condition_wait(&export->changed, &export->mutex);
    }
}

static enum status give_piece(void *context, struct text bytes, struct error *error)
{
    struct export_thread *export = context;
    if (!export->is_flowing) start_flowing(export);
    os_mutex_lock(&export->mutex);
    bool is_wanted = wait_for_room(export, bytes.size);
    if (is_wanted) {
        buffer_append_text(&export->pipe, bytes);
        wake_worker(export);
    }
    os_mutex_unlock(&export->mutex);
    if (is_wanted) return STATUS_OK;
    return error_set(error, STATUS_IO, "could not export: the reader went away");
}

static void end_flow(struct export_thread *export, enum status status)
{
    os_mutex_lock(&export->mutex);
    export->has_ended = true;
    export->is_broken = status != STATUS_OK;
    wake_worker(export);
    os_mutex_unlock(&export->mutex);
}

/* Refused, or there was nothing: an answer like any other. */
static void answer_without_rows(struct export_thread *export, enum status status,
                                const struct error *error)
{
    struct api_exchange *exchange = &export->exchange;
    if (status != STATUS_OK) api_fail(exchange, error);
    api_respond(exchange->api, exchange->request, API_LOCAL, &exchange->response);
}

static void run_export(void *context)
{
    struct export_thread *export = context;
    struct error error = {0};
    enum status status =
        api_local_export(export->exchange.api, export->target.bytes, give_piece, export, &error);
    if (export->is_flowing) {
        end_flow(export, status);
    } else {
        answer_without_rows(export, status, &error);
        done(export);
    }
    os_mutex_lock(&export->mutex);
    export->is_finished = true;
    os_mutex_unlock(&export->mutex);
}

/* --- beginning and end --- */

static void export_free(struct export_thread *export)
{
    os_thread_join(&export->thread);
    buffer_release(&export->pipe);
    buffer_release(&export->target);
    os_condition_release(&export->changed);
    os_mutex_release(&export->mutex);
    memory_free(export);
}

static bool is_over(struct export_thread *export)
{
    os_mutex_lock(&export->mutex);
    bool is_over = export->is_finished && export->is_done;
    os_mutex_unlock(&export->mutex);
    return is_over;
}

struct export_threads *export_threads_make(void)
{
    struct export_threads *threads = MEMORY_NEW(struct export_threads);
    os_mutex_init(&threads->mutex);
    return threads;
}

void export_threads_release(struct export_threads *threads)
{
    for (int i = 0; i < API_EXPORT_COUNT_MAX; i++) {
        if (threads->running[i]) export_free(threads->running[i]);
    }
    os_mutex_release(&threads->mutex);
    memory_free(threads);
}

static struct export_thread **find_place(struct export_threads *threads)
{
    struct export_thread **place = NULL;
    for (int i = 0; i < API_EXPORT_COUNT_MAX; i++) {
        struct export_thread *export = threads->running[i];
        if (export && is_over(export)) {
            export_free(export);
            threads->running[i] = NULL;
        }
        if (!threads->running[i]) place = &threads->running[i];
    }
    return place;
}

static struct export_thread *export_make(struct api_exchange *exchange)
{
    struct export_thread *export = MEMORY_NEW(struct export_thread);
    struct http_request *request = exchange->request;
    export->exchange = *exchange;
    os_mutex_init(&export->mutex);
    os_condition_init(&export->changed);
    buffer_init(&export->pipe, SIZE_MAX);
    buffer_init(&export->target, SIZE_MAX);
    buffer_append_text(&export->target, http_request_path(request));
    buffer_append_byte(&export->target, '?');
    buffer_append_text(&export->target, http_request_query(request));
    buffer_append_byte(&export->target, '\0');
    return export;
}

enum status local_route_export(struct api_exchange *exchange, struct error *error)
{
    struct text query = http_request_query(exchange->request);
    bool is_csv = text_find(query, TEXT("format=csv")) != TEXT_NOT_FOUND;
    exchange->response.content_type = is_csv ? "text/csv; charset=utf-8" : "application/x-ndjson";
    struct export_threads *threads = exchange->api->exports;
    os_mutex_lock(&threads->mutex);
    struct export_thread **place = find_place(threads);
    if (place) {
        exchange->taken = true;
        *place = export_make(exchange);
        os_thread_start(&(*place)->thread, "export", run_export, *place);
    }
    os_mutex_unlock(&threads->mutex);
    if (place) return STATUS_OK;
    return error_set(error, STATUS_BUSY, "%d exports are under way: try again later",
                     API_EXPORT_COUNT_MAX);
}
