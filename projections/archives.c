#include "projections/archives.h"

void archive_judge(struct question *question, const struct event *event)
{
    const struct server *server = server_at(question->state);
    const uint64_t       below = event->of.archive.below;
    const bool           is_good = below % ARCHIVE_STEP == 0 && below > server->archived_below &&
                         below <= server->snapshot_size;
    if (!is_good) refuse_malformed(question, "below");
}

void archive_apply(struct change_context *context, const struct event *event)
{
    struct server *server = server_edit(context->state);
    server->archived_below = event->of.archive.below;
    server->archived_seq = context->seq;
}
