/* One piece of an imported file: its lines decoded, and which of them were refused. Private to
 * import_run.c. */
#ifndef CANDOR_APP_IMPORT_PIECE_H
#define CANDOR_APP_IMPORT_PIECE_H

#include "app/import_run.h"
#include "app/line_map.h"

enum { IMPORT_ROOM_SIZE = LINE_PIECE_SIZE + LINE_SIZE_MAX };

enum import_state {
    IMPORT_FREE,
    IMPORT_FILLED,    /* by the reader */
    IMPORT_DECODING,  /* a decoder has it */
    IMPORT_DECODED,   /* waits for its turn */
    IMPORT_SUBMITTED, /* the committer has it */
    IMPORT_DONE,      /* to be counted by the reader */
};

struct import_run;

struct import_piece {
    struct import_run *run;
    enum import_state state; /* under the run's lock */
    char *bytes;             /* IMPORT_ROOM_SIZE */
    size_t size;
    struct line_map lines;
    struct wire_verdict verdict;
    struct ingest_work work;
    enum ingest_outcome outcome;
};

/* Counts lines, then decodes. The bytes are used up. */
void import_piece_decode(struct import_piece *piece, const struct import_options *options,
                         int64_t now_ms);

/* Note the refused lines of a decoded piece, up to the result's limit; the piece begins behind
 * first_line lines. */
void import_piece_note_refused(struct import_piece *piece, uint64_t first_line,
                               struct import_result *result);

#endif
