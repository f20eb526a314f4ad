/* The batches of a request: one for each project named, and one more whenever one is full. Records
 * pass wire_admit on their way in. */
#include "wire/wire_internal.h"

#include "base/check.h"
#include "base/memory.h"
#include "codec/utf8.h"

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

static struct value sent_ip(struct json_token token)
{
    switch (token.kind) {
    case JSON_TEXT: return value_from_text(token.text);
    case JSON_NUMBER: return value_from_number(token.text);
    case JSON_NULL: return (struct value){.kind = VALUE_NULL};
    case JSON_TRUE:
    case JSON_FALSE: return value_from_bool(token.kind == JSON_TRUE);
    default: return (struct value){.kind = VALUE_MISSING};
    }
}

/* record: its event or its change is filled in, the rest here. */
static bool admit(struct wire_decoder *decoder, const struct project *project,
                  struct wire_record *record)
{
    const struct wire_request *request = decoder->request;
    if (!decoder->added.memory) {
        arena_init_secret(&decoder->added, WIRE_ARENA_SIZE, request->memory);
    }
    arena_rewind(&decoder->added, 0);
    record->endpoint = request->endpoint;
    record->ip_asked = decoder->ip_asked;
    record->ip = sent_ip(decoder->record.special[WIRE_IP]);
    record->arena = &decoder->added;
    if (!request->admit(request->admit_context, project, record)) {
        memcpy(decoder->refused_by, record->refused_by, sizeof decoder->refused_by);
        decoder->refused_path = record->refused_path;
        return false;
    }
    assert(record->property_count <= record->property_capacity);
    assert(record->step_count <= record->step_capacity);
    return true;
}

/* Behind wire_admit, which has to see texts as they were sent: half a JSON text or half a name is
 * not found any more. */
static void truncate_text(struct wire_decoder *decoder, struct value *value)
{
    if (value->kind != VALUE_TEXT || value->text.size <= EVENT_TEXT_POINTS_MAX) return;
    struct text short_text = utf8_truncate(value->text, EVENT_TEXT_POINTS_MAX);
    if (short_text.size < value->text.size) decoder->verdict->truncated_texts++;
    value->text = short_text;
}

/* Of what is stored: of what was sent it would be a hash of what was removed. */
static void make_key(struct event *event)
{
    if (!(event->flags & EVENT_HAS_KEY)) return;
    event->key = event_key_make(event->name, event->distinct_id, event->insert_id, event->time_ms);
}

static bool add_event(struct wire_decoder *decoder, const struct project *project,
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

enum wire_fate wire_output_event(struct wire_decoder *decoder, const struct project *project,
                                 const struct event *event)
{
    struct wire_record record = {.event = *event,
                                 .properties = decoder->properties,
                                 .property_count = decoder->property_count,
                                 .property_capacity = EVENT_PROPERTY_COUNT_MAX + WIRE_SPARE_COUNT};
    if (decoder->request->admit && !admit(decoder, project, &record)) {
        return record.is_taken ? WIRE_IGNORED : WIRE_FAULT_SHIELD;
    }
    for (uint32_t i = 0; i < record.property_count; i++)
        truncate_text(decoder, &record.properties[i].value);
    record.event.properties = record.properties;
    record.event.property_count = record.property_count;
    make_key(&record.event);
    return add_event(decoder, project, &record.event) ? WIRE_ACCEPTED : WIRE_FAULT_RECORD_SIZE;
}

static bool add_change(struct wire_decoder *decoder, const struct project *project,
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

enum wire_fate wire_output_profile(struct wire_decoder *decoder, const struct project *project,
                                   const struct profile_change *change)
{
    struct wire_record record = {.is_profile = true,
                                 .change = *change,
                                 .steps = decoder->steps,
                                 .step_count = decoder->step_count,
                                 .step_capacity = WIRE_PROFILE_STEP_COUNT_MAX + WIRE_SPARE_COUNT};
    if (decoder->request->admit && !admit(decoder, project, &record)) {
        return record.is_taken ? WIRE_IGNORED : WIRE_FAULT_SHIELD;
    }
    for (uint32_t i = 0; i < record.step_count; i++)
        truncate_text(decoder, &record.steps[i].value);
    record.change.steps = record.steps;
    record.change.step_count = record.step_count;
    return add_change(decoder, project, &record.change) ? WIRE_ACCEPTED : WIRE_FAULT_RECORD_SIZE;
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
