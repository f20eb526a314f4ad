/* Any bytes folded: bounded, mapped back in order, and folding them again changes nothing. */
#include "base/check.h"
#include "shield/shield_detect.h"
#include "shield/shield_fold.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    struct arena arena;
    arena_init(&arena, 4 << 20);
    struct shield_folded once;
    struct shield_folded twice;
    bool is_folded = shield_fold((struct text){(const char *)bytes, size}, &arena, &once);
    assert(is_folded);
    assert(once.text.size <= SHIELD_VALUE_MAX);
    is_folded = shield_fold(once.text, &arena, &twice);
    assert(is_folded);
    assert(once.cut || text_equal(once.text, twice.text));
    for (uint32_t i = 0; i + 1 < once.text.size; i += 7) {
        uint32_t begin;
        uint32_t end;
        shield_fold_origin(&once, i, i + 1, &begin, &end);
        assert(begin < end);
        assert(end <= size);
    }
    arena_release(&arena);
    return 0;
}
