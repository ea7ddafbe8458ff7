// options.h - the command line.
#ifndef REPLAY_OPTIONS_H
#define REPLAY_OPTIONS_H

#include "core/proof/hash.h"
#include "replay/report.h"
#include "replay/trust.h"

#include <stdbool.h>
#include <stdint.h>

// Texts are arguments of main.
struct options {
    const char  *data;                       // the ledger's directory; of receipt: the file
    const char  *archive;                    // of its old events; NULL: none is at hand
    const char  *key_file, *policy_file;     // one of them
    struct trust trust;                      // loaded by main
    const char  *receipts, *checkpoint_file; // anchors of verify; NULL: none
    uint64_t     size_min;                   // that the ledger must have
    bool         is_json;
    bool         is_quiet;
    bool         is_partial_allowed; // verify: of what is kept elsewhere nothing is asked
    bool         has_expected;
    struct hash  expected; // of rebuild
    uint64_t     from, to; // events [from, to) of print and rebuild; UINT64_MAX: the end
    const char  *when;     // of at: SEQ or TIME
    const char  *group;
    const char  *directory; // of export
    uint64_t     seq;       // of why and prove
};

struct command {
    const char *name;
    const char *help; // one line
    // Reads the arguments after the command's name, which is arguments[0]; ends the process where
    // they are wrong or ask for help. False without memory.
    bool (*read)(int count, char **arguments, struct options *options);
    enum outcome (*run)(const struct options *options); // its exit code
};

// Ends with a row without a name.
extern const struct command commands[];

#endif
