/* Damaged files: a flipped bit, a cut, a swap is refused by name. */
#include "store_scene.h"

#include "base/memory.h"

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
        cmocka_unit_test(removes_leftovers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
