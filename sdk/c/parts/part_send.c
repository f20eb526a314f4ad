/* ---- Sending ---- */

/* A body of records of one kind: `[…,…]`. Returns how many; *kind is theirs. */
static size_t gather_batch(struct candor *candor, struct writer *body, char *kind)
{
    size_t count = 0;
    uint64_t skip = 0;
    put_byte(body, '[');
    while (count < (size_t)candor->batch_max) {
        char record_kind;
        size_t used = body->size + (count > 0);
        if (used + 1 >= body->capacity) break;
        size_t size = queue_peek(&candor->queue, skip, &record_kind, body->bytes + used,
                                 body->capacity - used - 1);
        if (size == 0 || (count > 0 && record_kind != *kind)) break;
        *kind = record_kind;
        if (count > 0) body->bytes[body->size] = ',';
        body->size = used + size - RECORD_HEADER;
        skip += size;
        count++;
    }
    put_byte(body, ']');
    return count;
}

/* Full jitter (Brooker, AWS Architecture Blog 2015): anywhere up to a ceiling that doubles. */
static void wait_before_next(struct candor *candor, int retry_after_s)
{
    unsigned char random[4];
    int64_t ceiling = BACKOFF_FIRST_MS;
    for (int i = 0; i < candor->backoff.attempt && ceiling < BACKOFF_MAX_MS; i++)
        ceiling *= 2;
    if (ceiling > BACKOFF_MAX_MS) ceiling = BACKOFF_MAX_MS;
    random_bytes(candor, random, sizeof random);
    int64_t pause_ms = 1 + (int64_t)(get_u32(random) % (uint32_t)ceiling);
    if (retry_after_s > 0 && pause_ms < (int64_t)retry_after_s * 1000) {
        pause_ms = (int64_t)retry_after_s * 1000;
    }
    candor->backoff.attempt++;
    candor->backoff.until_ms = now_ms(candor) + pause_ms;
}

/* What the server's answer means for the batch. */
static enum candor_status settle_batch(struct candor *candor, int has_answer, size_t count,
                                       const struct candor_response *response)
{
    int status = has_answer ? response->status : 0;
    if (status >= 200 && status < 300) {
        candor->figures.sent += count;
        queue_advance(&candor->queue, count);
        candor->backoff.attempt = 0;
        return CANDOR_OK;
    }
    if (status == 413 && count > 1) {
        candor->batch_max = (int)(count / 2);
        return CANDOR_OK;
    }
    if (status >= 400 && status < 500 && status != 408 && status != 429) {
        candor->figures.dropped_refused += count;
        queue_advance(&candor->queue, count);
        return CANDOR_OK;
    }
    wait_before_next(candor, response->retry_after_s);
    return CANDOR_WAITING;
}

/* The first record is larger than a body may be: it can never be sent. */
static void drop_first(struct candor *candor)
{
    queue_advance(&candor->queue, 1);
    candor->figures.dropped_full++;
}

static enum candor_status send_batch(struct candor *candor)
{
    char url[CANDOR_URL_MAX + 16];
    char kind = 'E';
    struct writer body = {candor->work, 0, candor->work_size, 0};
    struct candor_response response = {0, 0};
    size_t count = gather_batch(candor, &body, &kind);
    if (count == 0) {
        drop_first(candor);
        return CANDOR_OK;
    }
    (void)snprintf(url, sizeof url, "%s%s", candor->host, kind == 'E' ? "/track?ip=1" : "/engage");
    int failed = candor->send(candor->send_context, url, "application/json", body.bytes, body.size,
                              &response);
    return settle_batch(candor, failed == 0, count, &response);
}
