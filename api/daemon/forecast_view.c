#include "api/daemon/forecast_view.h"

#include "api/daemon/answer.h"
#include "api/daemon/view.h"
#include "projections/packages.h"
#include "projections/quota.h"

// A resource or feature over time, as far as the timeline has come.
struct course {
    uint32_t resource;
    bool     is_feature;
    uint64_t maximum; // of a feature: 1 while it is on
    uint64_t edge_ms; // the next instant at which that may change
};

struct timeline {
    const struct state *state;
    uint32_t            group;
    uint64_t            now_ms;
    uint32_t            count;
    struct course       courses[2 * RESOURCE_MAX];
};

static uint64_t maximum_at(const struct timeline *timeline, const struct course *course,
                           uint64_t ms)
{
    if (!course->is_feature) {
        return quota_maximum_at(timeline->state, timeline->group, course->resource, ms);
    }
    return view_lacking_node(timeline->state, timeline->group, course->resource, ms) == 0;
}

static uint64_t next_edge(const struct timeline *timeline, const struct course *course, uint64_t ms)
{
    return view_next_edge(timeline->state, timeline->group, course->resource, ms);
}

static void add_course(struct timeline *timeline, uint32_t resource, bool is_feature, uint64_t ms)
{
    struct course course = {.resource = resource, .is_feature = is_feature};
    course.maximum = maximum_at(timeline, &course, ms);
    course.edge_ms = next_edge(timeline, &course, ms);
    timeline->courses[timeline->count++] = course;
}

static void add_names(struct timeline *timeline, uint32_t only, bool is_feature, uint64_t ms)
{
    const struct names *names = names_of(timeline->state, timeline->group, is_feature);
    for (uint32_t i = names->count; i > 0; i--) {
        if (only != 0 && only != names->at[i - 1]) continue;
        add_course(timeline, names->at[i - 1], is_feature, ms);
    }
}

static uint64_t earliest(const struct timeline *timeline)
{
    uint64_t ms = TIME_NEVER;
    for (uint32_t i = 0; i < timeline->count; i++) {
        if (timeline->courses[i].edge_ms < ms) ms = timeline->courses[i].edge_ms;
    }
    return ms;
}

// Whose limit is the least then, the nearest to the group of equals; of a feature that is off, the
// nearest that lacks it.
static uint32_t deciding_node(const struct timeline *timeline, const struct course *course,
                              uint64_t ms)
{
    const struct state *state = timeline->state;
    if (course->is_feature) {
        return view_lacking_node(state, timeline->group, course->resource, ms);
    }
    uint32_t at = timeline->group;
    while (at != 0 && limit_at(state, at, course->resource, ms) != course->maximum) {
        at = group_at(state, at)->parent;
    }
    return at;
}

static uint64_t used_of(const struct timeline *timeline, const struct course *course)
{
    const uint32_t account = account_find(timeline->state, timeline->group, course->resource);
    return account == 0 || course->is_feature ? 0 : account_at(timeline->state, account)->used;
}

static void put_course(struct buffer *items, const struct timeline *timeline,
                       const struct course *course, uint64_t ms)
{
    const uint64_t used = used_of(timeline, course);
    pack_map(items, 6);
    put_limit(items, "maximum", course->is_feature ? LIMIT_NONE : course->maximum);
    put_text(items, "name",
             text_of(timeline->state, resource_at(timeline->state, course->resource)->name));
    put_path(items, "node", timeline->state, deciding_node(timeline, course, ms));
    put_flag(items, "on", course->maximum > 0);
    put_number(items, "over", used > course->maximum ? used - course->maximum : 0);
    put_time(items, "when", ms);
}

// All that changes at one instant stands on one page. *from_ms is then the last instant that was
// looked at.
static void add_changes(struct timeline *timeline, uint64_t *from_ms, struct page *page)
{
    for (uint32_t i = 0; i < EDGE_MAX && page_has_room(page); i++) {
        const uint64_t ms = earliest(timeline);
        if (ms == TIME_NEVER) break;
        for (uint32_t at = 0; at < timeline->count; at++) {
            struct course *course = &timeline->courses[at];
            if (course->edge_ms != ms) continue;
            const uint64_t maximum = maximum_at(timeline, course, ms);
            const bool     is_other = maximum != course->maximum;
            course->maximum = maximum;
            course->edge_ms = next_edge(timeline, course, ms);
            if (!is_other) continue;
            put_course(&page->items, timeline, course, ms);
            page->count++;
        }
        *from_ms = ms;
    }
    page->next = earliest(timeline) == TIME_NEVER ? ARGUMENT_ABSENT : *from_ms;
}

// The first instant from now on at which what is used now is more than the maximum.
static uint64_t fits_until(const struct timeline *timeline, const struct course *course)
{
    const uint64_t used = used_of(timeline, course);
    uint64_t       ms = timeline->now_ms;
    for (uint32_t i = 0; i < EDGE_MAX && used > 0 && ms != TIME_NEVER; i++) {
        if (maximum_at(timeline, course, ms) < used) return ms;
        ms = next_edge(timeline, course, ms);
    }
    return TIME_NEVER;
}

// On the first page, for what is there does not change from page to page.
static void put_present(struct buffer *reply, const struct timeline *timeline, bool is_first)
{
    uint32_t count = 0;
    for (uint32_t i = 0; is_first && i < timeline->count; i++) {
        count += !timeline->courses[i].is_feature;
    }
    pack_key(reply, "resources");
    pack_array(reply, count);
    for (uint32_t i = 0; count > 0 && i < timeline->count; i++) {
        const struct course *course = &timeline->courses[i];
        if (course->is_feature) continue;
        pack_map(reply, 4);
        put_time(reply, "fits_until", fits_until(timeline, course));
        put_number(reply, "maximum", maximum_at(timeline, course, timeline->now_ms));
        put_text(reply, "name",
                 text_of(timeline->state, resource_at(timeline->state, course->resource)->name));
        put_number(reply, "used", used_of(timeline, course));
    }
}

void forecast_answer(struct daemon *daemon, const struct ask *ask, uint32_t actor,
                     struct buffer *reply)
{
    static struct page      page; // the loop is one thread
    static struct timeline  timeline;
    const struct arguments *arguments = &ask->arguments;
    const bool              is_first = arguments->after == ARGUMENT_ABSENT;
    uint64_t                from_ms = is_first ? daemon->now_ms : arguments->after;
    uint32_t                only = 0;
    timeline.state = daemon->state;
    timeline.group = asked_group(daemon, arguments->group, actor, reply);
    timeline.now_ms = daemon->now_ms;
    timeline.count = 0;
    if (timeline.group == 0) return;
    if (arguments->resource.at != NULL) {
        only = resource_find(daemon->state, arguments->resource);
        if (only == 0) {
            answer_error(reply, "NOT_FOUND", arguments->resource);
            return;
        }
    }
    add_names(&timeline, only, false, from_ms);
    add_names(&timeline, only, true, from_ms);
    page_init(&page, arguments->limit);
    add_changes(&timeline, &from_ms, &page);
    answer_ok(reply, 6);
    put_page(reply, "changes", &page);
    put_path(reply, "group", daemon->state, timeline.group);
    put_limit(reply, "next", page.next);
    put_present(reply, &timeline, is_first);
    put_seq(reply, daemon);
    put_now(reply, daemon);
}
