#include "shield/shield_finding_file.h"

#include "base/calendar.h"
#include "base/memory.h"
#include "codec/block.h"
#include "os/os_file.h"

#include <stdio.h>
#include <string.h>

enum {
    HEAD_SIZE = 8,
    KIND_TEXT = 1,
    KIND_FINDING = 2,
    FINDING_SIZE = 56,
    TEXT_SIZE_MAX = 1024,
    READ_SIZE_MAX = 2 * FINDING_FILE_SIZE_MAX,
};

static const uint64_t checksum_seed = 0x66696e64; /* "find" */
static const char name_prefix[] = "findings-";

struct finding_file {
    char folder[OS_PATH_SIZE];
    struct os_file file; /* of the day below */
    bool is_open;
    int64_t day;
    uint64_t size;   /* up to where it is good */
    int64_t cut_day; /* a write of this day's file failed: what is behind cut_size goes */
    uint64_t cut_size;
    struct text_index texts; /* those in the file */
};

enum status finding_file_open(const char *folder, struct finding_file **out, struct error *error)
{
    TRY(os_folder_make(folder, error));
    struct finding_file *file = MEMORY_NEW(struct finding_file);
    file->file.descriptor = -1;
    file->cut_day = INT64_MIN;
    text_index_init(&file->texts);
    *out = file;
    if (text_to_string(text_from(folder), file->folder, sizeof file->folder)) return STATUS_OK;
    finding_file_close(file);
    return error_set(error, STATUS_TOO_LARGE, "the folder's name is too long");
}

const char *finding_file_folder(const struct finding_file *file)
{
    return file->folder;
}

static void forget(struct finding_file *file)
{
    os_file_close(&file->file);
    file->is_open = false;
    text_index_release(&file->texts);
    text_index_init(&file->texts);
}

void finding_file_close(struct finding_file *file)
{
    if (!file) return;
    os_file_close(&file->file);
    text_index_release(&file->texts);
    memory_free(file);
}

/* --- reading --- */

/* False: not a record, or not whole. */
static bool next_record(struct text bytes, size_t offset, uint8_t *kind, struct text *body)
{
    if (bytes.size - offset < HEAD_SIZE) return false;
    const char *head = bytes.bytes + offset;
    size_t size = (size_t)(uint8_t)head[6] | (size_t)(uint8_t)head[7] << 8;
    if (bytes.size - offset - HEAD_SIZE < size) return false;
    uint32_t sum = (uint32_t)block_checksum(head + 4, HEAD_SIZE - 4 + size, checksum_seed);
    if (sum != load_u32(head)) return false;
    *kind = (uint8_t)head[4];
    *body = (struct text){head + HEAD_SIZE, size};
    return true;
}

static bool is_key_good(const struct finding_key *key, uint32_t text_count)
{
    bool has_texts = key->event < text_count && key->path < text_count && key->sdk < text_count;
    return has_texts && key->detector[3] == 0 && key->tier <= SHIELD_TIER_C &&
           key->action <= SHIELD_REJECT && key->source < SHIELD_SOURCE_COUNT &&
           key->length <= SHIELD_LENGTH_MORE && key->minute >= 0;
}

static bool read_finding(struct text body, const struct text_index *texts,
                         finding_file_visit *visit, void *context)
{
    struct finding_key key;
    if (body.size != FINDING_SIZE) return false;
    memcpy(&key, body.bytes, sizeof key);
    if (!is_key_good(&key, texts->count)) return false;
    struct shield_finding finding = finding_of_key(&key);
    finding.event = text_index_get(texts, key.event);
    finding.path = text_index_get(texts, key.path);
    finding.sdk = text_index_get(texts, key.sdk);
    finding.count = load_u64(body.bytes + sizeof key);
    finding.distinct = load_u32(body.bytes + sizeof key + 8);
    if (visit) visit(context, &finding);
    return true;
}

size_t finding_file_parse(struct text bytes, struct text_index *texts, finding_file_visit *visit,
                          void *context)
{
    size_t offset = 0;
    uint8_t kind;
    struct text body;
    while (next_record(bytes, offset, &kind, &body)) {
        if (kind == KIND_TEXT) {
            uint32_t number = texts->count;
            if (body.size > TEXT_SIZE_MAX || text_index_add(texts, body) != number) return offset;
        } else if (kind != KIND_FINDING || !read_finding(body, texts, visit, context)) {
            return offset;
        }
        offset += HEAD_SIZE + body.size;
    }
    return offset;
}

static bool name_of(const char *folder, int64_t day, char path[OS_PATH_SIZE])
{
    char name[32];
    memcpy(name, name_prefix, sizeof name_prefix - 1);
    calendar_date_format(day, name + sizeof name_prefix - 1);
    return os_path_join(path, folder, name);
}

static bool day_of(const char *name, int64_t *day)
{
    struct text text = text_from(name);
    struct calendar_date date;
    struct text prefix = text_from(name_prefix);
    if (!text_starts_with(text, prefix)) return false;
    if (!calendar_date_parse(text_slice(text, prefix.size, text.size - prefix.size), &date)) {
        return false;
    }
    *day = calendar_days(date);
    return true;
}

/* True when the file is good to its end. */
static bool read_day(const char *folder, const char *name, finding_file_visit *visit, void *context)
{
    char path[OS_PATH_SIZE];
    char *bytes = NULL;
    size_t size = 0;
    struct error error = {0};
    if (!os_path_join(path, folder, name)) return false;
    if (os_file_read_all(path, READ_SIZE_MAX, &bytes, &size, &error) != STATUS_OK) return false;
    struct text_index texts;
    text_index_init(&texts);
    bool is_good = finding_file_parse((struct text){bytes, size}, &texts, visit, context) == size;
    text_index_release(&texts);
    memory_free(bytes);
    return is_good;
}

enum status finding_file_read(const char *folder, int64_t from_day, int64_t to_day,
                              finding_file_visit *visit, void *context, uint32_t *damaged,
                              struct error *error)
{
    char **names = NULL;
    size_t count = 0;
    *damaged = 0;
    TRY(os_folder_list(folder, &names, &count, error));
    for (size_t i = 0; i < count; i++) {
        int64_t day;
        if (!day_of(names[i], &day) || day < from_day || day > to_day) continue;
        *damaged += !read_day(folder, names[i], visit, context);
    }
    os_folder_list_free(names, count);
    return STATUS_OK;
}

/* --- adding --- */

static enum status size_of(const char *path, uint64_t *size, struct error *error)
{
    struct os_file file;
    TRY(os_file_open(&file, path, OS_FILE_READ, error));
    enum status status = os_file_size(&file, size, error);
    os_file_close(&file);
    return status;
}

/* The oldest come first in the order of names. */
static enum status remove_old(const struct finding_file *file, int64_t today, struct error *error)
{
    char **names = NULL;
    size_t count = 0;
    uint64_t total = 0;
    char path[OS_PATH_SIZE];
    int64_t day;
    uint64_t size;
    TRY(os_folder_list(file->folder, &names, &count, error));
    for (size_t i = 0; i < count; i++) {
        if (!day_of(names[i], &day) || !os_path_join(path, file->folder, names[i])) continue;
        if (size_of(path, &size, error) == STATUS_OK) total += size;
    }
    enum status status = STATUS_OK;
    for (size_t i = 0; i < count && status == STATUS_OK; i++) {
        if (!day_of(names[i], &day) || !os_path_join(path, file->folder, names[i])) continue;
        bool is_old = day < today - SHIELD_FINDINGS_DAYS;
        bool is_too_much = total > FINDING_FILES_SIZE_MAX && day < today;
        if (!is_old && !is_too_much) continue;
        if (size_of(path, &size, error) == STATUS_OK) total -= size < total ? size : total;
        status = os_remove(path, error);
    }
    os_folder_list_free(names, count);
    return status;
}

/* Open the day's file and cut what a crash left torn. */
static enum status open_steps(struct finding_file *file, const char *path, struct error *error)
{
    char *bytes = NULL;
    size_t size = 0;
    TRY(os_file_open(&file->file, path, OS_FILE_WRITE_NEW, error));
    TRY(os_file_read_all(path, READ_SIZE_MAX, &bytes, &size, error));
    file->size = finding_file_parse((struct text){bytes, size}, &file->texts, NULL, NULL);
    memory_free(bytes);
    if (file->size < size) TRY(os_file_truncate(&file->file, file->size, error));
    return STATUS_OK;
}

/* What a failed write left would be counted twice: it is written again. */
static enum status cut_failed(struct finding_file *file, struct error *error)
{
    char path[OS_PATH_SIZE];
    struct os_file cut;
    if (file->cut_day == INT64_MIN || !name_of(file->folder, file->cut_day, path)) return STATUS_OK;
    TRY(os_file_open(&cut, path, OS_FILE_WRITE, error));
    enum status status = os_file_truncate(&cut, file->cut_size, error);
    if (status == STATUS_OK) status = os_file_sync(&cut, error);
    os_file_close(&cut);
    if (status == STATUS_OK) file->cut_day = INT64_MIN;
    return status;
}

static enum status open_day(struct finding_file *file, int64_t day, struct error *error)
{
    char path[OS_PATH_SIZE];
    if (file->is_open && file->day == day) return STATUS_OK;
    forget(file);
    TRY(remove_old(file, day, error));
    if (!name_of(file->folder, day, path)) {
        return error_set(error, STATUS_TOO_LARGE, "the folder's name is too long");
    }
    enum status status = open_steps(file, path, error);
    file->is_open = status == STATUS_OK;
    file->day = day;
    if (status != STATUS_OK) forget(file);
    return status;
}

static void write_record(struct buffer *out, uint8_t kind, struct text body)
{
    char *place = buffer_reserve(out, HEAD_SIZE + body.size);
    if (!place) return;
    place[4] = (char)kind;
    place[5] = 0;
    place[6] = (char)(body.size & 255);
    place[7] = (char)(body.size >> 8);
    if (body.size > 0) memcpy(place + HEAD_SIZE, body.bytes, body.size);
    store_u32(place, (uint32_t)block_checksum(place + 4, HEAD_SIZE - 4 + body.size, checksum_seed));
    buffer_advance(out, HEAD_SIZE + body.size);
}

/* The number of the text in the file, which gets it if need be. A day's file that has grown to its
 * limit learns no more texts: what would need one is "?" from then on. */
static uint32_t file_text(struct finding_file *file, struct text text, struct buffer *out)
{
    if (text.size > TEXT_SIZE_MAX) text = TEXT("?");
    uint32_t number = text_index_find(&file->texts, text);
    if (number != TEXT_INDEX_NONE) return number;
    bool is_full = file->size + out->size > FINDING_FILE_SIZE_MAX;
    if (is_full && text.size > 1) return file_text(file, TEXT("?"), out);
    write_record(out, KIND_TEXT, text);
    return text_index_add(&file->texts, text);
}

static void write_finding(struct finding_file *file, const struct finding_table *table,
                          uint32_t index, struct buffer *out)
{
    char body[FINDING_SIZE] = {0};
    struct shield_finding finding = finding_table_get(table, index);
    struct finding_key key = table->items[index].key;
    key.minute = finding.minute;
    key.event = file_text(file, finding.event, out);
    key.path = file_text(file, finding.path, out);
    key.sdk = file_text(file, finding.sdk, out);
    memcpy(body, &key, sizeof key);
    store_u64(body + sizeof key, finding.count);
    store_u32(body + sizeof key + 8, finding.distinct);
    write_record(out, KIND_FINDING, (struct text){body, sizeof body});
}

static enum status append(struct finding_file *file, const struct buffer *out, struct error *error)
{
    if (file->size + out->size > READ_SIZE_MAX || buffer_overflowed(out)) {
        return error_set(error, STATUS_TOO_LARGE, "the day's findings are over %d bytes",
                         READ_SIZE_MAX);
    }
    TRY(os_file_write(&file->file, file->size, out->bytes, out->size, error));
    TRY(os_file_sync_data(&file->file, error));
    file->size += out->size;
    return STATUS_OK;
}

enum status finding_file_append(struct finding_file *file, int64_t day,
                                const struct finding_table *table, struct error *error)
{
    struct buffer out;
    if (table->count == 0) return STATUS_OK;
    TRY(cut_failed(file, error));
    TRY(open_day(file, day, error));
    buffer_init(&out, READ_SIZE_MAX);
    for (uint32_t i = 0; i < table->count; i++)
        write_finding(file, table, i, &out);
    enum status status = append(file, &out, error);
    buffer_release(&out);
    if (status == STATUS_OK) return STATUS_OK;
    file->cut_day = day;
    file->cut_size = file->size;
    forget(file);
    return status;
}
