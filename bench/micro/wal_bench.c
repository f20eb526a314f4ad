/* Groups and megabytes a second of append and sync, by the size of a group:
 *   wal_bench FOLDER [SECONDS]
 * Each group is one record. The folder says which disk is measured; it must be empty or absent.
 * Files are prepared on another thread and forgotten as they go, as in the server. */
#include "os/os_clock.h"
#include "os/os_thread.h"
#include "wal/wal.h"

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

enum { SAMPLES_MAX = 1 << 20 };

struct background {
    struct wal *wal;
    _Atomic bool is_over;
};

static void prepare(void *context)
{
    struct background *background = context;
    while (!atomic_load(&background->is_over)) {
        struct error error;
        if (wal_prepare(background->wal, &error) != STATUS_OK) abort();
        os_sleep_ms(1);
    }
}

static void must(enum status status, const struct error *error)
{
    if (status == STATUS_OK) return;
    (void)fprintf(stderr, "wal_bench: %s\n", error->message);
    exit(1);
}

static int compare(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a;
    uint64_t y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

static uint64_t write_group(struct wal *wal, struct text payload, uint64_t *sequence)
{
    struct error error;
    uint64_t begin_ns = os_clock_monotonic_ns();
    must(wal_append(wal, WAL_EVENTS, &payload, 1, sequence, &error), &error);
    must(wal_sync(wal, &error), &error);
    uint64_t duration_ns = os_clock_monotonic_ns() - begin_ns;
    if (*sequence % 16 == 0) must(wal_forget(wal, *sequence, &error), &error);
    return duration_ns;
}

static void measure(const char *folder, struct text payload, double seconds, uint64_t *samples)
{
    struct wal_options options = {.folder = folder};
    struct background background = {.wal = NULL};
    struct error error;
    uint64_t sequence = 0;
    must(wal_open(&options, 0, NULL, NULL, &background.wal, &error), &error);
    must(wal_prepare(background.wal, &error), &error);
    struct os_thread thread;
    os_thread_start(&thread, "prepare", prepare, &background);

    uint64_t begin_ns = os_clock_monotonic_ns();
    uint64_t end_ns = begin_ns + (uint64_t)(seconds * 1e9);
    size_t count = 0;
    while (os_clock_monotonic_ns() < end_ns && count < SAMPLES_MAX) {
        samples[count++] = write_group(background.wal, payload, &sequence);
    }
    double spent = (double)(os_clock_monotonic_ns() - begin_ns) * 1e-9;

    atomic_store(&background.is_over, true);
    os_thread_join(&thread);
    must(wal_forget(background.wal, sequence, &error), &error);
    must(wal_trim(background.wal, &error), &error);
    wal_close(background.wal);
    qsort(samples, count, sizeof *samples, compare);
    printf("%8zu bytes: %7.0f groups/s %8.1f MB/s  p50 %7.0f us  p99 %7.0f us  max %7.0f us\n",
           payload.size, (double)count / spent, (double)(count * payload.size) / spent * 1e-6,
           (double)samples[count / 2] * 1e-3, (double)samples[count * 99 / 100] * 1e-3,
           (double)samples[count - 1] * 1e-3);
}

int main(int argument_count, char **arguments)
{
    static const size_t sizes[] = {4096, 32768, 131072, 1 << 20};
    if (argument_count < 2) {
        (void)fprintf(stderr, "usage: wal_bench FOLDER [SECONDS]\n");
        return 2;
    }
    double seconds = argument_count > 2 ? strtod(arguments[2], NULL) : 3;
    char *bytes = malloc(1 << 20);
    uint64_t *samples = malloc(SAMPLES_MAX * sizeof *samples);
    if (!bytes || !samples) return 1;
    os_random_bytes(bytes, 1 << 20);
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        measure(arguments[1], (struct text){bytes, sizes[i]}, seconds, samples);
    }
    free(bytes);
    free(samples);
    return 0;
}
