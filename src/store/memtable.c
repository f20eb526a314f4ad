#include "store/memtable.h"

#include "base/check.h"
#include "base/memory.h"
#include "codec/json_writer.h"
#include "store/row_source.h"

enum {
    COLUMNS_FIRST = 32,
    NAMES_FIRST = 64,
    PROPERTY_COLUMN_FIRST = ROW_COLUMN_INSERT_ID + 1,
    OVERFLOW_SIZE_MAX = 256 << 20, /* a record of the log, each byte an escape of six */
};
static const uint32_t code_pending = UINT32_MAX; /* of a value that waits: no code yet, but taken */

static uint32_t add_column(struct memtable *table, struct text name)
{
    if (table->column_count == table->column_capacity) {
        uint32_t capacity = table->column_capacity ? table->column_capacity * 2 : COLUMNS_FIRST;
        table->columns = memory_resize(table->columns, capacity, sizeof(struct memtable_column *));
        table->column_capacity = capacity;
    }
    struct memtable_column *column = MEMORY_NEW(struct memtable_column);
    memtable_column_init(column, name);
    table->columns[table->column_count] = column;
    return table->column_count++;
}

struct memtable *memtable_make(struct column_names *names, uint64_t hash_seed)
{
    struct memtable *table = MEMORY_NEW(struct memtable);
    atomic_init(&table->reference_count, 1);
    os_rwlock_init(&table->lock);
    table->names = names;
    table->hash_seed = hash_seed;
    text_index_init(&table->column_index);
    buffer_init(&table->overflow, OVERFLOW_SIZE_MAX);
    uint32_t event = add_column(table, TEXT("event"));
    assert(event == ROW_COLUMN_EVENT);
    uint32_t insert_id = add_column(table, TEXT("insert_id"));
    assert(insert_id == ROW_COLUMN_INSERT_ID);
    return table;
}

struct memtable *memtable_hold(struct memtable *table)
{
    unsigned before = atomic_fetch_add(&table->reference_count, 1);
    assert(before > 0);
    return table;
}

void memtable_drop(struct memtable *table)
{
    if (!table) return;
    unsigned before = atomic_fetch_sub(&table->reference_count, 1);
    assert(before > 0);
    if (before > 1) return;
    for (uint32_t i = 0; i < table->column_count; i++) {
        memtable_column_release(table->columns[i]);
        memory_free(table->columns[i]);
    }
    memory_free(table->columns);
    for (uint32_t i = 0; i < table->chunk_count; i++)
        memory_free(table->chunks[i]);
    memory_free(table->chunks);
    memory_free(table->batch_names);
    text_index_release(&table->column_index);
    buffer_release(&table->overflow);
    os_rwlock_release(&table->lock);
    memory_free(table);
}

void memtable_begin_batch(struct memtable *table, uint64_t sequence)
{
    assert(sequence > table->last_sequence);
    table->last_sequence = sequence;
    table->batch_number++;
}

static struct row_chunk *reach_row(struct memtable *table)
{
    uint32_t index = table->row_count / CHUNK_ROWS;
    if (index < table->chunk_count) return table->chunks[index];
    if (index == table->chunk_capacity) {
        table->chunk_capacity = index ? index * 2 : 4;
        table->chunks =
            memory_resize(table->chunks, table->chunk_capacity, sizeof(struct row_chunk *));
    }
    table->chunks[table->chunk_count++] = MEMORY_NEW(struct row_chunk);
    table->bytes_held += sizeof(struct row_chunk);
    return table->chunks[index];
}

static void add_names(struct memtable *table, uint32_t name_index)
{
    uint32_t count = table->batch_name_count ? table->batch_name_count * 2 : NAMES_FIRST;
    while (count <= name_index)
        count *= 2;
    table->batch_names = memory_resize(table->batch_names, count, sizeof(struct batch_name));
    for (uint32_t i = table->batch_name_count; i < count; i++) {
        table->batch_names[i] = (struct batch_name){0};
    }
    table->batch_name_count = count;
}

/* NULL: the overflow. A name that is the overflow column's own is kept inside it: export could not
 * tell them apart. */
static struct memtable_column *find_or_add_column(struct memtable *table, struct text name)
{
    if (text_equal(name, TEXT(ROW_OVERFLOW_COLUMN))) return NULL;
    uint32_t number = text_index_find(&table->column_index, name);
    if (number != TEXT_INDEX_NONE) return table->columns[number + PROPERTY_COLUMN_FIRST];
    if (!column_names_admit(table->names, name)) return NULL;
    number = text_index_add(&table->column_index, name);
    uint32_t column = add_column(table, text_index_get(&table->column_index, number));
    assert(column == number + PROPERTY_COLUMN_FIRST);
    return table->columns[column];
}

/* Clients send the same names in the same order, so the column that had this name_index in the
 * batch before is tried first. */
static struct memtable_column *check_name(struct memtable *table, const struct property *property)
{
    if (property->name_index >= table->batch_name_count) add_names(table, property->name_index);
    struct batch_name *name = &table->batch_names[property->name_index];
    if (!name->column || !text_equal(name->column->name, property->name)) {
        name->column = find_or_add_column(table, property->name);
    }
    name->batch = table->batch_number;
    return name->column;
}

/* NULL: the overflow. */
static inline struct memtable_column *column_of(struct memtable *table,
                                                const struct property *property)
{
    if (property->name_index < table->batch_name_count) {
        const struct batch_name *name = &table->batch_names[property->name_index];
        if (name->batch == table->batch_number) return name->column;
    }
    return check_name(table, property);
}

static void add_to_overflow(struct memtable *table, const struct property *property)
{
    struct buffer *object = &table->overflow;
    buffer_append_byte(object, object->size == 0 ? '{' : ',');
    json_escape(object, property->name);
    buffer_append_byte(object, ':');
    value_write_json(&property->value, object);
    table->overflow_count++;
}

void memtable_settle(struct memtable *table)
{
    struct memtable_pending *pending = &table->pending;
    for (uint32_t i = 0; i < pending->count; i++) {
        const struct memtable_pending_value *value = &pending->values[i];
        memtable_dictionary_fetch_value(value->dictionary, value->hash);
    }
    for (uint32_t i = 0; i < pending->count; i++) {
        const struct memtable_pending_value *value = &pending->values[i];
        memtable_dictionary_fetch_text(value->dictionary, value->hash);
    }
    for (uint32_t i = 0; i < pending->count; i++) {
        const struct memtable_pending_value *value = &pending->values[i];
        *value->code = memtable_dictionary_add(value->dictionary, &value->value, value->hash);
    }
    pending->count = 0;
}

/* What a large dictionary is asked for waits, so that all such values of some rows are waited for
 * together. Codes of a sparse chunk may move with the next row, and cannot wait. */
static __attribute__((noinline)) void look_up(struct memtable *table,
                                              struct memtable_column *column,
                                              const struct value *value, uint32_t *code)
{
    struct memtable_pending *pending = &table->pending;
    struct memtable_dictionary *dictionary = &column->dictionary;
    uint32_t hash = memtable_dictionary_hash(value, table->hash_seed);
    if (memtable_dictionary_is_small(dictionary) || !column->codes) {
        *code = memtable_dictionary_add(dictionary, value, hash);
        return;
    }
    *code = code_pending;
    memtable_dictionary_fetch_slot(dictionary, hash);
    if (pending->count == MEMTABLE_PENDING_MAX) memtable_settle(table);
    pending->values[pending->count++] = (struct memtable_pending_value){
        .dictionary = dictionary, .code = code, .value = *value, .hash = hash};
}

static inline void set_value(struct memtable *table, struct memtable_column *column,
                             const struct value *value)
{
    uint32_t *code = memtable_column_reach(column, table->row_count);
    if (!code) return;
    *code = memtable_dictionary_again(&column->dictionary, value);
    if (*code == 0) look_up(table, column, value, code);
}

static void set_event(struct memtable *table, const struct event *event)
{
    struct value name = value_from_text(event->name);
    struct value insert_id = value_from_text(event->insert_id);
    set_value(table, table->columns[ROW_COLUMN_EVENT], &name);
    if (event->insert_id.size > 0) {
        set_value(table, table->columns[ROW_COLUMN_INSERT_ID], &insert_id);
    }
    for (uint32_t i = 0; i < event->property_count; i++) {
        const struct property *property = &event->properties[i];
        if (property->value.kind == VALUE_MISSING) continue;
        struct memtable_column *column = column_of(table, property);
        if (column) {
            set_value(table, column, &property->value);
        } else {
            add_to_overflow(table, property);
        }
    }
}

/* The overflow column is made with the first row that needs it, whatever the limit says. */
static void set_overflow(struct memtable *table)
{
    buffer_append_byte(&table->overflow, '}');
    assert(!buffer_overflowed(&table->overflow));
    struct text name = TEXT(ROW_OVERFLOW_COLUMN);
    uint32_t number = text_index_find(&table->column_index, name);
    if (number == TEXT_INDEX_NONE) {
        number = text_index_add(&table->column_index, name);
        add_column(table, text_index_get(&table->column_index, number));
    }
    struct value object = {.kind = VALUE_OBJECT, .text = buffer_text(&table->overflow)};
    set_value(table, table->columns[number + PROPERTY_COLUMN_FIRST], &object);
    memtable_settle(table); /* before its bytes are gone */
    buffer_clear(&table->overflow);
}

void memtable_append(struct memtable *table, const struct memtable_row *row)
{
    const struct event *event = row->event;
    assert(table->row_count < INT32_MAX);
    uint32_t number = table->row_count;
    struct row_chunk *chunk = reach_row(table);
    uint32_t place = number % CHUNK_ROWS;
    if (place == 0) memtable_settle(table); /* the next chunk may be sparse, where none waits */
    chunk->times[place] = event->time_ms;
    chunk->arrivals[place] = row->arrival;
    chunk->received[place] = row->received_ms;
    chunk->persons[place] = row->person;
    chunk->flags[place] = event->flags & EVENT_IMPORTED;

    set_event(table, event);
    if (table->overflow.size > 0) set_overflow(table);
    table->row_count = number + 1;
    if (table->first_sequence == 0) table->first_sequence = table->last_sequence;
}

size_t memtable_bytes(const struct memtable *table)
{
    size_t bytes = table->bytes_held + table->column_index.bytes_total;
    for (uint32_t i = 0; i < table->column_count; i++) {
        bytes += sizeof(struct memtable_column) + table->columns[i]->bytes_held +
                 table->columns[i]->dictionary.bytes_held;
    }
    return bytes;
}

int memtable_find_column(const struct memtable *table, struct text property)
{
    uint32_t number = text_index_find(&table->column_index, property);
    if (number == TEXT_INDEX_NONE) return ROW_COLUMN_NONE;
    return (int)number + PROPERTY_COLUMN_FIRST;
}
