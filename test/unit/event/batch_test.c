/* Batches of events and of profile changes: there and back, cut, flipped and full. */
#include "base/memory.h"
#include "event/batch.h"
#include "event/profile_change.h"
#include "support/seeded.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

enum { EVENTS = 50, KEPT = 16, PROPERTIES_MAX = 30, TEXT_MAX = 40 };

struct made {
    struct event events[EVENTS];
    struct property properties[EVENTS][PROPERTIES_MAX];
    char names[EVENTS][PROPERTIES_MAX][TEXT_MAX];
    char ids[EVENTS][TEXT_MAX];
};

static void make(struct made *made, struct seeded *random)
{
    static const char *const names[] = {"view", "buy", "", "日本"};
    for (int i = 0; i < EVENTS; i++) {
        (void)snprintf(made->ids[i], TEXT_MAX, "%u", seeded_below(random, 10));
        struct event *event = &made->events[i];
        *event = (struct event){
            .name = text_from(names[seeded_below(random, 4)]),
            .time_ms = (int64_t)seeded_next(random),
            .distinct_id = text_from(made->ids[i]),
            .device_id = seeded_below(random, 2) ? TEXT("$device:x") : TEXT(""),
            .insert_id = seeded_below(random, 2) ? TEXT("0123456789") : TEXT(""),
            .flags = seeded_below(random, 8) & ~(uint32_t)EVENT_DROPPED,
            .property_count = seeded_below(random, PROPERTIES_MAX + 1),
            .properties = made->properties[i],
        };
        if (event->flags & EVENT_HAS_KEY) event->key = (struct event_key){seeded_next(random), 7};
        for (uint32_t k = 0; k < event->property_count; k++) {
            (void)snprintf(made->names[i][k], TEXT_MAX, "p%u", k + seeded_below(random, 3) * 100);
            made->properties[i][k] = (struct property){
                .name = text_from(made->names[i][k]),
                .value = seeded_below(random, 2) ? value_from_text(text_from(made->names[i][k]))
                                                 : value_from_integer((int64_t)seeded_next(random)),
            };
        }
    }
}

static void expect_event(const struct event *event, const struct event *expected)
{
    assert_true(text_equal(event->name, expected->name));
    assert_true(event->time_ms == expected->time_ms);
    assert_true(text_equal(event->distinct_id, expected->distinct_id));
    assert_true(text_equal(event->device_id, expected->device_id));
    assert_true(text_equal(event->insert_id, expected->insert_id));
    assert_int_equal(event->flags, expected->flags);
    assert_true(event->key.high == expected->key.high);
    assert_true(event->key.low == expected->key.low);
    assert_int_equal(event->property_count, expected->property_count);
    for (uint32_t i = 0; i < event->property_count; i++) {
        assert_true(text_equal(event->properties[i].name, expected->properties[i].name));
        assert_true(value_equal(&event->properties[i].value, &expected->properties[i].value));
    }
}

static void write_all(struct batch_writer *writer, const struct made *made)
{
    batch_writer_init(writer, 3, -5, 1 << 20);
    for (int i = 0; i < EVENTS; i++)
        assert_true(batch_writer_add(writer, &made->events[i]));
}

static void reads_back_what_was_written(void **state)
{
    (void)state;
    struct seeded random = seeded_begin("batch_test");
    struct made *made = MEMORY_NEW(struct made);
    make(made, &random);
    struct batch_writer writer;
    write_all(&writer, made);
    struct arena arena;
    arena_init(&arena, 1 << 18);
    struct batch_reader reader;
    struct error error;
    assert_int_equal(batch_reader_init(&reader, batch_writer_finish(&writer), &arena, &error),
                     STATUS_OK);
    assert_int_equal(reader.header.project, 3);
    assert_int_equal(reader.header.received_ms, -5);
    assert_int_equal(reader.header.event_count, EVENTS);
    bool done;
    for (int i = 0; i < EVENTS; i++) {
        struct event event;
        assert_int_equal(batch_reader_next(&reader, &event, &done, &error), STATUS_OK);
        assert_false(done);
        expect_event(&event, &made->events[i]);
        assert_true(text_equal(reader.names[event.name_index], event.name));
    }
    struct event none;
    assert_int_equal(batch_reader_next(&reader, &none, &done, &error), STATUS_OK);
    assert_true(done);
    arena_release(&arena);
    batch_writer_release(&writer);
    memory_free(made);
}

static void passes_over_events_that_were_marked(void **state)
{
    (void)state;
    struct seeded random = seeded_from(2);
    struct made *made = MEMORY_NEW(struct made);
    make(made, &random);
    struct batch_writer writer;
    write_all(&writer, made);
    struct text bytes = batch_writer_finish(&writer);
    size_t offset = BATCH_HEADER_SIZE;
    struct batch_mark mark;
    for (int i = 0; i < EVENTS; i++) {
        assert_true(batch_next_mark(bytes, &offset, &mark));
        assert_true(mark.key.high == made->events[i].key.high);
        assert_int_equal(*mark.flags, made->events[i].flags);
        if (i % 3 == 0) *mark.flags |= EVENT_DROPPED;
    }
    assert_false(batch_next_mark(bytes, &offset, &mark));

    struct arena arena;
    arena_init(&arena, 1 << 18);
    struct batch_reader reader;
    struct error error;
    bool done;
    assert_int_equal(batch_reader_init(&reader, bytes, &arena, &error), STATUS_OK);
    for (uint32_t i = 0; i < EVENTS; i++) {
        if (i % 3 == 0) continue; /* names it defined are known all the same */
        struct event event;
        assert_int_equal(batch_reader_next(&reader, &event, &done, &error), STATUS_OK);
        expect_event(&event, &made->events[i]);
        assert_int_equal(reader.event_index, i + 1);
    }
    arena_release(&arena);
    batch_writer_release(&writer);
    memory_free(made);
}

static void keeps_the_properties_of_all_events_when_told_to(void **state)
{
    (void)state;
    struct seeded random = seeded_from(3);
    struct made *made = MEMORY_NEW(struct made);
    make(made, &random);
    struct batch_writer writer;
    write_all(&writer, made);
    struct arena arena;
    arena_init(&arena, 1 << 22);
    struct batch_reader reader;
    struct error error;
    assert_int_equal(batch_reader_init(&reader, batch_writer_finish(&writer), &arena, &error),
                     STATUS_OK);
    for (uint32_t first = 0; first < EVENTS;) {
        struct event events[KEPT];
        uint32_t count = 1 + seeded_below(&random, KEPT);
        if (count > EVENTS - first) count = EVENTS - first;
        batch_reader_keep(&reader);
        for (uint32_t i = 0; i < count; i++) {
            bool done;
            assert_int_equal(batch_reader_next(&reader, &events[i], &done, &error), STATUS_OK);
            assert_false(done);
        }
        for (uint32_t i = 0; i < count; i++)
            expect_event(&events[i], &made->events[first + i]);
        first += count;
    }
    arena_release(&arena);
    batch_writer_release(&writer);
    memory_free(made);
}

static void is_unchanged_by_an_event_that_does_not_fit(void **state)
{
    (void)state;
    struct batch_writer writer;
    batch_writer_init(&writer, 1, 0, 4000);
    char *large = memory_alloc(5000, 1);
    memset(large, 'x', 5000);
    struct property property = {
        .name = TEXT("p"),
        .value = value_from_text((struct text){large, 5000}),
    };
    struct event event = {.name = TEXT("a"), .property_count = 1, .properties = &property};
    assert_false(batch_writer_add(&writer, &event));
    assert_int_equal(writer.event_count, 0);
    assert_int_equal(batch_writer_finish(&writer).size, BATCH_HEADER_SIZE);
    property.value.text.size = 500;
    int added = 0;
    while (batch_writer_add(&writer, &event))
        added++;
    assert_in_range(added, 5, 7);
    size_t size = batch_writer_finish(&writer).size;
    assert_false(batch_writer_add(&writer, &event));
    assert_int_equal(batch_writer_finish(&writer).size, size);
    memory_free(large);
    batch_writer_release(&writer);
}

/* Reads to the end or to the refusal. */
static enum status read_through(struct text bytes, size_t arena_size)
{
    struct arena arena;
    arena_init(&arena, arena_size);
    struct batch_reader reader;
    struct error error;
    bool done = false;
    enum status status = batch_reader_init(&reader, bytes, &arena, &error);
    while (status == STATUS_OK && !done) {
        struct event event;
        status = batch_reader_next(&reader, &event, &done, &error);
    }
    arena_release(&arena);
    return status;
}

static void refuses_every_cut_and_survives_every_flip(void **state)
{
    (void)state;
    struct seeded random = seeded_from(3);
    struct made *made = MEMORY_NEW(struct made);
    make(made, &random);
    struct batch_writer writer;
    write_all(&writer, made);
    struct text bytes = batch_writer_finish(&writer);
    char *copy = memory_alloc(bytes.size, 1);
    for (size_t size = 0; size < bytes.size; size += 7) {
        memcpy(copy, bytes.bytes, size);
        assert_int_equal(read_through((struct text){copy, size}, 1 << 18), STATUS_CORRUPT);
    }
    for (int i = 0; i < 3000; i++) {
        memcpy(copy, bytes.bytes, bytes.size);
        copy[seeded_below(&random, (uint32_t)bytes.size)] ^= (char)(1 << seeded_below(&random, 8));
        enum status status = read_through((struct text){copy, bytes.size}, 1 << 18);
        assert_true(status == STATUS_OK || status == STATUS_CORRUPT || status == STATUS_TOO_LARGE);
    }
    assert_int_equal(read_through(bytes, 512), STATUS_TOO_LARGE);
    memory_free(copy);
    batch_writer_release(&writer);
    memory_free(made);
}

static void makes_keys_that_tell_parts_and_days_apart(void **state)
{
    (void)state;
    struct event_key key = event_key_make(TEXT("ab"), TEXT("c"), TEXT("id"), 0);
    struct event_key same_day = event_key_make(TEXT("ab"), TEXT("c"), TEXT("id"), 86399999);
    assert_true(key.high == same_day.high && key.low == same_day.low);
    struct event_key others[] = {
        event_key_make(TEXT("a"), TEXT("bc"), TEXT("id"), 0),
        event_key_make(TEXT("ab"), TEXT("c"), TEXT("ie"), 0),
        event_key_make(TEXT("ab"), TEXT("c"), TEXT("id"), 86400000),
        event_key_make(TEXT("ab"), TEXT("c"), TEXT("id"), -1),
    };
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        assert_true(key.high != others[i].high || key.low != others[i].low);
    }
    char long_id[5000];
    memset(long_id, 'x', sizeof long_id);
    struct text text = {long_id, sizeof long_id};
    struct event_key a = event_key_make(text, text, text, 0);
    long_id[4999] = 'y';
    struct event_key b = event_key_make(text, text, text, 0);
    assert_true(a.high != b.high || a.low != b.low);
}

/* --- profile changes --- */

static void write_changes(struct buffer *out)
{
    static const struct profile_step steps[] = {
        {PROFILE_SET, TEXT_INIT("a"), {.kind = VALUE_NULL}},
        {PROFILE_ADD, TEXT_INIT("b"), {.kind = VALUE_INTEGER, .integer = -3}},
        {PROFILE_UNSET, TEXT_INIT("c"), {.kind = VALUE_MISSING}},
        {PROFILE_DELETE, TEXT_INIT(""), {.kind = VALUE_MISSING}},
        {PROFILE_TOUCH, TEXT_INIT(""), {.kind = VALUE_MISSING}},
    };
    buffer_init(out, 1 << 16);
    profile_batch_begin(out, 9, 77);
    for (uint32_t i = 0; i < 5; i++) {
        struct profile_change change = {
            .group_key = i % 2 ? TEXT("company") : TEXT(""),
            .id = TEXT("ann"),
            .time_ms = -(int64_t)i,
            .flags = i % 4,
            .step_count = 5 - i,
            .steps = steps + i,
        };
        profile_batch_add(out, &change);
    }
}

enum bytes_are { AS_WRITTEN, DAMAGED };

static enum status read_changes(struct text bytes, enum bytes_are bytes_are, size_t arena_size,
                                uint32_t *count)
{
    struct arena arena;
    arena_init(&arena, arena_size);
    struct profile_batch_reader reader;
    struct error error;
    bool done = false;
    *count = 0;
    enum status status = profile_batch_reader_init(&reader, bytes, &arena, &error);
    while (status == STATUS_OK) {
        struct profile_change change;
        status = profile_batch_reader_next(&reader, &change, &done, &error);
        if (done || status != STATUS_OK) break;
        if (bytes_are == AS_WRITTEN && *count == 1) {
            assert_int_equal(change.step_count, 4);
            assert_true(text_equal(change.group_key, TEXT("company")));
            assert_int_equal(change.steps[0].operation, PROFILE_ADD);
            assert_true(text_equal(change.steps[0].name, TEXT("b")));
        }
        (*count)++;
    }
    arena_release(&arena);
    return status;
}

static void reads_back_profile_changes(void **state)
{
    (void)state;
    struct seeded random = seeded_from(4);
    struct buffer bytes;
    uint32_t count;
    write_changes(&bytes);
    assert_int_equal(read_changes(buffer_text(&bytes), AS_WRITTEN, 4096, &count), STATUS_OK);
    assert_int_equal(count, 5);
    assert_int_equal(read_changes(buffer_text(&bytes), AS_WRITTEN, 64, &count), STATUS_TOO_LARGE);
    char *copy = memory_alloc(bytes.size, 1);
    for (size_t size = 0; size < bytes.size; size++) {
        memcpy(copy, bytes.bytes, size);
        assert_int_equal(read_changes((struct text){copy, size}, DAMAGED, 4096, &count),
                         STATUS_CORRUPT);
    }
    for (int i = 0; i < 3000; i++) {
        memcpy(copy, bytes.bytes, bytes.size);
        copy[seeded_below(&random, (uint32_t)bytes.size)] ^= (char)(1 << seeded_below(&random, 8));
        enum status status = read_changes((struct text){copy, bytes.size}, DAMAGED, 4096, &count);
        assert_true(status == STATUS_OK || status == STATUS_CORRUPT || status == STATUS_TOO_LARGE);
    }
    memory_free(copy);
    buffer_release(&bytes);
}

static void keeps_the_mark_of_a_full_buffer(void **state)
{
    (void)state;
    struct buffer out;
    buffer_init(&out, 40);
    profile_batch_begin(&out, 1, 0);
    struct profile_change change = {.id = TEXT("a longer id than there is room for")};
    profile_batch_add(&out, &change);
    assert_true(buffer_overflowed(&out));
    buffer_release(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_back_what_was_written),
        cmocka_unit_test(passes_over_events_that_were_marked),
        cmocka_unit_test(keeps_the_properties_of_all_events_when_told_to),
        cmocka_unit_test(is_unchanged_by_an_event_that_does_not_fit),
        cmocka_unit_test(refuses_every_cut_and_survives_every_flip),
        cmocka_unit_test(makes_keys_that_tell_parts_and_days_apart),
        cmocka_unit_test(reads_back_profile_changes),
        cmocka_unit_test(keeps_the_mark_of_a_full_buffer),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
