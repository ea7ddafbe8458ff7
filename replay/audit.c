#include "replay/audit.h"

#include "projections/digest.h"
#include "replay/content.h"
#include "replay/meaning.h"
#include "replay/progress.h"

#include <inttypes.h>
#include <pthread.h>
#include <stdlib.h>

static void complain(struct report *report, enum outcome outcome, const char *why)
{
    const struct fault fault = {.outcome = outcome,
                                .what = "store",
                                .from = FAULT_NO_NUMBER,
                                .to = FAULT_NO_NUMBER,
                                .number = FAULT_NO_NUMBER};
    faults_add(&report->others, fault, "%s", why);
}

// What the ledger says of itself, in the words of an audit.
static void complain_of_ledger(struct report *report, enum status status,
                               const struct ledger_complaint *complaint)
{
    const bool   is_leaf = complaint->what[0] == 'l' && complaint->index != LEDGER_NO_INDEX;
    // In a ledger that was there a moment ago, something is missing.
    const bool   is_gone = report->is_opened && status == STATUS_NOT_FOUND;
    struct fault fault = {.outcome = is_gone ? OUTCOME_INTEGRITY : outcome_of(status),
                          .what = "store",
                          .from = is_leaf ? complaint->index : FAULT_NO_NUMBER,
                          .to = is_leaf ? complaint->index : FAULT_NO_NUMBER,
                          .number = complaint->index,
                          .level = complaint->level};
    faults_add(&report->others, fault, "%s: %s", complaint->what, complaint->why);
}

enum status audit_open(const char *directory, const struct trust *trust, struct report *report,
                       struct ledger **ledger)
{
    const struct ledger_options options = {
        .origin = verifier_name(&trust->ledger),
        .keys = {.at = &trust->ledger, .count = 1},
        .is_read_only = true,
        .is_unchecked = true,
    };
    struct ledger_complaint complaint;
    const enum status       status = ledger_open(directory, &options, ledger, &complaint);
    if (status != OK) {
        complain_of_ledger(report, status, &complaint);
        return status;
    }
    report->is_opened = true;
    report->size = ledger_size(*ledger);
    return OK;
}

// --- Meaning, in a thread of its own ----------------------------------------

struct replaying {
    struct meaning      meaning;
    struct snapshots    snapshots;
    struct state       *state;
    struct ledger_scan *scan;
    struct report      *report;
    bool                is_right;
};

static void *replay(void *context)
{
    struct replaying *replaying = context;
    replaying->is_right = meaning_replay(&replaying->meaning, replaying->state, replaying->scan);
    return NULL;
}

static void add_digest(const struct replaying *replaying)
{
    struct meaning_report *meaning = &replaying->report->meaning;
    if (!replaying->is_right) return;
    meaning->has_digest = digest_of(replaying->state, &meaning->digest) == OK;
    if (!meaning->has_digest) complain(replaying->report, OUTCOME_IO, "no memory for the digest");
}

// --- All of it --------------------------------------------------------------

static void check_books(struct ledger *ledger, struct report *report)
{
    struct ledger_complaint complaint;
    const enum status       status = ledger_check(ledger, &complaint);
    if (status != OK) complain_of_ledger(report, status, &complaint);
}

static enum status open_scans(struct ledger *ledger, struct ledger_scan *scans[static 2])
{
    const uint64_t first = ledger_first(ledger);
    const uint64_t size = ledger_size(ledger);
    enum status    status = ledger_scan_open(ledger, first, size, &scans[0]);
    if (status == OK) status = ledger_scan_open(ledger, first, size, &scans[1]);
    return status;
}

static enum status prepare(struct ledger *ledger, const struct trust *trust,
                           struct replaying *replaying, struct ledger_scan *scans[static 2])
{
    enum status status = open_scans(ledger, scans);
    if (status != OK) return status;
    replaying->scan = scans[1];
    replaying->meaning.snapshots = &replaying->snapshots;
    status = snapshots_open(&replaying->snapshots, ledger, ledger_size(ledger));
    if (status == OK) status = state_open(&replaying->state);
    if (status != OK) return status;
    return signatures_open(&replaying->meaning.signatures, verifier_name(&trust->ledger));
}

void audit_run(struct ledger *ledger, const struct trust *trust, struct report *report,
               bool is_told)
{
    struct ledger_scan *scans[2] = {NULL, NULL};
    struct progress     progress = {.report = report};
    struct replaying   *replaying = calloc(1, sizeof *replaying);
    pthread_t           thread;
    bool                is_begun = false;
    if (replaying == NULL) {
        complain(report, OUTCOME_IO, status_sentence(STATUS_OUT_OF_MEMORY));
        return;
    }
    replaying->report = report;
    replaying->meaning.trust = trust;
    replaying->meaning.report = &report->meaning;
    const enum status status = prepare(ledger, trust, replaying, scans);
    if (status == OK) is_begun = pthread_create(&thread, NULL, replay, replaying) == 0;
    if (!is_begun) {
        const enum status why = status == OK ? STATUS_OUT_OF_MEMORY : status;
        complain(report, outcome_of(why), status_sentence(why));
        goto out;
    }
    if (is_told) progress_start(&progress);
    content_check(ledger, scans[0], trust, &report->content);
    (void)pthread_join(thread, NULL);
    if (is_told) progress_stop(&progress);
    add_digest(replaying);
    if (report_outcome(report) == OUTCOME_CLEAN) check_books(ledger, report);
out:
    signatures_close(replaying->meaning.signatures);
    snapshots_close(&replaying->snapshots);
    state_close(replaying->state);
    ledger_scan_close(scans[1]);
    ledger_scan_close(scans[0]);
    free(replaying);
}
