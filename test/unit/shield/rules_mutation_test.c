/* The shipped rules with one byte wrong: read or refused with the line, never worse, and a shield
 * that refuses them goes on with those it has. */
#include "shield_scene.h"

#include "base/memory.h"
#include "shield/ruleset.h"
#include "shield/shield_builtin.h"
#include "support/seeded.h"

#include <stdlib.h>
#include <string.h>

enum { MUTANTS = 2000, RELOADS = 40 };

/* Half of them are bytes that the grammar knows. */
static char make_byte(struct seeded *random)
{
    static const char known[] = "\n \t\"#-0123456789ABCSVXabcdefghijklmnopqrstuvwxyz_";
    if (seeded_below(random, 2)) return known[seeded_below(random, sizeof known - 1)];
    return (char)seeded_below(random, 256);
}

/* One byte changed, added or taken away; the line it is on. */
static unsigned mutate(struct seeded *random, struct text from, char *bytes, struct text *out)
{
    size_t place = seeded_below(random, (uint32_t)from.size);
    uint32_t how = seeded_below(random, 4);
    size_t kept = how == 0 ? place + 1 : place; /* from there on, of what was */
    unsigned line = 1;
    memcpy(bytes, from.bytes, place);
    size_t size = place;
    if (how != 0) bytes[size++] = make_byte(random);
    if (how > 1) kept = place + 1;
    memcpy(bytes + size, from.bytes + kept, from.size - kept);
    size += from.size - kept;
    for (size_t i = 0; i < place; i++)
        line += from.bytes[i] == '\n';
    *out = (struct text){bytes, size};
    return line;
}

static void names_a_line_from(const struct error *error, unsigned line)
{
    static const char begin[] = "could not read the rules: line ";
    if (strncmp(error->message, begin, sizeof begin - 1) != 0) fail_msg("%s", error->message);
    unsigned long named = strtoul(error->message + sizeof begin - 1, NULL, 10);
    if (named < line) fail_msg("line %u: %s", line, error->message);
    for (const char *byte = error->message; *byte; byte++)
        assert_true((unsigned char)*byte != '\n');
}

static void every_mutant_is_read_or_refused_with_its_line(void **state)
{
    (void)state;
    struct seeded random = seeded_begin("mutants of the rules");
    struct text rules = shield_builtin_rules;
    char *bytes = memory_alloc(rules.size + 1, 1);
    uint32_t refused = 0;
    for (int i = 0; i < MUTANTS; i++) {
        struct text mutant;
        struct error error = {0};
        unsigned line = mutate(&random, rules, bytes, &mutant);
        struct ruleset *set = MEMORY_NEW(struct ruleset);
        atomic_init(&set->references, 1);
        if (ruleset_parse(set, mutant, RULESET_BUILTIN, &error) != STATUS_OK) {
            names_a_line_from(&error, line);
            refused++;
        }
        ruleset_drop(set);
    }
    memory_free(bytes);
    assert_in_range(refused, MUTANTS / 10, MUTANTS * 9 / 10);
}

static void is_guarded(struct shield_scene *scene)
{
    assert_string_equal(shield_scene_value(scene, "note", "\"4111 1111 1111 1111\""),
                        "{\"note\":null}");
    assert_int_equal(shield_scene_found(scene, "F01"), 1);
    assert_string_equal(shield_scene_value(scene, "note", "\"write to ada@example.org now\""),
                        "{\"note\":\"write to [email] now\"}");
}

static void a_shield_that_refuses_goes_on_with_its_rules(void **state)
{
    (void)state;
    static struct shield_scene scene;
    struct seeded random = seeded_begin("reloads of mutants");
    struct text rules = shield_builtin_rules;
    char *bytes = memory_alloc(rules.size + 1, 1);
    uint32_t refused = 0;
    shield_scene_open(&scene);
    for (int i = 0; refused < RELOADS && i < MUTANTS; i++) {
        struct text mutant;
        struct error error = {0};
        struct ruleset *probe = MEMORY_NEW(struct ruleset);
        atomic_init(&probe->references, 1);
        (void)mutate(&random, rules, bytes, &mutant);
        bool is_good = ruleset_parse(probe, mutant, RULESET_BUILTIN, &error) == STATUS_OK;
        ruleset_drop(probe);
        if (is_good) continue; /* another set, in which anything may be otherwise */
        assert_int_equal(shield_reload(scene.shield, mutant, &error), STATUS_INVALID);
        is_guarded(&scene);
        refused++;
    }
    shield_scene_close(&scene);
    memory_free(bytes);
    assert_int_equal(refused, RELOADS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_mutant_is_read_or_refused_with_its_line),
        cmocka_unit_test(a_shield_that_refuses_goes_on_with_its_rules),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
