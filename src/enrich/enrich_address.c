#include "enrich/enrich_address.h"

#include "base/check.h"

#include <arpa/inet.h>
#include <string.h>

static const uint8_t mapped_prefix[] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

bool address_from_bytes(struct text bytes, struct address *out)
{
    if (bytes.size == ADDRESS_SIZE) {
        memcpy(out->bytes, bytes.bytes, ADDRESS_SIZE);
        return true;
    }
    if (bytes.size != ADDRESS_SIZE - sizeof mapped_prefix) return false;
    memcpy(out->bytes, mapped_prefix, sizeof mapped_prefix);
    memcpy(out->bytes + sizeof mapped_prefix, bytes.bytes, bytes.size);
    return true;
}

bool address_is_v4(const struct address *address)
{
    return memcmp(address->bytes, mapped_prefix, sizeof mapped_prefix) == 0;
}

/* The digits alone: without brackets and port. */
static struct text without_port(struct text text)
{
    struct text rest;
    if (text_starts_with(text, TEXT("["))) {
        struct text inside = text_split(text_slice(text, 1, text.size - 1), ']', &rest);
        bool is_closed = text.size == inside.size + 2 || text_starts_with(rest, TEXT(":"));
        return is_closed ? inside : (struct text){0};
    }
    struct text head = text_split(text, ':', &rest);
    bool is_v4_with_port =
        text_find_byte(head, '.') != TEXT_NOT_FOUND && text_find_byte(rest, ':') == TEXT_NOT_FOUND;
    return is_v4_with_port ? head : text;
}

static bool parse_digits(struct text digits, struct address *out)
{
    char string[INET6_ADDRSTRLEN];
    uint8_t bytes[ADDRESS_SIZE];
    if (digits.size == 0 || text_find_byte(digits, '\0') != TEXT_NOT_FOUND) return false;
    if (!text_to_string(digits, string, sizeof string)) return false;
    if (inet_pton(AF_INET, string, bytes) == 1) {
        return address_from_bytes((struct text){(const char *)bytes, 4}, out);
    }
    if (inet_pton(AF_INET6, string, bytes) != 1) return false;
    memcpy(out->bytes, bytes, ADDRESS_SIZE);
    return true;
}

bool address_parse(struct text text, struct address *out)
{
    return parse_digits(without_port(text_trim(text)), out);
}

/* --- networks --- */

static bool parse_network(struct text text, struct network *out)
{
    struct text size;
    bool has_size = text_find_byte(text, '/') != TEXT_NOT_FOUND;
    struct text digits = text_split(text, '/', &size);
    if (!parse_digits(digits, &out->first)) return false;
    bool is_short = text_find_byte(digits, ':') == TEXT_NOT_FOUND;
    uint64_t bits = is_short ? ADDRESS_V4_BITS : ADDRESS_BITS;
    uint64_t most = bits;
    if (has_size && (!text_to_u64(size, &bits) || bits > most)) return false;
    out->bits = (unsigned)(bits + ADDRESS_BITS - most);
    return true;
}

static bool is_between(char byte)
{
    return byte == ',' || byte == ' ' || byte == '\t';
}

/* Cut the next word off; "" at the end. */
static struct text next_word(struct text *rest)
{
    while (rest->size > 0 && is_between(rest->bytes[0]))
        *rest = text_slice(*rest, 1, rest->size - 1);
    size_t size = 0;
    while (size < rest->size && !is_between(rest->bytes[size]))
        size++;
    struct text word = text_slice(*rest, 0, size);
    *rest = text_slice(*rest, size, rest->size - size);
    return word;
}

enum status networks_parse(struct text list, struct networks *out, struct error *error)
{
    out->count = 0;
    for (struct text word = next_word(&list); word.size > 0; word = next_word(&list)) {
        if (out->count == NETWORKS_MAX) {
            return error_set(error, STATUS_TOO_LARGE, "cannot trust more than %d proxies",
                             NETWORKS_MAX);
        }
        /* A setting, not an address of anybody's: it may be named. */
        if (!parse_network(word, &out->list[out->count])) {
            return error_set(error, STATUS_INVALID,
                             "cannot read trusted proxy \"%.*s\": expected an address or a "
                             "network such as 10.0.0.0/8",
                             (int)(word.size < 64 ? word.size : 64), word.bytes);
        }
        out->count++;
    }
    return STATUS_OK;
}

static bool network_holds(const struct network *network, const struct address *address)
{
    unsigned whole = network->bits / 8;
    unsigned rest = network->bits % 8;
    assert(network->bits <= ADDRESS_BITS);
    if (memcmp(network->first.bytes, address->bytes, whole) != 0) return false;
    if (rest == 0) return true;
    return (network->first.bytes[whole] ^ address->bytes[whole]) >> (8 - rest) == 0;
}

bool networks_hold(const struct networks *networks, const struct address *address)
{
    for (uint32_t i = 0; i < networks->count; i++) {
        /* ::/0 is about IPv6: all of IPv4 is 0.0.0.0/0. */
        bool is_for_v4 = address_is_v4(&networks->list[i].first) && networks->list[i].bits >= 96;
        if (is_for_v4 != address_is_v4(address)) continue;
        if (network_holds(&networks->list[i], address)) return true;
    }
    return false;
}

/* Cut the last entry off a list. */
static struct text last_entry(struct text *rest)
{
    size_t first = rest->size;
    while (first > 0 && rest->bytes[first - 1] != ',')
        first--;
    struct text entry = text_slice(*rest, first, rest->size - first);
    *rest = text_slice(*rest, 0, first > 0 ? first - 1 : 0);
    return text_trim(entry);
}

bool address_of_client(const struct networks *trusted, const struct address *peer,
                       struct text forwarded_for, struct address *out)
{
    *out = *peer;
    while (forwarded_for.size > 0 && networks_hold(trusted, out)) {
        struct text entry = last_entry(&forwarded_for);
        if (entry.size == 0) continue; /* ", ," */
        if (!address_parse(entry, out)) return false;
    }
    return true;
}
