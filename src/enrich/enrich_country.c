#include "enrich/enrich_country.h"

#include "base/check.h"
#include "base/memory.h"

#include <maxminddb.h>
#include <netinet/in.h>
#include <string.h>

struct country_file {
    MMDB_s database;
};

enum status country_file_open(const char *path, struct country_file **out, struct error *error)
{
    struct country_file *file = MEMORY_NEW(struct country_file);
    int reason = MMDB_open(path, MMDB_MODE_MMAP, &file->database);
    if (reason == MMDB_SUCCESS) {
        *out = file;
        return STATUS_OK;
    }
    memory_free(file);
    bool is_unread = reason == MMDB_FILE_OPEN_ERROR || reason == MMDB_IO_ERROR;
    return error_set(error, is_unread ? STATUS_IO : STATUS_CORRUPT,
                     "could not open country file \"%s\": %s", path, MMDB_strerror(reason));
}

void country_file_close(struct country_file *file)
{
    if (!file) return;
    MMDB_close(&file->database);
    memory_free(file);
}

static bool is_code(const MMDB_entry_data_s *data)
{
    if (!data->has_data || data->type != MMDB_DATA_TYPE_UTF8_STRING || data->data_size != 2) {
        return false;
    }
    const char *code = data->utf8_string;
    return code[0] >= 'A' && code[0] <= 'Z' && code[1] >= 'A' && code[1] <= 'Z';
}

static bool find_code(MMDB_entry_s *entry, MMDB_entry_data_s *data)
{
    static const char *const flat[] = {"country_code", NULL};
    static const char *const nested[] = {"country", "iso_code", NULL};
    if (MMDB_aget_value(entry, data, flat) == MMDB_SUCCESS && is_code(data)) return true;
    return MMDB_aget_value(entry, data, nested) == MMDB_SUCCESS && is_code(data);
}

union socket_address {
    struct sockaddr any;
    struct sockaddr_in v4;
    struct sockaddr_in6 v6;
};

void country_file_find(const struct country_file *file, const struct address *address,
                       char out[ENRICH_COUNTRY_SIZE])
{
    union socket_address socket = {0};
    if (address_is_v4(address)) {
        socket.v4.sin_family = AF_INET;
        memcpy(&socket.v4.sin_addr, address->bytes + ADDRESS_SIZE - 4, 4);
    } else {
        socket.v6.sin6_family = AF_INET6;
        memcpy(&socket.v6.sin6_addr, address->bytes, ADDRESS_SIZE);
    }
    out[0] = '\0';
    int reason;
    MMDB_lookup_result_s result = MMDB_lookup_sockaddr(&file->database, &socket.any, &reason);
    MMDB_entry_data_s data;
    if (reason != MMDB_SUCCESS || !result.found_entry) return;
    if (!find_code(&result.entry, &data)) return;
    out[0] = data.utf8_string[0];
    out[1] = data.utf8_string[1];
    out[2] = '\0';
}
