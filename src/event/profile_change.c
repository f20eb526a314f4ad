#include "event/profile_change.h"

#include "base/check.h"
#include "codec/block.h"

enum {
    COUNT_PLACE = 16, /* in the header */
    CHANGE_SIZE_MIN = 5,
    STEP_SIZE_MIN = 3,
};

void profile_batch_begin(struct buffer *out, uint32_t project, int64_t received_ms)
{
    assert(out->size == 0);
    buffer_append_u32(out, PROFILE_BATCH_MAGIC);
    buffer_append_u32(out, project);
    buffer_append_u64(out, (uint64_t)received_ms);
    buffer_append_u32(out, 0);
    buffer_append_u32(out, 0);
}

void profile_batch_add(struct buffer *out, const struct profile_change *change)
{
    buffer_append_sized(out, change->group_key);
    buffer_append_sized(out, change->id);
    buffer_append_varint(out, zigzag(change->time_ms));
    buffer_append_varint(out, change->flags);
    buffer_append_varint(out, change->step_count);
    for (uint32_t i = 0; i < change->step_count; i++) {
        const struct profile_step *step = &change->steps[i];
        buffer_append_byte(out, (char)step->operation);
        buffer_append_sized(out, step->name);
        value_encode(&step->value, out);
    }
    if (buffer_overflowed(out)) return;
    store_u32(out->bytes + COUNT_PLACE, load_u32(out->bytes + COUNT_PLACE) + 1);
}

static enum status refuse(struct error *error, const char *why)
{
    return error_set(error, STATUS_CORRUPT, "could not read a batch of profile changes: %s", why);
}

enum status profile_batch_reader_init(struct profile_batch_reader *reader, struct text bytes,
                                      struct arena *arena, struct error *error)
{
    *reader = (struct profile_batch_reader){.arena = arena};
    if (bytes.size < PROFILE_BATCH_HEADER_SIZE) {
        return refuse(error, "it is shorter than its header");
    }
    if (load_u32(bytes.bytes) != PROFILE_BATCH_MAGIC) {
        return refuse(error, "it has no magic number");
    }
    if (load_u32(bytes.bytes + 20) != 0) return refuse(error, "its reserved bytes are in use");
    reader->project = load_u32(bytes.bytes + 4);
    reader->received_ms = (int64_t)load_u64(bytes.bytes + 8);
    reader->count = load_u32(bytes.bytes + COUNT_PLACE);
    reader->rest =
        text_slice(bytes, PROFILE_BATCH_HEADER_SIZE, bytes.size - PROFILE_BATCH_HEADER_SIZE);
    if (reader->count > reader->rest.size / CHANGE_SIZE_MIN) {
        return refuse(error, "it has fewer changes than it says");
    }
    return STATUS_OK;
}

/* Which steps have a name and which have a value is part of their meaning. */
static bool step_is_whole(const struct profile_step *step)
{
    bool has_name = step->operation != PROFILE_DELETE && step->operation != PROFILE_TOUCH;
    bool has_value = has_name && step->operation != PROFILE_UNSET;
    if (!has_name && step->name.size > 0) return false;
    return has_value == (step->value.kind != VALUE_MISSING);
}

static enum status read_step(struct block_cursor *cursor, struct profile_step *step,
                             struct error *error)
{
    const void *operation;
    if (!cursor_bytes(cursor, 1, &operation)) return refuse(error, "a step is cut off");
    uint8_t number = *(const uint8_t *)operation;
    if (number >= PROFILE_OPERATION_COUNT) return refuse(error, "a step is unknown");
    step->operation = (enum profile_operation)number;
    if (!cursor_text(cursor, &step->name)) return refuse(error, "a step is cut off");
    if (!value_decode(cursor, &step->value)) return refuse(error, "a value is damaged");
    if (!step_is_whole(step)) return refuse(error, "a step lacks its name or value");
    return STATUS_OK;
}

static enum status read_change(struct profile_batch_reader *reader, struct block_cursor *cursor,
                               struct profile_change *change, struct error *error)
{
    uint64_t time;
    uint64_t flags;
    uint64_t count;
    if (!cursor_text(cursor, &change->group_key) || !cursor_text(cursor, &change->id) ||
        !cursor_varint(cursor, &time) || !cursor_varint(cursor, &flags) ||
        !cursor_varint(cursor, &count)) {
        return refuse(error, "a change is cut off");
    }
    if (flags & ~(uint64_t)(PROFILE_KEEP_LAST_SEEN | PROFILE_LITERAL_ID)) {
        return refuse(error, "a change has unknown flags");
    }
    if (count > (uint64_t)(cursor->end - cursor->place) / STEP_SIZE_MIN) {
        return refuse(error, "a change has fewer steps than it says");
    }
    struct profile_step *steps = ARENA_ARRAY(reader->arena, struct profile_step, (size_t)count);
    if (!steps) {
        return error_set(error, STATUS_TOO_LARGE,
                         "could not read a batch of profile changes: it needs more than %zu bytes "
                         "of memory",
                         reader->arena->capacity);
    }
    for (uint64_t i = 0; i < count; i++)
        TRY(read_step(cursor, &steps[i], error));
    change->time_ms = unzigzag(time);
    change->flags = (uint32_t)flags;
    change->step_count = (uint32_t)count;
    change->steps = steps;
    return STATUS_OK;
}

enum status profile_batch_reader_next(struct profile_batch_reader *reader,
                                      struct profile_change *change, bool *done,
                                      struct error *error)
{
    *done = reader->index == reader->count;
    if (*done) {
        if (reader->rest.size > 0) return refuse(error, "bytes follow its last change");
        return STATUS_OK;
    }
    *change = (struct profile_change){0};
    const uint8_t *bytes = (const uint8_t *)reader->rest.bytes;
    struct block_cursor cursor = {bytes, bytes + reader->rest.size};
    TRY(read_change(reader, &cursor, change, error));
    size_t used = (size_t)(cursor.place - bytes);
    reader->rest = text_slice(reader->rest, used, reader->rest.size - used);
    reader->index++;
    return STATUS_OK;
}
