#include "app/config.h"

#include "base/check.h"

#include <stdio.h>
#include <string.h>

static const struct config_entry entries[] = {
#define CONFIG(section, key, type, fallback, smallest, largest, help) \
    {#section, #key, CONFIG_TYPE_##type, fallback, smallest, largest, help},
#include "app/config_list.h"
#undef CONFIG
};

static const char *const levels[] = {"debug", "info", "warning", "error"};

_Static_assert(OS_LOG_DEBUG == 0, "levels[] is indexed by enum os_log_level");
_Static_assert(OS_LOG_ERROR == 3, "levels[] is indexed by enum os_log_level");

const struct config_entry *config_entry(enum config_setting setting)
{
    assert(setting < CONFIG_SETTING_COUNT);
    return &entries[setting];
}

static bool can_be_auto(const struct config_entry *entry)
{
    return strcmp(entry->fallback, "auto") == 0;
}

/* --- values --- */

static bool shift_of(char unit, unsigned *shift)
{
    const char *const units = "KMGT";
    const char *place = strchr(units, unit);
    if (unit == '\0' || !place) return false;
    *shift = 10 * (unsigned)(place - units + 1);
    return true;
}

/* "65536", "64K", "64k", "64KiB", "2G" */
static bool parse_bytes(struct text text, uint64_t *number)
{
    unsigned shift = 0;
    if (text_ends_with(text, TEXT("iB"))) text = text_slice(text, 0, text.size - 2);
    char last = text.size > 0 ? text.bytes[text.size - 1] : '\0';
    if (last >= 'a' && last <= 'z') last = (char)(last - 'a' + 'A');
    if (shift_of(last, &shift)) text = text_slice(text, 0, text.size - 1);
    uint64_t whole;
    if (!text_to_u64(text, &whole) || whole > UINT64_MAX >> shift) return false;
    *number = whole << shift;
    return true;
}

static bool parse_level(struct text text, uint64_t *number)
{
    for (uint64_t i = 0; i < sizeof levels / sizeof levels[0]; i++) {
        if (!text_equal(text, text_from(levels[i]))) continue;
        *number = i;
        return true;
    }
    return false;
}

static bool parse_number(const struct config_entry *entry, struct text value, uint64_t *number)
{
    if (can_be_auto(entry) && text_equal(value, TEXT("auto"))) {
        *number = CONFIG_AUTO;
        return true;
    }
    if (entry->type == CONFIG_TYPE_LEVEL) return parse_level(value, number);
    bool is_read =
        entry->type == CONFIG_TYPE_BYTES ? parse_bytes(value, number) : text_to_u64(value, number);
    return is_read && *number >= entry->smallest && *number <= entry->largest;
}

/* What would have been right, for the one who reads the refusal. */
static void describe(const struct config_entry *entry, char out[160])
{
    const char *automatic = can_be_auto(entry) ? "auto or " : "";
    switch (entry->type) {
    case CONFIG_TYPE_TEXT:
        snprintf(out, 160, "a text of %llu to %llu bytes", (unsigned long long)entry->smallest,
                 (unsigned long long)entry->largest);
        return;
    case CONFIG_TYPE_COUNT:
        snprintf(out, 160, "%sa number from %llu to %llu", automatic,
                 (unsigned long long)entry->smallest, (unsigned long long)entry->largest);
        return;
    case CONFIG_TYPE_BYTES:
        snprintf(out, 160, "%sa number of bytes from %llu to %llu, such as 512K, 64M or 2G",
                 automatic, (unsigned long long)entry->smallest,
                 (unsigned long long)entry->largest);
        return;
    case CONFIG_TYPE_LEVEL: snprintf(out, 160, "debug, info, warning or error"); return;
    }
    UNREACHABLE("a setting has one of the types above");
}

static bool set_value(struct config *config, enum config_setting setting, struct text value)
{
    const struct config_entry *entry = &entries[setting];
    if (entry->type != CONFIG_TYPE_TEXT) {
        return parse_number(entry, value, &config->numbers[setting]);
    }
    if (value.size < entry->smallest || value.size > entry->largest) return false;
    if (memchr(value.bytes, '\0', value.size)) return false;
    return text_to_string(value, config->texts[setting], CONFIG_TEXT_SIZE);
}

enum status config_set(struct config *config, enum config_setting setting,
                       enum config_source source, struct text value, const char *place,
                       struct error *error)
{
    assert(setting < CONFIG_SETTING_COUNT);
    if (config->sources[setting] > source) return STATUS_OK;
    if (set_value(config, setting, value)) {
        config->sources[setting] = source;
        return STATUS_OK;
    }
    enum { VALUE_SHOWN_MAX = 60 };
    struct text shown =
        value.size > VALUE_SHOWN_MAX ? text_slice(value, 0, VALUE_SHOWN_MAX) : value;
    char expected[160];
    describe(&entries[setting], expected);
    return error_set(error, STATUS_INVALID, "%s: [%s] %s cannot be \"%.*s\"; expected %s", place,
                     entries[setting].section, entries[setting].key, TEXT_PRINT(shown), expected);
}

void config_init(struct config *config)
{
    memset(config, 0, sizeof *config);
    for (unsigned i = 0; i < CONFIG_SETTING_COUNT; i++) {
        bool is_right = set_value(config, (enum config_setting)i, text_from(entries[i].fallback));
        assert(is_right); /* the list contradicts itself otherwise */
    }
}

const char *config_text(const struct config *config, enum config_setting setting)
{
    assert(entries[setting].type == CONFIG_TYPE_TEXT);
    return config->texts[setting];
}

uint64_t config_number(const struct config *config, enum config_setting setting)
{
    assert(entries[setting].type != CONFIG_TYPE_TEXT);
    return config->numbers[setting];
}

uint64_t config_number_or(const struct config *config, enum config_setting setting, uint64_t other)
{
    uint64_t number = config_number(config, setting);
    return number == CONFIG_AUTO ? other : number;
}

/* --- the environment --- */

static const char prefix[] = "CANDOR_";

/* "server", "listen" → "CANDOR_SERVER_LISTEN" */
static void variable_name(const char *section, const char *key, char out[64])
{
    int size = snprintf(out, 64, "%s%s_%s", prefix, section, key);
    assert(size > 0 && size < 64);
    for (char *place = out; *place != '\0'; place++) {
        if (*place >= 'a' && *place <= 'z') *place = (char)(*place - 'a' + 'A');
    }
}

static bool find_variable(struct text name, enum config_setting *setting)
{
    for (unsigned i = 0; i < CONFIG_SETTING_COUNT; i++) {
        char known[64];
        variable_name(entries[i].section, entries[i].key, known);
        if (!text_equal(name, text_from(known))) continue;
        *setting = (enum config_setting)i;
        return true;
    }
    return false;
}

static bool has_our_section(struct text name)
{
    for (unsigned i = 0; i < CONFIG_SETTING_COUNT; i++) {
        char section[64];
        variable_name(entries[i].section, "", section);
        if (text_starts_with(name, text_from(section))) return true;
    }
    return false;
}

static enum status read_variable(struct config *config, struct text name, struct text value,
                                 struct error *error)
{
    enum config_setting setting;
    char place[64];
    if (find_variable(name, &setting)) {
        if (!text_to_string(name, place, sizeof place)) return STATUS_OK;
        return config_set(config, setting, CONFIG_FROM_VARIABLE, value, place, error);
    }
    if (!has_our_section(name)) return STATUS_OK;
    return error_set(error, STATUS_INVALID,
                     "%.*s: there is no such setting; \"candor help config\" lists them",
                     TEXT_PRINT(name));
}

enum status config_read_environment(struct config *config, const char *const *environment,
                                    struct error *error)
{
    struct text folder = {0};
    for (const char *const *variable = environment; *variable; variable++) {
        struct text value;
        struct text name = text_split(text_from(*variable), '=', &value);
        if (!text_starts_with(name, text_from(prefix))) continue;
        if (text_equal(name, TEXT("CANDOR_DATA"))) folder = value;
        TRY(read_variable(config, name, value, error));
    }
    if (folder.size == 0) return STATUS_OK; /* set to nothing is not set */
    return config_set(config, CONFIG_data_folder, CONFIG_FROM_VARIABLE, folder, "CANDOR_DATA",
                      error);
}

/* --- help --- */

void config_write_help(struct buffer *out)
{
    const char *section = "";
    for (unsigned i = 0; i < CONFIG_SETTING_COUNT; i++) {
        const struct config_entry *entry = &entries[i];
        if (strcmp(section, entry->section) != 0) {
            section = entry->section;
            buffer_printf(out, "\n[%s]\n", section);
        }
        buffer_printf(out, "%-16s = %-16s ; %s\n", entry->key, entry->fallback, entry->help);
    }
}
