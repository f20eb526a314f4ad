/* Keccak-256 as it was before SHA-3 changed its padding, of one block: what EIP-55 needs, and no
 * library here has. The permutation is FIPS 202, §3. */
#include "shield/check_checksum.h"

#include <string.h>

enum { LANES = 25, ROUNDS = 24, RATE = 136, ADDRESS_DIGITS = 40 };

static uint64_t rotate(uint64_t lane, uint32_t count)
{
    return count == 0 ? lane : lane << count | lane >> (64 - count);
}

static void mix_columns(uint64_t state[LANES])
{
    uint64_t parity[5];
    for (uint32_t x = 0; x < 5; x++)
        parity[x] = state[x] ^ state[x + 5] ^ state[x + 10] ^ state[x + 15] ^ state[x + 20];
    for (uint32_t i = 0; i < LANES; i++)
        state[i] ^= parity[(i + 4) % 5] ^ rotate(parity[(i + 1) % 5], 1);
}

/* Rho and pi: each lane is turned and goes to another place. */
static void move_lanes(uint64_t state[LANES])
{
    uint32_t x = 1;
    uint32_t y = 0;
    uint64_t carried = state[1];
    for (uint32_t step = 0; step < 24; step++) {
        uint32_t next_y = (2 * x + 3 * y) % 5;
        x = y;
        y = next_y;
        uint64_t lane = state[x + 5 * y];
        state[x + 5 * y] = rotate(carried, (step + 1) * (step + 2) / 2 % 64);
        carried = lane;
    }
}

static void mix_rows(uint64_t state[LANES])
{
    for (uint32_t y = 0; y < LANES; y += 5) {
        uint64_t row[5];
        memcpy(row, state + y, sizeof row);
        for (uint32_t x = 0; x < 5; x++)
            state[y + x] = row[x] ^ (~row[(x + 1) % 5] & row[(x + 2) % 5]);
    }
}

/* The constant of a round, by the shift register that makes them. */
static uint64_t round_constant(uint8_t *shifted)
{
    uint64_t constant = 0;
    for (uint32_t bit = 0; bit < 7; bit++) {
        if (*shifted & 1) constant |= UINT64_C(1) << ((1U << bit) - 1);
        *shifted = (uint8_t)(*shifted << 1 ^ (*shifted >> 7) * 0x71);
    }
    return constant;
}

static void permute(uint64_t state[LANES])
{
    uint8_t shifted = 1;
    for (uint32_t round = 0; round < ROUNDS; round++) {
        mix_columns(state);
        move_lanes(state);
        mix_rows(state);
        state[0] ^= round_constant(&shifted);
    }
}

/* Bytes of a lane stand from its low end. */
static void add_byte(uint64_t state[LANES], uint32_t at, uint8_t byte)
{
    state[at / 8] ^= (uint64_t)byte << 8 * (at % 8);
}

static bool is_hex_letter(char byte)
{
    char lower = (char)(byte | 0x20);
    return lower >= 'a' && lower <= 'f';
}

bool checksum_eip55(struct text digits)
{
    uint64_t state[LANES] = {0};
    if (digits.size != ADDRESS_DIGITS) return false;
    for (uint32_t i = 0; i < ADDRESS_DIGITS; i++) {
        char byte = digits.bytes[i];
        add_byte(state, i, (uint8_t)(is_hex_letter(byte) ? byte | 0x20 : byte));
    }
    add_byte(state, ADDRESS_DIGITS, 0x01);
    add_byte(state, RATE - 1, 0x80);
    permute(state);
    for (uint32_t i = 0; i < ADDRESS_DIGITS; i++) {
        uint32_t nibble = i ^ 1; /* the high one of a byte first */
        bool is_set = state[nibble / 16] >> 4 * (nibble % 16) & 8;
        char byte = digits.bytes[i];
        if (is_hex_letter(byte) && is_set != (byte < 'a')) return false;
    }
    return true;
}
