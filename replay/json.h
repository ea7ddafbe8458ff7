// json.h - everything that is printed as JSON. Numbers above 2^63 - 1 are texts, times RFC 3339,
// keys and ids hex, what was created is named "seq.index".
#ifndef REPLAY_JSON_H
#define REPLAY_JSON_H

#include "replay/event_line.h"
#include "replay/group_state.h"
#include "replay/kept.h"
#include "replay/reasons.h"
#include "replay/report.h"

#include <stdio.h>

void json_print_report(const struct report *report, const char *origin, FILE *file);
void json_print_digest(uint64_t size, const char *digest, FILE *file);
void json_print_event(const struct event_line *line, FILE *file); // one line
void json_print_receipt(const struct kept *kept, uint32_t witness_count, bool is_met,
                        const struct event_line *line, FILE *file);
void json_print_reasons(struct reasons *reasons, FILE *file);
void json_print_state(const struct group_state *shown, FILE *file);

#endif
