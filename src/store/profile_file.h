/* Profile files (profile_format.h): written whole from a dump, read whole into a table. */
#ifndef CANDOR_STORE_PROFILE_FILE_H
#define CANDOR_STORE_PROFILE_FILE_H

#include "store/profile_table.h"

struct profile_file_identity {
    uint64_t id;
    uint32_t project;
};

/* *bytes: the file's size. */
enum status profile_file_write(const struct profile_dump *dump,
                               struct profile_file_identity identity, const char *path,
                               uint64_t *bytes, struct error *error) MUST_CHECK;

/* STATUS_CORRUPT with the file's name unless it is whole and the one expected. Later files read
 * into the same table take the place of earlier ones. */
enum status profile_file_read(const char *path, struct profile_file_identity identity,
                              struct profile_table *table, struct error *error) MUST_CHECK;

#endif
