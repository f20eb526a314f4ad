/* Mixpanel's dialect: a request to records, records to batches, a verdict to an answer
 * (spec/wire.md). Pure functions of bytes: no sockets, no clock, no disk.
 *
 * wire_decode reads one collection request into batches, one for each project named (several where
 * one would pass 16 MiB), ready for the WAL. The caller makes them durable, then wire_answer says
 * what to tell the client. Between the two nothing of the request is needed: batches and verdict
 * own their bytes. A record that is right passes wire_admit on its way into a batch: there the
 * rooms above take out what may not be kept and put in what they know. */
#ifndef CANDOR_WIRE_H
#define CANDOR_WIRE_H

#include "base/arena.h"
#include "base/buffer.h"
#include "base/text.h"
#include "event/batch.h"
#include "event/event_limits.h"
#include "event/profile_change.h"
#include "event/project_table.h"

#include <stdbool.h>
#include <stdint.h>

enum wire_endpoint { WIRE_TRACK, WIRE_ENGAGE, WIRE_GROUPS, WIRE_IMPORT };

/* Who the Authorization header (or api_key) of /import names. Given by the caller, because it
 * needs hashes: returns the project, borrowed from the table, or NULL. project_id may be "". */
typedef const struct project *wire_authenticate(void *context, struct text user,
                                                struct text password, struct text project_id);

/* What the request's parameter "ip" says of the address it came from. */
enum wire_ip { WIRE_IP_UNSAID, WIRE_IP_NO, WIRE_IP_YES };

/* At least so many more properties or steps fit into a record than were sent. */
enum { WIRE_SPARE_COUNT = 32 };

/* A record that is right: an event, or a change of a profile. A wire_admit may change all of it in
 * place, drop properties or steps and add some up to the capacity. An event's key stays that of
 * what was sent, so that a client's second try is known. */
struct wire_record {
    enum wire_endpoint endpoint;
    bool is_profile;
    struct event event;           /* its properties are those below; its own fields are not read */
    struct profile_change change; /* likewise, its steps */
    struct property *properties;
    uint32_t property_count;
    uint32_t property_capacity;
    struct profile_step *steps;
    uint32_t step_count;
    uint32_t step_capacity;
    enum wire_ip ip_asked;    /* by the request */
    struct value ip;          /* the record's own "ip", or of a profile "$ip" or "ip"; it is stored
                              nowhere. VALUE_MISSING when not sent, no list and no object */
    char refused_by[4];       /* set with false: the rule's id, for those who are told; or "" */
    struct text refused_path; /* likewise: the property to blame, or "" for the record */
    bool is_taken; /* set with false: the record is somebody else's, ignored and not refused */
    struct arena *arena; /* for texts put into the record; empty again at the next record */
};
enum { WIRE_ARENA_SIZE = 2 * EVENT_SIZE_MAX };

/* Called for each record that is right, in order. False refuses it (WIRE_REFUSED_SHIELD), or
 * ignores it when it says is_taken. */
typedef bool wire_admit(void *context, const struct project *project, struct wire_record *record);

/* Called before a strict answer repeats a refused record's $insert_id and the name of the property
 * to blame, as they were sent; either may be "". Each becomes what may be repeated of it. */
typedef void wire_repeat(void *context, const struct project *project, struct text *id,
                         struct text *name, struct arena *arena);

struct wire_request {
    enum wire_endpoint endpoint;
    struct text query;            /* raw, without '?' */
    struct text content_type;     /* header or "" */
    struct text content_encoding; /* header or "" */
    struct text authorization;    /* header or "" */
    char *body;                   /* written into while it is decoded */
    size_t body_size;
    bool is_get;
    int64_t now_ms;
    const struct project_table *projects;
    wire_authenticate *authenticate;
    void *authenticate_context;
    const struct project *trusted_project; /* candor import: no credentials needed, and no limit on
                                              the number or bytes of records; else NULL */
    wire_admit *admit;   /* NULL: every record that is right goes into its batch as it is */
    wire_repeat *repeat; /* NULL: answers repeat what was sent */
    void *admit_context;
    const struct memory_source *memory; /* for what is not filtered yet; NULL: the heap */
};

enum wire_refusal {
    WIRE_REFUSED_DATA,        /* no data, or not JSON, or not an object */
    WIRE_REFUSED_EVENT,       /* name missing or blank or too long */
    WIRE_REFUSED_TOKEN,       /* missing */
    WIRE_REFUSED_PROJECT,     /* unknown token (answered 1 all the same) */
    WIRE_REFUSED_DISTINCT_ID, /* forbidden value, wrong type, missing where needed */
    WIRE_REFUSED_TIME,        /* before 1971, too old for /track, too far ahead, wrong type */
    WIRE_REFUSED_INSERT_ID,
    WIRE_REFUSED_LIMIT,     /* a limit of event_limits.h */
    WIRE_REFUSED_TEXT,      /* invalid UTF-8, lone surrogates, control characters */
    WIRE_REFUSED_OPERATION, /* a profile update without a usable operation */
    WIRE_REFUSED_SHIELD,    /* by wire_admit; answered 1, a strict import is told */
};
enum { WIRE_REFUSAL_COUNT = WIRE_REFUSED_SHIELD + 1 };

struct wire_batch {
    uint32_t project;
    bool is_profiles;    /* payload is event/profile_change.h, else event/batch.h */
    uint32_t count;      /* records in it */
    struct buffer bytes; /* owned */
    uint64_t sequence;   /* of its WAL record; set by the committer, 0 when there is none */
};

/* What a request came to. received = accepted + refused + ignored, always. */
struct wire_verdict {
    enum wire_endpoint endpoint;
    int status;        /* 0: not settled before the commit; else the answer's status now: 401,
                          405, 413 … */
    uint32_t received; /* records; 1 for a request whose data cannot be split into records */
    uint32_t accepted; /* in batches */
    uint32_t ignored;  /* $ignore, and profile updates that change nothing ($merge) */
    uint32_t refused;
    uint32_t refused_by[WIRE_REFUSAL_COUNT];
    uint32_t duplicate_keys; /* equal keys in an object: the first won */
    uint32_t truncated_texts;
    struct wire_batch *batches; /* owned */
    uint32_t batch_count;
    /* how to say it */
    bool verbose;
    bool strict;
    bool image;
    struct text callback;         /* owned in strings; "" unless it is a safe identifier path */
    const char *error;            /* first error's words, a literal (spec/wire.md §4.2), or NULL */
    struct buffer failed_records; /* strict or trusted: JSON objects joined by commas */
    struct buffer strings;
};

/* Never fails as a call: everything that is wrong with the request is in the verdict. */
void wire_decode(const struct wire_request *request, struct wire_verdict *verdict);
void wire_verdict_release(struct wire_verdict *verdict);

/* How the commit went. */
enum wire_commit {
    WIRE_DURABLE,
    WIRE_BUSY,      /* queue full: 503, Retry-After */
    WIRE_DISK_FULL, /* 503, Retry-After */
    WIRE_FAILED,    /* the log is dead: 503, Retry-After */
};

struct wire_answer {
    int status;
    const char *content_type; /* a literal */
    int retry_after_s;        /* 0: no such header */
    struct buffer body;       /* owned: release it */
};
void wire_answer(const struct wire_verdict *verdict, enum wire_commit commit,
                 struct wire_answer *answer);

/* Answers that need no decoding, for the other paths clients call. */
enum wire_polite {
    WIRE_POLITE_RECORD,      /* 200 {"code":200,"status":"OK"} */
    WIRE_POLITE_SETTINGS,    /* valid, and says that recording is off */
    WIRE_POLITE_FLAGS,       /* {"code":200,"flags":{}} and no pending events */
    WIRE_POLITE_DEFINITIONS, /* {"code":200,"flags":[]} */
    WIRE_POLITE_FIRST_TIME,  /* /flags/{id}/first-time-events */
    WIRE_POLITE_DECIDE,      /* §16 */
    WIRE_POLITE_WELCOME,     /* GET / of an ingest host */
};
void wire_polite(enum wire_polite which, struct wire_answer *answer);

/* A request-level refusal in Mixpanel's words: 401, 404, 405, 413, 429, 503. */
void wire_refuse(enum wire_endpoint endpoint, int status, const char *words,
                 struct wire_answer *answer);

#endif
