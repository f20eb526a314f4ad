/* What autocapture may say of an element (spec/shield.md N4 to N6).
 *
 * A name alone is no promise: other clients send a link's address and a button's words under the
 * same ones. So each value must have the one form that our SDK gives it, and a text must be in the
 * project's own dictionary. Whoever is not sure of it is not kept. */
#include "shield/admit_internal.h"
#include "shield/shield_dictionary.h"
#include "shield/shield_url.h"

#include <string.h>

enum {
    PATH_TAGS_MAX = 12,
    TAG_SIZE_MAX = 16,
    SCHEME_SIZE_MAX = 16,
};

static bool is_in(const char *const *list, size_t count, struct text word)
{
    for (size_t i = 0; i < count; i++)
        if (text_equal(text_from(list[i]), word)) return true;
    return false;
}

static bool is_button_type(struct text text)
{
    static const char *const types[] = {"button", "submit", "reset"};
    return is_in(types, sizeof types / sizeof *types, text);
}

static bool is_length_class(struct text text)
{
    static const char *const classes[] = {"short", "medium", "long"};
    return is_in(classes, sizeof classes / sizeof *classes, text);
}

static bool is_tag(struct text text)
{
    if (text.size == 0 || text.size > TAG_SIZE_MAX) return false;
    if (!shield_charset_has(SHIELD_LOWER, (uint8_t)text.bytes[0])) return false;
    for (size_t i = 1; i < text.size; i++) {
        uint8_t byte = (uint8_t)text.bytes[i];
        bool is_digit = shield_charset_has(SHIELD_DIGIT, byte);
        if (!is_digit && !shield_charset_has(SHIELD_LOWER, byte)) return false;
    }
    return true;
}

/* "a<p<li<ul<div<body" */
static bool is_tag_path(struct text path)
{
    for (int count = 0; count < PATH_TAGS_MAX; count++) {
        bool is_last = text_find_byte(path, '<') == TEXT_NOT_FOUND;
        struct text rest;
        struct text tag = text_split(path, '<', &rest);
        if (!is_tag(tag)) return false;
        if (is_last) return true;
        path = rest;
    }
    return false;
}

/* The registrable domain of another site, and nothing else of it. */
static bool is_domain(struct admit *admit, struct text text)
{
    char url[7 + 255] = "http://";
    struct text domain;
    if (text.size == 0 || text.size > 255 || text_find_byte(text, '.') == TEXT_NOT_FOUND)
        return false;
    for (size_t i = 0; i < text.size; i++) {
        char byte = text.bytes[i];
        bool is_plain = shield_charset_has(SHIELD_ALNUM, (uint8_t)byte);
        if (!is_plain && byte != '.' && byte != '-') return false;
    }
    memcpy(url + 7, text.bytes, text.size);
    struct text made = {url, 7 + text.size};
    return shield_url_domain(made, &admit->scratch->arena, &domain) && text_equal(domain, text);
}

static bool is_scheme(struct text text)
{
    if (text.size < 3 || text.size > SCHEME_SIZE_MAX) return false;
    for (size_t i = 0; i + 1 < text.size; i++)
        if (!shield_charset_has(SHIELD_LOWER, (uint8_t)text.bytes[i])) return false;
    return text.bytes[text.size - 1] == ':';
}

/* A link as the SDK tells it: the template of a path, a domain, or a scheme alone. */
static bool is_link(struct admit *admit, struct text text)
{
    struct text made;
    if (text.size == 0 || text.bytes[0] != '/') return is_scheme(text) || is_domain(admit, text);
    return shield_url_template(text, &admit->policy->urls, &admit->scratch->arena, &made) &&
           text_equal(made, text);
}

/* A browser's filter is wrong at times, and a page may say anything: only what is on the project's
 * list of hashes is its own text. */
static bool is_own_text(struct admit *admit, struct text text)
{
    return text.size > 0 &&
           shield_dictionary_lists(admit->record->project, text, &admit->scratch->arena);
}

bool admit_is_captured(struct admit *admit, struct text name, const struct value *value)
{
    bool is_label = text_equal(name, TEXT("candor_label")) || text_equal(name, TEXT("$el_text"));
    if (is_label) return value->kind == VALUE_TEXT && is_own_text(admit, value->text);
    if (admit_is_captured_name(name)) return true;
    if (value->kind != VALUE_TEXT) return false;
    if (text_equal(name, TEXT("$el_type"))) return is_button_type(value->text);
    if (text_equal(name, TEXT("$el_text_length"))) return is_length_class(value->text);
    if (text_equal(name, TEXT("$el_path"))) return is_tag_path(value->text);
    if (text_equal(name, TEXT("$el_attr__href"))) return is_link(admit, value->text);
    return false;
}
