/* candor shield inspect-link: a link that opens the browser SDK's inspector on pages of one origin
 * for a quarter of an hour. It is signed as settings are (sdk_settings.c) and says another version,
 * so that neither passes for the other. */
#include "api/api_local.h"
#include "api/sdk.h"
#include "codec/transfer.h"

#include <string.h>

enum {
    PERMIT_VERSION = 2,
    PERMIT_SECONDS = 900,
    URL_SIZE_MAX = 2048,
};

struct link {
    struct text url;      /* as given */
    struct text origin;   /* of it: scheme, host and port */
    struct text fragment; /* with its mark, or "" */
};

/* The origin as a browser writes it: lower case, without the port that the scheme implies. */
static bool is_origin_plain(struct text host)
{
    for (size_t i = 0; i < host.size; i++) {
        char byte = host.bytes[i];
        bool is_name = (byte >= 'a' && byte <= 'z') || (byte >= '0' && byte <= '9');
        if (!is_name && (byte == '\0' || !strchr("-._:[]", byte))) return false;
    }
    return host.size > 0;
}

static enum status read_link(struct text url, struct link *out, struct error *error)
{
    struct text https = TEXT("https://");
    struct text http = TEXT("http://");
    struct text scheme = text_starts_with(url, https) ? https : http;
    struct text implied = scheme.size == https.size ? TEXT(":443") : TEXT(":80");
    bool fits = text_starts_with(url, scheme) && url.size <= URL_SIZE_MAX;
    size_t end = scheme.size;
    while (fits && end < url.size && !strchr("/?#", url.bytes[end]))
        end++;
    struct text host = fits ? text_slice(url, scheme.size, end - scheme.size) : TEXT("");
    if (!is_origin_plain(host) || text_ends_with(host, implied)) {
        return error_set(error, STATUS_INVALID,
                         "the address is one like https://shop.example.org/cart: http or https, "
                         "lower case, no user, no port that goes without saying");
    }
    for (size_t i = 0; i < url.size; i++) {
        if (url.bytes[i] > ' ' && url.bytes[i] != '"' && url.bytes[i] != '\x7f') continue;
        return error_set(error, STATUS_INVALID, "the address has a character that must be encoded");
    }
    ptrdiff_t mark = text_find_byte(url, '#');
    size_t size = mark == TEXT_NOT_FOUND ? url.size : (size_t)mark;
    out->url = text_slice(url, 0, size);
    out->origin = text_slice(url, 0, end);
    out->fragment = text_slice(url, size, url.size - size);
    return STATUS_OK;
}

/* {"payload","signature"} in base64, as a value of a query string. */
static void write_permit(const struct local_call *call, const struct project *project,
                         struct text origin, int64_t until, struct buffer *out)
{
    struct buffer payload;
    struct buffer both;
    struct signing_key key;
    uint8_t signature[SIGNATURE_SIZE];
    buffer_init(&payload, 2 * URL_SIZE_MAX);
    buffer_init(&both, 8 * URL_SIZE_MAX);
    signing_key_of_project(call->rooms->root_key, project->id, &key);
    buffer_printf(&payload, "{\"v\":%d,\"project\":\"%s\",\"origin\":\"%.*s\",\"until\":%lld}",
                  PERMIT_VERSION, key.id, TEXT_PRINT(origin), (long long)until);
    signing_sign(&key, buffer_text(&payload), signature);
    buffer_append_string(&both, "{\"payload\":\"");
    transfer_base64_encode(&both, buffer_text(&payload));
    buffer_append_string(&both, "\",\"signature\":\"");
    transfer_base64_encode(&both, (struct text){(const char *)signature, sizeof signature});
    buffer_append_string(&both, "\"}");
    transfer_base64_encode(out, buffer_text(&both));
    buffer_release(&payload);
    buffer_release(&both);
    signing_key_clear(&key);
}

/* Base64 as it may stand in a query string. */
static void append_encoded(struct buffer *out, struct text base64)
{
    for (size_t i = 0; i < base64.size; i++) {
        char byte = base64.bytes[i];
        if (byte == '+') buffer_append_string(out, "%2B");
        if (byte == '/') buffer_append_string(out, "%2F");
        if (byte == '=') buffer_append_string(out, "%3D");
        if (byte != '+' && byte != '/' && byte != '=') buffer_append_byte(out, byte);
    }
}

static void write_answer(const struct local_call *call, const struct project *project,
                         const struct link *link)
{
    int64_t until = call->now_ms / 1000 + PERMIT_SECONDS;
    struct buffer permit;
    struct buffer address;
    buffer_init(&permit, 16 * URL_SIZE_MAX);
    buffer_init(&address, 32 * URL_SIZE_MAX);
    write_permit(call, project, link->origin, until, &permit);
    buffer_append_text(&address, link->url);
    bool has_query = text_find_byte(link->url, '?') != TEXT_NOT_FOUND;
    buffer_append_string(&address, has_query ? "&cd_inspect=" : "?cd_inspect=");
    append_encoded(&address, buffer_text(&permit));
    buffer_append_text(&address, link->fragment);
    struct json_writer writer;
    json_writer_init(&writer, call->answer);
    json_object_begin(&writer);
    json_key(&writer, "link");
    json_text(&writer, buffer_text(&address));
    local_write_instant(&writer, "until", until * 1000);
    json_object_end(&writer);
    buffer_release(&permit);
    buffer_release(&address);
}

enum status local_inspect_link(const struct local_call *call, struct error *error)
{
    const struct json_node *object;
    struct project project;
    struct link link;
    struct text name;
    struct text url;
    TRY(local_body(call, &object, error));
    TRY(local_member(object, "project", &name, error));
    TRY(local_member(object, "url", &url, error));
    TRY(local_project(call, name, &project, error));
    TRY(read_link(url, &link, error));
    write_answer(call, &project, &link);
    return STATUS_OK;
}
