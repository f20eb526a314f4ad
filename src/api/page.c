/* GET / and its refreshing part: one page without any outside request, whose policy allows nothing
 * but its own style and script. */
#include "api/html.h"
#include "api/page_html.h"
#include "api/page_view.h"
#include "base/check.h"

#include <stdio.h>

static void page_headers(struct http_response *response)
{
    char policy[512];
    int size = snprintf(policy, sizeof policy,
                        "default-src 'none'; style-src %s; script-src %s; connect-src 'self'; "
                        "img-src data:; form-action 'self'; base-uri 'none'; "
                        "frame-ancestors 'none'",
                        page_html_style_hash, page_html_script_hash);
    assert(size > 0);
    assert((size_t)size < sizeof policy);
    http_response_header(response, "Content-Security-Policy", policy);
    http_response_header_literal(response, "X-Frame-Options", "DENY");
    http_response_header_literal(response, "Referrer-Policy", "no-referrer");
    http_response_header_literal(response, "Cross-Origin-Opener-Policy", "same-origin");
    http_response_header_literal(response, "Cross-Origin-Resource-Policy", "same-origin");
    http_response_header_literal(response, "Permissions-Policy",
                                 "camera=(), geolocation=(), microphone=()");
    http_response_header_literal(response, "Cache-Control", "no-store");
}

static void begin_html(struct api_exchange *exchange, int code)
{
    exchange->response.status = code;
    exchange->response.content_type = "text/html; charset=utf-8";
    exchange->response.body.size_max = PAGE_SIZE_MAX;
    page_headers(&exchange->response);
}

static void write_account(const struct page_view *view)
{
    if (!view->is_signed_in) return;
    buffer_append_string(view->out, "<form method=\"post\" action=\"sign-out\">"
                                    "<button>Sign out</button></form>\n");
}

static void write_notice(const struct page_view *view, const char *notice)
{
    if (notice) {
        buffer_append_string(view->out, "<p class=\"panel bad\">");
        html_text(view->out, text_from(notice));
        buffer_append_string(view->out, "</p>\n");
    }
    if (view->is_signed_in) return;
    buffer_append_string(view->out,
                         "<p class=\"soft\">Projects are shown to their owner. To sign in, run "
                         "<code>candor user link</code> on the server and open the path that it "
                         "prints at this address. A link works once.</p>\n");
}

static void write_marked(struct page_view *view, enum page_html_marker marker, const char *notice)
{
    switch (marker) {
    case PAGE_HTML_ACCOUNT: write_account(view); return;
    case PAGE_HTML_NOTICE: write_notice(view, notice); return;
    case PAGE_HTML_NOW: page_write_now(view); return;
    case PAGE_HTML_SNIPPETS: page_write_snippets(view); return;
    }
    UNREACHABLE("no other marker");
}

static enum status end_html(struct api_exchange *exchange, struct error *error)
{
    if (!buffer_overflowed(&exchange->response.body)) return STATUS_OK;
    return error_set(error, STATUS_IO, "the page is larger than %d bytes", PAGE_SIZE_MAX);
}

enum status page_write(struct api_exchange *exchange, int code, const char *notice,
                       struct error *error)
{
    struct page_view view;
    begin_html(exchange, code);
    page_view_init(&view, exchange);
    assert(page_html_part_count == PAGE_HTML_MARKER_COUNT + 1);
    for (size_t i = 0; i < page_html_part_count; i++) {
        buffer_append_text(view.out, page_html_parts[i]);
        if (i < PAGE_HTML_MARKER_COUNT) write_marked(&view, (enum page_html_marker)i, notice);
    }
    return end_html(exchange, error);
}

/* Proxies and clients look at the root, too, and expect JSON there. */
static bool wants_html(const struct http_request *request)
{
    return text_find(http_request_header(request, "Accept"), TEXT("text/html")) != TEXT_NOT_FOUND;
}

enum status page_get(struct api_exchange *exchange, struct error *error)
{
    http_response_header_literal(&exchange->response, "Vary", "Accept, Cookie");
    if (wants_html(exchange->request)) return page_write(exchange, 200, NULL, error);
    struct wire_answer welcome;
    wire_polite(WIRE_POLITE_WELCOME, &welcome);
    exchange->response.status = welcome.status;
    exchange->response.content_type = welcome.content_type;
    exchange->response.body = welcome.body;
    return STATUS_OK;
}

enum status page_now(struct api_exchange *exchange, struct error *error)
{
    struct page_view view;
    begin_html(exchange, 200);
    page_view_init(&view, exchange);
    page_write_now(&view);
    return end_html(exchange, error);
}
