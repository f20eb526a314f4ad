#include "app/line_map.h"

#include "base/memory.h"
#include "base/text.h"

#include <string.h>

void line_map_init(struct line_map *map)
{
    *map = (struct line_map){0};
}

void line_map_release(struct line_map *map)
{
    memory_free(map->blanks);
    *map = (struct line_map){0};
}

static void add_blank(struct line_map *map)
{
    if (map->blank_count == map->blank_capacity) {
        map->blank_capacity = map->blank_capacity * 2 + 16;
        map->blanks = memory_resize(map->blanks, map->blank_capacity, sizeof *map->blanks);
    }
    map->blanks[map->blank_count++] = map->line_count;
}

/* Nearly every line begins with a brace: one comparison tells. */
static bool is_blank(const char *line, const char *end)
{
    if (line < end && (unsigned char)*line > ' ') return false;
    return text_trim((struct text){line, (size_t)(end - line)}).size == 0;
}

void line_map_read(struct line_map *map, const char *bytes, size_t size)
{
    const char *end = bytes + size;
    map->line_count = 0;
    map->blank_count = 0;
    while (bytes < end) {
        const char *newline = memchr(bytes, '\n', (size_t)(end - bytes));
        const char *line_end = newline ? newline : end;
        if (is_blank(bytes, line_end)) add_blank(map);
        map->line_count++;
        bytes = line_end + 1;
    }
}

uint64_t line_map_find(const struct line_map *map, uint64_t record)
{
    for (uint64_t i = 0; i < map->blank_count && map->blanks[i] <= record; i++)
        record++;
    return record;
}

size_t line_map_close_up(const struct line_map *map, char *bytes, size_t size)
{
    if (map->blank_count == 0) return size;
    size_t kept = 0;
    uint64_t next_blank = 0;
    char *place = bytes;
    char *end = bytes + size;
    for (uint64_t line = 0; place < end; line++) {
        char *newline = memchr(place, '\n', (size_t)(end - place));
        char *line_end = newline ? newline + 1 : end;
        if (next_blank < map->blank_count && map->blanks[next_blank] == line) {
            next_blank++;
        } else {
            memmove(bytes + kept, place, (size_t)(line_end - place));
            kept += (size_t)(line_end - place);
        }
        place = line_end;
    }
    return kept;
}
