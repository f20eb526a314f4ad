/* What the two files that read rules share. For ruleset_parse.c and ruleset_trigger.c only. */
#ifndef CANDOR_SHIELD_RULESET_PARSER_H
#define CANDOR_SHIELD_RULESET_PARSER_H

#include "shield/ruleset.h"

enum { SIZE_ANY = 0x7fffffff };

struct parser {
    struct ruleset *set;
    enum ruleset_kind kind;
    struct ruleset_rule *rule; /* the one begun, or NULL */
    uint32_t line;
    uint32_t literal_capacity;
    uint32_t word_capacity;
    struct error *error;
};

/* Why the line is wrong; `what` is quoted when it is not empty. */
enum status parser_refuse(const struct parser *parser, const char *why, struct text what);

/* The place in the list, or -1. */
int parser_find_word(const struct text *words, size_t count, struct text word);

/* The next word of the line; one in double quotes keeps its spaces. False: there is none. */
bool parser_next_word(struct text *rest, struct text *word);

/* "16", "13-19" or "20-", which ends at open_end. False: it is none. */
bool parser_read_range(struct text text, struct ruleset_range *range, uint32_t open_end);
enum status parser_read_number(struct parser *parser, struct text text, uint32_t max,
                               uint32_t *number);
enum status parser_read_key_classes(struct parser *parser, struct text rest, uint64_t *classes);

/* --- ruleset_trigger.c: one statement each --- */

enum status parser_read_prefix(struct parser *parser, struct text rest);
enum status parser_read_fold_prefix(struct parser *parser, struct text rest);
enum status parser_read_infix(struct parser *parser, struct text rest);
enum status parser_read_fold_infix(struct parser *parser, struct text rest);
enum status parser_read_literal(struct parser *parser, struct text rest);
enum status parser_read_digits(struct parser *parser, struct text rest);
enum status parser_read_groups(struct parser *parser, struct text rest);
enum status parser_read_written(struct parser *parser, struct text rest);
enum status parser_read_token(struct parser *parser, struct text rest);
enum status parser_read_form(struct parser *parser, struct text rest);
enum status parser_read_tail(struct parser *parser, struct text rest);
enum status parser_read_key(struct parser *parser, struct text rest);
enum status parser_read_whole(struct parser *parser, struct text rest);
enum status parser_read_after(struct parser *parser, struct text rest);
enum status parser_read_again(struct parser *parser, struct text rest);
enum status parser_read_size(struct parser *parser, struct text rest);
enum status parser_read_pattern(struct parser *parser, struct text rest);

#endif
