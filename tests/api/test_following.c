// The changes that those hear of who listen to one subtree: found in what was followed as they are
// found by looking at all changes.
#include "api/daemon/following.h"

#include "projections/groups.h"
#include "tests/support/play.h"
#include "tests/support/random.h"

enum { TOPS = 3, GROUPS = 256 };

static struct following following[TOPS];

struct finding {
    bool                  is_known;
    uint64_t              next;
    struct changed_group  groups[GROUPS];
    struct changed_groups changed;
};

static struct finding followed(const struct following *of, const struct state *state, uint64_t from)
{
    static struct finding found;
    found.next = from;
    found.changed = (struct changed_groups){found.groups, 0, GROUPS};
    found.is_known = following_find(of, state, &found.next, &found.changed);
    return found;
}

static struct finding looked(const struct state *state, uint32_t top, uint64_t from)
{
    static struct finding found;
    found.next = from;
    found.changed = (struct changed_groups){found.groups, 0, GROUPS};
    found.is_known = changed_groups_find(state, top, &found.next, &found.changed);
    return found;
}

static const struct changed_group *in(const struct finding *finding, uint32_t group)
{
    for (uint32_t i = 0; i < finding->changed.count; i++) {
        if (finding->groups[i].group == group) return &finding->groups[i];
    }
    return NULL;
}

// The group stands where it is since after its change: then it came into the subtree with the move,
// which is told itself.
static bool was_moved(const struct state *state, const struct changed_group *changed)
{
    for (uint32_t at = changed->group; at != 0; at = group_at(state, at)->parent) {
        if (group_placed(state, at) > changed->seq) return true;
    }
    return false;
}

// How many groups both found.
static uint32_t compare(const struct following *of, const struct state *state, uint64_t from)
{
    const struct finding own = followed(of, state, from), all = looked(state, of->top, from);
    uint32_t             same = 0;
    cr_assert(own.is_known && all.is_known);
    cr_assert(eq(u64, own.next, all.next));
    for (uint32_t i = 0; i < own.changed.count; i++) {
        const struct changed_group *other = in(&all, own.groups[i].group);
        cr_assert(other != NULL, "a group that did not change");
        cr_assert(le(u64, own.groups[i].seq, other->seq));
        same += own.groups[i].seq == other->seq;
    }
    for (uint32_t i = 0; i < all.changed.count; i++) {
        const struct changed_group *other = in(&own, all.groups[i].group);
        const bool                  is_there = other != NULL && other->seq == all.groups[i].seq;
        cr_assert(is_there || was_moved(state, &all.groups[i]), "a change is missing");
    }
    return same;
}

Test(following, finds_what_looking_at_all_changes_finds, .timeout = 240)
{
    uint64_t same = 0;
    for (uint64_t seed = 1; seed <= 40; seed++) {
        struct random   random = {seed * 7919};
        struct company *company = company_open();
        struct state   *state = company_state(company);
        char            line[RANDOM_LINE_SIZE];
        uint64_t        first[TOPS];
        random_begin(&random, company);
        for (uint32_t i = 0; i < TOPS; i++) {
            following[i] = (struct following){.top = 0};
            first[i] = state_change_count(state);
        }
        for (int step = 0; step < 200; step++) {
            random_line(&random, company, line);
            (void)company_say(company, line);
            for (uint32_t i = 0; i < TOPS; i++) {
                const uint32_t top = i + 1; // the server and the first groups
                if (top != following[i].top) first[i] = state_change_count(state);
                following_look(&following[i], state, top);
                const uint64_t past = state_change_count(state) - first[i];
                const uint64_t back = past == 0 ? 0 : random_below(&random, (uint32_t)past + 1);
                if (back > 30) continue; // more groups than are found at once
                same += compare(&following[i], state, state_change_count(state) - back);
            }
        }
        company_close(company);
    }
    cr_expect(gt(u64, same, 10000), "%llu", (unsigned long long)same);
}

static const struct turn two_groups[] = {
    {"license sip 100000 per-server", "ok"},
    {"eula 1",                        "ok"},
    {"group A",                       "ok"},
    {"group A/B",                     "ok"},
    {"group C",                       "ok"},
};

// From now on.
static struct company *listen_to_a(void)
{
    struct company     *company = company_open();
    const struct state *state = company_state(company);
    play_on(company, TURNS(two_groups));
    following[0] = (struct following){.top = 0};
    following_look(&following[0], state, group_find(state, bytes_of_text("A")));
    return company;
}

Test(following, what_was_before_is_not_known)
{
    struct company *company = listen_to_a();
    struct state   *state = company_state(company);
    const uint32_t  a = following[0].top;
    const uint64_t  begin = state_change_count(state);
    cr_expect(followed(&following[0], state, begin).is_known);
    cr_expect(not(followed(&following[0], state, begin - 1).is_known));

    expect_said(company, "consume A/B sip n1", "ok");
    following_look(&following[0], state, a);
    cr_expect(eq(u32, followed(&following[0], state, begin).changed.count, 2), "A/B and A");
    following_look(&following[0], state, group_find(state, bytes_of_text("C")));
    cr_expect(not(followed(&following[0], state, begin).is_known), "of another group now");
    company_close(company);
}

Test(following, more_than_it_notes_is_forgotten_from_the_old_end, .timeout = 120)
{
    struct company *company = listen_to_a();
    struct state   *state = company_state(company);
    const uint32_t  a = following[0].top;
    const uint64_t  begin = state_change_count(state);
    for (int round = 0; round < 5; round++) {
        expect_said(company, "1000 x consume A sip a#", "ok");
        expect_said(company, "1000 x consume C sip c#", "ok");
        following_look(&following[0], state, a);
        expect_said(company, "1000 x release sip a#", "ok");
        expect_said(company, "1000 x release sip c#", "ok");
        following_look(&following[0], state, a);
    }
    cr_expect(eq(u64, following[0].count, 10000));
    cr_expect(gt(u64, following[0].first, begin));
    cr_expect(not(followed(&following[0], state, following[0].first - 1).is_known));
    cr_expect(eq(u32, compare(&following[0], state, following[0].first), 1));
    company_close(company);
}

Test(following, who_falls_behind_the_ring_of_changes_begins_anew, .timeout = 120)
{
    struct company *company = listen_to_a();
    struct state   *state = company_state(company);
    const uint32_t  a = following[0].top;
    const uint64_t  begin = state_change_count(state);
    for (uint32_t i = 0; i <= CHANGE_RING_SIZE; i++)
        state_note_change(state, group_find(state, bytes_of_text("C")), 0);
    following_look(&following[0], state, a);
    cr_expect(eq(u64, following[0].first, state_change_count(state)));
    cr_expect(not(followed(&following[0], state, begin).is_known));
    company_close(company);
}
