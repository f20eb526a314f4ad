/* Rules as any bytes: refused with a line that names where, or a set that words can be looked up
 * in. The first byte chooses the kind of set. */
#include "base/check.h"
#include "shield/pattern_cost.h"
#include "shield/ruleset.h"

#include <string.h>

enum { SOURCE_MAX = 16 * 1024 /* a compiler stands behind it */ };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 1 || size > SOURCE_MAX) return 0;
    struct ruleset *set = NULL;
    struct error error = {0};
    struct text source = {(const char *)data + 1, size - 1};
    enum ruleset_kind kind = data[0] % 2 ? RULESET_PROJECT : RULESET_BUILTIN;
    if (ruleset_make(source, kind, &set, &error) != STATUS_OK) {
        bool names_place = strstr(error.message, "line ") || strstr(error.message, "compile");
        if (!names_place) UNREACHABLE("an error names its line");
        return 0;
    }
    struct ruleset_mask found = {0};
    ruleset_find_words(set, source, &found);
    ruleset_drop(set);
    struct pattern_cost cost;
    (void)pattern_refusal(source, PATTERN_ANYWHERE, &cost);
    (void)pattern_refusal(source, PATTERN_WHOLE, &cost);
    return 0;
}
