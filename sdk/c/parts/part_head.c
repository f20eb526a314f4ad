/* Candor's native client. See candor.h.
 *
 * Its parts, in their order: bytes and checksums, JSON, what a value may not be, addresses,
 * properties, the queue, what is remembered, records, sending, the calls of candor.h. */
#include "candor.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
