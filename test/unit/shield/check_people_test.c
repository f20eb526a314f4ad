/* Persons, places, devices: what is found, and that of what programs and shops write nothing is.
 * The vectors of each detector run in vectors_test. */
#include "shield_scene.h"
#include "support/seeded.h"

#include "base/memory.h"
#include "shield/policy.h"
#include "shield/shield_key.h"
#include "shield/shield_validator.h"
#include "shield/shield_wordlist.h"

#include <stdio.h>
#include <string.h>

enum { VALUES = 20000, VALUE_SIZE = 256 };

static const char hex[] = "0123456789abcdef";
static const char upper[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
static const char alnum[] = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";

static uint32_t below(struct seeded *seeded, uint32_t limit)
{
    return (uint32_t)(seeded_next(seeded) % limit);
}

static void draw(struct seeded *seeded, const char *letters, uint32_t count, char *out)
{
    uint32_t size = (uint32_t)strlen(letters);
    for (uint32_t i = 0; i < count; i++)
        out[i] = letters[below(seeded, size)];
    out[count] = 0;
}

static const char *const products[] = {
    "Blue shirt by Calvin Klein, size M",
    "Ralph Lauren polo",
    "Harry Potter box set",
    "Jack Daniels No. 7",
    "Mercedes Benz A-Class",
    "Samsung Galaxy S24 Ultra 256GB",
    "iPhone 15 Pro Max",
    "Levi's 501 Original Fit 32x34",
    "Nike Air Max 90",
    "Bosch GSR 12V-15 FC",
    "Lego 10179 Falcon",
    "Dr. Martens 1460",
    "Mrs Dalloway (paperback)",
    "Uncle Ben's rice 500 g",
    "Canon EF 24-70mm f/2.8L II USM",
    "AMD Ryzen 9 7950X3D",
    "WD40 400ml",
    "St. Pauli beer 6 x 0.33 l",
    "Wall Street Journal",
    "5th Avenue perfume",
    "Johnson & Johnson baby oil",
    "Ben & Jerry's Cookie Dough",
};

static const char *const labels[] = {
    "Sign up for free",
    "Add to cart",
    "Your order has shipped",
    "Jetzt kostenlos registrieren",
    "In den Warenkorb legen",
    "Bitte geben Sie Ihre Adresse ein",
    "Ajouter au panier",
    "Se connecter à votre compte",
    "Añadir a la cesta",
    "Iniciar sesión en tu cuenta",
    "Aggiungi al carrello",
    "Adicionar ao carrinho",
    "Legg i handlekurven",
    "Logg inn på kontoen din",
    "Lägg i varukorgen",
    "Läs mer på nästa sida",
    "Dodaj do koszyka",
    "Toevoegen aan winkelwagen",
    "Добавить в корзину",
    "Войти в аккаунт",
    "Sepete ekle",
    "カートに入れる",
    "加入购物车",
    "장바구니에 담기",
    "أضف إلى السلة",
    "2 of 12 steps done",
    "Delivery from Monday to Friday, 9:00-17:00",
    "Call to action",
    "Dear customer, thank you",
    "Hi there! I am ready when you are",
    "Drive 2 Win: the road to victory",
    "Street food festival 2025",
    "From $5 per month",
    "Market depression hits stocks",
    "Up to 50% off with code MAY24",
};

static const char *const shapes[] = {
    "image@2x.png",
    "@scope/name",
    "@types/node@20.11.5",
    "react@18.2.0",
    "10.15.7",
    "v1.2.3.4",
    "Chrome/120.0.6099.129",
    "#ff8800",
    "0 4px 12px rgba(0,0,0,.25)",
    "M10 10 L20.5 30.25 C1,2 3,4 5,6 Z",
    "M12.345,67.891l-3.123,4.567c0.125,0.375 1.234,2.345z",
    "translate3d(12.3456px, 78.9012px, 0)",
    "cubic-bezier(0.4213, 0.1234, 0.2345, 1)",
    "div.card:nth-child(2) > a::before",
    "std::vector<int>",
    "12:30:45",
    "2026-11-22T10:20:30.123Z",
    "en-GB",
    "Europe/Oslo",
    "application/vnd.api+json; charset=utf-8",
    "com.acme.app.MainActivity",
    "/home/products/shoes",
    "/users/settings/profile",
    "node_modules/.pnpm/a@1.0.0/index.js",
    "16:9",
    "1920x1080",
    "A4",
    "B12",
    "Q3-2025",
    "SKU-12345-AB",
    "1,299.00",
    "$1,299.00",
    "+12.5%",
    "-0.123456",
    "0.1234567,0.7654321",
    "1e-7",
    "aria-label",
    "btn btn-primary mt-4",
    "linear-gradient(90deg, #fff 0%, #000 100%)",
    "url(#clip0_1234_5678)",
    "webpack:///./src/index.js",
    "00000000-0000-0000-0000-000000000000",
};

static void make_number(struct seeded *seeded, char *out)
{
    uint32_t a = below(seeded, 1000000);
    uint32_t b = below(seeded, 100);
    switch (below(seeded, 8)) {
    case 0: snprintf(out, VALUE_SIZE, "\"%u.%02u\"", a, b); break;
    case 1: snprintf(out, VALUE_SIZE, "%u", a); break;
    case 2: snprintf(out, VALUE_SIZE, "\"1764%06u123\"", a); break; /* milliseconds */
    case 3: snprintf(out, VALUE_SIZE, "1764%06u", a); break;
    case 4: snprintf(out, VALUE_SIZE, "\"%u.%u.%u\"", a % 20, b, a % 300); break;
    case 5: snprintf(out, VALUE_SIZE, "\"ORD-%06u-%02u\"", a, b); break;
    case 6: snprintf(out, VALUE_SIZE, "\"%u.%u.%u.%u\"", b, 0u, a % 7000, a % 200 + 300); break;
    default: snprintf(out, VALUE_SIZE, "%u.%u", b, a); break;
    }
}

static void make_id(struct seeded *seeded, char *out)
{
    char text[80];
    switch (below(seeded, 6)) {
    case 0:
        draw(seeded, hex, 32, text);
        snprintf(out, VALUE_SIZE, "\"%.8s-%.4s-4%.3s-a%.3s-%.12s\"", text, text + 8, text + 12,
                 text + 15, text + 18);
        break;
    case 1: draw(seeded, hex, 40, text); break;
    case 2: draw(seeded, upper, 25, text); break;
    case 3: draw(seeded, hex, 24, text); break;
    case 4: draw(seeded, alnum, 21, text); break;
    default: draw(seeded, "0123456789", 16, text); break;
    }
    if (out[0] == 0) snprintf(out, VALUE_SIZE, "\"0%s\"", text);
}

static void make_benign(struct seeded *seeded, char *out)
{
    out[0] = 0;
    uint32_t kind = below(seeded, 5);
    const char *text = NULL;
    if (kind == 0) text = products[below(seeded, sizeof products / sizeof *products)];
    if (kind == 1) text = labels[below(seeded, sizeof labels / sizeof *labels)];
    if (kind == 2) text = shapes[below(seeded, sizeof shapes / sizeof *shapes)];
    if (text) {
        snprintf(out, VALUE_SIZE, "\"%s\"", text);
    } else if (kind == 3) {
        make_number(seeded, out);
    } else {
        make_id(seeded, out);
    }
}

/* spec/shield.md §13: 20 of a million values that code named may be hit. */
static void finds_nobody_in_what_programs_and_shops_write(void **state)
{
    static const char *const keys[] = {"value", "label",  "product", "title",    "note",
                                       "text",  "status", "step",    "category", "variant"};
    struct shield_scene *scene = *state;
    struct seeded seeded = seeded_begin("benign values");
    uint32_t wrong = 0;
    for (int i = 0; i < VALUES; i++) {
        char value[VALUE_SIZE];
        make_benign(&seeded, value);
        const char *key = keys[below(&seeded, sizeof keys / sizeof *keys)];
        const char *after = shield_scene_value(scene, key, value);
        char found[128];
        shield_scene_detectors(scene, found, sizeof found);
        if (!strpbrk(found, "PHDLU")) continue;
        if (wrong++ < 20) print_message("%s: %s -> %.80s [%s]\n", key, value, after, found);
    }
    assert_int_equal(wrong, 0);
}

#define BECOMES(key, json, left) \
    assert_string_equal(shield_scene_value(scene, key, json), "{\"" key "\":" left "}")

static void keeps_the_coarse_form_of_what_has_one(void **state)
{
    struct shield_scene *scene = *state;
    BECOMES("location", "\"59.913912, 10.752245\"", "\"59.9, 10.7\"");
    BECOMES("user_agent",
            "\"Mozilla/5.0 (X11; Linux x86_64; rv:115.0) Gecko/20100101 Firefox/115.0\"",
            "\"Firefox 115\"");
    BECOMES("user_agent", "\"okhttp/4.9.3\"", "\"okhttp 4\"");
}

static void expect_bucket(enum ruleset_bucket bucket, const char *value, const char *coarse)
{
    struct ruleset_rule rule = {.bucket = bucket};
    struct arena arena;
    struct text out;
    arena_init(&arena, 4096);
    bool is_made = policy_bucket(&rule, text_from(value), &arena, &out);
    assert_int_equal(is_made, coarse != NULL);
    if (coarse) assert_true(text_equal(out, text_from(coarse)));
    arena_release(&arena);
}

static void coarsens_by_the_rules_bucket(void **state)
{
    (void)state;
    expect_bucket(BUCKET_OUTWARD, "SW1A 1AA", "SW1A");
    expect_bucket(BUCKET_OUTWARD, "SW1A1AA", "SW1A");
    expect_bucket(BUCKET_OUTWARD, "K1A 0B1", "K1A");
    expect_bucket(BUCKET_OUTWARD, "94103-1234", "94");
    expect_bucket(BUCKET_OUTWARD, "1012 AB", "10");
    expect_bucket(BUCKET_OUTWARD, "15", NULL);
    expect_bucket(BUCKET_FAMILY, "Mozilla/5.0 Chrome/120.0 Safari/537.36 Edg/121.0.1", "Edge 121");
    expect_bucket(BUCKET_FAMILY, "curl/8.5.0", "curl 8");
    expect_bucket(BUCKET_FAMILY, "Mozilla", NULL);
    expect_bucket(BUCKET_FAMILY, "curl/x", NULL);
    expect_bucket(BUCKET_FAMILY, "", NULL);
    expect_bucket(BUCKET_TEMPLATE, "see https://acme.com/?a=b, or http://acme.com/users/17#x",
                  "see https://acme.com/ or http://acme.com/users/:int");
    expect_bucket(BUCKET_TEMPLATE, "/search?q=x", "/search");
    expect_bucket(BUCKET_YEAR, "1984-03-12", "1984");
    expect_bucket(BUCKET_REGION, "Oslo", NULL);
}

static void takes_only_its_place_from_a_text(void **state)
{
    struct shield_scene *scene = *state;
    BECOMES("note", "\"write to ann@acme.com or +47 912 34 567 soon\"",
            "\"write to [email] or [phone] soon\"");
    BECOMES("note", "\"from 84.91.151.33 at noon\"", "\"from [ip] at noon\"");
    BECOMES("note", "\"see https://acme.com/a?b=c there\"", "\"see https://acme.com/a there\"");
    BECOMES("note", "\"at /Users/annv/app/main.c line 3\"", "\"at [device]/app/main.c line 3\"");
}

static void admits_what_it_left_once_more(void **state)
{
    static const char *const values[] = {"\"EC1V 3AB\"",
                                         "\"12.03.1984\"",
                                         "\"59.913912,10.752245\"",
                                         "\"https://acme.com/u/17?q=1\"",
                                         "\"see https://acme.com/?a=b and ann@acme.com\"",
                                         "\"+4791234567\""};
    static const char *const keys[] = {"postcode", "dob", "location", "page_url", "note", "value"};
    struct shield_scene *scene = *state;
    for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
        char first[VALUE_SIZE];
        snprintf(first, sizeof first, "%s", shield_scene_value(scene, keys[i], values[i]));
        assert_string_equal(shield_scene_admit(scene, TEXT("Viewed"), TEXT(""), text_from(first)),
                            first);
        assert_int_equal(shield_scene_found(scene, NULL), 0);
    }
}

static void knows_words_whatever_their_case_and_marks(void **state)
{
    (void)state;
    assert_true(shield_lists_of(TEXT("José")) & SHIELD_LIST_GIVEN);
    assert_true(shield_lists_of(TEXT("JOSE")) & SHIELD_LIST_GIVEN);
    assert_true(shield_lists_of(TEXT("Małgorzata")) & SHIELD_LIST_GIVEN);
    assert_true(shield_lists_of(TEXT("Sørensen")) & SHIELD_LIST_FAMILY);
    assert_true(shield_lists_of(TEXT("ИВАНОВА")) & SHIELD_LIST_FAMILY);
    assert_true(shield_lists_of(TEXT("heart attack")) & SHIELD_LIST_ILLNESS);
    assert_int_equal(shield_lists_of(TEXT("")), 0);
    assert_int_equal(shield_lists_of(TEXT("table")), 0);
    assert_int_equal(shield_lists_of(TEXT("\xff\xfe")), 0);
}

static int open_scene(void **state)
{
    struct shield_scene *scene = MEMORY_NEW(struct shield_scene);
    shield_scene_open(scene);
    *state = scene;
    return 0;
}

static int close_scene(void **state)
{
    shield_scene_close(*state);
    memory_free(*state);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds_nobody_in_what_programs_and_shops_write),
        cmocka_unit_test(keeps_the_coarse_form_of_what_has_one),
        cmocka_unit_test(coarsens_by_the_rules_bucket),
        cmocka_unit_test(takes_only_its_place_from_a_text),
        cmocka_unit_test(admits_what_it_left_once_more),
        cmocka_unit_test(knows_words_whatever_their_case_and_marks),
    };
    return cmocka_run_group_tests(tests, open_scene, close_scene);
}
