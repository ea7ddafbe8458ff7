// event_text.h - an event on one line, for people, by the rows of the kinds.
#ifndef API_CLI_EVENT_TEXT_H
#define API_CLI_EVENT_TEXT_H

#include "core/event/event.h"

#include <stdio.h>

// "consumption group=SmartHome/A resource=sip_number unit=1001"
void event_print(const struct event *event, FILE *out);

#endif
