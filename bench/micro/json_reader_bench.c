/* How many megabytes of events a second the JSON reader passes over on one core: an event of about
 * 900 bytes with 31 leaf fields, every token read, numbers parsed, once as a client sends it and
 * once with one escape in each text. Prints a table; takes about two seconds. */
#include "base/buffer.h"
#include "base/check.h"
#include "codec/json_reader.h"
#include "codec/json_writer.h"
#include "codec/number.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { EVENT_COUNT = 2000, ROUND_COUNT = 60 };

static const char *const text_fields[][2] = {
    {"token", "5d41402abc4b2a76b9719d911017c592"},
    {"distinct_id", "$device:190f3c5e1b2a4d-0e8f7a6b5c4d3e-26001e51-1fa400-190f3c5e1b2a4d"},
    {"$insert_id", "9q8w7e6r5t4y3u2i1o0p"},
    {"$device_id", "190f3c5e1b2a4d-0e8f7a6b5c4d3e-26001e51-1fa400-190f3c5e1b2a4d"},
    {"$browser", "Chrome"},
    {"$os", "Mac OS X"},
    {"$current_url", "https://shop.example.com/catalogue/shoes/running?page=3&sort=price"},
    {"$referrer", "https://www.example.org/search"},
    {"$referring_domain", "www.example.org"},
    {"$initial_referrer", "$direct"},
    {"$initial_referring_domain", "$direct"},
    {"mp_lib", "web"},
    {"$lib_version", "2.55.1"},
    {"utm_source", "newsletter"},
    {"utm_medium", "email"},
    {"utm_campaign", "autumn sale"},
    {"plan", "pro"},
    {"country", "DE"},
    {"language", "de-DE"},
    {"page_title", "Running shoes, page 3"},
    {"session", "c56a4180-65aa-42ec-a945-5fd21dec0538"},
    {"variant", "checkout-b"},
};

static const char *const number_fields[][2] = {
    {"time", "1790845261.583"},  {"$screen_height", "1117"}, {"$screen_width", "1728"},
    {"$browser_version", "126"}, {"price", "129.95"},        {"items", "3"},
    {"duration_ms", "15342"},
};

static void write_event(struct buffer *out, bool escaped)
{
    struct json_writer writer;
    json_writer_init(&writer, out);
    json_object_begin(&writer);
    json_key(&writer, "event");
    json_string(&writer, "Add To Cart");
    json_key(&writer, "properties");
    json_object_begin(&writer);
    for (size_t i = 0; i < sizeof text_fields / sizeof text_fields[0]; i++) {
        char text[128];
        (void)snprintf(text, sizeof text, "%s%s", text_fields[i][1], escaped ? "\n" : "");
        json_key(&writer, text_fields[i][0]);
        json_string(&writer, text);
    }
    for (size_t i = 0; i < sizeof number_fields / sizeof number_fields[0]; i++) {
        json_key(&writer, number_fields[i][0]);
        json_raw(&writer, text_from(number_fields[i][1]));
    }
    json_key(&writer, "is_mobile");
    json_bool(&writer, false);
    json_object_end(&writer);
    json_object_end(&writer);
}

static void write_batch(struct buffer *out, bool escaped)
{
    for (int i = 0; i < EVENT_COUNT; i++) {
        buffer_append_byte(out, i == 0 ? '[' : ',');
        write_event(out, escaped);
    }
    buffer_append_byte(out, ']');
}

static double seconds_now(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

struct tally {
    uint64_t tokens;
    uint64_t bytes;
    double numbers;
};

static void read_batch(char *bytes, size_t size, struct tally *tally)
{
    struct json_reader reader;
    json_reader_init(&reader, bytes, size);
    for (;;) {
        struct json_token token = json_next(&reader);
        if (token.kind == JSON_END) return;
        if (token.kind == JSON_ERROR) UNREACHABLE("the batch is valid JSON");
        tally->tokens++;
        tally->bytes += token.text.size;
        double number;
        if (token.kind == JSON_NUMBER && number_parse(token.text, &number)) {
            tally->numbers += number;
        }
    }
}

/* The best of the rounds: the reader writes into its input, so each round has a fresh copy. */
static void measure(const char *name, bool escaped)
{
    struct buffer batch;
    buffer_init(&batch, (size_t)8 << 20);
    write_batch(&batch, escaped);
    char *copy = malloc(batch.size);
    if (!copy) UNREACHABLE("the machine is out of memory");

    struct tally tally = {0};
    double best = 1e9;
    for (int round = 0; round < ROUND_COUNT; round++) {
        memcpy(copy, batch.bytes, batch.size);
        double start = seconds_now();
        read_batch(copy, batch.size, &tally);
        double spent = seconds_now() - start;
        if (spent < best) best = spent;
    }
    printf("%-22s %4zu bytes/event  %7.0f MB/s  %7.0f k events/s  %5.1f ns/token  (%" PRIx64 ")\n",
           name, batch.size / EVENT_COUNT, (double)batch.size / best / 1e6,
           EVENT_COUNT / best / 1e3, best * 1e9 * ROUND_COUNT / (double)tally.tokens,
           tally.bytes ^ (uint64_t)tally.numbers);
    free(copy);
    buffer_release(&batch);
}

int main(void)
{
    measure("plain texts", false);
    measure("an escape per text", true);
    return 0;
}
