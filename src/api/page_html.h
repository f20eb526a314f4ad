/* page/page.html as C, made at build time by tools/embed.py. Immutable. */
#ifndef CANDOR_API_PAGE_HTML_H
#define CANDOR_API_PAGE_HTML_H

#include "base/text.h"

/* What stands before, between and behind the markers, which are: */
enum page_html_marker {
    PAGE_HTML_ACCOUNT,
    PAGE_HTML_NOTICE,
    PAGE_HTML_NOW,
    PAGE_HTML_SNIPPETS,
};
enum { PAGE_HTML_MARKER_COUNT = PAGE_HTML_SNIPPETS + 1 };

extern const struct text page_html_parts[];
extern const size_t page_html_part_count;

/* Source expressions of a Content-Security-Policy. */
extern const char page_html_style_hash[];
extern const char page_html_script_hash[];

#endif
