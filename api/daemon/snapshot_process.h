// snapshot_process.h - the other mode of licetd: reads a ledger that its daemon has open, writes a
// snapshot of it, says what it wrote, and ends.
//
//   licetd --snapshot-of DIRECTORY KEY ARCHIVE      (no bytes: there is none)
//
// It has the ledger's public key and no other, reads by read transactions, and goes when its daemon
// goes.
#ifndef API_DAEMON_SNAPSHOT_PROCESS_H
#define API_DAEMON_SNAPSHOT_PROCESS_H

#include "core/base/bytes.h"
#include "projections/restore.h"

#include <stdbool.h>

#define SNAPSHOT_PROCESS_MODE "--snapshot-of"

// Whether the words of the command line ask for it.
bool snapshot_process_is_asked(int count, char **words);
int  snapshot_process_run(char **words); // an exit code

// What it says: "SIZE DIGEST FILE\n", hashes in hexadecimal.
void snapshot_line_print(const struct snapshot_told *told, struct buffer *line);
bool snapshot_line_read(struct bytes line, struct snapshot_told *told);

#endif
