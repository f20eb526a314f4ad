/* What a disk or another hand may have done to the file. */
#include "control_fixture.h"

#include <sqlite3.h>

/* Behind the room's back. */
static void run_sql(const char *path, const char *sql)
{
    sqlite3 *database;
    assert_int_equal(sqlite3_open(path, &database), SQLITE_OK);
    assert_int_equal(sqlite3_exec(database, sql, NULL, NULL, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_close(database), SQLITE_OK);
}

static void overwrite(const char *path, long offset, const void *bytes, size_t size)
{
    FILE *file = fopen(path, "r+b");
    assert_non_null(file);
    assert_int_equal(fseek(file, offset, SEEK_SET), 0);
    assert_int_equal(fwrite(bytes, 1, size, file), size);
    assert_int_equal(fclose(file), 0);
}

static void fill(struct fixture *fixture)
{
    struct control_project_made made;
    for (int i = 0; i < 50; i++) {
        char name[16];
        snprintf(name, sizeof name, "project %d", i);
        assert_int_equal(fixture_project(fixture, name, &made), STATUS_OK);
    }
    fixture_close(fixture);
}

static void expect(struct fixture *fixture, enum status status, const char *words)
{
    fixture->error.message[0] = '\0';
    assert_int_equal(fixture_reopen(fixture, CONTROL_OPEN_ONLY), status);
    assert_non_null(strstr(fixture->error.message, words));
    assert_non_null(strstr(fixture->error.message, "control.db"));
}

static void says_when_there_is_no_database(void **state)
{
    struct fixture *fixture = *state;
    fixture_close(fixture);
    unlink(fixture->path);
    expect(fixture, STATUS_ABSENT, "there is no control database");
    assert_false(os_exists(fixture->path));
}

static void refuses_a_file_cut_to_nothing(void **state)
{
    struct fixture *fixture = *state;
    fill(fixture);
    assert_int_equal(truncate(fixture->path, 0), 0);
    expect(fixture, STATUS_CORRUPT, "is empty");
}

static void refuses_a_file_of_junk(void **state)
{
    struct fixture *fixture = *state;
    char junk[8192];
    memset(junk, 'x', sizeof junk);
    fill(fixture);
    overwrite(fixture->path, 0, junk, sizeof junk);
    expect(fixture, STATUS_CORRUPT, "not a database");
}

static void refuses_a_file_cut_in_the_middle(void **state)
{
    struct fixture *fixture = *state;
    fill(fixture);
    assert_int_equal(truncate(fixture->path, 4096 * 2), 0);
    fixture->error.message[0] = '\0';
    assert_int_equal(fixture_reopen(fixture, CONTROL_OPEN_ONLY), STATUS_CORRUPT);
    assert_non_null(strstr(fixture->error.message, "control.db"));
}

static void refuses_a_folder(void **state)
{
    struct fixture *fixture = *state;
    fixture_close(fixture);
    unlink(fixture->path);
    struct control *control;
    enum status status =
        control_open(fixture->folder, CONTROL_OPEN_ONLY, fixture->slot, &control, &fixture->error);
    assert_int_equal(status, STATUS_IO);
}

static void refuses_another_programs_database(void **state)
{
    struct fixture *fixture = *state;
    fixture_close(fixture);
    unlink(fixture->path);
    run_sql(fixture->path, "PRAGMA user_version = 1; CREATE TABLE cake (flour INTEGER)");
    expect(fixture, STATUS_CORRUPT, "is not a control database of candor");
}

static void refuses_a_database_of_a_newer_program(void **state)
{
    struct fixture *fixture = *state;
    fill(fixture);
    run_sql(fixture->path, "PRAGMA user_version = 1000");
    expect(fixture, STATUS_INVALID, "newer candor");
}

static void refuses_a_database_without_a_table(void **state)
{
    struct fixture *fixture = *state;
    fill(fixture);
    run_sql(fixture->path, "DROP TABLE sign_in");
    expect(fixture, STATUS_CORRUPT, "sign_in");
}

static void refuses_a_project_out_of_bounds(void **state)
{
    struct fixture *fixture = *state;
    fill(fixture);
    run_sql(fixture->path, "UPDATE project SET name = printf('%200s', 'x') WHERE id = 7");
    expect(fixture, STATUS_CORRUPT, "project 7 is out of bounds");
}

static void verifies_a_sound_database(void **state)
{
    struct fixture *fixture = *state;
    fill(fixture);
    assert_int_equal(fixture_reopen(fixture, CONTROL_OPEN_ONLY), STATUS_OK);
    assert_int_equal(control_verify(fixture->control, &fixture->error), STATUS_OK);
    assert_int_equal(control_check(fixture->control, &fixture->error), STATUS_OK);
}

static void finds_a_row_that_refers_to_nothing(void **state)
{
    struct fixture *fixture = *state;
    fill(fixture);
    run_sql(fixture->path, "PRAGMA foreign_keys = OFF;"
                           "INSERT INTO token (project, kind, hash, created_ms, expires_ms)"
                           " VALUES (4711, 'qry', zeroblob(32), 0, 0)");
    assert_int_equal(fixture_reopen(fixture, CONTROL_OPEN_ONLY), STATUS_OK);
    assert_int_equal(control_verify(fixture->control, &fixture->error), STATUS_CORRUPT);
    assert_non_null(strstr(fixture->error.message, "table \"token\""));
}

/* Any page but the first may be hit. Opening, reading or verifying must notice, and never crash. */
static void notices_junk_in_any_page(void **state)
{
    struct fixture *fixture = *state;
    fill(fixture);
    uint64_t size = 0;
    struct os_file file;
    assert_int_equal(os_file_open(&file, fixture->path, OS_FILE_READ, &fixture->error), STATUS_OK);
    assert_int_equal(os_file_size(&file, &size, &fixture->error), STATUS_OK);
    os_file_close(&file);
    char *whole;
    size_t whole_size;
    assert_int_equal(os_file_read_all(fixture->path, 1 << 24, &whole, &whole_size, &fixture->error),
                     STATUS_OK);
    char junk[4096];
    memset(junk, 0xee, sizeof junk);
    for (long page = 1; page < (long)(size / 4096); page++) {
        overwrite(fixture->path, page * 4096, junk, sizeof junk);
        enum status status = fixture_reopen(fixture, CONTROL_OPEN_ONLY);
        if (status == STATUS_OK) {
            status = control_verify(fixture->control, &fixture->error);
            fixture_close(fixture);
        }
        assert_int_equal(status, STATUS_CORRUPT);
        overwrite(fixture->path, 0, whole, whole_size);
    }
    free(whole);
}

static void check_says_when_another_holds_the_file(void **state)
{
    struct fixture *fixture = *state;
    sqlite3 *other;
    assert_int_equal(sqlite3_open(fixture->path, &other), SQLITE_OK);
    assert_int_equal(sqlite3_exec(other, "BEGIN IMMEDIATE", NULL, NULL, NULL), SQLITE_OK);
    assert_int_equal(control_check(fixture->control, &fixture->error), STATUS_BUSY);
    assert_int_equal(sqlite3_close(other), SQLITE_OK);
    assert_int_equal(control_check(fixture->control, &fixture->error), STATUS_OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        FIXTURE_TEST(says_when_there_is_no_database),
        FIXTURE_TEST(refuses_a_file_cut_to_nothing),
        FIXTURE_TEST(refuses_a_file_of_junk),
        FIXTURE_TEST(refuses_a_file_cut_in_the_middle),
        FIXTURE_TEST(refuses_a_folder),
        FIXTURE_TEST(refuses_another_programs_database),
        FIXTURE_TEST(refuses_a_database_of_a_newer_program),
        FIXTURE_TEST(refuses_a_database_without_a_table),
        FIXTURE_TEST(refuses_a_project_out_of_bounds),
        FIXTURE_TEST(verifies_a_sound_database),
        FIXTURE_TEST(finds_a_row_that_refers_to_nothing),
        FIXTURE_TEST(notices_junk_in_any_page),
        FIXTURE_TEST(check_says_when_another_holds_the_file),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
