/* Built where the package with the rules is not installed: every user agent is unknown. */
#include "enrich/agent_rules.h"

const struct agent_rule agent_rules[1] = {{.pattern = "", .kind = AGENT_BROWSER}};
const size_t agent_rule_count = 0;
const struct agent_literal agent_literals[1] = {{.text = ""}};
const size_t agent_literal_count = 0;
