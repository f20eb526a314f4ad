/* /healthz, /readyz, /version (spec/ecosystem.md §3). */
#include "api/api_internal.h"
#include "codec/json_writer.h"

enum { REASONS_SIZE_MAX = 1024 };

/* The process is alive: no disk, no lock. */
enum status health_alive(struct api_exchange *exchange, struct error *error)
{
    (void)error;
    exchange->response.content_type = "text/plain; charset=utf-8";
    buffer_append_string(&exchange->response.body, "ok\n");
    return STATUS_OK;
}

static void add_reason(struct buffer *out, const char *words)
{
    if (out->size > 0) buffer_append_byte(out, ',');
    json_escape(out, text_from(words));
}

void health_reasons(struct api *api, enum health_depth depth, struct buffer *out)
{
    struct ingest_figures figures;
    ingest_figures(api->options.ingest, &figures);
    if (!atomic_load(&api->ready)) add_reason(out, "the server is starting or stopping");
    if (figures.failed) add_reason(out, "the log cannot be written: restart the server");
    if (figures.disk_full) add_reason(out, "the disk is down to its reserve: make room");
    if (backend_is_behind(api->options.backend)) {
        add_reason(out, "events come faster than they are written to segments");
    }
    struct error error = {0};
    if (depth == HEALTH_WITH_CONTROL && control_check(api->options.control, &error) != STATUS_OK) {
        add_reason(out, "the control database cannot be read or written");
    }
}

enum status health_ready(struct api_exchange *exchange, struct error *error)
{
    (void)error;
    struct buffer reasons;
    buffer_init(&reasons, REASONS_SIZE_MAX);
    health_reasons(exchange->api, HEALTH_WITH_CONTROL, &reasons);
    bool is_ready = reasons.size == 0;
    api_begin_json(exchange, is_ready ? 200 : 503);
    buffer_printf(&exchange->response.body, "{\"ready\":%s,\"reasons\":[%.*s]}\n",
                  is_ready ? "true" : "false", TEXT_PRINT(buffer_text(&reasons)));
    if (!is_ready) http_response_header_literal(&exchange->response, "Retry-After", "1");
    http_response_header_literal(&exchange->response, "Cache-Control", "no-store");
    buffer_release(&reasons);
    return STATUS_OK;
}

enum status health_version(struct api_exchange *exchange, struct error *error)
{
    (void)error;
    api_begin_json(exchange, 200);
    struct json_writer writer;
    json_writer_init(&writer, &exchange->response.body);
    json_object_begin(&writer);
    json_key(&writer, "name");
    json_string(&writer, "candor");
    json_key(&writer, "version");
    json_string(&writer, exchange->api->options.version);
    json_key(&writer, "commit");
    json_string(&writer, exchange->api->options.commit);
    json_object_end(&writer);
    buffer_append_byte(&exchange->response.body, '\n');
    return STATUS_OK;
}
