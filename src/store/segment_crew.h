/* The threads that encode a segment's columns. Private to the writing of segments.
 *
 * Columns know nothing of each other. Those with most values are taken first, so that no long one
 * is left for the end; whoever writes the file puts them into it in their own order, and the file
 * is the same however many threads there are. Until then they wait in memory: as much as the
 * segment's file will have, a tenth of what the memtable takes. */
#ifndef CANDOR_STORE_SEGMENT_CREW_H
#define CANDOR_STORE_SEGMENT_CREW_H

#include "base/status.h"
#include "store/segment_columns.h"

struct segment_crew;

/* columns is borrowed until the end. With 0 or 1 threads nothing is begun: each column is encoded
 * on the caller's thread when it is put. */
struct segment_crew *segment_crew_start(const struct segment_columns *columns,
                                        unsigned thread_count);

/* Called for each column in order, on the caller's thread; an error ends it. */
typedef enum status segment_column_put(void *context, const struct segment_column_output *column,
                                       struct error *error);
/* Once. */
enum status segment_crew_put(struct segment_crew *crew, segment_column_put *put, void *context,
                             struct error *error) MUST_CHECK;

/* Waits for columns that are being encoded; those that nobody has taken are left. */
void segment_crew_end(struct segment_crew *crew);

#endif
