/* Limits of the native plug, each with its reason. */
#ifndef CANDOR_BACKEND_LIMITS_H
#define CANDOR_BACKEND_LIMITS_H

enum {
    /* A flush costs one sort and one file; this many rows make a file worth having, and a start
     * replays at most so many for each project. */
    BACKEND_MEMTABLE_ROWS_MAX_DEFAULT = 1000 * 1000,

    /* Small projects share the machine: a wide event takes more memory than a narrow one. */
    BACKEND_MEMTABLE_BYTES_MAX_DEFAULT = 512 * 1024 * 1024,

    /* While a flush runs, rows go on to arrive; past this many times the limit they wait. */
    BACKEND_BEHIND_FACTOR = 3,

    /* Names and properties of one event of a batch while it is applied. */
    BACKEND_APPLY_ARENA_SIZE = 64 * 1024 * 1024,

    /* One export window: so many rows are sorted by time at once. */
    BACKEND_EXPORT_ROWS = 256 * 1024,
    BACKEND_EXPORT_ARENA_SIZE = 1024 * 1024 * 1024, /* address space; touched as needed */
    BACKEND_EXPORT_PIECE_SIZE = 256 * 1024,

    BACKEND_ZONE_FILE_SIZE_MAX = 64 * 1024, /* the largest in use is below 4 KiB */
    BACKEND_ZONE_COUNT_MAX = 1000,
};

/* One question's memory: more is an answer with the figure, not a crash. */
#define BACKEND_QUERY_MEMORY_MAX_DEFAULT ((uint64_t)1024 * 1024 * 1024)

#endif
