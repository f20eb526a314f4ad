/* A project's people on disk; the layout stands in identity_format.h. One thread at a time. */
#ifndef CANDOR_IDENTITY_FILE_H
#define CANDOR_IDENTITY_FILE_H

#include "base/buffer.h"
#include "identity/identity_people.h"
#include "os/os_file.h"

struct identity_file {
    char path[OS_PATH_SIZE];
    struct os_file file; /* closed until the first append, and after a failed one */
    uint32_t project;
    uint64_t end; /* behind the last synced chunk; 0: no file */
};

void identity_file_init(struct identity_file *file, const char *path, uint32_t project);
void identity_file_release(struct identity_file *file);

/* Read everything into people (empty before). A torn tail is left alone until the next append
 * overwrites it. No file: nothing. */
enum status identity_file_load(struct identity_file *file, struct people *people,
                               struct error *error) MUST_CHECK;

/* Append one synced chunk of entries. After an error the next call writes at the same place. */
enum status identity_file_append(struct identity_file *file, struct text entries,
                                 struct error *error) MUST_CHECK;

/* Entries, for append. */
void identity_entry_id(struct buffer *out, struct text distinct_id);
void identity_entry_tie(struct buffer *out, uint32_t device, uint32_t user);

#endif
