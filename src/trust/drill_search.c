#include "trust/drill_search.h"

#include "base/memory.h"
#include "os/os_file.h"

#include <stdio.h>
#include <string.h>

enum { FILE_SIZE_MAX = 1024 * 1024 * 1024, DEPTH_MAX = 8 };

struct search {
    struct drill *drill;
    struct drill_searched *searched;
    bool is_mark_found[DRILL_MARK_COUNT];
};

static void note(struct search *search, enum drill_canary canary, const char *form,
                 const char *place)
{
    struct drill_report *report = search->drill->report;
    const char *name = drill_canary_name(canary);
    search->searched->found++;
    for (uint32_t i = 0; i < report->through_count; i++) {
        const struct drill_through *known = &report->through[i];
        if (known->canary == name && strcmp(known->place, place) == 0) return;
    }
    if (report->through_count == DRILL_THROUGH_MAX) {
        report->through_left_out++;
        return;
    }
    struct drill_through *through = &report->through[report->through_count++];
    *through = (struct drill_through){.canary = name, .form = form};
    (void)snprintf(through->place, sizeof through->place, "%s", place);
}

static void look(struct search *search, struct text bytes, const char *place)
{
    const struct drill_canaries *canaries = &search->drill->canaries;
    search->searched->bytes += bytes.size;
    search->searched->controls += drill_canary_stands_in(bytes, canaries->control);
    for (int i = 0; i < DRILL_CANARY_COUNT; i++) {
        const char *form = drill_canary_form(bytes, canaries->texts[i]);
        if (form) note(search, (enum drill_canary)i, form, place);
    }
    for (uint32_t i = search->searched->mark_begin; i < search->searched->mark_end; i++) {
        if (search->is_mark_found[i]) continue;
        search->is_mark_found[i] = drill_canary_form(bytes, canaries->marks[i]) != NULL;
        search->searched->marks += search->is_mark_found[i];
    }
}

/* --- files --- */

/* The log is made with room in it: nothing is written in zeros. */
static struct text without_room(struct text bytes)
{
    while (bytes.size > 0 && bytes.bytes[bytes.size - 1] == '\0')
        bytes.size--;
    return bytes;
}

/* Files come and go while the server runs; a socket is none. */
static enum status look_at_file(struct search *search, const char *path, struct error *error)
{
    char *bytes = NULL;
    size_t size = 0;
    struct text name = text_from(path);
    if (text_ends_with(name, TEXT(".sock"))) return STATUS_OK;
    enum status status = os_file_read_all(path, FILE_SIZE_MAX, &bytes, &size, error);
    if (status == STATUS_ABSENT) return STATUS_OK;
    if (status != STATUS_OK) return status;
    size_t root = strlen(search->drill->folder.path) + 1;
    search->searched->files++;
    look(search, without_room((struct text){bytes, size}), path + root);
    memory_free(bytes);
    return STATUS_OK;
}

/* Recursion: at most DEPTH_MAX folders. */
static enum status look_at_folder(struct search *search, const char *folder, int depth,
                                  struct error *error)
{
    char **names = NULL;
    size_t count = 0;
    enum status status = STATUS_OK;
    if (depth == DEPTH_MAX) return error_set(error, STATUS_TOO_LARGE, "folders are too deep");
    if (os_folder_list(folder, &names, &count, error) != STATUS_OK) {
        return look_at_file(search, folder, error);
    }
    for (size_t i = 0; i < count && status == STATUS_OK; i++) {
        char path[OS_PATH_SIZE];
        status = os_path_join(path, folder, names[i])
                     ? look_at_folder(search, path, depth + 1, error)
                     : error_set(error, STATUS_TOO_LARGE, "a name in the data folder is too long");
    }
    os_folder_list_free(names, count);
    return status;
}

/* --- answers --- */

static enum status look_at_answer(struct search *search, const char *target, const char *place,
                                  struct error *error)
{
    struct drill *drill = search->drill;
    TRY(drill_server_get(drill->server, target, &drill->answer, error));
    search->searched->answers++;
    look(search, buffer_text(&drill->answer), place);
    return STATUS_OK;
}

static enum status look_at_answers(struct search *search, struct error *error)
{
    struct drill *drill = search->drill;
    TRY(drill_export(drill, error));
    search->searched->answers++;
    look(search, buffer_text(&drill->answer), "the export");
    TRY(look_at_answer(search, "/local/shield/findings?project=" DRILL_PROJECT, "the findings",
                       error));
    TRY(look_at_answer(search, "/local/shield/show?project=" DRILL_PROJECT, "the shield's state",
                       error));
    TRY(look_at_answer(search, "/local/shield/versions?project=" DRILL_PROJECT, "the versions",
                       error));
    return look_at_answer(search, "/metrics", "the metrics", error);
}

static void look_at_alarms(struct search *search)
{
    struct drill *drill = search->drill;
    buffer_clear(&drill->answer);
    drill_site_copy_alarms(drill->site, &drill->answer);
    search->searched->answers++;
    look(search, buffer_text(&drill->answer), "the webhook");
}

enum status drill_search(struct drill *drill, enum drill_search_where where,
                         struct drill_searched *searched, struct error *error)
{
    struct search search = {.drill = drill, .searched = searched};
    if (where == DRILL_WHILE_IT_RUNS) {
        TRY(look_at_folder(&search, drill_server_data(drill->server), 0, error)); /* the log, too */
        TRY(drill_server_post(drill->server, "/local/flush", TEXT("{}"), &drill->answer, error));
        TRY(look_at_answers(&search, error));
    }
    look_at_alarms(&search);
    TRY(look_at_file(&search, drill_server_log(drill->server), error));
    return look_at_folder(&search, drill_server_data(drill->server), 0, error);
}
