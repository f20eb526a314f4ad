/* GET /sdk/…: the browser SDK's files. The address with a version never changes what it gives; the
 * one without follows the program, and asks again after five minutes. */
#include "api/api_internal.h"
#include "api/sdk.h"
#include "codec/json_writer.h"

#include <string.h>

static const char forever[] = "public, max-age=31536000, immutable";
static const char five_minutes[] = "public, max-age=300";

const struct sdk_file *sdk_file_find(struct text name)
{
    for (size_t i = 0; i < sdk_file_count; i++) {
        if (text_equal(sdk_files[i].name, name)) return &sdk_files[i];
    }
    return NULL;
}

/* The last segment, and the one before it or "": "/sdk/0.1.0/candor.js", "/sdk/candor.js". */
static struct text split_path(struct text path, struct text *version)
{
    struct text name = {0};
    struct text before = {0};
    *version = TEXT("");
    while (path.size > 0) {
        struct text segment = text_split(path, '/', &path);
        if (segment.size == 0) continue;
        before = name;
        name = segment;
    }
    if (!text_equal(before, TEXT("sdk"))) *version = before;
    return name;
}

/* "gzip" as a word of the list, and not refused by a quality of zero. */
static bool accepts_gzip(struct text list)
{
    while (list.size > 0) {
        struct text rest;
        struct text item = text_split(list, ',', &list);
        struct text coding = text_trim(text_split(item, ';', &rest));
        if (!text_equal_fold(coding, TEXT("gzip"))) continue;
        struct text quality = text_trim(rest);
        if (!text_starts_with_fold(quality, TEXT("q="))) return true;
        for (size_t i = 2; i < quality.size; i++) {
            if (quality.bytes[i] >= '1' && quality.bytes[i] <= '9') return true;
        }
        return false;
    }
    return false;
}

/* RFC 9110 §13.1.2: a list of tags, compared without minding which are weak. */
static bool has_tag(struct text list, const char *etag)
{
    struct text weak = TEXT("W/");
    struct text strong = text_slice(text_from(etag), weak.size, strlen(etag) - weak.size);
    while (list.size > 0) {
        struct text tag = text_trim(text_split(list, ',', &list));
        if (text_starts_with(tag, weak)) tag = text_slice(tag, weak.size, tag.size - weak.size);
        if (text_equal(tag, strong) || text_equal(tag, TEXT("*"))) return true;
    }
    return false;
}

static void give_file(struct api_exchange *exchange, const struct sdk_file *file,
                      const char *lasting)
{
    struct http_response *response = &exchange->response;
    http_response_header(response, "Cache-Control", lasting);
    http_response_header(response, "ETag", file->etag);
    http_response_header_literal(response, "Vary", "Accept-Encoding");
    if (has_tag(http_request_header(exchange->request, "If-None-Match"), file->etag)) {
        response->status = 304;
        return;
    }
    response->content_type = "text/javascript; charset=utf-8";
    bool is_gzip = accepts_gzip(http_request_header(exchange->request, "Accept-Encoding"));
    if (is_gzip) http_response_header_literal(response, "Content-Encoding", "gzip");
    buffer_append_text(&response->body, is_gzip ? file->gzip : file->bytes);
}

enum status sdk_file_get(struct api_exchange *exchange, struct error *error)
{
    struct text version;
    struct text name = split_path(http_request_path(exchange->request), &version);
    if (sdk_version[0] == '\0') {
        return error_set(error, STATUS_ABSENT,
                         "this program was built without the browser SDK: ./dev build includes it");
    }
    const struct sdk_file *file = sdk_file_find(name);
    bool is_ours = version.size == 0 || text_equal(version, text_from(sdk_version));
    if (!file || !is_ours) {
        return error_set(error, STATUS_ABSENT,
                         "there is no such file of the SDK: /sdk/versions lists what there is");
    }
    give_file(exchange, file, version.size > 0 ? forever : five_minutes);
    return STATUS_OK;
}

static void write_file(struct json_writer *writer, const struct sdk_file *file)
{
    json_object_begin(writer);
    json_key(writer, "version");
    json_string(writer, sdk_version);
    json_key(writer, "address");
    buffer_printf(json_direct(writer), "\"/sdk/%s/%.*s\"", sdk_version, TEXT_PRINT(file->name));
    json_key(writer, "integrity");
    json_string(writer, file->integrity);
    json_key(writer, "bytes");
    json_unsigned(writer, file->bytes.size);
    json_key(writer, "gzip_bytes");
    json_unsigned(writer, file->gzip.size);
    json_object_end(writer);
}

enum status sdk_versions_get(struct api_exchange *exchange, struct error *error)
{
    (void)error;
    api_begin_json(exchange, 200);
    http_response_header(&exchange->response, "Cache-Control", five_minutes);
    struct json_writer writer;
    json_writer_init(&writer, &exchange->response.body);
    json_object_begin(&writer);
    json_key(&writer, "files");
    json_array_begin(&writer);
    for (size_t i = 0; i < sdk_file_count; i++)
        write_file(&writer, &sdk_files[i]);
    json_array_end(&writer);
    json_object_end(&writer);
    buffer_append_byte(&exchange->response.body, '\n');
    return STATUS_OK;
}
