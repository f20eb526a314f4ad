/* What the files of this room share while one plan is read: the place in the document, the refusals
 * that name it, and readers of single values. Any thread; a reader lives for one plan_parse. */
#ifndef CANDOR_PLAN_INTERNAL_H
#define CANDOR_PLAN_INTERNAL_H

#include "codec/json_tree.h"
#include "plan/plan.h"

/* A JSON value and how it was reached: the chain of parents is the JSON pointer. */
struct plan_node {
    const struct json_node *json;
    const struct plan_node *parent; /* NULL: the document itself */
    uint32_t index;                 /* inside a list */
};

struct plan_reader {
    struct arena *arena;
    struct plan_problem *problem;
    struct error *error;
    enum plan_kind kind;
    struct pattern **patterns; /* every one compiled so far, whatever happens next */
    uint32_t pattern_count;
};

/* A key that an object may have; later ones are in the specification but not built yet. */
struct plan_key {
    const char *name;
    enum { PLAN_KEY_READ, PLAN_KEY_LATER, PLAN_KEY_LATER_IF_TRUE } rule;
};

/* A word that a text may be. */
struct plan_word {
    const char *name;
    bool later;
};

/* Refusals. The first is wrong, the second is meant for a later version. */
enum status plan_refuse(struct plan_reader *reader, const struct plan_node *node,
                        const char *format, ...) __attribute__((format(printf, 3, 4)));
enum status plan_refuse_later(struct plan_reader *reader, const struct plan_node *node,
                              const char *instead);
enum status plan_refuse_size(struct plan_reader *reader);

/* Children. A key that must be there is refused at the object when it is not. */
bool plan_find(const struct plan_node *object, const char *key, struct plan_node *out);
enum status plan_need(struct plan_reader *reader, const struct plan_node *object, const char *key,
                      struct plan_node *out) MUST_CHECK;
struct plan_node plan_element(const struct plan_node *list, const struct json_node *json,
                              uint32_t index);

/* An object with these keys and no others. */
enum status plan_check_keys(struct plan_reader *reader, const struct plan_node *node,
                            const struct plan_key *keys, uint32_t key_count) MUST_CHECK;
enum status plan_check_list(struct plan_reader *reader, const struct plan_node *node,
                            uint32_t count_min, uint32_t count_max) MUST_CHECK;

/* Single values. A text is not empty. */
enum status plan_read_text(struct plan_reader *reader, const struct plan_node *node,
                           struct text *out) MUST_CHECK;
enum status plan_read_bool(struct plan_reader *reader, const struct plan_node *node,
                           bool *out) MUST_CHECK;
enum status plan_read_integer(struct plan_reader *reader, const struct plan_node *node, int64_t min,
                              int64_t max, int64_t *out) MUST_CHECK;
enum status plan_read_word(struct plan_reader *reader, const struct plan_node *node,
                           const struct plan_word *words, uint32_t word_count,
                           uint32_t *index) MUST_CHECK;

/* Parts of a plan, one file each. */
enum status plan_read_time(struct plan_reader *reader, const struct plan_node *node,
                           struct plan_time *out) MUST_CHECK;
enum status plan_read_filter(struct plan_reader *reader, const struct plan_node *node,
                             const struct plan_filter **out) MUST_CHECK;
enum status plan_read_matcher(struct plan_reader *reader, const struct plan_node *node,
                              struct plan_matcher *out) MUST_CHECK;
enum status plan_read_breakdown(struct plan_reader *reader, const struct plan_node *node,
                                uint32_t step_count, const struct plan_breakdown **out) MUST_CHECK;

uint64_t plan_hash(const struct plan *plan);

#define PLAN_COUNT_OF(array) ((uint32_t)(sizeof(array) / sizeof((array)[0])))

#endif
