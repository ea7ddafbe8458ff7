#include "replay/replaying.h"

#include "replay/shelter.h"

#include <inttypes.h>
#include <signal.h>
#include <stdio.h>

static enum outcome open_ledger(struct replaying *replaying, const struct options *options,
                                bool is_unchecked)
{
    const struct verifier      *key = &options->trust.ledger;
    const struct ledger_options how = {
        .origin = verifier_name(key),
        .keys = {.at = key, .count = 1},
        .is_read_only = true,
        .is_unchecked = is_unchecked
    };
    struct ledger_complaint complaint;
    enum status status = ledger_open(options->data, &how, &replaying->ledger, &complaint);
    if (status == OK && options->archive != NULL) {
        complaint = (struct ledger_complaint){.what = "archive", .index = LEDGER_NO_INDEX};
        status = ledger_use_archive(replaying->ledger, options->archive);
        complaint.why = status_sentence(status);
    }
    if (status == OK) return OUTCOME_CLEAN;
    (void)fprintf(stderr, "licet-replay: %s: %s", options->data, complaint.what);
    if (complaint.index != LEDGER_NO_INDEX) (void)fprintf(stderr, " %" PRIu64, complaint.index);
    (void)fprintf(stderr, ": %s\n", complaint.why);
    return outcome_of(status);
}

static enum outcome open_all(struct replaying *replaying, const struct options *options,
                             bool is_unchecked)
{
    const enum outcome outcome = open_ledger(replaying, options, is_unchecked);
    if (outcome != OUTCOME_CLEAN) return outcome;
    const enum status status = state_open(&replaying->state);
    replaying->meaning.trust = &options->trust;
    replaying->meaning.report = &replaying->report;
    if (status == OK) return OUTCOME_CLEAN;
    (void)fprintf(stderr, "licet-replay: %s\n", status_sentence(status));
    return OUTCOME_IO;
}

enum outcome replaying_open(struct replaying *replaying, const struct options *options)
{
    return open_all(replaying, options, false);
}

enum outcome replaying_open_unchecked(struct replaying *replaying, const struct options *options)
{
    return open_all(replaying, options, true);
}

enum outcome replaying_run(struct replaying *replaying, uint64_t size)
{
    struct ledger_scan *scan = NULL;
    const uint64_t      last = ledger_end(replaying->ledger);
    const uint64_t      end = size < last ? size : last;
    if (ledger_first(replaying->ledger) > 0) {
        (void)fprintf(stderr,
                      "licet-replay: events before %" PRIu64
                      " are archived: say where, --archive DIR\n",
                      ledger_first(replaying->ledger));
        return OUTCOME_IO;
    }
    enum status status = ledger_scan_open(replaying->ledger, 0, end, &scan);
    if (status == OK) status = snapshots_open(&replaying->snapshots, replaying->ledger, 0, end);
    if (status != OK) {
        snapshots_close(&replaying->snapshots);
        ledger_scan_close(scan);
        (void)fprintf(stderr, "licet-replay: the log: %s\n", status_sentence(status));
        return outcome_of(status);
    }
    replaying->meaning.snapshots = &replaying->snapshots;
    const bool is_right = meaning_replay(&replaying->meaning, replaying->state, scan);
    snapshots_close(&replaying->snapshots);
    ledger_scan_close(scan);
    if (is_right) return OUTCOME_CLEAN;
    const struct fault *fault = &replaying->report.faults.of[0];
    (void)fflush(stdout);
    (void)fprintf(stderr, "licet-replay: event %" PRIu64 ": %s\n", fault->from, fault->why);
    return fault->outcome;
}

void replaying_close(struct replaying *replaying)
{
    state_close(replaying->state);
    ledger_close(replaying->ledger);
}

struct errand {
    enum outcome (*work)(const struct options *options);
    const struct options *options;
};

static int run(void *context)
{
    const struct errand *errand = context;
    return (int)errand->work(errand->options);
}

enum outcome sheltered(enum outcome (*work)(const struct options *options),
                       const struct options *options)
{
    struct errand      errand = {work, options};
    struct shelter_end end;
    if (!shelter_run(run, &errand, &end)) {
        (void)fputs("licet-replay: no memory or no process to be had\n", stderr);
        return OUTCOME_IO;
    }
    if (end.is_finished && end.is_written) return (enum outcome)end.result;
    if (end.is_finished) {
        (void)fputs("licet-replay: what it had to say could not be written\n", stderr);
        return OUTCOME_IO;
    }
    if (end.signal == SIGPIPE) return OUTCOME_IO; // nobody reads on
    (void)fprintf(stderr,
                  "licet-replay: the process that read %s fell over (signal %d): run verify\n",
                  options->data, end.signal);
    return OUTCOME_INTEGRITY;
}
