#include "replay/kept.h"

#include "core/proof/crypto.h"

// The first line of the note's text, before anything vouches for it.
static struct bytes origin_of(const struct note *note)
{
    struct bytes text = note->text;
    return bytes_cut(&text, '\n');
}

enum status kept_read_head(struct kept *kept, struct bytes text, const struct trust *trust,
                           const char **why)
{
    const struct key_set keys = trust_policy_keys(&trust->policy);
    struct note          note;
    enum status          status = note_parse(text, &note);
    *why = "it is no signed note";
    if (status != OK) return status;
    *why = "it is of no ledger that is trusted";
    const struct verifier *log = trust_log(trust, origin_of(&note));
    if (log == NULL) return STATUS_UNKNOWN_KEY;
    kept->note = text;
    kept->is_receipt = false;
    status = checkpoint_verify(text, verifier_name(log), &keys, &kept->head, &kept->signed_by);
    *why = status == STATUS_UNKNOWN_KEY     ? "the trusted key of its ledger did not sign it"
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

enum status kept_read_receipt(struct kept *kept, struct bytes text, const struct trust *trust,
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
