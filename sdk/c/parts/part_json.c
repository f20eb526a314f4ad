/* ---- JSON ---- */

/* The bytes of the code point here (RFC 3629), or 0 when it is none. */
static size_t code_point_size(const unsigned char *at, size_t left)
{
    static const unsigned char second_min[5] = {0x80, 0xA0, 0x80, 0x90, 0x80};
    size_t size = at[0] < 0x80 ? 1 : at[0] < 0xC2 ? 0 : at[0] < 0xE0 ? 2 : at[0] < 0xF0 ? 3 : 4;
    if (size <= 1) return size;
    if (size > left || at[0] > 0xF4) return 0;
    int kind = at[0] == 0xE0 ? 1 : at[0] == 0xF0 ? 3 : 0;
    unsigned char second_max = at[0] == 0xED ? 0x9F : at[0] == 0xF4 ? 0x8F : 0xBF;
    if (at[1] < second_min[kind] || at[1] > second_max) return 0;
    for (size_t i = 2; i < size; i++)
        if ((at[i] & 0xC0) != 0x80) return 0;
    return size;
}

static void put_escaped(struct writer *out, unsigned char byte)
{
    char escape[8];
    if (byte == '"' || byte == '\\') {
        put_byte(out, '\\');
        put_byte(out, (char)byte);
    } else if (byte < 0x20) {
        (void)snprintf(escape, sizeof escape, "\\u%04x", byte);
        put_string(out, escape);
    } else {
        put_byte(out, (char)byte);
    }
}

/* What is no UTF-8 becomes U+FFFD. */
static void put_json_bytes(struct writer *out, const char *text, size_t size)
{
    const unsigned char *at = (const unsigned char *)text;
    put_byte(out, '"');
    for (size_t i = 0; i < size;) {
        size_t step = code_point_size(at + i, size - i);
        if (step == 1) {
            put_escaped(out, at[i]);
        } else if (step == 0) {
            put_string(out, "\xEF\xBF\xBD");
            step = 1;
        } else {
            put_bytes(out, at + i, step);
        }
        i += step;
    }
    put_byte(out, '"');
}

static void put_json_text(struct writer *out, const char *text)
{
    put_json_bytes(out, text, strlen(text));
}

/* `,"name":`, without the comma when it is the first member. */
static void put_json_name(struct writer *out, const char *name)
{
    if (out->size > 0 && out->bytes[out->size - 1] != '{') put_byte(out, ',');
    put_json_text(out, name);
    put_byte(out, ':');
}

static void put_json_integer(struct writer *out, int64_t integer)
{
    char digits[24];
    (void)snprintf(digits, sizeof digits, "%lld", (long long)integer);
    put_string(out, digits);
}

/* The shortest form that reads back the same; a locale's comma becomes a point. */
static void put_json_number(struct writer *out, double number)
{
    char digits[40];
    for (int precision = 15; precision <= 17; precision++) {
        (void)snprintf(digits, sizeof digits, "%.*g", precision, number);
        if (strtod(digits, NULL) == number) break;
    }
    for (char *at = digits; *at; at++)
        if (*at == ',') *at = '.';
    put_string(out, digits);
}

static void put_member_text(struct writer *out, const char *name, const char *text)
{
    if (!text || !*text) return;
    put_json_name(out, name);
    put_json_text(out, text);
}

static void put_member_integer(struct writer *out, const char *name, int64_t integer)
{
    put_json_name(out, name);
    put_json_integer(out, integer);
}
