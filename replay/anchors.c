#include "replay/anchors.h"

#include "replay/heads.h"
#include "replay/kept.h"

#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { PATH_TEXT_SIZE = 4096, FILE_SIZE_MAX = RECEIPT_SIZE_MAX };

#define RECEIPT_SUFFIX ".tlog-proof"

struct anchors {
    struct ledger        *ledger;
    const struct epochs  *epochs; // of its keys, as its leaves tell
    const struct options *options;
    struct anchor_report *report;
    struct kept           kept;
    uint8_t               room[FILE_SIZE_MAX + 1];
    // The smallest size at which something that was kept tells another root.
    uint64_t              broken_size;
    char                  broken_name[PATH_TEXT_SIZE];
};

static void complain(struct anchors *anchors, enum outcome outcome, const char *path,
                     const char *why)
{
    const struct fault fault = {.outcome = outcome,
                                .what = "anchor",
                                .from = FAULT_NO_NUMBER,
                                .to = FAULT_NO_NUMBER,
                                .number = FAULT_NO_NUMBER};
    faults_add(&anchors->report->faults, fault, "%.300s: %s", path, why);
}

// --- One that was kept ------------------------------------------------------

static void keep_text(char text[static EVIDENCE_SIZE], struct bytes note)
{
    const size_t size = note.size < EVIDENCE_SIZE - 1 ? note.size : EVIDENCE_SIZE - 1;
    memcpy(text, note.at, size);
    text[size] = 0;
}

// The head of the ledger that is nearest: of one size with another root is the clearest.
static void keep_evidence(struct anchors *anchors)
{
    const uint64_t           size = anchors->kept.head.size;
    uint64_t                 from = size;
    struct ledger_checkpoint found;
    struct anchor_report    *report = anchors->report;
    const bool               is_cut = size > ledger_size(anchors->ledger);
    if (is_cut ? ledger_newest(anchors->ledger, &found) != OK
               : !heads_next(anchors->ledger, &from, &found)) {
        return;
    }
    report->evidence = is_cut               ? "the events of the first are not there any more"
                       : found.size == size ? "of one size there is one root"
                                            : "the second does not go on from the first";
    keep_text(report->kept, anchors->kept.note);
    keep_text(report->found, found.note);
}

// The smallest size counts: what came after follows from it.
static void note_broken(struct anchors *anchors, const char *path)
{
    if (anchors->broken_size <= anchors->kept.head.size) return;
    anchors->broken_size = anchors->kept.head.size;
    (void)snprintf(anchors->broken_name, sizeof anchors->broken_name, "%s", path);
    keep_evidence(anchors);
}

// Whether the event stands in the ledger where the receipt says; it may not bring the event itself.
static bool has_event(struct anchors *anchors)
{
    const struct receipt *receipt = &anchors->kept.receipt;
    struct hash           hash;
    if (!anchors->kept.is_receipt) return true;
    if (ledger_leaf_hash(anchors->ledger, receipt->index, &hash) != OK) return false;
    return tree_verify_inclusion(&receipt->proof, receipt->index, anchors->kept.head.size, &hash,
                                 &anchors->kept.head.root);
}

// A ledger in use has gone on since it was opened, and what it handed out meanwhile lies among what
// was kept.
static bool has_grown_to(struct ledger *ledger, uint64_t size)
{
    struct ledger_complaint complaint;
    if (size <= ledger_size(ledger)) return true;
    return ledger_refresh(ledger, &complaint) == OK && size <= ledger_size(ledger);
}

static void compare(struct anchors *anchors, const char *path)
{
    struct anchor_report    *report = anchors->report;
    const struct checkpoint *head = &anchors->kept.head;
    struct hash              root;
    if (!has_grown_to(anchors->ledger, head->size)) {
        note_broken(anchors, path);
        return;
    }
    const enum status status = ledger_root(anchors->ledger, head->size, &root);
    if (status != OK) {
        complain(anchors, outcome_of(status), path, status_sentence(status));
    } else if (!hash_is_equal(&root, &head->root)) {
        note_broken(anchors, path);
    } else if (!has_event(anchors)) {
        complain(anchors, OUTCOME_ANCHOR, path, "the proof does not lead from the ledger's event");
    } else {
        report->receipt_count += anchors->kept.is_receipt;
        report->head_count += !anchors->kept.is_receipt;
        if (head->size > report->agreed_size) report->agreed_size = head->size;
    }
}

static enum status load(struct anchors *anchors, const char *path, struct bytes *text)
{
    FILE *file = fopen(path, "re");
    if (file == NULL) return status_of_error(errno);
    const size_t size = fread(anchors->room, 1, sizeof anchors->room, file);
    const bool   is_read = ferror(file) == 0;
    (void)fclose(file);
    if (!is_read) return STATUS_IO;
    *text = (struct bytes){anchors->room, size};
    return size <= FILE_SIZE_MAX ? OK : STATUS_TOO_LARGE;
}

typedef enum status read_kept(struct kept *kept, struct bytes text, const struct kept_trust *trust,
                              const char **why);

static void check_file(struct anchors *anchors, const char *path, read_kept *read)
{
    const struct kept_trust trust = {&anchors->options->trust, anchors->epochs};
    const char             *why = NULL;
    struct bytes            text = {NULL, 0};
    enum status             status = load(anchors, path, &text);
    if (status != OK) {
        complain(anchors, outcome_of(status), path, status_sentence(status));
        return;
    }
    status = read(&anchors->kept, text, &trust, &why);
    if (status != OK) {
        complain(anchors, OUTCOME_ANCHOR, path, why);
    } else if (!bytes_is_equal(anchors->kept.head.origin, epochs_origin(anchors->epochs))) {
        complain(anchors, OUTCOME_ANCHOR, path, "it is of another ledger");
    } else {
        compare(anchors, path);
    }
}

// --- All of them ------------------------------------------------------------

static bool is_receipt(const char *name)
{
    const size_t size = strlen(name), suffix = sizeof RECEIPT_SUFFIX - 1;
    return size > suffix && strcmp(name + size - suffix, RECEIPT_SUFFIX) == 0;
}

static void check_receipts(struct anchors *anchors, const char *directory)
{
    char           path[PATH_TEXT_SIZE];
    uint64_t       count = 0;
    DIR           *open = opendir(directory);
    struct dirent *entry = NULL;
    struct stat    file;
    if (open == NULL) {
        complain(anchors, OUTCOME_IO, directory, "no such directory, or no right to read it");
        return;
    }
    // NOLINTNEXTLINE(concurrency-mt-unsafe): the stream is this thread's own
    while ((entry = readdir(open)) != NULL) {
        if (!is_receipt(entry->d_name)) continue;
        (void)snprintf(path, sizeof path, "%s/%s", directory, entry->d_name);
        count++;
        // A pipe would wait for somebody who writes.
        if (stat(path, &file) != 0 || !S_ISREG(file.st_mode)) {
            complain(anchors, OUTCOME_IO, path, "it is no file that can be read");
        } else {
            check_file(anchors, path, kept_read_receipt);
        }
    }
    (void)closedir(open);
    if (count == 0) complain(anchors, OUTCOME_IO, directory, "it has no *" RECEIPT_SUFFIX);
}

// History was rewritten, or cut, between the last size that agrees and the first that does not.
static void say_broken(struct anchors *anchors)
{
    const uint64_t size = ledger_size(anchors->ledger), broken = anchors->broken_size;
    const uint64_t agreed = anchors->report->agreed_size;
    const uint64_t from = agreed < broken ? agreed : 0;
    struct fault   fault = {
          .outcome = OUTCOME_ANCHOR, .what = "anchor", .from = from, .to = broken - 1};
    if (broken == UINT64_MAX) return;
    fault.number = broken;
    if (broken > size) {
        fault.from = size;
        faults_add(&anchors->report->faults, fault,
                   "%.300s tells of %" PRIu64 " events, and the ledger has %" PRIu64
                   ": it was cut, or an old copy put in its place",
                   anchors->broken_name, broken, size);
    } else {
        faults_add(&anchors->report->faults, fault,
                   "%.300s tells another root of %" PRIu64 " events: history was rewritten",
                   anchors->broken_name, broken);
    }
}

static void check_size(struct anchors *anchors)
{
    const uint64_t size = ledger_size(anchors->ledger), wanted = anchors->options->size_min;
    struct fault   fault = {.outcome = OUTCOME_ANCHOR,
                            .what = "anchor",
                            .from = size,
                            .to = wanted - 1,
                            .number = wanted};
    if (size >= wanted) return;
    faults_add(&anchors->report->faults, fault,
               "%" PRIu64 " events are expected, and the ledger has %" PRIu64, wanted, size);
}

// --- Witnesses --------------------------------------------------------------

static bool is_quorum_asked(const struct trust_policy *policy)
{
    return policy->quorum < policy->name_count;
}

// The greatest kept head that meets the policy's quorum; and how many cosignatures there are.
static void find_witnessed(struct anchors *anchors)
{
    const struct trust      *trust = &anchors->options->trust;
    const struct key_set     keys = trust_policy_keys(&trust->policy);
    struct ledger_checkpoint found;
    struct checkpoint        head;
    uint64_t                 from = 0;
    while (heads_next(anchors->ledger, &from, &found)) {
        uint64_t signed_by = 0;
        if (epochs_verify(anchors->epochs, found.note, &keys, &head, &signed_by) != OK) continue;
        signed_by |= trust->policy.logs; // the ledger, by whichever key
        anchors->report->cosignature_count += trust_policy_witness_count(&trust->policy, signed_by);
        if (!is_quorum_asked(&trust->policy)) continue;
        if (!trust_policy_is_met(&trust->policy, signed_by)) continue;
        anchors->report->is_witnessed = true;
        anchors->report->witnessed_size = head.size;
    }
}

static void check_witnesses(struct anchors *anchors)
{
    const struct trust_policy *policy = &anchors->options->trust.policy;
    if (policy->witness_count == 0) return;
    find_witnessed(anchors);
    if (anchors->report->is_witnessed || !is_quorum_asked(policy)) return;
    complain(anchors, OUTCOME_ANCHOR, "the policy",
             "no head of the ledger is signed by as many witnesses as it asks for");
}

void anchors_check(struct ledger *ledger, const struct options *options,
                   const struct epochs *epochs, struct anchor_report *report)
{
    struct anchors *anchors = calloc(1, sizeof *anchors);
    if (anchors == NULL) {
        const struct fault fault = {.outcome = OUTCOME_IO, .what = "anchor"};
        faults_add(&report->faults, fault, "no memory to look at what was kept elsewhere");
        return;
    }
    anchors->ledger = ledger;
    anchors->options = options;
    anchors->epochs = epochs;
    anchors->report = report;
    anchors->broken_size = UINT64_MAX;
    if (options->checkpoint_file != NULL) {
        check_file(anchors, options->checkpoint_file, kept_read_head);
    }
    if (options->receipts != NULL) check_receipts(anchors, options->receipts);
    say_broken(anchors);
    check_size(anchors);
    check_witnesses(anchors);
    free(anchors);
}
