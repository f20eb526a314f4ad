/* The layout of the write-ahead log: the one place where it is specified.
 *
 * A folder holds, with numbers and salts as 16 lower-case hexadecimal digits:
 *   <number>-<salt>.wal   a log file; numbers rise with the sequences inside
 *   <number>.spare        a file whose records are all in the store, waiting to be used again
 *   oldest                tells which log file is the oldest one needed; absent while none is
 *   newest                tells which log files are the last two; absent while there is but one
 *   *.tmp                 a file that was being made when the process ended; worthless
 * And beside the folder, with its name and ".begun" behind it, a file of some words for people: it
 * is there only while a log file is, so if it is alone, somebody emptied the folder.
 *
 * All integers are little-endian. Everything lies at multiples of 8 bytes.
 *
 * File header, 64 bytes, written together with the file's first record:
 *    0  8  magic "candorwl"
 *    8  4  version, 1
 *   12  4  0
 *   16  8  number, as in the name
 *   24  8  salt, as in the name: random, new at every use of the file
 *   32  8  sequence of the first record
 *   40  8  size of the file
 *   48  8  0
 *   56  8  XXH3 of bytes 0..55, seed: the salt
 *
 * Record, 40 bytes and the payload, padded with zeros to a multiple of 8:
 *    0  4  size of the payload without padding
 *    4  1  kind: enum wal_kind, or 255 for a mark
 *    5  3  0
 *    8  8  sequence: one more than the record before; of a mark: that of the record before
 *   16  8  durable: the last sequence that was on stable storage when this was written
 *   24  8  XXH3 of payload and padding, seed: the sequence
 *   32  8  XXH3 of bytes 0..31, seed: the salt plus the offset of the record in the file
 *
 * A mark has no payload and durable = sequence. It is the last thing in its file, written by a
 * clean close so that damage to the last group can be told from a torn write.
 *
 * The file "oldest", 32 bytes, always written anew and renamed into place:
 *    0  8  magic "candorwo"
 *    8  8  version, 1
 *   16  8  number of the oldest log file that holds records which were not forgotten
 *   24  8  XXH3 of bytes 0..23, seed: 0
 * It is written after that file has its name and before the file's first record, and again before
 * a forgotten file goes: so the file it names is always there, and if not, somebody took it away.
 * A reader that knows one watermark for the whole log does not ask: sequences tell it what is gone.
 *
 * The file "newest", 40 bytes, always written anew and renamed into place:
 *    0  8  magic "candorwn"
 *    8  8  version, 1
 *   16  8  number of the log file that was being written when this was
 *   24  8  number of the one made to come behind it; or the first number again
 *   32  8  XXH3 of bytes 0..31, seed: 0
 * It is written after a file has its name and before the file's first record, so in the time in
 * which nobody waits for an answer; and again before a file that it names goes. So both are always
 * there. Two, because the second one may be empty still, and then says nothing of the first. What
 * is missing before them shows in the sequences.
 *
 * Why each part is there
 * - Files are written with zeros and synced before they get their name, and the folder is synced
 *   before the first record, so appending changes no metadata: one write, one fdatasync.
 * - A file is used again without being cleared. Its name gives it a new salt, and the salt is in
 *   every checksum, so a stale header or record of its earlier life never looks valid. The salt
 *   stands in the name, not only in the header, so records can be recognised under a lost header.
 * - The offset is in the checksum, so a record written to a wrong place is not valid there.
 * - A group is written only after the group before it was synced, a file only after the file
 *   before it. So a valid record with durable = D proves that all up to D had been durable, and a
 *   valid file header that starts at F proves all up to F - 1.
 * - A log is never continued inside a file that a reader had to cut: the reader cuts it for good
 *   and the next record opens a new file. So no unacknowledged record can come to stand behind
 *   later ones, and the sequences of lost records can be used again.
 *
 * The reader's algorithm: with the file beside the folder and no log file in it, the log was taken
 * away. Those that "newest" names have to be there. Take the files by number, from the one that
 * "oldest" names, which has to be there; what comes before was forgotten. In each, while the record
 * at the offset is valid and has the expected sequence, hand it out and go on behind it. What
 * stands behind the last one is
 *   stale or zero      nothing valid follows: the file ends here;
 *   a torn tail        valid records may follow (a disk writes sectors in any order), but none of
 *                      them, and no later file, says durable >= the missing sequence: the missing
 *                      record was never acknowledged. Cut;
 *   damage             something valid says so. STATUS_CORRUPT, with the file and the offset.
 * A file without a valid header is judged in the same way: prepared but never used, its first
 * write torn, or damaged. A header of an earlier life has a lower number; a file that holds a
 * higher one than its name says has lost its place. A file has the size that its header says, or
 * ends with its last record when a reader cut it; any other size is damage. A gap between files is
 * damage unless all of it is below the watermark: forgotten files may go in any order.
 *
 * What cannot be told: damage to the very last group looks like a torn write when the process was
 * killed before it wrote anything more. */
#ifndef CANDOR_WAL_FORMAT_H
#define CANDOR_WAL_FORMAT_H

#include "base/status.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    WAL_VERSION = 1,
    WAL_FILE_HEADER_SIZE = 64,
    WAL_RECORD_HEADER_SIZE = 40,
    WAL_ALIGNMENT = 8,
    WAL_PAGE_SIZE = 4096, /* file sizes are multiples of it, and groups are padded to it */
    WAL_KIND_MARK = 255,
    WAL_OLDEST_SIZE = 32,
    WAL_NEWEST_SIZE = 40,
};
#define WAL_BEGUN_SUFFIX ".begun"
#define WAL_OLDEST_NAME  "oldest"
#define WAL_NEWEST_NAME  "newest"

/* What is in a name, and so in every checksum of the file. */
struct wal_file_id {
    uint64_t number;
    uint64_t salt;
};

struct wal_record_header {
    uint32_t size;
    uint8_t kind;
    uint64_t sequence;
    uint64_t durable;
    uint64_t payload_checksum;
};

enum { WAL_NAME_SIZE = 48 };
void wal_format_log_name(struct wal_file_id id, char out[WAL_NAME_SIZE]);
void wal_format_spare_name(uint64_t number, char out[WAL_NAME_SIZE]);
bool wal_format_parse_log_name(const char *name, struct wal_file_id *out);
bool wal_format_parse_spare_name(const char *name, uint64_t *number);

/* The space a record takes in a file. */
uint64_t wal_format_record_size(uint64_t payload_size);

struct wal_file_header {
    struct wal_file_id id;
    uint64_t first_sequence;
    uint64_t file_size;
};

void wal_format_write_file_header(const struct wal_file_header *header,
                                  char out[WAL_FILE_HEADER_SIZE]);

/* NONE unless the file of this name begins like that. VALID fills in *out. NEWER is valid but of a
 * version this program does not know. */
enum wal_header_state { WAL_HEADER_NONE, WAL_HEADER_VALID, WAL_HEADER_NEWER };
enum wal_header_state wal_format_read_file_header(const char bytes[WAL_FILE_HEADER_SIZE],
                                                  struct wal_file_id id,
                                                  struct wal_file_header *out);

/* The number in a header of any file, current or of an earlier life; 0 when there is none. */
uint64_t wal_format_number_inside(const char bytes[WAL_FILE_HEADER_SIZE]);

/* The header alone; payload_checksum is given. The checksum of the header is added by
 * wal_format_seal_record once it is known in which file and where the record goes. */
void wal_format_write_record_header(const struct wal_record_header *header, char *out);
void wal_format_seal_record(char *record, struct wal_file_id id, uint64_t offset);

/* False unless a header of this file and offset is there. Bytes: WAL_RECORD_HEADER_SIZE. */
bool wal_format_read_record_header(const char *bytes, struct wal_file_id id, uint64_t offset,
                                   struct wal_record_header *out);

/* Of the payload with its padding. */
uint64_t wal_format_payload_checksum(const char *payload, uint64_t payload_size, uint64_t sequence);

#endif
