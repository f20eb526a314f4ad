/* A set of 64-bit hashes as a small text of bytes that can only be asked "is this one of them?".
 *
 * The xor filter of Graf and Lemire (2020) with 8-bit fingerprints: 9.84 bits an entry, never a
 * wrong no, a wrong yes in 1 of 256. Their hashing is replaced by 32-bit steps that a browser does
 * without BigInt. The browser SDK's dictionary reads it (sdk/js/src/dictionary.ts).
 *
 *   bytes    what
 *   0..3     "CXF1"
 *   4..7     seed, little-endian
 *   8..11    n, the length of a third, little-endian
 *   12..     3 n fingerprints
 *
 * Whether a hash with the upper half h and the lower half l is in the set, all modulo 2^32:
 *
 *   mix(x):  x ^= x >> 16; x *= 0x85ebca6b; x ^= x >> 13; x *= 0xc2b2ae35; x ^= x >> 16
 *   a = mix(l ^ seed)      b = mix(h ^ a)      c = mix((a + b) ^ 0x9e3779b9)
 *   place(x) = floor(x * n / 2^32)
 *   yes, if fingerprint[place(a)] ^ fingerprint[n + place(b)] ^ fingerprint[2 n + place(c)]
 *           equals (a ^ b ^ c) & 255
 *
 * A filter of no hashes has n = 0 and says no to everything. One set gives one text of bytes. */
#ifndef CANDOR_CODEC_XOR_FILTER_H
#define CANDOR_CODEC_XOR_FILTER_H

#include "base/buffer.h"
#include "base/status.h"
#include "base/text.h"

#include <stdbool.h>
#include <stdint.h>

enum { XOR_FILTER_COUNT_MAX = 100000, XOR_FILTER_HEAD_SIZE = 12 };

/* The hashes are sorted in place, and of equal ones one stays. STATUS_TOO_LARGE above the count, or
 * past the buffer's maximum. */
enum status xor_filter_build(uint64_t *hashes, size_t count, struct buffer *out,
                             struct error *error) MUST_CHECK;

/* Has the text the form of a filter? */
bool xor_filter_check(struct text filter);

/* False for what is no filter, too. */
bool xor_filter_has(struct text filter, uint64_t hash);

#endif
