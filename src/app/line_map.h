/* Which line of a piece holds which record: the n-th record is not in the n-th line where lines are
 * blank. One owner, one thread. */
#ifndef CANDOR_APP_LINE_MAP_H
#define CANDOR_APP_LINE_MAP_H

#include <stddef.h>
#include <stdint.h>

struct line_map {
    uint64_t line_count;
    uint64_t *blanks; /* numbers of blank lines, from 0, rising */
    uint64_t blank_count;
    uint64_t blank_capacity;
};

void line_map_init(struct line_map *map);
void line_map_release(struct line_map *map);

/* Look at the lines of a piece; what was known of another one is forgotten. */
void line_map_read(struct line_map *map, const char *bytes, size_t size);

/* The line, from 0, of the record with this number. */
uint64_t line_map_find(const struct line_map *map, uint64_t record);

/* Take the blank lines out of the piece that was read; its new size. */
size_t line_map_close_up(const struct line_map *map, char *bytes, size_t size);

#endif
