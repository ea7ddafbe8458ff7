// writer.h - goes on with a ledger as its daemon would, without its sockets: each event is decided,
// appended, recorded, and sealed with many others.
#ifndef BENCH_PAST_WRITER_H
#define BENCH_PAST_WRITER_H

#include "core/event/proposal.h"
#include "core/proof/key.h"

struct writer;

struct writer_options {
    const char          *directory;
    const struct signer *ledger_key;
};

MUST_CHECK enum status writer_open(const struct writer_options *options, struct writer **writer);
void                   writer_close(struct writer *writer); // NULL is fine

// By this author, who signs what must be signed. STATUS_USAGE with a line on standard error when it
// is refused.
MUST_CHECK enum status writer_propose(struct writer *writer, const struct signer *author,
                                      const struct event *event);
// Makes durable what was proposed.
MUST_CHECK enum status writer_commit(struct writer *writer);

#endif
