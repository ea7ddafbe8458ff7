// A ledger whose key was rotated opens under any of its keys and under no other, and every head has
// the lines of its epoch.
// NOLINTNEXTLINE(bugprone-reserved-identifier): memmem
#define _GNU_SOURCE // NOLINT
#include "ledger/rotations.h"

#include "ledger/big_endian.h"
#include "ledger/export.h"
#include "ledger/publication.h"
#include "tests/ledger/rotating.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <fcntl.h>
#include <lmdb.h>

enum { FIRST = 10, SECOND = 5000 }; // seqs of the rotations

static struct fixture  f;
static struct rotating r;

static void start(void)
{
    fixture_init(&f);
    rotating_init(&r);
    cr_assert(eq(int, fixture_create(&f), OK));
    cr_assert(eq(int, ledger_begin(f.ledger), OK));
    cr_assert(eq(int, ledger_append(f.ledger, rotating_opening(&r)), OK));
    cr_assert(eq(int, ledger_commit(f.ledger, &r.keys[0]), OK));
}

static void stop(void)
{
    fixture_release(&f);
    rotating_release(&r);
}

TestSuite(rotations, .init = start, .fini = stop, .timeout = 120);

static enum status append_text(uint64_t count)
{
    enum status status = OK;
    for (uint64_t i = 0; i < count && status == OK; i++) {
        status = ledger_append(f.ledger, bytes_of_text("some leaf"));
    }
    return status;
}

static void grow_to(uint64_t size, uint32_t key)
{
    const uint64_t count = size - ledger_size(f.ledger);
    cr_assert(eq(int, ledger_begin(f.ledger), OK));
    cr_assert(eq(int, append_text(count), OK));
    cr_assert(eq(int, ledger_commit(f.ledger, &r.keys[key]), OK));
}

static void rotate_to(uint32_t epoch)
{
    cr_assert(eq(int, ledger_begin(f.ledger), OK));
    cr_assert(eq(int, ledger_append(f.ledger, rotating_to(&r, ledger_size(f.ledger), epoch)), OK));
    cr_assert(eq(int, ledger_rotate(f.ledger, &r.keys[epoch - 1], &r.keys[epoch]), OK));
    cr_assert(eq(int, ledger_commit(f.ledger, &r.keys[epoch]), OK));
}

static void rotate_twice(void)
{
    grow_to(FIRST, 0);
    rotate_to(1);
    grow_to(SECOND, 1);
    rotate_to(2);
    grow_to(SECOND + 100, 2);
}

static enum status reopen_with(const struct signer *key)
{
    f.options.keys = (struct key_set){&key->verifier, 1};
    return fixture_reopen(&f);
}

static uint32_t line_count(struct bytes note)
{
    struct note parsed;
    cr_assert(eq(int, note_parse(note, &parsed), OK));
    return parsed.signature_count;
}

Test(rotations, open_under_any_key_of_the_ledger_and_no_other)
{
    rotate_twice();
    for (uint32_t i = 0; i < 3; i++) {
        cr_expect(eq(int, reopen_with(&r.keys[i]), OK), "key %u: %s: %s", i, f.complaint.what,
                  f.complaint.why);
        cr_expect(eq(u32, ledger_epochs(f.ledger)->count, 3));
    }
    cr_expect(eq(int, reopen_with(&r.keys[3]), STATUS_UNKNOWN_KEY));
    cr_expect(eq(int, strcmp(f.complaint.what, "rotation"), 0));
    cr_expect(eq(int, reopen_with(&r.root), STATUS_UNKNOWN_KEY));
    cr_expect(eq(int, reopen_with(&r.keys[0]), OK));
}

Test(rotations, are_sealed_by_both_keys_in_a_head_that_stays)
{
    const struct key_set     nobody = {NULL, 0};
    struct ledger_checkpoint found;
    struct checkpoint        head;
    uint64_t                 signed_by = 0;
    rotate_twice();
    static const uint64_t sizes[] = {FIRST + 1, SECOND + 1};
    for (size_t i = 0; i < 2; i++) {
        cr_assert(eq(int, ledger_checkpoint_from(f.ledger, sizes[i], &found), OK));
        cr_expect(eq(u64, found.size, sizes[i]));
        cr_expect(eq(u32, line_count(found.note), 2));
        cr_expect(eq(int, ledger_verify(f.ledger, found.note, &nobody, &head, &signed_by), OK));
    }
    for (uint64_t from = 0; ledger_checkpoint_from(f.ledger, from, &found) == OK;
         from = found.size + 1) {
        const bool is_both = found.size == FIRST + 1 || found.size == SECOND + 1;
        cr_expect(eq(u32, line_count(found.note), is_both ? 2 : 1));
        cr_expect(eq(int, ledger_verify(f.ledger, found.note, &nobody, &head, &signed_by), OK));
    }
}

Test(rotations, leave_no_room_for_the_old_key)
{
    rotate_twice();
    for (uint32_t i = 0; i < 4; i++) {
        const enum status wanted = i == 2 ? OK : STATUS_UNKNOWN_KEY;
        cr_assert(eq(int, ledger_begin(f.ledger), OK));
        cr_assert(eq(int, append_text(1), OK));
        cr_expect(eq(int, ledger_commit(f.ledger, &r.keys[i]), wanted), "key %u", i);
    }
}

Test(rotations, may_stand_in_the_middle_of_a_batch)
{
    struct ledger_checkpoint found;
    grow_to(FIRST, 0);
    cr_assert(eq(int, ledger_begin(f.ledger), OK));
    cr_assert(eq(int, append_text(3), OK));
    cr_assert(eq(int, ledger_append(f.ledger, rotating_to(&r, FIRST + 3, 1)), OK));
    cr_assert(eq(int, ledger_rotate(f.ledger, &r.keys[0], &r.keys[1]), OK));
    cr_assert(eq(int, append_text(300), OK)); // past the end of a tile
    cr_assert(eq(int, ledger_commit(f.ledger, &r.keys[1]), OK));
    cr_assert(eq(int, ledger_checkpoint_from(f.ledger, FIRST + 2, &found), OK));
    cr_expect(eq(u64, found.size, FIRST + 4));
    cr_expect(eq(u32, line_count(found.note), 2));
    cr_assert(eq(int, ledger_newest(f.ledger, &found), OK));
    cr_expect(eq(u32, line_count(found.note), 1));
    cr_expect(eq(int, reopen_with(&r.keys[0]), OK));
    cr_expect(eq(int, reopen_with(&r.keys[1]), OK));
}

Test(rotations, that_are_given_up_never_were)
{
    grow_to(FIRST, 0);
    cr_assert(eq(int, ledger_begin(f.ledger), OK));
    cr_assert(eq(int, ledger_append(f.ledger, rotating_to(&r, FIRST, 1)), OK));
    cr_assert(eq(int, ledger_rotate(f.ledger, &r.keys[0], &r.keys[1]), OK));
    ledger_abort(f.ledger);
    cr_expect(eq(u32, ledger_epochs(f.ledger)->count, 1));
    grow_to(FIRST + 5, 0);
    cr_expect(eq(int, reopen_with(&r.keys[1]), STATUS_UNKNOWN_KEY));
    cr_expect(eq(int, reopen_with(&r.keys[0]), OK));
    rotate_to(1);
    cr_expect(eq(int, reopen_with(&r.keys[1]), OK));
}

Test(rotations, are_by_these_keys_and_this_leaf)
{
    static const struct {
        const char *when;
        bool        is_rotation;
        uint32_t    epoch, current, next;
        enum status status;
    } rows[] = {
        {"the leaf is none",                        false, 1, 0, 1, STATUS_MALFORMED  },
        {"the certificate is for the next but one", true,  2, 0, 2, STATUS_MALFORMED  },
        {"another key is said to sign",             true,  1, 3, 1, STATUS_UNKNOWN_KEY},
        {"another key is to follow",                true,  1, 0, 2, STATUS_UNKNOWN_KEY},
    };
    grow_to(FIRST, 0);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const struct bytes leaf =
            rows[i].is_rotation ? rotating_to(&r, FIRST, rows[i].epoch) : bytes_of_text("a leaf");
        cr_assert(eq(int, ledger_begin(f.ledger), OK));
        cr_assert(eq(int, ledger_append(f.ledger, leaf), OK));
        cr_expect(eq(int, ledger_rotate(f.ledger, &r.keys[rows[i].current], &r.keys[rows[i].next]),
                     rows[i].status),
                  "when %s", rows[i].when);
        cr_expect(eq(int, ledger_commit(f.ledger, &r.keys[0]), rows[i].status),
                  "the batch is lost");
    }
    grow_to(FIRST + 1, 0);
}

Test(rotations, witnessed_heads_are_kept_whatever_their_epoch)
{
    struct ledger_checkpoint found;
    uint8_t                  room[4096];
    rotate_twice();
    static const uint64_t sizes[] = {FIRST + 1, 4096, SECOND + 1, SECOND + 100};
    for (size_t i = 0; i < 4; i++) {
        struct buffer note = buffer_over(room, sizeof room);
        cr_assert(eq(int, ledger_checkpoint_from(f.ledger, sizes[i], &found), OK));
        buffer_add(&note, found.note);
        const uint64_t size = found.size;
        cr_assert(eq(int, ledger_begin(f.ledger), OK));
        cr_expect(eq(int, ledger_witness(f.ledger, size, buffer_bytes(&note)), OK), "size %d",
                  (int)size);
        cr_assert(eq(int, ledger_commit(f.ledger, &r.keys[2]), OK));
    }
    cr_expect(eq(int, reopen_with(&r.keys[0]), OK));
}

// --- What the store says is not believed ------------------------------------

static void change(const char *table, uint64_t number, const char *what)
{
    MDB_env *env;
    MDB_txn *txn;
    MDB_dbi  dbi;
    uint8_t  key[BIG_ENDIAN_SIZE], copy[4096];
    MDB_val  key_value = {sizeof key, key}, value;
    big_endian_put(number, key);
    ledger_close(f.ledger);
    f.ledger = NULL;
    cr_assert(zero(int, mdb_env_create(&env)));
    cr_assert(zero(int, mdb_env_set_maxdbs(env, 16)));
    cr_assert(zero(int, mdb_env_set_mapsize(env, (size_t)1 << 30)));
    cr_assert(zero(int, mdb_env_open(env, f.directory, 0, 0600)));
    cr_assert(zero(int, mdb_txn_begin(env, NULL, 0, &txn)));
    cr_assert(zero(int, mdb_dbi_open(txn, table, 0, &dbi)));
    cr_assert(zero(int, mdb_get(txn, dbi, &key_value, &value)));
    if (strcmp(what, "delete") == 0) {
        cr_assert(zero(int, mdb_del(txn, dbi, &key_value, NULL)));
    } else {
        memcpy(copy, value.mv_data, value.mv_size);
        uint8_t *at = memmem(copy, value.mv_size, what, strlen(what));
        cr_assert(at != NULL);
        at[0] ^= 1;
        value.mv_data = copy;
        cr_assert(zero(int, mdb_put(txn, dbi, &key_value, &value, 0)));
    }
    cr_assert(zero(int, mdb_txn_commit(txn)));
    mdb_env_close(env);
}

Test(rotations, a_copy_that_is_gone_leaves_a_key_that_nobody_knows)
{
    rotate_twice();
    change("rotation", SECOND, "delete");
    cr_expect(eq(int, reopen_with(&r.keys[2]), STATUS_UNKNOWN_KEY));
    cr_expect(eq(int, reopen_with(&r.keys[0]), STATUS_UNKNOWN_KEY));
}

Test(rotations, a_copy_that_is_changed_is_named)
{
    static const char *const words[] = {"epoch 1", "size-from 0", "root."};
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        if (i > 0) start();
        rotate_twice();
        change("rotation", FIRST, words[i]);
        cr_expect(eq(int, reopen_with(&r.keys[2]), STATUS_CORRUPT), "%s", words[i]);
        cr_expect(eq(int, strcmp(f.complaint.what, "rotation"), 0));
        cr_expect(eq(u64, f.complaint.index, FIRST));
        if (i + 1 < sizeof words / sizeof words[0]) stop();
    }
}

// What no certificate covers: only the hash in the tile tells.
Test(rotations, a_copy_that_is_not_the_leaf_of_the_log_is_named)
{
    static const struct {
        uint64_t    seq;
        const char *bytes;
    } rows[] = {
        {0,     "server"  },
        {FIRST, "\x03\xe8"}, // of its time
    };
    for (size_t i = 0; i < 2; i++) {
        if (i > 0) start();
        rotate_twice();
        change("rotation", rows[i].seq, rows[i].bytes);
        cr_expect(eq(int, reopen_with(&r.keys[2]), STATUS_CORRUPT));
        cr_expect(eq(int, strcmp(f.complaint.why, "its copy is not the leaf of the log"), 0));
        cr_expect(eq(u64, f.complaint.index, rows[i].seq));
        if (i == 0) stop();
    }
}

Test(rotations, without_the_head_that_ends_it_a_key_vouches_for_nothing)
{
    rotate_twice();
    change("checkpoint", FIRST + 1, "delete");
    cr_expect(eq(int, reopen_with(&r.keys[0]), STATUS_CORRUPT));
    cr_expect(eq(int, strcmp(f.complaint.what, "checkpoint"), 0));
    cr_expect(eq(int, reopen_with(&r.keys[1]), OK));
    cr_expect(eq(int, reopen_with(&r.keys[2]), OK));
}

// --- Copies for others ------------------------------------------------------

static void expect_file(int directory_fd, const char *path, bool is_there)
{
    const int fd = openat(directory_fd, path, O_RDONLY);
    cr_expect(eq(int, fd >= 0, is_there), "%s", path);
    if (fd >= 0) close(fd);
}

Test(rotations, what_is_published_goes_on_and_brings_the_certificates)
{
    char               path[128];
    struct publication publication = {.directory = path};
    snprintf(path, sizeof path, "%s/out", f.root);
    grow_to(FIRST, 0);
    cr_assert(eq(int, publication_renew(&publication, f.ledger), OK));
    rotate_to(1);
    cr_assert(eq(int, publication_renew(&publication, f.ledger), OK));
    grow_to(FIRST + 700, 1);
    cr_assert(eq(int, publication_renew(&publication, f.ledger), OK));
    const int fd = open(path, O_RDONLY | O_DIRECTORY);
    expect_file(fd, "keys/10.note", true);
    expect_file(fd, "keys/10.leaf", false);
    expect_file(fd, "heads/11", true);
    close(fd);
    char command[256];
    snprintf(command, sizeof command, "rm -r %s", path);
    cr_assert(zero(int, system(command)));
}

static enum status open_files(const char *path, const struct signer *key)
{
    struct ledger_options   options = f.options;
    struct ledger          *ledger = NULL;
    struct ledger_complaint complaint;
    options.is_read_only = true;
    options.keys = (struct key_set){&key->verifier, 1};
    const enum status status = ledger_open(path, &options, &ledger, &complaint);
    ledger_close(ledger);
    return status;
}

Test(rotations, what_is_exported_opens_under_any_key_also_without_its_first_leaves)
{
    char     path[128], command[256];
    uint64_t progress = 0;
    int      fd = -1;
    rotate_twice();
    for (int part = 0; part < 2; part++) {
        snprintf(path, sizeof path, "%s/out", f.root);
        cr_assert(eq(int, export_open(path, &fd), OK));
        cr_assert(eq(int, export_tiles(f.ledger, fd, 0), OK));
        const uint64_t from = part == 0 ? 0 : SECOND + 50, to = ledger_size(f.ledger);
        cr_assert(eq(int, export_leaves(f.ledger, fd, from, to, &progress), OK));
        cr_assert(eq(int, export_bounds(f.ledger, fd, from, to), OK));
        cr_assert(eq(int, export_heads(f.ledger, fd), OK));
        cr_assert(eq(int, export_certificates(f.ledger, fd), OK));
        cr_assert(eq(int, export_rotations(f.ledger, fd), OK));
        cr_assert(eq(int, export_checkpoint(f.ledger, fd), OK));
        close(fd);
        for (uint32_t i = 0; i < 3; i++) {
            cr_expect(eq(int, open_files(path, &r.keys[i]), OK), "part %d key %u", part, i);
        }
        cr_expect(eq(int, open_files(path, &r.keys[3]), STATUS_UNKNOWN_KEY));
        snprintf(command, sizeof command, "rm -r %s", path);
        cr_assert(zero(int, system(command)));
    }
}
