/* Damaged files: a flipped bit, a cut, a swap is refused by name. */
#include "store_scene.h"

#include "base/memory.h"
#include "codec/block.h"
#include "store/manifest_format.h"

#include <string.h>

static uint64_t seed;

struct kept_file {
    char path[OS_PATH_SIZE];
    char *bytes;
    size_t size;
};

struct kept_folder {
    struct kept_file *files;
    size_t count;
};

static void keep_folder(const struct scene *scene, struct kept_folder *out)
{
    struct error error;
    char **names;
    MUST(os_folder_list(scene->folder, &names, &out->count, &error), &error);
    out->files = MEMORY_ARRAY(struct kept_file, out->count);
    for (size_t i = 0; i < out->count; i++) {
        struct kept_file *file = &out->files[i];
        assert_true(os_path_join(file->path, scene->folder, names[i]));
        MUST(os_file_read_all(file->path, 1 << 28, &file->bytes, &file->size, &error), &error);
    }
    os_folder_list_free(names, out->count);
}

static void write_file(const char *path, const char *bytes, size_t size)
{
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, size, file), size);
    assert_int_equal(fclose(file), 0);
}

static void put_back(const struct scene *scene, const struct kept_folder *folder)
{
    scene_remove_files(scene);
    for (size_t i = 0; i < folder->count; i++)
        write_file(folder->files[i].path, folder->files[i].bytes, folder->files[i].size);
}

static void drop_folder(struct kept_folder *folder)
{
    for (size_t i = 0; i < folder->count; i++)
        memory_free(folder->files[i].bytes);
    memory_free(folder->files);
}

static void change_profile(struct scene *scene, const char *id, int64_t number)
{
    struct error error;
    struct profile_step step = {
        .operation = PROFILE_SET,
        .name = TEXT("number"),
        .value = value_from_integer(number),
    };
    struct profile_change change = {.id = text_from(id), .step_count = 1, .steps = &step};
    struct store_profile_scope scope;
    assert_true(store_profiles_begin(scene->store, 1, ++scene->sequence, &scope));
    MUST(store_profiles_change(&scope, &change, &error), &error);
    store_profiles_end(&scope);
}

/* Two segments, two profile files. */
static void make_folder(struct scene *scene, struct kept_folder *folder)
{
    scene->shape = (struct scene_shape){.persons = 30, .names = 8, .properties_max = 6};
    scene_must_open(scene);
    for (int i = 0; i < 2; i++) {
        scene_append(scene, 1, 60);
        change_profile(scene, "ann", i);
        change_profile(scene, "bob", i);
        scene_must_flush(scene, 1);
    }
    scene_close(scene);
    keep_folder(scene, folder);
    assert_int_equal(folder->count, 5);
}

static bool profile_is_right(struct scene *scene)
{
    struct error error;
    struct snapshot *snapshot;
    struct buffer json;
    buffer_init(&json, 1 << 16);
    MUST(store_snapshot(scene->store, 1, &snapshot, &error), &error);
    bool found = snapshot_profile_json(snapshot, TEXT(""), TEXT("ann"), &json);
    snapshot_release(snapshot);
    bool right = found && text_find(buffer_text(&json), TEXT("\"number\":1,")) >= 0;
    buffer_release(&json);
    return right;
}

static enum status open_and_read(struct scene *scene, struct error *error)
{
    TRY(scene_open(scene, error));
    return scene_read(scene, 1, scene->twins[1].count, error);
}

/* Opens and reads all; what is not refused is as it was. Returns whether it was refused. */
static bool check_damaged(struct scene *scene)
{
    struct error error = {0};
    enum status status = open_and_read(scene, &error);
    if (status == STATUS_OK) assert_true(profile_is_right(scene));
    if (status == STATUS_OK) {
        struct error verified;
        MUST(store_verify(scene->store, 1, &verified), &verified);
    } else if (status != STATUS_CORRUPT) {
        fail_msg("%s: %s", status_name(status), error.message);
    } else {
        assert_non_null(strchr(error.message, '"')); /* names the file */
    }
    scene_close(scene);
    return status != STATUS_OK;
}

static void refuses_every_kind_of_flipped_bit(void **state)
{
    (void)state;
    struct scene scene;
    struct kept_folder folder;
    scene_begin(&scene, seed);
    make_folder(&scene, &folder);
    uint32_t refused = 0;
    enum { FLIPS = 400 };
    for (uint32_t i = 0; i < FLIPS; i++) {
        put_back(&scene, &folder);
        struct kept_file *file = &folder.files[i % folder.count];
        size_t place = seeded_next(&scene.random) % file->size;
        char bit = (char)(1 << seeded_below(&scene.random, 8));
        file->bytes[place] ^= bit;
        write_file(file->path, file->bytes, file->size);
        file->bytes[place] ^= bit;
        refused += check_damaged(&scene);
    }
    assert_int_equal(refused, FLIPS); /* no byte of any file is without a checksum */
    drop_folder(&folder);
    scene_end(&scene);
}

static void refuses_segments_and_profiles_that_were_cut(void **state)
{
    (void)state;
    struct scene scene;
    struct kept_folder folder;
    scene_begin(&scene, seed + 1);
    make_folder(&scene, &folder);
    for (int i = 0; i < 60; i++) {
        put_back(&scene, &folder);
        size_t number = seeded_below(&scene.random, (uint32_t)folder.count);
        struct kept_file *file = &folder.files[number];
        if (text_ends_with(text_from(file->path), TEXT("manifest"))) continue;
        write_file(file->path, file->bytes, seeded_next(&scene.random) % file->size);
        assert_true(check_damaged(&scene));
    }
    drop_folder(&folder);
    scene_end(&scene);
}

static void refuses_files_that_took_each_others_place(void **state)
{
    (void)state;
    struct scene scene;
    struct kept_folder folder;
    scene_begin(&scene, seed + 2);
    make_folder(&scene, &folder);
    for (size_t i = 0; i < folder.count; i++) {
        for (size_t k = 0; k < folder.count; k++) {
            if (i == k) continue;
            put_back(&scene, &folder);
            write_file(folder.files[i].path, folder.files[k].bytes, folder.files[k].size);
            assert_true(check_damaged(&scene));
        }
    }
    drop_folder(&folder);
    scene_end(&scene);
}

static void refuses_a_folder_without_one_of_its_files(void **state)
{
    (void)state;
    struct scene scene;
    struct kept_folder folder;
    scene_begin(&scene, seed + 3);
    make_folder(&scene, &folder);
    for (size_t i = 0; i < folder.count; i++) {
        struct error error;
        put_back(&scene, &folder);
        MUST(os_remove(folder.files[i].path, &error), &error);
        assert_true(check_damaged(&scene));
        for (size_t k = 0; k < folder.count; k++) {
            if (k != i) assert_true(os_exists(folder.files[k].path));
        }
    }
    drop_folder(&folder);
    scene_end(&scene);
}

/* The manifest's last record is torn: the store is as before it, and goes on. */
static void cuts_a_torn_tail_of_the_manifest(void **state)
{
    (void)state;
    struct scene scene;
    scene_begin(&scene, seed + 4);
    scene.shape = (struct scene_shape){.persons = 30, .names = 8, .properties_max = 6};
    scene_must_open(&scene);
    scene_append(&scene, 1, 60);
    scene_must_flush(&scene, 1);
    scene_close(&scene);
    struct kept_folder before;
    keep_folder(&scene, &before);
    struct kept_file *manifest = &before.files[0];
    assert_true(text_ends_with(text_from(manifest->path), TEXT("manifest")));
    for (size_t more = 0; more < 40; more++) {
        put_back(&scene, &before);
        char *longer = memory_alloc(manifest->size + more, 1);
        memcpy(longer, manifest->bytes, manifest->size);
        /* Zeros, or the beginning of a record like the last one at a place that is not its own. */
        if (more < 8) memset(longer + manifest->size, 7, more);
        write_file(manifest->path, longer, manifest->size + more);
        memory_free(longer);
        struct error error;
        MUST(open_and_read(&scene, &error), &error);
        scene_close(&scene);
    }
    drop_folder(&before);
    scene_end(&scene);
}

static struct kept_file *find_manifest(struct kept_folder *folder)
{
    for (size_t i = 0; i < folder->count; i++) {
        if (text_ends_with(text_from(folder->files[i].path), TEXT(MANIFEST_NAME))) {
            return &folder->files[i];
        }
    }
    fail_msg("there is no manifest");
    return NULL;
}

/* Between two records, too: what a flush was told is safe is missed when it is gone. */
static void refuses_a_manifest_that_was_cut_anywhere(void **state)
{
    (void)state;
    struct scene scene;
    struct kept_folder folder;
    scene_begin(&scene, seed + 6);
    make_folder(&scene, &folder);
    struct kept_file *manifest = find_manifest(&folder);
    for (size_t size = 0; size < manifest->size; size++) {
        for (int with_zeros = 0; with_zeros < 2; with_zeros++) {
            char *cut = MEMORY_ARRAY(char, manifest->size);
            memcpy(cut, manifest->bytes, size);
            put_back(&scene, &folder);
            write_file(manifest->path, cut, with_zeros ? manifest->size : size);
            memory_free(cut);
            struct error error;
            assert_int_equal(scene_open(&scene, &error), STATUS_CORRUPT);
            assert_non_null(strstr(error.message, MANIFEST_NAME));
            scene_close(&scene);
            for (size_t i = 0; i < folder.count; i++) /* nothing was taken for a leftover */
                assert_true(os_exists(folder.files[i].path));
        }
    }
    drop_folder(&folder);
    scene_end(&scene);
}

static void write_mark(char *manifest, uint32_t index, uint64_t end)
{
    uint64_t at = MANIFEST_HEADER_SIZE + (uint64_t)index * MANIFEST_MARK_SIZE;
    store_u64(manifest + at, end);
    store_u64(manifest + at + 8, block_checksum(manifest + at, 8, at));
}

static uint64_t read_mark(const char *manifest, uint32_t index)
{
    return load_u64(manifest + MANIFEST_HEADER_SIZE + (size_t)index * MANIFEST_MARK_SIZE);
}

/* The process ended while it wrote the mark of the last record: the record is there and counts,
 * and a cut is missed again as soon as the store was opened. */
static void takes_a_record_whose_mark_was_torn(void **state)
{
    (void)state;
    struct scene scene;
    struct kept_folder folder;
    scene_begin(&scene, seed + 7);
    make_folder(&scene, &folder);
    struct kept_file *manifest = find_manifest(&folder);
    uint32_t newer = read_mark(manifest->bytes, 0) < read_mark(manifest->bytes, 1);
    uint64_t before_last = MANIFEST_RECORDS_AT;
    size_t newer_at = MANIFEST_HEADER_SIZE + newer * MANIFEST_MARK_SIZE;
    assert_int_equal(read_mark(manifest->bytes, newer), manifest->size);
    for (size_t written = 0; written < MANIFEST_MARK_SIZE; written++) {
        char *torn = MEMORY_ARRAY(char, manifest->size);
        memcpy(torn, manifest->bytes, manifest->size);
        write_mark(torn, newer, before_last);
        memcpy(torn + newer_at, manifest->bytes + newer_at, written);
        put_back(&scene, &folder);
        write_file(manifest->path, torn, manifest->size);
        memory_free(torn);
        assert_false(check_damaged(&scene));

        char *bytes;
        size_t size;
        struct error error;
        MUST(os_file_read_all(manifest->path, 1 << 20, &bytes, &size, &error), &error);
        uint64_t end = read_mark(bytes, read_mark(bytes, 0) < read_mark(bytes, 1));
        assert_int_equal(end, size);
        write_file(manifest->path, bytes, size - 1);
        memory_free(bytes);
        assert_true(check_damaged(&scene));
    }
    drop_folder(&folder);
    scene_end(&scene);
}

/* The same records as version 1 had them: their checksums are those of other places. */
static size_t to_version_1(const struct kept_file *manifest, char *out)
{
    size_t shift = MANIFEST_RECORDS_AT - MANIFEST_HEADER_SIZE;
    size_t size = manifest->size - shift;
    memcpy(out, manifest->bytes, MANIFEST_HEADER_SIZE);
    memcpy(out + MANIFEST_HEADER_SIZE, manifest->bytes + MANIFEST_RECORDS_AT,
           size - MANIFEST_HEADER_SIZE);
    store_u32(out + 4, MANIFEST_VERSION_UNMARKED);
    for (size_t at = MANIFEST_HEADER_SIZE; at < size;) {
        char *payload = out + at + MANIFEST_RECORD_HEADER_SIZE;
        uint32_t payload_size = load_u32(out + at);
        store_u32(out + at + 4, (uint32_t)block_checksum(out + at, 4, at));
        store_u64(payload + payload_size, block_checksum(payload, payload_size, at));
        at += MANIFEST_RECORD_HEADER_SIZE + payload_size + MANIFEST_RECORD_TRAILER_SIZE;
    }
    return size;
}

static void reads_a_manifest_without_marks_and_gives_it_some(void **state)
{
    (void)state;
    struct scene scene;
    struct kept_folder folder;
    scene_begin(&scene, seed + 8);
    make_folder(&scene, &folder);
    struct kept_file *manifest = find_manifest(&folder);
    char *old = MEMORY_ARRAY(char, manifest->size);
    write_file(manifest->path, old, to_version_1(manifest, old));
    memory_free(old);
    assert_false(check_damaged(&scene));
    char *bytes;
    size_t size;
    struct error error;
    MUST(os_file_read_all(manifest->path, 1 << 20, &bytes, &size, &error), &error);
    assert_int_equal(load_u32(bytes + 4), MANIFEST_VERSION);
    write_file(manifest->path, bytes, size - 1);
    memory_free(bytes);
    assert_true(check_damaged(&scene));

    manifest->bytes[4] = 3;
    write_file(manifest->path, manifest->bytes, manifest->size);
    assert_int_equal(scene_open(&scene, &error), STATUS_CORRUPT);
    assert_non_null(strstr(error.message, "its version is unknown"));
    scene_close(&scene);
    drop_folder(&folder);
    scene_end(&scene);
}

/* What was not named by the manifest goes; what is no file of ours stays. */
static void removes_leftovers(void **state)
{
    (void)state;
    struct scene scene;
    struct kept_folder folder;
    scene_begin(&scene, seed + 5);
    make_folder(&scene, &folder);
    char path[4][OS_PATH_SIZE];
    static const char *const names[] = {"p1-99.seg", "p9-7.prf", "p1-3.seg.tmp", "notes.txt"};
    for (int i = 0; i < 4; i++) {
        assert_true(os_path_join(path[i], scene.folder, names[i]));
        write_file(path[i], "x", 1);
    }
    assert_false(check_damaged(&scene));
    assert_false(os_exists(path[0]));
    assert_false(os_exists(path[1]));
    assert_false(os_exists(path[2]));
    assert_true(os_exists(path[3]));
    drop_folder(&folder);
    scene_end(&scene);
}

int main(void)
{
    seed = seeded_seed("store_damage_test");
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(refuses_every_kind_of_flipped_bit),
        cmocka_unit_test(refuses_segments_and_profiles_that_were_cut),
        cmocka_unit_test(refuses_files_that_took_each_others_place),
        cmocka_unit_test(refuses_a_folder_without_one_of_its_files),
        cmocka_unit_test(cuts_a_torn_tail_of_the_manifest),
        cmocka_unit_test(refuses_a_manifest_that_was_cut_anywhere),
        cmocka_unit_test(takes_a_record_whose_mark_was_torn),
        cmocka_unit_test(reads_a_manifest_without_marks_and_gives_it_some),
        cmocka_unit_test(removes_leftovers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
