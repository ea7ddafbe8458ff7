// A slow turn is told, with what it took; and not too often.
#include "api/daemon/pace.h"
#include "core/base/monotonic.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static FILE *said;

static void setup(void)
{
    said = tmpfile();
    cr_assert(ne(ptr, said, NULL));
    cr_assert(ge(int, dup2(fileno(said), fileno(stderr)), 0));
}

TestSuite(pace, .init = setup);

static const char *told(void)
{
    static char text[4096];
    fflush(stderr);
    rewind(said);
    text[fread(text, 1, sizeof text - 1, said)] = 0;
    return text;
}

static void rest_ms(long ms)
{
    const struct timespec pause = {.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000};
    nanosleep(&pause, NULL);
}

static unsigned number_after(const char *text, const char *word)
{
    unsigned    number = 0;
    const char *at = strstr(text, word);
    cr_assert(at != NULL && sscanf(at + strlen(word), "%u", &number) == 1, "%s", text);
    return number;
}

Test(pace, a_turn_that_is_quick_is_not_told)
{
    struct pace pace = {.told_ns = 0};
    pace_begin(&pace);
    pace_add_commit(&pace, monotonic_ns(), 9);
    pace_end(&pace, 4);
    cr_expect(zero(sz, strlen(told())));
}

Test(pace, a_slow_one_is_told_with_what_it_took)
{
    struct pace pace = {.told_ns = 0};
    pace_begin(&pace);
    rest_ms(20);
    for (int i = 0; i < 2; i++) {
        const uint64_t begin_ns = monotonic_ns();
        rest_ms(20);
        pace_add_commit(&pace, begin_ns, 5);
    }
    pace_end(&pace, 4);
    const char *line = told();
    cr_expect(strstr(line, " level=info event=slow_turn ") != NULL, "%s", line);
    cr_expect(ge(u32, number_after(line, " ms="), 60));
    cr_expect(ge(u32, number_after(line, " commit_ms="), 40));
    cr_expect(ge(u32, number_after(line, " ms="), number_after(line, " commit_ms=") + 19));
    cr_expect(lt(u32, number_after(line, " processor_ms="), 20));
    cr_expect(eq(u32, number_after(line, " requests="), 4));
    cr_expect(eq(u32, number_after(line, " events="), 10));
}

Test(pace, the_next_one_begins_at_nothing)
{
    struct pace pace = {.told_ns = 0};
    pace_begin(&pace);
    pace_add_commit(&pace, monotonic_ns() - 1000000000ULL, 5);
    pace_begin(&pace);
    cr_expect(zero(u64, pace.commit_ns));
    cr_expect(zero(u64, pace.event_count));
}

Test(pace, it_is_told_once_a_second)
{
    struct pace pace = {.told_ns = 0};
    for (int i = 0; i < 3; i++) {
        pace_begin(&pace);
        rest_ms(PACE_SLOW_MS + 5);
        pace_end(&pace, 1);
    }
    const char *first = strstr(told(), "slow_turn");
    cr_assert(first != NULL);
    cr_expect(strstr(first + 1, "slow_turn") == NULL);
    rest_ms(PACE_REST_MS);
    pace_begin(&pace);
    rest_ms(PACE_SLOW_MS + 5);
    pace_end(&pace, 1);
    first = strstr(told(), "slow_turn");
    cr_expect(strstr(first + 1, "slow_turn") != NULL);
}
