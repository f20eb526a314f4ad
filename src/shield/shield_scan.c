#include "shield/shield_scan.h"

#include "base/calendar.h"
#include "base/memory.h"
#include "codec/json_reader.h"

#include <string.h>

enum {
    ITEMS_MAX = 1024,              /* properties of a line; what is beyond is not looked at */
    ARENA_SIZE = 16 * 1024 * 1024, /* of one line's texts */
    COMPACT_MAX = 4 * 1024 * 1024,
    SCAN_PROJECT = 1, /* of its own: nothing of a project's policy applies */
    DAY_MINUTES = 24 * 60,
};

struct shield_scan {
    struct shield *shield;
    struct shield_scratch *scratch;
    struct project project;
    struct arena arena;
    struct shield_item items[ITEMS_MAX];
    struct value before[ITEMS_MAX]; /* as they were, to see what was taken */
    uint32_t item_count;
    struct text event;
    struct text id;
    bool is_profile;
    int64_t time_ms;
    int64_t now_ms;
    struct shield_scan_figures figures;
};

enum status shield_scan_open(const char *rules_file, int64_t now_ms, struct shield_scan **out,
                             struct error *error)
{
    struct shield_options options = {.rules_file = rules_file};
    struct shield_scan *scan = MEMORY_NEW(struct shield_scan);
    enum status status = shield_open(&options, &scan->shield, error);
    if (status != STATUS_OK) {
        memory_free(scan);
        return status;
    }
    scan->now_ms = now_ms;
    scan->scratch = shield_scratch_take(scan->shield);
    scan->project = (struct project){.id = SCAN_PROJECT, .name = TEXT("scan"), .zone = TEXT("UTC")};
    arena_init(&scan->arena, ARENA_SIZE);
    *out = scan;
    return STATUS_OK;
}

void shield_scan_close(struct shield_scan *scan)
{
    if (!scan) return;
    shield_scratch_give(scan->shield, scan->scratch);
    shield_close(scan->shield);
    arena_release(&scan->arena);
    memory_free(scan);
}

/* False on broken JSON. */
static bool read_value(struct shield_scan *scan, struct json_reader *reader,
                       struct json_token token, struct value *out)
{
    struct buffer compact;
    switch (token.kind) {
    case JSON_TEXT: *out = value_from_text(token.text); return true;
    case JSON_NUMBER: *out = value_from_number(token.text); return true;
    case JSON_TRUE:
    case JSON_FALSE: *out = value_from_bool(token.kind == JSON_TRUE); return true;
    case JSON_NULL: *out = (struct value){.kind = VALUE_NULL}; return true;
    case JSON_ARRAY_BEGIN:
    case JSON_OBJECT_BEGIN: break;
    default: return false;
    }
    buffer_init(&compact, COMPACT_MAX);
    bool is_good = json_copy_compact(reader, &compact, NULL) && !buffer_overflowed(&compact);
    out->kind = token.kind == JSON_ARRAY_BEGIN ? VALUE_LIST : VALUE_OBJECT;
    out->text = is_good ? arena_text(&scan->arena, buffer_text(&compact)) : TEXT("");
    buffer_release(&compact);
    return is_good && out->text.bytes;
}

/* What is kept as a column of its own, not as a property. */
static bool take_special(struct shield_scan *scan, struct text key, const struct value *value)
{
    if (scan->is_profile) return false;
    if (text_equal(key, TEXT("time")) && value_is_number(value)) {
        double time = value_number(value);
        if (time > 0 && time < 1e13) scan->time_ms = (int64_t)(time < 1e11 ? time * 1000 : time);
        return true;
    }
    if (!text_equal(key, TEXT("distinct_id")) || value->kind != VALUE_TEXT) return false;
    scan->id = value->text;
    return true;
}

static void add_item(struct shield_scan *scan, struct text name, struct value value)
{
    if (scan->item_count == ITEMS_MAX) return;
    scan->items[scan->item_count++] = (struct shield_item){.name = name, .value = value};
}

static bool is_inner(struct text key)
{
    return text_equal(key, TEXT("properties")) || text_equal(key, TEXT("$properties"));
}

/* What stands before a profile's properties: its id, and which kind of group it is. All else is
 * judged like them. */
static void take_profile_id(struct shield_scan *scan)
{
    uint32_t kept = 0;
    for (uint32_t i = 0; i < scan->item_count; i++) {
        const struct shield_item *item = &scan->items[i];
        bool is_text = item->value.kind == VALUE_TEXT;
        bool is_id = is_text && (text_equal(item->name, TEXT("$distinct_id")) ||
                                 text_equal(item->name, TEXT("$group_id")));
        if (is_id) scan->id = item->value.text;
        if (is_id || (is_text && text_equal(item->name, TEXT("$group_key")))) continue;
        scan->items[kept++] = *item;
    }
    scan->item_count = kept;
}

static bool read_properties(struct shield_scan *scan, struct json_reader *reader)
{
    for (;;) {
        struct json_token key = json_next(reader);
        struct value value = {.kind = VALUE_NULL};
        if (key.kind != JSON_KEY) return key.kind == JSON_OBJECT_END;
        if (!read_value(scan, reader, json_next(reader), &value)) return false;
        if (!take_special(scan, key.text, &value)) add_item(scan, key.text, value);
    }
}

/* The properties of an event, or of a profile: then what came before says whose it is. */
static bool read_inner(struct shield_scan *scan, struct json_reader *reader, bool is_profile)
{
    if (is_profile && !scan->is_profile) {
        scan->is_profile = true;
        take_profile_id(scan);
    }
    return read_properties(scan, reader);
}

/* An object's members: those of an exported event, of a profile, or properties. */
static bool read_members(struct shield_scan *scan, struct json_reader *reader)
{
    for (;;) {
        struct json_token key = json_next(reader);
        if (key.kind != JSON_KEY) return key.kind == JSON_OBJECT_END;
        struct json_token token = json_next(reader);
        if (text_equal(key.text, TEXT("event")) && token.kind == JSON_TEXT) {
            scan->event = token.text;
        } else if (is_inner(key.text) && token.kind == JSON_OBJECT_BEGIN) {
            if (!read_inner(scan, reader, key.text.bytes[0] == '$')) return false;
        } else {
            struct value value = {.kind = VALUE_NULL};
            if (!read_value(scan, reader, token, &value)) return false;
            add_item(scan, key.text, value);
        }
    }
}

static bool read_object(struct shield_scan *scan, struct text line)
{
    struct text copy = arena_text(&scan->arena, line);
    struct json_reader reader;
    if (!copy.bytes) return false;
    char *bytes = (char *)scan->arena.memory + ((const uint8_t *)copy.bytes - scan->arena.memory);
    json_reader_init(&reader, bytes, copy.size);
    reader.replaces_surrogates = true;
    return json_next(&reader).kind == JSON_OBJECT_BEGIN && read_members(scan, &reader);
}

static bool is_touched(const struct shield_scan *scan, uint32_t item)
{
    const struct shield_item *after = &scan->items[item];
    return after->is_removed || after->value.kind != scan->before[item].kind ||
           !value_equal(&after->value, &scan->before[item]);
}

static void judge(struct shield_scan *scan)
{
    struct text event = scan->event;
    struct text id = scan->id;
    struct shield_record record = {
        .project = &scan->project,
        .source = SHIELD_FROM_SCAN,
        .now_ms = scan->time_ms / CALENDAR_DAY_MS * CALENDAR_DAY_MS,
        .country = {'?', '?'},
        .event = scan->is_profile ? NULL : &event,
        .ids = {&id},
        .id_count = 1,
        .items = scan->items,
        .item_count = scan->item_count,
        .arena = &scan->arena,
    };
    for (uint32_t i = 0; i < scan->item_count; i++)
        scan->before[i] = scan->items[i].value;
    bool is_hit = shield_admit(scan->shield, scan->scratch, &record) != SHIELD_ADMITTED;
    for (uint32_t i = 0; i < scan->item_count && !is_hit; i++)
        is_hit = is_touched(scan, i);
    is_hit = is_hit || !text_equal(event, scan->event) || !text_equal(id, scan->id);
    scan->figures.with_findings += is_hit;
    scan->figures.profiles += scan->is_profile;
}

void shield_scan_line(struct shield_scan *scan, char *bytes, size_t size)
{
    struct text line = text_trim((struct text){bytes, size});
    if (line.size == 0) return;
    arena_rewind(&scan->arena, 0);
    scan->item_count = 0;
    scan->event = TEXT("scan");
    scan->id = TEXT("scan");
    scan->is_profile = false;
    scan->time_ms = scan->now_ms;
    scan->figures.lines++;
    if (line.bytes[0] != '{' || !read_object(scan, line)) {
        scan->is_profile = false;
        scan->item_count = 1; /* no object: the line itself is looked at */
        scan->items[0] = (struct shield_item){.name = TEXT("line"), .value = value_from_text(line)};
    }
    judge(scan);
}

void shield_scan_figures(const struct shield_scan *scan, struct shield_scan_figures *out)
{
    *out = scan->figures;
}

void shield_scan_read(struct shield_scan *scan, shield_findings_visit *visit, void *context)
{
    shield_findings_read(shield_findings_of(scan->shield), SCAN_PROJECT, INT64_MIN / 4,
                         INT64_MAX / 4, visit, context);
}
