#include "shield/shield_watch_series.h"

#include "shield/shield_surprise.h"

#include <math.h>
#include <stddef.h>
#include <string.h>

enum {
    SHARE = 16, /* of a value among the kinds of its characters */
    SURE_DEVIATIONS = 3,
    NEAR_MIN = WATCH_WINDOW / 16, /* of a window: fewer are chance */
    NEAR_TIMES = 5,               /* as many as before */
    LOOK_MAX = 256,
    BEGINNING = 4, /* bytes */
    FADE_MAX = 4 * WATCH_WINDOW,
    MIXED_KINDS = 4,  /* the first ones: digits, small and capital letters, signs */
    MIXED_SHARE = 32, /* each is more than one in so many */
};
/* When so many values were looked at, half of them is forgotten. */
static const uint16_t sure_values_max[SERIES_SURE] = {WATCH_SURE_ONE_IN, 8 * WATCH_SURE_ONE_IN};
static const double ALIKE = 0.4;
static const double DISTINCT = 0.3;

/* --- counting a value --- */

static int type_of(const struct value *value)
{
    switch (value->kind) {
    case VALUE_MISSING:
    case VALUE_NULL: return 0;
    case VALUE_FALSE:
    case VALUE_TRUE: return 1;
    case VALUE_INTEGER:
    case VALUE_DECIMAL:
    case VALUE_BIG_NUMBER: return 2;
    case VALUE_TEXT: return 3;
    case VALUE_LIST: return 4;
    case VALUE_OBJECT: break;
    }
    return 5;
}

static int length_of(size_t size)
{
    static const size_t ends[] = {0, 8, 16, 32, 64, 256, 4096};
    int length = 0;
    while (length < SERIES_LENGTHS - 1 && size > ends[length])
        length++;
    return length;
}

static int kind_of(uint8_t byte)
{
    if (byte >= 0x80) return 5;
    if (byte >= '0' && byte <= '9') return 0;
    if (byte >= 'a' && byte <= 'z') return 1;
    if (byte >= 'A' && byte <= 'Z') return 2;
    return byte <= ' ' ? 4 : 3;
}

static void raise(uint16_t *number, uint32_t by)
{
    *number = (uint16_t)(*number + by);
}

static void count_text(struct series *series, struct text text)
{
    uint32_t counts[SERIES_KINDS] = {0};
    struct text looked = text_slice(text, 0, text.size < LOOK_MAX ? text.size : LOOK_MAX);
    for (size_t i = 0; i < looked.size; i++)
        counts[kind_of((uint8_t)looked.bytes[i])]++;
    for (int i = 0; i < SERIES_KINDS && looked.size > 0; i++)
        raise(&series->now.kinds[i], counts[i] * SHARE / (uint32_t)looked.size);
    series->now.lengths[length_of(text.size)]++;
    series->now.surprise += shield_surprise_mean(looked);
    series->now.texts++;
}

static void count_beginning(struct series *series, struct text text, uint64_t seed)
{
    if (text.size < BEGINNING) return;
    uint64_t hash = text_hash_seeded(text_slice(text, 0, BEGINNING), seed);
    series->beginnings[hash % SERIES_BEGINNINGS]++;
}

static uint32_t count_alike(const struct series *series)
{
    uint32_t most = 0;
    for (int i = 0; i < SERIES_BEGINNINGS; i++)
        if (series->beginnings[i] > most) most = series->beginnings[i];
    return most;
}

void series_count(struct series *series, const struct value *value, uint64_t seed)
{
    uint64_t hash = value_hash(value, seed);
    uint64_t rest = hash / SERIES_SKETCH | UINT64_C(1) << 57;
    uint8_t rank = (uint8_t)(__builtin_ctzll(rest) + 1);
    if (rank > series->sketch[hash % SERIES_SKETCH]) series->sketch[hash % SERIES_SKETCH] = rank;
    series->now.types[type_of(value)]++;
    if (value->kind == VALUE_TEXT) count_text(series, value->text);
    if (value->kind == VALUE_TEXT) count_beginning(series, value->text, seed);
    series->now.count++;
    for (int i = 0; i < SERIES_SURE; i++) {
        struct sure_share *share = &series->sure[i];
        if (++share->values < sure_values_max[i]) continue;
        share->values /= 2;
        share->hits /= 2;
    }
}

void series_count_near(struct series *series, uint32_t stands_for)
{
    series->now.near++;
    series->near_total += stands_for;
}

/* More than one in a thousand by three standard deviations, as if hits came by chance: a share
 * below it is not taken for one above because it is looked at again and again. */
static bool is_too_large(const struct sure_share *share)
{
    int64_t more = (int64_t)share->hits * WATCH_SURE_ONE_IN - share->values;
    int64_t variance = (int64_t)share->values * WATCH_SURE_ONE_IN;
    return share->hits >= WATCH_SURE && share->values >= WATCH_NEW && more > 0 &&
           more * more > SURE_DEVIATIONS * SURE_DEVIATIONS * variance;
}

bool series_count_sure(struct series *series, uint32_t stands_for)
{
    bool is_told = false;
    series->sure_total += stands_for;
    for (int i = 0; i < SERIES_SURE; i++) {
        if (series->sure[i].hits < UINT16_MAX) series->sure[i].hits++;
        is_told = is_told || is_too_large(&series->sure[i]);
    }
    if (is_told) memset(series->sure, 0, sizeof series->sure);
    return is_told;
}

/* --- comparing --- */

/* Population stability index, with half a count in each bin so that none is empty. */
static double psi(const uint16_t *past, const uint16_t *now, int bins)
{
    double past_sum = 0, now_sum = 0, sum = 0;
    for (int i = 0; i < bins; i++) {
        past_sum += past[i] + 0.5;
        now_sum += now[i] + 0.5;
    }
    for (int i = 0; i < bins; i++) {
        double before = (past[i] + 0.5) / past_sum;
        double after = (now[i] + 0.5) / now_sum;
        sum += (after - before) * log(after / before);
    }
    return sum;
}

static double distinct_share(const struct series *series)
{
    double sum = 0;
    int empty = 0;
    for (int i = 0; i < SERIES_SKETCH; i++) {
        sum += ldexp(1, -series->sketch[i]);
        empty += series->sketch[i] == 0;
    }
    double estimate = 0.709 * SERIES_SKETCH * SERIES_SKETCH / sum;
    if (estimate <= 2.5 * SERIES_SKETCH && empty > 0)
        estimate = SERIES_SKETCH * log((double)SERIES_SKETCH / empty);
    double share = estimate / (series->now.count > 0 ? series->now.count : 1);
    return share < 1 ? share : 1;
}

static double mean_surprise(const struct window *window)
{
    return window->texts > 0 ? (double)window->surprise / window->texts : 0;
}

/* Signs are priced alike, so text of all kinds of characters mixed may cost a little less. */
bool series_looks_random(const struct window *window)
{
    double mean = mean_surprise(window);
    uint32_t sum = 0;
    for (int i = 0; i < SERIES_KINDS; i++)
        sum += window->kinds[i];
    bool is_mixed = true;
    for (int i = 0; i < MIXED_KINDS; i++)
        is_mixed = is_mixed && window->kinds[i] > sum / MIXED_SHARE;
    return mean >= WATCH_RANDOM || (is_mixed && mean >= WATCH_RANDOM_MIXED);
}

/* Many different texts that begin alike, as keys and tokens of one kind do. */
static bool begins_alike(const struct series *series)
{
    const struct window *past = &series->past;
    const struct window *now = &series->now;
    double before = (double)past->alike / past->texts;
    double after = (double)count_alike(series) / now->texts;
    return after >= ALIKE && before < after / 2 && distinct_share(series) >= DISTINCT;
}

/* As if there had been one more before: none at all is known of a few hundred values. */
static bool has_more_near_misses(const struct window *past, const struct window *now)
{
    return now->near >= NEAR_MIN &&
           now->near * past->count >= NEAR_TIMES * (past->near + 1) * now->count;
}

int series_judge(const struct series *series)
{
    const struct window *past = &series->past;
    const struct window *now = &series->now;
    const double limit = 0.25;
    bool has_texts = past->texts >= WATCH_WINDOW / 2 && now->texts >= WATCH_WINDOW / 2;
    if (psi(past->types, now->types, SERIES_TYPES) > limit) return 3;
    if (has_more_near_misses(past, now)) return WATCH_NEAR;
    double rise = mean_surprise(now) - mean_surprise(past);
    if (has_texts && rise > SHIELD_SURPRISE_BIT && series_looks_random(now)) return 8;
    if (has_texts && begins_alike(series)) return 9;
    if (has_texts && psi(past->kinds, now->kinds, SERIES_KINDS) > limit) return 4;
    if (has_texts && psi(past->lengths, now->lengths, SERIES_LENGTHS) > limit) return 5;
    double share = distinct_share(series);
    bool is_known = series->distinct_past >= 0;
    if (is_known && share > DISTINCT && share > 3 * (double)series->distinct_past) return 6;
    return 0;
}

void window_get(const struct window *window, uint16_t numbers[WINDOW_NUMBERS])
{
    const char *row = (const char *)window + offsetof(struct window, count);
    memcpy(numbers, row, WINDOW_NUMBERS * sizeof *numbers);
}

void window_set(struct window *window, const uint16_t numbers[WINDOW_NUMBERS])
{
    char *row = (char *)window + offsetof(struct window, count);
    memcpy(row, numbers, WINDOW_NUMBERS * sizeof *numbers);
}

static void add(struct window *past, const struct window *now, bool halves)
{
    uint16_t sums[WINDOW_NUMBERS], numbers[WINDOW_NUMBERS];
    uint32_t share = halves ? 2 : 1;
    window_get(past, sums);
    window_get(now, numbers);
    for (int i = 0; i < WINDOW_NUMBERS; i++)
        sums[i] = (uint16_t)(sums[i] / share + numbers[i]);
    window_set(past, sums);
    past->surprise = past->surprise / share + now->surprise;
}

void series_turn(struct series *series, bool forgets)
{
    struct window *past = &series->past;
    double share = distinct_share(series);
    bool halves = past->count >= FADE_MAX;
    series->now.alike = (uint16_t)count_alike(series);
    if (forgets) *past = (struct window){0};
    add(past, &series->now, halves);
    bool begins = forgets || series->distinct_past < 0;
    series->distinct_past =
        (float)(begins ? share : 0.75 * (double)series->distinct_past + 0.25 * share);
    series->now = (struct window){0};
    memset(series->beginnings, 0, sizeof series->beginnings);
    memset(series->sketch, 0, sizeof series->sketch);
}
