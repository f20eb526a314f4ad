/* GET /metrics (spec/ecosystem.md §3): names candor_<thing>_<unit>[_total], base units, labels of a
 * known number. On the HTTP worker: figures are read, nothing waits for a disk. */
#include "api/api_internal.h"
#include "api/metrics_text.h"
#include "base/check.h"
#include "os/os_process.h"

#include <stdio.h>

enum { METRICS_SIZE_MAX = 256 * 1024 };

static double seconds(uint64_t ns)
{
    return (double)ns / 1e9;
}

static uint64_t load(const atomic_uint_least64_t *counter)
{
    return atomic_load_explicit(counter, memory_order_relaxed);
}

static bool is_ingest(enum api_endpoint endpoint)
{
    return endpoint <= API_DECIDE;
}

/* Statuses that never came are left out. */
static void write_requests(struct metrics_text *text, struct api *api, bool of_ingest)
{
    for (int endpoint = 0; endpoint < API_ENDPOINT_COUNT; endpoint++) {
        if (is_ingest((enum api_endpoint)endpoint) != of_ingest) continue;
        for (int i = 0; i < API_CODE_COUNT; i++) {
            uint64_t count = load(&api->counts.requests[endpoint][i]);
            if (count == 0) continue;
            char code[8] = "other";
            char labels[64];
            if (api_code_at(i) != 0) (void)snprintf(code, sizeof code, "%d", api_code_at(i));
            (void)snprintf(labels, sizeof labels, "endpoint=\"%s\",code=\"%s\"",
                           api_endpoint_name((enum api_endpoint)endpoint), code);
            metrics_number(text, "_total", labels, count);
        }
    }
}

static void write_ingest_counts(struct metrics_text *text, struct api *api)
{
    struct ingest_counters counters;
    ingest_counters(api->options.ingest, &counters);
    metrics_family(text, "candor_ingest_requests", METRIC_COUNTER,
                   "Requests of clients, by endpoint and HTTP status.");
    write_requests(text, api, true);
    metrics_family(text, "candor_http_requests", METRIC_COUNTER,
                   "All other requests, by endpoint and HTTP status.");
    write_requests(text, api, false);
    metrics_family(text, "candor_ingest_events", METRIC_COUNTER,
                   "Records of answered requests by what became of them; the sum is all of them.");
    metrics_number(text, "_total", "outcome=\"stored\"", counters.stored);
    metrics_number(text, "_total", "outcome=\"duplicate\"", counters.duplicate);
    metrics_number(text, "_total", "outcome=\"refused\"", counters.refused);
    metrics_number(text, "_total", "outcome=\"ignored\"", counters.ignored);
    metrics_family(text, "candor_ingest_unavailable", METRIC_COUNTER,
                   "Records answered with 503, which their clients keep.");
    metrics_number(text, "_total", "", counters.unavailable);
    metrics_family(text, "candor_ingest_bytes", METRIC_COUNTER,
                   "Bytes of bodies and query strings of clients' requests, as they came.");
    metrics_number(text, "_total", "", load(&api->counts.ingest_bytes));
    metrics_family(text, "candor_profile_changes_rejected", METRIC_COUNTER,
                   "Stored profile updates that could not apply.");
    metrics_number(text, "_total", "", counters.profile_rejected);
    metrics_family(text, "candor_auth_failures", METRIC_COUNTER,
                   "Requests with wrong, expired or revoked credentials.");
    metrics_number(text, "_total", "", load(&api->counts.auth_failures));
}

static void write_latency(struct metrics_text *text, const struct ingest_figures *figures)
{
    double bounds[INGEST_LATENCY_BUCKETS - 1];
    double bound = 0.00025;
    for (int i = 0; i < INGEST_LATENCY_BUCKETS - 1; i++, bound *= 2)
        bounds[i] = bound;
    metrics_family(text, "candor_ingest_latency_seconds", METRIC_HISTOGRAM,
                   "Time from a decoded request to durable records.");
    metrics_buckets(text, bounds, figures->latency_buckets, INGEST_LATENCY_BUCKETS,
                    seconds(figures->latency_ns_total));
}

static void write_log_figures(struct metrics_text *text, const struct ingest_figures *figures)
{
    metrics_family(text, "candor_wal_fsync_seconds", METRIC_SUMMARY,
                   "Time of syncs of the write-ahead log.");
    metrics_decimal(text, "_sum", "", seconds(figures->sync_ns_total));
    metrics_number(text, "_count", "", figures->sync_count);
    metrics_family(text, "candor_wal_bytes", METRIC_GAUGE,
                   "Bytes of the log that are not in segments yet.");
    metrics_number(text, "", "", figures->wal_live_bytes);
    metrics_family(text, "candor_wal_file_bytes", METRIC_GAUGE, "Bytes of the log's files.");
    metrics_number(text, "", "", figures->wal_file_bytes);
    metrics_family(text, "candor_queue_depth", METRIC_GAUGE, "Requests that wait for the log.");
    metrics_number(text, "", "", figures->queue_depth);
    metrics_family(text, "candor_apply_lag_bytes", METRIC_GAUGE,
                   "Durable bytes that questions do not see yet.");
    metrics_number(text, "", "", figures->apply_lag_bytes);
    metrics_family(text, "candor_event_lag_seconds", METRIC_GAUGE,
                   "Age of the oldest acknowledged event that questions do not see yet; 0: none.");
    metrics_decimal(text, "", "", seconds(figures->event_lag_ns));
    metrics_family(text, "candor_duplicate_window_bytes", METRIC_GAUGE,
                   "Memory of the keys by which duplicates are found.");
    metrics_number(text, "", "", figures->dedup_bytes);
    metrics_family(text, "candor_disk_free_bytes", METRIC_GAUGE,
                   "Free space of the data folder's disk.");
    metrics_number(text, "", "", figures->disk_free_bytes);
}

static void write_store_figures(struct metrics_text *text, struct api *api)
{
    struct backend_figures total;
    backend_figures_total(api->options.backend, &total);
    metrics_family(text, "candor_store_events", METRIC_GAUGE, "Events stored.");
    metrics_number(text, "", "", total.events);
    metrics_family(text, "candor_store_segments", METRIC_GAUGE, "Segment files.");
    metrics_number(text, "", "", total.segments);
    metrics_family(text, "candor_store_bytes", METRIC_GAUGE, "Bytes of events, by where they are.");
    metrics_number(text, "", "tier=\"memory\"", total.memtable_bytes);
    metrics_number(text, "", "tier=\"segment\"", total.segment_bytes);
    metrics_family(text, "candor_store_distinct_ids", METRIC_GAUGE, "Distinct ids seen.");
    metrics_number(text, "", "", total.people);
    metrics_family(text, "candor_store_profiles", METRIC_GAUGE, "Profiles stored.");
    metrics_number(text, "", "", total.profiles);
}

static void write_queries(struct metrics_text *text, struct api *api)
{
    static const char *const kinds[API_KIND_COUNT] = {"kind=\"trend\"", "kind=\"funnel\""};
    const struct api_counts *counts = &api->counts;
    metrics_family(text, "candor_query_seconds", METRIC_SUMMARY, "Time of answered questions.");
    for (int i = 0; i < API_KIND_COUNT; i++) {
        metrics_decimal(text, "_sum", kinds[i], seconds(load(&counts->query_ns[i])));
        metrics_number(text, "_count", kinds[i], load(&counts->query_count[i]));
    }
    metrics_family(text, "candor_query_rows_read", METRIC_COUNTER, "Events read for questions.");
    metrics_number(text, "_total", "", load(&counts->query_rows_read));
    metrics_family(text, "candor_query_rejected", METRIC_COUNTER, "Questions without an answer.");
    for (int i = 0; i < API_REJECTION_COUNT; i++) {
        char labels[48];
        (void)snprintf(labels, sizeof labels, "reason=\"%s\"",
                       api_rejection_name((enum api_rejection)i));
        metrics_number(text, "_total", labels, load(&counts->query_rejected[i]));
    }
    metrics_family(text, "candor_query_queue_depth", METRIC_GAUGE,
                   "Questions that wait for a thread.");
    metrics_number(text, "", "", api_pool_waiting(api->queries));
}

static void write_process(struct metrics_text *text, struct api *api)
{
    struct os_process_usage usage;
    char labels[160];
    os_process_usage(&usage);
    (void)snprintf(labels, sizeof labels, "version=\"%s\",commit=\"%s\"", api->options.version,
                   api->options.commit);
    metrics_family(text, "candor_build_info", METRIC_GAUGE, "What is running; always 1.");
    metrics_number(text, "", labels, 1);
    metrics_family(text, "process_cpu_seconds", METRIC_COUNTER, "Processor time used.");
    metrics_decimal(text, "_total", "", seconds(usage.cpu_ns));
    metrics_family(text, "process_resident_memory_bytes", METRIC_GAUGE, "Memory in use.");
    metrics_number(text, "", "", usage.resident_bytes);
    metrics_family(text, "process_open_fds", METRIC_GAUGE, "Open file descriptors.");
    metrics_number(text, "", "", usage.open_files);
    metrics_family(text, "process_start_time_seconds", METRIC_GAUGE,
                   "When the process began, since 1970.");
    metrics_decimal(text, "", "", (double)usage.started_ms / 1000);
}

enum status metrics_get(struct api_exchange *exchange, struct error *error)
{
    (void)error;
    struct api *api = exchange->api;
    struct text accept = http_request_header(exchange->request, "Accept");
    bool is_open = text_find(accept, TEXT("application/openmetrics-text")) != TEXT_NOT_FOUND;
    exchange->response.content_type =
        is_open ? "application/openmetrics-text; version=1.0.0; charset=utf-8"
                : "text/plain; version=0.0.4; charset=utf-8";
    exchange->response.body.size_max = METRICS_SIZE_MAX;
    struct metrics_text text = {.out = &exchange->response.body, .is_open_metrics = is_open};
    struct ingest_figures figures;
    ingest_figures(api->options.ingest, &figures);
    write_ingest_counts(&text, api);
    write_latency(&text, &figures);
    write_log_figures(&text, &figures);
    write_store_figures(&text, api);
    write_queries(&text, api);
    write_process(&text, api);
    metrics_end(&text);
    assert(!buffer_overflowed(&exchange->response.body));
    return STATUS_OK;
}
