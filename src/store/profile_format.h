/* A profile file: the profiles that one flush found changed. Specified here and nowhere else.
 *
 * Little-endian; "varint" is LEB128, "sized" a varint size and bytes.
 *
 *   header   24 bytes: u32 magic "CPF1" | u32 version (1) | u32 project | u32 0 | u64 file id
 *   block    u32 raw size | u32 stored size | u32 compression (codec/block.h) | u32 profiles |
 *            u64 checksum of the stored bytes and, as its seed, of (file id, block number, the 16
 *            bytes before) | stored bytes
 *   trailer  24 bytes: u32 0 | u32 blocks | u64 profiles | u64 checksum of those 16 bytes, seeded
 *            with the file id; stands where a block would begin and ends the file
 *
 *   raw:     profiles, one after another:
 *            sized group_key | sized id | u8 1, or 0 for a deleted one | varint property count,
 *            and for each: sized name | value (value_encode)
 *
 * Files are read in the order of the manifest: of one profile the last word counts. Version 1 is
 * the only one. */
#ifndef CANDOR_STORE_PROFILE_FORMAT_H
#define CANDOR_STORE_PROFILE_FORMAT_H

enum {
    PROFILE_MAGIC = 0x31465043,
    PROFILE_VERSION = 1,
    PROFILE_HEADER_SIZE = 24,
    PROFILE_BLOCK_HEADER_SIZE = 24,
    PROFILE_TRAILER_SIZE = 24,
    PROFILE_BLOCK_SIZE = 1 << 20,      /* a block ends when it is past this */
    PROFILE_BLOCK_SIZE_MAX = 64 << 20, /* one profile more than that */
    PROFILE_SIZE_MAX = 16 << 20,       /* of a profile's properties: the change is refused */
    PROFILE_FILES_MAX = 16,            /* more are rewritten into one */
};

#endif
