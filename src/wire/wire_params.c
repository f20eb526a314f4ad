#include "wire/wire_internal.h"

#include "base/check.h"
#include "codec/transfer.h"

#include <string.h>

static const struct text param_names[WIRE_PARAM_COUNT] = {
    [WIRE_PARAM_DATA] = TEXT_INIT("data"),       [WIRE_PARAM_VERBOSE] = TEXT_INIT("verbose"),
    [WIRE_PARAM_IMAGE] = TEXT_INIT("img"),       [WIRE_PARAM_CALLBACK] = TEXT_INIT("callback"),
    [WIRE_PARAM_STRICT] = TEXT_INIT("strict"),   [WIRE_PARAM_PROJECT_ID] = TEXT_INIT("project_id"),
    [WIRE_PARAM_API_KEY] = TEXT_INIT("api_key"), [WIRE_PARAM_IP] = TEXT_INIT("ip"),
};

static void add(struct wire_params *params, struct text name, struct text value, bool is_encoded)
{
    for (int i = 0; i < WIRE_PARAM_COUNT; i++) {
        if (!text_equal(name, param_names[i])) continue;
        if (params->values[i].is_given) return;
        params->values[i] = (struct wire_param_value){value, true, is_encoded};
        return;
    }
}

void wire_params_add_form(struct wire_params *params, struct text form)
{
    struct text name;
    struct text value;
    form = text_trim(form); /* a line break behind the last value is none of it */
    while (transfer_form_next(&form, &name, &value))
        add(params, name, value, true);
}

struct text wire_param_text(const struct wire_params *params, enum wire_param param, char *out,
                            size_t out_size)
{
    const struct wire_param_value *value = &params->values[param];
    if (value->text.size == 0 || value->text.size > out_size) return (struct text){0};
    memcpy(out, value->text.bytes, value->text.size);
    size_t size = value->text.size;
    if (value->is_encoded) size = transfer_percent_decode(out, size, TRANSFER_PLUS_IS_SPACE);
    return text_trim((struct text){out, size});
}

bool wire_param_is_on(const struct wire_params *params, enum wire_param param)
{
    if (!params->values[param].is_given) return false;
    struct text value = text_trim(params->values[param].text);
    return value.size > 0 && !text_equal(value, TEXT("0")) &&
           !text_equal_fold(value, TEXT("false"));
}

/* --- multipart/form-data (RFC 7578) --- */

enum { BOUNDARY_SIZE_MAX = 70 };

static ptrdiff_t find_fold(struct text text, struct text needle)
{
    for (size_t i = 0; i + needle.size <= text.size; i++) {
        if (text_equal_fold(text_slice(text, i, needle.size), needle)) return (ptrdiff_t)i;
    }
    return TEXT_NOT_FOUND;
}

/* The value of name=… or name="…" in a header line, or "". */
static struct text header_parameter(struct text line, struct text name)
{
    ptrdiff_t place = find_fold(line, name);
    if (place == TEXT_NOT_FOUND) return (struct text){0};
    size_t first = (size_t)place + name.size;
    struct text value = text_slice(line, first, line.size - first);
    struct text rest;
    if (text_starts_with(value, TEXT("\""))) {
        return text_split(text_slice(value, 1, value.size - 1), '"', &rest);
    }
    return text_trim(text_split(value, ';', &rest));
}

/* Cut off everything up to and with the mark; false when it is not there. */
static bool cut_before(struct text *rest, struct text mark, struct text *before)
{
    ptrdiff_t place = text_find(*rest, mark);
    if (place == TEXT_NOT_FOUND) return false;
    size_t size = (size_t)place;
    *before = text_slice(*rest, 0, size);
    *rest = text_slice(*rest, size + mark.size, rest->size - size - mark.size);
    return true;
}

void wire_params_add_multipart(struct wire_params *params, struct text body,
                               struct text content_type)
{
    struct text boundary = header_parameter(content_type, TEXT("boundary="));
    if (boundary.size == 0 || boundary.size > BOUNDARY_SIZE_MAX) return;
    char mark_bytes[4 + BOUNDARY_SIZE_MAX] = {'\r', '\n', '-', '-'};
    memcpy(mark_bytes + 4, boundary.bytes, boundary.size);
    struct text mark = {mark_bytes, 4 + boundary.size};
    struct text first_mark = text_slice(mark, 2, mark.size - 2);

    struct text before;
    if (!cut_before(&body, first_mark, &before)) return;
    while (!text_starts_with(body, TEXT("--"))) {
        struct text head;
        struct text content;
        if (!cut_before(&body, TEXT("\r\n\r\n"), &head)) return;
        if (!cut_before(&body, mark, &content)) return;
        add(params, header_parameter(head, TEXT(" name=")), content, false);
    }
}
