// scene.h - what every program of the bench is told about the ledger before it, and the keys that
// it acts with. The shell scripts beside (bench/scene.sh) open the ledger and call the programs.
#ifndef BENCH_SCENE_H
#define BENCH_SCENE_H

#include "bench/tree.h"
#include "core/base/status.h"
#include "core/proof/key.h"

#include <argp.h>
#include <stdbool.h>
#include <sys/types.h>

struct scene {
    const char        *url, *agent_file, *admin_file, *scratch, *json;
    pid_t              daemon; // whose time is told
    const struct tree *tree;
    bool               is_planted; // by an earlier program
    uint64_t           slice_ns;
    uint32_t           round_count;
    struct signer      agent, admin;
};

// A program of the bench. At ARGP_KEY_INIT its parser gives the options of all their scene, as
// child_inputs[0].
struct scene_program {
    const char               *name, *doc;
    const struct argp_option *options; // its own
    argp_parser_t             parse;
    enum status (*run)(void *data);
    void (*close)(void *data); // also after a run that failed
};

// What its main() returns; data is the program's own, and the input of its parser.
int scene_main(const struct scene_program *program, void *data, int count, char **words);

// Starts the cryptography, reads the keys and plants the tree where that is still to be done.
MUST_CHECK enum status scene_open(struct scene *scene);
void                   scene_close(struct scene *scene);

#endif
