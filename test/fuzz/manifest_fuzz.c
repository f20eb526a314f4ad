/* Any bytes as a manifest: refused, or read. The first byte says whether the checksums are made
 * good, so that payloads that no writer would put down reach the reader. */
#include "store/manifest.h"

#include "base/check.h"
#include "base/memory.h"
#include "codec/block.h"
#include "store/manifest_format.h"

#include <stddef.h>
#include <stdint.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static void make_good(char *bytes, size_t size)
{
    if (size < MANIFEST_RECORDS_AT) return;
    store_u32(bytes, MANIFEST_MAGIC);
    store_u32(bytes + 4, MANIFEST_VERSION);
    store_u64(bytes + 8, 0);
    for (size_t at = MANIFEST_HEADER_SIZE; at < MANIFEST_RECORDS_AT; at += MANIFEST_MARK_SIZE) {
        store_u64(bytes + at, load_u64(bytes + at) & 1023); /* now within the file, now behind it */
        store_u64(bytes + at + 8, block_checksum(bytes + at, 8, at));
    }
    size_t at = MANIFEST_RECORDS_AT;
    while (size - at >= MANIFEST_RECORD_HEADER_SIZE + MANIFEST_RECORD_TRAILER_SIZE) {
        char *record = bytes + at;
        size_t room = size - at - MANIFEST_RECORD_HEADER_SIZE - MANIFEST_RECORD_TRAILER_SIZE;
        uint32_t payload = load_u32(record) & 63; /* short, so that there are several */
        if (payload > room) payload = (uint32_t)room;
        store_u32(record, payload);
        store_u32(record + 4, (uint32_t)block_checksum(record, 4, at));
        store_u64(record + MANIFEST_RECORD_HEADER_SIZE + payload,
                  block_checksum(record + MANIFEST_RECORD_HEADER_SIZE, payload, at));
        at += MANIFEST_RECORD_HEADER_SIZE + payload + MANIFEST_RECORD_TRAILER_SIZE;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    if (size == 0) return 0;
    size_t file_size = size - 1;
    char *file = memory_alloc(file_size, 1);
    memcpy(file, bytes + 1, file_size);
    if (bytes[0] & 1) make_good(file, file_size);
    struct manifest *manifest = manifest_make("manifest");
    struct error error;
    uint64_t used;
    if (manifest_read(manifest, (struct text){file, file_size}, &used, &error) == STATUS_OK) {
        assert(used <= file_size);
        for (uint32_t i = 0; i < manifest_project_count(manifest); i++) {
            const struct manifest_project *project = manifest_project_at(manifest, i);
            for (uint32_t k = 0; k < project->segments.count; k++) {
                assert(project->segments.files[k].id < manifest_id_end(manifest));
            }
        }
    }
    manifest_close(manifest);
    memory_free(file);
    return 0;
}
