// X17: what is kept beside the log comes, stays over a restart, and goes without a trace.
#include "tests/ledger/fixture.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <lmdb.h>
#include <sys/stat.h>

static struct fixture f;

static const struct contact_key maria = {CONTACT_OF_USER, 7 << 12};
static const struct contact_key dealer = {CONTACT_OF_ACTOR, 7 << 12};

static void setup(void)
{
    fixture_init(&f);
    cr_assert(eq(int, fixture_create(&f), OK));
    cr_assert(eq(int, fixture_commit(&f, 10), OK));
}

static void teardown(void)
{
    fixture_release(&f);
}

TestSuite(contacts, .init = setup, .fini = teardown);

static void put(struct contact_key key, const char *text)
{
    cr_assert(eq(int, ledger_begin(f.ledger), OK));
    cr_assert(eq(int, ledger_contact_put(f.ledger, key, bytes_of_text(text)), OK));
    cr_assert(eq(int, ledger_commit(f.ledger, &f.signer), OK));
}

static void erase(struct contact_key key)
{
    cr_assert(eq(int, ledger_begin(f.ledger), OK));
    cr_assert(eq(int, ledger_contact_erase(f.ledger, key), OK));
    cr_assert(eq(int, ledger_commit(f.ledger, &f.signer), OK));
}

static void expect_known(struct contact_key key, const char *text)
{
    struct bytes      found = {NULL, 0};
    const enum status status = ledger_contact_load(f.ledger, key, &found);
    if (text == NULL) {
        cr_expect(eq(int, status, STATUS_NOT_FOUND));
        return;
    }
    cr_assert(eq(int, status, OK));
    cr_expect(bytes_is_equal(found, bytes_of_text(text)), "%.*s", (int)found.size, found.at);
}

static struct hash root(void)
{
    struct hash hash;
    cr_assert(eq(int, ledger_root(f.ledger, ledger_size(f.ledger), &hash), OK));
    return hash;
}

Test(contacts, x17_a_contact_is_of_one_user_or_actor_and_outlives_a_restart)
{
    expect_known(maria, NULL);
    put(maria, "Maria Stern");
    expect_known(maria, "Maria Stern");
    expect_known(dealer, NULL);
    put(dealer, "A Dealer");
    put(maria, "Maria Mond");
    cr_assert(eq(int, fixture_reopen(&f), OK));
    expect_known(maria, "Maria Mond");
    expect_known(dealer, "A Dealer");
    expect_known((struct contact_key){CONTACT_OF_USER, 8 << 12}, NULL);
}

Test(contacts, x17_a_batch_that_is_given_up_changes_no_contact)
{
    put(maria, "Maria Stern");
    cr_assert(eq(int, ledger_begin(f.ledger), OK));
    cr_assert(eq(int, ledger_contact_erase(f.ledger, maria), OK));
    cr_assert(eq(int, ledger_contact_put(f.ledger, dealer, bytes_of_text("A Dealer")), OK));
    expect_known(maria, NULL);
    expect_known(dealer, "A Dealer");
    ledger_abort(f.ledger);
    expect_known(maria, "Maria Stern");
    expect_known(dealer, NULL);
}

// The log does not grow, its head is the same, and what opens it finds nothing amiss.
Test(contacts, x17_neither_setting_nor_erasing_touches_the_log)
{
    struct ledger_checkpoint newest;
    uint8_t                  note[1024];
    const struct hash        before = root();
    cr_assert(eq(int, ledger_newest(f.ledger, &newest), OK));
    cr_assert(lt(sz, newest.note.size, sizeof note));
    const size_t size = newest.note.size;
    memcpy(note, newest.note.at, size);
    put(maria, "Maria Stern");
    erase(maria);
    erase(maria); // nothing is there: fine as well
    const struct hash after = root();
    cr_expect(hash_is_equal(&before, &after));
    cr_expect(eq(u64, ledger_size(f.ledger), 10));
    cr_assert(eq(int, fixture_reopen(&f), OK), "%s: %s", f.complaint.what, f.complaint.why);
    cr_assert(eq(int, ledger_newest(f.ledger, &newest), OK));
    cr_expect(bytes_is_equal(newest.note, (struct bytes){note, size}));
    cr_assert(eq(int, fixture_commit(&f, 10), OK));
    cr_assert(eq(int, fixture_reopen(&f), OK), "%s: %s", f.complaint.what, f.complaint.why);
}

// How often a text stands in what mdb_copy -c would make of the ledger.
static int count_in_copy(const char *text)
{
    char     directory[96], path[128];
    MDB_env *env;
    int      count = 0;
    (void)snprintf(directory, sizeof directory, "%s/copy", f.root);
    (void)snprintf(path, sizeof path, "%s/data.mdb", directory);
    ledger_close(f.ledger);
    f.ledger = NULL;
    cr_assert(eq(int, mkdir(directory, 0700), 0));
    cr_assert(eq(int, mdb_env_create(&env), 0));
    cr_assert(eq(int, mdb_env_open(env, f.directory, MDB_RDONLY, 0600), 0));
    cr_assert(eq(int, mdb_env_copy2(env, directory, MDB_CP_COMPACT), 0));
    mdb_env_close(env);
    FILE *file = fopen(path, "r");
    cr_assert(file != NULL);
    static char  copy[1 << 20];
    const size_t size = fread(copy, 1, sizeof copy, file);
    for (size_t i = 0; i + strlen(text) <= size; i++)
        count += memcmp(copy + i, text, strlen(text)) == 0;
    (void)fclose(file);
    unlink(path);
    rmdir(directory);
    cr_assert(eq(int, fixture_open(&f), OK));
    return count;
}

Test(contacts, x17_what_was_erased_is_in_no_page_that_is_used)
{
    put(maria, "Maria Stern");
    put(dealer, "A Dealer");
    cr_expect(eq(int, count_in_copy("Maria Stern"), 1));
    erase(maria);
    cr_expect(eq(int, count_in_copy("Maria Stern"), 0));
    cr_expect(eq(int, count_in_copy("A Dealer"), 1));
}
