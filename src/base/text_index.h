/* The distinct texts seen, each with a small number in the order of arrival: 0, 1, 2, ...
 *
 * The map behind dictionaries, column names and identities. Texts are copied into blocks that
 * never move, so a text handed out stays valid as long as the index. Open addressing with
 * 32-bit tags, at most 7/10 full; hashes are seeded with the address of the index's first memory,
 * which nobody outside knows. One writer; readers need the writer's lock. */
#ifndef CANDOR_BASE_TEXT_INDEX_H
#define CANDOR_BASE_TEXT_INDEX_H

#include "base/text.h"

#include <stddef.h>
#include <stdint.h>

#define TEXT_INDEX_NONE UINT32_MAX /* no enumerator: those are ints */

struct text_index_slot {
    uint32_t number; /* + 1; 0 is empty */
    uint32_t tag;    /* the hash's upper half */
};

struct text_index {
    struct text *texts; /* by number */
    uint32_t count;
    uint32_t texts_capacity;
    struct text_index_slot *slots;
    uint32_t slot_count;
    uint64_t seed;
    char **blocks;
    uint32_t block_count;
    size_t block_used;
    size_t block_capacity;
    size_t bytes_total; /* memory held, for budgets */
};

void text_index_init(struct text_index *index);
void text_index_release(struct text_index *index);
/* Memory for so many texts at once. For an index that is empty (asserted). */
void text_index_reserve(struct text_index *index, uint32_t count);

/* The number of the text, or TEXT_INDEX_NONE. */
uint32_t text_index_find(const struct text_index *index, struct text text);

/* The number of the text, new or old. There are fewer than 2^31 texts (asserted). */
uint32_t text_index_add(struct text_index *index, struct text text);

/* A large index makes whoever asks wait for memory three times: for the slot, for the text's place
 * and for its bytes. Who has several texts to look up begins with all of them, then fetches all
 * twice, and adds them after that: they are waited for together. begin gives the hash that the
 * others want; what is added in between makes a fetch useless at worst. */
uint64_t text_index_begin(struct text_index *index, struct text text);
void text_index_fetch_text(const struct text_index *index, uint64_t hash);
void text_index_fetch_bytes(const struct text_index *index, uint64_t hash);
uint32_t text_index_add_hashed(struct text_index *index, struct text text, uint64_t hash);

struct text text_index_get(const struct text_index *index, uint32_t number);

#endif
