/* The manifest: which files are the store. Specified here and nowhere else.
 *
 * Little-endian; "varint" is LEB128. A header, then records, each appended and synced before it
 * counts:
 *
 *   header  16 bytes: u32 magic "CMF1" | u32 version (1) | u64 0
 *   record  u32 payload size | u32 low half of the checksum of those 4 bytes, seeded with the
 *           record's offset | payload | u64 checksum of the payload, seeded with the offset
 *   payload varint project | varint watermark
 *           varint segment count, and for each added one: varint id | varint bytes | varint rows
 *           varint file count, and for each added profile file: varint id | varint bytes
 *           varint file count, and for each removed profile file: varint id
 *
 * A watermark never falls; an id is added once. File names follow from project and id:
 * p<project>-<id>.seg, p<project>-<id>.prf.
 *
 * The reader's algorithm: records in order. A record whose first 8 bytes are cut off or, being
 * sound, tell of more bytes than there are, is a torn tail: it was never acknowledged and is cut.
 * So are zeros to the end of the file. Anything else that does not check is STATUS_CORRUPT.
 *
 * When the file is large, or its last write failed, it is written anew with one record for each
 * project, and renamed into place. Version 1 is the only one. */
#ifndef CANDOR_STORE_MANIFEST_FORMAT_H
#define CANDOR_STORE_MANIFEST_FORMAT_H

#define MANIFEST_NAME "manifest"

enum {
    MANIFEST_MAGIC = 0x31464d43,
    MANIFEST_VERSION = 1,
    MANIFEST_HEADER_SIZE = 16,
    MANIFEST_RECORD_HEADER_SIZE = 8,
    MANIFEST_RECORD_TRAILER_SIZE = 8,
    MANIFEST_SIZE_MAX = 256 << 20,   /* read whole at opening: STATUS_TOO_LARGE */
    MANIFEST_REWRITE_SIZE = 1 << 20, /* and four times what the last rewriting gave */
};

#endif
