#include "app/engine.h"

#include "app/version.h"
#include "base/memory.h"
#include "enrich/enrich.h"
#include "jobs/jobs.h"
#include "os/os_clock.h"
#include "os/os_thread.h"
#include "shield/observed.h"
#include "shield/shield.h"

static enum status open_control(struct engine *engine, const struct data_folder *folder,
                                struct error *error)
{
    char path[OS_PATH_SIZE];
    TRY(data_folder_path(folder, "control.db", path, error));
    return control_open(path, CONTROL_OPEN_ONLY, engine->projects, &engine->control, error);
}

static enum status open_backend(struct engine *engine, const struct data_folder *folder,
                                const struct config *config, enum engine_use use,
                                struct error *error)
{
    struct backend_options options = {
        .folder = folder->path,
        .projects = engine->projects,
        .query_threads = (unsigned)config_number_or(config, CONFIG_query_threads, 0),
        .flush_threads = use == ENGINE_FOR_VERB ? os_processor_count() : 1,
        .query_memory_max = config_number_or(config, CONFIG_query_memory, 0),
        .memtable_rows_max = config_number_or(config, CONFIG_store_memtable_rows, 0),
        .memtable_bytes_max = config_number_or(config, CONFIG_store_memtable_bytes, 0),
    };
    return backend_open(&options, &engine->backend, error);
}

static enum status open_ingest(struct engine *engine, const struct data_folder *folder,
                               const struct config *config, struct error *error)
{
    struct ingest_options options = {
        .folder = folder->path,
        .backend = engine->backend,
        .wal_bytes_max = config_number_or(config, CONFIG_wal_bytes_max, 0),
        .disk_reserve_bytes = config_number_or(config, CONFIG_disk_reserve, UINT64_MAX),
    };
    return ingest_open(&options, &engine->ingest, error);
}

static enum status open_shield(struct engine *engine, const struct data_folder *folder,
                               struct error *error)
{
    char path[OS_PATH_SIZE];
    TRY(data_folder_path(folder, "shield", path, error));
    struct shield_options options = {.folder = path, .root_key = engine->root_key};
    return shield_open(&options, &engine->shield, error);
}

static enum status open_learning(struct engine *engine, const struct data_folder *folder,
                                 struct error *error)
{
    engine->observed = observed_make();
    struct learning_options options = {
        .folder = folder->path, .control = engine->control, .observed = engine->observed};
    return learning_open(&options, &engine->learning, error);
}

static enum status check_policy(void *context, struct text plan, struct text rules,
                                struct error *error)
{
    (void)context;
    return shield_policy_check(NULL, plan, rules, error);
}

static enum status open_enrich(struct engine *engine, const struct config *config,
                               struct error *error)
{
    struct enrich_options options = {
        .country_file = config_text(config, CONFIG_enrich_country_file),
        .trusted_proxies = text_from(config_text(config, CONFIG_http_trusted_proxies)),
    };
    return enrich_open(&options, &engine->enrich, error);
}

static enum status open_steps(struct engine *engine, const struct data_folder *folder,
                              const struct config *config, enum engine_use use, struct error *error)
{
    engine->root_key = MEMORY_ARRAY(uint8_t, SECRET_KEY_SIZE);
    TRY(data_folder_key(folder, engine->root_key, error));
    engine->projects = project_slot_make();
    engine->shelter = os_shelter_open();
    TRY(open_enrich(engine, config, error));
    TRY(open_shield(engine, folder, error));
    TRY(open_control(engine, folder, error));
    TRY(open_backend(engine, folder, config, use, error));
    TRY(open_ingest(engine, folder, config, error));
    TRY(open_learning(engine, folder, error));
    struct jobs_options jobs_options = {
        .backend = engine->backend,
        .ingest = engine->ingest,
        .control = engine->control,
        .shield = engine->shield,
        .learning = engine->learning,
        .projects = engine->projects,
        .webhook = use == ENGINE_FOR_SERVER ? config_text(config, CONFIG_shield_webhook) : NULL,
    };
    engine->jobs = jobs_start(&jobs_options);
    struct api_options options = {
        .control = engine->control,
        .projects = engine->projects,
        .backend = engine->backend,
        .ingest = engine->ingest,
        .enrich = engine->enrich,
        .shield = engine->shield,
        .observed = engine->observed,
        .memory = os_shelter_source(engine->shelter),
        .folder = folder->path,
        .version = CANDOR_VERSION,
        .commit = CANDOR_COMMIT,
        .started_ms = os_clock_now_ms(),
        .root_key = engine->root_key,
        .check_policy = check_policy,
    };
    engine->api = api_open(&options);
    return STATUS_OK;
}

enum status engine_open(const struct data_folder *folder, const struct config *config,
                        enum engine_use use, struct engine *out, struct error *error)
{
    *out = (struct engine){0};
    enum status status = open_steps(out, folder, config, use, error);
    if (status != STATUS_OK) engine_close(out);
    return status;
}

void engine_close(struct engine *engine)
{
    if (engine->api) api_close(engine->api);
    if (engine->jobs) jobs_stop(engine->jobs);
    if (engine->ingest) ingest_close(engine->ingest);
    if (engine->backend) backend_close(engine->backend);
    if (engine->control) control_close(engine->control);
    learning_close(engine->learning);
    observed_release(engine->observed);
    enrich_close(engine->enrich);
    shield_close(engine->shield);
    os_shelter_close(engine->shelter);
    if (engine->projects) project_slot_release(engine->projects);
    if (engine->root_key) memory_wipe(engine->root_key, SECRET_KEY_SIZE);
    memory_free(engine->root_key);
    *engine = (struct engine){0};
}

void engine_settle(struct engine *engine)
{
    ingest_settle(engine->ingest);
    (void)backend_publish(engine->backend);
}

enum status engine_flush(struct engine *engine, struct error *error)
{
    bool flushed = false;
    ingest_settle(engine->ingest);
    TRY(backend_flush(engine->backend, BACKEND_FLUSH_ALL, false, &flushed, error));
    ingest_tend(engine->ingest);
    return STATUS_OK;
}
