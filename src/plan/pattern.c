/* Patterns on the Hyperscan API (docs/decisions/0002-hyperscan-for-search-patterns.md).
 *
 * A search needs scratch space that only one thread may use at a time. Spaces wait in a small pool
 * inside the pattern: a thread takes one by an atomic exchange and puts it back after; when the
 * pool is empty it makes a new one, when the pool is full it frees its own. No lock is held while
 * a text is searched, and there are never more spaces than threads. */
#include "plan/pattern.h"

#include "base/check.h"
#include "base/memory.h"
#include "plan/pattern_size.h"
#include "plan/plan.h"

#include <hs.h>
#include <stdatomic.h>
#include <string.h>

enum { SCRATCH_POOL_COUNT = 16 };

struct scratch_pool {
    _Atomic(hs_scratch_t *) spaces[SCRATCH_POOL_COUNT];
};

struct pattern {
    hs_database_t *database;
    hs_scratch_t *original; /* only ever cloned */
    struct scratch_pool *pool;
    char *expression; /* NUL-terminated */
    size_t expression_size;
};

static enum status compile(struct pattern *pattern, enum pattern_case letters, struct error *error)
{
    unsigned flags = HS_FLAG_SINGLEMATCH | HS_FLAG_UTF8 | HS_FLAG_ALLOWEMPTY;
    if (letters == PATTERN_CASE_FOLDED) flags |= HS_FLAG_CASELESS;
    hs_compile_error_t *refusal = NULL;
    hs_error_t result =
        hs_compile(pattern->expression, flags, HS_MODE_BLOCK, NULL, &pattern->database, &refusal);
    if (result != HS_SUCCESS) {
        const char *words = refusal ? refusal->message : "cannot compile it";
        enum status status =
            error_set(error, STATUS_INVALID, "expected a search pattern: %s", words);
        hs_free_compile_error(refusal);
        return status;
    }
    if (hs_alloc_scratch(pattern->database, &pattern->original) != HS_SUCCESS) {
        return error_set(error, STATUS_TOO_LARGE, "no memory for a search pattern");
    }
    return STATUS_OK;
}

enum status pattern_compile(struct text expression, enum pattern_case letters, struct pattern **out,
                            struct error *error)
{
    if (expression.size > PLAN_PATTERN_SIZE_MAX) {
        return error_set(error, STATUS_INVALID, "expected a pattern of at most %d bytes",
                         PLAN_PATTERN_SIZE_MAX);
    }
    if (memchr(expression.bytes, '\0', expression.size)) {
        return error_set(error, STATUS_INVALID, "expected a pattern without a zero byte");
    }
    TRY(pattern_size_check(expression, error));

    struct pattern *pattern = MEMORY_NEW(struct pattern);
    pattern->pool = MEMORY_NEW(struct scratch_pool);
    pattern->expression = MEMORY_ARRAY(char, expression.size + 1);
    pattern->expression_size = expression.size;
    memcpy(pattern->expression, expression.bytes, expression.size);

    enum status status = compile(pattern, letters, error);
    if (status != STATUS_OK) {
        pattern_release(pattern);
        return status;
    }
    *out = pattern;
    return STATUS_OK;
}

void pattern_release(struct pattern *pattern)
{
    if (!pattern) return;
    for (int i = 0; i < SCRATCH_POOL_COUNT; i++) {
        hs_free_scratch(atomic_load(&pattern->pool->spaces[i]));
    }
    hs_free_scratch(pattern->original);
    hs_free_database(pattern->database);
    memory_free(pattern->pool);
    memory_free(pattern->expression);
    memory_free(pattern);
}

struct text pattern_expression(const struct pattern *pattern)
{
    return (struct text){pattern->expression, pattern->expression_size};
}

static hs_scratch_t *take_scratch(const struct pattern *pattern)
{
    for (int i = 0; i < SCRATCH_POOL_COUNT; i++) {
        hs_scratch_t *scratch = atomic_exchange(&pattern->pool->spaces[i], NULL);
        if (scratch) return scratch;
    }
    hs_scratch_t *scratch = NULL;
    hs_error_t result = hs_clone_scratch(pattern->original, &scratch);
    if (result != HS_SUCCESS) UNREACHABLE("no memory for a search");
    return scratch;
}

static void give_scratch(const struct pattern *pattern, hs_scratch_t *scratch)
{
    for (int i = 0; i < SCRATCH_POOL_COUNT; i++) {
        hs_scratch_t *empty = NULL;
        if (atomic_compare_exchange_strong(&pattern->pool->spaces[i], &empty, scratch)) return;
    }
    hs_free_scratch(scratch);
}

/* One match is an answer: a return other than 0 ends the search. */
static int on_match(unsigned id, unsigned long long from, unsigned long long to, unsigned flags,
                    void *found)
{
    (void)id;
    (void)from;
    (void)to;
    (void)flags;
    *(bool *)found = true;
    return 1;
}

bool pattern_found(const struct pattern *pattern, struct text text)
{
    assert(text.size < UINT32_MAX);
    hs_scratch_t *scratch = take_scratch(pattern);
    bool found = false;
    const char *bytes = text.bytes ? text.bytes : "";
    hs_error_t result =
        hs_scan(pattern->database, bytes, (unsigned)text.size, 0, scratch, on_match, &found);
    give_scratch(pattern, scratch);
    assert(result == HS_SUCCESS || result == HS_SCAN_TERMINATED);
    return found;
}
