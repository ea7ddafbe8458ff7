// access.h - which holdings give access at an instant, and why others do not (B30, B31, B42, X12).
#ifndef TESTS_ORACLE_ACCESS_H
#define TESTS_ORACLE_ACCESS_H

#include "tests/oracle/amounts.h"

struct access {
    bool                    is_granted;
    enum refusal            code;   // ACCEPTED, or why not
    const struct group_row *node;   // that decided; NULL: no single one did
    bool                    is_cut; // by the walk of X03, at the node `cut`
    const struct group_row *cut;
};

// By the rows of the holdings; to be freed. By what is enforced (T16).
struct access *access_of_all(const struct facts *facts, uint64_t ms);

// X12. The first node from the group upwards that is blocked; NULL: none is.
const struct group_row *access_block(const struct facts *facts, const struct group_row *group);

// B32-B37. A feature of a user: on in every group of the user, and in each assignment there.
bool access_has_feature(const struct facts *facts, entity_id user, struct bytes feature,
                        uint64_t ms);
// Whether a holding of the user gives access to the resource.
bool access_has_unit(const struct facts *facts, entity_id user, struct bytes resource, uint64_t ms);

#endif
