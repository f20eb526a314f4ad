/* Any bytes as a tracking plan; one that is taken is asked about everything that it lists. */
#include "base/check.h"
#include "shield/shield_plan.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static void ask(const struct shield_plan *plan)
{
    struct arena arena;
    hs_scratch_t *room = NULL;
    struct error error;
    if (shield_plan_room(plan, &room, &error) != STATUS_OK) return;
    arena_init(&arena, 4096);
    for (uint32_t i = 0; i < plan->property_count; i++) {
        const struct shield_plan_property *property = &plan->properties[i];
        struct value values[] = {value_from_text(TEXT("12")), value_from_integer(12),
                                 value_from_bool(true), value_from_text(property->name)};
        uint32_t event = property->event;
        assert(shield_plan_find(plan, event, property->name) == property);
        for (size_t k = 0; k < sizeof values / sizeof *values; k++)
            (void)shield_plan_check(property, &values[k], room, &arena);
        arena_rewind(&arena, 0);
    }
    arena_release(&arena);
    hs_free_scratch(room);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    struct shield_plan *plan = NULL;
    struct error error = {0};
    if (shield_plan_make((struct text){(const char *)bytes, size}, &plan, &error) != STATUS_OK) {
        assert(error.message[0] != 0);
        return 0;
    }
    ask(plan);
    shield_plan_release(plan);
    return 0;
}
