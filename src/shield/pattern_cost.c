#include "shield/pattern_cost.h"

#include "base/check.h"
#include "base/memory.h"
#include "base/text.h"
#include "shield/pattern_parse.h"

#include <string.h>

enum { SLOTS = 4 * PATTERN_STATES_MAX /* a power of two */ };

/* Positions that matches under way have come to, by where they began: 1 for the first of them, 0
 * for none. Where two meet, the one that began before goes on: that is the leftmost. */
struct state {
    uint8_t ranks[PATTERN_POSITIONS_MAX];
};

/* States that were reached, each once, in the order in which they were. */
struct states {
    struct state found[PATTERN_STATES_MAX];
    uint16_t slots[SLOTS]; /* index + 1, 0 is empty */
    uint32_t count;
    struct pattern_set takers[256]; /* by class of bytes: positions that take them */
    uint32_t class_count;
};

/* Bytes that no position tells apart are one class. */
static void find_classes(const struct pattern_automaton *automaton, struct states *states)
{
    for (uint32_t byte = 0; byte < 256; byte++) {
        struct pattern_set set = {0};
        for (uint32_t i = 0; i < automaton->count; i++) {
            if (pattern_bytes_have(&automaton->bytes[i], byte)) pattern_set_add(&set, i);
        }
        uint32_t known = 0;
        while (known < states->class_count && memcmp(&states->takers[known], &set, sizeof set) != 0)
            known++;
        if (known == states->class_count) states->takers[states->class_count++] = set;
    }
}

/* False: there is no room for one more. */
static bool reach(struct states *states, const struct state *state)
{
    struct text bytes = {(const char *)state->ranks, sizeof state->ranks};
    uint32_t slot = (uint32_t)text_hash(bytes) % SLOTS;
    for (; states->slots[slot]; slot = (slot + 1) % SLOTS) {
        const struct state *known = &states->found[states->slots[slot] - 1];
        if (memcmp(known, state, sizeof *state) == 0) return true;
    }
    if (states->count == PATTERN_STATES_MAX) return false;
    states->found[states->count++] = *state;
    states->slots[slot] = (uint16_t)states->count;
    return true;
}

/* What each match under way may take next, by where they began; the last one begins here, if it
 * may. */
static uint32_t find_next(const struct pattern_automaton *automaton, const struct state *state,
                          bool may_begin, struct pattern_set next[PATTERN_POSITIONS_MAX + 1])
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < automaton->count; i++) {
        uint32_t rank = state->ranks[i];
        if (rank == 0) continue;
        for (; count < rank; count++)
            next[count] = (struct pattern_set){0};
        pattern_set_join(&next[rank - 1], &automaton->follow[i]);
    }
    if (may_begin) next[count++] = automaton->first;
    return count;
}

static void give_rank(struct state *state, const struct pattern_set *set, uint8_t rank)
{
    for (int word = 0; word < PATTERN_WORDS; word++) {
        for (uint64_t bits = set->words[word]; bits; bits &= bits - 1)
            state->ranks[word * 64 + __builtin_ctzll(bits)] = rank;
    }
}

/* Where the matches are behind a byte of the class. */
static struct state step(const struct pattern_set *next, uint32_t count,
                         const struct pattern_set *takers)
{
    struct state to = {0};
    struct pattern_set taken = {0};
    uint8_t rank = 0;
    for (uint32_t i = 0; i < count; i++) {
        struct pattern_set set;
        uint64_t any = 0;
        for (int word = 0; word < PATTERN_WORDS; word++) {
            set.words[word] = next[i].words[word] & takers->words[word] & ~taken.words[word];
            any |= set.words[word];
        }
        if (!any) continue;
        give_rank(&to, &set, ++rank);
        pattern_set_join(&taken, &set);
    }
    return to;
}

static bool count_states(const struct pattern_automaton *automaton, enum pattern_place place,
                         struct states *states)
{
    static const struct state nowhere;
    struct pattern_set next[PATTERN_POSITIONS_MAX + 1];
    find_classes(automaton, states);
    (void)reach(states, &nowhere);
    for (uint32_t i = 0; i < states->count; i++) {
        bool may_begin = place == PATTERN_ANYWHERE || i == 0;
        uint32_t count = find_next(automaton, &states->found[i], may_begin, next);
        for (uint32_t class = 0; class < states->class_count; class ++) {
            struct state to = step(next, count, &states->takers[class]);
            if (!reach(states, &to)) return false;
        }
    }
    return true;
}

const char *pattern_refusal(struct text pattern, enum pattern_place place,
                            struct pattern_cost *cost)
{
    struct pattern_automaton *automaton = MEMORY_NEW(struct pattern_automaton);
    const char *refusal = pattern_parse(pattern, automaton);
    *cost = (struct pattern_cost){.positions = automaton->count};
    if (!refusal) {
        struct states *states = MEMORY_NEW(struct states);
        if (!count_states(automaton, place, states)) refusal = "needs more than 1,024 states";
        cost->states = states->count;
        memory_free(states);
    }
    memory_free(automaton);
    return refusal;
}
