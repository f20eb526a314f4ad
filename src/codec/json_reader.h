/* One pass over JSON text (RFC 8259), token by token, without allocation.
 *
 * The input must be writable: escapes in texts and keys are decoded in place, so tokens borrow
 * from the input and stay valid as long as it does. Nothing is copied. UTF-8 is checked; lone
 * surrogates are refused unless replaces_surrogates is set; depth is limited. Recursion-free.
 * Bytes are hostile: any input gives a token or an error, never more. One owner, one thread. */
#ifndef CANDOR_CODEC_JSON_READER_H
#define CANDOR_CODEC_JSON_READER_H

#include "base/text.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { JSON_DEPTH_MAX = 32 };

enum json_kind {
    JSON_ERROR, /* see json_reader_error; comes for ever after */
    JSON_END,   /* one whole value was read and only white space follows */
    JSON_OBJECT_BEGIN,
    JSON_OBJECT_END,
    JSON_ARRAY_BEGIN,
    JSON_ARRAY_END,
    JSON_KEY,    /* text: the decoded key; its value follows */
    JSON_TEXT,   /* text: decoded */
    JSON_NUMBER, /* text: as written, valid by the grammar */
    JSON_TRUE,
    JSON_FALSE,
    JSON_NULL,
};

enum json_error {
    JSON_ERROR_NONE,
    JSON_ERROR_SYNTAX,
    JSON_ERROR_TRUNCATED, /* the input ends inside a value */
    JSON_ERROR_DEPTH,
    JSON_ERROR_UTF8,    /* invalid UTF-8, or a lone surrogate */
    JSON_ERROR_CONTROL, /* a raw control character in a text */
};

struct json_token {
    enum json_kind kind;
    struct text text;
};

struct json_reader {
    char *bytes;
    size_t size;
    size_t offset;
    uint32_t depth;
    uint64_t is_object;  /* one bit a level */
    uint8_t expect;      /* private: what the grammar allows next */
    uint8_t after_value; /* private: what it will allow after a whole value */
    bool several;        /* private: json_reader_next_value is in use */
    enum json_kind kind; /* private: of the token read last */
    enum json_error error;
    /* Set after init. Half a surrogate pair, escaped or as three bytes of its own, becomes U+FFFD,
     * and two such halves in three bytes each become their code point: JavaScript clients cut texts
     * in the middle of a pair, and some encode each half by itself (CESU-8, Unicode TR 26). */
    bool replaces_surrogates;
};

void json_reader_init(struct json_reader *reader, char *bytes, size_t size);

/* For NDJSON and for values inside a larger text: several whole values after one another. Call it
 * before each value, the first too; JSON_END then ends one value whatever follows it. False when
 * only white space is left (error is JSON_ERROR_NONE) and after an error. */
bool json_reader_next_value(struct json_reader *reader);

static inline struct json_token json_next(struct json_reader *reader);

/* Clients send the same keys again and again. If a comma and this key stand next, both without
 * white space around, they are read, and the key's text is key.size bytes up to two before the
 * offset. Else nothing is read. key: one of which json_key_is_plain was true. */
bool json_take_key(struct json_reader *reader, struct text key);

/* The key, read last, stood in the input as it is, so that nothing in it needs an escape, and no
 * white space was before or behind it. */
static inline bool json_key_is_plain(const struct json_reader *reader, struct text key)
{
    char before = key.bytes[-2]; /* what precedes a key is two bytes at least */
    return (before == ',' || before == '{') &&
           key.bytes + key.size + 2 == reader->bytes + reader->offset;
}

/* After JSON_OBJECT_BEGIN or JSON_ARRAY_BEGIN: pass over the rest of it, checked as strictly as
 * when read token by token. After any other token: nothing to pass. False on an error. */
bool json_skip(struct json_reader *reader);

/* Just read JSON_OBJECT_BEGIN or JSON_ARRAY_BEGIN: pass over it and write it to the buffer as
 * compact JSON: no white space, texts escaped minimally, numbers as written, of equal keys the
 * first wins and *duplicates counts the others (may be NULL). Keys keep their order. False on an
 * error. The buffer's own mark tells when it overflowed. */
struct buffer;
bool json_copy_compact(struct json_reader *reader, struct buffer *out, uint32_t *duplicates);

const char *json_error_words(enum json_error error); /* "invalid UTF-8", ... */

/* Of json_next: the token's text in two registers, and its kind in the reader. A token has three
 * words, which a call could give back through memory only. */
struct text json_step(struct json_reader *reader);

static inline struct json_token json_next(struct json_reader *reader)
{
    struct text text = json_step(reader);
    return (struct json_token){reader->kind, text};
}

#endif
