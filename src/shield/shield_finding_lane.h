/* Findings of one thread on their way to the others': the same few come again and again, so they
 * are counted here, under a lock that nobody else wants, and added up where all are when somebody
 * asks or there is no more room. Private to the room. */
#ifndef CANDOR_SHIELD_FINDING_LANE_H
#define CANDOR_SHIELD_FINDING_LANE_H

#include "os/os_thread.h"
#include "shield/shield_finding.h"
#include "shield/shield_finding_distinct.h"

enum {
    LANE_ROWS = 64,
    LANE_SLOTS = 2 * LANE_ROWS, /* a power of two */
    LANE_TEXTS = 256,           /* bytes of event, path and SDK together */
};

/* Findings that are equal but for their values. */
struct lane_row {
    uint64_t count;
    struct shield_finding finding; /* its texts stand in `texts` */
    bool has_values;
    uint8_t registers[DISTINCT_REGISTERS]; /* of values, under the lane's key */
    char texts[LANE_TEXTS];
};

struct lane_slot {
    uint64_t hash; /* 0: free */
    uint32_t row;
};

struct shield_finding_lane {
    struct shield_findings *findings;
    struct shield_finding_lane *next; /* of the same findings */
    struct os_mutex mutex;            /* guards what follows; taken before the findings' own */
    uint64_t seed;                    /* of hashes; nobody outside knows it */
    uint64_t key;                     /* of the findings' sketches on that day */
    int64_t day;                      /* INT64_MIN: no key yet */
    uint32_t row_count;
    struct lane_slot slots[LANE_SLOTS];
    struct lane_row rows[LANE_ROWS];
};

struct shield_finding_lane *finding_lane_make(struct shield_findings *findings);
void finding_lane_free(struct shield_finding_lane *lane);

/* --- with the lane's lock held --- */

/* Count it. False: there is no row of its kind yet, and nothing was counted. */
bool finding_lane_count(struct shield_finding_lane *lane, const struct shield_finding *finding,
                        struct text value);
/* A row for it, which has no count. False: it does not fit into an empty lane. The lane is not full
 * (asserted). */
bool finding_lane_add(struct shield_finding_lane *lane, const struct shield_finding *finding);
static inline bool finding_lane_is_full(const struct shield_finding_lane *lane)
{
    return lane->row_count == LANE_ROWS;
}
/* Its rows and its key are wiped: nothing can be asked of them later. */
void finding_lane_clear(struct shield_finding_lane *lane);

#endif
