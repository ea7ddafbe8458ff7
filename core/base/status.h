// status.h - failures: what the world did to us. Refusals are another thing, see event/refusal.h.
//
// A failure goes up unchanged; the main of a program says it, once.
#ifndef CORE_BASE_STATUS_H
#define CORE_BASE_STATUS_H

#define MUST_CHECK __attribute__((warn_unused_result))

// The sentences are for an operator: they say what happened, the caller says to what.
#define STATUSES(X)                                                                           \
    X(OK, "done")                                                                             \
    X(STATUS_MALFORMED, "the bytes are not in the expected form")                             \
    X(STATUS_TOO_LARGE, "larger than the bound in limits.h")                                  \
    X(STATUS_BAD_SIGNATURE, "the signature does not verify")                                  \
    X(STATUS_UNKNOWN_KEY, "no trusted key signed this")                                       \
    X(STATUS_NOT_FOUND, "not there")                                                          \
    X(STATUS_EXISTS, "exists already")                                                        \
    X(STATUS_IO, "reading or writing failed")                                                 \
    X(STATUS_FULL, "the disk or the map is full")                                             \
    X(STATUS_UNKNOWN_OUTCOME, "a commit failed midway; the outcome is known after a restart") \
    X(STATUS_CORRUPT, "the stored bytes contradict each other")                               \
    X(STATUS_ARCHIVED, "it is not in the ledger any more, but in its archive")                \
    X(STATUS_BEHIND, "the ledger is older than its anchor")                                   \
    X(STATUS_LOCKED, "another process has it open")                                           \
    X(STATUS_PERMISSION, "the file's mode or owner is not safe")                              \
    X(STATUS_OUT_OF_MEMORY, "out of memory")                                                  \
    X(STATUS_OVERLOADED, "a bound of limits.h is reached")                                    \
    X(STATUS_UNSUPPORTED, "made by a newer version")                                          \
    X(STATUS_UNREACHABLE, "nobody answers at the address")                                    \
    X(STATUS_TIMED_OUT, "no answer in time")                                                  \
    X(STATUS_USAGE, "called with wrong arguments")

enum status {
#define X(status, sentence) status,
    STATUSES(X)
#undef X
};

// Static text, never NULL.
const char *status_sentence(enum status status);
// What an errno of the file system means here; STATUS_IO for all that no caller treats apart.
enum status status_of_error(int error);

#endif
