/* How a call went, and in what words to say so.
 *
 * Outside troubles (a full disk, a malformed request, damaged bytes) are statuses and are handed
 * up; our own mistakes are assertions. The message is for a person: lower case, no full stop,
 * what was attempted and why it failed; never a payload, an identifier or an address. */
#ifndef CANDOR_BASE_STATUS_H
#define CANDOR_BASE_STATUS_H

enum status {
    STATUS_OK = 0,
    STATUS_INVALID,   /* the caller sent something malformed or out of range */
    STATUS_DENIED,    /* no key, a wrong key, or a role without the right */
    STATUS_ABSENT,    /* no such project, report, profile or file */
    STATUS_TOO_LARGE, /* a stated limit would be passed */
    STATUS_BUSY,      /* a queue is full: try again later */
    STATUS_CORRUPT,   /* stored bytes fail their checksum or their bounds */
    STATUS_IO,        /* the kernel refused: errno is in the message */
};

#define MUST_CHECK __attribute__((warn_unused_result))

enum { ERROR_MESSAGE_SIZE = 320 };

/* The words that belong to the status returned beside it. Any thread; owned by the caller. */
struct error {
    enum status status;
    char message[ERROR_MESSAGE_SIZE]; /* "" while nothing went wrong */
};

/* Fill in the error and return the status, so that a failure is one line. A longer message is
 * cut. */
enum status error_set(struct error *error, enum status status, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* The same, for a failed system call: appends ": " and the words of errno, status STATUS_IO. */
enum status error_set_errno(struct error *error, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* The status in one lower-case word: "ok", "invalid", ... */
const char *status_name(enum status status);

/* Hand a failure up. Never past something held: the outer function acquires and releases, an
 * inner one does the fallible steps. */
#define TRY(call)                                       \
    do {                                                \
        enum status try_status = (call);                \
        if (try_status != STATUS_OK) return try_status; \
    } while (0)

#endif
