/* Addresses as sixteen bytes, networks of them, and whose request a chain of proxies forwarded.
 * Private to this room. Values; any thread. */
#ifndef CANDOR_ENRICH_ADDRESS_H
#define CANDOR_ENRICH_ADDRESS_H

#include "base/status.h"
#include "base/text.h"

#include <stdbool.h>
#include <stdint.h>

enum { ADDRESS_SIZE = 16, ADDRESS_BITS = 128, ADDRESS_V4_BITS = 32 };

/* An IPv4 address is its mapped form, ::ffff:a.b.c.d (RFC 4291 §2.5.5.2). */
struct address {
    uint8_t bytes[ADDRESS_SIZE];
};

/* 4 or 16 bytes, most significant first; false for any other size. */
bool address_from_bytes(struct text bytes, struct address *out);

bool address_is_v4(const struct address *address);

/* As people and proxies write it: "192.0.2.7", "192.0.2.7:443", "2001:db8::7", "[2001:db8::7]:443".
 * A zone ("%eth0") is no part of an address that others know: false. */
bool address_parse(struct text text, struct address *out);

struct network {
    struct address first;
    unsigned bits; /* that must agree, of 128 */
};

enum { NETWORKS_MAX = 64 };
struct networks {
    struct network list[NETWORKS_MAX];
    uint32_t count;
};

/* "10.0.0.0/8, 127.0.0.1 ::1": by commas or blanks; an address alone is a network of one.
 * STATUS_INVALID, TOO_LARGE beyond NETWORKS_MAX. */
enum status networks_parse(struct text list, struct networks *out, struct error *error) MUST_CHECK;
bool networks_hold(const struct networks *networks, const struct address *address);

/* Whose request it is. X-Forwarded-For is believed only from a trusted peer, and read from its
 * right end, where each proxy adds whom it got the request from: the first that is not trusted is
 * the client; what is left of it the client wrote. If all are trusted, the leftmost. False when
 * the entry that counts is no address. */
bool address_of_client(const struct networks *trusted, const struct address *peer,
                       struct text forwarded_for, struct address *out);

#endif
