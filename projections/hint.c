#include "projections/hint.h"

#include "core/base/name.h"

#include <string.h>

// In the words of a row, {node} {name} {limit} {used} {more} {until} stand for what is known; more
// is what is used with all that is asked for.
struct hint_row {
    enum refusal code;
    const char  *words;
    const char  *server_words; // where the server is the node; NULL: the same
    const char  *hidden_words; // of a node that the asker may not read; NULL: none
};

// In order of precedence.
static const struct hint_row rows[] = {
    {MALFORMED,              "correct {name}",                                                                  NULL,                                                                                        NULL                                         },
    {UNAUTHENTICATED,        "log in with an enrolled key, and sign with it",                                   NULL,                                                                                        NULL                                         },
    {FORBIDDEN,              "ask for it with a key whose role reaches it",                                     NULL,                                                                                        NULL                                         },
    {ID_CONFLICT,            "propose it under an id of its own",                                               NULL,                                                                                        NULL                                         },
    {STALE_PROPOSAL,         "propose it anew with a later not_after, at most ten minutes ahead",               NULL,
     NULL                                                                                                                                                                                                                                                 },
    {CLOCK_JUMP,             "a server_admin confirms the clock with: licet clock confirm",                     NULL,                                                                                        NULL                                         },
    {BAD_SIGNATURE,          "trust the vendor's key, or get the file again",                                   NULL,                                                                                        NULL                                         },
    {WRONG_SERVER,           "get a file that is made for this server",                                         NULL,                                                                                        NULL                                         },
    {MALFORMED_LICENSE,      "line {used} of the file: {name}",                                                 NULL,                                                                                        NULL                                         },
    {STALE_LICENSE,          "upload a file with a serial above {limit}",                                       NULL,                                                                                        NULL                                         },
    {ALREADY_CURRENT,        "nothing needs to be done",                                                        NULL,                                                                                        NULL                                         },
    {KIND_CHANGED,           "release all units of {name} first, or get a file that leaves its kind",           NULL,
     NULL                                                                                                                                                                                                                                                 },
    {BAD_CERTIFICATE,        "certify the key with the ledger's recovery key: licet key certify",               NULL,
     NULL                                                                                                                                                                                                                                                 },
    {WRONG_LEDGER,           "certify a key for the ledger {name}",                                             NULL,                                                                                        NULL                                         },
    {KEY_OUT_OF_TURN,        "certify it for epoch {limit}, after the key {name}",                              NULL,                                                                                        NULL                                         },
    {CERTIFICATE_NOT_VALID,
     "rotate from event {limit} on and within its times, or certify the key anew",                              NULL,                                                                                        NULL                                         },
    {LIMITED_MODE,           "a server_admin accepts the current EULA with: licet eula accept",                 NULL,                                                                                        NULL                                         },
    {EULA_VERSION_MISMATCH,  "accept version {name}",                                                           NULL,                                                                                        NULL                                         },
    {CLIENT_TOO_OLD,         "connect with a client above 4.4, or accept the current EULA",                     NULL,                                                                                        NULL                                         },
    {UNKNOWN_GROUP,          "create {name} first, or correct the path",                                        NULL,                                                                                        NULL                                         },
    {UNKNOWN_USER,           "create {name} first, or correct the name",                                        NULL,                                                                                        NULL                                         },
    {UNKNOWN_ACTOR,          "enrol {name} first, or correct the name",                                         NULL,                                                                                        NULL                                         },
    {UNKNOWN_VENDOR,         "trust {name} first, or correct name and key",                                     NULL,                                                                                        NULL                                         },
    {NAME_TAKEN,             "choose another name than {name}",                                                 NULL,                                                                                        NULL                                         },
    {KEY_TAKEN,              "make a new key for {name}",                                                       NULL,                                                                                        NULL                                         },
    {LAST_SERVER_ADMIN,      "enrol another server_admin first",                                                NULL,                                                                                        NULL                                         },
    {NOT_A_MEMBER,           "add the user to {node} first",                                                    NULL,                                                                                        NULL                                         },
    {ALREADY_A_MEMBER,       "nothing needs to be done",                                                        NULL,                                                                                        NULL                                         },
    {TOO_MANY_MEMBERSHIPS,   "remove the user from another group first",                                        NULL,                                                                                        NULL                                         },
    {MEMBERSHIP_IN_USE,      "release the user's units in {node} first, or use cascade",                        NULL,                                                                                        NULL                                         },
    {GROUP_NOT_EMPTY,        "empty {node} first, or use cascade",                                              NULL,                                                                                        NULL                                         },
    {CYCLE,                  "choose a parent outside of the group",                                            NULL,                                                                                        NULL                                         },
    {TOO_DEEP,               "choose a parent nearer to the server: {limit} levels at most",                    NULL,                                                                                        NULL                                         },
    {TOO_MANY,               "do with the {limit} that there can be",                                           NULL,                                                                                        NULL                                         },
    {UNKNOWN_REMINDER,       "name one that waits: licet reminders lists them",                                 NULL,                                                                                        NULL                                         },
    {VERSION_CONFLICT,       "read {node} again and save from version {limit}",                                 NULL,                                                                                        NULL                                         },
    {BLOCKED,                "unblock {node}",                                                                  NULL,                                                                                        "ask who administers the user's other groups"},
    {UNIT_HELD,              "release {name} first, or take another unit",                                      NULL,                                                                                        NULL                                         },
    {NOT_HELD,               "take {name} first, or correct the unit",                                          NULL,                                                                                        NULL                                         },
    {UNIT_IN_USE,            "release {name} first, or use cascade",                                            NULL,                                                                                        NULL                                         },
    {NO_LICENSE,             "upload a licence file with {name}",                                               NULL,                                                                                        NULL                                         },
    {NOT_YET_VALID,          "wait until {until}, or give {node} a package with {more} of {name} before",
     "wait until {until}, or upload a licence file with {more} of {name} before",                                                                                                                            NULL                                         },
    {EXPIRED,                "give {node} a package with {more} of {name} that has not ended (it did {until})",
     "upload a licence file with {more} of {name} that have not ended (they did {until})",                                                                                                                   NULL                                         },
    {LIMIT_REACHED,          "raise the limit of {node} to {more}, or release a unit below it",
     "upload a licence file with at least {more}, or release a unit",                                                                                                                                        NULL                                         },
    {STRICTEST_GROUP,        "raise the maximum of {node} to {more}, or release a unit there",                  NULL,
     "ask who administers the user's other groups"                                                                                                                                                                                                        },
    {USER_LIMIT,             "raise the user's own limit in {node} to {more}",                                  NULL,
     "ask who administers the user's other groups"                                                                                                                                                                                                        },
    {NEEDED_UNIT_MISSING,    "consume {name} in {node} first, for the same user",                               NULL,                                                                                        NULL                                         },
    {NEEDED_UNIT_BOUND,      "consume another unit of what it needs in {node} first",                           NULL,                                                                                        NULL                                         },
    {FEATURE_OFF,            "switch {name} on in {node}",                                                      "upload a licence file with {name}",
     "ask who administers the user's other groups"                                                                                                                                                                                                        },
    {NEEDS_EXCEEDED,         "raise {name} to {limit}",                                                         NULL,                                                                                        NULL                                         },
    {CHILD_EXCEEDS_ANCESTOR,
     "let {node} have {used} of {name}, or each group below it at most {limit}",                                "upload a licence file with {used} of {name}, or let each group below have at most {limit}",
     NULL                                                                                                                                                                                                                                                 },
    {USER_EXCEEDS_GROUP,     "ask for at most {limit} of {name}",                                               NULL,                                                                                        NULL                                         },
    {OVERSUBSCRIBED,         "raise {name} of {node} to {used}, or let {node} be oversubscribed",
     "upload a licence file with {used} of {name}, or let {node} be oversubscribed",                                                                                                                         NULL                                         },
    {TOO_MANY_EDGES,         "use fewer different instants; at most {limit} below {node}",                      NULL,                                                                                        NULL                                         },
    {LIMIT_BELOW_USED,
     "leave {used} of {name} to {node}, release until {limit} are used, or use force",                          NULL,                                                                                        NULL                                         },
};

static const char *words_of(const struct reason *reason)
{
    const bool is_server = path_is_server(reason->path);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const struct hint_row *row = &rows[i];
        if (row->code != reason->constraint.code) continue;
        if (reason->is_hidden) return row->hidden_words == NULL ? "" : row->hidden_words;
        return is_server && row->server_words != NULL ? row->server_words : row->words;
    }
    return "";
}

static void add_number(struct buffer *hint, uint64_t number)
{
    if (number == LIMIT_NONE) {
        buffer_add_text(hint, "…");
    } else {
        buffer_add_decimal(hint, number);
    }
}

static void add_value(const struct reason *reason, struct bytes word, struct buffer *hint)
{
    const struct constraint *constraint = &reason->constraint;
    char                     text[TIME_TEXT_SIZE];
    if (bytes_is_equal(word, bytes_of_text("node"))) buffer_add(hint, reason->path);
    if (bytes_is_equal(word, bytes_of_text("name"))) buffer_add(hint, constraint->name);
    if (bytes_is_equal(word, bytes_of_text("limit"))) add_number(hint, constraint->limit);
    if (bytes_is_equal(word, bytes_of_text("used"))) add_number(hint, constraint->used);
    if (bytes_is_equal(word, bytes_of_text("more"))) {
        add_number(hint, constraint->used == LIMIT_NONE ? LIMIT_NONE
                                                        : constraint->used + 1 + reason->further);
    }
    if (bytes_is_equal(word, bytes_of_text("until"))) {
        buffer_add_text(hint, time_to_text(constraint->until_ms, text));
    }
}

void hint_add(const struct reason *reason, struct buffer *hint)
{
    struct bytes rest = bytes_of_text(words_of(reason));
    while (rest.size > 0) {
        buffer_add(hint, bytes_cut(&rest, '{'));
        if (rest.size > 0) add_value(reason, bytes_cut(&rest, '}'), hint);
    }
    if (hint->is_full) hint->size = 0;
}
