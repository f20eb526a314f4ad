/* What became of every record, since the start. One lock, so that the sum holds at every moment. */
#ifndef CANDOR_INGEST_COUNTERS_H
#define CANDOR_INGEST_COUNTERS_H

#include "ingest/ingest.h"
#include "os/os_thread.h"

struct counters {
    struct os_mutex mutex; /* guards everything below */
    struct ingest_counters sum;
    uint64_t latency_ns_total;
    uint64_t latency_count;
    uint64_t latency_buckets[INGEST_LATENCY_BUCKETS];
};

void counters_init(struct counters *counters);
void counters_release(struct counters *counters);
void counters_add(struct counters *counters, const struct wire_verdict *verdict,
                  const struct ingest_work *work, enum ingest_outcome outcome);
void counters_add_latency(struct counters *counters, uint64_t ns);
void counters_get(struct counters *counters, struct ingest_counters *out);
void counters_get_latency(struct counters *counters, struct ingest_figures *out);

#endif
