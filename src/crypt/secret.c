#include "crypt/secret.h"

#include "base/check.h"
#include "base/memory.h"

#include <sodium.h>
#include <string.h>

/* cdr_<kind>_<body>_<check>: the prefix lets secret scanners find a token that leaked, the
 * checksum lets them and us drop what only looks like one, without a look-up. */
enum {
    RANDOM_SIZE = 32,
    BODY_SIZE = 43, /* 62^43 > 2^256 */
    CHECK_SIZE = 6, /* 62^6 > 2^32 */
    KIND_SIZE_MAX = 16,
    BASE = 62,
};

#define TOKEN_PREFIX "cdr_"

_Static_assert(sizeof TOKEN_PREFIX - 1 + KIND_SIZE_MAX + 1 + BODY_SIZE + 1 + CHECK_SIZE <
                   SECRET_TOKEN_SIZE,
               "the longest token and its NUL fit");
_Static_assert(SECRET_HASH_SIZE == crypto_hash_sha256_BYTES, "the hash is SHA-256");

static const char base62[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

void crypt_init(void)
{
    if (sodium_init() < 0) UNREACHABLE("libsodium has no source of randomness");
}

/* The usual CRC-32 (reversed polynomial edb88320), bit by bit: tokens are short. */
static uint32_t crc32_of(struct text text)
{
    uint32_t crc = UINT32_MAX;
    for (size_t i = 0; i < text.size; i++) {
        crc ^= (uint8_t)text.bytes[i];
        for (int bit = 0; bit < 8; bit++)
            crc = crc >> 1 ^ (0xedb88320U & (0U - (crc & 1)));
    }
    return ~crc;
}

/* Divide a big-endian number by 62 in place; returns the remainder. */
static uint32_t divide(uint8_t *number, size_t size)
{
    uint32_t rest = 0;
    for (size_t i = 0; i < size; i++) {
        uint32_t value = rest << 8 | number[i];
        number[i] = (uint8_t)(value / BASE);
        rest = value % BASE;
    }
    return rest;
}

static void write_base62(uint8_t *number, size_t size, char *out, size_t digit_count)
{
    for (size_t i = digit_count; i > 0; i--)
        out[i - 1] = base62[divide(number, size)];
}

static void write_check(struct text text, char out[CHECK_SIZE])
{
    uint32_t crc = crc32_of(text);
    uint8_t number[4] = {(uint8_t)(crc >> 24), (uint8_t)(crc >> 16), (uint8_t)(crc >> 8),
                         (uint8_t)crc};
    write_base62(number, sizeof number, out, CHECK_SIZE);
}

static bool is_kind(struct text kind)
{
    if (kind.size == 0 || kind.size > KIND_SIZE_MAX) return false;
    for (size_t i = 0; i < kind.size; i++) {
        if (kind.bytes[i] < 'a' || kind.bytes[i] > 'z') return false;
    }
    return true;
}

void secret_token_make(const char *kind, char out[SECRET_TOKEN_SIZE])
{
    struct text kind_text = text_from(kind);
    assert(is_kind(kind_text));
    uint8_t random[RANDOM_SIZE];
    randombytes_buf(random, sizeof random);

    char *place = out;
    memcpy(place, TOKEN_PREFIX, sizeof TOKEN_PREFIX - 1);
    place += sizeof TOKEN_PREFIX - 1;
    memcpy(place, kind_text.bytes, kind_text.size);
    place += kind_text.size;
    *place++ = '_';
    write_base62(random, sizeof random, place, BODY_SIZE); /* leaves the number 0 behind */
    place += BODY_SIZE;
    struct text checked = {out, (size_t)(place - out)};
    *place++ = '_';
    write_check(checked, place);
    place[CHECK_SIZE] = '\0';
    memory_wipe(random, sizeof random);
}

static bool is_base62(struct text text)
{
    for (size_t i = 0; i < text.size; i++) {
        if (text.bytes[i] == '\0' || !strchr(base62, text.bytes[i])) return false;
    }
    return true;
}

bool secret_token_well_formed(struct text token, struct text *kind)
{
    const size_t tail_size = 1 + BODY_SIZE + 1 + CHECK_SIZE;
    if (!text_starts_with(token, TEXT(TOKEN_PREFIX))) return false;
    struct text rest =
        text_slice(token, sizeof TOKEN_PREFIX - 1, token.size - (sizeof TOKEN_PREFIX - 1));
    if (rest.size <= tail_size) return false;
    struct text name = text_slice(rest, 0, rest.size - tail_size);
    struct text body = text_slice(rest, name.size + 1, BODY_SIZE);
    struct text check = text_slice(rest, rest.size - CHECK_SIZE, CHECK_SIZE);
    if (!is_kind(name) || !is_base62(body)) return false;
    if (rest.bytes[name.size] != '_' || check.bytes[-1] != '_') return false;

    char expected[CHECK_SIZE];
    write_check(text_slice(token, 0, token.size - CHECK_SIZE - 1), expected);
    if (!secret_equal(expected, check.bytes, CHECK_SIZE)) return false;
    *kind = name;
    return true;
}

void secret_hash(struct text secret, uint8_t out[SECRET_HASH_SIZE])
{
    static const uint8_t nothing[1] = {0};
    const uint8_t *bytes = secret.size > 0 ? (const uint8_t *)secret.bytes : nothing;
    (void)crypto_hash_sha256(out, bytes, secret.size); /* cannot fail: it returns 0 always */
}

void secret_hex_make(char out[SECRET_HEX_SIZE])
{
    uint8_t random[(SECRET_HEX_SIZE - 1) / 2];
    randombytes_buf(random, sizeof random);
    (void)sodium_bin2hex(out, SECRET_HEX_SIZE, random, sizeof random);
    memory_wipe(random, sizeof random);
}

void secret_random(void *bytes, size_t size)
{
    randombytes_buf(bytes, size);
}

bool secret_equal(const void *a, const void *b, size_t size)
{
    return sodium_memcmp(a, b, size) == 0;
}

void secret_keyed_hash(const uint8_t key[SECRET_KEY_SIZE], struct text text, uint8_t *out,
                       size_t out_size)
{
    assert(out_size >= crypto_generichash_BYTES_MIN && out_size <= crypto_generichash_BYTES_MAX);
    const unsigned char *bytes = (const unsigned char *)text.bytes;
    int failed = crypto_generichash(out, out_size, bytes, text.size, key, SECRET_KEY_SIZE);
    if (failed) UNREACHABLE("sizes that BLAKE2b takes");
}
