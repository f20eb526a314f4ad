/* A finding in words: for answers, verbs and webhooks. Any thread. */
#ifndef CANDOR_SHIELD_FINDING_JSON_H
#define CANDOR_SHIELD_FINDING_JSON_H

#include "codec/json_writer.h"
#include "shield/shield_finding.h"

/* The members that tell findings apart, and count and distinct, into the object that is open:
 * "event","path","detector","version","tier","action","sdk","source","country","length",
 * "characters","planned","test","alert","count","distinct" (null: not known). */
void shield_finding_write(struct json_writer *writer, const struct shield_finding *finding);

#endif
