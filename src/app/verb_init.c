/* candor init: a data folder with keys, an empty control database and the first owner's link */
#include "app/data_folder.h"
#include "app/verb.h"
#include "codec/json_writer.h"
#include "control/control.h"
#include "os/os_clock.h"

#include <string.h>

static enum status make_control(const struct data_folder *folder, char link[CONTROL_LINK_SIZE],
                                struct error *error)
{
    char path[OS_PATH_SIZE];
    struct control *control = NULL;
    TRY(data_folder_path(folder, "control.db", path, error));
    struct project_slot *slot = project_slot_make();
    enum status status = control_open(path, CONTROL_CREATE, slot, &control, error);
    if (status == STATUS_OK) {
        status = control_owner_link(control, os_clock_now_ms(), link, error);
        control_close(control);
    }
    project_slot_release(slot);
    return status;
}

static enum status fill(struct data_folder *folder, char link[CONTROL_LINK_SIZE],
                        struct error *error)
{
    TRY(make_control(folder, link, error));
    return data_folder_seal(folder, error);
}

static void write_answer(const struct invocation *invocation, const struct data_folder *folder,
                         const char *link, struct buffer *out)
{
    if (!invocation->wants_json) {
        buffer_printf(out,
                      "made %s\n"
                      "start the server:  candor serve --data %s\n"
                      "then sign in once, within %d hours, at its address and this path:\n%s\n",
                      folder->path, folder->path, (int)CONTROL_LINK_HOURS, link);
        return;
    }
    struct json_writer writer;
    json_writer_init(&writer, out);
    json_object_begin(&writer);
    json_key(&writer, "data");
    json_string(&writer, folder->path);
    json_key(&writer, "owner_link");
    json_string(&writer, link);
    json_object_end(&writer);
    buffer_append_byte(out, '\n');
}

enum verb_exit verb_init(const struct invocation *invocation)
{
    struct error error;
    struct data_folder folder;
    char link[CONTROL_LINK_SIZE];
    const char *path = config_text(invocation->config, CONFIG_data_folder);
    if (data_folder_make(path, &folder, &error) != STATUS_OK) {
        return verb_failed("make the data folder", &error);
    }
    struct buffer out;
    buffer_init(&out, 16 * 1024);
    enum status status = fill(&folder, link, &error);
    if (status == STATUS_OK) {
        write_answer(invocation, &folder, link, &out);
        status = verb_print(&out, &error);
    }
    buffer_release(&out);
    data_folder_close(&folder);
    return status == STATUS_OK ? VERB_DONE : verb_failed("make the data folder", &error);
}
