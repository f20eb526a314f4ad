#include "plan/pattern_size.h"

#include "base/check.h"

#include <stdbool.h>

enum { COUNT_CEILING = 1 << 24 }; /* products of two stay within 64 bits */

/* The walk: a total for each open group, and the size of the atom that a repetition would take. */
struct walk {
    struct text expression;
    size_t place;
    uint64_t totals[PATTERN_DEPTH_MAX + 1];
    uint32_t depth;
    uint64_t last; /* already in the total of its group */
};

static bool at(const struct walk *walk, size_t place, char byte)
{
    return place < walk->expression.size && walk->expression.bytes[place] == byte;
}

static void add_atom(struct walk *walk, uint64_t size)
{
    walk->last = size;
    walk->totals[walk->depth] += size;
    if (walk->totals[walk->depth] > COUNT_CEILING) walk->totals[walk->depth] = COUNT_CEILING;
}

/* Up to the bracket that closes a class, or to the end. A ']' in front is a letter of it. */
static void pass_class(struct walk *walk)
{
    size_t place = walk->place + 1;
    if (at(walk, place, '^')) place++;
    if (at(walk, place, ']')) place++;
    while (place < walk->expression.size && !at(walk, place, ']')) {
        bool is_named = at(walk, place, '[') && at(walk, place + 1, ':');
        if (at(walk, place, '\\')) {
            place++;
        } else if (is_named) {
            place += 2;
            while (place < walk->expression.size && !at(walk, place, ']'))
                place++;
        }
        place++;
    }
    walk->place = place + 1;
    add_atom(walk, 1);
}

/* \Q…\E is letters; \p{…} and \x{…} are one; every other escape is two bytes. */
static void pass_escape(struct walk *walk)
{
    size_t place = walk->place + 1;
    bool has_braces = at(walk, place, 'p') || at(walk, place, 'P') || at(walk, place, 'x') ||
                      at(walk, place, 'N') || at(walk, place, 'o');
    if (at(walk, place, 'Q')) {
        place++;
        while (place < walk->expression.size &&
               !(at(walk, place, '\\') && at(walk, place + 1, 'E')))
            place++;
        add_atom(walk, place - walk->place);
        walk->last = 1; /* only the last letter is repeated */
        walk->place = place + 2;
        return;
    }
    if (has_braces && at(walk, place + 1, '{')) {
        while (place < walk->expression.size && !at(walk, place, '}'))
            place++;
    }
    walk->place = place + 1;
    add_atom(walk, 1);
}

static bool number(struct walk *walk, size_t *place, uint64_t *out)
{
    size_t first = *place;
    *out = 0;
    for (; *place < walk->expression.size; (*place)++) {
        char byte = walk->expression.bytes[*place];
        if (byte < '0' || byte > '9') break;
        if (*out < COUNT_CEILING) *out = *out * 10 + (uint64_t)(byte - '0');
    }
    return *place > first;
}

/* {n}, {n,} and {n,m} repeat what stands before; any other brace is a letter. */
static void pass_brace(struct walk *walk)
{
    size_t place = walk->place + 1;
    uint64_t most;
    bool repeats = number(walk, &place, &most);
    if (repeats && at(walk, place, ',')) {
        uint64_t high;
        place++;
        if (number(walk, &place, &high) && high > most) most = high;
    }
    if (!repeats || !at(walk, place, '}')) {
        walk->place++;
        add_atom(walk, 1);
        return;
    }
    walk->place = place + 1;
    if (most < 2) return;
    uint64_t grown = walk->last * most;
    if (grown > COUNT_CEILING) grown = COUNT_CEILING;
    uint64_t added = grown - walk->last;
    add_atom(walk, added);
    walk->last = grown;
}

/* "(?#" begins a comment; an x among the letters of "(?…" switches to free spacing. */
static bool opens_hidden_text(const struct walk *walk)
{
    if (!at(walk, walk->place + 1, '?')) return false;
    if (at(walk, walk->place + 2, '#')) return true;
    for (size_t i = walk->place + 2; i < walk->expression.size; i++) {
        char byte = walk->expression.bytes[i];
        bool is_flag = (byte >= 'a' && byte <= 'z') || byte == '-' || byte == '^';
        if (byte == 'x') return true;
        if (!is_flag && !(byte >= 'A' && byte <= 'Z')) return false;
    }
    return false;
}

static enum status open_group(struct walk *walk, struct error *error)
{
    if (opens_hidden_text(walk)) {
        return error_set(error, STATUS_INVALID,
                         "expected a pattern without comments and free spacing");
    }
    if (walk->depth == PATTERN_DEPTH_MAX) {
        return error_set(error, STATUS_INVALID, "expected at most %d groups inside one another",
                         PATTERN_DEPTH_MAX);
    }
    walk->totals[++walk->depth] = 1; /* an empty group is something too */
    walk->place++;
    return STATUS_OK;
}

static void close_group(struct walk *walk)
{
    walk->place++;
    if (walk->depth == 0) return; /* refused by the compiler */
    uint64_t total = walk->totals[walk->depth--];
    add_atom(walk, total);
}

enum status pattern_size_check(struct text expression, struct error *error)
{
    struct walk walk = {.expression = expression};
    uint64_t letters = 0; /* written once each: cheap, and limited by the pattern's own size */
    while (walk.place < expression.size) {
        switch (expression.bytes[walk.place]) {
        case '\\': pass_escape(&walk); break;
        case '[': pass_class(&walk); break;
        case '{': pass_brace(&walk); break;
        case '(': TRY(open_group(&walk, error)); break;
        case ')': close_group(&walk); break;
        default:
            walk.place++;
            letters++;
            add_atom(&walk, 1);
        }
    }
    while (walk.depth > 0)
        close_group(&walk);
    assert(walk.place >= expression.size);
    if (walk.totals[0] <= PATTERN_ATOM_COUNT_MAX || walk.totals[0] == letters) return STATUS_OK;
    return error_set(error, STATUS_INVALID, "expected repetitions of at most %d in all",
                     PATTERN_ATOM_COUNT_MAX);
}
