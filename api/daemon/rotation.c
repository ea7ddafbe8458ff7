#include "api/daemon/rotation.h"

#include "api/daemon/daemon.h"
#include "api/daemon/report.h"
#include "api/wire/file.h"
#include "core/proof/key_certificate.h"
#include "projections/ledger_keys.h"

#include <assert.h>
#include <string.h>

// Ids can be made alike; keys cannot.
static bool is_same(const struct verifier *a, const struct verifier *b)
{
    return verifier_is_same(a, b) && memcmp(a->key, b->key, sizeof a->key) == 0;
}

static void take_next(struct daemon *daemon)
{
    signer_release(&daemon->signer); // wipes it
    daemon->signer = daemon->rotation.next;
    daemon->rotation.next = (struct signer){.secret = {NULL}};
}

// --- At the start -----------------------------------------------------------

// Whoever did as `licet key rotate` says has destroyed the old key, and may not have changed yet
// how the daemon is started.
enum status rotation_read_key(struct daemon *daemon, const char *key_file)
{
    const char       *next_file = daemon->rotation.next_file;
    const enum status status = file_read_signer(key_file, &daemon->signer);
    if (status != STATUS_NOT_FOUND || next_file == NULL) return status;
    const enum status next = file_read_signer(next_file, &daemon->signer);
    if (next != OK) return status;
    report("warning", "key_not_there", "key=\"%s\" taken=\"%s\"", key_file, next_file);
    return OK;
}

static bool is_next(struct daemon *daemon, const struct verifier *needed)
{
    struct rotation *rotation = &daemon->rotation;
    if (rotation->next_file == NULL) return false;
    if (file_read_signer(rotation->next_file, &rotation->next) != OK) return false;
    if (is_same(&rotation->next.verifier, needed)) return true;
    signer_release(&rotation->next);
    return false;
}

bool rotation_choose_key(struct daemon *daemon)
{
    struct verifier needed;
    uint32_t        epoch = 0;
    ledger_key_load(daemon->state, &needed, &epoch);
    if (ledger_epochs(daemon->ledger)->count != epoch + 1) {
        report("error", "refused_to_start",
               "why=\"the log rotates the key %u times, what the ledger keeps of it %u times\"",
               epoch, ledger_epochs(daemon->ledger)->count - 1);
        return false;
    }
    if (is_same(&daemon->signer.verifier, &needed)) return true;
    if (is_next(daemon, &needed)) {
        take_next(daemon);
        report("warning", "key_was_rotated", "epoch=%u key=%08x taken=\"%s\"", epoch, needed.keyid,
               daemon->rotation.next_file);
        return true;
    }
    report("error", "refused_to_start",
           "why=\"the ledger's key was rotated: epoch %u needs the key with the id %08x, and --key "
           "has %08x\"",
           epoch, needed.keyid, daemon->signer.verifier.keyid);
    return false;
}

// --- A rotation -------------------------------------------------------------

const char *rotation_prepare(struct daemon *daemon, struct bytes certificate)
{
    struct rotation       *rotation = &daemon->rotation;
    struct key_certificate read;
    if (rotation->is_open) return "another rotation is under way: ask again";
    if (rotation->next_file == NULL) {
        return "the daemon has no next key: start it with licetd --next-key FILE";
    }
    if (key_certificate_read(certificate, &read) != OK) return "it is no key certificate";
    switch ((int)file_read_signer(rotation->next_file, &rotation->next)) {
    case OK:
        break;
    case STATUS_NOT_FOUND:
        return "the file that licetd --next-key names is not there";
    case STATUS_PERMISSION:
        return "the file that licetd --next-key names is not the daemon's alone: it must be a "
               "file of its own, with mode 0600";
    case STATUS_OUT_OF_MEMORY:
        return "there is no locked memory for the next key";
    default:
        return "the file that licetd --next-key names has no private key";
    }
    rotation->is_open = is_same(&rotation->next.verifier, &read.key);
    if (rotation->is_open) return NULL;
    signer_release(&rotation->next);
    return "the file that licetd --next-key names has another key than the certificate";
}

enum status rotation_append(struct daemon *daemon)
{
    assert(daemon->rotation.is_open);
    return ledger_rotate(daemon->ledger, &daemon->signer, &daemon->rotation.next);
}

const struct signer *rotation_signer(const struct daemon *daemon)
{
    return daemon->rotation.is_open ? &daemon->rotation.next : &daemon->signer;
}

void rotation_end(struct daemon *daemon, bool is_durable)
{
    struct rotation *rotation = &daemon->rotation;
    if (!rotation->is_open) return;
    rotation->is_open = false;
    if (!is_durable) {
        signer_release(&rotation->next);
        return;
    }
    take_next(daemon);
    report("info", "key_rotated", "epoch=%u key=%08x", ledger_epochs(daemon->ledger)->count - 1,
           daemon->signer.verifier.keyid);
}

void rotation_release(struct daemon *daemon)
{
    signer_release(&daemon->rotation.next);
    signer_release(&daemon->signer);
}
