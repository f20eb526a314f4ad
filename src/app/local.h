/* Where a verb takes its request: to the server that has the folder open, through its local socket,
 * or to an engine of its own when nobody has. The paths are those of api/api.h under /local/.
 *
 * One owner, one thread. */
#ifndef CANDOR_APP_LOCAL_H
#define CANDOR_APP_LOCAL_H

#include "app/config.h"
#include "app/engine.h"
#include "base/arena.h"
#include "base/buffer.h"
#include "codec/json_tree.h"

struct local;

/* The folder of the settings. Waits a moment for one that is being opened or closed. */
enum status local_open(const struct config *config, struct local **out,
                       struct error *error) MUST_CHECK;
void local_close(struct local *local);

/* NULL when a server has the folder. */
struct engine *local_engine(struct local *local);
const struct data_folder *local_folder(const struct local *local);

/* One exchange; the answer is appended. A refusal's words become the error. content_type may be
 * NULL for JSON. */
enum status local_call(struct local *local, const char *method, const char *target,
                       const char *content_type, struct text body, struct buffer *answer,
                       struct error *error) MUST_CHECK;

/* /local/export, piece by piece. */
enum status local_export(struct local *local, const char *target, api_piece *piece, void *context,
                         struct error *error) MUST_CHECK;

/* "/local/query", then ?name=value, then &name=value: values are percent-encoded, NULL ones left
 * out. The buffer ends up as a C string after target_end. */
void target_begin(struct buffer *out, const char *path);
void target_add(struct buffer *out, const char *name, const char *value);
enum status target_end(struct buffer *out, const char **target, struct error *error) MUST_CHECK;

/* An answer as a tree. The arena is the caller's; the buffer is written into. */
enum status local_parse(struct buffer *answer, struct arena *arena, const struct json_node **root,
                        struct error *error) MUST_CHECK;
/* A member's number or text; 0 or "" when it has none. */
uint64_t local_number(const struct json_node *object, const char *key);
struct text local_text(const struct json_node *object, const char *key);

/* Of an answer of /local/project/list: by name, or by id as digits; NULL when it is not there. */
const struct json_node *local_find_project(const struct json_node *projects, const char *name);

#endif
