#include "shield/admit_internal.h"

#include <string.h>

enum { MINUTE_MS = 60000, SDK_PART_MAX = 32 };

static const struct {
    char detector[4];
    bool alerts;
} reasons[REASON_COUNT] = {
    [REASON_NOT_LOOKED_AT] = {"Z01", false},
    [REASON_TOO_DEEP] = {"Z02", false},
    [REASON_CLOSED_LIST] = {"Z03", false},
    [REASON_UNPLANNED] = {"Z04", false},
    [REASON_ADDRESS] = {"U01", false},
    [REASON_MISFIT] = {"Z06", false},
    [REASON_UNPLANNED_EVENT] = {"Z07", false},
    [REASON_REQUIRED] = {"Z08", false},
    [REASON_HELD] = {"Z05", false},
    [REASON_NAMING] = {"K02", false},
    [REASON_SPECIAL] = {"K04", true},
    [REASON_SECRET] = {"K01", true},
    [REASON_KEY_IS_DATA] = {"K09", true},
    [REASON_NAME_IS_DATA] = {"K10", true},
};

static enum shield_length length_of(size_t size)
{
    if (size == 0) return SHIELD_LENGTH_0;
    if (size <= 8) return SHIELD_LENGTH_8;
    if (size <= 16) return SHIELD_LENGTH_16;
    if (size <= 32) return SHIELD_LENGTH_32;
    if (size <= 64) return SHIELD_LENGTH_64;
    if (size <= 256) return SHIELD_LENGTH_256;
    return size <= 4096 ? SHIELD_LENGTH_4096 : SHIELD_LENGTH_MORE;
}

static uint8_t mask_of(struct text value)
{
    int mask = 0;
    for (size_t i = 0; i < value.size && i < SHIELD_VALUE_MAX; i++) {
        uint8_t byte = (uint8_t)value.bytes[i];
        if (byte >= 0x80) {
            mask |= SHIELD_HAS_OTHER;
        } else if (byte >= '0' && byte <= '9') {
            mask |= SHIELD_HAS_DIGIT;
        } else if (byte >= 'a' && byte <= 'z') {
            mask |= SHIELD_HAS_LOWER;
        } else if (byte >= 'A' && byte <= 'Z') {
            mask |= SHIELD_HAS_UPPER;
        } else {
            mask |= byte <= ' ' ? SHIELD_HAS_SPACE : SHIELD_HAS_PUNCTUATION;
        }
    }
    return (uint8_t)mask;
}

struct outcome_look admit_look_of(struct text value)
{
    return (struct outcome_look){(uint8_t)length_of(value.size), mask_of(value)};
}

static bool is_plain(struct text text)
{
    for (size_t i = 0; i < text.size; i++) {
        char byte = text.bytes[i];
        bool is_word = shield_charset_has(SHIELD_BASE64URL, (uint8_t)byte);
        if (!is_word && byte != '.' && byte != ' ') return false;
    }
    return true;
}

struct text admit_sdk(struct admit *admit)
{
    if (admit->has_sdk) return admit->sdk;
    admit->has_sdk = true;
    struct text library = admit->library.size <= SDK_PART_MAX ? admit->library : TEXT("");
    struct text version = admit->version.size <= SDK_PART_MAX ? admit->version : TEXT("");
    if (library.size == 0 || !is_plain(library) || !is_plain(version)) return TEXT("");
    _Static_assert(2 * SDK_PART_MAX + 1 <= ADMIT_SDK_MAX, "both parts and a slash fit");
    char *bytes = admit->sdk_bytes;
    memcpy(bytes, library.bytes, library.size);
    bytes[library.size] = '/';
    if (version.size > 0) memcpy(bytes + library.size + 1, version.bytes, version.size);
    admit->sdk = (struct text){bytes, library.size + 1 + version.size};
    return admit->sdk;
}

static void keep(struct admit *admit, const struct shield_finding *finding, struct text value)
{
    if (!admit->noted_value.bytes) return;
    bool is_same = value.bytes == admit->noted_value.bytes &&
                   value.size == admit->noted_value.size &&
                   admit->scratch->path_size == admit->noted_path;
    uint32_t place = is_same ? admit->note_count : OUTCOME_NOTES_MAX;
    admit->note_count = place + 1;
    if (place >= OUTCOME_NOTES_MAX) {
        admit->note_count = OUTCOME_NOTES_MAX + 1;
        return;
    }
    admit->notes[place] = (struct outcome_note){.version = finding->detector_version,
                                                .tier = finding->tier,
                                                .action = finding->action,
                                                .is_test = finding->is_test,
                                                .alerts = finding->alerts};
    memcpy(admit->notes[place].detector, finding->detector, sizeof finding->detector);
}

void admit_notes_begin(struct admit *admit, struct text value)
{
    admit->noted_value = value;
    admit->noted_path = admit->scratch->path_size;
    admit->note_count = 0;
}

bool admit_notes_end(struct admit *admit)
{
    admit->noted_value = (struct text){NULL, 0};
    return admit->note_count <= OUTCOME_NOTES_MAX && !admit->is_silent;
}

static void note_seen(struct admit *admit, struct shield_finding *finding, struct outcome_look look,
                      struct text value)
{
    const struct shield_record *record = admit->record;
    admit_mark(admit, finding, value);
    finding->minute = record->now_ms / MINUTE_MS;
    finding->project = record->project->id;
    finding->event = admit->event;
    finding->path = (struct text){admit->scratch->path, admit->scratch->path_size};
    finding->sdk = admit_sdk(admit);
    finding->source = record->source;
    memcpy(finding->country, record->country, sizeof finding->country);
    finding->was_planned = admit->is_planned;
    finding->length = (enum shield_length)look.length;
    finding->mask = look.mask;
    finding->count = 1;
    shield_findings_note_value(admit->scratch->findings, finding, value);
}

static void note(struct admit *admit, struct shield_finding *finding, struct text value)
{
    if (admit->is_silent) return;
    keep(admit, finding, value);
    note_seen(admit, finding, admit_look_of(value), value);
}

void admit_note_again(struct admit *admit, const struct outcome_note *noted,
                      struct outcome_look look, struct text value)
{
    if (admit->is_silent) return;
    struct shield_finding finding = {.detector_version = noted->version,
                                     .tier = noted->tier,
                                     .action = noted->action,
                                     .is_test = noted->is_test,
                                     .alerts = noted->alerts};
    memcpy(finding.detector, noted->detector, sizeof finding.detector);
    note_seen(admit, &finding, look, value);
}

void admit_note(struct admit *admit, const struct matcher_finding *found, enum shield_action action,
                struct text value)
{
    const struct ruleset_rule *rule = found->rule;
    bool is_test = found->proof == SHIELD_TEST;
    struct shield_finding finding = {
        .detector_version = rule->version,
        .tier = rule->tier,
        .action =
            rule->action == SHIELD_TOKENISE && action == SHIELD_DROP ? SHIELD_TOKENISE : action,
        .is_test = is_test,
        .alerts = !is_test && (rule->alerts || policy_is_hard(rule->class)),
    };
    memcpy(finding.detector, rule->id, sizeof finding.detector);
    note(admit, &finding, value);
}

/* The first thing that a record is refused for, for those who are told. */
static void tell_refusal(struct admit *admit, const char *detector)
{
    struct shield_record *record = admit->record;
    struct text path = {admit->scratch->path, admit->scratch->path_size};
    if (record->refused_by[0]) return;
    memcpy(record->refused_by, detector, sizeof record->refused_by);
    record->refused_path = arena_text(record->arena, path);
}

void admit_note_reason(struct admit *admit, enum admit_reason reason, enum shield_action action,
                       struct text value)
{
    bool is_held = reason == REASON_UNPLANNED_EVENT && action == SHIELD_QUARANTINE;
    if (action == SHIELD_REJECT || is_held) tell_refusal(admit, reasons[reason].detector);
    struct shield_finding finding = {.detector_version = 1,
                                     .tier = SHIELD_TIER_S,
                                     .action = action,
                                     .alerts = reasons[reason].alerts};
    memcpy(finding.detector, reasons[reason].detector, sizeof finding.detector);
    note(admit, &finding, value);
}

size_t admit_path_push(struct admit *admit, struct text name)
{
    struct shield_scratch *scratch = admit->scratch;
    size_t mark = scratch->path_size;
    if (name.size == 0) return mark; /* a place in a list */
    size_t room = ADMIT_PATH_MAX - mark;
    if (room < name.size + 1) return mark;
    if (mark > 0) scratch->path[scratch->path_size++] = '.';
    memcpy(scratch->path + scratch->path_size, name.bytes, name.size);
    scratch->path_size += name.size;
    return mark;
}

void admit_path_pop(struct admit *admit, size_t mark)
{
    admit->scratch->path_size = mark;
}
