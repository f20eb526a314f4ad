/* GET /sign-in?link=… and POST /sign-out: the link opens a sign-in, whose secret is a cookie
 * that no script reads and no other site's request carries. */
#include "api/api_internal.h"
#include "base/memory.h"
#include "codec/transfer.h"
#include "os/os_clock.h"

#include <stdio.h>

enum { LINK_SIZE_MAX = 128 };

static bool find_link(struct text query, char out[LINK_SIZE_MAX])
{
    struct text name;
    struct text value;
    while (transfer_form_next(&query, &name, &value)) {
        if (!text_equal(name, TEXT("link"))) continue;
        if (!text_to_string(value, out, LINK_SIZE_MAX)) return false;
        size_t size = transfer_percent_decode(out, value.size, TRANSFER_PLUS_KEPT);
        out[size] = '\0';
        return size > 0;
    }
    return false;
}

static void go_home(struct api_exchange *exchange, const char *session, int max_age_s)
{
    char cookie[256];
    (void)snprintf(cookie, sizeof cookie,
                   "candor_session=%s; HttpOnly; SameSite=Strict; Path=/; Max-Age=%d", session,
                   max_age_s);
    exchange->response.status = 303;
    http_response_header(&exchange->response, "Set-Cookie", cookie);
    http_response_header_literal(&exchange->response, "Location", "/");
    http_response_header_literal(&exchange->response, "Cache-Control", "no-store");
    http_response_header_literal(&exchange->response, "Referrer-Policy", "no-referrer");
    memory_wipe(cookie, sizeof cookie);
}

enum status sign_in_get(struct api_exchange *exchange, struct error *error)
{
    char link[LINK_SIZE_MAX];
    char session[SECRET_TOKEN_SIZE];
    if (text_equal_fold(http_request_method(exchange->request), TEXT("HEAD"))) {
        exchange->response.content_type = "text/plain; charset=utf-8";
        return STATUS_OK; /* a preview must not use the link up */
    }
    if (!find_link(http_request_query(exchange->request), link)) {
        return page_write(exchange, 400, "This is no sign-in link.", error);
    }
    enum status status = control_sign_in(exchange->api->options.control, text_from(link),
                                         os_clock_now_ms(), session, error);
    memory_wipe(link, sizeof link);
    if (status == STATUS_DENIED) {
        api_count_auth_failure(exchange->api);
        return page_write(exchange, 403, "This sign-in link was used or has expired.", error);
    }
    if (status != STATUS_OK) return status;
    go_home(exchange, session, CONTROL_SIGN_IN_HOURS * 3600);
    memory_wipe(session, sizeof session);
    return STATUS_OK;
}

enum status sign_out_post(struct api_exchange *exchange, struct error *error)
{
    struct text session = http_request_cookie(exchange->request, "candor_session");
    if (session.size > 0) {
        enum status status = control_sign_out(exchange->api->options.control, session, error);
        if (status != STATUS_OK) return status;
    }
    go_home(exchange, "", 0);
    return STATUS_OK;
}
