/* What to paste to send a first event, with the project's own token and this server's address. */
#include "api/html.h"
#include "api/page_view.h"
#include "api/sdk.h"

enum { NAME_POINTS_MAX = 60, SNIPPET_SIZE_MAX = 4096 };

static void write_block(struct buffer *out, const char *title, struct buffer *snippet)
{
    buffer_printf(out, "<small>%s</small><pre>", title);
    /* Line breaks are the snippet's own; everything else is escaped. */
    struct text rest = buffer_text(snippet);
    while (rest.size > 0) {
        html_text(out, text_split(rest, '\n', &rest));
        buffer_append_byte(out, '\n');
    }
    buffer_append_string(out, "</pre>\n");
    buffer_clear(snippet);
}

static void browser_snippet(const struct page_view *view, struct text token, struct buffer *out)
{
    buffer_printf(out,
                  "import mixpanel from \"mixpanel-browser\";\n\n"
                  "mixpanel.init(\"%.*s\", { api_host: \"%s://%s\" });\n"
                  "mixpanel.track(\"Signed Up\", { plan: \"free\" });\n",
                  TEXT_PRINT(token), view->is_https ? "https" : "http", view->host);
}

/* By its immutable address, so that the page can say which bytes it expects. */
static void candor_snippet(const struct page_view *view, const struct project *project,
                           struct buffer *out)
{
    const struct sdk_file *file = sdk_file_find(TEXT("candor.js"));
    const char *scheme = view->is_https ? "https" : "http";
    char trust[SDK_TRUST_SIZE];
    if (!file) return; /* built without it */
    sdk_trust(&view->api->options, project->id, trust);
    buffer_printf(out,
                  "<script src=\"%s://%s/sdk/%s/candor.js\"\n"
                  "  integrity=\"%s\"\n"
                  "  crossorigin=\"anonymous\"></script>\n"
                  "<script>\n"
                  "candor.init({ key: \"%.*s\", host: \"%s://%s\",\n"
                  "  trust: \"%s\" });\n"
                  "candor.track(\"Signed Up\", { plan: \"free\" });\n"
                  "</script>\n",
                  scheme, view->host, sdk_version, file->integrity, TEXT_PRINT(project->token),
                  scheme, view->host, trust);
}

/* The Node library wants host and port apart. */
static void node_snippet(const struct page_view *view, struct text token, struct buffer *out)
{
    struct text host = text_from(view->host);
    size_t end = host.size;
    while (end > 0 && host.bytes[end - 1] >= '0' && host.bytes[end - 1] <= '9')
        end--;
    bool has_port = end > 0 && end < host.size && host.bytes[end - 1] == ':';
    struct text name = has_port ? text_slice(host, 0, end - 1) : host;
    struct text port = has_port ? text_slice(host, end, host.size - end)
                                : (view->is_https ? TEXT("443") : TEXT("80"));
    buffer_printf(out,
                  "const Mixpanel = require(\"mixpanel\");\n\n"
                  "const mixpanel = Mixpanel.init(\"%.*s\", {\n"
                  "  protocol: \"%s\", host: \"%.*s\", port: %.*s,\n"
                  "});\n"
                  "mixpanel.track(\"Signed Up\", { distinct_id: \"user-1\", plan: \"free\" });\n",
                  TEXT_PRINT(token), view->is_https ? "https" : "http", TEXT_PRINT(name),
                  TEXT_PRINT(port));
}

static void curl_snippet(const struct page_view *view, struct text token, struct buffer *out)
{
    buffer_printf(out,
                  "curl %s://%s/track --data-urlencode 'data=[{\"event\": \"Signed Up\",\n"
                  "  \"properties\": {\"token\": \"%.*s\",\n"
                  "                 \"distinct_id\": \"user-1\", \"plan\": \"free\"}}]'\n",
                  view->is_https ? "https" : "http", view->host, TEXT_PRINT(token));
}

static void write_project(const struct page_view *view, const struct project *project, bool is_open)
{
    struct buffer snippet;
    buffer_init(&snippet, SNIPPET_SIZE_MAX);
    buffer_printf(view->out, "<details class=\"panel\"%s><summary>", is_open ? " open" : "");
    html_name(view->out, project->name, NAME_POINTS_MAX);
    buffer_append_string(view->out, " <small>token <code>");
    html_text(view->out, project->token);
    buffer_append_string(view->out, "</code></small></summary>\n");
    candor_snippet(view, project, &snippet);
    if (snippet.size > 0) write_block(view->out, "In a web page, with Candor's own SDK", &snippet);
    browser_snippet(view, project->token, &snippet);
    write_block(view->out, "In a web page, with mixpanel-browser", &snippet);
    node_snippet(view, project->token, &snippet);
    write_block(view->out, "In Node, with mixpanel", &snippet);
    curl_snippet(view, project->token, &snippet);
    write_block(view->out, "In a shell", &snippet);
    buffer_append_string(view->out, "</details>\n");
    buffer_release(&snippet);
}

void page_write_snippets(struct page_view *view)
{
    size_t shown = 0;
    struct project_table *table = project_slot_take(view->api->options.projects);
    for (size_t i = 0; i < project_table_count(table); i++) {
        const struct project *project = project_table_at(table, i);
        if (!page_shows(view, project) || shown == PAGE_PROJECT_COUNT_MAX) continue;
        if (shown == 0) buffer_append_string(view->out, "<h2>Send events</h2>\n");
        write_project(view, project, shown == 0);
        shown++;
    }
    project_table_drop(table);
}
