/* Any bytes as a batch of events and as a batch of profile changes: refused, or read; what was read
 * is written again and read again the same. */
#include "event/batch.h"
#include "event/profile_change.h"

#include "base/check.h"
#include "base/memory.h"

#include <stddef.h>
#include <stdint.h>

enum { ARENA_SIZE = 1 << 17, BATCH_SIZE_MAX = 1 << 24 };

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static uint64_t event_hash(const struct event *event)
{
    uint64_t hash = text_hash(event->name) ^ text_hash(event->distinct_id) * 3 ^
                    text_hash(event->device_id) * 5 ^ text_hash(event->insert_id) * 7 ^
                    (uint64_t)event->time_ms;
    if (event->flags & EVENT_HAS_KEY) hash ^= event->key.high ^ event->key.low;
    for (uint32_t i = 0; i < event->property_count; i++) {
        hash = hash * 31 + text_hash(event->properties[i].name);
        hash = hash * 31 + value_hash(&event->properties[i].value, 0);
    }
    return hash;
}

/* Read all; add what comes to the writer, if there is one. False when the bytes were refused. */
static bool read_events(struct text bytes, struct batch_writer *writer, uint64_t *hash)
{
    struct arena arena;
    struct batch_reader reader;
    struct error error;
    bool done = false;
    *hash = 0;
    arena_init(&arena, ARENA_SIZE);
    enum status status = batch_reader_init(&reader, bytes, &arena, &error);
    while (status == STATUS_OK && !done) {
        struct event event;
        status = batch_reader_next(&reader, &event, &done, &error);
        if (status != STATUS_OK || done) break;
        *hash = *hash * 31 + event_hash(&event);
        if (writer && !batch_writer_add(writer, &event)) break;
    }
    arena_release(&arena);
    return status == STATUS_OK && done;
}

static void read_changes(struct text bytes)
{
    struct arena arena;
    struct profile_batch_reader reader;
    struct error error;
    bool done = false;
    arena_init(&arena, ARENA_SIZE);
    enum status status = profile_batch_reader_init(&reader, bytes, &arena, &error);
    while (status == STATUS_OK && !done) {
        struct profile_change change;
        status = profile_batch_reader_next(&reader, &change, &done, &error);
        if (status != STATUS_OK || done) break;
        for (uint32_t i = 0; i < change.step_count; i++)
            (void)value_hash(&change.steps[i].value, 0);
    }
    arena_release(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    struct text text = {(const char *)bytes, size};
    struct batch_writer writer;
    uint64_t hash;
    uint64_t again;
    batch_writer_init(&writer, 1, 0, BATCH_SIZE_MAX);
    if (read_events(text, &writer, &hash)) {
        bool read = read_events(batch_writer_finish(&writer), NULL, &again);
        assert(read);
        assert(hash == again);
    }
    batch_writer_release(&writer);
    read_changes(text);
    return 0;
}
