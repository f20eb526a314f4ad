/* Addresses as proxies write them, networks, and whose request a chain of proxies forwarded. */
#include "enrich/enrich_address.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static bool is_parsed(const char *text, const char *same_as)
{
    struct address address;
    struct address expected;
    if (!address_parse(text_from(text), &address)) return false;
    assert_true(address_parse(text_from(same_as), &expected));
    return memcmp(&address, &expected, sizeof address) == 0;
}

static void reads_addresses_as_proxies_write_them(void **state)
{
    (void)state;
    assert_true(is_parsed("192.0.2.7:443", "192.0.2.7"));
    assert_true(is_parsed(" 192.0.2.7\t", "192.0.2.7"));
    assert_true(is_parsed("::ffff:192.0.2.7", "192.0.2.7"));
    assert_true(is_parsed("[::ffff:192.0.2.7]:80", "192.0.2.7"));
    assert_true(is_parsed("[2001:db8::7]", "2001:db8::7"));
    assert_true(is_parsed("[2001:db8::7]:443", "2001:db8::7"));
    assert_true(is_parsed("2001:DB8:0:0::7", "2001:db8::7"));
}

static void refuses_what_is_no_address(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "",          "unknown",     "_hidden",       "1.2.3",       "1.2.3.4.5",  "256.1.1.1",
        "1.2.3.4 x", "01.2.3.4",    "[2001:db8::7",  "[]",          "[]:80",      "fe80::1%eth0",
        ":",         "1::2::3",     "[1.2.3.4]x:80", "0x7f.0.0.1",  "2130706433", "1.2.3.4/24",
        "12345:::",  "::1.2.3.256", "1.2.3.-4",      "\"1.2.3.4\"",
    };
    struct address address;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        if (address_parse(text_from(bad[i]), &address)) fail_msg("\"%s\" was read", bad[i]);
    }
    assert_false(address_parse(TEXT("1.2.3.4\0"), &address));
    char longer[4096];
    memset(longer, '1', sizeof longer);
    assert_false(address_parse((struct text){longer, sizeof longer}, &address));
}

static void reads_addresses_of_connections(void **state)
{
    (void)state;
    struct address v4;
    struct address v6;
    struct address expected;
    assert_true(address_from_bytes(TEXT("\xc0\x00\x02\x07"), &v4));
    assert_true(address_parse(TEXT("192.0.2.7"), &expected));
    assert_memory_equal(&v4, &expected, sizeof v4);
    assert_true(address_is_v4(&v4));
    assert_true(address_from_bytes((struct text){(const char *)v4.bytes, ADDRESS_SIZE}, &v6));
    assert_memory_equal(&v4, &v6, sizeof v4);
    assert_false(address_from_bytes(TEXT(""), &v4));
    assert_false(address_from_bytes(TEXT("12345"), &v4));
}

/* --- networks --- */

static struct networks networks_of(const char *list)
{
    struct networks networks;
    struct error error;
    assert_int_equal(networks_parse(text_from(list), &networks, &error), STATUS_OK);
    return networks;
}

static bool holds(const char *list, const char *address)
{
    struct networks networks = networks_of(list);
    struct address parsed;
    assert_true(address_parse(text_from(address), &parsed));
    return networks_hold(&networks, &parsed);
}

static void a_network_ends_where_its_bits_say(void **state)
{
    (void)state;
    assert_true(holds("10.0.0.0/8", "10.255.255.255"));
    assert_false(holds("10.0.0.0/8", "11.0.0.0"));
    assert_true(holds("192.0.2.128/25", "192.0.2.128"));
    assert_false(holds("192.0.2.128/25", "192.0.2.127"));
    assert_true(holds("192.0.2.7", "192.0.2.7"));
    assert_false(holds("192.0.2.7", "192.0.2.6"));
    assert_true(holds("192.0.2.7/32", "192.0.2.7"));
    assert_true(holds("2001:db8::/33", "2001:db8:7fff::1"));
    assert_false(holds("2001:db8::/33", "2001:db8:8000::1"));
    assert_true(holds("::1", "::1"));
    assert_true(holds(" ,1.1.1.1,, ::1\t", "::1"));
    assert_false(holds("", "1.1.1.1"));
}

static void all_of_one_family_is_nothing_of_the_other(void **state)
{
    (void)state;
    assert_true(holds("0.0.0.0/0", "203.0.113.9"));
    assert_false(holds("0.0.0.0/0", "2001:db8::1"));
    assert_true(holds("::/0", "2001:db8::1"));
    assert_false(holds("::/0", "203.0.113.9"));
    assert_true(holds("::ffff:10.0.0.0/104", "10.1.2.3"));
}

static void refuses_a_list_it_cannot_read(void **state)
{
    (void)state;
    static const char *const bad[] = {"10.0.0.0/33", "::/129",      "10.0.0.0/", "10.0.0.0/-1",
                                      "localhost",   "10.0.0.0/8x", "/8",        "1.2.3.4:80"};
    struct networks networks;
    struct error error;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        if (networks_parse(text_from(bad[i]), &networks, &error) != STATUS_INVALID) {
            fail_msg("\"%s\" was read", bad[i]);
        }
    }
    char many[(NETWORKS_MAX + 1) * 4 + 1] = "";
    for (int i = 0; i <= NETWORKS_MAX; i++)
        memcpy(many + 4 * i, "::1 ", 5);
    assert_int_equal(networks_parse(text_from(many), &networks, &error), STATUS_TOO_LARGE);
}

/* The same, bit by bit. */
static bool naive_holds(const struct network *network, const struct address *address)
{
    for (unsigned i = 0; i < network->bits; i++) {
        int one = network->first.bytes[i / 8] >> (7 - i % 8) & 1;
        int other = address->bytes[i / 8] >> (7 - i % 8) & 1;
        if (one != other) return false;
    }
    return true;
}

static void agrees_with_comparing_bits(void **state)
{
    (void)state;
    srand(20261122);
    for (int turn = 0; turn < 20000; turn++) {
        struct networks networks = {.count = 1};
        struct network *network = &networks.list[0];
        struct address address;
        network->bits = (unsigned)rand() % (ADDRESS_BITS + 1);
        for (int i = 0; i < ADDRESS_SIZE; i++)
            network->first.bytes[i] = (uint8_t)rand();
        network->first.bytes[0] |= 0x20; /* IPv6, both of them */
        address = network->first;
        int flipped = 3 + rand() % (ADDRESS_BITS - 3);
        address.bytes[flipped / 8] ^= (uint8_t)(0x80 >> flipped % 8);
        if (networks_hold(&networks, &address) != naive_holds(network, &address)) {
            fail_msg("turn %d: %u bits, bit %d flipped", turn, network->bits, flipped);
        }
    }
}

/* --- chains of proxies --- */

struct chain {
    const char *trusted;
    const char *peer;
    const char *forwarded_for;
    const char *client; /* NULL: none that can be told */
};

static const struct chain chains[] = {
    {"", "203.0.113.9", "", "203.0.113.9"},
    {"", "203.0.113.9", "192.0.2.1", "203.0.113.9"},         /* nobody asked a stranger */
    {"10.0.0.1", "203.0.113.9", "192.0.2.1", "203.0.113.9"}, /* nor past the proxy */
    {"10.0.0.1", "10.0.0.1", "", "10.0.0.1"},
    {"10.0.0.1", "10.0.0.1", "192.0.2.1", "192.0.2.1"},
    {"10.0.0.1", "10.0.0.1", "192.0.2.1:5555", "192.0.2.1"},
    {"10.0.0.1", "10.0.0.1", "8.8.8.8, 192.0.2.1", "192.0.2.1"}, /* the client wrote 8.8.8.8 */
    {"10.0.0.0/8", "10.0.0.1", "8.8.8.8, 192.0.2.1, 10.0.0.2", "192.0.2.1"},
    {"10.0.0.0/8", "10.0.0.1", "10.0.0.3,10.0.0.2", "10.0.0.3"}, /* all of them trusted */
    {"10.0.0.0/8", "10.0.0.1", "192.0.2.1,, ,10.0.0.2,", "192.0.2.1"},
    {"10.0.0.0/8", "10.0.0.1", "192.0.2.1, unknown", NULL},
    {"10.0.0.0/8", "10.0.0.1", "unknown, 192.0.2.1", "192.0.2.1"},
    {"10.0.0.0/8", "10.0.0.1", ",", "10.0.0.1"},
    {"::1", "::1", "[2001:db8::7]:443, ::1", "2001:db8::7"},
    {"127.0.0.1", "::ffff:127.0.0.1", "192.0.2.1", "192.0.2.1"},
};

static void finds_the_client_behind_proxies(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof chains / sizeof *chains; i++) {
        const struct chain *chain = &chains[i];
        struct networks trusted = networks_of(chain->trusted);
        struct address peer;
        struct address expected;
        struct address found;
        assert_true(address_parse(text_from(chain->peer), &peer));
        bool is_found = address_of_client(&trusted, &peer, text_from(chain->forwarded_for), &found);
        if (is_found != (chain->client != NULL)) fail_msg("chain %zu: found %d", i, is_found);
        if (!chain->client) continue;
        assert_true(address_parse(text_from(chain->client), &expected));
        if (memcmp(&found, &expected, sizeof found) != 0) fail_msg("chain %zu: another", i);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_addresses_as_proxies_write_them),
        cmocka_unit_test(refuses_what_is_no_address),
        cmocka_unit_test(reads_addresses_of_connections),
        cmocka_unit_test(a_network_ends_where_its_bits_say),
        cmocka_unit_test(all_of_one_family_is_nothing_of_the_other),
        cmocka_unit_test(refuses_a_list_it_cannot_read),
        cmocka_unit_test(agrees_with_comparing_bits),
        cmocka_unit_test(finds_the_client_behind_proxies),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
