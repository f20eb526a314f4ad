#include "base_aid.h"

#include "base/memory.h"
#include "base/status.h"

#include <errno.h>
#include <string.h>

static void sets_words_and_hands_the_status_back(void **state)
{
    (void)state;
    struct error error = {0};
    assert_int_equal(error_set(&error, STATUS_ABSENT, "no project \"%s\" (%d)", "shop", 7),
                     STATUS_ABSENT);
    assert_int_equal(error.status, STATUS_ABSENT);
    assert_string_equal(error.message, "no project \"shop\" (7)");
}

static void cuts_words_that_are_too_long(void **state)
{
    (void)state;
    struct error error;
    char words[2 * ERROR_MESSAGE_SIZE];
    memset(words, 'x', sizeof words - 1);
    words[sizeof words - 1] = '\0';
    assert_int_equal(error_set(&error, STATUS_INVALID, "%s", words), STATUS_INVALID);
    assert_int_equal(strlen(error.message), ERROR_MESSAGE_SIZE - 1);
    errno = ENOENT;
    assert_int_equal(error_set_errno(&error, "%s", words), STATUS_IO);
    assert_int_equal(strlen(error.message), ERROR_MESSAGE_SIZE - 1);
}

static void adds_the_words_of_errno(void **state)
{
    (void)state;
    struct error error;
    errno = ENOENT;
    assert_int_equal(error_set_errno(&error, "could not open \"%s\"", "0007.seg"), STATUS_IO);
    assert_string_equal(error.message, "could not open \"0007.seg\": No such file or directory");
    assert_int_equal(error.status, STATUS_IO);
}

static void names_every_status(void **state)
{
    (void)state;
    for (int status = STATUS_OK; status <= STATUS_IO; status++) {
        for (int other = STATUS_OK; other < status; other++) {
            assert_string_not_equal(status_name((enum status)status),
                                    status_name((enum status)other));
        }
    }
    assert_string_equal(status_name(STATUS_TOO_LARGE), "too large");
}

static enum status twice(int *count, enum status first)
{
    (*count)++;
    TRY(first);
    (*count)++;
    return STATUS_OK;
}

static void tries_and_hands_failures_up(void **state)
{
    (void)state;
    int count = 0;
    assert_int_equal(twice(&count, STATUS_BUSY), STATUS_BUSY);
    assert_int_equal(count, 1);
    assert_int_equal(twice(&count, STATUS_OK), STATUS_OK);
    assert_int_equal(count, 3);
}

static void gives_zeroed_memory_and_wipes_it(void **state)
{
    (void)state;
    uint8_t *bytes = MEMORY_ARRAY(uint8_t, 1000);
    for (int i = 0; i < 1000; i++)
        assert_int_equal(bytes[i], 0);
    memset(bytes, 7, 1000);
    bytes = memory_resize(bytes, 5000, 1);
    for (int i = 0; i < 1000; i++)
        assert_int_equal(bytes[i], 7);
    memory_wipe(bytes, 1000);
    for (int i = 0; i < 1000; i++)
        assert_int_equal(bytes[i], 0);
    memory_wipe(NULL, 0);
    memory_free(bytes);
    memory_free(NULL);
    void *none = memory_alloc(0, 8);
    assert_non_null(none);
    memory_free(none);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sets_words_and_hands_the_status_back),
        cmocka_unit_test(cuts_words_that_are_too_long),
        cmocka_unit_test(adds_the_words_of_errno),
        cmocka_unit_test(names_every_status),
        cmocka_unit_test(tries_and_hands_failures_up),
        cmocka_unit_test(gives_zeroed_memory_and_wipes_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
