/* A site of a drill's own, on another port than the server's: its pages, and a listener that the
 * server's alarms come to. Private to this room. */
#ifndef CANDOR_TRUST_DRILL_SITE_H
#define CANDOR_TRUST_DRILL_SITE_H

#include "base/buffer.h"
#include "base/status.h"

#include <stdint.h>

struct drill_site; /* any thread */

/* Embedded by tools/embed_drill.py: the page, and the broken SDK, "" without the browser SDK. */
extern const struct text drill_page;
extern const struct text drill_broken_sdk;

enum status drill_site_open(struct drill_site **out, struct error *error) MUST_CHECK;
void drill_site_close(struct drill_site *site);
uint16_t drill_site_port(const struct drill_site *site);

/* How many alarms have come, and when the last did (monotonic nanoseconds; 0: none). */
uint32_t drill_site_alarms(struct drill_site *site, uint64_t *last_ns);

/* When the first alarm came that holds all of these words; 0: none has. */
uint64_t drill_site_alarm_with(struct drill_site *site, struct text word, struct text other);

/* All that came, for a search. Appended. */
void drill_site_copy_alarms(struct drill_site *site, struct buffer *out);

#endif
