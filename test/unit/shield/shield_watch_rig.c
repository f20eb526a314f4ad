#include "shield_watch_rig.h"

#include "crypt/secret.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void watch_rig_begin(struct watch_rig *rig, const char *folder)
{
    struct error error = {0};
    crypt_init();
    *rig = (struct watch_rig){.project = {.id = 1}, .now_ms = WATCH_RIG_START_MS};
    assert_int_equal(shield_findings_open(NULL, &rig->findings, &error), STATUS_OK);
    rig->watch = shield_watch_open(folder, rig->findings);
}

void watch_rig_end(struct watch_rig *rig)
{
    shield_watch_close(rig->watch);
    shield_findings_close(rig->findings);
}

void watch_rig_give(struct watch_rig *rig, const struct watch_given *given)
{
    uint32_t count = given->count > 0 ? given->count : 1;
    struct shield_item item = {.name = text_from(given->name), .value = given->value};
    struct shield_record record = {.project = &rig->project,
                                   .now_ms = rig->now_ms,
                                   .items = &item,
                                   .item_count = given->name[0] ? 1 : 0};
    struct shield_sight sight = {.record = &record,
                                 .event = text_from(given->event ? given->event : "Viewed"),
                                 .sdk = text_from(given->sdk ? given->sdk : "web/1"),
                                 .is_near = &given->is_near,
                                 .events = count,
                                 .count = count};
    shield_watch_record(rig->watch, &sight);
    if (given->is_sure) shield_watch_sure(rig->watch, &sight, &given->is_sure);
}

void watch_rig_give_text(struct watch_rig *rig, const char *name, const char *text)
{
    watch_rig_give(rig,
                   &(struct watch_given){.name = name, .value = value_from_text(text_from(text))});
}

static bool tally(void *context, const struct shield_finding *finding, int64_t last_minute)
{
    struct watch_told *told = context;
    (void)last_minute;
    told->count += finding->count;
    told->alerts += finding->alerts ? finding->count : 0;
    size_t used = strlen(told->detectors);
    (void)snprintf(told->detectors + used, sizeof told->detectors - used, "%s ", finding->detector);
    used = strlen(told->all);
    (void)snprintf(told->all + used, sizeof told->all - used, "%s %.*s/%.*s ", finding->detector,
                   TEXT_PRINT(finding->event), TEXT_PRINT(finding->path));
    return true;
}

struct watch_told watch_rig_told(struct watch_rig *rig)
{
    struct watch_told told = {0};
    shield_findings_read(rig->findings, 1, INT64_MIN, INT64_MAX, tally, &told);
    return told;
}

void watch_home_begin(struct watch_home *home)
{
    (void)snprintf(home->folder, sizeof home->folder, "shield-watch-XXXXXX");
    assert_non_null(mkdtemp(home->folder));
    (void)snprintf(home->path, sizeof home->path, "%s/watch", home->folder);
}

void watch_home_end(struct watch_home *home)
{
    assert_int_equal(remove(home->path), 0);
    assert_int_equal(remove(home->folder), 0);
}
