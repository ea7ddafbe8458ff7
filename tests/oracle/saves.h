// saves.h - what speaks against a save: the facts before it, held against the facts after it.
//
// Rules are tried in the order of X08; all that the first failing rule finds is given, one finding
// per resource and node, since the order of resources decides nothing but which one is named.
#ifndef TESTS_ORACLE_SAVES_H
#define TESTS_ORACLE_SAVES_H

#include "tests/oracle/amounts.h"

enum { FINDING_MAX = 64 }; // further ones are dropped

// A node of a finding where the domain does not say which one is named; its numbers neither.
#define NODE_ANY (UINT64_MAX - 1)

struct findings {
    struct verdict verdicts[FINDING_MAX];
    uint32_t       count;
    uint32_t       lost_count; // X01: holdings that lose access, also where force accepts it
};

// Holdings stand in the same rows on both sides.
struct save {
    const struct facts *before;
    const struct facts *after;
    struct bytes        group; // path after the save
    struct bytes        from;  // of a move: the path before
    entity_id           user;  // of an assignment
    uint64_t            now_ms;
    bool                is_forced;
};

void saves_check_allocation(const struct save *save, struct findings *findings);
void saves_check_assignment(const struct save *save, struct findings *findings);
void saves_check_move(const struct save *save, struct findings *findings);

#endif
