#include "api/metrics_text.h"

#include "base/check.h"
#include "codec/number.h"

#include <stdio.h>

static const char *type_name(enum metric_type type)
{
    switch (type) {
    case METRIC_COUNTER: return "counter";
    case METRIC_GAUGE: return "gauge";
    case METRIC_HISTOGRAM: return "histogram";
    case METRIC_SUMMARY: return "summary";
    }
    UNREACHABLE("no other type of metric");
}

void metrics_family(struct metrics_text *text, const char *name, enum metric_type type,
                    const char *help)
{
    const char *suffix = type == METRIC_COUNTER && !text->is_open_metrics ? "_total" : "";
    text->name = name;
    buffer_printf(text->out, "# HELP %s%s %s\n# TYPE %s%s %s\n", name, suffix, help, name, suffix,
                  type_name(type));
}

static void sample_name(struct metrics_text *text, const char *suffix, const char *labels)
{
    assert(text->name);
    buffer_append_string(text->out, text->name);
    buffer_append_string(text->out, suffix);
    if (labels[0] != '\0') buffer_printf(text->out, "{%s}", labels);
}

void metrics_number(struct metrics_text *text, const char *suffix, const char *labels,
                    uint64_t number)
{
    sample_name(text, suffix, labels);
    buffer_printf(text->out, " %llu\n", (unsigned long long)number);
}

void metrics_decimal(struct metrics_text *text, const char *suffix, const char *labels,
                     double number)
{
    char digits[NUMBER_TEXT_SIZE];
    size_t size = number_format(number, digits);
    sample_name(text, suffix, labels);
    buffer_printf(text->out, " %.*s\n", (int)size, digits);
}

void metrics_buckets(struct metrics_text *text, const double *bounds, const uint64_t *counts,
                     uint32_t bucket_count, double sum)
{
    uint64_t below = 0;
    for (uint32_t i = 0; i < bucket_count; i++) {
        char label[64];
        char digits[NUMBER_TEXT_SIZE];
        below += counts[i];
        if (i + 1 < bucket_count) {
            size_t size = number_format(bounds[i], digits);
            (void)snprintf(label, sizeof label, "le=\"%.*s\"", (int)size, digits);
        } else {
            (void)snprintf(label, sizeof label, "le=\"+Inf\"");
        }
        metrics_number(text, "_bucket", label, below);
    }
    metrics_decimal(text, "_sum", "", sum);
    metrics_number(text, "_count", "", below);
}

void metrics_end(struct metrics_text *text)
{
    if (text->is_open_metrics) buffer_append_string(text->out, "# EOF\n");
}
