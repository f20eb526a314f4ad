/* GET /sdk/settings: what a browser SDK may do, signed, so that nobody on the way and no cache can
 * loosen it (spec/shield.md N14). Reads memory only: it is answered on the HTTP worker. */
#include "api/api_internal.h"
#include "api/sdk.h"
#include "base/check.h"
#include "codec/json_writer.h"
#include "codec/transfer.h"
#include "os/os_clock.h"

#include <string.h>

enum { KEY_SIZE_MAX = 256 }; /* longer ones are nobody's, whatever they begin with */

static void append_base64(struct buffer *out, const uint8_t *bytes, size_t size)
{
    transfer_base64_encode(out, (struct text){(const char *)bytes, size});
}

void sdk_trust(const struct api_options *rooms, uint32_t project, char out[SDK_TRUST_SIZE])
{
    struct signing_key key;
    struct buffer text;
    signing_key_of_project(rooms->root_key, project, &key);
    buffer_init(&text, SDK_TRUST_SIZE);
    append_base64(&text, key.public_key, sizeof key.public_key);
    bool fits = text_to_string(buffer_text(&text), out, SDK_TRUST_SIZE);
    assert(fits);
    buffer_release(&text);
    signing_key_clear(&key);
}

/* Settings of a project whose settings were never touched are the same as nobody's. */
static void write_payload(const struct signing_key *key, struct text members, int64_t now_ms,
                          struct buffer *out)
{
    struct json_writer writer;
    json_writer_init(&writer, out);
    json_object_begin(&writer);
    json_key(&writer, "v");
    json_integer(&writer, 1);
    json_key(&writer, "project");
    json_string(&writer, key->id);
    json_key(&writer, "issued_at");
    json_integer(&writer, now_ms / 1000);
    buffer_append_text(json_direct(&writer), members);
    json_object_end(&writer);
}

static void write_signed(const struct signing_key *key, struct text members, int64_t now_ms,
                         struct buffer *out)
{
    struct buffer payload;
    uint8_t signature[SIGNATURE_SIZE];
    buffer_init(&payload, SIZE_MAX);
    write_payload(key, members, now_ms, &payload);
    signing_sign(key, buffer_text(&payload), signature);
    buffer_append_string(out, "{\"payload\":\"");
    transfer_base64_encode(out, buffer_text(&payload));
    buffer_append_string(out, "\",\"signature\":\"");
    append_base64(out, signature, sizeof signature);
    buffer_append_string(out, "\"}\n");
    buffer_release(&payload);
}

void sdk_settings_write(const struct api_options *rooms, struct text key, int64_t now_ms,
                        struct buffer *out)
{
    struct signing_key signing;
    struct text members = project_sdk_default;
    struct project_table *table = project_slot_take(rooms->projects);
    const struct project *project =
        key.size <= KEY_SIZE_MAX ? project_table_by_token(table, key) : NULL;
    if (project) {
        signing_key_of_project(rooms->root_key, project->id, &signing);
        if (project->sdk_settings.size > 0) members = project->sdk_settings;
    } else {
        signing_key_of_stranger(rooms->root_key, key, &signing);
    }
    write_signed(&signing, members, now_ms, out);
    project_table_drop(table); /* the members lie in it */
    signing_key_clear(&signing);
}

enum status sdk_settings_get(struct api_exchange *exchange, struct error *error)
{
    (void)error;
    struct buffer key;
    struct text name;
    struct text value;
    struct text rest = http_request_query(exchange->request);
    buffer_init(&key, HTTP_HEAD_SIZE_MAX);
    while (transfer_form_next(&rest, &name, &value)) {
        if (!text_equal(name, TEXT("key"))) continue;
        buffer_append_text(&key, value);
        if (key.size > 0) {
            key.size = transfer_percent_decode(key.bytes, key.size, TRANSFER_PLUS_IS_SPACE);
        }
        break;
    }
    api_begin_json(exchange, 200);
    http_response_header_literal(&exchange->response, "Cache-Control", "public, max-age=300");
    sdk_settings_write(&exchange->api->options, buffer_text(&key), os_clock_now_ms(),
                       &exchange->response.body);
    buffer_release(&key);
    return STATUS_OK;
}
