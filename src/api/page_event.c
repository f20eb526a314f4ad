/* The newest events as a table: what a client sent, shortened and escaped. */
#include "api/html.h"
#include "api/page_view.h"
#include "base/calendar.h"
#include "codec/json_tree.h"
#include "codec/number.h"

enum {
    EVENTS_ARENA_SIZE = 16 * 1024 * 1024,
    EVENT_POINTS_MAX = 40,
    ID_POINTS_MAX = 14,
    KEY_POINTS_MAX = 24,
    VALUE_POINTS_MAX = 32,
    PROPERTY_COUNT = 4, /* a few: the page is no export */
};

static void write_time(struct buffer *out, const struct json_node *node)
{
    char words[32];
    double seconds;
    if (!node || node->kind != JSON_NUMBER || !number_parse(node->text, &seconds)) return;
    if (seconds < -62135596800.0 || seconds > 253402300799.0) return; /* years 1 to 9999 */
    calendar_instant_format((int64_t)(seconds * 1000), words);
    buffer_printf(out, "%.10s %.8s", words, words + 11); /* without T, fraction and Z */
}

static void write_value(struct buffer *out, const struct json_node *node)
{
    switch (node->kind) {
    case JSON_TEXT:
    case JSON_NUMBER: html_name(out, node->text, VALUE_POINTS_MAX); return;
    case JSON_TRUE: buffer_append_string(out, "true"); return;
    case JSON_FALSE: buffer_append_string(out, "false"); return;
    case JSON_NULL: buffer_append_string(out, "null"); return;
    case JSON_OBJECT_BEGIN: buffer_append_string(out, "{…}"); return;
    case JSON_ARRAY_BEGIN: buffer_append_string(out, "[…]"); return;
    default: return;
    }
}

/* What the client's library adds by itself begins with a dollar sign or "mp_". */
static bool is_own(struct text key)
{
    return !text_starts_with(key, TEXT("$")) && !text_starts_with(key, TEXT("mp_")) &&
           !text_equal(key, TEXT("time")) && !text_equal(key, TEXT("distinct_id"));
}

static void write_properties(struct buffer *out, const struct json_node *properties)
{
    int written = 0;
    int left_out = 0;
    const struct json_node *node = properties ? properties->first_child : NULL;
    for (; node; node = node->next) {
        if (!is_own(node->key)) continue;
        if (written == PROPERTY_COUNT) {
            left_out++;
            continue;
        }
        if (written++ > 0) buffer_append_string(out, ", ");
        html_name(out, node->key, KEY_POINTS_MAX);
        buffer_append_string(out, ": ");
        write_value(out, node);
    }
    if (left_out > 0) buffer_printf(out, " <small>and %d more</small>", left_out);
}

static void write_text(struct buffer *out, const struct json_node *node, size_t points_max)
{
    if (node && node->kind == JSON_TEXT) html_name(out, node->text, points_max);
}

static void write_event(struct buffer *out, const struct json_node *event)
{
    const struct json_node *properties = json_find(event, "properties");
    buffer_append_string(out, "<tr><td>");
    if (properties) write_time(out, json_find(properties, "time"));
    buffer_append_string(out, "</td><td>");
    write_text(out, json_find(event, "event"), EVENT_POINTS_MAX);
    buffer_append_string(out, "</td><td>");
    if (properties) write_text(out, json_find(properties, "distinct_id"), ID_POINTS_MAX);
    buffer_append_string(out, "</td><td>");
    write_properties(out, properties);
    buffer_append_string(out, "</td></tr>\n");
}

void page_write_events(struct buffer *out, struct buffer *events)
{
    struct arena arena;
    struct json_node *root = NULL;
    struct error error = {0};
    arena_init(&arena, EVENTS_ARENA_SIZE);
    enum status status = json_tree_parse(events->bytes, events->size, &arena, &root, &error);
    if (status == STATUS_OK && root->first_child) {
        buffer_append_string(out, "<div class=\"wide\"><table><thead><tr><th>Time, UTC</th>"
                                  "<th>Event</th><th>Distinct id</th><th>Properties</th></tr>"
                                  "</thead><tbody>\n");
        for (const struct json_node *node = root->first_child; node; node = node->next) {
            write_event(out, node);
        }
        buffer_append_string(out, "</tbody></table></div>\n");
    }
    arena_release(&arena);
}
