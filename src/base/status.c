#include "base/status.h"

#include "base/check.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum status error_set(struct error *error, enum status status, const char *format, ...)
{
    assert(error);
    assert(status != STATUS_OK);
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(error->message, sizeof error->message, format, arguments);
    va_end(arguments);
    error->status = status;
    return status;
}

enum status error_set_errno(struct error *error, const char *format, ...)
{
    assert(error);
    int number = errno;
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(error->message, sizeof error->message, format, arguments);
    va_end(arguments);

    char reason[128];
    const char *words = strerror_r(number, reason, sizeof reason); /* the GNU form returns text */
    size_t size = strlen(error->message);
    (void)snprintf(error->message + size, sizeof error->message - size, ": %s", words);
    error->status = STATUS_IO;
    return STATUS_IO;
}

const char *status_name(enum status status)
{
    switch (status) {
    case STATUS_OK: return "ok";
    case STATUS_INVALID: return "invalid";
    case STATUS_DENIED: return "denied";
    case STATUS_ABSENT: return "absent";
    case STATUS_TOO_LARGE: return "too large";
    case STATUS_BUSY: return "busy";
    case STATUS_CORRUPT: return "corrupt";
    case STATUS_IO: return "i/o";
    }
    UNREACHABLE("an unknown status");
}
