/* Who does what, and when. People are told one after another until there are enough events; then
 * everything is put in the order of time and what has not happened yet is left out.
 *
 * Numbers here are chances in a thousand, chosen so that reports look like those of a real shop:
 * about a third of the visits see a cart, half of those a checkout, and few people come back for
 * long. */
#include "app/demo_internal.h"

#include "base/calendar.h"
#include "base/check.h"
#include "base/memory.h"

#include <stdlib.h>

enum {
    MINUTE_MS = 60 * 1000,
    HOUR_MS = 60 * MINUTE_MS,
    CAMPAIGN_FIRST_DAY = 54,
    CAMPAIGN_LAST_DAY = 58,
    CAMPAIGN_SHARE = 700, /* of those who arrive during it */
    RENEWAL_DAYS = 30,
    NO_DEVICE = UINT16_MAX,
};

static const uint32_t hour_weights[24] = {12, 8,  5,  4,  4,  6,  12, 22, 34, 44, 50, 54,
                                          58, 56, 54, 52, 54, 60, 68, 76, 80, 72, 50, 28};
static const uint32_t weekday_weights[7] = {96, 92, 90, 94, 100, 122, 128}; /* from Monday */

/* One person's life in the shop, while it is told. */
struct life {
    struct demo *demo;
    struct demo_person *person;
    uint32_t person_index;
    struct demo_random random;
    uint16_t devices[2]; /* the second may be NO_DEVICE */
    bool is_known_on[2]; /* signed in on it */
    bool has_opened[2];  /* an app's first start */
    bool is_activated;
    enum demo_plan plan;
};

/* One visit, while it is told. */
struct visit {
    struct life *life;
    uint32_t session;
    uint64_t seed;
    int place; /* which of the devices */
    int64_t time_ms;
};

/* --- growing lists --- */

static void add_moment(struct demo *demo, struct demo_moment moment)
{
    if (demo->moment_count == demo->options.event_count) return;
    if (moment.time_ms >= (demo->options.end_day + 1) * CALENDAR_DAY_MS) return;
    if (demo->moment_count == demo->moment_capacity) {
        demo->moment_capacity = demo->moment_capacity * 2 + 1024;
        demo->moments = memory_resize(demo->moments, demo->moment_capacity, sizeof *demo->moments);
    }
    demo->moments[demo->moment_count++] = moment;
}

static uint32_t add_session(struct demo *demo, struct demo_session session)
{
    if (demo->session_count == demo->session_capacity) {
        demo->session_capacity = demo->session_capacity * 2 + 1024;
        demo->sessions =
            memory_resize(demo->sessions, demo->session_capacity, sizeof *demo->sessions);
    }
    demo->sessions[demo->session_count] = session;
    return demo->session_count++;
}

static uint32_t add_person(struct demo *demo)
{
    if (demo->person_count == demo->person_capacity) {
        demo->person_capacity = demo->person_capacity * 2 + 1024;
        demo->people = memory_resize(demo->people, demo->person_capacity, sizeof *demo->people);
    }
    demo->people[demo->person_count] = (struct demo_person){
        .seed = demo_hash(demo->options.seed, demo->person_count),
    };
    return demo->person_count++;
}

/* --- products --- */

const struct demo_product *demo_session_product(const struct demo_session *session, uint32_t n)
{
    /* Of two draws the smaller: the first products of the list sell best. */
    uint64_t chance = demo_hash(session->seed, n);
    uint32_t a = (uint32_t)(chance % demo_words.product_count);
    uint32_t b = (uint32_t)((chance >> 32) % demo_words.product_count);
    return &demo_words.products[a < b ? a : b];
}

uint32_t demo_session_quantity(const struct demo_session *session, uint32_t n)
{
    uint64_t chance = demo_hash(session->seed, 1000 + n) % 10;
    return chance < 7 ? 1 : chance < 9 ? 2 : 4;
}

int32_t demo_session_cents(const struct demo_session *session, uint32_t count)
{
    int32_t cents = 0;
    for (uint32_t n = 0; n < count; n++) {
        cents +=
            demo_session_product(session, n)->cents * (int32_t)demo_session_quantity(session, n);
    }
    return cents;
}

/* --- choosing --- */

static uint32_t pick(struct demo_random *random, const uint32_t *weights, uint32_t count)
{
    uint32_t total = 0;
    for (uint32_t i = 0; i < count; i++)
        total += weights[i];
    uint32_t chance = demo_below(random, total);
    uint32_t i = 0;
    while (chance >= weights[i])
        chance -= weights[i++];
    assert(i < count);
    return i;
}

static uint16_t pick_city(struct demo_random *random)
{
    uint32_t weights[64];
    assert(demo_words.city_count <= 64);
    for (uint32_t i = 0; i < demo_words.city_count; i++)
        weights[i] = demo_words.cities[i].weight;
    return (uint16_t)pick(random, weights, demo_words.city_count);
}

static uint8_t pick_source(struct demo_random *random)
{
    uint32_t weights[32];
    assert(demo_words.source_count <= 32);
    for (uint32_t i = 0; i < demo_words.source_count; i++) {
        weights[i] = demo_words.sources[i].weight;
    }
    return (uint8_t)pick(random, weights, demo_words.source_count);
}

static bool is_app(enum demo_platform platform)
{
    return platform == DEMO_IOS || platform == DEMO_ANDROID;
}

/* only_apps: the second device of somebody who came by the browser is a phone with the app. */
static uint16_t pick_device(struct demo_random *random, bool only_apps)
{
    uint32_t weights[64];
    assert(demo_words.device_count <= 64);
    for (uint32_t i = 0; i < demo_words.device_count; i++) {
        const struct demo_device *device = &demo_words.devices[i];
        weights[i] = only_apps && !is_app(device->platform) ? 0 : device->weight;
    }
    return (uint16_t)pick(random, weights, demo_words.device_count);
}

static uint32_t weekday(int64_t day) /* 0 is Monday; 1970-01-01 was a Thursday */
{
    return (uint32_t)((day + 3) % 7);
}

/* More people from week to week, more at weekends, many more during the campaign. */
static uint32_t pick_first_day(struct demo_random *random, int64_t begin_day)
{
    uint32_t weights[DEMO_DAYS];
    for (uint32_t day = 0; day < DEMO_DAYS; day++) {
        uint32_t weight = (60 + day / 2) * weekday_weights[weekday(begin_day + day)];
        bool is_campaign = day >= CAMPAIGN_FIRST_DAY && day <= CAMPAIGN_LAST_DAY;
        weights[day] = is_campaign ? weight * 3 : weight;
    }
    return pick(random, weights, DEMO_DAYS);
}

/* --- a visit --- */

static void happen(struct visit *visit, enum demo_kind kind, uint32_t detail)
{
    struct life *life = visit->life;
    visit->time_ms += 400 + demo_below(&life->random, 45 * 1000);
    add_moment(life->demo, (struct demo_moment){
                               .time_ms = visit->time_ms,
                               .session = visit->session,
                               .kind = (uint8_t)kind,
                               .is_known = life->is_known_on[visit->place],
                               .plan = life->plan & 3,
                               .detail = (uint16_t)detail,
                           });
}

/* Told by the shop's server, long after the visit. */
static void happen_later(struct visit *visit, enum demo_kind kind, uint32_t detail,
                         int64_t delay_ms)
{
    struct life *life = visit->life;
    add_moment(life->demo, (struct demo_moment){
                               .time_ms = visit->time_ms + delay_ms,
                               .session = visit->session,
                               .kind = (uint8_t)kind,
                               .is_known = 1,
                               .plan = life->plan & 3,
                               .detail = (uint16_t)detail,
                           });
}

/* The client sends $identify first; from there on the person is known on this device. */
static void become_known(struct visit *visit, enum demo_kind kind)
{
    visit->life->is_known_on[visit->place] = true;
    happen(visit, DEMO_IDENTIFY, 0);
    happen(visit, kind, 0);
}

static void sign_up(struct visit *visit)
{
    struct life *life = visit->life;
    life->person->sign_up_ms = visit->time_ms;
    become_known(visit, DEMO_SIGN_UP);
    if (demo_chance(&life->random, 560)) {
        life->is_activated = true;
        happen(visit, DEMO_ACTIVATE, 0);
    }
}

static void upgrade(struct visit *visit)
{
    struct life *life = visit->life;
    life->plan = life->plan == DEMO_FREE && demo_chance(&life->random, 750) ? DEMO_PRO : DEMO_TEAM;
    happen(visit, DEMO_UPGRADE, life->plan);
    for (int64_t month = 1; month * RENEWAL_DAYS < DEMO_DAYS; month++) {
        if (demo_chance(&life->random, 120)) return; /* cancelled */
        happen_later(visit, DEMO_RENEWED, life->plan, month * RENEWAL_DAYS * CALENDAR_DAY_MS);
    }
}

static void shop(struct visit *visit, enum demo_platform platform)
{
    struct life *life = visit->life;
    uint32_t viewed = 1 + demo_below(&life->random, 5);
    if (demo_chance(&life->random, 250)) {
        happen(visit, DEMO_SEARCHED, demo_below(&life->random, demo_words.search_count));
    }
    for (uint32_t n = 0; n < viewed; n++)
        happen(visit, DEMO_PRODUCT_VIEWED, n);

    bool is_known = life->is_known_on[visit->place];
    if (!demo_chance(&life->random, is_known ? 480 : 300)) return;
    uint32_t cart = 1 + demo_below(&life->random, viewed < 3 ? viewed : 3);
    for (uint32_t n = 0; n < cart; n++)
        happen(visit, DEMO_ADDED_TO_CART, n);

    /* A form on a small screen is given up more often. */
    if (!demo_chance(&life->random, platform == DEMO_MOBILE_WEB ? 420 : 590)) return;
    happen(visit, DEMO_CHECKOUT, cart);
    if (!demo_chance(&life->random, is_known ? 760 : 520)) return;
    happen(visit, DEMO_PURCHASE, cart);
    if (!is_known) return; /* a guest's parcel is nobody's event */
    uint32_t hours = 6 + demo_below(&life->random, 40);
    happen_later(visit, DEMO_SHIPPED, hours, (int64_t)hours * HOUR_MS);
}

/* What somebody does about the account: sign up, sign in, activate, upgrade. */
static void mind_the_account(struct visit *visit)
{
    struct life *life = visit->life;
    bool has_account = life->person->sign_up_ms != 0;
    if (!has_account) {
        bool by_campaign = life->person->source == DEMO_SOURCE_CAMPAIGN;
        if (demo_chance(&life->random, by_campaign ? 110 : 210)) sign_up(visit);
    } else if (!life->is_known_on[visit->place]) {
        become_known(visit, DEMO_LOG_IN);
    } else if (!life->is_activated) {
        if (!demo_chance(&life->random, 300)) return;
        life->is_activated = true;
        happen(visit, DEMO_ACTIVATE, 0);
    } else if (life->plan != DEMO_TEAM && demo_chance(&life->random, 45)) {
        upgrade(visit);
    }
}

static void tell_visit(struct visit *visit, enum demo_platform platform)
{
    struct life *life = visit->life;
    int64_t begin_ms = visit->time_ms;
    if (is_app(platform) && !life->has_opened[visit->place]) {
        life->has_opened[visit->place] = true;
        happen(visit, DEMO_FIRST_OPEN, 0);
    }
    happen(visit, DEMO_PAGE_VIEWED, demo_below(&life->random, demo_words.landing_count));
    while (demo_chance(&life->random, 450)) {
        happen(visit, DEMO_PAGE_VIEWED, demo_below(&life->random, demo_words.page_count));
    }
    mind_the_account(visit);
    if (demo_chance(&life->random, 620)) shop(visit, platform);
    if (!is_app(platform)) return;
    int64_t seconds = (visit->time_ms - begin_ms) / 1000 + 5;
    happen(visit, DEMO_APP_SESSION, seconds > UINT16_MAX ? UINT16_MAX : (uint32_t)seconds);
}

/* The hour is the visitor's own. */
static int64_t pick_time(struct life *life, int64_t day)
{
    uint32_t hour = pick(&life->random, hour_weights, 24);
    int64_t offset_ms = (int64_t)demo_words.cities[life->person->city].offset_minutes * MINUTE_MS;
    return day * CALENDAR_DAY_MS + (int64_t)hour * HOUR_MS + demo_below(&life->random, HOUR_MS) -
           offset_ms;
}

static void visit_on(struct life *life, int64_t day, bool is_first)
{
    int place = 0;
    bool may_use_second = life->devices[1] != NO_DEVICE && life->person->sign_up_ms != 0;
    if (may_use_second && demo_chance(&life->random, 500)) place = 1;
    uint8_t source = is_first ? life->person->source : pick_source(&life->random);
    struct demo_session session = {
        .seed = demo_next(&life->random),
        .person = life->person_index,
        .device = life->devices[place],
        .source = source == DEMO_SOURCE_CAMPAIGN && !is_first ? 1 : source,
    };
    struct visit visit = {
        .life = life,
        .session = add_session(life->demo, session),
        .seed = session.seed,
        .place = place,
        .time_ms = pick_time(life, day),
    };
    tell_visit(&visit, demo_words.devices[session.device].platform);
}

/* --- a life --- */

/* The chance to come back after so many days. Those with an account have a reason to, those who
 * pay have a better one, and what is left after a month stays. */
static uint32_t return_chance(const struct life *life, uint32_t days)
{
    if (life->person->sign_up_ms == 0) return 110 / (days + 1) + 3;
    uint32_t chance = 700 / (days + 3) + (life->is_activated ? 40 : 12);
    return chance * (life->plan == DEMO_FREE ? 10 : life->plan == DEMO_PRO ? 16 : 22) / 10;
}

static void live(struct life *life, int64_t begin_day, uint32_t first_day)
{
    visit_on(life, begin_day + first_day, true);
    for (uint32_t day = first_day + 1; day < DEMO_DAYS; day++) {
        uint32_t chance = return_chance(life, day - first_day);
        if (!demo_chance(&life->random, chance * weekday_weights[weekday(begin_day + day)] / 100)) {
            continue;
        }
        visit_on(life, begin_day + day, false);
    }
}

static void tell_person(struct demo *demo, int64_t begin_day)
{
    uint32_t index = add_person(demo);
    struct life life = {
        .demo = demo,
        .person = &demo->people[index],
        .person_index = index,
        .random = {demo->people[index].seed},
    };
    uint32_t first_day = pick_first_day(&life.random, begin_day);
    bool is_campaign = first_day >= CAMPAIGN_FIRST_DAY && first_day <= CAMPAIGN_LAST_DAY;
    life.person->city = pick_city(&life.random);
    life.person->source = is_campaign && demo_chance(&life.random, CAMPAIGN_SHARE)
                              ? DEMO_SOURCE_CAMPAIGN
                              : pick_source(&life.random);
    life.devices[0] = pick_device(&life.random, false);
    life.devices[1] = NO_DEVICE;
    bool came_by_app = is_app(demo_words.devices[life.devices[0]].platform);
    if (!came_by_app && demo_chance(&life.random, 280)) {
        life.devices[1] = pick_device(&life.random, true);
    }
    live(&life, begin_day, first_day);
}

/* --- putting it together --- */

static int compare_moments(const void *left, const void *right)
{
    const struct demo_moment *a = left;
    const struct demo_moment *b = right;
    if (a->time_ms != b->time_ms) return a->time_ms < b->time_ms ? -1 : 1;
    if (a->session != b->session) return a->session < b->session ? -1 : 1;
    return (a->kind > b->kind) - (a->kind < b->kind);
}

static void leave_out_the_future(struct demo *demo)
{
    while (demo->moment_count > 0 &&
           demo->moments[demo->moment_count - 1].time_ms > demo->options.until_ms) {
        demo->moment_count--;
    }
}

/* What profiles hold in the end, from what has happened. */
static void sum_up(struct demo *demo)
{
    for (uint32_t i = 0; i < demo->person_count; i++)
        demo->people[i].sign_up_ms = 0;
    demo->profiles = MEMORY_ARRAY(uint32_t, demo->person_count);
    for (uint64_t i = 0; i < demo->moment_count; i++) {
        const struct demo_moment *moment = &demo->moments[i];
        const struct demo_session *session = &demo->sessions[moment->session];
        struct demo_person *person = &demo->people[session->person];
        demo->active_count += !person->is_active;
        person->is_active = 1;
        if (moment->kind == DEMO_SIGN_UP) {
            person->sign_up_ms = moment->time_ms;
            demo->profiles[demo->profile_count++] = session->person;
        }
        if (moment->kind == DEMO_UPGRADE) person->plan = (uint8_t)moment->detail;
        if (moment->kind == DEMO_PURCHASE) {
            person->orders++;
            person->spent_cents += (uint32_t)demo_session_cents(session, moment->detail);
        }
    }
}

void demo_tell(struct demo *demo)
{
    int64_t begin_day = demo->options.end_day - DEMO_DAYS + 1;
    while (demo->moment_count < demo->options.event_count)
        tell_person(demo, begin_day);
    qsort(demo->moments, demo->moment_count, sizeof *demo->moments, compare_moments);
    leave_out_the_future(demo);
    sum_up(demo);
}
