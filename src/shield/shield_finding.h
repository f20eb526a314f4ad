/* What was removed, as counts (spec/shield.md §8.3): never a value, never a hash of one.
 *
 * A finding is (minute, project, event, path, detector, version, tier, action, SDK, source,
 * country, length class, character mask, planned) and a number. They gather in memory and are
 * written to the folder once a minute (shield_finding_file.h), 64 bytes each and its texts once
 * a day. A path is the property's name, with the keys inside it by dots and list places left out;
 * a name that itself looks like data is "?". */
#ifndef CANDOR_SHIELD_FINDING_H
#define CANDOR_SHIELD_FINDING_H

#include "shield/shield.h"
#include "shield/shield_rules.h"

enum shield_length { /* class of the value's length in bytes */
                     SHIELD_LENGTH_0,
                     SHIELD_LENGTH_8, /* 1 to 8 */
                     SHIELD_LENGTH_16,
                     SHIELD_LENGTH_32,
                     SHIELD_LENGTH_64,
                     SHIELD_LENGTH_256,
                     SHIELD_LENGTH_4096,
                     SHIELD_LENGTH_MORE,
};

enum shield_mask { /* bits: which kinds of characters the value has */
                   SHIELD_HAS_DIGIT = 1,
                   SHIELD_HAS_LOWER = 2,
                   SHIELD_HAS_UPPER = 4,
                   SHIELD_HAS_PUNCTUATION = 8,
                   SHIELD_HAS_SPACE = 16,
                   SHIELD_HAS_OTHER = 32, /* outside ASCII */
};

struct shield_finding {
    int64_t minute; /* of the Unix epoch */
    uint32_t project;
    struct text event; /* "" for profiles; "?" when the name itself was removed */
    struct text path;
    char detector[4]; /* "S08" */
    uint16_t detector_version;
    enum shield_tier tier;
    enum shield_action action;
    struct text sdk; /* mp_lib and $lib_version joined by a slash; "" when unknown */
    enum shield_source source;
    char country[2];
    enum shield_length length;
    uint8_t mask; /* SHIELD_HAS_… */
    bool was_planned;
    bool is_test; /* a published test value: no alert */
    bool alerts;
    uint64_t count;
    uint32_t distinct; /* about how many different values its event, path and detector had that
                          day, at most; 0: not known */
};

struct shield_findings; /* any thread */

/* folder NULL: memory only. Reads what an earlier process wrote. */
enum status shield_findings_open(const char *folder, struct shield_findings **out,
                                 struct error *error) MUST_CHECK;
void shield_findings_close(struct shield_findings *findings); /* writes what is left */

/* Borrowed from the shield: for verbs and for `jobs`, which flush them. */
struct shield_findings *shield_findings_of(struct shield *shield);

/* Cheap: called on the way of every removed value. At most SHIELD_FINDINGS_MAX distinct ones a
 * minute; what is beyond goes to a finding with path "?" so that counts stay right. */
enum { SHIELD_FINDINGS_MAX = 65536 };
void shield_findings_note(struct shield_findings *findings, const struct shield_finding *finding);

/* Where one thread at a time notes findings, so that threads do not wait for each other; borrowed,
 * and there until the findings are closed. */
struct shield_finding_lane;
struct shield_finding_lane *shield_findings_lane(struct shield_findings *findings);
/* As shield_findings_note, and the value counts for `distinct`: by a hash under a key that lives in
 * memory for at most a day, and goes no further. */
void shield_findings_note_value(struct shield_finding_lane *lane,
                                const struct shield_finding *finding, struct text value);

/* The first finding of its project, event, path and detector that alerts, for those who tell people
 * (webhook): each is handed out once. False when there is none. Texts are copied into the alert. At
 * most SHIELD_ALERTS_MAX wait; what is beyond is told by the findings alone. */
enum { SHIELD_ALERTS_MAX = 256, SHIELD_ALERT_TEXTS = 1024 };
struct shield_alert {
    struct shield_finding finding;
    char texts[SHIELD_ALERT_TEXTS];
};
bool shield_findings_next_alert(struct shield_findings *findings, struct shield_alert *alert);

/* Write what ended before this minute; called by `jobs` once a second or so. */
enum status shield_findings_flush(struct shield_findings *findings, int64_t now_ms,
                                  struct error *error) MUST_CHECK;

/* Sum over [from_minute, to_minute): newest first; each field but `count` and `minute` tells apart.
 * minute is the first, last_minute the last one it was seen in. visit returns false to stop. */
typedef bool shield_findings_visit(void *context, const struct shield_finding *finding,
                                   int64_t last_minute);
void shield_findings_read(struct shield_findings *findings, uint32_t project, int64_t from_minute,
                          int64_t to_minute, shield_findings_visit *visit, void *context);

#endif
