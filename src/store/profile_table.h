/* A project's profiles, in memory: (group_key, id) → properties.
 *
 * Properties are one run of bytes for each profile: varint name number, value (value_encode), in
 * the order in which they came. Changes mark a profile; a freeze copies the marked ones out, and
 * the flush writes the copy.
 *
 * Threads: changes between begin and end, which hold the write lock; everything else takes the
 * read lock itself. References may be held and dropped on any thread. */
#ifndef CANDOR_STORE_PROFILE_TABLE_H
#define CANDOR_STORE_PROFILE_TABLE_H

#include "base/text_index.h"
#include "codec/block.h"
#include "event/profile_change.h"
#include "os/os_thread.h"
#include "store/row_source.h"

#include <stdatomic.h>

struct profile {
    uint8_t *bytes; /* NULL without properties */
    uint32_t size;
    uint32_t property_count;
    bool exists; /* false: deleted, or named by a change that was refused */
    bool is_dirty;
};

struct profile_group {
    struct text key; /* "" for users */
    struct text_index ids;
    struct profile *profiles; /* by the id's number */
    uint32_t capacity;
};

struct profile_place {
    uint32_t group;
    uint32_t number;
};

struct profile_table {
    atomic_uint reference_count;
    struct os_rwlock lock;
    struct text_index names;
    struct text_index group_keys; /* a key's number is its group's place */
    struct profile_group *groups;
    struct profile_place *dirty;
    uint32_t dirty_count;
    uint32_t dirty_capacity;
    uint64_t existing_count;
    uint64_t first_sequence; /* of the oldest change that is not frozen; 0: none */
    uint64_t last_sequence;  /* of the newest record */
};

struct profile_table *profile_table_make(void);
struct profile_table *profile_table_hold(struct profile_table *table);
void profile_table_drop(struct profile_table *table);

void profile_table_begin(struct profile_table *table, uint64_t sequence);
enum status profile_table_change(struct profile_table *table, const struct profile_change *change,
                                 struct error *error) MUST_CHECK;
void profile_table_end(struct profile_table *table);

/* Changed profiles as the blocks of a profile file, not yet compressed. */
struct profile_dump {
    struct buffer *blocks;
    uint32_t *profile_counts; /* of each block */
    uint32_t block_count;
    uint32_t block_capacity;
    uint64_t profile_count;
};
enum profile_dump_which { PROFILE_DUMP_DIRTY, PROFILE_DUMP_ALL };
/* DIRTY also takes the marks away. */
void profile_table_dump(struct profile_table *table, enum profile_dump_which which,
                        struct profile_dump *dump);
void profile_dump_release(struct profile_dump *dump);

/* Take one profile of a file's block; false when the bytes are damaged. Before threads start. */
bool profile_table_load(struct profile_table *table, struct block_cursor *cursor);

struct profile_counts {
    uint64_t existing;
    uint64_t dirty;
    uint64_t first_sequence;
    uint64_t last_sequence;
};
struct profile_counts profile_table_counts(struct profile_table *table);

/* As snapshot_profile_column, snapshot_profile_json and snapshot_profile_next. */
enum status profile_table_column(struct profile_table *table, struct text group_key,
                                 struct text property, struct arena *arena,
                                 const struct profile_cell **cells, size_t *count,
                                 struct error *error) MUST_CHECK;
bool profile_table_json(struct profile_table *table, struct text group_key, struct text id,
                        struct buffer *out);
bool profile_table_next(struct profile_table *table, struct profile_walk *walk, struct buffer *out);

/* --- for the room's own files --- */

/* One property of a run. False at its end. */
struct profile_property {
    uint32_t name;
    struct value value;
    const uint8_t *first; /* its bytes */
    const uint8_t *end;
};
bool profile_property_next(struct block_cursor *cursor, struct profile_property *out);

#endif
