/* candor export: events as lines on standard output, piece by piece as the store gives them */
#include "app/exchange.h"
#include "base/calendar.h"
#include "os/os_process.h"

#include <string.h>

static bool is_date(const char *text, int64_t *day)
{
    struct calendar_date date;
    if (!calendar_date_parse(text_from(text), &date)) return false;
    *day = calendar_days(date);
    return true;
}

static enum status print_piece(void *context, struct text bytes, struct error *error)
{
    (void)context;
    return os_print(bytes.bytes, bytes.size, error);
}

static enum status export(struct exchange *exchange, const char *format) {
    const struct invocation *invocation = exchange->invocation; const char *target = NULL;
    target_add(&exchange->target, "project", invocation_value(invocation, "project"));
    target_add(&exchange->target, "from", invocation_value(invocation, "from"));
    target_add(&exchange->target, "to", invocation_value(invocation, "to"));
    target_add(&exchange->target, "format", format);
    TRY(target_end(&exchange->target, &target, &exchange->error));
    TRY(exchange_open(exchange));
    struct engine *engine = local_engine(exchange->local);
    if (engine) engine_settle(engine);
    return local_export(exchange->local, target, print_piece, NULL, &exchange->error);
}

enum verb_exit verb_export(const struct invocation *invocation)
{
    int64_t from;
    int64_t to;
    const char *format = invocation_value(invocation, "format");
    if (!format) format = "jsonl";
    if (strcmp(format, "jsonl") != 0 && strcmp(format, "csv") != 0) {
        return verb_misused("cannot export: --format is jsonl or csv");
    }
    if (!is_date(invocation_value(invocation, "from"), &from) ||
        !is_date(invocation_value(invocation, "to"), &to)) {
        return verb_misused("cannot export: --from and --to are dates, such as 2026-08-31");
    }
    if (from > to) return verb_misused("cannot export: --from is after --to");
    struct exchange exchange;
    exchange_init(&exchange, invocation, "/local/export");
    return exchange_end(&exchange, export(&exchange, format), "export");
}
