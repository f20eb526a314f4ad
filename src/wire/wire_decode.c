#include "wire/wire_internal.h"

#include "base/check.h"
#include "base/memory.h"

#include <string.h>

enum { CALLBACK_SIZE_MAX = 64 };

/* The name goes into a script that a browser runs: a path of identifiers, and nothing else. */
static bool is_callback(struct text name)
{
    static const char allowed[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.$[]";
    if (name.size == 0 || name.size > CALLBACK_SIZE_MAX) return false;
    for (size_t i = 0; i < name.size; i++) {
        if (!memchr(allowed, name.bytes[i], sizeof allowed - 1)) return false;
    }
    return true;
}

static enum wire_ip read_ip(const struct wire_params *params)
{
    if (!params->values[WIRE_PARAM_IP].is_given) return WIRE_IP_UNSAID;
    return wire_param_is_on(params, WIRE_PARAM_IP) ? WIRE_IP_YES : WIRE_IP_NO;
}

/* How the client wants to hear of it, and whether its address may be looked at. */
static void read_manners(struct wire_decoder *decoder, const struct wire_params *params)
{
    struct wire_verdict *verdict = decoder->verdict;
    verdict->verbose = wire_param_is_on(params, WIRE_PARAM_VERBOSE);
    verdict->image = wire_param_is_on(params, WIRE_PARAM_IMAGE);
    verdict->strict =
        verdict->endpoint != WIRE_TRACK && wire_param_is_on(params, WIRE_PARAM_STRICT);
    decoder->is_strict = verdict->strict;
    decoder->ip_asked = read_ip(params);

    char bytes[3 * CALLBACK_SIZE_MAX]; /* each byte may come percent-encoded */
    struct text name = wire_param_text(params, WIRE_PARAM_CALLBACK, bytes, sizeof bytes);
    if (!is_callback(name)) return;
    buffer_init(&verdict->strings, CALLBACK_SIZE_MAX);
    buffer_append_text(&verdict->strings, name);
    verdict->callback = buffer_text(&verdict->strings);
}

static void refuse(struct wire_decoder *decoder, enum wire_fate fault, int status)
{
    wire_refuse_request(decoder, fault);
    decoder->verdict->status = status;
}

static void read_data(struct wire_decoder *decoder, const struct wire_body *body)
{
    switch (body->state) {
    case WIRE_BODY_READY: wire_read_records(decoder, body); return;
    case WIRE_BODY_EMPTY: wire_refuse_request(decoder, WIRE_FAULT_NO_DATA); return;
    case WIRE_BODY_BROKEN: wire_refuse_request(decoder, WIRE_FAULT_BROKEN); return;
    case WIRE_BODY_TOO_LARGE: refuse(decoder, WIRE_FAULT_TOO_LARGE, 413); return;
    }
    UNREACHABLE("an unknown state of a body");
}

/* A key in the Authorization header is asked for before the body is touched; a legacy one may
 * stand in the body's form. */
static bool is_denied(struct wire_decoder *decoder, const struct wire_params *params)
{
    if (!decoder->is_import || decoder->project) return false;
    decoder->project = wire_import_project(decoder->request, params);
    return !decoder->project;
}

static void decode(struct wire_decoder *decoder)
{
    const struct wire_request *request = decoder->request;
    struct wire_params params = {0};
    wire_params_add_form(&params, request->query);
    if (text_trim(request->authorization).size > 0 && is_denied(decoder, &params)) {
        refuse(decoder, WIRE_FAULT_DENIED, 401);
        return;
    }
    struct wire_body body;
    wire_body_init(&body, request, &params);
    read_manners(decoder, &params);
    if (is_denied(decoder, &params)) {
        refuse(decoder, WIRE_FAULT_DENIED, 401);
    } else {
        read_data(decoder, &body);
    }
    wire_body_release(&body);
}

static void decoder_init(struct wire_decoder *decoder, const struct wire_request *request,
                         struct wire_verdict *verdict)
{
    *decoder = (struct wire_decoder){.request = request,
                                     .verdict = verdict,
                                     .project = request->trusted_project,
                                     .is_import = request->endpoint == WIRE_IMPORT};
    wire_names_init(&decoder->names);
    if (request->endpoint == WIRE_ENGAGE || request->endpoint == WIRE_GROUPS) {
        buffer_init_secret(&decoder->compact, PROFILE_LIST_SIZE_MAX, request->memory);
        decoder->steps =
            MEMORY_ARRAY_DIRTY(struct profile_step, WIRE_PROFILE_STEP_COUNT_MAX + WIRE_SPARE_COUNT);
    } else {
        buffer_init_secret(&decoder->compact, EVENT_LIST_SIZE_MAX, request->memory);
        decoder->properties =
            MEMORY_ARRAY_DIRTY(struct property, EVENT_PROPERTY_COUNT_MAX + WIRE_SPARE_COUNT);
    }
}

static void decoder_release(struct wire_decoder *decoder)
{
    wire_names_release(&decoder->names);
    buffer_release(&decoder->compact);
    arena_release(&decoder->wrapped);
    arena_release(&decoder->added);
    memory_free(decoder->properties);
    memory_free(decoder->steps);
    memory_wipe(decoder->device, sizeof decoder->device);
}

void wire_decode(const struct wire_request *request, struct wire_verdict *verdict)
{
    assert(request->body || request->body_size == 0);
    *verdict = (struct wire_verdict){.endpoint = request->endpoint};
    struct wire_decoder decoder;
    decoder_init(&decoder, request, verdict);
    decode(&decoder);
    wire_output_finish(&decoder);
    decoder_release(&decoder);
    assert(verdict->received == verdict->accepted + verdict->refused + verdict->ignored);
}

void wire_verdict_release(struct wire_verdict *verdict)
{
    for (uint32_t i = 0; i < verdict->batch_count; i++)
        buffer_release(&verdict->batches[i].bytes);
    memory_free(verdict->batches);
    buffer_release(&verdict->failed_records);
    buffer_release(&verdict->strings);
    *verdict = (struct wire_verdict){0};
}
