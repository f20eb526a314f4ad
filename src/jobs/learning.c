#include "jobs/learning.h"

#include "base/memory.h"
#include "control/control_shield.h"
#include "os/os_clock.h"
#include "os/os_file.h"
#include "os/os_log.h"

enum { TAKEN_MAX = 1000 /* at once: one change of the settings */ };

struct learning {
    struct control *control;
    struct observed *observed;
    uint64_t written; /* of observed_write, as far as the file knows */
    char path[OS_PATH_SIZE];
};

/* --- opening --- */

static enum status load(struct learning *learning, struct error *error)
{
    char *bytes;
    size_t size;
    bool is_whole;
    enum status status = os_file_read_all(learning->path, OBSERVED_FILE_MAX, &bytes, &size, error);
    if (status == STATUS_ABSENT) return STATUS_OK;
    if (status != STATUS_OK) return status;
    if (!observed_read(learning->observed, (struct text){bytes, size}, &is_whole)) {
        status =
            error_set(error, STATUS_CORRUPT, "\"%s\" is no file of observed texts", learning->path);
    } else if (!is_whole) {
        os_log(OS_LOG_WARNING, "jobs",
               "the file of observed texts is damaged: what it lost is learned again");
    }
    memory_free(bytes);
    return status;
}

enum status learning_open(const struct learning_options *options, struct learning **out,
                          struct error *error)
{
    struct learning *learning = MEMORY_NEW(struct learning);
    learning->control = options->control;
    learning->observed = options->observed;
    enum status status = STATUS_OK;
    if (!os_path_join(learning->path, options->folder, "observed")) {
        status = error_set(error, STATUS_TOO_LARGE, "the data folder's path is too long");
    }
    if (status == STATUS_OK) status = load(learning, error);
    if (status == STATUS_OK) {
        *out = learning;
    } else {
        learning_close(learning);
    }
    return status;
}

void learning_close(struct learning *learning)
{
    memory_free(learning);
}

/* --- handing over --- */

static void tell(size_t added)
{
    const struct os_log_field fields[] = {{"texts", (int64_t)added}};
    if (added > 0) os_log_fields(OS_LOG_INFO, "jobs", "learned texts of a project", fields, 1);
}

/* Dropped, too, is what is of no use: of a project that is gone or has another salt; and hashes of
 * which no filter can be built, because somebody made them up. Kept, they would come again with
 * every turn, and nothing else would be learned. */
static enum status hand_over(struct learning *learning, const struct observed_ready *ready,
                             const uint64_t *hashes, size_t count, struct error *error)
{
    struct control_deed deed = {
        .project = ready->project, .by = TEXT(""), .reason = TEXT(""), .now_ms = os_clock_now_ms()};
    size_t added;
    struct text salt = {ready->salt, ready->salt_size};
    enum status status =
        control_observed_add(learning->control, &deed, salt, hashes, count, &added, error);
    bool is_useless = status == STATUS_ABSENT || status == STATUS_INVALID;
    if (status != STATUS_OK && !is_useless) return status;
    observed_drop(learning->observed, ready->project, hashes, count);
    tell(added);
    return STATUS_OK;
}

static enum status hand_over_all(struct learning *learning, struct error *error)
{
    struct observed_ready ready;
    uint64_t hashes[TAKEN_MAX];
    for (;;) {
        size_t count = observed_ready(learning->observed, &ready, hashes, TAKEN_MAX);
        if (count == 0) return STATUS_OK;
        TRY(hand_over(learning, &ready, hashes, count, error));
    }
}

/* --- saving --- */

static enum status write_file(const char *path, struct text bytes, struct error *error)
{
    struct os_file file;
    TRY(os_file_create(&file, path, error));
    enum status status = os_file_write(&file, 0, bytes.bytes, bytes.size, error);
    if (status == STATUS_OK) status = os_file_publish(&file, error);
    os_file_close(&file);
    return status;
}

static enum status save(struct learning *learning, struct error *error)
{
    struct buffer out;
    uint64_t written = learning->written;
    enum status status = STATUS_OK;
    buffer_init(&out, OBSERVED_FILE_MAX);
    bool has_changed = observed_write(learning->observed, &written, &out);
    bool is_first = learning->written == 0 && !os_exists(learning->path);
    struct observed_figures figures;
    observed_figures(learning->observed, 0, &figures);
    if (has_changed && !(is_first && figures.waiting == 0)) {
        status = write_file(learning->path, buffer_text(&out), error);
    }
    buffer_release(&out);
    if (status == STATUS_OK) learning->written = written;
    return status;
}

enum status learning_turn(struct learning *learning, struct error *error)
{
    struct error save_error = {0};
    enum status status = hand_over_all(learning, error);
    enum status saved = save(learning, &save_error); /* all the same */
    if (status != STATUS_OK || saved == STATUS_OK) return status;
    *error = save_error;
    return saved;
}
