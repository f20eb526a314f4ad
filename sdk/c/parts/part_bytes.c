/* ---- Bytes and checksums ---- */

enum {
    RECORD_HEADER = 12,  /* u32 size, u32 CRC-32 of kind and payload, u8 kind, 3 zeros */
    QUEUE_HEADER = 16,   /* "CDRQ0001", u64 offset of the first record that was not sent */
    SUPER_BYTES = 4096,  /* super properties, encoded */
    DEVICE_BYTES = 1024, /* the device's properties as JSON members */
    TIMERS = 8,
    FILE_BYTES_DEFAULT = 1024 * 1024,
    FLUSH_INTERVAL_DEFAULT_MS = 10 * 1000,
    SESSION_TIMEOUT_DEFAULT_MS = 30 * 60 * 1000,
    BACKOFF_FIRST_MS = 1000,
    BACKOFF_MAX_MS = 10 * 60 * 1000,
    FILE_NAME_MAX = 512
};

static void put_u32(unsigned char *out, uint32_t number)
{
    for (int i = 0; i < 4; i++)
        out[i] = (unsigned char)(number >> (8 * i));
}

static uint32_t get_u32(const unsigned char *bytes)
{
    uint32_t number = 0;
    for (int i = 0; i < 4; i++)
        number |= (uint32_t)bytes[i] << (8 * i);
    return number;
}

static void put_u64(unsigned char *out, uint64_t number)
{
    put_u32(out, (uint32_t)number);
    put_u32(out + 4, (uint32_t)(number >> 32));
}

static uint64_t get_u64(const unsigned char *bytes)
{
    return get_u32(bytes) | (uint64_t)get_u32(bytes + 4) << 32;
}

/* CRC-32 of RFC 1952, a bit at a time: records are small and a table costs 1 KiB. */
static uint32_t crc_add(uint32_t crc, const void *bytes, size_t size)
{
    const unsigned char *at = bytes;
    crc = ~crc;
    for (size_t i = 0; i < size; i++) {
        crc ^= at[i];
        for (int bit = 0; bit < 8; bit++)
            crc = (crc >> 1) ^ (UINT32_C(0xEDB88320) & (0 - (crc & 1)));
    }
    return ~crc;
}

/* Bytes that grow up to their room; past it they carry a mark, asked for once at the end. */
struct writer {
    char *bytes;
    size_t size;
    size_t capacity;
    int overflowed;
};

static void put_bytes(struct writer *out, const void *bytes, size_t size)
{
    if (out->overflowed || size > out->capacity - out->size) {
        out->overflowed = 1;
        return;
    }
    memcpy(out->bytes + out->size, bytes, size);
    out->size += size;
}

static void put_string(struct writer *out, const char *string)
{
    put_bytes(out, string, strlen(string));
}

static void put_byte(struct writer *out, char byte)
{
    put_bytes(out, &byte, 1);
}

/* Copy what fits; 0 when it was cut. */
static int copy_string(char *out, size_t out_size, const char *string)
{
    size_t size = strlen(string);
    int fits = size < out_size;
    if (!fits) size = out_size - 1;
    memcpy(out, string, size);
    out[size] = '\0';
    return fits;
}
