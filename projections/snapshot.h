// snapshot.h - the whole state as bytes, so that a start need not read the whole log.
//
// The same log makes the same bytes on every machine, whatever was rolled back meanwhile: records
// are numbered as they are met on the way from the server's, each once, and written in that order.
// What is read back goes on as if the log had been read from its beginning: digest, answers, what
// falls due, what was answered lately. FORMAT.md draws the bytes.
#ifndef PROJECTIONS_SNAPSHOT_H
#define PROJECTIONS_SNAPSHOT_H

#include "core/proof/hash.h"
#include "projections/judgement.h"

// The event tells of bytes that nobody has at hand any more: it may tell of any size since the
// event of the snapshot before. What it says of the digest is for an auditor to compare.
void snapshot_judge(struct question *question, const struct event *event);
void snapshot_apply(struct change_context *context, const struct event *event);

struct snapshot_header {
    struct hash  layout; // of the rows of the program that wrote it
    uint64_t     rules_version;
    struct bytes origin; // a view of what was read
    uint64_t     size, time_ms;
    struct hash  digest;
};

// Takes the bytes as they come; what fails is for it to keep.
struct snapshot_sink {
    void (*add)(void *context, struct bytes piece);
    void *context;
};

// STATUS_OUT_OF_MEMORY. The digest is that of digest_of.
MUST_CHECK enum status snapshot_write(const struct state *state, const struct snapshot_sink *sink,
                                      struct hash *digest);

// Gives the bytes as they are looked at.
struct snapshot_source {
    // What stands next: at least SNAPSHOT_RECORD_MAX bytes, or all that is left. `used` of what the
    // last call gave are done with. It lives until the next call.
    struct bytes (*next)(void *context, size_t used);
    void *context;
};

enum { SNAPSHOT_RECORD_MAX = 2048 }; // bytes of a record, or of the header

// False when the bytes begin with none.
bool snapshot_read_header(struct bytes snapshot, struct snapshot_header *header);

// Into a state that was just opened; after a failure it is good for state_close only.
//   STATUS_CORRUPT      a value that its row does not allow, a record that none names, a missing
//                       one, anything left over
//   STATUS_UNSUPPORTED  other rows or other rules than this program's
//   STATUS_OVERLOADED   more than a pool holds
//   STATUS_OUT_OF_MEMORY
// Values are held to their rows alone: whether the bytes are those that were written is for the
// caller to know, by their hash.
MUST_CHECK enum status snapshot_read(struct state *state, const struct snapshot_source *source);

// Of bytes that are all there; *rest becomes what is not read yet, and lives as long as the source.
struct snapshot_source snapshot_source_of(struct bytes *rest);

#endif
