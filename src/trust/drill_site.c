#include "trust/drill_site.h"

#include "base/memory.h"
#include "http/http.h"
#include "os/os_clock.h"
#include "os/os_thread.h"

enum { ALARMS_MAX = 1000, ALARM_SIZE_MAX = 16 * 1024 };

struct alarm {
    struct buffer body;
    uint64_t came_ns;
};

struct drill_site {
    struct http_server *server;
    struct os_mutex mutex; /* guards the alarms */
    struct alarm alarms[ALARMS_MAX];
    uint32_t alarm_count;
};

static void take_alarm(struct drill_site *site, struct http_request *request)
{
    size_t size;
    const char *body = http_request_body(request, &size);
    os_mutex_lock(&site->mutex);
    if (site->alarm_count < ALARMS_MAX) {
        struct alarm *alarm = &site->alarms[site->alarm_count++];
        alarm->came_ns = os_clock_monotonic_ns();
        buffer_init(&alarm->body, ALARM_SIZE_MAX);
        buffer_append(&alarm->body, body, size);
    }
    os_mutex_unlock(&site->mutex);
}

static void answer(struct http_request *request, int status, const char *type, struct text body)
{
    struct http_response response;
    http_response_init(&response, status, type);
    if (type) buffer_append_text(&response.body, body);
    http_respond(request, &response);
}

static void handle(void *context, struct http_request *request)
{
    struct drill_site *site = context;
    struct text path = http_request_path(request);
    if (http_request_problem(request) != HTTP_FINE) {
        answer(request, 503, NULL, TEXT(""));
    } else if (text_equal(path, TEXT("/alarm"))) {
        take_alarm(site, request);
        answer(request, 204, NULL, TEXT(""));
    } else if (text_equal(path, TEXT("/"))) {
        answer(request, 200, "text/html; charset=utf-8", drill_page);
    } else if (text_equal(path, TEXT("/broken.js"))) {
        answer(request, 200, "text/javascript; charset=utf-8", drill_broken_sdk);
    } else {
        answer(request, 404, NULL, TEXT(""));
    }
}

enum status drill_site_open(struct drill_site **out, struct error *error)
{
    struct drill_site *site = MEMORY_NEW(struct drill_site);
    struct http_options options = {
        .listen = "127.0.0.1:0", .thread_count = 1, .handler = handle, .context = site};
    os_mutex_init(&site->mutex);
    enum status status = http_server_start(&options, &site->server, error);
    if (status != STATUS_OK) {
        drill_site_close(site);
        return status;
    }
    *out = site;
    return STATUS_OK;
}

void drill_site_close(struct drill_site *site)
{
    if (!site) return;
    if (site->server) {
        http_server_quiesce(site->server);
        http_server_stop(site->server);
    }
    for (uint32_t i = 0; i < site->alarm_count; i++)
        buffer_release(&site->alarms[i].body);
    os_mutex_release(&site->mutex);
    memory_free(site);
}

uint16_t drill_site_port(const struct drill_site *site)
{
    return http_server_port(site->server);
}

uint32_t drill_site_alarms(struct drill_site *site, uint64_t *last_ns)
{
    os_mutex_lock(&site->mutex);
    uint32_t count = site->alarm_count;
    *last_ns = count > 0 ? site->alarms[count - 1].came_ns : 0;
    os_mutex_unlock(&site->mutex);
    return count;
}

uint64_t drill_site_alarm_with(struct drill_site *site, struct text word, struct text other)
{
    uint64_t came_ns = 0;
    os_mutex_lock(&site->mutex);
    for (uint32_t i = 0; i < site->alarm_count && came_ns == 0; i++) {
        struct text body = buffer_text(&site->alarms[i].body);
        bool has_both =
            text_find(body, word) != TEXT_NOT_FOUND && text_find(body, other) != TEXT_NOT_FOUND;
        if (has_both) came_ns = site->alarms[i].came_ns;
    }
    os_mutex_unlock(&site->mutex);
    return came_ns;
}

void drill_site_copy_alarms(struct drill_site *site, struct buffer *out)
{
    os_mutex_lock(&site->mutex);
    for (uint32_t i = 0; i < site->alarm_count; i++) {
        buffer_append_text(out, buffer_text(&site->alarms[i].body));
        buffer_append_byte(out, '\n');
    }
    os_mutex_unlock(&site->mutex);
}
