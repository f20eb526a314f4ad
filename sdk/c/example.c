/* A program that tells Candor what happened in it:
 *
 *     cc -std=c99 example.c candor.c candor_curl.c -lcurl -o example
 *     ./example http://127.0.0.1:8080 TOKEN [QUEUE-FILE] */
#include "candor.h"
#include "candor_curl.h"

#include <stdio.h>

static int run(struct candor *candor)
{
    struct candor_property order[] = {
        candor_text("plan", "team"),
        candor_number("price", 49.5),
        candor_url("page", "https://shop.example.org/orders/81?token=never-sent"),
        candor_text("password", "never sent either"),
    };
    struct candor_property profile[] = {candor_text("plan", "team")};
    struct candor_figures figures;

    (void)candor_app_open(candor);
    (void)candor_identify(candor, "customer-81");
    (void)candor_profile(candor, CANDOR_SET, profile, 1);
    (void)candor_track(candor, "Order placed", order, sizeof order / sizeof *order);
    (void)candor_app_close(candor);

    enum candor_status status = candor_flush(candor);
    candor_figures(candor, &figures);
    printf("%s: recorded %llu, sent %llu, values removed %llu\n", candor_status_name(status),
           (unsigned long long)figures.recorded, (unsigned long long)figures.sent,
           (unsigned long long)figures.values_removed);
    return status == CANDOR_OK ? 0 : 1;
}

int main(int count, char **arguments)
{
    static union {
        char bytes[64 * 1024];
        long double aligned;
    } memory;
    if (count < 3) {
        fprintf(stderr, "usage: example HOST TOKEN [QUEUE-FILE]\n");
        return 2;
    }
    struct candor_curl *curl = candor_curl_open(0);
    struct candor_options options = {0};
    struct candor *candor;
    options.host = arguments[1];
    options.key = arguments[2];
    options.file = count > 3 ? arguments[3] : NULL;
    options.send = curl ? candor_curl_send : NULL;
    options.send_context = curl;
    options.device.model_class = "laptop";
    options.device.os = "Linux";
    options.device.app_version = "1.0.0";
    enum candor_status status = candor_open(&candor, memory.bytes, sizeof memory.bytes, &options);
    if (!candor) {
        fprintf(stderr, "example: could not open: %s\n", candor_status_name(status));
        return 1;
    }
    int result = run(candor);
    candor_close(candor);
    candor_curl_close(curl);
    return result;
}
