#include "trust/audit.h"

#include "base/check.h"
#include "base/memory.h"
#include "codec/json_tree.h"
#include "os/os_clock.h"
#include "trust/audit_script.h"
#include "trust/visit.h"

#include <stdio.h>
#include <string.h>

enum {
    LEAVE_MS = 500,
    SCRIPT_SIZE_MAX = 32 * 1024,
    ANSWER_SIZE_MAX = 1024 * 1024,
    COUNT_MAX = 100,
};
_Static_assert(AUDIT_HOST_SIZE == (int)VISIT_HOST_SIZE, "one host in a leak and in a visit");

struct audit {
    const struct audit_options *options;
    struct audit_report *report;
    struct visit *visit;
    char host[AUDIT_HOST_SIZE]; /* of the request that is being looked at */
};

/* --- what leaves --- */

static void found(void *context, uint32_t canary, const char *wrapping)
{
    struct audit *audit = context;
    struct audit_report *report = audit->report;
    for (uint32_t i = 0; i < report->leak_count; i++) {
        struct audit_leak *leak = &report->leaks[i];
        bool is_same = leak->canary == canary && strcmp(leak->host, audit->host) == 0;
        if (!is_same || strcmp(leak->wrapping, wrapping) != 0) continue;
        leak->times++;
        return;
    }
    if (report->leak_count == AUDIT_LEAKS_MAX) {
        report->left_out++;
        return;
    }
    struct audit_leak *leak = &report->leaks[report->leak_count++];
    *leak = (struct audit_leak){.canary = canary, .times = 1};
    (void)snprintf(leak->host, sizeof leak->host, "%s", audit->host);
    (void)snprintf(leak->wrapping, sizeof leak->wrapping, "%s", wrapping);
}

static void sent(void *context, const char *host, struct text bytes)
{
    struct audit *audit = context;
    (void)snprintf(audit->host, sizeof audit->host, "%s", host);
    audit_search(bytes, audit->report->prefix, found, audit);
}

/* --- using the page --- */

/* A verb of the handle in the page, with its answer in the buffer. */
static enum status ask(struct audit *audit, const char *verb, uint32_t index, struct buffer *answer,
                       struct error *error)
{
    char script[64];
    int size = snprintf(script, sizeof script, "globalThis['%s'].%s(%u)", audit->report->prefix,
                        verb, index);
    return visit_ask(audit->visit, (struct text){script, (size_t)size}, answer, error);
}

static enum status type_into(struct audit *audit, uint32_t index, struct buffer *answer,
                             struct error *error)
{
    TRY(ask(audit, "focus", index, answer, error));
    struct text typed = buffer_text(answer);
    if (typed.size != AUDIT_PREFIX_SIZE + 2) return STATUS_OK; /* the page has changed it */
    TRY(visit_insert(audit->visit, typed, error));
    return ask(audit, "typed", index, answer, error);
}

static enum status click(struct audit *audit, uint32_t index, struct buffer *answer,
                         struct error *error)
{
    TRY(ask(audit, "point", index, answer, error));
    return visit_click(audit->visit, buffer_text(answer), error);
}

static enum status plant(struct audit *audit, uint32_t *fields, uint32_t *clicks,
                         struct buffer *answer, struct error *error)
{
    struct buffer script;
    struct text rest;
    uint64_t first = 0;
    uint64_t second = 0;
    buffer_init(&script, SCRIPT_SIZE_MAX);
    buffer_printf(&script, "%s('%s')", audit_script, audit->report->prefix);
    enum status status = visit_ask(audit->visit, buffer_text(&script), answer, error);
    buffer_release(&script);
    if (status != STATUS_OK) return status;
    (void)text_to_u64(text_split(buffer_text(answer), ',', &rest), &first);
    (void)text_to_u64(rest, &second);
    *fields = first < COUNT_MAX ? (uint32_t)first : COUNT_MAX;
    *clicks = second < COUNT_MAX ? (uint32_t)second : COUNT_MAX;
    return STATUS_OK;
}

/* What each canary is called. */
static enum status read_places(struct audit *audit, struct buffer *answer, struct error *error)
{
    struct arena arena;
    struct json_node *list;
    TRY(ask(audit, "places", 0, answer, error));
    arena_init(&arena, 1024 * 1024);
    enum status status = json_tree_parse(answer->bytes, answer->size, &arena, &list, error);
    const struct json_node *one = status == STATUS_OK ? list->first_child : NULL;
    for (; one && audit->report->canary_count < AUDIT_CANARIES_MAX; one = one->next) {
        struct text place = one->text;
        char *out = audit->report->places[audit->report->canary_count++];
        if (place.size >= AUDIT_TEXT_SIZE) place.size = AUDIT_TEXT_SIZE - 1;
        (void)text_to_string(place, out, AUDIT_TEXT_SIZE);
    }
    arena_release(&arena);
    return status;
}

static enum status use_page(struct audit *audit, struct buffer *answer, struct error *error)
{
    uint32_t fields;
    uint32_t clicks;
    TRY(plant(audit, &fields, &clicks, answer, error));
    TRY(read_places(audit, answer, error));
    for (uint32_t i = 0; i < fields; i++)
        TRY(type_into(audit, i, answer, error));
    for (uint32_t i = 0; i < clicks; i++)
        TRY(click(audit, i, answer, error));
    return ask(audit, "submit", 0, answer, error);
}

/* --- the visit --- */

/* The address with a canary in its query, before the fragment. */
static void write_address(struct audit *audit, struct buffer *address)
{
    struct text fragment;
    struct text before = text_split(text_from(audit->options->url), '#', &fragment);
    bool has_query = text_find_byte(before, '?') != TEXT_NOT_FOUND;
    buffer_append_text(address, before);
    buffer_printf(address, "%saudit=%s000", has_query ? "&" : "?", audit->report->prefix);
    if (fragment.size > 0) buffer_printf(address, "#%.*s", TEXT_PRINT(fragment));
}

static enum status walk(struct audit *audit, struct buffer *answer, struct error *error)
{
    write_address(audit, answer);
    TRY(visit_go(audit->visit, buffer_text(answer), error));
    TRY(use_page(audit, answer, error));
    TRY(visit_wait(audit->visit, audit->options->wait_ms, error));
    /* Told that it is left, and kept: what a page sends when it really goes is told by nobody. */
    TRY(ask(audit, "leave", 0, answer, error));
    TRY(visit_wait(audit->visit, LEAVE_MS, error));
    return visit_fetch_bodies(audit->visit, error);
}

static enum status visit_page(struct audit *audit, struct error *error)
{
    struct visit_options options = {
        .chromium = audit->options->chromium, .sent = sent, .context = audit};
    TRY(visit_open(&options, &audit->visit, error));
    struct buffer answer;
    buffer_init(&answer, ANSWER_SIZE_MAX);
    enum status status = walk(audit, &answer, error);
    buffer_release(&answer);
    audit->report->request_count = visit_figures(audit->visit).requests;
    visit_close(audit->visit);
    return status;
}

/* Consonants and vowels in turn: it reads like a word, so that a filter against random texts is not
 * what keeps it in. */
static void make_prefix(char out[AUDIT_PREFIX_SIZE])
{
    uint8_t chance[AUDIT_PREFIX_SIZE];
    os_random_bytes(chance, sizeof chance);
    for (int i = 0; i < AUDIT_PREFIX_SIZE - 1; i++)
        out[i] = i % 2 == 0 ? "bdfghklmnprstvz"[chance[i] % 15] : "aeiou"[chance[i] % 5];
    out[AUDIT_PREFIX_SIZE - 1] = '\0';
}

enum status audit_page(const struct audit_options *options, struct audit_report *out,
                       struct error *error)
{
    *out = (struct audit_report){
        .places = memory_alloc(AUDIT_CANARIES_MAX, AUDIT_TEXT_SIZE),
        .leaks = MEMORY_ARRAY(struct audit_leak, AUDIT_LEAKS_MAX),
    };
    make_prefix(out->prefix);
    struct audit audit = {.options = options, .report = out};
    return visit_page(&audit, error);
}

void audit_report_release(struct audit_report *report)
{
    memory_free(report->places);
    memory_free(report->leaks);
    *report = (struct audit_report){0};
}
