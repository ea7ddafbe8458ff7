// forecast_view.h - the verb about what is to come: every change of what a group may use.
#ifndef API_DAEMON_FORECAST_VIEW_H
#define API_DAEMON_FORECAST_VIEW_H

#include "api/daemon/daemon.h"

void forecast_answer(struct daemon *daemon, const struct ask *ask, uint32_t actor,
                     struct buffer *reply);

#endif
