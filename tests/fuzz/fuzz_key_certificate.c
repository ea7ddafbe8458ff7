// Whatever is read as a key certificate says the same when written out anew, and fits only where
// the root signed it.
#include "core/base/limits.h"
#include "core/proof/hash.h"
#include "core/proof/key_certificate.h"
#include "core/proof/note.h"

#include <assert.h>

static struct signer root, ledger;

static void start(void)
{
    const uint8_t      root_seed[CRYPTO_SEED_SIZE] = {1}, seed[CRYPTO_SEED_SIZE] = {2};
    const struct bytes origin = bytes_of_text("ledger.example/lic1");
    struct signer      recovery = {0};
    if (root.verifier.name_size > 0) return;
    enum status status = hash_start();
    assert(status == OK);
    status = crypto_start();
    assert(status == OK);
    status = signer_init(&ledger, origin, KEY_ED25519, seed);
    assert(status == OK);
    status = signer_init(&recovery, bytes_of_text("recovery"), KEY_ED25519, root_seed);
    assert(status == OK);
    status = key_root_signer(&root, origin, &recovery);
    assert(status == OK);
    signer_release(&recovery);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static uint8_t              room[2 * KEY_CERTIFICATE_SIZE_MAX];
    const struct bytes          bytes = {data, size};
    struct buffer               again = buffer_over(room, sizeof room);
    struct key_certificate      read, judged;
    struct note                 note, written;
    const struct key_succession succession = {.root = &root.verifier,
                                              .current = &ledger.verifier,
                                              .epoch = 0,
                                              .seq = INT64_MAX,
                                              .time_ms = 1700000000000};
    start();
    const enum key_certificate_flaw flaw = key_certificate_judge(bytes, &succession, &judged);
    if (key_certificate_read(bytes, &read) != OK) {
        assert(flaw == CERTIFICATE_MALFORMED);
        return 0;
    }
    assert(flaw != CERTIFICATE_MALFORMED);
    key_certificate_write(&read, &root, &again);
    assert(!again.is_full);
    const enum status status = note_parse(bytes, &note);
    assert(status == OK);
    const enum status status_again = note_parse(buffer_bytes(&again), &written);
    assert(status_again == OK);
    assert(bytes_is_equal(note.text, written.text));
    // The corpus has the one certificate that fits.
    if (flaw == CERTIFICATE_FITS) assert(read.epoch == 1 && read.size_from == 7);
    return 0;
}
