/* One coded column: gathered through the part's order, block by block. Codes are numbered anew by
 * first appearance, so that a column of distinct values needs no codes and its dictionary lies in
 * the order of the rows. */
#include "store/segment_columns.h"

#include "base/check.h"
#include "base/memory.h"
#include "store/segment_format.h"

static const size_t blocks_size_max = (size_t)1 << 40; /* a memtable's budget comes before it */

void segment_lane_init(struct segment_lane *lane, const struct segment_columns *columns)
{
    *lane = (struct segment_lane){.columns = columns};
    segment_encoder_init(&lane->encoder);
    buffer_init(&lane->entries, SEGMENT_FOOTER_SIZE_MAX);
    lane->codes = MEMORY_ARRAY(uint32_t, SEGMENT_BLOCK_ROWS_MAX);
}

void segment_lane_release(struct segment_lane *lane)
{
    segment_encoder_release(&lane->encoder);
    buffer_release(&lane->entries);
    memory_free(lane->codes);
}

void segment_column_output_init(struct segment_column_output *out)
{
    buffer_init(&out->blocks, blocks_size_max);
    buffer_init(&out->footer, SEGMENT_FOOTER_SIZE_MAX);
}

void segment_column_output_release(struct segment_column_output *out)
{
    buffer_release(&out->blocks);
    buffer_release(&out->footer);
}

/* The encoder's finished block goes to blocks, its entry to entries. */
static void put_block(struct segment_lane *lane, uint32_t stream, uint32_t number,
                      struct segment_block *block, struct buffer *blocks, struct buffer *entries)
{
    struct text stored = buffer_text(&lane->encoder.stored);
    uint64_t seed = segment_seed(lane->columns->segment_id, stream, number);
    block->checksum = block_checksum(stored.bytes, stored.size, seed);
    segment_block_write(block, entries);
    buffer_append_text(blocks, stored);
}

/* The values of a column, by their new codes. */
struct new_codes {
    const struct value *values; /* by old code */
    uint32_t *new_of_old;       /* 0: not seen yet */
    uint32_t *old_of_new;
    uint32_t count; /* with the missing value */
};

/* Kinds and payloads of values first … end - 1 go to raw, bytes of texts to other. */
static void encode_values(struct segment_encoder *encoder, const struct new_codes *codes,
                          uint32_t first, uint32_t end)
{
    struct buffer *raw = &encoder->raw;
    uint8_t *payloads = (uint8_t *)buffer_reserve(raw, (size_t)(end - first) * VARINT_SIZE_MAX);
    assert(payloads);
    uint8_t *place = payloads;
    for (uint32_t code = first; code < end; code++) {
        const struct value *value = &codes->values[codes->old_of_new[code]];
        if (value->kind == VALUE_INTEGER) {
            place += varint_write(place, zigzag(value->integer));
        } else if (value->kind == VALUE_DECIMAL) {
            memcpy(place, &value->decimal, sizeof value->decimal);
            place += sizeof value->decimal;
        } else if (value->kind >= VALUE_BIG_NUMBER) {
            place += varint_write(place, value->text.size);
            buffer_append_text(&encoder->other, value->text);
        }
    }
    buffer_advance(raw, (size_t)(place - payloads));
}

static void encode_kinds(struct buffer *out, struct buffer *groups, const struct new_codes *codes,
                         uint32_t first, uint32_t end)
{
    uint32_t group_count = 0;
    uint32_t group_first = first;
    buffer_clear(groups);
    for (uint32_t code = first + 1; code <= end; code++) {
        enum value_kind kind = codes->values[codes->old_of_new[group_first]].kind;
        if (code < end && codes->values[codes->old_of_new[code]].kind == kind) continue;
        buffer_append_byte(groups, (char)kind);
        buffer_append_varint(groups, code - group_first);
        group_count++;
        group_first = code;
    }
    buffer_append_varint(out, group_count);
    buffer_append_text(out, buffer_text(groups));
}

static uint32_t dictionary_block_end(const struct new_codes *codes, uint32_t first)
{
    size_t bytes = 0;
    uint32_t code = first;
    while (code < codes->count && code - first < SEGMENT_DICTIONARY_VALUES_MAX &&
           bytes < SEGMENT_DICTIONARY_BYTES) {
        const struct value *value = &codes->values[codes->old_of_new[code++]];
        bytes += value->kind >= VALUE_BIG_NUMBER ? value->text.size : 8;
    }
    return code;
}

static void write_dictionary(struct segment_lane *lane, uint32_t column,
                             const struct new_codes *codes, struct segment_column_output *out)
{
    uint32_t block_count = 0;
    for (uint32_t first = 1; first < codes->count; block_count++) {
        first = dictionary_block_end(codes, first);
    }
    buffer_append_varint(&out->footer, block_count);
    struct segment_encoder *encoder = &lane->encoder;
    uint32_t first = 1;
    for (uint32_t number = 0; number < block_count; number++) {
        uint32_t end = dictionary_block_end(codes, first);
        buffer_clear(&encoder->raw);
        encode_kinds(&encoder->raw, &encoder->other, codes, first, end);
        buffer_clear(&encoder->other);
        encode_values(encoder, codes, first, end);
        buffer_append_text(&encoder->raw, buffer_text(&encoder->other));
        struct segment_block block;
        segment_encode_bytes(encoder, &block);
        buffer_append_varint(&out->footer, end - first);
        put_block(lane, SEGMENT_STREAM_CODED + 2 * column + 1, number, &block, &out->blocks,
                  &out->footer);
        first = end;
    }
}

static void renumber(struct new_codes *map, uint32_t *codes, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        uint32_t old = codes[i];
        uint32_t new = map->new_of_old[old];
        if (new == 0 && old != 0) {
            new = map->count++;
            map->old_of_new[new] = old;
            map->new_of_old[old] = new;
        }
        codes[i] = new;
    }
}

static void write_codes(struct segment_lane *lane, uint32_t column, struct new_codes *map,
                        struct buffer *blocks)
{
    const struct segment_columns *columns = lane->columns;
    const struct memtable_column *from = columns->part->table->columns[column];
    uint32_t fresh_next = 1;
    for (uint32_t i = 0; i < columns->row_block_count; i++) {
        uint32_t first = columns->row_blocks[i];
        uint32_t count = columns->row_blocks[i + 1] - first;
        memtable_column_gather(from, columns->part->rows + first, count, lane->codes);
        renumber(map, lane->codes, count);
        struct segment_block block;
        segment_encode_codes(&lane->encoder, lane->codes, count, &fresh_next, &block);
        assert(fresh_next == map->count);
        put_block(lane, SEGMENT_STREAM_CODED + 2 * column, i, &block, blocks, &lane->entries);
    }
}

/* The footer tells of the codes' blocks, then of the dictionary's. */
void segment_column_encode(struct segment_lane *lane, uint32_t column,
                           struct segment_column_output *out)
{
    const struct memtable_column *from = lane->columns->part->table->columns[column];
    struct new_codes map = {
        .values = from->dictionary.values,
        .new_of_old = MEMORY_ARRAY(uint32_t, from->dictionary.count),
        .old_of_new = MEMORY_ARRAY(uint32_t, from->dictionary.count),
        .count = 1,
    };
    buffer_clear(&lane->entries);
    write_codes(lane, column, &map, &out->blocks);
    buffer_append_sized(&out->footer, from->name);
    buffer_append_varint(&out->footer, map.count);
    buffer_append_text(&out->footer, buffer_text(&lane->entries));
    write_dictionary(lane, column, &map, out);
    memory_free(map.new_of_old);
    memory_free(map.old_of_new);
}
