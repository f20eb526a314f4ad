/* Findings: counted in lanes, gathered in one table, written from another. Locks are taken in this
 * order: file_mutex, lanes_mutex, a lane's, mutex; nobody holds one of the last two while a file is
 * read or written, so that ingestion never waits for a disk. */
#include "shield/shield_finding.h"

#include "base/check.h"
#include "base/memory.h"
#include "os/os_log.h"
#include "os/os_thread.h"
#include "shield/shield_finding_distinct.h"
#include "shield/shield_finding_file.h"
#include "shield/shield_finding_lane.h"
#include "shield/shield_finding_table.h"

#include <stdlib.h>
#include <string.h>

enum {
    MINUTE_MS = 60000,
    DAY_MINUTES = 24 * 60,
    KINDS_MAX = 256 * 1024, /* that are known; above it nothing is first of its kind */
    KIND_SLOTS = 2 * KINDS_MAX,
};

struct shield_findings {
    struct os_mutex mutex; /* guards what follows, up to the blank line */
    struct finding_table fresh;
    struct finding_distinct distinct;
    uint64_t *kinds; /* hashes of those that were told, open addressing; NULL: none yet */
    uint32_t kind_count;
    struct shield_alert *alerts; /* a ring of SHIELD_ALERTS_MAX; NULL: none yet */
    uint32_t alert_first;
    uint32_t alert_count;

    struct os_mutex lanes_mutex; /* guards what follows, up to the blank line */
    struct shield_finding_lane *lanes;

    struct os_mutex file_mutex; /* guards what follows */
    struct finding_table writing;
    struct finding_file *file; /* NULL: in memory only */
    int64_t flushed_minute;
};

/* --- first of their kind --- */

static uint64_t kind_of(const struct shield_finding *finding)
{
    uint64_t hash = text_hash_seeded(finding->event, finding->project);
    hash = text_hash_seeded(finding->path, hash);
    hash = text_hash_seeded((struct text){finding->detector, 3}, hash);
    return hash == 0 ? 1 : hash;
}

/* True when it was not known. */
static bool learn_kind(struct shield_findings *findings, uint64_t kind)
{
    if (findings->kind_count == KINDS_MAX) return false;
    if (!findings->kinds) findings->kinds = MEMORY_ARRAY(uint64_t, KIND_SLOTS);
    uint32_t slot = (uint32_t)(kind % KIND_SLOTS);
    while (findings->kinds[slot] != 0) {
        if (findings->kinds[slot] == kind) return false;
        slot = (slot + 1) % KIND_SLOTS;
    }
    findings->kinds[slot] = kind;
    findings->kind_count++;
    return true;
}

static struct text copy_text(struct shield_alert *alert, size_t *used, struct text text)
{
    size_t room = sizeof alert->texts - *used;
    size_t size = text.size < room ? text.size : room;
    char *place = alert->texts + *used;
    if (size > 0) memcpy(place, text.bytes, size);
    *used += size;
    return (struct text){place, size};
}

static void copy_alert(struct shield_alert *alert, const struct shield_finding *finding)
{
    size_t used = 0;
    alert->finding = *finding;
    alert->finding.event = copy_text(alert, &used, finding->event);
    alert->finding.path = copy_text(alert, &used, finding->path);
    alert->finding.sdk = copy_text(alert, &used, finding->sdk);
}

static void alert_if_first(struct shield_findings *findings, const struct shield_finding *finding)
{
    if (!finding->alerts || finding->is_test) return;
    if (!learn_kind(findings, kind_of(finding))) return;
    if (findings->alert_count == SHIELD_ALERTS_MAX) return;
    if (!findings->alerts) findings->alerts = MEMORY_ARRAY(struct shield_alert, SHIELD_ALERTS_MAX);
    uint32_t place = (findings->alert_first + findings->alert_count++) % SHIELD_ALERTS_MAX;
    copy_alert(&findings->alerts[place], finding);
}

bool shield_findings_next_alert(struct shield_findings *findings, struct shield_alert *alert)
{
    os_mutex_lock(&findings->mutex);
    bool has_one = findings->alert_count > 0;
    if (has_one) {
        copy_alert(alert, &findings->alerts[findings->alert_first].finding);
        findings->alert_first = (findings->alert_first + 1) % SHIELD_ALERTS_MAX;
        findings->alert_count--;
    }
    os_mutex_unlock(&findings->mutex);
    return has_one;
}

/* --- opening and closing --- */

static void learn_written(void *context, const struct shield_finding *finding)
{
    struct shield_findings *findings = context;
    if (finding->alerts && !finding->is_test) (void)learn_kind(findings, kind_of(finding));
}

static enum status open_folder(struct shield_findings *findings, const char *folder,
                               struct error *error)
{
    uint32_t damaged = 0;
    TRY(finding_file_open(folder, &findings->file, error));
    return finding_file_read(folder, INT64_MIN, INT64_MAX, learn_written, findings, &damaged,
                             error);
}

static void release(struct shield_findings *findings)
{
    finding_file_close(findings->file);
    while (findings->lanes) {
        struct shield_finding_lane *lane = findings->lanes;
        findings->lanes = lane->next;
        finding_lane_free(lane);
    }
    finding_table_release(&findings->fresh);
    finding_table_release(&findings->writing);
    finding_distinct_release(&findings->distinct);
    memory_free(findings->kinds);
    memory_free(findings->alerts);
    os_mutex_release(&findings->mutex);
    os_mutex_release(&findings->lanes_mutex);
    os_mutex_release(&findings->file_mutex);
    memory_free(findings);
}

enum status shield_findings_open(const char *folder, struct shield_findings **out,
                                 struct error *error)
{
    struct shield_findings *findings = MEMORY_NEW(struct shield_findings);
    os_mutex_init(&findings->mutex);
    os_mutex_init(&findings->lanes_mutex);
    os_mutex_init(&findings->file_mutex);
    finding_table_init(&findings->fresh);
    finding_table_init(&findings->writing);
    finding_distinct_init(&findings->distinct);
    enum status status = folder ? open_folder(findings, folder, error) : STATUS_OK;
    if (status != STATUS_OK) {
        release(findings);
        return status;
    }
    *out = findings;
    return STATUS_OK;
}

/* --- noting --- */

static void note_at_once(struct shield_findings *findings, const struct shield_finding *finding,
                         struct text value)
{
    struct shield_finding counted = *finding;
    os_mutex_lock(&findings->mutex);
    if (value.size > 0) {
        counted.distinct = finding_distinct_add(&findings->distinct, kind_of(finding),
                                                finding->minute / DAY_MINUTES, value);
    }
    finding_table_add(&findings->fresh, &counted, finding->minute);
    alert_if_first(findings, &counted);
    os_mutex_unlock(&findings->mutex);
}

void shield_findings_note(struct shield_findings *findings, const struct shield_finding *finding)
{
    note_at_once(findings, finding, TEXT(""));
}

struct shield_finding_lane *shield_findings_lane(struct shield_findings *findings)
{
    struct shield_finding_lane *lane = finding_lane_make(findings);
    os_mutex_lock(&findings->lanes_mutex);
    lane->next = findings->lanes;
    findings->lanes = lane;
    os_mutex_unlock(&findings->lanes_mutex);
    return lane;
}

/* With the lane's lock held. A lane that nobody uses is emptied each minute all the same, and keeps
 * no key. */
static void empty(struct shield_finding_lane *lane)
{
    struct shield_findings *findings = lane->findings;
    if (lane->day == INT64_MIN) return;
    os_mutex_lock(&findings->mutex);
    for (uint32_t i = 0; i < lane->row_count; i++) {
        const struct lane_row *row = &lane->rows[i];
        struct shield_finding counted = row->finding;
        counted.count = row->count;
        if (row->has_values) {
            counted.distinct = finding_distinct_merge(&findings->distinct, kind_of(&counted),
                                                      lane->key, row->registers);
        }
        finding_table_add(&findings->fresh, &counted, counted.minute);
    }
    os_mutex_unlock(&findings->mutex);
    finding_lane_clear(lane);
}

/* The lane's values are hashed under the key of the finding's day. */
static void take_key(struct shield_finding_lane *lane, int64_t day)
{
    if (lane->day == day) return;
    empty(lane);
    os_mutex_lock(&lane->findings->mutex);
    lane->key = finding_distinct_key(&lane->findings->distinct, day);
    os_mutex_unlock(&lane->findings->mutex);
    lane->day = day;
}

/* With the lane's lock held. False: it does not fit into a lane. */
static bool count_in_lane(struct shield_finding_lane *lane, const struct shield_finding *finding,
                          struct text value)
{
    take_key(lane, finding->minute / DAY_MINUTES);
    if (finding_lane_count(lane, finding, value)) return true;
    if (finding_lane_is_full(lane)) {
        empty(lane);
        take_key(lane, finding->minute / DAY_MINUTES);
    }
    return finding_lane_add(lane, finding) && finding_lane_count(lane, finding, value);
}

/* Who is told of the first of its kind is told at once. */
void shield_findings_note_value(struct shield_finding_lane *lane,
                                const struct shield_finding *finding, struct text value)
{
    bool is_counted = false;
    if (!finding->alerts) {
        os_mutex_lock(&lane->mutex);
        is_counted = count_in_lane(lane, finding, value);
        os_mutex_unlock(&lane->mutex);
    }
    if (!is_counted) note_at_once(lane->findings, finding, value);
}

static void empty_lanes(struct shield_findings *findings)
{
    os_mutex_lock(&findings->lanes_mutex);
    for (struct shield_finding_lane *lane = findings->lanes; lane; lane = lane->next) {
        os_mutex_lock(&lane->mutex);
        empty(lane);
        os_mutex_unlock(&lane->mutex);
    }
    os_mutex_unlock(&findings->lanes_mutex);
}

/* --- writing --- */

/* Called with file_mutex held. What could not be written stays, and goes first the next time. */
static enum status write_out(struct shield_findings *findings, int64_t minute, struct error *error)
{
    empty_lanes(findings);
    for (int turn = 0; turn < 2; turn++) {
        if (findings->writing.count == 0) {
            os_mutex_lock(&findings->mutex);
            struct finding_table empty = findings->writing;
            findings->writing = findings->fresh;
            findings->fresh = empty;
            os_mutex_unlock(&findings->mutex);
        }
        TRY(finding_file_append(findings->file, minute / DAY_MINUTES, &findings->writing, error));
        finding_table_clear(&findings->writing);
    }
    findings->flushed_minute = minute;
    return STATUS_OK;
}

enum status shield_findings_flush(struct shield_findings *findings, int64_t now_ms,
                                  struct error *error)
{
    int64_t minute = now_ms / MINUTE_MS;
    enum status status = STATUS_OK;
    os_mutex_lock(&findings->file_mutex);
    bool is_due = findings->flushed_minute != minute && findings->file != NULL;
    if (is_due) status = write_out(findings, minute, error);
    os_mutex_unlock(&findings->file_mutex);
    return status;
}

void shield_findings_close(struct shield_findings *findings)
{
    struct error error = {0};
    int64_t minute = 0;
    empty_lanes(findings);
    for (uint32_t i = 0; i < findings->fresh.count; i++) {
        const struct finding_item *item = &findings->fresh.items[i];
        if (item->last_minute > minute) minute = item->last_minute;
    }
    if (minute < findings->flushed_minute) minute = findings->flushed_minute;
    if (findings->file) (void)write_out(findings, minute, &error);
    release(findings);
}

/* --- reading --- */

struct reading {
    uint32_t project;
    int64_t from_minute;
    int64_t to_minute;
    struct finding_table sum;
};

static void take(void *context, const struct shield_finding *finding)
{
    struct reading *reading = context;
    bool is_asked = finding->project == reading->project &&
                    finding->minute >= reading->from_minute && finding->minute < reading->to_minute;
    if (is_asked) finding_table_add(&reading->sum, finding, finding->minute);
}

static void take_table(struct reading *reading, const struct finding_table *table)
{
    for (uint32_t i = 0; i < table->count; i++) {
        struct shield_finding finding = finding_table_get(table, i);
        take(reading, &finding);
    }
}

static int64_t day_before(int64_t minute)
{
    return minute < INT64_MIN / 2 ? INT64_MIN : minute / DAY_MINUTES - 1;
}

/* What is damaged is left out of the sums; the operator is told. */
static void read_files(const struct shield_findings *findings, struct reading *reading)
{
    struct error error = {0};
    uint32_t damaged = 0;
    if (finding_file_read(finding_file_folder(findings->file), day_before(reading->from_minute),
                          INT64_MAX, take, reading, &damaged, &error) != STATUS_OK) {
        os_log_error(OS_LOG_ERROR, "shield", "could not read the findings", &error);
    }
    struct os_log_field fields[] = {{"files", damaged}};
    if (damaged > 0) {
        os_log_fields(OS_LOG_WARNING, "shield", "findings are damaged and left out", fields, 1);
    }
}

static int compare_items(const void *a, const void *b)
{
    const struct finding_item *first = *(const struct finding_item *const *)a;
    const struct finding_item *second = *(const struct finding_item *const *)b;
    if (first->last_minute != second->last_minute) {
        return first->last_minute > second->last_minute ? -1 : 1;
    }
    if (first->count != second->count) return first->count > second->count ? -1 : 1;
    return memcmp(&first->key, &second->key, sizeof first->key);
}

static void hand_out(const struct finding_table *sum, shield_findings_visit *visit, void *context)
{
    const struct finding_item **order = MEMORY_ARRAY(const struct finding_item *, sum->count + 1);
    for (uint32_t i = 0; i < sum->count; i++)
        order[i] = &sum->items[i];
    qsort(order, sum->count, sizeof *order, compare_items);
    bool goes_on = true;
    for (uint32_t i = 0; i < sum->count && goes_on; i++) {
        struct shield_finding finding = finding_table_get(sum, (uint32_t)(order[i] - sum->items));
        goes_on = visit(context, &finding, order[i]->last_minute);
    }
    memory_free(order);
}

void shield_findings_read(struct shield_findings *findings, uint32_t project, int64_t from_minute,
                          int64_t to_minute, shield_findings_visit *visit, void *context)
{
    struct reading reading = {
        .project = project, .from_minute = from_minute, .to_minute = to_minute};
    finding_table_init(&reading.sum);
    reading.sum.is_sum = true;
    os_mutex_lock(&findings->file_mutex);
    if (findings->file) read_files(findings, &reading);
    take_table(&reading, &findings->writing);
    empty_lanes(findings);
    os_mutex_lock(&findings->mutex);
    take_table(&reading, &findings->fresh);
    os_mutex_unlock(&findings->mutex);
    os_mutex_unlock(&findings->file_mutex);
    hand_out(&reading.sum, visit, context);
    finding_table_release(&reading.sum);
}
