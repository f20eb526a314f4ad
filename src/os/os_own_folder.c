#include "os/os_own_folder.h"

#include "base/memory.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { WALK_DESCRIPTORS = 16 };

#define NAME_BEGINS "candor-"
#define NAME_DRAWN  "XXXXXX"

static const char *place(void)
{
    const char *told = getenv("TMPDIR");
    return told && told[0] != '\0' ? told : P_tmpdir;
}

static int remove_one(const char *path, const struct stat *what, int kind, struct FTW *where)
{
    (void)what;
    (void)kind;
    (void)where;
    (void)remove(path); /* what cannot be removed stays: it is only a copy */
    return 0;
}

static void remove_tree(const char *path)
{
    (void)nftw(path, remove_one, WALK_DESCRIPTORS, FTW_DEPTH | FTW_PHYS | FTW_MOUNT);
}

/* --- what others left --- */

static bool is_ours(int descriptor, mode_t kind)
{
    struct stat what;
    return fstat(descriptor, &what) == 0 && (what.st_mode & S_IFMT) == kind &&
           what.st_uid == geteuid() && (what.st_mode & (S_IRWXG | S_IRWXO)) == 0;
}

/* The locked mark of a folder whose process is gone, or -1. */
static int take_mark(int folder)
{
    char words[sizeof OS_OWN_FOLDER_WORDS];
    struct error ignored;
    struct os_file mark = {.path = OS_OWN_FOLDER_MARK};
    mark.descriptor =
        openat(folder, OS_OWN_FOLDER_MARK, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    if (mark.descriptor < 0) return -1;
    bool is_gone = is_ours(mark.descriptor, S_IFREG) &&
                   os_file_lock(&mark, &ignored) == STATUS_OK &&
                   pread(mark.descriptor, words, sizeof words, 0) == sizeof words - 1 &&
                   memcmp(words, OS_OWN_FOLDER_WORDS, sizeof words - 1) == 0;
    if (is_gone) return mark.descriptor;
    (void)close(mark.descriptor);
    return -1;
}

static void remove_left(const char *path)
{
    int folder = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (folder < 0) return;
    int mark = is_ours(folder, S_IFDIR) ? take_mark(folder) : -1;
    if (mark >= 0) {
        remove_tree(path);
        (void)close(mark);
    }
    (void)close(folder);
}

static void remove_all_left(void)
{
    char path[OS_PATH_SIZE];
    char **names;
    size_t count;
    struct error ignored;
    if (os_folder_list(place(), &names, &count, &ignored) != STATUS_OK) return;
    for (size_t i = 0; i < count; i++) {
        bool is_like_ours = strncmp(names[i], NAME_BEGINS, strlen(NAME_BEGINS)) == 0 &&
                            strlen(names[i]) == strlen(NAME_BEGINS NAME_DRAWN);
        if (is_like_ours && os_path_join(path, place(), names[i])) remove_left(path);
    }
    os_folder_list_free(names, count);
}

/* --- our own --- */

/* Locked before it says anything. */
static enum status put_mark(struct os_own_folder *folder, struct error *error)
{
    char path[OS_PATH_SIZE];
    if (!os_path_join(path, folder->path, OS_OWN_FOLDER_MARK)) {
        return error_set(error, STATUS_INVALID, "TMPDIR is too long");
    }
    TRY(os_file_open(&folder->mark, path, OS_FILE_WRITE_NEW, error));
    TRY(os_file_lock(&folder->mark, error));
    return os_file_write(&folder->mark, 0, OS_OWN_FOLDER_WORDS, strlen(OS_OWN_FOLDER_WORDS), error);
}

enum status os_own_folder_make(struct os_own_folder *out, struct error *error)
{
    *out = (struct os_own_folder){.mark.descriptor = -1};
    remove_all_left();
    int size = snprintf(out->path, OS_PATH_SIZE, "%s/" NAME_BEGINS NAME_DRAWN, place());
    if (size >= OS_PATH_SIZE) {
        out->path[0] = '\0';
        return error_set(error, STATUS_INVALID, "TMPDIR is too long");
    }
    if (!mkdtemp(out->path)) {
        out->path[0] = '\0';
        return error_set_errno(error, "could not make a temporary folder");
    }
    enum status status = put_mark(out, error);
    if (status != STATUS_OK) os_own_folder_remove(out);
    return status;
}

void os_own_folder_keep(struct os_own_folder *folder)
{
    if (folder->path[0] == '\0') return;
    (void)unlink(folder->mark.path);
    os_file_close(&folder->mark);
    folder->path[0] = '\0';
}

void os_own_folder_remove(struct os_own_folder *folder)
{
    if (folder->path[0] == '\0') return;
    remove_tree(folder->path);
    os_file_close(&folder->mark);
    folder->path[0] = '\0';
}
