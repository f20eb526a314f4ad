/* ---- Records ---- */

/* Super properties that this call does not name itself. */
static void put_supers(struct candor *candor, struct writer *out,
                       const struct candor_property *properties, size_t count)
{
    for (size_t at = 0; at + 4 <= candor->supers_size;) {
        size_t size = get_u32((const unsigned char *)candor->supers + at);
        const char *name = candor->supers + at + 4; /* with its NUL, then the member's value */
        size_t name_size = strlen(name) + 1;
        int is_named = 0;
        for (size_t i = 0; i < count; i++)
            is_named |= strcmp(properties[i].name, name) == 0;
        if (!is_named) {
            put_json_name(out, name);
            put_bytes(out, name + name_size, size - name_size);
        }
        at += 4 + size;
    }
}

static void put_identity(struct candor *candor, struct writer *out)
{
    char device[48];
    (void)snprintf(device, sizeof device, "$device:%s", candor->device_id);
    put_member_text(out, "distinct_id", *candor->user_id ? candor->user_id : device);
    put_member_text(out, "$device_id", candor->device_id);
    put_member_text(out, "$user_id", candor->user_id);
}

/* Times go out to the second: finer ones would tell typing from tapping. */
static void put_event_head(struct candor *candor, struct writer *out, const char *event,
                           int64_t time_ms)
{
    char insert_id[33];
    make_id(candor, insert_id, 16);
    put_string(out, "{");
    put_member_text(out, "event", event);
    put_json_name(out, "properties");
    put_string(out, "{");
    put_member_text(out, "token", candor->key);
    put_member_integer(out, "time", time_ms / 1000);
    put_member_text(out, "$insert_id", insert_id);
    put_identity(candor, out);
    put_member_text(out, "mp_lib", "candor-c");
    put_member_text(out, "$lib_version", CANDOR_VERSION);
    if (candor->device_size > 0) {
        put_byte(out, ',');
        put_bytes(out, candor->device, candor->device_size);
    }
}

static enum candor_status keep_record(struct candor *candor, char kind, const struct writer *record)
{
    if (record->overflowed) return CANDOR_TOO_LARGE;
    enum candor_status status = queue_push(&candor->queue, kind, record->bytes, record->size);
    if (status != CANDOR_OK) return status;
    candor->figures.recorded++;
    return CANDOR_OK;
}

/* -1 when the event was not timed. */
static double take_duration(struct candor *candor, const char *event, int64_t time_ms)
{
    for (int i = 0; i < TIMERS; i++) {
        struct timer *timer = &candor->timers[i];
        if (strcmp(timer->event, event) != 0) continue;
        timer->event[0] = '\0';
        return time_ms > timer->begin_ms ? (double)(time_ms - timer->begin_ms) / 1000 : 0;
    }
    return -1;
}

static enum candor_status record_event(struct candor *candor, const char *event,
                                       const struct candor_property *properties, size_t count)
{
    struct writer out = {candor->work, 0, candor->work_size, 0};
    int64_t time_ms = now_ms(candor);
    put_event_head(candor, &out, event, time_ms);
    put_supers(candor, &out, properties, count);
    put_properties(&out, properties, count, &candor->figures.values_removed);
    double duration = take_duration(candor, event, time_ms);
    if (duration >= 0) {
        put_json_name(&out, "$duration");
        put_json_number(&out, duration);
    }
    put_string(&out, "}}");
    return keep_record(candor, 'E', &out);
}

static enum candor_status check_event(const struct candor *candor, const char *event)
{
    if (!event || !*event || strlen(event) > CANDOR_NAME_MAX) return CANDOR_INVALID;
    if (candor->is_out || is_secret_as_name(event)) return CANDOR_REFUSED;
    return CANDOR_OK;
}
