#include "app/demo.h"

#include "app/demo_internal.h"
#include "base/check.h"
#include "base/memory.h"

struct demo *demo_make(const struct demo_options *options)
{
    assert(options->event_count >= 1);
    assert(options->event_count <= DEMO_EVENT_COUNT_MAX);
    struct demo *demo = MEMORY_NEW(struct demo);
    demo->options = *options;
    demo_tell(demo);
    return demo;
}

void demo_release(struct demo *demo)
{
    memory_free(demo->moments);
    memory_free(demo->sessions);
    memory_free(demo->people);
    memory_free(demo->profiles);
    memory_free(demo);
}

uint64_t demo_event_count(const struct demo *demo)
{
    return demo->moment_count;
}

uint32_t demo_person_count(const struct demo *demo)
{
    return demo->active_count;
}

uint32_t demo_profile_count(const struct demo *demo)
{
    return demo->profile_count;
}
