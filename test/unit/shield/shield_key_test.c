#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "lexicon_aid.h"
#include "shield/shield_key.h"
#include "support/seeded.h"

#include "base/memory.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static struct shield_key read_key(const char *name)
{
    struct shield_key key;
    shield_key_read(lexicon, text_from(name), &key);
    return key;
}

static uint64_t class_bit(const char *name)
{
    int key_class = shield_key_class_by_name(text_from(name));
    assert_true(key_class >= 0);
    return SHIELD_KEY_BIT(key_class);
}

static void print_classes(const char *label, uint64_t classes)
{
    print_error("  %s:", label);
    for (int i = 0; i < SHIELD_KEY_CLASS_COUNT; i++) {
        if (classes >> i & 1) print_error(" %s", shield_key_class_name((enum shield_key_class)i));
    }
    print_error("\n");
}

static unsigned wrong_count;

static void wrong(const char *name, const char *what, const struct shield_key *key)
{
    wrong_count++;
    print_error("\"%s\": %s%s\n", name, what, key->is_stopped ? " (stopped)" : "");
    print_classes("exact", key->exact);
    print_classes("stem", key->stem);
}

/* Each line: classes, a colon, names; "!" before a class: none of the names may be of it. */
static void expect(const char *class_name, const char *names)
{
    bool wanted = class_name[0] != '!';
    uint64_t bit = class_bit(class_name + (wanted ? 0 : 1));
    struct text rest = text_from(names);
    while (rest.size > 0) {
        char name[300];
        assert_true(text_to_string(text_split(rest, ' ', &rest), name, sizeof name));
        struct shield_key key = read_key(name);
        if (((key.stem & bit) != 0) != wanted) wrong(name, class_name, &key);
    }
}

static void end_expectations(void)
{
    unsigned count = wrong_count;
    wrong_count = 0;
    assert_int_equal(count, 0);
}

static void finds_credentials_however_they_are_spelt(void **state)
{
    (void)state;
    expect("credential",
           "password Password PASSWORD userpassword2 passwd1 user_pwd2 pAssWord api-key apikey "
           "x-auth-token passwort_neu pwdhash passwordHash user.password user[password] "
           "password[0] new_password_confirmation newPasswordConfirm confirmpassword "
           "currentPassword old-password USER_PASSWORD userPASSWORD dbPassword db_pass "
           "login_pass userpass $password _password __password__ password_ pass pwd psw "
           "apiKey API_KEY APIKEY ApiKey xApiKey x_api_key clientSecret client-secret "
           "access_token accessToken ACCESSTOKEN refreshtoken id_token idToken authToken "
           "oauthtoken oauth_token oAuthToken Authorization authorization auth passphrase "
           "secret my_secret mysecret privateKey private_key ssh_private_key credentials "
           "p_a_s_s_w_o_r_d p.a.s.s.w.o.r.d passw0rd p4ssw0rd passwd123 password2fa "
           "adminpassword rootpassword wifiPassword mysql_pwd smtp_password ftp_passwd "
           "jwt JWT userJwt bearer token push_notification_token security_answer "
           "credential_value aws_secret_access_key AWS_SECRET_ACCESS_KEY secretKeyBase");
    expect("credential", "contraseña contrasena Contraseña CONTRASEÑA 密码 密碼 用户密码 登录密码 "
                         "パスワード 新しいパスワード пароль Пароль ПАРОЛЬ parol новый_пароль "
                         "новыйпароль userпароль mot_de_passe motDePasse mdp κωδικός_πρόσβασης "
                         "비밀번호 새비밀번호 كلمة_المرور סיסמה הסיסמה पासवर्ड mật_khẩu mat_khau "
                         "kata_sandi salasana lösenord losenord hasło haslo heslo jelszó parola "
                         "şifre sifre wachtwoord adgangskode passord lykilorð senha");
    end_expectations();
}

static void finds_look_alikes_and_leaves_the_scripts_themselves(void **state)
{
    (void)state;
    /* Cyrillic а, о, р, е, с and Greek ο, α, full width, mathematical, with zero-width inside. */
    expect("credential", "pаssword passwоrd рassword sесret tоken pasѕword раѕѕword pαsswοrd "
                         "ｐａｓｓｗｏｒｄ 𝐩𝐚𝐬𝐬𝐰𝐨𝐫𝐝 𝓅𝒶𝓈𝓈𝓌ℴ𝓇𝒹 pass\u200Bword "
                         "pass\u00ADword p\u0301assword user_pаssword ＰＡＳＳＷＯＲＤ "
                         "PАSSWОRD пaроль");
    expect("email", "е-mail еmail e\u2011mail");
    end_expectations();
}

static void takes_no_part_of_a_word_for_the_word(void **state)
{
    (void)state;
    expect("!credential",
           "compass passenger author authors authored keyboard token_count password_reset_clicked "
           "secretary tokenize tokenizer tokens bypass passage passport passive passion "
           "trespass surpass encompass passenger_count classpath secretariat authority "
           "authorName author_id authentic monkey turkey keynote keyword donkey key name title "
           "state code id keys hockey key_down cookie_consent token_type maxToken has_password "
           "is_token_valid show_password password_length password_strength secret_santa "
           "season_pass boarding_pass pass_rate boardingPass iPhone path pathname");
    expect("!pin", "pin_code_city pinned spin shipping pin_color map_pin pinterest opinion pine "
                   "pin_icon spinner pinch typing mapping");
    expect("!otp", "status_code zip_code country_code code_name promo_code codec encode barcode "
                   "error_code language_code qr_code tango tan_line");
    expect("!card", "discard cardinal postcard dashboard_card card_layout cardiology card_index "
                    "cardboard pancake pan_x account japan company");
    expect("!bank", "account bankrupt routing_key routing_table swift_version riverbank embankment "
                    "account_type accounting");
    expect("!name", "name event_name screen_name_id product_name filename title nominal");
    expect("!address", "ip_address mac_address email_address addressee");
    expect("!phone", "iPhone i_phone headphone headphones microphone phonetic phone_model "
                     "telegraph mobile_app");
    expect("!ip", "ship zip clip tip ip_version ipsum recipe equip");
    expect("!age", "page age_group_size usage image message stage average storage pageAge");
    expect("!health", "health_check healthy health_bar");
    expect("!belief", "race_car grace race_time trace");
    expect("!vehicle", "vinyl vincent");
    end_expectations();
}

static void tells_the_whole_name_from_a_part_of_it(void **state)
{
    (void)state;
    assert_true(read_key("password").exact & class_bit("credential"));
    assert_true(read_key("password2").exact & class_bit("credential"));
    assert_true(read_key("passWord").exact & class_bit("credential"));
    assert_true(read_key("api_key").exact & class_bit("credential"));
    assert_false(read_key("user_password").exact & class_bit("credential"));
    assert_true(read_key("user_password").stem & class_bit("credential"));
    assert_true(read_key("code").exact & class_bit("otp"));
    assert_int_equal(read_key("promo_code").stem, 0);
    assert_true(read_key("token_count").is_stopped);
    assert_int_equal(read_key("token_count").exact, 0);
    assert_int_equal(read_key("token_count").stem, 0);
    assert_false(read_key("banana").is_stopped);
}

static void takes_a_name_apart(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        {"userPwd2", "user pwd 2"},
        {"APIKey", "api key"},
        {"  x--y__z ", "x y z"},
        {"Contraseña", "contrasena"},
        {"ÅngströmØl", "angstrom ol"},
        {"用户Password", "用户 password"},
        {"driver's_license", "drivers license"},
        {"", ""},
        {"---", ""},
        {"İstanbulŞifre", "istanbul sifre"},
        {"٣٤", "34"},
        {"straße", "strasse"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct shield_key key; /* not a copy: its words borrow from it */
        shield_key_read(lexicon, text_from(cases[i][0]), &key);
        char folded[SHIELD_KEY_FOLDED_MAX + 1] = "";
        for (uint32_t w = 0; w < key.word_count; w++) {
            size_t size = strlen(folded);
            snprintf(folded + size, sizeof folded - size, "%s%.*s", w ? " " : "",
                     TEXT_PRINT(key.words[w]));
        }
        assert_string_equal(folded, cases[i][1]);
    }
}

/* Wherever the phrase stands in a long text it is read, and no cut makes a word out of a part. */
/* With a letter outside ASCII behind it a name is read code point by code point: the words before
 * that letter are the same. */
static void reads_ascii_as_it_reads_any_other_text(void **state)
{
    (void)state;
    static const char alphabet[] = "abzABZ019 '_-.abzAB";
    struct seeded random = seeded_begin("words of names");
    for (uint32_t round = 0; round < 20000; round++) {
        char name[400];
        char words[SHIELD_KEY_FOLDED_MAX + 3];
        struct shield_key key;
        struct shield_key other;
        uint32_t letters = 1 + seeded_below(&random, sizeof alphabet - 1);
        size_t size = seeded_below(&random, round % 4 == 0 ? sizeof name - 3 : 40);
        for (size_t i = 0; i < size; i++)
            name[i] = alphabet[seeded_below(&random, letters)];
        memcpy(name + size, " \xc3\xa9", 3);
        shield_key_read(lexicon, (struct text){name, size}, &key);
        shield_key_read(lexicon, (struct text){name, size + 3}, &other);
        size_t all = (size_t)snprintf(words, sizeof words, "%.*s%se", (int)key.folded_size,
                                      key.folded, key.folded_size > 0 ? " " : "");
        if (all >= SHIELD_KEY_FOLDED_MAX) continue; /* something may have had no room */
        if (!text_equal((struct text){words, all}, (struct text){other.folded, other.folded_size}))
            fail_msg("round %u: \"%.*s\" became \"%.*s\"", (unsigned)round, (int)size, name,
                     (int)key.folded_size, key.folded);
    }
}

static void reads_words_of_running_text_of_any_length(void **state)
{
    (void)state;
    char text[1201];
    for (size_t place = 0; place + 12 < 1200; place++) {
        memset(text, ' ', sizeof text);
        for (size_t i = 0; i + 10 < 1200; i += 10)
            memcpy(text + i, "passenger ", 10);
        text[place > 0 ? place - 1 : 0] = ' ';
        memcpy(text + place, " card number ", 13);
        uint64_t classes = shield_lexicon_words(lexicon, (struct text){text, 1200});
        if (!(classes & class_bit("card"))) fail_msg("at %zu", place);
    }
    for (size_t i = 0; i + 10 <= 1200; i += 10)
        memcpy(text + i, "passenger ", 10);
    for (size_t size = 0; size <= 1200; size += 10) {
        assert_int_equal(shield_lexicon_words(lexicon, (struct text){text, size}), 0);
    }
    memset(text, 'a', 1200); /* one word of that length */
    assert_int_equal(shield_lexicon_words(lexicon, (struct text){text, 1200}), 0);
}

/* Each class and each of the thirty languages, by one spelling that people use. */
static void knows_thirty_languages(void **state)
{
    (void)state;
    static const char *const languages =
        "en de fr es pt it nl sv no da fi is pl cs sk hu ro bg el tr ru uk ar he hi zh ja ko vi id";
    static const char *const everywhere[] = {"credential", "otp",     "pin",     "session",
                                             "card",       "bank",    "email",   "phone",
                                             "name",       "address", "national"};
    uint64_t seen[SHIELD_KEY_CLASS_COUNT] = {0};
    unsigned language_counts[SHIELD_KEY_CLASS_COUNT] = {0};
    struct text rest = shield_builtin_keys;
    int key_class = -1;
    while (rest.size > 0) {
        struct text line = text_split(rest, '\n', &rest);
        struct text words;
        struct text first = text_split(line, ' ', &words);
        if (text_equal(first, TEXT("class"))) key_class = shield_key_class_by_name(words);
        if (text_equal(first, TEXT("words"))) key_class = -1;
        if (key_class < 0 || first.size != 2) continue;
        ptrdiff_t place = text_find(text_from(languages), first);
        if (place < 0) {
            assert_true(text_equal(first, TEXT("xx")));
            continue;
        }
        uint64_t bit = UINT64_C(1) << (place / 3);
        language_counts[key_class] += (seen[key_class] & bit) == 0;
        seen[key_class] |= bit;
    }
    for (size_t i = 0; i < sizeof everywhere / sizeof everywhere[0]; i++) {
        int index = shield_key_class_by_name(text_from(everywhere[i]));
        uint64_t missing = ((UINT64_C(1) << 30) - 1) & ~seen[index];
        missing &= ~UINT64_C(1); /* English stands under xx as well */
        if (missing) print_error("%s misses %" PRIx64 "\n", everywhere[i], missing);
        assert_int_equal(missing, 0);
    }
    for (int i = 0; i < SHIELD_KEY_VERSION; i++) {
        const char *name = shield_key_class_name((enum shield_key_class)i);
        bool is_technical = strstr("place wifi mac advertising fingerprint user_agent url", name);
        if (!is_technical && language_counts[i] < 12) fail_msg("%s: %u", name, language_counts[i]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds_credentials_however_they_are_spelt),
        cmocka_unit_test(finds_look_alikes_and_leaves_the_scripts_themselves),
        cmocka_unit_test(takes_no_part_of_a_word_for_the_word),
        cmocka_unit_test(tells_the_whole_name_from_a_part_of_it),
        cmocka_unit_test(takes_a_name_apart),
        cmocka_unit_test(reads_ascii_as_it_reads_any_other_text),
        cmocka_unit_test(reads_words_of_running_text_of_any_length),
        cmocka_unit_test(knows_thirty_languages),
    };
    return cmocka_run_group_tests(tests, make_lexicon, release_lexicon);
}
