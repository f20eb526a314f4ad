#include "os/os_log.h"

#include "base/check.h"
#include "os/os_clock.h"

#include <errno.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum {
    LINE_SIZE = 4096,
    LINE_END_SIZE = 2, /* the brace and the line feed always fit */
};

/* The log's own state, which STYLE.md excepts from the rule against such variables. */
static _Atomic int level_lowest = OS_LOG_INFO;

struct line {
    char bytes[LINE_SIZE];
    size_t size;
};

void os_log_set_level(enum os_log_level level_min)
{
    atomic_store(&level_lowest, (int)level_min);
}

static const char *level_name(enum os_log_level level)
{
    switch (level) {
    case OS_LOG_DEBUG: return "debug";
    case OS_LOG_INFO: return "info";
    case OS_LOG_WARNING: return "warning";
    case OS_LOG_ERROR: return "error";
    }
    UNREACHABLE("an unknown level");
}

/* Whole or not at all, so that a line that is too long loses fields but stays JSON. */
static void add(struct line *line, const char *format, ...) __attribute__((format(printf, 2, 3)));

static void add(struct line *line, const char *format, ...)
{
    size_t room = sizeof line->bytes - LINE_END_SIZE - line->size;
    va_list arguments;
    va_start(arguments, format);
    int written = vsnprintf(line->bytes + line->size, room, format, arguments);
    va_end(arguments);
    if (written > 0 && (size_t)written < room) line->size += (size_t)written;
}

/* How many bytes the UTF-8 character here has; 0 when it is none. Overlong forms pass: this only
 * keeps a cut or foreign file name from breaking the reader of the log. */
static size_t character_size(const unsigned char *place)
{
    size_t size = place[0] < 0x80 ? 1 : place[0] < 0xc2 ? 0 : place[0] < 0xe0 ? 2 : 3;
    if (place[0] >= 0xf0) size = place[0] < 0xf5 ? 4 : 0;
    for (size_t i = 1; i < size; i++) {
        if ((place[i] & 0xc0) != 0x80) return 0; /* the NUL at the end stops here too */
    }
    return size;
}

/* The text without quotes, as the inside of a JSON string. */
static void escape(const char *string, char *out, size_t out_size)
{
    size_t used = 0;
    const unsigned char *place = (const unsigned char *)string;
    while (*place != '\0') {
        char piece[8];
        size_t size = character_size(place);
        if (size == 0) {
            (void)snprintf(piece, sizeof piece, "\\ufffd");
        } else if (*place < 0x20 || *place == 0x7f) {
            (void)snprintf(piece, sizeof piece, "\\u%04x", (unsigned)*place);
        } else if (*place == '"' || *place == '\\') {
            (void)snprintf(piece, sizeof piece, "\\%c", *place);
        } else {
            (void)snprintf(piece, sizeof piece, "%.*s", (int)size, (const char *)place);
        }
        size_t piece_size = strlen(piece);
        if (used + piece_size >= out_size) break;
        memcpy(out + used, piece, piece_size);
        used += piece_size;
        place += size ? size : 1;
    }
    out[used] = '\0';
}

static void begin(struct line *line, enum os_log_level level, const char *room, const char *message)
{
    int64_t now_ms = os_clock_now_ms();
    time_t seconds = (time_t)(now_ms / 1000);
    struct tm day = {0};
    (void)gmtime_r(&seconds, &day);
    char escaped[LINE_SIZE / 4];
    escape(message, escaped, sizeof escaped);
    add(line,
        "{\"ts\":\"%04d-%02d-%02dT%02d:%02d:%02d.%03dZ\",\"level\":\"%s\",\"room\":\"%s\","
        "\"msg\":\"%s\"",
        day.tm_year + 1900, day.tm_mon + 1, day.tm_mday, day.tm_hour, day.tm_min, day.tm_sec,
        (int)(now_ms % 1000), level_name(level), room, escaped);
}

/* One write, so that lines of several threads do not mix. A log that cannot be written to is not
 * a reason to stop serving. */
static void end(struct line *line)
{
    line->bytes[line->size++] = '}';
    line->bytes[line->size++] = '\n';
    ssize_t written;
    do {
        written = write(STDERR_FILENO, line->bytes, line->size);
    } while (written < 0 && errno == EINTR);
}

static bool is_silent(enum os_log_level level)
{
    return (int)level < atomic_load(&level_lowest);
}

void os_log(enum os_log_level level, const char *room, const char *message)
{
    os_log_fields(level, room, message, NULL, 0);
}

void os_log_fields(enum os_log_level level, const char *room, const char *message,
                   const struct os_log_field *fields, int field_count)
{
    assert(field_count >= 0);
    if (is_silent(level)) return;
    struct line line;
    line.size = 0;
    begin(&line, level, room, message);
    for (int i = 0; i < field_count; i++) {
        add(&line, ",\"%s\":%lld", fields[i].name, (long long)fields[i].value);
    }
    end(&line);
}

void os_log_error(enum os_log_level level, const char *room, const char *message,
                  const struct error *error)
{
    if (is_silent(level)) return;
    struct line line;
    line.size = 0;
    begin(&line, level, room, message);
    char escaped[LINE_SIZE / 2];
    escape(error->message, escaped, sizeof escaped);
    add(&line, ",\"status\":\"%s\",\"error\":\"%s\"", status_name(error->status), escaped);
    end(&line);
}
