#include "trust/drill_scene.h"

#include "base/calendar.h"
#include "base/check.h"
#include "os/os_child.h"
#include "os/os_clock.h"
#include "os/os_process.h"
#include "trust/wrapping.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum {
    ANSWER_SIZE_MAX = 256 * 1024 * 1024,
    ADDRESS_SIZE = 1024,
    TURN_MS = 100,
    ARRIVAL_TURNS = 50, /* of 200 ms: ten seconds */
    ARRIVAL_TURN_MS = 200,
};

/* --- what leaves --- */

static void look(void *context, struct text bytes, const char *wrapping)
{
    struct drill *drill = context;
    (void)wrapping;
    for (int i = 0; i < DRILL_CANARY_COUNT; i++)
        drill->left.canaries[i] += drill_canary_stands_in(bytes, drill->canaries.texts[i]);
    for (int i = 0; i < DRILL_MARK_COUNT; i++) {
        if (drill->left.marks[i] || !drill_canary_stands_in(bytes, drill->canaries.marks[i]))
            continue;
        drill->left.marks[i] = true;
        if (drill->left.mark_count++ == 0) drill->left.first_mark_ns = os_clock_monotonic_ns();
    }
}

static void sent(void *context, const char *host, struct text bytes)
{
    struct drill *drill = context;
    (void)host; /* wherever it goes */
    bool is_collected = text_starts_with(bytes, TEXT("http")) &&
                        (text_find(bytes, TEXT("/track?")) != TEXT_NOT_FOUND ||
                         text_find(bytes, TEXT("/engage?")) != TEXT_NOT_FOUND);
    if (is_collected) drill->left.collected++;
    wrapping_walk(bytes, look, drill);
}

/* --- opening --- */

struct text drill_member(const struct json_node *object, const char *name)
{
    const struct json_node *node = json_find(object, name);
    return node ? node->text : TEXT("");
}

/* A member of the last answer, which is used up by it. */
static enum status take_member(struct drill *drill, const char *name, char out[DRILL_KEY_SIZE],
                               struct error *error)
{
    struct arena arena;
    struct json_node *root = NULL;
    arena_init(&arena, 1024 * 1024);
    enum status status =
        json_tree_parse(drill->answer.bytes, drill->answer.size, &arena, &root, error);
    bool is_told = status == STATUS_OK && drill_member(root, name).size > 0 &&
                   text_to_string(drill_member(root, name), out, DRILL_KEY_SIZE);
    arena_release(&arena);
    if (status != STATUS_OK || is_told) return status;
    return error_set(error, STATUS_CORRUPT, "the drill's server did not tell the project's %s",
                     name);
}

static enum status set_mode(struct drill *drill, struct error *error)
{
    char body[256];
    int size = snprintf(body, sizeof body,
                        "{\"project\":\"" DRILL_PROJECT
                        "\",\"mode\":\"%s\",\"by\":\"drill\",\"reason\":\"a drill\"}",
                        drill->options->mode);
    struct text text = {body, (size_t)size};
    return drill_server_post(drill->server, "/local/shield/mode", text, &drill->answer, error);
}

static enum status make_project(struct drill *drill, struct error *error)
{
    struct buffer *answer = &drill->answer;
    TRY(drill_server_post(drill->server, "/local/project/create",
                          TEXT("{\"name\":\"" DRILL_PROJECT "\"}"), answer, error));
    TRY(take_member(drill, "token", drill->token, error));
    TRY(drill_server_get(drill->server, "/local/project/show?name=" DRILL_PROJECT, answer, error));
    TRY(take_member(drill, "trust", drill->trust, error));
    TRY(set_mode(drill, error));
    return drill_server_post(drill->server, "/local/shield/settings",
                             TEXT("{\"project\":\"" DRILL_PROJECT "\",\"autocapture\":true}"),
                             answer, error);
}

static enum status start_server(struct drill *drill, struct error *error)
{
    char webhook[64];
    (void)snprintf(webhook, sizeof webhook, "http://127.0.0.1:%u/alarm",
                   (unsigned)drill_site_port(drill->site));
    struct drill_server_options options = {.folder = drill->folder.path, .webhook = webhook};
    TRY(drill_server_start(&options, &drill->server, error));
    return make_project(drill, error);
}

enum status drill_scene_open(struct drill *drill, struct error *error)
{
    struct visit_options browser = {
        .chromium = drill->options->chromium, .sent = sent, .context = drill};
    buffer_init(&drill->answer, ANSWER_SIZE_MAX);
    if (drill_broken_sdk.size == 0) {
        return error_set(error, STATUS_ABSENT,
                         "this program was built without the browser SDK: ./dev build includes it");
    }
    TRY(visit_open(&browser, &drill->visit, error));
    TRY(os_own_folder_make(&drill->folder, error));
    TRY(drill_site_open(&drill->site, error));
    return start_server(drill, error);
}

void drill_scene_close(struct drill *drill)
{
    visit_close(drill->visit);
    drill_server_close(drill->server);
    drill_site_close(drill->site);
    buffer_release(&drill->answer);
    if (drill->options->keeps_folder) {
        struct text path = text_from(drill->folder.path);
        (void)text_to_string(path, drill->report->folder, DRILL_PATH_SIZE);
        os_own_folder_keep(&drill->folder);
    }
    os_own_folder_remove(&drill->folder);
}

/* --- the page --- */

enum status drill_pause(struct drill *drill, uint32_t milliseconds, struct error *error)
{
    for (uint32_t waited = 0; waited < milliseconds; waited += TURN_MS) {
        if (os_signal_wait(0) != OS_SIGNAL_NONE) {
            return error_set(error, STATUS_IO, "it was interrupted");
        }
        uint32_t rest = milliseconds - waited;
        TRY(visit_wait(drill->visit, rest < TURN_MS ? rest : TURN_MS, error));
    }
    return STATUS_OK;
}

/* Base64 in an address: only '+', '/' and '=' mean something else there. */
static void add_escaped(struct buffer *out, const char *text)
{
    for (; *text != '\0'; text++) {
        bool is_plain = *text != '+' && *text != '/' && *text != '=';
        if (is_plain) buffer_append_byte(out, *text);
        if (!is_plain) buffer_printf(out, "%%%02X", (unsigned)(uint8_t)*text);
    }
}

enum status drill_visit(struct drill *drill, enum drill_sdk sdk, struct error *error)
{
    struct buffer address;
    memset(&drill->left, 0, sizeof drill->left);
    buffer_init(&address, ADDRESS_SIZE);
    buffer_printf(&address, "http://127.0.0.1:%u/?sdk=%s&host=%s&key=",
                  (unsigned)drill_site_port(drill->site),
                  sdk == DRILL_BROKEN_SDK ? "broken" : "ours", drill_server_origin(drill->server));
    add_escaped(&address, drill->token);
    buffer_append_string(&address, "&trust=");
    add_escaped(&address, drill->trust);
    assert(!buffer_overflowed(&address));
    enum status status = visit_go(drill->visit, buffer_text(&address), error);
    buffer_release(&address);
    return status;
}

enum status drill_call(struct drill *drill, const char *call, struct error *error)
{
    char script[256];
    int size = snprintf(script, sizeof script, "drill.%s", call);
    assert(size < (int)sizeof script);
    TRY(drill_pause(drill, 1, error));
    return visit_ask(drill->visit, (struct text){script, (size_t)size}, &drill->answer, error);
}

enum status drill_press(struct drill *drill, const char *name, struct error *error)
{
    char call[64];
    (void)snprintf(call, sizeof call, "point('%s')", name);
    TRY(drill_call(drill, call, error));
    return visit_click(drill->visit, buffer_text(&drill->answer), error);
}

enum status drill_type(struct drill *drill, const char *name, const char *text, struct error *error)
{
    TRY(drill_press(drill, name, error));
    return visit_type(drill->visit, text_from(text), error);
}

/* --- the server --- */

enum status drill_export(struct drill *drill, struct error *error)
{
    char from[11];
    char to[11];
    char target[160];
    int64_t today = os_clock_now_ms() / CALENDAR_DAY_MS;
    calendar_date_format(today - 1, from);
    calendar_date_format(today + 1, to);
    (void)snprintf(target, sizeof target,
                   "/local/export?project=" DRILL_PROJECT "&from=%s&to=%s&format=jsonl", from, to);
    return drill_server_get(drill->server, target, &drill->answer, error);
}

static uint32_t count_lines(struct text lines, const char *event, const char *version)
{
    char name[96];
    char library[96];
    uint32_t count = 0;
    int name_size = snprintf(name, sizeof name, "\"event\":\"%s\"", event);
    int library_size = snprintf(library, sizeof library, "\"$lib_version\":\"%s\"", version);
    while (lines.size > 0) {
        struct text line = text_split(lines, '\n', &lines);
        count += text_find(line, (struct text){name, (size_t)name_size}) != TEXT_NOT_FOUND &&
                 text_find(line, (struct text){library, (size_t)library_size}) != TEXT_NOT_FOUND;
    }
    return count;
}

enum status drill_count_events(struct drill *drill, const char *event, const char *version,
                               uint32_t expected, uint32_t *count, struct error *error)
{
    for (int turn = 0; turn < ARRIVAL_TURNS; turn++) {
        TRY(drill_export(drill, error));
        *count = count_lines(buffer_text(&drill->answer), event, version);
        if (*count >= expected) return STATUS_OK;
        TRY(drill_pause(drill, ARRIVAL_TURN_MS, error));
    }
    return STATUS_OK;
}

/* --- the report --- */

uint64_t drill_ms_since(uint64_t begun_ns)
{
    return (os_clock_monotonic_ns() - begun_ns) / 1000000;
}

struct drill_row *drill_row_begin(struct drill *drill, const char *tried)
{
    struct drill_report *report = drill->report;
    assert(report->row_count < DRILL_ROWS_MAX);
    struct drill_row *row = &report->rows[report->row_count++];
    *row = (struct drill_row){.part = drill->part, .verdict = DRILL_FAILED};
    (void)snprintf(row->tried, sizeof row->tried, "%s", tried);
    (void)snprintf(row->seen, sizeof row->seen, "did not come to its end");
    drill->begun_ns = os_clock_monotonic_ns();
    return row;
}

void drill_row_end(struct drill *drill, struct drill_row *row, bool is_passed, const char *seen,
                   ...)
{
    va_list words;
    va_start(words, seen);
    (void)vsnprintf(row->seen, sizeof row->seen, seen, words);
    va_end(words);
    row->took_ms = drill_ms_since(drill->begun_ns);
    row->verdict = is_passed ? DRILL_PASSED : DRILL_FAILED;
}
