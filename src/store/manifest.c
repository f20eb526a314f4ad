#include "store/manifest.h"

#include "base/buffer.h"
#include "base/check.h"
#include "base/memory.h"
#include "codec/block.h"
#include "os/os_file.h"
#include "store/manifest_format.h"

#include <string.h>

enum { REWRITE_FACTOR = 4, FILES_FIRST = 8 };

struct manifest {
    char path[OS_PATH_SIZE];
    struct os_file file;
    uint64_t size;           /* where the next record goes */
    uint64_t rewritten_size; /* after the last rewriting, or as it was found */
    uint64_t marked_size;    /* what the marks say was acknowledged */
    uint32_t next_mark;      /* the older one, or one that does not check */
    bool is_old;             /* of an older version, or with a torn mark: to be written anew */
    bool is_dead;            /* a write failed: nobody knows what the file holds */
    struct manifest_project *projects;
    uint32_t project_count;
    uint64_t id_end;
};

struct manifest *manifest_make(const char *path)
{
    struct manifest *manifest = MEMORY_NEW(struct manifest);
    manifest->file.descriptor = -1;
    manifest->id_end = 1;
    size_t size = strlen(path);
    assert(size < sizeof manifest->path);
    memcpy(manifest->path, path, size + 1);
    return manifest;
}

void manifest_close(struct manifest *manifest)
{
    if (!manifest) return;
    os_file_close(&manifest->file);
    for (uint32_t i = 0; i < manifest->project_count; i++) {
        memory_free(manifest->projects[i].segments.files);
        memory_free(manifest->projects[i].profiles.files);
    }
    memory_free(manifest->projects);
    memory_free(manifest);
}

uint32_t manifest_project_count(const struct manifest *manifest)
{
    return manifest->project_count;
}

const struct manifest_project *manifest_project_at(const struct manifest *manifest, uint32_t index)
{
    assert(index < manifest->project_count);
    return &manifest->projects[index];
}

uint64_t manifest_id_end(const struct manifest *manifest)
{
    return manifest->id_end;
}

static struct manifest_project *reach_project(struct manifest *manifest, uint32_t project)
{
    for (uint32_t i = 0; i < manifest->project_count; i++) {
        if (manifest->projects[i].project == project) return &manifest->projects[i];
    }
    manifest->projects = memory_resize(manifest->projects, manifest->project_count + 1,
                                       sizeof(struct manifest_project));
    struct manifest_project *added = &manifest->projects[manifest->project_count++];
    *added = (struct manifest_project){.project = project};
    return added;
}

static struct manifest_file *find_file(const struct manifest_files *files, uint64_t id)
{
    for (uint32_t i = 0; i < files->count; i++) {
        if (files->files[i].id == id) return &files->files[i];
    }
    return NULL;
}

static void add_file(struct manifest *manifest, struct manifest_files *files,
                     const struct manifest_file *file)
{
    if (files->count == files->capacity) {
        files->capacity = files->capacity ? files->capacity * 2 : FILES_FIRST;
        files->files = memory_resize(files->files, files->capacity, sizeof(struct manifest_file));
    }
    files->files[files->count++] = *file;
    if (file->id >= manifest->id_end) manifest->id_end = file->id + 1;
}

static bool remove_file(struct manifest_files *files, uint64_t id)
{
    struct manifest_file *file = find_file(files, id);
    if (!file) return false;
    size_t behind = (size_t)(files->files + files->count - (file + 1));
    memmove(file, file + 1, behind * sizeof(struct manifest_file));
    files->count--;
    return true;
}

/* --- reading --- */

static enum status refuse(const struct manifest *manifest, uint64_t offset, const char *why,
                          struct error *error)
{
    return error_set(error, STATUS_CORRUPT, "could not read manifest \"%s\" at byte %llu: %s",
                     manifest->path, (unsigned long long)offset, why);
}

static bool read_file(struct block_cursor *cursor, bool has_rows, struct manifest_file *file)
{
    *file = (struct manifest_file){0};
    if (!cursor_varint(cursor, &file->id) || !cursor_varint(cursor, &file->bytes)) return false;
    if (file->id == 0 || file->id == UINT64_MAX) return false;
    return !has_rows || cursor_varint(cursor, &file->rows);
}

static bool apply_files(struct manifest *manifest, struct block_cursor *cursor,
                        struct manifest_files *files, bool has_rows)
{
    uint64_t count;
    if (!cursor_varint(cursor, &count)) return false;
    for (uint64_t i = 0; i < count; i++) {
        struct manifest_file file;
        if (!read_file(cursor, has_rows, &file) || find_file(files, file.id)) return false;
        add_file(manifest, files, &file);
    }
    return true;
}

static bool apply_payload(struct manifest *manifest, struct block_cursor *cursor)
{
    uint64_t project;
    uint64_t watermark;
    uint64_t removed_count;
    if (!cursor_varint(cursor, &project) || !cursor_varint(cursor, &watermark)) return false;
    if (project == 0 || project > UINT32_MAX) return false;
    struct manifest_project *of = reach_project(manifest, (uint32_t)project);
    if (watermark < of->watermark) return false;
    of->watermark = watermark;
    if (!apply_files(manifest, cursor, &of->segments, true)) return false;
    if (!apply_files(manifest, cursor, &of->profiles, false)) return false;
    if (!cursor_varint(cursor, &removed_count)) return false;
    for (uint64_t i = 0; i < removed_count; i++) {
        uint64_t id;
        if (!cursor_varint(cursor, &id) || !remove_file(&of->profiles, id)) return false;
    }
    return cursor->place == cursor->end;
}

static bool is_zeros(const uint8_t *bytes, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        if (bytes[i] != 0) return false;
    }
    return true;
}

static uint32_t size_check(const uint8_t *size_bytes, uint64_t offset)
{
    return (uint32_t)block_checksum(size_bytes, 4, offset);
}

/* The record at the offset; *record_size is 0 for a torn tail. */
static enum status read_record(struct manifest *manifest, struct text bytes, uint64_t offset,
                               uint64_t *record_size, struct error *error)
{
    const uint8_t *place = (const uint8_t *)bytes.bytes + offset;
    size_t left = bytes.size - (size_t)offset;
    *record_size = 0;
    if (left < MANIFEST_RECORD_HEADER_SIZE || is_zeros(place, left)) return STATUS_OK;
    if (load_u32(place + 4) != size_check(place, offset)) {
        return refuse(manifest, offset, "a record's size fails its checksum", error);
    }
    uint64_t size = load_u32(place);
    uint64_t whole = MANIFEST_RECORD_HEADER_SIZE + size + MANIFEST_RECORD_TRAILER_SIZE;
    if (whole > left) return STATUS_OK;
    const uint8_t *payload = place + MANIFEST_RECORD_HEADER_SIZE;
    uint64_t checksum = load_u64(payload + size);
    if (checksum != block_checksum(payload, (size_t)size, offset)) {
        /* The end was never written: a checksum of 0 is no accident. */
        if (checksum == 0 && whole == left) return STATUS_OK;
        return refuse(manifest, offset, "a record fails its checksum", error);
    }
    struct block_cursor cursor = {payload, payload + size};
    if (!apply_payload(manifest, &cursor)) {
        return refuse(manifest, offset, "a record makes no sense", error);
    }
    *record_size = whole;
    return STATUS_OK;
}

static uint64_t mark_offset(uint32_t index)
{
    return MANIFEST_HEADER_SIZE + (uint64_t)index * MANIFEST_MARK_SIZE;
}

static void store_mark(uint8_t *out, uint32_t index, uint64_t end)
{
    store_u64(out, end);
    store_u64(out + 8, block_checksum(out, 8, mark_offset(index)));
}

/* The end that a mark tells, or 0 when it does not check. */
static uint64_t read_mark(struct text bytes, uint32_t index)
{
    const char *mark = bytes.bytes + mark_offset(index);
    bool checks = load_u64(mark + 8) == block_checksum(mark, 8, mark_offset(index));
    return checks ? load_u64(mark) : 0;
}

/* Where the records were found to end, and the last one and the one before it to begin. */
struct record_ends {
    uint64_t end;
    uint64_t last;
    uint64_t before_last;
};

/* Whether writing over it with the end that is now true, and with nothing else, left it so. */
static bool is_torn_mark(struct text bytes, uint32_t index, const struct record_ends *ends)
{
    const char *mark = bytes.bytes + mark_offset(index);
    const uint64_t older[] = {ends->last, ends->before_last};
    uint8_t after[MANIFEST_MARK_SIZE];
    store_mark(after, index, ends->end);
    for (int i = 0; i < 2; i++) {
        uint8_t before[MANIFEST_MARK_SIZE];
        store_mark(before, index, older[i]);
        for (size_t written = 1; written < MANIFEST_MARK_SIZE; written++) {
            if (memcmp(mark, after, written) == 0 &&
                memcmp(mark + written, before + written, MANIFEST_MARK_SIZE - written) == 0) {
                return true;
            }
        }
    }
    return false;
}

static enum status judge_marks(struct manifest *manifest, struct text bytes,
                               const struct record_ends *ends, struct error *error)
{
    uint64_t marks[MANIFEST_MARK_COUNT] = {read_mark(bytes, 0), read_mark(bytes, 1)};
    manifest->next_mark = marks[0] <= marks[1] ? 0 : 1;
    manifest->marked_size = marks[1 - manifest->next_mark];
    if (ends->end < manifest->marked_size) {
        return refuse(manifest, ends->end, "it ends here, and more was acknowledged", error);
    }
    if (marks[manifest->next_mark] != 0) return STATUS_OK;
    manifest->is_old = true; /* the torn mark goes with the whole file */
    bool may_be_torn = manifest->marked_size != 0 && manifest->marked_size == ends->last;
    if (may_be_torn && is_torn_mark(bytes, manifest->next_mark, ends)) return STATUS_OK;
    return refuse(manifest, mark_offset(manifest->next_mark), "a mark fails its checksum", error);
}

/* Up to the first record. */
static enum status read_head(struct manifest *manifest, struct text bytes, uint64_t *records_at,
                             struct error *error)
{
    if (bytes.size < MANIFEST_HEADER_SIZE) return refuse(manifest, 0, "it is cut off", error);
    if (load_u32(bytes.bytes) != MANIFEST_MAGIC || load_u64(bytes.bytes + 8) != 0) {
        return refuse(manifest, 0, "it has no magic number", error);
    }
    uint32_t version = load_u32(bytes.bytes + 4);
    if (version != MANIFEST_VERSION && version != MANIFEST_VERSION_UNMARKED) {
        return refuse(manifest, 0, "its version is unknown", error);
    }
    manifest->is_old = version == MANIFEST_VERSION_UNMARKED;
    *records_at = manifest->is_old ? MANIFEST_HEADER_SIZE : MANIFEST_RECORDS_AT;
    if (bytes.size < *records_at) return refuse(manifest, 0, "it is cut off", error);
    return STATUS_OK;
}

enum status manifest_read(struct manifest *manifest, struct text bytes, uint64_t *size_used,
                          struct error *error)
{
    struct record_ends ends = {0};
    TRY(read_head(manifest, bytes, &ends.end, error));
    for (;;) {
        uint64_t record_size;
        TRY(read_record(manifest, bytes, ends.end, &record_size, error));
        if (record_size == 0) break;
        ends.before_last = ends.last;
        ends.last = ends.end;
        ends.end += record_size;
    }
    *size_used = ends.end;
    return manifest->is_old ? STATUS_OK : judge_marks(manifest, bytes, &ends, error);
}

/* --- writing --- */

static void append_files(struct buffer *out, const struct manifest_file *files, uint32_t count,
                         bool has_rows)
{
    buffer_append_varint(out, count);
    for (uint32_t i = 0; i < count; i++) {
        buffer_append_varint(out, files[i].id);
        buffer_append_varint(out, files[i].bytes);
        if (has_rows) buffer_append_varint(out, files[i].rows);
    }
}

/* Room for the record's head; its place is returned for end_record. */
static size_t begin_record(struct buffer *out)
{
    size_t place = out->size;
    buffer_append_u64(out, 0);
    return place;
}

/* file_offset: where in the file the buffer's first byte will be. */
static void end_record(struct buffer *out, size_t place, uint64_t file_offset)
{
    if (buffer_overflowed(out)) return;
    uint64_t offset = file_offset + place;
    uint8_t *head = (uint8_t *)out->bytes + place;
    size_t size = out->size - place - MANIFEST_RECORD_HEADER_SIZE;
    store_u32(head, (uint32_t)size);
    store_u32(head + 4, size_check(head, offset));
    buffer_append_u64(out, block_checksum(head + MANIFEST_RECORD_HEADER_SIZE, size, offset));
}

static void append_change(struct buffer *out, const struct manifest_change *change,
                          uint64_t file_offset)
{
    size_t place = begin_record(out);
    buffer_append_varint(out, change->project);
    buffer_append_varint(out, change->watermark);
    append_files(out, change->segment, change->segment != NULL, true);
    append_files(out, change->profile, change->profile != NULL, false);
    buffer_append_varint(out, change->removed_count);
    for (uint32_t i = 0; i < change->removed_count; i++) {
        buffer_append_varint(out, change->removed[i]);
    }
    end_record(out, place, file_offset);
}

static void append_project(struct buffer *out, const struct manifest_project *project)
{
    size_t place = begin_record(out);
    buffer_append_varint(out, project->project);
    buffer_append_varint(out, project->watermark);
    append_files(out, project->segments.files, project->segments.count, true);
    append_files(out, project->profiles.files, project->profiles.count, false);
    buffer_append_varint(out, 0);
    end_record(out, place, 0);
}

static void append_head(struct buffer *out)
{
    static const char no_marks[MANIFEST_RECORDS_AT - MANIFEST_HEADER_SIZE];
    buffer_append_u32(out, MANIFEST_MAGIC);
    buffer_append_u32(out, MANIFEST_VERSION);
    buffer_append_u64(out, 0);
    buffer_append(out, no_marks, sizeof no_marks);
}

/* Once the whole is known. Both say the same: the file appears with them or not at all. */
static void fill_marks(struct buffer *out)
{
    if (buffer_overflowed(out)) return;
    for (uint32_t i = 0; i < MANIFEST_MARK_COUNT; i++) {
        store_mark((uint8_t *)out->bytes + mark_offset(i), i, out->size);
    }
}

static enum status write_whole(struct manifest *manifest, struct text bytes, struct error *error)
{
    struct os_file file;
    TRY(os_file_create(&file, manifest->path, error));
    enum status status = os_file_write(&file, 0, bytes.bytes, bytes.size, error);
    if (status == STATUS_OK) status = os_file_publish(&file, error);
    os_file_close(&file);
    return status;
}

/* What is known so far in one record for each project; the change, if any, behind them. */
static enum status rewrite(struct manifest *manifest, const struct manifest_change *change,
                           struct error *error)
{
    struct buffer bytes;
    buffer_init(&bytes, MANIFEST_SIZE_MAX);
    append_head(&bytes);
    for (uint32_t i = 0; i < manifest->project_count; i++) {
        append_project(&bytes, &manifest->projects[i]);
    }
    if (change) append_change(&bytes, change, 0);
    fill_marks(&bytes);
    uint64_t size = bytes.size;
    enum status status = STATUS_TOO_LARGE;
    if (buffer_overflowed(&bytes)) {
        error_set(error, status, "could not write manifest \"%s\": it is too large",
                  manifest->path);
    } else {
        manifest->is_dead = true; /* until the new one is known to be in place */
        status = write_whole(manifest, buffer_text(&bytes), error);
    }
    buffer_release(&bytes);
    if (status != STATUS_OK) return status;
    os_file_close(&manifest->file);
    TRY(os_file_open(&manifest->file, manifest->path, OS_FILE_WRITE, error));
    manifest->size = size;
    manifest->rewritten_size = size;
    manifest->marked_size = size;
    manifest->is_old = false;
    manifest->is_dead = false;
    return STATUS_OK;
}

/* Everything up to the size is synced: say so. */
static enum status write_mark(struct manifest *manifest, uint64_t size, struct error *error)
{
    uint32_t index = manifest->next_mark;
    uint8_t mark[MANIFEST_MARK_SIZE];
    store_mark(mark, index, size);
    TRY(os_file_write(&manifest->file, mark_offset(index), mark, sizeof mark, error));
    TRY(os_file_sync_data(&manifest->file, error));
    manifest->marked_size = size;
    manifest->next_mark = 1 - index;
    return STATUS_OK;
}

static enum status append(struct manifest *manifest, const struct manifest_change *change,
                          struct error *error)
{
    struct buffer bytes;
    buffer_init(&bytes, MANIFEST_SIZE_MAX);
    append_change(&bytes, change, manifest->size);
    enum status status =
        os_file_write(&manifest->file, manifest->size, bytes.bytes, bytes.size, error);
    if (status == STATUS_OK) status = os_file_sync_data(&manifest->file, error);
    if (status == STATUS_OK) status = write_mark(manifest, manifest->size + bytes.size, error);
    if (status == STATUS_OK) manifest->size += bytes.size;
    if (status != STATUS_OK) manifest->is_dead = true;
    buffer_release(&bytes);
    return status;
}

static void apply_change(struct manifest *manifest, const struct manifest_change *change)
{
    struct manifest_project *project = reach_project(manifest, change->project);
    assert(change->watermark >= project->watermark);
    project->watermark = change->watermark;
    if (change->segment) add_file(manifest, &project->segments, change->segment);
    if (change->profile) add_file(manifest, &project->profiles, change->profile);
    for (uint32_t i = 0; i < change->removed_count; i++) {
        bool removed = remove_file(&project->profiles, change->removed[i]);
        assert(removed);
    }
}

enum status manifest_commit(struct manifest *manifest, const struct manifest_change *change,
                            struct error *error)
{
    bool is_large = manifest->size > MANIFEST_REWRITE_SIZE &&
                    manifest->size / REWRITE_FACTOR > manifest->rewritten_size;
    if (manifest->is_dead || is_large) {
        TRY(rewrite(manifest, change, error));
    } else {
        TRY(append(manifest, change, error));
    }
    apply_change(manifest, change);
    return STATUS_OK;
}

/* --- opening --- */

/* A process ended between a record and its mark: from now on the record counts. */
static enum status settle_tail(struct manifest *manifest, uint64_t size_found, struct error *error)
{
    if (manifest->size != size_found) {
        TRY(os_file_truncate(&manifest->file, manifest->size, error));
    }
    TRY(os_file_sync(&manifest->file, error));
    if (manifest->size == manifest->marked_size) return STATUS_OK;
    return write_mark(manifest, manifest->size, error);
}

static enum status read_whole(struct manifest *manifest, struct error *error)
{
    char *bytes;
    size_t size;
    TRY(os_file_read_all(manifest->path, MANIFEST_SIZE_MAX, &bytes, &size, error));
    enum status status =
        manifest_read(manifest, (struct text){bytes, size}, &manifest->size, error);
    memory_free(bytes);
    TRY(status);
    if (manifest->is_old) return rewrite(manifest, NULL, error);
    manifest->rewritten_size = manifest->size;
    TRY(os_file_open(&manifest->file, manifest->path, OS_FILE_WRITE, error));
    if (manifest->size == manifest->marked_size && manifest->size == size) return STATUS_OK;
    return settle_tail(manifest, size, error);
}

enum status manifest_open(const char *folder, struct manifest **out, struct error *error)
{
    char path[OS_PATH_SIZE];
    if (!os_path_join(path, folder, MANIFEST_NAME)) {
        return error_set(error, STATUS_INVALID, "could not open the store: its path is too long");
    }
    struct manifest *manifest = manifest_make(path);
    enum status status =
        os_exists(path) ? read_whole(manifest, error) : rewrite(manifest, NULL, error);
    if (status != STATUS_OK) {
        manifest_close(manifest);
        return status;
    }
    *out = manifest;
    return STATUS_OK;
}
