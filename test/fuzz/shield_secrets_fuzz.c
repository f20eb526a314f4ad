/* Any bytes, and any place in them, to every validator of secrets: none reads outside (the
 * sanitizers see it), and what it calls a find lies inside the value.
 *
 * The first six bytes choose the place, the key's classes and the context; the rest is the value,
 * copied to memory of its own size. */
#include "shield/shield_validator.h"

#include "base/check.h"
#include "base/memory.h"
#include "crypt/secret.h"

#include <stddef.h>
#include <stdint.h>
#include <string.h>

enum { CONTROL_SIZE = 6 };

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static shield_validator *const validators[] = {
    shield_check_authorization,   shield_check_aws_access_key,
    shield_check_aws_secret,      shield_check_azure_client_secret,
    shield_check_azure_storage,   shield_check_bot_token,
    shield_check_candor_token,    shield_check_connection,
    shield_check_cookie,          shield_check_der_private,
    shield_check_entropy,         shield_check_jwt,
    shield_check_monitoring_key,  shield_check_one_time_code,
    shield_check_otp_seed,        shield_check_password,
    shield_check_pem_private,     shield_check_pem_public,
    shield_check_provider_token,  shield_check_seed_phrase,
    shield_check_service_account, shield_check_share_url,
    shield_check_social_token,    shield_check_url_session,
    shield_check_url_token,       shield_check_wallet_key,
};

static void ask_all(const struct shield_candidate *candidate)
{
    for (size_t i = 0; i < sizeof validators / sizeof validators[0]; i++) {
        struct shield_span span = {candidate->begin, candidate->end};
        enum shield_proof proof = validators[i](candidate, &span);
        assert(proof <= SHIELD_TEST);
        assert(span.begin <= span.end && span.end <= candidate->value.size);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    if (size <= CONTROL_SIZE || size > SHIELD_VALUE_MAX) return 0;
    uint32_t value_size = (uint32_t)(size - CONTROL_SIZE);
    char *value = MEMORY_ARRAY(char, value_size);
    memcpy(value, bytes + CONTROL_SIZE, value_size);
    uint32_t begin = (bytes[0] | (uint32_t)bytes[1] << 8) % value_size;
    uint32_t end = begin + 1 + bytes[2] % (value_size - begin);
    struct shield_candidate candidate = {
        .value = {value, value_size},
        .begin = begin,
        .end = end,
        .digits = "12345678",
        .digit_count = bytes[3] % 9,
        .group_count = 1 + bytes[3] / 9 % 3,
        .key_classes = bytes[4] * UINT64_C(0x0101010101010101),
        .has_context = bytes[5] & 1,
        .is_number = bytes[5] & 2,
    };
    ask_all(&candidate);
    candidate.begin = 0; /* and as a whole */
    candidate.end = value_size;
    ask_all(&candidate);
    memory_free(value);
    return 0;
}
