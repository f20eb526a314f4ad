#include "jobs/webhook.h"

#include "base/calendar.h"
#include "base/memory.h"
#include "codec/json_writer.h"
#include "http/http_post.h"
#include "os/os_log.h"
#include "shield/shield_finding_json.h"

#include <string.h>

enum {
    TRIES_MAX = 7,     /* a minute in all */
    TIMEOUT_MS = 3000, /* stopping waits for it */
    BODY_SIZE_MAX = 16 * 1024,
    MINUTE_MS = 60000,
};
static const uint64_t second_ns = UINT64_C(1000000000);

struct webhook {
    char *address;
    struct shield_findings *findings;
    struct project_slot *projects;
    struct shield_alert alert; /* under way when tries_left > 0 */
    int tries;
    bool is_under_way;
    uint64_t due_ns;
};

struct webhook *webhook_make(const char *address, struct shield_findings *findings,
                             struct project_slot *projects)
{
    struct webhook *webhook = MEMORY_NEW(struct webhook);
    size_t size = strlen(address) + 1;
    webhook->address = MEMORY_ARRAY(char, size);
    memcpy(webhook->address, address, size);
    webhook->findings = findings;
    webhook->projects = projects;
    return webhook;
}

void webhook_release(struct webhook *webhook)
{
    if (!webhook) return;
    memory_free(webhook->address);
    memory_free(webhook);
}

static void write_project(struct json_writer *writer, struct project_slot *projects, uint32_t id)
{
    struct project_table *table = project_slot_take(projects);
    const struct project *project = project_table_by_id(table, id);
    json_key(writer, "project");
    json_object_begin(writer);
    json_key(writer, "id");
    json_unsigned(writer, id);
    json_key(writer, "name");
    json_text(writer, project ? project->name : TEXT(""));
    json_object_end(writer);
    project_table_drop(table);
}

static void write_body(const struct webhook *webhook, struct buffer *body)
{
    const struct shield_finding *finding = &webhook->alert.finding;
    struct json_writer writer;
    char instant[32];
    calendar_instant_format(finding->minute * MINUTE_MS, instant);
    json_writer_init(&writer, body);
    json_object_begin(&writer);
    json_key(&writer, "kind");
    json_string(&writer, finding->detector[0] == 'W' ? "shield.watch" : "shield.finding");
    write_project(&writer, webhook->projects, finding->project);
    json_key(&writer, "minute");
    json_string(&writer, instant);
    shield_finding_write(&writer, finding);
    json_object_end(&writer);
}

static bool tell(struct webhook *webhook, struct error *error)
{
    struct buffer body;
    int code = 0;
    buffer_init(&body, BODY_SIZE_MAX);
    write_body(webhook, &body);
    enum status status = http_post(webhook->address, buffer_text(&body), TIMEOUT_MS, &code, error);
    buffer_release(&body);
    if (status != STATUS_OK) return false;
    if (code >= 200 && code < 300) return true;
    (void)error_set(error, STATUS_IO, "the webhook answered %d", code);
    return false;
}

bool webhook_turn(struct webhook *webhook, uint64_t now_ns)
{
    struct error error = {0};
    if (!webhook->is_under_way) {
        if (!shield_findings_next_alert(webhook->findings, &webhook->alert)) return false;
        webhook->is_under_way = true;
        webhook->tries = 0;
        webhook->due_ns = now_ns;
    }
    if (now_ns < webhook->due_ns) return false;
    if (tell(webhook, &error)) {
        webhook->is_under_way = false;
        return true;
    }
    webhook->due_ns = now_ns + (second_ns << webhook->tries);
    if (++webhook->tries < TRIES_MAX) return false;
    os_log_error(OS_LOG_WARNING, "jobs", "gave up telling the webhook of a finding", &error);
    webhook->is_under_way = false;
    return true;
}
