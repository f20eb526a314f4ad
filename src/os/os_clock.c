#include "os/os_clock.h"

#include "base/check.h"

#include <errno.h>
#include <sys/random.h>
#include <time.h>

static struct timespec read_clock(clockid_t clock)
{
    struct timespec now;
    if (clock_gettime(clock, &now) != 0) UNREACHABLE("a clock every Linux has");
    return now;
}

int64_t os_clock_now_ms(void)
{
    struct timespec now = read_clock(CLOCK_REALTIME);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

uint64_t os_clock_monotonic_ns(void)
{
    struct timespec now = read_clock(CLOCK_MONOTONIC);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

void os_sleep_ms(uint32_t ms)
{
    struct timespec rest = {.tv_sec = ms / 1000, .tv_nsec = (long)(ms % 1000) * 1000000};
    while (nanosleep(&rest, &rest) != 0) {
        assert(errno == EINTR);
    }
}

void os_random_bytes(void *bytes, size_t size)
{
    char *place = bytes;
    while (size > 0) {
        ssize_t got = getrandom(place, size, 0);
        if (got < 0 && errno == EINTR) continue;
        if (got <= 0) UNREACHABLE("a kernel without randomness");
        place += got;
        size -= (size_t)got;
    }
}
