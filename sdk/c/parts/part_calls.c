/* ---- The calls of candor.h ---- */

const char *candor_status_name(enum candor_status status)
{
    switch (status) {
    case CANDOR_OK: return "ok";
    case CANDOR_INVALID: return "invalid";
    case CANDOR_TOO_LARGE: return "too large";
    case CANDOR_REFUSED: return "refused";
    case CANDOR_IO: return "io";
    case CANDOR_WAITING: return "waiting";
    }
    return "unknown";
}

static void put_device(struct candor *candor, const struct candor_device *device)
{
    struct writer out = {candor->device, 0, sizeof candor->device, 0};
    char language[3] = "";
    put_member_text(&out, "$device", device->model_class);
    put_member_text(&out, "$os", device->os);
    put_member_text(&out, "$os_version", device->os_version);
    put_member_text(&out, "$carrier", device->carrier);
    put_member_text(&out, "$network", device->network);
    put_member_text(&out, "$app_version_string", device->app_version);
    if (device->language && is_letter(device->language[0]) && is_letter(device->language[1])) {
        language[0] = to_lower(device->language[0]);
        language[1] = to_lower(device->language[1]);
        put_member_text(&out, "$language", language);
    }
    if (device->screen_width > 0) put_member_integer(&out, "$screen_width", device->screen_width);
    if (device->screen_height > 0)
        put_member_integer(&out, "$screen_height", device->screen_height);
    candor->device_size = out.overflowed ? 0 : out.size;
}

static int or_default(int value, int otherwise)
{
    return value > 0 ? value : otherwise;
}

static enum candor_status take_options(struct candor *candor, const struct candor_options *options)
{
    if (!copy_string(candor->key, sizeof candor->key, options->key)) return CANDOR_INVALID;
    if (!copy_string(candor->host, sizeof candor->host, options->host)) return CANDOR_INVALID;
    if (options->file && strlen(options->file) + 16 > FILE_NAME_MAX) return CANDOR_INVALID;
    size_t host = strlen(candor->host);
    if (host > 0 && candor->host[host - 1] == '/') candor->host[host - 1] = '\0';
    if (options->device.app_version) {
        (void)copy_string(candor->app_version, sizeof candor->app_version,
                          options->device.app_version);
    }
    candor->flush_interval_ms = or_default(options->flush_interval_ms, FLUSH_INTERVAL_DEFAULT_MS);
    candor->session_timeout_ms =
        or_default(options->session_timeout_ms, SESSION_TIMEOUT_DEFAULT_MS);
    candor->batch_max = CANDOR_BATCH_MAX;
    candor->send = options->send;
    candor->send_context = options->send_context;
    candor->now = options->now_ms;
    candor->now_context = options->now_context;
    candor->random = options->random;
    candor->random_context = options->random_context;
    put_device(candor, &options->device);
    return CANDOR_OK;
}

static enum candor_status open_queue(struct candor *candor, const struct candor_options *options)
{
    struct queue *queue = &candor->queue;
    queue->file_max = options->file_bytes_max > 0 ? options->file_bytes_max : FILE_BYTES_DEFAULT;
    queue->sync = options->sync;
    queue->sync_context = options->sync_context;
    if (!options->file) return CANDOR_OK;
    (void)copy_string(queue->name, sizeof queue->name, options->file);
    name_with(candor->state_name, options->file, ".state");
    enum candor_status status = open_queue_file(queue);
    if (status != CANDOR_OK && queue->file) {
        (void)fclose(queue->file);
        queue->file = NULL;
    }
    return status;
}

enum candor_status candor_open(struct candor **out, void *memory, size_t memory_size,
                               const struct candor_options *options)
{
    *out = NULL;
    if (!memory || memory_size < CANDOR_MEMORY_MIN || memory_size < 2 * sizeof(struct candor)) {
        return CANDOR_INVALID;
    }
    if (!options || !options->key || !*options->key || !options->host) return CANDOR_INVALID;
    struct candor *candor = memory;
    memset(candor, 0, sizeof *candor);
    enum candor_status status = take_options(candor, options);
    if (status != CANDOR_OK) return status;
    size_t half = (memory_size - sizeof *candor) / 2;
    candor->work = (char *)memory + sizeof *candor;
    candor->work_size = half;
    candor->queue.ring = candor->work + half;
    candor->queue.ring_size =
        half - 2; /* a record that fits here fits in a body with its brackets */
    status = open_queue(candor, options);
    load_state(candor);
    candor->next_flush_ms = now_ms(candor) + candor->flush_interval_ms;
    *out = candor;
    enum candor_status saved = save_state(candor);
    return status != CANDOR_OK ? status : saved;
}

void candor_close(struct candor *candor)
{
    if (!candor) return;
    (void)save_state(candor);
    if (candor->queue.file) (void)fclose(candor->queue.file);
    candor->queue.file = NULL;
}

enum candor_status candor_track(struct candor *candor, const char *event,
                                const struct candor_property *properties, size_t count)
{
    enum candor_status status = check_event(candor, event);
    if (status == CANDOR_OK) status = check_properties(properties, count);
    if (status != CANDOR_OK) return status;
    if (candor->session_begin_ms > 0) candor->session_last_ms = now_ms(candor);
    return record_event(candor, event, properties, count);
}

enum candor_status candor_time_event(struct candor *candor, const char *event)
{
    struct timer *found = NULL;
    enum candor_status status = check_event(candor, event);
    if (status != CANDOR_OK) return status;
    if (strlen(event) >= sizeof found->event) return CANDOR_INVALID;
    for (int i = TIMERS - 1; i >= 0; i--) {
        struct timer *timer = &candor->timers[i];
        int is_same = strcmp(timer->event, event) == 0;
        if (is_same || (!timer->event[0] && (!found || !found->event[0]))) found = timer;
        if (is_same) break;
    }
    if (!found) return CANDOR_TOO_LARGE;
    (void)copy_string(found->event, sizeof found->event, event);
    found->begin_ms = now_ms(candor);
    return CANDOR_OK;
}

enum candor_status candor_identify(struct candor *candor, const char *user_id)
{
    if (!user_id || !*user_id || strlen(user_id) > CANDOR_ID_MAX) return CANDOR_INVALID;
    if (candor->is_out || is_secret_text("id", user_id)) return CANDOR_REFUSED;
    if (strcmp(candor->user_id, user_id) == 0) return CANDOR_OK;
    (void)copy_string(candor->user_id, sizeof candor->user_id, user_id);
    enum candor_status status = record_event(candor, "$identify", NULL, 0);
    enum candor_status saved = save_state(candor);
    return status != CANDOR_OK ? status : saved;
}

enum candor_status candor_reset(struct candor *candor)
{
    candor->user_id[0] = '\0';
    candor->supers_size = 0;
    candor->session_begin_ms = candor->session_last_ms = 0;
    memset(candor->timers, 0, sizeof candor->timers);
    make_id(candor, candor->device_id, 16);
    return save_state(candor);
}

static void put_profile_value(struct candor *candor, struct writer *out,
                              enum candor_profile_operation operation,
                              const struct candor_property *properties, size_t count)
{
    if (operation == CANDOR_DELETE) {
        put_string(out, "\"\"");
        return;
    }
    put_byte(out, operation == CANDOR_UNSET ? '[' : '{');
    if (operation != CANDOR_UNSET) {
        put_properties(out, properties, count, &candor->figures.values_removed);
    }
    for (size_t i = 0; operation == CANDOR_UNSET && i < count; i++) {
        if (i > 0) put_byte(out, ',');
        put_json_text(out, properties[i].name);
    }
    put_byte(out, operation == CANDOR_UNSET ? ']' : '}');
}

static enum candor_status check_profile(enum candor_profile_operation operation,
                                        const struct candor_property *properties, size_t count)
{
    enum candor_status status = check_properties(properties, count);
    if (status != CANDOR_OK) return status;
    if ((operation == CANDOR_DELETE) != (count == 0)) return CANDOR_INVALID;
    for (size_t i = 0; i < count; i++) {
        enum candor_kind kind = properties[i].kind;
        int is_number = kind == CANDOR_KIND_INTEGER || kind == CANDOR_KIND_NUMBER;
        if (operation == CANDOR_ADD && !is_number) return CANDOR_INVALID;
        if (operation == CANDOR_UNION && kind != CANDOR_KIND_TEXTS) return CANDOR_INVALID;
        if (operation == CANDOR_UNSET && is_secret_as_name(properties[i].name))
            return CANDOR_REFUSED;
    }
    return CANDOR_OK;
}

enum candor_status candor_profile(struct candor *candor, enum candor_profile_operation operation,
                                  const struct candor_property *properties, size_t count)
{
    static const char *const names[] = {"$set",   "$set_once", "$add",   "$append",
                                        "$union", "$unset",    "$delete"};
    char distinct_id[CANDOR_ID_MAX + 1];
    struct writer out = {candor->work, 0, candor->work_size, 0};
    if ((unsigned)operation >= sizeof names / sizeof *names) return CANDOR_INVALID;
    enum candor_status status = check_profile(operation, properties, count);
    if (status != CANDOR_OK) return status;
    if (candor->is_out) return CANDOR_REFUSED;
    (void)snprintf(distinct_id, sizeof distinct_id, "$device:%s", candor->device_id);
    put_string(&out, "{");
    put_member_text(&out, "$token", candor->key);
    put_member_text(&out, "$distinct_id", *candor->user_id ? candor->user_id : distinct_id);
    put_member_integer(&out, "$time", now_ms(candor) / 1000);
    put_json_name(&out, names[operation]);
    put_profile_value(candor, &out, operation, properties, count);
    put_string(&out, "}");
    return keep_record(candor, 'P', &out);
}

static void remove_super(struct candor *candor, const char *name)
{
    for (size_t at = 0; at + 4 <= candor->supers_size;) {
        size_t size = 4 + get_u32((const unsigned char *)candor->supers + at);
        if (strcmp(candor->supers + at + 4, name) == 0) {
            memmove(candor->supers + at, candor->supers + at + size,
                    candor->supers_size - at - size);
            candor->supers_size -= size;
            return;
        }
        at += size;
    }
}

/* u32 size, then the name with its NUL and the value in JSON. */
static enum candor_status add_super(struct candor *candor, const struct candor_property *property)
{
    struct writer out = {candor->supers, candor->supers_size, sizeof candor->supers, 0};
    unsigned char head[4] = {0};
    if (is_secret_as_name(property->name)) {
        candor->figures.values_removed++;
        return CANDOR_OK;
    }
    put_bytes(&out, head, sizeof head);
    put_bytes(&out, property->name, strlen(property->name) + 1);
    put_value(&out, property, &candor->figures.values_removed);
    if (out.overflowed) return CANDOR_TOO_LARGE;
    put_u32((unsigned char *)candor->supers + candor->supers_size,
            (uint32_t)(out.size - candor->supers_size - 4));
    candor->supers_size = out.size;
    return CANDOR_OK;
}

enum candor_status candor_super_set(struct candor *candor, const struct candor_property *properties,
                                    size_t count)
{
    enum candor_status status = check_properties(properties, count);
    if (status != CANDOR_OK) return status;
    if (candor->is_out) return CANDOR_REFUSED;
    for (size_t i = 0; i < count && status == CANDOR_OK; i++) {
        remove_super(candor, properties[i].name);
        status = add_super(candor, &properties[i]);
    }
    enum candor_status saved = save_state(candor);
    return status != CANDOR_OK ? status : saved;
}

enum candor_status candor_super_unset(struct candor *candor, const char *name)
{
    if (!name) return CANDOR_INVALID;
    remove_super(candor, name);
    return save_state(candor);
}

static enum candor_status end_session(struct candor *candor)
{
    int64_t length_ms = candor->session_last_ms - candor->session_begin_ms;
    candor->session_begin_ms = 0;
    struct candor_property length =
        candor_number("$ae_session_length", (double)(length_ms > 0 ? length_ms : 0) / 1000);
    return record_event(candor, "$ae_session", &length, 1);
}

static enum candor_status note_start(struct candor *candor)
{
    enum candor_status status = CANDOR_OK;
    if (!candor->has_opened) {
        status = record_event(candor, "$ae_first_open", NULL, 0);
        candor->has_opened = status == CANDOR_OK;
    } else if (*candor->app_version && strcmp(candor->app_version, candor->seen_version) != 0) {
        struct candor_property version = candor_text("$ae_updated_version", candor->app_version);
        status = record_event(candor, "$ae_updated", &version, 1);
    }
    if (status == CANDOR_OK) {
        (void)copy_string(candor->seen_version, sizeof candor->seen_version, candor->app_version);
    }
    return status;
}

enum candor_status candor_app_open(struct candor *candor)
{
    if (candor->is_out) return CANDOR_REFUSED;
    int64_t now = now_ms(candor);
    enum candor_status status = CANDOR_OK;
    int64_t pause_ms = now - candor->session_last_ms;
    int has_ended = pause_ms < 0 || pause_ms > candor->session_timeout_ms;
    if (candor->session_begin_ms > 0 && has_ended) status = end_session(candor);
    if (candor->session_begin_ms == 0) candor->session_begin_ms = now;
    candor->session_last_ms = now;
    if (status == CANDOR_OK) status = note_start(candor);
    enum candor_status saved = save_state(candor);
    return status != CANDOR_OK ? status : saved;
}

enum candor_status candor_app_close(struct candor *candor)
{
    if (candor->is_out) return CANDOR_REFUSED;
    if (candor->session_begin_ms == 0) return CANDOR_OK;
    candor->session_last_ms = now_ms(candor);
    return save_state(candor);
}

enum candor_status candor_opt_out(struct candor *candor)
{
    candor->is_out = 1;
    candor->supers_size = 0;
    candor->session_begin_ms = 0;
    candor->user_id[0] = '\0';
    memset(candor->timers, 0, sizeof candor->timers);
    make_id(candor, candor->device_id, 16);
    queue_clear(&candor->queue);
    return save_state(candor);
}

enum candor_status candor_opt_in(struct candor *candor)
{
    candor->is_out = 0;
    return save_state(candor);
}

enum candor_status candor_flush(struct candor *candor)
{
    enum candor_status status = CANDOR_OK;
    candor->next_flush_ms = now_ms(candor) + candor->flush_interval_ms;
    if (!candor->send) return queue_bytes(&candor->queue) > 0 ? CANDOR_WAITING : CANDOR_OK;
    while (status == CANDOR_OK && queue_bytes(&candor->queue) > 0)
        status = send_batch(candor);
    return status;
}

/* A session that nobody closed ends when its pause is long enough. */
static void end_old_session(struct candor *candor, int64_t now)
{
    if (candor->is_out || candor->session_begin_ms == 0) return;
    if (now - candor->session_last_ms <= candor->session_timeout_ms) return;
    (void)end_session(candor);
    (void)save_state(candor);
}

int64_t candor_tick(struct candor *candor)
{
    int64_t now = now_ms(candor);
    end_old_session(candor, now);
    /* A clock that was set back must not make us wait for years. */
    int64_t longest = now + BACKOFF_MAX_MS + candor->flush_interval_ms;
    if (candor->next_flush_ms > longest) candor->next_flush_ms = now;
    if (candor->backoff.until_ms > now + 24 * 3600 * 1000) candor->backoff.until_ms = now;
    int64_t due = candor->next_flush_ms;
    if (candor->backoff.attempt > 0 && candor->backoff.until_ms > due)
        due = candor->backoff.until_ms;
    if (now >= due) {
        (void)candor_flush(candor);
        due = candor->next_flush_ms;
        if (candor->backoff.attempt > 0 && candor->backoff.until_ms > due) {
            due = candor->backoff.until_ms;
        }
        now = now_ms(candor);
    }
    return due > now ? due - now : 0;
}

void candor_figures(const struct candor *candor, struct candor_figures *out)
{
    *out = candor->figures;
    out->dropped_full += candor->queue.dropped;
    out->queued_bytes = queue_bytes(&candor->queue);
}
