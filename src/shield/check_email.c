/* E-mail addresses (spec/shield.md §14.4, P01 and P02): RFC 5321's usual part, RFC 6531's letters,
 * and how people write them to hide them from programs: "ann (at) site (dot) com". */
#include "shield/check_national.h"
#include "shield/check_reading.h"
#include "shield/shield_key.h"
#include "shield/shield_validator.h"

enum {
    LOCAL_SIZE_MAX = 64,
    DOMAIN_SIZE_MAX = 255,
    LABEL_SIZE_MAX = 63,
    TLD_SIZE_MAX = 24,
    TLD_LISTED_MIN = 3,
};

/* Country codes: by their first letter the second ones. Then the generic names that people have
 * addresses under, and names of inner networks, each between spaces. */
static const char *const countries[26] = {"cdefgilmorstuwxz",
                                          "abdefghijmnorstwyz",
                                          "acdfghiklmnoruvwxyz",
                                          "ejkmoz",
                                          "cegrstu",
                                          "ijkmor",
                                          "abdefghilmnpqrstuwy",
                                          "kmnrtu",
                                          "delmnoqrst",
                                          "emop",
                                          "eghimnprwyz",
                                          "abcikrstuvy",
                                          "acdeghklmnopqrstuvwxyz",
                                          "acefgilopruz",
                                          "m",
                                          "aefghklmnrstwy",
                                          "a",
                                          "eosuw",
                                          "abcdeghiklmnorstuvxyz",
                                          "cdfghjklmnortvwz",
                                          "agksyz",
                                          "aceginu",
                                          "fs",
                                          "",
                                          "et",
                                          "amw"};
static const char tlds[] =
    " com org net edu gov mil int info biz name pro aero coop museum jobs mobi travel tel"
    " cat asia post xxx app dev page web site online store shop tech cloud email mail blog"
    " news media agency digital design studio work works company business services solutions"
    " group global world life live love today social network systems software tools team"
    " space website xyz top club icu vip win fun art bank finance money capital fund"
    " ventures legal law lawyer health care clinic doctor hospital dental school academy"
    " university education training institute foundation ngo ong charity church house home"
    " homes land estate rent restaurant bar cafe pizza beer wine food kitchen hotel holiday"
    " tours flights fashion style beauty fit run bike car cars auto taxi energy solar eco"
    " bio farm garden pet dog kids baby family wedding photo photos pictures video film"
    " movie music band tube game games play sport football golf ski surf london paris berlin"
    " hamburg koeln bayern wien nyc boston miami vegas tokyo osaka kyoto amsterdam brussels"
    " istanbul moscow moskva rio sydney africa scot wales irish swiss quebec gmbh green"
    " melbourne ltd inc llc srl sarl consulting expert guru center community zone plus one"
    " ninja rocks cool google microsoft apple amazon audi bmw ibm sony canon hsbc barclays"
    " basf local internal lan corp localdomain intranet home private ";

/* RFC 2606 and RFC 6761: nobody's. */
static const char reserved_tlds[] = " example test invalid localhost ";

static bool is_local_byte(uint8_t byte)
{
    if (byte >= 0x80 || reading_is_word(byte)) return true;
    return byte && strchr(".!#$%&'*+-/=?^`{|}~", byte);
}

static bool is_domain_byte(uint8_t byte)
{
    return byte >= 0x80 || (reading_is_word(byte) && byte != '_') || byte == '-';
}

static char lower_of(char byte)
{
    return is_upper_byte(byte) ? (char)(byte | 0x20) : byte;
}

/* Every word of a list has three letters at least. */
static bool is_listed(const char *list, struct text word)
{
    char wanted[TLD_SIZE_MAX + 3];
    if (word.size < TLD_LISTED_MIN || word.size > TLD_SIZE_MAX) return false;
    wanted[0] = ' ';
    for (size_t i = 0; i < word.size; i++)
        wanted[i + 1] = lower_of(word.bytes[i]);
    wanted[word.size + 1] = ' ';
    wanted[word.size + 2] = '\0';
    return strstr(list, wanted) != NULL;
}

static bool is_tld(struct text word)
{
    if (word.size != 2) return is_listed(tlds, word);
    char first = lower_of(word.bytes[0]);
    char second = lower_of(word.bytes[1]);
    if (first < 'a' || first > 'z' || second == '\0') return false;
    return strchr(countries[first - 'a'], second) != NULL;
}

/* The first byte of the local part that ends there. An equals sign, a slash and the like in front
 * belong to what stands around it: "to=ann@site.com", "mailto:/ann@site.com". */
static uint32_t local_begin(struct text value, uint32_t end)
{
    uint32_t begin = end;
    while (begin > 0 && end - begin < LOCAL_SIZE_MAX &&
           is_local_byte(reading_byte(value, begin - 1)))
        begin--;
    for (uint32_t i = begin; i < end; i++) {
        uint8_t byte = reading_byte(value, i);
        if (byte && strchr("=/&?|{}`'!#%*", byte)) begin = i + 1;
    }
    while (begin < end && strchr(".-+'^~$", reading_byte(value, begin)))
        begin++;
    return begin;
}

/* "." and the like, or "(dot)", "[dot]", " dot ", each with spaces; 0 when no dot stands there. */
static uint32_t dot_size(struct text value, uint32_t at)
{
    static const char *const dots[] = {" (dot) ", "(dot)",   " [dot] ",   "[dot]",
                                       "{dot}",   " dot ",   " (punkt) ", "(punkt)",
                                       "[punkt]", " punkt ", "(point)"};
    if (reading_byte(value, at) == '.') return 1;
    if (reading_has(value, at, "\xe3\x80\x82")) return 3; /* an ideographic full stop */
    for (size_t i = 0; i < sizeof dots / sizeof *dots; i++)
        if (reading_has_fold(value, at, dots[i])) return (uint32_t)strlen(dots[i]);
    return 0;
}

struct domain {
    uint32_t end;
    struct text tld;
    struct text second; /* the label before it */
};

/* At least two labels from there on. */
static bool read_domain(struct text value, uint32_t begin, struct domain *domain)
{
    uint32_t at = begin;
    uint32_t labels = 0;
    for (;;) {
        uint32_t end = at;
        while (end - at <= LABEL_SIZE_MAX && is_domain_byte(reading_byte(value, end)))
            end++;
        if (end == at || end - at > LABEL_SIZE_MAX || end - begin > DOMAIN_SIZE_MAX) break;
        domain->second = domain->tld;
        domain->tld = reading_slice(value, at, end);
        domain->end = end;
        labels++;
        uint32_t dot = dot_size(value, end);
        if (dot == 0) break;
        at = end + dot;
    }
    return labels >= 2;
}

static bool is_letters(struct text label)
{
    for (size_t i = 0; i < label.size; i++) {
        uint8_t byte = (uint8_t)label.bytes[i];
        if (byte < 0x80 && !shield_charset_has(SHIELD_LOWER, byte | 0x20)) return false;
    }
    return label.size >= 2;
}

static bool starts_with_punycode(struct text label)
{
    return label.size > 4 && text_starts_with_fold(label, TEXT("xn--"));
}

static enum shield_proof judge_domain(const struct domain *domain, bool has_context)
{
    if (is_listed(reserved_tlds, domain->tld)) return SHIELD_TEST;
    if (text_equal_fold(domain->second, TEXT("example"))) return SHIELD_TEST;
    if (starts_with_punycode(domain->tld) || is_tld(domain->tld)) return SHIELD_PROVEN;
    if (!is_letters(domain->tld)) return SHIELD_NOT;
    if ((uint8_t)domain->tld.bytes[0] >= 0x80) return SHIELD_PROVEN; /* a country's own script */
    return has_context ? SHIELD_SHAPE : SHIELD_NOT;
}

/* "git@host:owner/name.git" and "npm:@scope/name" name machines and packages. */
static bool is_machine(struct text value, uint32_t begin, uint32_t at, uint32_t end)
{
    struct text local = reading_slice(value, begin, at);
    return text_equal(local, TEXT("git")) && reading_byte(value, end) == ':';
}

/* The address may be quoted: "ann vane"@site.com. */
static bool find_local(const struct shield_candidate *candidate, uint32_t end, uint32_t *begin)
{
    struct text value = candidate->value;
    *begin = local_begin(value, end);
    if (*begin < end) return reading_byte(value, end - 1) != '.';
    if (end < 3 || reading_byte(value, end - 1) != '"') return false;
    for (uint32_t i = end - 1; i > 0 && end - i < LOCAL_SIZE_MAX; i--) {
        if (reading_byte(value, i - 1) != '"') continue;
        *begin = i - 1;
        return end - i > 1;
    }
    return false;
}

static bool is_spelled(struct text literal)
{
    return literal.size > 1 && literal.bytes[0] != '%';
}

enum shield_proof shield_check_email(const struct shield_candidate *candidate,
                                     struct shield_span *span)
{
    struct text value = candidate->value;
    struct domain domain = {0};
    uint32_t begin = 0;
    uint32_t left = candidate->begin;
    uint32_t right = candidate->end;
    bool spelled = is_spelled(reading_literal(candidate));
    while (spelled && left > 0 && left + 3 > candidate->begin &&
           reading_byte(value, left - 1) == ' ')
        left--;
    if (spelled) right = reading_skip(value, right, " ", 2);
    if (!find_local(candidate, left, &begin) || !read_domain(value, right, &domain)) {
        return SHIELD_NOT;
    }
    if (is_machine(value, begin, left, domain.end)) return SHIELD_NOT;
    bool is_bare = spelled && value.bytes[candidate->begin] == ' '; /* "look at site.com" is none */
    if (is_bare && text_find_byte(reading_slice(value, right, domain.end), '.') >= 0) {
        return SHIELD_NOT;
    }
    enum shield_proof proof = judge_domain(&domain, candidate->has_context);
    if (proof != SHIELD_NOT) *span = (struct shield_span){begin, domain.end};
    return proof;
}

/* MD5, SHA-1, SHA-256 and longer of an address, under its key. */
enum shield_proof shield_check_email_hash(const struct shield_candidate *candidate,
                                          struct shield_span *span)
{
    struct text value = reading_bare(candidate->value);
    (void)span;
    if (!(candidate->key_classes & SHIELD_KEY_BIT(SHIELD_KEY_EMAIL))) return SHIELD_NOT;
    if (value.size != 32 && value.size != 40 && value.size != 56 && value.size != 64 &&
        value.size != 96 && value.size != 128) {
        return SHIELD_NOT;
    }
    for (size_t i = 0; i < value.size; i++)
        if (!shield_charset_has(SHIELD_HEX, (uint8_t)value.bytes[i])) return SHIELD_NOT;
    return SHIELD_SHAPE;
}
