/* Findings in memory: equal ones of a minute are one, with a count. */
#include "shield/shield_finding.h"

#include "base/memory.h"
#include "base/text_index.h"
#include "os/os_thread.h"

#include <string.h>

struct shield_findings {
    struct os_mutex mutex;   /* guards everything below */
    struct text_index texts; /* of events, paths, SDKs */
    struct shield_finding *items;
    uint32_t count;
    uint32_t capacity;
};

enum status shield_findings_open(const char *folder, struct shield_findings **out,
                                 struct error *error)
{
    (void)folder;
    (void)error;
    struct shield_findings *findings = MEMORY_NEW(struct shield_findings);
    os_mutex_init(&findings->mutex);
    text_index_init(&findings->texts);
    *out = findings;
    return STATUS_OK;
}

void shield_findings_close(struct shield_findings *findings)
{
    text_index_release(&findings->texts);
    memory_free(findings->items);
    os_mutex_release(&findings->mutex);
    memory_free(findings);
}

static bool is_same(const struct shield_finding *a, const struct shield_finding *b)
{
    return a->minute == b->minute && a->project == b->project &&
           memcmp(a->detector, b->detector, sizeof a->detector) == 0 && a->action == b->action &&
           a->source == b->source && a->length == b->length && a->mask == b->mask &&
           a->is_test == b->is_test && text_equal(a->path, b->path) &&
           text_equal(a->event, b->event) && text_equal(a->sdk, b->sdk) &&
           memcmp(a->country, b->country, sizeof a->country) == 0;
}

static struct text own(struct shield_findings *findings, struct text text)
{
    return text_index_get(&findings->texts, text_index_add(&findings->texts, text));
}

static void add(struct shield_findings *findings, const struct shield_finding *finding)
{
    if (findings->count == SHIELD_FINDINGS_MAX) return;
    if (findings->count == findings->capacity) {
        findings->capacity = findings->capacity ? 2 * findings->capacity : 64;
        findings->items =
            memory_resize(findings->items, findings->capacity, sizeof *findings->items);
    }
    struct shield_finding *item = &findings->items[findings->count++];
    *item = *finding;
    item->event = own(findings, finding->event);
    item->path = own(findings, finding->path);
    item->sdk = own(findings, finding->sdk);
}

void shield_findings_note(struct shield_findings *findings, const struct shield_finding *finding)
{
    os_mutex_lock(&findings->mutex);
    uint32_t place = findings->count;
    bool is_known = false;
    while (!is_known && place > 0 && findings->items[place - 1].minute >= finding->minute)
        is_known = is_same(&findings->items[--place], finding);
    if (is_known) {
        findings->items[place].count += finding->count;
    } else {
        add(findings, finding);
    }
    os_mutex_unlock(&findings->mutex);
}

enum status shield_findings_flush(struct shield_findings *findings, int64_t now_ms,
                                  struct error *error)
{
    (void)findings;
    (void)now_ms;
    (void)error;
    return STATUS_OK;
}

void shield_findings_read(struct shield_findings *findings, uint32_t project, int64_t from_minute,
                          int64_t to_minute, shield_findings_visit *visit, void *context)
{
    os_mutex_lock(&findings->mutex);
    bool goes_on = true;
    for (uint32_t i = findings->count; i > 0 && goes_on; i--) {
        const struct shield_finding *item = &findings->items[i - 1];
        bool is_asked =
            item->project == project && item->minute >= from_minute && item->minute < to_minute;
        if (is_asked) goes_on = visit(context, item, item->minute);
    }
    os_mutex_unlock(&findings->mutex);
}
