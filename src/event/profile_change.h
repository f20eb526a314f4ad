/* One update of a user's or a group's profile, as it travels from wire to store. */
#ifndef CANDOR_EVENT_PROFILE_CHANGE_H
#define CANDOR_EVENT_PROFILE_CHANGE_H

#include "base/arena.h"
#include "base/buffer.h"
#include "base/status.h"
#include "event/value.h"

#include <stdint.h>

enum profile_operation {
    PROFILE_SET,
    PROFILE_SET_ONCE,
    PROFILE_ADD,    /* value: a number */
    PROFILE_APPEND, /* value: one element */
    PROFILE_UNION,  /* value: a list; each absent element is added once */
    PROFILE_REMOVE, /* value: one element; all equal ones go */
    PROFILE_UNSET,  /* no value */
    PROFILE_DELETE, /* no name, no value: the whole profile */
    PROFILE_TOUCH,  /* no name, no value: make the profile if there is none */
};
enum { PROFILE_OPERATION_COUNT = PROFILE_TOUCH + 1 };

struct profile_step {
    enum profile_operation operation;
    struct text name;
    struct value value;
};

enum profile_flag {
    PROFILE_KEEP_LAST_SEEN = 1, /* $ignore_time: do not touch $last_seen */
    PROFILE_LITERAL_ID = 2,     /* $ignore_alias: this very id, not the person it belongs to */
};

/* Steps apply in order, all of them or none (a record with a step that cannot apply, such as $add
 * to a text, is refused whole). */
struct profile_change {
    struct text group_key; /* "" for a user */
    struct text id;        /* distinct_id or group id */
    int64_t time_ms;
    uint32_t flags; /* PROFILE_* flags */
    uint32_t step_count;
    const struct profile_step *steps;
};

/* A run of changes of one project, for the WAL: u32 magic "CPC1", u32 project, i64 received_ms,
 * u32 count, u32 0; then for each: sized group_key, sized id, zigzag varint time_ms, varint flags,
 * varint step_count, then for each step: u8 operation, sized name, value (value_encode). */
enum { PROFILE_BATCH_MAGIC = 0x31435043, PROFILE_BATCH_HEADER_SIZE = 24 };

void profile_batch_begin(struct buffer *out, uint32_t project, int64_t received_ms);
void profile_batch_add(struct buffer *out, const struct profile_change *change);

struct profile_batch_reader {
    uint32_t project;
    int64_t received_ms;
    uint32_t count;
    uint32_t index;
    struct text rest;
    struct arena *arena; /* steps live here */
};
enum status profile_batch_reader_init(struct profile_batch_reader *reader, struct text bytes,
                                      struct arena *arena, struct error *error) MUST_CHECK;
enum status profile_batch_reader_next(struct profile_batch_reader *reader,
                                      struct profile_change *change, bool *done,
                                      struct error *error) MUST_CHECK;

#endif
