/* The validators' prototypes. Private to the room and to its tests. */
#ifndef CANDOR_SHIELD_VALIDATOR_H
#define CANDOR_SHIELD_VALIDATOR_H

#include "shield/shield_detect.h"

#define VALIDATOR(name) shield_validator shield_check_##name;
#include "shield/shield_validator_list.h"
#undef VALIDATOR

#endif
