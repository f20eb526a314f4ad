/* Tokens and keys: how they are made, shown once, and recognised again. libsodium does the
 * cryptography. Any thread after crypt_init. */
#ifndef CANDOR_CRYPT_SECRET_H
#define CANDOR_CRYPT_SECRET_H

#include "base/status.h"
#include "base/text.h"

#include <stdbool.h>
#include <stdint.h>

void crypt_init(void); /* once, before anything else here */

enum {
    SECRET_TOKEN_SIZE = 80, /* text with NUL: "cdr_qry_<43 base62>_<6 CRC32 base62>" */
    SECRET_HASH_SIZE = 32,  /* SHA-256 */
    SECRET_HEX_SIZE = 33,   /* 32 hex digits with NUL, the look of a Mixpanel token */
    SECRET_KEY_SIZE = 32,
};

/* A new token of a kind ("ing", "qry", …; spec/security.md §9), 256 random bits. */
void secret_token_make(const char *kind, char out[SECRET_TOKEN_SIZE]);

/* True if the text has the form and its checksum is right; *kind borrows from it. Says nothing
 * about whether it was ever given out. */
bool secret_token_well_formed(struct text token, struct text *kind);

/* What is stored instead of the token. */
void secret_hash(struct text secret, uint8_t out[SECRET_HASH_SIZE]);

/* Keyed BLAKE2b of a text, 16 to 64 bytes: tells nothing of it to whom the key is unknown. */
void secret_keyed_hash(const uint8_t key[SECRET_KEY_SIZE], struct text text, uint8_t *out,
                       size_t out_size);

void secret_hex_make(char out[SECRET_HEX_SIZE]); /* project tokens and secrets */
void secret_random(void *bytes, size_t size);
bool secret_equal(const void *a, const void *b, size_t size); /* in constant time */

#endif
