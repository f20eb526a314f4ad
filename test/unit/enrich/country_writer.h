/* Small files in MaxMind's format (its specification, version 2.0), for tests. */
#ifndef CANDOR_TEST_COUNTRY_WRITER_H
#define CANDOR_TEST_COUNTRY_WRITER_H

#include "base/buffer.h"

#include <stdint.h>

enum country_form { COUNTRY_FLAT, COUNTRY_NESTED, COUNTRY_NUMBER /* no text where one belongs */ };

struct country_network {
    const char *network; /* "1.2.3.0/24", "2001:db8::/32" */
    const char *code;
};

/* The bytes of a file with these networks, none of which holds another. */
void country_write(const struct country_network *networks, uint32_t count, enum country_form form,
                   struct buffer *out);

/* The same as a file of this name. */
void country_write_file(const char *path, const struct country_network *networks, uint32_t count,
                        enum country_form form);

#endif
