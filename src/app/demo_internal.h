/* What the files of the demo share: the words (demo_words.c), the story (demo_story.c: who does
 * what, when) and the telling (demo_event.c, demo_profile.c: with which properties). */
#ifndef CANDOR_APP_DEMO_INTERNAL_H
#define CANDOR_APP_DEMO_INTERNAL_H

#include "app/demo.h"
#include "app/demo_random.h"

/* --- words --- */

struct demo_city {
    struct text country; /* ISO 3166 */
    struct text region;
    struct text city;
    int32_t offset_minutes; /* from UTC, the year round */
    uint32_t weight;
};

enum demo_platform { DEMO_DESKTOP, DEMO_MOBILE_WEB, DEMO_IOS, DEMO_ANDROID };
enum { DEMO_PLATFORM_COUNT = DEMO_ANDROID + 1 };

/* One make of device or browser. Fields that a platform does not have are empty. */
struct demo_device {
    enum demo_platform platform;
    uint32_t weight;
    struct text os;
    struct text os_version;
    struct text browser;
    int32_t browser_version_tenths;
    struct text device; /* $device of mobile browsers */
    struct text model;  /* of apps */
    int32_t width;
    int32_t height;
};

struct demo_product {
    struct text id;
    struct text name;
    struct text slug;
    struct text category;
    int32_t cents;
};

/* Where a visit comes from. */
struct demo_source {
    uint32_t weight;
    struct text referrer; /* "" when typed in or opened from a bookmark */
    struct text domain;
    struct text utm_source; /* "" without a campaign */
    struct text utm_medium;
    struct text utm_campaign;
};

struct demo_words {
    const struct demo_city *cities;
    const struct demo_device *devices;
    const struct demo_product *products;
    const struct demo_source *sources;
    const struct text *searches;
    const struct text *pages; /* paths; the first ones are where visits begin */
    const struct text *page_titles;
    const struct text *first_names;
    const struct text *last_names;
    uint32_t city_count;
    uint32_t device_count;
    uint32_t product_count;
    uint32_t source_count;
    uint32_t search_count;
    uint32_t page_count;
    uint32_t landing_count; /* of the pages */
    uint32_t first_name_count;
    uint32_t last_name_count;
};
extern const struct demo_words demo_words;

enum { DEMO_SOURCE_CAMPAIGN = 0 }; /* the one that brings many people during a few days */

enum demo_plan { DEMO_FREE, DEMO_PRO, DEMO_TEAM };
extern const struct text demo_plans[3];
extern const int32_t demo_plan_cents[3]; /* a month */

/* --- the story --- */

enum demo_kind {
    DEMO_PAGE_VIEWED,    /* detail: the page */
    DEMO_SEARCHED,       /* the term */
    DEMO_PRODUCT_VIEWED, /* the session's n-th product */
    DEMO_ADDED_TO_CART,  /* the session's n-th product */
    DEMO_CHECKOUT,       /* products in the cart */
    DEMO_PURCHASE,       /* products in the cart */
    DEMO_IDENTIFY,
    DEMO_SIGN_UP,
    DEMO_ACTIVATE,
    DEMO_LOG_IN,
    DEMO_UPGRADE, /* the plan */
    DEMO_FIRST_OPEN,
    DEMO_APP_SESSION, /* seconds */
    DEMO_SHIPPED,     /* hours after the order; told by the shop's own server */
    DEMO_RENEWED,     /* the plan; told by the shop's own server */
};
enum { DEMO_KIND_COUNT = DEMO_RENEWED + 1 };

/* One event, planned. Times within a session differ, so (session, time) names it. */
struct demo_moment {
    int64_t time_ms;
    uint32_t session;
    uint8_t kind; /* enum demo_kind */
    uint8_t is_known : 1;
    uint8_t plan : 2;
    uint16_t detail;
};
_Static_assert(sizeof(struct demo_moment) == 16, "demo.h says how much memory a demo takes");

struct demo_session {
    uint64_t seed;
    uint32_t person;
    uint16_t device; /* in demo_words */
    uint8_t source;
};

struct demo_person {
    uint64_t seed;
    int64_t sign_up_ms; /* 0: never */
    uint32_t orders;
    uint32_t spent_cents;
    uint16_t city;
    uint8_t source; /* of the first visit */
    uint8_t plan;
    uint8_t is_active; /* has an event that has happened */
};

struct demo {
    struct demo_options options;
    struct demo_moment *moments; /* in the order of time */
    uint64_t moment_count;
    uint64_t moment_capacity;
    struct demo_session *sessions;
    uint32_t session_count;
    uint32_t session_capacity;
    struct demo_person *people;
    uint32_t person_count;
    uint32_t person_capacity;
    uint32_t *profiles; /* people who signed up, in this order */
    uint32_t profile_count;
    uint32_t active_count;
};

/* Fill in sessions, moments and people. */
void demo_tell(struct demo *demo);

/* The n-th product of a session, how many of it, and what the first count of them cost. */
const struct demo_product *demo_session_product(const struct demo_session *session, uint32_t n);
uint32_t demo_session_quantity(const struct demo_session *session, uint32_t n);
int32_t demo_session_cents(const struct demo_session *session, uint32_t count);

/* --- telling: texts in the scratch --- */

void demo_scratch_clear(struct demo_scratch *scratch);

/* Texts are gathered piece by piece: begin, append, end. */
size_t demo_text_begin(const struct demo_scratch *scratch);
void demo_append(struct demo_scratch *scratch, struct text text);
void demo_append_number(struct demo_scratch *scratch, uint64_t number, unsigned digits);
void demo_append_cents(struct demo_scratch *scratch, int32_t cents); /* as JSON writes it */
struct text demo_text_end(struct demo_scratch *scratch, size_t begin);

struct text demo_user_id(struct demo_scratch *scratch, uint32_t person);
struct value demo_cents_value(int32_t cents);

#endif
