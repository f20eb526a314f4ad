/* ---- Addresses (spec/shield.md §6.3) ---- */
enum {
    PATH_SEGMENTS_MAX = 16,
    SEGMENT_MAX = 256,
    DECODES_MAX = 3,
    CAMPAIGN_VALUE_MAX = 40,
    ENCODED_MAX = 7 * CAMPAIGN_VALUE_MAX, /* every byte as %252541 */
};

/* Bit b of row a: the letters a and b are common neighbours (docs/url-template.md). */
static const uint32_t common_pairs[26] = {
    0x33EFDEF, 0x0124911, 0x01A4D95, 0x0164111, 0x0BEBD7F, 0x0104931, 0x0166991,
    0x0184111, 0x22EFE7F, 0x0000011, 0x01A4111, 0x01C4919, 0x010D113, 0x03C657D,
    0x07EFD5E, 0x01AC911, 0x0100000, 0x01E755D, 0x01CCD95, 0x01E4991, 0x00EB95F,
    0x0004111, 0x0000111, 0x0000000, 0x0000001, 0x0000111};

/* At most so many neighbours are rare in words, and one in eight. A change between a letter and a
 * digit is rare; two digits, and whatever stands beside another sign, are no neighbours. */
static int has_few_rare_pairs(const char *at, size_t size, size_t rare_max)
{
    size_t pairs = 0;
    size_t rare = 0;
    for (size_t i = 1; i < size; i++) {
        if (is_letter(at[i - 1]) && is_letter(at[i])) {
            pairs++;
            rare += !(common_pairs[to_lower(at[i - 1]) - 'a'] >> (to_lower(at[i]) - 'a') & 1);
        } else if ((is_letter(at[i - 1]) && is_digit(at[i])) ||
                   (is_digit(at[i - 1]) && is_letter(at[i]))) {
            pairs++;
            rare++;
        }
    }
    return rare <= rare_max + pairs / 8;
}

static int reads_like_words(const char *at, size_t size)
{
    if (size == 0 || size > 24) return 0;
    for (size_t i = 0; i < size; i++)
        if (at[i] != '-' && !is_letter(at[i])) return 0;
    return has_few_rare_pairs(at, size, 1);
}

static int hex_value(char byte)
{
    return is_digit(byte) ? byte - '0' : to_lower(byte) - 'a' + 10;
}

/* Decode %XX in place, until nothing changes or three times; a NUL becomes a space. */
static void percent_decode(char *text)
{
    for (int turn = 0; turn < DECODES_MAX; turn++) {
        char *out = text;
        for (const char *at = text; *at; at++) {
            char byte = *at;
            if (byte == '%' && is_hex(at[1]) && is_hex(at[2])) {
                byte = (char)(hex_value(at[1]) * 16 + hex_value(at[2]));
                at += 2;
            }
            *out++ = (char)(byte ? byte : ' ');
        }
        if (*out == '\0') return;
        *out = '\0';
    }
}

static int number_of(const char *digits, size_t count)
{
    int number = 0;
    for (size_t i = 0; i < count; i++)
        number = number * 10 + digits[i] - '0';
    return number;
}

/* YYYY-MM-DD, YYYY-MM and YYYYMMDD with a month and a day that exist. */
static int is_date(const char *at, size_t size)
{
    char digits[8];
    size_t count = 0;
    if (size != 7 && size != 8 && size != 10) return 0;
    for (size_t i = 0; i < size; i++) {
        int is_dash = size != 8 && (i == 4 || i == 7);
        if (is_dash ? at[i] != '-' : !is_digit(at[i])) return 0;
        if (!is_dash) digits[count++] = at[i];
    }
    int year = number_of(digits, 4);
    int month = number_of(digits + 4, 2);
    int day = count == 8 ? number_of(digits + 6, 2) : 1;
    return year >= 1900 && year < 2200 && month >= 1 && month <= 12 && day >= 1 && day <= 31;
}

/* Behind these stands a person or a secret, whatever it looks like. */
static int is_before_a_name(const char *at, size_t size)
{
    static const char *const names[] = {"u",       "user",     "users",    "people",    "person",
                                        "persons", "profile",  "profiles", "member",    "members",
                                        "account", "accounts", "customer", "customers", "client",
                                        "clients", "patient",  "patients", "invite",    "invites",
                                        "share",   "reset",    "verify",   "search"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        size_t same = 0;
        while (same < size && names[i][same] == to_lower(at[same]))
            same++;
        if (same == size && names[i][same] == '\0') return 1;
    }
    return 0;
}

static int is_page_ending(const char *at, size_t size)
{
    static const char *const endings[] = {"html", "htm", "php", "aspx", "jsp", "js", "mjs"};
    for (size_t i = 0; i < sizeof endings / sizeof *endings; i++)
        if (strlen(endings[i]) == size && strncmp(endings[i], at, size) == 0) return 1;
    return 0;
}

static int is_plain_segment(const char *at, size_t size)
{
    if (reads_like_words(at, size)) return 1;
    if (at[0] == 'v' && size >= 2 && size <= 3 && is_digit(at[1]) && is_digit(at[size - 1]))
        return 1;
    const char *dot = memchr(at, '.', size);
    if (!dot) return 0;
    size_t stem = (size_t)(dot - at);
    return reads_like_words(at, stem) && is_page_ending(dot + 1, size - stem - 1);
}

static const char *segment_kind(const char *at, size_t size, int is_name)
{
    size_t digits = 0;
    size_t letters = 0;
    size_t others = 0; /* not ASCII */
    for (size_t i = 0; i < size; i++) {
        digits += (size_t)is_digit(at[i]);
        letters += (size_t)is_letter(at[i]);
        others += (unsigned char)at[i] >= 0x80;
    }
    if (is_date(at, size)) return ":date";
    if (digits == size) return ":int";
    if (size == 36 && is_uuid(at)) return ":uuid";
    if (memchr(at, '@', size)) return ":email";
    if (!is_name && is_plain_segment(at, size)) return NULL;
    return size >= 16 && digits > 0 && letters > 0 && others == 0 ? ":token" : ":x";
}

static void put_segment(struct writer *out, const char *at, size_t size, int is_name)
{
    char segment[SEGMENT_MAX + 1];
    if (size == 0) return;
    if (size > SEGMENT_MAX) {
        put_string(out, ":token");
        return;
    }
    memcpy(segment, at, size); /* ends in a NUL for is_uuid */
    segment[size] = '\0';
    const char *kind = segment_kind(segment, size, is_name);
    if (kind) put_string(out, kind);
    for (size_t i = 0; !kind && i < size; i++)
        put_byte(out, to_lower(segment[i]));
}

static void put_path(struct writer *out, const char *path)
{
    size_t segments = 0;
    int is_name = 0;
    while (*path == '/') {
        put_byte(out, '/');
        path++;
        if (++segments > PATH_SEGMENTS_MAX) {
            put_string(out, ":more");
            return;
        }
        size_t size = strcspn(path, "/;");
        put_segment(out, path, size, is_name);
        if (size > 0) is_name = is_before_a_name(path, size);
        path += strcspn(path, "/");
    }
}

static int is_second_level(const char *label, size_t size, const char *last)
{
    static const char *const names[] = {"co", "com", "net", "org", "gov", "edu", "ac", "or", "ne"};
    if (strlen(last) != 2) return 0;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strlen(names[i]) == size && strncmp(names[i], label, size) == 0) return 1;
    return 0;
}

static int is_numeric_host(const char *host)
{
    return strchr(host, ':') != NULL || strspn(host, "0123456789.") == strlen(host);
}

/* The registrable domain and one label before it. */
static void put_host(struct writer *out, const char *host)
{
    const char *labels[64];
    size_t count = 0;
    if (is_numeric_host(host)) {
        put_string(out, ":ip");
        return;
    }
    for (const char *at = host; at && count < 64; at = strchr(at, '.') ? strchr(at, '.') + 1 : NULL)
        labels[count++] = at;
    size_t keep = 3;
    if (count >= 3) {
        const char *before = labels[count - 2];
        if (is_second_level(before, strcspn(before, "."), labels[count - 1])) keep = 4;
    }
    put_string(out, labels[count > keep ? count - keep : 0]);
}

static int is_campaign_value(const char *value)
{
    size_t size = strlen(value);
    if (size == 0 || size > CAMPAIGN_VALUE_MAX) return 0;
    for (size_t i = 0; i < size; i++)
        if (!is_word_byte(value[i]) && value[i] != '-') return 0;
    if (!has_few_rare_pairs(value, size, 2)) return 0; /* drawn by lot */
    return !is_secret_text("", value);
}

static int is_campaign_name(const char *name, size_t size, unsigned *seen)
{
    static const char *const names[] = {"utm_source", "utm_medium", "utm_campaign", "ref"};
    for (unsigned i = 0; i < sizeof names / sizeof *names; i++) {
        if (strlen(names[i]) != size || strncmp(names[i], name, size) != 0) continue;
        if (*seen >> i & 1) return 0;
        *seen |= 1u << i;
        return 1;
    }
    return 0;
}

static void put_query(struct writer *out, const char *query)
{
    unsigned seen = 0;
    char separator = '?';
    while (*query) {
        char value[ENCODED_MAX + 1];
        size_t size = strcspn(query, "&");
        size_t name_size = strcspn(query, "=&");
        size_t value_size = size > name_size ? size - name_size - 1 : 0;
        if (is_campaign_name(query, name_size, &seen) && value_size < sizeof value) {
            memcpy(value, query + name_size + 1, value_size);
            value[value_size] = '\0';
            percent_decode(value);
            if (is_campaign_value(value)) {
                put_byte(out, separator);
                put_bytes(out, query, name_size);
                put_byte(out, '=');
                for (const char *at = value; *at; at++)
                    put_byte(out, to_lower(*at));
                separator = '&';
            }
        }
        query += size + (query[size] == '&');
    }
}

/* The bytes of a scheme and its colon at the start, or 0. */
static size_t scheme_size(const char *url)
{
    size_t size = 0;
    while (is_letter(url[size]) ||
           (size > 0 && (is_digit(url[size]) || strchr("+-.", url[size] ? url[size] : ' '))))
        size++;
    return size >= 2 && url[size] == ':' ? size + 1 : 0;
}

static int is_http(const char *url, size_t scheme)
{
    char lower[8];
    for (size_t i = 0; i < scheme && i < sizeof lower; i++)
        lower[i] = to_lower(url[i]);
    return ((scheme == 5 && memcmp(lower, "http:", 5) == 0) ||
            (scheme == 6 && memcmp(lower, "https:", 6) == 0)) &&
           url[scheme] == '/' && url[scheme + 1] == '/';
}

/* Cut `user:password@host:port` into a host in lower case and a port ("" or ":80"). */
static void read_authority(const char *at, size_t size, char host[256], char port[8])
{
    host[0] = port[0] = '\0';
    for (size_t i = size; i > 0; i--) {
        if (at[i - 1] != '@') continue;
        at += i;
        size -= i;
        break;
    }
    size_t digits = 0;
    while (digits < size && is_digit(at[size - 1 - digits]))
        digits++;
    if (digits > 0 && digits <= 5 && digits < size && at[size - 1 - digits] == ':') {
        memcpy(port, at + size - 1 - digits, digits + 1);
        port[digits + 1] = '\0';
        size -= digits + 1;
    }
    if (size > 255) size = 255;
    for (size_t i = 0; i < size; i++)
        host[i] = to_lower(at[i]);
    host[size] = '\0';
}

/* See docs/url-template.md. Writes the template, without quotes. */
static void put_url_template(struct writer *out, const char *url)
{
    char rest[CANDOR_TEXT_MAX + 1];
    char host[256];
    char port[8];
    size_t scheme = scheme_size(url);
    if (scheme > 0 && !is_http(url, scheme)) {
        for (size_t i = 0; i < scheme; i++)
            put_byte(out, to_lower(url[i]));
        return;
    }
    if (scheme > 0) {
        url += scheme + 2;
        size_t authority = strcspn(url, "/?#");
        read_authority(url, authority, host, port);
        put_string(out, scheme == 5 ? "http://" : "https://");
        put_host(out, host);
        put_string(out, port);
        url += authority;
    }
    size_t path = strcspn(url, "?#");
    (void)copy_string(rest, sizeof rest, url);
    if (path > CANDOR_TEXT_MAX) path = CANDOR_TEXT_MAX;
    rest[path] = '\0';
    percent_decode(rest);
    put_path(out, rest);
    if (url[path] == '?') {
        (void)copy_string(rest, sizeof rest, url + path + 1);
        rest[strcspn(rest, "#")] = '\0';
        put_query(out, rest);
    }
}
