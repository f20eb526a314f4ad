/* The pieces of the file go round in a ring: piece i lies at i modulo the ring's size. The reader
 * fills them, decoders take them in order; whoever decoded the piece whose turn it is submits it
 * and those decoded behind it; the committer says when each is durable; the reader counts it and
 * fills it again. One lock guards the
 * counters and the states, and is never held while bytes are looked at. */
#include "app/import_run.h"

#include "app/import_piece.h"
#include "base/check.h"
#include "base/memory.h"
#include "os/os_clock.h"
#include "os/os_thread.h"

enum {
    THREAD_COUNT_MAX = 64,
    PIECES_PER_THREAD = 4,
    PIECES_MORE = 4, /* with the committer, and one being read */
    BUSY_WAIT_MS = 1,
};

struct import_run {
    const struct import_options *options;
    struct import_result *result;
    struct import_piece *pieces;
    uint64_t piece_count; /* the ring's size */
    struct os_mutex mutex;
    struct os_condition changed;
    uint64_t filled;       /* pieces the reader has filled */
    uint64_t taken;        /* pieces that decoders have taken */
    uint64_t submitted;    /* pieces that have had their turn */
    uint64_t lines_before; /* the piece whose turn it is; of the thread that submits */
    bool is_submitting;    /* a thread does */
    bool is_ended;         /* nothing more will be filled */
    enum status status;    /* the first failure of a submission */
    struct error error;
};

/* --- submitting --- */

static void fail(struct import_run *run, enum ingest_outcome outcome)
{
    if (run->status != STATUS_OK) return;
    if (outcome == INGEST_DISK_FULL) {
        run->status = error_set(&run->error, STATUS_IO,
                                "the disk is full up to its reserve; make room, then import again: "
                                "what was stored is not stored twice");
    } else {
        run->status = error_set(&run->error, STATUS_IO,
                                "the log could not be written; see to the disk, then import again: "
                                "what was stored is not stored twice");
    }
}

static void settle(struct import_piece *piece, enum ingest_outcome outcome)
{
    struct import_run *run = piece->run;
    os_mutex_lock(&run->mutex);
    piece->outcome = outcome;
    piece->state = IMPORT_DONE;
    if (outcome != INGEST_DURABLE) fail(run, outcome);
    os_condition_broadcast(&run->changed);
    os_mutex_unlock(&run->mutex);
}

/* On the committer's thread. */
static void on_done(struct ingest_work *work, enum ingest_outcome outcome)
{
    settle(work->context, outcome);
}

static void submit(struct import_piece *piece)
{
    struct import_run *run = piece->run;
    piece->work = (struct ingest_work){
        .batches = piece->verdict.batches,
        .batch_count = piece->verdict.batch_count,
        .done = on_done,
        .context = piece,
    };
    enum ingest_outcome outcome = ingest_submit(run->options->ingest, &piece->work);
    while (outcome == INGEST_BUSY) {
        os_sleep_ms(BUSY_WAIT_MS);
        outcome = ingest_submit(run->options->ingest, &piece->work);
    }
    if (outcome != INGEST_DURABLE) settle(piece, outcome);
}

/* After a failure pieces pass through unsubmitted, so that every thread comes to its end. */
static void submit_or_pass(struct import_run *run, struct import_piece *piece, bool has_failed)
{
    if (has_failed) {
        settle(piece, INGEST_FAILED);
        return;
    }
    import_piece_note_refused(piece, run->lines_before, run->result);
    run->lines_before += piece->lines.line_count;
    submit(piece);
}

/* The piece that comes next, if it is decoded and no other thread submits. */
static struct import_piece *next_to_submit(struct import_run *run)
{
    struct import_piece *next = &run->pieces[run->submitted % run->piece_count];
    if (run->is_submitting || next->state != IMPORT_DECODED) return NULL;
    next->state = IMPORT_SUBMITTED;
    return next;
}

/* Nobody waits for an earlier piece to be decoded: whoever decoded that submits those behind it. */
static void hand_in(struct import_run *run, struct import_piece *decoded)
{
    os_mutex_lock(&run->mutex);
    decoded->state = IMPORT_DECODED;
    struct import_piece *next = next_to_submit(run);
    while (next) {
        run->is_submitting = true;
        bool has_failed = run->status != STATUS_OK;
        os_mutex_unlock(&run->mutex);
        submit_or_pass(run, next, has_failed);
        os_mutex_lock(&run->mutex);
        run->is_submitting = false;
        run->submitted++;
        next = next_to_submit(run);
    }
    os_mutex_unlock(&run->mutex);
}

/* --- decoding --- */

static struct import_piece *take_piece(struct import_run *run)
{
    struct import_piece *piece = NULL;
    os_mutex_lock(&run->mutex);
    while (run->taken == run->filled && !run->is_ended) {
        os_condition_wait(&run->changed, &run->mutex);
    }
    if (run->taken < run->filled) {
        piece = &run->pieces[run->taken++ % run->piece_count];
        assert(piece->state == IMPORT_FILLED);
        piece->state = IMPORT_DECODING;
    }
    os_mutex_unlock(&run->mutex);
    return piece;
}

static void decode(void *context)
{
    struct import_run *run = context;
    struct import_piece *piece = take_piece(run);
    while (piece) {
        import_piece_decode(piece, run->options, os_clock_now_ms());
        hand_in(run, piece);
        piece = take_piece(run);
    }
}

/* --- reading --- */

/* On the reader's thread, which alone touches the result's counters. */
static void count(struct import_run *run, struct import_piece *piece)
{
    struct import_result *result = run->result;
    const struct wire_verdict *verdict = &piece->verdict;
    ingest_count(run->options->ingest, verdict, &piece->work, piece->outcome);
    if (piece->outcome == INGEST_DURABLE) {
        result->read += verdict->received;
        result->stored += verdict->accepted - piece->work.duplicates;
        result->duplicate += piece->work.duplicates;
        result->refused += verdict->refused;
        result->ignored += verdict->ignored;
    }
    wire_verdict_release(&piece->verdict);
}

/* The piece with this number, free to be filled; counts what it held before. */
static struct import_piece *free_piece(struct import_run *run, uint64_t index)
{
    struct import_piece *piece = &run->pieces[index % run->piece_count];
    os_mutex_lock(&run->mutex);
    while (piece->state != IMPORT_FREE && piece->state != IMPORT_DONE) {
        os_condition_wait(&run->changed, &run->mutex);
    }
    bool is_done = piece->state == IMPORT_DONE;
    piece->state = IMPORT_FREE;
    os_mutex_unlock(&run->mutex);
    if (is_done) count(run, piece);
    return piece;
}

static bool hand_over(struct import_run *run, struct import_piece *piece)
{
    os_mutex_lock(&run->mutex);
    piece->state = IMPORT_FILLED;
    run->filled++;
    bool goes_on = run->status == STATUS_OK;
    os_condition_broadcast(&run->changed);
    os_mutex_unlock(&run->mutex);
    return goes_on;
}

static enum status read_all(struct import_run *run, struct error *error)
{
    const struct import_options *options = run->options;
    for (bool goes_on = true; goes_on;) {
        struct import_piece *piece = free_piece(run, run->filled);
        if (!piece->bytes) piece->bytes = memory_take(options->memory, IMPORT_ROOM_SIZE);
        TRY(line_reader_next(options->reader, piece->bytes, IMPORT_ROOM_SIZE, LINE_PIECE_SIZE,
                             &piece->size, error));
        if (piece->size == 0) return STATUS_OK;
        goes_on = hand_over(run, piece);
        if (options->progress) {
            options->progress(options->progress_context, line_reader_position(options->reader),
                              run->result->read);
        }
    }
    return STATUS_OK;
}

/* Wait until everything handed over is done, and count it. */
static void drain(struct import_run *run)
{
    os_mutex_lock(&run->mutex);
    run->is_ended = true;
    os_condition_broadcast(&run->changed);
    os_mutex_unlock(&run->mutex);
    uint64_t first = run->filled < run->piece_count ? 0 : run->filled - run->piece_count;
    for (uint64_t i = first; i < run->filled; i++)
        (void)free_piece(run, i);
}

static enum status run_threads(struct import_run *run, struct error *error)
{
    struct os_thread threads[THREAD_COUNT_MAX];
    unsigned thread_count = run->options->thread_count;
    assert(thread_count >= 1);
    if (thread_count > THREAD_COUNT_MAX) thread_count = THREAD_COUNT_MAX;
    for (unsigned i = 0; i < thread_count; i++) {
        os_thread_start(&threads[i], "decoder", decode, run);
    }
    enum status status = read_all(run, error);
    drain(run);
    for (unsigned i = 0; i < thread_count; i++)
        os_thread_join(&threads[i]);
    if (status != STATUS_OK || run->status == STATUS_OK) return status;
    *error = run->error;
    return run->status;
}

enum status import_run(const struct import_options *options, struct import_result *result,
                       struct error *error)
{
    struct import_run run = {.options = options, .result = result};
    *result = (struct import_result){0};
    run.piece_count = (uint64_t)options->thread_count * PIECES_PER_THREAD + PIECES_MORE;
    run.pieces = MEMORY_ARRAY(struct import_piece, run.piece_count);
    for (uint64_t i = 0; i < run.piece_count; i++)
        run.pieces[i].run = &run;
    os_mutex_init(&run.mutex);
    os_condition_init(&run.changed);

    enum status status = run_threads(&run, error);

    os_condition_release(&run.changed);
    os_mutex_release(&run.mutex);
    for (uint64_t i = 0; i < run.piece_count; i++) {
        memory_give(options->memory, run.pieces[i].bytes, IMPORT_ROOM_SIZE, IMPORT_ROOM_SIZE);
        line_map_release(&run.pieces[i].lines);
    }
    memory_free(run.pieces);
    return status;
}
