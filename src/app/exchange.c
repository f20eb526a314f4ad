#include "app/exchange.h"

#include "base/calendar.h"
#include "base/check.h"
#include "base/memory.h"
#include "os/os_process.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum {
    BODY_SIZE_MAX = 1024 * 1024,
    ANSWER_SIZE_MAX = 256 * 1024 * 1024, /* a result of the largest plan, as JSON */
    ARENA_SIZE = 512 * 1024 * 1024,      /* touched only as far as it is used */
    LINE_SIZE_MAX = 4096,
};

void exchange_init(struct exchange *exchange, const struct invocation *invocation, const char *path)
{
    *exchange = (struct exchange){.invocation = invocation};
    target_begin(&exchange->target, path);
    buffer_init(&exchange->body, BODY_SIZE_MAX);
    json_writer_init(&exchange->writer, &exchange->body);
    buffer_init(&exchange->answer, ANSWER_SIZE_MAX);
}

void exchange_release(struct exchange *exchange)
{
    local_close(exchange->local);
    buffer_release(&exchange->target);
    buffer_release(&exchange->body);
    buffer_release(&exchange->answer);
    if (exchange->arena.memory) arena_release(&exchange->arena);
}

enum status exchange_open(struct exchange *exchange)
{
    if (exchange->local) return STATUS_OK;
    return local_open(exchange->invocation->config, &exchange->local, &exchange->error);
}

enum status exchange_call(struct exchange *exchange, const char *method)
{
    const char *target = NULL;
    TRY(exchange_open(exchange));
    TRY(target_end(&exchange->target, &target, &exchange->error));
    if (buffer_overflowed(&exchange->body)) {
        return error_set(&exchange->error, STATUS_TOO_LARGE, "the flags are too long");
    }
    return local_call(exchange->local, method, target, NULL, buffer_text(&exchange->body),
                      &exchange->answer, &exchange->error);
}

enum status exchange_parse(struct exchange *exchange)
{
    if (!exchange->arena.memory) arena_init(&exchange->arena, ARENA_SIZE);
    return local_parse(&exchange->answer, &exchange->arena, &exchange->root, &exchange->error);
}

enum status exchange_print(struct exchange *exchange)
{
    struct buffer *answer = &exchange->answer;
    if (answer->size == 0) return STATUS_OK;
    TRY(os_print(answer->bytes, answer->size, &exchange->error));
    if (answer->bytes[answer->size - 1] == '\n') return STATUS_OK;
    return os_print("\n", 1, &exchange->error);
}

/* --- bodies --- */

void exchange_begin_body(struct exchange *exchange)
{
    json_object_begin(&exchange->writer);
}

void exchange_member(struct exchange *exchange, const char *name, const char *value)
{
    if (!value) return;
    json_key(&exchange->writer, name);
    json_string(&exchange->writer, value);
}

void exchange_end_body(struct exchange *exchange)
{
    json_object_end(&exchange->writer);
}

static enum status read_input(struct buffer *out, struct error *error)
{
    for (;;) {
        size_t got = 0;
        char piece[4096];
        TRY(os_read_input(piece, sizeof piece, &got, error));
        if (got == 0) return STATUS_OK;
        buffer_append(out, piece, got);
        if (buffer_overflowed(out)) {
            return error_set(error, STATUS_TOO_LARGE, "the input is larger than %zu bytes",
                             out->size_max);
        }
    }
}

static enum status read_file(const char *path, struct buffer *out, struct error *error)
{
    if (strcmp(path, "-") == 0) return read_input(out, error);
    char *bytes = NULL;
    size_t size = 0;
    TRY(os_file_read_all(path, out->size_max, &bytes, &size, error));
    buffer_append(out, bytes, size);
    memory_free(bytes);
    return STATUS_OK;
}

enum status exchange_read_file(struct exchange *exchange, const char *path, size_t size_max)
{
    exchange->body.size_max = size_max;
    return read_file(path, &exchange->body, &exchange->error);
}

enum status exchange_member_file(struct exchange *exchange, const char *path, size_t size_max)
{
    struct buffer file;
    buffer_init(&file, size_max);
    enum status status = read_file(path, &file, &exchange->error);
    if (status == STATUS_OK) json_text(&exchange->writer, buffer_text(&file));
    buffer_release(&file);
    return status;
}

/* --- tables --- */

static bool ends_with_time(const char *key)
{
    return strcmp(key, "created") == 0 || strcmp(key, "expires") == 0 || strcmp(key, "used") == 0;
}

/* Times come as milliseconds or as text; 0 and null are never. */
static struct value time_cell(struct exchange *exchange, const struct json_node *node)
{
    uint64_t ms = 0;
    if (node->kind == JSON_TEXT) return value_from_text(node->text);
    if (node->kind != JSON_NUMBER || !text_to_u64(node->text, &ms) || ms == 0) {
        return value_from_text(TEXT("never"));
    }
    char text[32];
    calendar_instant_format((int64_t)(ms - ms % 1000), text);
    struct text kept = arena_text(&exchange->arena, text_slice(text_from(text), 0, 16));
    return value_from_text(kept.bytes ? kept : TEXT("?"));
}

static struct value cell_of(struct exchange *exchange, const struct json_node *object,
                            const char *key)
{
    const struct json_node *node = json_find(object, key);
    if (!node) return value_from_text(TEXT(""));
    if (ends_with_time(key)) return time_cell(exchange, node);
    switch (node->kind) {
    case JSON_TEXT: return value_from_text(node->text);
    case JSON_NUMBER: return value_from_number(node->text);
    case JSON_TRUE: return value_from_text(TEXT("yes"));
    case JSON_FALSE: return value_from_text(TEXT("no"));
    default: return value_from_text(TEXT(""));
    }
}

static void fill_table(struct exchange *exchange, const char *const *keys, uint32_t key_count,
                       struct result_column *columns, struct value *cells)
{
    for (uint32_t i = 0; i < key_count; i++) {
        columns[i] = (struct result_column){.name = text_from(keys[i]), .type = RESULT_TEXT};
    }
    for (const struct json_node *row = exchange->root->first_child; row; row = row->next) {
        for (uint32_t i = 0; i < key_count; i++)
            *cells++ = cell_of(exchange, row, keys[i]);
    }
}

enum status exchange_print_table(struct exchange *exchange, const char *const *keys,
                                 uint32_t key_count)
{
    uint32_t row_count = exchange->root->child_count;
    struct result_column *columns = ARENA_ARRAY(&exchange->arena, struct result_column, key_count);
    struct value *cells =
        ARENA_ARRAY(&exchange->arena, struct value, (size_t)row_count * key_count);
    if (!columns || !cells) {
        return error_set(&exchange->error, STATUS_TOO_LARGE, "the list is too long");
    }
    fill_table(exchange, keys, key_count, columns, cells);
    struct result result = {
        .columns = columns, .column_count = key_count, .cells = cells, .row_count = row_count};
    struct buffer out;
    buffer_init(&out, ANSWER_SIZE_MAX);
    result_write(&result, RESULT_TABLE, &out);
    enum status status = verb_print(&out, &exchange->error);
    buffer_release(&out);
    return status;
}

/* --- words --- */

enum status exchange_say(struct exchange *exchange, const char *format, ...)
{
    char line[LINE_SIZE_MAX];
    va_list arguments;
    va_start(arguments, format);
    int size = vsnprintf(line, sizeof line, format, arguments);
    va_end(arguments);
    assert(size >= 0);
    size_t whole = (size_t)size < sizeof line ? (size_t)size : sizeof line - 1;
    return os_print(line, whole, &exchange->error);
}

enum verb_exit exchange_end(struct exchange *exchange, enum status status, const char *attempt)
{
    enum verb_exit result =
        status == STATUS_OK ? VERB_DONE : verb_failed(attempt, &exchange->error);
    exchange_release(exchange);
    return result;
}
