/* A sound segment with bytes changed as the input says, and with its checksums made good, so that
 * what no writer would put down reaches the decoders: refused, or read within bounds.
 *
 * The input is a run of changes of 4 bytes: a place (24 bits, modulo the file) and what to put
 * there. An odd first byte leaves the blocks' checksums as they are. */
#include "base/arena.h"
#include "base/check.h"
#include "base/memory.h"
#include "os/os_file.h"
#include "store/segment.h"

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { ROWS = 700, PATH_MAX_HERE = 256, PROJECT = 1, ID = 5, CHANGE_SIZE = 4 };

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

struct sound {
    char path[PATH_MAX_HERE];
    char *bytes;
    size_t size;
};

static void append_row(struct memtable *table, uint32_t number)
{
    char text[32];
    (void)snprintf(text, sizeof text, "text %u", number % 50);
    struct property properties[] = {
        {.name = TEXT("a"), .value = value_from_text(text_from(text)), .name_index = 1},
        {.name = TEXT("b"), .value = value_from_integer(number * 77), .name_index = 2},
        {.name = TEXT("c"), .value = value_from_decimal(number * 0.3), .name_index = 3},
        {.name = TEXT("d"), .value = value_from_bool(number / 100 % 2), .name_index = 4},
    };
    struct event event = {
        .name = number % 3 ? TEXT("view") : TEXT("buy"),
        .time_ms = INT64_C(1785000000000) + number * 977,
        .insert_id = text_from(text),
        .property_count = number % 5 ? 4 : 1,
        .properties = properties,
    };
    struct memtable_row row = {
        .event = &event,
        .person = number % 90,
        .arrival = (uint64_t)(number / 20 + 1) << 16 | number % 20,
        .received_ms = event.time_ms + 500,
    };
    memtable_append(table, &row);
    memtable_settle(table);
}

static void must(enum status status)
{
    if (status != STATUS_OK) abort();
}

static void make_sound(struct sound *sound)
{
    struct error error;
    struct column_names names;
    struct store_clusters nobody = {0};
    struct segment_identity identity = {ID, PROJECT};
    const char *root = os_exists("/dev/shm") ? "/dev/shm" : P_tmpdir;
    (void)snprintf(sound->path, sizeof sound->path, "%s/candor-segment-fuzz-%ld", root,
                   (long)getpid());
    column_names_init(&names);
    struct memtable *table = memtable_make(&names, 1);
    memtable_begin_batch(table, 1);
    for (uint32_t i = 0; i < ROWS; i++)
        append_row(table, i);
    struct memtable_part *part = memtable_part_sort(table, 0, ROWS, nobody);
    must(segment_write(part, identity, 1, sound->path, &error));
    memtable_part_drop(part);
    memtable_drop(table);
    column_names_release(&names);
    must(os_file_read_all(sound->path, 1 << 24, &sound->bytes, &sound->size, &error));
}

static void seal_footer(char *bytes, size_t size)
{
    char *trailer = bytes + size - SEGMENT_TRAILER_SIZE;
    uint64_t offset = load_u64(trailer);
    uint64_t footer_size = load_u64(trailer + 8);
    if (offset > size || footer_size > size - offset) return;
    store_u64(trailer + 16, block_checksum(bytes + offset, (size_t)footer_size, ID));
}

/* The checksums in an open segment's footer, as its blocks are. */
static void seal_entries(struct segment *segment, const char *bytes, uint32_t stream,
                         const uint8_t *entries, uint64_t offset, uint32_t count, bool has_values)
{
    struct block_cursor cursor = {entries, segment->footer + segment->footer_size};
    for (uint32_t i = 0; i < count; i++) {
        struct segment_block block;
        uint64_t values;
        if (has_values && !cursor_varint(&cursor, &values)) abort();
        if (!segment_block_read(&cursor, &offset, &block)) abort();
        if (block.encoding == SEGMENT_CONSTANT) continue;
        uint8_t *place = segment->footer + (cursor.place - segment->footer) - 8;
        store_u64(place, block_checksum(bytes + block.offset, block.stored_size,
                                        segment_seed(ID, stream, i)));
    }
}

static void seal_blocks(struct segment *segment, const char *bytes)
{
    for (uint32_t shard = 0; shard < STORE_SHARD_COUNT; shard++) {
        struct segment_block *block = &segment->directory[shard];
        block->checksum = block_checksum(bytes + block->offset, block->stored_size,
                                         segment_seed(ID, SEGMENT_STREAM_DIRECTORY, shard));
    }
    for (uint32_t i = 0; i < SEGMENT_FIXED_COUNT; i++) {
        seal_entries(segment, bytes, SEGMENT_STREAM_FIXED + i, segment->fixed[i],
                     segment->fixed_offset[i], segment->row_block_count, false);
    }
    for (uint32_t i = 0; i < segment->column_count; i++) {
        const struct segment_column *column = &segment->columns[i];
        seal_entries(segment, bytes, SEGMENT_STREAM_CODED + 2 * i, column->codes,
                     column->codes_offset, segment->row_block_count, false);
        seal_entries(segment, bytes, SEGMENT_STREAM_CODED + 2 * i + 1, column->dictionary,
                     column->dictionary_offset, column->dictionary_block_count, true);
    }
}

static void read_segment(const struct sound *sound, const char *bytes, bool seals)
{
    struct segment *segment;
    struct error error;
    struct segment_identity identity = {ID, PROJECT};
    if (segment_open(sound->path, identity, &segment, &error) != STATUS_OK) return;
    if (seals) seal_blocks(segment, bytes);
    if (segment_verify(segment, &error) != STATUS_OK) assert(error.status == STATUS_CORRUPT);
    segment_drop(segment);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    static struct sound sound; /* made once: it is the same every time */
    if (!sound.bytes) make_sound(&sound);
    if (size == 0) return 0;
    char *changed = memory_alloc(sound.size, 1);
    memcpy(changed, sound.bytes, sound.size);
    for (size_t at = 1; at + CHANGE_SIZE <= size; at += CHANGE_SIZE) {
        size_t place = load_u32(bytes + at) & 0xffffff;
        changed[place % sound.size] = (char)bytes[at + 3];
    }
    bool seals = bytes[0] % 2 == 0;
    if (seals) seal_footer(changed, sound.size);

    struct os_file file;
    struct error error;
    must(os_file_open(&file, sound.path, OS_FILE_WRITE, &error));
    must(os_file_write(&file, 0, changed, sound.size, &error));
    os_file_close(&file);
    read_segment(&sound, changed, seals);
    memory_free(changed);
    return 0;
}
