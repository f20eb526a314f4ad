/* A record of hostile JSON through the one door: what comes out goes through again unchanged. */
#include "base/check.h"
#include "crypt/secret.h"
#include "shield/shield.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct shield *shield;

static void admit(struct shield_scratch *scratch, struct arena *arena, struct shield_item *item)
{
    static const struct project project = {.id = 1, .zone = TEXT_INIT("UTC")};
    struct text event = TEXT("Viewed");
    struct shield_record record = {
        .project = &project,
        .now_ms = INT64_C(1790000000000),
        .country = {'?', '?'},
        .event = &event,
        .items = item,
        .item_count = 1,
        .arena = arena,
    };
    (void)shield_admit(shield, scratch, &record);
}

/* Scratches lie in locked memory, where a search for leaks does not look for pointers. */
static void close_shield(void)
{
    shield_close(shield);
}

/* One for all inputs: compiling the rules takes a hundred times as long as a record. */
static void open_shield(void)
{
    static const struct shield_options options;
    struct error error;
    if (shield) return;
    crypt_init();
    if (shield_open(&options, &shield, &error) != STATUS_OK) UNREACHABLE("built-in rules");
    if (atexit(close_shield) != 0) UNREACHABLE("one function fits");
}

/* The first byte chooses the kind of the value, the next 16 at most are its name. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const enum value_kind kinds[] = {VALUE_TEXT, VALUE_LIST, VALUE_OBJECT};
    struct arena arena;
    if (size < 2 || size > 1024 * 1024) return 0;
    open_shield();
    struct shield_scratch *scratch = shield_scratch_take(shield);
    arena_init(&arena, 4 * 1024 * 1024);
    size_t name_size = data[0] / 16 < size - 1 ? data[0] / 16 : size - 1;
    const char *bytes = (const char *)data + 1;
    struct shield_item item = {.name = {bytes, name_size}};
    item.value.kind = kinds[data[0] % 3];
    item.value.text = (struct text){bytes + name_size, size - 1 - name_size};
    admit(scratch, &arena, &item);
    if (!item.is_removed && item.value.kind != VALUE_NULL) {
        struct text once = item.value.text;
        admit(scratch, &arena, &item);
        if (item.is_removed || item.value.kind == VALUE_NULL ||
            !text_equal(item.value.text, once)) {
            UNREACHABLE("what was admitted is admitted again, unchanged");
        }
    }
    shield_scratch_give(shield, scratch);
    arena_release(&arena);
    return 0;
}
