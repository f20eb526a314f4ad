#include "base/check.h"

#include <stdio.h>
#include <stdlib.h>

noreturn void check_failed(const char *why, const char *file, int line)
{
    (void)fprintf(stderr, "%s:%d: cannot happen: %s\n", file, line, why);
    abort();
}
