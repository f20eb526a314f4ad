/* Microseconds an event costs from a request's bytes to a batch for the log, on one core: events
 * as a browser sends them (some 900 bytes, 29 properties), by events a request and by wrapping.
 * Prints a table; takes a few seconds. */
#include "base/check.h"
#include "base/memory.h"
#include "codec/transfer.h"
#include "os/os_clock.h"
#include "wire/wire.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define NOW_MS INT64_C(1790845270000)

enum { EVENTS_A_MEASURE = 40000, BODY_SIZE_MAX = 1 << 20 };

enum wrapping { RAW_JSON, FORM_BASE64, FORM_PERCENT, GZIP_JSON };

static const char *const wrapping_names[] = {"JSON", "form, base64", "form, percent", "gzip"};
static const char *const content_types[] = {"application/json", "application/x-www-form-urlencoded",
                                            "application/x-www-form-urlencoded",
                                            "application/json"};

static const char fixed_properties[] =
    ",\"token\":\"5d41402abc4b2a76b9719d911017c592\",\"$os\":\"Mac OS X\",\"$browser\":\"Chrome\","
    "\"$browser_version\":126,\"$screen_height\":1117,\"$screen_width\":1728,\"mp_lib\":\"web\","
    "\"$lib_version\":\"2.83.0\",\"$referrer\":\"https://www.example.org/search\","
    "\"$referring_domain\":\"www.example.org\",\"$initial_referrer\":\"$direct\","
    "\"$initial_referring_domain\":\"$direct\",\"utm_source\":\"newsletter\",\"utm_medium\":"
    "\"email\",\"utm_campaign\":\"autumn sale\",\"plan\":\"pro\",\"country\":\"DE\",\"language\":"
    "\"de-DE\",\"variant\":\"checkout-b\",\"is_mobile\":false,\"tags\":[\"a\",\"b\"],";

static void write_event(struct buffer *out, uint64_t i)
{
    uint64_t user = (i * 7919) % 997;
    buffer_printf(out,
                  "{\"event\":\"%s\",\"properties\":{\"time\":%" PRIu64 ".%03d,\"distinct_id\":"
                  "\"$device:190f3c5e1b2a4d-0e8f7a6b%04" PRIx64 "-26001e51-1fa400\","
                  "\"$insert_id\":\"9q8w7e6r%08" PRIx64 "\",\"$device_id\":"
                  "\"190f3c5e1b2a4d-0e8f7a6b%04" PRIx64 "-26001e51-1fa400\"",
                  i % 3 ? "Page View" : "Add To Cart", UINT64_C(1790845000) + i % 250,
                  (int)(i % 1000), user, i, user);
    buffer_append_string(out, fixed_properties);
    buffer_printf(out,
                  "\"$current_url\":\"https://shop.example.com/catalogue/shoes?page=%" PRIu64
                  "&sort=price\",\"price\":%" PRIu64 ".95,\"items\":%" PRIu64
                  ",\"duration_ms\":%" PRIu64 ",\"session\":\"c56a4180-65aa-42ec-a945-%012" PRIx64
                  "\"}}",
                  i % 90, i % 200, i % 5, i % 20000, user);
}

static void write_body(struct buffer *out, uint32_t count, enum wrapping wrapping)
{
    struct buffer json;
    buffer_init(&json, BODY_SIZE_MAX);
    for (uint32_t i = 0; i < count; i++) {
        buffer_append_byte(&json, i == 0 ? '[' : ',');
        write_event(&json, i);
    }
    buffer_append_byte(&json, ']');
    if (wrapping == RAW_JSON) buffer_append_text(out, buffer_text(&json));
    if (wrapping == GZIP_JSON) transfer_gzip(buffer_text(&json), 6, out);
    if (wrapping == FORM_BASE64) {
        buffer_append_string(out, "data=");
        transfer_base64_encode(out, buffer_text(&json));
    }
    if (wrapping == FORM_PERCENT) {
        buffer_append_string(out, "data=");
        for (size_t i = 0; i < json.size; i++) {
            char byte = json.bytes[i];
            bool is_plain = (byte >= 'a' && byte <= 'z') || (byte >= '0' && byte <= '9');
            if (is_plain) buffer_append_byte(out, byte);
            if (!is_plain) buffer_printf(out, "%%%02X", (unsigned char)byte);
        }
    }
    assert(!buffer_overflowed(out));
    buffer_release(&json);
}

/* The best of several rounds; each has a fresh copy of the body, whose cost is not counted. */
static void measure(const struct project_table *projects, uint32_t count, enum wrapping wrapping)
{
    struct buffer body;
    buffer_init(&body, 4 * BODY_SIZE_MAX);
    write_body(&body, count, wrapping);
    char *copy = memory_alloc(body.size, 1);
    struct wire_request request = {.endpoint = WIRE_TRACK,
                                   .query = TEXT("verbose=1&ip=1&_=1790845270000"),
                                   .content_type = text_from(content_types[wrapping]),
                                   .body = copy,
                                   .body_size = body.size,
                                   .now_ms = NOW_MS,
                                   .projects = projects};
    double best_ns = 1e18;
    size_t batch_size = 0;
    for (int round = 0; round < 5; round++) {
        uint64_t spent_ns = 0;
        uint32_t request_count = EVENTS_A_MEASURE / count;
        for (uint32_t i = 0; i < request_count; i++) {
            struct wire_verdict verdict;
            memcpy(copy, body.bytes, body.size);
            uint64_t start_ns = os_clock_monotonic_ns();
            wire_decode(&request, &verdict);
            spent_ns += os_clock_monotonic_ns() - start_ns;
            assert(verdict.accepted == count);
            batch_size = verdict.batches[0].bytes.size;
            wire_verdict_release(&verdict);
        }
        double ns = (double)spent_ns / request_count / count;
        if (ns < best_ns) best_ns = ns;
    }
    printf("%-14s %4u events a request %5zu bytes an event  %6.2f us an event  %4zu in the log\n",
           wrapping_names[wrapping], count, body.size / count, best_ns / 1e3, batch_size / count);
    memory_free(copy);
    buffer_release(&body);
}

int main(void)
{
    static const uint32_t counts[] = {1, 20, 50, 200};
    struct project project = {.id = 1,
                              .name = TEXT("bench"),
                              .token = TEXT("5d41402abc4b2a76b9719d911017c592"),
                              .zone = TEXT("UTC")};
    struct project_table *projects = project_table_make(&project, 1);
    for (int i = 0; i < 4; i++)
        measure(projects, counts[i], RAW_JSON);
    for (int i = FORM_BASE64; i <= GZIP_JSON; i++)
        measure(projects, 50, (enum wrapping)i);
    project_table_drop(projects);
    return 0;
}
