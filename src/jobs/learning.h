/* What pages show to many joins the projects' dictionaries, and what waits outlives a restart: in
 * the file "observed" of the data folder. One thread at a time. */
#ifndef CANDOR_JOBS_LEARNING_H
#define CANDOR_JOBS_LEARNING_H

#include "base/status.h"
#include "control/control.h"
#include "shield/observed.h"

struct learning;

struct learning_options {
    const char *folder;        /* the data folder */
    struct control *control;   /* borrowed */
    struct observed *observed; /* borrowed, with nothing seen yet */
};

/* Reads the file. A damaged end of it is left out and logged; a file of another kind is
 * STATUS_CORRUPT. */
enum status learning_open(const struct learning_options *options, struct learning **out,
                          struct error *error) MUST_CHECK;
void learning_close(struct learning *learning); /* saves nothing; NULL does nothing */

/* Hand over what is ready, then save what waits. What could not be handed over stays ready, and
 * after a failed save the old file is there: the next turn tries again. */
enum status learning_turn(struct learning *learning, struct error *error) MUST_CHECK;

#endif
