/* The data folder: everything that one Candor keeps, and nothing of it anywhere else.
 *
 *   VERSION      the format, "1"; written last, so a folder with it is whole
 *   candor.lock  held by the one process that has the folder open
 *   candor.sock  local socket of a running server
 *   root.key     32 random bytes in hex, 0600: other keys are derived from it (crypt/signing.h)
 *   control.db   projects, tokens, sign-ins (room control)
 *   wal/         acknowledged batches (room wal)
 *   store/       segments and profiles (room store)
 *   identity/    who is who (room identity)
 *   shield/      what was removed, as counts (room shield)
 *
 * Messages name the folder and say what to do: they are for the person at the shell. */
#ifndef CANDOR_APP_DATA_FOLDER_H
#define CANDOR_APP_DATA_FOLDER_H

#include "crypt/secret.h"
#include "os/os_file.h"

struct data_folder {
    char path[OS_PATH_SIZE];
    struct os_file lock;   /* closed unless the folder is ours */
    struct os_file folder; /* keeps socket_path alive */
    char socket_path[OS_PATH_SIZE];
};

/* Make the folder and its keys, and hold its lock. What an interrupted init left is taken over; a
 * folder with anything else in it is refused. data_folder_seal makes it a data folder. */
enum status data_folder_make(const char *path, struct data_folder *out,
                             struct error *error) MUST_CHECK;
enum status data_folder_seal(struct data_folder *folder, struct error *error) MUST_CHECK;

/* A folder that init made. Reads VERSION, takes no lock. */
enum status data_folder_open(const char *path, struct data_folder *out,
                             struct error *error) MUST_CHECK;
/* STATUS_BUSY when another process holds it. */
enum status data_folder_lock(struct data_folder *folder, struct error *error) MUST_CHECK;
void data_folder_close(struct data_folder *folder);

/* The root key, for as short as possible: wipe it. STATUS_CORRUPT when the file is not one. */
enum status data_folder_key(const struct data_folder *folder, uint8_t out[SECRET_KEY_SIZE],
                            struct error *error) MUST_CHECK;

/* A name inside the folder. */
enum status data_folder_path(const struct data_folder *folder, const char *name,
                             char out[OS_PATH_SIZE], struct error *error) MUST_CHECK;

#endif
