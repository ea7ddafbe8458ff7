#include "api/daemon/witnesses.h"

#include "api/wire/file.h"
#include "core/proof/checkpoint.h"
#include "core/proof/trust_policy.h"

#include <stdlib.h>

enum { LOOK_BACK = 4096 }; // events under which the greatest head is looked for first

struct witnesses {
    struct trust_policy policy;     // views the text
    uint32_t            own;        // the ledger's key, by its place among the policy's
    uint64_t            size;       // of the greatest head that meets it
    uint64_t            size_taken; // the same, in the open batch
    uint8_t             text[TRUST_SIZE_MAX + 1];
    uint8_t             merged[NOTE_SIZE_MAX];
};

static bool is_enough(const struct witnesses *witnesses, uint64_t signed_by)
{
    return trust_policy_witness_count(&witnesses->policy, signed_by) > 0 &&
           trust_policy_is_met(&witnesses->policy, signed_by);
}

// Under the ledger's keys as its log has them, whichever of them the policy names; bits of
// *signed_by are the policy's.
static enum status verify(const struct witnesses *witnesses, const struct ledger *ledger,
                          struct bytes note, struct checkpoint *head, uint64_t *signed_by)
{
    const struct key_set keys = trust_policy_keys(&witnesses->policy);
    const enum status    status = ledger_verify(ledger, note, &keys, head, signed_by);
    if (status == OK) *signed_by |= (uint64_t)1 << witnesses->own;
    return status;
}

// --- Heads that are kept ----------------------------------------------------

static bool is_cosigned(const struct witnesses *witnesses, const struct ledger *ledger,
                        const struct ledger_checkpoint *head)
{
    struct checkpoint checkpoint;
    uint64_t          signed_by = 0;
    if (!head->is_witnessed) return false;
    const enum status status = verify(witnesses, ledger, head->note, &checkpoint, &signed_by);
    return status == OK && is_enough(witnesses, signed_by);
}

enum status witnesses_head(const struct witnesses *witnesses, struct ledger *ledger,
                           uint64_t size_min, struct ledger_checkpoint *head)
{
    struct ledger_checkpoint found;
    for (uint64_t from = size_min; from <= witnesses->size; from = found.size + 1) {
        const enum status status = ledger_checkpoint_from(ledger, from, &found);
        if (status != OK) return status;
        if (!is_cosigned(witnesses, ledger, &found)) continue;
        *head = found;
        return OK;
    }
    return STATUS_NOT_FOUND;
}

// The greatest from a size on.
static enum status find_from(struct witnesses *witnesses, struct ledger *ledger, uint64_t size_min)
{
    struct ledger_checkpoint found;
    for (uint64_t from = size_min;; from = found.size + 1) {
        const enum status status = ledger_checkpoint_from(ledger, from, &found);
        if (status == STATUS_NOT_FOUND) return OK;
        if (status != OK) return status;
        if (is_cosigned(witnesses, ledger, &found)) witnesses->size = found.size;
    }
}

// It is among the last ones, unless witnesses have been away for long: each look goes twice as far
// back.
static enum status find_greatest(struct witnesses *witnesses, struct ledger *ledger)
{
    const uint64_t size = ledger_size(ledger);
    for (uint64_t back = LOOK_BACK; witnesses->size == 0; back *= 2) {
        const enum status status = find_from(witnesses, ledger, back < size ? size - back : 0);
        if (status != OK || back >= size) return status;
    }
    return OK;
}

uint64_t witnesses_size(const struct witnesses *witnesses)
{
    return witnesses->size;
}

// --- The policy -------------------------------------------------------------

static enum status fail(struct witnesses_fault *fault, enum status status, uint32_t line)
{
    *fault = (struct witnesses_fault){status_sentence(status), line};
    return status;
}

static enum status read_policy(struct witnesses *witnesses, const char *path,
                               const struct epochs *epochs, struct witnesses_fault *fault)
{
    struct trust_policy *policy = &witnesses->policy;
    struct buffer        text = buffer_over(witnesses->text, sizeof witnesses->text);
    uint32_t             line = 0;
    enum status          status = file_read(path, &text);
    if (status != OK) return fail(fault, status, 0);
    status = trust_policy_parse(buffer_bytes(&text), policy, &line);
    if (status != OK) return fail(fault, status, line);
    for (witnesses->own = 0; witnesses->own < policy->verifier_count; witnesses->own++) {
        const struct verifier *key = &policy->verifiers[witnesses->own];
        if (epochs_find(epochs, key) < epochs->count) return OK;
    }
    fault->why = "it does not name this ledger's key: log VKEY";
    fault->line = 0;
    return STATUS_UNKNOWN_KEY;
}

enum status witnesses_open(const char *path, struct ledger *ledger, struct witnesses **witnesses,
                           struct witnesses_fault *fault)
{
    struct witnesses *made = calloc(1, sizeof *made);
    if (made == NULL) return fail(fault, STATUS_OUT_OF_MEMORY, 0);
    enum status status = read_policy(made, path, ledger_epochs(ledger), fault);
    if (status == OK) {
        status = find_greatest(made, ledger);
        if (status != OK) (void)fail(fault, status, 0);
    }
    if (status == OK) {
        *witnesses = made;
    } else {
        free(made);
    }
    return status;
}

void witnesses_close(struct witnesses *witnesses)
{
    free(witnesses);
}

// --- A note that somebody brings --------------------------------------------

static enum status refuse(struct cosigning *cosigning, const char *code, const char *why)
{
    *cosigning = (struct cosigning){.code = code, .why = why};
    return OK;
}

static bool is_of(const struct note_signature *signature, const struct verifier *verifier)
{
    return signature->keyid == verifier->keyid &&
           bytes_is_equal(signature->name, verifier_name(verifier));
}

static bool has_line(struct bytes lines, const struct verifier *verifier)
{
    struct note_signature signature;
    while (note_next_signature(&lines, &signature)) {
        if (is_of(&signature, verifier)) return true;
    }
    return false;
}

// The first line of the key: others of the same are ignored by every reader.
static void add_line(struct bytes lines, const struct verifier *verifier, struct buffer *out)
{
    struct note_signature signature;
    while (note_next_signature(&lines, &signature)) {
        if (!is_of(&signature, verifier)) continue;
        note_add_signature(&signature, out);
        return;
    }
}

// The head as it is kept; where it is not, its text with the ledger's own lines.
static enum status begin_merged(struct ledger *ledger, const struct note *brought, uint64_t size,
                                struct buffer *merged)
{
    struct verifier          own[EPOCH_SIGNER_MAX];
    struct ledger_checkpoint kept;
    const enum status        status = ledger_checkpoint_from(ledger, size, &kept);
    if (status != OK && status != STATUS_NOT_FOUND) return status;
    if (status == OK && kept.size == size) {
        buffer_add(merged, kept.note);
        return OK;
    }
    note_begin(brought->text, merged);
    const uint32_t count = epochs_signers(ledger_epochs(ledger), size, own);
    for (uint32_t i = 0; i < count; i++) {
        add_line(brought->signatures, &own[i], merged);
    }
    return OK;
}

// Lines of the policy's witnesses that are not there yet. A line of a stranger is worth nothing to
// anybody who has the policy.
static enum status merge(struct witnesses *witnesses, struct ledger *ledger,
                         const struct note *brought, uint64_t signed_by,
                         struct cosigning *cosigning)
{
    const struct trust_policy *policy = &witnesses->policy;
    struct buffer              merged = buffer_over(witnesses->merged, sizeof witnesses->merged);
    struct note                known;
    enum status                status = begin_merged(ledger, brought, cosigning->size, &merged);
    if (status == OK) status = note_parse(buffer_bytes(&merged), &known);
    if (status != OK) return status;
    for (uint32_t i = 0; i < policy->verifier_count; i++) {
        const struct verifier *witness = &policy->verifiers[i];
        const bool             is_new = (signed_by & ~policy->logs) >> i & 1;
        if (!is_new || has_line(known.signatures, witness)) continue;
        add_line(brought->signatures, witness, &merged);
        cosigning->added_count++;
    }
    if (merged.is_full) return STATUS_TOO_LARGE;
    cosigning->note = buffer_bytes(&merged);
    return OK;
}

static enum status compare(struct ledger *ledger, const struct checkpoint *head,
                           struct cosigning *cosigning)
{
    struct hash root;
    if (head->size > ledger_size(ledger)) {
        return refuse(cosigning, "OTHER_HEAD", "it covers more events than the ledger has");
    }
    const enum status status = ledger_root(ledger, head->size, &root);
    if (status != OK) return status;
    if (hash_is_equal(&root, &head->root)) return OK;
    return refuse(cosigning, "OTHER_HEAD",
                  "it tells another root than the ledger has: keep it, it is evidence that the "
                  "history of one of both was rewritten");
}

static enum status refuse_unverified(struct cosigning *cosigning, enum status status)
{
    switch ((int)status) {
    case STATUS_BAD_SIGNATURE:
        return refuse(cosigning, "BAD_SIGNATURE", "a signature of a key of the policy is wrong");
    case STATUS_UNKNOWN_KEY:
        return refuse(cosigning, "OTHER_HEAD",
                      "it is not a head that this ledger's key has signed");
    default:
        return refuse(cosigning, "MALFORMED", "note");
    }
}

enum status witnesses_judge(struct witnesses *witnesses, struct ledger *ledger, struct bytes note,
                            struct cosigning *cosigning)
{
    struct note       brought;
    struct checkpoint head;
    uint64_t          signed_by = 0;
    enum status       status = verify(witnesses, ledger, note, &head, &signed_by);
    if (status == OK) status = note_parse(note, &brought);
    if (status != OK) return refuse_unverified(cosigning, status);
    if (trust_policy_witness_count(&witnesses->policy, signed_by) == 0) {
        return refuse(cosigning, "UNKNOWN_WITNESS", "no witness of the policy has signed it");
    }
    *cosigning = (struct cosigning){.size = head.size};
    status = compare(ledger, &head, cosigning);
    if (status != OK || cosigning->code != NULL) return status;
    status = merge(witnesses, ledger, &brought, signed_by, cosigning);
    if (status != OK) return status;
    status = verify(witnesses, ledger, cosigning->note, &head, &signed_by);
    cosigning->is_met = status == OK && is_enough(witnesses, signed_by);
    return status;
}

void witnesses_take(struct witnesses *witnesses, const struct cosigning *cosigning)
{
    if (!cosigning->is_met || cosigning->size <= witnesses->size_taken) return;
    witnesses->size_taken = cosigning->size;
}

void witnesses_end(struct witnesses *witnesses, bool is_durable)
{
    if (witnesses == NULL) return;
    if (is_durable && witnesses->size_taken > witnesses->size) {
        witnesses->size = witnesses->size_taken;
    }
    witnesses->size_taken = 0;
}
