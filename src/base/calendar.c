/* Dates and their text. Zones are in zone.c, the reading of their files in zone_parse.c. */
#include "base/calendar.h"

#include "base/check.h"

#include <string.h>

/* 300 million years: the year fits its type, and every int64 of milliseconds lies within. */
#define DAYS_LIMIT INT64_C(110000000000)

static int64_t floor_div(int64_t a, int64_t b)
{
    return a / b - (a % b < 0 ? 1 : 0);
}

/* Years begin in March here, so that the leap day is a year's last, and come in eras of 400 years
 * of 146,097 days (Hinnant). */
int64_t calendar_days(struct calendar_date date)
{
    assert(date.month >= 1);
    assert(date.month <= 12);
    assert(date.day >= 1);
    assert(date.day <= 31);
    int64_t year = (int64_t)date.year - (date.month <= 2 ? 1 : 0);
    int64_t era = floor_div(year, 400);
    int64_t year_of_era = year - era * 400;
    int64_t month = (date.month + 9) % 12;
    int64_t day_of_year = (153 * month + 2) / 5 + date.day - 1;
    int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    return era * 146097 + day_of_era - 719468;
}

static int64_t clamp(int64_t number, int64_t low, int64_t high)
{
    return number < low ? low : number > high ? high : number;
}

struct calendar_date calendar_date(int64_t days)
{
    days = clamp(days, -DAYS_LIMIT, DAYS_LIMIT) + 719468;
    int64_t era = floor_div(days, 146097);
    int64_t day_of_era = days - era * 146097;
    int64_t year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    int64_t month = (5 * day_of_year + 2) / 153;
    struct calendar_date date = {
        .month = (int32_t)(month < 10 ? month + 3 : month - 9),
        .day = (int32_t)(day_of_year - (153 * month + 2) / 5 + 1),
    };
    date.year = (int32_t)(year_of_era + era * 400 + (date.month <= 2 ? 1 : 0));
    return date;
}

static int32_t month_size(int32_t year, int32_t month)
{
    static const int8_t sizes[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool is_leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    return sizes[month - 1] + (month == 2 && is_leap ? 1 : 0);
}

bool calendar_date_valid(struct calendar_date date)
{
    if (date.year < 1 || date.year > 9999) return false;
    if (date.month < 1 || date.month > 12) return false;
    return date.day >= 1 && date.day <= month_size(date.year, date.month);
}

/* A place in a text that is read from the front. */
struct scanner {
    struct text rest;
};

static bool take_byte(struct scanner *scanner, char byte)
{
    if (scanner->rest.size == 0 || scanner->rest.bytes[0] != byte) return false;
    scanner->rest = text_slice(scanner->rest, 1, scanner->rest.size - 1);
    return true;
}

static bool take_digit(struct scanner *scanner, int32_t *digit)
{
    if (scanner->rest.size == 0) return false;
    char byte = scanner->rest.bytes[0];
    if (byte < '0' || byte > '9') return false;
    *digit = byte - '0';
    scanner->rest = text_slice(scanner->rest, 1, scanner->rest.size - 1);
    return true;
}

static bool take_number(struct scanner *scanner, int digit_count, int32_t *out)
{
    int32_t number = 0;
    for (int i = 0; i < digit_count; i++) {
        int32_t digit;
        if (!take_digit(scanner, &digit)) return false;
        number = number * 10 + digit;
    }
    *out = number;
    return true;
}

static bool take_date(struct scanner *scanner, struct calendar_date *date)
{
    return take_number(scanner, 4, &date->year) && take_byte(scanner, '-') &&
           take_number(scanner, 2, &date->month) && take_byte(scanner, '-') &&
           take_number(scanner, 2, &date->day) && calendar_date_valid(*date);
}

/* ".5", ".123456": milliseconds, what is finer is cut off. */
static bool take_fraction(struct scanner *scanner, int32_t *ms)
{
    int32_t weight = 100;
    int32_t digit;
    *ms = 0;
    if (!take_digit(scanner, &digit)) return false;
    do {
        *ms += digit * weight;
        weight /= 10;
    } while (take_digit(scanner, &digit));
    return true;
}

/* HH:MM:SS with an optional fraction, in milliseconds. A leap second ends its minute: 23:59:60 is
 * the next day's first instant. */
static bool take_clock(struct scanner *scanner, int64_t *ms)
{
    int32_t hour;
    int32_t minute;
    int32_t second;
    int32_t fraction = 0;
    bool is_clock = take_number(scanner, 2, &hour) && take_byte(scanner, ':') &&
                    take_number(scanner, 2, &minute) && take_byte(scanner, ':') &&
                    take_number(scanner, 2, &second);
    if (!is_clock || hour > 23 || minute > 59 || second > 60) return false;
    if (second == 60 && minute != 59) return false;
    if (take_byte(scanner, '.') && !take_fraction(scanner, &fraction)) return false;
    *ms = ((int64_t)hour * 60 + minute) * 60000 + (int64_t)second * 1000 + fraction;
    return true;
}

/* "Z" or "+02:00", in milliseconds east of UTC. */
static bool take_offset(struct scanner *scanner, int64_t *ms)
{
    *ms = 0;
    if (take_byte(scanner, 'Z') || take_byte(scanner, 'z')) return true;
    bool is_west = take_byte(scanner, '-');
    if (!is_west && !take_byte(scanner, '+')) return false;
    int32_t hour;
    int32_t minute;
    bool is_offset = take_number(scanner, 2, &hour) && take_byte(scanner, ':') &&
                     take_number(scanner, 2, &minute);
    if (!is_offset || hour > 23 || minute > 59) return false;
    *ms = ((int64_t)hour * 60 + minute) * 60000;
    if (is_west) *ms = -*ms;
    return true;
}

bool calendar_date_parse(struct text text, struct calendar_date *out)
{
    struct scanner scanner = {text};
    struct calendar_date date;
    if (!take_date(&scanner, &date) || scanner.rest.size > 0) return false;
    *out = date;
    return true;
}

bool calendar_instant_parse(struct text text, int64_t *ms)
{
    struct scanner scanner = {text};
    struct calendar_date date;
    int64_t clock;
    int64_t offset;
    if (!take_date(&scanner, &date)) return false;
    if (!take_byte(&scanner, 'T') && !take_byte(&scanner, 't') && !take_byte(&scanner, ' ')) {
        return false;
    }
    if (!take_clock(&scanner, &clock) || !take_offset(&scanner, &offset)) return false;
    if (scanner.rest.size > 0) return false;
    *ms = calendar_days(date) * CALENDAR_DAY_MS + clock - offset;
    return true;
}

bool calendar_value_parse(struct text text, int64_t *ms)
{
    struct scanner scanner = {text};
    struct calendar_date date;
    int64_t clock = 0;
    int64_t offset = 0;
    if (!take_date(&scanner, &date)) return false;
    if (scanner.rest.size > 0) {
        if (!take_byte(&scanner, 'T') || !take_clock(&scanner, &clock)) return false;
        if (scanner.rest.size > 0 && !take_offset(&scanner, &offset)) return false;
    }
    if (scanner.rest.size > 0) return false;
    *ms = calendar_days(date) * CALENDAR_DAY_MS + clock - offset;
    return true;
}

static char *put_digits(char *out, int64_t number, int digit_count)
{
    for (int i = digit_count - 1; i >= 0; i--) {
        out[i] = (char)('0' + number % 10);
        number /= 10;
    }
    return out + digit_count;
}

/* A year outside 0 to 9999 has no such text: the nearest one that has stands for it. */
static char *put_date(char *out, int64_t days)
{
    struct calendar_date first = {0, 1, 1};
    struct calendar_date last = {9999, 12, 31};
    struct calendar_date date =
        calendar_date(clamp(days, calendar_days(first), calendar_days(last)));
    out = put_digits(out, date.year, 4);
    *out++ = '-';
    out = put_digits(out, date.month, 2);
    *out++ = '-';
    return put_digits(out, date.day, 2);
}

static char *put_clock(char *out, int64_t ms_of_day)
{
    out = put_digits(out, ms_of_day / 3600000, 2);
    *out++ = ':';
    out = put_digits(out, ms_of_day / 60000 % 60, 2);
    *out++ = ':';
    return put_digits(out, ms_of_day / 1000 % 60, 2);
}

void calendar_date_format(int64_t days, char out[11])
{
    *put_date(out, days) = '\0';
}

void calendar_instant_format(int64_t ms, char out[32])
{
    int64_t ms_of_day = ms % CALENDAR_DAY_MS;
    if (ms_of_day < 0) ms_of_day += CALENDAR_DAY_MS;
    char *place = put_date(out, floor_div(ms, CALENDAR_DAY_MS));
    *place++ = 'T';
    place = put_clock(place, ms_of_day);
    *place++ = '.';
    place = put_digits(place, ms_of_day % 1000, 3);
    memcpy(place, "Z", 2);
}

/* Declared here and not among the zones, because it is a matter of text. */
void zone_instant_format(const struct zone *zone, int64_t ms, char out[32])
{
    int32_t offset = zone_offset(zone, ms);
    int64_t seconds = floor_div(ms, 1000) + offset;
    int64_t days = floor_div(seconds, 86400);
    char *place = put_date(out, days);
    *place++ = 'T';
    place = put_clock(place, (seconds - days * 86400) * 1000);
    int32_t minutes = (offset < 0 ? -offset : offset) / 60; /* RFC 3339 has no finer offsets */
    *place++ = offset < 0 && minutes > 0 ? '-' : '+';
    place = put_digits(place, minutes / 60, 2);
    *place++ = ':';
    place = put_digits(place, minutes % 60, 2);
    *place = '\0';
}
