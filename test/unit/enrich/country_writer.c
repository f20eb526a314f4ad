#include "country_writer.h"

#include "base/check.h"
#include "base/memory.h"
#include "os/os_file.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    NODE_COUNT_MAX = 4096,
    DATA_SIZE_MAX = 4096,
    SEPARATOR_SIZE = 16,
    TYPE_TEXT = 2,
    TYPE_U16 = 5,
    TYPE_U32 = 6,
    TYPE_MAP = 7,
};

/* A record: nothing, another node, or data. */
enum record_kind { RECORD_NONE, RECORD_NODE, RECORD_DATA };

struct record {
    enum record_kind kind;
    uint32_t place;
};

struct tree {
    struct record nodes[NODE_COUNT_MAX][2];
    uint32_t count;
    struct buffer data;
};

static void put_text(struct buffer *out, const char *text)
{
    buffer_append_byte(out, (char)(TYPE_TEXT << 5 | (int)strlen(text)));
    buffer_append_string(out, text);
}

static void put_number(struct buffer *out, int type, uint32_t number, int size)
{
    buffer_append_byte(out, (char)(type << 5 | size));
    for (int i = size - 1; i >= 0; i--)
        buffer_append_byte(out, (char)(number >> (8 * i)));
}

static void put_map(struct buffer *out, int size)
{
    buffer_append_byte(out, (char)(TYPE_MAP << 5 | size));
}

static void put_entry(struct buffer *out, const char *code, enum country_form form)
{
    put_map(out, 1);
    if (form == COUNTRY_NESTED) {
        put_text(out, "country");
        put_map(out, 1);
        put_text(out, "iso_code");
    } else {
        put_text(out, "country_code");
    }
    if (form == COUNTRY_NUMBER) {
        put_number(out, TYPE_U16, 49, 2);
    } else {
        put_text(out, code);
    }
}

/* Sixteen bytes and their bits; IPv4 lies at ::/96. */
static int parse(const char *network, uint8_t bytes[16])
{
    char address[64];
    const char *slash = strchr(network, '/');
    size_t size = (size_t)(slash - network);
    memcpy(address, network, size);
    address[size] = '\0';
    memset(bytes, 0, 16);
    int bits = (int)strtol(slash + 1, NULL, 10);
    if (inet_pton(AF_INET, address, bytes + 12) == 1) return bits + 96;
    int is_read = inet_pton(AF_INET6, address, bytes);
    assert(is_read == 1);
    return bits;
}

static void insert(struct tree *tree, const struct country_network *network, enum country_form form)
{
    uint8_t bytes[16];
    int bits = parse(network->network, bytes);
    uint32_t node = 0;
    for (int i = 0; i < bits; i++) {
        struct record *record = &tree->nodes[node][bytes[i / 8] >> (7 - i % 8) & 1];
        assert(record->kind != RECORD_DATA);
        if (i == bits - 1) {
            *record = (struct record){RECORD_DATA, (uint32_t)tree->data.size};
            put_entry(&tree->data, network->code, form);
            return;
        }
        if (record->kind == RECORD_NONE) {
            assert(tree->count < NODE_COUNT_MAX);
            *record = (struct record){RECORD_NODE, tree->count++};
        }
        node = record->place;
    }
}

static void write_metadata(const struct tree *tree, struct buffer *out)
{
    buffer_append(out, "\xab\xcd\xefMaxMind.com", 14);
    put_map(out, 9);
    put_text(out, "node_count");
    put_number(out, TYPE_U32, tree->count, 4);
    put_text(out, "record_size");
    put_number(out, TYPE_U16, 24, 2);
    put_text(out, "ip_version");
    put_number(out, TYPE_U16, 6, 2);
    put_text(out, "database_type");
    put_text(out, "test");
    put_text(out, "languages");
    buffer_append(out, "\0\4", 2);
    put_text(out, "binary_format_major_version");
    put_number(out, TYPE_U16, 2, 2);
    put_text(out, "binary_format_minor_version");
    put_number(out, TYPE_U16, 0, 2);
    put_text(out, "build_epoch");
    buffer_append(out, "\x01\x02\x01", 3); /* an extended type: 64 bits in one byte, 1 */
    put_text(out, "description");
    put_map(out, 0);
}

static uint32_t number_of(const struct tree *tree, const struct record *record)
{
    switch (record->kind) {
    case RECORD_NONE: return tree->count;
    case RECORD_NODE: return record->place;
    case RECORD_DATA: return tree->count + SEPARATOR_SIZE + record->place;
    }
    UNREACHABLE("an unknown kind of record");
}

void country_write(const struct country_network *networks, uint32_t count, enum country_form form,
                   struct buffer *out)
{
    static const char separator[SEPARATOR_SIZE];
    struct tree *tree = MEMORY_NEW(struct tree);
    tree->count = 1;
    buffer_init(&tree->data, DATA_SIZE_MAX);
    for (uint32_t i = 0; i < count; i++)
        insert(tree, &networks[i], form);
    for (uint32_t i = 0; i < tree->count; i++) {
        for (int side = 0; side < 2; side++) {
            uint32_t number = number_of(tree, &tree->nodes[i][side]);
            for (int byte = 2; byte >= 0; byte--)
                buffer_append_byte(out, (char)(number >> (8 * byte)));
        }
    }
    buffer_append(out, separator, sizeof separator);
    buffer_append_text(out, buffer_text(&tree->data));
    write_metadata(tree, out);
    assert(!buffer_overflowed(out));
    buffer_release(&tree->data);
    memory_free(tree);
}

void country_write_file(const char *path, const struct country_network *networks, uint32_t count,
                        enum country_form form)
{
    struct buffer bytes;
    struct os_file file;
    struct error error;
    buffer_init(&bytes, 1 << 20);
    country_write(networks, count, form, &bytes);
    enum status status = os_file_create(&file, path, &error);
    if (status == STATUS_OK) status = os_file_write(&file, 0, bytes.bytes, bytes.size, &error);
    if (status == STATUS_OK) status = os_file_publish(&file, &error);
    assert(status == STATUS_OK);
    os_file_close(&file);
    buffer_release(&bytes);
}
