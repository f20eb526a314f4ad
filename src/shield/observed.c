#include "shield/observed.h"

#include "base/check.h"
#include "base/memory.h"
#include "crypt/secret.h"
#include "os/os_thread.h"
#include "shield/observed_file.h"
#include "shield/observed_table.h"

#include <string.h>

static const int64_t DAY_MS = 24 * 3600 * 1000;

struct observed {
    struct os_mutex mutex; /* guards all of it */
    uint8_t key[SECRET_KEY_SIZE];
    int64_t key_made_ms; /* 0: there is none */
    struct observed_table *tables;
    size_t table_count;
    uint64_t total;        /* entries of all tables */
    uint64_t change_count; /* from 1 */
};

/* --- tables --- */

static struct observed_table *find_table(struct observed *observed, uint32_t project)
{
    for (size_t i = 0; i < observed->table_count; i++) {
        if (observed->tables[i].project == project) return &observed->tables[i];
    }
    return NULL;
}

static struct observed_table *add_table(struct observed *observed)
{
    if (observed->table_count == OBSERVED_PROJECTS_MAX) return NULL;
    observed->tables =
        memory_resize(observed->tables, observed->table_count + 1, sizeof *observed->tables);
    return &observed->tables[observed->table_count++];
}

static void empty_table(struct observed *observed, struct observed_table *table, struct text salt)
{
    uint32_t project = table->project;
    observed->total -= table->count;
    observed_table_release(table);
    observed_table_init(table, project, salt);
    observed->change_count++;
}

/* The project's table under this salt. NULL: there is no room for another project. */
static struct observed_table *table_for(struct observed *observed, uint32_t project,
                                        struct text salt)
{
    struct observed_table *table = find_table(observed, project);
    if (!table) {
        table = add_table(observed);
        if (table) observed_table_init(table, project, salt);
        return table;
    }
    if (!text_equal((struct text){table->salt, table->salt_size}, salt)) {
        empty_table(observed, table, salt);
    }
    return table;
}

/* --- making --- */

struct observed *observed_make(void)
{
    struct observed *observed = MEMORY_NEW(struct observed);
    os_mutex_init(&observed->mutex);
    observed->change_count = 1;
    return observed;
}

void observed_release(struct observed *observed)
{
    if (!observed) return;
    for (size_t i = 0; i < observed->table_count; i++)
        observed_table_release(&observed->tables[i]);
    memory_free(observed->tables);
    os_mutex_release(&observed->mutex);
    memory_wipe(observed->key, sizeof observed->key);
    memory_free(observed);
}

bool observed_read(struct observed *observed, struct text bytes, bool *is_whole)
{
    size_t offset = 0;
    struct observed_table table;
    assert(observed->table_count == 0);
    *is_whole = false;
    if (!observed_file_check(bytes)) return false;
    while (observed_file_next(bytes, &offset, &table)) {
        bool is_new = !find_table(observed, table.project);
        bool fits = observed->total + table.count <= OBSERVED_TOTAL_MAX;
        struct observed_table *place = is_new && fits ? add_table(observed) : NULL;
        if (!place) break;
        *place = table;
        observed->total += table.count;
    }
    *is_whole = offset == bytes.size;
    observed_table_release(&table);
    return true;
}

/* --- seeing --- */

/* A key in force, or another one: also when the clock was set back before its making. */
static void renew_key(struct observed *observed, int64_t now_ms)
{
    int64_t age_ms = now_ms - observed->key_made_ms;
    if (observed->key_made_ms != 0 && age_ms >= 0 && age_ms < OBSERVED_KEY_DAYS * DAY_MS) return;
    secret_random(observed->key, sizeof observed->key);
    observed->key_made_ms = now_ms;
    for (size_t i = 0; i < observed->table_count; i++)
        observed_table_fold(&observed->tables[i]);
}

/* Of one project and one text: a device has another bit for each, so that bits do not tell which
 * texts one device has shown. */
static uint8_t bit_of(const struct observed *observed, const struct observed_sight *sight)
{
    enum { ID_KEPT = 256, HASH_SIZE = 16 };
    char bytes[sizeof sight->project + sizeof sight->hash + ID_KEPT];
    uint8_t hash[HASH_SIZE];
    size_t size = 0;
    size_t id_size = sight->device.size < ID_KEPT ? sight->device.size : ID_KEPT;
    memcpy(bytes, &sight->project, sizeof sight->project);
    size += sizeof sight->project;
    memcpy(bytes + size, &sight->hash, sizeof sight->hash);
    size += sizeof sight->hash;
    memcpy(bytes + size, sight->device.bytes, id_size);
    size += id_size;
    secret_keyed_hash(observed->key, (struct text){bytes, size}, hash, sizeof hash);
    memory_wipe(bytes, sizeof bytes);
    return hash[0];
}

static void see(struct observed *observed, const struct observed_sight *sight)
{
    struct observed_table *table = table_for(observed, sight->project, sight->salt);
    if (!table) return;
    renew_key(observed, sight->now_ms);
    struct observed_entry *entry = observed_table_find(table, sight->hash);
    if (entry) {
        observed_table_touch(table, entry);
    } else {
        uint32_t before = table->count;
        entry = observed_table_add(table, sight->hash, observed->total < OBSERVED_TOTAL_MAX);
        if (!entry) return;
        observed->total += table->count - before; /* one, or none when another gave its place */
    }
    observed_table_count(table, entry, bit_of(observed, sight), (uint32_t)(sight->now_ms / DAY_MS));
    observed->change_count++;
}

void observed_see(struct observed *observed, const struct observed_sight *sight)
{
    assert(sight->project > 0);
    assert(sight->salt.size > 0 && sight->salt.size <= OBSERVED_SALT_MAX);
    if (sight->device.size == 0 || sight->now_ms <= 0) return;
    os_mutex_lock(&observed->mutex);
    see(observed, sight);
    os_mutex_unlock(&observed->mutex);
}

/* --- what came of it --- */

static size_t copy_ready(const struct observed_table *table, struct observed_ready *ready,
                         uint64_t *hashes, size_t count)
{
    size_t copied = 0;
    *ready = (struct observed_ready){.project = table->project, .salt_size = table->salt_size};
    memcpy(ready->salt, table->salt, table->salt_size);
    for (uint32_t i = 0; i < table->count && copied < count; i++) {
        if (observed_entry_is_ready(&table->entries[i])) hashes[copied++] = table->entries[i].hash;
    }
    return copied;
}

size_t observed_ready(struct observed *observed, struct observed_ready *ready, uint64_t *hashes,
                      size_t count)
{
    size_t copied = 0;
    os_mutex_lock(&observed->mutex);
    for (size_t i = 0; i < observed->table_count && copied == 0; i++) {
        const struct observed_table *table = &observed->tables[i];
        if (table->ready_count > 0) copied = copy_ready(table, ready, hashes, count);
    }
    os_mutex_unlock(&observed->mutex);
    return copied;
}

void observed_drop(struct observed *observed, uint32_t project, const uint64_t *hashes,
                   size_t count)
{
    os_mutex_lock(&observed->mutex);
    struct observed_table *table = find_table(observed, project);
    for (size_t i = 0; table && i < count; i++) {
        struct observed_entry *entry = observed_table_find(table, hashes[i]);
        if (!entry) continue;
        observed_table_remove(table, entry);
        observed->total--;
        observed->change_count++;
    }
    os_mutex_unlock(&observed->mutex);
}

void observed_clear(struct observed *observed, uint32_t project)
{
    os_mutex_lock(&observed->mutex);
    struct observed_table *table = find_table(observed, project);
    if (table) empty_table(observed, table, (struct text){table->salt, 0});
    os_mutex_unlock(&observed->mutex);
}

void observed_figures(struct observed *observed, uint32_t project, struct observed_figures *out)
{
    *out = (struct observed_figures){0};
    os_mutex_lock(&observed->mutex);
    for (size_t i = 0; i < observed->table_count; i++) {
        const struct observed_table *table = &observed->tables[i];
        if (project != 0 && table->project != project) continue;
        out->waiting += table->count - table->ready_count;
        out->bytes += observed_table_bytes(table);
    }
    os_mutex_unlock(&observed->mutex);
}

bool observed_write(struct observed *observed, uint64_t *written, struct buffer *out)
{
    os_mutex_lock(&observed->mutex);
    bool has_changed = *written != observed->change_count;
    *written = observed->change_count;
    if (has_changed) observed_file_begin(out);
    for (size_t i = 0; has_changed && i < observed->table_count; i++)
        observed_file_add(out, &observed->tables[i]);
    os_mutex_unlock(&observed->mutex);
    assert(!buffer_overflowed(out)); /* OBSERVED_TOTAL_MAX entries and their blocks fit */
    return has_changed;
}
