#include "shield/shield_finding_distinct.h"

#include "base/memory.h"
#include "crypt/secret.h"

#include <math.h>

void finding_distinct_init(struct finding_distinct *distinct)
{
    *distinct = (struct finding_distinct){.day = INT64_MIN};
    distinct->sketches = MEMORY_ARRAY(struct finding_sketch, DISTINCT_SKETCHES);
}

void finding_distinct_release(struct finding_distinct *distinct)
{
    memory_wipe(distinct->sketches, DISTINCT_SKETCHES * sizeof *distinct->sketches);
    memory_free(distinct->sketches);
    memory_wipe(distinct, sizeof *distinct);
}

static void begin_day(struct finding_distinct *distinct, int64_t day)
{
    memory_wipe(distinct->sketches, DISTINCT_SKETCHES * sizeof *distinct->sketches);
    secret_random(&distinct->key, sizeof distinct->key);
    distinct->day = day;
    distinct->count = 0;
}

static struct finding_sketch *find(struct finding_distinct *distinct, uint64_t kind)
{
    uint32_t place = (uint32_t)(kind % DISTINCT_SKETCHES);
    while (distinct->sketches[place].kind != kind) {
        if (distinct->sketches[place].kind == 0) {
            if (distinct->count >= DISTINCT_SKETCHES / 2) return NULL;
            distinct->count++;
            distinct->sketches[place].kind = kind;
            break;
        }
        place = (place + 1) % DISTINCT_SKETCHES;
    }
    return &distinct->sketches[place];
}

bool finding_sketch_add(uint8_t registers[DISTINCT_REGISTERS], uint64_t hash)
{
    uint64_t rest = hash / DISTINCT_REGISTERS | UINT64_C(1) << 57;
    uint8_t rank = (uint8_t)(__builtin_ctzll(rest) + 1);
    uint8_t *place = &registers[hash % DISTINCT_REGISTERS];
    if (rank <= *place) return false;
    *place = rank;
    return true;
}

uint32_t finding_sketch_estimate(const uint8_t registers[DISTINCT_REGISTERS])
{
    double sum = 0;
    int empty = 0;
    for (int i = 0; i < DISTINCT_REGISTERS; i++) {
        sum += ldexp(1, -registers[i]);
        empty += registers[i] == 0;
    }
    double size = DISTINCT_REGISTERS;
    double estimate = 0.7213 / (1 + 1.079 / size) * size * size / sum;
    if (estimate <= 2.5 * size && empty > 0) estimate = size * log(size / empty);
    return (uint32_t)(estimate + 0.5);
}

uint64_t finding_distinct_key(struct finding_distinct *distinct, int64_t day)
{
    if (day != distinct->day) begin_day(distinct, day);
    return distinct->key;
}

uint32_t finding_distinct_merge(struct finding_distinct *distinct, uint64_t kind, uint64_t key,
                                const uint8_t registers[DISTINCT_REGISTERS])
{
    struct finding_sketch *sketch = key == distinct->key ? find(distinct, kind) : NULL;
    if (!sketch) return 0;
    bool has_changed = false;
    for (int i = 0; i < DISTINCT_REGISTERS; i++) {
        if (registers[i] <= sketch->registers[i]) continue;
        sketch->registers[i] = registers[i];
        has_changed = true;
    }
    if (has_changed) sketch->estimate = finding_sketch_estimate(sketch->registers);
    return sketch->estimate;
}

uint32_t finding_distinct_add(struct finding_distinct *distinct, uint64_t kind, int64_t day,
                              struct text value)
{
    if (day != distinct->day) begin_day(distinct, day);
    struct finding_sketch *sketch = find(distinct, kind);
    if (!sketch) return 0;
    if (finding_sketch_add(sketch->registers, text_hash_seeded(value, distinct->key))) {
        sketch->estimate = finding_sketch_estimate(sketch->registers);
    }
    return sketch->estimate;
}
