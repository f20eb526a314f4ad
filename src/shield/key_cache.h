/* What was read of property names, kept for the next record: a client sends the same names again
 * and again. Bounded: of the names that fall on one row the last few are kept, and a name beyond
 * KEY_CACHE_NAME_MAX is read anew each time. One thread. */
#ifndef CANDOR_SHIELD_KEY_CACHE_H
#define CANDOR_SHIELD_KEY_CACHE_H

#include "shield/ruleset.h"

enum {
    KEY_CACHE_ROWS = 128, /* a power of two */
    KEY_CACHE_WAYS = 4,
    KEY_CACHE_NAME_MAX = 64,
};

/* Values under a name in which nothing was found, the newest of a few kinds: most names have few.
 * Admitted bytes. */
enum { KEY_CLEAN_SLOTS = 4 /* a power of two */, KEY_CLEAN_MAX = 23 };
struct key_clean {
    uint64_t seed; /* of the one who may rely on them; another one's are none */
    struct {
        uint8_t size; /* 0: none */
        char bytes[KEY_CLEAN_MAX];
    } values[KEY_CLEAN_SLOTS];
};

/* A name, as rules look at it. What is asked for every value that is known stands first, in few
 * lines of the processor's cache. */
struct key_reading {
    uint64_t hash;      /* of the name, under the cache's seed */
    bool is_data;       /* the name itself is something to find: K09 */
    bool is_judged;     /* is_data was asked */
    bool is_id;         /* of a property that holds an id, or a list of them */
    bool is_id_list;    /* of one that holds a list */
    bool is_library;    /* of one that tells the client's library or its version */
    bool is_generic;    /* says nothing of its own: "value", "0" */
    bool is_keyed;      /* some rule is asked because of the name */
    uint32_t harmless;  /* a whole number of so many digits tells nothing: one bit each */
    uint32_t name_size; /* of a name that is kept */
    char name[KEY_CACHE_NAME_MAX];
    struct key_clean clean;    /* of admit.c */
    uint64_t exact;            /* classes that the whole name stands for */
    uint64_t stem;             /* classes that a word of it stands for */
    struct ruleset_mask words; /* rules of which an own word stands in it */
};

struct key_cache_entry {
    _Alignas(64) const struct ruleset *set; /* NULL: empty */
    struct key_cache_entry *next; /* that was asked for after it, last time: properties come in the
                                     same order again and again */
    struct key_reading reading;
};

struct key_cache {
    uint64_t seed;
    struct key_reading spare;     /* of the last name that does not fit */
    struct key_reading data;      /* stands for all names that are data */
    struct key_cache_entry *last; /* that was asked for; NULL: none */
    uint32_t replaced;            /* so many readings gave way to others, ever */
    struct key_cache_entry entries[KEY_CACHE_ROWS][KEY_CACHE_WAYS];
    uint8_t oldest[KEY_CACHE_ROWS];
};

static inline bool key_cache_is_of(const struct key_cache_entry *entry, const struct ruleset *set,
                                   struct text name)
{
    const struct key_reading *reading = &entry->reading;
    return entry->set == set && text_equal((struct text){reading->name, reading->name_size}, name);
}

/* The reading of the name that followed the last one the time before, if this is it; else NULL. */
static inline struct key_reading *key_cache_next(struct key_cache *cache, const struct ruleset *set,
                                                 struct text name)
{
    struct key_cache_entry *next = cache->last ? cache->last->next : NULL;
    if (!next || !key_cache_is_of(next, set, name)) return NULL;
    cache->last = next;
    return &next->reading;
}

/* Names come in rows, each the same again and again. One is left for another, and gone on with. */
static inline struct key_cache_entry *key_cache_leave(struct key_cache *cache)
{
    struct key_cache_entry *last = cache->last;
    cache->last = NULL;
    return last;
}

static inline void key_cache_return(struct key_cache *cache, struct key_cache_entry *last)
{
    cache->last = last;
}

/* Borrowed: the spare one until the next call, another as long as none is replaced. */
struct key_reading *key_cache_read(struct key_cache *cache, const struct ruleset *set,
                                   const struct shield_lexicon *lexicon, struct text name);
/* Wipe the name that was asked for last: it is data. */
void key_cache_forget(struct key_cache *cache);
void key_cache_clear(struct key_cache *cache); /* another rule set is in force */

#endif
