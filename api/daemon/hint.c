#include "api/daemon/hint.h"

#include "core/base/name.h"

#include <string.h>

// In the words of a row, {node} {name} {limit} {used} {more} {until} stand for what is known; more
// is one beyond used.
struct hint_row {
    enum refusal code;
    const char  *words;
    const char  *server_words; // where the server is the node; NULL: the same
};

static const struct hint_row rows[] = {
    {STALE_PROPOSAL,         "propose it anew with a later not_after, at most ten minutes ahead",  NULL},
    {CLOCK_JUMP,             "a server_admin confirms the clock with: licet clock confirm",        NULL},
    {LIMITED_MODE,           "a server_admin accepts the current EULA with: licet eula accept",    NULL},
    {BAD_SIGNATURE,          "trust the vendor's key, or get the file again",                      NULL},
    {WRONG_SERVER,           "get a file that is made for this server",                            NULL},
    {MALFORMED_LICENSE,      "line {used} of the file: {name}",                                    NULL},
    {STALE_LICENSE,          "upload a file with a serial above {limit}",                          NULL},
    {EULA_VERSION_MISMATCH,  "accept version {name}",                                              NULL},
    {LAST_SERVER_ADMIN,      "enrol another server_admin first",                                   NULL},
    {NOT_A_MEMBER,           "add the user to {node} first",                                       NULL},
    {MEMBERSHIP_IN_USE,      "release the user's units in {node} first, or use cascade",           NULL},
    {GROUP_NOT_EMPTY,        "empty {node} first, or use cascade",                                 NULL},
    {CYCLE,                  "choose a parent outside of the group",                               NULL},
    {TOO_DEEP,               "choose a parent nearer to the server: {limit} levels at most",       NULL},
    {VERSION_CONFLICT,       "read {node} again and save from version {limit}",                    NULL},
    {BLOCKED,                "unblock {node}",                                                     NULL},
    {UNIT_HELD,              "release {name} first",                                               NULL},
    {UNIT_IN_USE,            "release {name} first, or use cascade",                               NULL},
    {NO_LICENSE,             "upload a licence file with {name}",                                  NULL},
    {NOT_YET_VALID,          "wait until {until}, or give {node} an earlier package",
     "wait until {until}, or upload a licence file that begins earlier"                                },
    {EXPIRED,                "give {node} a package that has not ended (it did {until})",
     "upload a licence file with an entry that has not ended (it did {until})"                         },
    {LIMIT_REACHED,          "raise the limit of {node} to {more}, or release a unit below it",
     "upload a licence file with at least {more}, or release a unit"                                   },
    {STRICTEST_GROUP,        "raise the limit of {node} to {more}, or release a unit there",       NULL},
    {USER_LIMIT,             "raise the user's own limit in {node} to {more}",                     NULL},
    {NEEDED_UNIT_MISSING,    "consume {name} in {node} first, for the same user",                  NULL},
    {NEEDED_UNIT_BOUND,      "consume another unit of what it needs in {node} first",              NULL},
    {NEEDS_EXCEEDED,         "raise {name} to {limit}",                                            NULL},
    {CHILD_EXCEEDS_ANCESTOR, "ask for at most {limit} of {name}, or raise it in {node} to {used}",
     "ask for at most {limit} of {name}, or upload a licence file with {used}"                         },
    {USER_EXCEEDS_GROUP,     "ask for at most {limit} of {name}",                                  NULL},
    {OVERSUBSCRIBED,         "raise {name} of {node} to {used}, or let {node} be oversubscribed",
     "upload a licence file with {used} of {name}, or let {node} be oversubscribed"                    },
    {TOO_MANY_EDGES,         "use fewer different instants; at most {limit} below {node}",         NULL},
    {LIMIT_BELOW_USED,       "release units until {limit} are used, or save with force",           NULL},
};

static const char *words_of(const struct reason *reason)
{
    const bool is_server = path_is_server(reason->path);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (rows[i].code != reason->constraint.code) continue;
        return is_server && rows[i].server_words != NULL ? rows[i].server_words : rows[i].words;
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
        add_number(hint, constraint->used == LIMIT_NONE ? LIMIT_NONE : constraint->used + 1);
    }
    if (bytes_is_equal(word, bytes_of_text("until"))) {
        buffer_add_text(hint, time_to_text(constraint->until_ms, text));
    }
}

void hint_add(const struct reason *reason, struct buffer *hint)
{
    struct bytes rest = bytes_of_text(words_of(reason));
    if (reason->is_hidden) return;
    while (rest.size > 0) {
        buffer_add(hint, bytes_cut(&rest, '{'));
        if (rest.size > 0) add_value(reason, bytes_cut(&rest, '}'), hint);
    }
    if (hint->is_full) hint->size = 0;
}
