#include "replay/reasons.h"

#include "projections/actors.h"
#include "projections/groups.h"
#include "projections/hint.h"

#include <inttypes.h>

static void judge(struct reasons *reasons, uint32_t from)
{
    const struct inquiry inquiry = {.proposal = &reasons->event->proposal,
                                    .actor = reasons->author,
                                    .now_ms = reasons->event->leaf.time_ms,
                                    .reader = READS_ALL,
                                    .from = from};
    rules_explain(reasons->state, &inquiry, &reasons->decision);
}

void reasons_init(struct reasons *reasons, struct state *state, const struct catch_up_event *event)
{
    const entity_id author = event->leaf.author;
    reasons->state = state;
    reasons->event = event;
    reasons->author = author == AUTHOR_LEDGER ? 0 : actor_by_id(state, author);
    explain_subjects(state, &event->proposal.event, &reasons->subjects);
    judge(reasons, 0);
}

bool reasons_next(struct reasons *reasons)
{
    const struct why *why = &reasons->decision.why;
    if (why->from + why->count >= why->total) return false;
    judge(reasons, why->from + why->count);
    return true;
}

// --- As text ----------------------------------------------------------------

static void print_bytes(struct bytes text, FILE *file)
{
    (void)fwrite(text.at, 1, text.size, file);
}

static void print_reason(const struct reason *reason, FILE *file)
{
    const struct constraint *constraint = &reason->constraint;
    uint8_t                  room[REASON_TEXT_SIZE];
    struct buffer            hint = buffer_over(room, sizeof room);
    char                     time[TIME_TEXT_SIZE];
    (void)fprintf(file, "  - %s", refusal_word(constraint->code));
    if (constraint->name.size > 0) {
        (void)fputc(' ', file);
        print_bytes(constraint->name, file);
    }
    if (reason->path.size > 0) {
        (void)fputs(" at ", file);
        print_bytes(reason->path, file);
    }
    if (constraint->limit != LIMIT_NONE && constraint->used != LIMIT_NONE) {
        (void)fprintf(file, ", limit %" PRIu64 ", used %" PRIu64, constraint->limit,
                      constraint->used);
    }
    if (constraint->until_ms != TIME_NEVER) {
        (void)fprintf(file, ", until %s", time_to_text(constraint->until_ms, time));
    }
    hint_add(reason, &hint);
    (void)fputs("\n    what would help: ", file);
    print_bytes(buffer_bytes(&hint), file);
    (void)fputc('\n', file);
}

static void print_number(uint64_t number, FILE *file)
{
    if (number == LIMIT_NONE) {
        (void)fprintf(file, "  %10s", "none");
    } else {
        (void)fprintf(file, "  %10" PRIu64, number);
    }
}

static void print_path(const struct reasons *reasons, const struct subject *subject, FILE *file)
{
    const struct state *state = reasons->state;
    struct explanation  explanation;
    explain(state, subject->group, subject->resource, reasons->event->leaf.time_ms, &explanation);
    (void)fputs("\nbefore it, ", file);
    print_bytes(text_of(state, resource_at(state, subject->resource)->name), file);
    (void)fprintf(file, " was\n  %10s  %10s  %10s  %-13s  NODE\n", "LIMIT", "USED", "ROOM",
                  "STATUS");
    for (uint32_t i = 0; i < explanation.count; i++) {
        const struct explained_node *node = &explanation.nodes[i];
        uint8_t                      room[PATH_SIZE_MAX];
        struct buffer                path = buffer_over(room, sizeof room);
        group_add_path(state, node->group, &path);
        print_number(node->limit, file);
        (void)fprintf(file, "  %10" PRIu64, node->used);
        print_number(node->room, file);
        (void)fprintf(file, "  %-13s  ", resource_status_word(node->status));
        print_bytes(buffer_bytes(&path), file);
        (void)fputs(node->is_bottleneck ? "  <- decides\n" : "\n", file);
    }
}

void reasons_print(struct reasons *reasons, FILE *file)
{
    struct event_line line;
    event_line_init(&line, reasons->state, reasons->event, &reasons->decision);
    event_line_print(&line, file);
    do {
        const struct why *why = &reasons->decision.why;
        for (uint32_t i = 0; i < why->count; i++) {
            print_reason(&why->reasons[i], file);
        }
    } while (reasons_next(reasons));
    for (uint32_t i = 0; i < reasons->subjects.count; i++) {
        print_path(reasons, &reasons->subjects.at[i], file);
    }
}
