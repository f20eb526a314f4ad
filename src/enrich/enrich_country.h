/* An address to its country, by a file in MaxMind's format. Private to this room. Immutable after
 * open: any thread. */
#ifndef CANDOR_ENRICH_COUNTRY_H
#define CANDOR_ENRICH_COUNTRY_H

#include "base/status.h"
#include "enrich/enrich.h"
#include "enrich/enrich_address.h"

struct country_file;

enum status country_file_open(const char *path, struct country_file **out,
                              struct error *error) MUST_CHECK;
void country_file_close(struct country_file *file); /* NULL does nothing */

/* Two capital letters, or "" when the file knows none. Understands {"country_code": "DE"} and
 * {"country": {"iso_code": "DE"}}. */
void country_file_find(const struct country_file *file, const struct address *address,
                       char out[ENRICH_COUNTRY_SIZE]);

/* The file that the program was built with, or a size of 0: gzip of a file as above. */
struct text country_built_in(void);

#endif
