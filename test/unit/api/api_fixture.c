#include "api_fixture.h"

#include "os/os_clock.h"

#include <curl/curl.h>
#include <ftw.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

struct fixture fixture;

static const uint8_t root_key[SECRET_KEY_SIZE] = {1, 2, 3};

/* --- setting up --- */

static void open_rooms(void)
{
    struct error error = {0};
    char path[OS_PATH_SIZE];
    fixture.projects = project_slot_make();
    assert_true(os_path_join(path, fixture.folder, "control.db"));
    assert_int_equal(control_open(path, CONTROL_CREATE, fixture.projects, &fixture.control, &error),
                     STATUS_OK);
    struct backend_options backend = {
        .folder = fixture.folder, .projects = fixture.projects, .query_threads = 1};
    assert_int_equal(backend_open(&backend, &fixture.backend, &error), STATUS_OK);
    struct ingest_options ingest = {
        .folder = fixture.folder, .backend = fixture.backend, .disk_reserve_bytes = 0};
    assert_int_equal(ingest_open(&ingest, &fixture.ingest, &error), STATUS_OK);
    struct api_options api = {
        .control = fixture.control,
        .projects = fixture.projects,
        .backend = fixture.backend,
        .ingest = fixture.ingest,
        .folder = fixture.folder,
        .version = "0.1.0",
        .commit = "unknown",
        .started_ms = os_clock_now_ms(),
        .root_key = root_key,
    };
    fixture.api = api_open(&api);
    api_set_ready(fixture.api, true);
}

static void make_projects(void)
{
    struct error error = {0};
    int64_t expires_ms;
    int64_t now_ms = os_clock_now_ms();
    struct control_project_options shop = {.name = TEXT_INIT("private <shop>")};
    struct control_project_options sample = {.name = TEXT_INIT("open sample"), .sample = true};
    assert_int_equal(control_project_create(fixture.control, &shop, &fixture.shop, &error),
                     STATUS_OK);
    assert_int_equal(control_project_create(fixture.control, &sample, &fixture.sample, &error),
                     STATUS_OK);
    assert_int_equal(control_token_create(fixture.control, fixture.shop.id, TEXT("qry"), now_ms,
                                          fixture.query_token, &expires_ms, &error),
                     STATUS_OK);
    assert_int_equal(control_token_create(fixture.control, fixture.shop.id, TEXT("ing"), now_ms,
                                          fixture.ingest_token, &expires_ms, &error),
                     STATUS_OK);
}

int fixture_start(void **state)
{
    (void)state;
    struct error error = {0};
    crypt_init();
    (void)snprintf(fixture.folder, sizeof fixture.folder, "api_server_XXXXXX");
    if (!mkdtemp(fixture.folder)) return -1;
    open_rooms();
    make_projects();
    assert_true(os_path_join(fixture.socket_path, fixture.folder, "s"));
    struct http_options public_options = {
        .listen = "127.0.0.1:0", .handler = api_handle, .context = fixture.api};
    struct http_options local_options = {
        .unix_path = fixture.socket_path, .handler = api_handle, .context = fixture.api};
    assert_int_equal(http_server_start(&public_options, &fixture.public_server, &error), STATUS_OK);
    assert_int_equal(http_server_start(&local_options, &fixture.local_server, &error), STATUS_OK);
    return 0;
}

static int remove_one(const char *path, const struct stat *found, int kind, struct FTW *place)
{
    (void)found;
    (void)kind;
    (void)place;
    return remove(path);
}

int fixture_stop(void **state)
{
    (void)state;
    http_server_stop(fixture.public_server);
    http_server_stop(fixture.local_server);
    api_close(fixture.api);
    ingest_close(fixture.ingest);
    backend_close(fixture.backend);
    control_close(fixture.control);
    project_slot_release(fixture.projects);
    return nftw(fixture.folder, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

/* --- asking --- */

static size_t keep(char *bytes, size_t size, size_t count, void *context)
{
    buffer_append(context, bytes, size * count);
    return size * count;
}

struct answer ask(const char *method, const char *target, const char *const *headers,
                  const char *body)
{
    struct answer answer = {0};
    struct curl_slist *list = NULL;
    for (int i = 0; headers && headers[i]; i++)
        list = curl_slist_append(list, headers[i]);
    buffer_init(&answer.head_bytes, ANSWER_SIZE_MAX);
    buffer_init(&answer.body_bytes, ANSWER_SIZE_MAX);
    char url[2048];
    (void)snprintf(url, sizeof url, "http://127.0.0.1:%u%s",
                   http_server_port(fixture.public_server), target);
    CURL *curl = curl_easy_init();
    curl_easy_setopt(curl, CURLOPT_URL, url);
    curl_easy_setopt(curl, CURLOPT_NOPROXY, "*");
    curl_easy_setopt(curl, CURLOPT_PATH_AS_IS, 1L);
    if (body) curl_easy_setopt(curl, CURLOPT_POSTFIELDS, body);
    curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, method);
    curl_easy_setopt(curl, CURLOPT_NOBODY, strcmp(method, "HEAD") == 0 ? 1L : 0L);
    curl_easy_setopt(curl, CURLOPT_HTTPHEADER, list);
    curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, keep);
    curl_easy_setopt(curl, CURLOPT_HEADERDATA, &answer.head_bytes);
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, keep);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, &answer.body_bytes);
    assert_int_equal(curl_easy_perform(curl), CURLE_OK);
    curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &answer.code);
    curl_easy_cleanup(curl);
    curl_slist_free_all(list);
    buffer_append_byte(&answer.head_bytes, '\0');
    buffer_append_byte(&answer.body_bytes, '\0');
    answer.head = answer.head_bytes.bytes;
    answer.body = answer.body_bytes.bytes;
    return answer;
}

void answer_release(struct answer *answer)
{
    buffer_release(&answer->head_bytes);
    buffer_release(&answer->body_bytes);
}

bool header_is(const struct answer *answer, const char *name, const char *value)
{
    char wanted[512];
    (void)snprintf(wanted, sizeof wanted, "\r\n%s: %s%s", name, value ? value : "",
                   value ? "\r\n" : "");
    bool found = strcasestr(answer->head, wanted) != NULL;
    return value ? found : !found;
}

void expect(const char *method, const char *target, const char *const *headers, const char *body,
            long code, const char *words)
{
    struct answer answer = ask(method, target, headers, body);
    if (answer.code != code || !strstr(answer.body, words)) {
        print_message("%s %s: %ld %s\n", method, target, answer.code, answer.body);
    }
    assert_int_equal(answer.code, code);
    assert_non_null(strstr(answer.body, words));
    answer_release(&answer);
}

void track(const char *token, const char *name)
{
    char body[512];
    (void)snprintf(body, sizeof body,
                   "[{\"event\":\"%s\",\"properties\":{\"token\":\"%s\",\"distinct_id\":\"ann\","
                   "\"plan\":\"<i>pro</i>\"}}]",
                   name, token);
    static const char *const json[] = {"Content-Type: application/json", NULL};
    struct answer answer = ask("POST", "/track/", json, body);
    assert_int_equal(answer.code, 200);
    assert_string_equal(answer.body, "1");
    answer_release(&answer);
}

void settle(void)
{
    ingest_settle(fixture.ingest);
    (void)backend_publish(fixture.backend);
}
