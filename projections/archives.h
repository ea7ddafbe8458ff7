// archives.h - old leaves were moved to another place: what the log says of it.
#ifndef PROJECTIONS_ARCHIVES_H
#define PROJECTIONS_ARCHIVES_H

#include "projections/judgement.h"

// Full files only, more than before, and nothing that a start would have to read: a start goes on
// from the newest snapshot.
void archive_judge(struct question *question, const struct event *event);
void archive_apply(struct change_context *context, const struct event *event);

#endif
