/* Any bytes taken apart three levels deep: what comes out lies inside, and is bounded. */
#include "base/check.h"
#include "shield/shield_fold.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

enum { LEVELS_MAX = 3 };

struct walk {
    struct arena *arena;
    unsigned level;
    uint64_t touched;
};

static bool visit(void *context, const struct shield_inner *inner)
{
    struct walk *walk = context;
    assert(inner->wrap < SHIELD_WRAP_COUNT);
    assert(inner->value.size > 0);
    for (size_t i = 0; i < inner->key.size; i++)
        walk->touched += (uint8_t)inner->key.bytes[i];
    for (size_t i = 0; i < inner->value.size; i++)
        walk->touched += (uint8_t)inner->value.bytes[i];
    if (walk->level == LEVELS_MAX) return true;
    bool incomplete = false;
    walk->level++;
    (void)shield_unwrap(inner->value, walk->arena, visit, walk, &incomplete);
    walk->level--;
    return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    if (size > 4096) return 0;
    struct arena arena;
    arena_init(&arena, 1 << 20);
    struct walk walk = {.arena = &arena};
    struct text value = {(const char *)bytes, size};
    bool incomplete = false;
    (void)shield_unwrap(value, &arena, visit, &walk, &incomplete);
    (void)shield_is_markup(value);
    arena_release(&arena);
    return walk.touched == UINT64_MAX; /* so that the reads are not left out */
}
