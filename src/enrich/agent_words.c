/* A report that breaks down by $browser must not show "Chrome" from the SDK beside "Chrome Mobile"
 * from us, so the families take the names of spec/wire.md §10.1 where that has one. */
#include "enrich/agent_words.h"

#include <string.h>

struct word {
    const char *family;
    const char *said; /* "": nothing is said */
};

static const struct word browsers[] = {
    {"Android", "Android Mobile"},
    {"BlackBerry WebKit", "BlackBerry"},
    {"Chrome Mobile", "Chrome"},
    {"Chrome Mobile WebView", "Chrome"},
    {"Chrome Mobile iOS", "Chrome iOS"},
    {"Edge", "Microsoft Edge"},
    {"Edge Mobile", "Microsoft Edge"},
    {"Facebook", "Facebook Mobile"},
    {"Firefox Mobile", "Firefox"},
    {"IE", "Internet Explorer"},
    {"IE Mobile", "Internet Explorer Mobile"},
    {"Mobile Safari UI/WKWebView", "Mobile Safari"},
    {"Opera Mobile", "Opera"},
    {"Other", ""},
    {"Whale", "Whale Browser"},
};

static const struct word systems[] = {
    {"BlackBerry OS", "BlackBerry"},
    {"Debian", "Linux"},
    {"Fedora", "Linux"},
    {"Other", ""},
    {"Ubuntu", "Linux"},
};

/* A desktop computer is no device to the SDKs; "K" is what Chrome says instead of the model. */
static const struct word devices[] = {
    {"Generic Smartphone", "Android"},
    {"K", "Android"},
    {"Mac", ""},
    {"Other", ""},
    {"iPod", "iPod Touch"},
};

/* A family may hold what was captured, and a header any bytes: no value for a property. */
static bool is_plain(const char *family)
{
    for (; *family != '\0'; family++) {
        if (*family < ' ' || *family > '~') return false;
    }
    return true;
}

static void say(const struct word *words, size_t count, const char *family,
                char out[ENRICH_FAMILY_SIZE])
{
    const char *said = family;
    if (!is_plain(family)) said = "";
    for (size_t i = 0; i < count; i++) {
        if (strcmp(words[i].family, family) == 0) said = words[i].said;
    }
    (void)text_to_string(text_from(said), out, ENRICH_FAMILY_SIZE);
}

/* Programs' libraries are "Spider" to uap-core. A server that sends events is no crawler. */
static bool is_library(struct text user_agent)
{
    static const char *const prefixes[] = {
        "AppEngine-Google",
        "Google-HTTP-Java-Client",
        "JNLP/",
        "Java/",
        "Python-urllib/",
        "WinHTTP",
        "WordPress/",
    };
    for (size_t i = 0; i < sizeof prefixes / sizeof *prefixes; i++) {
        if (text_starts_with_fold(user_agent, text_from(prefixes[i]))) return true;
    }
    return false;
}

/* The digits that a version begins with; -1 when there are none or too many. */
static int32_t version_number(const char *version)
{
    struct text digits = text_from(version);
    size_t size = 0;
    while (size < digits.size && digits.bytes[size] >= '0' && digits.bytes[size] <= '9')
        size++;
    uint64_t number;
    if (!text_to_u64(text_slice(digits, 0, size), &number) || number > INT32_MAX) return -1;
    return (int32_t)number;
}

void agent_words_read(const struct agent_families *families, struct text user_agent,
                      struct enrich_facts *facts)
{
    bool has_screen = strcmp(families->browser, "HeadlessChrome") != 0;
    bool is_spider = strcmp(families->device, "Spider") == 0;
    facts->is_bot = (is_spider && !is_library(user_agent)) || !has_screen;
    say(browsers, sizeof browsers / sizeof *browsers, families->browser, facts->browser);
    say(systems, sizeof systems / sizeof *systems, families->os, facts->os);
    say(devices, sizeof devices / sizeof *devices, families->device, facts->device);
    if (is_spider) facts->device[0] = '\0';
    facts->browser_version = version_number(families->version);
    bool is_like_a_browser = text_starts_with(user_agent, TEXT("Mozilla/")) ||
                             text_starts_with(user_agent, TEXT("Opera/"));
    facts->is_browser = is_like_a_browser && !facts->is_bot && facts->browser[0] != '\0';
}
