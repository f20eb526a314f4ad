/* Rules over what is stored already, or over a file: judged as at the door, with nothing changed,
 * and nothing kept but counts. For new rules over old events (spec/shield.md §5, L8).
 *
 * One owner, one thread. */
#ifndef CANDOR_SHIELD_SCAN_H
#define CANDOR_SHIELD_SCAN_H

#include "shield/shield_finding.h"

struct shield_scan;

/* rules_file NULL: the built-in rules. now_ms is the time of what has none, profiles for one.
 * STATUS_INVALID names its line and rule. */
enum status shield_scan_open(const char *rules_file, int64_t now_ms, struct shield_scan **out,
                             struct error *error) MUST_CHECK;
void shield_scan_close(struct shield_scan *scan);

/* One line, written into: an exported event ({"event","properties"}), a profile ({"$distinct_id",
 * "$properties"}), any other object as the properties of an event without a name, or plain text as
 * one value. */
void shield_scan_line(struct shield_scan *scan, char *bytes, size_t size);

struct shield_scan_figures {
    uint64_t lines;
    uint64_t profiles;      /* among them */
    uint64_t with_findings; /* lines that a rule would take something from */
};
void shield_scan_figures(const struct shield_scan *scan, struct shield_scan_figures *out);

/* What was found, most often first seen by day: minutes of findings are begins of UTC days of the
 * events; source is SHIELD_FROM_SCAN, the event of profiles "". */
void shield_scan_read(struct shield_scan *scan, shield_findings_visit *visit, void *context);

#endif
