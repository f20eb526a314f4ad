/* Lines in pieces: the lines that went in come out, however the file is cut, packed or damaged. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "app/line_reader.h"
#include "base/buffer.h"
#include "codec/transfer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { PIECE_SIZE = 256 * 1024, ROOM_SIZE = LINE_SIZE_MAX + PIECE_SIZE };

static uint64_t next(uint64_t *seed)
{
    *seed = *seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return *seed >> 33;
}

static void write_file(char path[32], const char *bytes, size_t size)
{
    snprintf(path, 32, "/tmp/candor-lines-XXXXXX");
    int descriptor = mkstemp(path);
    assert_true(descriptor >= 0);
    FILE *file = fdopen(descriptor, "wb");
    if (size > 0) assert_int_equal(fwrite(bytes, 1, size, file), size);
    fclose(file);
}

/* Read all pieces and join them; each but the last ends a line. */
static enum status read_pieces(const char *path, size_t piece_size, struct buffer *out,
                               struct error *error)
{
    struct line_reader *reader;
    TRY(line_reader_open(path, &reader, error));
    char *room = malloc(LINE_SIZE_MAX + piece_size);
    size_t size = 1;
    bool was_whole = true;
    enum status status = STATUS_OK;
    while (status == STATUS_OK && size > 0) {
        status =
            line_reader_next(reader, room, LINE_SIZE_MAX + piece_size, piece_size, &size, error);
        if (status != STATUS_OK || size == 0) break;
        assert_true(was_whole);
        was_whole = room[size - 1] == '\n';
        buffer_append(out, room, size);
    }
    free(room);
    line_reader_close(reader);
    return status;
}

static void expect_same(struct text text, size_t piece_size)
{
    char path[32];
    struct buffer got;
    struct error error;
    write_file(path, text.bytes, text.size);
    buffer_init(&got, text.size + 1);
    assert_int_equal(read_pieces(path, piece_size, &got, &error), STATUS_OK);
    assert_int_equal(got.size, text.size);
    assert_true(text_equal(buffer_text(&got), text));
    buffer_release(&got);
    unlink(path);
}

static void gives_back_what_it_read(void **state)
{
    (void)state;
    const struct text texts[] = {TEXT_INIT(""),     TEXT_INIT("\n"),        TEXT_INIT("a"),
                                 TEXT_INIT("a\n"),  TEXT_INIT("a\nb"),      TEXT_INIT("\n\n\n"),
                                 TEXT_INIT("\x1f"), TEXT_INIT("a\r\nb\r\n")};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        for (size_t piece = 1; piece < 5; piece++)
            expect_same(texts[i], piece);
    }
}

static void gives_back_random_lines_cut_anywhere(void **state)
{
    (void)state;
    for (uint64_t round = 1; round <= 200; round++) {
        uint64_t seed = round;
        struct buffer text;
        buffer_init(&text, 1 << 20);
        size_t lines = next(&seed) % 60;
        for (size_t i = 0; i < lines; i++) {
            size_t size = next(&seed) % 10 == 0 ? next(&seed) % 500 : next(&seed) % 70;
            for (size_t j = 0; j < size; j++) {
                buffer_append_byte(&text, (char)('a' + next(&seed) % 26));
            }
            if (i + 1 < lines || next(&seed) % 2) buffer_append_byte(&text, '\n');
        }
        expect_same(buffer_text(&text), 1 + next(&seed) % 100);
        buffer_release(&text);
    }
}

static void reads_gzip_by_its_first_bytes(void **state)
{
    (void)state;
    struct buffer text;
    struct buffer packed;
    struct buffer got;
    struct error error;
    char path[32];
    buffer_init(&text, 1 << 22);
    buffer_init(&packed, 1 << 22);
    buffer_init(&got, 1 << 22);
    for (int i = 0; i < 20000; i++)
        buffer_printf(&text, "{\"line\":%d}\n", i);
    transfer_gzip(text_slice(buffer_text(&text), 0, text.size / 2), 6, &packed);
    transfer_gzip(text_slice(buffer_text(&text), text.size / 2, text.size - text.size / 2), 1,
                  &packed); /* two members are one text */
    write_file(path, packed.bytes, packed.size);
    assert_int_equal(read_pieces(path, 1000, &got, &error), STATUS_OK);
    assert_true(text_equal(buffer_text(&got), buffer_text(&text)));
    unlink(path);

    for (size_t cut = 1; cut < 40; cut++) {
        write_file(path, packed.bytes, packed.size - cut);
        buffer_clear(&got);
        assert_int_equal(read_pieces(path, 1000, &got, &error), STATUS_INVALID);
        assert_true(error.message[0] != '\0');
        unlink(path);
    }
    packed.bytes[packed.size / 3] = (char)(packed.bytes[packed.size / 3] ^ 0x55);
    write_file(path, packed.bytes, packed.size);
    buffer_clear(&got);
    assert_int_equal(read_pieces(path, 1000, &got, &error), STATUS_INVALID);
    unlink(path);
    buffer_release(&got);
    buffer_release(&packed);
    buffer_release(&text);
}

/* Its neighbours come whole; of the line itself at least as much as makes it too long. */
static void passes_over_the_rest_of_a_line_without_end(void **state)
{
    (void)state;
    for (size_t more = 0; more < 4; more++) {
        size_t size = 4 + LINE_SIZE_MAX + more * (size_t)LINE_SIZE_MAX / 2 + 6;
        char *bytes = malloc(size);
        char path[32];
        struct buffer got;
        struct error error;
        memset(bytes, 'x', size);
        memcpy(bytes, "one\n", 4);
        memcpy(bytes + size - 5, "\ntwo\n", 5);
        write_file(path, bytes, size);
        struct line_reader *reader;
        assert_int_equal(line_reader_open(path, &reader, &error), STATUS_OK);
        char *room = malloc(ROOM_SIZE);
        size_t got_size = 1;
        buffer_init(&got, 2 * size);
        while (got_size > 0) {
            assert_int_equal(
                line_reader_next(reader, room, ROOM_SIZE, PIECE_SIZE, &got_size, &error),
                STATUS_OK);
            buffer_append(&got, room, got_size);
        }
        line_reader_close(reader);
        struct text text = buffer_text(&got);
        assert_true(text_starts_with(text, TEXT("one\nx")));
        assert_true(text_ends_with(text, TEXT("two\n")));
        assert_true(text.size >= 4 + LINE_SIZE_MAX);
        assert_true(text.size <= 4 + LINE_SIZE_MAX + PIECE_SIZE + 6);
        buffer_release(&got);
        free(room);
        free(bytes);
        unlink(path);
    }
}

static void says_why_a_file_cannot_be_read(void **state)
{
    (void)state;
    struct line_reader *reader;
    struct buffer got;
    struct error error;
    buffer_init(&got, 100);
    assert_int_equal(line_reader_open("/no/such/file", &reader, &error), STATUS_ABSENT);
    assert_non_null(strstr(error.message, "/no/such/file"));
    assert_int_equal(read_pieces("/tmp", 10, &got, &error), STATUS_IO);
    assert_non_null(strstr(error.message, "/tmp"));
    buffer_release(&got);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gives_back_what_it_read),
        cmocka_unit_test(gives_back_random_lines_cut_anywhere),
        cmocka_unit_test(reads_gzip_by_its_first_bytes),
        cmocka_unit_test(passes_over_the_rest_of_a_line_without_end),
        cmocka_unit_test(says_why_a_file_cannot_be_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
