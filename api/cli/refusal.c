#include "api/cli/refusal.h"

#include "api/cli/json.h"
#include "api/cli/print.h"

// --- The rules said no ------------------------------------------------------

// What the two numbers of a refusal are about.
static const struct number_row {
    const char *code, *before, *between, *after;
} number_rows[] = {
    {"LIMIT_REACHED",          "",                   " of ",                       " used"},
    {"STRICTEST_GROUP",        "",                   " of ",                       " used"},
    {"USER_LIMIT",             "",                   " of ",                       " used"},
    {"LIMIT_BELOW_USED",       "",                   " used, the limit would be ", ""     },
    {"CHILD_EXCEEDS_ANCESTOR", "",                   " wanted, at most ",          ""     },
    {"USER_EXCEEDS_GROUP",     "",                   " wanted, at most ",          ""     },
    {"NEEDS_EXCEEDED",         "",                   " there, at least ",          ""     },
    {"OVERSUBSCRIBED",         "",                   " in all, at most ",          ""     },
    {"VERSION_CONFLICT",       "made from version ", ", now ",                     ""     },
};

void refusal_print_numbers(struct bytes code, uint64_t used, uint64_t limit, FILE *out)
{
    if (used == UINT64_MAX || limit == UINT64_MAX) return;
    for (size_t i = 0; i < sizeof number_rows / sizeof number_rows[0]; i++) {
        const struct number_row *row = &number_rows[i];
        if (!bytes_is_equal(code, bytes_of_text(row->code))) continue;
        (void)fprintf(out, ": %s%llu%s%llu%s", row->before, (unsigned long long)used, row->between,
                      (unsigned long long)limit, row->after);
    }
}

// " sip_number at SmartHome: 50 of 50 used, until 2026-12-01T00:00Z"
static void print_place(struct bytes map, FILE *out)
{
    char               text[TIME_TEXT_SIZE];
    const struct bytes name = message_text(map, "name");
    const struct bytes node = message_text(map, "node");
    const uint64_t     until_ms = message_number(map, "until", TIME_NEVER);
    if (name.size > 0) {
        (void)fputc(' ', out);
        print_text(out, name);
    }
    if (node.size > 0) {
        (void)fputs(" at ", out);
        print_text(out, node);
    }
    refusal_print_numbers(message_text(map, "code"), message_number(map, "used", UINT64_MAX),
                          message_number(map, "limit", UINT64_MAX), out);
    if (until_ms != TIME_NEVER) (void)fprintf(out, ", until %s", print_time(until_ms, text));
}

static void print_help(struct bytes constraint, FILE *out)
{
    const struct bytes change = message_text(constraint, "change");
    if (change.size == 0) return;
    (void)fputs("    what would help: ", out);
    print_text(out, change);
    (void)fputc('\n', out);
}

// Names of what would lose access, where the save says so: the first of a list of {resource, unit}.
void refusal_print_suspended(struct bytes map, FILE *out)
{
    struct message_items items = message_list(map, "suspended");
    const uint64_t       count = message_number(map, "suspended_count", items.count);
    if (count == 0) return;
    (void)fputs("  would lose access:", out);
    for (struct bytes holding; message_next(&items, &holding);) {
        (void)fputc(' ', out);
        print_text(out, message_text(holding, "resource"));
        (void)fputc(' ', out);
        print_text(out, message_text(holding, "unit"));
        if (items.left > 0) (void)fputc(',', out);
    }
    if (count > items.count) {
        (void)fprintf(out, " … %llu in all", (unsigned long long)count);
    }
    (void)fputc('\n', out);
}

// More reasons than a refusal tells, or none where it was told before: the log still knows.
static void print_where_to_ask(struct bytes map, uint32_t told, FILE *out)
{
    const uint64_t seq = message_number(map, "seq", UINT64_MAX);
    const uint64_t total = message_number(map, "why_count", UINT64_MAX);
    const bool     is_again = told == 0 && message_is_nil(map, "why_count");
    const bool     is_more = total != UINT64_MAX && total > told;
    if (is_more) (void)fprintf(out, "  … and %llu more\n", (unsigned long long)(total - told));
    if (seq == UINT64_MAX || !(is_more || is_again)) return;
    (void)fprintf(out, "  all reasons of then: licet why %llu\n", (unsigned long long)seq);
}

static bool is_bare(struct bytes constraint)
{
    return message_text(constraint, "name").size == 0 &&
           message_text(constraint, "node").size == 0 &&
           message_text(constraint, "change").size == 0;
}

void refusal_print_reasons(struct bytes map, FILE *out)
{
    struct message_items why = message_list(map, "why");
    for (struct bytes constraint; message_next(&why, &constraint);) {
        (void)fputs("  - ", out);
        print_text(out, message_text(constraint, "code"));
        print_place(constraint, out);
        (void)fputc('\n', out);
        print_help(constraint, out);
    }
}

static void print_refusal(struct bytes map, FILE *out)
{
    const uint64_t       seq = message_number(map, "seq", UINT64_MAX);
    struct message_items why = message_list(map, "why");
    print_text(out, message_text(map, "code"));
    (void)fputs(": ", out);
    print_text(out, message_text(map, "sentence"));
    if (why.count == 0) print_place(map, out);
    (void)fputc('\n', out);
    // The first line may have said all.
    struct bytes constraint;
    if (why.count != 1 || !message_next(&why, &constraint) || !is_bare(constraint)) {
        refusal_print_reasons(map, out);
    }
    print_where_to_ask(map, why.count, out);
    refusal_print_suspended(map, out);
    if (seq != UINT64_MAX) {
        (void)fprintf(out, "  kept in the log as event %llu\n", (unsigned long long)seq);
    }
}

// --- The world did it -------------------------------------------------------

static enum exit_code code_of_error(struct bytes code)
{
    static const struct {
        const char    *word;
        enum exit_code code;
    } rows[] = {
        {"ALREADY_ARCHIVED", EXIT_REFUSED},
        {"ARCHIVED",         EXIT_REFUSED},
        {"ARCHIVE_RUNNING",  EXIT_REFUSED},
        {"BAD_SIGNATURE",    EXIT_REFUSED},
        {"MALFORMED",        EXIT_USAGE  },
        {"NEEDS_SNAPSHOT",   EXIT_REFUSED},
        {"NEXT_KEY",         EXIT_REFUSED},
        {"NO_ARCHIVE",       EXIT_REFUSED},
        {"OTHER_HEAD",       EXIT_REFUSED},
        {"STILL_REMEMBERED", EXIT_REFUSED},
        {"UNKNOWN_VERB",     EXIT_USAGE  },
        {"UNKNOWN_WITNESS",  EXIT_REFUSED},
        {"UNAUTHENTICATED",  EXIT_REFUSED},
        {"FORBIDDEN",        EXIT_REFUSED},
        {"NOT_FOUND",        EXIT_REFUSED},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (bytes_is_equal(code, bytes_of_text(rows[i].word))) return rows[i].code;
    }
    return EXIT_UNREACHABLE;
}

void refusal_print_map(enum message_outcome outcome, struct bytes map, FILE *out)
{
    if (outcome == MESSAGE_REFUSED) {
        (void)fputs("refused: ", out);
        print_refusal(map, out);
        return;
    }
    print_text(out, message_text(map, "code"));
    (void)fputs(": ", out);
    print_text(out, message_text(map, "detail"));
    (void)fputc('\n', out);
}

static void print_for_person(const struct call *call, const struct licet_reply *reply)
{
    const struct bytes code = message_text(reply->map, "code");
    const bool         is_without_key =
        bytes_is_equal(code, bytes_of_text("UNAUTHENTICATED")) && call->signer.secret.at == NULL;
    (void)fputs("licet: ", stderr);
    refusal_print_map(reply->outcome, reply->map, stderr);
    if (is_without_key && reply->outcome == MESSAGE_ERROR) {
        (void)fputs("       name a private key: --key FILE\n", stderr);
    }
}

enum exit_code refusal_print(struct call *call, const struct licet_reply *reply)
{
    if (call->globals.is_json) {
        struct json *document =
            json_wrap(message_outcome_word(reply->outcome), json_of_packed(reply->map));
        json_print(document, call->out);
        json_release(document);
    } else {
        (void)fflush(call->out);
        print_for_person(call, reply);
    }
    if (reply->outcome == MESSAGE_REFUSED) return EXIT_REFUSED;
    return code_of_error(message_text(reply->map, "code"));
}
