/* ---- The queue ---- */

/* Records that wait, oldest first, in memory or in a file. The file is a header (QUEUE_HEADER) and
 * records (RECORD_HEADER and a payload); what is sent moves the header's offset, so nothing is
 * rewritten until half of the file is behind it. */
struct queue {
    char *ring; /* memory: begin <= end, moved to the front when the end is reached */
    size_t ring_size;
    size_t begin;
    size_t end;
    FILE *file; /* NULL: memory */
    char name[FILE_NAME_MAX];
    uint64_t file_begin; /* of the first record that was not sent */
    uint64_t file_end;
    uint64_t file_max;
    uint64_t dropped;
    void (*sync)(void *context, void *file);
    void *sync_context;
};

static void write_record_header(unsigned char header[RECORD_HEADER], char kind, const char *payload,
                                size_t size)
{
    memset(header, 0, RECORD_HEADER);
    put_u32(header, (uint32_t)size);
    header[8] = (unsigned char)kind;
    put_u32(header + 4, crc_add(crc_add(0, &kind, 1), payload, size));
}

static uint64_t queue_bytes(const struct queue *queue)
{
    return queue->file ? queue->file_end - queue->file_begin : queue->end - queue->begin;
}

/* -- in memory -- */

static void ring_pop(struct queue *queue)
{
    uint32_t size = get_u32((const unsigned char *)queue->ring + queue->begin);
    queue->begin += RECORD_HEADER + size;
    if (queue->begin == queue->end) queue->begin = queue->end = 0;
}

static enum candor_status ring_push(struct queue *queue, char kind, const char *payload,
                                    size_t size)
{
    size_t needed = RECORD_HEADER + size;
    if (needed > queue->ring_size) return CANDOR_TOO_LARGE;
    while (queue->end - queue->begin + needed > queue->ring_size) {
        ring_pop(queue);
        queue->dropped++;
    }
    if (queue->end + needed > queue->ring_size) {
        memmove(queue->ring, queue->ring + queue->begin, queue->end - queue->begin);
        queue->end -= queue->begin;
        queue->begin = 0;
    }
    write_record_header((unsigned char *)queue->ring + queue->end, kind, payload, size);
    memcpy(queue->ring + queue->end + RECORD_HEADER, payload, size);
    queue->end += needed;
    return CANDOR_OK;
}

/* -- in a file -- */

static int seek_to(FILE *file, uint64_t offset)
{
    return offset <= (uint64_t)0x7FFFFFFF && fseek(file, (long)offset, SEEK_SET) == 0;
}

static int write_queue_header(FILE *file, uint64_t begin)
{
    unsigned char header[QUEUE_HEADER];
    memcpy(header, "CDRQ0001", 8);
    put_u64(header + 8, begin);
    return seek_to(file, 0) && fwrite(header, 1, sizeof header, file) == sizeof header;
}

static void finish_writing(struct queue *queue)
{
    (void)fflush(queue->file);
    if (queue->sync) queue->sync(queue->sync_context, queue->file);
}

/* The header of the record at the offset; 0 when there is no whole and sound one. The payload goes
 * to `payload` when it has room, else it is only checked. */
static size_t read_file_record(FILE *file, uint64_t offset, uint64_t file_size, char *kind,
                               char *payload, size_t room)
{
    unsigned char header[RECORD_HEADER];
    char piece[512];
    if (offset + RECORD_HEADER > file_size || !seek_to(file, offset)) return 0;
    if (fread(header, 1, sizeof header, file) != sizeof header) return 0;
    size_t size = get_u32(header);
    if (size > file_size - offset - RECORD_HEADER) return 0;
    *kind = (char)header[8];
    uint32_t crc = crc_add(0, kind, 1);
    if (payload && size <= room) {
        if (fread(payload, 1, size, file) != size) return 0;
        crc = crc_add(crc, payload, size);
    } else {
        for (size_t left = size; left > 0;) {
            size_t step = left < sizeof piece ? left : sizeof piece;
            if (fread(piece, 1, step, file) != step) return 0;
            crc = crc_add(crc, piece, step);
            left -= step;
        }
    }
    return crc == get_u32(header + 4) ? RECORD_HEADER + size : 0;
}

/* Of the record at the offset that was checked before. */
static size_t file_record_size(struct queue *queue, uint64_t offset)
{
    char kind;
    return read_file_record(queue->file, offset, queue->file_end, &kind, NULL, 0);
}

static int replace_file(const char *from, const char *to)
{
    if (rename(from, to) == 0) return 1;
    (void)remove(to); /* where rename does not replace */
    return rename(from, to) == 0;
}

static int copy_range(FILE *from, FILE *to, uint64_t begin, uint64_t end)
{
    char piece[512];
    if (!seek_to(from, begin)) return 0;
    while (begin < end) {
        size_t step = end - begin < sizeof piece ? (size_t)(end - begin) : sizeof piece;
        if (fread(piece, 1, step, from) != step || fwrite(piece, 1, step, to) != step) return 0;
        begin += step;
    }
    return 1;
}

static void name_with(char out[FILE_NAME_MAX], const char *name, const char *ending)
{
    struct writer writer = {out, 0, FILE_NAME_MAX - 1, 0};
    put_string(&writer, name);
    put_string(&writer, ending);
    out[writer.size] = '\0'; /* candor_open looked that names leave room for endings */
}

/* A file that holds only what waits. On failure the old one goes on. */
static int rewrite_file(struct queue *queue)
{
    char fresh_name[FILE_NAME_MAX];
    name_with(fresh_name, queue->name, ".new");
    FILE *fresh = fopen(fresh_name, "wb+");
    if (!fresh) return 0;
    uint64_t kept = queue->file_end - queue->file_begin;
    int is_good = write_queue_header(fresh, QUEUE_HEADER) &&
                  copy_range(queue->file, fresh, queue->file_begin, queue->file_end) &&
                  fflush(fresh) == 0;
    if (is_good && queue->sync) queue->sync(queue->sync_context, fresh);
    if (fclose(fresh) != 0 || !is_good) {
        (void)remove(fresh_name);
        return 0;
    }
    (void)fclose(queue->file);
    (void)replace_file(fresh_name, queue->name);
    queue->file = fopen(queue->name, "rb+");
    queue->file_begin = QUEUE_HEADER;
    queue->file_end = QUEUE_HEADER + kept;
    return queue->file != NULL;
}

static void file_pop(struct queue *queue)
{
    size_t size = file_record_size(queue, queue->file_begin);
    queue->file_begin = size > 0 ? queue->file_begin + size : queue->file_end;
}

/* Rewrite when more lies behind than before; say how far we are otherwise. */
static void file_settle(struct queue *queue)
{
    uint64_t behind = queue->file_begin - QUEUE_HEADER;
    if (behind > queue->file_end - queue->file_begin && behind > 4096 && rewrite_file(queue))
        return;
    if (!queue->file) return;
    (void)write_queue_header(queue->file, queue->file_begin);
    finish_writing(queue);
}

static enum candor_status file_push(struct queue *queue, char kind, const char *payload,
                                    size_t size)
{
    unsigned char header[RECORD_HEADER];
    uint64_t needed = RECORD_HEADER + size;
    if (needed > queue->file_max) return CANDOR_TOO_LARGE;
    int has_dropped = 0;
    while (queue->file_end - queue->file_begin + needed > queue->file_max) {
        file_pop(queue);
        queue->dropped++;
        has_dropped = 1;
    }
    if (has_dropped) file_settle(queue);
    write_record_header(header, kind, payload, size);
    if (!queue->file || !seek_to(queue->file, queue->file_end)) return CANDOR_IO;
    if (fwrite(header, 1, sizeof header, queue->file) != sizeof header) return CANDOR_IO;
    if (fwrite(payload, 1, size, queue->file) != size) return CANDOR_IO;
    finish_writing(queue);
    if (ferror(queue->file)) return CANDOR_IO;
    queue->file_end += needed;
    return CANDOR_OK;
}

/* Where records begin and end in a file of an earlier run; a torn end is rewritten away. */
static void take_up_file(struct queue *queue)
{
    unsigned char header[QUEUE_HEADER];
    queue->file_begin = queue->file_end = QUEUE_HEADER;
    if (fseek(queue->file, 0, SEEK_END) != 0) return;
    long end = ftell(queue->file);
    uint64_t file_size = end > 0 ? (uint64_t)end : 0;
    rewind(queue->file);
    if (fread(header, 1, sizeof header, queue->file) != sizeof header ||
        memcmp(header, "CDRQ0001", 8) != 0) {
        (void)rewrite_file(queue);
        return;
    }
    uint64_t begin = get_u64(header + 8);
    if (begin < QUEUE_HEADER || begin > file_size) begin = QUEUE_HEADER;
    uint64_t at = begin;
    char kind;
    for (size_t size; (size = read_file_record(queue->file, at, file_size, &kind, NULL, 0)) > 0;)
        at += size;
    queue->file_begin = begin;
    queue->file_end = at;
    if (at < file_size) (void)rewrite_file(queue);
}

static enum candor_status open_queue_file(struct queue *queue)
{
    char fresh_name[FILE_NAME_MAX];
    name_with(fresh_name, queue->name, ".new");
    queue->file = fopen(queue->name, "rb+");
    if (!queue->file && replace_file(fresh_name, queue->name)) {
        queue->file = fopen(queue->name, "rb+"); /* the last rewrite ended between two names */
    }
    (void)remove(fresh_name);
    if (queue->file) {
        take_up_file(queue);
        return queue->file ? CANDOR_OK : CANDOR_IO;
    }
    queue->file = fopen(queue->name, "wb+");
    queue->file_begin = queue->file_end = QUEUE_HEADER;
    if (!queue->file) return CANDOR_IO;
    if (!write_queue_header(queue->file, QUEUE_HEADER)) return CANDOR_IO;
    finish_writing(queue);
    return CANDOR_OK;
}

/* -- either -- */

static enum candor_status queue_push(struct queue *queue, char kind, const char *payload,
                                     size_t size)
{
    if (queue->file) return file_push(queue, kind, payload, size);
    return ring_push(queue, kind, payload, size);
}

/* The record at `skip` bytes behind the first; 0 at the end or when the payload has no room. */
static size_t queue_peek(struct queue *queue, uint64_t skip, char *kind, char *payload, size_t room)
{
    if (queue->file) {
        size_t size = read_file_record(queue->file, queue->file_begin + skip, queue->file_end, kind,
                                       payload, room);
        return size > RECORD_HEADER + room ? 0 : size;
    }
    if (queue->begin + skip >= queue->end) return 0;
    const char *at = queue->ring + queue->begin + (size_t)skip;
    size_t size = get_u32((const unsigned char *)at);
    if (size > room) return 0;
    *kind = at[8];
    memcpy(payload, at + RECORD_HEADER, size);
    return RECORD_HEADER + size;
}

static void queue_advance(struct queue *queue, size_t records)
{
    for (; records > 0 && queue_bytes(queue) > 0; records--) {
        if (queue->file) {
            file_pop(queue);
        } else {
            ring_pop(queue);
        }
    }
    if (queue->file) file_settle(queue);
}

static void queue_clear(struct queue *queue)
{
    queue->begin = queue->end = 0;
    if (!queue->file) return;
    queue->file_begin = queue->file_end;
    (void)rewrite_file(queue);
}
