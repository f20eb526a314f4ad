#include "shield/pseudonym.h"

#include "base/memory.h"
#include "crypt/secret.h"

#include <string.h>

enum { HASH_SIZE = 16, LETTERS = 26 /* 130 bits of 5 each for 128 */ };

static const char prefix[] = "$pseudonym:";
static const char alphabet[] = "abcdefghijklmnopqrstuvwxyz234567";

static void write_base32(const uint8_t hash[HASH_SIZE], char out[LETTERS])
{
    uint32_t bits = 0;
    uint32_t held = 0;
    size_t place = 0;
    for (size_t i = 0; i < LETTERS; i++) {
        if (held < 5) {
            bits = bits << 8 | (place < HASH_SIZE ? hash[place] : 0);
            place++;
            held += 8;
        }
        held -= 5;
        out[i] = alphabet[bits >> held & 31];
    }
}

struct text pseudonym_make(const uint8_t *root_key, uint32_t project, struct text id,
                           struct arena *arena)
{
    uint8_t project_key[SECRET_KEY_SIZE];
    uint8_t hash[HASH_SIZE];
    char words[32] = "candor pseudonym";
    memcpy(words + 16, &project, sizeof project);
    secret_keyed_hash(root_key, (struct text){words, 20}, project_key, sizeof project_key);
    secret_keyed_hash(project_key, id, hash, sizeof hash);
    memory_wipe(project_key, sizeof project_key);
    char made[PSEUDONYM_SIZE];
    memcpy(made, prefix, sizeof prefix - 1);
    write_base32(hash, made + sizeof prefix - 1);
    struct text kept = arena_text(arena, (struct text){made, sizeof made});
    return kept.bytes ? kept : TEXT("");
}

bool pseudonym_is_one(struct text id)
{
    if (id.size != PSEUDONYM_SIZE || !text_starts_with(id, text_from(prefix))) return false;
    for (size_t i = sizeof prefix - 1; i < id.size; i++) {
        if (!id.bytes[i] || !strchr(alphabet, id.bytes[i])) return false;
    }
    return true;
}
