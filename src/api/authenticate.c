/* Who is asking: tokens in headers, the credentials of /import, the cookie of the page. Secrets are
 * compared by their hashes, and the hashes in constant time. */
#include "api/api_internal.h"

#include "base/check.h"
#include "os/os_clock.h"

#include <string.h>

struct text api_bearer(const struct http_request *request)
{
    struct text token;
    struct text header = text_trim(http_request_header(request, "Authorization"));
    struct text scheme = text_split(header, ' ', &token);
    return text_equal_fold(scheme, TEXT("Bearer")) ? text_trim(token) : TEXT("");
}

uint32_t api_project_of(struct api_exchange *exchange, const char *const *kinds, int64_t now_ms)
{
    struct control_token found;
    struct error error = {0};
    struct text token = api_bearer(exchange->request);
    struct control *control = exchange->api->options.control;
    if (control_token_check(control, token, now_ms, &found, &error) == STATUS_OK) {
        for (; *kinds; kinds++) {
            if (strcmp(found.kind, *kinds) == 0) return found.project;
        }
    }
    api_count_auth_failure(exchange->api);
    return 0;
}

/* cdr_ing_… and cdr_adm_… name their project. */
static const struct project *by_token(const struct api_gate *gate, struct text token)
{
    struct control_token found;
    struct error error = {0};
    if (control_token_check(gate->api->options.control, token, gate->now_ms, &found, &error) !=
        STATUS_OK) {
        return NULL;
    }
    bool may_write = strcmp(found.kind, "ing") == 0 || strcmp(found.kind, "adm") == 0;
    return may_write ? project_table_by_id(gate->projects, found.project) : NULL;
}

static bool secret_fits(const struct project *project, const char hex[2 * SECRET_HASH_SIZE])
{
    return project->secret.size == 2 * SECRET_HASH_SIZE &&
           secret_equal(project->secret.bytes, hex, 2 * SECRET_HASH_SIZE);
}

static void to_hex(const uint8_t hash[SECRET_HASH_SIZE], char out[2 * SECRET_HASH_SIZE])
{
    static const char digits[] = "0123456789abcdef";
    for (size_t i = 0; i < SECRET_HASH_SIZE; i++) {
        out[2 * i] = digits[hash[i] >> 4];
        out[2 * i + 1] = digits[hash[i] & 15];
    }
}

/* Every project is looked at, so that the time tells nothing of where one was found. */
static const struct project *by_secret(const struct api_gate *gate, struct text secret)
{
    uint8_t hash[SECRET_HASH_SIZE];
    char hex[2 * SECRET_HASH_SIZE];
    secret_hash(secret, hash);
    to_hex(hash, hex);
    const struct project *found = NULL;
    for (size_t i = 0; i < project_table_count(gate->projects); i++) {
        const struct project *project = project_table_at(gate->projects, i);
        if (secret_fits(project, hex)) found = project;
    }
    return found;
}

/* A project's token is public by nature (it sits in web pages), so no care is due to it. */
static const struct project *find(const struct api_gate *gate, struct text user,
                                  struct text password)
{
    struct text kind;
    if (secret_token_well_formed(password, &kind)) return by_token(gate, password);
    if (password.size > 0) return NULL;
    if (secret_token_well_formed(user, &kind)) return by_token(gate, user);
    const struct project *project = project_table_by_token(gate->projects, user);
    return project ? project : by_secret(gate, user);
}

const struct project *api_authenticate(void *context, struct text user, struct text password,
                                       struct text project_id)
{
    const struct api_gate *gate = context;
    const struct project *project = find(gate, user, password);
    uint64_t id;
    /* Other servers' project ids are larger numbers: one that is not ours says nothing. */
    if (project && text_to_u64(project_id, &id) && id <= UINT32_MAX && id != project->id &&
        project_table_by_id(gate->projects, (uint32_t)id)) {
        project = NULL;
    }
    if (!project) api_count_auth_failure(gate->api);
    return project;
}

bool api_is_signed_in(struct api *api, const struct http_request *request)
{
    struct text session = http_request_cookie(request, "candor_session");
    if (session.size == 0) return false;
    return control_signed_in(api->options.control, session, os_clock_now_ms());
}
