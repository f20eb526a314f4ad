#include "wal_scene.h"

#include "base/memory.h"

#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PAYLOAD_MAX_DEFAULT = 300 };

static uint64_t mix(uint64_t bits)
{
    bits = (bits ^ (bits >> 30)) * 0xbf58476d1ce4e5b9ULL;
    bits = (bits ^ (bits >> 27)) * 0x94d049bb133111ebULL;
    return bits ^ (bits >> 31);
}

uint64_t scene_random(struct scene *scene, uint64_t below)
{
    scene->random += 0x9e3779b97f4a7c15ULL;
    return mix(scene->random) % below;
}

void scene_begin(struct scene *scene, uint64_t seed)
{
    memset(scene, 0, sizeof *scene);
    scene->seed = seed;
    scene->random = seed;
    scene->file_size = 8192;
    scene->payload_max = PAYLOAD_MAX_DEFAULT;
    /* Syncs are free in memory, so that thousands of scenes take seconds. */
    const char *root = getenv("TMPDIR");
    if (!root) root = os_exists("/dev/shm") ? "/dev/shm" : P_tmpdir;
    (void)snprintf(scene->place, sizeof scene->place, "%s/candor-wal-XXXXXX", root);
    assert_non_null(mkdtemp(scene->place));
    (void)snprintf(scene->folder, sizeof scene->folder, "%s/log", scene->place);
    assert_int_equal(mkdir(scene->folder, 0700), 0);
}

static void remove_files(const struct scene *scene)
{
    struct error error;
    char **names;
    size_t count;
    MUST(os_folder_list(scene->folder, &names, &count, &error), &error);
    for (size_t i = 0; i < count; i++) {
        char path[OS_PATH_SIZE];
        assert_true(os_path_join(path, scene->folder, names[i]));
        assert_int_equal(unlink(path), 0);
    }
    os_folder_list_free(names, count);
}

static void begun_path(const struct scene *scene, char out[OS_PATH_SIZE + 16])
{
    (void)snprintf(out, OS_PATH_SIZE + 16, "%s.begun", scene->folder);
}

bool scene_is_begun(const struct scene *scene)
{
    char path[OS_PATH_SIZE + 16];
    begun_path(scene, path);
    return os_exists(path);
}

static void set_begun(const struct scene *scene, bool is_begun)
{
    char path[OS_PATH_SIZE + 16];
    begun_path(scene, path);
    if (!is_begun) {
        (void)unlink(path);
        return;
    }
    FILE *stream = fopen(path, "wb");
    assert_non_null(stream);
    assert_int_equal(fclose(stream), 0);
}

/* What a crash left of it. */
static void remove_aside(const struct scene *scene)
{
    char path[OS_PATH_SIZE + 32];
    (void)snprintf(path, sizeof path, "%s.begun.tmp", scene->folder);
    (void)unlink(path);
}

void scene_end(struct scene *scene)
{
    remove_files(scene);
    set_begun(scene, false);
    assert_int_equal(rmdir(scene->folder), 0);
    remove_aside(scene);
    assert_int_equal(rmdir(scene->place), 0);
}

/* The first eight bytes name the record, the rest follows from them; size too. */
static struct text make_payload(uint64_t token, uint64_t size)
{
    char *bytes = memory_alloc(size, 1);
    for (uint64_t i = 0; i < size; i++)
        bytes[i] = (char)(mix(token + i / 8) >> (i % 8 * 8));
    return (struct text){bytes, size};
}

/* The low bits of a token hold the size, so that a record can be made again from it. */
enum { SIZE_BITS = 27 };

static uint64_t token_size(uint64_t token)
{
    return token & ((UINT64_C(1) << SIZE_BITS) - 1);
}

static enum status take_record(void *context, const struct wal_record *record, struct error *error)
{
    (void)error;
    struct scene *scene = context;
    uint64_t sequence = record->sequence;
    if (scene->replayed_last == 0) {
        assert_int_equal(sequence, scene->watermark + 1);
        scene->replayed_first = sequence;
    } else {
        assert_int_equal(sequence, scene->replayed_last + 1);
    }
    if (sequence > scene->appended) {
        fail_msg("seed %llu: record %llu was never appended", (unsigned long long)scene->seed,
                 (unsigned long long)sequence);
    }
    uint64_t token = scene->tokens[sequence % SCENE_RECORDS_MAX];
    struct text payload = make_payload(token, token_size(token));
    if (!text_equal(payload, record->payload)) {
        fail_msg("seed %llu: record %llu has other bytes", (unsigned long long)scene->seed,
                 (unsigned long long)sequence);
    }
    memory_free((void *)(uintptr_t)payload.bytes);
    assert_int_equal(record->kind, sequence % 3 == 0 ? WAL_PROFILES : WAL_EVENTS);
    scene->replayed_last = sequence;
    return STATUS_OK;
}

enum status scene_open(struct scene *scene, struct wal **wal, struct error *error)
{
    struct wal_options options = {.folder = scene->folder, .file_size = scene->file_size};
    scene->replayed_first = 0;
    scene->replayed_last = 0;
    enum status status = wal_open(&options, scene->watermark, take_record, scene, wal, error);
    if (status != STATUS_OK) return status;
    uint64_t last = scene->replayed_last ? scene->replayed_last : scene->watermark;
    if (last < scene->acked) {
        fail_msg("seed %llu: record %llu was acknowledged, but %llu came last",
                 (unsigned long long)scene->seed, (unsigned long long)scene->acked,
                 (unsigned long long)last);
    }
    /* What survived without an answer counts from now on like any other. */
    scene->acked = last;
    scene->appended = last;
    return STATUS_OK;
}

enum status scene_append(struct scene *scene, struct wal *wal, uint64_t size, struct error *error)
{
    uint64_t token = ++scene->token_last << SIZE_BITS | size;
    struct text payload = make_payload(token, size);
    size_t cut = size > 0 ? (size_t)scene_random(scene, size) : 0;
    struct text parts[] = {
        text_slice(payload, 0, cut),
        {NULL, 0},
        text_slice(payload, cut, size - cut),
    };
    uint64_t sequence = 0;
    enum wal_kind kind = (scene->appended + 1) % 3 == 0 ? WAL_PROFILES : WAL_EVENTS;
    enum status status = wal_append(wal, kind, parts, 3, &sequence, error);
    memory_free((void *)(uintptr_t)payload.bytes);
    if (status != STATUS_OK) return status;
    scene->appended++;
    assert_int_equal(sequence, scene->appended);
    scene->tokens[sequence % SCENE_RECORDS_MAX] = token;
    return STATUS_OK;
}

enum status scene_sync(struct scene *scene, struct wal *wal, struct error *error)
{
    enum status status = wal_sync(wal, error);
    if (status == STATUS_OK) scene->acked = scene->appended;
    if (status == STATUS_BUSY) scene->appended = scene->acked;
    return status;
}

void scene_rewind(struct scene *scene, struct wal *wal)
{
    wal_rewind(wal);
    scene->appended = scene->acked;
}

struct wal *scene_must_open(struct scene *scene)
{
    struct wal *wal = NULL;
    struct error error;
    if (scene_open(scene, &wal, &error) != STATUS_OK) {
        fail_msg("seed %llu: %s", (unsigned long long)scene->seed, error.message);
    }
    return wal;
}

void scene_must_append(struct scene *scene, struct wal *wal, uint64_t size)
{
    struct error error;
    MUST(scene_append(scene, wal, size, &error), &error);
}

void scene_must_sync(struct scene *scene, struct wal *wal)
{
    struct error error;
    MUST(scene_sync(scene, wal, &error), &error);
}

void scene_must_forget(struct scene *scene, struct wal *wal, uint64_t watermark)
{
    struct error error;
    scene->watermark = watermark;
    MUST(wal_forget(wal, watermark, &error), &error);
}

void scene_must_write(struct scene *scene, struct wal *wal, uint32_t count, uint64_t size)
{
    for (uint32_t i = 0; i < count; i++)
        scene_must_append(scene, wal, size);
    scene_must_sync(scene, wal);
}

/* A reader without a watermark, too: whatever happened, the first file needed is there. */
static void check_without_watermark(const struct scene *scene)
{
    struct wal_check_result result;
    struct error error;
    enum status status = wal_check(scene->folder, &result, &error);
    if (status != STATUS_ABSENT) MUST(status, &error);
}

void scene_must_recover(struct scene *scene)
{
    check_without_watermark(scene);
    struct wal *wal = scene_must_open(scene);
    scene_must_write(scene, wal, 2, scene_random(scene, scene->payload_max));
    wal_close(wal);
    wal = scene_must_open(scene);
    wal_close(wal);
}

void scene_take(const struct scene *scene, struct scene_snapshot *out)
{
    struct error error;
    char **names;
    MUST(os_folder_list(scene->folder, &names, &out->count, &error), &error);
    out->files = MEMORY_ARRAY(struct scene_file, out->count);
    for (size_t i = 0; i < out->count; i++) {
        struct scene_file *file = &out->files[i];
        char path[OS_PATH_SIZE];
        assert_true(os_path_join(path, scene->folder, names[i]));
        file->name = names[i];
        MUST(os_file_read_all(path, 1 << 28, &file->bytes, &file->size, &error), &error);
    }
    memory_free(names); /* the names themselves went over */
    out->is_begun = scene_is_begun(scene);
}

void scene_put_back(const struct scene *scene, const struct scene_snapshot *snapshot)
{
    remove_files(scene);
    set_begun(scene, snapshot->is_begun);
    for (size_t i = 0; i < snapshot->count; i++) {
        const struct scene_file *file = &snapshot->files[i];
        char path[OS_PATH_SIZE];
        assert_true(os_path_join(path, scene->folder, file->name));
        FILE *stream = fopen(path, "wb");
        assert_non_null(stream);
        assert_int_equal(fwrite(file->bytes, 1, file->size, stream), file->size);
        assert_int_equal(fclose(stream), 0);
    }
}

void scene_drop(struct scene_snapshot *snapshot)
{
    for (size_t i = 0; i < snapshot->count; i++) {
        memory_free(snapshot->files[i].name);
        memory_free(snapshot->files[i].bytes);
    }
    memory_free(snapshot->files);
    *snapshot = (struct scene_snapshot){0};
}

size_t scene_count_files(const struct scene *scene, const char *suffix)
{
    struct error error;
    char **names;
    size_t count;
    size_t found = 0;
    MUST(os_folder_list(scene->folder, &names, &count, &error), &error);
    for (size_t i = 0; i < count; i++) {
        if (text_ends_with(text_from(names[i]), text_from(suffix))) found++;
    }
    os_folder_list_free(names, count);
    return found;
}
