#include "api/html.h"

#include "codec/utf8.h"

#include <stdio.h>

static const char *escape_of(char byte)
{
    switch (byte) {
    case '&': return "&amp;";
    case '<': return "&lt;";
    case '>': return "&gt;";
    case '"': return "&quot;";
    case '\'': return "&#39;";
    case '\n':
    case '\t': return " ";
    default: break;
    }
    return (unsigned char)byte < 0x20 || byte == 0x7f ? "\xef\xbf\xbd" : NULL;
}

void html_text(struct buffer *out, struct text text)
{
    if (text.size == 0) return;
    size_t begin = 0;
    for (size_t i = 0; i < text.size; i++) {
        const char *escape = escape_of(text.bytes[i]);
        if (!escape) continue;
        buffer_append(out, text.bytes + begin, i - begin);
        buffer_append_string(out, escape);
        begin = i + 1;
    }
    buffer_append(out, text.bytes + begin, text.size - begin);
}

void html_name(struct buffer *out, struct text text, size_t points_max)
{
    buffer_append_string(out, "<bdi>");
    if (!utf8_valid(text)) {
        buffer_append_string(out, "\xef\xbf\xbd");
    } else {
        struct text shown = utf8_truncate(text, points_max);
        html_text(out, shown);
        if (shown.size < text.size) buffer_append_string(out, "…");
    }
    buffer_append_string(out, "</bdi>");
}

void html_number(struct buffer *out, uint64_t number)
{
    char digits[24];
    int size = snprintf(digits, sizeof digits, "%llu", (unsigned long long)number);
    for (int i = 0; i < size; i++) {
        if (i > 0 && (size - i) % 3 == 0) buffer_append_byte(out, ',');
        buffer_append_byte(out, digits[i]);
    }
}
