/* Answers plans: a view of rows and people at one moment, handed to exec. */
#include "backend/backend_internal.h"
#include "backend/backend_limits.h"
#include "backend/held.h"
#include "base/check.h"
#include "exec/exec.h"
#include "os/os_clock.h"

/* A question that takes longer has no one waiting for it. */
static const uint64_t QUERY_DEADLINE_NS = 60ULL * 1000 * 1000 * 1000;

enum status backend_view_open(struct backend *backend, uint32_t project, struct backend_view *out,
                              struct error *error)
{
    TRY(store_snapshot(backend->store, project, &out->snapshot, error));
    /* After the rows: every person they name is known to the view. */
    out->persons = identity_view(backend->identity, project);
    out->projects = project_slot_take(backend->options.projects);
    const struct project *found = project_table_by_id(out->projects, project);
    out->held = found ? found->shield_held : TEXT("");
    return STATUS_OK;
}

void backend_view_close(struct backend_view *view)
{
    snapshot_release(view->snapshot);
    identity_view_release(view->persons);
    project_table_drop(view->projects);
}

static enum status find_zone(struct backend *backend, uint32_t project, const struct plan *plan,
                             const struct zone **zone, int *week_start, struct error *error)
{
    struct project_table *table = project_slot_take(backend->options.projects);
    const struct project *found = project_table_by_id(table, project);
    struct text name = plan->time.zone;
    if (name.size == 0 && found) name = found->zone;
    if (name.size == 0) name = TEXT("UTC");
    *week_start = found ? found->week_start : 1;
    enum status status = zone_cache_get(backend->zones, name, zone, error);
    project_table_drop(table);
    return status;
}

enum status backend_check_zone(struct backend *backend, struct text name, struct error *error)
{
    const struct zone *zone;
    return zone_cache_get(backend->zones, name, &zone, error);
}

enum status backend_run(struct backend *backend, uint32_t project, const struct plan *plan,
                        int64_t now_ms, struct result *result, struct error *error)
{
    struct exec_input input = {
        .plan = plan,
        .identity = backend->identity,
        .project = project,
        .now_ms = now_ms,
        .thread_count = backend->options.query_threads,
        .memory_max = backend->options.query_memory_max,
        .deadline_ns = os_clock_monotonic_ns() + QUERY_DEADLINE_NS,
    };
    os_random_bytes(&input.hash_seed, sizeof input.hash_seed);
    TRY(find_zone(backend, project, plan, &input.zone, &input.week_start, error));
    struct backend_view view;
    TRY(backend_view_open(backend, project, &view, error));
    input.snapshot = view.snapshot;
    input.persons = view.persons;
    enum status status = held_check_plan(view.held, plan, error);
    if (status == STATUS_OK) status = exec_run(&input, result, error);
    backend_view_close(&view);
    return status;
}
