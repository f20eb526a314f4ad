/* candor demo: a sample project in one go */
#include "app/demo_write.h"
#include "app/exchange.h"
#include "base/calendar.h"
#include "os/os_clock.h"

#include <string.h>

/* The flags, understood. */
struct request {
    struct demo_options options;
    const char *name;
};

static bool read_number(const struct invocation *invocation, const char *flag, uint64_t *number)
{
    const char *given = invocation_value(invocation, flag);
    return !given || text_to_u64(text_from(given), number);
}

/* The whole last day, but never what is still to come. */
static bool read_end(const struct invocation *invocation, struct demo_options *options)
{
    const char *given = invocation_value(invocation, "end");
    int64_t now_ms = os_clock_now_ms();
    options->end_day = now_ms / CALENDAR_DAY_MS;
    if (given) {
        struct calendar_date date;
        if (!calendar_date_parse(text_from(given), &date)) return false;
        if (date.year < 1972) return false; /* events before 1971 are refused everywhere */
        options->end_day = calendar_days(date);
    }
    options->until_ms = now_ms;
    return options->end_day <= now_ms / CALENDAR_DAY_MS;
}

static const char *read_request(const struct invocation *invocation, struct request *out)
{
    *out = (struct request){.name = invocation_value(invocation, "name"),
                            .options = {.event_count = DEMO_EVENT_COUNT_DEFAULT, .seed = 42}};
    if (!out->name) out->name = "demo";
    if (!read_number(invocation, "events", &out->options.event_count) ||
        out->options.event_count < 1 || out->options.event_count > DEMO_EVENT_COUNT_MAX) {
        return "cannot demo: --events is a number from 1 to 10000000";
    }
    if (!read_number(invocation, "seed", &out->options.seed)) {
        return "cannot demo: --seed is a number";
    }
    if (!read_end(invocation, &out->options)) {
        return "cannot demo: --end is a date from 1972-01-01 to today, such as 2026-06-30";
    }
    return NULL;
}

static void write_project(struct exchange *exchange, const char *name)
{
    json_object_begin(&exchange->writer);
    json_key(&exchange->writer, "name");
    json_string(&exchange->writer, name);
    json_key(&exchange->writer, "sample");
    json_bool(&exchange->writer, true);
    json_object_end(&exchange->writer);
}

/* Refuses when there is a project of this name, so that nobody's events are mixed with invented
 * ones. */
static enum status make_project(struct exchange *exchange, const char *name)
{
    write_project(exchange, name);
    enum status status = exchange_call(exchange, "POST");
    bool is_taken = text_find(text_from(exchange->error.message), TEXT(" already")) >= 0;
    if (status == STATUS_INVALID && is_taken) {
        return error_set(&exchange->error, status,
                         "there is a project \"%s\" already; name another by --name", name);
    }
    return status == STATUS_OK ? exchange_parse(exchange) : status;
}

static void write_answer(struct exchange *exchange, const struct demo *demo, uint64_t stored,
                         double seconds)
{
    struct json_writer writer;
    buffer_clear(&exchange->body);
    json_writer_init(&writer, &exchange->body);
    json_object_begin(&writer);
    json_key(&writer, "name");
    json_text(&writer, local_text(exchange->root, "name"));
    json_key(&writer, "id");
    json_unsigned(&writer, local_number(exchange->root, "id"));
    json_key(&writer, "token");
    json_text(&writer, local_text(exchange->root, "token"));
    json_key(&writer, "events");
    json_unsigned(&writer, stored);
    json_key(&writer, "people");
    json_unsigned(&writer, demo_person_count(demo));
    json_key(&writer, "seconds");
    json_decimal(&writer, (double)(int64_t)(seconds * 1000) / 1000);
    json_object_end(&writer);
    buffer_append_byte(&exchange->body, '\n');
}

static enum status show_answer(struct exchange *exchange, const struct demo *demo, uint64_t stored,
                               double seconds)
{
    if (exchange->invocation->wants_json) {
        write_answer(exchange, demo, stored, seconds);
        return verb_print(&exchange->body, &exchange->error);
    }
    return exchange_say(
        exchange, "project %.*s, id %llu\ntoken   %.*s\nevents  %llu\npeople  %u\nseconds %.2f\n",
        TEXT_PRINT(local_text(exchange->root, "name")),
        (unsigned long long)local_number(exchange->root, "id"),
        TEXT_PRINT(local_text(exchange->root, "token")), (unsigned long long)stored,
        demo_person_count(demo), seconds);
}

static enum status write_demo(struct exchange *exchange, const struct demo *demo, uint64_t *stored)
{
    struct engine *engine = local_engine(exchange->local);
    if (engine) {
        uint32_t project = (uint32_t)local_number(exchange->root, "id");
        return demo_write_engine(demo, project, engine, stored, &exchange->error);
    }
    char name[CONTROL_NAME_SIZE_MAX + 1];
    char token[SECRET_HEX_SIZE];
    if (!text_to_string(local_text(exchange->root, "name"), name, sizeof name) ||
        !text_to_string(local_text(exchange->root, "token"), token, sizeof token)) {
        return error_set(&exchange->error, STATUS_INVALID,
                         "the server's answer is not understood: is it of another version?");
    }
    return demo_write_server(demo, name, token, exchange->local, stored, &exchange->error);
}

static enum status make_demo(struct exchange *exchange, const struct request *request)
{
    uint64_t started_ns = os_clock_monotonic_ns();
    uint64_t stored = 0;
    TRY(make_project(exchange, request->name));
    struct demo *demo = demo_make(&request->options);
    enum status status = write_demo(exchange, demo, &stored);
    double seconds = (double)(os_clock_monotonic_ns() - started_ns) / 1e9;
    if (status == STATUS_OK) status = show_answer(exchange, demo, stored, seconds);
    demo_release(demo);
    return status;
}

enum verb_exit verb_demo(const struct invocation *invocation)
{
    struct request request;
    const char *misuse = read_request(invocation, &request);
    if (misuse) return verb_misused(misuse);
    struct exchange exchange;
    exchange_init(&exchange, invocation, "/local/project/create");
    return exchange_end(&exchange, make_demo(&exchange, &request), "write the sample project");
}
