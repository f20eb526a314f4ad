/* The settings of a server: from flags, the environment, a file and the built-in defaults, in this
 * order. A name that is not known, a value that is not allowed and a key given twice are errors, in
 * one line that names the place: a setting that was not understood is never ignored.
 *
 * The file is INI (inih): [section], key = value, comments behind ';' or '#'. A variable is called
 * CANDOR_SECTION_KEY. Immutable after config_read: any thread. */
#ifndef CANDOR_APP_CONFIG_H
#define CANDOR_APP_CONFIG_H

#include "base/buffer.h"
#include "base/status.h"
#include "base/text.h"
#include "os/os_log.h"

#include <stdint.h>

enum {
    CONFIG_TEXT_SIZE = 1024,
    CONFIG_FILE_SIZE_MAX = 256 * 1024,
};

/* Where a number is "auto", so that 0 keeps its meaning. */
#define CONFIG_AUTO UINT64_MAX

enum config_setting {
#define CONFIG(section, key, type, fallback, smallest, largest, help) CONFIG_##section##_##key,
#include "app/config_list.h"
#undef CONFIG
    CONFIG_SETTING_COUNT
};

enum config_type { CONFIG_TYPE_TEXT, CONFIG_TYPE_COUNT, CONFIG_TYPE_BYTES, CONFIG_TYPE_LEVEL };

/* A setting as the list has it. */
struct config_entry {
    const char *section;
    const char *key;
    enum config_type type;
    const char *fallback;
    uint64_t smallest;
    uint64_t largest;
    const char *help;
};
const struct config_entry *config_entry(enum config_setting setting);

enum config_source {
    CONFIG_FROM_DEFAULT,
    CONFIG_FROM_FILE,
    CONFIG_FROM_VARIABLE,
    CONFIG_FROM_FLAG
};

struct config {
    char texts[CONFIG_SETTING_COUNT][CONFIG_TEXT_SIZE]; /* of type TEXT, as given */
    uint64_t numbers[CONFIG_SETTING_COUNT];             /* of type COUNT, BYTES, LEVEL */
    enum config_source sources[CONFIG_SETTING_COUNT];
};

void config_init(struct config *config); /* the defaults; it is large: not for the stack */

const char *config_text(const struct config *config, enum config_setting setting);
uint64_t config_number(const struct config *config, enum config_setting setting);
/* The number, or this one where the setting is "auto". */
uint64_t config_number_or(const struct config *config, enum config_setting setting, uint64_t other);

/* Set one value; place says where it came from ("candor.ini:3", "CANDOR_LOG_LEVEL", "--listen").
 * A source that counts more than this one has spoken: nothing happens. STATUS_INVALID. */
enum status config_set(struct config *config, enum config_setting setting,
                       enum config_source source, struct text value, const char *place,
                       struct error *error) MUST_CHECK;

/* Settings from the bytes of a file; path is for messages. */
enum status config_read_text(struct config *config, const char *path, struct text text,
                             struct error *error) MUST_CHECK;
enum status config_read_file(struct config *config, const char *path,
                             struct error *error) MUST_CHECK;

/* Settings from an environment ("NAME=value", ended by NULL). CANDOR_DATA is [data] folder under a
 * shorter name. A variable CANDOR_<a section of ours>_<no key of ours> is refused; other CANDOR_
 * variables belong to somebody else. */
enum status config_read_environment(struct config *config, const char *const *environment,
                                    struct error *error) MUST_CHECK;

/* The list as a table, for `candor help config`. */
void config_write_help(struct buffer *out);

#endif
