// report.h - what an audit has looked at, and what it found wrong.
//
// Counts say what was checked, not what should have been: a check that was left out shows. The
// report is plain memory without pointers but to static texts, so that it survives the process that
// fills it (shelter.h). Each half belongs to one thread.
#ifndef REPLAY_REPORT_H
#define REPLAY_REPORT_H

#include "core/base/status.h"
#include "core/event/event.h"
#include "core/proof/epochs.h"
#include "core/proof/hash.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

// What the program ends with; scripts rely on them.
enum outcome {
    OUTCOME_CLEAN = 0,
    OUTCOME_USAGE = 1,
    OUTCOME_INTEGRITY = 2,  // the log is not what was sealed, or no ledger would have made it
    OUTCOME_ANCHOR = 3,     // consistent in itself, but not with what is kept elsewhere
    OUTCOME_DIVERGENCE = 4, // sealed and well formed, but decided otherwise than by the rules
    OUTCOME_IO = 5,         // could not look
    OUTCOME_PARTIAL = 6,    // in order as far as it is there: some events are kept elsewhere
};

enum { FAULT_MAX = 16, FAULT_TEXT_SIZE = 512 };

#define FAULT_NO_NUMBER UINT64_MAX

// The events [from, to] are those that are wrong, or among which the wrong one is; from = to names
// it exactly.
struct fault {
    enum outcome outcome;
    const char  *what; // static: "event", "tile", "head", "store"
    uint64_t     from, to;
    uint64_t     number; // of the tile, or the size of the head; FAULT_NO_NUMBER: neither
    uint32_t     level;  // of the tile
    char         why[FAULT_TEXT_SIZE]; // a sentence
};

struct faults {
    uint32_t     count; // kept
    uint32_t     total;
    struct fault of[FAULT_MAX];
};

// Bytes against hashes, hashes against signed heads.
struct content_report {
    uint64_t      leaf_count;
    uint64_t      byte_count;
    uint64_t      archived_count; // of the leaves, read from the archive
    uint64_t      absent_count;   // leaves that are not there: their hash was compared, no byte
    uint64_t      tile_count;     // compared in full
    uint64_t      head_count; // signed by the ledger, and the root of what the leaves' bytes make
    uint64_t      certificate_count; // of the ledger's later keys, that verify
    struct epochs epochs;            // of its keys, as far as the leaves were read
    struct faults faults;
};

// Events against the rules.
struct meaning_report {
    uint64_t      event_count;
    uint64_t      passed_count; // events before, not decided again: it began with a snapshot
    uint64_t      kind_counts[KIND_MAX + 1];
    uint64_t      refusal_count;  // of them, refused and decided so again
    uint64_t      ledger_count;   // by the ledger itself
    uint64_t      signed_count;   // by their author
    uint64_t      vouched_count;  // for their author, by the ledger
    uint64_t      verified_count; // signatures of authors that verify
    uint64_t      snapshot_count; // told of with the digest of the state
    bool          has_digest;
    struct hash   digest; // of the state after the last event
    struct faults faults;
};

// The ledger against what was kept outside of it: receipts, and heads.
enum { EVIDENCE_SIZE = 16 * 1024 };

struct anchor_report {
    uint64_t      receipt_count;     // that hold
    uint64_t      head_count;        // that were trusted before, and hold
    uint64_t      agreed_size;       // the greatest size of any that holds
    uint64_t      cosignature_count; // of the policy's witnesses, verified
    uint64_t      witnessed_size;    // the greatest head that enough witnesses have signed
    bool          is_witnessed;      // there is one
    struct faults faults;
    // Two signed heads of one ledger that do not go together: what was kept, and what is there.
    // Texts.
    const char   *evidence; // why they do not, static; NULL: there are none
    char          kept[EVIDENCE_SIZE], found[EVIDENCE_SIZE];
};

struct report {
    bool     is_opened;
    bool     is_partial_allowed; // what is kept elsewhere is no reason for another code
    uint64_t size;               // leaves in the store
    struct content_report content;
    struct meaning_report meaning;
    struct anchor_report  anchors;
    struct faults         others; // of the whole
};

// The sentence is a format; fault gives all but the sentence. Where there are too many, those are
// kept that decide the outcome, and of these the first.
void faults_add(struct faults *faults, struct fault fault, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

// All faults in the order of the events they name; the one that names an event comes before one
// that names a range.
struct fault_list {
    uint32_t            count;
    const struct fault *of[4 * FAULT_MAX];
};

// How many more there were.
uint32_t     report_faults(const struct report *report, struct fault_list *list);
enum outcome report_outcome(const struct report *report);
// Whether some events are kept elsewhere, and were not looked at.
bool         report_is_partial(const struct report *report);
const char  *outcome_word(enum outcome outcome);
// Of a failure: damage that was found, or that nobody could look.
enum outcome outcome_of(enum status status);
void         report_print(const struct report *report, const char *origin, FILE *file);

#endif
