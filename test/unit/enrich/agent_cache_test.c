/* The table of user agents' facts: bounded, and the same from many threads. */
#include "enrich/agent_cache.h"

#include "os/os_thread.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static struct block_hash key_of(const struct agent_cache *cache, uint32_t number)
{
    char text[32];
    int size = snprintf(text, sizeof text, "agent %u", number);
    return agent_cache_key(cache, (struct text){text, (size_t)size});
}

static struct enrich_facts facts_of(uint32_t number)
{
    struct enrich_facts facts = {.browser_version = (int32_t)number};
    (void)snprintf(facts.browser, sizeof facts.browser, "browser %u", number);
    (void)snprintf(facts.device, sizeof facts.device, "device %u", number);
    return facts;
}

static bool is_right(const struct enrich_facts *facts, uint32_t number)
{
    struct enrich_facts expected = facts_of(number);
    return facts->browser_version == expected.browser_version &&
           strcmp(facts->browser, expected.browser) == 0 &&
           strcmp(facts->device, expected.device) == 0;
}

static void finds_what_was_put_and_nothing_else(void **state)
{
    (void)state;
    struct agent_cache *cache = agent_cache_make();
    struct enrich_facts facts = facts_of(1);
    struct enrich_facts found;
    assert_false(agent_cache_find(cache, key_of(cache, 1), &found));
    agent_cache_put(cache, key_of(cache, 1), &facts);
    assert_true(agent_cache_find(cache, key_of(cache, 1), &found));
    assert_true(is_right(&found, 1));
    assert_false(agent_cache_find(cache, key_of(cache, 2), &found));
    agent_cache_release(cache);
    agent_cache_release(NULL);
}

static void forgets_the_old_and_keeps_the_new(void **state)
{
    (void)state;
    enum { MANY = 10 * AGENT_CACHE_COUNT };
    struct agent_cache *cache = agent_cache_make();
    struct enrich_facts found;
    for (uint32_t i = 0; i < MANY; i++) {
        struct enrich_facts facts = facts_of(i);
        agent_cache_put(cache, key_of(cache, i), &facts);
        assert_true(agent_cache_find(cache, key_of(cache, i), &found));
        assert_true(is_right(&found, i));
    }
    uint32_t kept = 0;
    for (uint32_t i = 0; i < MANY; i++) {
        if (!agent_cache_find(cache, key_of(cache, i), &found)) continue;
        assert_true(is_right(&found, i));
        kept++;
    }
    assert_true(kept <= AGENT_CACHE_COUNT);
    assert_true(kept > AGENT_CACHE_COUNT / 2);
    agent_cache_release(cache);
}

/* Else a dump of one server's table would name another's user agents. */
static void two_tables_have_different_keys(void **state)
{
    (void)state;
    struct agent_cache *one = agent_cache_make();
    struct agent_cache *other = agent_cache_make();
    struct block_hash a = key_of(one, 1);
    struct block_hash b = key_of(other, 1);
    assert_true(a.high != b.high && a.low != b.low);
    agent_cache_release(one);
    agent_cache_release(other);
}

struct worker {
    struct agent_cache *cache;
    uint32_t first;
    uint32_t wrong;
    struct os_thread thread;
};

static void work(void *context)
{
    enum { TURNS = 30000, AGENTS = 2000 };
    struct worker *worker = context;
    for (uint32_t i = 0; i < TURNS; i++) {
        uint32_t number = (worker->first + i * 7) % AGENTS;
        struct block_hash key = key_of(worker->cache, number);
        struct enrich_facts facts;
        if (agent_cache_find(worker->cache, key, &facts)) {
            worker->wrong += !is_right(&facts, number);
        } else {
            facts = facts_of(number);
            agent_cache_put(worker->cache, key, &facts);
        }
    }
}

static void many_threads_see_whole_facts(void **state)
{
    (void)state;
    enum { THREADS = 4 };
    struct worker workers[THREADS];
    struct agent_cache *cache = agent_cache_make();
    for (uint32_t i = 0; i < THREADS; i++) {
        workers[i] = (struct worker){.cache = cache, .first = i * 97};
        os_thread_start(&workers[i].thread, "worker", work, &workers[i]);
    }
    for (uint32_t i = 0; i < THREADS; i++) {
        os_thread_join(&workers[i].thread);
        assert_int_equal(workers[i].wrong, 0);
    }
    agent_cache_release(cache);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds_what_was_put_and_nothing_else),
        cmocka_unit_test(forgets_the_old_and_keeps_the_new),
        cmocka_unit_test(two_tables_have_different_keys),
        cmocka_unit_test(many_threads_see_whole_facts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
