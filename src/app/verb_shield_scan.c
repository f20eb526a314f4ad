/* candor shield scan: rules over what is stored, or over a file */
#include "app/exchange.h"
#include "app/line_reader.h"
#include "base/calendar.h"
#include "base/memory.h"
#include "os/os_clock.h"
#include "os/os_process.h"
#include "shield/shield_finding_json.h"
#include "shield/shield_scan.h"

#include <string.h>

enum { MINUTE_MS = 60000 };

struct scanning {
    struct shield_scan *scan;
    struct buffer line; /* the end of a piece that is no whole line yet */
    struct exchange *exchange;
    struct json_writer *writer;
    const char *target; /* where findings are noted; NULL: nowhere */
    enum status status;
};

/* Pieces end anywhere; lines are put together. */
static enum status take_piece(void *context, struct text bytes, struct error *error)
{
    struct scanning *scanning = context;
    while (bytes.size > 0) {
        ptrdiff_t end = text_find_byte(bytes, '\n');
        size_t size = end == TEXT_NOT_FOUND ? bytes.size : (size_t)end;
        buffer_append(&scanning->line, bytes.bytes, size);
        if (buffer_overflowed(&scanning->line)) {
            return error_set(error, STATUS_TOO_LARGE, "a stored event or profile is above 4 MiB");
        }
        if (end == TEXT_NOT_FOUND) return STATUS_OK;
        shield_scan_line(scanning->scan, scanning->line.bytes, scanning->line.size);
        buffer_clear(&scanning->line);
        bytes = text_slice(bytes, size + 1, bytes.size - size - 1);
    }
    return STATUS_OK;
}

static enum status scan_stored(struct exchange *exchange, struct scanning *scanning)
{
    const struct invocation *invocation = exchange->invocation;
    const char *from = invocation_value(invocation, "from");
    const char *to = invocation_value(invocation, "to");
    const char *target = NULL;
    target_add(&exchange->target, "project", invocation_value(invocation, "project"));
    target_add(&exchange->target, "from", from ? from : "1971-01-01");
    target_add(&exchange->target, "to", to ? to : "2100-12-31");
    target_add(&exchange->target, "format", "jsonl");
    target_add(&exchange->target, "held", "shown"); /* what is held is what is looked for */
    TRY(target_end(&exchange->target, &target, &exchange->error));
    TRY(exchange_open(exchange));
    struct engine *engine = local_engine(exchange->local);
    if (engine) engine_settle(engine);
    return local_export(exchange->local, target, take_piece, scanning, &exchange->error);
}

/* Profiles are as they are now, whatever the days. */
static enum status scan_profiles(struct exchange *exchange, struct scanning *scanning)
{
    struct buffer bytes;
    const char *target = NULL;
    target_begin(&bytes, "/local/export");
    target_add(&bytes, "project", invocation_value(exchange->invocation, "project"));
    target_add(&bytes, "what", "profiles");
    enum status status = target_end(&bytes, &target, &exchange->error);
    if (status == STATUS_OK)
        status = local_export(exchange->local, target, take_piece, scanning, &exchange->error);
    buffer_release(&bytes);
    return status;
}

static void scan_lines(struct shield_scan *scan, char *bytes, size_t size)
{
    while (size > 0) {
        char *end = memchr(bytes, '\n', size);
        size_t line = end ? (size_t)(end - bytes) : size;
        shield_scan_line(scan, bytes, line);
        size -= end ? line + 1 : line;
        bytes += end ? line + 1 : line;
    }
}

static enum status scan_file(struct exchange *exchange, struct shield_scan *scan)
{
    struct line_reader *reader;
    size_t room = LINE_SIZE_MAX + LINE_PIECE_SIZE;
    size_t size = 0;
    TRY(line_reader_open(exchange->invocation->operands[0], &reader, &exchange->error));
    char *bytes = memory_take(NULL, room);
    enum status status;
    do {
        status = line_reader_next(reader, bytes, room, LINE_PIECE_SIZE, &size, &exchange->error);
        if (status == STATUS_OK) scan_lines(scan, bytes, size);
    } while (status == STATUS_OK && size > 0);
    memory_give(NULL, bytes, room, room);
    line_reader_close(reader);
    return status;
}

static bool write_finding(void *context, const struct shield_finding *finding, int64_t last_minute)
{
    struct scanning *scanning = context;
    char day[11];
    json_object_begin(scanning->writer);
    shield_finding_write(scanning->writer, finding);
    calendar_date_format(finding->minute * MINUTE_MS / CALENDAR_DAY_MS, day);
    json_key(scanning->writer, "first");
    json_string(scanning->writer, day);
    calendar_date_format(last_minute * MINUTE_MS / CALENDAR_DAY_MS, day);
    json_key(scanning->writer, "last");
    json_string(scanning->writer, day);
    json_object_end(scanning->writer);
    return true;
}

/* One sum into the project's findings, through whoever has the folder. */
static bool note_finding(void *context, const struct shield_finding *finding, int64_t last_minute)
{
    struct scanning *scanning = context;
    struct exchange *exchange = scanning->exchange;
    struct buffer body;
    struct json_writer writer;
    (void)last_minute;
    buffer_init(&body, LINE_SIZE_MAX);
    json_writer_init(&writer, &body);
    json_object_begin(&writer);
    json_key(&writer, "event");
    json_text(&writer, finding->event);
    json_key(&writer, "path");
    json_text(&writer, finding->path);
    json_key(&writer, "sdk");
    json_text(&writer, finding->sdk);
    json_key(&writer, "detector");
    json_string(&writer, finding->detector);
    const struct {
        const char *key;
        uint64_t number;
    } numbers[] = {{"version", finding->detector_version},
                   {"tier", finding->tier},
                   {"action", finding->action},
                   {"length", finding->length},
                   {"mask", finding->mask},
                   {"count", finding->count}};
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        json_key(&writer, numbers[i].key);
        json_unsigned(&writer, numbers[i].number);
    }
    json_object_end(&writer);
    buffer_clear(&exchange->answer);
    scanning->status = local_call(exchange->local, "POST", scanning->target, NULL,
                                  buffer_text(&body), &exchange->answer, &exchange->error);
    buffer_release(&body);
    return scanning->status == STATUS_OK;
}

static enum status note_findings(struct exchange *exchange, struct scanning *scanning)
{
    struct buffer target;
    target_begin(&target, "/local/shield/findings");
    target_add(&target, "project", invocation_value(exchange->invocation, "project"));
    enum status status = target_end(&target, &scanning->target, &exchange->error);
    if (status == STATUS_OK) shield_scan_read(scanning->scan, note_finding, scanning);
    buffer_release(&target);
    return status == STATUS_OK ? scanning->status : status;
}

/* {"lines","profiles","hits","findings"}, as the exchange's answer. */
static void write_answer(struct exchange *exchange, struct scanning *scanning)
{
    struct shield_scan_figures figures;
    struct json_writer writer;
    shield_scan_figures(scanning->scan, &figures);
    buffer_clear(&exchange->answer);
    json_writer_init(&writer, &exchange->answer);
    scanning->writer = &writer;
    json_object_begin(&writer);
    json_key(&writer, "lines");
    json_unsigned(&writer, figures.lines);
    json_key(&writer, "profiles");
    json_unsigned(&writer, figures.profiles);
    json_key(&writer, "hits");
    json_unsigned(&writer, figures.with_findings);
    json_key(&writer, "findings");
    json_array_begin(&writer);
    shield_scan_read(scanning->scan, write_finding, scanning);
    json_array_end(&writer);
    json_object_end(&writer);
}

static enum status show(struct exchange *exchange)
{
    static const char *const keys[] = {"count",  "event", "path",  "detector",
                                       "action", "sdk",   "first", "last"};
    if (exchange->invocation->wants_json) return exchange_print(exchange);
    TRY(exchange_parse(exchange));
    const struct json_node *root = exchange->root;
    exchange->root = json_find(root, "findings");
    if (exchange->root->child_count > 0) {
        TRY(exchange_print_table(exchange, keys, sizeof keys / sizeof *keys));
    }
    return exchange_say(exchange, "%llu of %llu lines have something to find, %llu are profiles\n",
                        (unsigned long long)local_number(root, "hits"),
                        (unsigned long long)local_number(root, "lines"),
                        (unsigned long long)local_number(root, "profiles"));
}

static enum status scan(struct exchange *exchange, struct scanning *scanning)
{
    const struct invocation *invocation = exchange->invocation;
    if (invocation->operand_count > 0) {
        TRY(scan_file(exchange, scanning->scan));
    } else {
        TRY(scan_stored(exchange, scanning));
        TRY(scan_profiles(exchange, scanning));
        TRY(note_findings(exchange, scanning));
    }
    write_answer(exchange, scanning);
    return show(exchange);
}

enum verb_exit verb_shield_scan(const struct invocation *invocation)
{
    bool has_project = invocation_has(invocation, "project");
    if (has_project == (invocation->operand_count > 0)) {
        return verb_misused("cannot scan: give either --project or a file");
    }
    struct exchange exchange;
    struct scanning scanning = {.exchange = &exchange};
    exchange_init(&exchange, invocation, "/local/export");
    buffer_init_secret(&scanning.line, 2 * LINE_SIZE_MAX, NULL);
    os_forbid_core();
    os_process_lower_priority();
    enum status status = shield_scan_open(invocation_value(invocation, "rules"), os_clock_now_ms(),
                                          &scanning.scan, &exchange.error);
    if (status == STATUS_OK) status = scan(&exchange, &scanning);
    shield_scan_close(scanning.scan);
    buffer_release(&scanning.line);
    return exchange_end(&exchange, status, "scan");
}
