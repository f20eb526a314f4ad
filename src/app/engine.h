/* Every room, wired: opened in the order in which they need each other, closed in reverse.
 *
 * Used by serve, and by the other verbs on a folder that nobody serves. The folder must be locked
 * by this process. One owner; what it gives out is borrowed until it is closed. */
#ifndef CANDOR_APP_ENGINE_H
#define CANDOR_APP_ENGINE_H

#include "api/api.h"
#include "app/config.h"
#include "app/data_folder.h"
#include "os/os_shelter.h"

struct engine {
    struct os_shelter *shelter; /* what is not filtered yet */
    struct project_slot *projects;
    struct control *control;
    struct backend *backend;
    struct enrich *enrich;
    struct shield *shield;
    struct observed *observed;
    struct learning *learning;
    struct ingest *ingest;
    struct api *api;
    struct jobs *jobs;
    uint8_t *root_key; /* SECRET_KEY_SIZE bytes */
};

/* A server's flush leaves the processors to its requests; a verb has them to itself. */
enum engine_use { ENGINE_FOR_SERVER, ENGINE_FOR_VERB };
enum status engine_open(const struct data_folder *folder, const struct config *config,
                        enum engine_use use, struct engine *out, struct error *error) MUST_CHECK;
void engine_close(struct engine *engine);

/* Everything durable is applied, and questions see it. */
void engine_settle(struct engine *engine);

/* Everything is in segments, and the log behind them is let go. */
enum status engine_flush(struct engine *engine, struct error *error) MUST_CHECK;

#endif
