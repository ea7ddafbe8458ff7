// license.h - the licence files that say what the server may use in all (T01 to T05, T16).
#ifndef PROJECTIONS_LICENSE_H
#define PROJECTIONS_LICENSE_H

#include "projections/judgement.h"

// From now on, while the limited mode lasts, the entries of today count besides those of files to
// come; or no longer (T16).
void license_keep_before(struct state *state, bool is_before);

void license_upload_judge(struct question *question, const struct event *event);
void license_upload_apply(struct change_context *context, const struct event *event);
// An edge of a licence entry's window has come.
void line_pass(struct change_context *context, const struct edge *edge);

#endif
