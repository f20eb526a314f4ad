/* From rules/keys.txt to a trie: read, spell out, sort, merge, build. */
#include "base/buffer.h"
#include "base/check.h"
#include "base/memory.h"
#include "shield/shield_key_internal.h"

#include <stdlib.h>
#include <string.h>

enum {
    ENTRIES_MAX = 65534, /* a node names its entry in 16 bits */
    TEXT_SIZE_MAX = 4 << 20,
    ENTRY_SIZE_MAX = 96,
    SPELLING_SIZE_MAX = 256, /* of an entry in the file, with its alternatives */
    JOIN_SIZE_MIN = 4,       /* shorter ones are written together only where a '+' says so */
};

static const char *const class_names[SHIELD_KEY_CLASS_COUNT] = {
    [SHIELD_KEY_CREDENTIAL] = "credential",
    [SHIELD_KEY_OTP] = "otp",
    [SHIELD_KEY_PIN] = "pin",
    [SHIELD_KEY_SESSION] = "session",
    [SHIELD_KEY_COOKIE] = "cookie",
    [SHIELD_KEY_SEED] = "seed",
    [SHIELD_KEY_CARD] = "card",
    [SHIELD_KEY_CVV] = "cvv",
    [SHIELD_KEY_CARD_EXPIRY] = "card_expiry",
    [SHIELD_KEY_BANK] = "bank",
    [SHIELD_KEY_WALLET] = "wallet",
    [SHIELD_KEY_MONEY] = "money",
    [SHIELD_KEY_EMAIL] = "email",
    [SHIELD_KEY_PHONE] = "phone",
    [SHIELD_KEY_NAME] = "name",
    [SHIELD_KEY_ADDRESS] = "address",
    [SHIELD_KEY_POSTCODE] = "postcode",
    [SHIELD_KEY_BIRTH] = "birth",
    [SHIELD_KEY_AGE] = "age",
    [SHIELD_KEY_GENDER] = "gender",
    [SHIELD_KEY_NATIONAL] = "national",
    [SHIELD_KEY_PASSPORT] = "passport",
    [SHIELD_KEY_LICENCE] = "licence",
    [SHIELD_KEY_HEALTH] = "health",
    [SHIELD_KEY_BELIEF] = "belief",
    [SHIELD_KEY_SOCIAL] = "social",
    [SHIELD_KEY_VEHICLE] = "vehicle",
    [SHIELD_KEY_EMPLOYEE] = "employee",
    [SHIELD_KEY_COORDINATE] = "coordinate",
    [SHIELD_KEY_PLACE] = "place",
    [SHIELD_KEY_WIFI] = "wifi",
    [SHIELD_KEY_IP] = "ip",
    [SHIELD_KEY_MAC] = "mac",
    [SHIELD_KEY_DEVICE] = "device",
    [SHIELD_KEY_ADVERTISING] = "advertising",
    [SHIELD_KEY_FINGERPRINT] = "fingerprint",
    [SHIELD_KEY_USER_AGENT] = "user_agent",
    [SHIELD_KEY_SEARCH] = "search",
    [SHIELD_KEY_MESSAGE] = "message",
    [SHIELD_KEY_FILE] = "file",
    [SHIELD_KEY_URL] = "url",
    [SHIELD_KEY_VERSION] = "version",
    [SHIELD_KEY_TIME] = "time",
    [SHIELD_KEY_IDENTIFIER] = "identifier",
    [SHIELD_KEY_MEASURE] = "measure",
    [SHIELD_KEY_MEDIA] = "media",
};

static const struct {
    struct text name;
    uint8_t mark;
} section_marks[] = {
    {TEXT_INIT("neutral"), LEXICON_NEUTRAL},
    {TEXT_INIT("head"), LEXICON_HEAD},
    {TEXT_INIT("tail"), LEXICON_TAIL},
    {TEXT_INIT("glue"), LEXICON_GLUE},
};

int shield_key_class_by_name(struct text name)
{
    for (int i = 0; i < SHIELD_KEY_CLASS_COUNT; i++) {
        if (text_equal(name, text_from(class_names[i]))) return i;
    }
    return -1;
}

const char *shield_key_class_name(enum shield_key_class key_class)
{
    assert(key_class < SHIELD_KEY_CLASS_COUNT);
    return class_names[key_class];
}

/* An entry before it has its place in the trie; its spelling stands in the maker's buffer. */
struct spelt_entry {
    uint32_t begin;
    uint32_t size;
    struct lexicon_entry entry;
};

struct maker {
    struct buffer spellings;
    struct spelt_entry *entries;
    uint32_t count;
    uint32_t capacity;
    uint64_t section_class; /* bit of the class the lines belong to, 0 in the other sections */
    uint8_t section_mark;
    unsigned line;
};

static enum status add_entry(struct maker *maker, struct text spelling, struct lexicon_entry entry,
                             struct error *error)
{
    if (spelling.size == 0 || spelling.size > ENTRY_SIZE_MAX) {
        return error_set(error, STATUS_INVALID, "cannot read lexicon: line %u: a word of %zu bytes",
                         maker->line, spelling.size);
    }
    if (maker->count == ENTRIES_MAX) {
        return error_set(error, STATUS_TOO_LARGE, "cannot read lexicon: line %u: over %d words",
                         maker->line, ENTRIES_MAX);
    }
    if (maker->count == maker->capacity) {
        maker->capacity = maker->capacity ? 2 * maker->capacity : 4096;
        maker->entries = memory_resize(maker->entries, maker->capacity, sizeof *maker->entries);
    }
    maker->entries[maker->count++] = (struct spelt_entry){
        .begin = (uint32_t)maker->spellings.size, .size = (uint32_t)spelling.size, .entry = entry};
    buffer_append_text(&maker->spellings, spelling);
    return STATUS_OK;
}

/* What the mark before an entry says. */
enum spread { SPREAD_PLAIN, SPREAD_WHOLE, SPREAD_APART, SPREAD_JOINS };

static struct lexicon_entry entry_for(const struct maker *maker, enum spread spread, size_t size)
{
    uint64_t bit = maker->section_class;
    struct lexicon_entry entry = {.exact = bit, .marks = maker->section_mark};
    if (spread != SPREAD_WHOLE) entry.stem = bit;
    if (spread == SPREAD_JOINS || (spread == SPREAD_PLAIN && size >= JOIN_SIZE_MIN)) {
        entry.join = bit;
    }
    return entry;
}

static size_t without_spaces(const struct key_words *words, char *out)
{
    size_t size = 0;
    for (size_t i = 0; i < words->size; i++) {
        if (words->bytes[i] != ' ') out[size++] = words->bytes[i];
    }
    return size;
}

static bool has_digit(const struct key_words *words)
{
    for (size_t i = 0; i < words->size; i++) {
        if (words->bytes[i] >= '0' && words->bytes[i] <= '9') return true;
    }
    return false;
}

/* One spelling: as its words, and, when there are several, as one word. */
static enum status add_spelling(struct maker *maker, struct text spelling, enum spread spread,
                                struct error *error)
{
    struct key_words words;
    key_words_read(spelling, KEY_CASE_CUTS, &words);
    struct text text = {words.bytes, words.size};
    TRY(add_entry(maker, text, entry_for(maker, spread, words.size), error));
    if (text_find_byte(text, ' ') < 0 || has_digit(&words)) return STATUS_OK;
    char joined[SHIELD_KEY_FOLDED_MAX];
    size_t size = without_spaces(&words, joined);
    struct text word = {joined, size};
    return add_entry(maker, word, entry_for(maker, spread, size), error);
}

/* One way through the alternatives: choice counts them as the digits of a number with mixed bases.
 * Returns how many ways there are, 0 when the brackets do not pair. */
static size_t spell_way(struct text word, size_t choice, char *out, size_t *out_size)
{
    size_t ways = 1;
    *out_size = 0;
    while (word.size > 0) {
        ptrdiff_t open = text_find_byte(word, '(');
        struct text plain = open < 0 ? word : text_slice(word, 0, (size_t)open);
        if (text_find_byte(plain, ')') >= 0) return 0;
        memcpy(out + *out_size, plain.bytes, plain.size);
        *out_size += plain.size;
        if (open < 0) return ways;
        word = text_slice(word, plain.size + 1, word.size - plain.size - 1);
        ptrdiff_t close = text_find_byte(word, ')');
        if (close < 0) return 0;
        struct text group = text_slice(word, 0, (size_t)close);
        word = text_slice(word, group.size + 1, word.size - group.size - 1);
        size_t count = 1;
        for (size_t i = 0; i < group.size; i++)
            count += group.bytes[i] == '|';
        struct text part = {group.bytes, 0};
        for (size_t i = 0; i <= choice % count; i++)
            part = text_split(group, '|', &group);
        memcpy(out + *out_size, part.bytes, part.size);
        *out_size += part.size;
        choice /= count;
        ways *= count;
    }
    return ways;
}

static enum status add_word(struct maker *maker, struct text word, struct error *error)
{
    enum spread spread = SPREAD_PLAIN;
    if (word.bytes[0] == '=') spread = SPREAD_WHOLE;
    if (word.bytes[0] == '.') spread = SPREAD_APART;
    if (word.bytes[0] == '+') spread = SPREAD_JOINS;
    if (spread != SPREAD_PLAIN) word = text_slice(word, 1, word.size - 1);
    char way[SPELLING_SIZE_MAX];
    if (word.size > sizeof way) {
        return error_set(error, STATUS_INVALID, "cannot read lexicon: line %u: a word too long",
                         maker->line);
    }
    size_t ways = 1;
    for (size_t choice = 0; choice < ways; choice++) {
        size_t size;
        ways = spell_way(word, choice, way, &size);
        if (ways == 0 || ways > 256) {
            return error_set(error, STATUS_INVALID,
                             "cannot read lexicon: line %u: brackets that do not pair",
                             maker->line);
        }
        TRY(add_spelling(maker, (struct text){way, size}, spread, error));
    }
    return STATUS_OK;
}

static enum status begin_section(struct maker *maker, struct text first, struct text second,
                                 struct error *error)
{
    maker->section_class = 0;
    maker->section_mark = 0;
    if (text_equal(first, TEXT("class"))) {
        int key_class = shield_key_class_by_name(second);
        if (key_class >= 0) maker->section_class = UINT64_C(1) << key_class;
        if (key_class >= 0) return STATUS_OK;
    } else {
        for (size_t i = 0; i < sizeof section_marks / sizeof section_marks[0]; i++) {
            if (!text_equal(second, section_marks[i].name)) continue;
            maker->section_mark = section_marks[i].mark;
            return STATUS_OK;
        }
    }
    return error_set(error, STATUS_INVALID, "cannot read lexicon: line %u: no such section",
                     maker->line);
}

static enum status read_line(struct maker *maker, struct text line, struct error *error)
{
    line = text_trim(text_split(line, '#', &(struct text){NULL, 0}));
    if (line.size == 0) return STATUS_OK;
    struct text rest;
    struct text first = text_split(line, ' ', &rest);
    if (text_equal(first, TEXT("class")) || text_equal(first, TEXT("words"))) {
        return begin_section(maker, first, text_trim(rest), error);
    }
    if (first.size != 2 || (maker->section_class == 0 && maker->section_mark == 0)) {
        return error_set(error, STATUS_INVALID,
                         "cannot read lexicon: line %u: words need a section and a language",
                         maker->line);
    }
    while (rest.size > 0) {
        struct text word = text_split(rest, ' ', &rest);
        if (word.size > 0) TRY(add_word(maker, word, error));
    }
    return STATUS_OK;
}

static enum status read_file(struct maker *maker, struct text file, struct error *error)
{
    while (file.size > 0) {
        maker->line++;
        TRY(read_line(maker, text_split(file, '\n', &file), error));
    }
    if (maker->count == 0) {
        return error_set(error, STATUS_INVALID, "cannot read lexicon: it has no words");
    }
    return STATUS_OK;
}

static int compare_entries(const void *a, const void *b, void *spellings)
{
    const struct spelt_entry *left = a;
    const struct spelt_entry *right = b;
    const char *bytes = spellings;
    return text_compare((struct text){bytes + left->begin, left->size},
                        (struct text){bytes + right->begin, right->size});
}

static void sort_and_merge(struct maker *maker)
{
    const char *bytes = maker->spellings.bytes;
    qsort_r(maker->entries, maker->count, sizeof *maker->entries, compare_entries,
            maker->spellings.bytes);
    uint32_t kept = 0;
    for (uint32_t i = 1; i < maker->count; i++) {
        struct spelt_entry *last = &maker->entries[kept];
        const struct spelt_entry *next = &maker->entries[i];
        bool is_same = last->size == next->size &&
                       memcmp(bytes + last->begin, bytes + next->begin, last->size) == 0;
        if (!is_same) {
            maker->entries[++kept] = *next;
            continue;
        }
        last->entry.exact |= next->entry.exact;
        last->entry.stem |= next->entry.stem;
        last->entry.join |= next->entry.join;
        last->entry.marks |= next->entry.marks;
    }
    maker->count = kept + 1;
}

/* The sorted entries low to high begin alike up to the depth and meet in one node. */
struct node_range {
    uint32_t low;
    uint32_t high;
    uint32_t depth;
};

static void add_children(struct shield_lexicon *lexicon, const struct maker *maker,
                         struct node_range *ranges, uint32_t node)
{
    struct node_range range = ranges[node];
    if (maker->entries[range.low].size == range.depth) {
        lexicon->nodes[node].entry = (uint16_t)(range.low + 1);
        range.low++;
    }
    uint32_t count = 0;
    uint32_t first = lexicon->node_count;
    while (range.low < range.high) {
        const struct spelt_entry *entry = &maker->entries[range.low];
        uint8_t label = (uint8_t)maker->spellings.bytes[entry->begin + range.depth];
        uint32_t next = range.low + 1;
        while (next < range.high &&
               (uint8_t)maker->spellings.bytes[maker->entries[next].begin + range.depth] == label) {
            next++;
        }
        uint32_t child = lexicon->node_count++;
        lexicon->nodes[child].labels = label;
        ranges[child] = (struct node_range){range.low, next, range.depth + 1};
        if (node == 0) lexicon->root[label] = child;
        range.low = next;
        count++;
    }
    if (count == 0) return;
    lexicon->nodes[node].first = first;
    lexicon->nodes[node].labels |= (uint16_t)((count - 1) << 8);
}

static struct shield_lexicon *build(const struct maker *maker)
{
    struct shield_lexicon *lexicon = MEMORY_NEW(struct shield_lexicon);
    lexicon->entry_count = maker->count;
    lexicon->entries = MEMORY_ARRAY(struct lexicon_entry, maker->count);
    for (uint32_t i = 0; i < maker->count; i++)
        lexicon->entries[i] = maker->entries[i].entry;

    size_t nodes_max = maker->spellings.size + 1;
    struct node_range *ranges = MEMORY_ARRAY(struct node_range, nodes_max);
    lexicon->nodes = MEMORY_ARRAY(struct lexicon_node, nodes_max);
    lexicon->node_count = 1;
    ranges[0] = (struct node_range){0, maker->count, 0};
    for (uint32_t node = 0; node < lexicon->node_count; node++) {
        add_children(lexicon, maker, ranges, node);
    }
    memory_free(ranges);
    for (uint32_t first = 0; first < 26; first++) {
        uint32_t node = lexicon->root['a' + first];
        for (uint32_t next = 0; node != 0 && next < 26; next++)
            lexicon->second[first][next] = lexicon_step(lexicon, node, (uint8_t)('a' + next));
    }
    lexicon->nodes = memory_resize(lexicon->nodes, lexicon->node_count, sizeof *lexicon->nodes);
    return lexicon;
}

enum status shield_lexicon_make(struct text file, struct shield_lexicon **out, struct error *error)
{
    struct maker maker = {0};
    buffer_init(&maker.spellings, TEXT_SIZE_MAX);
    enum status status = read_file(&maker, file, error);
    if (status == STATUS_OK && buffer_overflowed(&maker.spellings)) {
        status = error_set(error, STATUS_TOO_LARGE, "cannot read lexicon: over %d bytes of words",
                           TEXT_SIZE_MAX);
    }
    if (status == STATUS_OK) {
        sort_and_merge(&maker);
        *out = build(&maker);
    }
    memory_free(maker.entries);
    buffer_release(&maker.spellings);
    return status;
}

void shield_lexicon_release(struct shield_lexicon *lexicon)
{
    if (!lexicon) return;
    memory_free(lexicon->entries);
    memory_free(lexicon->nodes);
    memory_free(lexicon);
}
