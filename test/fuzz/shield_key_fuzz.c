/* Any bytes as a property's name, as running text, and as a lexicon. */
#include "base/check.h"
#include "shield/shield_builtin.h"
#include "shield/shield_key.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static struct shield_lexicon *builtin(void)
{
    static struct shield_lexicon *lexicon;
    struct error error;
    if (!lexicon) {
        enum status status = shield_lexicon_make(shield_builtin_keys, &lexicon, &error);
        assert(status == STATUS_OK);
    }
    return lexicon;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    struct text text = {(const char *)bytes, size};
    struct shield_key key;
    shield_key_read(builtin(), text, &key);
    assert(key.word_count <= SHIELD_KEY_WORDS_MAX);
    assert((key.exact & ~key.stem) == 0);
    assert(!key.is_stopped || key.stem == 0);
    for (uint32_t i = 0; i < key.word_count; i++) {
        assert(key.words[i].bytes >= key.folded);
        assert(key.words[i].bytes + key.words[i].size <= key.folded + sizeof key.folded);
    }
    (void)shield_lexicon_words(builtin(), text);

    struct shield_lexicon *lexicon;
    struct error error;
    if (shield_lexicon_make(text, &lexicon, &error) != STATUS_OK) return 0;
    shield_key_read(lexicon, text, &key);
    shield_lexicon_release(lexicon);
    return 0;
}
