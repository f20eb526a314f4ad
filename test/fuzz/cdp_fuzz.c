/* Any bytes as a browser's messages and as what leaves a page: messages, statuses, found or not. */
#include "base/check.h"
#include "trust/audit.h"
#include "trust/cdp.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static void found(void *context, uint32_t canary, const char *wrapping)
{
    (void)context;
    assert(canary < 1000);
    assert(wrapping[0] != '\0');
}

static void read_messages(const uint8_t *bytes, size_t size)
{
    struct cdp_reader reader;
    struct arena arena;
    struct error error;
    cdp_reader_init(&reader);
    arena_init(&arena, 1 << 20);
    size_t half = size / 2;
    (void)cdp_reader_add(&reader, bytes, half, &error);
    for (int turn = 0; turn < 2; turn++) {
        size_t before;
        do {
            const struct json_node *message;
            before = reader.used;
            arena_rewind(&arena, 0);
            enum status status = cdp_reader_next(&reader, &arena, &message, &error);
            assert(status == STATUS_OK || status == STATUS_CORRUPT);
            assert(!message || message->kind == JSON_OBJECT_BEGIN);
        } while (reader.used != before);
        if (turn == 0) (void)cdp_reader_add(&reader, bytes + half, size - half, &error);
    }
    cdp_reader_release(&reader);
    arena_release(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    if (size == 0) return 0;
    read_messages(bytes, size);
    audit_search((struct text){(const char *)bytes, size}, "ba", found, NULL);
    return 0;
}
