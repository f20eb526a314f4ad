/* Candor's native client: C99, libc only, one header and one source file.
 *
 * It gathers events and profile changes of one installation of a program, keeps them in memory
 * or in a file, and hands batches to a transport of yours (candor_curl.c is one). It takes no
 * memory of its own, starts no thread, and is used by one thread at a time: call candor_tick()
 * now and then from your loop. Strings are UTF-8 with a NUL and are only read during the call.
 *
 * What it will not send, whatever you give it: values under names that say they are secrets
 * (password, token, pin, …), values that look like secrets (card numbers, e-mail addresses,
 * keys, long runs of digits), and addresses with their queries: an address keeps its host and
 * the shape of its path (spec/shield.md §6.3, §6.5). A value that is taken out becomes null and
 * is counted. */
#ifndef CANDOR_H
#define CANDOR_H

#include <stddef.h>
#include <stdint.h>

#define CANDOR_VERSION "0.1.0"

enum {
    CANDOR_MEMORY_MIN = 16 * 1024, /* of candor_open */
    CANDOR_TEXT_MAX = 1024, /* bytes of a value that are looked at; a longer one is taken out */
    CANDOR_NAME_MAX = 255,  /* of an event or a property; a longer one is refused */
    CANDOR_ID_MAX = 128,
    CANDOR_URL_MAX = 256,       /* of the server's address */
    CANDOR_BATCH_MAX = 50,      /* records of a request */
    CANDOR_PROPERTIES_MAX = 128 /* of a call */
};

enum candor_status {
    CANDOR_OK = 0,
    CANDOR_INVALID,   /* a name is missing or too long, a number is not finite, … */
    CANDOR_TOO_LARGE, /* the record does not fit in the memory given */
    CANDOR_REFUSED,   /* the person has opted out, or the name itself looks like a secret */
    CANDOR_IO,        /* the queue's file could not be read or written */
    CANDOR_WAITING    /* candor_flush: the server could not be reached; it stays in the queue */
};

/* In one lower-case word. Never NULL. */
const char *candor_status_name(enum candor_status status);

/* ---- Values ---- */

enum candor_kind {
    CANDOR_KIND_NULL,
    CANDOR_KIND_BOOL,
    CANDOR_KIND_INTEGER,
    CANDOR_KIND_NUMBER, /* finite */
    CANDOR_KIND_TEXT,
    CANDOR_KIND_TEXTS, /* a list of texts */
    CANDOR_KIND_URL    /* an address, sent as host and template of its path */
};

struct candor_property {
    const char *name;
    enum candor_kind kind;
    int64_t integer; /* also a bool's 0 or 1, and how many texts there are */
    double number;
    const char *text;
    const char *const *texts;
};

struct candor_property candor_null(const char *name);
struct candor_property candor_bool(const char *name, int truth);
struct candor_property candor_integer(const char *name, int64_t integer);
struct candor_property candor_number(const char *name, double number);
struct candor_property candor_text(const char *name, const char *text);
struct candor_property candor_texts(const char *name, const char *const *texts, size_t count);
struct candor_property candor_url(const char *name, const char *url);

/* ---- What the client needs from its host ---- */

struct candor_response {
    int status;        /* HTTP's; 0 when the server was not reached */
    int retry_after_s; /* of the Retry-After header; 0 when there was none */
};

/* POST the body to the address. Returns 0 when there was an answer. May take its time: it is called
 * from candor_flush() and candor_tick() only. */
typedef int candor_transport(void *context, const char *url, const char *content_type,
                             const char *body, size_t body_size, struct candor_response *response);

/* What the program knows of its machine. Every field may be NULL or 0: it is then not sent.
 * Model class, not model ("phone", "tablet", "watch"), is what the server keeps unless its plan
 * says more. */
struct candor_device {
    const char *model_class;
    const char *os;
    const char *os_version;
    const char *carrier;
    const char *network; /* "wifi", "cellular", "ethernet" */
    const char *app_version;
    const char *language; /* the first two letters are used */
    int screen_width;
    int screen_height;
};

struct candor_options {
    const char *key;  /* the project's token */
    const char *host; /* "https://events.example.org", without a path */
    const char *file; /* the queue's; beside it FILE.state, and FILE.new while one is rewritten.
                         NULL: memory only */
    size_t file_bytes_max;       /* 0: 1 MiB. Past it the oldest records go, and are counted */
    int flush_interval_ms;       /* 0: 10,000 */
    int session_timeout_ms;      /* 0: 1,800,000: a pause of this length ends a session */
    struct candor_device device; /* its texts are copied */

    candor_transport *send; /* NULL: nothing is sent; the queue fills */
    void *send_context;
    int64_t (*now_ms)(void *context); /* since 1970; NULL: time() */
    void *now_context;
    /* Fill with random bytes; NULL: /dev/urandom, else the clock (ids are then guessable). */
    void (*random)(void *context, void *bytes, size_t size);
    void *random_context;
    /* The bytes written are to survive a power cut from here on (fsync); NULL: left to the
     * system. */
    void (*sync)(void *context, void *file);
    void *sync_context;
};

struct candor_figures {
    uint64_t recorded;        /* records that entered the queue */
    uint64_t sent;            /* accepted by the server */
    uint64_t dropped_full;    /* the oldest, when the queue was full */
    uint64_t dropped_refused; /* the server said that they are wrong */
    uint64_t values_removed;  /* by the rules above */
    uint64_t queued_bytes;
};

/* ---- The client ---- */

struct candor; /* lives in the memory given; at its start */

/* memory: at least CANDOR_MEMORY_MIN bytes, aligned for any type, yours until candor_close. A queue
 * file of an earlier run is taken up where it ended; a torn end is cut off. On CANDOR_IO the client
 * works from memory. */
enum candor_status candor_open(struct candor **out, void *memory, size_t memory_size,
                               const struct candor_options *options);
/* Sends nothing: flush before. */
void candor_close(struct candor *candor);

enum candor_status candor_track(struct candor *candor, const char *event,
                                const struct candor_property *properties, size_t count);
/* The next candor_track of this event says how long ago this was ($duration, seconds). At most
 * 8. */
enum candor_status candor_time_event(struct candor *candor, const char *event);

/* From now on this person; what was recorded before becomes theirs. */
enum candor_status candor_identify(struct candor *candor, const char *user_id);
/* Somebody else: a new anonymous id, no super properties, no session. */
enum candor_status candor_reset(struct candor *candor);

enum candor_profile_operation {
    CANDOR_SET,
    CANDOR_SET_ONCE,
    CANDOR_ADD,    /* numbers */
    CANDOR_APPEND, /* one element */
    CANDOR_UNION,  /* CANDOR_KIND_TEXTS */
    CANDOR_UNSET,  /* names only */
    CANDOR_DELETE  /* no properties: the whole profile */
};
enum candor_status candor_profile(struct candor *candor, enum candor_profile_operation operation,
                                  const struct candor_property *properties, size_t count);

/* Sent with every event, and kept over restarts. A property of the event itself wins. */
enum candor_status candor_super_set(struct candor *candor, const struct candor_property *properties,
                                    size_t count);
enum candor_status candor_super_unset(struct candor *candor, const char *name);

/* The program came to the front or went away. The first ever is $ae_first_open, the first of a new
 * app_version $ae_updated; when a session ends, $ae_session with $ae_session_length. */
enum candor_status candor_app_open(struct candor *candor);
enum candor_status candor_app_close(struct candor *candor);

/* Nothing is recorded, and what waits is destroyed, until opt-in. Kept over restarts. */
enum candor_status candor_opt_out(struct candor *candor);
enum candor_status candor_opt_in(struct candor *candor);

/* Send what waits, batch by batch. CANDOR_WAITING while the server is away or asks to wait: then
 * candor_tick tries again after a pause that doubles, with full jitter (1 s to 10 minutes), or
 * after Retry-After. */
enum candor_status candor_flush(struct candor *candor);
/* Does what is due: call it every second or so. Returns how many milliseconds until the next. */
int64_t candor_tick(struct candor *candor);

void candor_figures(const struct candor *candor, struct candor_figures *out);

#endif
