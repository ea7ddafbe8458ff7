// applied.h - what has become of the lines of a file, kept beside it as FILE.applied, so that a run
// that was cut off can be taken up without doing anything twice.
//
//   licet applied v1                    a line of text for each thing that is known:
//   ledger ORIGIN
//   actor NAME
//   salt SALT                           of the ids of its proposals
//   from SIZE                           a run begins; the log had so many events
//   sent KEY ATTEMPT NOT_AFTER          about to be proposed
//   done KEY SEQ                        accepted; SEQ is - where it was so already
//   refused KEY CODE
//
// A `sent` is on the disk before the proposal goes out. Where nothing follows it, the answer is not
// known: until NOT_AFTER the ledger tells the outcome of the id, afterwards the log does, since
// what is not in it by then never will be.
#ifndef API_CLI_APPLIED_H
#define API_CLI_APPLIED_H

#include "api/cli/script.h"

enum { APPLIED_SALT_SIZE = 16, APPLIED_OUT_SIZE = 256 * 1024 };

struct applied {
    int           descriptor; // negative: nothing is kept
    uint8_t       salt[APPLIED_SALT_SIZE];
    uint64_t      from; // where the oldest run began whose answers may be missing
    struct buffer out;  // not written yet
    uint8_t       memory[APPLIED_OUT_SIZE];
};

struct applied_owner {
    const char *origin, *actor;
};

// Reads what is known into the units, and locks the file for this run. Without a path nothing is
// kept. STATUS_LOCKED: another run has it. STATUS_MALFORMED, STATUS_PERMISSION: of another ledger
// or actor.
MUST_CHECK enum status applied_open(struct applied *applied, const char *path,
                                    const struct applied_owner *owner, struct script *script);
void                   applied_close(struct applied *applied);

void applied_begin_run(struct applied *applied, uint64_t size);
void applied_note_sent(struct applied *applied, const struct unit *unit);
void applied_note_done(struct applied *applied, const struct unit *unit);
void applied_note_refused(struct applied *applied, const struct unit *unit, struct bytes code);

// All that was noted is on the disk.
MUST_CHECK enum status applied_flush(struct applied *applied);

// The id of the unit's present attempt.
void applied_id(const struct applied *applied, const struct unit *unit,
                uint8_t id[static PROPOSAL_ID_SIZE]);

#endif
