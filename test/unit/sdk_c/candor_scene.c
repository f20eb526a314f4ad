#include "candor_scene.h"

static int receive(void *context, const char *url, const char *content_type, const char *body,
                   size_t body_size, struct candor_response *response)
{
    struct server *server = context;
    assert_string_equal(content_type, "application/json");
    assert_true(server->count < BODIES);
    if (server->status == 0) return 1;
    response->status = server->body_max > 0 && body_size > server->body_max ? 413 : server->status;
    response->retry_after_s = server->retry_after_s;
    if (response->status != 200) return 0;
    server->bodies[server->count] = calloc(1, body_size + 1);
    memcpy(server->bodies[server->count], body, body_size);
    (void)snprintf(server->urls[server->count], sizeof server->urls[0], "%s", url);
    server->count++;
    return 0;
}

static int64_t read_clock(void *context)
{
    return ((struct server *)context)->now_ms;
}

static void fill_random(void *context, void *bytes, size_t size)
{
    struct server *server = context;
    for (size_t i = 0; i < size; i++) {
        server->seed = server->seed * 1103515245u + 12345u;
        ((unsigned char *)bytes)[i] = (unsigned char)(server->seed >> 16);
    }
}

struct candor_options scene_options_of(struct scene *scene)
{
    struct candor_options options = {0};
    options.key = "0123456789abcdef0123456789abcdef";
    options.host = "http://collect.example.test/";
    options.file = scene->file[0] ? scene->file : NULL;
    options.send = receive;
    options.send_context = &scene->server;
    options.now_ms = read_clock;
    options.now_context = &scene->server;
    options.random = fill_random;
    options.random_context = &scene->server;
    options.device.model_class = "phone";
    options.device.app_version = "2.1";
    options.device.language = "de-AT";
    return options;
}

enum candor_status scene_reopen(struct scene *scene)
{
    struct candor_options options = scene_options_of(scene);
    candor_close(scene->candor);
    memset(scene->memory, 0xA5, sizeof scene->memory);
    return candor_open(&scene->candor, scene->memory, sizeof scene->memory, &options);
}

int scene_begin(void **state)
{
    struct scene *scene = calloc(1, sizeof *scene);
    scene->server.status = 200;
    scene->server.now_ms = 1764547200123;
    scene->server.seed = 7;
    *state = scene;
    return scene_reopen(scene) == CANDOR_OK ? 0 : 1;
}

static void remove_files(const char *file)
{
    static const char *const endings[] = {"", ".new", ".state", ".state.new"};
    char name[96];
    for (size_t i = 0; i < 4; i++) {
        (void)snprintf(name, sizeof name, "%s%s", file, endings[i]);
        (void)remove(name);
    }
}

int scene_begin_with_file(void **state)
{
    struct scene *scene = calloc(1, sizeof *scene);
    scene->server.status = 200;
    scene->server.now_ms = 1764547200123;
    scene->server.seed = 11;
    (void)snprintf(scene->file, sizeof scene->file, "candor-client-%ld.queue", (long)getpid());
    remove_files(scene->file);
    *state = scene;
    return scene_reopen(scene) == CANDOR_OK ? 0 : 1;
}

int scene_end(void **state)
{
    struct scene *scene = *state;
    candor_close(scene->candor);
    if (scene->file[0]) remove_files(scene->file);
    for (int i = 0; i < scene->server.count; i++)
        free(scene->server.bodies[i]);
    free(scene);
    return 0;
}

struct candor_figures scene_figures_of(struct scene *scene)
{
    struct candor_figures figures;
    candor_figures(scene->candor, &figures);
    return figures;
}

struct json_object *scene_body_of(struct scene *scene, int body)
{
    assert_true(body < scene->server.count);
    struct json_object *records = json_tokener_parse(scene->server.bodies[body]);
    assert_non_null(records);
    assert_true(json_object_is_type(records, json_type_array));
    return records;
}

struct json_object *scene_member(struct json_object *object, const char *name)
{
    struct json_object *found = NULL;
    return json_object_object_get_ex(object, name, &found) ? found : NULL;
}

struct json_object *scene_sent_with(struct scene *scene, struct candor_property property,
                                    struct json_object **records)
{
    assert_int_equal(candor_track(scene->candor, "Seen", &property, 1), CANDOR_OK);
    assert_int_equal(candor_flush(scene->candor), CANDOR_OK);
    *records = scene_body_of(scene, scene->server.count - 1);
    size_t last = json_object_array_length(*records) - 1;
    return scene_member(json_object_array_get_idx(*records, last), "properties");
}
