/* ---- Properties ---- */

struct candor_property candor_null(const char *name)
{
    struct candor_property property = {name, CANDOR_KIND_NULL, 0, 0, NULL, NULL};
    return property;
}

struct candor_property candor_bool(const char *name, int truth)
{
    struct candor_property property = {name, CANDOR_KIND_BOOL, truth != 0, 0, NULL, NULL};
    return property;
}

struct candor_property candor_integer(const char *name, int64_t integer)
{
    struct candor_property property = {name, CANDOR_KIND_INTEGER, integer, 0, NULL, NULL};
    return property;
}

struct candor_property candor_number(const char *name, double number)
{
    struct candor_property property = {name, CANDOR_KIND_NUMBER, 0, number, NULL, NULL};
    return property;
}

struct candor_property candor_text(const char *name, const char *text)
{
    struct candor_property property = {name, CANDOR_KIND_TEXT, 0, 0, text, NULL};
    return property;
}

struct candor_property candor_texts(const char *name, const char *const *texts, size_t count)
{
    struct candor_property property = {name, CANDOR_KIND_TEXTS, (int64_t)count, 0, NULL, texts};
    return property;
}

struct candor_property candor_url(const char *name, const char *url)
{
    struct candor_property property = {name, CANDOR_KIND_URL, 0, 0, url, NULL};
    return property;
}

static int is_finite(double number)
{
    return number == number && number - number == 0;
}

/* Names that the client gives itself, or that would be read as something else. */
static int is_reserved(const char *name)
{
    static const char names[] = " token time distinct_id $device_id $user_id $insert_id ip $ip"
                                " $token $distinct_id ";
    return strchr(name, ' ') == NULL && is_listed(names, name);
}

static enum candor_status check_property(const struct candor_property *property)
{
    if (!property->name || !*property->name) return CANDOR_INVALID;
    if (strlen(property->name) > CANDOR_NAME_MAX || is_reserved(property->name))
        return CANDOR_INVALID;
    int has_text = property->kind == CANDOR_KIND_TEXT || property->kind == CANDOR_KIND_URL;
    if (has_text && !property->text) return CANDOR_INVALID;
    if (property->kind == CANDOR_KIND_NUMBER && !is_finite(property->number)) return CANDOR_INVALID;
    if (property->kind == CANDOR_KIND_TEXTS) {
        if (property->integer < 0 || property->integer > 255) return CANDOR_INVALID;
        if (property->integer > 0 && !property->texts) return CANDOR_INVALID;
        for (int64_t i = 0; i < property->integer; i++)
            if (!property->texts[i]) return CANDOR_INVALID;
    }
    return CANDOR_OK;
}

static enum candor_status check_properties(const struct candor_property *properties, size_t count)
{
    if (count > CANDOR_PROPERTIES_MAX || (count > 0 && !properties)) return CANDOR_INVALID;
    for (size_t i = 0; i < count; i++) {
        enum candor_status status = check_property(&properties[i]);
        if (status != CANDOR_OK) return status;
    }
    return CANDOR_OK;
}

static int looks_like_url(const char *text)
{
    size_t scheme = scheme_size(text);
    return scheme > 0 && is_http(text, scheme);
}

/* One text: as it is, as a template, or null. */
static void put_text_value(struct writer *out, const char *name, const char *text, int is_url,
                           uint64_t *removed)
{
    char template_bytes[2 * CANDOR_TEXT_MAX];
    int is_long = strlen(text) > CANDOR_TEXT_MAX;
    if (!is_long && (is_url || looks_like_url(text))) {
        struct writer template = {template_bytes, 0, sizeof template_bytes, 0};
        put_url_template(&template, text);
        if (!template.overflowed) {
            put_json_bytes(out, template.bytes, template.size);
            return;
        }
    } else if (!is_long && !is_secret_text(name, text)) {
        put_json_text(out, text);
        return;
    }
    ++*removed;
    put_string(out, "null");
}

/* A card number is one as an integer, and as a number without a fraction. */
static void put_number_value(struct writer *out, const struct candor_property *property,
                             uint64_t *removed)
{
    int is_integer = property->kind == CANDOR_KIND_INTEGER;
    int is_whole = property->number >= 0 && property->number < 9.2e18;
    int64_t whole = is_integer ? property->integer : is_whole ? (int64_t)property->number : 0;
    if (is_secret_integer(whole)) {
        ++*removed;
        put_string(out, "null");
    } else if (is_integer) {
        put_json_integer(out, property->integer);
    } else {
        put_json_number(out, property->number);
    }
}

static void put_value(struct writer *out, const struct candor_property *property, uint64_t *removed)
{
    int is_url = property->kind == CANDOR_KIND_URL;
    int is_harmless = property->kind == CANDOR_KIND_NULL || property->kind == CANDOR_KIND_BOOL;
    if (!is_harmless && !is_url && is_secret_name(property->name)) {
        ++*removed;
        put_string(out, "null");
        return;
    }
    switch (property->kind) {
    case CANDOR_KIND_NULL: put_string(out, "null"); return;
    case CANDOR_KIND_BOOL: put_string(out, property->integer ? "true" : "false"); return;
    case CANDOR_KIND_NUMBER:
    case CANDOR_KIND_INTEGER: put_number_value(out, property, removed); return;
    case CANDOR_KIND_TEXT:
    case CANDOR_KIND_URL:
        put_text_value(out, property->name, property->text, is_url, removed);
        return;
    case CANDOR_KIND_TEXTS:
        put_byte(out, '[');
        for (int64_t i = 0; i < property->integer; i++) {
            if (i > 0) put_byte(out, ',');
            put_text_value(out, property->name, property->texts[i], 0, removed);
        }
        put_byte(out, ']');
        return;
    }
}

/* A name that is itself a secret takes its value with it. */
static int is_secret_as_name(const char *name)
{
    return is_secret_text("", name);
}

static void put_properties(struct writer *out, const struct candor_property *properties,
                           size_t count, uint64_t *removed)
{
    for (size_t i = 0; i < count; i++) {
        int is_again = 0;
        for (size_t k = 0; k < i; k++)
            is_again |= strcmp(properties[k].name, properties[i].name) == 0;
        if (is_again) continue; /* the first wins */
        if (is_secret_as_name(properties[i].name)) {
            ++*removed;
            continue;
        }
        put_json_name(out, properties[i].name);
        put_value(out, &properties[i], removed);
    }
}
