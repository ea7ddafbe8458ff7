#include "replay/options.h"

#include "core/proof/crypto.h"
#include "replay/commands.h"
#include "replay/report.h"

#include <argp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum {
    KEY_FROM = 0x100,
    KEY_TO,
    KEY_SIZE,
    KEY_EXPECT,
    KEY_POLICY,
    KEY_RECEIPTS,
    KEY_CHECKPOINT,
    KEY_SIZE_MIN,
    KEY_ARCHIVE,
    KEY_PARTIAL
};

enum { WORD_MAX = 4 };

// Positional arguments, before it is known what they are.
struct words {
    struct options *options;
    uint32_t        word_count;
    char           *of[WORD_MAX];
    bool            is_at, is_export, is_why;
    const char     *what; // is needed
};

#define TRUST                                                                                \
    {"key", 'k', "FILE", 0, "The ledger's public key (a vkey line), kept outside of it", 0}, \
        {"policy",                                                                           \
         KEY_POLICY,                                                                         \
         "FILE",                                                                             \
         0,                                                                                  \
         "Instead of the key: a C2SP tlog-policy with the ledger, its witnesses and how "    \
         "many of them are enough",                                                          \
         0},                                                                                 \
    {                                                                                        \
        "json", 'j', NULL, 0, "Print JSON", 0                                                \
    }

#define COMMON                                                                                     \
    {"data", 'd', "DIR", 0, "The ledger's directory, or a copy of it", 0},                         \
        {"archive", KEY_ARCHIVE, "DIR", 0, "Where its archived events are (licetd --archive)", 0}, \
        TRUST

// clang-format 14 breaks these tables.
// clang-format off

static const struct argp_option verify_options[] = {
    COMMON,
    {"receipts", KEY_RECEIPTS, "DIR", 0,
     "Receipts (*.tlog-proof) that were kept elsewhere: each must still hold", 0},
    {"trusted-checkpoint", KEY_CHECKPOINT, "FILE", 0,
     "A signed head that was kept elsewhere: the ledger must go on from it", 0},
    {"expect-min-size", KEY_SIZE_MIN, "N", 0, "So many events must be there", 0},
    {"partial", KEY_PARTIAL, NULL, 0,
     "Be content with what is here: 0, not 6, where events are kept elsewhere and were not read", 0},
    {"quiet", 'q', NULL, 0, "Print nothing: the exit code says it", 0},
    {NULL, 0, NULL, 0, NULL, 0},
};

static const struct argp_option rebuild_options[] = {
    COMMON,
    {"quiet", 'q', NULL, 0, "Print nothing: the exit code says it", 0},
    {"expect", KEY_EXPECT, "HEX", 0, "Exit with 4 when the digest is another", 0},
    {"size", KEY_SIZE, "N", 0, "Replay the first N events only", 0},
    {NULL, 0, NULL, 0, NULL, 0},
};

static const struct argp_option print_options[] = {
    COMMON,
    {"from", KEY_FROM, "N", 0, "The first event to print (0)", 0},
    {"to", KEY_TO, "N", 0, "The last event to print (the last one)", 0},
    {NULL, 0, NULL, 0, NULL, 0},
};

static const struct argp_option export_options[] = {
    COMMON,
    {"from", KEY_FROM, "N", 0, "Leave out the events before this one (0); all hashes are there", 0},
    {NULL, 0, NULL, 0, NULL, 0},
};

static const struct argp_option receipt_options[] = {
    TRUST,
    {NULL, 0, NULL, 0, NULL, 0},
};

static const struct argp_option at_options[] = {
    COMMON,
    {NULL, 0, NULL, 0, NULL, 0},
};

static const struct argp_option why_options[] = {
    COMMON,
    {NULL, 0, NULL, 0, NULL, 0},
};

static const struct argp_option prove_options[] = {
    COMMON,
    {NULL, 0, NULL, 0, NULL, 0},
};

// clang-format on

// Says how it is used, and ends the process.
__attribute__((format(printf, 2, 3))) static void complain(const struct argp_state *state,
                                                           const char              *format, ...)
{
    char    text[512];
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    argp_error(state, "%s", text); // NOLINT(concurrency-mt-unsafe): there is no thread yet
}

static uint64_t read_number(const char *text, struct argp_state *state)
{
    uint64_t number = 0;
    if (!bytes_to_decimal(bytes_of_text(text), UINT64_MAX - 1, &number)) {
        complain(state, "'%s' is not a number", text);
    }
    return number;
}

static void read_expected(struct options *options, const char *text, struct argp_state *state)
{
    options->has_expected =
        crypto_hex_decode(bytes_of_text(text), options->expected.at, sizeof options->expected.at);
    if (!options->has_expected) complain(state, "'%s' is not a digest of 64 hex digits", text);
}

static void take_data(struct options *options, char *word, struct argp_state *state)
{
    if (options->data != NULL) complain(state, "one is enough: '%s'", word);
    options->data = word;
}

static void take_words_of_at(struct words *words, struct argp_state *state)
{
    if (words->word_count < 3 || strcmp(words->of[1], "state") != 0) {
        complain(state, "say when, 'state' and the group: at 2026-12-01T00:00Z state SmartHome");
    }
    words->options->when = words->of[0];
    words->options->group = words->of[2];
    if (words->word_count == 4) take_data(words->options, words->of[3], state);
}

static void take_words_of_export(struct words *words, struct argp_state *state)
{
    if (words->word_count == 0 || words->word_count > 2) {
        complain(state, "say where to: export DIR --data DATA");
    }
    words->options->directory = words->of[0];
    if (words->word_count == 2) take_data(words->options, words->of[1], state);
}

static void take_words_of_why(struct words *words, struct argp_state *state)
{
    const bool is_one = words->word_count == 1 || words->word_count == 2;
    if (!is_one) complain(state, "say which event, by its seq");
    words->options->seq = read_number(words->of[0], state);
    if (words->word_count == 2) take_data(words->options, words->of[1], state);
}

static void end(struct words *words, struct argp_state *state)
{
    struct options *options = words->options;
    if (words->is_at) {
        take_words_of_at(words, state);
    } else if (words->is_export) {
        take_words_of_export(words, state);
    } else if (words->is_why) {
        take_words_of_why(words, state);
    } else if (words->word_count > 1) {
        complain(state, "one is enough: '%s'", words->of[1]);
    } else if (words->word_count == 1) {
        take_data(options, words->of[0], state);
    }
    if (options->data == NULL) complain(state, "name the %s", words->what);
    if ((options->key_file == NULL) == (options->policy_file == NULL)) {
        complain(state,
                 "name whom to trust: --key FILE, the ledger's public key, or --policy FILE");
    }
    if (options->from > options->to) complain(state, "--from is after --to");
}

static error_t parse(int key, char *argument, struct argp_state *state)
{
    struct words   *words = state->input;
    struct options *options = words->options;
    switch (key) {
    case 'd':
        take_data(options, argument, state);
        return 0;
    case 'k':
        options->key_file = argument;
        return 0;
    case 'j':
        options->is_json = true;
        return 0;
    case 'q':
        options->is_quiet = true;
        return 0;
    case KEY_ARCHIVE:
        options->archive = argument;
        return 0;
    case KEY_PARTIAL:
        options->is_partial_allowed = true;
        return 0;
    case KEY_POLICY:
        options->policy_file = argument;
        return 0;
    case KEY_RECEIPTS:
        options->receipts = argument;
        return 0;
    case KEY_CHECKPOINT:
        options->checkpoint_file = argument;
        return 0;
    case KEY_SIZE_MIN:
        options->size_min = read_number(argument, state);
        return 0;
    case KEY_EXPECT:
        read_expected(options, argument, state);
        return 0;
    case KEY_FROM:
        options->from = read_number(argument, state);
        return 0;
    case KEY_SIZE:
        options->to = read_number(argument, state);
        return 0;
    case KEY_TO:
        options->to = read_number(argument, state) + 1;
        return 0;
    case ARGP_KEY_ARG:
        if (words->word_count == WORD_MAX) complain(state, "too much: '%s'", argument);
        words->of[words->word_count++] = argument;
        return 0;
    case ARGP_KEY_END:
        end(words, state);
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static bool read_with(const struct argp *argp, int count, char **arguments, struct options *options)
{
    struct words words = {.options = options,
                          .is_at = argp->options == at_options,
                          .is_export = argp->options == export_options,
                          .is_why = argp->options == why_options || argp->options == prove_options,
                          .what = argp->options == receipt_options
                                      ? "receipt's file"
                                      : "ledger's directory: --data DIR"};
    options->to = UINT64_MAX;
    argp_err_exit_status = OUTCOME_USAGE;
    // NOLINTNEXTLINE(concurrency-mt-unsafe): there is no thread yet
    return argp_parse(argp, count, arguments, 0, NULL, &words) == 0;
}

#define AFTER                                                                                    \
    "\vExit codes: 0 done and right, 1 usage, 2 integrity failure, 3 inconsistent with an "      \
    "anchor, "                                                                                   \
    "4 decided or rebuilt otherwise, 5 cannot look, 6 right as far as it is here: events are "   \
    "archived and were not read.\n\n"                                                            \
    "Reads only: the ledger may be in use by its daemon meanwhile. Needs no network. The key "   \
    "file is the only thing that is trusted; keep it where the ledger's operator cannot change " \
    "it."

static bool read_verify(int count, char **arguments, struct options *options)
{
    static const struct argp argp = {
        verify_options,
        parse,
        "DATA",
        "Checks a whole ledger: every leaf against its hash, every tile, every kept signed head, "
        "the form and the order of the events, the signatures of their authors, and every "
        "decision, which is made again. Names the first bad event, or the smallest range of "
        "events that it must be in." AFTER,
        NULL,
        NULL,
        NULL};
    return read_with(&argp, count, arguments, options);
}

static bool read_rebuild(int count, char **arguments, struct options *options)
{
    static const struct argp argp = {
        rebuild_options,
        parse,
        "DATA",
        "Builds the state anew from the log alone and prints its canonical digest: that of the "
        "daemon at the same size (licet status --digest) is the same, byte for byte." AFTER,
        NULL,
        NULL,
        NULL};
    return read_with(&argp, count, arguments, options);
}

static bool read_print(int count, char **arguments, struct options *options)
{
    static const struct argp argp = {
        print_options,
        parse,
        "DATA",
        "Prints the log, one event a line: seq, time, author, 'signed' where the author signed, "
        "kind and fields, verdict with the group and the numbers that decided. With --json one "
        "object a line. From the first event that does not replay on, authors and groups are "
        "printed by number, and the exit code says so." AFTER,
        NULL,
        NULL,
        NULL};
    return read_with(&argp, count, arguments, options);
}

static bool read_export(int count, char **arguments, struct options *options)
{
    static const struct argp argp = {
        export_options,
        parse,
        "DIR [DATA]",
        "Writes a ledger out as files that stand alone (C2SP tlog-tiles): events, hashes, signed "
        "heads, the public key and the policy. Every command here reads such a directory like a "
        "ledger's. Twice the same bytes." AFTER,
        NULL,
        NULL,
        NULL};
    return read_with(&argp, count, arguments, options);
}

static bool read_receipt(int count, char **arguments, struct options *options)
{
    static const struct argp argp = {
        receipt_options,
        parse,
        "FILE",
        "Verifies a receipt (C2SP tlog-proof, as `licet receipt` prints it) with public keys alone "
        "and prints the event that it proves. With a policy, as many witnesses as it asks for must "
        "have signed the head." AFTER,
        NULL,
        NULL,
        NULL};
    return read_with(&argp, count, arguments, options);
}

static bool read_at(int count, char **arguments, struct options *options)
{
    static const struct argp argp = {
        at_options,
        parse,
        "SEQ|TIME state GROUP [DATA]",
        "Shows a group as it was: right after the event SEQ, or at the instant TIME "
        "(2026-12-01, 2026-12-01T00:00Z …), with all events up to then told and all windows "
        "settled. GROUP is a path, / for the server." AFTER,
        NULL,
        NULL,
        NULL};
    return read_with(&argp, count, arguments, options);
}

static bool read_why(int count, char **arguments, struct options *options)
{
    static const struct argp argp = {
        why_options,
        parse,
        "SEQ [DATA]",
        "Shows why the event SEQ was decided so, from the state just before it: of a refusal, all "
        "that stood against it and what would have helped; and what there was, at each node, of "
        "the resources that it is about." AFTER,
        NULL,
        NULL,
        NULL};
    return read_with(&argp, count, arguments, options);
}

static bool read_prove(int count, char **arguments, struct options *options)
{
    static const struct argp argp = {
        prove_options,
        parse,
        "SEQ [DATA]",
        "Prints a receipt of the event SEQ (C2SP tlog-proof), as `licet receipt` does of one that "
        "is not archived. It leads to the newest signed head and stands alone: `licet-replay "
        "receipt` verifies it." AFTER,
        NULL,
        NULL,
        NULL};
    return read_with(&argp, count, arguments, options);
}

const struct command commands[] = {
    {"verify",  "check everything that can be checked",     read_verify,  verify_run },
    {"rebuild", "digest of the state, from the log alone",  read_rebuild, rebuild_run},
    {"print",   "the log as text or JSON lines",            read_print,   print_run  },
    {"at",      "a group as it was at an event or instant", read_at,      at_run     },
    {"export",  "the ledger as files that stand alone",     read_export,  export_run },
    {"receipt", "verify a receipt, and say what it proves", read_receipt, receipt_run},
    {"prove",   "a receipt of an event, archived or not",   read_prove,   prove_run  },
    {"why",     "why an event was decided so",              read_why,     why_run    },
    {NULL,      NULL,                                       NULL,         NULL       },
};
