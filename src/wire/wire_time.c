#include "wire/wire_internal.h"

#include "codec/number.h"

#include <math.h>

/* From here on a number is milliseconds: as seconds it is the year 5138, as milliseconds 1973. */
static const double milliseconds_min = 1e11;
static const double calendar_ms_max = 8.64e15; /* 275,000 years; a double keeps them exactly */

static const int64_t track_age_ms_max = INT64_C(5) * 24 * 60 * 60 * 1000;
static const int64_t import_ms_min = INT64_C(365) * 24 * 60 * 60 * 1000; /* 1971-01-01 */
static const int64_t import_ahead_ms_max = INT64_C(60) * 60 * 1000;

bool wire_time_parse(struct json_token token, int64_t *time_ms)
{
    double number;
    if (token.kind != JSON_NUMBER && token.kind != JSON_TEXT) return false;
    if (!number_parse(token.text, &number)) return false;
    if (number < milliseconds_min) number *= 1000;
    if (number > calendar_ms_max) {
        *time_ms = INT64_MAX / 2;
    } else if (number < -calendar_ms_max) {
        *time_ms = INT64_MIN / 2;
    } else {
        *time_ms = llround(number);
    }
    return true;
}

static bool is_absent(struct json_token token)
{
    if (token.kind == JSON_TEXT) return token.text.size == 0;
    return token.kind == WIRE_NOT_SENT || token.kind == JSON_NULL;
}

/* Old data goes through /import, so an old time on /track is a broken clock. The future is where
 * clocks are a little wrong: it becomes now, but strict imports refuse more than an hour of it. */
static enum wire_fate check_time(const struct wire_decoder *decoder, int64_t *time_ms)
{
    int64_t now_ms = decoder->request->now_ms;
    if (!decoder->is_import && *time_ms < now_ms - track_age_ms_max) return WIRE_FAULT_TIME_OLD;
    if (*time_ms < import_ms_min) return WIRE_FAULT_TIME_PAST;
    if (*time_ms <= now_ms) return WIRE_ACCEPTED;
    if (decoder->is_strict && *time_ms > now_ms + import_ahead_ms_max) {
        return WIRE_FAULT_TIME_FUTURE;
    }
    *time_ms = now_ms;
    return WIRE_ACCEPTED;
}

enum wire_fate wire_event_time(const struct wire_decoder *decoder, int64_t *time_ms)
{
    struct json_token token = decoder->record.special[WIRE_TIME];
    if (is_absent(token)) {
        *time_ms = decoder->request->now_ms;
        return decoder->is_strict ? WIRE_FAULT_TIME_MISSING : WIRE_ACCEPTED;
    }
    if (!wire_time_parse(token, time_ms)) return WIRE_FAULT_TIME_TYPE;
    return check_time(decoder, time_ms);
}

int64_t wire_profile_time(const struct wire_decoder *decoder)
{
    int64_t now_ms = decoder->request->now_ms;
    int64_t time_ms;
    if (!wire_time_parse(decoder->record.special[WIRE_TIME], &time_ms)) return now_ms;
    return time_ms < import_ms_min || time_ms > now_ms ? now_ms : time_ms;
}
