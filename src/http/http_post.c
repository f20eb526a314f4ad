#include "http/http_post.h"

#include <curl/curl.h>
#include <stdbool.h>

static size_t leave(char *bytes, size_t size, size_t count, void *context)
{
    (void)bytes;
    (void)context;
    return size * count;
}

static enum status perform(CURL *curl, int *code, struct error *error)
{
    long answered = 0;
    CURLcode result = curl_easy_perform(curl);
    bool is_wrong = result == CURLE_URL_MALFORMAT || result == CURLE_UNSUPPORTED_PROTOCOL;
    if (result != CURLE_OK) {
        return error_set(error, is_wrong ? STATUS_INVALID : STATUS_IO, "could not send: %s",
                         curl_easy_strerror(result));
    }
    (void)curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &answered);
    *code = (int)answered;
    return STATUS_OK;
}

enum status http_post(const char *address, struct text json, unsigned timeout_ms, int *code,
                      struct error *error)
{
    CURL *curl = curl_easy_init();
    if (!curl) return error_set(error, STATUS_IO, "could not start the HTTP client");
    struct curl_slist *headers = curl_slist_append(NULL, "Content-Type: application/json");
    headers = curl_slist_append(headers, "Expect:");
    (void)curl_easy_setopt(curl, CURLOPT_URL, address);
    (void)curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
    (void)curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    (void)curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, (long)timeout_ms);
    (void)curl_easy_setopt(curl, CURLOPT_USERAGENT, "candor");
    (void)curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
    (void)curl_easy_setopt(curl, CURLOPT_POSTFIELDS, json.bytes);
    (void)curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)json.size);
    (void)curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, leave);
    enum status status = perform(curl, code, error);
    curl_slist_free_all(headers);
    curl_easy_cleanup(curl);
    return status;
}
