/* A demo, put into a project: through the engine of a stopped folder, or by the requests that
 * clients would send to a running server. */
#ifndef CANDOR_APP_DEMO_WRITE_H
#define CANDOR_APP_DEMO_WRITE_H

#include "app/demo.h"
#include "app/engine.h"
#include "app/local.h"

/* Batches on the way of every batch from the network: log, then store. *stored counts events. */
enum status demo_write_engine(const struct demo *demo, uint32_t project, struct engine *engine,
                              uint64_t *stored, struct error *error) MUST_CHECK;

/* Events by /local/import, profiles by /engage with the project's token. */
enum status demo_write_server(const struct demo *demo, const char *project, const char *token,
                              struct local *local, uint64_t *stored,
                              struct error *error) MUST_CHECK;

#endif
