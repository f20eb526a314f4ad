/* Records and lines, against a naive walk over random pieces. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "app/line_map.h"

#include <string.h>

enum { SIZE_MAX_TRIED = 200 };

/* Line by line, the long way: which line has the n-th record, and the piece without blank lines. */
struct naive {
    uint64_t line_of[SIZE_MAX_TRIED + 1];
    uint64_t record_count;
    uint64_t line_count;
    char closed[SIZE_MAX_TRIED + 1];
    size_t closed_size;
};

static void walk(const char *bytes, size_t size, struct naive *naive)
{
    memset(naive, 0, sizeof *naive);
    size_t first = 0;
    for (size_t i = 0; i < size; i++) {
        if (bytes[i] != '\n' && i + 1 < size) continue;
        int has_record = 0;
        for (size_t j = first; j <= i; j++)
            has_record |= !strchr(" \t\r\n", bytes[j]);
        if (has_record) {
            naive->line_of[naive->record_count++] = naive->line_count;
            memcpy(naive->closed + naive->closed_size, bytes + first, i + 1 - first);
            naive->closed_size += i + 1 - first;
        }
        naive->line_count++;
        first = i + 1;
    }
}

static void agrees_with_a_walk_over_the_lines(void **state)
{
    (void)state;
    struct line_map map;
    struct naive naive;
    uint64_t chance = 3;
    line_map_init(&map);
    for (int round = 0; round < 20000; round++) {
        char bytes[SIZE_MAX_TRIED];
        size_t size = 0;
        chance = chance * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
        size_t wanted = (chance >> 40) % SIZE_MAX_TRIED;
        while (size < wanted) {
            chance = chance * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
            bytes[size++] = "\n\n\n \t\r{x"[(chance >> 35) % 8];
        }
        walk(bytes, size, &naive);
        line_map_read(&map, bytes, size);
        int is_right = map.line_count == naive.line_count;
        for (uint64_t record = 0; record < naive.record_count; record++) {
            is_right = is_right && line_map_find(&map, record) == naive.line_of[record];
        }
        size_t closed = line_map_close_up(&map, bytes, size);
        is_right = is_right && closed == naive.closed_size;
        is_right = is_right && (closed == 0 || memcmp(bytes, naive.closed, closed) == 0);
        if (!is_right) fail_msg("round %d disagrees", round);
    }
    line_map_release(&map);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(agrees_with_a_walk_over_the_lines),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
