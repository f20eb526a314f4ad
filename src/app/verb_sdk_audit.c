/* candor sdk-audit: exit status 1 means that something was found, so every failure is a 2. */
#include "app/verb.h"
#include "codec/json_writer.h"
#include "trust/audit.h"

#include <stdio.h>

enum { WAIT_SECONDS_DEFAULT = 3, WAIT_SECONDS_MAX = 600, URL_SIZE_MAX = 4096 };

static void write_json(const struct audit_report *report, const char *url, struct buffer *out)
{
    struct json_writer writer;
    json_writer_init(&writer, out);
    json_object_begin(&writer);
    json_key(&writer, "url");
    json_string(&writer, url);
    json_key(&writer, "canaries");
    json_unsigned(&writer, report->canary_count);
    json_key(&writer, "requests");
    json_unsigned(&writer, report->request_count);
    json_key(&writer, "leaks");
    json_array_begin(&writer);
    for (uint32_t i = 0; i < report->leak_count; i++) {
        const struct audit_leak *leak = &report->leaks[i];
        json_object_begin(&writer);
        json_key(&writer, "place");
        json_string(&writer, report->places[leak->canary]);
        json_key(&writer, "host");
        json_string(&writer, leak->host);
        json_key(&writer, "encoding");
        json_string(&writer, leak->wrapping);
        json_key(&writer, "times");
        json_unsigned(&writer, leak->times);
        json_object_end(&writer);
    }
    json_array_end(&writer);
    json_key(&writer, "left_out");
    json_unsigned(&writer, report->left_out);
    json_object_end(&writer);
    buffer_append_byte(out, '\n');
}

/* What a page calls its fields is the page's: no control characters to a terminal. */
static void write_place(struct buffer *out, const char *place)
{
    size_t size = 0;
    for (; place[size] != '\0'; size++)
        buffer_append_byte(out, (unsigned char)place[size] < ' ' ? '?' : place[size]);
    for (; size < 36; size++)
        buffer_append_byte(out, ' ');
}

static void write_table(const struct audit_report *report, struct buffer *out)
{
    if (report->leak_count > 0) {
        write_place(out, "planted in");
        buffer_printf(out, "  %-28s  %-20s  times\n", "left to", "as");
    }
    for (uint32_t i = 0; i < report->leak_count; i++) {
        const struct audit_leak *leak = &report->leaks[i];
        write_place(out, report->places[leak->canary]);
        buffer_printf(out, "  %-28s  %-20s  %u\n", leak->host, leak->wrapping, leak->times);
    }
    buffer_printf(out, "%u texts planted, %u requests, %u leaks\n", report->canary_count,
                  report->request_count, report->leak_count + report->left_out);
    if (report->request_count == 0) {
        buffer_append_string(out, "the page sent no request: that proves nothing of its SDK\n");
    }
}

static enum verb_exit tell(const struct invocation *invocation, const struct audit_report *report)
{
    struct buffer out;
    struct error error;
    buffer_init(&out, 16 * 1024 * 1024);
    if (invocation->wants_json) {
        write_json(report, invocation->operands[0], &out);
    } else {
        write_table(report, &out);
    }
    enum status status = verb_print(&out, &error);
    buffer_release(&out);
    if (status != STATUS_OK) {
        (void)verb_failed("audit the page", &error);
        return VERB_MISUSED;
    }
    return report->leak_count > 0 ? VERB_FAILED : VERB_DONE;
}

enum verb_exit verb_sdk_audit(const struct invocation *invocation)
{
    struct error error;
    struct audit_report report;
    struct text url = text_from(invocation->operands[0]);
    const char *wait = invocation_value(invocation, "wait");
    uint64_t seconds = WAIT_SECONDS_DEFAULT;
    bool is_web = text_starts_with(url, TEXT("http://")) || text_starts_with(url, TEXT("https://"));
    if (!is_web || url.size > URL_SIZE_MAX) {
        return verb_misused("cannot sdk-audit: the address begins with http:// or https://");
    }
    if (wait && (!text_to_u64(text_from(wait), &seconds) || seconds > WAIT_SECONDS_MAX)) {
        return verb_misused("cannot sdk-audit: --wait is a number of seconds, at most 600");
    }
    struct audit_options options = {
        .url = invocation->operands[0],
        .chromium = invocation_value(invocation, "chromium"),
        .wait_ms = (uint32_t)seconds * 1000,
    };
    enum status status = audit_page(&options, &report, &error);
    if (status != STATUS_OK) (void)verb_failed("audit the page", &error);
    enum verb_exit exit = status == STATUS_OK ? tell(invocation, &report) : VERB_MISUSED;
    audit_report_release(&report);
    return exit;
}
