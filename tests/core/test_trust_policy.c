#include "core/proof/hash.h"
#include "core/proof/trust_policy.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdio.h>
#include <string.h>

#define ROWS(table) (sizeof(table) / sizeof(table)[0])

// Keys L0…L3 of logs and W0…W39 of witnesses stand for their text form in the policies below.
enum { KEY_COUNT = 40 };

static char keys[2][KEY_COUNT][KEY_TEXT_SIZE_MAX + 1];

static void make_key(enum key_type type, uint8_t number, char *text)
{
    char          name[32];
    uint8_t       seed[CRYPTO_SEED_SIZE] = {(uint8_t)type, number};
    struct signer signer = {.secret = {NULL}};
    struct buffer buffer = buffer_over(text, KEY_TEXT_SIZE_MAX + 1);
    (void)snprintf(name, sizeof name, "%s.example/%u", type == KEY_ED25519 ? "log" : "witness",
                   number);
    cr_assert(eq(int, signer_init(&signer, bytes_of_text(name), type, seed), OK));
    verifier_print(&signer.verifier, &buffer);
    (void)buffer_text(&buffer);
    cr_assert(not(buffer.is_full));
    signer_release(&signer);
}

static void start(void)
{
    cr_assert(eq(int, hash_start(), OK));
    cr_assert(eq(int, crypto_start(), OK));
    for (uint8_t i = 0; i < KEY_COUNT; i++) {
        make_key(KEY_ED25519, i, keys[0][i]);
        make_key(KEY_COSIGNATURE, i, keys[1][i]);
    }
}

TestSuite(trust_policy, .init = start);

// Writes the key for each "{L7}" or "{W7}".
static struct bytes expand(const char *form)
{
    static char   memory[TRUST_SIZE_MAX];
    struct buffer text = buffer_over(memory, sizeof memory);
    for (const char *at = form; *at != 0; at++) {
        unsigned number = 0;
        int      size = 0;
        char     letter = 0;
        if (sscanf(at, "{%c%u}%n", &letter, &number, &size) == 2 && size > 0) {
            buffer_add_text(&text, keys[letter == 'W'][number]);
            at += size - 1;
        } else {
            buffer_add_byte(&text, (uint8_t)*at);
        }
    }
    cr_assert(not(text.is_full));
    return buffer_bytes(&text);
}

#define WITNESSES "log {L0}\nwitness a {W0}\nwitness b {W1}\nwitness c {W2}\n"

Test(trust_policy, reads_what_the_format_allows_and_names_the_line_that_it_does_not)
{
    static const struct {
        const char *when, *text;
        enum status status;
        uint32_t    line;
    } rows[] = {
        {"no witness is needed",                    "log {L0}\nquorum none\n",                                  OK,                 0},
        {"there is no log",                         "quorum none\n",                                            OK,                 0},
        {"one witness is the quorum",               "witness w {W0}\nquorum w\nlog {L0}\n",                     OK,                 0},
        {"there are addresses",                     "log {L0} https://a\nwitness w {W0} https://b\nquorum w\n", OK,                 0},
        {"spaces and tabs part words",              " \tlog\t {L0} \n\t\n  # more\n#\nquorum \tnone\t\n",       OK,                 0},
        {"groups stand in groups",                  WITNESSES "group g 2 a b\ngroup h any g c\nquorum h\n",     OK,                 0},
        {"all is as many as there are",             WITNESSES "group g all a b c\nquorum g\n",                  OK,                 0},
        {"a name has letters of any kind",          "witness \xc3\xa9\xff {W0}\nquorum \xc3\xa9\xff\n",         OK,
         0                                                                                                                           },
        {"a log and a witness share a name's text", "log {L0}\nwitness log {W0}\nquorum log\n",                 OK,
         0                                                                                                                           },
        {"there is nothing",                        "",                                                         STATUS_MALFORMED,   1},
        {"there is no quorum",                      "log {L0}\n",                                               STATUS_MALFORMED,   2},
        {"there are two",                           "quorum none\nquorum none\n",                               STATUS_MALFORMED,   2},
        {"the last line does not end",              "log {L0}\nquorum none",                                    STATUS_MALFORMED,   2},
        {"a line ends as on Windows",               "quorum none\r\n",                                          STATUS_MALFORMED,   1},
        {"a control character is in it",            "quorum none\n# \x7f\n",                                    STATUS_MALFORMED,   2},
        {"a word is unknown",                       "logs {L0}\nquorum none\n",                                 STATUS_MALFORMED,   1},
        {"a log has no key",                        "log\nquorum none\n",                                       STATUS_MALFORMED,   1},
        {"a log has too much",                      "log {L0} https://a b\nquorum none\n",                      STATUS_MALFORMED,   1},
        {"a log's key is a witness's",              "log {W0}\nquorum none\n",                                  STATUS_UNSUPPORTED, 1},
        {"a log stands twice",                      "log {L0}\nlog {L0}\nquorum none\n",                        STATUS_MALFORMED,   2},
        {"a witness has no key",                    "witness a\nquorum none\n",                                 STATUS_MALFORMED,   1},
        {"a witness has too much",                  "witness a {W0} u v\nquorum none\n",                        STATUS_MALFORMED,   1},
        {"a witness's key is a log's",              "witness a {L0}\nquorum none\n",                            STATUS_UNSUPPORTED, 1},
        {"a witness stands twice",                  "witness a {W0}\nwitness b {W0}\nquorum a\n",               STATUS_MALFORMED,
         2                                                                                                                           },
        {"a name stands twice",                     "witness a {W0}\nwitness a {W1}\nquorum a\n",               STATUS_MALFORMED,   2},
        {"a group takes a name",                    WITNESSES "group a any b\nquorum a\n",                      STATUS_MALFORMED,   5},
        {"a witness is called none",                "witness none {W0}\nquorum none\n",                         STATUS_MALFORMED,   1},
        {"none is in a group",                      WITNESSES "group g any none\nquorum g\n",                   STATUS_MALFORMED,   5},
        {"a member stands below",                   "group g any a\nwitness a {W0}\nquorum g\n",                STATUS_MALFORMED,   1},
        {"the quorum stands below",                 "quorum a\nwitness a {W0}\n",                               STATUS_MALFORMED,   1},
        {"a group is its own member",               WITNESSES "group g any g\nquorum g\n",                      STATUS_MALFORMED,   5},
        {"a member is in two",                      WITNESSES "group g any a\ngroup h any a\nquorum h\n",
         STATUS_MALFORMED,                                                                                                          6},
        {"a member is in one twice",                WITNESSES "group g any a a\nquorum g\n",                    STATUS_MALFORMED,   5},
        {"a group has nobody",                      WITNESSES "group g any\nquorum g\n",                        STATUS_MALFORMED,   5},
        {"none of them is enough",                  WITNESSES "group g 0 a\nquorum g\n",                        STATUS_MALFORMED,   5},
        {"more than all are needed",                WITNESSES "group g 3 a b\nquorum g\n",                      STATUS_MALFORMED,   5},
        {"a number has a zero in front",            WITNESSES "group g 01 a\nquorum g\n",                       STATUS_MALFORMED,   5},
        {"a quorum of two",                         WITNESSES "quorum a b\n",                                   STATUS_MALFORMED,   5},
    };
    for (size_t i = 0; i < ROWS(rows); i++) {
        struct trust_policy policy;
        uint32_t            line = 0;
        const enum status   status = trust_policy_parse(expand(rows[i].text), &policy, &line);
        cr_expect(eq(int, status, rows[i].status), "when %s", rows[i].when);
        if (rows[i].status != OK) cr_expect(eq(u32, line, rows[i].line), "when %s", rows[i].when);
    }
}

// Each # of the form is the number of the line.
static void repeat(struct buffer *text, const char *form, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        for (const char *at = form; *at != 0; at++) {
            if (*at == '#')
                buffer_add_decimal(text, i);
            else
                buffer_add_byte(text, (uint8_t)*at);
        }
    }
}

Test(trust_policy, holds_32_logs_32_witnesses_and_32_groups_and_no_more)
{
    static const struct {
        uint32_t    logs, witnesses, groups;
        enum status status;
    } rows[] = {
        {32, 32, 32, OK              },
        {33, 32, 32, STATUS_TOO_LARGE},
        {32, 33, 31, STATUS_TOO_LARGE},
        {32, 32, 33, STATUS_TOO_LARGE},
    };
    for (size_t i = 0; i < ROWS(rows); i++) {
        static char   memory[8192];
        struct buffer text = buffer_over(memory, sizeof memory);
        repeat(&text, "log {L#}\n", rows[i].logs);
        repeat(&text, "witness w# {W#}\n", rows[i].witnesses);
        repeat(&text, "group g# any w#\n", rows[i].groups < 33 ? rows[i].groups : 32);
        if (rows[i].groups > 32) buffer_add_text(&text, "group g any g0\n");
        buffer_add_text(&text, "quorum g1\n");
        struct trust_policy policy;
        uint32_t            line = 0;
        const enum status   status = trust_policy_parse(expand(buffer_text(&text)), &policy, &line);
        cr_expect(eq(int, status, rows[i].status), "row %zu", i);
    }
}

// Who has signed: L for the log, a, b, c for the witnesses.
static uint64_t mask_of(const char *who)
{
    uint64_t mask = 0;
    for (; *who != 0; who++)
        mask |= (uint64_t)1 << (*who == 'L' ? 0 : *who - 'a' + 1);
    return mask;
}

Test(trust_policy, a_quorum_is_met_by_those_it_names_and_never_without_the_log)
{
    static const struct {
        const char *quorum, *who;
        bool        is_met;
    } rows[] = {
        {"quorum none\n",                                "L",    true },
        {"quorum none\n",                                "",     false},
        {"quorum none\n",                                "abc",  false},
        {"quorum b\n",                                   "Lb",   true },
        {"quorum b\n",                                   "Lac",  false},
        {"group g any a b\nquorum g\n",                  "La",   true },
        {"group g any a b\nquorum g\n",                  "Lb",   true },
        {"group g any a b\nquorum g\n",                  "Lc",   false},
        {"group g all a b c\nquorum g\n",                "Labc", true },
        {"group g all a b c\nquorum g\n",                "Lab",  false},
        {"group g all a b c\nquorum g\n",                "abc",  false},
        {"group g 2 a b c\nquorum g\n",                  "Lac",  true },
        {"group g 2 a b c\nquorum g\n",                  "Lc",   false},
        {"group g 2 a b\ngroup h all g c\nquorum h\n",   "Labc", true },
        {"group g 2 a b\ngroup h all g c\nquorum h\n",   "Lac",  false},
        {"group g 2 a b\ngroup h all g c\nquorum h\n",   "Lab",  false},
        {"group g any a b\ngroup h any g c\nquorum h\n", "Lc",   true },
        {"group g any a b\ngroup h any c\nquorum g\n",   "Lc",   false},
    };
    for (size_t i = 0; i < ROWS(rows); i++) {
        char                text[512];
        struct trust_policy policy;
        uint32_t            line = 0;
        (void)snprintf(text, sizeof text, "%s%s", WITNESSES, rows[i].quorum);
        cr_assert(eq(int, trust_policy_parse(expand(text), &policy, &line), OK));
        const uint64_t mask = mask_of(rows[i].who);
        cr_expect(eq(int, trust_policy_is_met(&policy, mask), rows[i].is_met), "%s by %s",
                  rows[i].quorum, rows[i].who);
        const uint32_t witnesses = (uint32_t)strspn(rows[i].who + (rows[i].who[0] == 'L'), "abc");
        cr_expect(eq(u32, trust_policy_witness_count(&policy, mask), witnesses));
    }
}
