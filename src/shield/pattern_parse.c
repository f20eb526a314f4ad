/* The syntax that Hyperscan takes, as far as it matters for how large a pattern is. Code points
 * beyond ASCII are written out in UTF-8; a class with any of them is taken for all of them. */
#include "shield/pattern_parse.h"

#include "base/check.h"

#include <string.h>

enum {
    REPEAT_MAX = 32768, /* of one quantifier: Hyperscan takes no more */
    EMPTIES_MAX = 64,   /* as costly as positions, and none */
};

/* A piece of the pattern: positions that lie together. */
struct piece {
    uint32_t begin;
    uint32_t end;
    struct pattern_set first;
    struct pattern_set last;
    bool is_nullable;
    uint32_t empties; /* places between bytes, repeats written out: \b and its like */
};

/* A group under way: the alternatives that are complete, and the one being read. */
struct level {
    struct piece alternatives;
    struct piece sequence;
    struct piece item; /* the last one of the sequence, which a quantifier would repeat */
    bool has_alternative;
    bool has_item;
};

struct parser {
    struct text pattern;
    size_t place;
    bool is_caseless;
    const char *refusal; /* the first one */
    struct pattern_automaton *out;
    uint32_t depth;
    struct level levels[PATTERN_DEPTH_MAX + 1];
};

static void refuse(struct parser *parser, const char *why)
{
    if (!parser->refusal) parser->refusal = why;
    parser->place = parser->pattern.size;
}

static struct piece nothing_at(uint32_t place)
{
    return (struct piece){.begin = place, .end = place, .is_nullable = true};
}

static struct piece nothing(const struct parser *parser)
{
    return nothing_at(parser->out->count);
}

/* --- building --- */

static void follow_by(struct parser *parser, const struct pattern_set *from,
                      const struct pattern_set *to)
{
    for (int word = 0; word < PATTERN_WORDS; word++) {
        for (uint64_t bits = from->words[word]; bits; bits &= bits - 1) {
            int position = word * 64 + __builtin_ctzll(bits);
            pattern_set_join(&parser->out->follow[position], to);
        }
    }
}

static struct piece join(struct parser *parser, struct piece before, struct piece behind)
{
    struct piece all = before;
    follow_by(parser, &before.last, &behind.first);
    if (before.begin == before.end) all.begin = behind.begin;
    all.end = behind.end;
    if (before.is_nullable) pattern_set_join(&all.first, &behind.first);
    all.last = behind.last;
    if (behind.is_nullable) pattern_set_join(&all.last, &before.last);
    all.is_nullable = before.is_nullable && behind.is_nullable;
    all.empties = before.empties + behind.empties;
    return all;
}

static struct piece either(struct piece one, struct piece other)
{
    if (one.begin == one.end) one.begin = other.begin;
    one.end = other.end > one.end ? other.end : one.end;
    pattern_set_join(&one.first, &other.first);
    pattern_set_join(&one.last, &other.last);
    one.is_nullable = one.is_nullable || other.is_nullable;
    one.empties += other.empties;
    return one;
}

/* The piece as it was before it was joined to anything: only what follows inside it is copied. */
static bool copy_piece(struct parser *parser, const struct piece *piece,
                       const struct pattern_set *follow, struct piece *copy)
{
    struct pattern_automaton *out = parser->out;
    uint32_t size = piece->end - piece->begin;
    uint32_t by = out->count - piece->begin;
    if (out->count + size > PATTERN_POSITIONS_MAX) {
        refuse(parser, "has more than 64 positions, with repeats written out");
        return false;
    }
    for (uint32_t i = 0; i < size; i++) {
        out->bytes[out->count + i] = out->bytes[piece->begin + i];
        out->follow[out->count + i] = pattern_set_moved(follow[i], by);
    }
    out->count += size;
    *copy = (struct piece){.begin = piece->begin + by,
                           .end = piece->end + by,
                           .first = pattern_set_moved(piece->first, by),
                           .last = pattern_set_moved(piece->last, by),
                           .is_nullable = piece->is_nullable,
                           .empties = piece->empties};
    return true;
}

struct bounds {
    uint32_t min;
    uint32_t max;
    bool is_open; /* without an end: the last copy goes round */
};

static struct piece repeat(struct parser *parser, struct piece piece, struct bounds bounds)
{
    struct pattern_set follow[PATTERN_POSITIONS_MAX];
    uint32_t copies = bounds.is_open ? bounds.min : bounds.max;
    if (piece.empties > EMPTIES_MAX || (uint64_t)piece.empties * copies > EMPTIES_MAX) {
        refuse(parser, "has more than 64 places between bytes, with repeats written out");
        return piece;
    }
    if (copies == 0 && !bounds.is_open) return nothing_at(piece.end); /* x{0}: its places stay */
    if (copies == 0) copies = 1;
    memcpy(follow, parser->out->follow + piece.begin, (piece.end - piece.begin) * sizeof *follow);
    struct piece all = piece;
    struct piece newest = piece;
    if (bounds.min == 0) all.is_nullable = true;
    for (uint32_t i = 1; i < copies && piece.end > piece.begin; i++) {
        struct piece copy;
        if (!copy_piece(parser, &piece, follow, &copy)) return all;
        newest = copy;
        struct pattern_set last = all.last;
        if (i >= bounds.min) copy.is_nullable = true;
        all = join(parser, all, copy);
        if (i >= bounds.min) pattern_set_join(&all.last, &last);
    }
    if (bounds.is_open) follow_by(parser, &newest.last, &newest.first);
    all.empties = piece.empties * copies;
    return all;
}

/* --- bytes and classes --- */

static struct piece put_bytes(struct parser *parser, const struct pattern_bytes *bytes)
{
    struct pattern_automaton *out = parser->out;
    if (out->count == PATTERN_POSITIONS_MAX) {
        refuse(parser, "has more than 64 positions, with repeats written out");
        return nothing(parser);
    }
    uint32_t position = out->count++;
    out->bytes[position] = *bytes;
    out->follow[position] = (struct pattern_set){0};
    struct piece piece = {.begin = position, .end = position + 1};
    pattern_set_add(&piece.first, position);
    pattern_set_add(&piece.last, position);
    return piece;
}

static struct piece put_range(struct parser *parser, uint32_t from, uint32_t to)
{
    struct pattern_bytes bytes = {0};
    pattern_bytes_add(&bytes, from, to);
    return put_bytes(parser, &bytes);
}

/* The ASCII ones given, and any code point beyond. */
static struct piece put_wide(struct parser *parser, const struct pattern_bytes *ascii)
{
    static const uint32_t leads[][2] = {{0xc2, 0xdf}, {0xe0, 0xef}, {0xf0, 0xf4}};
    struct piece all = put_bytes(parser, ascii);
    for (uint32_t i = 0; i < 3; i++) {
        struct piece sequence = put_range(parser, leads[i][0], leads[i][1]);
        for (uint32_t more = 0; more <= i; more++)
            sequence = join(parser, sequence, put_range(parser, 0x80, 0xbf));
        all = either(all, sequence);
    }
    return all;
}

static char peek(const struct parser *parser)
{
    return parser->place < parser->pattern.size ? parser->pattern.bytes[parser->place] : 0;
}

static bool is_end(const struct parser *parser)
{
    return parser->place >= parser->pattern.size;
}

/* What a class or an escape takes: bytes of ASCII, and maybe everything beyond. */
struct taken {
    struct pattern_bytes ascii;
    bool is_wide;
    bool is_empty; /* a place between two bytes */
};

static void take_class_letter(struct taken *taken, char letter)
{
    switch (letter) {
    case 'd': pattern_bytes_add(&taken->ascii, '0', '9'); return;
    case 'w':
        pattern_bytes_add(&taken->ascii, '0', '9');
        pattern_bytes_add(&taken->ascii, 'A', 'Z');
        pattern_bytes_add(&taken->ascii, 'a', 'z');
        pattern_bytes_add(&taken->ascii, '_', '_');
        return;
    case 's':
        pattern_bytes_add(&taken->ascii, '\t', '\r');
        pattern_bytes_add(&taken->ascii, ' ', ' ');
        return;
    default: /* \D \W \S \N \H \V \R \h \v: as if they took everything */
        pattern_bytes_add(&taken->ascii, 0, 0x7f);
        taken->is_wide = true;
    }
}

static bool is_letter(char byte)
{
    return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z');
}

/* Whoever takes an escape for something shorter than Hyperscan does, reads the rest wrongly: "\c["
 * is one byte, and opens no class. */
static const char *escape_refusal(const struct parser *parser, bool is_in_class)
{
    char letter = peek(parser);
    if (letter == 'p' || letter == 'P' || letter == 'X') {
        return "has a class of Unicode (\\p, \\P, \\X), which is too large to compile";
    }
    if (is_in_class && (letter == 'Q' || letter == 'E')) return "quotes inside a class";
    bool is_known =
        !is_end(parser) && (!is_letter(letter) || strchr("aefnrtdwsDWSNHVRhvbBAzZGxo", letter));
    return is_known ? NULL : "has an escape that is not known";
}

/* {1f600}: behind \x and \o. */
static void skip_code(struct parser *parser)
{
    do
        parser->place++;
    while (strchr("0123456789abcdefABCDEF", peek(parser)) && !is_end(parser));
    if (peek(parser) != '}') {
        refuse(parser, "has an escape that is not known");
        return;
    }
    parser->place++;
}

/* Behind a backslash, inside a class or not. */
static struct taken read_escape(struct parser *parser, bool is_in_class)
{
    struct taken taken = {0};
    const char *refusal = escape_refusal(parser, is_in_class);
    if (refusal) {
        refuse(parser, refusal);
        return taken;
    }
    char letter = peek(parser);
    parser->place++;
    if (letter && strchr("dwsDWSNHVRhv", letter)) {
        take_class_letter(&taken, letter);
    } else if ((letter == 'x' || letter == 'o') && peek(parser) == '{') {
        skip_code(parser);
        pattern_bytes_add(&taken.ascii, 0, 0x7f);
        taken.is_wide = true;
    } else if (letter == 'x') {
        for (int i = 0; i < 2 && !is_end(parser) && strchr("0123456789abcdefABCDEF", peek(parser));
             i++)
            parser->place++;
        pattern_bytes_add(&taken.ascii, 0, 0x7f);
        taken.is_wide = true;
    } else if (letter && strchr("bBAzZG", letter) && !is_in_class) {
        taken.is_empty = true;
    } else {
        pattern_bytes_add(&taken.ascii, (uint8_t)letter, (uint8_t)letter);
    }
    return taken;
}

/* [:alpha:] or [:^alpha:], behind the bracket. What else begins so, may end elsewhere. */
static void skip_named_class(struct parser *parser)
{
    parser->place++;
    if (peek(parser) == '^') parser->place++;
    size_t begin = parser->place;
    while (is_letter(peek(parser)))
        parser->place++;
    bool is_named = parser->place > begin && parser->place + 1 < parser->pattern.size &&
                    memcmp(parser->pattern.bytes + parser->place, ":]", 2) == 0;
    if (!is_named) {
        refuse(parser, "has \"[:\" that is no class of bytes by name");
        return;
    }
    parser->place += 2;
}

/* One member of a class, or a range of them. */
static void read_member(struct parser *parser, struct taken *all)
{
    uint8_t from = (uint8_t)peek(parser);
    parser->place++;
    if (from == '[' && peek(parser) == ':') {
        skip_named_class(parser);
        take_class_letter(all, 'W');
        return;
    }
    if (from == '\\') {
        struct taken taken = read_escape(parser, true);
        for (int i = 0; i < 4; i++)
            all->ascii.words[i] |= taken.ascii.words[i];
        if (taken.is_wide) all->is_wide = true;
        if (peek(parser) == '-') take_class_letter(all, 'W'); /* a range from it, perhaps */
        return;
    }
    uint8_t to = from;
    bool is_range = peek(parser) == '-' && parser->place + 1 < parser->pattern.size &&
                    parser->pattern.bytes[parser->place + 1] != ']';
    if (is_range) {
        to = (uint8_t)parser->pattern.bytes[parser->place + 1];
        parser->place += 2;
        if (to == '\\') {
            take_class_letter(all, 'W');
            (void)read_escape(parser, true);
            return;
        }
    }
    if (from >= 0x80 || to >= 0x80) all->is_wide = true;
    if (from < 0x80) pattern_bytes_add(&all->ascii, from, to < 0x80 ? to : 0x7f);
}

static struct piece read_class(struct parser *parser)
{
    struct taken all = {0};
    bool is_negated = peek(parser) == '^';
    if (is_negated) parser->place++;
    bool is_first = true; /* a bracket there is a member */
    while (!is_end(parser) && (is_first || peek(parser) != ']')) {
        read_member(parser, &all);
        is_first = false;
    }
    if (!is_end(parser)) parser->place++;
    if (parser->is_caseless) pattern_bytes_fold(&all.ascii);
    if (is_negated) {
        all.is_wide = true;
        for (int i = 0; i < 2; i++)
            all.ascii.words[i] = ~all.ascii.words[i];
    }
    return all.is_wide ? put_wide(parser, &all.ascii) : put_bytes(parser, &all.ascii);
}

/* --- groups and quantifiers --- */

static void put_item(struct parser *parser, struct piece piece)
{
    struct level *level = &parser->levels[parser->depth];
    if (piece.begin == piece.end && piece.empties == 0) piece.empties = 1;
    if (level->has_item) level->sequence = join(parser, level->sequence, level->item);
    level->item = piece;
    level->has_item = true;
}

static void end_alternative(struct parser *parser)
{
    struct level *level = &parser->levels[parser->depth];
    if (level->has_item) level->sequence = join(parser, level->sequence, level->item);
    level->has_item = false;
    level->alternatives =
        level->has_alternative ? either(level->alternatives, level->sequence) : level->sequence;
    level->has_alternative = true;
    level->sequence = nothing(parser);
}

/* Behind "(?": flags, a name, a look around; up to ':' or to where the group begins. */
static void read_group_head(struct parser *parser)
{
    bool is_off = false;
    for (; !is_end(parser); parser->place++) {
        char byte = peek(parser);
        if (byte == '-') is_off = true;
        if (byte == 'x' && !is_off) refuse(parser, "has free spacing, (?x)");
        if (byte == 'i' && !is_off) parser->is_caseless = true; /* to the end: too much at most */
        if (byte != '-' && (byte < 'a' || byte > 'z')) break;
    }
    if (peek(parser) == ':') parser->place++;
}

/* "(?#…)" is as if it were not there: a quantifier behind it is for what stands before it. */
static bool skip_comment(struct parser *parser)
{
    if (!text_starts_with(
            text_slice(parser->pattern, parser->place, parser->pattern.size - parser->place),
            TEXT("?#"))) {
        return false;
    }
    while (!is_end(parser) && peek(parser) != ')')
        parser->place++;
    if (!is_end(parser)) parser->place++;
    return true;
}

static void open_group(struct parser *parser)
{
    if (skip_comment(parser)) return;
    if (peek(parser) == '*') {
        refuse(parser, "begins a group with (*");
    } else if (parser->depth == PATTERN_DEPTH_MAX) {
        refuse(parser, "has more than 24 groups inside one another");
    } else {
        parser->depth++;
        parser->levels[parser->depth] = (struct level){.sequence = nothing(parser)};
        if (peek(parser) != '?') return;
        parser->place++;
        read_group_head(parser);
    }
}

static void close_group(struct parser *parser)
{
    if (parser->depth == 0) {
        refuse(parser, "closes a group that is not open");
        return;
    }
    end_alternative(parser);
    struct piece group = parser->levels[parser->depth].alternatives;
    parser->depth--;
    put_item(parser, group);
}

static bool read_count(struct parser *parser, uint32_t *count)
{
    size_t begin = parser->place;
    *count = 0;
    for (; peek(parser) >= '0' && peek(parser) <= '9'; parser->place++) {
        *count = *count * 10 + (uint32_t)(peek(parser) - '0');
        if (*count > REPEAT_MAX) *count = REPEAT_MAX;
    }
    return parser->place > begin;
}

/* {3}, {3,} or {3,5}; anything else in braces is text. */
static bool read_bounds(struct parser *parser, struct bounds *bounds)
{
    size_t begin = parser->place++;
    bool is_good = read_count(parser, &bounds->min);
    bounds->max = bounds->min;
    bounds->is_open = false;
    if (peek(parser) == ',') {
        parser->place++;
        bounds->is_open = !read_count(parser, &bounds->max);
    }
    if (is_good && peek(parser) == '}') {
        parser->place++;
        return true;
    }
    parser->place = begin;
    return false;
}

/* True when there was a quantifier. "+" and "?" behind another one say how it matches, not what. */
static bool read_quantifier(struct parser *parser)
{
    struct level *level = &parser->levels[parser->depth];
    struct bounds bounds = {.max = 1};
    char byte = peek(parser);
    if (byte == '{') {
        if (!read_bounds(parser, &bounds)) return false;
    } else if (byte == '*' || byte == '+' || byte == '?') {
        parser->place++;
        bounds.min = byte == '+';
        bounds.is_open = byte != '?';
    } else {
        return false;
    }
    if (level->has_item) level->item = repeat(parser, level->item, bounds);
    return true;
}

static void put_literal(struct parser *parser, char byte)
{
    struct pattern_bytes bytes = {0};
    pattern_bytes_add(&bytes, (uint8_t)byte, (uint8_t)byte);
    if (parser->is_caseless) pattern_bytes_fold(&bytes);
    put_item(parser, put_bytes(parser, &bytes));
}

/* A quantifier takes the whole code point. In the other case it may have any other bytes. */
static void put_code_point(struct parser *parser, char lead)
{
    static const struct pattern_bytes none;
    if (parser->is_caseless) {
        while (((uint8_t)peek(parser) & 0xc0) == 0x80)
            parser->place++;
        put_item(parser, put_wide(parser, &none));
        return;
    }
    struct piece all = put_range(parser, (uint8_t)lead, (uint8_t)lead);
    while (((uint8_t)peek(parser) & 0xc0) == 0x80) {
        uint8_t byte = (uint8_t)peek(parser);
        parser->place++;
        all = join(parser, all, put_range(parser, byte, byte));
    }
    put_item(parser, all);
}

static void read_quoted(struct parser *parser)
{
    parser->place++; /* the Q */
    while (!is_end(parser)) {
        char byte = peek(parser);
        parser->place++;
        if (byte == '\\' && peek(parser) == 'E') {
            parser->place++;
            return;
        }
        put_literal(parser, byte);
    }
}

static void put_escape(struct parser *parser)
{
    if (peek(parser) == 'Q') {
        read_quoted(parser);
        return;
    }
    struct taken taken = read_escape(parser, false);
    if (parser->is_caseless) pattern_bytes_fold(&taken.ascii);
    if (taken.is_empty) {
        put_item(parser, nothing(parser));
    } else if (taken.is_wide) {
        put_item(parser, put_wide(parser, &taken.ascii));
    } else {
        put_item(parser, put_bytes(parser, &taken.ascii));
    }
}

static void read_next(struct parser *parser)
{
    struct pattern_bytes all = {0};
    if (read_quantifier(parser)) return;
    char byte = peek(parser);
    parser->place++;
    switch (byte) {
    case '(': open_group(parser); break;
    case ')': close_group(parser); break;
    case '|': end_alternative(parser); break;
    case '[': put_item(parser, read_class(parser)); break;
    case '.':
        pattern_bytes_add(&all, 0, 0x7f);
        put_item(parser, put_wide(parser, &all));
        break;
    case '^':
    case '$': put_item(parser, nothing(parser)); break;
    case '\\': put_escape(parser); break;
    default:
        if ((uint8_t)byte >= 0xc0) {
            put_code_point(parser, byte);
        } else {
            put_literal(parser, byte);
        }
    }
}

const char *pattern_parse(struct text pattern, struct pattern_automaton *out)
{
    struct parser parser = {.pattern = pattern, .out = out};
    out->count = 0;
    parser.levels[0].sequence = nothing(&parser);
    while (!is_end(&parser))
        read_next(&parser);
    while (parser.depth > 0)
        close_group(&parser);
    end_alternative(&parser);
    out->first = parser.levels[0].alternatives.first;
    out->last = parser.levels[0].alternatives.last;
    out->is_nullable = parser.levels[0].alternatives.is_nullable;
    assert(out->count <= PATTERN_POSITIONS_MAX);
    return parser.refusal;
}
