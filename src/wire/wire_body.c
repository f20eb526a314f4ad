/* From the bytes of a request to JSON text: content encoding, form, base64, gzip inside, in the
 * order of spec/wire.md §2.1. Everything that can be undone in place is. */
#include "wire/wire_internal.h"

#include "base/check.h"
#include "codec/transfer.h"

#include <string.h>

enum { RATIO_FREE_SIZE = 64 * 1024 /* so much may come out of however little */ };

static size_t size_max(const struct wire_request *request)
{
    return request->trusted_project ? WIRE_TRUSTED_SIZE_MAX : EVENT_BODY_SIZE_MAX;
}

static void fail(struct wire_body *body, enum wire_body_state state)
{
    body->state = state;
    body->data = NULL;
    body->size = 0;
}

/* Inflate into the buffer; false when the body has failed. A small text may be packed better than
 * 100:1 in all honesty, so the ratio counts only above 64 KiB. */
static bool inflate_into(struct wire_body *body, const struct wire_request *request,
                         enum transfer_format format, struct text packed, struct buffer *out)
{
    buffer_init_secret(out, size_max(request), request->memory);
    size_t ratio = packed.size > 0 ? RATIO_FREE_SIZE / packed.size + 1 : 0;
    if (ratio < EVENT_INFLATE_RATIO_MAX) ratio = EVENT_INFLATE_RATIO_MAX;
    struct error error = {0};
    enum status status = transfer_inflate(format, packed, (uint32_t)ratio, out, &error);
    if (status == STATUS_OK) return true;
    fail(body, status == STATUS_TOO_LARGE ? WIRE_BODY_TOO_LARGE : WIRE_BODY_BROKEN);
    return false;
}

/* Some proxies inflate a body and leave the header, others drop the header: the bytes decide about
 * gzip. Nothing marks a deflated body but the header. */
static bool undo_content_encoding(struct wire_body *body, const struct wire_request *request,
                                  char **bytes, size_t *size)
{
    struct text sent = {request->body, request->body_size};
    struct text encoding = text_trim(request->content_encoding);
    enum transfer_format format;
    if (transfer_is_gzip(sent)) {
        format = TRANSFER_GZIP;
    } else if (text_equal_fold(encoding, TEXT("deflate")) && sent.size > 0) {
        format = TRANSFER_DEFLATE;
    } else {
        *bytes = request->body;
        *size = request->body_size;
        return true;
    }
    if (!inflate_into(body, request, format, sent, &body->inflated)) return false;
    *bytes = body->inflated.bytes;
    *size = body->inflated.size;
    return true;
}

/* Without white space and a byte order mark in front. */
static void trim_data(char **bytes, size_t *size)
{
    if (text_starts_with((struct text){*bytes, *size}, TEXT("\xef\xbb\xbf"))) {
        *bytes += 3;
        *size -= 3;
    }
    struct text trimmed = text_trim((struct text){*bytes, *size});
    if (trimmed.size > 0) *bytes += trimmed.bytes - *bytes;
    *size = trimmed.size;
}

static bool begins_json(const char *bytes, size_t size)
{
    return size > 0 && (bytes[0] == '{' || bytes[0] == '[');
}

/* {…} on a line and another { on the next: NDJSON, whatever the content type says. */
static bool looks_like_lines(const char *bytes, size_t size)
{
    struct text rest;
    struct text line = text_trim(text_split((struct text){bytes, size}, '\n', &rest));
    rest = text_trim(rest);
    return text_ends_with(line, TEXT("}")) && text_starts_with(rest, TEXT("{"));
}

static void finish(struct wire_body *body, const struct wire_request *request, char *bytes,
                   size_t size)
{
    trim_data(&bytes, &size);
    if (size == 0) {
        fail(body, WIRE_BODY_EMPTY);
    } else if (size > size_max(request)) {
        fail(body, WIRE_BODY_TOO_LARGE);
    } else {
        body->state = WIRE_BODY_READY;
        body->data = bytes;
        body->size = size;
        if (begins_json(bytes, size) && bytes[0] == '{' && looks_like_lines(bytes, size)) {
            body->is_lines = true;
        }
    }
}

/* The first byte that the value will have once it is decoded, past white space; 0 for none. */
static char first_decoded_byte(struct text value)
{
    for (size_t i = 0; i < value.size; i++) {
        char piece[3];
        size_t size = value.size - i < 3 ? value.size - i : 3;
        memcpy(piece, value.bytes + i, size);
        bool is_escape =
            piece[0] == '%' && transfer_percent_decode(piece, size, TRANSFER_PLUS_KEPT) < size;
        char byte = piece[0];
        if (byte != ' ' && byte != '+' && byte != '\t' && byte != '\r' && byte != '\n') return byte;
        if (is_escape) i += 2;
    }
    return 0;
}

/* The value of `data`: JSON, or base64 of it, or base64 of its gzip. A plus sign is a space inside
 * JSON, but in base64 it is a plus that nobody escaped. */
static void open_value(struct wire_body *body, const struct wire_request *request, char *bytes,
                       size_t size, bool is_encoded)
{
    if (is_encoded) {
        char first = first_decoded_byte((struct text){bytes, size});
        bool is_json = first == '{' || first == '[';
        size = transfer_percent_decode(bytes, size,
                                       is_json ? TRANSFER_PLUS_IS_SPACE : TRANSFER_PLUS_KEPT);
    }
    trim_data(&bytes, &size);
    if (!begins_json(bytes, size) && !transfer_is_gzip((struct text){bytes, size})) {
        if (!transfer_base64_decode(bytes, size, &size)) {
            fail(body, WIRE_BODY_BROKEN);
            return;
        }
    }
    struct text value = {bytes, size};
    if (transfer_is_gzip(value)) {
        if (!inflate_into(body, request, TRANSFER_GZIP, value, &body->unpacked)) return;
        bytes = body->unpacked.bytes;
        size = body->unpacked.size;
    }
    finish(body, request, bytes, size);
}

/* The data that stands in the query, which is not ours to write into. */
static void open_query_data(struct wire_body *body, const struct wire_request *request,
                            const struct wire_param_value *value)
{
    if (value->text.size == 0) {
        fail(body, WIRE_BODY_EMPTY);
        return;
    }
    buffer_init_secret(&body->copied, value->text.size, request->memory);
    buffer_append_text(&body->copied, value->text);
    open_value(body, request, body->copied.bytes, body->copied.size, value->is_encoded);
}

static bool is_type(struct text content_type, struct text type)
{
    return text_starts_with_fold(text_trim(content_type), type);
}

/* The form in the body, and its data when it has some. Data in the query is used when the body has
 * none; other parameters of the query win over the body's. */
static void open_form(struct wire_body *body, const struct wire_request *request,
                      struct wire_params *params, char *bytes, size_t size)
{
    struct wire_params own = {0};
    struct text form = {bytes, size};
    if (is_type(request->content_type, TEXT("multipart/form-data"))) {
        wire_params_add_multipart(&own, form, request->content_type);
    } else {
        wire_params_add_form(&own, form);
    }
    for (int i = 0; i < WIRE_PARAM_COUNT; i++) {
        if (!params->values[i].is_given) params->values[i] = own.values[i];
    }
    const struct wire_param_value *data = &own.values[WIRE_PARAM_DATA];
    if (data->text.size > 0) {
        char *place = bytes + (data->text.bytes - bytes);
        open_value(body, request, place, data->text.size, data->is_encoded);
    } else {
        open_query_data(body, request, &params->values[WIRE_PARAM_DATA]);
    }
}

/* application/json whose first byte is that of no object and no array is still a form when it
 * says so itself. */
static bool is_data(struct text content_type, struct text bytes)
{
    if (begins_json(bytes.bytes, bytes.size)) return true;
    return is_type(content_type, TEXT("application/json")) &&
           text_find(bytes, TEXT("data=")) == TEXT_NOT_FOUND;
}

void wire_body_init(struct wire_body *body, const struct wire_request *request,
                    struct wire_params *params)
{
    *body = (struct wire_body){.state = WIRE_BODY_EMPTY};
    char *bytes;
    size_t size;
    if (!undo_content_encoding(body, request, &bytes, &size)) return;

    char *trimmed = bytes;
    size_t trimmed_size = size;
    trim_data(&trimmed, &trimmed_size);
    bool is_lines = is_type(request->content_type, TEXT("application/x-ndjson"));
    if (trimmed_size == 0) {
        open_query_data(body, request, &params->values[WIRE_PARAM_DATA]);
    } else if (is_lines || is_data(request->content_type, (struct text){trimmed, trimmed_size})) {
        finish(body, request, trimmed, trimmed_size);
        if (is_lines && trimmed[0] != '[') body->is_lines = true;
    } else {
        open_form(body, request, params, bytes, size);
    }
}

/* What came in unfiltered does not stay behind in freed memory. */
void wire_body_release(struct wire_body *body)
{
    buffer_release(&body->inflated);
    buffer_release(&body->copied);
    buffer_release(&body->unpacked);
}
