/* The reader is a small automaton: `expect` says what the grammar allows next, `is_object` is the
 * stack of open containers, one bit a level. Each call of json_next passes over at most one
 * separator and one token, so the separators cost no token of their own.
 *
 * Nearly all tokens are keys and texts of plain ASCII. Their path from json_next to its return
 * calls nothing, so that it saves no register; whatever calls is a function of its own at the end
 * of a path. */
#include "codec/json_reader.h"

#include "base/check.h"
#include "codec/block.h"
#include "codec/json_scan.h"
#include "codec/utf8.h"

#include <string.h>

enum {
    EXPECT_VALUE,       /* at the top, and after a key's colon */
    EXPECT_FIRST_KEY,   /* after '{': a key or '}' */
    EXPECT_FIRST_VALUE, /* after '[': a value or ']' */
    EXPECT_NEXT_KEY,    /* inside an object, after a value: ',' or '}' */
    EXPECT_NEXT_VALUE,  /* inside an array, after a value: ',' or ']' */
    EXPECT_END,         /* one whole value was read */
    EXPECT_FAILED,
};

_Static_assert(JSON_DEPTH_MAX < 64, "one bit a level");

void json_reader_init(struct json_reader *reader, char *bytes, size_t size)
{
    assert(bytes || size == 0);
    if (!bytes) bytes = (char *)(uintptr_t) ""; /* nothing, but a place to count from */
    *reader = (struct json_reader){
        .bytes = bytes, .size = size, .expect = EXPECT_VALUE, .after_value = EXPECT_END};
}

static inline struct text no_text(struct json_reader *reader, enum json_kind kind)
{
    reader->kind = kind;
    return (struct text){0};
}

/* Cold, so that the hot paths around it stay together. */
static __attribute__((noinline, cold)) struct text fail(struct json_reader *reader,
                                                        enum json_error error, const char *place)
{
    reader->offset = (size_t)(place - reader->bytes);
    reader->error = error;
    reader->expect = EXPECT_FAILED;
    return no_text(reader, JSON_ERROR);
}

static inline bool is_space(char byte)
{
    return byte == ' ' || byte == '\n' || byte == '\r' || byte == '\t';
}

/* Nearly always true where a token may begin: most clients send no white space. */
static inline bool begins_token(const char *place, const char *end)
{
    return place < end && (unsigned char)*place > ' ';
}

static inline char *skip_space(char *place, const char *end)
{
    while (place < end && is_space(*place))
        place++;
    return place;
}

static inline char *reader_end(const struct json_reader *reader)
{
    return reader->bytes + reader->size;
}

/* What may follow a whole value at this depth. */
static inline uint8_t expect_after_value(const struct json_reader *reader)
{
    if (reader->depth == 0) return EXPECT_END;
    return (reader->is_object & 1) ? EXPECT_NEXT_KEY : EXPECT_NEXT_VALUE;
}

static inline struct text finish_value(struct json_reader *reader, enum json_kind kind,
                                       const char *first, size_t size, const char *next)
{
    reader->offset = (size_t)(next - reader->bytes);
    reader->expect = reader->after_value;
    reader->kind = kind;
    return (struct text){first, size};
}

static __attribute__((noinline)) struct text open_container(struct json_reader *reader, char *place,
                                                            bool is_object)
{
    if (reader->depth == JSON_DEPTH_MAX) return fail(reader, JSON_ERROR_DEPTH, place);
    reader->depth++;
    reader->is_object = reader->is_object << 1 | (is_object ? 1 : 0);
    reader->expect = is_object ? EXPECT_FIRST_KEY : EXPECT_FIRST_VALUE;
    reader->after_value = expect_after_value(reader);
    reader->offset = (size_t)(place + 1 - reader->bytes);
    return no_text(reader, is_object ? JSON_OBJECT_BEGIN : JSON_ARRAY_BEGIN);
}

static struct text close_container(struct json_reader *reader, const char *place, bool is_object)
{
    assert(reader->depth > 0);
    if (*place != (is_object ? '}' : ']')) return fail(reader, JSON_ERROR_SYNTAX, place);
    reader->depth--;
    reader->is_object >>= 1;
    reader->after_value = expect_after_value(reader);
    return finish_value(reader, is_object ? JSON_OBJECT_END : JSON_ARRAY_END, NULL, 0, place + 1);
}

static int hex_digit(char byte)
{
    if (byte >= '0' && byte <= '9') return byte - '0';
    if (byte >= 'a' && byte <= 'f') return byte - 'a' + 10;
    if (byte >= 'A' && byte <= 'F') return byte - 'A' + 10;
    return -1;
}

/* Four hex digits; *place moves to the first byte that is wrong, or behind them. */
static enum json_error read_hex4(char **place, const char *end, uint32_t *out)
{
    uint32_t number = 0;
    for (int i = 0; i < 4; i++) {
        if (*place == end) return JSON_ERROR_TRUNCATED;
        int digit = hex_digit(**place);
        if (digit < 0) return JSON_ERROR_SYNTAX;
        number = number << 4 | (uint32_t)digit;
        (*place)++;
    }
    *out = number;
    return JSON_ERROR_NONE;
}

/* The other half of a pair. On an error *place is where it was. */
static enum json_error read_low_surrogate(char **place, const char *end, uint32_t *code_point)
{
    static const char introducer[] = {'\\', 'u'};
    char *next = *place;
    for (size_t i = 0; i < sizeof introducer; i++) {
        if (next == end) return JSON_ERROR_TRUNCATED;
        if (*next != introducer[i]) return JSON_ERROR_UTF8;
        next++;
    }
    uint32_t low;
    enum json_error error = read_hex4(&next, end, &low);
    if (error != JSON_ERROR_NONE) return error;
    if (low < 0xdc00 || low > 0xdfff) return JSON_ERROR_UTF8;
    *code_point = 0x10000 + ((*code_point - 0xd800) << 10) + (low - 0xdc00);
    *place = next;
    return JSON_ERROR_NONE;
}

static char *write_utf8(char *out, uint32_t code_point)
{
    if (code_point < 0x80) {
        *out++ = (char)code_point;
        return out;
    }
    if (code_point < 0x800) {
        *out++ = (char)(0xc0 | code_point >> 6);
    } else {
        if (code_point < 0x10000) {
            *out++ = (char)(0xe0 | code_point >> 12);
        } else {
            *out++ = (char)(0xf0 | code_point >> 18);
            *out++ = (char)(0x80 | (code_point >> 12 & 0x3f));
        }
        *out++ = (char)(0x80 | (code_point >> 6 & 0x3f));
    }
    *out++ = (char)(0x80 | (code_point & 0x3f));
    return out;
}

/* At "\u". Six bytes become at most three, twelve become four: the writer stays behind. */
static enum json_error decode_unicode(const struct json_reader *reader, char **place, char **out)
{
    const uint32_t replacement = 0xfffd;
    const char *end = reader_end(reader);
    *place += 2;
    uint32_t code_point;
    enum json_error error = read_hex4(place, end, &code_point);
    if (error != JSON_ERROR_NONE) return error;
    if (code_point >= 0xdc00 && code_point <= 0xdfff) {
        error = JSON_ERROR_UTF8;
    } else if (code_point >= 0xd800 && code_point <= 0xdbff) {
        error = read_low_surrogate(place, end, &code_point);
    }
    if (error == JSON_ERROR_UTF8 && reader->replaces_surrogates) {
        code_point = replacement;
        error = JSON_ERROR_NONE;
    }
    if (error != JSON_ERROR_NONE) return error;
    *out = write_utf8(*out, code_point);
    return JSON_ERROR_NONE;
}

/* At a backslash. Both places move on; out never passes place. */
static enum json_error decode_escape(const struct json_reader *reader, char **place, char **out)
{
    if (reader_end(reader) - *place < 2) {
        *place += 1;
        return JSON_ERROR_TRUNCATED;
    }
    char byte;
    switch ((*place)[1]) {
    case '"': byte = '"'; break;
    case '\\': byte = '\\'; break;
    case '/': byte = '/'; break;
    case 'b': byte = '\b'; break;
    case 'f': byte = '\f'; break;
    case 'n': byte = '\n'; break;
    case 'r': byte = '\r'; break;
    case 't': byte = '\t'; break;
    case 'u': return decode_unicode(reader, place, out);
    default: return JSON_ERROR_SYNTAX;
    }
    *(*out)++ = byte;
    *place += 2;
    return JSON_ERROR_NONE;
}

/* The rest of a text from its first byte that is not plain. What was scanned is moved down over
 * the escapes; bytes not scanned yet are never written. Returns the decoded text's end. */
static enum json_error read_special(const struct json_reader *reader, char **place, unsigned *high,
                                    char **out)
{
    const char *end = reader_end(reader);
    *out = *place;
    while (*place < end && **place == '\\') {
        enum json_error error = decode_escape(reader, place, out);
        if (error != JSON_ERROR_NONE) return error;
        char *run = *place;
        *place = run + (json_scan_plain(run, end, high) - run);
        memmove(*out, run, (size_t)(*place - run));
        *out += *place - run;
    }
    if (*place == end) return JSON_ERROR_TRUNCATED;
    return **place == '"' ? JSON_ERROR_NONE : JSON_ERROR_CONTROL;
}

/* The text that begins at first and holds more than plain ASCII from stop on, or does not end.
 * Returns the place behind its closing quote, or NULL after an error. Escapes decode to whole code
 * points that begin with a lead byte, so the decoded text is valid UTF-8 exactly if the raw one
 * is. */
static char *read_unusual(struct json_reader *reader, char *first, char *stop, size_t *size)
{
    char *out;
    unsigned high = 0;
    stop += json_scan_plain(stop, reader_end(reader), &high) - stop;
    enum json_error error = read_special(reader, &stop, &high, &out);
    if (error != JSON_ERROR_NONE) {
        (void)fail(reader, error, stop);
        return NULL;
    }
    *size = (size_t)(out - first);
    if (high == 0 || utf8_valid((struct text){first, *size})) return stop + 1;
    if (reader->replaces_surrogates) {
        *size = utf8_mend_surrogates(first, *size);
        if (utf8_valid((struct text){first, *size})) return stop + 1;
    }
    (void)fail(reader, JSON_ERROR_UTF8, first);
    return NULL;
}

static __attribute__((noinline)) struct text read_unusual_text(struct json_reader *reader,
                                                               char *first, char *stop)
{
    size_t size;
    char *next = read_unusual(reader, first, stop, &size);
    if (!next) return (struct text){0};
    return finish_value(reader, JSON_TEXT, first, size, next);
}

/* place: at the opening quote. */
static inline struct text read_text(struct json_reader *reader, char *place, const char *end)
{
    char *first = place + 1;
    const char *stop;
    if (!json_scan_text(first, end, &stop)) {
        return read_unusual_text(reader, first, first + (stop - first));
    }
    return finish_value(reader, JSON_TEXT, first, (size_t)(stop - first), stop + 1);
}

static inline const char *skip_digits(const char *place, const char *end)
{
    while (place < end && (unsigned char)(*place - '0') < 10)
        place++;
    return place;
}

/* At least one digit must come; *place moves behind them all. */
static inline enum json_error need_digits(const char **place, const char *end)
{
    const char *after = skip_digits(*place, end);
    if (after == *place) return after == end ? JSON_ERROR_TRUNCATED : JSON_ERROR_SYNTAX;
    *place = after;
    return JSON_ERROR_NONE;
}

static inline enum json_error scan_number(const char **place, const char *end)
{
    if (**place == '-') (*place)++;
    enum json_error error = JSON_ERROR_NONE;
    if (*place < end && **place == '0') {
        (*place)++; /* nothing may follow a leading zero; a digit there fails as the next token */
    } else {
        error = need_digits(place, end);
    }
    if (error == JSON_ERROR_NONE && *place < end && **place == '.') {
        (*place)++;
        error = need_digits(place, end);
    }
    if (error == JSON_ERROR_NONE && *place < end && (**place == 'e' || **place == 'E')) {
        (*place)++;
        if (*place < end && (**place == '+' || **place == '-')) (*place)++;
        error = need_digits(place, end);
    }
    return error;
}

static __attribute__((noinline)) struct text read_number(struct json_reader *reader,
                                                         const char *first)
{
    const char *place = first;
    enum json_error error = scan_number(&place, reader_end(reader));
    if (error != JSON_ERROR_NONE) return fail(reader, error, place);
    return finish_value(reader, JSON_NUMBER, first, (size_t)(place - first), place);
}

static __attribute__((noinline)) struct text
read_word(struct json_reader *reader, const char *place, struct text word, enum json_kind kind)
{
    size_t left = (size_t)(reader_end(reader) - place);
    size_t size = left < word.size ? left : word.size;
    if (memcmp(place, word.bytes, size) != 0) return fail(reader, JSON_ERROR_SYNTAX, place);
    if (size < word.size) return fail(reader, JSON_ERROR_TRUNCATED, place + size);
    return finish_value(reader, kind, place, word.size, place + word.size);
}

static inline struct text read_value(struct json_reader *reader, char *place, const char *end)
{
    switch (*place) {
    case '"': return read_text(reader, place, end);
    case '{': return open_container(reader, place, true);
    case '[': return open_container(reader, place, false);
    case 't': return read_word(reader, place, TEXT("true"), JSON_TRUE);
    case 'f': return read_word(reader, place, TEXT("false"), JSON_FALSE);
    case 'n': return read_word(reader, place, TEXT("null"), JSON_NULL);
    default: return read_number(reader, place); /* refuses every other first byte */
    }
}

/* colon: its place. What comes behind it is a value. */
static inline struct text finish_key(struct json_reader *reader, const char *first, size_t size,
                                     const char *colon)
{
    reader->offset = (size_t)(colon + 1 - reader->bytes);
    reader->expect = EXPECT_VALUE;
    reader->kind = JSON_KEY;
    return (struct text){first, size};
}

/* next: behind the key's closing quote. Nearly always the colon stands there, and this is not
 * called. */
static __attribute__((noinline)) struct text find_colon(struct json_reader *reader,
                                                        const char *first, size_t size, char *next)
{
    const char *end = reader_end(reader);
    next = skip_space(next, end);
    if (next == end) return fail(reader, JSON_ERROR_TRUNCATED, next);
    if (*next != ':') return fail(reader, JSON_ERROR_SYNTAX, next);
    return finish_key(reader, first, size, next);
}

static __attribute__((noinline)) struct text read_unusual_key(struct json_reader *reader,
                                                              char *first, char *stop)
{
    size_t size;
    char *next = read_unusual(reader, first, stop, &size);
    if (!next) return (struct text){0};
    return find_colon(reader, first, size, next);
}

/* A key with its colon. */
static inline struct text read_key(struct json_reader *reader, char *place, const char *end)
{
    if (*place != '"') return fail(reader, JSON_ERROR_SYNTAX, place);
    char *first = place + 1;
    const char *stop;
    if (!json_scan_text(first, end, &stop)) {
        return read_unusual_key(reader, first, first + (stop - first));
    }
    size_t size = (size_t)(stop - first);
    char *next = first + size + 1;
    if (next == end || *next != ':') return find_colon(reader, first, size, next);
    return finish_key(reader, first, size, next);
}

static struct text read_at_end(struct json_reader *reader)
{
    if (reader->expect == EXPECT_FAILED) return no_text(reader, JSON_ERROR);
    if (reader->expect == EXPECT_END) return no_text(reader, JSON_END);
    return fail(reader, JSON_ERROR_TRUNCATED, reader_end(reader));
}

/* After one whole value, or after an error. */
static struct text read_behind(struct json_reader *reader, const char *place)
{
    if (reader->expect == EXPECT_FAILED) return no_text(reader, JSON_ERROR);
    assert(reader->expect == EXPECT_END);
    if (reader->several) return no_text(reader, JSON_END);
    return fail(reader, JSON_ERROR_SYNTAX, place);
}

/* What is neither a key behind a comma nor a value behind a colon or at the top. */
static __attribute__((noinline)) struct text read_other(struct json_reader *reader, char *place,
                                                        const char *end)
{
    bool is_key = reader->expect == EXPECT_NEXT_KEY || reader->expect == EXPECT_FIRST_KEY;
    switch (reader->expect) {
    case EXPECT_NEXT_KEY:
    case EXPECT_NEXT_VALUE:
        if (*place != ',') return close_container(reader, place, is_key);
        place = skip_space(place + 1, end);
        if (place == end) return fail(reader, JSON_ERROR_TRUNCATED, place);
        break;
    case EXPECT_FIRST_KEY:
        if (*place == '}') return close_container(reader, place, is_key);
        break;
    case EXPECT_FIRST_VALUE:
        if (*place == ']') return close_container(reader, place, is_key);
        break;
    default: return read_behind(reader, place);
    }
    return is_key ? read_key(reader, place, end) : read_value(reader, place, end);
}

struct text json_step(struct json_reader *reader)
{
    const char *end = reader_end(reader);
    char *place = reader->bytes + reader->offset;
    if (!begins_token(place, end)) {
        place = skip_space(place, end);
        if (place == end) return read_at_end(reader);
    }
    if (reader->expect == EXPECT_VALUE) return read_value(reader, place, end);
    if (reader->expect != EXPECT_NEXT_KEY || *place != ',') return read_other(reader, place, end);
    place++;
    if (!begins_token(place, end)) {
        place = skip_space(place, end);
        if (place == end) return fail(reader, JSON_ERROR_TRUNCATED, place);
    }
    return read_key(reader, place, end);
}

/* text_equal for what is mostly of 8 to 30 bytes, without its call for those from 17 on. */
static inline bool stands_at(const char *place, struct text key)
{
    size_t size = key.size;
    if (size < 8) return text_equal((struct text){place, size}, key);
    for (size_t i = 0; i + 8 < size; i += 8)
        if (text_read_8(place + i) != text_read_8(key.bytes + i)) return false;
    return text_read_8(place + size - 8) == text_read_8(key.bytes + size - 8);
}

bool json_take_key(struct json_reader *reader, struct text key)
{
    const char *place = reader->bytes + reader->offset;
    size_t size = key.size + 4;
    if (reader->expect != EXPECT_NEXT_KEY || reader->size - reader->offset < size) return false;
    if (memcmp(place, ",\"", 2) != 0 || memcmp(place + size - 2, "\":", 2) != 0) return false;
    if (!stands_at(place + 2, key)) return false;
    reader->offset += size;
    reader->expect = EXPECT_VALUE;
    reader->kind = JSON_KEY;
    return true;
}

/* Two values may touch only where one of them is plainly closed: "12" is not 1 and 2. */
static bool may_touch(char last)
{
    return last == '}' || last == ']' || last == '"';
}

bool json_reader_next_value(struct json_reader *reader)
{
    if (reader->expect == EXPECT_FAILED) return false;
    assert(reader->depth == 0);
    char *last = reader->bytes + reader->offset;
    char *place = skip_space(last, reader_end(reader));
    bool is_first = reader->expect == EXPECT_VALUE;
    reader->several = true;
    reader->offset = (size_t)(place - reader->bytes);
    if (place == reader_end(reader)) return false;
    if (!is_first && place == last && !may_touch(last[-1])) {
        (void)fail(reader, JSON_ERROR_SYNTAX, place);
        return false;
    }
    reader->expect = EXPECT_VALUE;
    return true;
}

bool json_skip(struct json_reader *reader)
{
    bool has_begun = reader->expect == EXPECT_FIRST_KEY || reader->expect == EXPECT_FIRST_VALUE;
    if (!has_begun) return reader->expect != EXPECT_FAILED;
    uint32_t depth = reader->depth - 1;
    while (reader->depth > depth) {
        if (json_next(reader).kind == JSON_ERROR) return false;
    }
    return true;
}

const char *json_error_words(enum json_error error)
{
    switch (error) {
    case JSON_ERROR_NONE: return "no error";
    case JSON_ERROR_SYNTAX: return "invalid syntax";
    case JSON_ERROR_TRUNCATED: return "the text ends too early";
    case JSON_ERROR_DEPTH: return "nested too deeply";
    case JSON_ERROR_UTF8: return "invalid UTF-8";
    case JSON_ERROR_CONTROL: return "a control character inside a text";
    }
    UNREACHABLE("an unknown JSON error");
}
