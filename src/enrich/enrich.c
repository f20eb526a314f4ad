#include "enrich/enrich.h"

#include "base/check.h"
#include "base/memory.h"
#include "codec/transfer.h"
#include "enrich/agent_cache.h"
#include "enrich/agent_matcher.h"
#include "enrich/agent_rules.h"
#include "enrich/agent_words.h"
#include "enrich/enrich_country.h"
#include "enrich/enrich_internal.h"
#include "os/os_file.h"
#include "os/os_log.h"

enum {
    COUNTRY_FILE_SIZE_MAX = 64 * 1024 * 1024, /* of the one built in, unpacked */
    COUNTRY_FILE_RATIO_MAX = 100,
};

struct enrich {
    struct networks trusted;
    struct country_file *countries; /* NULL: no address has a country */
    struct agent_matcher *matcher;
    struct agent_cache *cache;
};

/* --- open --- */

/* The library opens files by name alone, so the bytes become a file without a name on a disk. */
static enum status open_unpacked(struct text bytes, struct country_file **out, struct error *error)
{
    struct os_file file;
    TRY(os_file_of_bytes(&file, bytes.bytes, bytes.size, error));
    enum status status = country_file_open(file.path, out, error);
    os_file_close(&file); /* it is mapped: the memory stays */
    return status;
}

static enum status open_built_in(struct country_file **out, struct error *error)
{
    struct buffer bytes;
    buffer_init(&bytes, COUNTRY_FILE_SIZE_MAX);
    enum status status =
        transfer_inflate(TRANSFER_GZIP, country_built_in(), COUNTRY_FILE_RATIO_MAX, &bytes, error);
    if (status == STATUS_OK) status = open_unpacked(buffer_text(&bytes), out, error);
    buffer_release(&bytes);
    return status;
}

/* A file that was named must be there; the one built in is worth no refusal to start. */
static enum status open_countries(struct enrich *enrich, const char *path, struct error *error)
{
    if (path[0] != '\0') return country_file_open(path, &enrich->countries, error);
    if (country_built_in().size == 0) {
        os_log(OS_LOG_INFO, "enrich", "no country file: events get no mp_country_code");
        return STATUS_OK;
    }
    struct error reason;
    if (open_built_in(&enrich->countries, &reason) != STATUS_OK) {
        os_log_error(OS_LOG_WARNING, "enrich", "events get no mp_country_code", &reason);
    }
    return STATUS_OK;
}

static enum status open_parts(struct enrich *enrich, const struct enrich_options *options,
                              struct error *error)
{
    TRY(networks_parse(options->trusted_proxies, &enrich->trusted, error));
    TRY(open_countries(enrich, options->country_file, error));
    if (agent_rule_count == 0) {
        os_log(OS_LOG_INFO, "enrich", "no rules about user agents: events get no $browser of ours");
    }
    return agent_matcher_open(&enrich->matcher, error);
}

enum status enrich_open(const struct enrich_options *options, struct enrich **out,
                        struct error *error)
{
    assert(options->country_file);
    struct enrich *enrich = MEMORY_NEW(struct enrich);
    enrich->cache = agent_cache_make();
    enum status status = open_parts(enrich, options, error);
    if (status == STATUS_OK) {
        *out = enrich;
    } else {
        enrich_close(enrich);
    }
    return status;
}

void enrich_close(struct enrich *enrich)
{
    if (!enrich) return;
    agent_cache_release(enrich->cache);
    agent_matcher_close(enrich->matcher);
    country_file_close(enrich->countries);
    memory_free(enrich);
}

/* --- look --- */

void enrich_country(const struct enrich *enrich, const struct address *address,
                    char out[ENRICH_COUNTRY_SIZE])
{
    out[0] = '\0';
    if (enrich->countries) country_file_find(enrich->countries, address, out);
}

static void look_at_address(const struct enrich *enrich, const struct enrich_sender *sender,
                            struct enrich_facts *facts)
{
    struct address peer;
    struct address client;
    if (!enrich->countries || !address_from_bytes(sender->peer, &peer)) return;
    if (!address_of_client(&enrich->trusted, &peer, sender->forwarded_for, &client)) return;
    enrich_country(enrich, &client, facts->country);
}

static void look_at_agent(struct enrich *enrich, struct text user_agent, struct enrich_facts *facts)
{
    facts->browser_version = -1;
    if (user_agent.size == 0 || agent_rule_count == 0) return;
    struct block_hash key = agent_cache_key(enrich->cache, user_agent);
    if (agent_cache_find(enrich->cache, key, facts)) return;
    struct agent_families families;
    (void)agent_matcher_find(enrich->matcher, user_agent, &families);
    agent_words_read(&families, user_agent, facts);
    agent_cache_put(enrich->cache, key, facts);
}

void enrich_look(struct enrich *enrich, const struct enrich_sender *sender,
                 struct enrich_facts *facts)
{
    *facts = (struct enrich_facts){0};
    look_at_agent(enrich, sender->user_agent, facts);
    look_at_address(enrich, sender, facts);
}
