/* Signatures on what browsers are told, so that no setting is in force before it is verified
 * (spec/shield.md N14). Ed25519 by libsodium.
 *
 * Every project has a key of its own, derived from the root key: nothing more is stored, and a
 * folder brought back from a backup signs as before. A name that belongs to no project has a key,
 * too, so that an answer tells nobody whether there is such a project. Any thread. */
#ifndef CANDOR_CRYPT_SIGNING_H
#define CANDOR_CRYPT_SIGNING_H

#include "base/text.h"
#include "crypt/secret.h"

#include <stdbool.h>
#include <stdint.h>

enum {
    SIGNING_PUBLIC_SIZE = 32,
    SIGNING_SECRET_SIZE = 64,
    SIGNATURE_SIZE = 64,
    SIGNING_ID_SIZE = 33, /* 32 hex digits with NUL */
};

struct signing_key {
    uint8_t secret[SIGNING_SECRET_SIZE];
    uint8_t public_key[SIGNING_PUBLIC_SIZE];
    char id[SIGNING_ID_SIZE]; /* public; tells nothing of the project's name or number */
};

/* Wipe the key (signing_key_clear) when it is not needed any more. */
void signing_key_of_project(const uint8_t root[SECRET_KEY_SIZE], uint32_t project,
                            struct signing_key *out);
void signing_key_of_stranger(const uint8_t root[SECRET_KEY_SIZE], struct text name,
                             struct signing_key *out);
void signing_key_clear(struct signing_key *key);

void signing_sign(const struct signing_key *key, struct text message, uint8_t out[SIGNATURE_SIZE]);
bool signing_verify(const uint8_t public_key[SIGNING_PUBLIC_SIZE], struct text message,
                    const uint8_t signature[SIGNATURE_SIZE]);

#endif
