#include "json_aid.h"

static void add_space(struct document_maker *maker)
{
    static const char spaces[] = " \t\r\n";
    while (seeded_below(&maker->seeded, 5) == 0) {
        buffer_append_byte(&maker->out, spaces[seeded_below(&maker->seeded, 4)]);
    }
}

static void add_piece(struct document_maker *maker)
{
    static const char *const pieces[] = {
        "a",
        "Z",
        "0",
        " ",
        "\x7f",
        "\xc3\xa9",
        "\xe2\x82\xac",
        "\xf0\x9f\x98\x80",
        "\\n",
        "\\\"",
        "\\\\",
        "\\/",
        "\\b",
        "\\f",
        "\\r",
        "\\t",
        "\\u0041",
        "\\u00e9",
        "\\u20AC",
        "\\uD83D\\uDe00",
        "\\u0001",
        "\\uffff",
        "\\u07ff",
        "\\u0800",
        "plain words ",
        "{[,:]}",
        "//",
    };
    uint32_t count = sizeof pieces / sizeof pieces[0];
    buffer_append_string(&maker->out, pieces[seeded_below(&maker->seeded, count)]);
}

/* Lengths around the 16 bytes that are scanned at a time. */
static void add_text(struct document_maker *maker)
{
    uint32_t plain = seeded_below(&maker->seeded, 40);
    uint32_t pieces = seeded_below(&maker->seeded, 3) == 0 ? seeded_below(&maker->seeded, 12) : 0;
    buffer_append_byte(&maker->out, '"');
    for (uint32_t i = 0; i < plain; i++) {
        buffer_append_byte(&maker->out, (char)('a' + seeded_below(&maker->seeded, 26)));
    }
    for (uint32_t i = 0; i < pieces; i++)
        add_piece(maker);
    buffer_append_byte(&maker->out, '"');
}

static void add_key(struct document_maker *maker)
{
    if (!maker->equal_keys) {
        buffer_printf(&maker->out, "\"k\\n%u\"", maker->key_count++);
        return;
    }
    static const char *const keys[] = {"\"a\"",        "\"\\u0061\"", "\"ab\"",  "\"\"",
                                       "\"a\\u0000\"", "\"b\"",       "\"abc\"", "\"a\\n\""};
    buffer_append_string(&maker->out, keys[seeded_below(&maker->seeded, 8)]);
}

static void add_number(struct document_maker *maker)
{
    uint64_t bits = seeded_next(&maker->seeded);
    switch (seeded_below(&maker->seeded, 5)) {
    case 0: buffer_printf(&maker->out, "%u", (unsigned)(bits % 100)); break;
    case 1: buffer_printf(&maker->out, "-%u", (unsigned)(bits % 100000)); break;
    case 2: buffer_printf(&maker->out, "%llu", (unsigned long long)(bits >> 1)); break;
    case 3:
        buffer_printf(&maker->out, "%u.%03ue%+d", (unsigned)(bits % 1000),
                      (unsigned)(bits >> 32 & 511), (int)(bits >> 50 & 255) - 128);
        break;
    default:
        buffer_printf(&maker->out, "-0.%uE%d", (unsigned)(bits % 99999), (int)(bits >> 60));
        break;
    }
}

static void add_value(struct document_maker *maker, uint32_t depth_max);

static void add_container(struct document_maker *maker, uint32_t depth_max, bool is_object)
{
    uint32_t count = seeded_below(&maker->seeded, 6);
    buffer_append_byte(&maker->out, is_object ? '{' : '[');
    add_space(maker);
    for (uint32_t i = 0; i < count; i++) {
        if (i > 0) buffer_append_byte(&maker->out, ',');
        add_space(maker);
        if (is_object) {
            add_key(maker);
            add_space(maker);
            buffer_append_byte(&maker->out, ':');
            add_space(maker);
        }
        add_value(maker, depth_max);
        add_space(maker);
    }
    buffer_append_byte(&maker->out, is_object ? '}' : ']');
}

static void add_value(struct document_maker *maker, uint32_t depth_max)
{
    uint32_t choice = seeded_below(&maker->seeded, depth_max > 0 ? 10 : 6);
    switch (choice) {
    case 0: buffer_append_string(&maker->out, "true"); break;
    case 1: buffer_append_string(&maker->out, "false"); break;
    case 2: buffer_append_string(&maker->out, "null"); break;
    case 3: add_number(maker); break;
    case 4:
    case 5: add_text(maker); break;
    default: add_container(maker, depth_max - 1, choice % 2 == 0); break;
    }
}

void make_document(struct document_maker *maker, uint32_t depth_max)
{
    buffer_clear(&maker->out);
    add_space(maker);
    add_container(maker, depth_max, seeded_below(&maker->seeded, 2) == 0);
    add_space(maker);
}

/* One to three changes of the kinds that break parsers: a byte set to one that matters, a byte
 * dropped, a run repeated, the end cut off. */
void mutate(struct seeded *seeded, struct buffer *bytes)
{
    static const char marks[] = "\"\\{}[]:,0-+.eEtfnu \n\x00\x1f\x7f\x80\xc2\xe0\xed\xf4\xff"
                                "dD89";
    uint32_t change_count = 1 + seeded_below(seeded, 3);
    for (uint32_t i = 0; i < change_count && bytes->size > 1; i++) {
        uint32_t place = seeded_below(seeded, (uint32_t)bytes->size);
        char *at = bytes->bytes + place;
        size_t behind = bytes->size - place - 1;
        switch (seeded_below(seeded, 8)) {
        case 0: bytes->size = place; break;
        case 1:
            memmove(at, at + 1, behind);
            bytes->size--;
            break;
        case 2: {
            char copy[8];
            size_t size = behind < sizeof copy ? behind : sizeof copy;
            memcpy(copy, at, size);
            buffer_append(bytes, copy, size);
            break;
        }
        default: *at = marks[seeded_below(seeded, sizeof marks - 1)]; break;
        }
    }
}
