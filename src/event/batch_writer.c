/* The writing side of batch.h. An event is written straight into room that was reserved for its
 * largest possible form, so there is one check of the limit for each event and none inside. */
#include "event/batch.h"

#include "base/check.h"
#include "base/memory.h"
#include "codec/block.h"

enum {
    NAMES_FIRST = 32,
    EVENT_COUNT_PLACE = 16, /* in the header */
    EVENT_FIXED_SIZE = 4 + 1 + 16,
    VALUE_FIXED_SIZE = 1 + VARINT_SIZE_MAX,
};

void batch_writer_init(struct batch_writer *writer, uint32_t project, int64_t received_ms,
                       size_t size_max)
{
    assert(size_max >= BATCH_HEADER_SIZE);
    *writer = (struct batch_writer){0};
    buffer_init(&writer->bytes, size_max);
    text_index_init(&writer->names);
    text_index_reserve(&writer->names, NAMES_FIRST);
    buffer_append_u32(&writer->bytes, BATCH_MAGIC);
    buffer_append_u32(&writer->bytes, project);
    buffer_append_u64(&writer->bytes, (uint64_t)received_ms);
    buffer_append_u32(&writer->bytes, 0);
    buffer_append_u32(&writer->bytes, 0);
    assert(writer->bytes.size == BATCH_HEADER_SIZE);
}

void batch_writer_release(struct batch_writer *writer)
{
    buffer_release(&writer->bytes);
    text_index_release(&writer->names);
    memory_free(writer->predicted);
    *writer = (struct batch_writer){0};
}

static bool has_text(const struct value *value)
{
    return value->kind >= VALUE_BIG_NUMBER;
}

/* At least as much as the event takes, whatever names it defines. */
static size_t size_bound(const struct event *event)
{
    size_t size = EVENT_FIXED_SIZE + 6 * VARINT_SIZE_MAX + event->name.size +
                  event->distinct_id.size + event->device_id.size + event->insert_id.size +
                  VARINT_SIZE_MAX;
    for (uint32_t i = 0; i < event->property_count; i++) {
        const struct property *property = &event->properties[i];
        size += 2 * VARINT_SIZE_MAX + property->name.size + VALUE_FIXED_SIZE;
        if (has_text(&property->value)) size += property->value.text.size;
    }
    return size;
}

static uint8_t *write_sized(uint8_t *place, struct text text)
{
    place += varint_write(place, text.size);
    if (text.size > 0) memcpy(place, text.bytes, text.size);
    return place + text.size;
}

static inline uint8_t *write_value(uint8_t *place, const struct value *value)
{
    *place++ = (uint8_t)value->kind;
    if (has_text(value)) return write_sized(place, value->text);
    if (value->kind == VALUE_INTEGER) return place + varint_write(place, zigzag(value->integer));
    if (value->kind != VALUE_DECIMAL) return place;
    memcpy(place, &value->decimal, sizeof value->decimal);
    return place + sizeof value->decimal;
}

/* The name is not the one that stood there in the event before. */
static __attribute__((noinline)) uint8_t *
write_other_name(struct batch_writer *writer, uint8_t *place, uint32_t position, struct text name)
{
    uint32_t known_count = writer->names.count;
    uint32_t index = text_index_add(&writer->names, name);
    writer->predicted[position] = index;
    place += varint_write(place, index);
    return index == known_count ? write_sized(place, name) : place;
}

/* position: the name's place in its event; the name of the event itself is at 0. */
static inline uint8_t *write_name(struct batch_writer *writer, uint8_t *place, uint32_t position,
                                  struct text name)
{
    uint32_t predicted = writer->predicted[position];
    if (predicted < writer->names.count && text_equal(writer->names.texts[predicted], name)) {
        return place + varint_write(place, predicted);
    }
    return write_other_name(writer, place, position, name);
}

static void predict_up_to(struct batch_writer *writer, uint32_t count)
{
    if (count <= writer->predicted_count) return;
    writer->predicted = memory_resize(writer->predicted, count, sizeof(uint32_t));
    for (uint32_t i = writer->predicted_count; i < count; i++) {
        writer->predicted[i] = TEXT_INDEX_NONE;
    }
    writer->predicted_count = count;
}

static uint8_t *write_event(struct batch_writer *writer, uint8_t *place, const struct event *event)
{
    *place++ = (uint8_t)event->flags;
    bool has_key = event->flags & EVENT_HAS_KEY;
    store_u64(place, has_key ? event->key.high : 0);
    store_u64(place + 8, has_key ? event->key.low : 0);
    place = write_name(writer, place + 16, 0, event->name);
    place += varint_write(place, zigzag(event->time_ms));
    place = write_sized(place, event->distinct_id);
    place = write_sized(place, event->device_id);
    place = write_sized(place, event->insert_id);
    place += varint_write(place, event->property_count);
    for (uint32_t i = 0; i < event->property_count; i++) {
        place = write_name(writer, place, i + 1, event->properties[i].name);
        place = write_value(place, &event->properties[i].value);
    }
    return place;
}

bool batch_writer_add(struct batch_writer *writer, const struct event *event)
{
    assert(event->flags <= (EVENT_IMPORTED | EVENT_DROPPED | EVENT_HAS_KEY));
    size_t bound = size_bound(event);
    if (bound > writer->bytes.size_max - writer->bytes.size || bound > UINT32_MAX) return false;
    uint8_t *room = (uint8_t *)buffer_reserve(&writer->bytes, bound);
    assert(room);
    predict_up_to(writer, event->property_count + 1);

    uint8_t *end = write_event(writer, room + 4, event);
    size_t size = (size_t)(end - room);
    assert(size <= bound);
    store_u32(room, (uint32_t)(size - 4));
    buffer_advance(&writer->bytes, size);
    writer->event_count++;
    return true;
}

struct text batch_writer_finish(struct batch_writer *writer)
{
    store_u32(writer->bytes.bytes + EVENT_COUNT_PLACE, writer->event_count);
    return buffer_text(&writer->bytes);
}
