#include "store/segment_crew.h"

#include "base/check.h"
#include "base/memory.h"
#include "os/os_thread.h"

#include <stdlib.h>

enum { THREADS_MAX = 16 };

struct job {
    uint32_t column;
    uint32_t value_count;
};

struct place {
    struct segment_column_output out;
    bool is_ready;
};

struct segment_crew {
    const struct segment_columns *columns;
    uint32_t column_count;
    struct job *jobs;     /* in the order in which they are taken */
    struct place *places; /* by column */
    struct os_thread threads[THREADS_MAX];
    unsigned thread_count;
    struct os_mutex mutex; /* guards is_ready and what is below */
    struct os_condition is_done;
    uint32_t taken; /* jobs that threads have taken */
    bool is_stopped;
};

static int compare_jobs(const void *a, const void *b)
{
    const struct job *one = a;
    const struct job *other = b;
    if (one->value_count != other->value_count) {
        return one->value_count > other->value_count ? -1 : 1;
    }
    return one->column < other->column ? -1 : 1;
}

static void list_jobs(struct segment_crew *crew)
{
    const struct memtable *table = crew->columns->part->table;
    crew->jobs = MEMORY_ARRAY(struct job, crew->column_count);
    for (uint32_t i = 0; i < crew->column_count; i++)
        crew->jobs[i] = (struct job){i, table->columns[i]->dictionary.count};
    qsort(crew->jobs, crew->column_count, sizeof *crew->jobs, compare_jobs);
}

static bool take_job(struct segment_crew *crew, uint32_t *column)
{
    os_mutex_lock(&crew->mutex);
    bool has_one = !crew->is_stopped && crew->taken < crew->column_count;
    if (has_one) *column = crew->jobs[crew->taken++].column;
    os_mutex_unlock(&crew->mutex);
    return has_one;
}

static void encode(void *context)
{
    struct segment_crew *crew = context;
    struct segment_lane lane;
    uint32_t column;
    segment_lane_init(&lane, crew->columns);
    while (take_job(crew, &column)) {
        segment_column_encode(&lane, column, &crew->places[column].out);
        os_mutex_lock(&crew->mutex);
        crew->places[column].is_ready = true;
        os_condition_broadcast(&crew->is_done);
        os_mutex_unlock(&crew->mutex);
    }
    segment_lane_release(&lane);
}

struct segment_crew *segment_crew_start(const struct segment_columns *columns,
                                        unsigned thread_count)
{
    struct segment_crew *crew = MEMORY_NEW(struct segment_crew);
    crew->columns = columns;
    crew->column_count = columns->part->column_count;
    crew->places = MEMORY_ARRAY(struct place, crew->column_count);
    for (uint32_t i = 0; i < crew->column_count; i++)
        segment_column_output_init(&crew->places[i].out);
    list_jobs(crew);
    os_mutex_init(&crew->mutex);
    os_condition_init(&crew->is_done);
    if (thread_count > THREADS_MAX) thread_count = THREADS_MAX;
    crew->thread_count = thread_count > 1 ? thread_count : 0;
    for (unsigned i = 0; i < crew->thread_count; i++)
        os_thread_start(&crew->threads[i], "encoder", encode, crew);
    return crew;
}

static void wait_until_ready(struct segment_crew *crew, struct place *place)
{
    os_mutex_lock(&crew->mutex);
    while (!place->is_ready)
        os_condition_wait(&crew->is_done, &crew->mutex);
    os_mutex_unlock(&crew->mutex);
}

static enum status put_each(struct segment_crew *crew, struct segment_lane *alone,
                            segment_column_put *put, void *context, struct error *error)
{
    for (uint32_t i = 0; i < crew->column_count; i++) {
        struct place *place = &crew->places[i];
        if (crew->thread_count > 0) {
            wait_until_ready(crew, place);
        } else {
            segment_column_encode(alone, i, &place->out);
        }
        TRY(put(context, &place->out, error));
        segment_column_output_release(&place->out);
    }
    return STATUS_OK;
}

enum status segment_crew_put(struct segment_crew *crew, segment_column_put *put, void *context,
                             struct error *error)
{
    if (crew->thread_count > 0) return put_each(crew, NULL, put, context, error);
    struct segment_lane alone;
    segment_lane_init(&alone, crew->columns);
    enum status status = put_each(crew, &alone, put, context, error);
    segment_lane_release(&alone);
    return status;
}

void segment_crew_end(struct segment_crew *crew)
{
    os_mutex_lock(&crew->mutex);
    crew->is_stopped = true;
    os_mutex_unlock(&crew->mutex);
    for (unsigned i = 0; i < crew->thread_count; i++)
        os_thread_join(&crew->threads[i]);
    for (uint32_t i = 0; i < crew->column_count; i++)
        segment_column_output_release(&crew->places[i].out);
    os_condition_release(&crew->is_done);
    os_mutex_release(&crew->mutex);
    memory_free(crew->places);
    memory_free(crew->jobs);
    memory_free(crew);
}
