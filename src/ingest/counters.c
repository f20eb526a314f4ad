#include "ingest/counters.h"

#include "base/check.h"

#include <string.h>

void counters_init(struct counters *counters)
{
    *counters = (struct counters){0};
    os_mutex_init(&counters->mutex);
}

void counters_release(struct counters *counters)
{
    os_mutex_release(&counters->mutex);
}

static void add_settled(struct ingest_counters *sum, const struct wire_verdict *verdict,
                        uint32_t duplicates)
{
    assert(verdict->received == verdict->accepted + verdict->refused + verdict->ignored);
    assert(duplicates <= verdict->accepted);
    sum->received += verdict->received;
    sum->stored += verdict->accepted - duplicates;
    sum->duplicate += duplicates;
    sum->refused += verdict->refused;
    sum->ignored += verdict->ignored;
    for (int i = 0; i < WIRE_REFUSAL_COUNT; i++)
        sum->refused_by[i] += verdict->refused_by[i];
    sum->duplicate_keys += verdict->duplicate_keys;
    sum->truncated_texts += verdict->truncated_texts;
    for (uint32_t i = 0; i < verdict->batch_count; i++) {
        if (verdict->batches[i].is_profiles) sum->profile_changes += verdict->batches[i].count;
    }
}

void counters_add(struct counters *counters, const struct wire_verdict *verdict,
                  const struct ingest_work *work, enum ingest_outcome outcome)
{
    os_mutex_lock(&counters->mutex);
    if (outcome == INGEST_DURABLE) {
        add_settled(&counters->sum, verdict, work ? work->duplicates : 0);
    } else {
        counters->sum.unavailable += verdict->received;
    }
    os_mutex_unlock(&counters->mutex);
}

void counters_add_latency(struct counters *counters, uint64_t ns)
{
    int bucket = 0;
    for (uint64_t limit = 250000; bucket < INGEST_LATENCY_BUCKETS - 1 && ns > limit; limit *= 2) {
        bucket++;
    }
    os_mutex_lock(&counters->mutex);
    counters->latency_ns_total += ns;
    counters->latency_count++;
    counters->latency_buckets[bucket]++;
    os_mutex_unlock(&counters->mutex);
}

void counters_get(struct counters *counters, struct ingest_counters *out)
{
    os_mutex_lock(&counters->mutex);
    *out = counters->sum;
    os_mutex_unlock(&counters->mutex);
    assert(out->received == out->stored + out->duplicate + out->refused + out->ignored);
}

void counters_get_latency(struct counters *counters, struct ingest_figures *out)
{
    os_mutex_lock(&counters->mutex);
    out->latency_ns_total = counters->latency_ns_total;
    out->latency_count = counters->latency_count;
    memcpy(out->latency_buckets, counters->latency_buckets, sizeof out->latency_buckets);
    os_mutex_unlock(&counters->mutex);
}
