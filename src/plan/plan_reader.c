#include "plan/plan_internal.h"

#include "base/check.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { PLACE_DEPTH_MAX = JSON_DEPTH_MAX + 2 };

/* One more byte of a pointer, while there is room. Control characters would spoil the one line
 * that the command prints, so a question mark stands for them. */
static void pointer_add(struct plan_problem *problem, size_t *used, char byte)
{
    if (*used + 1 >= sizeof problem->pointer) return;
    if ((unsigned char)byte < 0x20 || byte == 0x7f) byte = '?';
    problem->pointer[(*used)++] = byte;
    problem->pointer[*used] = '\0';
}

static void pointer_add_key(struct plan_problem *problem, size_t *used, struct text key)
{
    for (size_t i = 0; i < key.size; i++) {
        char byte = key.bytes[i];
        if (byte == '~' || byte == '/') { /* RFC 6901 */
            pointer_add(problem, used, '~');
            byte = byte == '~' ? '0' : '1';
        }
        pointer_add(problem, used, byte);
    }
}

/* A pointer cut inside a character would not be UTF-8 any more. */
static void pointer_trim(struct plan_problem *problem, size_t used)
{
    if (used + 1 < sizeof problem->pointer) return;
    size_t end = used;
    while (end > 0 && ((unsigned char)problem->pointer[end - 1] & 0xc0) == 0x80)
        end--;
    if (end > 0 && (unsigned char)problem->pointer[end - 1] >= 0xc0) end--;
    problem->pointer[end] = '\0';
}

static void pointer_write(struct plan_problem *problem, const struct plan_node *node)
{
    const struct plan_node *places[PLACE_DEPTH_MAX];
    uint32_t depth = 0;
    for (; node->parent && depth < PLACE_DEPTH_MAX; node = node->parent)
        places[depth++] = node;

    size_t used = 0;
    problem->pointer[0] = '\0';
    while (depth > 0) {
        const struct plan_node *place = places[--depth];
        pointer_add(problem, &used, '/');
        if (place->parent->json->kind == JSON_OBJECT_BEGIN) {
            pointer_add_key(problem, &used, place->json->key);
        } else {
            char digits[16];
            int size = snprintf(digits, sizeof digits, "%u", place->index);
            pointer_add_key(problem, &used, (struct text){digits, (size_t)size});
        }
    }
    pointer_trim(problem, used);
}

static const char *place_name(const struct plan_problem *problem)
{
    return problem->pointer[0] ? problem->pointer : "plan";
}

enum status plan_refuse(struct plan_reader *reader, const struct plan_node *node,
                        const char *format, ...)
{
    char words[ERROR_MESSAGE_SIZE];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(words, sizeof words, format, arguments);
    va_end(arguments);

    pointer_write(reader->problem, node);
    reader->problem->unsupported = false;
    return error_set(reader->error, STATUS_INVALID, "%s: %s", place_name(reader->problem), words);
}

enum status plan_refuse_later(struct plan_reader *reader, const struct plan_node *node,
                              const char *instead)
{
    pointer_write(reader->problem, node);
    reader->problem->unsupported = true;
    return error_set(reader->error, STATUS_INVALID, "%s is not supported yet: %s",
                     place_name(reader->problem), instead);
}

enum status plan_refuse_size(struct plan_reader *reader)
{
    return error_set(reader->error, STATUS_TOO_LARGE, "plan needs more than %zu bytes of memory",
                     reader->arena->capacity);
}

bool plan_find(const struct plan_node *object, const char *key, struct plan_node *out)
{
    assert(object->json->kind == JSON_OBJECT_BEGIN);
    const struct json_node *json = json_find(object->json, key);
    if (!json) return false;
    *out = (struct plan_node){.json = json, .parent = object};
    return true;
}

enum status plan_need(struct plan_reader *reader, const struct plan_node *object, const char *key,
                      struct plan_node *out)
{
    if (plan_find(object, key, out)) return STATUS_OK;
    return plan_refuse(reader, object, "expected the key \"%s\"", key);
}

struct plan_node plan_element(const struct plan_node *list, const struct json_node *json,
                              uint32_t index)
{
    assert(list->json->kind == JSON_ARRAY_BEGIN);
    return (struct plan_node){.json = json, .parent = list, .index = index};
}

/* "one of a, b, c", with what is not built yet left out; cut where the message would be. */
static void list_keys(const struct plan_key *keys, uint32_t count, char *out, size_t size)
{
    size_t used = 0;
    out[0] = '\0';
    for (uint32_t i = 0; i < count; i++) {
        if (keys[i].rule == PLAN_KEY_LATER) continue;
        int added = snprintf(out + used, size - used, "%s%s", used > 0 ? ", " : "", keys[i].name);
        if (added < 0 || (size_t)added >= size - used) return;
        used += (size_t)added;
    }
}

static enum status check_key(struct plan_reader *reader, const struct plan_node *child,
                             const struct plan_key *keys, uint32_t key_count)
{
    for (uint32_t i = 0; i < key_count; i++) {
        if (!text_equal(child->json->key, text_from(keys[i].name))) continue;
        if (keys[i].rule == PLAN_KEY_READ) return STATUS_OK;
        if (keys[i].rule == PLAN_KEY_LATER_IF_TRUE) {
            bool wanted = true;
            TRY(plan_read_bool(reader, child, &wanted));
            if (!wanted) return STATUS_OK;
        }
        return plan_refuse_later(reader, child, "leave it out");
    }
    char names[200];
    list_keys(keys, key_count, names, sizeof names);
    return plan_refuse(reader, child, "unknown key, expected one of %s", names);
}

enum status plan_check_keys(struct plan_reader *reader, const struct plan_node *node,
                            const struct plan_key *keys, uint32_t key_count)
{
    if (node->json->kind != JSON_OBJECT_BEGIN) {
        return plan_refuse(reader, node, "expected an object");
    }
    for (const struct json_node *json = node->json->first_child; json; json = json->next) {
        struct plan_node child = {.json = json, .parent = node};
        TRY(check_key(reader, &child, keys, key_count));
    }
    return STATUS_OK;
}

enum status plan_check_list(struct plan_reader *reader, const struct plan_node *node,
                            uint32_t count_min, uint32_t count_max)
{
    bool is_list = node->json->kind == JSON_ARRAY_BEGIN;
    uint32_t count = is_list ? node->json->child_count : 0;
    if (is_list && count >= count_min && count <= count_max) return STATUS_OK;
    return plan_refuse(reader, node, "expected a list of %u to %u items", count_min, count_max);
}

enum status plan_read_text(struct plan_reader *reader, const struct plan_node *node,
                           struct text *out)
{
    if (node->json->kind != JSON_TEXT || node->json->text.size == 0) {
        return plan_refuse(reader, node, "expected a text that is not empty");
    }
    *out = node->json->text;
    return STATUS_OK;
}

enum status plan_read_bool(struct plan_reader *reader, const struct plan_node *node, bool *out)
{
    enum json_kind kind = node->json->kind;
    if (kind != JSON_TRUE && kind != JSON_FALSE) {
        return plan_refuse(reader, node, "expected true or false");
    }
    *out = kind == JSON_TRUE;
    return STATUS_OK;
}

enum status plan_read_integer(struct plan_reader *reader, const struct plan_node *node, int64_t min,
                              int64_t max, int64_t *out)
{
    if (node->json->kind == JSON_NUMBER) {
        struct value value = value_from_number(node->json->text);
        bool fits = value.kind == VALUE_INTEGER && value.integer >= min && value.integer <= max;
        if (fits) {
            *out = value.integer;
            return STATUS_OK;
        }
    }
    return plan_refuse(reader, node, "expected a whole number from %lld to %lld", (long long)min,
                       (long long)max);
}

static void list_words(const struct plan_word *words, uint32_t count, char *out, size_t size)
{
    size_t used = 0;
    out[0] = '\0';
    for (uint32_t i = 0; i < count; i++) {
        if (words[i].later) continue;
        int added =
            snprintf(out + used, size - used, "%s\"%s\"", used > 0 ? ", " : "", words[i].name);
        if (added < 0 || (size_t)added >= size - used) return;
        used += (size_t)added;
    }
}

enum status plan_read_word(struct plan_reader *reader, const struct plan_node *node,
                           const struct plan_word *words, uint32_t word_count, uint32_t *index)
{
    char names[160];
    list_words(words, word_count, names, sizeof names);
    for (uint32_t i = 0; i < word_count; i++) {
        if (!json_is_text(node->json, words[i].name)) continue;
        if (words[i].later) {
            char instead[200];
            snprintf(instead, sizeof instead, "use one of %s", names);
            return plan_refuse_later(reader, node, instead);
        }
        *index = i;
        return STATUS_OK;
    }
    return plan_refuse(reader, node, "expected one of %s", names);
}
