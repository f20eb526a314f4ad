/* Countries from files in MaxMind's format: both forms of a record, and files that are none. */
#include "enrich/enrich_country.h"

#include "base/memory.h"
#include "country_writer.h"
#include "os/os_file.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static const struct country_network networks[] = {
    {"192.0.2.0/24", "DE"},  {"198.51.100.0/25", "FR"}, {"203.0.113.7/32", "JP"},
    {"2001:db8::/32", "BR"}, {"203.0.113.8/32", "xx"},  {"203.0.113.9/32", "DEU"},
};
enum { NETWORK_COUNT = sizeof networks / sizeof *networks };

static const char *path_of(char out[64])
{
    (void)snprintf(out, 64, "enrich_country_test.%d.mmdb", (int)getpid());
    return out;
}

static struct country_file *open_form(enum country_form form)
{
    char path[64];
    struct country_file *file;
    struct error error;
    country_write_file(path_of(path), networks, NETWORK_COUNT, form);
    assert_int_equal(country_file_open(path, &file, &error), STATUS_OK);
    assert_int_equal(os_remove(path, &error), STATUS_OK);
    return file;
}

static void assert_country(const struct country_file *file, const char *text, const char *code)
{
    struct address address;
    char found[ENRICH_COUNTRY_SIZE];
    assert_true(address_parse(text_from(text), &address));
    country_file_find(file, &address, found);
    assert_string_equal(found, code);
}

static void assert_countries(const struct country_file *file)
{
    assert_country(file, "192.0.2.0", "DE");
    assert_country(file, "192.0.2.255", "DE");
    assert_country(file, "192.0.3.0", "");
    assert_country(file, "192.0.1.255", "");
    assert_country(file, "198.51.100.127", "FR");
    assert_country(file, "198.51.100.128", "");
    assert_country(file, "203.0.113.7", "JP");
    assert_country(file, "::ffff:203.0.113.7", "JP");
    assert_country(file, "2001:db8:ffff::1", "BR");
    assert_country(file, "2001:db9::1", "");
    assert_country(file, "127.0.0.1", "");
    assert_country(file, "::1", "");
}

static void understands_both_forms_of_a_record(void **state)
{
    (void)state;
    for (enum country_form form = COUNTRY_FLAT; form <= COUNTRY_NESTED; form++) {
        struct country_file *file = open_form(form);
        assert_countries(file);
        country_file_close(file);
    }
}

static void takes_two_capital_letters_and_nothing_else(void **state)
{
    (void)state;
    struct country_file *file = open_form(COUNTRY_FLAT);
    assert_country(file, "203.0.113.8", "");
    assert_country(file, "203.0.113.9", "");
    country_file_close(file);
    file = open_form(COUNTRY_NUMBER);
    assert_country(file, "192.0.2.1", "");
    country_file_close(file);
}

static void refuses_a_file_that_is_none(void **state)
{
    (void)state;
    struct country_file *file;
    struct error error;
    assert_int_equal(country_file_open("/nonexistent/file.mmdb", &file, &error), STATUS_IO);
    assert_int_equal(country_file_open("/proc/self/exe", &file, &error), STATUS_CORRUPT);
    country_file_close(NULL);
}

/* A damaged file may tell any country or none: it must not break anything. */
static void survives_damage(void **state)
{
    (void)state;
    enum { TURNS = 2000 };
    struct buffer good;
    buffer_init(&good, 1 << 16);
    country_write(networks, NETWORK_COUNT, COUNTRY_NESTED, &good);
    unsigned seed = 20261122;
    srand(seed);
    for (int turn = 0; turn < TURNS; turn++) {
        char *bytes = memory_alloc(good.size, 1);
        memcpy(bytes, good.bytes, good.size);
        for (int i = rand() % 4; i >= 0; i--)
            bytes[(size_t)rand() % good.size] = (char)rand();
        size_t size = turn % 4 ? good.size : (size_t)rand() % good.size;
        struct os_file file;
        struct error error;
        struct country_file *countries;
        assert_int_equal(os_file_of_bytes(&file, bytes, size, &error), STATUS_OK);
        if (country_file_open(file.path, &countries, &error) == STATUS_OK) {
            struct address address;
            char code[ENRICH_COUNTRY_SIZE];
            assert_true(
                address_parse(turn % 2 ? TEXT("192.0.2.1") : TEXT("2001:db8::1"), &address));
            country_file_find(countries, &address, code);
            assert_true(code[0] == '\0' || (strlen(code) == 2 && code[0] >= 'A' && code[1] <= 'Z'));
            country_file_close(countries);
        }
        os_file_close(&file);
        memory_free(bytes);
    }
    buffer_release(&good);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(understands_both_forms_of_a_record),
        cmocka_unit_test(takes_two_capital_letters_and_nothing_else),
        cmocka_unit_test(refuses_a_file_that_is_none),
        cmocka_unit_test(survives_damage),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
