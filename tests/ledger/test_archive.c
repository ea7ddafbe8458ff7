// Leaves are moved into files: what stays, what comes back, what is refused.
#include "ledger/archive.h"
#include "tests/ledger/fixture.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <fcntl.h>
#include <sys/stat.h>

enum { SIZE = 1100, BATCH = 7 };

static struct fixture f;
static char           directory[96];
static uint64_t       told;

static int shell(const char *act)
{
    char line[1024];
    snprintf(line, sizeof line, "d=%s; %s", directory, act);
    return system(line);
}

static void setup(void)
{
    fixture_init(&f);
    cr_assert(eq(int, fixture_create(&f), OK));
    cr_assert(eq(int, fixture_grow(&f, SIZE, BATCH), OK));
    snprintf(directory, sizeof directory, "%s/archive", f.root);
    told = 0;
}

static void teardown(void)
{
    cr_expect(zero(int, shell("rm -rf $d $d-2")));
    fixture_release(&f);
}

TestSuite(archive, .init = setup, .fini = teardown, .timeout = 120);

// The daemon's process has the ledger open read-only; here it is this one's own.
static enum status reopen(bool is_read_only)
{
    f.options.is_read_only = is_read_only;
    return fixture_reopen(&f);
}

static void tell(void *context, uint64_t done)
{
    (void)context;
    cr_expect(ge(u64, done, told));
    told = done;
}

static enum status write_to(const char *path, uint64_t below, struct archiving *archiving)
{
    const struct ledger_options options = {
        .origin = f.options.origin, .keys = f.options.keys, .is_read_only = true};
    *archiving =
        (struct archiving){.directory = path, .options = &options, .below = below, .tell = tell};
    told = 0;
    const enum status status = archive_write(archiving, f.ledger);
    cr_expect(eq(int, archiving->why == NULL, status == OK));
    return status;
}

static enum status archive(uint64_t below)
{
    struct archiving archiving;
    return write_to(directory, below, &archiving);
}

static enum status drop(uint64_t below)
{
    cr_assert(eq(int, ledger_begin(f.ledger), OK));
    cr_assert(eq(int, ledger_drop(f.ledger, below), OK));
    return ledger_commit(f.ledger, &f.signer);
}

static void expect_leaf(struct bytes found, uint64_t seq)
{
    const struct text_leaf expected = leaf_of(seq);
    cr_assert(bytes_is_equal(found, leaf_view(&expected)), "leaf %" PRIu64, seq);
}

static void expect_leaves(uint64_t from, uint64_t to)
{
    struct ledger_scan *scan = NULL;
    struct bytes        leaf;
    cr_assert(eq(int, ledger_scan_open(f.ledger, from, to, &scan), OK));
    for (uint64_t seq = from; seq < to; seq++) {
        cr_assert(eq(int, ledger_scan_next(scan, &leaf), OK), "leaf %" PRIu64, seq);
        expect_leaf(leaf, seq);
    }
    cr_expect(eq(int, ledger_scan_next(scan, &leaf), STATUS_NOT_FOUND));
    ledger_scan_close(scan);
    for (uint64_t seq = from; seq < to; seq += 17) {
        cr_assert(eq(int, ledger_read(f.ledger, seq, &leaf), OK));
        expect_leaf(leaf, seq);
    }
}

static void expect_proofs(void)
{
    struct tree_proof proof;
    struct hash       root, old;
    const uint64_t    size = ledger_size(f.ledger);
    cr_assert(eq(int, ledger_root(f.ledger, size, &root), OK));
    for (uint64_t seq = 0; seq < size; seq += 13) {
        const struct hash hash = leaf_hash(seq);
        cr_assert(eq(int, ledger_inclusion(f.ledger, seq, size, &proof), OK));
        cr_expect(tree_verify_inclusion(&proof, seq, size, &hash, &root), "leaf %" PRIu64, seq);
    }
    for (uint64_t at = 1; at < size; at += 97) {
        cr_assert(eq(int, ledger_root(f.ledger, at, &old), OK));
        cr_assert(eq(int, ledger_consistency(f.ledger, at, size, &proof), OK));
        cr_expect(tree_verify_consistency(&proof, at, size, &old, &root), "size %" PRIu64, at);
    }
}

// --- Dropping ---------------------------------------------------------------

Test(archive, what_is_dropped_is_gone_and_still_proved)
{
    struct bytes        leaf;
    struct ledger_scan *scan = NULL;
    for (uint64_t below = 200; below <= 512; below += 104) { // slice by slice
        cr_assert(eq(int, drop(below), OK));
        cr_expect(eq(u64, ledger_archived(f.ledger), below));
        cr_expect(eq(u64, ledger_first(f.ledger), below));
        cr_expect(eq(int, ledger_read(f.ledger, below - 1, &leaf), STATUS_ARCHIVED));
        cr_expect(eq(int, ledger_scan_open(f.ledger, below - 1, SIZE, &scan), STATUS_ARCHIVED));
        expect_leaves(below, SIZE);
        expect_proofs();
        cr_assert(eq(int, fixture_reopen(&f), OK), "%s: %s", f.complaint.what, f.complaint.why);
    }
    cr_expect(eq(u64, ledger_first(f.ledger), 512));
    cr_assert(eq(int, fixture_commit(&f, 300), OK));
    expect_leaves(512, SIZE + 300);
    expect_proofs();
}

Test(archive, what_is_taken_back_was_not_dropped)
{
    cr_assert(eq(int, ledger_begin(f.ledger), OK));
    cr_assert(eq(int, ledger_drop(f.ledger, 300), OK));
    ledger_abort(f.ledger);
    cr_expect(zero(u64, ledger_archived(f.ledger)));
    expect_leaves(0, SIZE);
}

Test(archive, all_that_there_is_can_be_dropped)
{
    struct bytes leaf;
    cr_assert(eq(int, drop(SIZE), OK));
    cr_assert(eq(int, fixture_reopen(&f), OK));
    cr_expect(eq(int, ledger_read(f.ledger, SIZE - 1, &leaf), STATUS_ARCHIVED));
    cr_expect(eq(int, ledger_read(f.ledger, SIZE, &leaf), STATUS_NOT_FOUND));
    cr_assert(eq(int, fixture_commit(&f, 3), OK));
    expect_leaves(SIZE, SIZE + 3);
}

// --- Writing ----------------------------------------------------------------

Test(archive, is_a_ledger_of_the_leaves_below)
{
    struct archiving archiving;
    struct hash      root;
    struct stat      made;
    struct bytes     leaf;
    cr_assert(eq(int, write_to(directory, 512, &archiving), OK), "%s", archiving.why);
    cr_assert(eq(int, ledger_root(f.ledger, 512, &root), OK));
    cr_expect(hash_is_equal(&archiving.root, &root));
    cr_expect(gt(u64, told, 0));
    cr_assert(zero(int, stat(directory, &made)));
    cr_expect(eq(u32, made.st_mode & 0777, 0700));
    cr_assert(zero(int, shell("cp -r $d $d-2")));
    struct fixture live = f;
    f.ledger = NULL;
    snprintf(f.directory, sizeof f.directory, "%.60s/archive", f.root);
    cr_assert(eq(int, reopen(true), OK), "%s: %s", f.complaint.what, f.complaint.why);
    cr_expect(eq(u64, ledger_size(f.ledger), SIZE));
    cr_expect(eq(u64, ledger_first(f.ledger), 0));
    cr_expect(eq(u64, ledger_end(f.ledger), 512));
    expect_leaves(0, 512);
    cr_expect(eq(int, ledger_read(f.ledger, 512, &leaf), STATUS_NOT_FOUND));
    expect_proofs();
    ledger_close(f.ledger);
    f = live;
}

Test(archive, grows_into_the_one_that_is_written_at_once)
{
    struct archiving at_once;
    char             second[112];
    snprintf(second, sizeof second, "%s-2", directory);
    cr_assert(eq(int, archive(256), OK));
    cr_assert(eq(int, archive(256), OK), "once more");
    cr_assert(eq(int, fixture_commit(&f, 300), OK));
    cr_assert(eq(int, archive(1024), OK));
    cr_assert(eq(int, write_to(second, 1024, &at_once), OK));
    cr_expect(zero(int, shell("diff -r $d $d-2")));
}

Test(archive, goes_on_behind_what_was_dropped)
{
    cr_assert(eq(int, archive(512), OK));
    cr_assert(eq(int, drop(512), OK));
    cr_assert(eq(int, archive(768), OK));
    cr_assert(eq(int, drop(768), OK));
    cr_assert(eq(int, ledger_use_archive(f.ledger, directory), OK));
    expect_leaves(0, SIZE);
}

Test(archive, of_nothing_else_is_touched)
{
    struct archiving  archiving;
    char              path[112];
    const char *const others[] = {
        "mkdir -m 750 $d",                                // 0: others may enter it
        "mkdir -m 700 $d; : > $d/data.mdb",               // 1: a ledger's own
        "mkdir -m 700 $d; echo nonsense > $d/checkpoint", // 2
        ": > $d",                                         // 3: a file
    };
    const enum status want[] = {STATUS_PERMISSION, STATUS_USAGE, STATUS_MALFORMED, STATUS_IO};
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        cr_assert(zero(int, shell(others[i])));
        cr_expect(eq(int, archive(256), want[i]), "row %zu", i);
        cr_assert(zero(int, shell("test ! -e $d/tile && rm -r $d")), "row %zu", i);
    }
    snprintf(path, sizeof path, "%s/none/archive", f.root);
    cr_expect(eq(int, write_to(path, 256, &archiving), STATUS_NOT_FOUND));
}

// Of the same name and key, but with another history.
static void make_other(struct fixture *other)
{
    fixture_init(other);
    cr_assert(eq(int, fixture_create(other), OK));
    cr_assert(eq(int, ledger_begin(other->ledger), OK));
    cr_assert(eq(int, ledger_append(other->ledger, bytes_of_text("another")), OK));
    cr_assert(eq(int, ledger_commit(other->ledger, &other->signer), OK));
    cr_assert(eq(int, fixture_grow(other, SIZE, SIZE), OK));
}

Test(archive, of_another_ledger_or_of_a_later_one_is_not_gone_on_with)
{
    struct fixture other, own = f;
    make_other(&other);
    cr_assert(eq(int, archive(256), OK));
    f = other;
    cr_expect(eq(int, archive(256), STATUS_BEHIND), "another history");
    f = own;
    cr_assert(eq(int, fixture_commit(&f, 1), OK));
    cr_assert(eq(int, archive(256), OK));
    cr_expect(eq(int, archive(512), OK), "its own, of just that size");
    fixture_release(&other);
}

Test(archive, that_lacks_what_was_archived_before_is_none)
{
    char             second[112];
    struct archiving archiving;
    snprintf(second, sizeof second, "%s-2", directory);
    cr_assert(eq(int, archive(512), OK));
    cr_assert(eq(int, drop(512), OK));
    cr_expect(eq(int, write_to(second, 768, &archiving), STATUS_ARCHIVED), "an empty one");
    cr_assert(zero(int, shell("rm -rf $d-2; cp -r $d $d-2; echo 256 > $d-2/end")));
    cr_expect(eq(int, write_to(second, 768, &archiving), STATUS_ARCHIVED), "one that ends before");
    cr_assert(zero(int, shell("echo 512 > $d-2/end; echo 256 > $d-2/minimum")));
    cr_expect(eq(int, write_to(second, 768, &archiving), STATUS_ARCHIVED),
              "one that begins behind");
    cr_expect(eq(int, archive(768), OK), "the one");
}

Test(archive, of_a_leaf_that_is_not_what_was_sealed_is_not_written)
{
    struct archiving archiving;
    ledger_close(f.ledger);
    f.ledger = NULL;
    // A letter of leaf 39, behind the last byte of its key.
    cr_assert(zero(int, shell("sed -i \"s/'39 abc/'39 Xbc/\" ${d%/*}/ledger/data.mdb")));
    cr_assert(eq(int, fixture_open(&f), OK), "the last leaves are right");
    cr_expect(eq(int, write_to(directory, 512, &archiving), STATUS_CORRUPT));
    cr_expect(eq(u64, archiving.seq, 39));
    cr_expect(zero(int, shell("test ! -e $d/checkpoint")));
}

// --- Reading ----------------------------------------------------------------

static void drop_into_archive(uint64_t below)
{
    cr_assert(eq(int, archive(below), OK));
    cr_assert(eq(int, drop(below), OK));
}

Test(archive, at_hand_makes_the_ledger_whole)
{
    struct bytes leaf;
    drop_into_archive(512);
    cr_assert(eq(int, reopen(true), OK));
    cr_assert(eq(int, ledger_use_archive(f.ledger, directory), OK));
    cr_expect(zero(u64, ledger_first(f.ledger)));
    cr_expect(eq(u64, ledger_archived(f.ledger), 512));
    expect_leaves(0, SIZE);
    expect_leaves(511, SIZE);
    expect_leaves(512, SIZE);
    expect_leaves(100, 200);
    ledger_leave_archive(f.ledger);
    cr_expect(eq(u64, ledger_first(f.ledger), 512));
    cr_expect(eq(int, ledger_read(f.ledger, 511, &leaf), STATUS_ARCHIVED));
}

Test(archive, that_is_none_or_of_another_origin_is_refused)
{
    static const char *const acts[] = {
        "mv $d/checkpoint $d/kept",
        "sed -i s/test/tess/ $d/checkpoint",
        "echo 255 > $d/end",
        "echo 1280 > $d/end", // more than the checkpoint covers
        "echo 768 > $d/minimum; echo 512 > $d/end",
        "echo nonsense > $d/end",
    };
    const enum status want[] = {STATUS_NOT_FOUND, STATUS_CORRUPT, STATUS_CORRUPT,
                                STATUS_CORRUPT,   STATUS_CORRUPT, STATUS_CORRUPT};
    drop_into_archive(512);
    cr_assert(zero(int, shell("cp -r $d $d-2")));
    for (size_t i = 0; i < sizeof acts / sizeof acts[0]; i++) {
        cr_assert(zero(int, shell(acts[i])));
        cr_expect(eq(int, ledger_use_archive(f.ledger, directory), want[i]), "%s", acts[i]);
        cr_assert(zero(int, shell("rm -r $d; cp -r $d-2 $d")));
    }
    cr_expect(eq(int, ledger_use_archive(f.ledger, "/nowhere/at/all"), STATUS_NOT_FOUND));
    cr_assert(eq(int, ledger_use_archive(f.ledger, directory), OK));
    expect_leaves(0, SIZE);
}

Test(archive, that_ends_before_the_ledger_begins_leaves_a_gap)
{
    struct ledger_scan *scan = NULL;
    struct bytes        leaf;
    drop_into_archive(512);
    cr_assert(zero(int, shell("echo 256 > $d/end")));
    cr_assert(eq(int, ledger_use_archive(f.ledger, directory), OK));
    cr_expect(eq(int, ledger_read(f.ledger, 255, &leaf), OK));
    cr_expect(eq(int, ledger_read(f.ledger, 256, &leaf), STATUS_CORRUPT));
    cr_assert(eq(int, ledger_scan_open(f.ledger, 255, SIZE, &scan), OK));
    cr_expect(eq(int, ledger_scan_next(scan, &leaf), OK));
    cr_expect(eq(int, ledger_scan_next(scan, &leaf), STATUS_CORRUPT));
    ledger_scan_close(scan);
}
