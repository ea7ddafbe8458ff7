#include "replay/audit.h"

#include "projections/digest.h"
#include "projections/restore.h"
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

static enum status use_archive(const char *archive, struct report *report, struct ledger *ledger)
{
    if (archive == NULL) return OK;
    const enum status status = ledger_use_archive(ledger, archive);
    if (status == OK) return OK;
    complain(report, outcome_of(status),
             status == STATUS_CORRUPT ? "the archive: it is of another ledger, or damaged"
                                      : "the archive: there is none, or it cannot be read");
    return status;
}

enum status audit_open(const struct options *options, struct report *report, struct ledger **ledger)
{
    const struct verifier      *key = &options->trust.ledger;
    const struct ledger_options how = {
        .origin = verifier_name(key),
        .keys = {.at = key, .count = 1},
        .is_read_only = true,
        .is_unchecked = true,
    };
    struct ledger_complaint complaint;
    const enum status       status = ledger_open(options->data, &how, ledger, &complaint);
    if (status != OK) {
        complain_of_ledger(report, status, &complaint);
        return status;
    }
    report->is_opened = true;
    report->is_partial_allowed = options->is_partial_allowed;
    report->size = ledger_size(*ledger);
    return use_archive(options->archive, report, *ledger);
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
    const enum outcome      outcome = report_outcome(report);
    if (outcome != OUTCOME_CLEAN && outcome != OUTCOME_PARTIAL) return;
    const enum status status = ledger_check(ledger, &complaint);
    if (status != OK) complain_of_ledger(report, status, &complaint);
}

// The oldest snapshot that the log tells of and that covers what is not there: so as many events as
// can be are decided again. What is told of is in an event that a signed head covers, and its
// digest is computed again when the replay comes to that event.
static uint64_t begin_with_snapshot(const struct ledger *ledger, const char *directory,
                                    struct state **state)
{
    struct snapshot_search search = {.ledger = ledger,
                                     .directory = directory,
                                     .log_size = ledger_end(ledger),
                                     .size_max = UINT64_MAX};
    uint64_t               size = 0;
    struct state          *found = NULL;
    while (restore_snapshot(&search, &found) == OK) {
        if (search.found < ledger_first(ledger)) break;
        state_close(*state);
        *state = found;
        size = search.found;
        search.size_max = size - 1;
        found = NULL;
    }
    state_close(found);
    return size;
}

// Where the replay begins. Without a state there is nothing to replay with.
static enum status begin(struct replaying *replaying, struct ledger *ledger, const char *directory,
                         uint64_t *from)
{
    *from = 0;
    if (ledger_first(ledger) == 0) return state_open(&replaying->state);
    *from = begin_with_snapshot(ledger, directory, &replaying->state);
    if (replaying->state == NULL) *from = ledger_end(ledger);
    replaying->report->meaning.passed_count = *from;
    return OK;
}

static enum status prepare(struct ledger *ledger, const struct options *options,
                           struct replaying *replaying, struct ledger_scan **content)
{
    const uint64_t end = ledger_end(ledger);
    uint64_t       from = 0;
    enum status    status = ledger_scan_open(ledger, ledger_first(ledger), end, content);
    if (status == OK) status = begin(replaying, ledger, options->data, &from);
    if (status == OK) status = ledger_scan_open(ledger, from, end, &replaying->scan);
    if (status == OK) status = snapshots_open(&replaying->snapshots, ledger, from, end);
    if (status != OK) return status;
    replaying->meaning.snapshots = &replaying->snapshots;
    return signatures_open(&replaying->meaning.signatures, verifier_name(&options->trust.ledger));
}

void audit_run(struct ledger *ledger, const struct options *options, struct report *report,
               bool is_told)
{
    struct ledger_scan *content = NULL;
    struct progress     progress = {.report = report};
    struct replaying   *replaying = calloc(1, sizeof *replaying);
    pthread_t           thread;
    bool                is_begun = false;
    if (replaying == NULL) {
        complain(report, OUTCOME_IO, status_sentence(STATUS_OUT_OF_MEMORY));
        return;
    }
    replaying->report = report;
    replaying->meaning.trust = &options->trust;
    replaying->meaning.report = &report->meaning;
    replaying->meaning.archived = ledger_archived(ledger);
    const enum status status = prepare(ledger, options, replaying, &content);
    const bool        is_wanted = status == OK && replaying->state != NULL;
    if (is_wanted) is_begun = pthread_create(&thread, NULL, replay, replaying) == 0;
    if (status != OK || is_wanted != is_begun) {
        const enum status why = status == OK ? STATUS_OUT_OF_MEMORY : status;
        complain(report, outcome_of(why), status_sentence(why));
        goto out;
    }
    if (is_told) progress_start(&progress);
    content_check(ledger, content, &options->trust, &report->content);
    ledger_scan_close(content);
    content = NULL;
    ledger_look_away(ledger); // the decisions take longer
    if (is_begun) (void)pthread_join(thread, NULL);
    if (is_told) progress_stop(&progress);
    add_digest(replaying);
    check_books(ledger, report);
out:
    signatures_close(replaying->meaning.signatures);
    snapshots_close(&replaying->snapshots);
    state_close(replaying->state);
    ledger_scan_close(replaying->scan);
    ledger_scan_close(content);
    free(replaying);
}

bool audit_was_overtaken(struct ledger *ledger)
{
    struct ledger_complaint complaint;
    const uint64_t          archived = ledger_archived(ledger);
    return ledger_refresh(ledger, &complaint) == OK && ledger_archived(ledger) > archived;
}

void audit_give_up(struct report *report)
{
    *report = (struct report){.size = 0};
    complain(report, OUTCOME_IO, "its daemon is moving events to the archive: look again later");
}
