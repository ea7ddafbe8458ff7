// answer.h - replies as they go out. PROTOCOL.md has their forms; keys are written in ascending
// order.
#ifndef API_DAEMON_ANSWER_H
#define API_DAEMON_ANSWER_H

#include "core/base/pack.h"
#include "projections/judgement.h"
#include "projections/rules.h"
#include "projections/views.h"

enum { ANSWER_SIZE_MAX = 256 * 1024 };

// ["ok", {…}] with so many entries to follow.
void answer_ok(struct buffer *reply, uint32_t entry_count);
void answer_error(struct buffer *reply, const char *code, struct bytes detail);
void answer_failure(struct buffer *reply, enum status status);

struct losses;

// A refusal without why, losses and node is no longer.
enum { ANSWER_SHORT_SIZE = 240 };

// What was decided. seq: NODE_NONE when nothing was appended.
struct outcome {
    const struct verdict *verdict;
    const struct why     *why;       // NULL: only the verdict is known any more
    const struct losses  *losses;    // NULL: nothing is told of them
    const struct why     *warnings;  // of what is accepted; NULL: none
    bool                  is_hidden; // without why: the asker may not read at the verdict's node
    uint64_t              seq, time_ms;
    bool                  has_access, is_access; // of a consumption
    size_t                size_max;              // a longer refusal is told in short; 0: none is
};

enum { HINT_SIZE_MAX = PATH_SIZE_MAX + 512, WHY_SIZE_MAX = 128 * 1024 };

// One constraint of PROTOCOL.md 6. From any thread.
void put_reason(struct buffer *reply, const struct reason *reason);

// "warnings"; only where there are some.
void put_warnings(struct buffer *reply, const struct why *warnings);
void answer_outcome(struct buffer *reply, const struct state *state, const struct outcome *outcome);

// Instead of the path of a group that the asker may not see.
#define OTHER_GROUP "another group of the user"

// Values of maps.
void put_time(struct buffer *reply, const char *key, uint64_t ms); // nil for never
void put_number(struct buffer *reply, const char *key, uint64_t number);
void put_limit(struct buffer *reply, const char *key, uint64_t number); // nil for none
void put_text(struct buffer *reply, const char *key, struct bytes text);
void put_optional_text(struct buffer *reply, const char *key, struct bytes text); // nil for none
void put_binary(struct buffer *reply, const char *key, struct bytes binary);
void put_flag(struct buffer *reply, const char *key, bool flag);
void put_path(struct buffer *reply, const char *key, const struct state *state, uint32_t group);

// "notice" of a resource state; nil where there is none.
void put_notice(struct buffer *reply, const struct resource_view *view);
// One resource state of PROTOCOL.md 5.
void put_resource(struct buffer *reply, const struct state *state, uint32_t group,
                  uint32_t resource, uint64_t ms);

// A page of a list: items are collected, then put with their number.
enum { PAGE_SIZE_MAX = 192 * 1024 };

struct page {
    struct buffer items;
    uint32_t      count, count_max;
    uint64_t      next; // ARGUMENT_ABSENT at the end
    uint8_t       room[PAGE_SIZE_MAX + 16 * 1024];
};

void page_init(struct page *page, uint64_t limit);
// False when no further item goes in; then next is to be set.
bool page_has_room(const struct page *page);
// "key": [items]
void put_page(struct buffer *reply, const char *key, const struct page *page);

#endif
