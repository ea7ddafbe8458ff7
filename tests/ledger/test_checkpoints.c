#include "ledger/checkpoints.h"

#include "tests/ledger/fixture.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

static struct fixture f;

static void setup(void)
{
    fixture_init(&f);
    const enum status status = fixture_create(&f);
    cr_assert(eq(int, status, OK));
}

static void teardown(void)
{
    fixture_release(&f);
}

static void expect_kept(const uint64_t *sizes, size_t count)
{
    struct ledger_checkpoint found;
    uint64_t                 from = 0;
    for (size_t i = 0; i < count; i++) {
        cr_assert(eq(int, ledger_checkpoint_from(f.ledger, from, &found), OK));
        cr_assert(eq(u64, found.size, sizes[i]));
        from = found.size + 1;
    }
    cr_expect(eq(int, ledger_checkpoint_from(f.ledger, from, &found), STATUS_NOT_FOUND));
}

Test(checkpoints, kept_are_the_newest_and_the_first_of_each_span, .init = setup, .fini = teardown)
{
    static const struct {
        uint64_t size; // grown to, in one batch
        uint64_t kept[5];
        size_t   kept_count;
    } rows[] = {
        {10,    {10},                           1},
        {20,    {10, 20},                       2},
        {4095,  {10, 4095},                     2},
        {4096,  {10, 4096},                     2},
        {4100,  {10, 4096, 4100},               3},
        {8191,  {10, 4096, 8191},               3},
        {8193,  {10, 4096, 8193},               3},
        {8200,  {10, 4096, 8193, 8200},         4},
        {20000, {10, 4096, 8193, 20000},        4},
        {20001, {10, 4096, 8193, 20000, 20001}, 5},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        cr_assert(eq(int, fixture_grow(&f, rows[i].size, UINT64_MAX), OK));
        expect_kept(rows[i].kept, rows[i].kept_count);
        cr_assert(eq(int, fixture_reopen(&f), OK), "%s: %s", f.complaint.what, f.complaint.why);
        expect_kept(rows[i].kept, rows[i].kept_count);
    }
}

// A note of the ledger's head with a line of a witness below.
struct cosigned {
    uint8_t at[2048];
    size_t  size;
};

static void cosign(struct bytes note_bytes, struct cosigned *cosigned)
{
    uint8_t       seed[CRYPTO_SEED_SIZE] = {3};
    struct signer witness;
    struct note   note;
    cr_assert(eq(
        int, signer_init(&witness, bytes_of_text("witness.example/w"), KEY_COSIGNATURE, seed), OK));
    cr_assert(eq(int, note_parse(note_bytes, &note), OK));
    struct buffer buffer = buffer_over(cosigned->at, sizeof cosigned->at);
    buffer_add(&buffer, note_bytes);
    cr_assert(eq(int, checkpoint_cosign(&note, &witness, 1700000000, &buffer), OK));
    cosigned->size = buffer.size;
    signer_release(&witness);
}

static enum status witness(uint64_t size, struct bytes note)
{
    enum status status = ledger_begin(f.ledger);
    cr_assert(eq(int, status, OK));
    status = ledger_witness(f.ledger, size, note);
    if (status == OK) return ledger_commit(f.ledger, &f.signer);
    ledger_abort(f.ledger);
    return status;
}

Test(checkpoints, what_a_witness_signed_is_kept_for_ever, .init = setup, .fini = teardown)
{
    struct ledger_checkpoint newest;
    struct cosigned          at_20, at_30, at_40;
    cr_assert(eq(int, fixture_grow(&f, 20, 10), OK));
    cr_assert(eq(int, ledger_newest(f.ledger, &newest), OK));
    cosign(newest.note, &at_20);
    cr_assert(eq(int, fixture_commit(&f, 10), OK));
    cr_assert(eq(int, ledger_newest(f.ledger, &newest), OK));
    cosign(newest.note, &at_30);

    // The newest, and one that has already been dropped.
    cr_assert(eq(int, witness(30, (struct bytes){at_30.at, at_30.size}), OK));
    cr_assert(eq(int, witness(20, (struct bytes){at_20.at, at_20.size}), OK));
    cr_assert(eq(int, fixture_commit(&f, 10), OK));
    cr_assert(eq(int, ledger_newest(f.ledger, &newest), OK));
    cosign(newest.note, &at_40);
    cr_assert(eq(int, witness(40, (struct bytes){at_40.at, at_40.size}), OK));
    cr_assert(eq(int, fixture_reopen(&f), OK), "%s: %s", f.complaint.what, f.complaint.why);
    cr_assert(eq(int, fixture_commit(&f, 10), OK));
    expect_kept((const uint64_t[]){10, 20, 30, 40, 50}, 5);

    cr_assert(eq(int, ledger_checkpoint_from(f.ledger, 20, &newest), OK));
    cr_expect(newest.is_witnessed);
    cr_expect(bytes_is_equal(newest.note, (struct bytes){at_20.at, at_20.size}));
    cr_assert(eq(int, ledger_checkpoint_from(f.ledger, 50, &newest), OK));
    cr_expect(not(newest.is_witnessed));
}

Test(checkpoints, a_note_that_tells_another_story_is_not_kept, .init = setup, .fini = teardown)
{
    struct ledger_checkpoint newest;
    struct cosigned          note;
    uint8_t                  memory[1024];
    struct buffer            other = buffer_over(memory, sizeof memory);
    struct checkpoint        forged = {.size = 20};
    struct signer            stranger;
    cr_assert(eq(int, fixture_grow(&f, 20, 10), OK));
    cr_assert(eq(int, ledger_newest(f.ledger, &newest), OK));
    cosign(newest.note, &note);
    const struct bytes view = {note.at, note.size};
    cr_expect(eq(int, witness(19, view), STATUS_CORRUPT), "when it is of another size");
    cr_expect(eq(int, witness(20, bytes_after(view, 1)), STATUS_BAD_SIGNATURE));
    cr_expect(eq(int, witness(20, (struct bytes){note.at, note.size - 1}), STATUS_MALFORMED));

    checkpoint_seal(&forged, &f.signer, &other);
    cr_expect(eq(int, witness(20, buffer_bytes(&other)), STATUS_CORRUPT), "when the root differs");

    fixture_init_signer(&stranger, FIXTURE_ORIGIN, 8);
    other = buffer_over(memory, sizeof memory);
    checkpoint_seal(&forged, &stranger, &other);
    cr_expect(eq(int, witness(20, buffer_bytes(&other)), STATUS_UNKNOWN_KEY));
    signer_release(&stranger);
    expect_kept((const uint64_t[]){10, 20}, 2);
}
