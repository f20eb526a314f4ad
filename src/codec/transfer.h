/* How bytes are wrapped on the way: percent and form encoding, base64, gzip and deflate. */
#ifndef CANDOR_CODEC_TRANSFER_H
#define CANDOR_CODEC_TRANSFER_H

#include "base/arena.h"
#include "base/buffer.h"
#include "base/status.h"
#include "base/text.h"

#include <stdbool.h>

/* Decode %XX in place; plus_is_space also turns '+' into ' '. A broken escape stays as it is.
 * Returns the new size. */
enum transfer_plus { TRANSFER_PLUS_KEPT, TRANSFER_PLUS_IS_SPACE };
size_t transfer_percent_decode(char *bytes, size_t size, enum transfer_plus plus);

/* The next name=value of a form or a query string, still encoded; false at the end. */
bool transfer_form_next(struct text *rest, struct text *name, struct text *value);

/* Lenient base64 in place, as the clients need it (spec/wire.md §2.1.4): spaces are '+', the
 * URL-safe alphabet, missing padding, line breaks ignored. False on any other byte. */
bool transfer_base64_decode(char *bytes, size_t size, size_t *decoded_size);

void transfer_base64_encode(struct buffer *out, struct text bytes);

bool transfer_is_gzip(struct text bytes); /* starts with 1f 8b */

enum transfer_format { TRANSFER_GZIP, TRANSFER_DEFLATE /* zlib or raw */ };

/* Inflate into a buffer made with its maximum. STATUS_INVALID: damaged or cut off; TOO_LARGE: past
 * the buffer's maximum, or more than ratio_max times as large as what came in. Several gzip
 * members in a row are one text. The memory used is never above the maximum. */
enum status transfer_inflate(enum transfer_format format, struct text bytes, uint32_t ratio_max,
                             struct buffer *out, struct error *error) MUST_CHECK;

/* Gzip of the bytes, for answers and tests; level 1 to 12. */
void transfer_gzip(struct text bytes, int level, struct buffer *out);

/* Gunzip of a long file piece by piece, for imports. Opaque. */
struct transfer_gunzip;
struct transfer_gunzip *transfer_gunzip_open(void);
void transfer_gunzip_close(struct transfer_gunzip *stream);
/* Consume some of *input (advanced) and fill out; *got is what came. STATUS_INVALID when damaged.
 * *ended is true after the last member when the input is used up. */
enum status transfer_gunzip_read(struct transfer_gunzip *stream, struct text *input, char *out,
                                 size_t out_size, size_t *got, bool *ended,
                                 struct error *error) MUST_CHECK;

#endif
