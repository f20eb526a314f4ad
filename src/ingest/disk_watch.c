#include "ingest/disk_watch.h"

#include "base/check.h"
#include "ingest/ingest_limits.h"
#include "os/os_file.h"
#include "os/os_log.h"

static const uint64_t GIB = 1024 * 1024 * 1024;

void disk_watch_init(struct disk_watch *watch, const char *folder, uint64_t reserve_wanted)
{
    assert(folder);
    watch->folder = folder;
    watch->reserve_wanted = reserve_wanted;
    atomic_init(&watch->full, false);
    atomic_init(&watch->free_bytes, 0);
}

uint64_t disk_reserve(uint64_t total_bytes)
{
    if (total_bytes < 10 * GIB) return total_bytes / 10;
    uint64_t share = total_bytes / 50;
    return share > GIB ? share : GIB;
}

static void set_full(struct disk_watch *watch, bool full, uint64_t free_bytes)
{
    if (atomic_exchange(&watch->full, full) == full) return;
    struct os_log_field fields[] = {{"free_bytes", (int64_t)free_bytes}};
    os_log_fields(full ? OS_LOG_WARNING : OS_LOG_INFO, "ingest",
                  full ? "disk reserve reached: ingestion answers 503"
                       : "disk has room again: ingestion goes on",
                  fields, 1);
}

void disk_watch_look(struct disk_watch *watch)
{
    struct os_disk_space space;
    struct error error = {0};
    if (os_disk_space(watch->folder, &space, &error) != STATUS_OK) {
        os_log_error(OS_LOG_ERROR, "ingest", "could not ask for the disk's free space", &error);
        return;
    }
    bool automatic = watch->reserve_wanted == UINT64_MAX;
    uint64_t reserve = automatic ? disk_reserve(space.total_bytes) : watch->reserve_wanted;
    uint64_t headroom = INGEST_DISK_HEADROOM;
    if (headroom > space.total_bytes / 10) headroom = space.total_bytes / 10;
    atomic_store(&watch->free_bytes, space.free_bytes);
    set_full(watch, space.free_bytes < reserve + headroom, space.free_bytes);
}

void disk_watch_note_full(struct disk_watch *watch)
{
    set_full(watch, true, atomic_load(&watch->free_bytes));
}

bool disk_watch_is_full(const struct disk_watch *watch)
{
    return atomic_load(&watch->full);
}
