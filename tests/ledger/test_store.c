// Several processes, and storage that is full.

#include "ledger/store.h"

#include "tests/ledger/fixture.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>

static struct fixture f;

static void setup(void)
{
    fixture_init(&f);
}

static void teardown(void)
{
    fixture_release(&f);
}

// --- Other processes --------------------------------------------------------

// A child that does one step for each byte it gets, and answers with a status byte. It is made
// before the parent opens anything, for no store outlives a fork.
struct child {
    pid_t pid;
    int   to, from;
};

static struct ledger_scan *scan;
static uint64_t            scanned;

// Opens one when there is none.
static enum status scan_next(void)
{
    struct bytes leaf;
    enum status  status = OK;
    if (scan == NULL) status = ledger_scan_open(f.ledger, 0, ledger_size(f.ledger), &scan);
    if (status == OK) status = ledger_scan_next(scan, &leaf);
    const struct text_leaf expected = leaf_of(scanned++);
    if (status == OK && !bytes_is_equal(leaf, leaf_view(&expected))) status = STATUS_CORRUPT;
    return status;
}

static void child_run(int in, int out)
{
    uint8_t step;
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    while (read(in, &step, 1) == 1) {
        enum status status = STATUS_USAGE;
        if (step == 'o') status = fixture_open(&f);
        if (step == 'f') status = ledger_refresh(f.ledger, &f.complaint);
        if (step == 'c') status = fixture_commit(&f, 1);
        if (step == 'b') status = ledger_begin(f.ledger);
        if (step == 's') status = (enum status)ledger_size(f.ledger);
        if (step == 'p') { // everything that a size of 4 can prove
            struct tree_proof        proof;
            struct ledger_checkpoint newest;
            struct bytes             leaf;
            const struct text_leaf   third = leaf_of(3);
            status = ledger_inclusion(f.ledger, 3, 4, &proof);
            if (status == OK) status = ledger_read(f.ledger, 3, &leaf);
            if (status == OK && !bytes_is_equal(leaf, leaf_view(&third))) status = STATUS_CORRUPT;
            if (status == OK) status = ledger_newest(f.ledger, &newest);
            if (status == OK && newest.size != 4) status = STATUS_CORRUPT;
            if (status == OK) status = ledger_checkpoint_from(f.ledger, 3, &newest);
            if (status == OK && newest.size != 4) status = STATUS_CORRUPT;
        }
        if (step == 'n') status = scan_next();
        if (step == 'w') {
            ledger_scan_look_away(scan);
            ledger_look_away(f.ledger);
            status = OK;
        }
        const uint8_t answer = (uint8_t)status;
        if (write(out, &answer, 1) != 1) break;
    }
    _exit(0);
}

static struct child child_start(void)
{
    int to[2], from[2];
    int made = pipe(to);
    cr_assert(eq(int, made, 0));
    made = pipe(from);
    cr_assert(eq(int, made, 0));
    const pid_t pid = fork();
    cr_assert(ne(int, pid, -1));
    if (pid == 0) {
        close(to[1]);
        close(from[0]);
        child_run(to[0], from[1]);
    }
    close(to[0]);
    close(from[1]);
    return (struct child){pid, to[1], from[0]};
}

static int child_do(const struct child *child, char step)
{
    uint8_t answer = 255;
    if (write(child->to, &step, 1) != 1) return 255;
    if (read(child->from, &answer, 1) != 1) return 255;
    return answer;
}

static void child_stop(const struct child *child)
{
    kill(child->pid, SIGKILL);
    waitpid(child->pid, NULL, 0);
    close(child->to);
    close(child->from);
}

Test(store, a_reader_beside_the_writer_sees_what_it_opened, .init = setup, .fini = teardown)
{
    f.options.is_read_only = true;
    const struct child reader = child_start();
    f.options.is_read_only = false;
    cr_assert(eq(int, fixture_create(&f), OK));
    cr_assert(eq(int, fixture_grow(&f, 4, 1), OK));
    cr_assert(eq(int, child_do(&reader, 'o'), OK));
    cr_assert(eq(int, child_do(&reader, 's'), 4));
    cr_assert(eq(int, child_do(&reader, 'p'), OK));
    for (uint64_t size = 5; size < 100; size += 7) {
        cr_assert(eq(int, fixture_grow(&f, size, 2), OK));
        cr_assert(eq(int, child_do(&reader, 's'), 4));
        cr_assert(eq(int, child_do(&reader, 'p'), OK));
    }
    cr_assert(eq(int, child_do(&reader, 'f'), OK));
    cr_assert(eq(int, child_do(&reader, 's'), (int)ledger_size(f.ledger)));
    child_stop(&reader);
    cr_expect(eq(int, ledger_clear_dead_readers(f.ledger), OK));
    cr_expect(eq(int, fixture_commit(&f, 1), OK));
}

// By how many bytes the file grows with so many batches of a leaf each.
static uint64_t growth(uint64_t batch_count)
{
    const uint64_t    before = ledger_usage(f.ledger).bytes_used;
    const enum status status = fixture_grow(&f, ledger_size(f.ledger) + batch_count, 1);
    cr_assert(eq(int, status, OK));
    return ledger_usage(f.ledger).bytes_used - before;
}

Test(store, a_reader_that_waits_makes_the_file_no_larger, .init = setup, .fini = teardown)
{
    enum { BATCHES = 200, LITTLE = BATCHES * 1024 }; // each batch writes some ten pages of 4 KiB
    f.options.is_read_only = true;
    const struct child reader = child_start();
    f.options.is_read_only = false;
    cr_assert(eq(int, fixture_create(&f), OK));
    cr_expect(lt(u64, growth(BATCHES), LITTLE), "nobody reads");
    cr_assert(eq(int, child_do(&reader, 'o'), OK));
    cr_expect(lt(u64, growth(BATCHES), LITTLE), "it is open");
    cr_assert(eq(int, child_do(&reader, 'n'), OK));
    cr_expect(gt(u64, growth(BATCHES), 10 * LITTLE), "a scan is under way");
    cr_assert(eq(int, child_do(&reader, 'w'), OK));
    cr_expect(lt(u64, growth(BATCHES), LITTLE), "it looks away");
    cr_assert(eq(int, child_do(&reader, 'n'), OK), "the leaf behind the one before");
    cr_assert(eq(int, child_do(&reader, 'w'), OK));
    cr_assert(eq(int, child_do(&reader, 'f'), OK));
    cr_expect(lt(u64, growth(BATCHES), LITTLE), "it has looked anew");
    child_stop(&reader);
}

Test(store, a_second_writer_is_refused, .init = setup, .fini = teardown)
{
    const struct child other = child_start();
    cr_assert(eq(int, fixture_create(&f), OK));
    cr_expect(eq(int, child_do(&other, 'o'), STATUS_LOCKED));
    struct ledger *second = NULL;
    cr_expect(eq(int, ledger_open(f.directory, &f.options, &second, &f.complaint), STATUS_LOCKED));
    f.options.is_read_only = true;
    cr_expect(eq(int, ledger_open(f.directory, &f.options, &second, &f.complaint), STATUS_LOCKED),
              "not even to read, in one process");
    f.options.is_read_only = false;
    cr_expect(eq(int, ledger_create(f.directory, &f.options), STATUS_LOCKED));
    cr_expect(eq(int, fixture_commit(&f, 3), OK));

    ledger_close(f.ledger);
    f.ledger = NULL;
    cr_expect(eq(int, child_do(&other, 'o'), OK));
    cr_expect(eq(int, fixture_open(&f), STATUS_LOCKED));
    child_stop(&other);
}

Test(store, a_killed_writer_leaves_no_lock_and_no_half_batch, .init = setup, .fini = teardown)
{
    const struct child other = child_start();
    cr_assert(eq(int, fixture_create(&f), OK));
    ledger_close(f.ledger);
    f.ledger = NULL;
    cr_assert(eq(int, child_do(&other, 'o'), OK));
    cr_assert(eq(int, child_do(&other, 'c'), OK));
    cr_assert(eq(int, child_do(&other, 'b'), OK));
    child_stop(&other);
    cr_assert(eq(int, fixture_open(&f), OK));
    cr_expect(eq(u64, ledger_size(f.ledger), 1));
    cr_expect(eq(int, fixture_commit(&f, 1), OK));
}

// --- Full -------------------------------------------------------------------

// Fills until a batch does not fit, and says how many leaves did.
static uint64_t fill(uint64_t batch)
{
    enum status status = OK;
    for (int i = 0; status == OK && i < 100000; i++)
        status = fixture_commit(&f, batch);
    cr_assert(eq(int, status, STATUS_FULL));
    return ledger_size(f.ledger);
}

static void expect_all_there(uint64_t size)
{
    cr_assert(eq(u64, ledger_size(f.ledger), size));
    for (uint64_t seq = 0; seq < size; seq++) {
        struct tree_proof      proof;
        struct bytes           leaf;
        const struct text_leaf expected = leaf_of(seq);
        cr_assert(eq(int, ledger_read(f.ledger, seq, &leaf), OK));
        cr_assert(bytes_is_equal(leaf, leaf_view(&expected)));
        cr_assert(eq(int, ledger_inclusion(f.ledger, seq, size, &proof), OK));
    }
}

Test(store, a_full_map_stops_writing_but_not_reading, .init = setup, .fini = teardown)
{
    f.options.map_size = 512 * 1024;
    cr_assert(eq(int, fixture_create(&f), OK));
    const uint64_t size = fill(50);
    expect_all_there(size);
    cr_expect(eq(int, fixture_commit(&f, 50), STATUS_FULL), "and again");
    expect_all_there(size);
    cr_assert(eq(int, fixture_reopen(&f), OK), "%s: %s", f.complaint.what, f.complaint.why);
    expect_all_there(size);
    f.options.map_size = 4 * 1024 * 1024;
    cr_assert(eq(int, fixture_reopen(&f), OK), "%s: %s", f.complaint.what, f.complaint.why);
    cr_assert(eq(int, fixture_commit(&f, 50), OK));
    expect_all_there(size + 50);
}

static void limit_files(rlim_t size)
{
    struct rlimit limit;
    signal(SIGXFSZ, SIG_IGN);
    getrlimit(RLIMIT_FSIZE, &limit);
    limit.rlim_cur = size;
    const int done = setrlimit(RLIMIT_FSIZE, &limit);
    cr_assert(eq(int, done, 0));
}

// A file size limit fails the writes of a commit as a full disk does: the last one is cut short.
Test(store, a_full_disk_stops_writing_until_there_is_room, .init = setup, .fini = teardown)
{
    static const rlim_t odd_sizes[] = {400 * 1024, 400 * 1024 + 512, 403 * 1024 + 1};
    for (size_t i = 0; i < sizeof odd_sizes / sizeof odd_sizes[0]; i++) {
        cr_assert(eq(int, fixture_create(&f), OK));
        limit_files(odd_sizes[i]);
        const uint64_t size = fill(50);
        expect_all_there(size);
        cr_expect(eq(int, fixture_commit(&f, 200), STATUS_FULL), "and again");
        limit_files(RLIM_INFINITY);
        expect_all_there(size);
        cr_assert(eq(int, fixture_commit(&f, 50), OK));
        cr_assert(eq(int, fixture_reopen(&f), OK), "%s: %s", f.complaint.what, f.complaint.why);
        expect_all_there(size + 50);
        fixture_release(&f);
        fixture_init(&f);
    }
}

Test(store, a_creation_without_room_is_begun_again, .init = setup, .fini = teardown)
{
    limit_files(4096);
    const enum status status = fixture_create(&f);
    cr_expect(ne(int, status, OK));
    limit_files(RLIM_INFINITY);
    cr_expect(eq(int, fixture_create(&f), OK), "%s: %s", f.complaint.what, f.complaint.why);
    cr_expect(eq(int, fixture_commit(&f, 1), OK));
}
