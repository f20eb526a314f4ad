/* The country of an address, the families of a user agent; then both are dropped.
 *
 * enrich_look is asked once for each request and keeps nothing of it but, under a keyed hash, what
 * a user agent was found to say. enrich_event and enrich_profile put the facts into one record.
 * Addresses and user agents come in as borrowed bytes; no field, log line or file of ours ever
 * holds one. Immutable after open but for the bounded cache: any thread. */
#ifndef CANDOR_ENRICH_H
#define CANDOR_ENRICH_H

#include "base/arena.h"
#include "base/status.h"
#include "base/text.h"
#include "event/event.h"
#include "event/profile_change.h"

#include <stdbool.h>
#include <stdint.h>

struct enrich;

struct enrich_options {
    const char *country_file; /* a MaxMind DB; "" takes the one built in, if any */
    struct text
        trusted_proxies; /* addresses and networks, by commas or blanks (enrich_address.h) */
};

/* STATUS_INVALID for a list of proxies that cannot be read, STATUS_ABSENT, _CORRUPT or _IO for a
 * country file that was named and cannot be used. What is not built in is not there, and said once
 * in the log. */
enum status enrich_open(const struct enrich_options *options, struct enrich **out,
                        struct error *error) MUST_CHECK;
void enrich_close(struct enrich *enrich); /* NULL does nothing */

enum { ENRICH_FAMILY_SIZE = 48, ENRICH_COUNTRY_SIZE = 3 };

/* Whose request it is. Borrowed; all may be "". */
struct enrich_sender {
    struct text peer;          /* 4 or 16 bytes of address, most significant first */
    struct text forwarded_for; /* X-Forwarded-For, several joined by commas */
    struct text user_agent;
};

/* What a request says of its sender. A value: copied, kept as long as the request. */
struct enrich_facts {
    char country[ENRICH_COUNTRY_SIZE]; /* ISO 3166-1 alpha-2, or "" */
    bool is_bot;                       /* a crawler, a monitor, a browser without a screen */
    bool is_browser;                   /* sent by a page in a browser; never with is_bot */
    int32_t browser_version;           /* its first number, or -1 */
    char browser[ENRICH_FAMILY_SIZE];  /* in the words that browser SDKs use; "" unknown */
    char os[ENRICH_FAMILY_SIZE];
    char device[ENRICH_FAMILY_SIZE];
};

void enrich_look(struct enrich *enrich, const struct enrich_sender *sender,
                 struct enrich_facts *facts);

/* What a request's parameter "ip" says. */
enum enrich_ip { ENRICH_IP_UNSAID, ENRICH_IP_NO, ENRICH_IP_YES };

/* What a record says of itself, beside its properties. */
struct enrich_wish {
    enum enrich_ip ip_asked;
    bool is_import;         /* sent by a server about others */
    const struct value *ip; /* the record's own "ip" or "$ip"; VALUE_MISSING when it has none */
    struct arena *arena;    /* for texts put into the record */
};

/* Add what the client did not say itself, as far as there is room: mp_country_code, $bot, and for a
 * browser's event without any of them $browser, $browser_version, $os and $device. Texts borrow the
 * facts and the arena. */
void enrich_event(const struct enrich *enrich, const struct enrich_facts *facts,
                  const struct enrich_wish *wish, struct property *properties, uint32_t *count,
                  uint32_t capacity);

/* Add "$set $country_code" to a change that sets something. */
void enrich_profile(const struct enrich *enrich, const struct enrich_facts *facts,
                    const struct enrich_wish *wish, struct profile_step *steps, uint32_t *count,
                    uint32_t capacity);

#endif
