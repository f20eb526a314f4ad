/* uap-core's rules about user agents, as tools/agent_rules.py makes C of them. Private to this
 * room. Without the package that has them there are none (agent_rules_none.c). */
#ifndef CANDOR_ENRICH_AGENT_RULES_H
#define CANDOR_ENRICH_AGENT_RULES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum agent_kind { AGENT_BROWSER, AGENT_OS, AGENT_DEVICE };
enum { AGENT_KIND_COUNT = AGENT_DEVICE + 1 };

/* The first rule of its kind that matches gives the answer. In a replacement "$1" to "$9" stand
 * for captures; without one, the family is capture 1 and the version capture 2. */
struct agent_rule {
    const char *pattern; /* Perl's syntax */
    const char *family;  /* replacement, or NULL */
    const char *version; /* replacement, or NULL */
    enum agent_kind kind;
    bool folds;        /* letters without case */
    bool always_tried; /* no literal tells whether it can match */
};

/* A rule that is not always tried can only match where one of its literals stands. */
struct agent_literal {
    const char *text; /* lower case, at least AGENT_GRAM_SIZE bytes */
    uint16_t size;
    uint16_t rule;
};
enum { AGENT_GRAM_SIZE = 4 };

extern const struct agent_rule agent_rules[]; /* by kind, then in uap-core's order */
extern const size_t agent_rule_count;
extern const struct agent_literal agent_literals[]; /* by text */
extern const size_t agent_literal_count;

#endif
