/* What every question about a project's shield shares over HTTP: whose token, which project. */
#include "api/api_internal.h"
#include "api/api_local.h"
#include "os/os_clock.h"

/* The project may be named; then it is the token's. */
static enum status answer(struct api_exchange *exchange, const struct local_call *call,
                          uint32_t token_project, api_shield_answer *tell, struct error *error)
{
    struct text named = local_parameter(call, "project");
    struct project project = {.id = token_project};
    if (named.size > 0 &&
        (local_project(call, named, &project, error) != STATUS_OK || project.id != token_project)) {
        return error_set(error, STATUS_DENIED, "the token is not of this project");
    }
    api_begin_json(exchange, 200);
    http_response_header_literal(&exchange->response, "Cache-Control", "no-store");
    return tell(call, project.id, &exchange->response.body, error);
}

enum status api_shield_get(struct api_exchange *exchange, size_t arena_size,
                           api_shield_answer *tell, struct error *error)
{
    static const char *const kinds[] = {"qry", "row", "adm", NULL};
    struct arena arena;
    struct local_call call = {
        .rooms = &exchange->api->options,
        .query = http_request_query(exchange->request),
        .arena = &arena,
        .now_ms = os_clock_now_ms(),
    };
    uint32_t project = api_project_of(exchange, kinds, call.now_ms);
    if (project == 0) {
        api_refuse(exchange, 401, "expected a query token: Authorization: Bearer cdr_qry_…");
        return STATUS_OK;
    }
    arena_init(&arena, arena_size);
    enum status status = answer(exchange, &call, project, tell, error);
    arena_release(&arena);
    return status;
}
