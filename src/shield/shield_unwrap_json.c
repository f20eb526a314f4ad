/* JSON as people leave it behind: cut off, with single or no quotes, after other text, escaped
 * twice. One pass, no recursion; every scalar comes out under the name nearest to it, and a name
 * that stands in a value ({"name":"password","value":"x"}, ["password","x"]) names its
 * neighbour. */
#include "base/check.h"
#include "shield/shield_unicode.h"
#include "shield/shield_unwrap_internal.h"

#include <string.h>

enum {
    LEVELS_MAX = 64, /* deeper: *incomplete */
    NAME_SIZE_MAX = 128,
};

struct level {
    bool is_object;
    bool has_key;
    struct text key;          /* in an object: the member's; in a list: the list's own */
    struct text around;       /* the name the whole container stands under */
    struct text name;         /* of a pair: what "name" or the first element says */
    struct shield_inner held; /* of a pair: a value that came before its name */
    uint32_t scalar_count;
    uint32_t container_count;
};

struct json_walk {
    struct unwrap *unwrap;
    struct text text;
    size_t offset;
    struct level levels[LEVELS_MAX];
    uint32_t depth;
};

struct scalar {
    struct text text;
    bool is_quoted;
};

static struct level *top(struct json_walk *walk)
{
    assert(walk->depth > 0);
    return &walk->levels[walk->depth - 1];
}

static bool is_space(char byte)
{
    return byte == ' ' || byte == '\t' || byte == '\r' || byte == '\n';
}

/* The code unit of \uXXXX; false when it is not four hex digits. */
static bool read_unit(const char *bytes, size_t size, uint32_t *unit)
{
    if (size < 4) return false;
    *unit = 0;
    for (int i = 0; i < 4; i++) {
        char byte = bytes[i];
        uint32_t digit = 16;
        if (byte >= '0' && byte <= '9') digit = (uint32_t)(byte - '0');
        if ((byte | 0x20) >= 'a' && (byte | 0x20) <= 'f')
            digit = (uint32_t)((byte | 0x20) - 'a') + 10;
        if (digit == 16) return false;
        *unit = *unit * 16 + digit;
    }
    return true;
}

/* One \u escape, or two that are a surrogate pair; returns how many bytes of `from` it took. */
static size_t unescape_unit(struct text from, size_t place, char *out, size_t *out_size)
{
    uint32_t code;
    if (!read_unit(from.bytes + place + 2, from.size - place - 2, &code)) return 0;
    size_t used = 6;
    uint32_t low;
    if (code >= 0xD800 && code < 0xDC00 && from.size - place >= 12 &&
        from.bytes[place + 6] == '\\' && from.bytes[place + 7] == 'u' &&
        read_unit(from.bytes + place + 8, from.size - place - 8, &low) && low >= 0xDC00 &&
        low < 0xE000) {
        code = 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00);
        used = 12;
    }
    if (code >= 0xD800 && code < 0xE000) code = 0xFFFD;
    *out_size += shield_code_write(code, out + *out_size);
    return used;
}

static char simple_escape(char byte)
{
    switch (byte) {
    case 'n': return '\n';
    case 't': return '\t';
    case 'r': return '\r';
    case 'b': return '\b';
    case 'f': return '\f';
    default: return byte;
    }
}

/* Never longer than what it was. */
static struct text unescape(struct unwrap *unwrap, struct text from)
{
    if (from.size == 0 || !memchr(from.bytes, '\\', from.size)) return from;
    char *out = unwrap_reserve(unwrap, from.size);
    if (!out) return TEXT("");
    size_t size = 0;
    for (size_t i = 0; i < from.size;) {
        if (from.bytes[i] != '\\' || i + 1 == from.size) {
            out[size++] = from.bytes[i++];
            continue;
        }
        size_t used = from.bytes[i + 1] == 'u' ? unescape_unit(from, i, out, &size) : 0;
        if (used == 0) {
            out[size++] = simple_escape(from.bytes[i + 1]);
            used = 2;
        }
        i += used;
    }
    unwrap_settle(unwrap, out, size);
    return (struct text){out, size};
}

static struct text read_quoted(struct json_walk *walk)
{
    char quote = walk->text.bytes[walk->offset++];
    size_t begin = walk->offset;
    while (walk->offset < walk->text.size && walk->text.bytes[walk->offset] != quote) {
        walk->offset += walk->text.bytes[walk->offset] == '\\' ? 2 : 1;
    }
    if (walk->offset > walk->text.size) walk->offset = walk->text.size;
    struct text raw = {walk->text.bytes + begin, walk->offset - begin};
    if (walk->offset < walk->text.size) walk->offset++;
    return unescape(walk->unwrap, raw);
}

static struct text read_bare(struct json_walk *walk)
{
    size_t begin = walk->offset;
    bool is_key = top(walk)->is_object && !top(walk)->has_key;
    while (walk->offset < walk->text.size) {
        char byte = walk->text.bytes[walk->offset];
        if (strchr(",{}[]\n", byte) && byte) break;
        if (is_key && byte == ':') break;
        walk->offset++;
    }
    return text_trim((struct text){walk->text.bytes + begin, walk->offset - begin});
}

static bool is_number(struct text text)
{
    size_t digits = 0;
    for (size_t i = 0; i < text.size; i++) {
        char byte = text.bytes[i];
        digits += byte >= '0' && byte <= '9';
        if (!(byte >= '0' && byte <= '9') && (!byte || !strchr("+-.eE", byte))) return false;
    }
    return digits > 0;
}

/* "value" says nothing of its own: what is under it belongs to the name around. */
static struct text name_of(const struct level *level)
{
    if (!level->is_object) return level->around;
    if (level->name.size > 0 && unwrap_is_value_key(level->key)) return level->name;
    bool is_plain = !unwrap_is_value_key(level->key) || level->around.size == 0;
    return is_plain ? level->key : level->around;
}

static void give(struct json_walk *walk, struct text key, const struct scalar *scalar)
{
    struct shield_inner inner = {.wrap = SHIELD_WRAP_JSON, .key = key, .value = scalar->text};
    inner.is_number = !scalar->is_quoted && is_number(scalar->text);
    unwrap_give(walk->unwrap, &inner);
}

static void note_pair(struct json_walk *walk, struct level *level, const struct scalar *scalar)
{
    if (!level->is_object) {
        if (level->scalar_count == 1 && scalar->is_quoted) level->name = scalar->text;
        level->held = (struct shield_inner){.value = scalar->text};
        level->held.is_number = !scalar->is_quoted && is_number(scalar->text);
        return;
    }
    if (level->name.size == 0 && scalar->is_quoted && scalar->text.size <= NAME_SIZE_MAX &&
        unwrap_is_name_key(level->key)) {
        level->name = scalar->text;
        struct shield_inner inner = level->held;
        inner.wrap = SHIELD_WRAP_JSON;
        inner.key = level->name;
        unwrap_give(walk->unwrap, &inner);
    } else if (level->name.size == 0 && unwrap_is_value_key(level->key)) {
        level->held = (struct shield_inner){.value = scalar->text};
        level->held.is_number = !scalar->is_quoted && is_number(scalar->text);
    }
}

static void take_scalar(struct json_walk *walk, const struct scalar *scalar)
{
    struct level *level = top(walk);
    if (level->is_object && !level->has_key) {
        level->key = scalar->text;
        level->has_key = true;
        return;
    }
    level->scalar_count++;
    give(walk, name_of(level), scalar);
    note_pair(walk, level, scalar);
    level->has_key = false;
}

static void open_level(struct json_walk *walk, bool is_object)
{
    if (walk->depth == LEVELS_MAX) {
        walk->unwrap->incomplete = true;
        walk->unwrap->is_over = true;
        return;
    }
    struct text around = TEXT("");
    if (walk->depth > 0) {
        struct level *parent = top(walk);
        parent->container_count++;
        around = name_of(parent);
        if (!parent->is_object && parent->scalar_count == 1 && parent->name.size > 0) {
            around = parent->name; /* ["card", {"number": …}] */
        }
        parent->has_key = false;
    }
    walk->levels[walk->depth++] = (struct level){.is_object = is_object, .around = around};
}

static void close_level(struct json_walk *walk)
{
    if (walk->depth == 0) return;
    struct level *level = top(walk);
    bool is_pair = !level->is_object && level->scalar_count == 2 && level->container_count == 0;
    if (is_pair && level->name.size > 0 && level->name.size <= NAME_SIZE_MAX) {
        struct shield_inner inner = level->held;
        inner.wrap = SHIELD_WRAP_JSON;
        inner.key = level->name;
        unwrap_give(walk->unwrap, &inner);
    }
    walk->depth--;
}

static void step(struct json_walk *walk)
{
    char byte = walk->text.bytes[walk->offset];
    if (is_space(byte) || byte == ',' || byte == ':') {
        walk->offset++;
    } else if (byte == '{' || byte == '[') {
        walk->offset++;
        open_level(walk, byte == '{');
    } else if (byte == '}' || byte == ']') {
        walk->offset++;
        close_level(walk);
    } else {
        struct scalar scalar = {.is_quoted = byte == '"' || byte == '\''};
        scalar.text = scalar.is_quoted ? read_quoted(walk) : read_bare(walk);
        take_scalar(walk, &scalar);
    }
}

/* Between values at the top there is white space only; anything else ends the walk. */
static bool goes_on(struct json_walk *walk)
{
    while (walk->depth == 0 && walk->offset < walk->text.size &&
           is_space(walk->text.bytes[walk->offset])) {
        walk->offset++;
    }
    if (walk->offset == walk->text.size || walk->unwrap->is_over) return false;
    char byte = walk->text.bytes[walk->offset];
    return walk->depth > 0 || byte == '{' || byte == '[';
}

static void read_containers(struct unwrap *unwrap, struct text text)
{
    struct json_walk walk = {.unwrap = unwrap, .text = text};
    while (goes_on(&walk))
        step(&walk);
    while (walk.depth > 0)
        close_level(&walk);
}

/* What a whole text in quotes, or one escaped twice ({\"a\":…}), says. */
static void give_unescaped(struct unwrap *unwrap, struct text text)
{
    struct text inner = unescape(unwrap, text);
    unwrap_give(unwrap, &(struct shield_inner){.wrap = SHIELD_WRAP_JSON, .value = inner});
}

/* Where an object or a list begins: at the front, or behind other text where a quoted key follows.
 */
static ptrdiff_t find_begin(struct text text)
{
    if (text.size > 0 && (text.bytes[0] == '{' || text.bytes[0] == '[')) return 0;
    ptrdiff_t object = text_find(text, TEXT("{\""));
    ptrdiff_t list = text_find(text, TEXT("[{"));
    if (object < 0) object = text_find(text, TEXT("{'"));
    return list >= 0 && (object < 0 || list < object) ? list : object;
}

void unwrap_json(struct unwrap *unwrap, struct text text)
{
    if (text.size < 2) return;
    if (text.bytes[0] == '"' && text.bytes[text.size - 1] == '"') {
        give_unescaped(unwrap, text_slice(text, 1, text.size - 2));
        return;
    }
    bool has_bracket = text_find_byte(text, '{') >= 0 || text_find_byte(text, '[') >= 0;
    if (!has_bracket) return;
    ptrdiff_t escaped = text_find(text, TEXT("{\\\""));
    if (escaped < 0) escaped = text_find(text, TEXT("[\\\""));
    ptrdiff_t begin = find_begin(text);
    if (escaped >= 0 && (begin < 0 || escaped <= begin)) {
        give_unescaped(unwrap, text);
    } else if (begin >= 0) {
        read_containers(unwrap, text_slice(text, (size_t)begin, text.size - (size_t)begin));
    }
}
