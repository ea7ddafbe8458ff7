#include "replay/commands.h"
#include "replay/event_line.h"
#include "replay/json.h"
#include "replay/kept.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

static enum outcome complain(const struct options *options, enum outcome outcome, const char *why)
{
    (void)fflush(stdout);
    (void)fprintf(stderr, "licet-replay: %s: %s\n", options->data, why);
    return outcome;
}

static enum outcome load(const struct options *options, struct buffer *text)
{
    FILE *file = strcmp(options->data, "-") == 0 ? stdin : fopen(options->data, "re");
    // NOLINTNEXTLINE(concurrency-mt-unsafe): there is no other thread
    if (file == NULL) return complain(options, OUTCOME_IO, strerror(errno));
    text->size = fread(text->at, 1, text->size_max, file);
    const bool is_read = ferror(file) == 0;
    const bool is_whole = feof(file) != 0;
    if (file != stdin) (void)fclose(file);
    if (!is_read) return complain(options, OUTCOME_IO, "reading it failed");
    return is_whole ? OUTCOME_CLEAN : complain(options, OUTCOME_INTEGRITY, "it is no receipt");
}

static bool read_event(const struct kept *kept, struct catch_up_event *event)
{
    const char *offence = NULL;
    event->packed = kept->leaf;
    return leaf_read(kept->leaf, &event->leaf) && event->leaf.seq == kept->receipt.index &&
           proposal_read(event->leaf.proposal, &event->proposal, &offence);
}

// --- As text ----------------------------------------------------------------

static void print_witnesses(const struct trust_policy *policy, const struct kept *kept)
{
    struct note       note;
    char              text[TIME_TEXT_SIZE];
    const enum status status = note_parse(kept->note, &note);
    for (uint32_t i = 0; i < policy->verifier_count && status == OK; i++) {
        const struct verifier *witness = &policy->verifiers[i];
        uint64_t               time_s = 0;
        if (((kept->signed_by & ~policy->logs) >> i & 1) == 0) continue;
        if (!note_cosigned_at(&note, witness, &time_s)) continue;
        const uint64_t time_ms = time_s <= TIME_MS_MAX / 1000 ? time_s * 1000 : TIME_MS_MAX;
        (void)printf("witness      %s at %s\n", witness->name, time_to_text(time_ms, text));
    }
}

static void print_proven(const struct trust_policy *policy, const struct kept *kept,
                         const struct event_line *line)
{
    (void)printf("ledger       %.*s\n", (int)kept->head.origin.size,
                 (const char *)kept->head.origin.at);
    (void)printf("head         signed by the ledger, of %" PRIu64 " events\n", kept->head.size);
    print_witnesses(policy, kept);
    (void)printf("event        ");
    event_line_print(line, stdout);
}

// --- The command ------------------------------------------------------------

static enum outcome say(const struct options *options, const struct kept *kept)
{
    const struct trust_policy *policy = &options->trust.policy;
    struct catch_up_event      event;
    struct event_line          line;
    if (kept->leaf.size == 0) {
        return complain(options, OUTCOME_USAGE,
                        "it does not bring its event: take one that `licet receipt` prints");
    }
    if (!read_event(kept, &event)) {
        return complain(options, OUTCOME_INTEGRITY, "what it proves is no event of a ledger");
    }
    event_line_init_bare(&line, &event);
    const bool is_met = trust_policy_is_met(policy, kept->signed_by);
    if (options->is_json) {
        json_print_receipt(kept, trust_policy_witness_count(policy, kept->signed_by), is_met, &line,
                           stdout);
    } else {
        print_proven(policy, kept, &line);
    }
    if (is_met) return OUTCOME_CLEAN;
    return complain(options, OUTCOME_ANCHOR,
                    "fewer witnesses signed its head than the policy asks");
}

enum outcome receipt_run(const struct options *options)
{
    static uint8_t          room[RECEIPT_SIZE_MAX + 1];
    static struct kept      kept;
    struct buffer           text = buffer_over(room, sizeof room);
    const char             *why = NULL;
    const struct kept_trust trust = {.given = &options->trust};
    const enum outcome      outcome = load(options, &text);
    if (outcome != OUTCOME_CLEAN) return outcome;
    const enum status status = kept_read_receipt(&kept, buffer_bytes(&text), &trust, &why);
    if (status != OK) return complain(options, OUTCOME_INTEGRITY, why);
    return say(options, &kept);
}
