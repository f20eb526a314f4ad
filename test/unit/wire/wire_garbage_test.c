/* Damaged requests: whatever comes, the counts add up and the batches hold what was accepted. */
#include "codec/transfer.h"
#include "wire_exchange.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ROUNDS = 3000, BODY_SIZE_MAX = 64 * 1024 };

static const char *const seeds[] = {
    "[{\"event\":\"a\",\"properties\":{\"token\":\"tok1\",\"distinct_id\":\"u\",\"time\":"
    "1750000000.123,\"$insert_id\":\"abc\",\"l\":[1,{\"x\":\"\\u00fc\"},null],\"o\":{\"k\":\"v\"},"
    "\"$user_id\":\"u\",\"$device_id\":\"d\"}},{\"event\":\"b\",\"properties\":{\"token\":\"tok2\","
    "\"n\":-1.5e3,\"s\":\"\\\"\\\\\\/\\b\"},\"$mp_metadata\":{\"$mp_event_id\":\"m\"}}]",
    "{\"event\":\"a\",\"properties\":{\"token\":\"tok1\"}}\n{\"event\":\"b\",\"properties\":"
    "{\"token\":\"tok1\",\"a\":true}}\n{}\n",
    "[{\"$token\":\"tok1\",\"$distinct_id\":\"u\",\"$set\":{\"a\":1,\"b\":[1,2]},\"$union\":{\"c\":"
    "\"d\"},\"$unset\":[\"e\"]},{\"$token\":\"tok1\",\"$group_key\":\"k\",\"$group_id\":5,"
    "\"$delete\":\"\",\"$add\":{\"n\":1},\"$distinct_id\":7}]",
};
static const char *const types[] = {
    "application/json",
    "application/x-ndjson",
    "application/x-www-form-urlencoded",
    "multipart/form-data; boundary=b",
    "",
    "text/plain",
};

static uint64_t next_random(uint64_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return *state;
}

static uint32_t below(uint64_t *state, uint32_t limit)
{
    return (uint32_t)(next_random(state) >> 33) % limit;
}

/* A few bytes changed, cut out, or doubled. */
static void damage(struct buffer *body, uint64_t *random)
{
    static const char bytes[] = "{}[]\",:\\u0\n \xff\x80"
                                "1e-.tfn+%=&\0";
    for (uint32_t left = below(random, 4); left > 0 && body->size > 0; left--) {
        size_t place = below(random, (uint32_t)body->size);
        switch (below(random, 4)) {
        case 0: body->bytes[place] = bytes[below(random, sizeof bytes - 1)]; break;
        case 1: body->bytes[place] ^= (char)(1 << below(random, 8)); break;
        case 2: body->size = place; break;
        default: {
            size_t size = below(random, (uint32_t)(body->size - place)) + 1;
            char *room = buffer_reserve(body, size);
            if (!room) return;
            memcpy(room, body->bytes + place, size);
            buffer_advance(body, size);
            break;
        }
        }
    }
}

static void rewrap(struct buffer *body, uint64_t *random)
{
    struct buffer plain;
    buffer_init(&plain, BODY_SIZE_MAX);
    buffer_append_text(&plain, buffer_text(body));
    switch (below(random, 5)) {
    case 0:
        buffer_clear(body);
        buffer_append_string(body, "verbose=1&data=");
        transfer_base64_encode(body, buffer_text(&plain));
        break;
    case 1:
        buffer_clear(body);
        transfer_gzip(buffer_text(&plain), 1, body);
        break;
    case 2:
        buffer_clear(body);
        buffer_append_string(body, "data=");
        buffer_append_text(body, buffer_text(&plain));
        break;
    case 3:
        buffer_clear(body);
        buffer_append_string(body, "--b\r\nContent-Disposition: form-data; name=\"data\"\r\n\r\n");
        buffer_append_text(body, buffer_text(&plain));
        buffer_append_string(body, "\r\n--b--");
        break;
    default: break;
    }
    buffer_release(&plain);
}

static void run_round(uint64_t *random)
{
    struct buffer body;
    buffer_init(&body, BODY_SIZE_MAX);
    buffer_append_string(&body, seeds[below(random, 3)]);
    damage(&body, random);
    rewrap(&body, random);
    damage(&body, random);

    static const char *const queries[] = {"", "strict=1", "verbose=1&callback=f", "data=e30%3D"};
    struct exchange exchange;
    exchange_init(&exchange, (enum wire_endpoint)below(random, 4), queries[below(random, 4)],
                  types[below(random, 6)], buffer_text(&body));
    exchange.request.authorization = TEXT("Basic c2VjcmV0MTo=");
    exchange_run(&exchange);
    assert_true(exchange.verdict.received > 0);
    assert_int_equal(exchange_read_count(&exchange), exchange.verdict.accepted);
    bool is_strict = exchange.verdict.strict && exchange.answer.status == 400;
    if (!is_strict && exchange.answer.status != 413) {
        assert_int_equal(exchange.answer.status, 200);
    }
    exchange_release(&exchange);
    buffer_release(&body);
}

static void counts_add_up_whatever_comes(void **state)
{
    (void)state;
    const char *given = getenv("WIRE_SEED");
    uint64_t seed = given ? strtoull(given, NULL, 0) : 0x5eed0001;
    print_message("WIRE_SEED=%llu\n", (unsigned long long)seed);
    uint64_t random = seed * 0x9e3779b97f4a7c15ULL + 1;
    for (int round = 0; round < ROUNDS; round++)
        run_round(&random);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(counts_add_up_whatever_comes)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
