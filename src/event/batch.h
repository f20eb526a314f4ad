/* Many events of one project in one run of bytes: what the WAL holds and the store takes.
 *
 * Format, version 1, little-endian; varints are LEB128, "sized" is a varint size and the bytes:
 *
 *   u32 magic "CEB1" | u32 project | i64 received_ms | u32 event_count | u32 reserved (0)
 *   then event_count events:
 *     u32 size of what follows in this event
 *     u8  flags (EVENT_*)            at a fixed place, so that a duplicate can be marked
 *     u64 key.high | u64 key.low     0 without EVENT_HAS_KEY
 *     name | zigzag varint time_ms | sized distinct_id | sized device_id | sized insert_id
 *     varint property_count, then for each: name | value (value_encode)
 *   A name is a varint index into the batch's names; an index equal to the number of names so far
 *   defines the next one and is followed by it, sized. A skipped event may define names, so a
 *   reader walks every event.
 *
 * Valid when every size adds up and every index is known. The reader refuses anything else: it
 * reads files. Version 1 is the only one. */
#ifndef CANDOR_EVENT_BATCH_H
#define CANDOR_EVENT_BATCH_H

#include "base/arena.h"
#include "base/buffer.h"
#include "base/status.h"
#include "base/text_index.h"
#include "event/event.h"

#include <stdint.h>

enum { BATCH_HEADER_SIZE = 24, BATCH_MAGIC = 0x31424543 };

/* Builds one batch. Keys come in nearly the same order in every event of a client, so the name at
 * the same place in the previous event is tried before the map. One owner, one thread. */
struct batch_writer {
    struct buffer bytes;
    struct text_index names;
    uint32_t *predicted; /* name index by property position of the previous event */
    uint32_t predicted_count;
    uint32_t event_count;
};

void batch_writer_init(struct batch_writer *writer, uint32_t project, int64_t received_ms,
                       size_t size_max);
void batch_writer_release(struct batch_writer *writer);

/* False (and the batch unchanged) when the event does not fit under size_max. name_index fields
 * are not read. */
bool batch_writer_add(struct batch_writer *writer, const struct event *event);

/* The finished bytes, borrowed from the writer. */
struct text batch_writer_finish(struct batch_writer *writer);

struct batch_header {
    uint32_t project;
    int64_t received_ms;
    uint32_t event_count;
};

/* Reads a batch from bytes that are not trusted. Events borrow the bytes; their property arrays
 * and the name table live in the arena. */
struct batch_reader {
    struct batch_header header;
    const uint8_t *bytes;
    size_t size;
    size_t offset;
    uint32_t event_index; /* of the next event */
    struct text *names;   /* defined so far */
    uint32_t name_count;
    uint32_t name_capacity;
    struct arena *arena;
    struct property *properties; /* reused from event to event, unless they are kept */
    uint32_t property_count;
    uint32_t property_capacity;
    bool keeps_properties;
};

enum status batch_reader_init(struct batch_reader *reader, struct text bytes, struct arena *arena,
                              struct error *error) MUST_CHECK;

/* The next event that is not dropped; *done is true when there is none. Its properties are good
 * until the next call. */
enum status batch_reader_next(struct batch_reader *reader, struct event *event, bool *done,
                              struct error *error) MUST_CHECK;

/* From here on the properties of all events are good until this is called again. */
void batch_reader_keep(struct batch_reader *reader);

/* Walk only flags and keys of a batch that we built ourselves (trusted bytes), to mark duplicates
 * in place. offset starts at BATCH_HEADER_SIZE; false at the end. */
struct batch_mark {
    struct event_key key;
    uint8_t *flags;
};
bool batch_next_mark(struct text bytes, size_t *offset, struct batch_mark *mark);

#endif
