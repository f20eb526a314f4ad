/* The file of hashes that wait to be learned. Private to observed.
 *
 *   header, 16 bytes   the magic "CNDROBSV", version 1 as 4 bytes, 4 bytes 0
 *   then blocks, one for each project
 *     4  the project's id, above 0
 *     4  n, the number of hashes, at most OBSERVED_COUNT_MAX
 *     4  the size of the salt, at most OBSERVED_SALT_MAX
 *     4  0
 *     8  block_checksum of the 16 bytes above and all below, seeded with the block's place
 *        the salt
 *        n times 14 bytes: the hash (8), the last day (4), days (1), devices (1); the hash that was
 *        shown longest ago comes first
 *
 * Little-endian. A file is written whole and takes its name when it is synced. The first block that
 * is cut off or fails its checksum ends the reading: what it held has to be seen again. */
#ifndef CANDOR_SHIELD_OBSERVED_FILE_H
#define CANDOR_SHIELD_OBSERVED_FILE_H

#include "base/buffer.h"
#include "shield/observed_table.h"

void observed_file_begin(struct buffer *out);
void observed_file_add(struct buffer *out, const struct observed_table *table);

/* Read block after block into tables: *offset 0 begins. False at the end, or where the bytes are
 * damaged (then *offset is not their size). table: to be initialised here, released by the caller
 * also after false. */
bool observed_file_next(struct text bytes, size_t *offset, struct observed_table *table);

/* Is it such a file at all? One that was torn while it was begun is. */
bool observed_file_check(struct text bytes);

#endif
