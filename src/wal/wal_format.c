#include "wal/wal_format.h"

#include "base/check.h"
#include "codec/block.h"

#include <stdio.h>
#include <string.h>

enum {
    FILE_VERSION_AT = 8,
    FILE_NUMBER_AT = 16,
    FILE_SALT_AT = 24,
    FILE_FIRST_AT = 32,
    FILE_SIZE_AT = 40,
    FILE_CHECKSUM_AT = 56,

    RECORD_KIND_AT = 4,
    RECORD_SEQUENCE_AT = 8,
    RECORD_DURABLE_AT = 16,
    RECORD_PAYLOAD_CHECKSUM_AT = 24,
    RECORD_CHECKSUM_AT = 32,

    NUMBER_DIGITS = 16,
};

_Static_assert(FILE_CHECKSUM_AT + 8 == WAL_FILE_HEADER_SIZE, "the checksum ends the file header");
_Static_assert(RECORD_CHECKSUM_AT + 8 == WAL_RECORD_HEADER_SIZE, "the checksum ends the header");
_Static_assert(WAL_FILE_HEADER_SIZE % WAL_ALIGNMENT == 0, "the first record is aligned");
_Static_assert(WAL_RECORD_HEADER_SIZE % WAL_ALIGNMENT == 0, "payloads are aligned");

static const char magic[8] = {'c', 'a', 'n', 'd', 'o', 'r', 'w', 'l'};
static const char log_suffix[] = ".wal";
static const char spare_suffix[] = ".spare";

void wal_format_log_name(struct wal_file_id id, char out[WAL_NAME_SIZE])
{
    (void)snprintf(out, WAL_NAME_SIZE, "%016llx-%016llx%s", (unsigned long long)id.number,
                   (unsigned long long)id.salt, log_suffix);
}

void wal_format_spare_name(uint64_t number, char out[WAL_NAME_SIZE])
{
    (void)snprintf(out, WAL_NAME_SIZE, "%016llx%s", (unsigned long long)number, spare_suffix);
}

/* Exactly as many digits as are written, so that a number has one name. NULL when it is none. */
static const char *parse_number(const char *digits, uint64_t *out)
{
    uint64_t number = 0;
    for (int i = 0; i < NUMBER_DIGITS; i++) {
        char digit = digits[i];
        if (digit >= '0' && digit <= '9') {
            number = number << 4 | (uint64_t)(digit - '0');
        } else if (digit >= 'a' && digit <= 'f') {
            number = number << 4 | (uint64_t)(digit - 'a' + 10);
        } else {
            return NULL;
        }
    }
    *out = number;
    return digits + NUMBER_DIGITS;
}

/* Numbers and sequences from outside leave room to count on. */
static bool can_count_on(uint64_t number)
{
    return number > 0 && number < UINT64_MAX / 2;
}

bool wal_format_parse_log_name(const char *name, struct wal_file_id *out)
{
    const char *rest = parse_number(name, &out->number);
    if (!rest || *rest != '-' || !can_count_on(out->number)) return false;
    rest = parse_number(rest + 1, &out->salt);
    return rest && strcmp(rest, log_suffix) == 0;
}

bool wal_format_parse_spare_name(const char *name, uint64_t *number)
{
    const char *rest = parse_number(name, number);
    return rest && can_count_on(*number) && strcmp(rest, spare_suffix) == 0;
}

static uint64_t padded(uint64_t size)
{
    return (size + WAL_ALIGNMENT - 1) / WAL_ALIGNMENT * WAL_ALIGNMENT;
}

uint64_t wal_format_record_size(uint64_t payload_size)
{
    return WAL_RECORD_HEADER_SIZE + padded(payload_size);
}

void wal_format_write_file_header(const struct wal_file_header *header,
                                  char out[WAL_FILE_HEADER_SIZE])
{
    struct wal_file_id id = header->id;
    assert(can_count_on(id.number));
    assert(can_count_on(header->first_sequence));
    memset(out, 0, WAL_FILE_HEADER_SIZE);
    memcpy(out, magic, sizeof magic);
    store_u32(out + FILE_VERSION_AT, WAL_VERSION);
    store_u64(out + FILE_NUMBER_AT, id.number);
    store_u64(out + FILE_SALT_AT, id.salt);
    store_u64(out + FILE_FIRST_AT, header->first_sequence);
    store_u64(out + FILE_SIZE_AT, header->file_size);
    store_u64(out + FILE_CHECKSUM_AT, block_checksum(out, FILE_CHECKSUM_AT, id.salt));
}

enum wal_header_state wal_format_read_file_header(const char bytes[WAL_FILE_HEADER_SIZE],
                                                  struct wal_file_id id,
                                                  struct wal_file_header *out)
{
    if (memcmp(bytes, magic, sizeof magic) != 0) return WAL_HEADER_NONE;
    uint64_t checksum = block_checksum(bytes, FILE_CHECKSUM_AT, id.salt);
    if (load_u64(bytes + FILE_CHECKSUM_AT) != checksum) return WAL_HEADER_NONE;
    if (load_u64(bytes + FILE_SALT_AT) != id.salt) return WAL_HEADER_NONE;
    if (load_u64(bytes + FILE_NUMBER_AT) != id.number) return WAL_HEADER_NONE;
    if (load_u32(bytes + FILE_VERSION_AT) != WAL_VERSION) return WAL_HEADER_NEWER;
    *out = (struct wal_file_header){
        .id = id,
        .first_sequence = load_u64(bytes + FILE_FIRST_AT),
        .file_size = load_u64(bytes + FILE_SIZE_AT),
    };
    return can_count_on(out->first_sequence) ? WAL_HEADER_VALID : WAL_HEADER_NONE;
}

uint64_t wal_format_number_inside(const char bytes[WAL_FILE_HEADER_SIZE])
{
    struct wal_file_id id = {load_u64(bytes + FILE_NUMBER_AT), load_u64(bytes + FILE_SALT_AT)};
    struct wal_file_header header;
    bool is_there = wal_format_read_file_header(bytes, id, &header) == WAL_HEADER_VALID;
    return is_there ? id.number : 0;
}

void wal_format_write_record_header(const struct wal_record_header *header, char *out)
{
    assert(header->kind > 0);
    assert(header->durable <= header->sequence);
    memset(out, 0, WAL_RECORD_HEADER_SIZE);
    store_u32(out, header->size);
    out[RECORD_KIND_AT] = (char)header->kind;
    store_u64(out + RECORD_SEQUENCE_AT, header->sequence);
    store_u64(out + RECORD_DURABLE_AT, header->durable);
    store_u64(out + RECORD_PAYLOAD_CHECKSUM_AT, header->payload_checksum);
}

void wal_format_seal_record(char *record, struct wal_file_id id, uint64_t offset)
{
    assert(offset % WAL_ALIGNMENT == 0);
    assert(offset >= WAL_FILE_HEADER_SIZE);
    uint64_t checksum = block_checksum(record, RECORD_CHECKSUM_AT, id.salt + offset);
    store_u64(record + RECORD_CHECKSUM_AT, checksum);
}

bool wal_format_read_record_header(const char *bytes, struct wal_file_id id, uint64_t offset,
                                   struct wal_record_header *out)
{
    out->kind = (uint8_t)bytes[RECORD_KIND_AT];
    out->sequence = load_u64(bytes + RECORD_SEQUENCE_AT);
    out->durable = load_u64(bytes + RECORD_DURABLE_AT);
    /* Cheap tests first: a search tries every place of a file, and most hold zeros. */
    if (out->kind == 0 || out->sequence == 0 || out->durable > out->sequence) return false;
    uint64_t checksum = block_checksum(bytes, RECORD_CHECKSUM_AT, id.salt + offset);
    if (load_u64(bytes + RECORD_CHECKSUM_AT) != checksum) return false;
    out->size = load_u32(bytes);
    out->payload_checksum = load_u64(bytes + RECORD_PAYLOAD_CHECKSUM_AT);
    return true;
}

uint64_t wal_format_payload_checksum(const char *payload, uint64_t payload_size, uint64_t sequence)
{
    return block_checksum(payload, (size_t)padded(payload_size), sequence);
}
