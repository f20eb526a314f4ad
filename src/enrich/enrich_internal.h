/* What enrich.c and enrich_add.c share. */
#ifndef CANDOR_ENRICH_INTERNAL_H
#define CANDOR_ENRICH_INTERNAL_H

#include "enrich/enrich.h"
#include "enrich/enrich_address.h"

/* Two letters or "". */
void enrich_country(const struct enrich *enrich, const struct address *address,
                    char out[ENRICH_COUNTRY_SIZE]);

#endif
