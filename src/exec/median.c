#include "exec/median.h"

#include "base/check.h"

static void swap(int64_t *a, int64_t *b)
{
    int64_t held = *a;
    *a = *b;
    *b = held;
}

/* A pivot that no order of the input can foresee well enough to make every split a bad one, and the
 * same in each run. */
static uint64_t next_random(uint64_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return *state;
}

/* Hoare's quickselect with three ways, since times between events repeat: afterwards numbers[rank]
 * is what sorting would put there, and nothing behind it is smaller. */
static void select_rank(int64_t *numbers, uint64_t count, uint64_t rank)
{
    uint64_t state = UINT64_C(0x9e3779b97f4a7c15);
    uint64_t low = 0;
    uint64_t high = count;
    while (high - low > 1) {
        int64_t pivot = numbers[low + next_random(&state) % (high - low)];
        uint64_t below = low;
        uint64_t above = high;
        for (uint64_t i = low; i < above;) {
            if (numbers[i] < pivot) {
                swap(&numbers[i++], &numbers[below++]);
            } else if (numbers[i] > pivot) {
                swap(&numbers[i], &numbers[--above]);
            } else {
                i++;
            }
        }
        if (rank < below) {
            high = below;
        } else if (rank >= above) {
            low = above;
        } else {
            return;
        }
    }
}

double median_find(int64_t *numbers, uint64_t count)
{
    assert(count > 0);
    uint64_t middle = (count - 1) / 2;
    select_rank(numbers, count, middle);
    if (count % 2 == 1) return (double)numbers[middle];
    int64_t next = numbers[middle + 1];
    for (uint64_t i = middle + 2; i < count; i++) {
        if (numbers[i] < next) next = numbers[i];
    }
    return (double)numbers[middle] + (double)(next - numbers[middle]) / 2;
}
