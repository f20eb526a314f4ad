/* All profiles, line by line, against the reading of each by itself; long ones in several lines. */
#include "store_scene.h"

#include "base/memory.h"
#include "codec/json_tree.h"
#include "codec/utf8.h"

#include <string.h>

enum { LINES_SIZE = 64 << 20 };

struct desk {
    struct scene scene;
    uint64_t sequence;
};

static void desk_begin(struct desk *desk)
{
    memset(desk, 0, sizeof *desk);
    scene_begin(&desk->scene, 1);
    scene_must_open(&desk->scene);
}

static void change(struct desk *desk, const char *group, const char *id, struct profile_step step)
{
    struct store_profile_scope scope;
    struct error error;
    struct profile_change one = {.group_key = text_from(group),
                                 .id = text_from(id),
                                 .flags = PROFILE_KEEP_LAST_SEEN,
                                 .step_count = 1,
                                 .steps = &step};
    assert_true(store_profiles_begin(desk->scene.store, 1, ++desk->sequence, &scope));
    MUST(store_profiles_change(&scope, &one, &error), &error);
    store_profiles_end(&scope);
}

static void set(struct desk *desk, const char *group, const char *id, const char *name,
                struct value value)
{
    change(
        desk, group, id,
        (struct profile_step){.operation = PROFILE_SET, .name = text_from(name), .value = value});
}

static void remove_profile(struct desk *desk, const char *group, const char *id)
{
    change(desk, group, id, (struct profile_step){.operation = PROFILE_DELETE});
}

static struct snapshot *take_snapshot(struct desk *desk)
{
    struct error error;
    struct snapshot *snapshot;
    MUST(store_snapshot(desk->scene.store, 1, &snapshot, &error), &error);
    return snapshot;
}

/* All lines; free with buffer_release. */
static uint32_t walk(struct desk *desk, struct buffer *out)
{
    struct snapshot *snapshot = take_snapshot(desk);
    struct profile_walk walk = {0};
    uint32_t lines = 0;
    buffer_init(out, LINES_SIZE);
    while (snapshot_profile_next(snapshot, &walk, out))
        lines++;
    assert_false(snapshot_profile_next(snapshot, &walk, out));
    snapshot_release(snapshot);
    return lines;
}

static void expect_lines(struct desk *desk, const char *expected)
{
    struct buffer lines;
    (void)walk(desk, &lines);
    buffer_append_byte(&lines, '\0');
    assert_string_equal(lines.bytes, expected);
    buffer_release(&lines);
}

static void tells_users_and_groups_and_none_that_is_gone(void **state)
{
    (void)state;
    struct desk desk;
    desk_begin(&desk);
    expect_lines(&desk, "");
    set(&desk, "", "ann", "plan", value_from_text(TEXT("pro")));
    set(&desk, "", "ann", "age\n", value_from_integer(7));
    set(&desk, "company", "acme \"inc\"", "seats", value_from_integer(5));
    set(&desk, "", "bob", "plan", value_from_text(TEXT("free")));
    set(&desk, "", "eve", "plan", value_from_text(TEXT("free")));
    remove_profile(&desk, "", "bob");
    change(&desk, "", "joe", (struct profile_step){.operation = PROFILE_TOUCH});
    const char *expected = "{\"$distinct_id\":\"ann\",\"$properties\":{\"plan\":\"pro\","
                           "\"age\\n\":7}}\n"
                           "{\"$distinct_id\":\"eve\",\"$properties\":{\"plan\":\"free\"}}\n"
                           "{\"$distinct_id\":\"joe\",\"$properties\":{}}\n"
                           "{\"$group_key\":\"company\",\"$distinct_id\":\"acme \\\"inc\\\"\","
                           "\"$properties\":{\"seats\":5}}\n";
    expect_lines(&desk, expected);
    remove_profile(&desk, "", "eve");
    remove_profile(&desk, "", "joe");
    remove_profile(&desk, "", "ann");
    expect_lines(&desk, "{\"$group_key\":\"company\",\"$distinct_id\":\"acme \\\"inc\\\"\","
                        "\"$properties\":{\"seats\":5}}\n");
    remove_profile(&desk, "company", "acme \"inc\"");
    expect_lines(&desk, "");
    scene_end(&desk.scene);
}

/* Random profiles in three kinds, some deleted, some flushed: each is told once, and as it is. */
static void tells_each_as_it_reads_by_itself(void **state)
{
    (void)state;
    static const char *const groups[] = {"", "company", "team"};
    enum { TURNS = 3000, IDS = 120 };
    struct desk desk;
    struct seeded luck = seeded_begin("profile_walk_test");
    char id[16], name[16];
    desk_begin(&desk);
    for (int i = 0; i < TURNS; i++) {
        const char *group = groups[seeded_below(&luck, 3)];
        (void)snprintf(id, sizeof id, "id%u", seeded_below(&luck, IDS));
        (void)snprintf(name, sizeof name, "p%u", seeded_below(&luck, 9));
        if (seeded_below(&luck, 10) == 0) {
            remove_profile(&desk, group, id);
        } else {
            set(&desk, group, id, name, value_from_integer(seeded_below(&luck, 100)));
        }
        if (i % 700 == 699) scene_must_flush(&desk.scene, 1);
    }
    struct buffer lines, expected;
    struct snapshot *snapshot = take_snapshot(&desk);
    uint32_t count = walk(&desk, &lines), there = 0;
    buffer_append_byte(&lines, '\0');
    for (int group = 0; group < 3; group++) {
        for (int i = 0; i < IDS; i++) {
            buffer_init(&expected, LINES_SIZE);
            (void)snprintf(id, sizeof id, "id%d", i);
            bool exists =
                snapshot_profile_json(snapshot, text_from(groups[group]), text_from(id), &expected);
            buffer_append_string(&expected, "\n");
            buffer_append_byte(&expected, '\0');
            const char *found = strstr(lines.bytes, expected.bytes + (group > 0));
            if (exists) assert_non_null(found);
            there += exists;
            buffer_release(&expected);
        }
    }
    assert_int_equal(count, there);
    snapshot_release(snapshot);
    buffer_release(&lines);
    scene_end(&desk.scene);
}

/* Every line is JSON of one profile; *largest is the longest property's. */
static uint32_t check_lines(struct buffer *lines, uint32_t *properties, bool *has_cut)
{
    uint32_t count = 0;
    struct error error;
    struct text rest = buffer_text(lines);
    *properties = 0;
    *has_cut = false;
    while (rest.size > 0) {
        struct text line = text_split(rest, '\n', &rest);
        struct arena arena;
        struct json_node *root;
        arena_init(&arena, LINES_SIZE);
        assert_true(line.size <= PROFILE_LINE_SIZE + 2 * PROFILE_CUT_SIZE + 4096);
        assert_true(utf8_valid(line));
        char *copy = memory_alloc(line.size + 1, 1);
        memcpy(copy, line.bytes, line.size);
        MUST(json_tree_parse(copy, line.size, &arena, &root, &error), &error);
        const struct json_node *inner = json_find(root, "$properties");
        *properties += inner->child_count;
        for (const struct json_node *node = inner->first_child; node; node = node->next) {
            bool is_cut = node->kind == JSON_TEXT && node->text.size > PROFILE_CUT_SIZE - 4;
            if (is_cut) *has_cut = true;
        }
        count++;
        memory_free(copy);
        arena_release(&arena);
    }
    return count;
}

static void tells_a_long_profile_in_several_lines(void **state)
{
    (void)state;
    enum { NAMES = 300 };
    static const size_t sizes[] = {10, 1000, 4000};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        struct desk desk;
        struct buffer lines;
        char name[16];
        uint32_t properties;
        bool has_cut;
        desk_begin(&desk);
        char *text = memory_alloc(sizes[i], 1);
        memset(text, '"', sizes[i]); /* twice as long in JSON */
        for (int k = 0; k < NAMES; k++) {
            (void)snprintf(name, sizeof name, "p%d", k);
            set(&desk, "", "ann", name, value_from_text((struct text){text, sizes[i]}));
        }
        set(&desk, "", "bob", "plan", value_from_text(TEXT("pro")));
        (void)walk(&desk, &lines);
        size_t at_least = 1 + NAMES * 2 * sizes[i] / (PROFILE_LINE_SIZE + 2 * sizes[i] + 16);
        uint32_t count = check_lines(&lines, &properties, &has_cut);
        assert_in_range(count, at_least, at_least + 3);
        assert_int_equal(properties, NAMES + 1);
        assert_false(has_cut);
        memory_free(text);
        buffer_release(&lines);
        scene_end(&desk.scene);
    }
}

/* Cut off between characters, and told as a text, which a reader of it can tell. */
static void tells_the_beginning_of_a_property_that_is_too_long(void **state)
{
    (void)state;
    for (size_t shift = 0; shift < 4; shift++) {
        struct desk desk;
        struct buffer lines;
        uint32_t properties;
        bool has_cut;
        size_t size = PROFILE_CUT_SIZE + 100;
        desk_begin(&desk);
        char *text = memory_alloc(size, 1);
        size_t used = 0;
        for (; used < shift; used++)
            text[used] = 'x';
        for (; used + 3 <= size; used += 3)
            memcpy(text + used, "\xe2\x82\xac", 3);
        set(&desk, "", "ann", "long", value_from_text((struct text){text, used}));
        set(&desk, "", "ann", "short", value_from_integer(1));
        (void)walk(&desk, &lines);
        assert_int_equal(check_lines(&lines, &properties, &has_cut), 2);
        assert_int_equal(properties, 2);
        assert_true(has_cut);
        memory_free(text);
        buffer_release(&lines);
        scene_end(&desk.scene);
    }
}

/* Profiles come, go and shrink between two steps: the walk ends, and what stayed is told. */
static void ends_whatever_changes_on_the_way(void **state)
{
    (void)state;
    struct desk desk;
    struct seeded luck = seeded_begin("profile_walk_test");
    char *text = memory_alloc(40000, 1);
    char id[16];
    memset(text, 'a', 40000);
    for (int run = 0; run < 20; run++) {
        struct buffer lines;
        struct profile_walk place = {0};
        uint32_t steps = 0;
        desk_begin(&desk);
        set(&desk, "", "stays", "plan", value_from_text(TEXT("pro")));
        for (int i = 0; i < 5; i++) {
            (void)snprintf(id, sizeof id, "p%d", i);
            set(&desk, "", "long", id, value_from_text((struct text){text, 40000}));
        }
        set(&desk, "team", "stays, too", "plan", value_from_text(TEXT("pro")));
        struct snapshot *snapshot = take_snapshot(&desk);
        buffer_init(&lines, LINES_SIZE);
        while (snapshot_profile_next(snapshot, &place, &lines)) {
            assert_true(++steps < 1000);
            (void)snprintf(id, sizeof id, "p%u", seeded_below(&luck, 5));
            struct profile_step unset = {.operation = PROFILE_UNSET, .name = text_from(id)};
            uint32_t kind = seeded_below(&luck, 4);
            if (kind == 0) change(&desk, "", "long", unset);
            if (kind == 1) remove_profile(&desk, "", "long");
            if (kind == 2) set(&desk, "", "long", id, value_from_integer(1));
            if (kind == 3 && steps < 50) set(&desk, "team", id, id, value_from_integer(1));
        }
        buffer_append_byte(&lines, '\0');
        assert_non_null(strstr(lines.bytes, "\"stays\""));
        assert_non_null(strstr(lines.bytes, "\"stays, too\""));
        buffer_release(&lines);
        snapshot_release(snapshot);
        scene_end(&desk.scene);
    }
    memory_free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tells_users_and_groups_and_none_that_is_gone),
        cmocka_unit_test(tells_each_as_it_reads_by_itself),
        cmocka_unit_test(tells_a_long_profile_in_several_lines),
        cmocka_unit_test(tells_the_beginning_of_a_property_that_is_too_long),
        cmocka_unit_test(ends_whatever_changes_on_the_way),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
