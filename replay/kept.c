#include "replay/kept.h"

#include "core/proof/crypto.h"

// The first line of the note's text, before anything vouches for it.
static struct bytes origin_of(const struct note *note)
{
    struct bytes text = note->text;
    return bytes_cut(&text, '\n');
}

static bool is_of(const struct epochs *epochs, struct bytes origin)
{
    return epochs != NULL && bytes_is_equal(epochs_origin(epochs), origin);
}

// By the rule of its log's keys. The policy's own line for the ledger is met by whichever of them
// it is.
static enum status verify_by_epochs(struct kept *kept, const struct note *note,
                                    const struct kept_trust *trust, const char **why)
{
    const struct key_set keys = trust_policy_keys(&trust->given->policy);
    const enum status    status =
        epochs_verify(trust->epochs, kept->note, &keys, &kept->head, &kept->signed_by);
    struct checkpoint head;
    const char       *offence = NULL;
    if (status == STATUS_UNKNOWN_KEY && checkpoint_parse(note->text, &head) == OK) {
        offence = epochs_offence(trust->epochs, note, head.size);
    }
    if (offence != NULL) *why = offence;
    if (status == OK) kept->signed_by |= trust->given->policy.logs;
    return status;
}

enum status kept_read_head(struct kept *kept, struct bytes text, const struct kept_trust *trust,
                           const char **why)
{
    const struct key_set keys = trust_policy_keys(&trust->given->policy);
    struct note          note;
    enum status          status = note_parse(text, &note);
    *why = "it is no signed note";
    if (status != OK) return status;
    *why = "it is of no ledger that is trusted";
    const struct verifier *log = trust_log(trust->given, origin_of(&note));
    if (log == NULL) return STATUS_UNKNOWN_KEY;
    kept->note = text;
    kept->is_receipt = false;
    const char *offence = "the trusted key of its ledger did not sign it";
    if (is_of(trust->epochs, verifier_name(log))) {
        status = verify_by_epochs(kept, &note, trust, &offence);
    } else {
        status = checkpoint_verify(text, verifier_name(log), &keys, &kept->head, &kept->signed_by);
    }
    *why = status == STATUS_UNKNOWN_KEY     ? offence
           : status == STATUS_BAD_SIGNATURE ? "a signature of a trusted key is wrong"
                                            : "it is no signed head of a ledger";
    return status;
}

// The leaf that comes along, which nobody vouches for but the proof.
static bool read_leaf(struct kept *kept)
{
    size_t size = 0;
    if (kept->receipt.extra.size == 0) return true;
    if (!crypto_base64_decode(kept->receipt.extra, kept->room, sizeof kept->room, &size)) {
        return false;
    }
    kept->leaf = (struct bytes){kept->room, size};
    return true;
}

enum status kept_read_receipt(struct kept *kept, struct bytes text, const struct kept_trust *trust,
                              const char **why)
{
    struct receipt receipt;
    enum status    status = receipt_parse(text, &receipt);
    *why = "it is no receipt";
    if (status != OK) return status;
    status = kept_read_head(kept, receipt.checkpoint, trust, why);
    if (status != OK) return status;
    kept->is_receipt = true;
    kept->receipt = receipt;
    kept->leaf = (struct bytes){NULL, 0};
    *why = "the event that it brings is not one";
    if (!read_leaf(kept)) return STATUS_MALFORMED;
    *why = "its event is not of those that its head covers";
    if (receipt.index >= kept->head.size) return STATUS_CORRUPT;
    if (kept->leaf.size == 0) return OK;
    const struct hash hash = hash_leaf(kept->leaf);
    *why = "the proof does not lead from the event to the signed root";
    return tree_verify_inclusion(&receipt.proof, receipt.index, kept->head.size, &hash,
                                 &kept->head.root)
               ? OK
               : STATUS_CORRUPT;
}
