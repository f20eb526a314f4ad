/* The built-in lexicon, made once for a group of tests and released behind it. Include in the one
 * file of a test program. */
#ifndef CANDOR_TEST_LEXICON_AID_H
#define CANDOR_TEST_LEXICON_AID_H

#include "shield/shield_builtin.h"
#include "shield/shield_key.h"

static struct shield_lexicon *lexicon;

static int make_lexicon(void **state)
{
    (void)state;
    struct error error;
    enum status status = shield_lexicon_make(shield_builtin_keys, &lexicon, &error);
    if (status != STATUS_OK) print_error("%s\n", error.message);
    return status == STATUS_OK ? 0 : 1;
}

static int release_lexicon(void **state)
{
    (void)state;
    shield_lexicon_release(lexicon);
    return 0;
}

#endif
