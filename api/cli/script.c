#include "api/cli/script.h"

#include "api/cli/propose.h"
#include "api/wire/file.h"
#include "core/base/reserve.h"
#include "core/proof/hash.h"

#include <stdio.h>
#include <string.h>

enum { HEAD_SIZE = 64 }; // of a proposal, around its event

static const char *const key_domain = "licet/apply/unit/v1\n";

static bool is_wrong_at(struct script_fault *fault, uint32_t line, const char *text)
{
    fault->line = line;
    (void)snprintf(fault->text, sizeof fault->text, "%s", text);
    return false;
}

// --- Reading ----------------------------------------------------------------

enum status script_read(struct script *script, const char *file)
{
    *script = (struct script){.file = file, .memory = memory_reserve(SCRIPT_SIZE_MAX)};
    if (script->memory == NULL) return STATUS_OUT_OF_MEMORY;
    struct buffer content = buffer_over(script->memory, SCRIPT_SIZE_MAX);
    enum status   status = file_read(file, &content);
    if (status == OK) status = pool_init(&script->units, sizeof(struct unit), UNIT_MAX, NULL);
    if (status == OK) status = index_init(&script->by_key, UNIT_MAX, NULL);
    script->size = content.size;
    return status;
}

void script_release(struct script *script)
{
    pool_release(&script->units);
    index_release(&script->by_key);
    memory_return(script->memory, SCRIPT_SIZE_MAX);
    *script = (struct script){.file = NULL};
}

// --- Units ------------------------------------------------------------------

struct unit *script_unit(const struct script *script, uint32_t index)
{
    return pool_at(&script->units, index);
}

static uint64_t hash_of(const uint8_t key[UNIT_KEY_SIZE])
{
    uint64_t hash = 0;
    memcpy(&hash, key, sizeof hash);
    return hash;
}

struct unit *script_find(const struct script *script, const uint8_t key[UNIT_KEY_SIZE])
{
    uint32_t at = index_first(&script->by_key, hash_of(key));
    for (; at != 0; at = index_next(&script->by_key, at)) {
        struct unit *unit = script_unit(script, at);
        if (memcmp(unit->key, key, UNIT_KEY_SIZE) == 0) return unit;
    }
    return NULL;
}

static bool make_key(struct unit *unit, uint32_t copies_before)
{
    uint8_t            memory[HEAD_SIZE];
    struct buffer      head = buffer_over(memory, sizeof memory);
    struct hash_stream stream;
    if (hash_stream_init(&stream) != OK) return false;
    buffer_printf(&head, "%s%s %u\n", key_domain, unit->is_plan ? "plan" : "line", copies_before);
    hash_stream_add(&stream, buffer_bytes(&head));
    hash_stream_add(&stream, unit->text);
    const struct hash hash = hash_stream_finish(&stream);
    hash_stream_release(&stream);
    memcpy(unit->key, hash_view(&hash).at, UNIT_KEY_SIZE);
    return true;
}

// The first of its text counts the others.
static bool add_unit(struct script *script, const struct unit *wanted, struct script_fault *fault)
{
    if (pool_room(&script->units) == 0) {
        return is_wrong_at(fault, wanted->line, "more lines than a file may have");
    }
    const uint32_t at = pool_take(&script->units);
    struct unit   *unit = script_unit(script, at);
    *unit = *wanted;
    bool         is_made = make_key(unit, 0);
    struct unit *first = is_made ? script_find(script, unit->key) : NULL;
    if (first != NULL) is_made = make_key(unit, ++first->copy_count);
    if (!is_made) return is_wrong_at(fault, wanted->line, status_sentence(STATUS_OUT_OF_MEMORY));
    index_add(&script->by_key, at, hash_of(unit->key));
    script->count = at;
    return true;
}

static struct bytes trimmed(struct bytes line)
{
    while (line.size > 0 && strchr(" \t\r", line.at[line.size - 1]) != NULL) {
        line.size--;
    }
    while (line.size > 0 && strchr(" \t", line.at[0]) != NULL) {
        line = bytes_after(line, 1);
    }
    return line;
}

static bool is_word(struct bytes line, const char *word)
{
    return bytes_is_equal(line, bytes_of_text(word));
}

// What is read of the file, and the plan that is open.
struct parting {
    struct script *script;
    struct unit    plan; // line 0: none is open
};

static bool begin_plan(struct parting *parting, uint32_t line, const uint8_t *end,
                       struct script_fault *fault)
{
    if (parting->plan.line != 0) {
        return is_wrong_at(fault, line, "'begin' between 'begin' and 'commit'");
    }
    parting->plan = (struct unit){
        .text = {end, 0},
          .line = line + 1, .is_plan = true
    };
    return true;
}

static bool commit_plan(struct parting *parting, uint32_t line, const uint8_t *start,
                        struct script_fault *fault)
{
    struct unit *plan = &parting->plan;
    if (plan->line == 0) return is_wrong_at(fault, line, "'commit' without 'begin'");
    plan->text.size = (size_t)(start - plan->text.at);
    const bool is_added = add_unit(parting->script, plan, fault);
    plan->line = 0;
    return is_added;
}

bool script_part(struct script *script, struct script_fault *fault)
{
    struct parting parting = {.script = script};
    uint32_t       line = 0;
    bool           is_good = true;
    for (struct bytes rest = {(const uint8_t *)script->memory, script->size};
         rest.size > 0 && is_good;) {
        const struct bytes whole = bytes_cut(&rest, '\n');
        const struct bytes text = trimmed(whole);
        line++;
        if (is_word(text, "begin")) {
            is_good = begin_plan(&parting, line, rest.at, fault);
        } else if (is_word(text, "commit")) {
            is_good = commit_plan(&parting, line, whole.at, fault);
        } else if (parting.plan.line == 0 && !line_is_empty(text)) {
            const struct unit unit = {.text = text, .line = line};
            is_good = add_unit(script, &unit, fault);
        }
    }
    if (!is_good || parting.plan.line == 0) return is_good;
    return is_wrong_at(fault, parting.plan.line - 1, "'begin' without 'commit'");
}

// --- Events -----------------------------------------------------------------

static enum exit_code complain_at(struct script_fault *fault, uint32_t line, enum exit_code code,
                                  const char *text)
{
    (void)is_wrong_at(fault, line, text);
    return code;
}

static enum exit_code add_lines(struct line_reader *reader, const struct unit *unit,
                                struct buffer *events, uint32_t *count, struct script_fault *fault)
{
    uint32_t line = unit->line;
    for (struct bytes rest = unit->text; rest.size > 0; line++) {
        const struct bytes text = bytes_cut(&rest, '\n');
        if (line_is_empty(text)) continue;
        const enum exit_code code = line_add_events(reader, text, events, count);
        if (code != EXIT_DONE) return complain_at(fault, line, code, reader->complaint);
        if (*count <= PLAN_PROPOSAL_MAX) continue;
        return complain_at(fault, line, EXIT_USAGE, "more events than all or nothing may be");
    }
    if (*count > 0) return EXIT_DONE;
    return complain_at(fault, unit->line - 1, EXIT_USAGE, "nothing between 'begin' and 'commit'");
}

enum exit_code script_add_event(struct line_reader *reader, const struct unit *unit,
                                struct buffer *event, struct script_fault *fault)
{
    static uint8_t memory[PLAN_SIZE_MAX];
    struct buffer  events = buffer_over(memory, sizeof memory);
    uint32_t       count = 0;
    const size_t   start = event->size;
    reader->reason = unit->is_plan ? NULL : reader->call->globals.reason;
    const enum exit_code code = add_lines(reader, unit, &events, &count, fault);
    if (code != EXIT_DONE) return code;
    const bool   is_plan = unit->is_plan || count > 1;
    const size_t size_max = is_plan ? PLAN_SIZE_MAX : PROPOSAL_SIZE_MAX;
    if (is_plan) propose_begin_plan(count, event);
    buffer_add(event, buffer_bytes(&events));
    if (is_plan) (void)propose_end_plan(reader->call, event);
    if (!events.is_full && !event->is_full && event->size - start + HEAD_SIZE <= size_max) {
        return EXIT_DONE;
    }
    return complain_at(fault, unit->line, EXIT_USAGE,
                       is_plan ? "more than a plan can hold" : "more than an event can hold");
}

uint32_t script_line_of(const struct line_reader *reader, const struct unit *unit, uint64_t index)
{
    uint32_t line = unit->line;
    uint64_t before = 0;
    for (struct bytes rest = unit->text; rest.size > 0; line++) {
        const struct bytes text = bytes_cut(&rest, '\n');
        if (line_is_empty(text)) continue;
        before += line_event_count(reader, text);
        if (before > index) return line;
    }
    return unit->line;
}
