/* One planned moment as the event that a client would have sent. Properties come in the order in
 * which the clients write them: library, campaign, device, place, identity, then the call's own. */
#include "app/demo_internal.h"

#include "base/calendar.h"
#include "base/check.h"

enum { RELEASE_DAYS = 40 }; /* before the end */

static const struct text kind_names[DEMO_KIND_COUNT] = {
    [DEMO_PAGE_VIEWED] = TEXT_INIT("Page Viewed"),
    [DEMO_SEARCHED] = TEXT_INIT("Search"),
    [DEMO_PRODUCT_VIEWED] = TEXT_INIT("Product Viewed"),
    [DEMO_ADDED_TO_CART] = TEXT_INIT("Add To Cart"),
    [DEMO_CHECKOUT] = TEXT_INIT("Checkout Started"),
    [DEMO_PURCHASE] = TEXT_INIT("Purchase"),
    [DEMO_IDENTIFY] = TEXT_INIT("$identify"),
    [DEMO_SIGN_UP] = TEXT_INIT("Sign Up"),
    [DEMO_ACTIVATE] = TEXT_INIT("Activate"),
    [DEMO_LOG_IN] = TEXT_INIT("Log In"),
    [DEMO_UPGRADE] = TEXT_INIT("Plan Upgraded"),
    [DEMO_FIRST_OPEN] = TEXT_INIT("$ae_first_open"),
    [DEMO_APP_SESSION] = TEXT_INIT("$ae_session"),
    [DEMO_SHIPPED] = TEXT_INIT("Order Shipped"),
    [DEMO_RENEWED] = TEXT_INIT("Subscription Renewed"),
};

static const struct text site = TEXT_INIT("https://shop.example");

/* What one event is told from. */
struct telling {
    const struct demo_moment *moment;
    const struct demo_session *session;
    const struct demo_person *person;
    const struct demo_device *device;
    const struct demo_city *city;
    struct demo_scratch *scratch;
    int64_t release_ms; /* of the app's new version */
};

/* --- properties --- */

static void add(const struct telling *telling, struct text name, struct value value)
{
    struct demo_scratch *scratch = telling->scratch;
    assert(scratch->count < DEMO_PROPERTY_COUNT_MAX);
    scratch->properties[scratch->count++] = (struct property){.name = name, .value = value};
}

static void add_text(const struct telling *telling, struct text name, struct text text)
{
    add(telling, name, value_from_text(text));
}

/* Clients leave out what is empty. */
static void add_filled(const struct telling *telling, struct text name, struct text text)
{
    if (text.size > 0) add_text(telling, name, text);
}

static void add_integer(const struct telling *telling, struct text name, int64_t number)
{
    add(telling, name, value_from_integer(number));
}

/* --- ids --- */

static void append_digits(struct demo_scratch *scratch, uint64_t number, unsigned base,
                          unsigned count)
{
    static const char digits[] = "0123456789abcdefghijklmnopqrstuvwxyz";
    char text[16];
    assert(count <= sizeof text);
    for (unsigned i = 0; i < count; i++) {
        text[i] = digits[number % base];
        number /= base;
    }
    demo_append(scratch, (struct text){text, count});
}

/* A version 4 UUID. */
static void append_uuid(struct demo_scratch *scratch, uint64_t seed)
{
    uint64_t first = demo_hash(seed, 1);
    uint64_t second = demo_hash(seed, 2);
    append_digits(scratch, first, 16, 8);
    demo_append(scratch, TEXT("-"));
    append_digits(scratch, first >> 32, 16, 4);
    demo_append(scratch, TEXT("-4"));
    append_digits(scratch, first >> 48, 16, 3);
    demo_append(scratch, TEXT("-a"));
    append_digits(scratch, second, 16, 3);
    demo_append(scratch, TEXT("-"));
    append_digits(scratch, second >> 12, 16, 12);
}

static struct text device_id(const struct telling *telling)
{
    struct demo_scratch *scratch = telling->scratch;
    size_t begin = demo_text_begin(scratch);
    demo_append(scratch, TEXT("$device:"));
    append_uuid(scratch, demo_hash(telling->person->seed, telling->session->device));
    return demo_text_end(scratch, begin);
}

static bool is_by_server(const struct demo_moment *moment)
{
    return moment->kind == DEMO_SHIPPED || moment->kind == DEMO_RENEWED;
}

static bool is_web(const struct demo_device *device)
{
    return device->platform == DEMO_DESKTOP || device->platform == DEMO_MOBILE_WEB;
}

/* The browser's are 16 digits of base 36, the others' UUIDs. */
static struct text insert_id(const struct telling *telling)
{
    struct demo_scratch *scratch = telling->scratch;
    uint64_t seed = demo_hash(telling->session->seed, (uint64_t)telling->moment->time_ms);
    size_t begin = demo_text_begin(scratch);
    if (is_web(telling->device) && !is_by_server(telling->moment)) {
        append_digits(scratch, demo_hash(seed, 3), 36, 8);
        append_digits(scratch, demo_hash(seed, 4), 36, 8);
    } else {
        append_uuid(scratch, seed);
    }
    return demo_text_end(scratch, begin);
}

static struct text order_id(const struct telling *telling)
{
    struct demo_scratch *scratch = telling->scratch;
    size_t begin = demo_text_begin(scratch);
    demo_append(scratch, TEXT("o-"));
    append_digits(scratch, demo_hash(telling->session->seed, 7), 36, 9);
    return demo_text_end(scratch, begin);
}

/* --- what clients add --- */

static struct text current_url(const struct telling *telling)
{
    const struct demo_moment *moment = telling->moment;
    struct demo_scratch *scratch = telling->scratch;
    size_t begin = demo_text_begin(scratch);
    demo_append(scratch, site);
    switch ((enum demo_kind)moment->kind) {
    case DEMO_PAGE_VIEWED: demo_append(scratch, demo_words.pages[moment->detail]); break;
    case DEMO_SEARCHED: demo_append(scratch, TEXT("/search")); break;
    case DEMO_PRODUCT_VIEWED:
    case DEMO_ADDED_TO_CART:
        demo_append(scratch, TEXT("/products/"));
        demo_append(scratch, demo_session_product(telling->session, moment->detail)->slug);
        break;
    case DEMO_CHECKOUT: demo_append(scratch, TEXT("/checkout")); break;
    case DEMO_PURCHASE: demo_append(scratch, TEXT("/checkout/done")); break;
    default: demo_append(scratch, TEXT("/account")); break;
    }
    return demo_text_end(scratch, begin);
}

static void add_campaign(const struct telling *telling)
{
    const struct demo_source *source = &demo_words.sources[telling->session->source];
    add_filled(telling, TEXT("utm_source"), source->utm_source);
    add_filled(telling, TEXT("utm_medium"), source->utm_medium);
    add_filled(telling, TEXT("utm_campaign"), source->utm_campaign);
}

static void add_web(const struct telling *telling)
{
    const struct demo_device *device = telling->device;
    const struct demo_source *source = &demo_words.sources[telling->session->source];
    const struct demo_source *first = &demo_words.sources[telling->person->source];
    add_text(telling, TEXT("$os"), device->os);
    add_text(telling, TEXT("$browser"), device->browser);
    add(telling, TEXT("$browser_version"),
        value_from_decimal(device->browser_version_tenths / 10.0));
    add_filled(telling, TEXT("$device"), device->device);
    add_text(telling, TEXT("$current_url"), current_url(telling));
    add_filled(telling, TEXT("$referrer"), source->referrer);
    add_filled(telling, TEXT("$referring_domain"), source->domain);
    bool is_direct = first->referrer.size == 0;
    add_text(telling, TEXT("$initial_referrer"), is_direct ? TEXT("$direct") : first->referrer);
    add_text(telling, TEXT("$initial_referring_domain"),
             is_direct ? TEXT("$direct") : first->domain);
    add_integer(telling, TEXT("$screen_height"), device->height);
    add_integer(telling, TEXT("$screen_width"), device->width);
    add_text(telling, TEXT("mp_lib"), TEXT("web"));
    add_text(telling, TEXT("$lib_version"), TEXT("2.83.0"));
    add_text(telling, TEXT("mp_sent_by_lib_version"), TEXT("2.83.0"));
    add_campaign(telling);
}

/* A new version of the app came out in the second month; most people let it update itself. */
static struct text app_version(const struct telling *telling, struct text *build)
{
    bool updates = telling->person->seed % 100 < 80;
    bool is_new = updates && telling->moment->time_ms >= telling->release_ms;
    *build = is_new ? TEXT("3100") : TEXT("2910");
    return is_new ? TEXT("3.1.0") : TEXT("2.9.1");
}

static void add_app(const struct telling *telling)
{
    const struct demo_device *device = telling->device;
    bool is_ios = device->platform == DEMO_IOS;
    struct text build;
    struct text version = app_version(telling, &build);
    add_text(telling, TEXT("$os"), device->os);
    add_text(telling, TEXT("$os_version"), device->os_version);
    add_text(telling, TEXT("$manufacturer"), is_ios ? TEXT("Apple") : TEXT("Google"));
    if (!is_ios) add_text(telling, TEXT("$brand"), TEXT("google"));
    add_text(telling, TEXT("$model"), device->model);
    add_integer(telling, TEXT("$screen_height"), device->height);
    add_integer(telling, TEXT("$screen_width"), device->width);
    add(telling, TEXT("$wifi"), value_from_bool(telling->session->seed % 10 < 7));
    add_text(telling, TEXT("$app_version_string"), version);
    add_text(telling, TEXT("$app_build_number"), build);
    if (!is_ios) {
        add_text(telling, TEXT("$app_version"), version);
        add_text(telling, TEXT("$app_release"), build);
        add_integer(telling, TEXT("$screen_dpi"), 420);
        add(telling, TEXT("$has_nfc"), value_from_bool(true));
        add(telling, TEXT("$has_telephone"), value_from_bool(true));
    }
    add_text(telling, TEXT("mp_lib"), is_ios ? TEXT("swift") : TEXT("android"));
    add_text(telling, TEXT("$lib_version"), is_ios ? TEXT("5.1.0") : TEXT("8.2.0"));
}

static void add_server(const struct telling *telling)
{
    add_text(telling, TEXT("mp_lib"), TEXT("node"));
    add_text(telling, TEXT("$lib_version"), TEXT("0.24.0"));
}

static void add_place(const struct telling *telling)
{
    add_text(telling, TEXT("$city"), telling->city->city);
    add_text(telling, TEXT("$region"), telling->city->region);
    add_text(telling, TEXT("mp_country_code"), telling->city->country);
}

/* --- what calls add --- */

static void add_product(const struct telling *telling, uint32_t n)
{
    const struct demo_product *product = demo_session_product(telling->session, n);
    add_text(telling, TEXT("product_id"), product->id);
    add_text(telling, TEXT("product"), product->name);
    add_text(telling, TEXT("category"), product->category);
    add(telling, TEXT("price"), demo_cents_value(product->cents));
}

/* Compact JSON, as lists are stored. The words need no escapes. */
static struct text cart(const struct telling *telling, uint32_t count)
{
    struct demo_scratch *scratch = telling->scratch;
    size_t begin = demo_text_begin(scratch);
    for (uint32_t n = 0; n < count; n++) {
        const struct demo_product *product = demo_session_product(telling->session, n);
        demo_append(scratch, n == 0 ? TEXT("[{\"product_id\":\"") : TEXT(",{\"product_id\":\""));
        demo_append(scratch, product->id);
        demo_append(scratch, TEXT("\",\"product\":\""));
        demo_append(scratch, product->name);
        demo_append(scratch, TEXT("\",\"category\":\""));
        demo_append(scratch, product->category);
        demo_append(scratch, TEXT("\",\"price\":"));
        demo_append_cents(scratch, product->cents);
        demo_append(scratch, TEXT(",\"quantity\":"));
        demo_append_number(scratch, demo_session_quantity(telling->session, n), 1);
        demo_append(scratch, TEXT("}"));
    }
    demo_append(scratch, TEXT("]"));
    return demo_text_end(scratch, begin);
}

static void add_order(const struct telling *telling, uint32_t count)
{
    struct value items = {.kind = VALUE_LIST, .text = cart(telling, count)};
    add(telling, TEXT("cart"), items);
    add_integer(telling, TEXT("items"), count);
    add(telling, TEXT("total"), demo_cents_value(demo_session_cents(telling->session, count)));
    add_text(telling, TEXT("currency"), TEXT("USD"));
}

static void add_page(const struct telling *telling)
{
    uint32_t page = telling->moment->detail;
    add_text(telling, TEXT("page"), demo_words.page_titles[page]);
    add_text(telling, TEXT("path"), demo_words.pages[page]);
}

static void add_purchase(const struct telling *telling)
{
    static const struct text ways[] = {TEXT_INIT("card"), TEXT_INIT("card"), TEXT_INIT("wallet"),
                                       TEXT_INIT("invoice")};
    add_order(telling, telling->moment->detail);
    add_text(telling, TEXT("order_id"), order_id(telling));
    add_text(telling, TEXT("payment"), ways[demo_hash(telling->session->seed, 9) % 4]);
}

static void add_own(const struct telling *telling)
{
    uint32_t detail = telling->moment->detail;
    switch ((enum demo_kind)telling->moment->kind) {
    case DEMO_PAGE_VIEWED: add_page(telling); return;
    case DEMO_SEARCHED: add_text(telling, TEXT("term"), demo_words.searches[detail]); return;
    case DEMO_PRODUCT_VIEWED: add_product(telling, detail); return;
    case DEMO_ADDED_TO_CART:
        add_product(telling, detail);
        add_integer(telling, TEXT("quantity"), demo_session_quantity(telling->session, detail));
        return;
    case DEMO_CHECKOUT: add_order(telling, detail); return;
    case DEMO_PURCHASE: add_purchase(telling); return;
    case DEMO_IDENTIFY: add_text(telling, TEXT("$anon_distinct_id"), device_id(telling)); return;
    case DEMO_SIGN_UP:
    case DEMO_LOG_IN:
        add_text(telling, TEXT("method"),
                 demo_hash(telling->person->seed, 11) % 3 ? TEXT("email") : TEXT("single sign-on"));
        return;
    case DEMO_ACTIVATE: add_text(telling, TEXT("step"), TEXT("profile completed")); return;
    case DEMO_UPGRADE:
    case DEMO_RENEWED:
        add(telling, TEXT("price"), demo_cents_value(demo_plan_cents[detail]));
        add_text(telling, TEXT("currency"), TEXT("USD"));
        return;
    case DEMO_FIRST_OPEN: return;
    case DEMO_APP_SESSION: add_integer(telling, TEXT("$ae_session_length"), detail); return;
    case DEMO_SHIPPED:
        add_text(telling, TEXT("order_id"), order_id(telling));
        add_integer(telling, TEXT("hours_to_ship"), detail);
        return;
    }
    UNREACHABLE("a moment has one of the kinds above");
}

/* --- the event --- */

static void add_identity(const struct telling *telling, struct event *out)
{
    bool is_known = telling->moment->is_known;
    bool has_device = !is_by_server(telling->moment);
    struct text user = {0};
    struct text device = {0};
    if (has_device) device = device_id(telling);
    if (is_known) user = demo_user_id(telling->scratch, telling->session->person);
    if (has_device) {
        /* The property is the id alone; "$device:" is how it reads as a distinct_id. */
        size_t prefix = sizeof "$device:" - 1;
        add_text(telling, TEXT("$device_id"), text_slice(device, prefix, device.size - prefix));
    }
    if (is_known && has_device) add_text(telling, TEXT("$user_id"), user);
    out->distinct_id = is_known ? user : device;
    out->device_id = is_known ? device : (struct text){0};
}

static void add_client(const struct telling *telling)
{
    if (is_by_server(telling->moment)) {
        add_server(telling);
    } else if (is_web(telling->device)) {
        add_web(telling);
        add_place(telling);
    } else {
        add_app(telling);
        add_place(telling);
    }
}

void demo_event(const struct demo *demo, uint64_t index, struct demo_scratch *scratch,
                struct event *out)
{
    assert(index < demo->moment_count);
    const struct demo_moment *moment = &demo->moments[index];
    const struct demo_session *session = &demo->sessions[moment->session];
    const struct demo_person *person = &demo->people[session->person];
    struct telling telling = {
        .moment = moment,
        .session = session,
        .person = person,
        .device = &demo_words.devices[session->device],
        .city = &demo_words.cities[person->city],
        .scratch = scratch,
        .release_ms = (demo->options.end_day - RELEASE_DAYS) * CALENDAR_DAY_MS,
    };
    demo_scratch_clear(scratch);
    *out = (struct event){
        .name = kind_names[moment->kind],
        .time_ms = moment->time_ms,
        .flags = EVENT_HAS_KEY,
    };
    add_client(&telling);
    add_identity(&telling, out);
    if (moment->is_known) add_text(&telling, TEXT("plan"), demo_plans[moment->plan]);
    add_own(&telling);
    out->insert_id = insert_id(&telling);
    out->key = event_key_make(out->name, out->distinct_id, out->insert_id, out->time_ms);
    out->properties = scratch->properties;
    out->property_count = scratch->count;
}
