/* One shield a process: rule set, policies, scratches. Rule sets and policies are immutable and
 * counted; a record under way keeps those it began with. */
#include "shield/admit_internal.h"
#include "shield/shield_builtin.h"
#include "shield/shield_watch.h"

#include "base/check.h"
#include "base/memory.h"
#include "crypt/secret.h"
#include "os/os_file.h"
#include "os/os_memory.h"
#include "os/os_thread.h"

#include <string.h>

struct shield {
    struct os_mutex mutex;    /* guards what follows, up to the blank line */
    struct ruleset *rules;    /* one reference */
    struct policy **policies; /* one reference each, the newest of each project */
    uint32_t policy_count;
    struct shield_scratch *spare; /* scratches nobody uses */

    atomic_uint generation; /* of the rules: changes with each reload */
    struct shield_lexicon *lexicon;
    struct shield_findings *findings;
    struct shield_watch *watch;
    uint8_t root_key[SECRET_KEY_SIZE];
};

struct shield_findings *shield_findings_of(struct shield *shield)
{
    return shield->findings;
}

struct shield_watch *shield_watch_of(struct shield *shield)
{
    return shield->watch;
}

const struct shield_lexicon *shield_lexicon_of(struct shield *shield)
{
    return shield->lexicon;
}

const uint8_t *shield_root_key_of(struct shield *shield)
{
    return shield->root_key;
}

static enum status make_rules(const char *rules_file, struct ruleset **out, struct error *error)
{
    if (!rules_file) return ruleset_make(shield_builtin_rules, RULESET_BUILTIN, out, error);
    char *bytes = NULL;
    size_t size = 0;
    TRY(os_file_read_all(rules_file, RULESET_SOURCE_MAX, &bytes, &size, error));
    enum status status = ruleset_make((struct text){bytes, size}, RULESET_BUILTIN, out, error);
    memory_free(bytes);
    return status;
}

/* Room for Hyperscan is asked for by each scratch; that it can be had is found out here. */
static enum status check_matcher(const struct ruleset *rules, struct error *error)
{
    struct matcher matcher = {0};
    enum status status = matcher_prepare(&matcher, rules, error);
    matcher_release(&matcher);
    return status;
}

static enum status open_parts(struct shield *shield, const struct shield_options *options,
                              struct error *error)
{
    TRY(shield_lexicon_make(shield_builtin_keys, &shield->lexicon, error));
    TRY(make_rules(options->rules_file, &shield->rules, error));
    TRY(check_matcher(shield->rules, error));
    TRY(shield_findings_open(options->folder, &shield->findings, error));
    shield->watch = shield_watch_open(options->folder, shield->findings);
    return STATUS_OK;
}

enum status shield_open(const struct shield_options *options, struct shield **out,
                        struct error *error)
{
    struct shield *shield = MEMORY_NEW(struct shield);
    matcher_shelter();
    os_mutex_init(&shield->mutex);
    atomic_init(&shield->generation, 1);
    if (options->root_key) {
        memcpy(shield->root_key, options->root_key, sizeof shield->root_key);
    } else {
        secret_random(shield->root_key, sizeof shield->root_key);
    }
    enum status status = open_parts(shield, options, error);
    if (status != STATUS_OK) {
        shield_close(shield);
        return status;
    }
    *out = shield;
    return STATUS_OK;
}

static void release_scratch(struct shield_scratch *scratch)
{
    matcher_release(&scratch->matcher);
    matcher_release(&scratch->own_matcher);
    hs_free_scratch(scratch->plan_room);
    ruleset_drop(scratch->rules);
    policy_drop(scratch->policy);
    buffer_release(&scratch->output);
    memory_free(scratch->clean);
    memory_free(scratch->outcomes);
    os_memory_give(scratch->memory, SCRATCH_SIZE);
    os_memory_give(scratch, sizeof *scratch);
}

void shield_close(struct shield *shield)
{
    if (!shield) return;
    while (shield->spare) {
        struct shield_scratch *scratch = shield->spare;
        shield->spare = scratch->next;
        release_scratch(scratch);
    }
    for (uint32_t i = 0; i < shield->policy_count; i++)
        policy_drop(shield->policies[i]);
    memory_free(shield->policies);
    shield_watch_close(shield->watch);
    if (shield->findings) shield_findings_close(shield->findings);
    ruleset_drop(shield->rules);
    shield_lexicon_release(shield->lexicon);
    os_mutex_release(&shield->mutex);
    memory_wipe(shield->root_key, sizeof shield->root_key);
    memory_free(shield);
}

enum status shield_reload(struct shield *shield, struct text rules, struct error *error)
{
    struct ruleset *made = NULL;
    TRY(ruleset_make(rules, RULESET_BUILTIN, &made, error));
    enum status status = check_matcher(made, error);
    if (status != STATUS_OK) {
        ruleset_drop(made);
        return status;
    }
    os_mutex_lock(&shield->mutex);
    struct ruleset *old = shield->rules;
    shield->rules = made;
    (void)atomic_fetch_add(&shield->generation, 1);
    os_mutex_unlock(&shield->mutex);
    ruleset_drop(old);
    return STATUS_OK;
}

enum status shield_policy_check(const struct shield *shield, struct text plan, struct text rules,
                                struct error *error)
{
    (void)shield;
    TRY(policy_check_plan(plan, error));
    return policy_check_rules(rules, error);
}

/* --- scratches --- */

static struct shield_scratch *make_scratch(struct shield *shield)
{
    /* Names that turned out to be data stand in the cache of names, too. */
    struct shield_scratch *scratch = os_memory_take(sizeof *scratch, NULL);
    scratch->shield = shield;
    scratch->memory = os_memory_take(SCRATCH_SIZE, NULL);
    arena_lend(&scratch->arena, scratch->memory, SCRATCH_SIZE);
    buffer_init(&scratch->output, SCRATCH_OUTPUT_MAX);
    secret_random(&scratch->keys.seed, sizeof scratch->keys.seed);
    scratch->clean = memory_alloc(SCRATCH_CLEAN_ROWS, sizeof *scratch->clean);
    scratch->outcomes = MEMORY_NEW(struct outcome_cache);
    scratch->findings = shield_findings_lane(shield->findings);
    scratch->matcher.lexicon = shield->lexicon;
    scratch->own_matcher.lexicon = shield->lexicon;
    return scratch;
}

struct shield_scratch *shield_scratch_take(struct shield *shield)
{
    os_mutex_lock(&shield->mutex);
    struct shield_scratch *scratch = shield->spare;
    if (scratch) shield->spare = scratch->next;
    os_mutex_unlock(&shield->mutex);
    if (!scratch) return make_scratch(shield);
    scratch->next = NULL;
    return scratch;
}

void shield_scratch_give(struct shield *shield, struct shield_scratch *scratch)
{
    assert(scratch->shield == shield);
    os_mutex_lock(&shield->mutex);
    scratch->next = shield->spare;
    shield->spare = scratch;
    os_mutex_unlock(&shield->mutex);
}

void shield_scratch_be_thorough(struct shield_scratch *scratch)
{
    scratch->is_thorough = true;
}

static void take_rules(struct shield_scratch *scratch)
{
    struct shield *shield = scratch->shield;
    unsigned generation = atomic_load(&shield->generation);
    if (scratch->rules && scratch->generation == generation) return;
    os_mutex_lock(&shield->mutex);
    struct ruleset *rules = ruleset_hold(shield->rules);
    scratch->generation = atomic_load(&shield->generation);
    os_mutex_unlock(&shield->mutex);
    struct error error;
    if (matcher_prepare(&scratch->matcher, rules, &error) != STATUS_OK) {
        UNREACHABLE("there was room for the rules when they came");
    }
    key_cache_clear(&scratch->keys);
    ruleset_drop(scratch->rules);
    scratch->rules = rules;
}

/* Called with the mutex held; the compiled policy of this revision, or NULL. */
static struct policy **find_policy(struct shield *shield, uint32_t project)
{
    for (uint32_t i = 0; i < shield->policy_count; i++) {
        if (shield->policies[i]->project == project) return &shield->policies[i];
    }
    return NULL;
}

/* Take over the caller's reference, for others to find. */
static void publish_policy(struct shield *shield, struct policy *policy)
{
    struct policy *old = NULL;
    os_mutex_lock(&shield->mutex);
    struct policy **place = find_policy(shield, policy->project);
    if (place) {
        old = *place;
        *place = policy;
    } else {
        shield->policies =
            memory_resize(shield->policies, shield->policy_count + 1, sizeof *shield->policies);
        shield->policies[shield->policy_count++] = policy;
    }
    os_mutex_unlock(&shield->mutex);
    policy_drop(old);
}

static struct policy *policy_of(struct shield *shield, const struct project *project)
{
    os_mutex_lock(&shield->mutex);
    struct policy **place = find_policy(shield, project->id);
    struct policy *policy =
        place && (*place)->revision == project->shield_revision ? policy_hold(*place) : NULL;
    os_mutex_unlock(&shield->mutex);
    if (policy) return policy;
    policy = policy_make(project);
    publish_policy(shield, policy_hold(policy));
    return policy;
}

static void take_policy(struct shield_scratch *scratch, const struct project *project)
{
    const struct policy *now = scratch->policy;
    if (now && now->project == project->id && now->revision == project->shield_revision) return;
    struct policy *policy = policy_of(scratch->shield, project);
    struct error error;
    if (policy->own && matcher_prepare(&scratch->own_matcher, policy->own, &error) != STATUS_OK) {
        UNREACHABLE("there is room for a project's rules");
    }
    if (policy->plan && shield_plan_room(policy->plan, &scratch->plan_room, &error) != STATUS_OK) {
        UNREACHABLE("there is room for a plan's patterns");
    }
    bool was_own = now && now->own;
    if (was_own || policy->own) key_cache_clear(&scratch->keys); /* it names the sets it is of */
    policy_drop(scratch->policy);
    scratch->policy = policy;
}

void shield_scratch_refresh(struct shield_scratch *scratch, const struct project *project)
{
    take_rules(scratch);
    take_policy(scratch, project);
}
