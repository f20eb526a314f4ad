/* candor serve: open everything, listen, wait for a signal, close everything.
 *
 * A stop must not take longer than a supervisor waits: requests under way are answered, and after
 * four seconds the process ends whatever clients do. What was acknowledged is in the log by then,
 * so the next start finds it. */
#include "app/engine.h"
#include "app/verb.h"
#include "http/http.h"
#include "os/os_clock.h"
#include "os/os_memory.h"
#include "os/os_process.h"
#include "os/os_thread.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum {
    STOP_PATIENCE_MS = 4000,
    STOP_STEP_MS = 5,
    LOCAL_BODY_SIZE_MAX = 64 * 1024 * 1024, /* chunks of an import */
    LOCAL_THREAD_COUNT = 2,
};

struct serving {
    const struct invocation *invocation;
    struct data_folder folder;
    struct engine engine;
    struct http_server *public_server;
    struct http_server *local_server;
    int64_t started_ms;
    bool was_ready;
};

/* --- starting --- */

static enum status start_servers(struct serving *serving, struct error *error)
{
    const struct config *config = serving->invocation->config;
    struct http_options public_options = {
        .listen = config_text(config, CONFIG_server_listen),
        .thread_count = (unsigned)config_number_or(config, CONFIG_server_threads, 0),
        .handler = api_handle,
        .context = serving->engine.api,
        .memory = os_shelter_source(serving->engine.shelter),
    };
    struct http_options local_options = {
        .unix_path = serving->folder.socket_path,
        .thread_count = LOCAL_THREAD_COUNT,
        .body_size_max = LOCAL_BODY_SIZE_MAX,
        .handler = api_handle,
        .context = serving->engine.api,
        .memory = os_shelter_source(serving->engine.shelter),
    };
    TRY(http_server_start(&local_options, &serving->local_server, error));
    return http_server_start(&public_options, &serving->public_server, error);
}

static enum status start(struct serving *serving, struct error *error)
{
    const struct config *config = serving->invocation->config;
    TRY(data_folder_open(config_text(config, CONFIG_data_folder), &serving->folder, error));
    TRY(data_folder_lock(&serving->folder, error));
    TRY(engine_open(&serving->folder, config, ENGINE_FOR_SERVER, &serving->engine, error));
    engine_settle(&serving->engine);
    return start_servers(serving, error);
}

/* The one line on standard output. The address is the configured one with the port that it is. */
static enum status announce(struct serving *serving, struct error *error)
{
    char line[320];
    struct text listen = text_from(config_text(serving->invocation->config, CONFIG_server_listen));
    size_t size = listen.size;
    while (size > 0 && listen.bytes[size - 1] != ':')
        size--;
    struct text host = text_slice(listen, 0, size > 0 ? size - 1 : 0);
    int written = snprintf(line, sizeof line, "listening on http://%.*s:%u\n", TEXT_PRINT(host),
                           (unsigned)http_server_port(serving->public_server));
    return os_print(line, (size_t)written, error);
}

static void log_start(const struct serving *serving)
{
    struct ingest_figures figures;
    struct backend_figures total;
    ingest_figures(serving->engine.ingest, &figures);
    backend_figures_total(serving->engine.backend, &total);
    struct project_table *table = project_slot_take(serving->engine.projects);
    const struct os_log_field fields[] = {
        {"port", http_server_port(serving->public_server)},
        {"projects", (int64_t)project_table_count(table)},
        {"events", (int64_t)total.events},
        {"replayed", (int64_t)figures.replayed_records},
        {"start_ms", os_clock_now_ms() - serving->started_ms},
    };
    project_table_drop(table);
    os_log_fields(OS_LOG_INFO, "app", "started", fields, sizeof fields / sizeof fields[0]);
}

static void warn_of_limits(void)
{
    if (os_memory_may_lock(OS_SHELTER_LOCKED_MAX)) return;
    os_log(OS_LOG_WARNING, "app",
           "what is not filtered yet may be swapped out: the limit of locked memory (ulimit -l) is "
           "below 64 MiB");
}

/* --- stopping --- */

/* Ends the process when stopping takes too long: a client that never takes its answer must not
 * keep the server from being replaced. */
struct watchdog {
    struct os_thread thread;
    struct os_mutex mutex;
    struct os_condition condition;
    bool is_stopped;
};

static void watch(void *context)
{
    struct watchdog *watchdog = context;
    uint64_t deadline_ns = os_clock_monotonic_ns() + STOP_PATIENCE_MS * UINT64_C(1000000);
    bool in_time = true;
    os_mutex_lock(&watchdog->mutex);
    while (!watchdog->is_stopped && in_time) {
        in_time = os_condition_wait_until(&watchdog->condition, &watchdog->mutex, deadline_ns);
    }
    bool is_late = !watchdog->is_stopped;
    os_mutex_unlock(&watchdog->mutex);
    if (!is_late) return;
    os_log(OS_LOG_WARNING, "app", "stopped before every connection was done");
    _exit(VERB_DONE);
}

static void start_watchdog(struct watchdog *watchdog)
{
    *watchdog = (struct watchdog){.is_stopped = false};
    os_mutex_init(&watchdog->mutex);
    os_condition_init(&watchdog->condition);
    os_thread_start(&watchdog->thread, "watchdog", watch, watchdog);
}

static void stop_watchdog(struct watchdog *watchdog)
{
    os_mutex_lock(&watchdog->mutex);
    watchdog->is_stopped = true;
    os_condition_signal(&watchdog->condition);
    os_mutex_unlock(&watchdog->mutex);
    os_thread_join(&watchdog->thread);
    os_condition_release(&watchdog->condition);
    os_mutex_release(&watchdog->mutex);
}

static void stop_servers(struct serving *serving)
{
    struct http_server *servers[] = {serving->public_server, serving->local_server};
    for (int i = 0; i < 2; i++) {
        if (servers[i]) http_server_quiesce(servers[i]);
    }
    for (int i = 0; i < 2; i++) {
        if (!servers[i]) continue;
        while (http_server_pending(servers[i]) > 0)
            os_sleep_ms(STOP_STEP_MS);
        http_server_stop(servers[i]);
    }
}

static void log_stop(const struct serving *serving, const struct ingest_counters *counters,
                     int64_t asked_ms)
{
    const struct os_log_field fields[] = {
        {"up_s", (asked_ms - serving->started_ms) / 1000},
        {"received", (int64_t)counters->received},
        {"stored", (int64_t)counters->stored},
        {"duplicate", (int64_t)counters->duplicate},
        {"refused", (int64_t)counters->refused},
        {"stop_ms", os_clock_now_ms() - asked_ms},
    };
    os_log_fields(OS_LOG_INFO, "app", "stopped", fields, sizeof fields / sizeof fields[0]);
}

static void stop(struct serving *serving)
{
    struct watchdog watchdog;
    struct ingest_counters counters = {0};
    int64_t asked_ms = os_clock_now_ms();
    start_watchdog(&watchdog);
    if (serving->engine.api) api_set_ready(serving->engine.api, false);
    stop_servers(serving);
    if (serving->engine.ingest) ingest_counters(serving->engine.ingest, &counters);
    engine_close(&serving->engine);
    data_folder_close(&serving->folder);
    stop_watchdog(&watchdog);
    if (serving->was_ready) log_stop(serving, &counters, asked_ms);
}

/* --- the verb --- */

static void wait_for_stop(void)
{
    enum { TURN_MS = 60 * 60 * 1000 };
    enum os_signal signal = OS_SIGNAL_NONE;
    while (signal != OS_SIGNAL_STOP) {
        signal = os_signal_wait(TURN_MS);
        if (signal == OS_SIGNAL_RELOAD) {
            os_log(OS_LOG_INFO, "app",
                   "settings are read at the start only: restart to change them");
        }
    }
}

static enum status serve(struct serving *serving, struct error *error)
{
    TRY(start(serving, error));
    api_set_ready(serving->engine.api, true);
    serving->was_ready = true;
    warn_of_limits();
    log_start(serving);
    TRY(announce(serving, error));
    wait_for_stop();
    return STATUS_OK;
}

enum verb_exit verb_serve(const struct invocation *invocation)
{
    struct error error;
    struct serving serving = {
        .invocation = invocation,
        .folder = {.lock.descriptor = -1, .folder.descriptor = -1},
        .started_ms = os_clock_now_ms(),
    };
    os_signals_hold();
    os_forbid_core();
    os_raise_file_limit();
    enum status status = serve(&serving, &error);
    stop(&serving);
    return status == STATUS_OK ? VERB_DONE : verb_failed("serve", &error);
}
