#include "api/daemon/reminding.h"

#include "api/daemon/report.h"
#include "projections/reminder_content.h"
#include "projections/schedule.h"

enum { REMINDER_BATCH_MAX = 1000 };

static enum status remind(struct daemon *daemon, uint32_t *look_count)
{
    struct reminder_content content;
    reminder_compose(daemon->state, server_at(daemon->state)->first_due, daemon->now_ms, &content);
    *look_count += content.look_count;
    return daemon_append_own(daemon,
                             &(struct event){.kind = REMINDER, .of.reminder = content.reminder});
}

// A reminder costs what it looks at below its group: many groups end the turn, too.
void remind_due(struct daemon *daemon)
{
    uint32_t    look_count = 0;
    enum status status = OK;
    if (schedule_next(daemon->state) <= daemon->now_ms) return;
    for (uint32_t i = 0; i < REMINDER_BATCH_MAX && status == OK; i++) {
        if (!remind_has_due(daemon) || look_count >= REMINDED_LOOK_MAX) return;
        status = remind(daemon, &look_count);
    }
    if (status != OK) report_failure("reminder", status); // the batch ends with it
}

bool remind_has_due(const struct daemon *daemon)
{
    return server_at(daemon->state)->first_due != 0;
}
