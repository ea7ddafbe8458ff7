// archive_process.h - the other mode of licetd that writes an archive of the ledger that its daemon
// has open, says how far it is and what it wrote, and ends.
//
//   licetd --archive-of DIRECTORY KEY ARCHIVE BELOW
//
// It has the ledger's public key and no other, and reads by read transactions. It drops nothing.
#ifndef API_DAEMON_ARCHIVE_PROCESS_H
#define API_DAEMON_ARCHIVE_PROCESS_H

#include "core/base/bytes.h"
#include "core/proof/hash.h"

#include <stdbool.h>
#include <stdint.h>

#define ARCHIVE_PROCESS_MODE "--archive-of"

// Whether the words of the command line ask for it.
bool archive_process_is_asked(int count, char **words);
int  archive_process_run(char **words); // an exit code

// What it says, a line each: "at DONE", "written ROOT" as the last, or "failed WHY".
struct archive_said {
    enum { ARCHIVE_AT, ARCHIVE_WRITTEN, ARCHIVE_FAILED } what;
    uint64_t     done; // leaves
    struct hash  root;
    struct bytes why; // a view of the line
};
void archive_line_print(const struct archive_said *said, struct buffer *line);
bool archive_line_read(struct bytes line, struct archive_said *said);

#endif
