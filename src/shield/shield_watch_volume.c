#include "shield/shield_watch_volume.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

enum { Z_MAX = 6 };
static const double STEPS = 8;       /* of a doubling */
static const double SHARE_MIN = 0.1; /* of the median: what always differs */
static const double RARE = 100;      /* so that a handful of rare events is no alarm */

uint8_t volume_code(uint64_t count)
{
    double code = 1 + round(STEPS * log2(1 + (double)count));
    return (uint8_t)(code < UINT8_MAX ? code : UINT8_MAX);
}

double volume_count(uint8_t code)
{
    return code > VOLUME_UNKNOWN ? exp2((code - 1) / STEPS) - 1 : 0;
}

static void sort(double *values, int count)
{
    for (int i = 1; i < count; i++) {
        for (int k = i; k > 0 && values[k - 1] > values[k]; k--) {
            double value = values[k];
            values[k] = values[k - 1];
            values[k - 1] = value;
        }
    }
}

static double median(double *values, int count)
{
    sort(values, count);
    return (values[(count - 1) / 2] + values[count / 2]) / 2;
}

/* How many deviations this count is away from that hour's median; 0 when too little is known. */
static double z_of(const struct volume *volume, uint64_t hour, double count)
{
    const uint8_t *past = volume->past[hour % VOLUME_HOURS];
    double values[VOLUME_WEEKS];
    int known = 0;
    for (int i = 0; i < VOLUME_WEEKS; i++)
        if (past[i] != VOLUME_UNKNOWN) values[known++] = volume_count(past[i]);
    if (known < VOLUME_WEEKS_MIN) return 0;
    double middle = median(values, known);
    for (int i = 0; i < known; i++)
        values[i] = fabs(values[i] - middle);
    double deviation = 1.4826 * median(values, known);
    deviation = fmax(deviation, fmax(sqrt(middle + RARE), SHARE_MIN * middle));
    return (count - middle) / deviation;
}

/* The hour under way becomes one of the past. */
static enum volume_verdict end_hour(struct volume *volume)
{
    uint64_t hour = volume->hour;
    uint8_t *place = &volume->past[hour % VOLUME_HOURS][hour / VOLUME_HOURS % VOLUME_WEEKS];
    bool is_fewer = volume->is_whole && hour >= volume->quiet_fewer &&
                    z_of(volume, hour, (double)volume->count) < -Z_MAX;
    *place = volume->is_whole ? volume_code(volume->count) : VOLUME_UNKNOWN;
    if (is_fewer) volume->quiet_fewer = hour + VOLUME_QUIET_HOURS;
    volume->count = 0;
    volume->is_whole = true;
    volume->hour++;
    return is_fewer ? VOLUME_FEWER : VOLUME_USUAL;
}

/* Nobody counted: what is too old goes. */
static void forget(struct volume *volume, uint64_t hour)
{
    uint64_t hours = hour - volume->hour;
    uint64_t all = VOLUME_HOURS * VOLUME_WEEKS;
    for (uint64_t i = 0; i < hours && i < all; i++) {
        uint64_t old = volume->hour + i;
        volume->past[old % VOLUME_HOURS][old / VOLUME_HOURS % VOLUME_WEEKS] = VOLUME_UNKNOWN;
    }
    volume->hour = hour;
    volume->count = 0;
    volume->is_whole = false;
}

enum volume_verdict volume_turn(struct volume *volume, uint64_t hour)
{
    if (hour <= volume->hour) return VOLUME_USUAL;
    if (hour - volume->hour == 1) return end_hour(volume);
    forget(volume, hour);
    return VOLUME_USUAL;
}

enum volume_verdict volume_add(struct volume *volume, uint64_t count)
{
    volume->count += count;
    volume->last_hour = volume->hour;
    if (volume->hour < volume->quiet_more) return VOLUME_USUAL;
    if (z_of(volume, volume->hour, (double)volume->count) <= Z_MAX) return VOLUME_USUAL;
    volume->quiet_more = volume->hour + VOLUME_QUIET_HOURS;
    return VOLUME_MORE;
}
