/* A file of lines, plain or gzip, in pieces that end at a line's end.
 *
 * Bytes are read to where they stay: only the last, unfinished line of a piece is copied, to the
 * front of the next. One owner, one thread. */
#ifndef CANDOR_APP_LINE_READER_H
#define CANDOR_APP_LINE_READER_H

#include "base/status.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    LINE_PIECE_SIZE = 512 * 1024,    /* the size aimed at */
    LINE_SIZE_MAX = 2 * 1024 * 1024, /* of one line: twice what an event may have; what is behind
                                        it is passed over, so such a line is refused, once */
};

struct line_reader;

/* "-" is standard input. The path is borrowed. */
enum status line_reader_open(const char *path, struct line_reader **out,
                             struct error *error) MUST_CHECK;
void line_reader_close(struct line_reader *reader);

/* Whole lines into bytes, which has room for room_size of them: at least LINE_SIZE_MAX +
 * piece_size. *size is 0 at the end only. STATUS_INVALID for damaged gzip. */
enum status line_reader_next(struct line_reader *reader, char *bytes, size_t room_size,
                             size_t piece_size, size_t *size, struct error *error) MUST_CHECK;

uint64_t line_reader_position(const struct line_reader *reader); /* bytes read from the file */

#endif
