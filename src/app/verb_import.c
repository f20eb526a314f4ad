/* candor import: a file of events into a project, through an engine of our own or a running server,
 * and the figures that say what became of every line. */
#include "app/exchange.h"
#include "app/import_run.h"
#include "app/line_map.h"
#include "base/memory.h"
#include "os/os_clock.h"
#include "os/os_process.h"
#include "os/os_thread.h"

#include <stdio.h>
#include <string.h>

enum {
    POST_PIECE_SIZE = 4 * 1024 * 1024,
    POST_ROOM_SIZE = POST_PIECE_SIZE + LINE_SIZE_MAX,
    POST_ARENA_SIZE = 4 * 1024 * 1024,
    POST_ANSWER_SIZE_MAX = 1024 * 1024,
    BUSY_WAIT_MS = 50,
    BUSY_PATIENCE_MS = 60 * 1000,
    PROGRESS_STEP_MS = 200,
};

/* --- progress --- */

struct progress {
    uint64_t started_ns;
    uint64_t shown_ns;
    bool is_shown; /* standard error is a terminal */
};

static double seconds_since(uint64_t started_ns)
{
    return (double)(os_clock_monotonic_ns() - started_ns) / 1e9;
}

static void show_progress(void *context, uint64_t file_bytes, uint64_t events)
{
    struct progress *progress = context;
    uint64_t now_ns = os_clock_monotonic_ns();
    if (!progress->is_shown) return;
    if (now_ns - progress->shown_ns < PROGRESS_STEP_MS * UINT64_C(1000000)) return;
    progress->shown_ns = now_ns;
    double seconds = seconds_since(progress->started_ns);
    fprintf(stderr, "\r%.1f MB read, %llu events, %.0f events/s ", (double)file_bytes / 1e6,
            (unsigned long long)events, (double)events / seconds);
    fflush(stderr);
}

static void clear_progress(const struct progress *progress)
{
    if (progress->is_shown && progress->shown_ns > 0) fputs("\r\033[K", stderr);
}

/* --- into an engine of our own --- */

static enum status refuse_project(const char *name, struct error *error)
{
    return error_set(error, STATUS_ABSENT,
                     "there is no project \"%s\"; \"candor project create\" makes one", name);
}

static enum status find_project(const struct project_table *projects, const char *name,
                                const struct project **out, struct error *error)
{
    *out = project_table_by_name(projects, text_from(name));
    return *out ? STATUS_OK : refuse_project(name, error);
}

/* A record that was taken and could not be applied is in no log to be applied later. */
static enum status end_unlogged(struct engine *engine, struct error *error)
{
    struct ingest_figures figures;
    TRY(engine_flush(engine, error));
    ingest_figures(engine->ingest, &figures);
    if (!figures.failed) return STATUS_OK;
    return error_set(error, STATUS_IO, "the store could not take an event");
}

/* Nobody hears of an event before all are in segments, so the log has nothing to promise: writing
 * it, and zeros before it, and waiting for the disk was a quarter of an import's time. Events that
 * a crash takes were counted to nobody; the file is imported again. */
static enum status run_unlogged(struct engine *engine, const struct import_options *options,
                                struct import_result *result, struct error *error)
{
    TRY(engine_flush(engine, error));
    (void)ingest_leave_log(engine->ingest); /* if not: slower, and as good */
    enum status status = import_run(options, result, error);
    struct error end_error;
    if (end_unlogged(engine, &end_error) == STATUS_OK) return status;
    result->read = 0; /* what is durable of it nobody knows */
    return error_set(error, end_error.status,
                     "%.300s; see to it, then import again: what was stored is not stored twice",
                     end_error.message);
}

static enum status import_stopped(struct exchange *exchange, struct engine *engine,
                                  struct line_reader *reader, struct progress *progress,
                                  struct import_result *result)
{
    const struct invocation *invocation = exchange->invocation;
    const struct project *project = NULL;
    struct project_table *projects = project_slot_take(engine->projects);
    enum status status =
        find_project(projects, invocation_value(invocation, "project"), &project, &exchange->error);
    if (status == STATUS_OK) {
        struct import_options options = {
            .reader = reader,
            .ingest = engine->ingest,
            .enrich = engine->enrich,
            .shield = engine->shield,
            .memory = os_shelter_source(engine->shelter),
            .projects = projects,
            .project = project,
            .strict = invocation_has(invocation, "strict"),
            .thread_count = os_processor_count(),
            .progress = show_progress,
            .progress_context = progress,
        };
        status = run_unlogged(engine, &options, result, &exchange->error);
    }
    project_table_drop(projects);
    return status;
}

/* --- into a running server --- */

/* What the requests of one import have in common. */
struct posting {
    char *bytes; /* POST_ROOM_SIZE */
    struct line_map lines;
    struct progress *progress;
    struct import_result *result;
};

static void add_answer(const struct json_node *answer, const struct posting *posting,
                       uint64_t lines_before)
{
    struct import_result *result = posting->result;
    result->read += local_number(answer, "read");
    result->stored += local_number(answer, "stored");
    result->duplicate += local_number(answer, "duplicate");
    result->refused += local_number(answer, "refused");
    result->ignored += local_number(answer, "ignored");
    const struct json_node *list = json_find(answer, "first_refused");
    const struct json_node *node = list ? list->first_child : NULL;
    for (; node && result->refused_shown < IMPORT_REFUSED_SHOWN_MAX; node = node->next) {
        struct import_refused *refused = &result->first_refused[result->refused_shown++];
        uint64_t record = local_number(node, "line"); /* from 1 */
        uint64_t line = line_map_find(&posting->lines, record > 0 ? record - 1 : 0);
        refused->line = lines_before + line + 1;
        snprintf(refused->words, sizeof refused->words, "%.*s",
                 TEXT_PRINT(local_text(node, "message")));
    }
}

/* A full queue is no failure here: the server catches up. A full disk says the same for longer. */
static enum status post_piece(struct exchange *exchange, const char *target, struct text piece)
{
    enum status status = STATUS_BUSY;
    for (int waited_ms = 0; status == STATUS_BUSY; waited_ms += BUSY_WAIT_MS) {
        buffer_clear(&exchange->answer);
        status = local_call(exchange->local, "POST", target, "application/x-ndjson", piece,
                            &exchange->answer, &exchange->error);
        if (status != STATUS_BUSY || waited_ms >= BUSY_PATIENCE_MS) break;
        os_sleep_ms(BUSY_WAIT_MS);
    }
    return status;
}

/* Blank lines stay here, so that the server's count of lines is a count of records, and the map
 * says which lines these were. */
static enum status post_all(struct exchange *exchange, struct line_reader *reader,
                            struct posting *posting)
{
    const char *target = NULL;
    uint64_t lines_before = 0;
    TRY(target_end(&exchange->target, &target, &exchange->error));
    for (;;) {
        size_t size = 0;
        TRY(line_reader_next(reader, posting->bytes, POST_ROOM_SIZE, POST_PIECE_SIZE, &size,
                             &exchange->error));
        if (size == 0) return STATUS_OK;
        line_map_read(&posting->lines, posting->bytes, size);
        size = line_map_close_up(&posting->lines, posting->bytes, size);
        if (size > 0) {
            import_make_certain(posting->bytes, size);
            TRY(post_piece(exchange, target, (struct text){posting->bytes, size}));
            size_t mark = arena_mark(&exchange->arena);
            TRY(exchange_parse(exchange));
            add_answer(exchange->root, posting, lines_before);
            arena_rewind(&exchange->arena, mark);
        }
        lines_before += posting->lines.line_count;
        show_progress(posting->progress, line_reader_position(reader), posting->result->read);
    }
}

/* Before anything is sent: an empty file into no project is a mistake, too. */
static enum status check_project(struct exchange *exchange)
{
    const char *name = invocation_value(exchange->invocation, "project");
    TRY(local_call(exchange->local, "GET", "/local/project/list", NULL, TEXT(""), &exchange->answer,
                   &exchange->error));
    TRY(exchange_parse(exchange));
    if (local_find_project(exchange->root, name)) return STATUS_OK;
    return refuse_project(name, &exchange->error);
}

static enum status import_running(struct exchange *exchange, struct line_reader *reader,
                                  struct progress *progress, struct import_result *result)
{
    const struct invocation *invocation = exchange->invocation;
    TRY(check_project(exchange));
    target_add(&exchange->target, "project", invocation_value(invocation, "project"));
    target_add(&exchange->target, "strict", invocation_has(invocation, "strict") ? "1" : "0");
    struct posting posting = {.progress = progress, .result = result};
    posting.bytes = memory_take(NULL, POST_ROOM_SIZE);
    line_map_init(&posting.lines);
    enum status status = post_all(exchange, reader, &posting);
    line_map_release(&posting.lines);
    memory_give(NULL, posting.bytes, POST_ROOM_SIZE, POST_ROOM_SIZE);
    return status;
}

/* --- saying what became of it --- */

static void show_refused(const struct import_result *result)
{
    char line[IMPORT_WORDS_SIZE + 64];
    for (int i = 0; i < result->refused_shown; i++) {
        snprintf(line, sizeof line, "candor: refused line %llu: %s",
                 (unsigned long long)result->first_refused[i].line, result->first_refused[i].words);
        os_print_error_line(line);
    }
    if (result->refused <= (uint64_t)result->refused_shown || result->refused_shown == 0) return;
    snprintf(line, sizeof line, "candor: and %llu more lines were refused",
             (unsigned long long)result->refused - (unsigned)result->refused_shown);
    os_print_error_line(line);
}

static void write_result(struct exchange *exchange, const struct import_result *result,
                         double seconds)
{
    struct json_writer *writer = &exchange->writer;
    json_object_begin(writer);
    json_key(writer, "read");
    json_unsigned(writer, result->read);
    json_key(writer, "stored");
    json_unsigned(writer, result->stored);
    json_key(writer, "duplicate");
    json_unsigned(writer, result->duplicate);
    json_key(writer, "refused");
    json_unsigned(writer, result->refused);
    json_key(writer, "ignored");
    json_unsigned(writer, result->ignored);
    json_key(writer, "seconds");
    json_decimal(writer, (double)(int64_t)(seconds * 1000) / 1000);
    json_object_end(writer);
    buffer_append_byte(&exchange->body, '\n');
}

static enum status show_result(struct exchange *exchange, const struct import_result *result,
                               double seconds)
{
    show_refused(result);
    if (exchange->invocation->wants_json) {
        write_result(exchange, result, seconds);
        return verb_print(&exchange->body, &exchange->error);
    }
    return exchange_say(exchange,
                        "read       %10llu\n"
                        "stored     %10llu\n"
                        "duplicate  %10llu\n"
                        "refused    %10llu\n"
                        "ignored    %10llu\n"
                        "seconds    %10.2f  (%.0f events/s)\n",
                        (unsigned long long)result->read, (unsigned long long)result->stored,
                        (unsigned long long)result->duplicate, (unsigned long long)result->refused,
                        (unsigned long long)result->ignored, seconds,
                        (double)result->read / (seconds > 0 ? seconds : 1));
}

/* What came before a failure is stored and stays so. */
static enum status tell_how_far(struct exchange *exchange, const struct import_result *result,
                                enum status status)
{
    show_refused(result);
    if (result->read == 0) return status;
    char words[ERROR_MESSAGE_SIZE];
    (void)text_to_string(text_from(exchange->error.message), words, sizeof words);
    return error_set(&exchange->error, status, "%s; %llu events before that are stored", words,
                     (unsigned long long)(result->stored + result->duplicate));
}

static enum status import_into(struct exchange *exchange, struct line_reader *reader)
{
    struct import_result result = {0};
    struct progress progress = {.started_ns = os_clock_monotonic_ns(),
                                .is_shown = os_is_terminal(2)};
    TRY(exchange_open(exchange));
    struct engine *engine = local_engine(exchange->local);
    enum status status = engine ? import_stopped(exchange, engine, reader, &progress, &result)
                                : import_running(exchange, reader, &progress, &result);
    clear_progress(&progress);
    double seconds = seconds_since(progress.started_ns);
    if (status != STATUS_OK) return tell_how_far(exchange, &result, status);
    TRY(show_result(exchange, &result, seconds));
    if (!invocation_has(exchange->invocation, "strict") || result.refused == 0) return STATUS_OK;
    return error_set(&exchange->error, STATUS_INVALID,
                     "%llu of %llu lines were refused; the good ones are stored",
                     (unsigned long long)result.refused, (unsigned long long)result.read);
}

enum verb_exit verb_import(const struct invocation *invocation)
{
    struct error error;
    struct line_reader *reader = NULL;
    if (line_reader_open(invocation->operands[0], &reader, &error) != STATUS_OK) {
        return verb_failed("import", &error);
    }
    struct exchange exchange;
    os_forbid_core();
    exchange_init(&exchange, invocation, "/local/import");
    arena_init(&exchange.arena, POST_ARENA_SIZE);
    enum status status = import_into(&exchange, reader);
    line_reader_close(reader);
    return exchange_end(&exchange, status, "import every line");
}
