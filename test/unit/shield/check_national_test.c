/* The checks of official identifiers, asked directly: every vector's number is found, and none is
 * found in what is one digit off. The engine that finds candidates has tests of its own. */
#include "shield/shield_validator.h"
#include "support/seeded.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <json-c/json.h>

static const char *vectors_folder; /* set once, by main */

static const struct {
    const char *id;
    shield_validator *check;
} kinds[] = {
    {"N01", shield_check_us_ssn},          {"N02", shield_check_us_tax},
    {"N03", shield_check_us_medicare},     {"N04", shield_check_document},
    {"N05", shield_check_ca_sin},          {"N06", shield_check_uk_nino},
    {"N07", shield_check_uk_nhs},          {"N08", shield_check_uk_tax_licence},
    {"N09", shield_check_de_tax},          {"N10", shield_check_de_card},
    {"N11", shield_check_fr_nir},          {"N12", shield_check_it_codice_fiscale},
    {"N13", shield_check_es_id},           {"N14", shield_check_pt_id},
    {"N15", shield_check_nl_bsn},          {"N16", shield_check_be_rrn},
    {"N17", shield_check_ch_ahv},          {"N18", shield_check_at_svnr},
    {"N19", shield_check_se_personnummer}, {"N20", shield_check_no_fodselsnummer},
    {"N21", shield_check_dk_cpr},          {"N22", shield_check_fi_hetu},
    {"N23", shield_check_pl_pesel},        {"N24", shield_check_eastern_id},
    {"N25", shield_check_tr_tckn},         {"N26", shield_check_il_id},
    {"N27", shield_check_za_id},           {"N28", shield_check_in_aadhaar},
    {"N29", shield_check_in_pan},          {"N30", shield_check_br_tax},
    {"N31", shield_check_mx_id},           {"N32", shield_check_latin_id},
    {"N33", shield_check_cn_id},           {"N34", shield_check_jp_my_number},
    {"N35", shield_check_kr_rrn},          {"N36", shield_check_sg_nric},
    {"N37", shield_check_hk_tw_id},        {"N38", shield_check_au_id},
    {"N39", shield_check_other_id},        {"N40", shield_check_mrz},
};

static bool is_digit(char byte)
{
    return byte >= '0' && byte <= '9';
}

/* The whole value's digits as one phrase, or none when other things stand between them. */
static uint32_t join(const char *value, char digits[SHIELD_DIGITS_MAX], uint32_t *groups,
                     uint32_t *end)
{
    uint32_t count = 0;
    *groups = 0;
    *end = 0;
    for (uint32_t i = 0; value[i] && count < SHIELD_DIGITS_MAX; i++) {
        if (is_digit(value[i])) {
            *groups += i == 0 || !is_digit(value[i - 1]);
            digits[count++] = value[i];
            *end = i + 1;
        } else if (!strchr(" -./", value[i])) {
            break;
        }
    }
    return count;
}

static bool finds(shield_validator *check, const char *value, bool has_context)
{
    char digits[SHIELD_DIGITS_MAX];
    struct shield_candidate candidate = {.value = text_from(value), .has_context = has_context};
    struct shield_span span;
    uint32_t size = (uint32_t)strlen(value);
    candidate.end = size;
    if (check(&candidate, &span) != SHIELD_NOT) return true;
    candidate.digit_count = join(value, digits, &candidate.group_count, &candidate.end);
    candidate.digits = digits;
    if (candidate.digit_count == 0) return false;
    span = (struct shield_span){0, candidate.end};
    return check(&candidate, &span) != SHIELD_NOT;
}

/* A check reads either digits or a form: it is asked with what it reads. */
static bool reads_digits(const char *id)
{
    static const char forms[] = "N04 N06 N12 N13 N22 N29 N31 N33 N36 N37 N40 N10";
    return strstr(forms, id) == NULL;
}

static bool is_found(size_t kind, const char *value)
{
    char digits[SHIELD_DIGITS_MAX];
    struct shield_candidate candidate = {.value = text_from(value), .has_context = true};
    struct shield_span span;
    candidate.end = (uint32_t)strlen(value);
    span = (struct shield_span){0, candidate.end};
    if (!reads_digits(kinds[kind].id)) return kinds[kind].check(&candidate, &span) != SHIELD_NOT;
    candidate.digit_count = join(value, digits, &candidate.group_count, &candidate.end);
    candidate.digits = digits;
    if (kinds[kind].check(&candidate, &span) != SHIELD_NOT) return true;
    if (!strpbrk(value, "ABCDEFGHIJKLMNOPQRSTUVWXYZ")) return false;
    candidate.digits = NULL;
    candidate.digit_count = 0;
    candidate.end = (uint32_t)strlen(value);
    return kinds[kind].check(&candidate, &span) != SHIELD_NOT;
}

static void visit_vectors(size_t kind, const char *how, void (*visit)(size_t, const char *))
{
    char name[512];
    char line[4096];
    (void)snprintf(name, sizeof name, "%s/%s.jsonl", vectors_folder, kinds[kind].id);
    FILE *file = fopen(name, "r");
    assert_non_null(file);
    while (fgets(line, sizeof line, file)) {
        struct json_object *vector = json_tokener_parse(line);
        struct json_object *value = json_object_object_get(vector, "value");
        const char *is = json_object_get_string(json_object_object_get(vector, "is"));
        if (strcmp(is, how) == 0 && json_object_is_type(value, json_type_string)) {
            visit(kind, json_object_get_string(value));
        }
        json_object_put(vector);
    }
    (void)fclose(file);
}

static void expect_found(size_t kind, const char *value)
{
    if (!is_found(kind, value)) fail_msg("%s does not find %s", kinds[kind].id, value);
}

static void finds_every_number_of_its_kind(void **state)
{
    (void)state;
    for (size_t kind = 0; kind < sizeof kinds / sizeof *kinds; kind++)
        visit_vectors(kind, "+", expect_found);
}

/* Random digits pass at most as often as the specification says, and some tenth more. */
static void lets_few_random_digits_pass(void **state)
{
    static const struct {
        const char *id;
        uint32_t count;
        double share;
    } odds[] = {
        {"N05", 9, 0.10},   {"N07", 10, 0.091},  {"N09", 11, 0.0034}, {"N11", 15, 0.0060},
        {"N14", 9, 0.10},   {"N15", 9, 0.092},   {"N16", 11, 0.012},  {"N17", 13, 0.0003},
        {"N19", 10, 0.011}, {"N20", 11, 0.0020}, {"N23", 11, 0.022},  {"N25", 11, 0.0100},
        {"N26", 9, 0.101},  {"N27", 13, 0.0013}, {"N28", 12, 0.083},  {"N30", 11, 0.0110},
        {"N34", 12, 0.10},  {"N33", 18, 0.0010},
    };
    struct seeded seeded = seeded_begin("official identifiers");
    (void)state;
    for (size_t i = 0; i < sizeof odds / sizeof *odds; i++) {
        int passed = 0;
        size_t kind = 0;
        while (strcmp(kinds[kind].id, odds[i].id) != 0)
            kind++;
        for (int turn = 0; turn < 100000; turn++) {
            char value[24] = {0};
            for (uint32_t k = 0; k < odds[i].count; k++)
                value[k] = (char)('0' + seeded_next(&seeded) % 10);
            passed += is_found(kind, value);
        }
        if (passed > odds[i].share * 1.1 * 100000 + 20) {
            fail_msg("%s lets %d of 100,000 pass", odds[i].id, passed);
        }
    }
}

/* Any bytes and any place in them. */
static void reads_nothing_outside_the_value(void **state)
{
    struct seeded seeded = seeded_begin("official identifiers, bytes");
    (void)state;
    for (int turn = 0; turn < 20000; turn++) {
        size_t size = seeded_next(&seeded) % 60;
        char *value = calloc(1, size + 1); /* so that a sanitizer sees its end */
        for (size_t i = 0; i < size; i++)
            value[i] = "0123456789AZaz<(-. P"[seeded_next(&seeded) % 20];
        for (size_t kind = 0; kind < sizeof kinds / sizeof *kinds; kind++)
            (void)finds(kinds[kind].check, value, turn % 2 == 0);
        free(value);
    }
}

int main(int count, char **arguments)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds_every_number_of_its_kind),
        cmocka_unit_test(lets_few_random_digits_pass),
        cmocka_unit_test(reads_nothing_outside_the_value),
    };
    if (count != 2) return 2;
    vectors_folder = arguments[1];
    return cmocka_run_group_tests_name("official identifiers", tests, NULL, NULL);
}
