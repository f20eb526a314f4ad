/* Facts into records (spec/wire.md §9). What the client says itself wins, name by name; of browser,
 * system and device it is believed as a whole: a desktop page that sends $browser and no $device
 * means that there is none. */
#include "enrich/enrich_internal.h"

#include "base/check.h"

#include <string.h>

/* --- which address counts --- */

/* "0" and 0 ask for no geography at all. */
static bool is_no(const struct value *ip)
{
    switch (ip->kind) {
    case VALUE_INTEGER: return ip->integer == 0;
    case VALUE_TEXT: return text_equal(text_trim(ip->text), TEXT("0"));
    case VALUE_FALSE: return true;
    default: return false;
    }
}

static bool find_own(const struct enrich *enrich, const struct value *ip,
                     char country[ENRICH_COUNTRY_SIZE])
{
    struct address address;
    if (ip->kind != VALUE_TEXT || !address_parse(ip->text, &address)) return false;
    enrich_country(enrich, &address, country);
    return country[0] != '\0';
}

/* The request's address if it is to be used, else the record's own; country "" when neither tells.
 * A profile's own address is one operation's, and closer to it than the request's. */
static void find_country(const struct enrich *enrich, const struct enrich_facts *facts,
                         const struct enrich_wish *wish, bool is_profile,
                         char country[ENRICH_COUNTRY_SIZE])
{
    country[0] = '\0';
    if (is_no(wish->ip)) return;
    bool by_default = is_profile && !wish->is_import;
    bool uses_request =
        wish->ip_asked == ENRICH_IP_YES || (wish->ip_asked == ENRICH_IP_UNSAID && by_default);
    if (is_profile && find_own(enrich, wish->ip, country)) return;
    if (uses_request) memcpy(country, facts->country, ENRICH_COUNTRY_SIZE);
    if (country[0] == '\0' && !is_profile) (void)find_own(enrich, wish->ip, country);
}

/* --- events --- */

enum said {
    SAID_COUNTRY = 1,
    SAID_BOT = 2,
    SAID_FAMILY = 4,
};

/* Sizes first: nearly every name is told apart by that alone. */
static unsigned said_by(struct text name)
{
    switch (name.size) {
    case 3: return text_equal(name, TEXT("$os")) ? SAID_FAMILY : 0;
    case 4: return text_equal(name, TEXT("$bot")) ? SAID_BOT : 0;
    case 7: return text_equal(name, TEXT("$device")) ? SAID_FAMILY : 0;
    case 8: return text_equal(name, TEXT("$browser")) ? SAID_FAMILY : 0;
    case 15: return text_equal(name, TEXT("mp_country_code")) ? SAID_COUNTRY : 0;
    case 16: return text_equal(name, TEXT("$browser_version")) ? SAID_FAMILY : 0;
    default: return 0;
    }
}

struct adding {
    struct property *properties;
    uint32_t *count;
    uint32_t capacity;
};

static void add(struct adding *adding, struct text name, struct value value)
{
    if (*adding->count == adding->capacity) return;
    adding->properties[(*adding->count)++] = (struct property){.name = name, .value = value};
}

static void add_family(struct adding *adding, struct text name, const char *family)
{
    if (family[0] != '\0') add(adding, name, value_from_text(text_from(family)));
}

static void add_families(struct adding *adding, const struct enrich_facts *facts)
{
    add_family(adding, TEXT("$browser"), facts->browser);
    if (facts->browser_version >= 0) {
        add(adding, TEXT("$browser_version"), value_from_integer(facts->browser_version));
    }
    add_family(adding, TEXT("$os"), facts->os);
    add_family(adding, TEXT("$device"), facts->device);
}

void enrich_event(const struct enrich *enrich, const struct enrich_facts *facts,
                  const struct enrich_wish *wish, struct property *properties, uint32_t *count,
                  uint32_t capacity)
{
    assert(*count <= capacity);
    unsigned said = 0;
    for (uint32_t i = 0; i < *count; i++)
        said |= said_by(properties[i].name);

    struct adding adding = {properties, count, capacity};
    if (!(said & SAID_COUNTRY)) {
        char country[ENRICH_COUNTRY_SIZE];
        find_country(enrich, facts, wish, false, country);
        struct text kept = {0};
        if (country[0] != '\0') kept = arena_text(wish->arena, text_from(country));
        if (kept.bytes) add(&adding, TEXT("mp_country_code"), value_from_text(kept));
    }
    if (wish->is_import) return; /* the user agent is the importing program's */
    if (facts->is_bot && !(said & SAID_BOT)) add(&adding, TEXT("$bot"), value_from_bool(true));
    if (facts->is_browser && !(said & SAID_FAMILY)) add_families(&adding, facts);
}

/* --- profiles --- */

void enrich_profile(const struct enrich *enrich, const struct enrich_facts *facts,
                    const struct enrich_wish *wish, struct profile_step *steps, uint32_t *count,
                    uint32_t capacity)
{
    assert(*count <= capacity);
    bool sets = false;
    for (uint32_t i = 0; i < *count; i++) {
        if (steps[i].operation == PROFILE_DELETE) return;
        if (text_equal(steps[i].name, TEXT("$country_code"))) return;
        sets |= steps[i].operation == PROFILE_SET || steps[i].operation == PROFILE_SET_ONCE;
    }
    if (!sets || *count == capacity) return;
    char country[ENRICH_COUNTRY_SIZE];
    find_country(enrich, facts, wish, true, country);
    if (country[0] == '\0') return;
    struct text kept = arena_text(wish->arena, text_from(country));
    if (!kept.bytes) return;
    steps[(*count)++] = (struct profile_step){
        .operation = PROFILE_SET, .name = TEXT("$country_code"), .value = value_from_text(kept)};
}
