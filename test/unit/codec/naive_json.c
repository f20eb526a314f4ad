#include "naive_json.h"

#include "codec/json_reader.h"

#include <stdlib.h>
#include <string.h>

/* The grammar once more, without any haste: one function for each rule, one byte at a time. */
struct naive {
    const unsigned char *place;
    const unsigned char *end;
    int depth;
};

static int naive_peek(const struct naive *naive)
{
    return naive->place < naive->end ? *naive->place : -1;
}

static void naive_space(struct naive *naive)
{
    int byte;
    while ((byte = naive_peek(naive)) == ' ' || byte == '\t' || byte == '\n' || byte == '\r') {
        naive->place++;
    }
}

static bool naive_take(struct naive *naive, const char *word)
{
    for (; *word; word++) {
        if (naive_peek(naive) != (unsigned char)*word) return false;
        naive->place++;
    }
    return true;
}

static bool naive_digits(struct naive *naive)
{
    int count = 0;
    while (naive_peek(naive) >= '0' && naive_peek(naive) <= '9') {
        naive->place++;
        count++;
    }
    return count > 0;
}

static bool naive_number(struct naive *naive)
{
    if (naive_peek(naive) == '-') naive->place++;
    if (naive_peek(naive) == '0') {
        naive->place++;
    } else if (!naive_digits(naive)) {
        return false;
    }
    if (naive_peek(naive) == '.') {
        naive->place++;
        if (!naive_digits(naive)) return false;
    }
    if (naive_peek(naive) == 'e' || naive_peek(naive) == 'E') {
        naive->place++;
        if (naive_peek(naive) == '+' || naive_peek(naive) == '-') naive->place++;
        return naive_digits(naive);
    }
    return true;
}

static bool naive_hex(struct naive *naive, unsigned *out)
{
    *out = 0;
    for (int i = 0; i < 4; i++) {
        int byte = naive_peek(naive);
        if (byte < 0 || byte == 0 || !strchr("0123456789abcdefABCDEF", byte)) return false;
        char digit[2] = {(char)byte, 0};
        *out = *out * 16 + (unsigned)strtoul(digit, NULL, 16);
        naive->place++;
    }
    return true;
}

static bool naive_escape(struct naive *naive)
{
    int byte = naive_peek(naive);
    if (byte <= 0 || !strchr("\"\\/bfnrtu", byte)) return false;
    naive->place++;
    if (byte != 'u') return true;
    unsigned unit;
    if (!naive_hex(naive, &unit)) return false;
    if (unit >= 0xdc00 && unit <= 0xdfff) return false;
    if (unit < 0xd800 || unit > 0xdbff) return true;
    return naive_take(naive, "\\u") && naive_hex(naive, &unit) && unit >= 0xdc00 && unit <= 0xdfff;
}

/* By the definition: decode, then ask whether the code point needed that many bytes. */
static bool naive_utf8(struct naive *naive)
{
    unsigned lead = *naive->place++;
    unsigned count = lead >= 0xf0 ? 3 : lead >= 0xe0 ? 2 : 1;
    if (lead < 0xc0 || lead > 0xf7) return false;
    unsigned code_point = lead & (0x3fU >> count);
    for (unsigned i = 0; i < count; i++) {
        int byte = naive_peek(naive);
        if (byte < 0x80 || byte > 0xbf) return false;
        code_point = code_point << 6 | (unsigned)(byte & 0x3f);
        naive->place++;
    }
    static const unsigned least[] = {0, 0x80, 0x800, 0x10000};
    if (code_point < least[count] || code_point > 0x10ffff) return false;
    return code_point < 0xd800 || code_point > 0xdfff;
}

static bool naive_text(struct naive *naive)
{
    if (!naive_take(naive, "\"")) return false;
    for (;;) {
        int byte = naive_peek(naive);
        if (byte < 0x20) return false;
        if (byte >= 0x80) {
            if (!naive_utf8(naive)) return false;
            continue;
        }
        naive->place++;
        if (byte == '"') return true;
        if (byte == '\\' && !naive_escape(naive)) return false;
    }
}

static bool naive_value(struct naive *naive);

static bool naive_container(struct naive *naive, bool is_object)
{
    const char *end = is_object ? "}" : "]";
    if (++naive->depth > JSON_DEPTH_MAX) return false;
    naive->place++;
    naive_space(naive);
    if (naive_peek(naive) != end[0]) {
        for (;;) {
            naive_space(naive);
            if (is_object) {
                if (!naive_text(naive)) return false;
                naive_space(naive);
                if (!naive_take(naive, ":")) return false;
                naive_space(naive);
            }
            if (!naive_value(naive)) return false;
            naive_space(naive);
            if (naive_peek(naive) != ',') break;
            naive->place++;
        }
    }
    naive->depth--;
    return naive_take(naive, end);
}

static bool naive_value(struct naive *naive)
{
    switch (naive_peek(naive)) {
    case '{': return naive_container(naive, true);
    case '[': return naive_container(naive, false);
    case '"': return naive_text(naive);
    case 't': return naive_take(naive, "true");
    case 'f': return naive_take(naive, "false");
    case 'n': return naive_take(naive, "null");
    default: return naive_number(naive);
    }
}

bool naive_accepts(struct text text)
{
    const unsigned char *bytes = (const unsigned char *)text.bytes;
    struct naive naive = {bytes, bytes + text.size, 0};
    naive_space(&naive);
    if (!naive_value(&naive)) return false;
    naive_space(&naive);
    return naive.place == naive.end;
}
