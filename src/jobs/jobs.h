/* Promises kept over time, on two threads: one publishes fresh rows ten times a second, the other
 * flushes memtables, lets go of the WAL and watches the disk. */
#ifndef CANDOR_JOBS_H
#define CANDOR_JOBS_H

#include "backend/backend.h"
#include "ingest/ingest.h"

struct jobs;

struct jobs *jobs_start(struct backend *backend, struct ingest *ingest);
/* Finish the turns under way and stop; flushes nothing more. */
void jobs_stop(struct jobs *jobs);

#endif
