/* What a property's category says, in the words of the Fideslang taxonomy: "user.contact.email". Of
 * those that the matrix of spec/shield.md §8.2 has a row for; every other one under "user." or
 * "system." says that the name is not what it sounds like. */
#include "shield/shield_plan.h"

/* The longest beginning that is whole words decides, so what is narrower comes first. */
static const struct {
    struct text begin;
    enum shield_plan_category category;
} categories[] = {
    {TEXT_INIT("user.authorizations.credentials"), SHIELD_PLAN_SECRET},
    {TEXT_INIT("user.authorizations.password"), SHIELD_PLAN_SECRET},
    {TEXT_INIT("user.authorizations.biometric"), SHIELD_PLAN_SPECIAL},
    {TEXT_INIT("user.account.password"), SHIELD_PLAN_SECRET},
    {TEXT_INIT("user.credentials.biometric_credentials"), SHIELD_PLAN_SPECIAL},
    {TEXT_INIT("user.credentials"), SHIELD_PLAN_SECRET},
    {TEXT_INIT("user.financial.credit_card"), SHIELD_PLAN_SECRET},
    {TEXT_INIT("user.payment"), SHIELD_PLAN_SECRET},
    {TEXT_INIT("user.financial"), SHIELD_PLAN_NAMING},
    {TEXT_INIT("user.name"), SHIELD_PLAN_NAMING},
    {TEXT_INIT("user.contact"), SHIELD_PLAN_NAMING},
    {TEXT_INIT("user.government_id"), SHIELD_PLAN_NAMING},
    {TEXT_INIT("user.social"), SHIELD_PLAN_NAMING},
    {TEXT_INIT("user.demographic.date_of_birth"), SHIELD_PLAN_NAMING},
    {TEXT_INIT("user.date_of_birth"), SHIELD_PLAN_NAMING},
    {TEXT_INIT("user.health_and_medical"), SHIELD_PLAN_SPECIAL},
    {TEXT_INIT("user.biometric"), SHIELD_PLAN_SPECIAL},
    {TEXT_INIT("user.biometric_health"), SHIELD_PLAN_SPECIAL},
    {TEXT_INIT("user.genetic"), SHIELD_PLAN_SPECIAL},
    {TEXT_INIT("user.criminal_history"), SHIELD_PLAN_SPECIAL},
    {TEXT_INIT("user.childrens"), SHIELD_PLAN_SPECIAL},
    {TEXT_INIT("user.demographic.ethnicity"), SHIELD_PLAN_SPECIAL},
    {TEXT_INIT("user.demographic.race_ethnicity"), SHIELD_PLAN_SPECIAL},
    {TEXT_INIT("user.demographic.race"), SHIELD_PLAN_SPECIAL},
    {TEXT_INIT("user.demographic.political_opinion"), SHIELD_PLAN_SPECIAL},
    {TEXT_INIT("user.demographic.religious_belief"), SHIELD_PLAN_SPECIAL},
    {TEXT_INIT("user.demographic.sexual_orientation"), SHIELD_PLAN_SPECIAL},
    {TEXT_INIT("user.political_opinion"), SHIELD_PLAN_SPECIAL},
    {TEXT_INIT("user.religious_belief"), SHIELD_PLAN_SPECIAL},
    {TEXT_INIT("user.sexual_orientation"), SHIELD_PLAN_SPECIAL},
    {TEXT_INIT("user.race"), SHIELD_PLAN_SPECIAL},
    {TEXT_INIT("user"), SHIELD_PLAN_HARMLESS},
    {TEXT_INIT("system"), SHIELD_PLAN_HARMLESS},
};

enum shield_plan_category shield_plan_category_of(struct text words)
{
    for (size_t i = 0; i < sizeof categories / sizeof *categories; i++) {
        struct text begin = categories[i].begin;
        if (words.size < begin.size) continue;
        bool is_whole = words.size == begin.size || words.bytes[begin.size] == '.';
        if (is_whole && text_equal_fold(text_slice(words, 0, begin.size), begin)) {
            return categories[i].category;
        }
    }
    return SHIELD_PLAN_UNSAID;
}
