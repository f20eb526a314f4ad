#include "trust/drill_canary.h"

#include "base/buffer.h"
#include "base/check.h"
#include "codec/transfer.h"
#include "os/os_clock.h"

#include <stdio.h>
#include <string.h>

enum {
    PASSWORD_SIZE = 16,
    NAME_SIZE = 12,
    CARD_SIZE = 16,
    TOKEN_SIZE = 40,
    MARK_SIZE = 18,
    CONTROL_SIZE = 12,
    NEEDLE_SIZE_MAX = 4 * DRILL_CANARY_SIZE,
};

static const char lowers[] = "abcdefghijklmnopqrstuvwxyz";
static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
static const char signs[] = "!#+?*=";
static const char digits[] = "0123456789";

/* --- making --- */

static void draw(char *out, size_t size, const char *alphabet)
{
    uint8_t chance[2 * DRILL_CANARY_SIZE];
    size_t kinds = strlen(alphabet);
    assert(size <= DRILL_CANARY_SIZE);
    os_random_bytes(chance, sizeof chance);
    for (size_t i = 0; i < size; i++)
        out[i] = alphabet[(size_t)(chance[2 * i] * 256 + chance[2 * i + 1]) % kinds];
}

/* The last digit makes Luhn's sum right. */
static void draw_card(char out[CARD_SIZE])
{
    int sum = 0;
    draw(out, CARD_SIZE, digits);
    out[0] = '4';
    for (int i = 0; i < CARD_SIZE - 1; i++) {
        int digit = out[i] - '0';
        int doubled = 2 * digit > 9 ? 2 * digit - 9 : 2 * digit;
        sum += i % 2 == 0 ? doubled : digit;
    }
    out[CARD_SIZE - 1] = (char)('0' + (10 - sum % 10) % 10);
}

void drill_canaries_make(struct drill_canaries *out)
{
    *out = (struct drill_canaries){0};
    draw(out->texts[DRILL_PASSWORD], PASSWORD_SIZE, letters);
    draw(out->texts[DRILL_PASSWORD] + 5, 1, signs);
    draw(out->texts[DRILL_PASSWORD] + 10, 1, signs);
    draw(out->texts[DRILL_EMAIL], NAME_SIZE, lowers);
    memcpy(out->texts[DRILL_EMAIL] + NAME_SIZE, "@example.org", 12);
    draw_card(out->texts[DRILL_CARD]);
    draw(out->texts[DRILL_TOKEN], TOKEN_SIZE, letters);
    for (int i = 0; i < DRILL_MARK_COUNT; i++)
        draw(out->marks[i], MARK_SIZE, letters);
    for (int i = 0; i < CONTROL_SIZE; i++)
        draw(out->control + i, 1, i % 2 == 0 ? "bdfghklmnprstvz" : "aeiou");
}

const char *drill_canary_name(enum drill_canary canary)
{
    static const char *const names[DRILL_CANARY_COUNT] = {"password", "e-mail", "card", "token"};
    return names[canary];
}

/* --- finding --- */

enum finding_case { AS_IT_IS, IN_ANY_CASE };

static char fold(char byte)
{
    return byte >= 'A' && byte <= 'Z' ? (char)(byte + 32) : byte;
}

static bool stands_at(const char *place, const char *needle, size_t size, enum finding_case how)
{
    if (how == AS_IT_IS) return memcmp(place, needle, size) == 0;
    for (size_t i = 0; i < size; i++)
        if (fold(place[i]) != fold(needle[i])) return false;
    return true;
}

static bool find(struct text bytes, const char *needle, size_t size, enum finding_case how)
{
    char first = fold(needle[0]);
    for (size_t i = 0; i + size <= bytes.size; i++) {
        if (fold(bytes.bytes[i]) != first) continue;
        if (stands_at(bytes.bytes + i, needle, size, how)) return true;
    }
    return false;
}

bool drill_canary_stands_in(struct text bytes, const char *canary)
{
    return find(bytes, canary, strlen(canary), IN_ANY_CASE);
}

static bool find_backwards(struct text bytes, const char *canary)
{
    char needle[DRILL_CANARY_SIZE];
    size_t size = strlen(canary);
    for (size_t i = 0; i < size; i++)
        needle[i] = canary[size - 1 - i];
    return find(bytes, needle, size, IN_ANY_CASE);
}

static bool find_in_hex(struct text bytes, const char *canary)
{
    char needle[NEEDLE_SIZE_MAX];
    size_t size = strlen(canary);
    for (size_t i = 0; i < size; i++)
        (void)snprintf(needle + 2 * i, 3, "%02x", (unsigned)(uint8_t)canary[i]);
    return find(bytes, needle, 2 * size, IN_ANY_CASE);
}

static bool find_in_alphabet(struct text bytes, struct text encoded, bool is_for_urls)
{
    char needle[NEEDLE_SIZE_MAX];
    assert(encoded.size < sizeof needle);
    for (size_t i = 0; i < encoded.size; i++) {
        char byte = encoded.bytes[i];
        needle[i] = is_for_urls && byte == '+' ? '-' : is_for_urls && byte == '/' ? '_' : byte;
    }
    return find(bytes, needle, encoded.size, AS_IT_IS);
}

/* Behind 0, 1 or 2 other bytes: what of the encoding depends on the canary alone. */
static bool find_in_base64(struct text bytes, const char *canary)
{
    bool is_found = false;
    for (size_t before = 0; before < 3 && !is_found; before++) {
        char padded[DRILL_CANARY_SIZE + 3] = "__";
        struct buffer encoded;
        size_t size = before + strlen(canary);
        size_t first = before == 0 ? 0 : before + 1;
        memcpy(padded + before, canary, strlen(canary));
        buffer_init(&encoded, NEEDLE_SIZE_MAX);
        transfer_base64_encode(&encoded, (struct text){padded, size});
        struct text own = text_slice(buffer_text(&encoded), first, size * 4 / 3 - first);
        is_found = find_in_alphabet(bytes, own, false) || find_in_alphabet(bytes, own, true);
        buffer_release(&encoded);
    }
    return is_found;
}

static bool find_behind_percent(struct text bytes, const char *canary)
{
    struct buffer copy;
    if (text_find_byte(bytes, '%') == TEXT_NOT_FOUND) return false;
    buffer_init(&copy, bytes.size);
    buffer_append_text(&copy, bytes);
    size_t size = transfer_percent_decode(copy.bytes, copy.size, TRANSFER_PLUS_KEPT);
    bool is_found = drill_canary_stands_in((struct text){copy.bytes, size}, canary);
    buffer_release(&copy);
    return is_found;
}

const char *drill_canary_form(struct text bytes, const char *canary)
{
    assert(strlen(canary) > 8);
    if (drill_canary_stands_in(bytes, canary)) return "plain";
    if (find_in_base64(bytes, canary)) return "base64";
    if (find_in_hex(bytes, canary)) return "hex";
    if (find_behind_percent(bytes, canary)) return "percent";
    return find_backwards(bytes, canary) ? "backwards" : NULL;
}
