/* About how many different values a kind of finding had since the key changed: HyperLogLog
 * (Flajolet et al. 2007) with 128 registers, about 9 % off. The key is random, lives in memory for
 * at most a day and is wiped with the sketches, so nothing can be asked of them later. One owner,
 * one thread. Private to the room. */
#ifndef CANDOR_SHIELD_FINDING_DISTINCT_H
#define CANDOR_SHIELD_FINDING_DISTINCT_H

#include "base/text.h"

enum { DISTINCT_SKETCHES = 4096, DISTINCT_REGISTERS = 128 };

struct finding_sketch {
    uint64_t kind; /* 0: free */
    uint8_t registers[DISTINCT_REGISTERS];
    uint32_t estimate; /* of the registers as they are; computed when one changes */
};

struct finding_distinct {
    uint64_t key;
    int64_t day; /* of the key; INT64_MIN: none yet */
    uint32_t count;
    struct finding_sketch *sketches; /* DISTINCT_SKETCHES of them, open addressing */
};

void finding_distinct_init(struct finding_distinct *distinct);
void finding_distinct_release(struct finding_distinct *distinct);

/* Count the value under its kind (not 0); the estimate so far, 0 when there is no place. A text of
 * another day than the last one's wipes all that was counted. */
uint32_t finding_distinct_add(struct finding_distinct *distinct, uint64_t kind, int64_t day,
                              struct text value);
/* The key of that day, for those who gather registers of their own. */
uint64_t finding_distinct_key(struct finding_distinct *distinct, int64_t day);
/* The same for registers that were gathered under the key; those of a key that is gone are left
 * out, and the answer is 0. */
uint32_t finding_distinct_merge(struct finding_distinct *distinct, uint64_t kind, uint64_t key,
                                const uint8_t registers[DISTINCT_REGISTERS]);
uint32_t finding_sketch_estimate(const uint8_t registers[DISTINCT_REGISTERS]);
/* True when it changed a register. */
bool finding_sketch_add(uint8_t registers[DISTINCT_REGISTERS], uint64_t hash);

#endif
