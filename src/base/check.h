/* Our own mistakes: assertions stay on in release builds and stop the process; the log makes that
 * safe. Bytes from disk or network are never asserted on: they are checked and refused. */
#ifndef CANDOR_BASE_CHECK_H
#define CANDOR_BASE_CHECK_H

#include <assert.h>
#include <stdnoreturn.h>

#ifdef NDEBUG
#error "assertions stay on: build without NDEBUG"
#endif

/* For what a hot loop cannot afford: on in sanitizer builds only. */
#if defined(__SANITIZE_ADDRESS__) || defined(CANDOR_SLOW_CHECKS)
#define assert_slow(condition) assert(condition)
#else
#define assert_slow(condition) ((void)0)
#endif

/* After an exhaustive switch. Prints where and why on standard error and aborts. */
noreturn void check_failed(const char *why, const char *file, int line);

#define UNREACHABLE(why) check_failed((why), __FILE__, __LINE__)

#endif
