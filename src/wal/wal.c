#include "wal/wal.h"

#include "base/check.h"
#include "base/memory.h"
#include "os/os_clock.h"
#include "wal/wal_internal.h"

#include <stdio.h>
#include <string.h>

enum {
    /* A rare large group must not hold its memory for ever. */
    GATHER_KEPT_MAX = 8 * 1024 * 1024,
};

struct wal {
    struct wal_supply supply;
    struct wal_file_list files; /* the last one is being written when file is open */
    uint64_t oldest;            /* the file named on disk as the oldest one needed; 0: none */
    bool is_begun;              /* as the file beside the folder says */
    struct os_file file;

    /* Room for a file header, then the records since the last sync. */
    struct buffer gather;
    uint64_t durable; /* the last sequence that was synced */
    uint64_t last;    /* the last one given out */
    uint64_t watermark;

    bool is_dead;
    char cause[ERROR_MESSAGE_SIZE]; /* of its death */

    uint64_t sync_count;
    uint64_t sync_ns_total;
    uint64_t sync_ns_max;
};

static uint64_t gathered_size(const struct wal *wal)
{
    assert(wal->gather.size >= WAL_FILE_HEADER_SIZE);
    return wal->gather.size - WAL_FILE_HEADER_SIZE;
}

static bool is_writing(const struct wal *wal)
{
    return wal->file.descriptor >= 0;
}

static void clear_gathered(struct wal *wal)
{
    static const char no_header[WAL_FILE_HEADER_SIZE];
    if (wal->gather.capacity > GATHER_KEPT_MAX) buffer_release(&wal->gather);
    buffer_clear(&wal->gather);
    buffer_append(&wal->gather, no_header, sizeof no_header);
}

static enum status check_alive(const struct wal *wal, struct error *error)
{
    if (!wal->is_dead) return STATUS_OK;
    return error_set(error, STATUS_IO,
                     "the log stopped after a failure and must be reopened: %.200s", wal->cause);
}

static void die(struct wal *wal, const struct error *error)
{
    wal->is_dead = true;
    (void)snprintf(wal->cause, sizeof wal->cause, "%s", error->message);
}

/* Opening. */

/* Without the marks of the last process and with nothing behind the last record, so that what was
 * torn can never be taken for something later. Synced in any case: what was just read may have
 * come from memory that a killed process left, not from the disk. */
static enum status cut_tail(const struct wal *wal, struct wal_file *file, struct error *error)
{
    char name[WAL_NAME_SIZE];
    char path[OS_PATH_SIZE];
    wal_format_log_name(file->id, name);
    TRY(wal_folder_path(wal->supply.folder, name, path, error));
    struct os_file opened;
    TRY(os_file_open(&opened, path, OS_FILE_WRITE, error));
    enum status status = STATUS_OK;
    if (file->size > file->used) status = os_file_truncate(&opened, file->used, error);
    if (status == STATUS_OK) status = os_file_sync(&opened, error);
    os_file_close(&opened);
    file->size = file->used;
    return status;
}

static bool ends_with(const char *name, const char *suffix)
{
    return text_ends_with(text_from(name), text_from(suffix));
}

/* Remove what an earlier process was making, keep its spares. */
static enum status adopt_rest(struct wal *wal, const char *name, struct error *error)
{
    uint64_t number;
    bool is_spare = wal_format_parse_spare_name(name, &number);
    bool is_unfinished = ends_with(name, ".wal.tmp") || ends_with(name, WAL_OLDEST_NAME ".tmp") ||
                         ends_with(name, WAL_NEWEST_NAME ".tmp");
    if (!is_spare && !is_unfinished) return STATUS_OK;
    char path[OS_PATH_SIZE];
    TRY(wal_folder_path(wal->supply.folder, name, path, error));
    if (!is_spare) return os_remove(path, error);

    wal_supply_pass_number(&wal->supply, number);
    uint64_t size;
    struct os_file file;
    TRY(os_file_open(&file, path, OS_FILE_READ, error));
    enum status status = os_file_size(&file, &size, error);
    os_file_close(&file);
    TRY(status);
    bool is_wanted = size == wal->supply.file_size && wal->supply.spare_count < WAL_SPARES_MAX;
    if (!is_wanted) return os_remove(path, error);
    wal_supply_add_spare(&wal->supply, number);
    return STATUS_OK;
}

/* Before the first record of that file, and before a file that was the oldest goes. */
static enum status name_oldest(struct wal *wal, uint64_t number, struct error *error)
{
    if (number == wal->oldest) return STATUS_OK;
    TRY(wal_oldest_write(wal->supply.folder, number, error));
    wal->oldest = number;
    return STATUS_OK;
}

/* The last log file may go now. */
static enum status say_empty(struct wal *wal, struct error *error)
{
    TRY(wal_begun_remove(wal->supply.folder, error));
    wal->is_begun = false;
    return STATUS_OK;
}

static enum status say_begun(struct wal *wal, struct error *error)
{
    if (wal->is_begun) return STATUS_OK;
    TRY(wal_begun_write(wal->supply.folder, error));
    wal->is_begun = true;
    return STATUS_OK;
}

/* A log of an older version says nothing: from now on it does, unless the disk is full. */
static enum status adopt_begun(struct wal *wal, struct error *error)
{
    if (wal->files.count == 0) return say_empty(wal, error);
    TRY(wal_begun_read(wal->supply.folder, &wal->is_begun, error));
    enum status status = say_begun(wal, error);
    return status == STATUS_BUSY ? STATUS_OK : status;
}

static uint64_t last_number(const struct wal *wal)
{
    return wal->files.count > 0 ? wal->files.items[wal->files.count - 1].id.number : 0;
}

/* Keep the files with records, in the order of numbers. */
static enum status adopt_files(struct wal *wal, const struct wal_folder *folder,
                               struct error *error)
{
    for (size_t i = 0; i < folder->files.count; i++) {
        const struct wal_file *file = &folder->files.items[i];
        wal_supply_pass_number(&wal->supply, file->id.number);
        if (file->last_sequence > 0) wal_file_list_add(&wal->files, file);
    }
    TRY(adopt_begun(wal, error));
    wal->oldest = folder->oldest;
    TRY(name_oldest(wal, wal->files.count > 0 ? wal->files.items[0].id.number : 0, error));
    wal->supply.newest = folder->newest;
    TRY(wal_supply_settle(&wal->supply, last_number(wal), error));
    for (size_t i = 0; i < folder->files.count; i++) {
        const struct wal_file *file = &folder->files.items[i];
        if (file->last_sequence == 0) TRY(wal_supply_retire(&wal->supply, file, error));
    }
    return STATUS_OK;
}

static enum status adopt(struct wal *wal, const struct wal_folder *folder, struct error *error)
{
    for (size_t i = 0; i < folder->name_count; i++) {
        TRY(adopt_rest(wal, folder->names[i], error));
    }
    TRY(adopt_files(wal, folder, error));
    if (wal->files.count == 0) return STATUS_OK;
    return cut_tail(wal, &wal->files.items[wal->files.count - 1], error);
}

static enum status open_folder(struct wal *wal, const struct wal_options *options,
                               struct wal_reader *reader, struct error *error)
{
    TRY(os_folder_make(options->folder, error));
    struct wal_folder folder;
    enum status status = wal_folder_read(&folder, reader, error);
    if (status == STATUS_OK) status = adopt(wal, &folder, error);
    wal_folder_release(&folder);
    TRY(status);

    uint64_t next = reader->next;
    if (reader->record_count == 0 && next < options->first_sequence) next = options->first_sequence;
    if (next <= reader->watermark) next = reader->watermark + 1;
    wal->last = next - 1;
    wal->durable = next - 1;
    return wal_forget(wal, reader->watermark, error);
}

static enum status check_options(const struct wal_options *options, uint64_t file_size,
                                 struct error *error)
{
    if (file_size % WAL_PAGE_SIZE != 0 || file_size > WAL_FILE_SIZE_MAX) {
        return error_set(error, STATUS_INVALID,
                         "a log file has a multiple of %d bytes, at most %d, not %llu",
                         WAL_PAGE_SIZE, WAL_FILE_SIZE_MAX, (unsigned long long)file_size);
    }
    if (strlen(options->folder) + WAL_NAME_SIZE >= OS_PATH_SIZE) {
        return error_set(error, STATUS_INVALID, "the name of the log's folder is too long");
    }
    return STATUS_OK;
}

enum status wal_open(const struct wal_options *options, uint64_t watermark, wal_replay *replay,
                     void *context, struct wal **out, struct error *error)
{
    assert(options->folder);
    assert(watermark < UINT64_MAX / 2);
    assert(!options->may_begin_anywhere || watermark == 0);
    assert(options->first_sequence < UINT64_MAX / 2);
    *out = NULL;
    uint64_t file_size = options->file_size ? options->file_size : WAL_FILE_SIZE_DEFAULT;
    TRY(check_options(options, file_size, error));

    struct wal *wal = MEMORY_NEW(struct wal);
    wal->file.descriptor = -1;
    wal_supply_init(&wal->supply, options->folder, file_size);
    buffer_init(&wal->gather, WAL_FILE_HEADER_SIZE + WAL_GATHER_SIZE_MAX + WAL_PAGE_SIZE);
    clear_gathered(wal);
    struct wal_reader reader = {
        .folder = wal->supply.folder,
        .knows_watermark = !options->may_begin_anywhere,
        .watermark = watermark,
        .replay = replay,
        .context = context,
    };
    enum status status = open_folder(wal, options, &reader, error);
    if (status != STATUS_OK) {
        wal_close(wal);
        return status;
    }
    *out = wal;
    return STATUS_OK;
}

/* Gathering. */

/* The payload's size, or more than the maximum. */
static uint64_t payload_size(const struct text *parts, uint32_t part_count)
{
    uint64_t size = 0;
    for (uint32_t i = 0; i < part_count && size <= WAL_RECORD_SIZE_MAX; i++) {
        if (parts[i].size > WAL_RECORD_SIZE_MAX) return UINT64_MAX;
        size += parts[i].size;
    }
    return size;
}

static void copy_parts(char *place, const struct text *parts, uint32_t part_count)
{
    for (uint32_t i = 0; i < part_count; i++) {
        if (parts[i].size > 0) memcpy(place, parts[i].bytes, parts[i].size);
        place += parts[i].size;
    }
}

enum status wal_append(struct wal *wal, enum wal_kind kind, const struct text *parts,
                       uint32_t part_count, uint64_t *sequence, struct error *error)
{
    assert(kind == WAL_EVENTS || kind == WAL_PROFILES);
    TRY(check_alive(wal, error));
    uint64_t size = payload_size(parts, part_count);
    if (size > WAL_RECORD_SIZE_MAX) {
        return error_set(error, STATUS_TOO_LARGE, "a log record holds at most %d bytes",
                         WAL_RECORD_SIZE_MAX);
    }
    uint64_t record_size = wal_format_record_size(size);
    if (gathered_size(wal) + record_size > WAL_GATHER_SIZE_MAX) {
        return error_set(error, STATUS_BUSY, "the log gathers at most %d bytes before a sync",
                         WAL_GATHER_SIZE_MAX);
    }
    char *place = buffer_reserve(&wal->gather, (size_t)record_size);
    assert(place);
    memset(place + record_size - WAL_ALIGNMENT, 0, WAL_ALIGNMENT); /* the padding is in there */
    char *payload = place + WAL_RECORD_HEADER_SIZE;
    copy_parts(payload, parts, part_count);

    struct wal_record_header header = {
        .size = (uint32_t)size,
        .kind = (uint8_t)kind,
        .sequence = wal->last + 1,
        .durable = wal->durable,
        .payload_checksum = wal_format_payload_checksum(payload, size, wal->last + 1),
    };
    wal_format_write_record_header(&header, place);
    buffer_advance(&wal->gather, (size_t)record_size);
    wal->last++;
    *sequence = wal->last;
    return STATUS_OK;
}

void wal_rewind(struct wal *wal)
{
    clear_gathered(wal);
    wal->last = wal->durable;
}

/* Writing. */

static bool fits(const struct wal *wal, uint64_t group_size)
{
    if (!is_writing(wal)) return false;
    const struct wal_file *file = &wal->files.items[wal->files.count - 1];
    assert(file->used <= file->size);
    return group_size <= file->size - file->used;
}

static enum status name_both(struct wal *wal, uint64_t number, struct error *error)
{
    TRY(say_begun(wal, error));
    return name_oldest(wal, number, error);
}

/* The log begins with this file. It goes again when nothing surely names it. */
static enum status name_first(struct wal *wal, struct wal_fresh *fresh, struct error *error)
{
    enum status status = name_both(wal, fresh->id.number, error);
    if (status == STATUS_OK) return STATUS_OK;
    os_file_close(&fresh->file);
    if (status != STATUS_BUSY) return status;
    struct wal_file file = {.id = fresh->id, .size = fresh->size};
    struct error ignored; /* an unused file is in nobody's way */
    if (say_empty(wal, &ignored) != STATUS_OK) return status;
    if (wal_supply_settle(&wal->supply, 0, &ignored) != STATUS_OK) return status;
    (void)!wal_supply_remove(&wal->supply, &file, &ignored);
    return status;
}

/* Go on in a file with room for the group. Until the new one is there, the old one stays. */
static enum status change_file(struct wal *wal, uint64_t group_size, struct error *error)
{
    struct wal_fresh fresh;
    TRY(wal_supply_take(&wal->supply, group_size, &fresh, error));
    if (wal->files.count == 0) TRY(name_first(wal, &fresh, error));
    os_file_close(&wal->file);
    wal->file = fresh.file;
    struct wal_file file = {
        .id = fresh.id,
        .first_sequence = wal->durable + 1,
        .size = fresh.size,
        .used = 0, /* until its header is durable */
    };
    wal_file_list_add(&wal->files, &file);
    return STATUS_OK;
}

/* Now that file and offset are known. */
static void seal_gathered(struct wal *wal, struct wal_file_id id, uint64_t offset)
{
    size_t place = WAL_FILE_HEADER_SIZE;
    while (place < wal->gather.size) {
        char *record = wal->gather.bytes + place;
        uint64_t record_offset = offset + (place - WAL_FILE_HEADER_SIZE);
        wal_format_seal_record(record, id, record_offset);
        struct wal_record_header header;
        bool is_valid = wal_format_read_record_header(record, id, record_offset, &header);
        assert(is_valid);
        place += (size_t)wal_format_record_size(header.size);
    }
    assert(place == wal->gather.size);
}

/* Zeros up to the end of the page: a write of whole pages needs no read of old ones, which may
 * have left memory since the file was used last. */
static void pad_gathered(struct wal *wal, uint64_t end, uint64_t file_size)
{
    static const char zeros[WAL_PAGE_SIZE];
    uint64_t padding = (WAL_PAGE_SIZE - end % WAL_PAGE_SIZE) % WAL_PAGE_SIZE;
    assert(padding <= file_size - end);
    buffer_append(&wal->gather, zeros, (size_t)padding);
    assert(!buffer_overflowed(&wal->gather));
}

static enum status write_gathered(struct wal *wal, struct error *error)
{
    uint64_t group_size = gathered_size(wal);
    if (!fits(wal, group_size)) TRY(change_file(wal, group_size, error));
    struct wal_file *file = &wal->files.items[wal->files.count - 1];
    bool is_first = file->used == 0;
    uint64_t offset = is_first ? WAL_FILE_HEADER_SIZE : file->used;
    seal_gathered(wal, file->id, offset);
    pad_gathered(wal, offset + group_size, file->size);

    size_t skipped = is_first ? 0 : WAL_FILE_HEADER_SIZE;
    if (is_first) {
        struct wal_file_header header = {file->id, file->first_sequence, file->size};
        wal_format_write_file_header(&header, wal->gather.bytes);
    }
    TRY(os_file_write(&wal->file, offset - (WAL_FILE_HEADER_SIZE - skipped),
                      wal->gather.bytes + skipped, wal->gather.size - skipped, error));
    TRY(os_file_sync_data(&wal->file, error));
    file->used = offset + group_size;
    file->last_sequence = wal->last;
    return STATUS_OK;
}

static void count_sync(struct wal *wal, uint64_t duration_ns)
{
    wal->sync_count++;
    wal->sync_ns_total += duration_ns;
    if (wal->sync_ns_max < duration_ns) wal->sync_ns_max = duration_ns;
}

enum status wal_sync(struct wal *wal, struct error *error)
{
    TRY(check_alive(wal, error));
    if (gathered_size(wal) == 0) return STATUS_OK;
    uint64_t begin_ns = os_clock_monotonic_ns();
    enum status status = write_gathered(wal, error);
    if (status == STATUS_OK) {
        wal->durable = wal->last;
        clear_gathered(wal);
        count_sync(wal, os_clock_monotonic_ns() - begin_ns);
        return STATUS_OK;
    }
    wal_rewind(wal);
    if (status != STATUS_BUSY) die(wal, error); /* busy: no byte of a record was written */
    return status;
}

enum status wal_prepare(struct wal *wal, struct error *error)
{
    return wal_supply_prepare(&wal->supply, error);
}

/* Forgetting. */

/* How many of the oldest files hold nothing above the watermark. The one in use stays. */
static size_t count_forgotten(const struct wal *wal)
{
    size_t kept = is_writing(wal) ? 1 : 0;
    size_t count = 0;
    while (count + kept < wal->files.count &&
           wal->files.items[count].last_sequence <= wal->watermark) {
        count++;
    }
    return count;
}

/* On a full disk forgetting makes room and may not need any: then nothing says which is the oldest
 * until the next time. */
static enum status pass_oldest(struct wal *wal, uint64_t number, struct error *error)
{
    enum status status = name_oldest(wal, number, error);
    return status == STATUS_BUSY ? name_oldest(wal, 0, error) : status;
}

static enum status forget_files(struct wal *wal, size_t count, struct error *error)
{
    bool is_all = count == wal->files.count;
    if (is_all) TRY(say_empty(wal, error));
    TRY(pass_oldest(wal, is_all ? 0 : wal->files.items[count].id.number, error));
    TRY(wal_supply_settle(&wal->supply, is_all ? 0 : last_number(wal), error));
    for (size_t i = 0; i < count; i++) {
        TRY(wal_supply_retire(&wal->supply, &wal->files.items[0], error));
        wal_file_list_remove_first(&wal->files);
    }
    return os_folder_sync(wal->supply.folder, error);
}

enum status wal_forget(struct wal *wal, uint64_t watermark, struct error *error)
{
    assert(watermark <= wal->durable);
    TRY(check_alive(wal, error));
    if (wal->watermark < watermark) wal->watermark = watermark;
    size_t count = count_forgotten(wal);
    return count > 0 ? forget_files(wal, count, error) : STATUS_OK;
}

enum status wal_trim(struct wal *wal, struct error *error)
{
    TRY(check_alive(wal, error));
    bool is_forgotten = wal->watermark == wal->durable && gathered_size(wal) == 0;
    if (!is_forgotten) return STATUS_OK;
    TRY(say_empty(wal, error));
    TRY(name_oldest(wal, 0, error));
    TRY(wal_supply_settle(&wal->supply, 0, error));
    os_file_close(&wal->file);
    while (wal->files.count > 0) {
        TRY(wal_supply_remove(&wal->supply, &wal->files.items[0], error));
        wal_file_list_remove_first(&wal->files);
    }
    return wal_supply_clear(&wal->supply, error);
}

bool wal_is_empty(const struct wal *wal)
{
    return wal->files.count == 0 && gathered_size(wal) == 0;
}

uint64_t wal_pass(struct wal *wal)
{
    assert(wal_is_empty(wal));
    assert(wal->last == wal->durable);
    wal->last++;
    wal->durable = wal->last;
    return wal->last;
}

/* Proof that the last group was durable: without it a reader could not tell damage there from a
 * torn write. Only a hint, so a failure to write it is nobody's trouble. */
static void write_mark(struct wal *wal)
{
    if (wal->is_dead || !fits(wal, WAL_RECORD_HEADER_SIZE)) return;
    const struct wal_file *file = &wal->files.items[wal->files.count - 1];
    if (file->used == 0) return;
    char mark[WAL_RECORD_HEADER_SIZE];
    struct wal_record_header header = {
        .kind = WAL_KIND_MARK,
        .sequence = wal->durable,
        .durable = wal->durable,
    };
    wal_format_write_record_header(&header, mark);
    wal_format_seal_record(mark, file->id, file->used);
    struct error ignored;
    if (os_file_write(&wal->file, file->used, mark, sizeof mark, &ignored) != STATUS_OK) return;
    if (os_file_sync_data(&wal->file, &ignored) != STATUS_OK) return;
}

void wal_close(struct wal *wal)
{
    if (!wal) return;
    write_mark(wal);
    os_file_close(&wal->file);
    wal_supply_release(&wal->supply);
    wal_file_list_release(&wal->files);
    buffer_release(&wal->gather);
    memory_free(wal);
}

/* Figures. */

/* Records of one file are taken to be of one size. */
static uint64_t live_bytes(const struct wal_file *file, uint64_t watermark)
{
    if (file->last_sequence <= watermark) return 0;
    uint64_t used = file->used - WAL_FILE_HEADER_SIZE;
    if (watermark < file->first_sequence) return used;
    uint64_t count = file->last_sequence - file->first_sequence + 1;
    uint64_t live_count = file->last_sequence - watermark;
    return (uint64_t)((double)used * (double)live_count / (double)count);
}

void wal_figures(const struct wal *wal, struct wal_figures *out)
{
    *out = (struct wal_figures){
        .last_sequence = wal->durable,
        .gathered_bytes = gathered_size(wal),
        .file_bytes = atomic_load(&wal->supply.idle_bytes),
        .sync_count = wal->sync_count,
        .sync_ns_total = wal->sync_ns_total,
        .sync_ns_max = wal->sync_ns_max,
    };
    for (size_t i = 0; i < wal->files.count; i++) {
        const struct wal_file *file = &wal->files.items[i];
        out->file_bytes += file->size;
        out->live_bytes += live_bytes(file, wal->watermark);
    }
}
