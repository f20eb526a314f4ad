#include "candor_curl.h"

#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>

enum { TIMEOUT_DEFAULT_MS = 10 * 1000 };

struct candor_curl {
    CURL *handle;
    long timeout_ms;
};

struct candor_curl *candor_curl_open(int timeout_ms)
{
    struct candor_curl *curl = calloc(1, sizeof *curl);
    if (!curl) return NULL;
    curl->timeout_ms = timeout_ms > 0 ? timeout_ms : TIMEOUT_DEFAULT_MS;
    curl->handle = curl_easy_init();
    if (!curl->handle) {
        free(curl);
        return NULL;
    }
    return curl;
}

void candor_curl_close(struct candor_curl *curl)
{
    if (!curl) return;
    curl_easy_cleanup(curl->handle);
    free(curl);
}

/* The answer's body says nothing that its status does not. */
static size_t pass_over(char *bytes, size_t size, size_t count, void *context)
{
    (void)bytes;
    (void)context;
    return size * count;
}

static void set_request(struct candor_curl *curl, const char *url, struct curl_slist *headers,
                        const char *body, size_t body_size)
{
    curl_easy_reset(curl->handle); /* keeps connections */
    (void)curl_easy_setopt(curl->handle, CURLOPT_URL, url);
    (void)curl_easy_setopt(curl->handle, CURLOPT_PROTOCOLS_STR, "http,https");
    (void)curl_easy_setopt(curl->handle, CURLOPT_POST, 1L);
    (void)curl_easy_setopt(curl->handle, CURLOPT_POSTFIELDS, body);
    (void)curl_easy_setopt(curl->handle, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)body_size);
    (void)curl_easy_setopt(curl->handle, CURLOPT_HTTPHEADER, headers);
    (void)curl_easy_setopt(curl->handle, CURLOPT_TIMEOUT_MS, curl->timeout_ms);
    (void)curl_easy_setopt(curl->handle, CURLOPT_NOSIGNAL, 1L);
    (void)curl_easy_setopt(curl->handle, CURLOPT_WRITEFUNCTION, pass_over);
}

int candor_curl_send(void *context, const char *url, const char *content_type, const char *body,
                     size_t body_size, struct candor_response *response)
{
    struct candor_curl *curl = context;
    char type[128];
    long status = 0;
    curl_off_t retry_after_s = 0;
    (void)snprintf(type, sizeof type, "Content-Type: %s", content_type);
    struct curl_slist *headers = curl_slist_append(NULL, type);
    if (!headers) return 1;
    set_request(curl, url, headers, body, body_size);
    CURLcode result = curl_easy_perform(curl->handle);
    if (result == CURLE_OK) {
        (void)curl_easy_getinfo(curl->handle, CURLINFO_RESPONSE_CODE, &status);
        (void)curl_easy_getinfo(curl->handle, CURLINFO_RETRY_AFTER, &retry_after_s);
        response->status = (int)status;
        response->retry_after_s = retry_after_s > 86400 ? 86400 : (int)retry_after_s;
    }
    curl_slist_free_all(headers);
    return result == CURLE_OK ? 0 : 1;
}
