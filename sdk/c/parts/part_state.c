/* ---- What is remembered ---- */

struct timer {
    char event[64]; /* "" when free */
    int64_t begin_ms;
};

struct backoff {
    int attempt;
    int64_t until_ms;
};

struct candor {
    char key[CANDOR_ID_MAX + 1];
    char host[CANDOR_URL_MAX + 1];
    char device_id[33];              /* 128 random bits in hex */
    char user_id[CANDOR_ID_MAX + 1]; /* "" before identify */
    char app_version[64];
    char seen_version[64];    /* of the last start; "" before the first */
    int has_opened;           /* $ae_first_open was sent */
    int is_out;               /* opted out */
    int64_t session_begin_ms; /* 0: none */
    int64_t session_last_ms;
    char supers[SUPER_BYTES]; /* JSON members, each behind a u32 of its size */
    size_t supers_size;
    char device[DEVICE_BYTES]; /* JSON members, joined by commas */
    size_t device_size;
    struct timer timers[TIMERS];
    struct backoff backoff;
    int64_t next_flush_ms;
    int flush_interval_ms;
    int session_timeout_ms;
    int batch_max; /* halved by 413 */
    candor_transport *send;
    void *send_context;
    int64_t (*now)(void *context);
    void *now_context;
    void (*random)(void *context, void *bytes, size_t size);
    void *random_context;
    struct queue queue;
    struct candor_figures figures;
    char state_name[FILE_NAME_MAX]; /* "": nothing is kept */
    char *work;                     /* a record under way, or the body of a request */
    size_t work_size;
};

static int64_t now_ms(struct candor *candor)
{
    if (candor->now) return candor->now(candor->now_context);
    return (int64_t)time(NULL) * 1000;
}

static void random_bytes(struct candor *candor, unsigned char *bytes, size_t size)
{
    if (candor->random) {
        candor->random(candor->random_context, bytes, size);
        return;
    }
    FILE *source = fopen("/dev/urandom", "rb");
    size_t got = source ? fread(bytes, 1, size, source) : 0;
    if (source) (void)fclose(source);
    /* Without a source of randomness: SplitMix64 (Steele, Lea, Flood 2014) from the clocks. */
    uint64_t state = (uint64_t)time(NULL) * 1000003u + (uint64_t)clock() + (uintptr_t)candor +
                     candor->figures.recorded;
    for (; got < size; got++) {
        state += UINT64_C(0x9E3779B97F4A7C15);
        uint64_t mixed = (state ^ (state >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
        mixed = (mixed ^ (mixed >> 27)) * UINT64_C(0x94D049BB133111EB);
        bytes[got] = (unsigned char)(mixed >> 56);
    }
}

static void make_id(struct candor *candor, char *out, size_t bytes)
{
    static const char hex[] = "0123456789abcdef";
    unsigned char random[16];
    random_bytes(candor, random, bytes);
    for (size_t i = 0; i < bytes; i++) {
        out[2 * i] = hex[random[i] >> 4];
        out[2 * i + 1] = hex[random[i] & 15];
    }
    out[2 * bytes] = '\0';
}

/* The state's file: "CDRS0001", u32 size, u32 CRC-32, then fields, each a u32 size and its
 * bytes, in the order of save_state. Written beside and renamed. */
enum { STATE_HEADER = 16, STATE_FIELDS = 8 };

static void put_field(struct writer *out, const void *bytes, size_t size)
{
    unsigned char head[4];
    put_u32(head, (uint32_t)size);
    put_bytes(out, head, sizeof head);
    put_bytes(out, bytes, size);
}

static int write_file(const char *name, const void *bytes, size_t size, struct queue *queue)
{
    char fresh_name[FILE_NAME_MAX];
    name_with(fresh_name, name, ".new");
    FILE *file = fopen(fresh_name, "wb");
    if (!file) return 0;
    int is_good = fwrite(bytes, 1, size, file) == size && fflush(file) == 0;
    if (is_good && queue->sync) queue->sync(queue->sync_context, file);
    is_good = fclose(file) == 0 && is_good;
    if (!is_good) (void)remove(fresh_name);
    return is_good && replace_file(fresh_name, name);
}

static enum candor_status save_state(struct candor *candor)
{
    char numbers[64];
    unsigned char head[STATE_HEADER] = "CDRS0001";
    struct writer out = {candor->work, 0, candor->work_size, 0};
    if (!*candor->state_name) return CANDOR_OK;
    (void)snprintf(numbers, sizeof numbers, "%d %d", candor->has_opened, candor->is_out);
    put_bytes(&out, head, sizeof head);
    put_field(&out, candor->device_id, strlen(candor->device_id));
    put_field(&out, candor->user_id, strlen(candor->user_id));
    put_field(&out, candor->seen_version, strlen(candor->seen_version));
    put_field(&out, numbers, strlen(numbers));
    (void)snprintf(numbers, sizeof numbers, "%lld %lld", (long long)candor->session_begin_ms,
                   (long long)candor->session_last_ms);
    put_field(&out, numbers, strlen(numbers));
    put_field(&out, candor->supers, candor->supers_size);
    if (out.overflowed) return CANDOR_TOO_LARGE;
    put_u32((unsigned char *)out.bytes + 8, (uint32_t)(out.size - STATE_HEADER));
    put_u32((unsigned char *)out.bytes + 12,
            crc_add(0, out.bytes + STATE_HEADER, out.size - STATE_HEADER));
    return write_file(candor->state_name, out.bytes, out.size, &candor->queue) ? CANDOR_OK
                                                                               : CANDOR_IO;
}

/* The next field as a string into room, or 0. */
static int take_field(const char **at, size_t *left, char *out, size_t room, size_t *size)
{
    if (*left < 4) return 0;
    *size = get_u32((const unsigned char *)*at);
    if (*size > *left - 4 || *size >= room) return 0;
    memcpy(out, *at + 4, *size);
    out[*size] = '\0';
    *at += 4 + *size;
    *left -= 4 + *size;
    return 1;
}

/* Nothing at all is taken over when the file does not check. */
static int read_state(struct candor *candor, const char *bytes, size_t size)
{
    char numbers[64];
    char supers[SUPER_BYTES + 1];
    size_t field;
    const unsigned char *head = (const unsigned char *)bytes;
    if (size < STATE_HEADER || memcmp(bytes, "CDRS0001", 8) != 0) return 0;
    if (get_u32(head + 8) != size - STATE_HEADER) return 0;
    if (crc_add(0, bytes + STATE_HEADER, size - STATE_HEADER) != get_u32(head + 12)) return 0;
    const char *at = bytes + STATE_HEADER;
    size_t left = size - STATE_HEADER;
    long long begin = 0;
    long long last = 0;
    if (!take_field(&at, &left, candor->device_id, sizeof candor->device_id, &field) ||
        !take_field(&at, &left, candor->user_id, sizeof candor->user_id, &field) ||
        !take_field(&at, &left, candor->seen_version, sizeof candor->seen_version, &field) ||
        !take_field(&at, &left, numbers, sizeof numbers, &field) ||
        sscanf(numbers, "%d %d", &candor->has_opened, &candor->is_out) != 2 ||
        !take_field(&at, &left, numbers, sizeof numbers, &field) ||
        sscanf(numbers, "%lld %lld", &begin, &last) != 2 ||
        !take_field(&at, &left, supers, sizeof supers, &field)) {
        return 0;
    }
    candor->session_begin_ms = begin;
    candor->session_last_ms = last;
    memcpy(candor->supers, supers, field);
    candor->supers_size = field;
    return 1;
}

static void load_state(struct candor *candor)
{
    FILE *file = *candor->state_name ? fopen(candor->state_name, "rb") : NULL;
    size_t size = file ? fread(candor->work, 1, candor->work_size, file) : 0;
    if (file) (void)fclose(file);
    if (size == 0 || !read_state(candor, candor->work, size))
        make_id(candor, candor->device_id, 16);
}
