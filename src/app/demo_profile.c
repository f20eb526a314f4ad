/* Who signed up, as their profiles stand at the end. */
#include "app/demo_internal.h"

#include "base/calendar.h"
#include "base/check.h"

static void set(struct demo_scratch *scratch, struct text name, struct value value)
{
    assert(scratch->count < DEMO_PROPERTY_COUNT_MAX);
    scratch->steps[scratch->count++] =
        (struct profile_step){.operation = PROFILE_SET, .name = name, .value = value};
}

static void set_text(struct demo_scratch *scratch, struct text name, struct text text)
{
    set(scratch, name, value_from_text(text));
}

static struct text append_lower(struct demo_scratch *scratch, struct text word)
{
    size_t begin = demo_text_begin(scratch);
    demo_append(scratch, word);
    for (size_t i = begin; i < scratch->used; i++) {
        char *byte = &scratch->bytes[i];
        if (*byte >= 'A' && *byte <= 'Z') *byte = (char)(*byte - 'A' + 'a');
    }
    return demo_text_end(scratch, begin);
}

static void set_names(struct demo_scratch *scratch, uint64_t seed, uint32_t person)
{
    struct text first = demo_words.first_names[demo_hash(seed, 21) % demo_words.first_name_count];
    struct text last = demo_words.last_names[demo_hash(seed, 22) % demo_words.last_name_count];
    size_t begin = demo_text_begin(scratch);
    demo_append(scratch, first);
    demo_append(scratch, TEXT(" "));
    demo_append(scratch, last);
    set_text(scratch, TEXT("$name"), demo_text_end(scratch, begin));

    begin = demo_text_begin(scratch);
    append_lower(scratch, first);
    demo_append(scratch, TEXT("."));
    append_lower(scratch, last);
    demo_append_number(scratch, person, 1);
    demo_append(scratch, TEXT("@mail.example"));
    set_text(scratch, TEXT("$email"), demo_text_end(scratch, begin));
}

static void set_created(struct demo_scratch *scratch, int64_t time_ms)
{
    char text[32];
    calendar_instant_format(time_ms - time_ms % 1000, text);
    size_t begin = demo_text_begin(scratch);
    demo_append(scratch, text_slice(text_from(text), 0, 19)); /* as clients write dates: UTC */
    set_text(scratch, TEXT("$created"), demo_text_end(scratch, begin));
}

void demo_profile(const struct demo *demo, uint32_t index, struct demo_scratch *scratch,
                  struct profile_change *out)
{
    assert(index < demo->profile_count);
    uint32_t number = demo->profiles[index];
    const struct demo_person *person = &demo->people[number];
    const struct demo_city *city = &demo_words.cities[person->city];
    const struct demo_source *source = &demo_words.sources[person->source];

    demo_scratch_clear(scratch);
    set_names(scratch, person->seed, number);
    set_created(scratch, person->sign_up_ms);
    set_text(scratch, TEXT("plan"), demo_plans[person->plan]);
    set_text(scratch, TEXT("$city"), city->city);
    set_text(scratch, TEXT("$region"), city->region);
    set_text(scratch, TEXT("$country_code"), city->country);
    set_text(scratch, TEXT("came_by"),
             source->utm_source.size > 0 ? source->utm_source
             : source->domain.size > 0   ? source->domain
                                         : TEXT("direct"));
    set(scratch, TEXT("orders"), value_from_integer(person->orders));
    set(scratch, TEXT("spent"), value_from_decimal(person->spent_cents / 100.0));
    *out = (struct profile_change){
        .id = demo_user_id(scratch, number),
        .time_ms = person->sign_up_ms,
        .steps = scratch->steps,
        .step_count = scratch->count,
    };
}
