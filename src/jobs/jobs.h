/* Promises kept over time, on one thread: publish fresh rows (every 100 ms while there are any),
 * flush memtables, let go of the WAL, watch the disk. */
#ifndef CANDOR_JOBS_H
#define CANDOR_JOBS_H

#include "backend/backend.h"
#include "ingest/ingest.h"

struct jobs;

struct jobs *jobs_start(struct backend *backend, struct ingest *ingest);
/* Finish the turn under way and stop; flushes nothing more. */
void jobs_stop(struct jobs *jobs);

#endif
