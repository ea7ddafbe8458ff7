// refusal.h - how the rules say no. A refusal is an answer, not a failure.
//
// The rows stand in order of precedence (domain X08): when several hold, the first decides. Codes
// and words travel in leaves, replies and clients: add, never renumber, never rename.
#ifndef CORE_EVENT_REFUSAL_H
#define CORE_EVENT_REFUSAL_H

#include <stdbool.h>
#include <stdint.h>

// code, name, whether it is kept in the log, what it says to a person. The word on the wire is the
// name, but for MALFORMED_LICENSE: to a client it is MALFORMED, yet it is kept (T03).
#define REFUSALS(X)                                                                           \
    X(0, ACCEPTED, true, "accepted")                                                          \
    X(1, MALFORMED, false, "not in the expected form")                                        \
    X(2, UNAUTHENTICATED, false, "nobody is logged in, or the signature does not verify")     \
    X(3, FORBIDDEN, false, "not within what this key may see or do")                          \
    X(4, ID_CONFLICT, false, "this id was used for another proposal")                         \
    X(5, STALE_PROPOSAL, false, "not_after has passed or lies too far ahead")                 \
    X(6, CLOCK_JUMP, false, "the clock jumped; a server_admin has to confirm it")             \
    X(10, BAD_SIGNATURE, true, "no trusted vendor key signed this licence file")              \
    X(11, WRONG_SERVER, true, "the licence file is for another server")                       \
    X(12, MALFORMED_LICENSE, true, "the licence file is not well formed")                     \
    X(13, STALE_LICENSE, true, "the serial is not greater than the current one")              \
    X(14, ALREADY_CURRENT, false, "this licence file is the current one already")             \
    X(15, KIND_CHANGED, true, "a name with holdings cannot change its kind")                  \
    X(16, BAD_CERTIFICATE, true, "the recovery key did not sign this key certificate")        \
    X(17, WRONG_LEDGER, true, "the key certificate is for another ledger")                    \
    X(18, KEY_OUT_OF_TURN, true, "the key certificate does not follow the key that signs")    \
    X(19, CERTIFICATE_NOT_VALID, true, "the key certificate does not hold now")               \
    X(20, LIMITED_MODE, true, "the server is in limited functionality mode")                  \
    X(21, EULA_VERSION_MISMATCH, true, "not the current version of the EULA")                 \
    X(22, CLIENT_TOO_OLD, true, "limited mode is not known to so old a client")               \
    X(30, UNKNOWN_GROUP, true, "there is no such group")                                      \
    X(31, UNKNOWN_USER, true, "there is no such user")                                        \
    X(32, UNKNOWN_ACTOR, true, "there is no such actor")                                      \
    X(33, UNKNOWN_VENDOR, true, "there is no such vendor")                                    \
    X(34, NAME_TAKEN, true, "the name is taken")                                              \
    X(35, KEY_TAKEN, true, "the key is enrolled already")                                     \
    X(36, LAST_SERVER_ADMIN, true, "the last server_admin cannot be removed")                 \
    X(37, NOT_A_MEMBER, true, "the user is not a member of the group")                        \
    X(38, ALREADY_A_MEMBER, true, "the user is a member of the group already")                \
    X(39, TOO_MANY_MEMBERSHIPS, true, "the user is in too many groups")                       \
    X(40, MEMBERSHIP_IN_USE, true, "the user holds units in the group")                       \
    X(41, GROUP_NOT_EMPTY, true, "the group has holdings, users or children")                 \
    X(42, CYCLE, true, "a group cannot move below itself")                                    \
    X(43, TOO_DEEP, true, "the path would be too deep")                                       \
    X(44, TOO_MANY, true, "there are as many as there can be")                                \
    X(45, UNKNOWN_REMINDER, true, "there is no such reminder that waits to be delivered")     \
    X(50, VERSION_CONFLICT, true, "the group was saved since the version this was made from") \
    X(51, BLOCKED, true, "the group is blocked")                                              \
    X(60, UNIT_HELD, true, "the unit is held already")                                        \
    X(61, NOT_HELD, true, "the unit is not held")                                             \
    X(62, UNIT_IN_USE, true, "another unit is bound to this one")                             \
    X(70, NO_LICENSE, true, "the server's licence has no such resource")                      \
    X(71, NOT_YET_VALID, true, "the validity has not begun")                                  \
    X(72, EXPIRED, true, "the validity is over")                                              \
    X(73, LIMIT_REACHED, true, "the limit is reached")                                        \
    X(74, STRICTEST_GROUP, true, "another group of the user is stricter")                     \
    X(75, USER_LIMIT, true, "the user's own limit is reached")                                \
    X(76, NEEDED_UNIT_MISSING, true, "no active unit of the needed resource is held")         \
    X(77, NEEDED_UNIT_BOUND, true, "every unit of the needed resource is bound")              \
    X(78, FEATURE_OFF, true, "the feature is off")                                            \
    X(80, NEEDS_EXCEEDED, true, "more than the count of the resource it needs")               \
    X(81, CHILD_EXCEEDS_ANCESTOR, true, "more than the group above has")                      \
    X(82, USER_EXCEEDS_GROUP, true, "more than the user's group has")                         \
    X(83, OVERSUBSCRIBED, true, "the groups below would have more than their group in all")   \
    X(84, TOO_MANY_EDGES, true, "too many different instants in the windows below")           \
    X(85, LIMIT_BELOW_USED, true, "less than is in use")

enum refusal {
#define X(code, name, is_logged, sentence) name = (code),
    REFUSALS(X)
#undef X
};

enum { REFUSAL_CODE_MAX = 255 };

struct refusal_row {
    enum refusal code;
    bool         is_logged;
    const char  *word;
    const char  *sentence;
};

// NULL for a code that no row has.
const struct refusal_row *refusal_row(uint64_t code);
const char               *refusal_word(enum refusal code);

// The rows in order of precedence; index beyond the last gives NULL.
const struct refusal_row *refusal_at(uint32_t index);

#endif
