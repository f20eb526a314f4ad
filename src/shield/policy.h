/* What a project's people decided, compiled once for each revision, and what follows from a
 * finding. Immutable once made, shared by counting. Private to the room. */
#ifndef CANDOR_SHIELD_POLICY_H
#define CANDOR_SHIELD_POLICY_H

#include "base/arena.h"
#include "base/text_index.h"
#include "event/project_table.h"
#include "shield/matcher.h"
#include "shield/shield_plan.h"
#include "shield/shield_url.h"

enum { POLICY_LOOSENED_MAX = 1000, POLICY_HELD_MAX = 2000 };

/* For one property one detector is silent until an instant. Soft classes only. */
struct policy_loosened {
    struct text property;
    struct text detector;
    int64_t until_ms;
};

struct policy {
    atomic_uint references;
    uint32_t project;
    uint64_t revision;
    bool is_broken;           /* something in it cannot be read: strict, and nothing is loosened */
    struct ruleset *own;      /* NULL: no rules of its own */
    struct shield_plan *plan; /* NULL: none */
    char *texts;              /* what the fields below borrow */
    struct policy_loosened *loosened;
    uint32_t loosened_count;
    struct text_index held;  /* names of properties */
    struct arena sdk_memory; /* of the lists below, from the settings that browsers are given */
    struct shield_url_lists urls;
};

/* Never fails: what cannot be read makes it strict. */
struct policy *policy_make(const struct project *project);
struct policy *policy_hold(struct policy *policy);
void policy_drop(struct policy *policy); /* NULL does nothing */

/* What browsers may say holds here, too: routes, parameters. What cannot be read is
 * left out, so that less is kept. Called once, by policy_make. */
void policy_read_sdk(struct policy *policy, struct text members);

/* Are a project's rules sound? */
enum status policy_check_rules(struct text rules, struct error *error) MUST_CHECK;

/* And its plan? */
enum status policy_check_plan(struct text plan, struct error *error) MUST_CHECK;

enum project_shield policy_mode(const struct policy *policy, const struct project *project,
                                int64_t now_ms);

/* Where a finding stands. */
struct policy_place {
    enum project_shield mode;
    struct text property; /* the path */
    bool is_template;     /* an address that is its template already */
    bool is_identifier;   /* by the plan */
    bool is_harmless;     /* likewise, if it is_named: only the name sounds personal */
    bool is_named;        /* the plan lists this very property, not one around it */
    bool is_number;
    int64_t now_ms;
};

/* What a finding leads to (spec/shield.md §8.2). Hard classes are dropped whatever people said. */
enum shield_action policy_action(const struct policy *policy, const struct policy_place *place,
                                 const struct matcher_finding *finding);
/* Is this detector, an id of three letters, silent for the property now? */
bool policy_is_loosened(const struct policy *policy, const struct policy_place *place,
                        const char *detector);
bool policy_is_hard(enum shield_class class);

/* "[email]": what a redaction puts in place of a span of the rule's. */
struct text policy_marker(const struct ruleset_rule *rule);
/* Is it such a marker and nothing else? */
bool policy_is_marker(struct text text);

/* A coarser form of the value by the rule's bucket, in the arena; false: drop it. */
bool policy_bucket(const struct ruleset_rule *rule, struct text value, struct arena *arena,
                   struct text *out);
/* A user agent as its family and major version. */
bool policy_family(struct text agent, struct arena *arena, struct text *out);

#endif
