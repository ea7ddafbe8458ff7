#include "replay/report.h"

#include "core/base/name.h"
#include "core/proof/crypto.h"

#include <assert.h>
#include <inttypes.h>
#include <stdarg.h>
#include <string.h>

// Names of files come in, and what they hold: a line of the report must be one line of text.
static void make_printable(char *text)
{
    const size_t size = strlen(text);
    const bool   is_text = text_is_utf8((struct bytes){(const uint8_t *)text, size});
    for (size_t i = 0; i < size; i++) {
        const uint8_t byte = (uint8_t)text[i];
        if (byte < ' ' || byte == 0x7f || (byte >= 0x80 && !is_text)) text[i] = '?';
    }
}

// Damage explains a divergence, not the other way round.
static uint32_t rank(enum outcome outcome)
{
    static const uint32_t ranks[] = {
        [OUTCOME_CLEAN] = 5,  [OUTCOME_USAGE] = 4,      [OUTCOME_INTEGRITY] = 0,
        [OUTCOME_ANCHOR] = 1, [OUTCOME_DIVERGENCE] = 2, [OUTCOME_IO] = 3,
    };
    assert((size_t)outcome < sizeof ranks / sizeof ranks[0]);
    return ranks[outcome];
}

static bool comes_before(const struct fault *a, const struct fault *b)
{
    if (a->from != b->from) return a->from < b->from;
    if (a->to != b->to) return a->to < b->to;
    return rank(a->outcome) < rank(b->outcome);
}

// What weighs least and lies farthest behind gives way to another.
static bool matters_more(const struct fault *a, const struct fault *b)
{
    if (a->outcome != b->outcome) return rank(a->outcome) < rank(b->outcome);
    return comes_before(a, b);
}

static uint32_t find_least(const struct faults *faults)
{
    uint32_t least = 0;
    for (uint32_t i = 1; i < faults->count; i++) {
        if (matters_more(&faults->of[least], &faults->of[i])) least = i;
    }
    return least;
}

void faults_add(struct faults *faults, struct fault fault, const char *format, ...)
{
    va_list arguments;
    faults->total++;
    va_start(arguments, format);
    (void)vsnprintf(fault.why, sizeof fault.why, format, arguments);
    va_end(arguments);
    make_printable(fault.why);
    if (faults->count == FAULT_MAX) {
        const uint32_t least = find_least(faults);
        if (matters_more(&fault, &faults->of[least])) faults->of[least] = fault;
        return;
    }
    faults->of[faults->count] = fault;
    faults->count++; // last: whoever reads after a crash finds whole ones
}

static void add_all(struct fault_list *list, const struct faults *faults)
{
    for (uint32_t i = 0; i < faults->count; i++) {
        uint32_t at = list->count++;
        for (; at > 0 && comes_before(&faults->of[i], list->of[at - 1]); at--) {
            list->of[at] = list->of[at - 1];
        }
        list->of[at] = &faults->of[i];
    }
}

uint32_t report_faults(const struct report *report, struct fault_list *list)
{
    const struct faults *const all[] = {&report->content.faults, &report->meaning.faults,
                                        &report->anchors.faults, &report->others};
    uint32_t                   total = 0;
    list->count = 0;
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
        add_all(list, all[i]);
        total += all[i]->total;
    }
    return total - list->count;
}

bool report_is_partial(const struct report *report)
{
    return report->content.absent_count > 0 || report->meaning.passed_count > 0;
}

enum outcome report_outcome(const struct report *report)
{
    struct fault_list list;
    enum outcome      worst = OUTCOME_CLEAN;
    (void)report_faults(report, &list);
    for (uint32_t i = 0; i < list.count; i++) {
        if (rank(list.of[i]->outcome) < rank(worst)) worst = list.of[i]->outcome;
    }
    if (worst != OUTCOME_CLEAN) return worst;
    if (report->is_partial_allowed || !report_is_partial(report)) return OUTCOME_CLEAN;
    return OUTCOME_PARTIAL;
}

const char *outcome_word(enum outcome outcome)
{
    static const char *const words[] = {
        [OUTCOME_CLEAN] = "clean",
        [OUTCOME_USAGE] = "usage",
        [OUTCOME_INTEGRITY] = "integrity failure",
        [OUTCOME_ANCHOR] = "anchor inconsistency",
        [OUTCOME_DIVERGENCE] = "divergence",
        [OUTCOME_IO] = "input/output failure",
        [OUTCOME_PARTIAL] = "clean as far as it is here",
    };
    assert((size_t)outcome < sizeof words / sizeof words[0]);
    return words[outcome];
}

enum outcome outcome_of(enum status status)
{
    switch (status) {
    case OK:
        return OUTCOME_CLEAN;
    case STATUS_MALFORMED:
    case STATUS_TOO_LARGE:
    case STATUS_BAD_SIGNATURE:
    case STATUS_UNKNOWN_KEY:
    case STATUS_CORRUPT:
    case STATUS_UNSUPPORTED:
        return OUTCOME_INTEGRITY;
    case STATUS_BEHIND:
        return OUTCOME_ANCHOR;
    case STATUS_NOT_FOUND:
    case STATUS_ARCHIVED:
    case STATUS_EXISTS:
    case STATUS_IO:
    case STATUS_FULL:
    case STATUS_UNKNOWN_OUTCOME:
    case STATUS_LOCKED:
    case STATUS_PERMISSION:
    case STATUS_OUT_OF_MEMORY:
    case STATUS_OVERLOADED:
    case STATUS_UNREACHABLE:
    case STATUS_TIMED_OUT:
    case STATUS_USAGE:
        return OUTCOME_IO;
    }
    return OUTCOME_IO;
}

// --- As text ----------------------------------------------------------------

static void print_place(const struct fault *fault, FILE *file)
{
    if (fault->from == FAULT_NO_NUMBER) {
        (void)fprintf(file, "the ledger");
    } else if (fault->from == fault->to) {
        (void)fprintf(file, "event %" PRIu64, fault->from);
    } else {
        (void)fprintf(file, "events %" PRIu64 " to %" PRIu64, fault->from, fault->to);
    }
}

static void print_faults(const struct report *report, FILE *file)
{
    struct fault_list list;
    const uint32_t    more = report_faults(report, &list);
    for (uint32_t i = 0; i < list.count; i++) {
        const struct fault *fault = list.of[i];
        (void)fprintf(file, "%s: ", i == 0 ? "first bad" : "also bad");
        print_place(fault, file);
        (void)fprintf(file, " (%s): %s\n", outcome_word(fault->outcome), fault->why);
    }
    if (more > 0) (void)fprintf(file, "also bad: %" PRIu32 " more\n", more);
}

static void print_count(const char *what, uint64_t count, const char *detail, FILE *file)
{
    (void)fprintf(file, "%-12s %12" PRIu64 "  %s\n", what, count, detail);
}

static void print_kinds(const struct meaning_report *meaning, FILE *file)
{
    for (uint32_t i = 0; kind_at(i) != NULL; i++) {
        const struct kind_row *row = kind_at(i);
        const uint64_t         count = meaning->kind_counts[row->kind];
        if (count > 0) {
            (void)fprintf(file, "  %-18s %4s %12" PRIu64 "\n", row->record->name, "", count);
        }
    }
}

static void print_digest(const struct meaning_report *meaning, FILE *file)
{
    char          text[2 * HASH_SIZE + 1];
    struct buffer buffer = buffer_over(text, sizeof text);
    if (!meaning->has_digest) return;
    crypto_hex_add(&buffer, hash_view(&meaning->digest));
    (void)fprintf(file, "digest       %s\n", buffer_text(&buffer));
}

static void print_anchors(const struct anchor_report *anchors, FILE *file)
{
    if (anchors->receipt_count > 0) {
        print_count("receipts", anchors->receipt_count, "kept elsewhere, hold", file);
    }
    if (anchors->head_count > 0) {
        print_count("anchors", anchors->head_count, "signed heads kept elsewhere, hold", file);
    }
    if (anchors->cosignature_count > 0) {
        print_count("cosignatures", anchors->cosignature_count, "of witnesses, verified", file);
    }
    if (anchors->is_witnessed) {
        print_count("witnessed", anchors->witnessed_size,
                    "events, by as many witnesses as the policy asks for", file);
    }
}

static void print_evidence(const struct anchor_report *anchors, FILE *file)
{
    if (anchors->evidence == NULL) return;
    (void)fprintf(file, "evidence: these two heads are both signed, but %s\n\n%s\n%s\n",
                  anchors->evidence, anchors->kept, anchors->found);
}

// What was not looked at, in so many words.
static void print_absent(const struct report *report, FILE *file)
{
    if (report->content.absent_count > 0) {
        print_count("NOT here", report->content.absent_count,
                    "leaves: their hashes were compared, their bytes are kept elsewhere", file);
    }
    if (report->meaning.passed_count > 0) {
        print_count("NOT decided", report->meaning.passed_count,
                    "events, nor their authors' signatures verified", file);
    }
}

void report_print(const struct report *report, const char *origin, FILE *file)
{
    const struct content_report *content = &report->content;
    const struct meaning_report *meaning = &report->meaning;
    (void)fprintf(file, "ledger       %s\n", origin);
    print_count("leaves", content->leaf_count, "hashed, and compared with the tiles", file);
    if (content->archived_count > 0) {
        print_count("archived", content->archived_count, "of those leaves, from the archive", file);
    }
    print_absent(report, file);
    print_count("tiles", content->tile_count, "every hash compared", file);
    print_count("heads", content->head_count, "signature and root compared", file);
    if (content->certificate_count > 0) {
        print_count("certificates", content->certificate_count,
                    "of later keys of the ledger, verified", file);
    }
    print_count("events", meaning->event_count, "decided again, verdict compared", file);
    print_kinds(meaning, file);
    print_count("refusals", meaning->refusal_count, "of those events", file);
    print_count("signed", meaning->signed_count, "by their author", file);
    print_count("vouched", meaning->vouched_count, "for their author, by the ledger", file);
    print_count("own", meaning->ledger_count, "of the ledger itself", file);
    print_count("snapshots", meaning->snapshot_count, "told of, digest compared", file);
    print_count("signatures", meaning->verified_count, "of authors, verified", file);
    print_anchors(&report->anchors, file);
    print_digest(meaning, file);
    print_faults(report, file);
    print_evidence(&report->anchors, file);
    const enum outcome outcome = report_outcome(report);
    const bool         is_clean = outcome == OUTCOME_CLEAN && report_is_partial(report);
    (void)fprintf(file, "%s\n", outcome_word(is_clean ? OUTCOME_PARTIAL : outcome));
}
