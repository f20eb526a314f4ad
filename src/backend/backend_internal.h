/* What the files of this room share; never included outside of it. */
#ifndef CANDOR_BACKEND_INTERNAL_H
#define CANDOR_BACKEND_INTERNAL_H

#include "backend/backend.h"
#include "backend/zone_cache.h"
#include "base/arena.h"
#include "identity/identity.h"
#include "os/os_thread.h"
#include "store/row_source.h"
#include "store/store.h"

#include <stdatomic.h>

/* Lock order: 1 flushing, 2 publishing, then store's own, then identity's own. */
struct backend {
    struct backend_options options;
    struct store *store;
    struct identity *identity;
    struct zone_cache *zones;
    struct os_mutex flushing;   /* one flush at a time */
    struct os_mutex publishing; /* one publish at a time; goes on while a flush writes */
    struct arena apply_arena;   /* applier only */
    atomic_bool behind;
    /* The last record that was applied whole, and the last that is published. */
    _Atomic uint64_t applied_sequence;
    _Atomic uint64_t visible_sequence;
};

/* A project's rows and people at one moment. */
struct backend_view {
    struct snapshot *snapshot;
    struct identity_view *persons;
    struct project_table *projects;
    struct text held; /* names of properties that are not shown (held.h), of that table */
};
enum status backend_view_open(struct backend *backend, uint32_t project, struct backend_view *out,
                              struct error *error) MUST_CHECK;
void backend_view_close(struct backend_view *view);

#endif
