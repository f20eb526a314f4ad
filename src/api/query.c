/* POST /api/v1/query: one plan in, one result out (spec/plan.md §8). On a query thread. */
#include "api/api_internal.h"
#include "base/check.h"
#include "os/os_clock.h"

#include <stdio.h>

enum {
    PLAN_ARENA_SIZE = 16 * 1024 * 1024,
    RESULT_ARENA_SIZE = 256 * 1024 * 1024, /* address space; touched as needed */
    RESULT_SIZE_MAX = 128 * 1024 * 1024,   /* as JSON: then 413 */
};

static const char invalid_plan[] = "urn:candor:problem:invalid-plan";

static enum api_rejection rejection_of(enum status status)
{
    switch (status) {
    case STATUS_DENIED: return API_REJECTED_DENIED;
    case STATUS_INVALID:
    case STATUS_ABSENT: return API_REJECTED_INVALID;
    case STATUS_TOO_LARGE: return API_REJECTED_TOO_LARGE;
    case STATUS_BUSY: return API_REJECTED_BUSY;
    case STATUS_OK:
    case STATUS_CORRUPT:
    case STATUS_IO: break;
    }
    return API_REJECTED_FAILED;
}

static void note_problem(struct api_exchange *exchange, const char *type, const char *pointer)
{
    exchange->problem_type = type;
    (void)text_to_string(text_from(pointer), exchange->problem_pointer,
                         sizeof exchange->problem_pointer);
}

static const char *const reading_kinds[] = {"qry", "row", "adm", NULL};

/* A plan may name its project; then it is the token's. */
static bool is_own_project(struct api *api, const struct plan *plan, uint32_t project)
{
    if (plan->project.size == 0) return true;
    struct project_table *table = project_slot_take(api->options.projects);
    const struct project *named = project_table_by_name(table, plan->project);
    bool is_own = named && named->id == project;
    project_table_drop(table);
    return is_own;
}

static enum status write_result(struct api_exchange *exchange, const struct result *result,
                                struct error *error)
{
    api_begin_json(exchange, 200);
    exchange->response.body.size_max = RESULT_SIZE_MAX;
    result_write(result, RESULT_JSON, &exchange->response.body);
    if (!buffer_overflowed(&exchange->response.body)) return STATUS_OK;
    return error_set(error, STATUS_TOO_LARGE, "the answer is larger than %d bytes: narrow the plan",
                     RESULT_SIZE_MAX);
}

static void count_run(struct api *api, const struct plan *plan, const struct result *result,
                      uint64_t began_ns)
{
    struct api_counts *counts = &api->counts;
    assert((int)plan->kind < API_KIND_COUNT);
    (void)atomic_fetch_add(&counts->query_count[plan->kind], 1);
    (void)atomic_fetch_add(&counts->query_ns[plan->kind], os_clock_monotonic_ns() - began_ns);
    (void)atomic_fetch_add(&counts->query_rows_read, result->events_scanned);
}

static enum status run_plan(struct api_exchange *exchange, const struct plan *plan,
                            uint32_t project, int64_t now_ms, struct error *error)
{
    if (!is_own_project(exchange->api, plan, project)) {
        note_problem(exchange, "urn:candor:problem:foreign-project", "/project");
        return error_set(error, STATUS_DENIED, "the plan names a project that is not the token's");
    }
    struct backend *backend = exchange->api->options.backend;
    if (plan->time.zone.size > 0 &&
        backend_check_zone(backend, plan->time.zone, error) != STATUS_OK) {
        note_problem(exchange, invalid_plan, "/time/zone");
        return error->status;
    }
    struct result result;
    result_init(&result, RESULT_ARENA_SIZE);
    uint64_t began_ns = os_clock_monotonic_ns();
    enum status status = backend_run(backend, project, plan, now_ms, &result, error);
    if (status == STATUS_OK) {
        count_run(exchange->api, plan, &result, began_ns);
        status = write_result(exchange, &result, error);
    }
    result_release(&result);
    return status;
}

static enum status answer_plan(struct api_exchange *exchange, uint32_t project, int64_t now_ms,
                               struct error *error)
{
    size_t size;
    char *json = http_request_body(exchange->request, &size);
    if (size > PLAN_SIZE_MAX) {
        return error_set(error, STATUS_TOO_LARGE, "the plan is larger than %d bytes",
                         PLAN_SIZE_MAX);
    }
    if (size == 0) return error_set(error, STATUS_INVALID, "expected a plan in the body");

    struct arena arena;
    struct plan plan;
    struct plan_problem problem = {0};
    arena_init(&arena, PLAN_ARENA_SIZE);
    enum status status = plan_parse(json, size, &arena, &plan, &problem, error);
    if (status == STATUS_OK) {
        status = run_plan(exchange, &plan, project, now_ms, error);
        plan_release(&plan);
    } else if (status == STATUS_INVALID) {
        note_problem(exchange,
                     problem.unsupported ? "urn:candor:problem:unsupported" : invalid_plan,
                     problem.pointer);
        if (problem.unsupported) {
            api_count_rejection(exchange->api, API_REJECTED_UNSUPPORTED);
            arena_release(&arena);
            return status;
        }
    }
    arena_release(&arena);
    if (status != STATUS_OK) api_count_rejection(exchange->api, rejection_of(status));
    return status;
}

enum status query_post(struct api_exchange *exchange, struct error *error)
{
    int64_t now_ms = os_clock_now_ms();
    uint32_t project = api_project_of(exchange, reading_kinds, now_ms);
    if (project == 0) {
        api_count_rejection(exchange->api, API_REJECTED_DENIED);
        api_refuse(exchange, 401, "expected a query token: Authorization: Bearer cdr_qry_…");
        return STATUS_OK;
    }
    http_response_header_literal(&exchange->response, "Cache-Control", "no-store");
    return answer_plan(exchange, project, now_ms, error);
}
