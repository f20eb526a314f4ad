/* The manifest: which files are the store. Specified here and nowhere else.
 *
 * Little-endian; "varint" is LEB128. A header, two marks, then records, each appended and synced
 * before it counts:
 *
 *   header  16 bytes: u32 magic "CMF1" | u32 version (2) | u64 0
 *   mark    16 bytes: u64 end | u64 checksum of those 8 bytes, seeded with the mark's offset
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
 * A mark says that everything before "end" was acknowledged. After a record is synced the older
 * mark is written over and synced: whatever becomes of that write, the other still says where the
 * record before ended. The larger end counts. A mark that does not check is one of which a part was
 * written over (by the end of a record that no mark tells of), or STATUS_CORRUPT.
 *
 * The reader's algorithm: records in order. A record whose first 8 bytes are cut off or, being
 * sound, tell of more bytes than there are, is a torn tail: it was never acknowledged and is cut.
 * So are zeros to the end of the file. Anything else that does not check is STATUS_CORRUPT, and so
 * are records that end before the mark does: some that counted are gone.
 *
 * When the file is large, or its last write failed, it is written anew with one record for each
 * project, and renamed into place. So is one with a torn mark, and one of version 1, which has no
 * marks: as soon as it was read. */
#ifndef CANDOR_STORE_MANIFEST_FORMAT_H
#define CANDOR_STORE_MANIFEST_FORMAT_H

#define MANIFEST_NAME "manifest"

enum {
    MANIFEST_MAGIC = 0x31464d43,
    MANIFEST_VERSION = 2,
    MANIFEST_VERSION_UNMARKED = 1,
    MANIFEST_HEADER_SIZE = 16,
    MANIFEST_MARK_SIZE = 16,
    MANIFEST_MARK_COUNT = 2,
    MANIFEST_RECORDS_AT = MANIFEST_HEADER_SIZE + MANIFEST_MARK_COUNT * MANIFEST_MARK_SIZE,
    MANIFEST_RECORD_HEADER_SIZE = 8,
    MANIFEST_RECORD_TRAILER_SIZE = 8,
    MANIFEST_SIZE_MAX = 256 << 20,   /* read whole at opening: STATUS_TOO_LARGE */
    MANIFEST_REWRITE_SIZE = 1 << 20, /* and four times what the last rewriting gave */
};

#endif
