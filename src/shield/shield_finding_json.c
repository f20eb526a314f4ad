#include "shield/shield_finding_json.h"

static const char *const tiers[] = {"V", "S", "C"};
static const char *const actions[] = {"allow", "quarantine", "truncate", "bucket", "redact",
                                      "hash",  "tokenise",   "drop",     "reject"};
static const char *const sources[] = {"manual", "autocapture", "profile", "group",
                                      "import", "replay",      "server",  "scan"};
static const char *const lengths[] = {"0",     "1-8",    "9-16",     "17-32",
                                      "33-64", "65-256", "257-4096", "4097-"};
static const char *const kinds[] = {"digit", "lower", "upper", "punctuation", "space", "other"};

_Static_assert(sizeof actions / sizeof *actions == SHIELD_REJECT + 1, "a word for each");
_Static_assert(sizeof sources / sizeof *sources == SHIELD_SOURCE_COUNT, "a word for each");
_Static_assert(sizeof lengths / sizeof *lengths == SHIELD_LENGTH_MORE + 1, "a word for each");

static void write_kinds(struct json_writer *writer, uint8_t mask)
{
    json_key(writer, "characters");
    json_array_begin(writer);
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        if (mask >> i & 1) json_string(writer, kinds[i]);
    }
    json_array_end(writer);
}

void shield_finding_write(struct json_writer *writer, const struct shield_finding *finding)
{
    json_key(writer, "event");
    json_text(writer, finding->event);
    json_key(writer, "path");
    json_text(writer, finding->path);
    json_key(writer, "detector");
    json_string(writer, finding->detector);
    json_key(writer, "version");
    json_integer(writer, finding->detector_version);
    json_key(writer, "tier");
    json_string(writer, tiers[finding->tier]);
    json_key(writer, "action");
    json_string(writer, actions[finding->action]);
    json_key(writer, "sdk");
    json_text(writer, finding->sdk);
    json_key(writer, "source");
    json_string(writer, sources[finding->source]);
    json_key(writer, "country");
    json_text(writer, (struct text){finding->country, sizeof finding->country});
    json_key(writer, "length");
    json_string(writer, lengths[finding->length]);
    write_kinds(writer, finding->mask);
    json_key(writer, "planned");
    json_bool(writer, finding->was_planned);
    json_key(writer, "test");
    json_bool(writer, finding->is_test);
    json_key(writer, "alert");
    json_bool(writer, finding->alerts);
    json_key(writer, "count");
    json_unsigned(writer, finding->count);
    json_key(writer, "distinct");
    if (finding->distinct > 0) {
        json_unsigned(writer, finding->distinct);
    } else {
        json_null(writer);
    }
}
