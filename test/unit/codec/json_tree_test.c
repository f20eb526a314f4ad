#include "json_aid.h"

#include "codec/json_tree.h"
#include "codec/json_writer.h"

static enum status parse(const char *json, struct arena *arena, char *bytes, size_t bytes_size,
                         struct json_node **root, struct error *error)
{
    assert_true(text_to_string(text_from(json), bytes, bytes_size));
    return json_tree_parse(bytes, strlen(json), arena, root, error);
}

static void builds_nodes_in_order(void **state)
{
    (void)state;
    struct arena arena;
    arena_init(&arena, 1 << 16);
    char bytes[256];
    struct json_node *root;
    struct error error;
    assert_int_equal(
        parse(" {\"kind\":\"trend\",\"list\":[1,[],\"a\\n\",null],\"on\":true,\"o\":{}}", &arena,
              bytes, sizeof bytes, &root, &error),
        STATUS_OK);
    assert_int_equal(root->kind, JSON_OBJECT_BEGIN);
    assert_int_equal(root->child_count, 4);
    assert_true(json_is_text(json_find(root, "kind"), "trend"));
    assert_false(json_is_text(json_find(root, "kind"), "trends"));
    assert_false(json_is_text(json_find(root, "on"), "true"));
    assert_false(json_is_text(NULL, "x"));
    assert_int_equal(json_find(root, "on")->kind, JSON_TRUE);
    assert_int_equal(json_find(root, "o")->kind, JSON_OBJECT_BEGIN);
    assert_null(json_find(root, "absent"));
    assert_null(json_find(NULL, "kind"));

    const struct json_node *list = json_find(root, "list");
    assert_null(json_find(list, "kind"));
    assert_int_equal(list->child_count, 4);
    const struct json_node *item = list->first_child;
    assert_int_equal(item->kind, JSON_NUMBER);
    assert_true(text_equal(item->text, TEXT("1")));
    item = item->next;
    assert_int_equal(item->kind, JSON_ARRAY_BEGIN);
    assert_null(item->first_child);
    item = item->next;
    assert_true(json_is_text(item, "a\n"));
    assert_int_equal(item->next->kind, JSON_NULL);
    assert_null(item->next->next);
    arena_release(&arena);
}

static void keeps_the_first_of_equal_keys(void **state)
{
    (void)state;
    struct arena arena;
    arena_init(&arena, 1 << 16);
    char bytes[256];
    struct json_node *root;
    struct error error;
    assert_int_equal(parse("{\"a\":1,\"\\u0061\":[{\"x\":1}],\"b\":{\"a\":2}}", &arena, bytes,
                           sizeof bytes, &root, &error),
                     STATUS_OK);
    assert_int_equal(root->child_count, 2);
    assert_true(text_equal(json_find(root, "a")->text, TEXT("1")));
    assert_true(text_equal(json_find(json_find(root, "b"), "a")->text, TEXT("2")));
    arena_release(&arena);
}

static void parses_a_scalar_alone(void **state)
{
    (void)state;
    struct arena arena;
    arena_init(&arena, 1 << 12);
    char bytes[32];
    struct json_node *root;
    struct error error;
    assert_int_equal(parse(" \"x\" ", &arena, bytes, sizeof bytes, &root, &error), STATUS_OK);
    assert_true(json_is_text(root, "x"));
    assert_null(root->next);
    arena_release(&arena);
}

static void says_where_bad_json_is_bad(void **state)
{
    (void)state;
    struct arena arena;
    arena_init(&arena, 1 << 12);
    char bytes[64];
    struct json_node *root;
    struct error error;
    assert_int_equal(parse("{\"a\":1,}", &arena, bytes, sizeof bytes, &root, &error),
                     STATUS_INVALID);
    assert_string_equal(error.message, "could not read JSON at byte 7: invalid syntax");
    assert_int_equal(parse("{\"a\":1,\"a\":[", &arena, bytes, sizeof bytes, &root, &error),
                     STATUS_INVALID);
    assert_string_equal(error.message, "could not read JSON at byte 12: the text ends too early");
    assert_int_equal(parse("", &arena, bytes, sizeof bytes, &root, &error), STATUS_INVALID);
    arena_release(&arena);
}

static void refuses_a_document_larger_than_the_arena(void **state)
{
    (void)state;
    struct arena arena;
    arena_init(&arena, 4 * sizeof(struct json_node));
    char bytes[64];
    struct json_node *root;
    struct error error;
    assert_int_equal(parse("[1,2,3]", &arena, bytes, sizeof bytes, &root, &error), STATUS_OK);
    arena_rewind(&arena, 0);
    assert_int_equal(parse("[1,2,3,4]", &arena, bytes, sizeof bytes, &root, &error),
                     STATUS_TOO_LARGE);
    arena_release(&arena);
}

static void write_node(struct json_writer *writer, const struct json_node *node)
{
    bool is_object = node->kind == JSON_OBJECT_BEGIN;
    if (!is_object && node->kind != JSON_ARRAY_BEGIN) {
        if (node->kind == JSON_TEXT) {
            json_text(writer, node->text);
        } else {
            json_raw(writer, node->text);
        }
        return;
    }
    uint32_t count = 0;
    if (is_object) json_object_begin(writer);
    if (!is_object) json_array_begin(writer);
    for (const struct json_node *child = node->first_child; child; child = child->next, count++) {
        if (is_object) json_key_text(writer, child->key);
        write_node(writer, child);
    }
    if (is_object) json_object_end(writer);
    if (!is_object) json_array_end(writer);
    assert_int_equal(count, node->child_count);
}

static void holds_what_the_compact_copy_holds(void **state)
{
    (void)state;
    struct document_maker maker = {.seeded = seeded_begin("trees"), .equal_keys = true};
    struct buffer ours;
    struct buffer theirs;
    struct arena arena;
    buffer_init(&maker.out, 1 << 20);
    buffer_init(&ours, 1 << 20);
    buffer_init(&theirs, 1 << 20);
    arena_init(&arena, 1 << 20);
    for (int i = 0; i < 1000; i++) {
        make_document(&maker, 5);
        buffer_clear(&ours);
        buffer_clear(&theirs);
        arena_rewind(&arena, 0);
        char *copy = exact_copy(buffer_text(&maker.out));
        struct json_reader reader;
        json_reader_init(&reader, copy, maker.out.size);
        (void)json_next(&reader);
        assert_true(json_copy_compact(&reader, &theirs, NULL));
        free(copy);

        struct json_node *root;
        struct error error;
        assert_int_equal(json_tree_parse(maker.out.bytes, maker.out.size, &arena, &root, &error),
                         STATUS_OK);
        struct json_writer writer;
        json_writer_init(&writer, &ours);
        write_node(&writer, root);
        assert_true(text_equal(buffer_text(&ours), buffer_text(&theirs)));
    }
    buffer_release(&maker.out);
    buffer_release(&ours);
    buffer_release(&theirs);
    arena_release(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(builds_nodes_in_order),
        cmocka_unit_test(keeps_the_first_of_equal_keys),
        cmocka_unit_test(parses_a_scalar_alone),
        cmocka_unit_test(says_where_bad_json_is_bad),
        cmocka_unit_test(refuses_a_document_larger_than_the_arena),
        cmocka_unit_test(holds_what_the_compact_copy_holds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
