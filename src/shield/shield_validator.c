#include "shield/shield_validator.h"

static const struct {
    struct text name;
    shield_validator *check;
} validators[] = {
#define VALIDATOR(name) {TEXT_INIT(#name), shield_check_##name},
#include "shield/shield_validator_list.h"
#undef VALIDATOR
    {TEXT_INIT(""), NULL}, /* C has no empty arrays */
};

shield_validator *shield_validator_find(struct text name)
{
    for (size_t i = 0; validators[i].check; i++) {
        if (text_equal(validators[i].name, name)) return validators[i].check;
    }
    return NULL;
}
