/* Tokens, links and sign-ins: given out once, hashed, expiring, revocable. */
#include "control_fixture.h"

#include "os/os_thread.h"

static const int64_t day_ms = INT64_C(24) * HOUR_MS;

static uint32_t make_project(struct fixture *fixture, const char *name)
{
    struct control_project_made made;
    assert_int_equal(fixture_project(fixture, name, &made), STATUS_OK);
    return made.id;
}

static void make_token(struct fixture *fixture, uint32_t project, const char *kind,
                       char token[SECRET_TOKEN_SIZE])
{
    int64_t expires_ms;
    assert_int_equal(control_token_create(fixture->control, project, text_from(kind), NOW_MS, token,
                                          &expires_ms, &fixture->error),
                     STATUS_OK);
}

static enum status check(struct fixture *fixture, const char *token, int64_t now_ms)
{
    struct control_token found;
    return control_token_check(fixture->control, text_from(token), now_ms, &found, &fixture->error);
}

static struct control_token_row row_at(struct fixture *fixture, uint32_t project, size_t index)
{
    struct arena arena;
    struct control_token_row *rows;
    size_t count;
    arena_init(&arena, 65536);
    assert_int_equal(
        control_token_list(fixture->control, project, &arena, &rows, &count, &fixture->error),
        STATUS_OK);
    assert_true(index < count);
    struct control_token_row row = rows[index];
    arena_release(&arena);
    return row;
}

static void gives_a_token_that_names_its_project_and_kind(void **state)
{
    struct fixture *fixture = *state;
    uint32_t project = make_project(fixture, "shop");
    const char *const kinds[] = {"ing", "qry", "row", "adm"};
    for (size_t i = 0; i < 4; i++) {
        char token[SECRET_TOKEN_SIZE];
        struct control_token found;
        make_token(fixture, project, kinds[i], token);
        assert_int_equal(control_token_check(fixture->control, text_from(token), NOW_MS, &found,
                                             &fixture->error),
                         STATUS_OK);
        assert_int_equal(found.project, project);
        assert_string_equal(found.kind, kinds[i]);
    }
}

static void refuses_kinds_it_does_not_give(void **state)
{
    struct fixture *fixture = *state;
    uint32_t project = make_project(fixture, "shop");
    const char *const kinds[] = {"", "pd", "scim", "vfy", "QRY", "qry ", "lnk", "ses"};
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        char token[SECRET_TOKEN_SIZE];
        int64_t expires_ms;
        assert_int_equal(control_token_create(fixture->control, project, text_from(kinds[i]),
                                              NOW_MS, token, &expires_ms, &fixture->error),
                         STATUS_INVALID);
    }
}

static void refuses_a_token_for_no_project(void **state)
{
    struct fixture *fixture = *state;
    char token[SECRET_TOKEN_SIZE];
    int64_t expires_ms;
    assert_int_equal(control_token_create(fixture->control, 77, TEXT("qry"), NOW_MS, token,
                                          &expires_ms, &fixture->error),
                     STATUS_ABSENT);
    assert_int_equal(check(fixture, token, NOW_MS), STATUS_DENIED);
}

static void refuses_tokens_it_never_gave(void **state)
{
    struct fixture *fixture = *state;
    char token[SECRET_TOKEN_SIZE];
    make_token(fixture, make_project(fixture, "shop"), "qry", token);
    char stranger[SECRET_TOKEN_SIZE];
    secret_token_make("qry", stranger);
    assert_int_equal(check(fixture, stranger, NOW_MS), STATUS_DENIED);
    assert_int_equal(check(fixture, "", NOW_MS), STATUS_DENIED);
    assert_int_equal(check(fixture, "cdr_qry_", NOW_MS), STATUS_DENIED);
    token[20] = token[20] == 'a' ? 'b' : 'a';
    assert_int_equal(check(fixture, token, NOW_MS), STATUS_DENIED);
    assert_string_equal(fixture->error.message, "the token is unknown, expired or revoked");
}

static void a_token_expires_to_the_millisecond_also_from_memory(void **state)
{
    struct fixture *fixture = *state;
    char token[SECRET_TOKEN_SIZE];
    make_token(fixture, make_project(fixture, "shop"), "qry", token);
    int64_t end_ms = NOW_MS + CONTROL_TOKEN_DAYS_MAX * day_ms;
    assert_int_equal(check(fixture, token, end_ms - 1), STATUS_OK);
    assert_int_equal(check(fixture, token, end_ms), STATUS_DENIED);
    assert_int_equal(check(fixture, token, end_ms - 1), STATUS_OK);
}

static void an_ingestion_token_does_not_expire(void **state)
{
    struct fixture *fixture = *state;
    char token[SECRET_TOKEN_SIZE];
    make_token(fixture, make_project(fixture, "shop"), "ing", token);
    assert_int_equal(check(fixture, token, NOW_MS + 10000 * day_ms), STATUS_OK);
    assert_int_equal(row_at(fixture, 0, 0).expires_ms, 0);
}

static void a_revoked_token_is_refused_at_once(void **state)
{
    struct fixture *fixture = *state;
    char token[SECRET_TOKEN_SIZE];
    make_token(fixture, make_project(fixture, "shop"), "qry", token);
    assert_int_equal(check(fixture, token, NOW_MS), STATUS_OK);
    uint32_t id = row_at(fixture, 0, 0).id;
    assert_int_equal(control_token_revoke(fixture->control, id, &fixture->error), STATUS_OK);
    assert_int_equal(check(fixture, token, NOW_MS + 1), STATUS_DENIED);
    assert_true(row_at(fixture, 0, 0).revoked);
    assert_int_equal(control_token_revoke(fixture->control, 99, &fixture->error), STATUS_ABSENT);
}

static void remembers_the_hour_of_the_last_use(void **state)
{
    struct fixture *fixture = *state;
    char token[SECRET_TOKEN_SIZE];
    make_token(fixture, make_project(fixture, "shop"), "qry", token);
    assert_int_equal(row_at(fixture, 0, 0).used_ms, 0);
    int64_t later_ms = NOW_MS + 10 * (int64_t)HOUR_MS + 12345;
    assert_int_equal(check(fixture, token, later_ms), STATUS_OK);
    assert_int_equal(row_at(fixture, 0, 0).used_ms, later_ms - later_ms % HOUR_MS);
}

static void lists_the_tokens_of_one_project_or_of_all(void **state)
{
    struct fixture *fixture = *state;
    char token[SECRET_TOKEN_SIZE];
    uint32_t first = make_project(fixture, "first");
    uint32_t second = make_project(fixture, "second");
    make_token(fixture, first, "qry", token);
    make_token(fixture, second, "row", token);
    make_token(fixture, second, "adm", token);

    struct arena arena;
    struct control_token_row *rows;
    size_t count;
    arena_init(&arena, 65536);
    assert_int_equal(
        control_token_list(fixture->control, 0, &arena, &rows, &count, &fixture->error), STATUS_OK);
    assert_int_equal(count, 3);
    assert_int_equal(
        control_token_list(fixture->control, second, &arena, &rows, &count, &fixture->error),
        STATUS_OK);
    assert_int_equal(count, 2);
    assert_true(text_equal(rows[0].project_name, TEXT("second")));
    assert_true(text_equal(rows[1].kind, TEXT("adm")));
    assert_int_equal(rows[0].created_ms, NOW_MS);
    arena_release(&arena);
}

static void a_list_that_does_not_fit_says_so(void **state)
{
    struct fixture *fixture = *state;
    char token[SECRET_TOKEN_SIZE];
    make_token(fixture, make_project(fixture, "shop"), "qry", token);
    for (size_t budget = 1; budget < 100; budget++) {
        struct arena arena;
        struct control_token_row *rows;
        size_t count;
        arena_init(&arena, budget);
        enum status status =
            control_token_list(fixture->control, 0, &arena, &rows, &count, &fixture->error);
        assert_true(status == STATUS_TOO_LARGE || status == STATUS_OK);
        arena_release(&arena);
    }
    assert_int_equal(row_at(fixture, 0, 0).created_ms, NOW_MS); /* nothing was left in mid-air */
}

/* --- links and sign-ins --- */

static struct text link_of(const char *path)
{
    const char *equals = strchr(path, '=');
    assert_non_null(equals);
    return text_from(equals + 1);
}

static void a_link_opens_one_sign_in(void **state)
{
    struct fixture *fixture = *state;
    char link[CONTROL_LINK_SIZE];
    char session[SECRET_TOKEN_SIZE];
    assert_int_equal(control_owner_link(fixture->control, NOW_MS, link, &fixture->error),
                     STATUS_OK);
    assert_int_equal(strncmp(link, "/sign-in?link=cdr_lnk_", 22), 0);
    assert_int_equal(
        control_sign_in(fixture->control, link_of(link), NOW_MS, session, &fixture->error),
        STATUS_OK);
    assert_true(control_signed_in(fixture->control, text_from(session), NOW_MS));
    assert_int_equal(
        control_sign_in(fixture->control, link_of(link), NOW_MS, session, &fixture->error),
        STATUS_DENIED);
    assert_string_equal(session, "");
}

static void a_link_expires(void **state)
{
    struct fixture *fixture = *state;
    char link[CONTROL_LINK_SIZE];
    char session[SECRET_TOKEN_SIZE];
    int64_t end_ms = NOW_MS + (int64_t)CONTROL_LINK_HOURS * HOUR_MS;
    assert_int_equal(control_owner_link(fixture->control, NOW_MS, link, &fixture->error),
                     STATUS_OK);
    assert_int_equal(
        control_sign_in(fixture->control, link_of(link), end_ms, session, &fixture->error),
        STATUS_DENIED);
    assert_int_equal(
        control_sign_in(fixture->control, link_of(link), end_ms - 1, session, &fixture->error),
        STATUS_OK);
}

static void a_sign_in_ends_by_time_or_by_hand(void **state)
{
    struct fixture *fixture = *state;
    char link[CONTROL_LINK_SIZE];
    char session[SECRET_TOKEN_SIZE];
    int64_t end_ms = NOW_MS + (int64_t)CONTROL_SIGN_IN_HOURS * HOUR_MS;
    assert_int_equal(control_owner_link(fixture->control, NOW_MS, link, &fixture->error),
                     STATUS_OK);
    assert_int_equal(
        control_sign_in(fixture->control, link_of(link), NOW_MS, session, &fixture->error),
        STATUS_OK);
    assert_true(control_signed_in(fixture->control, text_from(session), end_ms - 1));
    assert_false(control_signed_in(fixture->control, text_from(session), end_ms));
    assert_int_equal(control_sign_out(fixture->control, text_from(session), &fixture->error),
                     STATUS_OK);
    assert_false(control_signed_in(fixture->control, text_from(session), NOW_MS));
    assert_int_equal(control_sign_out(fixture->control, text_from(session), &fixture->error),
                     STATUS_OK);
}

static void junk_is_no_link_and_no_sign_in(void **state)
{
    struct fixture *fixture = *state;
    char session[SECRET_TOKEN_SIZE];
    const char *const junk[] = {"", "x", "cdr_lnk_", "' OR 1=1 --"};
    for (size_t i = 0; i < sizeof junk / sizeof junk[0]; i++) {
        assert_int_equal(
            control_sign_in(fixture->control, text_from(junk[i]), NOW_MS, session, &fixture->error),
            STATUS_DENIED);
        assert_false(control_signed_in(fixture->control, text_from(junk[i]), NOW_MS));
    }
}

/* Two clicks at the same moment. */
struct click {
    struct control *control;
    struct text link;
    enum status status;
};

static void click(void *context)
{
    struct click *one = context;
    char session[SECRET_TOKEN_SIZE];
    struct error error;
    one->status = control_sign_in(one->control, one->link, NOW_MS, session, &error);
}

static void a_link_clicked_by_many_at_once_opens_one_sign_in(void **state)
{
    enum { CLICKS = 8 };
    struct fixture *fixture = *state;
    char link[CONTROL_LINK_SIZE];
    struct click clicks[CLICKS];
    struct os_thread threads[CLICKS];
    assert_int_equal(control_owner_link(fixture->control, NOW_MS, link, &fixture->error),
                     STATUS_OK);
    for (int i = 0; i < CLICKS; i++) {
        clicks[i] = (struct click){fixture->control, link_of(link), STATUS_OK};
        os_thread_start(&threads[i], "click", click, &clicks[i]);
    }
    int opened = 0;
    for (int i = 0; i < CLICKS; i++) {
        os_thread_join(&threads[i]);
        opened += clicks[i].status == STATUS_OK;
    }
    assert_int_equal(opened, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        FIXTURE_TEST(gives_a_token_that_names_its_project_and_kind),
        FIXTURE_TEST(refuses_kinds_it_does_not_give),
        FIXTURE_TEST(refuses_a_token_for_no_project),
        FIXTURE_TEST(refuses_tokens_it_never_gave),
        FIXTURE_TEST(a_token_expires_to_the_millisecond_also_from_memory),
        FIXTURE_TEST(an_ingestion_token_does_not_expire),
        FIXTURE_TEST(a_revoked_token_is_refused_at_once),
        FIXTURE_TEST(remembers_the_hour_of_the_last_use),
        FIXTURE_TEST(lists_the_tokens_of_one_project_or_of_all),
        FIXTURE_TEST(a_list_that_does_not_fit_says_so),
        FIXTURE_TEST(a_link_opens_one_sign_in),
        FIXTURE_TEST(a_link_expires),
        FIXTURE_TEST(a_sign_in_ends_by_time_or_by_hand),
        FIXTURE_TEST(junk_is_no_link_and_no_sign_in),
        FIXTURE_TEST(a_link_clicked_by_many_at_once_opens_one_sign_in),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
