#include "trust/wrapping.h"

#include "base/buffer.h"
#include "codec/transfer.h"

#include <stdio.h>
#include <string.h>

enum {
    DEPTH_MAX = 3,
    RUN_SIZE_MIN = 16, /* shorter ones hold nothing worth to be found */
    INFLATED_SIZE_MAX = 8 * 1024 * 1024,
    INFLATE_RATIO_MAX = 1000,
    WORK_MAX = 64 * 1024 * 1024, /* bytes looked at for one call */
};

struct walk {
    wrapping_visit *visit;
    void *context;
    size_t work;
};

static void look(struct walk *walk, struct text bytes, const char *wrapping, int depth);

static bool is_digit(char byte)
{
    return byte >= '0' && byte <= '9';
}

static bool is_hex(char byte)
{
    return is_digit(byte) || ((byte | 0x20) >= 'a' && (byte | 0x20) <= 'f');
}

static bool is_base64(char byte)
{
    return is_digit(byte) || ((byte | 0x20) >= 'a' && (byte | 0x20) <= 'z') ||
           (byte != '\0' && strchr("+/-_=", byte));
}

static int hex_value(char byte)
{
    return is_digit(byte) ? byte - '0' : (byte | 0x20) - 'a' + 10;
}

static void look_inside(struct walk *walk, struct text bytes, const char *wrapping,
                        const char *layer, int depth)
{
    char words[WRAPPING_SIZE];
    bool is_plain = strcmp(wrapping, "plain") == 0;
    (void)snprintf(words, sizeof words, "%s%s%s", is_plain ? "" : wrapping, is_plain ? "" : "+",
                   layer);
    look(walk, bytes, words, depth + 1);
}

/* A copy, so that it can be decoded in place. */
static char *copy_into(struct buffer *copy, struct text bytes)
{
    buffer_init(copy, bytes.size + 1);
    buffer_append_text(copy, bytes);
    return copy->bytes;
}

static void look_behind_percent(struct walk *walk, struct text bytes, const char *wrapping,
                                int depth)
{
    struct buffer copy;
    if (text_find_byte(bytes, '%') == TEXT_NOT_FOUND) return;
    char *plain = copy_into(&copy, bytes);
    size_t size = transfer_percent_decode(plain, copy.size, TRANSFER_PLUS_KEPT);
    if (size != copy.size) {
        look_inside(walk, (struct text){plain, size}, wrapping, "percent", depth);
    }
    buffer_release(&copy);
}

/* \u0061: of the characters that a canary can have, which are ASCII. */
static void look_behind_escapes(struct walk *walk, struct text bytes, const char *wrapping,
                                int depth)
{
    struct buffer copy;
    if (text_find(bytes, TEXT("\\u00")) == TEXT_NOT_FOUND) return;
    char *plain = copy_into(&copy, bytes);
    size_t size = 0;
    for (size_t i = 0; i < bytes.size; i++) {
        const char *at = bytes.bytes + i;
        bool is_escape =
            bytes.size - i >= 6 && memcmp(at, "\\u00", 4) == 0 && is_hex(at[4]) && is_hex(at[5]);
        plain[size++] = is_escape ? (char)(hex_value(at[4]) * 16 + hex_value(at[5])) : *at;
        if (is_escape) i += 5;
    }
    look_inside(walk, (struct text){plain, size}, wrapping, "json", depth);
    buffer_release(&copy);
}

static void look_behind_inflation(struct walk *walk, struct text bytes, const char *wrapping,
                                  int depth)
{
    struct buffer out;
    struct error error;
    bool is_gzip = transfer_is_gzip(bytes);
    bool is_zlib = bytes.size > 2 && bytes.bytes[0] == 0x78;
    if (!is_gzip && !is_zlib) return;
    buffer_init(&out, INFLATED_SIZE_MAX);
    enum transfer_format format = is_gzip ? TRANSFER_GZIP : TRANSFER_DEFLATE;
    if (transfer_inflate(format, bytes, INFLATE_RATIO_MAX, &out, &error) == STATUS_OK) {
        look_inside(walk, buffer_text(&out), wrapping, is_gzip ? "gzip" : "deflate", depth);
    }
    buffer_release(&out);
}

static void look_behind_base64(struct walk *walk, struct text run, const char *wrapping, int depth)
{
    struct buffer copy;
    size_t size;
    char *plain = copy_into(&copy, run);
    if (transfer_base64_decode(plain, copy.size, &size)) {
        look_inside(walk, (struct text){plain, size}, wrapping, "base64", depth);
    }
    buffer_release(&copy);
}

static void look_behind_hex(struct walk *walk, struct text run, const char *wrapping, int depth)
{
    struct buffer copy;
    for (size_t i = 0; i < run.size; i++)
        if (!is_hex(run.bytes[i])) return;
    char *plain = copy_into(&copy, run);
    for (size_t i = 0; i + 1 < run.size; i += 2)
        plain[i / 2] = (char)(hex_value(run.bytes[i]) * 16 + hex_value(run.bytes[i + 1]));
    look_inside(walk, (struct text){plain, run.size / 2}, wrapping, "hex", depth);
    buffer_release(&copy);
}

static void look_behind_runs(struct walk *walk, struct text bytes, const char *wrapping, int depth)
{
    for (size_t begin = 0; begin < bytes.size;) {
        size_t end = begin;
        while (end < bytes.size && is_base64(bytes.bytes[end]))
            end++;
        /* name=value: the value is a run of its own */
        for (size_t i = begin; i + RUN_SIZE_MIN < end; i++) {
            if (bytes.bytes[i] != '=' || bytes.bytes[i + 1] == '=') continue;
            begin = i + 1;
            break;
        }
        if (end - begin >= RUN_SIZE_MIN) {
            struct text run = text_slice(bytes, begin, end - begin);
            look_behind_base64(walk, run, wrapping, depth);
            look_behind_hex(walk, run, wrapping, depth);
        }
        begin = end + 1;
    }
}

/* Recursion: at most DEPTH_MAX layers. */
static void look(struct walk *walk, struct text bytes, const char *wrapping, int depth)
{
    if (bytes.size > WORK_MAX - walk->work) return;
    walk->work += bytes.size;
    walk->visit(walk->context, bytes, wrapping);
    if (depth == DEPTH_MAX || bytes.size == 0) return;
    look_behind_percent(walk, bytes, wrapping, depth);
    look_behind_escapes(walk, bytes, wrapping, depth);
    look_behind_inflation(walk, bytes, wrapping, depth);
    look_behind_runs(walk, bytes, wrapping, depth);
}

void wrapping_walk(struct text bytes, wrapping_visit *visit, void *context)
{
    struct walk walk = {.visit = visit, .context = context};
    look(&walk, bytes, "plain", 0);
}
