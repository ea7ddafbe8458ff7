#include "replay/json.h"

#include "core/proof/crypto.h"
#include "projections/groups.h"
#include "projections/hint.h"
#include "replay/event_walk.h"

#include <assert.h>
#include <jansson.h>

// Values that cannot be made (no memory) come out as null.

static void set(json_t *object, const char *key, json_t *value)
{
    (void)json_object_set_new(object, key, value == NULL ? json_null() : value);
}

static json_t *number_of(uint64_t number)
{
    char          room[24];
    struct buffer text = buffer_over(room, sizeof room);
    if (number <= INT64_MAX) return json_integer((json_int_t)number);
    buffer_add_decimal(&text, number);
    return json_string(buffer_text(&text));
}

static json_t *text_in(struct bytes text)
{
    return json_stringn(text.size == 0 ? "" : (const char *)text.at, text.size);
}

static json_t *time_in(uint64_t ms)
{
    char text[TIME_TEXT_SIZE];
    return ms == TIME_NEVER ? json_null() : json_string(time_to_text(ms, text));
}

static json_t *hex_of(struct bytes bytes)
{
    char          room[2 * 64 + 1];
    struct buffer text = buffer_over(room, sizeof room);
    crypto_hex_add(&text, bytes);
    assert(!text.is_full);
    return json_string(buffer_text(&text));
}

static json_t *entity_in(entity_id id)
{
    char          room[48];
    struct buffer text = buffer_over(room, sizeof room);
    entity_add(&text, id);
    return json_string(buffer_text(&text));
}

static void print(json_t *value, size_t flags, FILE *file)
{
    (void)json_dumpf(value, file, flags | JSON_ENSURE_ASCII);
    (void)fputc('\n', file);
    json_decref(value);
}

// --- The report -------------------------------------------------------------

static json_t *fault_in(const struct fault *fault)
{
    json_t *object = json_object();
    set(object, "outcome", json_string(outcome_word(fault->outcome)));
    set(object, "code", number_of((uint64_t)fault->outcome));
    set(object, "what", json_string(fault->what));
    set(object, "from", fault->from == FAULT_NO_NUMBER ? json_null() : number_of(fault->from));
    set(object, "to", fault->to == FAULT_NO_NUMBER ? json_null() : number_of(fault->to));
    if (fault->number != FAULT_NO_NUMBER) set(object, "number", number_of(fault->number));
    if (fault->what[0] == 't') set(object, "level", number_of(fault->level));
    set(object, "why", json_string(fault->why));
    return object;
}

static json_t *faults_in(const struct report *report, uint32_t *more)
{
    json_t           *array = json_array();
    struct fault_list list;
    *more = report_faults(report, &list);
    for (uint32_t i = 0; i < list.count; i++) {
        (void)json_array_append_new(array, fault_in(list.of[i]));
    }
    return array;
}

static json_t *kinds_in(const struct meaning_report *meaning)
{
    json_t *object = json_object();
    for (uint32_t i = 0; kind_at(i) != NULL; i++) {
        const uint64_t count = meaning->kind_counts[kind_at(i)->kind];
        if (count > 0) set(object, kind_at(i)->record->name, number_of(count));
    }
    return object;
}

static json_t *checked_in(const struct report *report)
{
    json_t *object = json_object();
    set(object, "leaves", number_of(report->content.leaf_count));
    set(object, "bytes", number_of(report->content.byte_count));
    set(object, "archived", number_of(report->content.archived_count));
    set(object, "tiles", number_of(report->content.tile_count));
    set(object, "heads", number_of(report->content.head_count));
    set(object, "epochs", number_of(report->content.epochs.count));
    set(object, "certificates", number_of(report->content.certificate_count));
    set(object, "events", number_of(report->meaning.event_count));
    set(object, "refusals", number_of(report->meaning.refusal_count));
    set(object, "snapshots", number_of(report->meaning.snapshot_count));
    set(object, "signatures", number_of(report->meaning.verified_count));
    set(object, "receipts", number_of(report->anchors.receipt_count));
    set(object, "anchors", number_of(report->anchors.head_count));
    set(object, "cosignatures", number_of(report->anchors.cosignature_count));
    return object;
}

static json_t *not_checked_in(const struct report *report)
{
    json_t *object = json_object();
    set(object, "leaves", number_of(report->content.absent_count));
    set(object, "events", number_of(report->meaning.passed_count));
    return object;
}

static json_t *authors_in(const struct meaning_report *meaning)
{
    json_t *object = json_object();
    set(object, "signed", number_of(meaning->signed_count));
    set(object, "vouched", number_of(meaning->vouched_count));
    set(object, "ledger", number_of(meaning->ledger_count));
    return object;
}

static json_t *evidence_in(const struct anchor_report *anchors)
{
    json_t *array = json_array();
    (void)json_array_append_new(array, json_string(anchors->kept));
    (void)json_array_append_new(array, json_string(anchors->found));
    return array;
}

void json_print_report(const struct report *report, const char *origin, FILE *file)
{
    json_t            *object = json_object();
    const enum outcome outcome = report_outcome(report);
    uint32_t           more = 0;
    set(object, "outcome", json_string(outcome_word(outcome)));
    set(object, "code", number_of((uint64_t)outcome));
    set(object, "ledger", json_string(origin));
    set(object, "size", report->is_opened ? number_of(report->size) : json_null());
    set(object, "checked", checked_in(report));
    set(object, "not_checked", not_checked_in(report));
    set(object, "authors", authors_in(&report->meaning));
    set(object, "kinds", kinds_in(&report->meaning));
    set(object, "digest",
        report->meaning.has_digest ? hex_of(hash_view(&report->meaning.digest)) : json_null());
    set(object, "witnessed",
        report->anchors.is_witnessed ? number_of(report->anchors.witnessed_size) : json_null());
    set(object, "faults", faults_in(report, &more));
    set(object, "more_faults", number_of(more));
    if (report->anchors.evidence != NULL) {
        set(object, "evidence", evidence_in(&report->anchors));
        set(object, "evidence_of", json_string(report->anchors.evidence));
    }
    print(object, JSON_INDENT(2), file);
}

void json_print_digest(uint64_t size, const char *digest, FILE *file)
{
    json_t *object = json_object();
    set(object, "size", number_of(size));
    set(object, "digest", json_string(digest));
    print(object, JSON_INDENT(2), file);
}

// --- An event ---------------------------------------------------------------

static json_t *value_in(const struct field *field, const void *in)
{
    static uint8_t room[VALUE_SIZE_MAX];
    struct buffer  text = buffer_over(room, sizeof room);
    if (field->type == FIELD_FLAG) return json_boolean(field_number(field, in) != 0);
    if (field->type == FIELD_NUMBER || field->type == FIELD_DURATION) {
        return number_of(field_number(field, in));
    }
    value_add(&text, field, in);
    return text_in(buffer_bytes(&text));
}

// Puts what begins into what is open: an item into its list, a field into its record.
static void put(json_t *open, const char *name, json_t *value)
{
    if (json_is_array(open)) {
        (void)json_array_append_new(open, value);
    } else {
        set(open, name, value);
    }
}

// {"kind": …, "fields": {…}}; the fields are what is open then.
static json_t *begin_event(json_t *open, const struct kind_row *row)
{
    json_t *object = json_is_array(open) ? json_object() : open;
    json_t *fields = json_object();
    set(object, "kind", json_string(row->record->name));
    set(object, "fields", fields);
    if (object != open) (void)json_array_append_new(open, object);
    return fields;
}

static void add_event(json_t *object, const struct event *event)
{
    static struct event_walk walk;
    struct walk_step         step;
    json_t                  *open[WALK_DEPTH_MAX + 1] = {object};
    uint32_t                 depth = 0;
    event_walk_init(&walk, event);
    while (event_walk_next(&walk, &step)) {
        switch (step.kind) {
        case WALK_EVENT:
            open[depth + 1] = begin_event(open[depth], step.row);
            depth++;
            break;
        case WALK_VALUE:
            put(open[depth], step.field->name, value_in(step.field, step.in));
            break;
        case WALK_LIST:
            open[depth + 1] = json_array();
            put(open[depth], step.field->name, open[depth + 1]);
            depth++;
            break;
        case WALK_RECORD:
            open[depth + 1] = json_object();
            put(open[depth], NULL, open[depth + 1]);
            depth++;
            break;
        case WALK_END:
            depth--;
            break;
        }
    }
}

static json_t *verdict_in(const struct event_line *line)
{
    const struct verdict *verdict = &line->leaf->verdict;
    json_t               *object = json_object();
    set(object, "code", json_string(refusal_word(verdict->code)));
    if (verdict->node != NODE_NONE) {
        set(object, "node", line->node.size > 0 ? text_in(line->node) : json_null());
        set(object, "node_id", entity_in(verdict->node));
    }
    if (verdict->code == ACCEPTED) return object;
    set(object, "limit", number_of(verdict->limit));
    set(object, "used", number_of(verdict->used));
    if (line->proposal->event.kind == PLAN) set(object, "index", number_of(verdict->index));
    return object;
}

static json_t *event_in(const struct event_line *line)
{
    json_t            *object = json_object();
    const struct leaf *leaf = line->leaf;
    set(object, "seq", number_of(leaf->seq));
    set(object, "time", time_in(leaf->time_ms));
    set(object, "author", line->author.size > 0 ? text_in(line->author) : json_null());
    set(object, "author_id", entity_in(leaf->author));
    set(object, "signed", json_boolean(leaf->signature.size > 0));
    set(object, "id", hex_of((struct bytes){line->proposal->id, PROPOSAL_ID_SIZE}));
    set(object, "not_after", time_in(line->proposal->not_after_ms));
    add_event(object, &line->proposal->event);
    set(object, "verdict", verdict_in(line));
    return object;
}

void json_print_event(const struct event_line *line, FILE *file)
{
    print(event_in(line), JSON_COMPACT, file);
}

// --- A receipt --------------------------------------------------------------

void json_print_receipt(const struct kept *kept, uint32_t witness_count, bool is_met,
                        const struct event_line *line, FILE *file)
{
    json_t *object = json_object();
    set(object, "ledger", text_in(kept->head.origin));
    set(object, "size", number_of(kept->head.size));
    set(object, "root", hex_of(hash_view(&kept->head.root)));
    set(object, "witnesses", number_of(witness_count));
    set(object, "quorum", json_boolean(is_met));
    set(object, "event", event_in(line));
    print(object, JSON_INDENT(2), file);
}

// --- Why --------------------------------------------------------------------

static json_t *limit_in(uint64_t number)
{
    return number == LIMIT_NONE ? json_null() : number_of(number);
}

static json_t *path_in(const struct state *state, uint32_t group)
{
    uint8_t       room[PATH_SIZE_MAX];
    struct buffer path = buffer_over(room, sizeof room);
    group_add_path(state, group, &path);
    return text_in(buffer_bytes(&path));
}

static json_t *reason_in(const struct reason *reason)
{
    const struct constraint *constraint = &reason->constraint;
    uint8_t                  room[REASON_TEXT_SIZE];
    struct buffer            hint = buffer_over(room, sizeof room);
    json_t                  *object = json_object();
    hint_add(reason, &hint);
    set(object, "code", json_string(refusal_word(constraint->code)));
    set(object, "name", constraint->name.size > 0 ? text_in(constraint->name) : json_null());
    set(object, "node", reason->path.size > 0 ? text_in(reason->path) : json_null());
    set(object, "limit", limit_in(constraint->limit));
    set(object, "used", limit_in(constraint->used));
    set(object, "until", time_in(constraint->until_ms));
    set(object, "change", text_in(buffer_bytes(&hint)));
    return object;
}

static json_t *node_in(const struct state *state, const struct explained_node *node)
{
    json_t *object = json_object();
    set(object, "group", path_in(state, node->group));
    set(object, "limit", limit_in(node->limit));
    set(object, "used", number_of(node->used));
    set(object, "room", limit_in(node->room));
    set(object, "status", json_string(resource_status_word(node->status)));
    set(object, "from", node->from_ms == 0 ? json_null() : time_in(node->from_ms));
    set(object, "until", time_in(node->until_ms));
    set(object, "suspends", number_of(node->suspends));
    set(object, "bottleneck", json_boolean(node->is_bottleneck));
    return object;
}

static json_t *subject_in(const struct reasons *reasons, const struct subject *subject)
{
    const struct state *state = reasons->state;
    json_t             *object = json_object(), *nodes = json_array();
    struct explanation  explanation;
    explain(state, subject->group, subject->resource, reasons->event->leaf.time_ms, &explanation);
    for (uint32_t i = 0; i < explanation.count; i++) {
        (void)json_array_append_new(nodes, node_in(state, &explanation.nodes[i]));
    }
    set(object, "group", path_in(state, subject->group));
    set(object, "resource", text_in(text_of(state, resource_at(state, subject->resource)->name)));
    set(object, "nodes", nodes);
    return object;
}

void json_print_reasons(struct reasons *reasons, FILE *file)
{
    struct event_line line;
    json_t           *why = json_array(), *paths = json_array();
    event_line_init(&line, reasons->state, reasons->event, &reasons->decision);
    json_t *object = event_in(&line);
    do {
        for (uint32_t i = 0; i < reasons->decision.why.count; i++) {
            (void)json_array_append_new(why, reason_in(&reasons->decision.why.reasons[i]));
        }
    } while (reasons_next(reasons));
    for (uint32_t i = 0; i < reasons->subjects.count; i++) {
        (void)json_array_append_new(paths, subject_in(reasons, &reasons->subjects.at[i]));
    }
    set(object, "why", why);
    set(object, "paths", paths);
    print(object, JSON_INDENT(2), file);
}

// --- A group ----------------------------------------------------------------

static json_t *resource_in(const struct group_state *shown, uint32_t at)
{
    const struct resource_view view = view_resource(shown->state, shown->group, at, shown->ms);
    json_t                    *object = json_object();
    set(object, "maximum", number_of(view.maximum));
    set(object, "used", number_of(view.used));
    set(object, "available", number_of(view.available));
    set(object, "over", number_of(view.over));
    set(object, "suspended", number_of(view.suspended));
    set(object, "status", json_string(resource_status_word(view.status)));
    set(object, "until", time_in(view.until_ms));
    set(object, "next", time_in(view.next_ms));
    if (view.next_ms != TIME_NEVER) set(object, "next_maximum", number_of(view.next_maximum));
    return object;
}

static json_t *feature_in(const struct group_state *shown, uint32_t at)
{
    const struct feature_view view = view_feature(shown->state, shown->group, at, shown->ms);
    json_t                   *object = json_object();
    set(object, "on", json_boolean(view.is_on));
    set(object, "status", json_string(resource_status_word(view.status)));
    set(object, "until", time_in(view.until_ms));
    return object;
}

void json_print_state(const struct group_state *shown, FILE *file)
{
    json_t *object = json_object();
    json_t *resources = json_object();
    json_t *features = json_object();
    for (uint32_t i = 0; i < shown->count; i++) {
        const uint32_t         at = shown->resources[i];
        const struct resource *resource = resource_at(shown->state, at);
        const struct bytes     name = text_of(shown->state, resource->name);
        const bool             is_feature = resource->kind == FEATURE;
        char                   key[TEXT_SIZE_MAX + 1];
        (void)snprintf(key, sizeof key, "%.*s", (int)name.size, (const char *)name.at);
        set(is_feature ? features : resources, key,
            is_feature ? feature_in(shown, at) : resource_in(shown, at));
    }
    set(object, "group", text_in(shown->path));
    set(object, "seq", number_of(shown->seq));
    set(object, "time", time_in(shown->ms));
    set(object, "resources", resources);
    set(object, "features", features);
    print(object, JSON_INDENT(2), file);
}
