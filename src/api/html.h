/* Text into HTML. Everything that a client once sent passes through here. */
#ifndef CANDOR_API_HTML_H
#define CANDOR_API_HTML_H

#include "base/buffer.h"
#include "base/text.h"

#include <stdint.h>

/* Between tags or in a quoted attribute: no markup comes out, and no control characters. */
void html_text(struct buffer *out, struct text text);

/* The same in an element of its own that keeps the text's direction to itself, and at most so many
 * code points, with "…" for the rest. Bytes that are no UTF-8 become "�". */
void html_name(struct buffer *out, struct text text, size_t points_max);

void html_number(struct buffer *out, uint64_t number); /* 1,234,567 */

#endif
