/* The file of a project's people, p<project>.ids, version 1. Little-endian; varints are LEB128.
 *
 *   header, 32 bytes:  u64 magic "CANDORID" | u32 version | u32 project | u64 0 |
 *                      u64 XXH3 of the 24 bytes before, seed 0
 *   then chunks, one for each flush:
 *     u32 magic "ICHK" | u32 payload size | u64 XXH3 of the payload, seeded with the chunk's offset
 *     in the file (so that a chunk at another place is not taken for one) | payload
 *   payload: entries. varint 0, sized text: the next distinct_id, numbered 0, 1, 2, … over the
 *   whole file. varint 1, varint device, varint user: a tie of two numbers that stand before.
 *
 * A chunk is synced before the next is written. So a chunk that is cut short or fails its checksum
 * is a torn tail if no valid chunk comes after it, and is cut off; ids in it come back from the
 * WAL. If one does, the file is damaged. A damaged last chunk looks like a torn one: the store
 * knows how many people its segments name, and whoever opens both compares. */
#ifndef CANDOR_IDENTITY_FORMAT_H
#define CANDOR_IDENTITY_FORMAT_H

#include <stdint.h>

#define IDENTITY_FILE_MAGIC UINT64_C(0x4449524f444e4143) /* "CANDORID" */

enum {
    IDENTITY_VERSION = 1,
    IDENTITY_HEADER_SIZE = 32,
    IDENTITY_CHUNK_MAGIC = 0x4b484349, /* "ICHK" */
    IDENTITY_CHUNK_HEADER_SIZE = 16,
    IDENTITY_ENTRY_ID = 0,
    IDENTITY_ENTRY_TIE = 1,
    IDENTITY_CHUNK_SIZE_MAX = 1 << 30,
};

#endif
