/* One request through the room and back: for the tests of wire. */
#ifndef CANDOR_TEST_WIRE_EXCHANGE_H
#define CANDOR_TEST_WIRE_EXCHANGE_H

#include "base/arena.h"
#include "event/profile_change.h"
#include "wire/wire.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define NOW_MS INT64_C(1750000000123) /* 2025-06-15 15:06:40.123 */
#define NOW_S  "1750000000"
#define DAY_MS INT64_C(86400000)
#define EXCHANGE_EVENT_OPEN \
    "{\"event\":\"e\",\"properties\":{\"token\":\"tok1\",\"distinct_id\":\"u\","
#define ZEROS "00000000-0000-0000-0000-000000000000"

/* The projects are 1 with token "tok1" and 2 with token "tok2"; the secret of 1 is "secret1". */
struct exchange {
    struct wire_request request; /* set what matters before exchange_run */
    struct text body;
    struct project_table *projects;
    struct wire_verdict verdict;
    struct wire_answer answer;
    struct arena arena;
};

void exchange_init(struct exchange *exchange, enum wire_endpoint endpoint, const char *query,
                   const char *content_type, struct text body);
void exchange_run(struct exchange *exchange);
void exchange_release(struct exchange *exchange);

/* Run and give the answer's body, as a string owned by the arena. */
const char *exchange_answer(struct exchange *exchange);

/* All that was accepted, counted again from the batches. */
uint32_t exchange_read_count(struct exchange *exchange);

/* The event of this number over all batches, read back, and the project of its batch. */
struct event exchange_event(struct exchange *exchange, uint32_t index, uint32_t *project);
struct profile_change exchange_change(struct exchange *exchange, uint32_t index);

/* The value of a property as JSON, or "missing". */
const char *exchange_property(struct exchange *exchange, const struct event *event,
                              const char *name);
const char *exchange_json(struct exchange *exchange, const struct value *value);
const char *exchange_string(struct exchange *exchange, struct text text);

/* Shorthands: init, run. */
void exchange_track(struct exchange *exchange, const char *json);
/* One event of user u of project 1, with these properties. */
void exchange_properties(struct exchange *exchange, const char *properties);
void exchange_import(struct exchange *exchange, const char *query, const char *json);

#endif
