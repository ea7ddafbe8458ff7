#include "replay/event_line.h"

#include "core/proof/crypto.h"
#include "projections/actors.h"
#include "projections/groups.h"
#include "replay/event_walk.h"

#include <inttypes.h>
#include <string.h>

void entity_add(struct buffer *buffer, entity_id id)
{
    buffer_printf(buffer, "%" PRIu64 ".%" PRIu64, entity_seq(id),
                  id & ((1U << ENTITY_INDEX_BITS) - 1));
}

static void find_author(struct event_line *line, const struct state *state)
{
    const entity_id author = line->leaf->author;
    const uint32_t  actor = author == AUTHOR_LEDGER ? 0 : actor_by_id(state, author);
    if (actor != 0) line->author = text_of(state, actor_at(state, actor)->name);
}

// A group that a refused plan would have made is known to its decision only.
static void find_node(struct event_line *line, const struct state *state,
                      const struct decision *decision)
{
    const entity_id node = line->leaf->verdict.node;
    if (node == NODE_NONE) return;
    if (decision->why.decisive.node == node) {
        line->node = decision->why.decisive.path;
        return;
    }
    struct buffer  path = buffer_over(line->room, sizeof line->room);
    const uint32_t group = group_by_id(state, node);
    if (group == 0) return;
    group_add_path(state, group, &path);
    line->node = buffer_bytes(&path);
}

void event_line_init_bare(struct event_line *line, const struct catch_up_event *event)
{
    line->leaf = &event->leaf;
    line->proposal = &event->proposal;
    line->author = (struct bytes){NULL, 0};
    line->node = (struct bytes){NULL, 0};
    if (event->leaf.author == AUTHOR_LEDGER) line->author = bytes_of_text("ledger");
}

void event_line_init(struct event_line *line, const struct state *state,
                     const struct catch_up_event *event, const struct decision *decision)
{
    event_line_init_bare(line, event);
    find_author(line, state);
    find_node(line, state, decision);
}

// --- Values -----------------------------------------------------------------

static void add_number(struct buffer *buffer, const struct field *field, uint64_t number)
{
    char text[TIME_TEXT_SIZE];
    if (field->type == FIELD_TIME) {
        buffer_add_text(buffer, time_to_text(number, text));
    } else if (field->type == FIELD_DURATION) {
        buffer_add_text(buffer, duration_to_text(number, text));
    } else if (field->type == FIELD_FLAG) {
        buffer_add_text(buffer, number != 0 ? "true" : "false");
    } else if (field->type == FIELD_CHOICE) {
        buffer_add_text(buffer, field->words[number]);
    } else {
        buffer_add_decimal(buffer, number);
    }
}

static bool is_text(const struct field *field)
{
    return field->type == FIELD_NAME || field->type == FIELD_PATH || field->type == FIELD_TEXT ||
           field->type == FIELD_FILE;
}

void value_add(struct buffer *buffer, const struct field *field, const void *in)
{
    if (field_is_numeric(field)) {
        add_number(buffer, field, field_number(field, in));
    } else if (is_text(field)) {
        buffer_add(buffer, field_bytes(field, in));
    } else {
        crypto_hex_add(buffer, field_bytes(field, in));
    }
}

// --- As text ----------------------------------------------------------------

static bool is_plain(struct bytes text)
{
    for (size_t i = 0; i < text.size; i++) {
        const uint8_t byte = text.at[i];
        if (byte <= ' ' || byte == 0x7f || strchr("\"\\[];=,", byte) != NULL) return false;
    }
    return text.size > 0;
}

// What a terminal could take for a command is never printed as it is: control characters stand in
// files only, those above 0x7f begin with 0xc2 in UTF-8.
static void print_quoted(struct bytes text, FILE *file)
{
    (void)fputc('"', file);
    for (size_t i = 0; i < text.size; i++) {
        const uint8_t byte = text.at[i];
        const bool    is_high = byte == 0xc2 && i + 1 < text.size && text.at[i + 1] < 0xa0;
        if (byte == '\n') {
            (void)fputs("\\n", file);
        } else if (byte == '"' || byte == '\\') {
            (void)fprintf(file, "\\%c", byte);
        } else if (byte < ' ' || byte == 0x7f || is_high) {
            (void)fprintf(file, "\\x%02x", byte);
        } else {
            (void)fputc(byte, file);
        }
    }
    (void)fputc('"', file);
}

static void print_text(struct bytes text, FILE *file)
{
    if (is_plain(text)) {
        (void)fwrite(text.at, 1, text.size, file);
    } else {
        print_quoted(text, file);
    }
}

static void print_value(const struct walk_step *step, FILE *file)
{
    uint8_t       room[VALUE_SIZE_MAX];
    struct buffer value = buffer_over(room, sizeof room);
    value_add(&value, step->field, step->in);
    (void)fprintf(file, "%s=", step->field->name);
    print_text(buffer_bytes(&value), file);
}

// Fields are parted by spaces, items by "; "; nothing stands before the first of a list.
struct printer {
    FILE       *file;
    const char *parting; // before what comes next
    uint32_t    depth;
    bool        is_list[WALK_DEPTH_MAX + 1]; // by level; the lowest holds the event
};

static void print_begin(struct printer *printer, const struct walk_step *step)
{
    const bool is_event = step->kind == WALK_EVENT;
    (void)fputs(printer->parting, printer->file);
    if (is_event) (void)fputs(step->row->record->name, printer->file);
    if (step->kind == WALK_LIST) (void)fprintf(printer->file, "%s=[", step->field->name);
    printer->is_list[++printer->depth] = step->kind == WALK_LIST;
    printer->parting = is_event ? " " : "";
}

static void print_end(struct printer *printer)
{
    if (printer->is_list[printer->depth--]) (void)fputc(']', printer->file);
    printer->parting = printer->is_list[printer->depth] ? "; " : " ";
}

static void print_event(const struct event *event, FILE *file)
{
    struct event_walk walk;
    struct walk_step  step;
    struct printer    printer = {.file = file, .parting = ""};
    event_walk_init(&walk, event);
    while (event_walk_next(&walk, &step)) {
        switch (step.kind) {
        case WALK_VALUE:
            (void)fputs(printer.parting, file);
            print_value(&step, file);
            printer.parting = " ";
            break;
        case WALK_EVENT:
        case WALK_LIST:
        case WALK_RECORD:
            print_begin(&printer, &step);
            break;
        case WALK_END:
            print_end(&printer);
            break;
        }
    }
}

static void print_entity(entity_id id, struct bytes name, FILE *file)
{
    char          room[48];
    struct buffer text = buffer_over(room, sizeof room);
    if (name.size > 0) {
        print_text(name, file);
        return;
    }
    entity_add(&text, id);
    (void)fprintf(file, "#%s", buffer_text(&text));
}

static void print_verdict(const struct event_line *line, FILE *file)
{
    const struct verdict *verdict = &line->leaf->verdict;
    if (verdict->code == ACCEPTED) {
        (void)fputs(" accepted", file);
    } else {
        (void)fprintf(file, " refused %s", refusal_word(verdict->code));
    }
    if (verdict->node != NODE_NONE) {
        (void)fputs(verdict->code == ACCEPTED ? " in " : " at ", file);
        print_entity(verdict->node, line->node, file);
    }
    if (verdict->code == ACCEPTED) return;
    (void)fprintf(file, ", limit %" PRIu64 ", used %" PRIu64, verdict->limit, verdict->used);
    if (line->proposal->event.kind != PLAN) return;
    (void)fprintf(file, ", by event %" PRIu32 " of the plan", verdict->index);
}

void event_line_print(const struct event_line *line, FILE *file)
{
    char time[TIME_TEXT_SIZE];
    (void)fprintf(file, "%" PRIu64 " %s ", line->leaf->seq,
                  time_to_text(line->leaf->time_ms, time));
    print_entity(line->leaf->author, line->author, file);
    (void)fputs(line->leaf->signature.size > 0 ? " signed " : " ", file);
    print_event(&line->proposal->event, file);
    print_verdict(line, file);
    (void)fputc('\n', file);
}
