/* candor verify: read everything that is stored. On a stopped folder each part is opened by itself,
 * so that damage in one does not hide the others. */
#include "app/exchange.h"
#include "identity/identity.h"
#include "os/os_clock.h"
#include "os/os_process.h"
#include "store/store.h"
#include "wal/wal.h"

#include <stdio.h>
#include <string.h>

/* What was found, part by part. */
struct verdict {
    struct buffer *out;
    struct json_writer writer;
    bool as_json;
    bool is_damaged;
};

static void note(struct verdict *verdict, const char *part, enum status status,
                 const struct error *error, const char *figures)
{
    const char *words = status == STATUS_OK ? figures : error->message;
    if (status != STATUS_OK) verdict->is_damaged = true;
    if (!verdict->as_json) {
        buffer_printf(verdict->out, "%-8s %s: %s\n", part, status == STATUS_OK ? "ok" : "damaged",
                      words);
        return;
    }
    json_object_begin(&verdict->writer);
    json_key(&verdict->writer, "part");
    json_string(&verdict->writer, part);
    json_key(&verdict->writer, "ok");
    json_bool(&verdict->writer, status == STATUS_OK);
    json_key(&verdict->writer, "message");
    json_string(&verdict->writer, words);
    json_object_end(&verdict->writer);
}

/* --- the parts --- */

static void verify_control(struct verdict *verdict, const struct data_folder *folder)
{
    struct error error;
    char path[OS_PATH_SIZE];
    char figures[64] = "";
    struct control *control = NULL;
    struct project_slot *slot = project_slot_make();
    enum status status = data_folder_path(folder, "control.db", path, &error);
    if (status == STATUS_OK) {
        status = control_open(path, CONTROL_OPEN_ONLY, slot, &control, &error);
    }
    if (status == STATUS_OK) {
        status = control_verify(control, &error);
        struct project_table *table = project_slot_take(slot);
        snprintf(figures, sizeof figures, "%zu projects", project_table_count(table));
        project_table_drop(table);
        control_close(control);
    }
    project_slot_release(slot);
    note(verdict, "control", status, &error, figures);
}

static enum status verify_projects(struct store *store, struct identity *identity,
                                   struct store_figures *sum, struct error *error)
{
    uint32_t count = store_project_count(store);
    for (uint32_t i = 0; i < count; i++) {
        uint32_t project = store_project_at(store, i);
        if (identity) {
            TRY(identity_verify(identity, project, error));
            continue;
        }
        struct store_figures figures;
        TRY(store_verify(store, project, error));
        store_figures(store, project, &figures);
        sum->rows += figures.rows;
        sum->segments += figures.segments;
        sum->segment_bytes += figures.segment_bytes;
        sum->profiles += figures.profiles;
    }
    return STATUS_OK;
}

static void verify_identity(struct verdict *verdict, const struct data_folder *folder,
                            struct store *store)
{
    struct error error;
    char path[OS_PATH_SIZE];
    char figures[64] = "it can be opened; whose ids to check, the store did not say";
    struct identity *identity = NULL;
    enum status status = data_folder_path(folder, "identity", path, &error);
    if (status == STATUS_OK) status = identity_open(path, &identity, &error);
    if (status == STATUS_OK && store) {
        uint64_t ids = 0;
        status = verify_projects(store, identity, NULL, &error);
        for (uint32_t i = 0; i < store_project_count(store); i++) {
            struct identity_figures each;
            identity_figures(identity, store_project_at(store, i), &each);
            ids += each.ids;
        }
        snprintf(figures, sizeof figures, "%llu ids", (unsigned long long)ids);
    }
    if (identity) identity_close(identity);
    note(verdict, "identity", status, &error, figures);
}

static void verify_store(struct verdict *verdict, const struct data_folder *folder)
{
    struct error error;
    char path[OS_PATH_SIZE];
    char figures[160] = "";
    struct store *store = NULL;
    struct store_figures sum = {0};
    enum status status = data_folder_path(folder, "store", path, &error);
    struct store_options options = {.folder = path};
    if (status == STATUS_OK) status = store_open(&options, &store, &error);
    if (status == STATUS_OK) status = verify_projects(store, NULL, &sum, &error);
    snprintf(figures, sizeof figures, "%llu events in %llu segments, %llu bytes, %llu profiles",
             (unsigned long long)sum.rows, (unsigned long long)sum.segments,
             (unsigned long long)sum.segment_bytes, (unsigned long long)sum.profiles);
    note(verdict, "store", status, &error, figures);
    verify_identity(verdict, folder, store);
    if (store) store_close(store);
}

static void verify_wal(struct verdict *verdict, const struct data_folder *folder)
{
    struct error error;
    char path[OS_PATH_SIZE];
    char figures[64] = "";
    struct wal_check_result found = {0};
    enum status status = data_folder_path(folder, "wal", path, &error);
    if (status == STATUS_OK) status = wal_check(path, &found, &error);
    if (status == STATUS_ABSENT && !os_exists(path)) status = STATUS_OK; /* never served */
    snprintf(figures, sizeof figures, "%llu records", (unsigned long long)found.record_count);
    note(verdict, "wal", status, &error, figures);
}

/* --- the verb --- */

static enum verb_exit finish(struct verdict *verdict)
{
    struct error error;
    if (verb_print(verdict->out, &error) != STATUS_OK) return verb_failed("print", &error);
    if (!verdict->is_damaged) return VERB_DONE;
    (void)error_set(&error, STATUS_CORRUPT,
                    "something is damaged, see above; restore the folder from a backup, or ask for "
                    "help before you start the server again");
    return verb_failed("verify the folder", &error);
}

static enum verb_exit verify_stopped(const struct invocation *invocation,
                                     const struct data_folder *folder)
{
    struct buffer out;
    struct verdict verdict = {.out = &out, .as_json = invocation->wants_json};
    buffer_init(&out, 64 * 1024);
    json_writer_init(&verdict.writer, &out);
    if (verdict.as_json) {
        json_object_begin(&verdict.writer);
        json_key(&verdict.writer, "parts");
        json_array_begin(&verdict.writer);
    }
    verify_control(&verdict, folder);
    verify_store(&verdict, folder);
    verify_wal(&verdict, folder);
    if (verdict.as_json) {
        json_array_end(&verdict.writer);
        json_key(&verdict.writer, "ok");
        json_bool(&verdict.writer, !verdict.is_damaged);
        json_object_end(&verdict.writer);
        buffer_append_byte(&out, '\n');
    }
    enum verb_exit result = finish(&verdict);
    buffer_release(&out);
    return result;
}

static enum verb_exit verify_running(const struct invocation *invocation)
{
    struct exchange exchange;
    exchange_init(&exchange, invocation, "/local/verify");
    buffer_append_string(&exchange.body, "{}");
    enum status status = exchange_call(&exchange, "POST");
    if (status == STATUS_OK && invocation->wants_json) {
        status = exchange_print(&exchange);
    } else if (status == STATUS_OK) {
        status = exchange_say(&exchange, "ok: everything in the running server's folder\n");
    }
    return exchange_end(&exchange, status, "verify the folder");
}

enum verb_exit verb_verify(const struct invocation *invocation)
{
    struct error error;
    struct data_folder folder;
    const char *path = config_text(invocation->config, CONFIG_data_folder);
    if (data_folder_open(path, &folder, &error) != STATUS_OK) {
        return verb_failed("verify the folder", &error);
    }
    enum status status = data_folder_lock(&folder, &error);
    enum verb_exit result;
    if (status == STATUS_OK) {
        result = verify_stopped(invocation, &folder);
    } else if (status == STATUS_BUSY) {
        result = verify_running(invocation);
    } else {
        result = verb_failed("verify the folder", &error);
    }
    data_folder_close(&folder);
    return result;
}
