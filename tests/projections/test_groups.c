// The tree of groups (B03).
#include "projections/groups.h"
#include "tests/support/check.h"
#include "tests/support/play.h"

static const struct turn base[] = {
    {"license sip 5 per-server", "ok"},
    {"eula 1",                   "ok"},
    {"group b",                  "ok"},
    {"group a",                  "ok"},
    {"group b/x",                "ok"},
    {"group b/x/y",              "ok"},
    {"group a/x",                "ok"},
};

Test(groups, b03_a_group_stands_below_one_that_is_there_under_a_name_of_its_own)
{
    static const struct turn turns[] = {
        {"group a/x",   "NAME_TAKEN a/x"   },
        {"group a/y",   "ok"               },
        {"group c/x",   "UNKNOWN_GROUP c"  },
        {"group a/z/x", "UNKNOWN_GROUP a/z"},
        {"group A",     "ok"               },
        {"group /",     "MALFORMED group"  },
    };
    struct company *company = company_open();
    play_on(company, TURNS(base));
    play_on(company, TURNS(turns));
    cr_expect(state_check(company_state(company)) == NULL);
    company_close(company);
}

Test(groups, b14_a_new_group_is_unrestricted)
{
    static const struct turn turns[] = {
        {"more b/x/y sip",  "on own unlimited at /"},
        {"state b/x/y sip", "5/0/5"                },
    };
    struct company *company = company_open();
    play_on(company, TURNS(base));
    play_on(company, TURNS(turns));
    company_close(company);
}

static uint32_t find(const struct state *state, const char *path)
{
    return group_find(state, bytes_of_text(path));
}

Test(groups, a_walk_meets_every_group_below_its_root_once_parents_first)
{
    struct company *company = company_open();
    play_on(company, TURNS(base));
    const struct state *state = company_state(company);
    const char *const   all[] = {"/", "b", "b/x", "b/x/y", "a", "a/x"};
    uint32_t            group = SERVER_GROUP;
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
        cr_expect(eq(u32, group, find(state, all[i])), "%s", all[i]);
        group = group_walk(state, group, SERVER_GROUP);
    }
    cr_expect(eq(u32, group, 0));
    group = group_walk(state, find(state, "b/x"), find(state, "b/x"));
    cr_expect(eq(u32, group, find(state, "b/x/y")));
    cr_expect(eq(u32, group_walk(state, group, find(state, "b/x")), 0));
    cr_expect(group_is_within(state, find(state, "b/x/y"), find(state, "b")));
    cr_expect(group_is_within(state, find(state, "b"), find(state, "b")));
    cr_expect(not(group_is_within(state, find(state, "a/x"), find(state, "b"))));
    cr_expect(eq(u32, find(state, "a/x/y"), 0));
    company_close(company);
}
