/* A temporary folder of this process, for as long as it lives: under $TMPDIR or the usual place,
 * for this user alone. A process that is killed leaves it; whoever makes the next one removes it.
 *
 * Whose a folder is, it says itself: "candor-" and six characters, this user's and closed to
 * others, with a file OS_OWN_FOLDER_MARK of known words that its process holds a lock on. No folder
 * is removed unless all of this is so, and the lock is free. One owner, one thread. */
#ifndef CANDOR_OS_OWN_FOLDER_H
#define CANDOR_OS_OWN_FOLDER_H

#include "base/status.h"
#include "os/os_file.h"

#define OS_OWN_FOLDER_MARK  "candor.owner"
#define OS_OWN_FOLDER_WORDS "A folder of a candor process, removed when that is gone.\n"

struct os_own_folder {
    char path[OS_PATH_SIZE]; /* "": there is none */
    struct os_file mark;
};

/* Removes first what processes that are gone have left. */
enum status os_own_folder_make(struct os_own_folder *out, struct error *error) MUST_CHECK;

/* It outlives the process, and is nobody's to remove any more. */
void os_own_folder_keep(struct os_own_folder *folder);

/* Away with it; nothing when there is none, or it is kept. */
void os_own_folder_remove(struct os_own_folder *folder);

#endif
