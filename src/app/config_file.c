/* The configuration file. inih reads the lines; what it is lenient about is refused here, because
 * a setting that was not understood must not be ignored. */
#include "app/config.h"

#include "base/memory.h"
#include "os/os_file.h"

#include <ini.h>
#include <stdio.h>
#include <string.h>

enum { PLACE_SIZE = OS_PATH_SIZE + 24 };

/* One reading of one file. */
struct reading {
    struct config *config;
    const char *path;
    struct text rest; /* not yet handed to inih */
    int line;         /* of what inih is looking at */
    bool seen[CONFIG_SETTING_COUNT];
    enum status status;
    struct error *error;
};

static enum status refuse(struct reading *reading, const char *why)
{
    if (reading->status != STATUS_OK) return reading->status; /* the first one counts */
    reading->status =
        error_set(reading->error, STATUS_INVALID, "%s:%d: %s", reading->path, reading->line, why);
    return reading->status;
}

static bool is_section(struct text name)
{
    for (unsigned i = 0; i < CONFIG_SETTING_COUNT; i++) {
        if (text_equal(name, text_from(config_entry((enum config_setting)i)->section))) return true;
    }
    return false;
}

/* inih does not call us for a section without keys. */
static void check_section(struct reading *reading, struct text line)
{
    ptrdiff_t end = text_find_byte(line, ']');
    if (end == TEXT_NOT_FOUND) return; /* inih refuses it */
    struct text name = text_slice(line, 1, (size_t)end - 1);
    if (is_section(name)) return;
    char why[128];
    snprintf(why, sizeof why, "there is no section [%.*s]; \"candor help config\" lists them",
             name.size > 40 ? 40 : (int)name.size, name.bytes);
    (void)refuse(reading, why);
}

/* The reader that inih calls for the next line. Indentation goes, because inih takes an indented
 * line for more of the value above; a longer line than inih can hold is refused, not split. */
static char *next_line(char *out, int size, void *context)
{
    struct reading *reading = context;
    if (reading->status != STATUS_OK || reading->rest.size == 0) return NULL;
    reading->line++;
    struct text line = text_trim(text_split(reading->rest, '\n', &reading->rest));
    if (line.size + 2 > (size_t)size) {
        (void)refuse(reading, "the line is too long");
        return NULL;
    }
    if (line.size > 0 && memchr(line.bytes, '\0', line.size)) {
        (void)refuse(reading, "the line has a NUL byte in it");
        return NULL;
    }
    if (line.size > 0 && line.bytes[0] == '[') check_section(reading, line);
    snprintf(out, (size_t)size, "%.*s\n", TEXT_PRINT(line));
    return out;
}

static bool find_setting(const char *section, const char *key, enum config_setting *setting)
{
    for (unsigned i = 0; i < CONFIG_SETTING_COUNT; i++) {
        const struct config_entry *entry = config_entry((enum config_setting)i);
        if (strcmp(entry->section, section) != 0 || strcmp(entry->key, key) != 0) continue;
        *setting = (enum config_setting)i;
        return true;
    }
    return false;
}

static enum status take(struct reading *reading, const char *section, const char *key,
                        const char *value)
{
    enum config_setting setting;
    char words[192];
    if (!find_setting(section, key, &setting)) {
        snprintf(words, sizeof words,
                 "there is no setting [%s] %s; \"candor help config\" lists them", section, key);
        return refuse(reading, words);
    }
    if (reading->seen[setting]) {
        snprintf(words, sizeof words, "[%s] %s is set twice", section, key);
        return refuse(reading, words);
    }
    reading->seen[setting] = true;
    char place[PLACE_SIZE];
    snprintf(place, sizeof place, "%s:%d", reading->path, reading->line);
    return config_set(reading->config, setting, CONFIG_FROM_FILE, text_from(value), place,
                      reading->error);
}

/* inih's convention: 0 is a failure. */
static int on_key(void *context, const char *section, const char *key, const char *value)
{
    struct reading *reading = context;
    if (reading->status == STATUS_OK) reading->status = take(reading, section, key, value);
    return reading->status == STATUS_OK;
}

enum status config_read_text(struct config *config, const char *path, struct text text,
                             struct error *error)
{
    struct reading reading = {.config = config, .path = path, .rest = text, .error = error};
    int line = ini_parse_stream(next_line, &reading, on_key, &reading);
    /* inih goes on behind a line it cannot read; that line came before anything refused later. */
    if (line > 0 && (reading.status == STATUS_OK || line < reading.line)) {
        reading.status = STATUS_OK;
        reading.line = line;
        (void)refuse(&reading, "expected [section] or key = value");
    }
    return reading.status;
}

enum status config_read_file(struct config *config, const char *path, struct error *error)
{
    char *bytes = NULL;
    size_t size = 0;
    TRY(os_file_read_all(path, CONFIG_FILE_SIZE_MAX, &bytes, &size, error));
    enum status status = config_read_text(config, path, (struct text){bytes, size}, error);
    memory_free(bytes);
    return status;
}
