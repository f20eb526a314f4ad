/* Encoded runs against a naive twin that decodes all of them and asks afterwards. */
#include "base/arena.h"
#include "codec/utf8.h"
#include "shield/shield_fold.h"
#include "support/seeded.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

enum { ROUNDS = 100000, PLAIN_MAX = 96 };

/* Bytes as texts, ids, digests and files have them. */
static size_t make_plain(struct seeded *seeded, uint8_t plain[PLAIN_MAX])
{
    /* clang-format off */
    static const char *const starts[] = {
        "", "", "", "", "", "", "PK\x03\x04", "%PDF-", "RIFF", "\xff\xd8\xff", "\x1f\x8b\x08",
        "\x89PNG\r\n", "GIF8", "\x7f\x45LF", "SQLite format 3", "openssh-key-v1", "OggS",
        "ID3\x03", "\x30\x82", "\x30\x80\x06", "\x28\xb5\x2f\xfd", "PX", "\x30\x83", "GX",
    };
    /* clang-format on */
    static const char *const pieces[] = {"password", "\xc3\xa9", "\xe2\x82\xac", " ", "\n", "7"};
    const char *start = starts[seeded_below(seeded, sizeof starts / sizeof *starts)];
    size_t size = strlen(start);
    size_t size_max = seeded_below(seeded, PLAIN_MAX - 16);
    uint32_t noise = seeded_below(seeded, 12); /* of so many bytes one is any */
    memcpy(plain, start, size);
    while (size < size_max) {
        const char *piece = pieces[seeded_below(seeded, 6)];
        bool is_any = noise == 0 || seeded_below(seeded, noise * 4) == 0;
        if (is_any) {
            plain[size++] = (uint8_t)seeded_next(seeded);
        } else {
            memcpy(plain + size, piece, strlen(piece));
            size += strlen(piece);
        }
    }
    return size;
}

static size_t encode(const uint8_t *plain, size_t size, bool is_hex, char *out)
{
    static const char letters[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    size_t made = 0;
    uint32_t held = 0;
    unsigned bits = 0;
    for (size_t i = 0; i < size && is_hex; i++) {
        out[made++] = "0123456789abcdef"[plain[i] / 16];
        out[made++] = "0123456789abcdef"[plain[i] % 16];
    }
    for (size_t i = 0; i < size && !is_hex; i++) {
        held = (held << 8 | plain[i]) & 0xffff;
        for (bits += 8; bits >= 6; bits -= 6)
            out[made++] = letters[held >> (bits - 6) & 63];
    }
    if (!is_hex && bits > 0) out[made++] = letters[held << (6 - bits) & 63];
    return made;
}

static bool is_magic(const uint8_t *plain, size_t size)
{
    static const struct text magics[] = {TEXT_INIT("\x1f\x8b\x08"),
                                         TEXT_INIT("PK\x03\x04"),
                                         TEXT_INIT("%PDF-"),
                                         TEXT_INIT("\x89PNG\r\n"),
                                         TEXT_INIT("\xff\xd8\xff"),
                                         TEXT_INIT("GIF8"),
                                         TEXT_INIT("RIFF"),
                                         TEXT_INIT("\x7f"
                                                   "ELF"),
                                         TEXT_INIT("SQLite format 3"),
                                         TEXT_INIT("openssh-key-v1"),
                                         TEXT_INIT("OggS"),
                                         TEXT_INIT("ID3\x03"),
                                         TEXT_INIT("\x30\x82"),
                                         TEXT_INIT("\x30\x80\x06"),
                                         TEXT_INIT("\x28\xb5\x2f\xfd")};
    for (size_t i = 0; i < sizeof magics / sizeof *magics; i++)
        if (text_starts_with((struct text){(const char *)plain, size}, magics[i])) return true;
    return false;
}

static bool is_given_by_twin(const uint8_t *plain, size_t size)
{
    size_t printable = 0;
    size_t high = 0;
    if (size < 8) return false;
    for (size_t i = 0; i < size; i++) {
        high += plain[i] >= 0x80;
        printable += plain[i] >= 0x20 && plain[i] < 0x7f;
        printable += plain[i] == '\t' || plain[i] == '\n' || plain[i] == '\r';
    }
    if (is_magic(plain, size) || printable * 10 >= size * 9) return true;
    return high > 0 && (printable + high) * 10 >= size * 9 &&
           utf8_valid((struct text){(const char *)plain, size});
}

struct given {
    const uint8_t *plain;
    size_t size;
    enum shield_wrap wrap;
    uint32_t count;
};

static bool take(void *context, const struct shield_inner *inner)
{
    struct given *given = context;
    if (inner->wrap != given->wrap) return true;
    assert_int_equal(inner->value.size, given->size);
    assert_memory_equal(inner->value.bytes, given->plain, given->size);
    given->count++;
    return true;
}

static void gives_what_reads_as_text_or_begins_as_a_format(void **state)
{
    (void)state;
    struct seeded seeded = seeded_begin("shield_unwrap_encoded_test");
    struct arena arena;
    uint32_t given_count = 0;
    arena_init(&arena, 1 << 20);
    for (uint32_t round = 0; round < ROUNDS; round++) {
        uint8_t plain[PLAIN_MAX];
        char encoded[2 * PLAIN_MAX];
        bool is_hex = seeded_below(&seeded, 2) == 0;
        size_t size = make_plain(&seeded, plain);
        size_t encoded_size = encode(plain, size, is_hex, encoded);
        struct given given = {plain, size, is_hex ? SHIELD_WRAP_HEX : SHIELD_WRAP_BASE64, 0};
        bool is_incomplete = false;
        arena_rewind(&arena, 0);
        (void)shield_unwrap((struct text){encoded, encoded_size}, &arena, take, &given,
                            &is_incomplete);
        bool is_wanted = encoded_size >= 16 && is_given_by_twin(plain, size);
        if (given.count != is_wanted) fail_msg("round %u: %u", (unsigned)round, given.count);
        given_count += is_wanted;
    }
    arena_release(&arena);
    assert_true(given_count > ROUNDS / 20 && given_count < ROUNDS - ROUNDS / 20);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gives_what_reads_as_text_or_begins_as_a_format),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
