#include "replay/commands.h"
#include "replay/json.h"
#include "replay/reasons.h"
#include "replay/replaying.h"

#include <inttypes.h>
#include <stdio.h>

static enum outcome complain(uint64_t seq, const char *why)
{
    (void)fprintf(stderr, "licet-replay: event %" PRIu64 ": %s\n", seq, why);
    return OUTCOME_INTEGRITY;
}

// The event behind what was told; what is read must be what the rules decide, as in all others.
static enum outcome show(struct replaying *replaying, const struct options *options)
{
    static struct reasons reasons; // too large for a stack
    struct catch_up_event event;
    const char           *offence = NULL;
    const enum status     status = ledger_read(replaying->ledger, options->seq, &event.packed);
    if (status != OK) return complain(options->seq, status_sentence(status));
    if (!leaf_read(event.packed, &event.leaf) ||
        !proposal_read(event.leaf.proposal, &event.proposal, &offence)) {
        return complain(options->seq, "it is not readable");
    }
    reasons_init(&reasons, replaying->state, &event);
    if (reasons.decision.verdict.code != event.leaf.verdict.code) {
        (void)complain(options->seq, "the rules decide otherwise");
        return OUTCOME_DIVERGENCE;
    }
    if (options->is_json) {
        json_print_reasons(&reasons, stdout);
    } else {
        reasons_print(&reasons, stdout);
    }
    return OUTCOME_CLEAN;
}

static enum outcome why(const struct options *options)
{
    static struct replaying replaying;
    enum outcome            outcome = replaying_open(&replaying, options);
    if (outcome == OUTCOME_CLEAN && options->seq >= ledger_end(replaying.ledger)) {
        (void)fprintf(stderr, "licet-replay: there is no event %" PRIu64 " yet\n", options->seq);
        outcome = OUTCOME_USAGE;
    }
    if (outcome == OUTCOME_CLEAN) outcome = replaying_run(&replaying, options->seq);
    if (outcome == OUTCOME_CLEAN) outcome = show(&replaying, options);
    replaying_close(&replaying);
    return outcome;
}

enum outcome why_run(const struct options *options)
{
    return sheltered(why, options);
}
