/* A verdict in the client's words (spec/wire.md §4, §6.3). Bodies are exact: Node, Java and PHP
 * compare the whole of it with "1", so no line break follows. */
#include "wire/wire_internal.h"

#include "base/check.h"
#include "codec/json_writer.h"

enum {
    ANSWER_SIZE_MAX = 5 * 1024 * 1024, /* failed_records and what stands around them */
    RETRY_BUSY_S = 2,
    RETRY_RATE_S = 10,
    RETRY_FAILED_S = 30,
    RETRY_DISK_S = 60,
};

/* A transparent GIF of one pixel. */
static const uint8_t pixel[] = {
    0x47, 0x49, 0x46, 0x38, 0x39, 0x61, 0x01, 0x00, 0x01, 0x00, 0x80, 0x00, 0x00, 0x00, 0x00,
    0x00, 0xff, 0xff, 0xff, 0x21, 0xf9, 0x04, 0x01, 0x00, 0x00, 0x00, 0x00, 0x2c, 0x00, 0x00,
    0x00, 0x00, 0x01, 0x00, 0x01, 0x00, 0x00, 0x02, 0x02, 0x44, 0x01, 0x00, 0x3b,
};

static void answer_init(struct wire_answer *answer, int status, const char *content_type)
{
    *answer = (struct wire_answer){.status = status, .content_type = content_type};
    buffer_init(&answer->body, ANSWER_SIZE_MAX);
}

static const char *reason_phrase(int status)
{
    switch (status) {
    case 200: return "OK";
    case 400: return "Bad Request";
    case 401: return "Unauthorized";
    case 403: return "Forbidden";
    case 404: return "Not Found";
    case 405: return "Method Not Allowed";
    case 413: return "Request Entity Too Large";
    case 429: return "Too Many Requests";
    case 503: return "Service Unavailable";
    default: return "Error";
    }
}

/* The newer dialect: {"code","error","status"}. */
static void write_import_error(struct buffer *body, int status, const char *words)
{
    buffer_printf(body, "{\"code\":%d,\"error\":", status);
    json_escape(body, text_from(words));
    buffer_printf(body, ",\"status\":\"%s\"}", reason_phrase(status));
}

/* The older one: {"error","status"}, where 0 is for requests that may succeed another time. */
static void write_track_error(struct buffer *body, int status, const char *words)
{
    bool is_final = status == 401 || status == 403 || status == 404 || status == 405;
    buffer_append_string(body, "{\"error\": ");
    json_escape(body, text_from(words));
    buffer_append_string(body, is_final ? ", \"status\": \"error\"}" : ", \"status\": 0}");
}

void wire_refuse(enum wire_endpoint endpoint, int status, const char *words,
                 struct wire_answer *answer)
{
    answer_init(answer, status, "application/json");
    if (status == 429) answer->retry_after_s = RETRY_RATE_S;
    if (status == 503) answer->retry_after_s = RETRY_BUSY_S;
    if (endpoint == WIRE_IMPORT) {
        write_import_error(&answer->body, status, words);
    } else {
        write_track_error(&answer->body, status, words);
    }
}

static void answer_unavailable(const struct wire_verdict *verdict, enum wire_commit commit,
                               struct wire_answer *answer)
{
    wire_refuse(verdict->endpoint, 503, "a temporary failure occurred", answer);
    if (commit == WIRE_DISK_FULL) answer->retry_after_s = RETRY_DISK_S;
    if (commit == WIRE_FAILED) answer->retry_after_s = RETRY_FAILED_S;
}

/* 200 when every record is good, else 400 with what is wrong; the good ones are stored. */
static void answer_strict(const struct wire_verdict *verdict, struct wire_answer *answer)
{
    uint32_t unknown_project = verdict->refused_by[WIRE_REFUSED_PROJECT];
    if (verdict->refused == unknown_project) {
        answer_init(answer, 200, "application/json");
        buffer_printf(&answer->body, "{\"code\":200,\"num_records_imported\":%u,\"status\":\"OK\"}",
                      verdict->accepted);
        return;
    }
    answer_init(answer, 400, "application/json");
    bool is_request = verdict->failed_records.size == 0; /* no record could be told apart */
    const char *words = is_request && verdict->error
                            ? verdict->error
                            : "some data points in the request failed validation";
    buffer_append_string(&answer->body, "{\"code\":400,\"error\":");
    json_escape(&answer->body, text_from(words));
    buffer_append_string(&answer->body, ",\"failed_records\":[");
    buffer_append_text(&answer->body, buffer_text(&verdict->failed_records));
    buffer_printf(&answer->body, "],\"num_records_imported\":%u,\"status\":\"Bad Request\"}",
                  verdict->accepted);
}

/* An unknown token is answered like a known one: whether it is real is not told. What the project's
 * own rules turn away was sent right, and sending it again would change nothing. */
static bool is_success(const struct wire_verdict *verdict)
{
    return verdict->accepted > 0 || verdict->ignored > 0 ||
           verdict->refused_by[WIRE_REFUSED_PROJECT] > 0 ||
           verdict->refused_by[WIRE_REFUSED_SHIELD] > 0;
}

static void write_verdict(const struct wire_verdict *verdict, struct buffer *body)
{
    bool is_good = is_success(verdict);
    if (!verdict->verbose) {
        buffer_append_byte(body, is_good ? '1' : '0');
    } else if (is_good) {
        buffer_append_string(body, "{\"error\": null, \"status\": 1}");
    } else {
        buffer_append_string(body, "{\"error\": ");
        json_escape(body, text_from(verdict->error ? verdict->error : "data, missing or empty"));
        buffer_append_string(body, ", \"status\": 0}");
    }
}

static void answer_plain(const struct wire_verdict *verdict, struct wire_answer *answer)
{
    if (verdict->image) {
        answer_init(answer, 200, "image/gif");
        buffer_append(&answer->body, pixel, sizeof pixel);
    } else if (verdict->callback.size > 0) {
        answer_init(answer, 200, "text/javascript");
        buffer_append_text(&answer->body, verdict->callback);
        buffer_append_byte(&answer->body, '(');
        write_verdict(verdict, &answer->body);
        buffer_append_string(&answer->body, ");");
    } else {
        answer_init(answer, 200, verdict->verbose ? "application/json" : "text/plain");
        write_verdict(verdict, &answer->body);
    }
}

void wire_answer(const struct wire_verdict *verdict, enum wire_commit commit,
                 struct wire_answer *answer)
{
    if (verdict->status != 0) {
        const char *words = verdict->error ? verdict->error : reason_phrase(verdict->status);
        wire_refuse(verdict->endpoint, verdict->status, words, answer);
    } else if (commit != WIRE_DURABLE) {
        answer_unavailable(verdict, commit, answer);
    } else if (verdict->strict) {
        answer_strict(verdict, answer);
    } else {
        answer_plain(verdict, answer);
    }
    assert(!buffer_overflowed(&answer->body));
}
