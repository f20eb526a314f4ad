/* The browser SDK: its files, embedded in the program, and the settings it asks for. */
#ifndef CANDOR_API_SDK_H
#define CANDOR_API_SDK_H

#include "api/api.h"
#include "crypt/signing.h"

/* One file of sdk/js/dist, made C by tools/embed_sdk.py. Immutable. */
struct sdk_file {
    struct text name; /* "candor.js" */
    struct text bytes;
    struct text gzip;
    const char *integrity; /* "sha384-…", for <script integrity> */
    const char *etag;      /* weak, because it stands for both forms */
};

extern const char sdk_version[]; /* "" when the program was built without the SDK */
extern const struct sdk_file sdk_files[];
extern const size_t sdk_file_count;

/* NULL when there is none of this name. */
const struct sdk_file *sdk_file_find(struct text name);

/* The public key of a project's settings, in base64: what a page gives its SDK to trust. */
enum { SDK_TRUST_SIZE = 4 * ((SIGNING_PUBLIC_SIZE + 2) / 3) + 1 };
void sdk_trust(const struct api_options *rooms, uint32_t project, char out[SDK_TRUST_SIZE]);

/* The answer to /sdk/settings: {"payload","signature"}. The key is a project's token or write key;
 * any other gets settings of nobody, so that an answer tells no one which keys there are. */
void sdk_settings_write(const struct api_options *rooms, struct text key, int64_t now_ms,
                        struct buffer *out);

#endif
