#include "projections/notices.h"

#include "projections/quota.h"

#include <assert.h>

struct mark {
    const char *word;
    uint64_t    from_percent;  // reached at so much
    uint64_t    until_percent; // left below so much
};

static const struct mark marks[NOTICE_COUNT] = {
    [NOTICE_NONE] = {"none", 0,   0 },
      [NOTICE_80] = {"80",   80,  75},
    [NOTICE_95] = {"95",   95,  90},
      [NOTICE_100] = {"100",  100, 95},
    [NOTICE_OVER] = {"over", 100, 95},
};

const char *notice_word(enum notice notice)
{
    assert((size_t)notice < NOTICE_COUNT);
    return marks[notice].word;
}

// All of a limit of 0 is used by the first unit.
static bool is_reached(enum notice notice, uint64_t used, uint64_t limit)
{
    if (notice == NOTICE_OVER) return used > limit;
    return used > 0 && used * 100 >= limit * marks[notice].from_percent;
}

static bool is_left(enum notice notice, uint64_t used, uint64_t limit)
{
    return used == 0 || used * 100 < limit * marks[notice].until_percent;
}

enum notice notice_after(enum notice before, uint64_t used, uint64_t limit)
{
    enum notice now = before;
    if (limit == LIMIT_NONE) return NOTICE_NONE;
    while (now > NOTICE_NONE && is_left(now, used, limit)) {
        now--;
    }
    while (now < NOTICE_OVER && is_reached(now + 1, used, limit)) {
        now++;
    }
    return now;
}

void notice_look(struct state *state, uint32_t account)
{
    const struct account *own = account_at(state, account);
    const enum notice     before = (enum notice)own->notice;
    const enum notice     now = notice_after(before, own->used, account_limit(state, account));
    if (now == before) return;
    struct account *noted = account_edit(state, account);
    noted->notice = (uint32_t)now;
    if (now > before) noted->notice_seq = server_at(state)->size;
}
