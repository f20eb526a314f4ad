/* An import into an engine of our own: this thread reads, several decode, and batches are submitted
 * in the order of the file, so that events of one millisecond keep their order. */
#ifndef CANDOR_APP_IMPORT_RUN_H
#define CANDOR_APP_IMPORT_RUN_H

#include "app/line_reader.h"
#include "event/project_table.h"
#include "ingest/ingest.h"

enum { IMPORT_REFUSED_SHOWN_MAX = 10, IMPORT_WORDS_SIZE = 200 };

/* A line that was not taken. */
struct import_refused {
    uint64_t line; /* from 1 */
    char words[IMPORT_WORDS_SIZE];
};

struct import_result {
    uint64_t read; /* = stored + duplicate + refused + ignored */
    uint64_t stored;
    uint64_t duplicate;
    uint64_t refused;
    uint64_t ignored; /* marked $ignore by their sender */
    struct import_refused first_refused[IMPORT_REFUSED_SHOWN_MAX];
    int refused_shown;
};

/* Called on the reading thread now and then. */
typedef void import_progress(void *context, uint64_t file_bytes, uint64_t events);

struct import_options {
    struct line_reader *reader;
    struct ingest *ingest;
    struct enrich *enrich;                /* may be NULL */
    struct shield *shield;                /* likewise: in tests alone */
    const struct memory_source *memory;   /* for lines that are not filtered yet; NULL: the heap */
    const struct project_table *projects; /* held by the caller */
    const struct project *project;
    bool strict;
    unsigned thread_count; /* at least 1 */
    import_progress *progress;
    void *progress_context;
};

/* Lines are decoded as NDJSON, but a decoder of requests looks at the first bytes to learn what it
 * was sent: a line that begins like an array or like gzip would make it read all of them as that.
 * Spoil such a line, so that it is refused alone. */
void import_make_certain(char *bytes, size_t size);

/* The result holds what was done, also after a failure. */
enum status import_run(const struct import_options *options, struct import_result *result,
                       struct error *error) MUST_CHECK;

#endif
