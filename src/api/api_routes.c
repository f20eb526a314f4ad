#include "api/api_routes.h"

#include "api/api_internal.h"

enum { BOTH = API_GET | API_POST };

/* The paths that bring the most requests come first. */
static const struct api_route public_routes[] = {
    {"/track", API_TRACK, BOTH, API_MANNER_CLIENT, API_HERE, collect_track},
    {"/engage", API_ENGAGE, BOTH, API_MANNER_CLIENT, API_HERE, collect_engage},
    {"/groups", API_GROUPS, BOTH, API_MANNER_CLIENT, API_HERE, collect_groups},
    {"/import", API_IMPORT, BOTH, API_MANNER_CLIENT, API_HERE, collect_import},
    {"/record", API_RECORD, BOTH, API_MANNER_CLIENT, API_HERE, polite_record},
    {"/settings", API_SETTINGS, BOTH, API_MANNER_CLIENT, API_HERE, polite_settings},
    {"/flags", API_FLAGS, BOTH, API_MANNER_CLIENT, API_HERE, polite_flags},
    {"/flags/definitions", API_FLAGS, API_GET, API_MANNER_CLIENT, API_HERE, polite_definitions},
    {"/flags/*/first-time-events", API_FLAGS, API_POST, API_MANNER_CLIENT, API_HERE,
     polite_first_time},
    {"/decide", API_DECIDE, BOTH, API_MANNER_CLIENT, API_HERE, polite_decide},
    {"/healthz", API_OPERATE, API_GET, API_MANNER_PROBLEM, API_HERE, health_alive},
    {"/readyz", API_OPERATE, API_GET, API_MANNER_PROBLEM, API_ON_DESK, health_ready},
    {"/version", API_OPERATE, API_GET, API_MANNER_PROBLEM, API_HERE, health_version},
    {"/metrics", API_OPERATE, API_GET, API_MANNER_PROBLEM, API_HERE, metrics_get},
    {"/api/v1/query", API_QUERY, API_POST, API_MANNER_PROBLEM, API_ON_QUERIES, query_post},
    {"/api/v1/shield/versions", API_SHIELD, API_GET, API_MANNER_PROBLEM, API_ON_QUERIES,
     shield_versions_get},
    {"/api/v1/shield/findings", API_SHIELD, API_GET, API_MANNER_PROBLEM, API_ON_QUERIES,
     shield_findings_get},
    {"/api/v1/shield/watch", API_SHIELD, API_GET, API_MANNER_PROBLEM, API_ON_QUERIES,
     shield_watch_get},
    {"/sdk/settings", API_SDK, API_GET, API_MANNER_SDK, API_HERE, sdk_settings_get},
    {"/sdk/versions", API_SDK, API_GET, API_MANNER_SDK, API_HERE, sdk_versions_get},
    {"/sdk/*", API_SDK, API_GET, API_MANNER_SDK, API_HERE, sdk_file_get},
    {"/sdk/*/*", API_SDK, API_GET, API_MANNER_SDK, API_HERE, sdk_file_get},
    {"/", API_PAGE, API_GET, API_MANNER_PAGE, API_ON_DESK, page_get},
    {"/page/now", API_PAGE, API_GET, API_MANNER_PAGE, API_ON_DESK, page_now},
    {"/sign-in", API_PAGE, API_GET, API_MANNER_PAGE, API_ON_DESK, sign_in_get},
    {"/sign-out", API_PAGE, API_POST, API_MANNER_PAGE, API_ON_DESK, sign_out_post},
};

/* Only on the local socket: elsewhere these paths do not exist. */
static const struct api_route local_routes[] = {
    {"/local/export", API_LOCAL, API_GET, API_MANNER_PROBLEM, API_HERE, local_route_export},
    {"/local/*", API_LOCAL, BOTH, API_MANNER_PROBLEM, API_ON_LOCALS, local_route_call},
    {"/local/*/*", API_LOCAL, BOTH, API_MANNER_PROBLEM, API_ON_LOCALS, local_route_call},
};

static bool path_matches(const char *pattern, struct text path)
{
    struct text rest = text_from(pattern);
    if (text_find_byte(rest, '*') == TEXT_NOT_FOUND) return text_equal(rest, path);
    while (rest.size > 0 && path.size > 0) {
        struct text wanted = text_split(rest, '/', &rest);
        struct text found = text_split(path, '/', &path);
        bool is_any = text_equal(wanted, TEXT("*"));
        if (is_any ? found.size == 0 : !text_equal(wanted, found)) return false;
    }
    return rest.size == 0 && path.size == 0;
}

static const struct api_route *find_in(const struct api_route *routes, size_t count,
                                       struct text path)
{
    for (size_t i = 0; i < count; i++) {
        if (path_matches(routes[i].path, path)) return &routes[i];
    }
    return NULL;
}

const struct api_route *api_route_find(struct text path, bool is_local)
{
    if (path.size > 1 && path.bytes[path.size - 1] == '/') path.size--;
    const struct api_route *found =
        find_in(public_routes, sizeof public_routes / sizeof *public_routes, path);
    if (found || !is_local) return found;
    return find_in(local_routes, sizeof local_routes / sizeof *local_routes, path);
}

int api_method_of(struct text method)
{
    if (text_equal_fold(method, TEXT("POST"))) return API_POST;
    bool is_get = text_equal_fold(method, TEXT("GET")) || text_equal_fold(method, TEXT("HEAD"));
    return is_get ? API_GET : 0;
}

const char *api_route_allow(const struct api_route *route)
{
    switch (route->methods) {
    case API_GET: return "GET, HEAD, OPTIONS";
    case API_POST: return "POST, OPTIONS";
    default: return "GET, HEAD, POST, OPTIONS";
    }
}
