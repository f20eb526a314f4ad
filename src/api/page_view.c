#include "api/page_view.h"

#include "api/html.h"
#include "os/os_clock.h"

enum { NAME_POINTS_MAX = 60, REASONS_SIZE_MAX = 1024, EVENTS_SIZE_MAX = 1024 * 1024 };

/* Letters, digits and the marks of addresses: the host goes into the page and into commands that
 * people paste. */
void page_host(struct text header, char out[PAGE_HOST_SIZE])
{
    bool is_sane = header.size > 0 && header.bytes[0] != '-';
    for (size_t i = 0; is_sane && i < header.size; i++) {
        char byte = header.bytes[i];
        bool is_letter = (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z');
        bool is_mark = byte == '.' || byte == '-' || byte == ':' || byte == '[' || byte == ']';
        is_sane = is_letter || is_mark || (byte >= '0' && byte <= '9');
    }
    if (is_sane && text_to_string(header, out, PAGE_HOST_SIZE)) return;
    (void)text_to_string(TEXT("localhost"), out, PAGE_HOST_SIZE);
}

void page_view_init(struct page_view *view, struct api_exchange *exchange)
{
    const struct http_request *request = exchange->request;
    struct text scheme = http_request_header(request, "X-Forwarded-Proto");
    *view = (struct page_view){
        .api = exchange->api,
        .out = &exchange->response.body,
        .is_signed_in = api_is_signed_in(exchange->api, request),
        .is_https = text_equal_fold(scheme, TEXT("https")), /* only ever shown to who sent it */
    };
    page_host(http_request_header(request, "Host"), view->host);
}

bool page_shows(const struct page_view *view, const struct project *project)
{
    return view->is_signed_in || project->sample;
}

/* --- health --- */

static void write_uptime(struct buffer *out, int64_t ms)
{
    int64_t minutes = ms / 60000;
    if (minutes >= 48 * 60) {
        buffer_printf(out, "%lld days", (long long)(minutes / (24 * 60)));
    } else if (minutes >= 60) {
        buffer_printf(out, "%lld h %lld min", (long long)(minutes / 60), (long long)(minutes % 60));
    } else {
        buffer_printf(out, "%lld min", (long long)minutes);
    }
}

static void write_health(struct page_view *view)
{
    struct buffer reasons;
    buffer_init(&reasons, REASONS_SIZE_MAX);
    health_reasons(view->api, HEALTH_WITHOUT_CONTROL, &reasons);
    buffer_append_string(view->out, "<p>");
    if (reasons.size == 0) {
        buffer_append_string(view->out, "<strong class=\"good\">● Ready</strong>");
    } else {
        buffer_append_string(view->out, "<strong class=\"bad\">● Not ready:</strong> ");
        html_text(view->out, buffer_text(&reasons));
    }
    buffer_append_string(view->out, " <small>version ");
    html_text(view->out, text_from(view->api->options.version));
    buffer_append_string(view->out, ", up ");
    write_uptime(view->out, os_clock_now_ms() - view->api->options.started_ms);
    buffer_append_string(view->out, "</small></p>\n");
    buffer_release(&reasons);
}

/* --- the counters --- */

/* One number of the sum, with the sign before it. */
static void write_term(struct buffer *out, const char *sign, const char *name, uint64_t number)
{
    bool is_first = sign[0] == '\0';
    buffer_printf(out, "<div><dt%s>%s</dt><dd>", is_first ? "" : " class=\"next\"", name);
    if (!is_first) buffer_printf(out, "<i>%s</i>", sign);
    html_number(out, number);
    buffer_append_string(out, "</dd></div>\n");
}

static void write_counters(struct page_view *view)
{
    struct ingest_counters counters;
    struct backend_figures total;
    ingest_counters(view->api->options.ingest, &counters);
    backend_figures_total(view->api->options.backend, &total);
    buffer_append_string(view->out, "<h2>Records since the start</h2>\n"
                                    "<div class=\"panel\"><dl class=\"sum\">\n");
    write_term(view->out, "", "received", counters.received);
    write_term(view->out, "=", "stored", counters.stored);
    write_term(view->out, "+", "duplicate", counters.duplicate);
    write_term(view->out, "+", "refused", counters.refused);
    write_term(view->out, "+", "ignored", counters.ignored);
    buffer_append_string(view->out, "</dl>\n<p class=\"soft\">");
    html_number(view->out, total.events);
    buffer_append_string(view->out, " events stored in all.");
    if (counters.unavailable > 0) {
        buffer_append_string(view->out, " ");
        html_number(view->out, counters.unavailable);
        buffer_append_string(view->out, " records were answered \"try again\"; their clients keep "
                                        "them.");
    }
    buffer_append_string(view->out, "</p></div>\n");
}

/* --- projects --- */

static void write_project(struct page_view *view, const struct project *project)
{
    struct backend_figures figures;
    backend_figures(view->api->options.backend, project->id, &figures);
    buffer_append_string(view->out, "<section class=\"panel\"><div class=\"title\"><h3>");
    html_name(view->out, project->name, NAME_POINTS_MAX);
    buffer_append_string(view->out, "</h3>");
    if (project->sample) buffer_append_string(view->out, "<span class=\"badge\">sample</span>");
    buffer_append_string(view->out, "<small>");
    html_number(view->out, figures.events);
    buffer_append_string(view->out, " events, ");
    html_number(view->out, figures.people);
    buffer_append_string(view->out, " distinct ids</small></div>\n");

    struct buffer events;
    struct error error = {0};
    buffer_init(&events, EVENTS_SIZE_MAX);
    if (figures.events > 0 &&
        backend_newest(view->api->options.backend, project->id, PAGE_EVENT_COUNT, &events,
                       &error) == STATUS_OK &&
        !buffer_overflowed(&events)) {
        page_write_events(view->out, &events);
    }
    buffer_release(&events);
    buffer_append_string(view->out, "</section>\n");
}

static void write_projects(struct page_view *view, const struct project_table *table)
{
    size_t shown = 0;
    size_t left_out = 0;
    buffer_append_string(view->out, "<h2>Projects</h2>\n");
    for (size_t i = 0; i < project_table_count(table); i++) {
        const struct project *project = project_table_at(table, i);
        if (!page_shows(view, project)) continue;
        if (shown == PAGE_PROJECT_COUNT_MAX) {
            left_out++;
            continue;
        }
        write_project(view, project);
        shown++;
    }
    if (left_out > 0) {
        buffer_printf(view->out,
                      "<p class=\"soft\">and %zu more: <code>candor project list</code>"
                      "</p>\n",
                      left_out);
    }
    if (shown > 0) return;
    const char *words = view->is_signed_in ? "No project yet. Make one on the server: "
                                             "<code>candor project create NAME</code>"
                                           : "Nothing to show without a sign-in.";
    buffer_printf(view->out, "<p class=\"soft\">%s</p>\n", words);
}

void page_write_now(struct page_view *view)
{
    struct project_table *table = project_slot_take(view->api->options.projects);
    write_health(view);
    write_counters(view);
    write_projects(view, table);
    project_table_drop(table);
}
