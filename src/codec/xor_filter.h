/* A set of 64-bit hashes as a small text of bytes that can only be asked "is this one of them?".
 *
 * The xor filter of Graf and Lemire (2020): 1.23 fingerprints an entry, never a wrong no. Their
 * hashing is replaced by 32-bit steps that a browser does without BigInt. The browser SDK's
 * dictionary reads it, and sdk/js/src/dictionary.ts describes the same bytes.
 *
 *   byte 0       1, the version
 *   byte 1       w, the width of a fingerprint in bytes: 1 or 2
 *   bytes 2..5   s, the seed, little-endian, as all that follows
 *   bytes 6..9   n, the length of a third, at least 1
 *   bytes 10..   3 n fingerprints of w bytes
 *
 * Whether a hash with the upper half h and the lower half l is in the set, all modulo 2^32:
 *
 *   mix(x):  x ^= x >> 16; x *= 0x85ebca6b; x ^= x >> 13; x *= 0xc2b2ae35; x ^= x >> 16
 *   a = mix(h ^ s)      b = mix(l ^ a)      c = mix(a + b)      f = mix(b ^ c) modulo 2^(8 w)
 *   place(x) = floor(x * n / 2^32)
 *   yes, if F[place(a)] ^ F[n + place(b)] ^ F[2 n + place(c)] equals f
 *
 * A wrong yes comes once in 2^(8 w): w is 2 up to XOR_FILTER_WIDE_COUNT_MAX hashes (30 KB), and 1
 * above (9.84 bits an entry). One set gives one text of bytes. */
#ifndef CANDOR_CODEC_XOR_FILTER_H
#define CANDOR_CODEC_XOR_FILTER_H

#include "base/buffer.h"
#include "base/status.h"
#include "base/text.h"

#include <stdbool.h>
#include <stdint.h>

enum {
    XOR_FILTER_COUNT_MAX = 100000,
    XOR_FILTER_WIDE_COUNT_MAX = 12000,
    XOR_FILTER_HEAD_SIZE = 10,
};

/* The hashes are sorted in place, and of equal ones one stays; none make a filter of nothing.
 * STATUS_TOO_LARGE above the count, or past the buffer's maximum. */
enum status xor_filter_build(uint64_t *hashes, size_t count, struct buffer *out,
                             struct error *error) MUST_CHECK;

/* Has the text the form of a filter? */
bool xor_filter_check(struct text filter);

/* False for what is no filter, too. */
bool xor_filter_has(struct text filter, uint64_t hash);

#endif
