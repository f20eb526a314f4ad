/* What cmocka wants included before itself, in its order. */
#ifndef CANDOR_TEST_BASE_AID_H
#define CANDOR_TEST_BASE_AID_H

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

#include "support/seeded.h"

#endif
