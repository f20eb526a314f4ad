/* The list of the store's files, and each project's watermark (manifest_format.h).
 *
 * One thread at a time: the caller's lock. */
#ifndef CANDOR_STORE_MANIFEST_H
#define CANDOR_STORE_MANIFEST_H

#include "base/status.h"
#include "base/text.h"

#include <stdint.h>

struct manifest;

struct manifest_file {
    uint64_t id;
    uint64_t bytes;
    uint64_t rows; /* of a segment */
};

struct manifest_files {
    struct manifest_file *files;
    uint32_t count;
    uint32_t capacity;
};

struct manifest_project {
    uint32_t project;
    uint64_t watermark;
    struct manifest_files segments;
    struct manifest_files profiles; /* in the order of writing */
};

/* Made when it is not there. */
enum status manifest_open(const char *folder, struct manifest **out,
                          struct error *error) MUST_CHECK;
void manifest_close(struct manifest *manifest); /* NULL does nothing */

uint32_t manifest_project_count(const struct manifest *manifest);
const struct manifest_project *manifest_project_at(const struct manifest *manifest, uint32_t index);
/* Larger than any id in use. */
uint64_t manifest_id_end(const struct manifest *manifest);

struct manifest_change {
    uint32_t project;
    uint64_t watermark;                  /* of the project from now on */
    const struct manifest_file *segment; /* added, or NULL */
    const struct manifest_file *profile; /* added, or NULL */
    const uint64_t *removed;             /* profile files */
    uint32_t removed_count;
};
/* Durable when it returns OK. After an error the change may or may not be in the file: none of
 * its files may be removed, and the next change writes the manifest anew without it. */
enum status manifest_commit(struct manifest *manifest, const struct manifest_change *change,
                            struct error *error) MUST_CHECK;

/* Read the bytes of a manifest that are not trusted. *size_used: without the torn tail. */
enum status manifest_read(struct manifest *manifest, struct text bytes, uint64_t *size_used,
                          struct error *error) MUST_CHECK;
/* An empty one without a file, for reading into. */
struct manifest *manifest_make(const char *path);

#endif
