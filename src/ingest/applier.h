/* Takes durable records to the backend, in order, on a thread of its own. */
#ifndef CANDOR_INGEST_APPLIER_H
#define CANDOR_INGEST_APPLIER_H

#include "backend/backend.h"
#include "wal/wal.h"

#include <stdbool.h>
#include <stdint.h>

struct applier;

struct applier *applier_start(struct backend *backend, uint64_t applied_sequence);
/* Apply what was handed over, then end. */
void applier_stop(struct applier *applier);

/* Hand over a durable record; bytes are taken over. Waits while the lag is at its limit. */
void applier_put(struct applier *applier, uint64_t sequence, enum wal_kind kind,
                 struct buffer *bytes);

/* Wait until everything handed over so far is applied. Any thread but the applier's. */
void applier_settle(struct applier *applier);

struct applier_figures {
    uint64_t applied_sequence; /* everything up to it is in the backend */
    uint64_t lag_bytes;
    uint64_t profile_rejected;
    bool failed; /* a durable record could not be applied, nor any behind it: stop acknowledging */
};
void applier_figures(struct applier *applier, struct applier_figures *out);

#endif
