/* What the files of this room share; never included outside of it. */
#ifndef CANDOR_API_INTERNAL_H
#define CANDOR_API_INTERNAL_H

#include "api/api.h"

struct api {
    struct api_options options;
};

#endif
