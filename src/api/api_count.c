/* What is counted here, under labels of a known number: never a name that a client chose. */
#include "api/api_internal.h"

#include "base/check.h"

static const int codes[API_CODE_COUNT] = {200, 204, 303, 400, 401, 403, 404, 405, 413, 500, 503, 0};

const char *api_endpoint_name(enum api_endpoint endpoint)
{
    switch (endpoint) {
    case API_TRACK: return "track";
    case API_ENGAGE: return "engage";
    case API_GROUPS: return "groups";
    case API_IMPORT: return "import";
    case API_RECORD: return "record";
    case API_SETTINGS: return "settings";
    case API_FLAGS: return "flags";
    case API_DECIDE: return "decide";
    case API_QUERY: return "query";
    case API_PAGE: return "page";
    case API_SDK: return "sdk";
    case API_SHIELD: return "shield";
    case API_OPERATE: return "operate";
    case API_LOCAL: return "local";
    case API_OTHER: return "other";
    }
    UNREACHABLE("no other endpoint");
}

const char *api_rejection_name(enum api_rejection reason)
{
    switch (reason) {
    case API_REJECTED_DENIED: return "denied";
    case API_REJECTED_INVALID: return "invalid";
    case API_REJECTED_UNSUPPORTED: return "unsupported";
    case API_REJECTED_TOO_LARGE: return "too_large";
    case API_REJECTED_BUSY: return "busy";
    case API_REJECTED_FAILED: return "failed";
    }
    UNREACHABLE("no other reason");
}

int api_code_at(int index)
{
    assert(index >= 0);
    assert(index < API_CODE_COUNT);
    return codes[index];
}

static void add(atomic_uint_least64_t *counter, uint64_t number)
{
    (void)atomic_fetch_add_explicit(counter, number, memory_order_relaxed);
}

void api_count_answer(struct api *api, enum api_endpoint endpoint, int code)
{
    int index = 0;
    while (codes[index] != code && codes[index] != 0)
        index++;
    add(&api->counts.requests[endpoint][index], 1);
}

void api_count_rejection(struct api *api, enum api_rejection reason)
{
    add(&api->counts.query_rejected[reason], 1);
}

void api_count_auth_failure(struct api *api)
{
    add(&api->counts.auth_failures, 1);
}
