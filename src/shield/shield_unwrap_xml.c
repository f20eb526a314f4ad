/* Tags, their texts and attributes; and what makes a piece of a page. Lenient: what does not close
 * is read to the end. */
#include "shield/shield_unicode.h"
#include "shield/shield_unwrap_internal.h"

#include <string.h>

enum { MARKUP_TAGS_MIN = 3 };

struct xml_walk {
    struct unwrap *unwrap;
    struct text text;
    size_t offset;
    struct text tag;  /* what a text stands under */
    struct text name; /* the tag's name attribute: <field name="password">x */
};

static bool is_name_byte(char byte)
{
    char lower = (char)(byte | 0x20);
    return (lower >= 'a' && lower <= 'z') || (byte >= '0' && byte <= '9') || (byte & 0x80) ||
           byte == '-' || byte == '_' || byte == ':' || byte == '.';
}

static bool is_space(char byte)
{
    return byte == ' ' || byte == '\t' || byte == '\r' || byte == '\n';
}

/* A name without the prefix of its namespace. */
static struct text read_name(struct text text, size_t *offset)
{
    size_t begin = *offset;
    while (*offset < text.size && is_name_byte(text.bytes[*offset])) {
        if (text.bytes[*offset] == ':') begin = *offset + 1;
        (*offset)++;
    }
    return (struct text){text.bytes + begin, *offset - begin};
}

static void skip_space(struct text text, size_t *offset)
{
    while (*offset < text.size && is_space(text.bytes[*offset]))
        (*offset)++;
}

/* The code of &amp; &#64; &#x40; and its size in the text, or 0. */
static size_t read_entity(struct text text, uint32_t *code)
{
    static const struct {
        struct text name;
        uint32_t code;
    } names[] = {{TEXT_INIT("&amp;"), '&'},    {TEXT_INIT("&lt;"), '<'},
                 {TEXT_INIT("&gt;"), '>'},     {TEXT_INIT("&quot;"), '"'},
                 {TEXT_INIT("&apos;"), '\''},  {TEXT_INIT("&nbsp;"), 0xA0},
                 {TEXT_INIT("&commat;"), '@'}, {TEXT_INIT("&period;"), '.'}};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (!text_starts_with(text, names[i].name)) continue;
        *code = names[i].code;
        return names[i].name.size;
    }
    if (!text_starts_with(text, TEXT("&#"))) return 0;
    bool is_hex = text.size > 2 && (text.bytes[2] | 0x20) == 'x';
    size_t place = is_hex ? 3 : 2;
    size_t first = place;
    *code = 0;
    for (; place < text.size && place < first + 7; place++) {
        char byte = text.bytes[place];
        uint32_t digit = 16;
        if (byte >= '0' && byte <= '9') digit = (uint32_t)(byte - '0');
        if (is_hex && (byte | 0x20) >= 'a' && (byte | 0x20) <= 'f')
            digit = (uint32_t)((byte | 0x20) - 'a') + 10;
        if (digit == 16) break;
        *code = *code * (is_hex ? 16 : 10) + digit;
    }
    bool is_code =
        place > first && *code > 0 && *code <= 0x10FFFF && !(*code >= 0xD800 && *code < 0xE000);
    if (!is_code) return 0;
    return place + (place < text.size && text.bytes[place] == ';');
}

static struct text decode_entities(struct unwrap *unwrap, struct text text)
{
    if (text_find_byte(text, '&') < 0) return text;
    char *out = unwrap_reserve(unwrap, text.size);
    if (!out) return TEXT("");
    size_t size = 0;
    for (size_t i = 0; i < text.size;) {
        uint32_t code;
        size_t used = 0;
        if (text.bytes[i] == '&') used = read_entity(text_slice(text, i, text.size - i), &code);
        if (used > 0)
            size += shield_code_write(code, out + size); /* "&#1;" is longer than any */
        else
            out[size++] = text.bytes[i];
        i += used > 0 ? used : 1;
    }
    unwrap_settle(unwrap, out, size);
    return (struct text){out, size};
}

static void give(struct xml_walk *walk, struct text key, struct text value)
{
    struct shield_inner inner = {.wrap = SHIELD_WRAP_XML, .key = key};
    inner.value = decode_entities(walk->unwrap, text_trim(value));
    unwrap_give(walk->unwrap, &inner);
}

static struct text read_attribute_value(struct text text, size_t *offset)
{
    skip_space(text, offset);
    char quote = *offset < text.size ? text.bytes[*offset] : 0;
    bool is_quoted = quote == '"' || quote == '\'';
    if (is_quoted) (*offset)++;
    size_t begin = *offset;
    while (*offset < text.size) {
        char byte = text.bytes[*offset];
        if (is_quoted ? byte == quote : byte == '>' || is_space(byte)) break;
        (*offset)++;
    }
    struct text value = {text.bytes + begin, *offset - begin};
    if (is_quoted && *offset < text.size) (*offset)++;
    return value;
}

/* Attributes up to the '>': each by itself, and <input name="password" value="x"> as a pair. */
static void read_attributes(struct xml_walk *walk)
{
    struct text held = TEXT("");
    walk->name = TEXT("");
    while (walk->offset < walk->text.size && !walk->unwrap->is_over) {
        skip_space(walk->text, &walk->offset);
        if (walk->offset == walk->text.size || walk->text.bytes[walk->offset] == '>') break;
        struct text name = read_name(walk->text, &walk->offset);
        skip_space(walk->text, &walk->offset);
        bool has_value = walk->offset < walk->text.size && walk->text.bytes[walk->offset] == '=';
        if (!has_value) {
            if (name.size == 0) walk->offset++; /* a slash, or what belongs nowhere */
            continue;
        }
        walk->offset++;
        struct text value = read_attribute_value(walk->text, &walk->offset);
        give(walk, name, value);
        if (unwrap_is_name_key(name) && walk->name.size == 0) walk->name = value;
        if (unwrap_is_value_key(name)) held = value;
    }
    if (walk->name.size > 0 && held.size > 0) give(walk, walk->name, held);
    if (walk->offset < walk->text.size) walk->offset++;
}

/* <!-- … --> and <![CDATA[ … ]]>: what is inside. */
static bool read_section(struct xml_walk *walk)
{
    static const struct text sections[][2] = {{TEXT_INIT("<!--"), TEXT_INIT("-->")},
                                              {TEXT_INIT("<![CDATA["), TEXT_INIT("]]>")}};
    struct text rest = text_slice(walk->text, walk->offset, walk->text.size - walk->offset);
    for (size_t i = 0; i < 2; i++) {
        if (!text_starts_with(rest, sections[i][0])) continue;
        rest = text_slice(rest, sections[i][0].size, rest.size - sections[i][0].size);
        ptrdiff_t end = text_find(rest, sections[i][1]);
        struct text inside = end < 0 ? rest : text_slice(rest, 0, (size_t)end);
        give(walk, i == 0 ? TEXT("") : walk->tag, inside);
        size_t used = end < 0 ? rest.size : inside.size + sections[i][1].size;
        walk->offset += sections[i][0].size + used;
        return true;
    }
    return false;
}

static void read_tag(struct xml_walk *walk)
{
    if (read_section(walk)) return;
    walk->offset++;
    bool ends = walk->offset < walk->text.size && walk->text.bytes[walk->offset] == '/';
    while (walk->offset < walk->text.size && strchr("/?!", walk->text.bytes[walk->offset])) {
        walk->offset++;
    }
    struct text tag = read_name(walk->text, &walk->offset);
    read_attributes(walk);
    walk->tag = ends ? TEXT("") : tag;
    if (ends) walk->name = TEXT("");
}

static void read_text(struct xml_walk *walk)
{
    size_t begin = walk->offset;
    while (walk->offset < walk->text.size && walk->text.bytes[walk->offset] != '<')
        walk->offset++;
    struct text text = {walk->text.bytes + begin, walk->offset - begin};
    if (text_trim(text).size == 0) return;
    give(walk, walk->tag, text);
    if (walk->name.size > 0) give(walk, walk->name, text);
}

void unwrap_xml(struct unwrap *unwrap, struct text text)
{
    if (text.size < 4 || text.bytes[0] != '<') return;
    if (!is_name_byte(text.bytes[1]) && text.bytes[1] != '?' && text.bytes[1] != '!') return;
    if (text_find_byte(text, '>') < 0) return;
    struct xml_walk walk = {.unwrap = unwrap, .text = text, .tag = TEXT(""), .name = TEXT("")};
    while (walk.offset < text.size && !unwrap->is_over) {
        if (text.bytes[walk.offset] == '<')
            read_tag(&walk);
        else
            read_text(&walk);
    }
}

/* A tag's begin with a letter, a space and an '=' before it ends. Moves on behind it. */
static bool is_tag_with_attribute(struct text text, size_t *offset)
{
    char first = *offset < text.size ? (char)(text.bytes[*offset] | 0x20) : 0;
    bool is_tag = first >= 'a' && first <= 'z';
    bool has_space = false;
    bool has_attribute = false;
    while (*offset < text.size && text.bytes[*offset] != '>' && text.bytes[*offset] != '<') {
        has_space = has_space || is_space(text.bytes[*offset]);
        has_attribute = has_attribute || (has_space && text.bytes[*offset] == '=');
        (*offset)++;
    }
    return is_tag && has_attribute;
}

bool shield_is_markup(struct text value)
{
    int count = 0;
    for (size_t offset = 0; offset < value.size;) {
        if (value.bytes[offset++] != '<') continue;
        count += is_tag_with_attribute(value, &offset);
        if (count >= MARKUP_TAGS_MIN) return true;
    }
    return false;
}
