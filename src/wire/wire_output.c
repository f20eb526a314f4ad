/* The batches of a request: one for each project named, and one more whenever one is full. */
#include "wire/wire_internal.h"

#include "base/check.h"
#include "base/memory.h"

#include <string.h>

enum {
    OUTPUTS_FIRST = 4,
    PROFILE_CHANGE_SIZE_MAX = 4 * EVENT_SIZE_MAX, /* a record of EVENT_SIZE_MAX, encoded */
};

struct wire_output {
    uint32_t project;
    bool is_profiles;
    uint32_t count;
    struct batch_writer events;
    struct buffer profiles;
};

static bool is_for_profiles(const struct wire_decoder *decoder)
{
    enum wire_endpoint endpoint = decoder->request->endpoint;
    return endpoint == WIRE_ENGAGE || endpoint == WIRE_GROUPS;
}

static struct wire_output *add_output(struct wire_decoder *decoder, const struct project *project)
{
    if (decoder->output_count == decoder->output_capacity) {
        uint32_t capacity = decoder->output_capacity * 2;
        if (capacity == 0) capacity = OUTPUTS_FIRST;
        decoder->outputs = memory_resize(decoder->outputs, capacity, sizeof *decoder->outputs);
        decoder->output_capacity = capacity;
    }
    struct wire_output *output = &decoder->outputs[decoder->output_count++];
    *output = (struct wire_output){.project = project->id, .is_profiles = is_for_profiles(decoder)};
    int64_t now_ms = decoder->request->now_ms;
    if (output->is_profiles) {
        buffer_init(&output->profiles, WIRE_BATCH_SIZE_MAX);
        profile_batch_begin(&output->profiles, project->id, now_ms);
    } else {
        batch_writer_init(&output->events, project->id, now_ms, WIRE_BATCH_SIZE_MAX);
    }
    return output;
}

/* The newest one of the project: those before it are full. Nearly always it is the last. */
static struct wire_output *find_output(struct wire_decoder *decoder, const struct project *project)
{
    for (uint32_t i = decoder->output_count; i > 0; i--) {
        if (decoder->outputs[i - 1].project == project->id) return &decoder->outputs[i - 1];
    }
    return add_output(decoder, project);
}

bool wire_output_event(struct wire_decoder *decoder, const struct project *project,
                       const struct event *event)
{
    struct wire_output *output = find_output(decoder, project);
    if (!batch_writer_add(&output->events, event)) {
        if (output->count == 0) return false;
        output = add_output(decoder, project);
        if (!batch_writer_add(&output->events, event)) return false;
    }
    output->count++;
    return true;
}

bool wire_output_profile(struct wire_decoder *decoder, const struct project *project,
                         const struct profile_change *change)
{
    struct wire_output *output = find_output(decoder, project);
    if (output->profiles.size > WIRE_BATCH_SIZE_MAX - PROFILE_CHANGE_SIZE_MAX) {
        output = add_output(decoder, project);
    }
    size_t size = output->profiles.size;
    profile_batch_add(&output->profiles, change);
    if (buffer_overflowed(&output->profiles)) {
        output->profiles.size = size; /* as if it had never been: it is not counted yet */
        output->profiles.overflowed = false;
        return false;
    }
    output->count++;
    return true;
}

static void hand_over(struct wire_output *output, struct wire_batch *batch)
{
    *batch = (struct wire_batch){
        .project = output->project, .is_profiles = output->is_profiles, .count = output->count};
    if (output->is_profiles) {
        batch->bytes = output->profiles;
        return;
    }
    (void)batch_writer_finish(&output->events);
    batch->bytes = output->events.bytes;
    output->events.bytes = (struct buffer){0}; /* the verdict owns them now */
    batch_writer_release(&output->events);
}

static void release_output(struct wire_output *output)
{
    if (output->is_profiles) {
        buffer_release(&output->profiles);
    } else {
        batch_writer_release(&output->events);
    }
}

void wire_output_finish(struct wire_decoder *decoder)
{
    struct wire_verdict *verdict = decoder->verdict;
    assert(!verdict->batches);
    if (decoder->output_count > 0) {
        verdict->batches = MEMORY_ARRAY(struct wire_batch, decoder->output_count);
    }
    for (uint32_t i = 0; i < decoder->output_count; i++) {
        struct wire_output *output = &decoder->outputs[i];
        if (output->count == 0) {
            release_output(output); /* its only event was too large */
        } else {
            hand_over(output, &verdict->batches[verdict->batch_count++]);
        }
    }
    memory_free(decoder->outputs);
    decoder->outputs = NULL;
    decoder->output_count = 0;
    decoder->output_capacity = 0;
}

void wire_output_drop(struct wire_decoder *decoder)
{
    for (uint32_t i = 0; i < decoder->output_count; i++)
        release_output(&decoder->outputs[i]);
    decoder->output_count = 0;
}
