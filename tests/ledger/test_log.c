#include "ledger/log.h"

#include "core/base/limits.h"
#include "tests/ledger/fixture.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <sys/stat.h>

enum { SIZE_MAX_TRIED = 65537 };

static struct fixture f;
static struct tree    trees[SIZE_MAX_TRIED + 1]; // the oracle: the frontier at every size

static void setup(void)
{
    fixture_init(&f);
}

static void teardown(void)
{
    fixture_release(&f);
}

static void grow_oracle(uint64_t size)
{
    for (uint64_t seq = 0; seq < size; seq++) {
        const struct hash hash = leaf_hash(seq);
        trees[seq + 1] = trees[seq];
        tree_append(&trees[seq + 1], &hash);
    }
}

static struct hash root_at(uint64_t size)
{
    return tree_root(&trees[size]);
}

static void expect_leaf(uint64_t seq)
{
    const struct text_leaf leaf = leaf_of(seq);
    struct bytes           found = {0};
    struct hash            stored;
    const struct hash      hash = leaf_hash(seq);
    cr_assert(eq(int, ledger_read(f.ledger, seq, &found), OK), "leaf %" PRIu64, seq);
    cr_assert(bytes_is_equal(found, leaf_view(&leaf)), "leaf %" PRIu64, seq);
    cr_assert(eq(int, ledger_leaf_hash(f.ledger, seq, &stored), OK), "leaf %" PRIu64, seq);
    cr_assert(hash_is_equal(&stored, &hash), "leaf %" PRIu64, seq);
}

// Size, all leaves, root, and a newest checkpoint that verifies and says so.
static void expect_ledger(uint64_t size)
{
    struct ledger_checkpoint newest;
    struct checkpoint        sealed;
    struct bytes             beyond;
    struct hash              root;
    uint64_t                 signed_by = 0;
    const struct hash        expected = root_at(size);

    cr_assert(eq(u64, ledger_size(f.ledger), size));
    for (uint64_t seq = 0; seq < size; seq++)
        expect_leaf(seq);
    cr_expect(eq(int, ledger_read(f.ledger, size, &beyond), STATUS_NOT_FOUND));
    cr_assert(eq(int, ledger_root(f.ledger, size, &root), OK));
    cr_expect(hash_is_equal(&root, &expected), "size %" PRIu64, size);
    cr_expect(eq(int, ledger_root(f.ledger, size + 1, &root), STATUS_NOT_FOUND));

    cr_assert(eq(int, ledger_newest(f.ledger, &newest), OK));
    cr_expect(eq(u64, newest.size, size));
    cr_assert(eq(
        int, checkpoint_verify(newest.note, f.options.origin, &f.options.keys, &sealed, &signed_by),
        OK));
    cr_expect(eq(u64, sealed.size, size));
    cr_expect(hash_is_equal(&sealed.root, &expected), "size %" PRIu64, size);
}

// A tile's hash said another way: a tree over the leaves below it.
static struct hash subtree(uint64_t from, uint64_t to)
{
    struct tree tree = {0};
    for (uint64_t seq = from; seq < to; seq++) {
        const struct hash hash = leaf_hash(seq);
        tree_append(&tree, &hash);
    }
    return tree_root(&tree);
}

static void expect_tile(uint32_t level, uint64_t number, uint64_t hash_count)
{
    const uint64_t span = (uint64_t)1 << (8 * level);
    struct bytes   hashes;
    cr_assert(eq(int, ledger_tile(f.ledger, level, number, &hashes), OK));
    cr_assert(eq(sz, hashes.size, hash_count * HASH_SIZE), "tile %u/%" PRIu64, level, number);
    for (uint64_t i = 0; i < hash_count; i++) {
        const uint64_t    from = (number * 256 + i) * span;
        const struct hash hash = subtree(from, from + span);
        cr_assert(memcmp(hashes.at + i * HASH_SIZE, hash.at, HASH_SIZE) == 0,
                  "tile %u/%" PRIu64 " hash %" PRIu64, level, number, i);
    }
}

static void expect_tiles(uint64_t size)
{
    struct bytes hashes;
    for (uint32_t level = 0; level < 3; level++) {
        const uint64_t count = size >> (8 * level);
        for (uint64_t number = 0; number < count / 256; number++)
            expect_tile(level, number, 256);
        if (count % 256 != 0) expect_tile(level, count / 256, count % 256);
        const uint64_t after = (count + 255) / 256;
        cr_expect(eq(int, ledger_tile(f.ledger, level, after, &hashes), STATUS_NOT_FOUND));
    }
    cr_expect(eq(int, ledger_tile(f.ledger, 3, 0, &hashes), STATUS_NOT_FOUND));
    cr_expect(eq(int, ledger_tile(f.ledger, 99, 0, &hashes), STATUS_NOT_FOUND));
}

Test(log, a_new_ledger_is_empty, .init = setup, .fini = teardown)
{
    struct ledger_checkpoint newest;
    struct bytes             leaf;
    struct hash              root;
    const struct hash        empty = root_at(0);
    struct stat              file;
    char                     path[128];

    cr_expect(eq(int, fixture_open(&f), STATUS_NOT_FOUND));
    cr_expect(zero(int, strcmp(f.complaint.what, "directory")));
    cr_assert(eq(int, fixture_create(&f), OK));
    cr_expect(eq(u64, ledger_size(f.ledger), 0));
    cr_expect(eq(u64, ledger_first(f.ledger), 0));
    cr_expect(eq(int, ledger_read(f.ledger, 0, &leaf), STATUS_NOT_FOUND));
    cr_expect(eq(int, ledger_newest(f.ledger, &newest), STATUS_NOT_FOUND));
    cr_expect(eq(int, ledger_checkpoint_from(f.ledger, 0, &newest), STATUS_NOT_FOUND));
    cr_assert(eq(int, ledger_root(f.ledger, 0, &root), OK));
    cr_expect(hash_is_equal(&root, &empty));

    cr_assert(eq(int, stat(f.directory, &file), 0));
    cr_expect(eq(int, file.st_mode & 0777, 0700));
    static const char *const names[] = {"data.mdb", "lock.mdb", "writer.lock"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        snprintf(path, sizeof path, "%s/%s", f.directory, names[i]);
        cr_assert(eq(int, stat(path, &file), 0), "%s", names[i]);
        cr_expect(eq(int, file.st_mode & 0777, 0600), "%s", names[i]);
    }
    ledger_close(f.ledger);
    f.ledger = NULL;
    cr_expect(eq(int, ledger_create(f.directory, &f.options), STATUS_EXISTS));
}

Test(log, a_directory_open_to_others_is_refused, .init = setup, .fini = teardown)
{
    cr_assert(eq(int, fixture_create(&f), OK));
    cr_assert(eq(int, chmod(f.directory, 0750), 0));
    cr_expect(eq(int, fixture_reopen(&f), STATUS_PERMISSION));
    cr_expect(eq(int, ledger_create(f.directory, &f.options), STATUS_PERMISSION));
    cr_assert(eq(int, chmod(f.directory, 0700), 0));
    char path[128];
    snprintf(path, sizeof path, "%s/data.mdb", f.directory);
    cr_assert(eq(int, chmod(path, 0604), 0));
    cr_expect(eq(int, fixture_open(&f), STATUS_PERMISSION));
    cr_assert(eq(int, chmod(path, 0600), 0));
    cr_expect(eq(int, fixture_open(&f), OK));
}

Test(log, what_is_committed_is_there_at_every_batch_size, .init = setup, .fini = teardown,
     .timeout = 120)
{
    static const struct {
        uint64_t size;
        uint64_t batch;
    } rows[] = {
        {1,   1  },
        {2,   1  },
        {300, 1  },
        {255, 255},
        {256, 256},
        {257, 257},
        {256, 255},
        {257, 256},
        {513, 257},
        {770, 255},
        {600, 100},
    };
    grow_oracle(800);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        cr_assert(eq(int, fixture_create(&f), OK));
        cr_assert(eq(int, fixture_grow(&f, rows[i].size, rows[i].batch), OK));
        expect_ledger(rows[i].size);
        expect_tiles(rows[i].size);
        cr_assert(eq(int, fixture_reopen(&f), OK), "%s: %s", f.complaint.what, f.complaint.why);
        expect_ledger(rows[i].size);
        expect_tiles(rows[i].size);
        fixture_release(&f);
        fixture_init(&f);
    }
}

static void expect_inclusion(uint64_t index, uint64_t size)
{
    struct tree_proof proof;
    const struct hash leaf = leaf_hash(index);
    const struct hash root = root_at(size);
    cr_assert(eq(int, ledger_inclusion(f.ledger, index, size, &proof), OK));
    cr_assert(tree_verify_inclusion(&proof, index, size, &leaf, &root),
              "leaf %" PRIu64 " of %" PRIu64, index, size);
}

static void expect_consistency(uint64_t size_old, uint64_t size_new)
{
    struct tree_proof proof;
    const struct hash root_old = root_at(size_old);
    const struct hash root_new = root_at(size_new);
    cr_assert(eq(int, ledger_consistency(f.ledger, size_old, size_new, &proof), OK));
    cr_assert(tree_verify_consistency(&proof, size_old, size_new, &root_old, &root_new),
              "%" PRIu64 " to %" PRIu64, size_old, size_new);
}

static bool is_near_border(uint64_t number)
{
    return number % 256 < 2 || number % 256 > 253;
}

Test(log, every_proof_around_a_tile_border_verifies, .init = setup, .fini = teardown,
     .timeout = 120)
{
    grow_oracle(516);
    cr_assert(eq(int, fixture_create(&f), OK));
    cr_assert(eq(int, fixture_grow(&f, 514, 100), OK));
    for (uint64_t size = 1; size <= 514; size++) {
        const bool is_dense = size < 20 || is_near_border(size);
        for (uint64_t index = 0; is_dense && index < size; index++) {
            expect_inclusion(index, size);
            expect_consistency(index, size);
        }
        expect_consistency(size, size);
    }
    struct tree_proof proof;
    cr_expect(eq(int, ledger_inclusion(f.ledger, 5, 515, &proof), STATUS_NOT_FOUND));
    cr_expect(eq(int, ledger_inclusion(f.ledger, 514, 514, &proof), STATUS_NOT_FOUND));
    cr_expect(eq(int, ledger_consistency(f.ledger, 1, 515, &proof), STATUS_NOT_FOUND));
    cr_expect(eq(int, ledger_consistency(f.ledger, 3, 2, &proof), STATUS_NOT_FOUND));

    // The same inside a batch, where the last hashes stand in no tile of the disk yet.
    cr_assert(eq(int, ledger_begin(f.ledger), OK));
    cr_assert(eq(int, fixture_append(&f, 2), OK));
    for (uint64_t index = 0; index < 516; index++) {
        expect_inclusion(index, 516);
        expect_consistency(index, 516);
    }
    ledger_abort(f.ledger);
}

// One ledger grows over the border of the second level, in steps that meet it from all sides.
Test(log, the_third_level_begins_at_65536_leaves, .init = setup, .fini = teardown, .timeout = 240)
{
    static const uint64_t sizes[] = {65535, 65536, 65537};
    grow_oracle(SIZE_MAX_TRIED);
    cr_assert(eq(int, fixture_create(&f), OK));
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        const uint64_t size = sizes[i];
        cr_assert(eq(int, fixture_grow(&f, size, 65535), OK));
        cr_assert(eq(int, fixture_reopen(&f), OK), "%s: %s", f.complaint.what, f.complaint.why);
        cr_assert(eq(u64, ledger_size(f.ledger), size));
        for (uint64_t at = 0; at < size; at += is_near_border(at) && at > 65000 ? 1 : 61) {
            expect_leaf(at);
            expect_inclusion(at, size);
            expect_consistency(at, size);
        }
        expect_inclusion(size - 1, size);
        expect_consistency(size - 1, size);
    }
    expect_tiles(SIZE_MAX_TRIED);
    fixture_release(&f);

    fixture_init(&f);
    cr_assert(eq(int, fixture_create(&f), OK));
    cr_assert(eq(int, fixture_grow(&f, 65537, 65537), OK));
    cr_assert(eq(int, fixture_reopen(&f), OK), "%s: %s", f.complaint.what, f.complaint.why);
    expect_ledger(65537);
}

Test(log, an_aborted_batch_never_was, .init = setup, .fini = teardown)
{
    static const uint64_t aborted[] = {1, 55, 56, 57, 256, 600};
    grow_oracle(1000);
    cr_assert(eq(int, fixture_create(&f), OK));
    cr_assert(eq(int, fixture_grow(&f, 200, 50), OK));
    for (size_t i = 0; i < sizeof aborted / sizeof aborted[0]; i++) {
        cr_assert(eq(int, ledger_begin(f.ledger), OK));
        cr_assert(eq(int, fixture_append(&f, aborted[i]), OK));
        cr_assert(eq(u64, ledger_size(f.ledger), 200 + aborted[i]));
        expect_leaf(199 + aborted[i]); // the batch sees itself
        ledger_abort(f.ledger);
        expect_ledger(200);
        expect_tiles(200);
    }
    cr_assert(eq(int, fixture_commit(&f, 500), OK));
    expect_ledger(700);
    expect_tiles(700);
    cr_assert(eq(int, fixture_reopen(&f), OK), "%s: %s", f.complaint.what, f.complaint.why);
    expect_ledger(700);

    cr_assert(eq(int, ledger_begin(f.ledger), OK));
    cr_assert(eq(int, fixture_append(&f, 100), OK));
    cr_assert(eq(int, fixture_reopen(&f), OK)); // closed with a batch open
    expect_ledger(700);
}

Test(log, a_leaf_of_any_allowed_size_comes_back, .init = setup, .fini = teardown)
{
    static uint8_t        memory[LEAF_SIZE_MAX + 1];
    static const uint64_t sizes[] = {0, 1, 2022, 2023, 4096, LEAF_SIZE_MAX};
    memset(memory, 0xA5, sizeof memory);
    cr_assert(eq(int, fixture_create(&f), OK));
    cr_assert(eq(int, ledger_begin(f.ledger), OK));
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++)
        cr_assert(eq(int, ledger_append(f.ledger, (struct bytes){memory, sizes[i]}), OK));
    cr_expect(
        eq(int, ledger_append(f.ledger, (struct bytes){memory, sizeof memory}), STATUS_TOO_LARGE));
    cr_assert(eq(int, ledger_commit(f.ledger, &f.signer), OK));
    cr_assert(eq(int, fixture_reopen(&f), OK), "%s: %s", f.complaint.what, f.complaint.why);
    for (uint64_t seq = 0; seq < sizeof sizes / sizeof sizes[0]; seq++) {
        struct bytes leaf;
        cr_assert(eq(int, ledger_read(f.ledger, seq, &leaf), OK));
        cr_expect(bytes_is_equal(leaf, (struct bytes){memory, sizes[seq]}));
    }
}

Test(log, an_empty_batch_seals_an_empty_ledger_and_else_changes_nothing, .init = setup,
     .fini = teardown)
{
    struct ledger_checkpoint newest;
    cr_assert(eq(int, fixture_create(&f), OK));
    cr_assert(eq(int, fixture_commit(&f, 0), OK));
    expect_ledger(0);
    cr_assert(eq(int, fixture_reopen(&f), OK), "%s: %s", f.complaint.what, f.complaint.why);
    grow_oracle(3);
    cr_assert(eq(int, fixture_commit(&f, 3), OK));
    cr_assert(eq(int, fixture_commit(&f, 0), OK));
    expect_ledger(3);
    cr_assert(eq(int, ledger_checkpoint_from(f.ledger, 0, &newest), OK));
    cr_expect(eq(u64, newest.size, 0)); // the first of its span is kept
}

Test(log, a_signer_that_would_not_be_trusted_seals_nothing, .init = setup, .fini = teardown)
{
    struct signer other;
    fixture_init_signer(&other, FIXTURE_ORIGIN, 8);
    grow_oracle(10);
    cr_assert(eq(int, fixture_create(&f), OK));
    cr_assert(eq(int, fixture_commit(&f, 10), OK));
    cr_assert(eq(int, ledger_begin(f.ledger), OK));
    cr_assert(eq(int, fixture_append(&f, 5), OK));
    cr_expect(eq(int, ledger_commit(f.ledger, &other), STATUS_UNKNOWN_KEY));
    expect_ledger(10);
    signer_release(&other);
}

Test(log, a_scan_gives_each_leaf_once_and_in_order, .init = setup, .fini = teardown, .timeout = 120)
{
    static const struct {
        const char *when;
        uint64_t    from, to;
    } rows[] = {
        {"all",                   0,     70000},
        {"nothing",               5,     5    },
        {"only the first",        0,     1    },
        {"only the last",         69999, 70000},
        {"just over one renewal", 4463,  70000},
        {"the middle",            255,   514  },
    };
    struct ledger_scan *scan = NULL;
    struct bytes        found;
    cr_assert(eq(int, fixture_create(&f), OK));
    cr_assert(eq(int, fixture_grow(&f, 70000, 9000), OK));
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        cr_assert(eq(int, ledger_scan_open(f.ledger, rows[i].from, rows[i].to, &scan), OK));
        for (uint64_t seq = rows[i].from; seq < rows[i].to; seq++) {
            const struct text_leaf leaf = leaf_of(seq);
            cr_assert(eq(int, ledger_scan_next(scan, &found), OK), "when %s", rows[i].when);
            cr_assert(bytes_is_equal(found, leaf_view(&leaf)), "when %s", rows[i].when);
            if (seq == rows[i].from) cr_assert(eq(int, fixture_commit(&f, 1), OK));
        }
        cr_expect(eq(int, ledger_scan_next(scan, &found), STATUS_NOT_FOUND));
        ledger_scan_close(scan);
    }
    const uint64_t size = ledger_size(f.ledger);
    cr_expect(eq(int, ledger_scan_open(f.ledger, 0, size + 1, &scan), STATUS_NOT_FOUND));
    cr_assert(eq(int, ledger_begin(f.ledger), OK));
    cr_assert(eq(int, fixture_append(&f, 1), OK));
    cr_expect(eq(int, ledger_scan_open(f.ledger, 0, size + 1, &scan), STATUS_NOT_FOUND),
              "what is not committed is not scanned");
    ledger_abort(f.ledger);
}

Test(log, the_ledger_tells_how_full_it_is, .init = setup, .fini = teardown)
{
    cr_assert(eq(int, fixture_create(&f), OK));
    const struct ledger_usage before = ledger_usage(f.ledger);
    cr_expect(eq(u64, before.bytes_max, (uint64_t)1 << 30));
    cr_assert(eq(int, fixture_commit(&f, 5000), OK));
    const struct ledger_usage after = ledger_usage(f.ledger);
    cr_expect(gt(u64, after.bytes_used, before.bytes_used + 5000 * 32));
    cr_expect(lt(u64, after.bytes_used, after.bytes_max));
    cr_expect(eq(int, ledger_clear_dead_readers(f.ledger), OK));
}
