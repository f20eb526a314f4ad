/* An answer that many get is made once: the library copies each header in three pieces, and for the
 * answer to an event of a page that was a tenth of all the work. */
#include "http/http_internal.h"

#include <string.h>

static bool is_same_string(const char *a, const char *b)
{
    return a == b || (a && b && strcmp(a, b) == 0);
}

static bool is_same(const struct http_response *a, const struct http_response *b)
{
    if (a->status != b->status || a->header_count != b->header_count) return false;
    if (!is_same_string(a->content_type, b->content_type)) return false;
    for (int i = 0; i < a->header_count; i++) {
        if (!is_same_string(a->headers[i].name, b->headers[i].name)) return false;
        if (!is_same_string(a->headers[i].value, b->headers[i].value)) return false;
    }
    return text_equal(buffer_text(&a->body), buffer_text(&b->body));
}

/* The body is copied: a connection may still send from a response that has left the cache. */
static struct MHD_Response *make(const struct http_response *response)
{
    struct MHD_Response *made = MHD_create_response_from_buffer(
        response->body.size, response->body.bytes, MHD_RESPMEM_MUST_COPY);
    if (made) http_response_add_headers(made, response);
    return made;
}

struct MHD_Response *http_response_cache_get(struct http_response_cache *cache,
                                             struct http_response *response)
{
    for (uint32_t i = 0; i < HTTP_RESPONSES_KEPT; i++) {
        if (cache->kept[i].made && is_same(&cache->kept[i].response, response))
            return cache->kept[i].made;
    }
    struct MHD_Response *made = make(response);
    if (!made) return NULL;
    uint32_t place = cache->next++ % HTTP_RESPONSES_KEPT;
    if (cache->kept[place].made) MHD_destroy_response(cache->kept[place].made);
    http_response_release(&cache->kept[place].response);
    cache->kept[place].response = *response;
    cache->kept[place].made = made;
    *response = (struct http_response){0};
    return made;
}

void http_response_cache_release(struct http_response_cache *cache)
{
    for (uint32_t i = 0; i < HTTP_RESPONSES_KEPT; i++) {
        if (cache->kept[i].made) MHD_destroy_response(cache->kept[i].made);
        http_response_release(&cache->kept[i].response);
    }
}
