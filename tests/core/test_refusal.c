// The rows of refusals: codes and words are for ever, their order is X08.
#include "core/base/name.h"
#include "core/event/refusal.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <signal.h>
#include <string.h>

#define ROWS(rows) (sizeof(rows) / sizeof(rows)[0])

// Said again, since leaves and clients are full of them: a row is added, never changed.
static const struct {
    uint64_t    number;
    const char *name;
    bool        is_logged;
} golden[] = {
    {0,  "ACCEPTED",               true },
    {1,  "MALFORMED",              false},
    {2,  "UNAUTHENTICATED",        false},
    {3,  "FORBIDDEN",              false},
    {4,  "ID_CONFLICT",            false},
    {5,  "STALE_PROPOSAL",         false},
    {6,  "CLOCK_JUMP",             false},
    {10, "BAD_SIGNATURE",          true },
    {11, "WRONG_SERVER",           true },
    {12, "MALFORMED_LICENSE",      true },
    {13, "STALE_LICENSE",          true },
    {14, "ALREADY_CURRENT",        false},
    {15, "KIND_CHANGED",           true },
    {16, "BAD_CERTIFICATE",        true },
    {17, "WRONG_LEDGER",           true },
    {18, "KEY_OUT_OF_TURN",        true },
    {19, "CERTIFICATE_NOT_VALID",  true },
    {20, "LIMITED_MODE",           true },
    {21, "EULA_VERSION_MISMATCH",  true },
    {22, "CLIENT_TOO_OLD",         true },
    {30, "UNKNOWN_GROUP",          true },
    {31, "UNKNOWN_USER",           true },
    {32, "UNKNOWN_ACTOR",          true },
    {33, "UNKNOWN_VENDOR",         true },
    {34, "NAME_TAKEN",             true },
    {35, "KEY_TAKEN",              true },
    {36, "LAST_SERVER_ADMIN",      true },
    {37, "NOT_A_MEMBER",           true },
    {38, "ALREADY_A_MEMBER",       true },
    {39, "TOO_MANY_MEMBERSHIPS",   true },
    {40, "MEMBERSHIP_IN_USE",      true },
    {41, "GROUP_NOT_EMPTY",        true },
    {42, "CYCLE",                  true },
    {43, "TOO_DEEP",               true },
    {44, "TOO_MANY",               true },
    {45, "UNKNOWN_REMINDER",       true },
    {50, "VERSION_CONFLICT",       true },
    {51, "BLOCKED",                true },
    {60, "UNIT_HELD",              true },
    {61, "NOT_HELD",               true },
    {62, "UNIT_IN_USE",            true },
    {70, "NO_LICENSE",             true },
    {71, "NOT_YET_VALID",          true },
    {72, "EXPIRED",                true },
    {73, "LIMIT_REACHED",          true },
    {74, "STRICTEST_GROUP",        true },
    {75, "USER_LIMIT",             true },
    {76, "NEEDED_UNIT_MISSING",    true },
    {77, "NEEDED_UNIT_BOUND",      true },
    {78, "FEATURE_OFF",            true },
    {80, "NEEDS_EXCEEDED",         true },
    {81, "CHILD_EXCEEDS_ANCESTOR", true },
    {82, "USER_EXCEEDS_GROUP",     true },
    {83, "OVERSUBSCRIBED",         true },
    {84, "TOO_MANY_EDGES",         true },
    {85, "LIMIT_BELOW_USED",       true },
};

Test(refusal, X08_codes_words_and_their_order_are_for_ever)
{
    for (uint32_t i = 0; i < ROWS(golden); i++) {
        const struct refusal_row *row = refusal_at(i);
        cr_assert(row != NULL, "%s", golden[i].name);
        cr_expect(eq(u64, (uint64_t)row->code, golden[i].number), "%s", golden[i].name);
        cr_expect(zero(int, strcmp(row->word, golden[i].name)), "%s", golden[i].name);
        cr_expect(eq(int, row->is_logged, golden[i].is_logged), "%s", golden[i].name);
        cr_expect(refusal_row(golden[i].number) == row, "%s", golden[i].name);
    }
    cr_expect(refusal_at(ROWS(golden)) == NULL, "every refusal has a row here");
}

Test(refusal, T03_the_word_is_the_name_but_for_a_licence_file_that_is_malformed)
{
    for (uint32_t i = 0; i < ROWS(golden); i++) {
        const bool  is_license = golden[i].number == 12;
        const char *word = refusal_word((enum refusal)golden[i].number);
        cr_expect(zero(int, strcmp(word, is_license ? "MALFORMED" : golden[i].name)), "%s: '%s'",
                  golden[i].name, word);
    }
}

static uint32_t place(enum refusal code)
{
    uint32_t i = 0;
    while (refusal_at(i)->code != code)
        i++;
    return i;
}

Test(refusal, X08_the_rows_stand_in_order_of_precedence)
{
    static const enum refusal order[] = {
        MALFORMED,      UNAUTHENTICATED,
        FORBIDDEN,      ID_CONFLICT,
        STALE_PROPOSAL, LIMITED_MODE,
        UNKNOWN_GROUP,  VERSION_CONFLICT,
        BLOCKED,        UNIT_HELD,
        NOT_HELD,       NO_LICENSE,
        NOT_YET_VALID,  EXPIRED,
        LIMIT_REACHED,  STRICTEST_GROUP,
        USER_LIMIT,     NEEDED_UNIT_MISSING,
        NEEDS_EXCEEDED, CHILD_EXCEEDS_ANCESTOR,
        OVERSUBSCRIBED, LIMIT_BELOW_USED,
    };
    for (size_t i = 1; i < ROWS(order); i++) {
        cr_expect(lt(u32, place(order[i - 1]), place(order[i])), "%s before %s",
                  refusal_word(order[i - 1]), refusal_word(order[i]));
    }
}

Test(refusal, X06_logged_from_limited_mode_on_and_for_licence_files)
{
    static const enum refusal never[] = {MALFORMED,   UNAUTHENTICATED, FORBIDDEN,
                                         ID_CONFLICT, STALE_PROPOSAL,  ALREADY_CURRENT};
    for (uint32_t i = place(LIMITED_MODE); refusal_at(i) != NULL; i++)
        cr_expect(refusal_at(i)->is_logged, "%s", refusal_at(i)->word);
    for (size_t i = 0; i < ROWS(never); i++)
        cr_expect(not(refusal_row((uint64_t)never[i])->is_logged), "%s", refusal_word(never[i]));
    cr_expect(refusal_row(BAD_SIGNATURE)->is_logged);
    cr_expect(refusal_row(STALE_LICENSE)->is_logged);
}

Test(refusal, codes_are_unique_and_below_their_bound)
{
    for (uint32_t i = 0; refusal_at(i) != NULL; i++) {
        cr_expect(le(int, refusal_at(i)->code, REFUSAL_CODE_MAX));
        cr_expect(text_is_one_line(bytes_of_text(refusal_at(i)->sentence)));
        for (uint32_t j = 0; j < i; j++) {
            cr_expect(ne(int, refusal_at(i)->code, refusal_at(j)->code));
            cr_expect(ne(int, strcmp(refusal_at(i)->word, refusal_at(j)->word), 0));
        }
    }
}

Test(refusal, what_is_no_code_has_no_row)
{
    cr_expect(refusal_row(7) == NULL);
    cr_expect(refusal_row(REFUSAL_CODE_MAX) == NULL);
    cr_expect(refusal_row(UINT64_MAX) == NULL);
    cr_expect(refusal_row(1ULL << 32) == NULL);
}

Test(refusal, no_word_for_no_code, .signal = SIGABRT)
{
    (void)refusal_word((enum refusal)7);
}
