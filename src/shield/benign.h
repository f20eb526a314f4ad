/* Whole values that are what programs make and nobody hides: they speak against a finding of a weak
 * shape (spec/shield.md §7.4), never against one that is proven. Private to the room. Pure, linear,
 * any thread. */
#ifndef CANDOR_SHIELD_BENIGN_H
#define CANDOR_SHIELD_BENIGN_H

#include "base/text.h"

#include <stdbool.h>

enum benign {
    BENIGN_NOT,
    BENIGN_UUID, /* with dashes, also in braces or behind urn:uuid:; versions 1 to 8, nil, max */
    BENIGN_ULID,
    BENIGN_DIGEST, /* hex of 24 (ObjectId), 32 (MD5, UUID), 40 (git), 56, 64, 96, 128 letters */
    BENIGN_NANOID, /* 21 letters of base64url, of three kinds */
    BENIGN_SNOWFLAKE,
    BENIGN_VERSION,
    BENIGN_DATE, /* ISO 8601, with or without a time */
    BENIGN_COLOUR,
    BENIGN_CSS,
    BENIGN_SVG_PATH,
    BENIGN_IMAGE, /* data:image/…;base64, */
};

enum benign shield_benign_kind(struct text value);
bool shield_is_benign(struct text value);

#endif
