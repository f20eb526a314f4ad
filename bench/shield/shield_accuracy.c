/* How right is the shield? Reads what bench/shield/leakgen.py writes, puts every value through
 * shield_admit as the one property of an event, and counts: was what was planted acted on, was what
 * is harmless left alone.
 *
 *     leakgen.py planted 1000000 | shield_accuracy [--show N]
 *
 * Prints for each detector: planted, acted on, recall and its Wilson interval of 95 % (E. B.
 * Wilson, 1927), and each detector's false actions. --show prints the first N mistakes. */
#include "base/buffer.h"
#include "base/memory.h"
#include "codec/json_reader.h"
#include "codec/json_writer.h"
#include "crypt/secret.h"
#include "shield/shield.h"
#include "shield/shield_finding.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LINE_MAX = 1 << 20, ARENA_SIZE = 1 << 24, DETECTORS_MAX = 512, MINUTE_MS = 60000 };

struct tally {
    char detector[4];
    enum shield_tier tier;
    uint64_t planted;
    uint64_t acted_on;
    uint64_t false_actions;
};

struct accuracy {
    struct shield *shield;
    struct shield_scratch *scratch;
    struct project project;
    struct arena arena;
    struct tally tallies[DETECTORS_MAX];
    uint32_t tally_count;
    uint64_t harmless;
    uint64_t harmless_changed;
    uint64_t shown;
    uint64_t show_max;
    int64_t now_ms;
};

static struct tally *tally_of(struct accuracy *accuracy, const char *detector)
{
    for (uint32_t i = 0; i < accuracy->tally_count; i++)
        if (strcmp(accuracy->tallies[i].detector, detector) == 0) return &accuracy->tallies[i];
    if (accuracy->tally_count == DETECTORS_MAX) exit(1);
    struct tally *tally = &accuracy->tallies[accuracy->tally_count++];
    (void)snprintf(tally->detector, sizeof tally->detector, "%s", detector);
    return tally;
}

static struct value read_value(struct accuracy *accuracy, char *json, size_t size)
{
    struct json_reader reader;
    struct buffer compact;
    json_reader_init(&reader, json, size);
    struct json_token token = json_next(&reader);
    switch (token.kind) {
    case JSON_TEXT: return value_from_text(token.text);
    case JSON_NUMBER: return value_from_number(token.text);
    case JSON_TRUE:
    case JSON_FALSE: return value_from_bool(token.kind == JSON_TRUE);
    case JSON_ARRAY_BEGIN:
    case JSON_OBJECT_BEGIN: break;
    default: fprintf(stderr, "shield_accuracy: a value is no JSON\n"); exit(1);
    }
    buffer_init(&compact, LINE_MAX);
    struct value value = {.kind = token.kind == JSON_ARRAY_BEGIN ? VALUE_LIST : VALUE_OBJECT};
    if (!json_copy_compact(&reader, &compact, NULL)) exit(1);
    value.text = arena_text(&accuracy->arena, buffer_text(&compact));
    buffer_release(&compact);
    return value;
}

static bool is_same(const struct value *a, const struct value *b)
{
    return a->kind == b->kind && value_equal(a, b);
}

/* One record of one property; true when anything was taken from it. */
static bool is_changed(struct accuracy *accuracy, struct text key, struct value value)
{
    struct text event = TEXT("Viewed");
    struct text id = TEXT("visitor-81");
    struct shield_item item = {.name = key, .value = value};
    struct shield_record record = {.project = &accuracy->project,
                                   .source = SHIELD_FROM_MANUAL,
                                   .now_ms = accuracy->now_ms,
                                   .country = {'?', '?'},
                                   .event = &event,
                                   .ids = {&id},
                                   .id_count = 1,
                                   .items = &item,
                                   .item_count = 1,
                                   .arena = &accuracy->arena};
    enum shield_verdict verdict = shield_admit(accuracy->shield, accuracy->scratch, &record);
    return verdict != SHIELD_ADMITTED || item.is_removed || !is_same(&item.value, &value) ||
           !text_equal(item.name, key);
}

struct seen {
    struct accuracy *accuracy;
    char names[64];
};

static bool note_false(void *context, const struct shield_finding *finding, int64_t last_minute)
{
    struct seen *seen = context;
    char detector[4] = {finding->detector[0], finding->detector[1], finding->detector[2], 0};
    struct tally *tally = tally_of(seen->accuracy, detector);
    (void)last_minute;
    tally->tier = finding->tier;
    tally->false_actions++;
    size_t size = strlen(seen->names);
    (void)snprintf(seen->names + size, sizeof seen->names - size, " %s", detector);
    return true;
}

static void show(struct accuracy *accuracy, const char *what, const char *line, const char *names)
{
    if (accuracy->shown++ < accuracy->show_max) fprintf(stderr, "%s:%s\t%s\n", what, names, line);
}

static void judge(struct accuracy *accuracy, const char *detector, const char *key, char *json,
                  const char *line)
{
    arena_rewind(&accuracy->arena, 0);
    struct value value = read_value(accuracy, json, strlen(json));
    bool changed = is_changed(accuracy, text_from(key), value);
    if (strcmp(detector, "-") != 0) {
        struct tally *tally = tally_of(accuracy, detector);
        tally->planted++;
        tally->acted_on += changed;
        if (!changed) show(accuracy, "missed", line, "");
        return;
    }
    accuracy->harmless++;
    if (!changed) return;
    accuracy->harmless_changed++;
    struct seen seen = {accuracy, ""};
    int64_t minute = accuracy->now_ms / MINUTE_MS;
    shield_findings_read(shield_findings_of(accuracy->shield), accuracy->project.id, minute,
                         minute + 1, note_false, &seen);
    show(accuracy, "false", line, seen.names);
    accuracy->now_ms += MINUTE_MS; /* so that the next one's findings stand alone */
}

static double wilson(uint64_t good, uint64_t all, double sign)
{
    if (all == 0) return 0;
    double z = 1.959964;
    double n = (double)all;
    double p = (double)good / n;
    double centre = p + z * z / (2 * n);
    double width = z * sqrt(p * (1 - p) / n + z * z / (4 * n * n));
    return (centre + sign * width) / (1 + z * z / n);
}

static void report(const struct accuracy *accuracy)
{
    uint64_t planted = 0;
    uint64_t acted_on = 0;
    for (uint32_t i = 0; i < accuracy->tally_count; i++) {
        const struct tally *tally = &accuracy->tallies[i];
        planted += tally->planted;
        acted_on += tally->acted_on;
        double recall = tally->planted ? (double)tally->acted_on / (double)tally->planted : 0;
        printf("%s\t%llu\t%llu\t%.5f\t%.5f\t%.5f\t%llu\n", tally->detector,
               (unsigned long long)tally->planted, (unsigned long long)tally->acted_on, recall,
               wilson(tally->acted_on, tally->planted, -1),
               wilson(tally->acted_on, tally->planted, 1),
               (unsigned long long)tally->false_actions);
    }
    printf("all\t%llu\t%llu\t-\t-\t-\t%llu of %llu\n", (unsigned long long)planted,
           (unsigned long long)acted_on, (unsigned long long)accuracy->harmless_changed,
           (unsigned long long)accuracy->harmless);
}

static void read_lines(struct accuracy *accuracy)
{
    char *line = MEMORY_ARRAY(char, LINE_MAX);
    char *whole = MEMORY_ARRAY(char, LINE_MAX);
    while (fgets(line, LINE_MAX, stdin)) {
        line[strcspn(line, "\n")] = '\0';
        memcpy(whole, line, strlen(line) + 1);
        char *fields[4] = {line, NULL, NULL, NULL};
        for (int i = 1; i < 4; i++) {
            char *tab = strchr(fields[i - 1], '\t');
            if (!tab) exit(1);
            *tab = '\0';
            fields[i] = tab + 1;
        }
        judge(accuracy, fields[0], fields[2], fields[3], whole);
    }
    memory_free(line);
    memory_free(whole);
}

int main(int count, char **arguments)
{
    static const uint8_t root_key[SECRET_KEY_SIZE] = {7};
    struct shield_options options = {.root_key = root_key};
    struct error error = {0};
    struct accuracy *accuracy = MEMORY_NEW(struct accuracy);
    if (count == 3 && strcmp(arguments[1], "--show") == 0) {
        accuracy->show_max = strtoull(arguments[2], NULL, 10);
    }
    crypt_init();
    if (shield_open(&options, &accuracy->shield, &error) != STATUS_OK) {
        fprintf(stderr, "shield_accuracy: %s\n", error.message);
        return 1;
    }
    accuracy->scratch = shield_scratch_take(accuracy->shield);
    accuracy->project = (struct project){.id = 1, .name = TEXT("bench"), .zone = TEXT("UTC")};
    accuracy->now_ms = INT64_C(1790000000000);
    arena_init(&accuracy->arena, ARENA_SIZE);
    read_lines(accuracy);
    report(accuracy);
    arena_release(&accuracy->arena);
    shield_scratch_give(accuracy->shield, accuracy->scratch);
    shield_close(accuracy->shield);
    memory_free(accuracy);
    return 0;
}
