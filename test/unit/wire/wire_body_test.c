/* How data comes: every body shape of spec/wire.md §2.3, wrapped as its client wraps it, and what
 * wrapping can do to it that is bad. */
#include "base/memory.h"
#include "codec/transfer.h"
#include "wire_exchange.h"

#include <string.h>

#define RECORD \
    "{\"event\":\"a+b >>?\",\"properties\":{\"token\":\"tok1\",\"distinct_id\":\"u\",\"n\":1}}"

/* Wrappings of a test's data, written from inside to outside: {} stands for what is wrapped. */
enum wrapping {
    PLAIN,
    PERCENT,       /* encodeURIComponent */
    QUOTE_PLUS,    /* Python: spaces become + */
    BASE64,        /* as it is: + and / and = stay */
    BASE64_URL,    /* - and _, no padding */
    BASE64_SPACES, /* a + that became a space on the way */
    BASE64_LINES,  /* a line break every 76 letters */
    GZIP,
};

static void percent_encode(struct buffer *out, struct text text, bool plus)
{
    for (size_t i = 0; i < text.size; i++) {
        unsigned char byte = (unsigned char)text.bytes[i];
        bool plain = (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') ||
                     (byte >= '0' && byte <= '9');
        if (plain) {
            buffer_append_byte(out, (char)byte);
        } else if (byte == ' ' && plus) {
            buffer_append_byte(out, '+');
        } else {
            buffer_printf(out, "%%%02X", byte);
        }
    }
}

static void encode_base64(struct buffer *out, struct text text, enum wrapping wrapping)
{
    struct buffer plain;
    buffer_init(&plain, 64 * 1024 * 1024);
    transfer_base64_encode(&plain, text);
    for (size_t i = 0; i < plain.size; i++) {
        char byte = plain.bytes[i];
        if (wrapping == BASE64_URL && byte == '=') continue;
        if (wrapping == BASE64_URL && byte == '+') byte = '-';
        if (wrapping == BASE64_URL && byte == '/') byte = '_';
        if (wrapping == BASE64_SPACES && byte == '+') byte = ' ';
        if (wrapping == BASE64_LINES && i % 76 == 75) buffer_append_string(out, "\r\n");
        buffer_append_byte(out, byte);
    }
    buffer_release(&plain);
}

static void wrap(struct buffer *out, struct text text, enum wrapping wrapping)
{
    switch (wrapping) {
    case PLAIN: buffer_append_text(out, text); break;
    case PERCENT: percent_encode(out, text, false); break;
    case QUOTE_PLUS: percent_encode(out, text, true); break;
    case GZIP: transfer_gzip(text, 6, out); break;
    default: encode_base64(out, text, wrapping); break;
    }
}

struct shape {
    const char *client;
    const char *data;
    enum wrapping inner[3];
    const char *before; /* around the wrapped data, in the body or the query */
    const char *after;
    enum wrapping whole; /* of the whole body */
    const char *content_type;
    const char *encoding;
    bool in_query;
    uint32_t count;
};

#define FORM "application/x-www-form-urlencoded"
#define TWO  "[" RECORD "," RECORD "]"

static const struct shape shapes[] = {
    {"browser, XHR", TWO, {BASE64, PERCENT}, "data=", "", PLAIN, FORM, "", false, 2},
    {"browser, XHR, JSON", TWO, {PERCENT}, "data=", "", PLAIN, FORM, "", false, 2},
    {"browser, beacon",
     TWO,
     {BASE64, PERCENT},
     "data=",
     "",
     PLAIN,
     "text/plain;charset=UTF-8",
     "",
     false,
     2},
    {"browser, GET",
     RECORD,
     {BASE64, PERCENT},
     "data=",
     "&ip=1&_=1750000000000",
     PLAIN,
     "",
     "",
     true,
     1},
    {"node, single", RECORD, {BASE64, PERCENT}, "ip=0&verbose=0&data=", "", PLAIN, "", "", true, 1},
    {"node, batch", TWO, {BASE64}, "data=", "", PLAIN, FORM, "", false, 2},
    {"php", TWO, {BASE64}, "data=", "", PLAIN, FORM, "", false, 2},
    {"a plus lost on the way", TWO, {BASE64_SPACES}, "data=", "", PLAIN, FORM, "", false, 2},
    {"python", RECORD, {QUOTE_PLUS}, "data=", "&verbose=1&ip=0", PLAIN, FORM, "", false, 1},
    {"python, data last", RECORD, {QUOTE_PLUS}, "ip=0&data=", "", PLAIN, FORM, "", false, 1},
    {"swift", TWO, {PLAIN}, "", "", PLAIN, "application/json", "", false, 2},
    {"swift, gzip", TWO, {PLAIN}, "", "", GZIP, "application/json", "gzip", false, 2},
    {"android", TWO, {BASE64, PERCENT}, "data=", "&verbose=1", PLAIN, FORM, "", false, 2},
    {"android, gzip", TWO, {BASE64, PERCENT}, "data=", "&verbose=1", GZIP, FORM, "gzip", false, 2},
    {"gzip without the header", TWO, {BASE64}, "data=", "", GZIP, FORM, "", false, 2},
    {"the header without gzip", TWO, {PLAIN}, "", "", PLAIN, "application/json", "gzip", false, 2},
    {"react native", TWO, {PERCENT}, "data=", "", PLAIN, FORM, "", false, 2},
    {"unity", RECORD, {PERCENT}, "data=", "", PLAIN, "", "", false, 1},
    {"not encoded at all",
     "{\"event\":\"e\",\"properties\":{\"token\":\"tok1\"}}",
     {PLAIN},
     "data=",
     "\r\n",
     PLAIN,
     "",
     "",
     false,
     1},
    {"url-safe, no padding", TWO, {BASE64_URL}, "data=", "", PLAIN, FORM, "", false, 2},
    {"base64 in lines", TWO, {BASE64_LINES}, "data=", "", PLAIN, FORM, "", false, 2},
    {"base64 of gzip",
     TWO,
     {GZIP, BASE64, PERCENT},
     "compression=gzip&data=",
     "",
     PLAIN,
     FORM,
     "",
     false,
     2},
    {"raw JSON in a form", TWO, {PLAIN}, "", "", PLAIN, FORM, "", false, 2},
    {"raw object, no type", RECORD, {PLAIN}, " \n", "\r\n", PLAIN, "", "", false, 1},
    {"byte order mark", TWO, {PLAIN}, "\xef\xbb\xbf", "", PLAIN, "application/json", "", false, 2},
    {"lines",
     RECORD "\n\n" RECORD "\r\n" RECORD "\n",
     {PLAIN},
     "",
     "",
     PLAIN,
     "application/x-ndjson",
     "",
     false,
     3},
    {"one line", RECORD, {PLAIN}, "", "", PLAIN, "application/x-ndjson", "", false, 1},
    {"lines, called JSON",
     RECORD "\n" RECORD,
     {PLAIN},
     "",
     "",
     PLAIN,
     "application/json",
     "",
     false,
     2},
    {"an array, called lines",
     "[" RECORD ",\n" RECORD "]",
     {PLAIN},
     "",
     "",
     PLAIN,
     "application/x-ndjson",
     "",
     false,
     2},
    {"over several lines",
     "{\n\"event\":\"e\",\n\"properties\":{\"token\":\"tok1\"}\n}",
     {PLAIN},
     "",
     "",
     PLAIN,
     "application/json",
     "",
     false,
     1},
    {"a form, called JSON", TWO, {BASE64}, "data=", "", PLAIN, "application/json", "", false, 2},
    {"multipart",
     TWO,
     {PLAIN},
     "--xYz\r\nContent-Disposition: form-data; name=\"verbose\"\r\n\r\n1\r\n--xYz\r\n"
     "content-disposition: form-data; name=\"data\"\r\nContent-Type: text/plain\r\n\r\n",
     "\r\n--xYz--\r\n",
     PLAIN,
     "multipart/form-data; boundary=xYz",
     "",
     false,
     2},
    {"multipart, base64",
     TWO,
     {BASE64},
     "preamble\r\n--\"q\"\r\nContent-Disposition: form-data; name=data\r\n\r\n",
     "\r\n--\"q\"--",
     PLAIN,
     "Multipart/Form-Data; BOUNDARY=\"\"q\"\"",
     "",
     false,
     0},
    {"multipart, quoted boundary",
     TWO,
     {BASE64},
     "--b\r\nContent-Disposition: form-data; name=data\r\n\r\n",
     "\r\n--b--",
     PLAIN,
     "multipart/form-data; boundary=\"b\"",
     "",
     false,
     2},
};

static void run_shape(struct exchange *exchange, const struct shape *shape, struct buffer *body)
{
    struct buffer pieces[2];
    buffer_init(&pieces[0], 64 * 1024);
    buffer_init(&pieces[1], 64 * 1024);
    buffer_append_string(&pieces[0], shape->data);
    int now = 0;
    for (int i = 0; i < 3; i++) {
        if (shape->inner[i] == PLAIN) continue;
        buffer_clear(&pieces[1 - now]);
        wrap(&pieces[1 - now], buffer_text(&pieces[now]), shape->inner[i]);
        now = 1 - now;
    }
    struct buffer whole;
    buffer_init(&whole, 64 * 1024);
    buffer_append_string(&whole, shape->before);
    buffer_append_text(&whole, buffer_text(&pieces[now]));
    buffer_append_string(&whole, shape->after);
    wrap(body, buffer_text(&whole), shape->whole);

    struct text data = buffer_text(body);
    exchange_init(exchange, WIRE_TRACK, "", shape->content_type, shape->in_query ? TEXT("") : data);
    if (shape->in_query) exchange->request.query = data;
    exchange->request.content_encoding = text_from(shape->encoding);
    exchange->request.is_get = shape->in_query;
    exchange_run(exchange);
    buffer_release(&whole);
    buffer_release(&pieces[0]);
    buffer_release(&pieces[1]);
}

static void reads_every_shape_that_clients_send(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++) {
        struct buffer body;
        struct exchange exchange;
        buffer_init(&body, 64 * 1024);
        run_shape(&exchange, &shapes[i], &body);
        if (exchange.verdict.accepted != shapes[i].count) {
            fail_msg("%s: %u records of %u", shapes[i].client, exchange.verdict.accepted,
                     shapes[i].count);
        }
        if (shapes[i].count > 0 && strstr(shapes[i].data, "a+b")) {
            struct event event = exchange_event(&exchange, 0, NULL);
            assert_string_equal(exchange_string(&exchange, event.name), "a+b >>?");
        }
        exchange_release(&exchange);
        buffer_release(&body);
    }
}

static void prefers_the_query_for_parameters_and_the_body_for_data(void **state)
{
    (void)state;
    struct exchange exchange;
    exchange_init(&exchange, WIRE_TRACK, "verbose=0&data=%5B%5D", FORM,
                  TEXT("verbose=1&data=" RECORD));
    exchange_run(&exchange);
    assert_int_equal(exchange.verdict.accepted, 1);
    assert_string_equal(exchange_answer(&exchange), "1");
    exchange_release(&exchange);

    exchange_init(&exchange, WIRE_TRACK, "data=%5B%5D", FORM, TEXT("verbose=1"));
    exchange_run(&exchange);
    assert_string_equal(exchange_answer(&exchange),
                        "{\"error\": \"data, missing or empty\", \"status\": 0}");
    exchange_release(&exchange);
}

static void assert_refused(const char *what, const char *type, const char *encoding,
                           struct text body, int status, enum wire_refusal reason)
{
    struct exchange exchange;
    exchange_init(&exchange, WIRE_TRACK, "", type, body);
    exchange.request.content_encoding = text_from(encoding);
    exchange_run(&exchange);
    if (exchange.answer.status != status || exchange.verdict.refused_by[reason] != 1) {
        fail_msg("%s: answered %d, %s", what, exchange.answer.status, exchange_answer(&exchange));
    }
    assert_int_equal(exchange.verdict.received, 1);
    assert_int_equal(exchange.verdict.batch_count, 0);
    if (status == 200) assert_string_equal(exchange_answer(&exchange), "0");
    exchange_release(&exchange);
}

static void refuses_data_that_cannot_be_unwrapped(void **state)
{
    (void)state;
    struct buffer gzip;
    buffer_init(&gzip, 64 * 1024);
    transfer_gzip(TEXT(TWO), 6, &gzip);
    struct text whole = buffer_text(&gzip);

    enum wire_refusal data = WIRE_REFUSED_DATA;
    assert_refused("cut gzip", "application/json", "gzip", text_slice(whole, 0, whole.size - 9),
                   200, data);
    gzip.bytes[whole.size / 2] ^= 0x10;
    assert_refused("damaged gzip", "application/json", "gzip", whole, 200, data);
    assert_refused("no deflate", "application/json", "deflate", TEXT(TWO), 200, data);
    assert_refused("no base64", FORM, "", TEXT("data=!!!!"), 200, data);
    assert_refused("half base64", FORM, "", TEXT("data=abcde"), 200, data);
    assert_refused("base64 of no JSON", FORM, "", TEXT("data=aGVsbG8="), 200, data);
    assert_refused("empty data", FORM, "", TEXT("data="), 200, data);
    assert_refused("white data", FORM, "", TEXT("data=%20+%0a"), 200, data);
    assert_refused("no data", FORM, "", TEXT("date=abc"), 200, data);
    assert_refused("empty body", FORM, "", TEXT(""), 200, data);
    assert_refused("text", "application/json", "", TEXT("\"text\""), 200, data);
    assert_refused("number", "application/json", "", TEXT("12"), 200, data);
    assert_refused("empty list", "application/json", "", TEXT("[ ]"), 200, data);
    assert_refused("empty object", "application/json", "", TEXT("[{}]"), 200, data);
    assert_refused("nothing in multipart", "multipart/form-data", "", TEXT("--x"), 200, data);
    assert_refused("no end in multipart", "multipart/form-data; boundary=x", "",
                   TEXT("--x\r\nContent-Disposition: form-data; name=\"data\"\r\n\r\n" RECORD), 200,
                   data);
    assert_refused("percent at the end", FORM, "", TEXT("data=%7"), 200, data);
    assert_refused("only a gzip header", FORM, "", TEXT("\x1f\x8b"), 200, data);
    buffer_release(&gzip);
}

/* A good record, and white space up to this size. */
static void fill(struct buffer *out, size_t size)
{
    buffer_append_string(out, "[" RECORD);
    memset(buffer_reserve(out, size - out->size - 1), ' ', size - out->size - 1);
    buffer_advance(out, size - out->size - 1);
    buffer_append_byte(out, ']');
    assert_int_equal(out->size, size);
}

static void takes_ten_mebibytes_and_not_a_byte_more(void **state)
{
    (void)state;
    struct buffer body;
    buffer_init(&body, EVENT_BODY_SIZE_MAX + 1);
    fill(&body, EVENT_BODY_SIZE_MAX);
    struct exchange exchange;
    exchange_init(&exchange, WIRE_TRACK, "", "application/json", buffer_text(&body));
    exchange_run(&exchange);
    assert_int_equal(exchange.verdict.accepted, 1);
    exchange_release(&exchange);

    buffer_clear(&body);
    fill(&body, EVENT_BODY_SIZE_MAX + 1);
    assert_refused("raw", "application/json", "", buffer_text(&body), 413, WIRE_REFUSED_LIMIT);

    struct buffer form;
    buffer_init(&form, 16 * 1024 * 1024);
    buffer_append_string(&form, "data=");
    transfer_base64_encode(&form, buffer_text(&body));
    assert_refused("base64", FORM, "", buffer_text(&form), 413, WIRE_REFUSED_LIMIT);
    buffer_release(&form);
    buffer_release(&body);
}

static void refuses_gzip_bombs(void **state)
{
    (void)state;
    struct buffer body;
    struct buffer gzip;
    buffer_init(&body, EVENT_BODY_SIZE_MAX);
    buffer_init(&gzip, EVENT_BODY_SIZE_MAX);

    fill(&body, 64 * 1024); /* small: however well it is packed */
    transfer_gzip(buffer_text(&body), 9, &gzip);
    assert_true(gzip.size * 200 < body.size);
    struct exchange exchange;
    exchange_init(&exchange, WIRE_TRACK, "", "application/json", buffer_text(&gzip));
    exchange_run(&exchange);
    assert_int_equal(exchange.verdict.accepted, 1);
    exchange_release(&exchange);

    buffer_clear(&body);
    buffer_clear(&gzip);
    fill(&body, 1024 * 1024);
    transfer_gzip(buffer_text(&body), 9, &gzip);
    assert_true(gzip.size * 100 < body.size);
    assert_refused("bomb", "application/json", "gzip", buffer_text(&gzip), 413, WIRE_REFUSED_LIMIT);

    struct buffer form;
    buffer_init(&form, 1024 * 1024);
    buffer_append_string(&form, "data=");
    transfer_base64_encode(&form, buffer_text(&gzip));
    assert_refused("bomb in base64", FORM, "", buffer_text(&form), 413, WIRE_REFUSED_LIMIT);
    buffer_release(&form);
    buffer_release(&gzip);
    buffer_release(&body);
}

/* zlib's form with one stored block, written by hand: header, block, Adler-32. */
static void inflates_deflate(void **state)
{
    (void)state;
    struct text json = TEXT(RECORD);
    struct buffer zlib;
    buffer_init(&zlib, 1024);
    uint32_t a = 1;
    uint32_t b = 0;
    for (size_t i = 0; i < json.size; i++) {
        a = (a + (unsigned char)json.bytes[i]) % 65521;
        b = (b + a) % 65521;
    }
    const unsigned char head[] = {
        0x78, 0x01, 0x01, (unsigned char)json.size, 0, (unsigned char)~json.size, 0xff};
    const unsigned char tail[] = {(unsigned char)(b >> 8), (unsigned char)b,
                                  (unsigned char)(a >> 8), (unsigned char)a};
    buffer_append(&zlib, head, sizeof head);
    buffer_append_text(&zlib, json);
    buffer_append(&zlib, tail, sizeof tail);
    for (int raw = 0; raw < 2; raw++) {
        struct text body = buffer_text(&zlib);
        if (raw) body = text_slice(body, 2, body.size - 6);
        struct exchange exchange;
        exchange_init(&exchange, WIRE_TRACK, "", "application/json", body);
        exchange.request.content_encoding = TEXT("Deflate");
        exchange_run(&exchange);
        assert_int_equal(exchange.verdict.accepted, 1);
        exchange_release(&exchange);
    }
    buffer_release(&zlib);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_every_shape_that_clients_send),
        cmocka_unit_test(prefers_the_query_for_parameters_and_the_body_for_data),
        cmocka_unit_test(refuses_data_that_cannot_be_unwrapped),
        cmocka_unit_test(takes_ten_mebibytes_and_not_a_byte_more),
        cmocka_unit_test(refuses_gzip_bombs),
        cmocka_unit_test(inflates_deflate),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
