/* Any bytes as names, values and addresses, and as the queue's and the state's files: no crash, and
 * what is sent is one JSON text of records. */
#include "candor.h"
#include "codec/json_reader.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int check_body(void *context, const char *url, const char *content_type, const char *body,
                      size_t body_size, struct candor_response *response)
{
    (void)context;
    (void)url;
    (void)content_type;
    char *copy = malloc(body_size);
    struct json_reader reader;
    if (!copy) abort();
    memcpy(copy, body, body_size);
    json_reader_init(&reader, copy, body_size);
    struct json_token token;
    do
        token = json_next(&reader);
    while (token.kind != JSON_END && token.kind != JSON_ERROR);
    if (token.kind == JSON_ERROR) abort();
    free(copy);
    response->status = 200;
    return 0;
}

static int64_t stand_still(void *context)
{
    (void)context;
    return 1764547200000;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static _Alignas(16) char memory[32 * 1024];
    char words[3][2048];
    struct candor_options options = {0};
    struct candor *candor;
    if (size < 2) return 0;
    size_t at = 0;
    for (int i = 0; i < 3; i++) { /* cut at zeros */
        size_t count = 0;
        while (at < size && data[at] && count < sizeof words[0] - 1)
            words[i][count++] = (char)data[at++];
        words[i][count] = '\0';
        at += at < size;
    }
    options.key = "key";
    options.host = "http://127.0.0.1";
    options.send = check_body;
    options.now_ms = stand_still;
    if (candor_open(&candor, memory, sizeof memory, &options) != CANDOR_OK) abort();
    struct candor_property properties[] = {candor_text(words[0], words[1]),
                                           candor_url("page", words[2]),
                                           candor_text("text", words[2])};
    (void)candor_super_set(candor, properties, 2);
    (void)candor_identify(candor, words[1]);
    (void)candor_track(candor, words[0], properties, 3);
    (void)candor_profile(candor, CANDOR_SET, properties, 3);
    (void)candor_flush(candor);
    candor_close(candor);
    return 0;
}
