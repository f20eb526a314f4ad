#include "exec/exec.h"

#include "base/check.h"
#include "exec/crew.h"
#include "exec/explain.h"
#include "exec/funnel.h"
#include "exec/question.h"
#include "exec/trend.h"
#include "os/os_clock.h"

enum { SHARED_SIZE_MIN = 64 * 1024 };

static void write_meta(const struct question *question, uint64_t bytes_before,
                       struct result *result)
{
    const struct exec_input *input = question->input;
    int64_t today = zone_local_day(input->zone, input->now_ms);
    result->exact = true;
    result->as_of_ms = input->now_ms;
    result->bytes_scanned = snapshot_bytes_read(input->snapshot) - bytes_before;
    result->elapsed_ms = (double)(os_clock_monotonic_ns() - question->started_ns) / 1e6;
    calendar_date_format(today - 1, result->complete_until);
}

static enum status answer_question(struct question *question, struct crew *crew,
                                   struct result *result, struct error *error)
{
    uint64_t bytes_before = snapshot_bytes_read(question->input->snapshot);
    TRY(question_init(question, question->input, question->arena, error));
    switch (question->plan->kind) {
    case PLAN_TREND: TRY(trend_run(question, crew, result, error)); break;
    case PLAN_FUNNEL: TRY(funnel_run(question, crew, result, error)); break;
    }
    write_meta(question, bytes_before, result);
    return explain_write(question, result, error);
}

/* Half of the memory is for what all threads share: dictionaries, tables by person, ranking. */
enum status exec_run(const struct exec_input *input, struct result *result, struct error *error)
{
    assert(input->thread_count > 0);
    assert(input->memory_max > 0);
    size_t shared = input->memory_max / 2;
    struct arena arena;
    arena_init(&arena, shared < SHARED_SIZE_MIN ? SHARED_SIZE_MIN : shared);
    struct crew *crew = crew_open(input->thread_count, input->memory_max - shared);
    struct question question = {.input = input, .plan = input->plan, .arena = &arena};
    enum status status = answer_question(&question, crew, result, error);
    crew_close(crew);
    arena_release(&arena);
    return status;
}
