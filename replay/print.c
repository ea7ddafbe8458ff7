#include "replay/audit.h"
#include "replay/commands.h"
#include "replay/event_line.h"
#include "replay/json.h"
#include "replay/replaying.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static void print_line(const struct options *options, const struct event_line *line)
{
    if (line->leaf->seq < options->from) return;
    if (options->is_json) {
        json_print_event(line, stdout);
    } else {
        event_line_print(line, stdout);
    }
}

static void watch(void *context, const struct state *state, const struct catch_up_event *event,
                  const struct decision *decision)
{
    const struct options *options = context;
    struct event_line     line;
    if (event->leaf.seq < options->from) return;
    event_line_init(&line, state, event, decision);
    print_line(options, &line);
}

// What does not replay is printed as it stands; what cannot be read is said.
static void print_bare(const struct options *options, uint64_t seq, struct bytes packed)
{
    struct catch_up_event event = {.packed = packed};
    struct event_line     line;
    const char           *offence = NULL;
    const bool            is_read = leaf_read(packed, &event.leaf) &&
                         proposal_read(event.leaf.proposal, &event.proposal, &offence);
    if (is_read) {
        event_line_init_bare(&line, &event);
        print_line(options, &line);
    } else if (seq >= options->from) {
        (void)fflush(stdout);
        (void)fprintf(stderr, "licet-replay: event %" PRIu64 " is not readable\n", seq);
    }
}

static void print_rest(const struct replaying *replaying, const struct options *options)
{
    struct ledger_scan *scan = NULL;
    struct bytes        packed;
    const uint64_t      size = ledger_end(replaying->ledger);
    const uint64_t      first = ledger_first(replaying->ledger);
    const uint64_t      told = server_at(replaying->state)->size;
    uint64_t            seq = told > first ? told : first;
    const uint64_t      end = options->to < size ? options->to : size;
    if (ledger_scan_open(replaying->ledger, seq, end, &scan) != OK) return;
    while (ledger_scan_next(scan, &packed) == OK) {
        print_bare(options, seq++, packed);
    }
    ledger_scan_close(scan);
}

// The bytes are believed only as far as they replay: who wants a proof asks verify.
static enum outcome print(const struct options *options)
{
    static struct replaying replaying;
    static struct options   copy; // the watcher's context is not const
    copy = *options;
    replaying.meaning.watch = watch;
    replaying.meaning.context = &copy;
    enum outcome outcome = replaying_open_unchecked(&replaying, options);
    if (outcome == OUTCOME_CLEAN) {
        outcome = replaying_run(&replaying, options->to);
        if (outcome != OUTCOME_CLEAN) print_rest(&replaying, options);
    }
    replaying_close(&replaying);
    return outcome;
}

enum outcome print_run(const struct options *options)
{
    return sheltered(print, options);
}
