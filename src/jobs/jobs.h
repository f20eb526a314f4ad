/* Promises kept over time, on four threads: one publishes fresh rows ten times a second, one
 * flushes memtables and findings, lets go of the WAL and watches the disk, one tells the webhook of
 * findings, and one learns, once a minute, texts that pages show to many. */
#ifndef CANDOR_JOBS_H
#define CANDOR_JOBS_H

#include "backend/backend.h"
#include "control/control_shield.h"
#include "ingest/ingest.h"
#include "jobs/learning.h"
#include "shield/shield.h"

struct jobs;

struct jobs_options {
    struct backend *backend;
    struct ingest *ingest;
    struct control *control;       /* where properties are held; NULL: they are not */
    struct shield *shield;         /* NULL: none, and no webhook */
    struct learning *learning;     /* NULL: nothing is learned */
    struct project_slot *projects; /* for names in webhooks, and what is held already */
    const char *webhook;           /* NULL or "": nobody is told */
};
struct jobs *jobs_start(const struct jobs_options *options);
/* Finish the turns under way and stop; flushes nothing more, and saves what waits to be learned. */
void jobs_stop(struct jobs *jobs);

#endif
