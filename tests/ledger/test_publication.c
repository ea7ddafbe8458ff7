// A directory that is published step by step is the one that is published at once.
#include "ledger/publication.h"
#include "tests/ledger/fixture.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

static struct fixture     fixture;
static struct publication publication;
static char               directory[96];

static int shell(const char *act)
{
    char line[1024];
    snprintf(line, sizeof line, "d=%s; %s", directory, act);
    return system(line);
}

static void setup(void)
{
    fixture_init(&fixture);
    cr_assert(eq(int, fixture_create(&fixture), OK));
    snprintf(directory, sizeof directory, "%s/public", fixture.root);
    publication = (struct publication){.directory = directory};
}

static void teardown(void)
{
    cr_expect(zero(int, shell("rm -rf $d $d-2 $d-3")));
    fixture_release(&fixture);
}

TestSuite(publication, .init = setup, .fini = teardown, .timeout = 120);

static void grow(uint64_t size)
{
    cr_assert(eq(int, fixture_grow(&fixture, size, 4000), OK));
}

static enum status renew(void)
{
    return publication_renew(&publication, fixture.ledger);
}

static enum status renew_at_once(void)
{
    char path[128];
    cr_assert(zero(int, shell("rm -rf $d-2")));
    snprintf(path, sizeof path, "%s-2", directory);
    struct publication other = {.directory = path};
    return publication_renew(&other, fixture.ledger);
}

static void expect_same(void)
{
    cr_assert(eq(int, renew_at_once(), OK));
    cr_expect(zero(int, shell("diff -r $d $d-2")), "at size %" PRIu64, ledger_size(fixture.ledger));
}

Test(publication, step_by_step_is_the_same_as_at_once)
{
    static const uint64_t sizes[] = {1,   2,   5,   255, 256,   257,   511,   512,
                                     513, 700, 768, 769, 65535, 65536, 65537, 66000};
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        grow(sizes[i]);
        cr_assert(eq(int, renew(), OK));
        cr_expect(publication.is_new);
        cr_expect(eq(u64, publication.size, sizes[i]));
        expect_same();
    }
}

Test(publication, writes_nothing_where_nothing_is_new)
{
    grow(300);
    cr_assert(eq(int, renew(), OK));
    cr_assert(zero(int, shell("touch -d 2000-01-01 $(find $d -type f)")));
    cr_assert(eq(int, renew(), OK));
    cr_expect(not(publication.is_new));
    cr_expect(zero(int, shell("test -z \"$(find $d -type f -newermt 2001-01-01)\"")));
    grow(301);
    cr_assert(eq(int, renew(), OK));
    cr_expect(zero(int, shell("cd $d; test \"$(find . -type f -newermt 2001-01-01 | sort | xargs)\""
                              " = './checkpoint ./tile/0/001.p/45'")),
              "the full tile and the one above are as they were");
}

// Cut short at any place, it leaves a head whose tiles are all there, and rests that go.
Test(publication, goes_on_where_it_was_cut_short)
{
    grow(500);
    cr_assert(eq(int, renew(), OK));
    cr_assert(zero(int, shell("cp -a $d $d-3")));
    grow(1000);
    cr_assert(eq(int, renew(), OK));
    // The tiles of 1000, before its head.
    cr_assert(zero(int, shell("cp $d-3/checkpoint $d; cp -a $d-3/tile/0/001.p $d/tile/0/;"
                              "echo cut > $d/tile/0/003.p/99.new")));
    grow(1001);
    publication.size_swept = 0; // another process
    cr_assert(eq(int, renew(), OK));
    expect_same();
    // The head, before the rests went.
    cr_assert(zero(int, shell("cp -a $d-3/tile/0/001.p $d/tile/0/")));
    publication.size_swept = 0;
    cr_assert(eq(int, renew(), OK));
    cr_expect(not(publication.is_new));
    expect_same();
}

Test(publication, takes_nothing_back)
{
    grow(300);
    cr_assert(eq(int, renew(), OK));
    cr_assert(zero(int, shell("cp -a $d/../ledger $d-3")));
    grow(400);
    cr_assert(eq(int, renew(), OK));
    cr_assert(zero(int, shell("cp $d/checkpoint $d-2")));
    ledger_close(fixture.ledger);
    fixture.ledger = NULL;
    cr_assert(zero(int, shell("rm -rf $d/../ledger; cp -a $d-3 $d/../ledger")));
    cr_assert(eq(int, fixture_open(&fixture), OK));
    cr_expect(eq(int, renew(), STATUS_BEHIND), "shorter");

    const struct text_leaf other = {.at = "another", .size = 7};
    cr_assert(eq(int, ledger_begin(fixture.ledger), OK));
    cr_assert(eq(int, ledger_append(fixture.ledger, leaf_view(&other)), OK));
    cr_assert(eq(int, ledger_commit(fixture.ledger, &fixture.signer), OK));
    grow(500);
    cr_expect(eq(int, renew(), STATUS_BEHIND), "another");
    cr_expect(zero(int, shell("cmp $d/checkpoint $d-2")));
}

Test(publication, refuses_what_is_no_head_of_this_ledger)
{
    grow(10);
    cr_assert(zero(int, shell("mkdir $d; echo nonsense > $d/checkpoint")));
    cr_expect(eq(int, renew(), STATUS_CORRUPT));
    cr_assert(zero(int, shell("rm $d/checkpoint; mkdir -p $d/checkpoint")));
    cr_expect(eq(int, renew(), STATUS_IO));
}

// Not as the end of what there is to write, which is done well.
Test(publication, into_what_is_not_there_says_so)
{
    char path[128];
    snprintf(path, sizeof path, "%s/none/public", fixture.root);
    publication.directory = path;
    grow(3);
    cr_expect(eq(int, renew(), STATUS_NOT_FOUND));
    cr_expect(zero(u64, publication.size));
}
