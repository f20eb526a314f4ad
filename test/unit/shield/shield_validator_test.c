/* Validators are found by the names that rules use. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "shield/shield_validator.h"

static const struct {
    struct text name;
    shield_validator *check;
} listed[] = {
#define VALIDATOR(name) {TEXT_INIT(#name), shield_check_##name},
#include "shield/shield_validator_list.h"
#undef VALIDATOR
    {TEXT_INIT(""), NULL},
};

static void finds_every_validator_by_its_name(void **state)
{
    (void)state;
    for (size_t i = 0; listed[i].check; i++)
        assert_true(shield_validator_find(listed[i].name) == listed[i].check);
}

static void the_list_is_sorted_and_names_none_twice(void **state)
{
    (void)state;
    for (size_t i = 1; i < sizeof listed / sizeof *listed && listed[i].check; i++)
        assert_true(text_compare(listed[i - 1].name, listed[i].name) < 0);
}

static void finds_nothing_by_another_name(void **state)
{
    (void)state;
    assert_null(shield_validator_find(TEXT("")));
    assert_null(shield_validator_find(TEXT("no_such_validator")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds_every_validator_by_its_name),
        cmocka_unit_test(the_list_is_sorted_and_names_none_twice),
        cmocka_unit_test(finds_nothing_by_another_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
