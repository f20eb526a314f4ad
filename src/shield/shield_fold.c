/* Folding works cluster by cluster: a raw code point that joins nothing before it begins one, and
 * the marks behind it belong to it. A cluster is decomposed, made plain, ordered and composed by
 * itself, so memory is bounded and each folded byte knows the cluster it came from.
 *
 * Idempotent by construction: whatever is removed or replaced is so before composition. Marks
 * beyond MARKS_MAX in one cluster are left out: no writing needs them, and ordering them would cost
 * their square. */
#include "shield/shield_fold.h"

#include "base/check.h"
#include "shield/shield_detect.h"
#include "shield/shield_unicode.h"

#include <string.h>

enum {
    MARKS_MAX = 30,
    GROWTH_MAX = 12, /* U+FDFA: 3 bytes become 33 */
};
_Static_assert(SHIELD_DECOMPOSED_MAX + MARKS_MAX <= SHIELD_COMPOSE_MAX, "a cluster fits");

#define HIGH_BITS UINT64_C(0x8080808080808080)

static bool is_continuation(char byte)
{
    return (byte & 0xC0) == 0x80;
}

static size_t ascii_prefix(struct text text)
{
    size_t i = 0;
    for (; i + 8 <= text.size; i += 8) {
        uint64_t word;
        memcpy(&word, text.bytes + i, sizeof word);
        if (word & HIGH_BITS) break;
    }
    while (i < text.size && (unsigned char)text.bytes[i] < 0x80)
        i++;
    return i;
}

/* Cut at the limit, and not inside a code point. */
static struct text within_limit(struct text raw, bool *cut)
{
    *cut = raw.size > SHIELD_VALUE_MAX;
    if (!*cut) return raw;
    size_t size = SHIELD_VALUE_MAX;
    for (int i = 0; i < 3 && ((unsigned char)raw.bytes[size] & 0xC0) == 0x80; i++)
        size--;
    return (struct text){raw.bytes, size};
}

struct folding {
    struct text raw;
    size_t offset;
    char *out;
    uint32_t *origin;
    size_t size;
    size_t capacity;
    uint32_t cluster[SHIELD_COMPOSE_MAX];
    size_t cluster_count;
    bool is_settled; /* the cluster is one code point that is not decomposed yet */
    size_t cluster_begin;
    size_t cluster_marks;
    bool after_invalid; /* the last byte written is part of no code point */
    bool full;
};

static void put(struct folding *folding, const char *bytes, size_t size, size_t origin)
{
    if (folding->full || size > folding->capacity - folding->size) {
        folding->full = true;
        return;
    }
    memcpy(folding->out + folding->size, bytes, size);
    for (size_t i = 0; i < size && folding->origin; i++) {
        folding->origin[folding->size + i] = (uint32_t)origin;
    }
    folding->size += size;
    folding->after_invalid = false;
}

/* Bytes of the raw value that are their own fold: as many whole code points of them as there is
 * room for. */
static void put_same(struct folding *folding, size_t begin, size_t size)
{
    const char *bytes = folding->raw.bytes + begin;
    size_t room = folding->full ? 0 : folding->capacity - folding->size;
    if (size == 0) return;
    if (size > room) {
        size = room;
        while (size > 0 && is_continuation(bytes[size]))
            size--;
        folding->full = true;
    }
    memcpy(folding->out + folding->size, bytes, size);
    uint32_t *origin = folding->origin ? folding->origin + folding->size : NULL;
    uint32_t from = (uint32_t)begin;
    for (size_t i = 0; i < size && origin; i++) {
        if (!is_continuation(bytes[i])) from = (uint32_t)(begin + i);
        origin[i] = from;
    }
    folding->size += size;
    folding->after_invalid = false;
}

static void flush(struct folding *folding)
{
    size_t count = shield_codes_compose(folding->cluster, folding->cluster_count);
    for (size_t i = 0; i < count; i++) {
        char bytes[4];
        size_t size = shield_code_write(folding->cluster[i], bytes);
        put(folding, bytes, size, folding->cluster_begin);
    }
    folding->cluster_count = 0;
    folding->cluster_marks = 0;
    folding->is_settled = false;
}

static void add(struct folding *folding, const uint32_t *parts, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        bool joins = i > 0 || folding->cluster_count > 0 ? shield_code_joins(parts[i]) : false;
        if (joins && folding->cluster_marks == MARKS_MAX) continue;
        if (folding->cluster_count == SHIELD_COMPOSE_MAX) continue;
        folding->cluster_marks += joins;
        folding->cluster[folding->cluster_count++] = parts[i];
    }
}

/* What joins a settled code point joins what that decomposes to. */
static void open_cluster(struct folding *folding)
{
    uint32_t parts[SHIELD_DECOMPOSED_MAX];
    if (!folding->is_settled) return;
    size_t count = shield_code_decompose(folding->cluster[0], parts);
    folding->is_settled = false;
    folding->cluster_count = 0;
    add(folding, parts, count);
}

/* Between bytes of no code point even what is ignorable stays: without it they might become one. */
static void take(struct folding *folding, uint32_t code, size_t size)
{
    uint32_t parts[SHIELD_DECOMPOSED_MAX];
    size_t count = shield_code_decompose(code, parts);
    if (count == 0) {
        if (folding->cluster_count > 0 || !folding->after_invalid) return;
        put(folding, folding->raw.bytes + folding->offset, size, folding->offset);
        return;
    }
    if (shield_code_joins(parts[0])) {
        open_cluster(folding);
    } else {
        flush(folding);
    }
    if (folding->cluster_count == 0) folding->cluster_begin = folding->offset;
    add(folding, parts, count);
}

/* How many bytes, from the front on, are ASCII and settled code points; *last is where the last of
 * them begins, and *code what it is. */
static size_t same_prefix(struct text text, size_t *last, uint32_t *code)
{
    size_t end = 0;
    while (end < text.size) {
        size_t size = ascii_prefix((struct text){text.bytes + end, text.size - end});
        uint32_t read = 0;
        if (size > 0) {
            *last = end + size - 1;
            *code = (uint8_t)text.bytes[*last];
        } else {
            size = shield_code_read(text.bytes + end, text.size - end, &read);
            if (size == 0 || !shield_code_is_settled(read)) break;
            *last = end;
            *code = read;
        }
        end += size;
    }
    return end;
}

/* None of these joins what stands before it, and only the last can be joined by what follows. */
static void take_same(struct folding *folding, size_t last, uint32_t code)
{
    flush(folding);
    put_same(folding, folding->offset, last);
    folding->cluster_begin = folding->offset + last;
    folding->cluster[0] = code;
    folding->cluster_count = 1;
    folding->is_settled = true;
}

static void fold_next(struct folding *folding)
{
    struct text rest = {folding->raw.bytes + folding->offset, folding->raw.size - folding->offset};
    size_t last = 0;
    uint32_t code = 0;
    size_t size = same_prefix(rest, &last, &code);
    if (size > 0) {
        take_same(folding, last, code);
        folding->offset += size;
        return;
    }
    size = shield_code_read(rest.bytes, rest.size, &code);
    if (size > 0) {
        take(folding, code, size);
    } else {
        size = 1;
        flush(folding);
        put(folding, rest.bytes, 1, folding->offset);
        folding->after_invalid = true;
    }
    folding->offset += size;
}

static void fold_all(struct folding *folding)
{
    while (folding->offset < folding->raw.size && !folding->full)
        fold_next(folding);
    flush(folding);
}

/* Move the map down behind the text and give the rest of the memory back. */
static void settle(struct folding *folding, struct arena *arena, struct shield_folded *out)
{
    size_t text_begin = (size_t)((const uint8_t *)folding->out - arena->memory);
    folding->origin[folding->size] = (uint32_t)folding->offset;
    size_t align = _Alignof(uint32_t);
    size_t place = text_begin + folding->size;
    place += (align - (size_t)(uintptr_t)(arena->memory + place) % align) % align;
    size_t map_size = (folding->size + 1) * sizeof *folding->origin;
    memmove(arena->memory + place, folding->origin, map_size);
    arena_rewind(arena, place + map_size);
    out->origin = (const uint32_t *)(const void *)(arena->memory + place);
    out->text = (struct text){folding->out, folding->size};
}

bool shield_fold(struct text raw, struct arena *arena, struct shield_folded *out)
{
    *out = (struct shield_folded){0};
    struct text text = within_limit(raw, &out->cut);
    if (ascii_prefix(text) == text.size) {
        out->text = text;
        return true;
    }
    size_t capacity = text.size * GROWTH_MAX;
    if (capacity > SHIELD_VALUE_MAX) capacity = SHIELD_VALUE_MAX;
    struct folding folding = {.raw = text, .capacity = capacity};
    folding.out = ARENA_ARRAY_DIRTY(arena, char, capacity);
    folding.origin = ARENA_ARRAY_DIRTY(arena, uint32_t, capacity + 1);
    if (!folding.out || !folding.origin) return false;

    fold_all(&folding);
    if (folding.full) out->cut = true;
    settle(&folding, arena, out);
    return true;
}

size_t shield_fold_into(struct text raw, char *out, size_t capacity)
{
    struct folding folding = {.raw = raw, .out = out, .capacity = capacity};
    fold_all(&folding);
    return folding.size;
}

/* The first byte of the text after `index` that came from a later cluster. */
static uint32_t next_origin(const struct shield_folded *folded, uint32_t index)
{
    uint32_t inside = folded->origin[index - 1];
    while (index < folded->text.size && folded->origin[index] == inside)
        index++;
    return folded->origin[index];
}

void shield_fold_origin(const struct shield_folded *folded, uint32_t begin, uint32_t end,
                        uint32_t *raw_begin, uint32_t *raw_end)
{
    assert(begin <= end);
    assert(end <= folded->text.size);
    bool is_same = !folded->origin;
    *raw_begin = is_same ? begin : folded->origin[begin];
    *raw_end = *raw_begin;
    if (begin < end) *raw_end = is_same ? end : next_origin(folded, end);
}
