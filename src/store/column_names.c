#include "store/column_names.h"

#include "event/event_limits.h"

void column_names_init(struct column_names *names)
{
    os_mutex_init(&names->mutex);
    text_index_init(&names->names);
}

void column_names_release(struct column_names *names)
{
    text_index_release(&names->names);
    os_mutex_release(&names->mutex);
}

bool column_names_admit(struct column_names *names, struct text name)
{
    os_mutex_lock(&names->mutex);
    bool has_room = names->names.count < PROJECT_COLUMN_COUNT_MAX;
    bool admitted = has_room || text_index_find(&names->names, name) != TEXT_INDEX_NONE;
    if (admitted) text_index_add(&names->names, name);
    os_mutex_unlock(&names->mutex);
    return admitted;
}

void column_names_add(struct column_names *names, struct text name)
{
    os_mutex_lock(&names->mutex);
    text_index_add(&names->names, name);
    os_mutex_unlock(&names->mutex);
}

uint32_t column_names_count(struct column_names *names)
{
    os_mutex_lock(&names->mutex);
    uint32_t count = names->names.count;
    os_mutex_unlock(&names->mutex);
    return count;
}
