// event_line.h - one event of the log as it is told, in text or JSON: from the rows of its kind.
//
//   12 2026-11-01T08:00:00Z admin group_creation group=SmartHome accepted
//   13 2026-11-01T08:00:01Z pbx consumption group=SmartHome resource=sip_number unit=1001
//      refused LIMIT_REACHED at SmartHome, limit 50, used 50                 (all on one line)
#ifndef REPLAY_EVENT_LINE_H
#define REPLAY_EVENT_LINE_H

#include "core/base/name.h"
#include "projections/catch_up.h"
#include "projections/rules.h"

#include <stdio.h>

struct event_line {
    const struct leaf     *leaf;
    const struct proposal *proposal;
    struct bytes           author; // a name; no bytes when it is not known
    struct bytes           node;   // a path; no bytes when it is not known
    uint8_t                room[PATH_SIZE_MAX];
};

// As told by the state before the event; decision is that of the rules. Lives as long as both.
void event_line_init(struct event_line *line, const struct state *state,
                     const struct catch_up_event *event, const struct decision *decision);
// Where no state can be had: author and node stay numbers.
void event_line_init_bare(struct event_line *line, const struct catch_up_event *event);

void event_line_print(const struct event_line *line, FILE *file);

// "seq.index": what was created by the event at seq.
void entity_add(struct buffer *buffer, entity_id id);

// A value without quotes, as a text in the log's own form: times, words, hex.
enum { VALUE_SIZE_MAX = 2 * 64 * 1024 };
void value_add(struct buffer *buffer, const struct field *field, const void *in);

#endif
