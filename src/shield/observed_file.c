#include "shield/observed_file.h"

#include "base/check.h"
#include "codec/block.h"

#include <string.h>

enum { HEADER_SIZE = 16, BLOCK_HEADER_SIZE = 24, CHECKED_SIZE = 16, ENTRY_SIZE = 14, VERSION = 1 };

static const char magic[] = "CNDROBSV";

static void append_u32(struct buffer *out, uint32_t number)
{
    char bytes[4];
    store_u32(bytes, number);
    buffer_append(out, bytes, sizeof bytes);
}

static void append_u64(struct buffer *out, uint64_t number)
{
    char bytes[8];
    store_u64(bytes, number);
    buffer_append(out, bytes, sizeof bytes);
}

/* Both pieces around the checksum's own place. */
static uint64_t checksum_of(const char *block, size_t size, size_t offset)
{
    uint64_t head = block_checksum(block, CHECKED_SIZE, offset);
    return block_checksum(block + BLOCK_HEADER_SIZE, size - BLOCK_HEADER_SIZE, head);
}

/* --- writing --- */

void observed_file_begin(struct buffer *out)
{
    buffer_append(out, magic, sizeof magic - 1);
    append_u32(out, VERSION);
    append_u32(out, 0);
}

static void append_entry(struct buffer *out, const struct observed_entry *entry)
{
    append_u64(out, entry->hash);
    append_u32(out, entry->day);
    buffer_append_byte(out, (char)entry->days);
    buffer_append_byte(out, (char)observed_entry_devices(entry));
}

void observed_file_add(struct buffer *out, const struct observed_table *table)
{
    if (table->count == 0) return;
    size_t offset = out->size;
    append_u32(out, table->project);
    append_u32(out, table->count);
    append_u32(out, (uint32_t)table->salt_size);
    append_u32(out, 0);
    append_u64(out, 0);
    buffer_append(out, table->salt, table->salt_size);
    for (uint16_t place = table->oldest; place != OBSERVED_NONE;
         place = table->entries[place].newer)
        append_entry(out, &table->entries[place]);
    if (buffer_overflowed(out)) return;
    char *block = out->bytes + offset;
    store_u64(block + CHECKED_SIZE, checksum_of(block, out->size - offset, offset));
}

/* --- reading --- */

static bool take_entry(struct observed_table *table, const char *bytes)
{
    uint64_t hash = load_u64(bytes);
    uint8_t days = (uint8_t)bytes[12];
    uint8_t devices = (uint8_t)bytes[13];
    if (days == 0 || days > OBSERVED_DAYS || devices > OBSERVED_DEVICES) return false;
    if (observed_table_find(table, hash)) return false;
    struct observed_entry *entry = observed_table_add(table, hash, true);
    entry->day = load_u32(bytes + 8);
    entry->days = days;
    entry->best = devices;
    if (observed_entry_is_ready(entry)) table->ready_count++;
    return true;
}

/* The block at this place, if it is whole and says of itself what it is. */
static bool find_block(struct text bytes, size_t offset, struct text *block)
{
    if (bytes.size - offset < BLOCK_HEADER_SIZE) return false;
    const char *place = bytes.bytes + offset;
    size_t count = load_u32(place + 4);
    size_t salt_size = load_u32(place + 8);
    if (load_u32(place) == 0 || count == 0 || count > OBSERVED_COUNT_MAX) return false;
    if (salt_size > OBSERVED_SALT_MAX || load_u32(place + 12) != 0) return false;
    size_t size = BLOCK_HEADER_SIZE + salt_size + count * ENTRY_SIZE;
    if (size > bytes.size - offset) return false;
    *block = (struct text){place, size};
    return load_u64(place + CHECKED_SIZE) == checksum_of(place, size, offset);
}

bool observed_file_next(struct text bytes, size_t *offset, struct observed_table *table)
{
    struct text block;
    observed_table_init(table, 0, TEXT(""));
    if (*offset == 0) *offset = HEADER_SIZE;
    if (bytes.size <= *offset || !find_block(bytes, *offset, &block)) return false;
    size_t salt_size = load_u32(block.bytes + 8);
    struct text salt = text_slice(block, BLOCK_HEADER_SIZE, salt_size);
    observed_table_init(table, load_u32(block.bytes), salt);
    for (size_t at = BLOCK_HEADER_SIZE + salt_size; at < block.size; at += ENTRY_SIZE) {
        if (!take_entry(table, block.bytes + at)) return false;
    }
    *offset += block.size;
    return true;
}

bool observed_file_check(struct text bytes)
{
    if (bytes.size < HEADER_SIZE) return true;
    return memcmp(bytes.bytes, magic, sizeof magic - 1) == 0 &&
           load_u32(bytes.bytes + sizeof magic - 1) == VERSION;
}
