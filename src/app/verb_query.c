/* candor query: a plan from a file or standard input, its answer on standard output */
#include "app/exchange.h"
#include "base/memory.h"
#include "os/os_process.h"
#include "plan/plan.h"

#include <string.h>

static const char *const formats[] = {"table", "json", "csv"};

/* --json is short for --format json; NULL for a word that is no format. */
static const char *choose_format(const struct invocation *invocation)
{
    const char *given = invocation_value(invocation, "format");
    if (!given) return invocation->wants_json ? "json" : "table";
    for (size_t i = 0; i < sizeof formats / sizeof formats[0]; i++) {
        if (strcmp(given, formats[i]) == 0) return formats[i];
    }
    return NULL;
}

static enum status read_input(struct buffer *out, struct error *error)
{
    for (;;) {
        size_t got = 0;
        char piece[4096];
        TRY(os_read_input(piece, sizeof piece, &got, error));
        if (got == 0) return STATUS_OK;
        buffer_append(out, piece, got);
        if (buffer_overflowed(out)) {
            return error_set(error, STATUS_TOO_LARGE, "the plan is larger than %d bytes",
                             PLAN_SIZE_MAX);
        }
    }
}

static enum status read_plan(const char *path, struct buffer *out, struct error *error)
{
    if (strcmp(path, "-") == 0) return read_input(out, error);
    char *bytes = NULL;
    size_t size = 0;
    TRY(os_file_read_all(path, PLAN_SIZE_MAX, &bytes, &size, error));
    buffer_append(out, bytes, size);
    memory_free(bytes);
    return STATUS_OK;
}

static enum status query(struct exchange *exchange, const char *format)
{
    const struct invocation *invocation = exchange->invocation;
    TRY(read_plan(invocation->operands[0], &exchange->body, &exchange->error));
    target_add(&exchange->target, "project", invocation_value(invocation, "project"));
    target_add(&exchange->target, "format", format);
    TRY(exchange_open(exchange));
    struct engine *engine = local_engine(exchange->local);
    if (engine) engine_settle(engine); /* what the log brought back is to be seen */
    TRY(exchange_call(exchange, "POST"));
    return exchange_print(exchange);
}

enum verb_exit verb_query(const struct invocation *invocation)
{
    const char *format = choose_format(invocation);
    if (!format) return verb_misused("cannot query: --format is table, json or csv");
    struct exchange exchange;
    exchange_init(&exchange, invocation, "/local/query");
    return exchange_end(&exchange, query(&exchange, format), "answer");
}
