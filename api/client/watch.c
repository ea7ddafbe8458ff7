// What is new, without a gap.
#include "api/client/caller.h"

enum { REQUEST_SIZE_MAX = PATH_SIZE_MAX + 128 };

struct watch_row {
    const char *verb;
    const char *cursor; // the argument with it
    const char *items;  // the list in the answer
};

static const struct watch_row rows[] = {
    [LICET_CHANGES] = {"changes", "since", "changes"},
    [LICET_LOG] = {"log",     "after", "events" },
};

// Keys ascend: after, group, limit, since, wait.
static void build(const struct licet_watch *watch, struct buffer *request)
{
    const struct watch_row *row = &rows[watch->verb];
    const bool              has_group = watch->group.size > 0;
    message_begin_request(request, row->verb, 2U + has_group + (watch->limit > 0));
    if (watch->verb == LICET_LOG) {
        pack_key(request, row->cursor);
        pack_number(request, watch->cursor);
    }
    if (has_group) {
        pack_key(request, "group");
        pack_text(request, watch->group);
    }
    if (watch->limit > 0) {
        pack_key(request, "limit");
        pack_number(request, watch->limit);
    }
    if (watch->verb == LICET_CHANGES) {
        pack_key(request, row->cursor);
        pack_number(request, watch->cursor);
    }
    pack_key(request, "wait");
    pack_number(request, watch->wait_ms);
}

// `next` where there is more than the reply could hold, else all that the answer stands on.
static uint64_t next_cursor(const struct licet_watch *watch, const struct licet_reply *reply)
{
    const uint64_t seen = message_number(reply->map, "seq", watch->cursor);
    const uint64_t next = message_number(reply->map, "next", seen);
    return next > watch->cursor ? next : watch->cursor;
}

enum status licet_watch_next(struct licet *licet, struct licet_watch *watch,
                             struct licet_reply *reply)
{
    uint8_t       memory[REQUEST_SIZE_MAX];
    struct buffer request = buffer_over(memory, sizeof memory);
    build(watch, &request);
    if (request.is_full) return STATUS_TOO_LARGE;
    const enum status status = exchange_one(licet, buffer_bytes(&request),
                                            watch->wait_ms + licet->options.timeout_ms, reply);
    if (status != OK) return status;
    if (reply->outcome == MESSAGE_OK) watch->cursor = next_cursor(watch, reply);
    return OK;
}
