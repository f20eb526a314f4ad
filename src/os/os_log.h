/* The log: one JSON object a line on standard error:
 *   {"ts":"2026-08-01T10:00:00.123Z","level":"info","room":"wal","msg":"...", ...}
 * The message is a literal of ours; figures go into numbered fields. Never a payload, an
 * identifier, a query string or an address (spec/security.md threat 23): that is why there is no
 * field of free text from a request. Any thread; one write a line. */
#ifndef CANDOR_OS_LOG_H
#define CANDOR_OS_LOG_H

#include "base/status.h"

#include <stdint.h>

enum os_log_level { OS_LOG_DEBUG, OS_LOG_INFO, OS_LOG_WARNING, OS_LOG_ERROR };

struct os_log_field {
    const char *name; /* a literal */
    int64_t value;
};

void os_log_set_level(enum os_log_level level_min); /* before threads start; default INFO */

void os_log(enum os_log_level level, const char *room, const char *message);
void os_log_fields(enum os_log_level level, const char *room, const char *message,
                   const struct os_log_field *fields, int field_count);

/* With the words of an error that a room of ours made: operators' words, file names at most. */
void os_log_error(enum os_log_level level, const char *room, const char *message,
                  const struct error *error);

#endif
