// wide_views.h - for people: what is to come, and answers about the whole of what one may see.
#ifndef API_CLI_WIDE_VIEWS_H
#define API_CLI_WIDE_VIEWS_H

#include "api/cli/command.h"

void view_reminders(struct call *call, struct bytes map);
void view_forecast(struct call *call, struct bytes map);
void view_expiring(struct call *call, struct bytes map);
void view_tight(struct call *call, struct bytes map);
void view_who(struct call *call, struct bytes map);

#endif
