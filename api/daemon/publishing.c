#include "api/daemon/publishing.h"

#include "api/daemon/answer.h"
#include "api/daemon/history.h"
#include "core/base/name.h"
#include "projections/groups.h"

enum {
    DOORBELL_MS = 1000,
    PUBLISH_GROUP_MAX = 256,   // told to one subscriber at a time
    PUBLISH_MESSAGE_MAX = 256, // in one turn of the loop, some 0.5 ms; the last one's may be more
    MESSAGE_ROOM = 128 * 1024,
};

// A subscriber's cursor is the number of the next change it lacks, plus one: 0 is a new one, which
// is told what happens from now on.
static uint64_t start_cursor(const struct state *state, const struct subscriber *subscriber)
{
    return subscriber->cursor == 0 ? state_change_count(state) : subscriber->cursor - 1;
}

static void add_topic(struct buffer *message, const struct state *state, uint32_t group)
{
    if (group == SERVER_GROUP) {
        buffer_add_text(message, "/license");
    } else {
        group_add_path(state, group, message);
        buffer_add_byte(message, '/');
    }
    buffer_add_byte(message, 0);
}

// "acme/north/" 00 {group, reminders, resources, seq}
static void add_group(struct buffer *message, const struct daemon *daemon,
                      const struct changed_group *changed)
{
    add_topic(message, daemon->state, changed->group);
    put_changed_group(message, daemon->state, changed, NULL, daemon->now_ms);
}

static void ring(struct daemon *daemon, struct subscriber *subscriber, uint64_t tick_ms)
{
    uint8_t       room[256];
    struct buffer message = buffer_over(room, sizeof room);
    buffer_add_text(&message, "/head");
    buffer_add_byte(&message, 0);
    pack_map(&message, 3);
    put_text(&message, "mode",
             bytes_of_text(server_at(daemon->state)->limited_reason == 0 ? "normal" : "limited"));
    put_number(&message, "size", server_at(daemon->state)->size);
    put_number(&message, "time", daemon->now_ms);
    if (!connections_publish(daemon->connections, subscriber, buffer_bytes(&message))) return;
    subscriber->rung_size = server_at(daemon->state)->size;
    subscriber->rung_ms = tick_ms;
}

// True when all of the groups were taken.
static bool send_groups(struct daemon *daemon, const struct subscriber *subscriber,
                        const struct changed_group *groups, uint32_t count)
{
    static uint8_t room[MESSAGE_ROOM]; // the loop is one thread
    for (uint32_t i = 0; i < count; i++) {
        struct buffer message = buffer_over(room, sizeof room);
        add_group(&message, daemon, &groups[i]);
        if (message.is_full) continue; // more resources than a message holds: changes tells them
        if (!connections_publish(daemon->connections, subscriber, buffer_bytes(&message))) {
            return false;
        }
    }
    return true;
}

// Returns how many groups that took.
static uint32_t bring_up(struct scope *scope, struct daemon *daemon, struct subscriber *subscriber)
{
    static struct changed_group groups[PUBLISH_GROUP_MAX];
    uint64_t                    next = start_cursor(daemon->state, subscriber);
    struct changed_groups       changed = {groups, 0, PUBLISH_GROUP_MAX};
    const uint32_t              top =
        scope->group[0] == 0 ? 0 : group_find(daemon->state, bytes_of_text(scope->group));
    if (top == 0) { // the doorbell alone, or not created yet: told from its creation on
        subscriber->cursor = state_change_count(daemon->state) + 1;
        return 0;
    }
    following_look(&scope->following, daemon->state, top);
    if (!following_find(&scope->following, daemon->state, &next, &changed)) {
        // Too far behind for single changes: the top of the scope stands for all.
        groups[0] = (struct changed_group){top, server_at(daemon->state)->size};
        changed.count = 1;
        next = state_change_count(daemon->state);
    }
    if (send_groups(daemon, subscriber, groups, changed.count)) subscriber->cursor = next + 1;
    return changed.count;
}

static bool is_behind(const struct daemon *daemon, const struct subscriber *subscriber)
{
    return subscriber->cursor != state_change_count(daemon->state) + 1;
}

static bool is_to_ring(const struct daemon *daemon, const struct subscriber *subscriber,
                       uint64_t tick_ms)
{
    return subscriber->rung_size != server_at(daemon->state)->size ||
           tick_ms - subscriber->rung_ms >= DOORBELL_MS;
}

// Each in its turn, from the one on that was left last time.
bool publish(struct publishing *publishing, struct daemon *daemon, uint64_t tick_ms)
{
    const uint32_t count = connections_subscriber_count(daemon->connections);
    uint32_t       sent = 0;
    bool           is_any_behind = false;
    for (uint32_t i = 0; i < count; i++, publishing->next++) {
        if (publishing->next >= count) publishing->next = 0; // some may have gone
        struct subscriber *subscriber =
            connections_subscriber(daemon->connections, publishing->next);
        if (!is_behind(daemon, subscriber) && !is_to_ring(daemon, subscriber, tick_ms)) continue;
        if (sent >= PUBLISH_MESSAGE_MAX) return true;
        if (!connections_has_room(daemon->connections, subscriber)) continue;
        sent += 1 + bring_up(&publishing->scopes[subscriber->scope], daemon, subscriber);
        if (is_to_ring(daemon, subscriber, tick_ms)) ring(daemon, subscriber, tick_ms);
        is_any_behind = is_any_behind || is_behind(daemon, subscriber);
    }
    return is_any_behind;
}
