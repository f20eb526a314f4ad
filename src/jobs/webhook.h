/* Tells somebody's server of the first finding of each kind that alerts. Private to the room; one
 * owner, one thread. */
#ifndef CANDOR_JOBS_WEBHOOK_H
#define CANDOR_JOBS_WEBHOOK_H

#include "event/project_table.h"
#include "shield/shield_finding.h"

struct webhook;

/* address: http or https; copied. */
struct webhook *webhook_make(const char *address, struct shield_findings *findings,
                             struct project_slot *projects);
void webhook_release(struct webhook *webhook);

/* Send what is due, at most one alert; true when another may be waiting. An alert that is not
 * taken (no answer, or none of 2xx) is tried again after 1, 2, 4 … 32 s, then given up. */
bool webhook_turn(struct webhook *webhook, uint64_t now_ns);

#endif
