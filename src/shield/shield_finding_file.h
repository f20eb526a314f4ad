/* Findings on disk. Private to the room.
 *
 * One file a UTC day, <folder>/findings-YYYY-MM-DD, only ever added to:
 *
 *   record    checksum u32 of what follows | kind u8 | zero u8 | size u16 of the body | body
 *   kind 1    a text; the file's texts are numbered 0, 1, 2 … in their order
 *   kind 2    a finding: struct finding_key (40 bytes), count u64, distinct u32, zero u32;
 *             event, path and sdk are numbers of texts before it. 64 bytes with its head
 *
 * A file is good up to the first record whose checksum, size or numbers are wrong; what follows was
 * torn by a crash and is cut before anything is added. Findings of one minute may be in several
 * records: they are summed by the reader. Files older than SHIELD_FINDINGS_DAYS go, and the oldest
 * ones while all together are larger than FINDING_FILES_SIZE_MAX. */
#ifndef CANDOR_SHIELD_FINDING_FILE_H
#define CANDOR_SHIELD_FINDING_FILE_H

#include "shield/shield_finding_table.h"

enum {
    SHIELD_FINDINGS_DAYS = 400,
    FINDING_FILE_SIZE_MAX = 32 * 1024 * 1024, /* above it only texts that are known are written */
    FINDING_FILES_SIZE_MAX = 512 * 1024 * 1024,
};

struct finding_file;

/* Makes the folder. */
enum status finding_file_open(const char *folder, struct finding_file **out,
                              struct error *error) MUST_CHECK;
void finding_file_close(struct finding_file *file); /* NULL does nothing */
const char *finding_file_folder(const struct finding_file *file);

/* All or nothing, synced; after a failure the next call begins anew with what is on disk. */
enum status finding_file_append(struct finding_file *file, int64_t day,
                                const struct finding_table *table, struct error *error) MUST_CHECK;

/* Findings of the files of days [from_day, to_day], oldest file first; texts are borrowed for the
 * call. What cannot be read is passed over: *damaged counts the files. */
typedef void finding_file_visit(void *context, const struct shield_finding *finding);
enum status finding_file_read(const char *folder, int64_t from_day, int64_t to_day,
                              finding_file_visit *visit, void *context, uint32_t *damaged,
                              struct error *error) MUST_CHECK;

/* The findings in these bytes; how many bytes are good. texts is empty and gets the file's. */
size_t finding_file_parse(struct text bytes, struct text_index *texts, finding_file_visit *visit,
                          void *context);

#endif
