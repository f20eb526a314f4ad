/* The reading side of batch.h: bytes from the log are not trusted. */
#include "event/batch.h"

#include "base/check.h"
#include "codec/block.h"

enum {
    EVENT_SIZE_MIN = 1 + 16 + 6, /* flags, key and six varints */
    NAMES_FIRST = 64,
    PROPERTIES_FIRST = 64,
    FLAGS_ALL = EVENT_IMPORTED | EVENT_DROPPED | EVENT_HAS_KEY,
};

static enum status refuse(struct error *error, const char *why)
{
    return error_set(error, STATUS_CORRUPT, "could not read a batch of events: %s", why);
}

static enum status refuse_large(struct error *error, const struct arena *arena)
{
    return error_set(error, STATUS_TOO_LARGE,
                     "could not read a batch of events: it needs more than %zu bytes of memory",
                     arena->capacity);
}

enum status batch_reader_init(struct batch_reader *reader, struct text bytes, struct arena *arena,
                              struct error *error)
{
    *reader = (struct batch_reader){
        .bytes = (const uint8_t *)bytes.bytes,
        .size = bytes.size,
        .offset = BATCH_HEADER_SIZE,
        .arena = arena,
    };
    if (bytes.size < BATCH_HEADER_SIZE) return refuse(error, "it is shorter than its header");
    if (load_u32(reader->bytes) != BATCH_MAGIC) return refuse(error, "it has no magic number");
    if (load_u32(reader->bytes + 20) != 0) return refuse(error, "its reserved bytes are in use");
    reader->header = (struct batch_header){
        .project = load_u32(reader->bytes + 4),
        .received_ms = (int64_t)load_u64(reader->bytes + 8),
        .event_count = load_u32(reader->bytes + 16),
    };
    size_t room = (bytes.size - BATCH_HEADER_SIZE) / (4 + EVENT_SIZE_MIN);
    if (reader->header.event_count > room) return refuse(error, "it has fewer events than it says");
    return STATUS_OK;
}

/* Arenas do not resize: a larger array is begun and the old one left to the arena's end. */
static bool grow_names(struct batch_reader *reader)
{
    uint32_t capacity = reader->name_capacity ? reader->name_capacity * 2 : NAMES_FIRST;
    struct text *names = ARENA_ARRAY_DIRTY(reader->arena, struct text, capacity);
    if (!names) return false;
    if (reader->name_count > 0) memcpy(names, reader->names, reader->name_count * sizeof *names);
    reader->names = names;
    reader->name_capacity = capacity;
    return true;
}

static enum status define_name(struct batch_reader *reader, struct block_cursor *cursor,
                               uint64_t number, struct error *error)
{
    if (number > reader->name_count) return refuse(error, "a name is not defined");
    if (number == reader->name_capacity && !grow_names(reader)) {
        return refuse_large(error, reader->arena);
    }
    if (!cursor_text(cursor, &reader->names[number])) return refuse(error, "a name is cut off");
    reader->name_count++;
    return STATUS_OK;
}

static inline enum status read_name(struct batch_reader *reader, struct block_cursor *cursor,
                                    uint32_t *index, struct error *error)
{
    uint64_t number;
    if (!cursor_varint(cursor, &number)) return refuse(error, "a name is cut off");
    *index = (uint32_t)number;
    if (number < reader->name_count) return STATUS_OK;
    return define_name(reader, cursor, number, error);
}

/* A larger array is begun for this event; those before it keep the old one. */
static enum status begin_properties(struct batch_reader *reader, uint32_t count,
                                    struct error *error)
{
    uint32_t capacity = reader->keeps_properties ? 2 * reader->property_capacity : 0;
    if (capacity < PROPERTIES_FIRST) capacity = PROPERTIES_FIRST;
    if (capacity < count) capacity = count;
    reader->properties = ARENA_ARRAY_DIRTY(reader->arena, struct property, capacity);
    reader->property_count = 0;
    reader->property_capacity = reader->properties ? capacity : 0;
    return reader->properties ? STATUS_OK : refuse_large(error, reader->arena);
}

static enum status reserve_properties(struct batch_reader *reader, uint32_t count,
                                      struct error *error)
{
    if (!reader->keeps_properties) reader->property_count = 0;
    uint32_t room = reader->property_capacity - reader->property_count;
    if (reader->properties && count <= room) return STATUS_OK;
    return begin_properties(reader, count, error);
}

void batch_reader_keep(struct batch_reader *reader)
{
    reader->keeps_properties = true;
    reader->property_count = 0;
}

static enum status read_properties(struct batch_reader *reader, struct block_cursor *cursor,
                                   struct event *event, struct error *error)
{
    uint64_t count;
    if (!cursor_varint(cursor, &count)) return refuse(error, "an event is cut off");
    if (count > (uint64_t)(cursor->end - cursor->place) / 2) {
        return refuse(error, "an event has fewer properties than it says");
    }
    TRY(reserve_properties(reader, (uint32_t)count, error));
    struct property *properties = reader->properties + reader->property_count;
    for (uint32_t i = 0; i < count; i++) {
        struct property *property = &properties[i];
        TRY(read_name(reader, cursor, &property->name_index, error));
        property->name = reader->names[property->name_index];
        if (!value_decode(cursor, &property->value)) return refuse(error, "a value is damaged");
    }
    event->property_count = (uint32_t)count;
    event->properties = properties;
    reader->property_count += (uint32_t)count;
    return STATUS_OK;
}

static enum status read_event(struct batch_reader *reader, struct block_cursor *cursor,
                              struct event *event, struct error *error)
{
    event->flags = *cursor->place;
    event->key.high = load_u64(cursor->place + 1);
    event->key.low = load_u64(cursor->place + 9);
    cursor->place += 17;
    if (event->flags & ~(uint32_t)FLAGS_ALL) return refuse(error, "an event has unknown flags");
    TRY(read_name(reader, cursor, &event->name_index, error));
    event->name = reader->names[event->name_index];
    uint64_t time;
    if (!cursor_varint(cursor, &time)) return refuse(error, "an event is cut off");
    event->time_ms = unzigzag(time);
    if (!cursor_text(cursor, &event->distinct_id) || !cursor_text(cursor, &event->device_id) ||
        !cursor_text(cursor, &event->insert_id)) {
        return refuse(error, "an event is cut off");
    }
    TRY(read_properties(reader, cursor, event, error));
    if (cursor->place != cursor->end) return refuse(error, "an event is shorter than it says");
    return STATUS_OK;
}

/* The bytes of the event at the reader's place. */
static enum status next_bytes(struct batch_reader *reader, struct block_cursor *cursor,
                              struct error *error)
{
    if (reader->size - reader->offset < 4) return refuse(error, "it is cut off");
    uint32_t size = load_u32(reader->bytes + reader->offset);
    reader->offset += 4;
    if (size > reader->size - reader->offset) return refuse(error, "it is cut off");
    if (size < EVENT_SIZE_MIN) return refuse(error, "an event is shorter than its fixed part");
    cursor->place = reader->bytes + reader->offset;
    cursor->end = cursor->place + size;
    reader->offset += size;
    return STATUS_OK;
}

enum status batch_reader_next(struct batch_reader *reader, struct event *event, bool *done,
                              struct error *error)
{
    *done = false;
    while (reader->event_index < reader->header.event_count) {
        struct block_cursor cursor;
        *event = (struct event){0};
        TRY(next_bytes(reader, &cursor, error));
        TRY(read_event(reader, &cursor, event, error));
        reader->event_index++;
        if (!(event->flags & EVENT_DROPPED)) return STATUS_OK;
    }
    if (reader->offset != reader->size) return refuse(error, "bytes follow its last event");
    *done = true;
    return STATUS_OK;
}

bool batch_next_mark(struct text bytes, size_t *offset, struct batch_mark *mark)
{
    if (*offset == bytes.size) return false;
    assert(*offset + 4 + EVENT_SIZE_MIN <= bytes.size);
    /* The writer's own bytes, handed on as a text: the one place that changes them. */
    uint8_t *place = (uint8_t *)(uintptr_t)bytes.bytes + *offset;
    mark->flags = place + 4;
    mark->key = (struct event_key){load_u64(place + 5), load_u64(place + 13)};
    *offset += 4 + load_u32(place);
    assert(*offset <= bytes.size);
    return true;
}
