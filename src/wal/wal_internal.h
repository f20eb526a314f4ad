/* What the files of this room share: the files of the log, where they come from, how they are
 * read. */
#ifndef CANDOR_WAL_INTERNAL_H
#define CANDOR_WAL_INTERNAL_H

#include "base/buffer.h"
#include "os/os_file.h"
#include "os/os_thread.h"
#include "wal/wal.h"
#include "wal/wal_format.h"

#include <stdatomic.h>

enum {
    WAL_SPARES_MAX = 2, /* one being prepared while one is forgotten; more would only hold space */
};

/* A file with records, or one that a reader found without any (last_sequence 0). */
struct wal_file {
    struct wal_file_id id;
    uint64_t first_sequence;
    uint64_t last_sequence;
    uint64_t size; /* on disk */
    uint64_t used; /* up to the end of the last record */
};

struct wal_file_list {
    struct wal_file *items; /* oldest first */
    size_t count;
    size_t capacity;
};

void wal_file_list_add(struct wal_file_list *list, const struct wal_file *file);
void wal_file_list_remove_first(struct wal_file_list *list);
void wal_file_list_release(struct wal_file_list *list);

/* An open file of zeros or stale bytes under a name of its own, everything of it durable. */
struct wal_fresh {
    struct os_file file;
    struct wal_file_id id;
    uint64_t size;
};

/* Which files must be there at the log's other end: the one that was being written when this was
 * said, and the one made to come behind it; the same number twice where there is but one, 0 and 0
 * where nothing is said. */
struct wal_newest {
    uint64_t used;
    uint64_t made;
};

/* Where files come from and where they go. The committer and the thread that prepares share it:
 * making is held while a file is made, lock only for a moment; take them in this order. */
struct wal_supply {
    char folder[OS_PATH_SIZE];
    uint64_t file_size;

    struct os_mutex making; /* guards the next five */
    uint64_t next_number;
    bool has_next;
    struct wal_fresh next;
    uint64_t taken;           /* the file given out last; 0: it is gone, or there was none */
    struct wal_newest newest; /* as on disk */

    struct os_mutex lock; /* guards the next two */
    uint64_t spares[WAL_SPARES_MAX];
    uint32_t spare_count;

    _Atomic uint64_t idle_bytes; /* of spares and of the next file, for the figures */
};

void wal_supply_init(struct wal_supply *supply, const char *folder, uint64_t file_size);
void wal_supply_release(struct wal_supply *supply);

/* A spare that an earlier process left, or a file number it used. */
void wal_supply_add_spare(struct wal_supply *supply, uint64_t number);
void wal_supply_pass_number(struct wal_supply *supply, uint64_t number);

enum status wal_supply_prepare(struct wal_supply *supply, struct error *error) MUST_CHECK;

/* A file with room for the header and a group. STATUS_BUSY when the disk is full. */
enum status wal_supply_take(struct wal_supply *supply, uint64_t group_size, struct wal_fresh *out,
                            struct error *error) MUST_CHECK;

/* Say on disk which files are the newest, before others go: last is the last one that stays, 0 when
 * none does. On a full disk nothing is said until the next file is made. */
enum status wal_supply_settle(struct wal_supply *supply, uint64_t last,
                              struct error *error) MUST_CHECK;

/* Keep a file for another use or remove it. The caller syncs the folder. */
enum status wal_supply_retire(struct wal_supply *supply, const struct wal_file *file,
                              struct error *error) MUST_CHECK;
enum status wal_supply_remove(struct wal_supply *supply, const struct wal_file *file,
                              struct error *error) MUST_CHECK;

/* Remove what is not in use. */
enum status wal_supply_clear(struct wal_supply *supply, struct error *error) MUST_CHECK;

enum status wal_folder_path(const char *folder, const char *name, char out[OS_PATH_SIZE],
                            struct error *error) MUST_CHECK;

/* A reader on its way through the files of a folder. */
struct wal_reader {
    const char *folder;
    bool knows_watermark; /* false for wal_check and may_begin_anywhere */
    uint64_t watermark;
    wal_replay *replay; /* NULL for wal_check */
    void *context;

    uint64_t next; /* the sequence that has to come; 0: no file was read yet */
    uint64_t first_sequence;
    uint64_t record_count;
};

/* Read one file, given whole, and hand out its records. */
enum status wal_reader_read(struct wal_reader *reader, struct text bytes, struct wal_file_id id,
                            struct wal_file *out, struct error *error) MUST_CHECK;

/* Which file is the oldest one needed: 0 when nothing says so. write is durable when it returns OK;
 * STATUS_BUSY when the disk is full and nothing has changed; after another failure the folder may
 * name the one or the other. */
enum status wal_oldest_read(const char *folder, uint64_t *number, struct error *error) MUST_CHECK;
enum status wal_oldest_write(const char *folder, uint64_t number, struct error *error) MUST_CHECK;

/* As wal_oldest_*. */
enum status wal_newest_read(const char *folder, struct wal_newest *newest,
                            struct error *error) MUST_CHECK;
enum status wal_newest_write(const char *folder, struct wal_newest newest,
                             struct error *error) MUST_CHECK;

/* Whether the log holds something, told outside its folder. A log file has its name before it is
 * written, and until it is removed. write: STATUS_BUSY as above; both are durable when they return
 * OK. */
enum status wal_begun_read(const char *folder, bool *is_begun, struct error *error) MUST_CHECK;
enum status wal_begun_write(const char *folder, struct error *error) MUST_CHECK;
enum status wal_begun_remove(const char *folder, struct error *error) MUST_CHECK;

struct wal_folder {
    uint64_t oldest;            /* as wal_oldest_read says */
    struct wal_newest newest;   /* as wal_newest_read says */
    struct wal_file_list files; /* those with records, those without, and forgotten ones unread */
    char **names;               /* all names, in byte order */
    size_t name_count;
};

/* Read all files of the reader's folder in order. Release it also after a failure. */
enum status wal_folder_read(struct wal_folder *folder, struct wal_reader *reader,
                            struct error *error) MUST_CHECK;
void wal_folder_release(struct wal_folder *folder);

#endif
