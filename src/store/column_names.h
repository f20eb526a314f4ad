/* The property names that have a column somewhere in a project, so that there are never more than
 * PROJECT_COLUMN_COUNT_MAX: properties past that go to the overflow column. Any thread. */
#ifndef CANDOR_STORE_COLUMN_NAMES_H
#define CANDOR_STORE_COLUMN_NAMES_H

#include "base/text_index.h"
#include "os/os_thread.h"

#include <stdbool.h>

struct column_names {
    struct os_mutex mutex;
    struct text_index names;
};

void column_names_init(struct column_names *names);
void column_names_release(struct column_names *names);

/* False when the name is new and there is no room for it. */
bool column_names_admit(struct column_names *names, struct text name);
/* Of a segment that is there: past the limit too. */
void column_names_add(struct column_names *names, struct text name);
uint32_t column_names_count(struct column_names *names);

#endif
