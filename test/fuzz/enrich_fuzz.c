/* Any bytes as X-Forwarded-For and as a user agent, cut at the first line break. */
#include "base/check.h"
#include "enrich/enrich.h"
#include "os/os_log.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static struct enrich *open_once(void)
{
    static struct enrich *enrich;
    if (enrich) return enrich;
    struct error error;
    struct enrich_options options = {.country_file = "",
                                     .trusted_proxies = TEXT("127.0.0.0/8 10.0.0.0/8 ::1")};
    os_log_set_level(OS_LOG_ERROR);
    enum status status = enrich_open(&options, &enrich, &error);
    assert(status == STATUS_OK);
    return enrich;
}

static void check_family(const char *family)
{
    size_t size = strlen(family);
    assert(size < ENRICH_FAMILY_SIZE);
    for (size_t i = 0; i < size; i++)
        assert(family[i] >= ' ' && family[i] <= '~');
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    struct text user_agent;
    struct text forwarded = text_split((struct text){(const char *)bytes, size}, '\n', &user_agent);
    struct enrich_sender sender = {TEXT("\x7f\0\0\1"), forwarded, user_agent};
    struct enrich_facts facts;
    enrich_look(open_once(), &sender, &facts);
    assert(facts.country[0] == '\0' || strlen(facts.country) == 2);
    assert(!(facts.is_bot && facts.is_browser));
    check_family(facts.browser);
    check_family(facts.os);
    check_family(facts.device);
    return 0;
}
