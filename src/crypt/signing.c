#include "crypt/signing.h"

#include "base/check.h"
#include "base/memory.h"

#include <sodium.h>
#include <string.h>

enum {
    SEED_SIZE = crypto_sign_SEEDBYTES,
    ID_BYTES = (SIGNING_ID_SIZE - 1) / 2,
    DERIVED_SIZE = SEED_SIZE + ID_BYTES,
};

_Static_assert(SIGNING_PUBLIC_SIZE == crypto_sign_PUBLICKEYBYTES, "an Ed25519 public key");
_Static_assert(SIGNING_SECRET_SIZE == crypto_sign_SECRETKEYBYTES, "an Ed25519 secret key");
_Static_assert(SIGNATURE_SIZE == crypto_sign_BYTES, "an Ed25519 signature");
_Static_assert(DERIVED_SIZE <= crypto_generichash_BYTES_MAX, "one hash gives seed and id");
_Static_assert(SECRET_KEY_SIZE >= crypto_generichash_KEYBYTES_MIN, "the root is a BLAKE2b key");

/* Each with its NUL, so that none is the beginning of another. */
static const char project_label[] = "candor settings of project";
static const char stranger_label[] = "candor settings of nobody";

/* Keyed BLAKE2b of a label and a subject: the seed, and the id behind it. */
static void derive(const uint8_t root[SECRET_KEY_SIZE], struct text label, struct text subject,
                   struct signing_key *out)
{
    uint8_t derived[DERIVED_SIZE];
    crypto_generichash_state state;
    int failed = crypto_generichash_init(&state, root, SECRET_KEY_SIZE, DERIVED_SIZE);
    failed |= crypto_generichash_update(&state, (const uint8_t *)label.bytes, label.size);
    if (subject.size > 0) {
        failed |= crypto_generichash_update(&state, (const uint8_t *)subject.bytes, subject.size);
    }
    failed |= crypto_generichash_final(&state, derived, DERIVED_SIZE);
    failed |= crypto_sign_seed_keypair(out->public_key, out->secret, derived);
    assert(failed == 0); /* they fail for sizes out of bounds, and ours are constants */
    (void)sodium_bin2hex(out->id, sizeof out->id, derived + SEED_SIZE, ID_BYTES);
    memory_wipe(derived, sizeof derived);
    memory_wipe(&state, sizeof state);
}

void signing_key_of_project(const uint8_t root[SECRET_KEY_SIZE], uint32_t project,
                            struct signing_key *out)
{
    char number[4] = {(char)project, (char)(project >> 8), (char)(project >> 16),
                      (char)(project >> 24)};
    derive(root, (struct text){project_label, sizeof project_label},
           (struct text){number, sizeof number}, out);
}

void signing_key_of_stranger(const uint8_t root[SECRET_KEY_SIZE], struct text name,
                             struct signing_key *out)
{
    derive(root, (struct text){stranger_label, sizeof stranger_label}, name, out);
}

void signing_key_clear(struct signing_key *key)
{
    memory_wipe(key, sizeof *key);
}

void signing_sign(const struct signing_key *key, struct text message, uint8_t out[SIGNATURE_SIZE])
{
    int failed =
        crypto_sign_detached(out, NULL, (const uint8_t *)message.bytes, message.size, key->secret);
    assert(failed == 0);
}

bool signing_verify(const uint8_t public_key[SIGNING_PUBLIC_SIZE], struct text message,
                    const uint8_t signature[SIGNATURE_SIZE])
{
    return crypto_sign_verify_detached(signature, (const uint8_t *)message.bytes, message.size,
                                       public_key) == 0;
}
