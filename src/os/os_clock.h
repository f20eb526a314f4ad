/* Time and chance. Any thread. */
#ifndef CANDOR_OS_CLOCK_H
#define CANDOR_OS_CLOCK_H

#include <stddef.h>
#include <stdint.h>

int64_t os_clock_now_ms(void);        /* wall clock, milliseconds since 1970 UTC; may jump */
uint64_t os_clock_monotonic_ns(void); /* never goes back; for waiting and measuring */
void os_sleep_ms(uint32_t ms);

void os_random_bytes(void *bytes, size_t size); /* from the kernel; unpredictable */

#endif
