#include "replay/anchors.h"
#include "replay/audit.h"
#include "replay/commands.h"
#include "replay/json.h"
#include "replay/shelter.h"

#include <inttypes.h>
#include <unistd.h>

struct verify {
    const struct options *options;
    struct report        *report; // shared with the process that fills it
};

enum { TRY_MAX = 5 };

// False when its daemon dropped events meanwhile that the audit then missed.
static bool try_audit(const struct verify *verify)
{
    const struct options *options = verify->options;
    struct report        *report = verify->report;
    struct ledger        *ledger = NULL;
    const bool            is_told = !options->is_quiet && isatty(STDERR_FILENO) == 1;
    bool                  is_overtaken = false;
    *report = (struct report){.size = 0};
    if (audit_open(options, report, &ledger) == OK) {
        audit_run(ledger, options, report, is_told);
        anchors_check(ledger, options, &report->content.epochs, &report->anchors);
        is_overtaken = report_outcome(report) == OUTCOME_INTEGRITY && audit_was_overtaken(ledger);
    }
    ledger_close(ledger);
    return !is_overtaken;
}

static int audit(void *context)
{
    const struct verify *verify = context;
    for (int i = 0; i < TRY_MAX; i++) {
        if (try_audit(verify)) return 0;
    }
    audit_give_up(verify->report);
    return 0;
}

// The file made the library fall over, or our own code: what was known so far stands in the report.
static void add_crash(struct report *report, const struct shelter_end *end)
{
    const uint64_t     leaf_count = report->content.leaf_count;
    const struct fault fault = {.outcome = OUTCOME_INTEGRITY,
                                .what = "store",
                                .from = FAULT_NO_NUMBER,
                                .to = FAULT_NO_NUMBER,
                                .number = FAULT_NO_NUMBER};
    faults_add(&report->others, fault,
               "the process that read it fell over (signal %d) after %" PRIu64
               " leaves: the store's own pages are damaged",
               end->signal, leaf_count);
}

static void print(const struct options *options, const struct report *report)
{
    const char *origin = options->trust.ledger.name;
    if (options->is_quiet) return;
    if (options->is_json) {
        json_print_report(report, origin, stdout);
    } else {
        report_print(report, origin, stdout);
    }
}

enum outcome verify_run(const struct options *options)
{
    struct report     *report = shelter_share(sizeof *report);
    struct verify      verify = {.options = options, .report = report};
    struct shelter_end end;
    if (report == NULL || !shelter_run(audit, &verify, &end)) {
        (void)fputs("licet-replay: no memory or no process to be had\n", stderr);
        return OUTCOME_IO;
    }
    if (!end.is_finished) add_crash(report, &end);
    print(options, report);
    const enum outcome outcome = report_outcome(report);
    shelter_unshare(report, sizeof *report);
    if (fflush(stdout) == 0 && ferror(stdout) == 0) return outcome;
    (void)fputs("licet-replay: the report could not be written\n", stderr);
    return outcome == OUTCOME_CLEAN ? OUTCOME_IO : outcome;
}
