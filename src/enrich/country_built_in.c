#include "enrich/enrich_country.h"

/* From the assembler's file that tools/country_data.py makes. */
extern const char country_data_begin[];
extern const char country_data_end[];

struct text country_built_in(void)
{
    return (struct text){country_data_begin, (size_t)(country_data_end - country_data_begin)};
}
