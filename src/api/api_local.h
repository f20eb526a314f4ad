/* What the verbs of the command line do: JSON in, JSON out, no HTTP. Called by a verb on its own
 * folder, or by a route on behalf of a verb elsewhere. Each call may wait (for a commit, for a
 * question), so routes call them from threads that may. Any thread. */
#ifndef CANDOR_API_API_LOCAL_H
#define CANDOR_API_API_LOCAL_H

#include "api/api.h"
#include "base/arena.h"
#include "codec/json_tree.h"
#include "codec/json_writer.h"

enum { LOCAL_ARENA_SIZE = 64 * 1024 * 1024, LOCAL_IMPORT_REFUSED_MAX = 10 };

/* One call under way. Everything is borrowed for its duration; the arena is the call's own. */
struct local_call {
    const struct api_options *rooms;
    struct text query; /* raw */
    struct text body;  /* as given */
    struct arena *arena;
    struct buffer *answer;
    int64_t now_ms;
};

/* A parameter of the query string, decoded; "" when it is not there. bytes NULL: no memory. */
struct text local_parameter(const struct local_call *call, const char *name);

/* The body as a JSON object. */
enum status local_body(const struct local_call *call, const struct json_node **object,
                       struct error *error) MUST_CHECK;
/* A text member of it; STATUS_INVALID with the name when it is missing or no text. */
enum status local_member(const struct json_node *object, const char *name, struct text *out,
                         struct error *error) MUST_CHECK;

/* A member with an instant, or null for 0. */
void local_write_instant(struct json_writer *writer, const char *key, int64_t ms);
const char *local_shield_mode_name(enum project_shield mode);

/* The project of a name or id. Copied out of the table: valid as long as the call's arena; without
 * what its shield and SDKs are told. */
enum status local_project(const struct local_call *call, struct text name, struct project *out,
                          struct error *error) MUST_CHECK;

typedef enum status local_verb(const struct local_call *call, struct error *error);
enum status local_project_create(const struct local_call *call, struct error *error) MUST_CHECK;
enum status local_project_list(const struct local_call *call, struct error *error) MUST_CHECK;
enum status local_user_link(const struct local_call *call, struct error *error) MUST_CHECK;
enum status local_token_create(const struct local_call *call, struct error *error) MUST_CHECK;
enum status local_token_list(const struct local_call *call, struct error *error) MUST_CHECK;
enum status local_token_revoke(const struct local_call *call, struct error *error) MUST_CHECK;
enum status local_import(const struct local_call *call, struct error *error) MUST_CHECK;
enum status local_query(const struct local_call *call, struct error *error) MUST_CHECK;
enum status local_project_show(const struct local_call *call, struct error *error) MUST_CHECK;
enum status local_shield_mode(const struct local_call *call, struct error *error) MUST_CHECK;
enum status local_shield_put_plan(const struct local_call *call, struct error *error) MUST_CHECK;
enum status local_shield_get_plan(const struct local_call *call, struct error *error) MUST_CHECK;
enum status local_shield_put_rules(const struct local_call *call, struct error *error) MUST_CHECK;
enum status local_shield_get_rules(const struct local_call *call, struct error *error) MUST_CHECK;
enum status local_shield_loosen(const struct local_call *call, struct error *error) MUST_CHECK;
enum status local_shield_hold(const struct local_call *call, struct error *error) MUST_CHECK;
enum status local_shield_release(const struct local_call *call, struct error *error) MUST_CHECK;
enum status local_sdk_settings(const struct local_call *call, struct error *error) MUST_CHECK;
enum status local_shield_show(const struct local_call *call, struct error *error) MUST_CHECK;
enum status local_shield_findings(const struct local_call *call, struct error *error) MUST_CHECK;
enum status local_dictionary_list(const struct local_call *call, struct error *error) MUST_CHECK;
enum status local_dictionary_forget(const struct local_call *call, struct error *error) MUST_CHECK;
enum status local_dictionary_clear(const struct local_call *call, struct error *error) MUST_CHECK;
enum status local_shield_note(const struct local_call *call, struct error *error) MUST_CHECK;
enum status local_shield_watch(const struct local_call *call, struct error *error) MUST_CHECK;
enum status local_shield_versions(const struct local_call *call, struct error *error) MUST_CHECK;
enum status local_inspect_link(const struct local_call *call, struct error *error) MUST_CHECK;
enum status local_flush(const struct local_call *call, struct error *error) MUST_CHECK;
enum status local_verify(const struct local_call *call, struct error *error) MUST_CHECK;

/* from and to are dates, UTC days, both included. */
enum status local_export_parse(const struct local_call *call, struct backend_export *out,
                               struct error *error) MUST_CHECK;

#endif
