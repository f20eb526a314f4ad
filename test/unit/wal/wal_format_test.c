/* Headers and names, byte by byte. */
#include "wal/wal_format.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static const struct wal_file_id id = {.number = 0x12, .salt = 0xfedcba9876543210};

static void names_and_reads_names(void **state)
{
    (void)state;
    char name[WAL_NAME_SIZE];
    struct wal_file_id read;
    uint64_t number;
    wal_format_log_name(id, name);
    assert_string_equal(name, "0000000000000012-fedcba9876543210.wal");
    assert_true(wal_format_parse_log_name(name, &read));
    assert_int_equal(read.number, id.number);
    assert_int_equal(read.salt, id.salt);
    assert_false(wal_format_parse_spare_name(name, &number));
    wal_format_spare_name(0x34, name);
    assert_string_equal(name, "0000000000000034.spare");
    assert_true(wal_format_parse_spare_name(name, &number));
    assert_int_equal(number, 0x34);
    assert_false(wal_format_parse_log_name(name, &read));
}

static void refuses_every_other_name(void **state)
{
    (void)state;
    char right[WAL_NAME_SIZE];
    struct wal_file_id read;
    wal_format_log_name(id, right);
    size_t size = strlen(right);
    for (size_t i = 0; i < size; i++) {
        char name[WAL_NAME_SIZE];
        memcpy(name, right, sizeof name);
        name[i] = 'X';
        assert_false(wal_format_parse_log_name(name, &read));
        name[i] = '\0';
        assert_false(wal_format_parse_log_name(name, &read));
    }
    assert_false(wal_format_parse_log_name("0000000000000000-fedcba9876543210.wal", &read));
    assert_false(wal_format_parse_log_name("8000000000000000-fedcba9876543210.wal", &read));
}

static void reads_a_file_header_only_under_its_own_name(void **state)
{
    (void)state;
    char bytes[WAL_FILE_HEADER_SIZE];
    struct wal_file_header header = {.id = id, .first_sequence = 77, .file_size = 8192};
    struct wal_file_header read;
    wal_format_write_file_header(&header, bytes);
    assert_memory_equal(bytes, "candorwl\1\0\0\0\0\0\0\0\x12", 17);
    assert_int_equal(wal_format_read_file_header(bytes, id, &read), WAL_HEADER_VALID);
    assert_int_equal(read.first_sequence, 77);
    assert_int_equal(read.file_size, 8192);
    assert_int_equal(wal_format_number_inside(bytes), id.number);
    struct wal_file_id other = {id.number, id.salt + 1};
    assert_int_equal(wal_format_read_file_header(bytes, other, &read), WAL_HEADER_NONE);
    other = (struct wal_file_id){id.number + 1, id.salt};
    assert_int_equal(wal_format_read_file_header(bytes, other, &read), WAL_HEADER_NONE);
    for (int bit = 0; bit < WAL_FILE_HEADER_SIZE * 8; bit++) {
        bytes[bit / 8] = (char)(bytes[bit / 8] ^ 1 << bit % 8);
        assert_int_equal(wal_format_read_file_header(bytes, id, &read), WAL_HEADER_NONE);
        assert_int_equal(wal_format_number_inside(bytes), 0);
        bytes[bit / 8] = (char)(bytes[bit / 8] ^ 1 << bit % 8);
    }
}

static void reads_a_record_only_in_its_place(void **state)
{
    (void)state;
    char bytes[WAL_RECORD_HEADER_SIZE];
    struct wal_record_header header = {
        .size = 1000,
        .kind = 2,
        .sequence = 9,
        .durable = 8,
        .payload_checksum = 0x0102030405060708,
    };
    struct wal_record_header read;
    wal_format_write_record_header(&header, bytes);
    wal_format_seal_record(bytes, id, 4096);
    assert_true(wal_format_read_record_header(bytes, id, 4096, &read));
    assert_int_equal(read.size, 1000);
    assert_int_equal(read.kind, 2);
    assert_int_equal(read.sequence, 9);
    assert_int_equal(read.durable, 8);
    assert_int_equal(read.payload_checksum, header.payload_checksum);
    assert_false(wal_format_read_record_header(bytes, id, 4096 + 8, &read));
    struct wal_file_id other = {id.number, id.salt ^ 1};
    assert_false(wal_format_read_record_header(bytes, other, 4096, &read));
    for (int bit = 0; bit < WAL_RECORD_HEADER_SIZE * 8; bit++) {
        bytes[bit / 8] = (char)(bytes[bit / 8] ^ 1 << bit % 8);
        assert_false(wal_format_read_record_header(bytes, id, 4096, &read));
        bytes[bit / 8] = (char)(bytes[bit / 8] ^ 1 << bit % 8);
    }
}

static void pads_records_to_eight_bytes(void **state)
{
    (void)state;
    assert_int_equal(wal_format_record_size(0), 40);
    assert_int_equal(wal_format_record_size(1), 48);
    assert_int_equal(wal_format_record_size(8), 48);
    assert_int_equal(wal_format_record_size(9), 56);
    assert_int_equal(wal_format_record_size(UINT32_MAX), UINT64_C(0x100000000) + 40);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_and_reads_names),
        cmocka_unit_test(refuses_every_other_name),
        cmocka_unit_test(reads_a_file_header_only_under_its_own_name),
        cmocka_unit_test(reads_a_record_only_in_its_place),
        cmocka_unit_test(pads_records_to_eight_bytes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
