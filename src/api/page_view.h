/* The pieces of the page, as HTML. One exchange; reads figures and rows, so not on a worker. */
#ifndef CANDOR_API_PAGE_VIEW_H
#define CANDOR_API_PAGE_VIEW_H

#include "api/api_internal.h"

enum {
    PAGE_PROJECT_COUNT_MAX = 20, /* shown at once */
    PAGE_EVENT_COUNT = 8,        /* newest ones of each */
    PAGE_SIZE_MAX = 4 * 1024 * 1024,
    PAGE_HOST_SIZE = 256,
};

struct page_view {
    struct api *api;
    struct buffer *out;
    bool is_signed_in;
    bool is_https;
    char host[PAGE_HOST_SIZE]; /* by which the reader reached us: "example.org:8080" */
};

void page_view_init(struct page_view *view, struct api_exchange *exchange);

/* Health, the counters as the sum that they are, and for each project its figures and newest
 * events. Of real projects nothing without a sign-in. */
void page_write_now(struct page_view *view);

/* How to send events, for each project that may be shown. */
void page_write_snippets(struct page_view *view);

/* True if the project may be shown to this reader. */
bool page_shows(const struct page_view *view, const struct project *project);

/* A table of newest events from a JSON array of export objects; the bytes are written into. */
void page_write_events(struct buffer *out, struct buffer *events);

/* A host from a header, if it is made of the characters of hosts; else "localhost". */
void page_host(struct text header, char out[PAGE_HOST_SIZE]);

#endif
