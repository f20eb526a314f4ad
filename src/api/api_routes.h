/* The table of routes: what is at a path, who answers it, and where. Immutable; any thread. */
#ifndef CANDOR_API_ROUTES_H
#define CANDOR_API_ROUTES_H

#include "base/status.h"
#include "base/text.h"

#include <stdbool.h>

/* What is counted apart. The names are in api_count.c. */
enum api_endpoint {
    API_TRACK,
    API_ENGAGE,
    API_GROUPS,
    API_IMPORT,
    API_RECORD,
    API_SETTINGS,
    API_FLAGS,
    API_DECIDE,
    API_QUERY,
    API_PAGE,
    API_SDK,
    API_SHIELD,
    API_OPERATE, /* healthz, readyz, version, metrics */
    API_LOCAL,
    API_OTHER,
};
enum { API_ENDPOINT_COUNT = API_OTHER + 1 };

/* In whose words an error is told. */
enum api_manner {
    API_MANNER_CLIENT,  /* Mixpanel's clients: {"error","status"}, CORS on everything */
    API_MANNER_PROBLEM, /* RFC 9457 */
    API_MANNER_PAGE,    /* a person with a browser */
    API_MANNER_SDK,     /* pages of any origin, without credentials; words like a page's */
};

enum api_place {
    API_HERE,    /* on the HTTP worker: never waits */
    API_ON_DESK, /* on a pool */
    API_ON_QUERIES,
    API_ON_LOCALS,
};

enum api_method { API_GET = 1, API_POST = 2 }; /* HEAD goes with GET, OPTIONS with everything */

struct api_exchange;
/* Fills in exchange->response. API_HERE alone may also answer later: it sets taken, and then the
 * exchange is not touched again. */
typedef enum status api_handler(struct api_exchange *exchange, struct error *error);

struct api_route {
    const char *path; /* '*' stands for one segment that is not empty */
    enum api_endpoint endpoint;
    int methods;
    enum api_manner manner;
    enum api_place place;
    api_handler *handler;
};

/* The route of a path, with or without one slash at its end; NULL when there is none. */
const struct api_route *api_route_find(struct text path, bool is_local);
/* GET, POST, or 0 for others. HEAD is GET here. */
int api_method_of(struct text method);
/* "GET, HEAD, OPTIONS" and so on. */
const char *api_route_allow(const struct api_route *route);

#endif
