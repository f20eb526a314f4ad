/* The steps of one profile change, on a copy: all of them or none. */
#ifndef CANDOR_STORE_PROFILE_EDIT_H
#define CANDOR_STORE_PROFILE_EDIT_H

#include "store/profile_table.h"

struct profile_edit {
    struct text_index *names;
    struct buffer run;   /* the properties as they become */
    struct buffer other; /* the run under construction */
    uint32_t property_count;
    bool exists;
    bool is_effective; /* something happened that $last_seen is to tell */
};

void profile_edit_init(struct profile_edit *edit, struct text_index *names,
                       const struct profile *profile);
void profile_edit_release(struct profile_edit *edit);

enum status profile_edit_step(struct profile_edit *edit, const struct profile_step *step,
                              struct error *error) MUST_CHECK;
/* Set a property, as $set does but for is_effective. */
void profile_edit_put(struct profile_edit *edit, struct text name, const struct value *value);

/* The exact sum of two numbers; a text it needs lies in scratch. False when there is none. */
enum { PROFILE_SUM_SIZE = 128 };
bool profile_number_sum(const struct value *a, const struct value *b,
                        char scratch[PROFILE_SUM_SIZE], struct value *sum);

#endif
