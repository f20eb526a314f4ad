#include "app/data_folder.h"

#include "base/check.h"
#include "base/memory.h"
#include "base/text.h"
#include "crypt/secret.h"

#include <stdio.h>
#include <string.h>

enum {
    SOCKET_PATH_SIZE_MAX = 107, /* of struct sockaddr_un, without the NUL */
    VERSION_FILE_SIZE_MAX = 64,
    KEY_FILE_SIZE_MAX = 256,
};

static const char version_text[] = "1\n";

/* What init makes, in its order: a folder with nothing else in it may be an init cut short. */
static const char *const made_names[] = {
    "candor.lock",    "root.key",       "root.key.tmp", "control.db",
    "control.db-wal", "control.db-shm", "VERSION.tmp",
};

enum status data_folder_path(const struct data_folder *folder, const char *name,
                             char out[OS_PATH_SIZE], struct error *error)
{
    if (os_path_join(out, folder->path, name)) return STATUS_OK;
    return error_set(error, STATUS_INVALID, "the path of the data folder is too long");
}

/* A long path does not fit a socket address; the same file by way of a descriptor of ours does. */
static enum status find_socket_path(struct data_folder *folder, struct error *error)
{
    TRY(data_folder_path(folder, "candor.sock", folder->socket_path, error));
    if (strlen(folder->socket_path) <= SOCKET_PATH_SIZE_MAX) return STATUS_OK;
    TRY(os_file_open(&folder->folder, folder->path, OS_FILE_READ, error));
    int size = snprintf(folder->socket_path, sizeof folder->socket_path,
                        "/proc/self/fd/%d/candor.sock", folder->folder.descriptor);
    assert(size > 0 && size <= SOCKET_PATH_SIZE_MAX);
    return STATUS_OK;
}

static enum status begin(const char *path, struct data_folder *out, struct error *error)
{
    *out = (struct data_folder){.lock.descriptor = -1, .folder.descriptor = -1};
    if (text_to_string(text_from(path), out->path, sizeof out->path)) return STATUS_OK;
    return error_set(error, STATUS_INVALID, "the path of the data folder is too long");
}

/* --- making --- */

static bool is_ours(const char *name)
{
    for (size_t i = 0; i < sizeof made_names / sizeof made_names[0]; i++) {
        if (strcmp(name, made_names[i]) == 0) return true;
    }
    return false;
}

static enum status check_names(const char *path, char **names, size_t count, struct error *error)
{
    for (size_t i = 0; i < count; i++) {
        if (strcmp(names[i], "VERSION") == 0) {
            return error_set(error, STATUS_INVALID,
                             "could not make \"%s\": it is a data folder already; \"candor user "
                             "link\" gives a new sign-in link",
                             path);
        }
    }
    for (size_t i = 0; i < count; i++) {
        if (is_ours(names[i])) continue;
        return error_set(error, STATUS_INVALID,
                         "could not make \"%s\": the folder is not empty; name a new one", path);
    }
    return STATUS_OK;
}

static enum status check_is_free(const char *path, struct error *error)
{
    char **names = NULL;
    size_t count = 0;
    if (!os_exists(path)) return STATUS_OK;
    TRY(os_folder_list(path, &names, &count, error));
    enum status status = check_names(path, names, count, error);
    os_folder_list_free(names, count);
    return status;
}

static enum status write_file(const struct data_folder *folder, const char *name,
                              struct text contents, struct error *error)
{
    char path[OS_PATH_SIZE];
    struct os_file file;
    TRY(data_folder_path(folder, name, path, error));
    TRY(os_file_create(&file, path, error));
    enum status status = os_file_write(&file, 0, contents.bytes, contents.size, error);
    if (status == STATUS_OK) status = os_file_publish(&file, error);
    os_file_close(&file);
    return status;
}

static enum status write_key(const struct data_folder *folder, struct error *error)
{
    uint8_t key[SECRET_KEY_SIZE];
    char hex[2 * SECRET_KEY_SIZE + 2];
    secret_random(key, sizeof key);
    for (int i = 0; i < SECRET_KEY_SIZE; i++)
        snprintf(hex + 2 * i, 3, "%02x", key[i]);
    hex[2 * SECRET_KEY_SIZE] = '\n';
    enum status status =
        write_file(folder, "root.key", (struct text){hex, 2 * SECRET_KEY_SIZE + 1}, error);
    memory_wipe(key, sizeof key);
    memory_wipe(hex, sizeof hex);
    return status;
}

static enum status make_steps(struct data_folder *folder, struct error *error)
{
    char key_path[OS_PATH_SIZE];
    TRY(check_is_free(folder->path, error));
    TRY(os_folder_make(folder->path, error));
    TRY(data_folder_lock(folder, error));
    TRY(data_folder_path(folder, "root.key", key_path, error));
    if (os_exists(key_path)) return STATUS_OK;
    return write_key(folder, error);
}

enum status data_folder_make(const char *path, struct data_folder *out, struct error *error)
{
    TRY(begin(path, out, error));
    enum status status = make_steps(out, error);
    if (status != STATUS_OK) data_folder_close(out);
    return status;
}

enum status data_folder_seal(struct data_folder *folder, struct error *error)
{
    return write_file(folder, "VERSION", text_from(version_text), error);
}

/* --- opening --- */

static enum status check_version(const struct data_folder *folder, struct error *error)
{
    char path[OS_PATH_SIZE];
    char *bytes = NULL;
    size_t size = 0;
    TRY(data_folder_path(folder, "VERSION", path, error));
    enum status status = os_file_read_all(path, VERSION_FILE_SIZE_MAX, &bytes, &size, error);
    if (status == STATUS_ABSENT) {
        return error_set(error, STATUS_ABSENT,
                         "could not open \"%s\": it is no data folder; make one with \"candor init "
                         "--data %s\"",
                         folder->path, folder->path);
    }
    if (status != STATUS_OK) return status;
    bool is_known = text_equal((struct text){bytes, size}, text_from(version_text));
    memory_free(bytes);
    if (is_known) return STATUS_OK;
    return error_set(
        error, STATUS_INVALID,
        "could not open \"%s\": this program reads format 1, and \"%s\" says otherwise",
        folder->path, path);
}

static enum status open_steps(struct data_folder *folder, struct error *error)
{
    TRY(check_version(folder, error));
    return find_socket_path(folder, error);
}

enum status data_folder_open(const char *path, struct data_folder *out, struct error *error)
{
    TRY(begin(path, out, error));
    enum status status = open_steps(out, error);
    if (status != STATUS_OK) data_folder_close(out);
    return status;
}

static int digit_of(char byte)
{
    if (byte >= '0' && byte <= '9') return byte - '0';
    if (byte >= 'a' && byte <= 'f') return byte - 'a' + 10;
    return -1;
}

static bool parse_key(struct text hex, uint8_t out[SECRET_KEY_SIZE])
{
    if (hex.size != 2 * SECRET_KEY_SIZE) return false;
    for (size_t i = 0; i < SECRET_KEY_SIZE; i++) {
        int high = digit_of(hex.bytes[2 * i]);
        int low = digit_of(hex.bytes[2 * i + 1]);
        if (high < 0 || low < 0) return false;
        out[i] = (uint8_t)(high << 4 | low);
    }
    return true;
}

enum status data_folder_key(const struct data_folder *folder, uint8_t out[SECRET_KEY_SIZE],
                            struct error *error)
{
    char path[OS_PATH_SIZE];
    char *bytes = NULL;
    size_t size = 0;
    TRY(data_folder_path(folder, "root.key", path, error));
    enum status status = os_file_read_all(path, KEY_FILE_SIZE_MAX, &bytes, &size, error);
    if (status == STATUS_OK && !parse_key(text_trim((struct text){bytes, size}), out)) {
        status = error_set(error, STATUS_CORRUPT,
                           "\"%s\" is not a root key: bring it back from a "
                           "backup",
                           path);
    }
    if (bytes) memory_wipe(bytes, size);
    memory_free(bytes);
    return status;
}

enum status data_folder_lock(struct data_folder *folder, struct error *error)
{
    char path[OS_PATH_SIZE];
    assert(folder->lock.descriptor < 0);
    TRY(data_folder_path(folder, "candor.lock", path, error));
    TRY(os_file_open(&folder->lock, path, OS_FILE_WRITE_NEW, error));
    enum status status = os_file_lock(&folder->lock, error);
    if (status == STATUS_OK) return STATUS_OK;
    os_file_close(&folder->lock);
    if (status != STATUS_BUSY) return status;
    return error_set(error, STATUS_BUSY,
                     "could not open \"%s\": another candor process is using it; stop that one "
                     "first, or use the verbs that work beside a running server",
                     folder->path);
}

void data_folder_close(struct data_folder *folder)
{
    os_file_close(&folder->lock);
    os_file_close(&folder->folder);
}
