/* Closed lists of names: what autocapture may send, which profile fields name a person, which
 * properties hold ids. */
#include "shield/admit_internal.h"

static bool is_listed(const struct text *names, size_t count, struct text name)
{
    for (size_t i = 0; i < count; i++) {
        if (text_equal(names[i], name)) return true;
    }
    return false;
}

static const struct text capture_events[] = {
    TEXT_INIT("$mp_click"),          TEXT_INIT("$mp_dead_click"), TEXT_INIT("$mp_input_change"),
    TEXT_INIT("$mp_page_leave"),     TEXT_INIT("$mp_rage_click"), TEXT_INIT("$mp_scroll"),
    TEXT_INIT("$mp_session_record"), TEXT_INIT("$mp_submit"),     TEXT_INIT("$autocapture"),
    TEXT_INIT("$web_event"), /* of 2018 */
};

bool admit_is_autocapture(struct text event)
{
    return event.size > 0 && event.bytes[0] == '$' &&
           is_listed(capture_events, sizeof capture_events / sizeof *capture_events, event);
}

/* What clients send with every event, and of the element its kind alone (spec/shield.md N4). No
 * text, no id, no class, no attribute, no coordinates. */
static const struct text captured_names[] = {
    TEXT_INIT("$app_build_number"),
    TEXT_INIT("$app_version_string"),
    TEXT_INIT("$browser"),
    TEXT_INIT("$browser_version"),
    TEXT_INIT("$city"),
    TEXT_INIT("$current_url"),
    TEXT_INIT("$device"),
    TEXT_INIT("$device_id"),
    TEXT_INIT("$device_type"),
    TEXT_INIT("$duration"),
    TEXT_INIT("$duration_s"),
    TEXT_INIT("$el_role"),
    TEXT_INIT("$el_tag_name"),
    TEXT_INIT("$event_type"),
    TEXT_INIT("$had_persisted_distinct_id"),
    TEXT_INIT("$initial_referrer"),
    TEXT_INIT("$initial_referring_domain"),
    TEXT_INIT("$insert_id"),
    TEXT_INIT("$lib_version"),
    TEXT_INIT("$mp_autocapture"),
    TEXT_INIT("$mp_replay_id"),
    TEXT_INIT("$os"),
    TEXT_INIT("$os_version"),
    TEXT_INIT("$path"),
    TEXT_INIT("$referrer"),
    TEXT_INIT("$referring_domain"),
    TEXT_INIT("$region"),
    TEXT_INIT("$screen_height"),
    TEXT_INIT("$screen_width"),
    TEXT_INIT("$scroll_depth"),
    TEXT_INIT("$search_matcher"),
    TEXT_INIT("$source"),
    TEXT_INIT("$user_id"),
    TEXT_INIT("$viewport_height"),
    TEXT_INIT("$viewport_width"),
    TEXT_INIT("candor_label"),
    TEXT_INIT("candor_role"),
    TEXT_INIT("candor_tag"),
    TEXT_INIT("candor_type"),
    TEXT_INIT("mp_country_code"),
    TEXT_INIT("mp_lib"),
    TEXT_INIT("mp_processing_time_ms"),
    TEXT_INIT("mp_sent_by_lib_version"),
    TEXT_INIT("utm_campaign"),
    TEXT_INIT("utm_content"),
    TEXT_INIT("utm_medium"),
    TEXT_INIT("utm_source"),
    TEXT_INIT("utm_term"),
};

bool admit_is_captured_name(struct text name)
{
    return is_listed(captured_names, sizeof captured_names / sizeof *captured_names, name);
}

static const struct text naming_fields[] = {
    TEXT_INIT("$avatar"),    TEXT_INIT("$email"), TEXT_INIT("$first_name"),
    TEXT_INIT("$last_name"), TEXT_INIT("$name"),  TEXT_INIT("$phone"),
};

bool admit_is_naming_field(struct text name)
{
    return name.size > 0 && name.bytes[0] == '$' &&
           is_listed(naming_fields, sizeof naming_fields / sizeof *naming_fields, name);
}

static const struct text id_names[] = {
    TEXT_INIT("$anon_distinct_id"),
    TEXT_INIT("$anon_id"),
    TEXT_INIT("$device_id"),
    TEXT_INIT("$distinct_id"),
    TEXT_INIT("$identified_id"),
    TEXT_INIT("$user_id"),
    TEXT_INIT("alias"),
    TEXT_INIT("distinct_id"),
};

bool admit_is_id_name(struct text name)
{
    if (name.size < 5 || (name.bytes[0] != '$' && name.bytes[0] != 'a' && name.bytes[0] != 'd')) {
        return false;
    }
    return is_listed(id_names, sizeof id_names / sizeof *id_names, name);
}

bool admit_is_id_list_name(struct text name)
{
    return text_equal(name, TEXT("$distinct_ids"));
}
