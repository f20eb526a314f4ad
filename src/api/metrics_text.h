/* Prometheus text format 0.0.4 and OpenMetrics 1.0: families with their words, samples below.
 *
 * The two differ in how counters are named in the heading, and in OpenMetrics' last line. */
#ifndef CANDOR_API_METRICS_TEXT_H
#define CANDOR_API_METRICS_TEXT_H

#include "base/buffer.h"

#include <stdbool.h>
#include <stdint.h>

enum metric_type { METRIC_COUNTER, METRIC_GAUGE, METRIC_HISTOGRAM, METRIC_SUMMARY };

struct metrics_text {
    struct buffer *out;
    bool is_open_metrics;
    const char *name; /* of the family under way, without "_total" */
};

void metrics_family(struct metrics_text *text, const char *name, enum metric_type type,
                    const char *help);

/* A sample of the family: suffix "" or "_total", "_sum", "_count"; labels "" or name="value",… with
 * values of ours, which need no escapes. */
void metrics_number(struct metrics_text *text, const char *suffix, const char *labels,
                    uint64_t number);
void metrics_decimal(struct metrics_text *text, const char *suffix, const char *labels,
                     double number);

/* Histogram samples: counts by bucket, the last one without an upper bound. bounds has one less. */
void metrics_buckets(struct metrics_text *text, const double *bounds, const uint64_t *counts,
                     uint32_t bucket_count, double sum);

void metrics_end(struct metrics_text *text);

#endif
